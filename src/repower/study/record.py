"""The record of a study on disk: readable by others (JSON and netCDF), whole or not at all.

    study/record.json    settings, versions, hash of the inputs, plan, loans, figures
    study/scenarios.nc   factors by scenario and month
    study/dispatch.nc    energy
    study/finance.nc     cash and values
    study/inputs/        portfolio.yaml and its series, byte for byte

A record can be opened anywhere and run again: `repower run study/inputs` with its settings gives the same numbers.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import xarray as xr

from repower.conversion.decisions import Decision
from repower.errors import InputError, Problem
from repower.portfolio import Portfolio
from repower.portfolio.reading import load
from repower.portfolio.series_files import hash_inputs
from repower.study.study import PlanResult, Settings, Study

#: Raised when the layout changes; a record of another layout is refused, not guessed at.
LAYOUT = 2
_DATASETS = ("scenarios", "dispatch", "finance")


def series_names(portfolio: Portfolio) -> list[str]:
    """Files beside portfolio.yaml that the study reads."""
    named = [*(market.series for market in portfolio.markets.power), *(station.series for station in portfolio.markets.weather)]
    return sorted(set(named))


def save(study: Study, folder: Path) -> Path:
    """Write the record beside the portfolio: first under a temporary name, then in place of the old one.

    Raises InputError when the inputs have changed since they were read, when a folder named study is there that is no record,
    or when the place cannot be written; an earlier record then stays as it is.
    """
    target, draft, old = folder / "study", folder / ".study-draft", folder / ".study-old"
    try:
        if old.exists() and not target.exists():
            old.rename(target)  # a run was stopped between the two renames below
        for left_over in (draft, old):
            shutil.rmtree(left_over, ignore_errors=True)
        if target.exists() and not (target / "record.json").is_file():
            raise InputError(
                Problem(
                    "R506",
                    "a folder or file of this name is there and is no record; it is not replaced",
                    file=str(target),
                    hint="move it elsewhere; the record needs this name",
                )
            )
        _write(study, draft)
        if target.exists():
            target.rename(old)
        draft.rename(target)
    except OSError as error:
        raise InputError(
            Problem(
                "R507",
                f"the record cannot be written: {error.strerror or error}",
                file=str(target),
                hint="free some space, or take the portfolio to a folder that you may write to",
            )
        ) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if old.exists() and not target.exists():
            old.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return target


def _write(study: Study, draft: Path) -> None:
    """The whole record into a new folder `draft`."""
    origin, inputs = study.portfolio.origin, draft / "inputs"
    inputs.mkdir(parents=True)
    # In the record the portfolio has its usual name, whatever the file was called.
    copies = {origin.file_name: "portfolio.yaml"} | {name: name for name in series_names(study.portfolio)}
    for name, kept in copies.items():
        copy = inputs / kept
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin.folder / name, copy)
    if hash_inputs((inputs / "portfolio.yaml").read_bytes(), study.portfolio, inputs) != origin.sha256:
        raise InputError(
            Problem(
                "R504",
                "the inputs were changed while the study ran, so they are no longer those of its results",
                file=str(origin.folder),
                hint="run the study again",
            )
        )
    for name in _DATASETS:
        getattr(study, name).to_netcdf(draft / f"{name}.nc", engine="h5netcdf")
    record = {
        "layout": LAYOUT,
        "settings": asdict(study.settings),
        "provenance": study.provenance,
        "plan": asdict(study.plan),
        "loans": list(study.loans),
        "summary": study.summary,
        "events": list(study.events),
        "works": list(study.works),
        "halls": list(study.halls),
    }
    (draft / "record.json").write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def open_study(path: str | Path) -> Study:
    """Read a record: the folder of the portfolio, or its `study` folder.

    Raises InputError when there is no record, it has another layout, or its inputs were changed after the run.
    """
    folder = Path(path)
    if (folder / "study" / "record.json").is_file():
        folder = folder / "study"
    file = folder / "record.json"
    if not file.is_file():
        raise InputError(
            Problem(
                "R501", f"there is no study in {path}", file=str(file), hint="run `repower run` on the portfolio's folder first"
            )
        )
    record = _read_record(file)
    portfolio = _inputs(folder / "inputs", record["provenance"]["inputs_sha256"])
    try:
        plan = {**record["plan"], "decisions": tuple(Decision(**row) for row in record["plan"]["decisions"])}
        return Study(
            portfolio=portfolio,
            settings=Settings(**record["settings"]),
            plan=PlanResult(**plan),
            loans=tuple(record["loans"]),
            summary=record["summary"],
            events=tuple(record["events"]),
            works=tuple(record["works"]),
            halls=tuple(record["halls"]),
            provenance=record["provenance"],
            **{name: _dataset(folder / f"{name}.nc") for name in _DATASETS},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(file, error) from None


def _read_record(file: Path) -> dict[str, Any]:
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
        layout = record["layout"]
        if layout == LAYOUT:
            _ = record["provenance"]["inputs_sha256"]
            return dict(record)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(file, error) from None
    raise InputError(
        Problem(
            "R503",
            f"the record has layout {layout}; this version reads layout {LAYOUT}",
            file=str(file),
            hint="run the study again, or open it with the version that wrote it",
        )
    )


def _damaged(file: Path, error: Exception) -> InputError:
    reason = f"{error} is missing in it" if isinstance(error, KeyError) else str(error)
    return InputError(Problem("R502", f"the record cannot be read: {reason}", file=str(file), hint="run the study again"))


def _inputs(folder: Path, sha256: str) -> Portfolio:
    """The record's own copy of the portfolio, if it is still the one of the results."""
    changed = Problem(
        "R504",
        "the record's inputs are no longer those of its results",
        file=str(folder),
        hint="run the study again; edit the portfolio beside the record, not the copy inside it",
    )
    try:
        portfolio = load(folder)
    except InputError as error:
        raise InputError([changed, *error.problems]) from None
    if portfolio.origin.sha256 != sha256:
        raise InputError(changed)
    return portfolio


def _dataset(path: Path) -> xr.Dataset:
    with xr.open_dataset(path, engine="h5netcdf") as stored:
        return stored.load()
