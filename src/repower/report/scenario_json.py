"""Scenarios for other programs: one JSON document, and tables as CSV. Names and meanings of what is here stay; more may come."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from repower.errors import InputError, Problem
from repower.report.scenario_drivers import NAMES, Driver, by_month, by_year, year_name
from repower.report.scenario_outlook import Outlook
from repower.report.scenario_stresses import Means, change_words, effects, worst_words
from repower.report.scenario_waiting import WaitingStep
from repower.report.section import Floats
from repower.report.tables import spare
from repower.report.whole_file import write_whole

#: Version of the document: raised when a name changes its meaning or goes.
VERSION = 1


def as_json(told: Outlook) -> dict[str, Any]:
    """The document: percentiles by month and year, dates, correlations, cases, stresses, hours, errors. No value is NaN."""
    portfolio = told.portfolio
    return {
        "document": "repower scenarios",
        "version": VERSION,
        "portfolio": portfolio.name,
        "inputs_sha256": portfolio.origin.sha256,
        "start": str(portfolio.start),
        "years": portfolio.years,
        "scenarios": told.scenarios,
        "seed": told.seed,
        "sampling": told.sampling,
        "case": told.case,
        "drivers": {driver.name: _driver(told, driver) for driver in told.drivers},
        "gpu_regimes": {
            "units": "share of scenarios",
            "months": portfolio.horizon.labels(),
            **{name: _numbers(share) for name, share in told.regimes.items()},
        },
        "correlations": [asdict(pair) for pair in told.correlations],
        "waiting_steps": [_step(told, step) for step in told.waiting],
        "customers": [asdict(customer) for customer in told.customers],
        "cases": [asdict(row) for row in told.cases],
        "without_stress": _means(told.without),
        "stresses": [
            {
                "name": item.name,
                "why": item.stress.why,
                "changes": [change_words(change) for change in item.stress.changes],
                **_means(item.means),
                **effects(item, told.without),
                "power_worst": worst_words(portfolio, item) or None,
            }
            for item in told.stresses
        ],
        "shape_years": [str(year) for year in told.shapes.years],
        "hours": [
            {
                "zone": zone.zone,
                "series": zone.series,
                "mean_price": zone.mean_price,
                "currency": zone.currency,
                "statistics": zone.statistics._asdict() if zone.statistics is not None else None,
            }
            for zone in told.hours
        ],
        "sampling_errors": [asdict(row) for row in told.precision],
    }


def _driver(told: Outlook, driver: Driver) -> dict[str, Any]:
    """Percentiles of each month, and of the mean of each model year."""
    labels, first_year = told.portfolio.horizon.labels()[driver.first :], driver.first // 12
    return {
        "title": driver.title,
        "units": driver.units,
        "months": labels,
        **{name: _numbers(values) for name, values in by_month(driver).items()},
        "by_year": {
            "years": [year_name(told.portfolio, year) for year in range(first_year, told.portfolio.years)],
            **{name: _numbers(values) for name, values in by_year(driver).items()},
        },
    }


def _step(told: Outlook, step: WaitingStep) -> dict[str, Any]:
    """A step with months from the start and as calendar months; `wait` is what it was drawn from."""
    dates = {
        f"{name}_month": None if at is None else str(told.portfolio.start + at)
        for name, at in (("p10", step.p10), ("p50", step.p50), ("p90", step.p90))
    }
    wait = {
        "never_share": step.wait.never_share,
        **{name: getattr(step.wait, name).model_dump() for name in ("delay", "permits", "review", "substation")},
    }
    return {
        "site": step.site,
        "blocks": list(step.blocks),
        "grid_mw": step.mw,
        "status": step.status,
        "region": step.region,
        "stated_month": step.stated,
        "p10_months": step.p10,
        "p50_months": step.p50,
        "p90_months": step.p90,
        **dates,
        "never_share": step.never_share,
        "after_study_share": step.late_share,
        "last_share": step.last,
        "substation_months": step.substation_months,
        "drawn_from": wait,
    }


def _means(means: Means) -> dict[str, float]:
    return {
        "hashprice_usd_per_ph_day": means.hashprice_usd_per_ph_day,
        "power_usd_per_mwh": float(means.power_usd_per_mwh.mean()),
        "rent_factor": means.rent_factor,
        "base_rate": means.base_rate,
        "powered_months": means.powered_months,
        "customers_gone_share": means.gone_share,
    }


def _numbers(values: Floats) -> list[float]:
    """Nine significant figures: what is drawn is no surer."""
    return [float(f"{value:.9g}") for value in values.tolist()]


def write_csv(told: Outlook, folder: str | Path) -> list[Path]:
    """Write drivers.csv, waiting_steps.csv, correlations.csv and stresses.csv into a folder, which is made where it is absent.

    InputError R508 where that cannot be done.
    """
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "name a folder that you may write to, or one that can be made"
        raise InputError(
            Problem("R508", f"the folder cannot be made: {error.strerror or error}", file=str(target), hint=hint)
        ) from None
    found = as_json(told)
    return [
        write_whole(target / "drivers.csv", _csv(("driver", "units", "month", *NAMES, "mean"), _driver_rows(found["drivers"]))),
        *(write_whole(target / f"{name}.csv", _records(found[name])) for name in ("waiting_steps", "correlations", "stresses")),
    ]


def _driver_rows(drivers: dict[str, Any]) -> Iterable[Sequence[object]]:
    for name, driver in drivers.items():
        for place, month in enumerate(driver["months"]):
            yield name, driver["units"], month, *(driver[key][place] for key in (*NAMES, "mean"))


def _records(records: list[dict[str, Any]]) -> str:
    """Records as rows: what is nested gets a column for each part, lists become words."""
    flat = [dict(_flat(record, "")) for record in records]
    head = list(dict.fromkeys(name for record in flat for name in record))
    return _csv(head, ([record.get(name, "") for name in head] for record in flat))


def _flat(record: dict[str, Any], before: str) -> Iterable[tuple[str, object]]:
    for name, value in record.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", "; ".join(map(str, value)) if isinstance(value, list) else "" if value is None else value


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([spare(value) if isinstance(value, str) else value for value in row] for row in rows)
    return out.getvalue()
