"""The drivers of scenarios, each with its name, unit and what is shown of it: percentiles by month and by model year.

A driver's name is that of the scenarios' variable; of one with zones or currencies it is followed by the name of each, as
``power_level_usd_per_mwh/fjord``. Two are not variables of the scenarios but what these were made of: the price of gas, and
inflation over the twelve months before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10
from typing import Literal

import numpy as np
import xarray as xr

from repower.portfolio import Portfolio
from repower.report import figures
from repower.report.section import Floats
from repower.scenarios.measures import percentiles

Group = Literal["bitcoin", "power", "accelerators", "money"]
#: Percentiles that are told, and their names.
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
NAMES = ("p10", "p25", "p50", "p75", "p90")
#: Model years that a short table shows, where the study has them.
YEARS = (1, 2, 3, 5, 10, 15, 20, 30, 40)


@dataclass(frozen=True, repr=False)
class Driver:
    """One driver in all scenarios.

    name : see above.  title : for people.  units : of `values`.  values : [S, M].  first : month of the first value from the
    start of the study.  logarithmic : whether a chart has such an axis.  scale, shown_units : what is shown is values / scale.
    """

    name: str
    title: str
    units: str
    values: Floats
    group: Group
    logarithmic: bool = False
    first: int = 0
    scale: float = 1.0
    shown_units: str = ""

    @property
    def shown(self) -> str:
        """The unit that people read."""
        return self.shown_units or self.units


#: Variables with one path per scenario: title, group, logarithmic axis, scale, unit shown.
_PLAIN: dict[str, tuple[str, Group, bool, float, str]] = {
    "btc_price_usd": ("Price of a bitcoin", "bitcoin", True, 1.0, ""),
    "network_eh_per_s": ("Hashrate of the network", "bitcoin", True, 1.0, ""),
    "hashprice_usd_per_ph_day": ("Hashprice", "bitcoin", True, 1.0, ""),
    "fee_share": ("Fees, of the subsidy", "bitcoin", True, 0.01, "%"),
    "machine_usd_per_th": ("Price of a newest machine", "bitcoin", True, 1.0, ""),
    "newest_j_per_th": ("Newest machines", "bitcoin", False, 1.0, ""),
    "marginal_j_per_th": ("Machines that just pay for power", "bitcoin", False, 1.0, ""),
    "gpu_rent_factor": ("Accelerator rent", "accelerators", False, 1.0, "start = 1"),
    "gpu_progress_years": ("Generations arrived", "accelerators", False, 1.0, "years of mean pace"),
    "base_rate": ("Base rate", "money", False, 0.01, "% a year"),
    "price_index": ("Price index", "money", False, 1.0, "start = 1"),
}


def drivers_of(portfolio: Portfolio, drawn: xr.Dataset, gas_factor: Floats) -> tuple[Driver, ...]:
    """All drivers in the order in which they are shown.

    drawn : scenarios.  gas_factor : price of gas against its expected path [S, M], of the same scenarios.
    """
    found = [_plain(drawn, name) for name in _PLAIN]
    level, worth = drawn["power_level_usd_per_mwh"], drawn["usd_per_unit"]
    zones = [
        Driver(
            f"power_level_usd_per_mwh/{zone}",
            f"Power, {zone}",
            str(level.attrs["units"]),
            level.sel(zone=zone).to_numpy(),
            "power",
        )
        for zone in by_size(portfolio)
    ]
    gas = Driver("gas_factor", "Price of gas, of its expected path", "1", gas_factor, "power", shown_units="expected = 1")
    index = drawn["price_index"].to_numpy()
    inflation = (
        [
            Driver(
                "inflation_rate",
                "Inflation over twelve months",
                "1/year",
                index[:, 12:] / index[:, :-12] - 1.0,
                "money",
                first=12,
                scale=0.01,
                shown_units="% a year",
            )
        ]
        if index.shape[1] > 12
        else []
    )
    currencies = [
        Driver(f"usd_per_unit/{name}", f"Worth of one {name}", f"USD/{name}", worth.sel(currency=name).to_numpy(), "money")
        for name in worth["currency"].to_numpy().tolist()
    ]
    return (*found, *zones, gas, *inflation, *currencies)


def _plain(drawn: xr.Dataset, name: str) -> Driver:
    title, group, logarithmic, scale, shown = _PLAIN[name]
    values = drawn[name].to_numpy().astype(np.float64)
    return Driver(name, title, str(drawn[name].attrs["units"]), values, group, logarithmic, 0, scale, shown)


def by_size(portfolio: Portfolio) -> list[str]:
    """All zones, those with most grid MW first."""
    size = dict.fromkeys((zone.name for zone in portfolio.markets.power), 0.0)
    for site in portfolio.sites:
        size[site.power_market] += site.grid_mw
    return sorted(size, key=lambda zone: -size[zone])


def by_month(driver: Driver) -> dict[str, Floats]:
    """Percentiles and mean over scenarios of each month [M]."""
    bands = percentiles(driver.values, SHARES)
    return {**dict(zip(NAMES, bands, strict=True)), "mean": driver.values.mean(axis=0)}


def year_means(driver: Driver) -> Floats:
    """Mean of the twelve months of each model year, in every scenario [S, N]; the driver's first year is its first column."""
    return np.asarray(driver.values.reshape(len(driver.values), -1, 12).mean(axis=2))


def by_year(driver: Driver) -> dict[str, Floats]:
    """Percentiles and mean over scenarios of the year means [N]."""
    means = year_means(driver)
    return {**dict(zip(NAMES, percentiles(means, SHARES), strict=True)), "mean": means.mean(axis=0)}


def told_years(years: int) -> list[int]:
    """Positions of the model years that a short table shows; the last one always."""
    return sorted({year - 1 for year in YEARS if year <= years} | {years - 1})


def year_name(portfolio: Portfolio, year: int) -> str:
    """``2027``, or ``2027-04+`` for the twelve months from April on."""
    start = portfolio.start + 12 * year
    return str(start.year) if start.month == 1 else f"{start}+"


def decimals(values: Sequence[float] | Floats) -> int:
    """Decimals with which the largest of the values has three significant figures, and no more than four."""
    sizes = [abs(float(value)) for value in values if isfinite(value) and value]
    return min(4, max(0, 2 - floor(log10(max(sizes))))) if sizes else 0


def figure_of(value: float | None) -> str:
    """A number with three significant figures or so."""
    return figures.NOTHING if value is None or not isfinite(value) else figures.number(value, decimals([value]))


def compact(value: float | None) -> str:
    """``84.7 k``, ``4.00 M``: three significant figures with a letter for thousands and millions, from ten thousand on."""
    if value is None or not isfinite(value):
        return figures.NOTHING
    for scale, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= max(0.9995 * scale, 1e4):
            return f"{figure_of(value / scale)}{figures.GLUE}{letter}"
    return figure_of(value)
