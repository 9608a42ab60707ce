"""Currencies: each once, none that is the dollar, those of power markets known; a cloud that sells less than nothing."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.customers import Cloud
from repower.portfolio.finding import Finding
from repower.portfolio.name_checks import find_twins
from repower.portfolio.naming import did_you_mean
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio


def check_currencies(portfolio: Portfolio) -> Iterator[Finding]:
    """Every currency stands once, and none is the one that everything is counted in."""
    path = ("markets", "money", "currencies")
    currencies = portfolio.markets.money.currencies
    yield from find_twins(currencies, path, "name", "P271")
    for position, currency in enumerate(currencies):
        if currency.name == "USD":
            message = "USD is what all money is counted in, so it cannot move against itself"
            yield Finding("P271", (*path, position, "name"), message, "remove it; a market without a currency is priced in USD")


def check_market_currencies(portfolio: Portfolio) -> Iterator[Finding]:
    """A power market is priced in a currency whose path is described."""
    known = [currency.name for currency in portfolio.markets.money.currencies]
    for position, market in enumerate(portfolio.markets.power):
        if market.currency is not None and market.currency not in known:
            message = f"{market.currency} is not among markets.money.currencies, so nothing is known of its path"
            hint = (
                "leave the line out: a market without a currency is priced in USD"
                if market.currency == "USD"
                else did_you_mean(market.currency, known, "currencies")
            )
            yield Finding("P270", ("markets", "power", position, "currency"), message, hint)


def check_utilisation(_: Portfolio, cloud: Cloud, path: FilePath) -> Iterator[Finding]:
    """In a glut a cloud sells at least nothing."""
    if cloud.utilisation_response > cloud.utilisation_share:
        message = (
            f"in a glut the cloud would sell {cloud.utilisation_response:g} less than {cloud.utilisation_share:g} of its hours"
        )
        yield Finding("P272", (*path, "utilisation_response"), message, "write at most the utilisation_share")


OF_PORTFOLIO = (check_currencies, check_market_currencies)
OF_CLOUD = (check_utilisation,)
