"""The low and the high case of the long-run drifts, as portfolios: the same facts, the same shocks, other drifts."""

from __future__ import annotations

from typing import Literal

from repower.portfolio import Portfolio

CaseName = Literal["low", "base", "high"]
CASES: tuple[CaseName, ...] = ("low", "base", "high")


def with_case(portfolio: Portfolio, case: CaseName) -> Portfolio:
    """The portfolio with the drifts of a case (`markets.cases`); base is the portfolio itself.

    Scenarios of one seed have the same shocks in all cases, so that they differ by the drifts alone. A plan that was made for
    one can be carried out in another.
    """
    if case == "base":
        return portfolio
    markets = portfolio.markets
    shift = markets.cases.low if case == "low" else markets.cases.high
    bitcoin = markets.bitcoin.model_copy(
        update={
            "price_drift_rate": markets.bitcoin.price_drift_rate + shift.bitcoin_price_drift_shift,
            "machine_gain_rate": markets.bitcoin.machine_gain_rate + shift.machine_gain_shift,
        }
    )
    power = tuple(
        zone.model_copy(update={"escalator_rate": zone.escalator_rate + shift.power_escalator_shift}) for zone in markets.power
    )
    rent = markets.gpu_rent.model_copy(update={"drift_rate": markets.gpu_rent.drift_rate + shift.gpu_rent_drift_shift})
    shifted = markets.model_copy(update={"bitcoin": bitcoin, "power": power, "gpu_rent": rent})
    return portfolio.model_copy(update={"markets": shifted})
