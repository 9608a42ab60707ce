"""Named stresses: what each changes, and what is left of the drivers when it happens in every scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from repower.horizon import HOURS_IN_MONTH, MONTH_EDGES
from repower.markets.shapes import Shapes
from repower.portfolio import Change, Portfolio, Stress
from repower.portfolio.comments import read_source
from repower.report import figures, tables
from repower.report.assumptions import tag
from repower.report.scenario_drivers import year_name
from repower.report.section import Floats
from repower.scenarios.stress import apply

_WORDS = {
    "bitcoin_price": "price of bitcoin (the network follows)",
    "network": "hashrate of the network",
    "power_level": "power",
    "scarcity": "hours of scarcity",
    "gpu_rent": "accelerator rent",
    "gpu_regime": "accelerators in",
    "base_rate": "base rate",
    "power_date": "dates of power",
    "queue": "steps in a queue",
    "default": "customers stop paying",
}
_REGIMES = {-1.0: "glut", 0.0: "a normal market", 1.0: "scarcity"}
#: Units of what a path is set to.
_UNITS = {"bitcoin_price": "USD", "network": "EH/s", "power_level": "USD/MWh"}


@dataclass(frozen=True)
class Means:
    """Means over all scenarios: what a stress moves.

    hashprice_usd_per_ph_day, rent_factor, base_rate : over the months of the study.  power_usd_per_mwh : price by zone and model
    year [zone, N], the hours of each year at its level.  powered_months : blocks' months until power, the end of the study where
    it comes later or never.  gone_share : of customers, who have defaulted within the study (0 without customers).
    """

    hashprice_usd_per_ph_day: float
    rent_factor: float
    base_rate: float
    power_usd_per_mwh: Floats
    powered_months: float
    gone_share: float


@dataclass(frozen=True)
class Struck:
    """A stress and the means with it, beside those without (which `Struck` of no stress has).

    worst_zone, worst_year : where power becomes dearest in proportion; the place of the zone and of the model year, None where
    no power becomes dearer.
    """

    stress: Stress
    means: Means
    worst: tuple[int, int] | None

    @property
    def name(self) -> str:
        return self.stress.name


def means_of(portfolio: Portfolio, drawn: xr.Dataset, shapes: Shapes) -> Means:
    """The means of scenarios."""
    months = portfolio.horizon.months
    gone = drawn["lease_default_months"].to_numpy() < months
    return Means(
        float(drawn["hashprice_usd_per_ph_day"].mean()),
        float(drawn["gpu_rent_factor"].mean()),
        float(drawn["base_rate"].mean()),
        price_by_year(portfolio, drawn, shapes),
        float(drawn["powered_month"].mean()),
        float(gone.mean()) if gone.size else 0.0,
    )


def price_by_year(portfolio: Portfolio, drawn: xr.Dataset, shapes: Shapes) -> Floats:
    """Mean price of the hours of every model year over scenarios, USD/MWh [zone, N].

    The price of an hour is the level of its month times its shape in the scenario's shape year.
    """
    calendar = np.array(portfolio.horizon.calendar_months()).reshape(-1, 12)
    hours = np.array(HOURS_IN_MONTH)
    month_shape = np.add.reduceat(shapes.price_shape, MONTH_EDGES[:-1], axis=2) / hours
    level, year = drawn["power_level_usd_per_mwh"].to_numpy(), drawn["shape_year"].to_numpy()
    answer = np.empty((level.shape[1], portfolio.years))
    for place, of_year in enumerate(calendar):
        weight = hours[of_year] / hours.sum()
        shape = month_shape[:, year[:, place]][:, :, of_year]
        answer[:, place] = np.einsum("szm,zsm,m->z", level[:, :, 12 * place : 12 * place + 12], shape, weight) / len(year)
    return answer


def struck(portfolio: Portfolio, drawn: xr.Dataset, shapes: Shapes, stress: Stress, without: Means) -> Struck:
    """What a stress leaves of the means."""
    after, hours = apply(stress, drawn, portfolio, shapes)
    means = means_of(portfolio, after, hours)
    dearer = means.power_usd_per_mwh / without.power_usd_per_mwh
    # where several are dearest alike, the first zone and year
    zone, year = np.unravel_index(int(np.argmax(dearer.round(9))), dearer.shape)
    return Struck(stress, means, (int(zone), int(year)) if dearer[zone, year] > 1.0 + 1e-9 else None)


def change_words(change: Change) -> str:
    """``power x 2 from 2029-01 until 2034-01``: a change as it stands in the file, for people."""
    words = _WORDS[change.what] + (f" at {change.where}" if change.where is not None else "")
    if change.hours is not None:
        words += f", {change.hours} hours"
    if change.factor is not None:
        words += f" x {change.factor:,.4g}"
    if change.add is not None:
        words += f" {100 * change.add:+g} points"
    if change.set is not None:
        words += (
            f" {_REGIMES.get(change.set, change.set)}"
            if change.what == "gpu_regime"
            else (f" at {change.set:,.6g} {_UNITS.get(change.what, '')}".rstrip())
        )
    if change.add_months is not None:
        words += f" {change.add_months} months later"
    if change.from_ is not None:
        words += f" {'in' if change.what in ('scarcity', 'default') else 'from'} {change.from_}"
    return words + (f" until {change.until}" if change.until is not None else "")


def effects(item: Struck, without: Means) -> dict[str, float]:
    """What a stress changes: shares of what was, points, months."""
    now = item.means
    worst = now.power_usd_per_mwh[item.worst] / without.power_usd_per_mwh[item.worst] - 1.0 if item.worst is not None else 0.0
    return {
        "hashprice_change_share": now.hashprice_usd_per_ph_day / without.hashprice_usd_per_ph_day - 1.0,
        "power_change_share": float(now.power_usd_per_mwh.mean() / without.power_usd_per_mwh.mean() - 1.0),
        "power_worst_change_share": float(worst),
        "rent_change_share": now.rent_factor / without.rent_factor - 1.0,
        "base_rate_change": now.base_rate - without.base_rate,
        "power_later_months": now.powered_months - without.powered_months,
        "customers_gone_change_share": now.gone_share - without.gone_share,
    }


def worst_words(portfolio: Portfolio, item: Struck) -> str:
    """``plains, 2028``: where and when power becomes dearest; empty where it does nowhere."""
    if item.worst is None:
        return ""
    zone, year = item.worst
    return f"{portfolio.markets.power[zone].name}, {year_name(portfolio, year)}"


def stress_table(portfolio: Portfolio, items: Sequence[Struck], without: Means) -> str:
    """Every stress beside the scenarios without it."""
    if not items:
        return "<p>No stress was asked for.</p>"
    columns = (
        tables.Column("stress", numeric=False),
        tables.Column("what it changes, and why one looks at it", numeric=False),
        tables.Column("hashprice", "USD/PH/day"),
        tables.Column("power", "USD/MWh"),
        tables.Column("power, dearest", "zone and year"),
        tables.Column("rent", "start = 1"),
        tables.Column("base rate", "% a year"),
        tables.Column("power comes later", "months"),
        tables.Column("customers gone", "of them"),
    )
    rows = [_row("none", "", "", without, None)]
    for item in items:
        changes = "; ".join(change_words(change) for change in item.stress.changes)
        rows.append(_row(item.name, changes, item.stress.why, item.means, effects(item, without), worst_words(portfolio, item)))
    caption = (
        "Means over all scenarios, all months of the study and all zones, each stress put upon the same luck. Power is the price "
        "of the hours, so hours of scarcity count; beside it where and in which year it becomes dearest. Power later: mean over "
        "blocks, which is less than the delay where a step never comes. A stress is neither a probability nor a forecast."
    )
    return tables.table(caption, columns, rows, name="stresses")


def _why(why: str) -> str:
    """The reason with its confidence as a sign, where it begins with one."""
    source = read_source(why)
    return (
        f"<small>{figures.text(why)}</small>"
        if source is None
        else (f"{tag(source.confidence)} <small>{figures.text(source.text)}</small>")
    )


def _row(name: str, changes: str, why: str, means: Means, by: dict[str, float] | None, worst: str = "") -> tables.Row:
    dearest = figures.percent(by["power_worst_change_share"]) if by is not None and worst else figures.NOTHING
    by = by or {}

    def beside(cell: tables.Cell, key: str) -> tables.Cell:
        """The mean, and below it how far it is from that without the stress."""
        change = by.get(key, 0.0)
        shown = figures.percent(change, 1)
        below = f"<small>{'+' if change > 0 else ''}{shown}</small>" if abs(change) >= 5e-4 else ""
        return tables.html(cell.html + below, cell.value, "n two")

    return tables.Row(
        (
            tables.words(name),
            tables.html(f"{figures.text(changes)}<br>{_why(why)}" if changes else "as drawn", None, "why"),
            beside(tables.amount(means.hashprice_usd_per_ph_day, 2), "hashprice_change_share"),
            beside(tables.amount(float(means.power_usd_per_mwh.mean()), 2), "power_change_share"),
            tables.html(
                f"{'+' if worst else ''}{dearest}<small>{figures.text(worst)}</small>",
                by.get("power_worst_change_share") if worst else None,
                "n two" if worst else "n none",
            ),
            beside(tables.amount(means.rent_factor, 3), "rent_change_share"),
            tables.amount(means.base_rate, 2, scale=0.01),
            tables.amount(by.get("power_later_months"), 1),
            tables.share(means.gone_share, 1),
        )
    )
