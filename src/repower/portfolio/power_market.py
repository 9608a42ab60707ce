"""What power costs in a zone, and how uncertain its level is.

The level is the mean price of a month; its hours come from the file. A level is made of a trend (escalator, growth of load),
a season, a deviation that dies away and is the zone's own or common to all zones, and a part that follows the price of gas;
carbon that is not in the price yet comes on top.
"""

from __future__ import annotations

from repower.portfolio.model import Model, fact
from repower.units import CalendarMonth, Months, Rate, Share, UsdPerMwh


class Gas(Model):
    """The price of gas against its expected path: one for all zones, each of which follows it by its own share."""

    volatility_rate: Rate = fact(
        "yearly volatility of the price of gas", default=0.45, ge=0, source="K monthly means at Henry Hub moved by 40-60 %"
    )
    reversion_months: Months = fact(
        "months in which two thirds of a deviation die away",
        default=18,
        gt=0,
        source="K judgement: 2008, 2014, 2022 took 1-2 years",
    )


class LoadGrowth(Model):
    """Growth of load that supply does not follow, and what it does to the level. A judgement, both numbers of it."""

    rate: Rate = fact(
        "yearly growth of the zone's load beyond what new supply follows",
        default=0.0,
        gt=-0.5,
        le=0.5,
        source="A none; large loads asked for several times the peak of Texas in 2026 (R), which does not say how many come",
    )
    response: float = fact(
        "rise of the level for each per cent of that growth, in per cent", default=1.0, ge=0, le=10, source="K judgement"
    )
    months: Months = fact(
        "months for which it goes on; the level then stays where it came to",
        default=120,
        ge=0,
        source="K judgement: supply follows in the end",
    )


class CarbonPrice(Model):
    """A price of carbon that the level does not contain yet: it adds price x emission at the margin x share passed on."""

    usd_per_t: float = fact("price of a tonne of CO2 that is new, in USD", default=0.0, ge=0, le=1_000)
    from_: CalendarMonth | None = fact(
        "month from which it is charged; from the start of the study when absent", default=None, alias="from"
    )
    escalator_rate: Rate = fact("yearly rise of that price, from the start of the study", default=0.0, gt=-1)
    marginal_t_per_mwh: float = fact(
        "emission of the plant that sets the price, in tonnes of CO2 per MWh",
        default=0.4,
        ge=0,
        le=1.5,
        source="K gas plants 0.37-0.45; D the mean, not the margin, was 0.35 (Texas) to 0.39 (Germany) in 2021-2022",
    )
    passed_on_share: Share = fact(
        "share that comes through to the price of power", default=1.0, ge=0, le=1, source="K judgement: all of it in a market"
    )


class PowerMarket(Model):
    """One price zone: hourly shape from a file, level and its uncertainty by month."""

    name: str = fact("name by which sites call it", min_length=1)
    region: str | None = fact(
        "zones of one region move together by markets.power_region_share; without one, as zones of different regions",
        default=None,
        min_length=1,
    )
    series: str = fact(
        "file beside portfolio.yaml with hourly prices: columns time_utc and this market's name, whole calendar years",
        min_length=1,
    )
    level_usd_per_mwh: UsdPerMwh | None = fact(
        "mean price in the first year; the file's own mean when absent", default=None, gt=0, le=5_000
    )
    currency: str | None = fact(
        "one of markets.money.currencies, in which power is priced here: its level in USD moves with the currency, and the "
        "file's own mean is in it (a level_usd_per_mwh is in USD); USD when absent",
        default=None,
    )
    cap_usd_per_mwh: UsdPerMwh | None = fact("highest price that the market's rules allow; none when absent", default=None, gt=0)
    floor_usd_per_mwh: UsdPerMwh | None = fact("lowest price that the market's rules allow; none when absent", default=None)
    escalator_rate: Rate = fact("yearly rise of the level: a judgement", default=0.02, gt=-1)
    volatility_rate: Rate = fact(
        "yearly volatility of the level, apart from what it follows gas; 0.05-0.1 for a tariff",
        default=0.38,
        ge=0,
        source="D by likelihood: Nord Pool 2013-2018 0.40, Alberta 2010-2019 0.36, Texas 2020-2024 0.36; 2020-2022 alone 0.4-1.2",
    )
    reversion_months: Months = fact(
        "months in which two thirds of a deviation from the trend die away",
        default=18,
        gt=0,
        source="D by likelihood, same markets: 13-25, and each alone says no more than 7 to 100",
    )
    gas_share: Share = fact(
        "share of the level that moves with the price of gas; near 0 where water or a tariff sets the price",
        default=0.0,
        ge=0,
        le=1,
        source="A no part of it; K 0.5-0.8 where gas plants are at the margin most hours",
    )
    load_growth: LoadGrowth = fact("growth of load that supply does not follow", default=LoadGrowth())
    season: tuple[float, ...] = fact(
        "level of each calendar month against the year's mean, January first: twelve numbers, scaled to the mean 1; for "
        "a tariff or a file without a season of its own (it multiplies the file's)",
        default=(),
    )
    carbon: CarbonPrice = fact("price of carbon that the level does not contain yet", default=CarbonPrice())
