"""Bitcoin at the start of the study, and how uncertain its path is."""

from __future__ import annotations

from repower.portfolio.model import Model, fact
from repower.units import EhPerS, Months, Rate, Share, UsdPerBtc


class Bitcoin(Model):
    """Bitcoin at the start, and its path: hashprice follows from price, network, fees and halvings."""

    price_usd: UsdPerBtc = fact("price at the start", gt=0, le=1e8)
    network_eh_per_s: EhPerS = fact("network hashrate at the start", gt=0, le=1e6)
    fee_share: Share = fact("transaction fees as a share of the block subsidy", default=0.01, ge=0, source="R 0.5-2 % in 2026")
    pool_fee_rate: Share = fact("what the pool keeps", default=0.01, ge=0, lt=1, source="K 0.5-2 %")
    price_drift_rate: Rate = fact("yearly growth of the median price: a judgement", default=0.0, gt=-1)
    price_volatility_rate: Rate = fact("yearly volatility of the price", default=0.5, ge=0, source="K 40-60 % a year")
    network_drift_rate: Rate = fact(
        "yearly growth of the network when revenue (price x subsidy) stays put: a judgement", default=0.05, gt=-1
    )
    network_response_share: Share = fact(
        "share of a change of revenue (price x subsidy) that the network follows in the end",
        default=0.7,
        ge=0,
        le=1,
        source="K judgement: miners enter and leave until margins return",
    )
    network_lag_months: Months = fact(
        "months in which the network makes two thirds of that change",
        default=12,
        gt=0,
        source="K time to order and install machines",
    )
