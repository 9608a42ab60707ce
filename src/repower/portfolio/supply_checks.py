"""How a site is fed: contracts that can be delivered, in the study, at prices that are meant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from repower.horizon import Month
from repower.portfolio.finding import Finding
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio
from repower.portfolio.power_market import PowerMarket
from repower.portfolio.site import Site
from repower.portfolio.supply import Generator, Ppa


def check_must_take(portfolio: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """Power that must be taken and cannot be resold, against what the connection brings in the same month."""
    ppas = [ppa for ppa in site.supply.ppas if not ppa.resale]
    horizon = portfolio.horizon
    turning = {horizon.start, *(step.from_ for step in site.connection), *(ppa.from_ for ppa in ppas if ppa.from_ is not None)}
    for month in sorted(turning):
        if not horizon.start <= month < horizon.end:
            continue
        taken = sum(ppa.must_take_share * ppa.mw for ppa in ppas if _runs(ppa, month))
        limit = site.import_mw(month)
        if taken > limit + 1e-9:
            message = (
                f"in {month} {taken:g} MW must be taken, but the connection brings {limit:g} MW: the rest could not be delivered"
            )
            hint = "lower mw or must_take_share, allow resale: true, or let the contract begin with a larger connection"
            yield Finding("P209", (*path, "supply", "ppas"), message, hint)
            return


def _runs(ppa: Ppa, month: Month) -> bool:
    return (ppa.from_ is None or ppa.from_ <= month) and (ppa.until is None or month <= ppa.until)


OF_SITE = (check_must_take,)


def check_ppa_window(_: Portfolio, ppa: Ppa, path: FilePath) -> Iterator[Finding]:
    """The contract begins before it ends."""
    if ppa.from_ is not None and ppa.until is not None and ppa.from_ > ppa.until:
        message = f"the contract ends in {ppa.until}, before it begins in {ppa.from_}"
        yield Finding("P208", (*path, "until"), message, "from is the first month, until the last; correct one")


def check_ppa_in_study(portfolio: Portfolio, ppa: Ppa, path: FilePath) -> Iterator[Finding]:
    """The contract has a month in the study."""
    horizon = portfolio.horizon
    if ppa.until is not None and ppa.until < horizon.start:
        message = f"the contract ended in {ppa.until}, before the study starts ({horizon.start})"
        yield Finding("P224", (*path, "until"), message, "correct the month, or remove the contract")
    elif ppa.from_ is not None and ppa.from_ >= horizon.end:
        message = f"the contract begins in {ppa.from_}, after the study's last month ({horizon.end + -1})"
        yield Finding("P224", (*path, "from"), message, "correct the month, or remove the contract")


def check_resale_fee(_: Portfolio, ppa: Ppa, path: FilePath) -> Iterator[Finding]:
    """A fee on resale goes with resale."""
    if ppa.resale_fee_usd_per_mwh > 0 and not ppa.resale:
        message = "a fee on energy sold back, but resale is not allowed: the fee would have no effect"
        yield Finding("P233", (*path, "resale_fee_usd_per_mwh"), message, "add resale: true, or remove the fee")


OF_PPA = (check_ppa_window, check_ppa_in_study, check_resale_fee)


def check_generator_in_study(portfolio: Portfolio, generator: Generator, path: FilePath) -> Iterator[Finding]:
    """The plant begins within the study."""
    horizon = portfolio.horizon
    if generator.from_ is not None and generator.from_ >= horizon.end:
        message = f"the plant begins in {generator.from_}, after the study's last month ({horizon.end + -1})"
        yield Finding("P224", (*path, "from"), message, "correct the month, or remove the plant")


def check_fuel(_: Portfolio, generator: Generator, path: FilePath) -> Iterator[Finding]:
    """Heat rate and fuel price go together."""
    burns, pays = generator.heat_rate_mmbtu_per_mwh > 0, generator.fuel_usd_per_mmbtu > 0
    if burns != pays:
        given, absent = (
            ("heat_rate_mmbtu_per_mwh", "fuel_usd_per_mmbtu") if burns else ("fuel_usd_per_mmbtu", "heat_rate_mmbtu_per_mwh")
        )
        message = f"{given} without {absent}: its fuel would be free"
        hint = f"add {absent}; for a plant without fuel remove {given}, for an all-in price per energy use variable_usd_per_mwh"
        yield Finding("P234", (*path, given), message, hint)


OF_GENERATOR = (check_generator_in_study, check_fuel)


def check_price_scale(
    owner: PowerMarket | Ppa, path: FilePath, attribute: Literal["level_usd_per_mwh", "price_usd_per_mwh"]
) -> Iterator[Finding]:
    """A price between 0 and 1 USD/MWh was meant per kWh."""
    price: float | None = getattr(owner, attribute)
    if price is not None and 0 < price < 1:
        message = f"{price:g} USD/MWh is next to nothing; this looks like a price per kWh"
        yield Finding("P235", (*path, attribute), message, f"write {price * 1000:g}, or the unit: {price:g} USD/kWh")
