"""What to print beside a site's year: the numbers that went in, and what was assumed about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from repower.conversion.demand_charges import ChargedHours
from repower.conversion.setting import Bools, Setting
from repower.conversion.site_loads import HallOfDesign, Mines
from repower.conversion.year_hours import YearHours
from repower.dispatch.problem import SiteHours
from repower.portfolio import Site


@dataclass(frozen=True)
class Fact:
    """Something to print beside the result: ``("PUE of dense, mean", 1.14, "", "weather of 2023")``.

    label : what it is.  value : a number, or a text.  unit : of the number; empty for a ratio or a text.
    note : how it is meant, or what was assumed; empty where the label says all.
    """

    label: str
    value: float | str
    unit: str = ""
    note: str = ""


def facts_of(
    setting: Setting,
    site: Site,
    year: YearHours,
    shape_year: int,
    problem: SiteHours,
    mining: Mines,
    built: tuple[HallOfDesign, ...],
    charged: ChargedHours,
    called: Bools,
) -> tuple[Fact, ...]:
    """All facts of a site's year, loads first."""
    return (
        *_of_markets(setting, site, year, shape_year, problem),
        *_of_mines(site, mining),
        *_of_halls(site, problem, built),
        *_of_limits(site, problem, called),
        *_of_charges(year, charged),
        *_of_storage(site, problem),
    )


def _of_markets(setting: Setting, site: Site, year: YearHours, shape_year: int, problem: SiteHours) -> Iterator[Fact]:
    price = problem.market_price_usd_per_mwh
    hours = f"hours of {setting.shapes.years[shape_year]}, in {year.first} to {year.first + 11}"
    yield Fact("market price, mean", float(price.mean()), "USD/MWh", f"{site.power_market}, level of the scenario x {hours}")
    note = "hours of the day in tariffs and in the use of AI; no daylight saving"
    yield Fact("local time", f"UTC{site.hours_ahead_of_utc:+d}", "", note)
    yield Fact("network, retail and tax on import", problem.adder_usd_per_mwh, "USD/MWh")
    months = slice(setting.portfolio.horizon.offset(year.first), setting.portfolio.horizon.offset(year.first) + 12)
    yield Fact("hashprice, mean", float(setting.hashprice[0, months].mean()), "USD/PH/day")


def _of_mines(site: Site, mining: Mines) -> Iterator[Fact]:
    for fleet in mining.fleets:
        where = f"at nominal power, in {', '.join(fleet.blocks)}; its running cost is not in the margin"
        yield Fact(f"mine {fleet.name}", fleet.nominal_mw, "MW", where)
        if fleet.highest_mw > fleet.nominal_mw * (1 + 1e-9):
            note = "more than the grid MW of its blocks: only the connection limits it"
            yield Fact(f"mine {fleet.name}, highest mode", fleet.highest_mw, "MW", note)
    if len(mining.names) > len(mining.fleets):
        yield Fact("power modes", "mixed", "", "a fleet mixes modes machine by machine: exact up to one machine")
    if not mining.names:
        yield Fact("mines", "none", "", f"no fleet with power and life left runs at {site.name} in this year")


