"""One site's year, hour by hour, as the dispatch wants it: prices, limits, loads and contracts of one scenario.

The year is a model year of the study: the twelve months that begin with the study's first month, or with one of its
anniversaries, in calendar year `year`. 29 February is left out. The price of an hour is the scenario's level x the shape.

Left out: works (a converted block is finished and let), the choice of months in which a mine stands still because its running
cost is not earned, renewal of fleets, delays of the connection's import limit itself, and rates that rise with inflation where
the portfolio states none (demand charges, reserve, wear, what interrupted load costs).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.conversion.demand_charges import charged_hours
from repower.conversion.setting import Bools, Floats, Setting
from repower.conversion.site_loads import halls, mines
from repower.conversion.site_year_facts import Fact, facts_of
from repower.conversion.supply import supply_months, unserved_usd_per_mwh
from repower.conversion.year_hours import dearest, year_hours
from repower.dispatch.problem import Battery, SiteHours
from repower.errors import InputError, Problem
from repower.horizon import HOURS_IN_YEAR
from repower.markets.shapes import read_shapes
from repower.portfolio import Generator, Portfolio, Site
from repower.portfolio.naming import did_you_mean
from repower.portfolio.reading import load
from repower.scenarios.sampling import base

__all__ = ["Fact", "SiteYear", "open_site_year", "site_year"]


@dataclass(frozen=True)
class SiteYear:
    """The hours of one site in one year of the study, with the names of what stands in their arrays.

    site : name of the site.  year : calendar year in which its twelve months begin.
    problem : the dispatch problem, not yet checked; H = 8760.
    hours : [H] datetime64[h], UTC, beginning of each hour.
    called : [H] bool, hours of a curtailment call; `problem.import_limit_mw` is already lowered in them.
    ppas, generators, tiers, batteries : names along P, G, K, B.
    cells, charges : names of the billing cells C and demand charges J of `problem.peaks`; empty where it has none.
    facts : what to print beside the result.
    """

    site: str
    year: int
    problem: SiteHours
    hours: NDArray[np.datetime64]
    called: Bools
    ppas: tuple[str, ...]
    generators: tuple[str, ...]
    tiers: tuple[str, ...]
    batteries: tuple[str, ...]
    cells: tuple[str, ...]
    charges: tuple[str, ...]
    facts: tuple[Fact, ...]


def site_year(setting: Setting, site: Site, year: int, converted: Mapping[str, str] | None = None) -> SiteYear:
    """One site's hours in one scenario, its blocks as they stand, those of `converted` (block -> design) as AI halls.

    Contracts and plants that are not there in the year are left out. Calls of the supplier fall into the dearest hours.

    Raises ValueError unless the setting has one scenario, the year lies in the study, and `converted` names blocks of the
    site and designs that can be built there.
    """
    converted = converted or {}
    if setting.count != 1:
        raise ValueError(f"a site's year is that of one scenario, and the setting has {setting.count}")
    problems = _problems(setting.portfolio, site, year, converted)
    if problems:
        raise ValueError("; ".join(f"{problem.message} ({problem.hint})" for problem in problems))
    model_year = year - setting.portfolio.start.year
    months = slice(12 * model_year, 12 * model_year + 12)
    hours = year_hours(setting.portfolio.start + 12 * model_year, site.hours_ahead_of_utc)
    shape_year = int(setting.shape_year[0, model_year])

    level, shape = hours.of_months(setting.level(site)[0, months]), setting.price_shape(site)[shape_year][hours.shape_hour]
    price = np.clip(level * shape, *setting.price_limits(site))
    called, left = _calls(site, price)
    supply = supply_months(setting, site)
    mining = mines(setting, site, hours, converted)
    built = halls(setting, site, hours, shape_year, converted)
    charged = charged_hours(site.supply.demand_charge, hours, price)
    batteries = _batteries(setting, site, model_year)
    reserve = site.supply.reserve
    interrupted = max((hall.flexible_usd_per_mwh for hall in built if hall.flexible_mw.any()), default=0.0)
    unserved = site.unserved_usd_per_mwh
    if unserved is None:
        dearest_mwh = float((price + site.supply.adder_usd_per_mwh + charged.most_usd_per_mw).max())
        unserved = max(unserved_usd_per_mwh(setting, site), 2 * dearest_mwh, interrupted)
    ppas = np.flatnonzero((supply.ppa_mw[:, months] > 0).any(axis=1))
    plants = np.flatnonzero((supply.generator_mw[:, months] > 0).any(axis=1))

    problem = SiteHours(
        market_price_usd_per_mwh=price,
        adder_usd_per_mwh=site.supply.adder_usd_per_mwh,
        import_limit_mw=hours.of_months(supply.import_limit_mw[months]) * left,
        ppa_mw=hours.of_months(supply.ppa_mw[ppas][:, months]),
        ppa_price_usd_per_mwh=hours.of_months(supply.ppa_price[ppas][:, months]),
        ppa_must_take_share=np.asarray(supply.ppa_must_take[ppas], dtype=np.float64),
        ppa_resale=supply.ppa_resale[ppas],
        ppa_resale_fee_usd_per_mwh=np.asarray(supply.ppa_fee[ppas], dtype=np.float64),
        generator_mw=hours.of_months(supply.generator_mw[plants][:, months]),
        generator_cost_usd_per_mwh=hours.of_months(supply.generator_cost[plants][:, months]),
        tier_mw=mining.mw,
        tier_value_usd_per_mwh=mining.value_usd_per_mwh,
        ai_mw=np.asarray(sum((hall.load_mw for hall in built), np.zeros(HOURS_IN_YEAR))),
        export_limit_mw=hours.of_months(np.array([site.export_mw(hours.first + step) for step in range(12)])),
        export_fee_usd_per_mwh=site.supply.export_fee_usd_per_mwh,
        unserved_usd_per_mwh=unserved,
        flexible_mw=np.asarray(sum((hall.flexible_mw for hall in built), np.zeros(HOURS_IN_YEAR))),
        flexible_usd_per_mwh=interrupted,
        generator_least_share=np.array([site.supply.generators[row].least_share for row in plants], dtype=np.float64),
        generator_min_up_hours=np.array([site.supply.generators[row].min_up_hours for row in plants], dtype=np.int64),
        generation_limit_mwh=_permitted_mwh([site.supply.generators[row] for row in plants]),
        reserve_usd_per_mw_hour=reserve.usd_per_mw_hour if reserve is not None else 0.0,
        reserve_max_share=reserve.max_share if reserve is not None else 0.0,
        reserve_called_share=reserve.called_hours_per_year / HOURS_IN_YEAR if reserve is not None else 0.0,
        batteries=batteries,
        peaks=charged.peaks,
        coincident_usd_per_mw=charged.coincident_usd_per_mw,
    )
    return SiteYear(
        site=site.name,
        year=year,
        problem=problem,
        hours=hours.hours,
        called=called,
        ppas=tuple(site.supply.ppas[row].name for row in ppas),
        generators=tuple(site.supply.generators[row].name for row in plants),
        tiers=mining.names,
        batteries=("battery",) * len(batteries),
        cells=charged.cells,
        charges=charged.charges,
        facts=facts_of(setting, site, hours, shape_year, problem, mining, built, charged, called),
    )


def open_site_year(directory: str | Path, site: str, year: int, converted: Mapping[str, str] | None = None) -> SiteYear:
    """`site_year` of the portfolio in a folder, in its base scenario: no shocks, no defaults, mean delays of power.

    Raises InputError for a portfolio or series with mistakes, a site, block or design that it does not have, and a year outside
    the study.
    """
    portfolio = load(directory)
    converted = converted or {}
    names = [known.name for known in portfolio.sites]
    if site not in names:
        raise InputError(Problem("P201", f"{site} is not among the sites", hint=did_you_mean(site, names, "sites")))
    known = portfolio.site(site)
    problems = _problems(portfolio, known, year, converted)
    if problems:
        raise InputError(problems)
    shapes = read_shapes(portfolio)
    return site_year(Setting(portfolio, base(portfolio, shapes), shapes), known, year, converted)


def _problems(portfolio: Portfolio, site: Site, year: int, converted: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a question for this site."""
    first, last = portfolio.start.year, portfolio.start.year + portfolio.years - 1
    found = []
    if not first <= year <= last:
        hint = f"years of the study are {first} to {last}, each of twelve months, the first from {portfolio.start} on"
        found.append(Problem("P224", f"{year} is outside the study", hint=hint))
    blocks = [block.name for block in site.blocks]
    for block, design in converted.items():
        if block not in blocks:
            hint = did_you_mean(block, blocks, f"blocks of {site.name}")
            found.append(Problem("P201", f"{block} is not among the blocks of {site.name}", hint=hint))
        if design not in site.designs:
            kind = f"designs that can be built at {site.name}"
            found.append(Problem("P201", f"{design} is not among the {kind}", hint=did_you_mean(design, site.designs, kind)))
    return found


