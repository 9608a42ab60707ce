"""What power costs in a zone, and how uncertain its level is."""

from __future__ import annotations

from repower.portfolio.model import Model, fact
from repower.units import Months, Rate, UsdPerMwh


class PowerMarket(Model):
    """One price zone: hourly shape from a file, level and its uncertainty by month."""

    name: str = fact("name by which sites call it", min_length=1)
    series: str = fact(
        "file beside portfolio.yaml with hourly prices: columns time_utc and this market's name, whole calendar years",
        min_length=1,
    )
    level_usd_per_mwh: UsdPerMwh | None = fact(
        "mean price in the first year; the file's own mean when absent", default=None, gt=0, le=5_000
    )
    escalator_rate: Rate = fact("yearly rise of the level: a judgement", default=0.02, gt=-1)
    volatility_rate: Rate = fact("yearly volatility of the level", default=0.15, ge=0, source="K judgement")
    reversion_months: Months = fact(
        "months in which two thirds of a deviation from the trend die away", default=24, gt=0, source="K judgement"
    )
