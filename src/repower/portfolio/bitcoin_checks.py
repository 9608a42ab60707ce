"""Bitcoin: months that change as often as they should, a fleet older than its newest machines."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.finding import Finding
from repower.portfolio.portfolio import Portfolio

_PATH = ("markets", "bitcoin")


def check_turbulence(portfolio: Portfolio) -> Iterator[Finding]:
    """Turbulence that is so frequent and so short would have to begin with a chance above 1."""
    bitcoin = portfolio.markets.bitcoin
    share, months = bitcoin.price_turbulent_share, bitcoin.price_turbulent_months
    least = share / (1.0 - share)
    if months < least * (1.0 - 1e-12):
        message = f"months that are turbulent {share:g} of the time are so for at least {least:.3g} on average, not {months:g}"
        yield Finding("P261", (*_PATH, "price_turbulent_months"), message, "lengthen the months, or lower price_turbulent_share")


def check_machines(portfolio: Portfolio) -> Iterator[Finding]:
    """The world's machines are on average not better than the newest."""
    bitcoin = portfolio.markets.bitcoin
    if bitcoin.fleet_j_per_th < bitcoin.newest_j_per_th:
        message = (
            f"the world's machines need {bitcoin.fleet_j_per_th:g} J/TH on average, less than the newest of them "
            f"({bitcoin.newest_j_per_th:g})"
        )
        yield Finding("P262", (*_PATH, "fleet_j_per_th"), message, "fewer J/TH are better; correct one of the two")


OF_PORTFOLIO = (check_turbulence, check_machines)
