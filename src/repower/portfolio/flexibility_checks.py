"""What moves load, and what charges for it: demand charges, batteries, permits, export, interruptible AI load."""

from __future__ import annotations

import re
from collections.abc import Iterator

from repower.horizon import DAYS_IN_MONTH
from repower.portfolio.demand_charge import DemandCharge
from repower.portfolio.design import AiDesign
from repower.portfolio.finding import Finding
from repower.portfolio.name_checks import find_twins
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio
from repower.portfolio.site import Site
from repower.portfolio.workload import INFERENCE_DAY

_HOUR_OF_YEAR = re.compile(r"(\d{2})-(\d{2})T(\d{2})")
#: Hours in which a battery empties at full power: a generous bracket around 0.5 to 12 of plants that are built. K.
_PLAUSIBLE_BATTERY_HOURS = (0.1, 48.0)


def check_export_rise(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """No step lets less out than the one before it: one that leaves export_mw out would silently end it."""
    before = 0.0
    for position, step in enumerate(site.connection):
        if step.export_mw < before:
            message = f"export falls from {before:g} to {step.export_mw:g} MW; a falling limit is not modelled"
            hint = f"a step replaces the one before it: repeat export_mw: {before:g}, or write the new total"
            yield Finding("P241", (*path, "connection", position, "export_mw"), message, hint)
        before = step.export_mw


def check_export_fee(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """A fee on export goes with export."""
    if site.supply.export_fee_usd_per_mwh > 0 and not any(step.export_mw > 0 for step in site.connection):
        message = "a fee on energy sold through the connection, but no step of it lets power out: the fee would have no effect"
        hint = "add export_mw to the connection, or remove the fee; contract energy sold on has its own resale_fee_usd_per_mwh"
        yield Finding("P242", (*path, "supply", "export_fee_usd_per_mwh"), message, hint)


def check_permits(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """All plants of a site are under the permit, or none: it limits them together."""
    plants = site.supply.generators
    free = [position for position, plant in enumerate(plants) if plant.run_hours_per_year is None]
    if free and len(free) < len(plants):
        message = (
            f"{plants[free[0]].name} has no run_hours_per_year, another plant of the site has; a permit limits them together"
        )
        hint = "write run_hours_per_year at every plant; 8760 is no limit of its own, but its energy is shared too"
        yield Finding("P246", (*path, "supply", "generators", free[0]), message, hint)


def check_battery(portfolio: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """The battery begins in the study, and empties in a time that batteries have."""
    battery = site.supply.battery
    if battery is None:
        return
    path = (*path, "supply", "battery")
    low, high = _PLAUSIBLE_BATTERY_HOURS
    hours = battery.energy_mwh / battery.power_mw
    if not low <= hours <= high:
        message = (
            f"{battery.energy_mwh:g} MWh at {battery.power_mw:g} MW last {hours:.3g} hours; batteries last {low:g} to {high:g}"
        )
        hint = "energy_mwh is the energy that it holds, not hours; a plain number is in MWh, or write the unit: 200 MWh"
        yield Finding("P251", (*path, "energy_mwh"), message, hint)
    horizon = portfolio.horizon
    if battery.from_ is not None and battery.from_ >= horizon.end:
        message = f"the battery begins in {battery.from_}, after the study's last month ({horizon.end + -1})"
        yield Finding("P224", (*path, "from"), message, "correct the month, or remove the battery")


def check_interrupting(portfolio: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """Interrupting by agreement is not dearer than breaking the agreement."""
    sla = site.unserved_usd_per_mwh
    if sla is None:
        return
    names = {*site.designs, *(block.design for block in site.blocks if block.design is not None)}
    for design in portfolio.designs:
        if design.name in names and design.flexible_share > 0 and design.flexible_usd_per_mwh > sla:
            message = (
                f"{sla:g} USD/MWh for load that is not served is less than the {design.flexible_usd_per_mwh:g} of {design.name} "
                "for load that is interrupted by agreement: nobody would ask first"
            )
            hint = "raise unserved_usd_per_mwh, or lower flexible_usd_per_mwh of the design"
            yield Finding("P250", (*path, "unserved_usd_per_mwh"), message, hint)
            return


OF_SITE = (check_export_rise, check_export_fee, check_permits, check_battery, check_interrupting)

# ---- demand charges -----------------------------------------------------------------------------------------------


def check_charge_names(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """Names of charges stand once in their site."""
    yield from find_twins(site.supply.demand_charge, (*path, "supply", "demand_charge"))


def check_charge_months(_: Portfolio, charge: DemandCharge, path: FilePath) -> Iterator[Finding]:
    """Months of a charge are 1 to 12, each once."""
    for position, month in enumerate(charge.months):
        here = (*path, "months", position)
        if not 1 <= month <= 12:
            yield Finding(
                "P108", here, f"{month} is no month of a year", "1 for January to 12 for December; leave months out for all"
            )
        elif month in charge.months[:position]:
            yield Finding("P202", here, f"{month} stands twice in this list", "remove one of the two")


def check_charge_options(_: Portfolio, charge: DemandCharge, path: FilePath) -> Iterator[Finding]:
    """What only another kind of charge knows is not given."""
    given = {
        "ratchet_share": ("monthly_peak", charge.ratchet_share > 0),
        "intervals_per_month": ("coincident_peak", charge.intervals_per_month != 1),
        "peak_hours": ("coincident_peak", bool(charge.peak_hours)),
    }
    for field, (kind, is_given) in given.items():
        if is_given and charge.kind != kind:
            message = f"{field} belongs to a {kind}, and this is a {charge.kind}: it would have no effect"
            yield Finding("P243", (*path, field), message, f"write kind: {kind}, or remove {field}")


def check_charge_window(_: Portfolio, charge: DemandCharge, path: FilePath) -> Iterator[Finding]:
    """The window of the day has hours, in each month as many as are billed."""
    if charge.from_hour == charge.until_hour:
        message = f"from {charge.from_hour} until {charge.until_hour} there is no hour that counts"
        hint = "until_hour is the end: from 14 until 20 are six hours; leave both out for all"
        yield Finding("P245", (*path, "until_hour"), message, hint)
        return
    fewest = min(DAYS_IN_MONTH) * ((charge.until_hour - charge.from_hour) % 24 or 24)
    if not charge.peak_hours and charge.intervals_per_month > fewest:
        message = f"{charge.intervals_per_month} hours of a month are billed, but the window of the day has {fewest} in February"
        yield Finding("P245", (*path, "intervals_per_month"), message, "lower intervals_per_month, or widen the window")


def check_peak_hours(_: Portfolio, charge: DemandCharge, path: FilePath) -> Iterator[Finding]:
    """The hours of a coincident peak are hours of a year, each once, as many in each month as are billed."""
    if charge.kind != "coincident_peak" or not charge.peak_hours:
        return
    months = []
    for position, text in enumerate(charge.peak_hours):
        here = (*path, "peak_hours", position)
        month = _month_of(text)
        if month is None:
            message = f"{text!r} is no hour of a year of 365 days"
            yield Finding(
                "P244", here, message, "month, day and hour in UTC, as 07-21T21 for the hour that begins at 21:00 on 21 July"
            )
            return
        if text in charge.peak_hours[:position]:
            yield Finding("P202", here, f"{text} stands twice in this list", "remove one of the two")
            return
        months.append(month)
    wanted = charge.months or tuple(range(1, 13))
    wrong = next(
        (month for month in (*wanted, *months) if months.count(month) != charge.intervals_per_month * (month in wanted)), None
    )
    if wrong is not None:
        message = (
            f"month {wrong} has {months.count(wrong)} peak hours, but {charge.intervals_per_month if wrong in wanted else 0} are "
            "billed by months and intervals_per_month"
        )
        hint = "give intervals_per_month hours for each of the months, or correct those two"
        yield Finding("P244", (*path, "peak_hours"), message, hint)


def _month_of(text: str) -> int | None:
    """Month of an hour of the year such as 07-21T21; None for what is none."""
    match = _HOUR_OF_YEAR.fullmatch(text)
    if match is None:
        return None
    month, day, hour = (int(part) for part in match.groups())
    return month if 1 <= month <= 12 and 1 <= day <= DAYS_IN_MONTH[month - 1] and hour <= 23 else None


OF_CHARGE = (check_charge_months, check_charge_options, check_charge_window, check_peak_hours)

# ---- AI halls -----------------------------------------------------------------------------------------------------


def check_workload(_: Portfolio, design: AiDesign, path: FilePath) -> Iterator[Finding]:
    """The busiest hour of a day of inference stays under the critical IT."""
    highest = max(INFERENCE_DAY)
    if design.workload == "inference" and design.load_factor_share * highest > 1:
        message = (
            f"the busiest hour of inference draws {highest:g} times the mean, so a mean of {design.load_factor_share:g} would be "
            "over the critical IT"
        )
        most = int(1000 / highest) / 1000
        hint = f"write load_factor_share: {most:g} or less (its default is for training), or workload: training"
        yield Finding("P248", (*path, "workload"), message, hint)


def check_flexible(_: Portfolio, design: AiDesign, path: FilePath) -> Iterator[Finding]:
    """What may be interrupted has a price, and a price has something to interrupt."""
    share, price = design.flexible_share > 0, design.flexible_usd_per_mwh > 0
    if share != price:
        given, absent, why = (
            ("flexible_share", "flexible_usd_per_mwh", "it would be interrupted for nothing, whenever power has a price")
            if share
            else ("flexible_usd_per_mwh", "flexible_share", "there is nothing to interrupt")
        )
        yield Finding("P249", (*path, given), f"{given} without {absent}: {why}", f"add {absent}, or remove {given}")


OF_DESIGN = (check_workload, check_flexible)
