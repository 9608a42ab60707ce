"""Reads a portfolio: one folder with portfolio.yaml and the series beside it.

`load` gives the portfolio or raises with all mistakes at once; `find_problems` gives the mistakes.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from repower.errors import InputError, Problem
from repower.portfolio.checks import check_part, check_whole
from repower.portfolio.comments import sources_of_numbers
from repower.portfolio.document import Document, as_data
from repower.portfolio.finding import Finding
from repower.portfolio.literal_types import find_loose_values
from repower.portfolio.one_or_many import write_lists_out
from repower.portfolio.partial import known_part
from repower.portfolio.paths import FilePath, describe_path, parse_path
from repower.portfolio.portfolio import Origin, Portfolio
from repower.portfolio.problems import problems_of
from repower.portfolio.series_files import find_absent, hash_inputs
from repower.portfolio.yaml_text import read_yaml

__all__ = ["describe_path", "find_problems", "load"]

FILE_NAME = "portfolio.yaml"
_MOST_BYTES = 20_000_000


def load(path: str | Path) -> Portfolio:
    """Read the portfolio of a folder, or of the YAML file in it.

    The portfolio's `origin` has the folder, the hash of every byte that decides the result, and the source of every
    number whose line in the file says one (`comments`). What stands in the series is not looked at.

    Raises
    ------
    InputError
        With every mistake of the file, each at its line and column.
    """
    answer = _read(Path(path))
    if answer.problems or answer.portfolio is None:
        raise InputError(answer.problems)
    return answer.portfolio


def find_problems(path: str | Path) -> list[Problem]:
    """Every mistake of the portfolio at `path` in the order of its lines; empty when `load` would succeed."""
    return _read(Path(path)).problems


@dataclass
class _Answer:
    problems: list[Problem]
    portfolio: Portfolio | None = None


def _read(path: Path) -> _Answer:
    # pathlib raises for names that are too long or hold a NUL; such a place is reported as not there.
    file = path / FILE_NAME if os.path.isdir(path) else path  # noqa: PTH112
    try:
        data = _bytes_of(file)
    except InputError as error:
        return _Answer(list(error.problems))
    document = read_yaml(data, str(file))
    if document.root is None:
        return _Answer(document.problems)
    portfolio, problems = _understand(document, file.parent)
    if portfolio is not None and not problems:
        try:
            sha256 = hash_inputs(data, portfolio, file.parent)
        except OSError as error:
            problems = [Problem("P222", f"a series cannot be read: {error}", file=str(file), hint="check the rights of the file")]
        else:
            portfolio._origin = Origin(file.parent, sha256, sources_of_numbers(document), file.name)
    return _Answer(sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0, problem.code)), portfolio)


def _bytes_of(file: Path) -> bytes:
    try:
        size = file.stat().st_size
        if size > _MOST_BYTES:
            message = f"the file has {size:,} bytes, which no portfolio needs"
            raise InputError(Problem("P100", message, file=str(file), hint="series belong into CSV or Parquet files beside it"))
        return file.read_bytes()
    except FileNotFoundError:
        folder = file.parent
        there = sorted(other.name for other in folder.glob("*.y*ml")) if folder.is_dir() else []
        hint = (
            f"there is {', '.join(there)}: name the file itself"
            if there
            else "`repower new DIR` writes a portfolio to begin with"
        )
        raise InputError(Problem("P100", "there is no such file or folder", file=str(file), hint=hint)) from None
    except (OSError, ValueError) as error:
        raise InputError(
            Problem("P100", f"the file cannot be read: {error}", file=str(file), hint="give a folder or its portfolio.yaml")
        ) from None


def _understand(document: Document, folder: Path) -> tuple[Portfolio | None, list[Problem]]:
    """The portfolio if it is whole, and all problems: of the text, of single fields, of fields against one another."""
    assert document.root is not None
    write_lists_out(document.root, Portfolio)
    data = as_data(document.root)
    loose = {finding.path: finding for finding in find_loose_values(data, Portfolio)}
    portfolio: Portfolio | None = None
    of_fields: dict[FilePath, Problem] = {}
    try:
        portfolio = Portfolio.model_validate(data)
    except ValidationError as error:
        of_fields = problems_of(error, Portfolio, document)
    of_fields |= {path: _placed(finding, document) for path, finding in loose.items()}
    of_text = {parse_path(problem.path) for problem in document.problems if problem.path}
    broken = set(of_fields) | of_text
    of_fields = {path: problem for path, problem in of_fields.items() if path not in of_text}
    if broken or portfolio is None:
        part = known_part(Portfolio, data, broken)
        findings = [*check_part(part), *find_absent(part, folder)]
    else:
        findings = [*check_whole(portfolio), *find_absent(portfolio, folder)]
    return portfolio, [*document.problems, *of_fields.values(), *(_placed(finding, document) for finding in findings)]


def _placed(finding: Finding, document: Document) -> Problem:
    place = document.at_key if finding.code == "P104" else document.at_value
    return place(finding.code, finding.path, finding.message, finding.hint)
