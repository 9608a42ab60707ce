"""What the world pays at the start of the study, and how uncertain its path is.

Drifts are stated judgements, never fits. All paths are monthly and nominal.
"""

from __future__ import annotations

from repower.portfolio.bitcoin_market import Bitcoin
from repower.portfolio.compute_market import GpuRent
from repower.portfolio.model import Model, fact
from repower.portfolio.power_market import PowerMarket
from repower.portfolio.time_to_power import TimeToPower
from repower.units import Share


class WeatherStation(Model):
    """Hourly weather of one place."""

    name: str = fact("name by which sites call it", min_length=1)
    series: str = fact(
        "file with columns time_utc, NAME_dry_bulb_c, NAME_relative_humidity_share, whole calendar years", min_length=1
    )
    pressure_kpa: float = fact("mean station pressure in kPa", default=101.325, gt=40, lt=110)


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
