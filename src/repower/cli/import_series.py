"""Other people's series brought into our own format from the terminal: one call of `import_series`, and what it did."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from repower.cli.walk import shown
from repower.errors import InputError, Problem

if TYPE_CHECKING:
    from repower.markets.sources.kinds import Choices, Imported


#: The option that a problem's hint speaks of.
OPTIONS = {
    "S314": "--fill HOURS",
    "S317": "--unit, --usd RATE or --usd FILE",
    "S318": "--column NAME=IN FILE",
    "S321": "--wrap",
    "S322": "--force",
    "S326": "--zone",
}


@dataclass(frozen=True)
class Given:
    """The options as they were given; what belongs to a plain table stands at its end."""

    usd: str | None = None
    fill: int = 0
    wrap: bool = False
    year: int | None = None
    time: str | None = None
    unit: str = ""
    zone: str = ""
    minutes: int = 60
    stamps: Literal["beginning", "end"] = "beginning"
    time_format: str = ""
    separator: str = ","

    def choices(self) -> Choices:
        """What an import decides that the file does not; a rate that is no number is the name of a file."""
        from repower.markets.sources.kinds import Choices
        from repower.markets.sources.tables import TableLayout

        rate: float | Path | None = None
        if self.usd is not None:
            rate = Path(self.usd)
            with suppress(ValueError):
                rate = float(self.usd)
        layout = TableLayout(self.time or "", self.zone, self.stamps, self.minutes, self.unit, self.time_format, self.separator)
        asked = layout != TableLayout("")
        return Choices(rate, self.fill, "wrap" if self.wrap else "refuse", self.year, layout if asked else None)


def list_kinds(*, as_json: bool) -> None:
    """Every kind of file, one line each."""
    from repower.markets.sources.kinds import KINDS

    if as_json:
        kinds = [{"kind": kind.name, "says": kind.says, "makes": kind.makes} for kind in KINDS.values()]
        click.echo(json.dumps({"kinds": kinds}, indent=1))
        return
    widest = max(map(len, KINDS))
    for kind in KINDS.values():
        click.echo(f"{kind.name:<{widest}}  {kind.says}; makes {kind.makes}")


def import_files(
    kind: str, files: tuple[Path, ...], out: Path, columns: tuple[str, ...], given: Given, *, force: bool, as_json: bool
) -> None:
    """Import, and say what was done."""
    from repower.markets.sources.kinds import import_series, named_columns

    if kind == "table" and not given.time:
        raise click.UsageError("a plain table needs --time, the name of its column of time")
    with shown() as progress, progress.step(f"read {len(files)} file{'s' if len(files) > 1 else ''} of {kind}"):
        try:
            done = import_series(kind, files, out, named_columns(columns), given.choices(), overwrite=force)
        except InputError as error:
            raise InputError(with_options(error.problems, OPTIONS)) from None
    if as_json:
        click.echo(json.dumps(as_record(done), indent=1, ensure_ascii=False))
        return
    for line in lines(done):
        click.echo(line)


def with_options(problems: Sequence[Problem], options: Mapping[str, str]) -> list[Problem]:
    """The same problems; where the hint of a code speaks of what an option of the command does, that option is named."""
    return [
        replace(problem, hint=f"{problem.hint} ({options[problem.code]})")
        if problem.hint and problem.code in options
        else problem
        for problem in problems
    ]


def as_record(done: Imported) -> dict[str, object]:
    """What was written, for programs."""
    return {
        "path": str(done.path),
        "kind": done.kind,
        "columns": list(done.columns),
        "years": list(done.years),
        "rows": done.rows,
        "notes": list(done.notes),
    }


def lines(done: Imported) -> list[str]:
    """What was written and what was done for it, as lines."""
    from repower.markets.sources import LIMITS

    unit = "days" if "date" in done.columns else "hours"
    priced = unit == "hours" and not all(name.endswith(tuple(LIMITS)) for name in done.columns)
    return [
        f"wrote {done.path}: {done.rows:,} {unit} of {_years(done.years)}, {', '.join(done.columns)}"
        + (", prices in USD/MWh" if priced else ""),
        *(f"  - {note}" for note in done.notes),
    ]


def _years(years: tuple[int, ...]) -> str:
    """``2013-2018``, or the years one by one where some are missing between."""
    if len(years) > 2 and years == tuple(range(years[0], years[-1] + 1)):
        return f"{years[0]}-{years[-1]}"
    return ", ".join(map(str, years))