def _calls(site: Site, price_usd_per_mwh: Floats) -> tuple[Bools, Floats]:
    """[H] hours of a call of the supplier, and the share of the import limit that is left in every hour."""
    called = np.zeros(len(price_usd_per_mwh), dtype=np.bool_)
    curtailment = site.supply.curtailment
    if curtailment is None:
        return called, np.ones(len(price_usd_per_mwh))
    called[dearest(price_usd_per_mwh, curtailment.hours_per_year)] = True
    return called, np.where(called, curtailment.import_share, 1.0)


def _permitted_mwh(plants: Sequence[Generator]) -> float:
    """Energy that the permit leaves all plants together; the checks see to it that all have one or none."""
    hours = [plant.run_hours_per_year for plant in plants]
    if not plants or None in hours:
        return float(np.inf)
    return sum(plant.mw * (plant.run_hours_per_year or 0) for plant in plants)


def _batteries(setting: Setting, site: Site, model_year: int) -> tuple[Battery, ...]:
    """The site's battery in a year in which it stands from the first month on; its losses are split evenly between the ways."""
    battery = site.supply.battery
    if battery is None or (battery.from_ is not None and battery.from_ > setting.portfolio.start + 12 * model_year):
        return ()
    one_way = float(np.sqrt(battery.round_trip_efficiency))
    start = battery.start_share * battery.energy_mwh
    return (
        Battery(
            charge_mw=battery.power_mw,
            discharge_mw=battery.power_mw,
            energy_mwh=battery.energy_mwh,
            charge_efficiency=one_way,
            discharge_efficiency=one_way,
            usd_per_mwh_discharged=battery.usd_per_mwh_throughput,
            start_mwh=start,
            least_end_mwh=start,
        ),
    )
