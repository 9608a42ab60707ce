"""What money costs and what it buys: base rate, inflation, currencies."""

from __future__ import annotations

from repower.portfolio.model import Model, fact
from repower.units import Months, Rate, Share


class BaseRate(Model):
    """The interest that lenders of five to fifteen years add their margin to; it returns to a level."""

    start_rate: Rate = fact(
        "base rate at the start of the study",
        default=0.045,
        gt=-0.05,
        le=0.3,
        source="R* five-year US treasury 4.53 % and ten-year 4.77 % on 2 Sep 2026",
    )
    long_run_rate: Rate = fact(
        "level to which it returns: a judgement", default=0.045, gt=-0.05, le=0.3, source="A no view: as at the start"
    )
    volatility_rate: Rate = fact(
        "yearly volatility of the rate itself, so that 0.009 is 0.9 percentage points",
        default=0.009,
        ge=0,
        le=0.1,
        source="K 0.8-1.1 points a year for medium maturities",
    )
    reversion_months: Months = fact(
        "months in which two thirds of a deviation from the level die away", default=48, gt=0, source="K judgement"
    )


class Inflation(Model):
    """How far inflation moves about `capital.inflation_rate`."""

    volatility_rate: Rate = fact(
        "yearly volatility of the yearly inflation",
        default=0.012,
        ge=0,
        le=0.2,
        source="K yearly inflation of rich countries has differed by 1-1.5 points from its mean in calm decades",
    )
    reversion_months: Months = fact(
        "months in which two thirds of a deviation from the mean die away", default=24, gt=0, source="K judgement"
    )


class Currency(Model):
    """What a unit of a currency is worth in USD; the mean over scenarios follows the drift."""

    name: str = fact("ISO 4217 code, such as NOK", pattern=r"^[A-Z]{3}$")
    usd_per_unit: float = fact(
        "USD per unit at the start of the study; it converts the mean of a price file in this currency", gt=0, le=100
    )
    drift_rate: Rate = fact(
        "yearly growth of USD per unit: a judgement", default=0.0, gt=-1, source="A none, whatever the interest parity says"
    )
    volatility_rate: Rate = fact(
        "yearly volatility",
        default=0.1,
        ge=0,
        le=1,
        source="D monthly changes of ECB rates 2012-2019: NOK 0.10, SEK 0.09, CAD 0.08, INR 0.08, EUR 0.07, SGD 0.05; "
        "NOK moved by 0.15 in 2020-2023",
    )
    reversion_months: Months | None = fact(
        "months in which two thirds of a deviation die away; a random walk when absent, which forecast 2020-2023 better (D)",
        default=None,
        gt=0,
    )
    common_share: Share = fact(
        "share of its variance that is the dollar's, common to all currencies",
        default=0.6,
        ge=0,
        le=1,
        source="D one factor fitted to the correlations of ECB rates 2012-2019: SGD 0.84, NOK 0.67, EUR 0.67, CAD 0.53, INR 0.19",
    )


class Money(Model):
    """Base rate, inflation and currencies."""

    base_rate: BaseRate = fact("base rate of loans", default=BaseRate())
    inflation: Inflation = fact("how far inflation moves about its mean", default=Inflation())
    currencies: tuple[Currency, ...] = fact("currencies in which power markets are priced", default=())
