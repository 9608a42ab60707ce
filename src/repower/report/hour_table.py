"""Every hour of a dispatched site as one row: one column for each variable, its unit in its name.

Columns of power add up to the energy of the site's account (an hour's MW is its MWh), columns of money to its hourly
lines. Demand charges and what is left in store belong to no hour and have no column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from repower.conversion.site_year import SiteYear
from repower.dispatch import HourResult
from repower.dispatch.problem import checked
from repower.report.site_account import Account

_UNSAFE = re.compile(r"[^\w.+-]+")


def hour_columns(site: SiteYear, result: HourResult, of: Account) -> dict[str, NDArray[np.generic]]:
    """Name and [H] values of every column but the time, in order.

    Names of contracts, plants, machines and batteries stand inside a column's name, with ``_`` for what is no letter,
    digit, dot, plus or hyphen; two that would be the same get a number.
    """
    columns: dict[str, NDArray[np.generic]] = {}
    for name, values in _columns(site, result, of):
        unique, count = name, 2
        while unique in columns:
            stem, _, unit = name.rpartition("@")
            unique, count = f"{stem}_{count}@{unit}", count + 1
        columns[unique] = values
    return {name.replace("@", ""): values for name, values in columns.items()}


def _columns(site: SiteYear, result: HourResult, of: Account) -> Iterator[tuple[str, NDArray[np.generic]]]:
    """Names with an ``@`` before their unit."""
    p = checked(site.problem)
    assert p.export_limit_mw is not None
    yield "market_price@_usd_per_mwh", p.market_price_usd_per_mwh
    yield "import_limit@_mw", p.import_limit_mw
    yield "curtailment_called@", site.called.astype(np.int64)
    yield "spot@_mw", result.spot_mw
    for row, name in enumerate(map(_safe, site.ppas)):
        yield f"ppa_{name}_taken@_mw", result.ppa_taken_mw[row]
        yield f"ppa_{name}_delivered@_mw", result.ppa_delivered_mw[row]
        yield f"ppa_{name}_resold@_mw", result.ppa_resold_mw[row]
        yield f"ppa_{name}_left@_mw", result.ppa_left_mw[row]
    for row, name in enumerate(map(_safe, site.generators)):
        yield f"generation_{name}@_mw", result.generation_mw[row]
    for row, name in enumerate(map(_battery, site.batteries)):
        yield f"{name}_discharge@_mw", result.discharge_mw[row]
        yield f"{name}_charge@_mw", result.charge_mw[row]
        yield f"{name}_stored_at_end@_mwh", result.stored_mwh[row]
    for row, name in enumerate(map(_safe, site.tiers)):
        yield f"mining_{name}@_mw", result.tier_mw[row]
        yield f"reserve_{name}@_mw", result.reserve_mw[row]
    yield "ai_load@_mw", p.ai_mw
    yield "ai_served@_mw", result.ai_served_mw
    yield "ai_flexed@_mw", result.flexed_mw
    yield "ai_unserved@_mw", result.unserved_mw
    yield "export@_mw", result.export_mw
    for key, values in of.usd_by_hour.items():
        yield f"{key}@_usd", values
    yield "margin@_usd", result.margin_usd
    yield "marginal_import@_usd_per_mwh", result.marginal_import_usd_per_mwh
    yield "marginal_energy@_usd_per_mwh", result.marginal_energy_usd_per_mwh
    for row, name in enumerate(map(_battery, site.batteries)):
        yield f"{name}_marginal_stored@_usd_per_mwh", result.marginal_stored_usd_per_mwh[row]
    if p.peaks is not None:
        yield "marginal_peak@_usd_per_mw", result.marginal_peak_usd_per_mw
        yield "billing_cell@", np.array([site.cells[cell] if cell >= 0 else "" for cell in p.peaks.cell], dtype=object)


def hours_csv(site: SiteYear, result: HourResult, of: Account) -> str:
    """The table as CSV with a head; time is the beginning of the hour, UTC, as ``2027-01-01T00:00:00Z``.

    Numbers have twelve significant figures, so that sums agree with the account to a millionth of a cent in the million.
    """
    columns = hour_columns(site, result, of)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time_utc", *columns])
    times = [f"{hour}:00Z" for hour in np.datetime_as_string(site.hours.astype("datetime64[m]"))]
    texts = [_texts(values) for values in columns.values()]
    writer.writerows(zip(times, *texts, strict=True))
    return out.getvalue()


def _texts(values: NDArray[np.generic]) -> list[str]:
    if values.dtype.kind == "f":
        # 0 added: no zero has a minus
        return [f"{float(value) + 0.0:.12g}" for value in values.tolist()]
    return [_spare(str(value)) for value in values.tolist()]


def _spare(text: str) -> str:
    """A name that a spreadsheet would run as a formula is quoted."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _battery(name: str) -> str:
    return _safe(name) if name.startswith("battery") else f"battery_{_safe(name)}"


def _safe(name: str) -> str:
    return _UNSAFE.sub("_", name).strip("_") or "unnamed"
