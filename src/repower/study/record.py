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
from repower.study.study import PlanResult, Settings, Study

#: Raised when the layout changes; a record of another layout is refused, not guessed at.
LAYOUT = 1
_DATASETS = ("scenarios", "dispatch", "finance")


def series_names(portfolio: Portfolio) -> list[str]:
    """Files beside portfolio.yaml that the study reads."""
    named = [*(market.series for market in portfolio.markets.power), *(station.series for station in portfolio.markets.weather)]
    return sorted(set(named))


def save(study: Study, folder: Path) -> Path:
    """Write the record beside the portfolio: first under a temporary name, then in place of the old one."""
    target, draft, old = folder / "study", folder / ".study-draft", folder / ".study-old"
    for left_over in (draft, old):
        shutil.rmtree(left_over, ignore_errors=True)
    (draft / "inputs").mkdir(parents=True)
    origin = study.portfolio.origin
    for name in ("portfolio.yaml", *series_names(study.portfolio)):
        copy = draft / "inputs" / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(origin.folder / name, copy)
    for name in _DATASETS:
        getattr(study, name).to_netcdf(draft / f"{name}.nc", engine="h5netcdf")
    plan = asdict(study.plan)
    record = {
        "layout": LAYOUT,
        "settings": asdict(study.settings),
        "provenance": study.provenance,
        "plan": plan,
        "loans": list(study.loans),
        "summary": study.summary,
        "works": list(study.works),
    }
    (draft / "record.json").write_text(json.dumps(record, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    if target.exists():
        target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)
    return target


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
            Problem("R501", f"there is no study in {path}", file=str(file), hint="run `repower run` on the portfolio's folder first")
        )
    try:
        record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(Problem("R502", f"the record cannot be read: {error}", file=str(file), hint="run the study again")) from None
    if record.get("layout") != LAYOUT:
        raise InputError(
            Problem(
                "R503",
                f"the record has layout {record.get('layout')}; this version reads layout {LAYOUT}",
                file=str(file),
                hint="run the study again, or open it with the version that wrote it",
            )
        )
    portfolio = load(folder / "inputs")
    if portfolio.origin.sha256 != record["provenance"]["inputs_sha256"]:
        raise InputError(
            Problem(
                "R504",
                "the record's inputs are no longer those of its results",
                file=str(folder / "inputs"),
                hint="run the study again; edit the portfolio beside the record, not the copy inside it",
            )
        )
    plan = record["plan"]
    plan["decisions"] = tuple(Decision(**row) for row in plan["decisions"])
    return Study(
        portfolio=portfolio,
        settings=Settings(**record["settings"]),
        plan=PlanResult(**plan),
        loans=tuple(record["loans"]),
        summary=record["summary"],
        works=tuple(record["works"]),
        provenance=record["provenance"],
        **{name: _dataset(folder / f"{name}.nc") for name in _DATASETS},
    )


def _dataset(path: Path) -> xr.Dataset:
    with xr.open_dataset(path, engine="h5netcdf") as stored:
        return stored.load()
