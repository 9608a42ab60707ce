"""Checks of facts against one another: everything that one field alone cannot know.

A check is a generator of `Finding`s about one subject. Of a portfolio of which only a part is known (`partial`), a check
ends where it needs what is unknown, and the others go on; of a whole portfolio an AttributeError is a fault of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from repower.portfolio import (
    bitcoin_checks,
    block_checks,
    catalogue_checks,
    connection_checks,
    currency_checks,
    dependence_checks,
    money_checks,
    name_checks,
    power_checks,
    stress_checks,
    study_checks,
    waiting_checks,
)
from repower.portfolio import flexibility_checks as flexibility
from repower.portfolio import supply_checks as supply
from repower.portfolio.finding import Finding
from repower.portfolio.portfolio import Portfolio

Check = Iterator[Finding]
T = TypeVar("T")


def check_whole(portfolio: Portfolio) -> list[Finding]:
    """All findings about a portfolio that its models accepted."""
    return [finding for subject in _SUBJECTS for check in subject(portfolio) for finding in check]


def check_part(portfolio: Portfolio) -> list[Finding]:
    """All findings that can be made about a portfolio with unknown parts."""
    return [
        finding
        for subject in _SUBJECTS
        for check in _until_unknown(subject(portfolio))
        for finding in _until_unknown(check)
    ]  # fmt: skip


def _until_unknown(items: Iterator[T]) -> Iterator[T]:
    while True:
        try:
            item = next(items)
        except (StopIteration, AttributeError):
            return
        yield item


def _items(owner: Any, attribute: str) -> Iterable[tuple[int, Any]]:
    """The items of a list with their positions; none where the list is unknown."""
    return enumerate(getattr(owner, attribute, ()))


def _of_portfolio(portfolio: Portfolio) -> Iterator[Check]:
    for check in (
        *name_checks.OF_PORTFOLIO,
        *money_checks.OF_PORTFOLIO,
        *study_checks.OF_PORTFOLIO,
        *dependence_checks.OF_PORTFOLIO,
        *waiting_checks.OF_PORTFOLIO,
        *currency_checks.OF_PORTFOLIO,
        *bitcoin_checks.OF_PORTFOLIO,
        *stress_checks.OF_PORTFOLIO,
    ):
        yield check(portfolio)


def _of_customers(portfolio: Portfolio) -> Iterator[Check]:
    for position, lease in _items(portfolio, "leases"):
        for check in (*name_checks.OF_CUSTOMER, *study_checks.OF_LEASE):
            yield check(portfolio, lease, ("leases", position))
    for position, cloud in _items(portfolio, "clouds"):
        for rule in (*name_checks.OF_CUSTOMER, name_checks.check_gpu, *currency_checks.OF_CLOUD):
            yield rule(portfolio, cloud, ("clouds", position))


def _of_catalogue(portfolio: Portfolio) -> Iterator[Check]:
    for position, miner in _items(portfolio, "miners"):
        for check in catalogue_checks.OF_MINER:
            yield check(miner, ("miners", position))
    for position, gpu in _items(portfolio, "gpus"):
        yield catalogue_checks.check_gpu_power(gpu, ("gpus", position))
    for position, design in _items(portfolio, "designs"):
        for rule in flexibility.OF_DESIGN:
            yield rule(portfolio, design, ("designs", position))


def _of_markets(portfolio: Portfolio) -> Iterator[Check]:
    for position, market in _items(portfolio.markets, "power"):
        yield supply.check_price_scale(market, ("markets", "power", position), "level_usd_per_mwh")
        for check in power_checks.OF_MARKET:
            yield check(portfolio, market, ("markets", "power", position))


def _of_sites(portfolio: Portfolio) -> Iterator[Check]:
    for position, site in _items(portfolio, "sites"):
        for check in (
            *name_checks.OF_SITE,
            *connection_checks.OF_SITE,
            *waiting_checks.OF_SITE,
            *supply.OF_SITE,
            *flexibility.OF_SITE,
            flexibility.check_charge_names,
            *block_checks.OF_SITE,
            money_checks.check_tax,
        ):
            yield check(portfolio, site, ("sites", position))


def _of_blocks(portfolio: Portfolio) -> Iterator[Check]:
    for place, site in _items(portfolio, "sites"):
        for position, block in _items(site, "blocks"):
            for check in (*name_checks.OF_BLOCK, *block_checks.OF_BLOCK):
                yield check(portfolio, site, block, ("sites", place, "blocks", position))


def _of_supply(portfolio: Portfolio) -> Iterator[Check]:
    for place, site in _items(portfolio, "sites"):
        path = ("sites", place, "supply")
        feeding = getattr(site, "supply", None)
        for position, ppa in _items(feeding, "ppas"):
            for check in supply.OF_PPA:
                yield check(portfolio, ppa, (*path, "ppas", position))
            yield supply.check_price_scale(ppa, (*path, "ppas", position), "price_usd_per_mwh")
        for position, generator in _items(feeding, "generators"):
            for rule in supply.OF_GENERATOR:
                yield rule(portfolio, generator, (*path, "generators", position))
        for position, charge in _items(feeding, "demand_charge"):
            for part in flexibility.OF_CHARGE:
                yield part(portfolio, charge, (*path, "demand_charge", position))


_SUBJECTS = (_of_portfolio, _of_catalogue, _of_markets, _of_customers, _of_sites, _of_blocks, _of_supply)
