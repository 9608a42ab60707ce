"""What the world pays at the start of the study, and how uncertain its path is.

Drifts are stated judgements, never fits. All paths are monthly and nominal.
"""

from __future__ import annotations

from repower.portfolio.model import Model, fact
from repower.units import EhPerS, Months, Rate, Share, UsdPerBtc, UsdPerMwh


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


class WeatherStation(Model):
    """Hourly weather of one place."""

    name: str = fact("name by which sites call it", min_length=1)
    series: str = fact(
        "file with columns time_utc, NAME_dry_bulb_c, NAME_relative_humidity_share, whole calendar years", min_length=1
    )
    pressure_kpa: float = fact("mean station pressure in kPa", default=101.325, gt=40, lt=110)


class GpuRent(Model):
    """The market's path of accelerator rents, as a factor on each machine's rent at the start."""

    drift_rate: Rate = fact(
        "yearly growth of the median rent of the then newest machine per kW: a judgement", default=-0.03, gt=-1
    )
    volatility_rate: Rate = fact(
        "yearly volatility", default=0.35, ge=0, source="D from 2024-10 to 2026-10 snapshots: 2.99, 1.70, 3.41 USD/h"
    )
    reversion_months: Months = fact(
        "months in which two thirds of a deviation from the trend die away",
        default=18,
        gt=0,
        source="K judgement: the path is a V, not a decay",
    )


class TimeToPower(Model):
    """How late a connection step comes, beyond its date: exponential delays by status, a judgement."""

    contracted_delay_months: float = fact("mean delay of a contracted step, months", default=4.0, ge=0, source="K judgement")
    in_queue_delay_months: float = fact(
        "mean delay of a step still in the queue, months", default=24.0, ge=0, source="D from R queue times of 2-7 years"
    )


class Correlation(Model):
    """Correlation of the monthly shocks of two factors."""

    between: tuple[str, str] = fact("two of: bitcoin, gpu, power (a common factor of all zones)")
    value: float = fact("correlation", ge=-1, le=1)


class Markets(Model):
    """All that the world pays."""

    bitcoin: Bitcoin = fact("Bitcoin")
    power: tuple[PowerMarket, ...] = fact("price zones", min_length=1)
    power_common_share: Share = fact(
        "share of the variance of zone levels that is common to all zones",
        default=0.5,
        ge=0,
        le=1,
        source="K judgement: fuel is common, weather is not",
    )
    weather: tuple[WeatherStation, ...] = fact("weather stations", min_length=1)
    gpu_rent: GpuRent = fact("path of accelerator rents", default=GpuRent())
    time_to_power: TimeToPower = fact("how late connections come", default=TimeToPower())
    correlations: tuple[Correlation, ...] = fact("correlations of the shocks; those not named are 0", default=())