def _of_halls(site: Site, problem: SiteHours, built: tuple[HallOfDesign, ...]) -> Iterator[Fact]:
    for hall in built:
        what = f"hall {hall.design}"
        yield Fact(f"{what}, critical IT", hall.critical_it_mw, "MW", f"in {', '.join(hall.blocks)}, as if its works were done")
        load = float(hall.it_mw.mean()) / hall.critical_it_mw
        taken = "" if hall.occupied_share == 1 else f"; {hall.occupied_share:.0%} of the critical IT is sold"
        yield Fact(f"{what}, IT load against critical IT", load, "", f"mean of the year; {hall.workload}{taken}")
        if hall.workload == "inference":
            day = "follows the local hour of users who live where the hall stands"
            yield Fact(f"{what}, highest IT load against critical IT", float(hall.it_mw.max()) / hall.critical_it_mw, "", day)
        yield Fact(f"{what}, PUE mean", float(hall.pue.mean()), "", "by the weather of each hour, at the mean load")
        yield Fact(f"{what}, PUE design day", hall.pue_design_day, "", "full load in the worst hour; decides the critical IT")
        if hall.flexible_mw.any():
            price = f"interrupted for {hall.flexible_usd_per_mwh:g} USD/MWh"
            yield Fact(f"{what}, load that may be interrupted, mean", float(hall.flexible_mw.mean()), "MW", price)
    if len({hall.flexible_usd_per_mwh for hall in built if hall.flexible_mw.any()}) > 1:
        note = "designs differ; the dearest price is paid for all that is interrupted"
        yield Fact("price of interrupted load", problem.flexible_usd_per_mwh, "USD/MWh", note)
    if built:
        is_stated = site.unserved_usd_per_mwh is not None
        note = "beyond what may be interrupted" if is_stated else "none stated: above every price and charge, so halls come first"
        yield Fact("price of AI load that is not served", problem.unserved_usd_per_mwh, "USD/MWh", note)


def _of_limits(site: Site, problem: SiteHours, called: Bools) -> Iterator[Fact]:
    curtailment = site.supply.curtailment
    if curtailment is not None:
        yield Fact(
            "hours of calls of the supplier", float(called.sum()), "h", "in the dearest hours of the year, known beforehand"
        )
        left = float(problem.import_limit_mw[called].max(initial=0.0))
        yield Fact("import left in a call", left, "MW", f"{curtailment.import_share:.0%} of the limit")
    if problem.export_limit_mw is not None and problem.export_limit_mw.any():
        note = f"at the market price less {problem.export_fee_usd_per_mwh:g} USD/MWh; never in an hour with import"
        yield Fact("export limit", float(problem.export_limit_mw.max()), "MW", note)
    if np.isfinite(problem.generation_limit_mwh):
        yield Fact("permitted generation", problem.generation_limit_mwh, "MWh", "all plants together, over the year")
    reserve = site.supply.reserve
    if reserve is not None:
        note = (
            f"on up to {reserve.max_share:.0%} of what mines draw; called {reserve.called_hours_per_year} hours a year, at "
            "the worth of the load less the market price"
        )
        yield Fact("reserve payment", reserve.usd_per_mw_hour, "USD/MW-h", note)


def _of_charges(year: YearHours, charged: ChargedHours) -> Iterator[Fact]:
    for name, hours in charged.coincident.items():
        when = ", ".join(np.datetime_as_string(year.hours[hours]).tolist()[:12]) + (" ..." if len(hours) > 12 else "")
        note = (
            "UTC; the dearest hours of their months stand for the system's peak (an approximation), and are known beforehand"
            if name in charged.estimated
            else "UTC; as given"
        )
        yield Fact(f"hours of {name}", when, "", note)
    if charged.peaks is not None or charged.coincident:
        note = "months begin at 00:00 UTC; rates are the same in every year; a ratchet looks at the months of the same year"
        yield Fact("demand charges", ", ".join((*charged.charges, *charged.coincident)), "", note)


def _of_storage(site: Site, problem: SiteHours) -> Iterator[Fact]:
    for battery in problem.batteries:
        losses = f"{battery.charge_efficiency:.3f} of the energy is left each way"
        note = f"{battery.charge_mw:g} MW; {losses}; wear {battery.usd_per_mwh_discharged:g} USD/MWh discharged"
        yield Fact("battery", battery.energy_mwh, "MWh", note)
        yield Fact(
            "battery, stored at the start", battery.start_mwh, "MWh", "and at least as much at the end; more is worth nothing"
        )
    if site.supply.battery is not None and not problem.batteries:
        note = f"from {site.supply.battery.from_}: it counts from the first whole year of the study on"
        yield Fact("battery", "not yet", "", note)
