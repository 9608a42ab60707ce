"""What the world pays at the start of the study, and how uncertain its path is.

Drifts are stated judgements, never fits. All paths are monthly and nominal.
"""

from __future__ import annotations

from repower.portfolio.bitcoin_market import Bitcoin
from repower.portfolio.cases import Cases
from repower.portfolio.compute_market import GpuRent
from repower.portfolio.model import Model, fact
from repower.portfolio.money_market import Money
from repower.portfolio.power_market import Gas, PowerMarket
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

    between: tuple[str, str] = fact("two of: bitcoin, gpu, power and gas (common to all zones), rate, inflation")
    value: float = fact("correlation", ge=-1, le=1)


class Markets(Model):
    """All that the world pays."""

    bitcoin: Bitcoin = fact("Bitcoin")
    power: tuple[PowerMarket, ...] = fact("price zones", min_length=1)
    power_common_share: Share = fact(
        "share of the variance of zone levels, what follows gas aside, that is common to all zones",
        default=0.1,
        ge=0,
        le=1,
        source=(
            "D correlation of monthly shocks of zones of different regions: 0.10 Nordic with Alberta 2013-18, 0.2 North America "
            "with Germany and 0.0 with Singapore 2020-22, each about +-0.3"
        ),
    )
    power_region_share: Share = fact(
        "share of the variance of zone levels, what follows gas aside, that is common to the zones of one region, what is common "
        "to all included; where gas_share makes them move together already, less is left for this",
        default=0.6,
        ge=0,
        le=1,
        source=(
            "D correlation of monthly shocks: 0.78 between nine Nordic zones 2013-18, 0.47 between five North American markets "
            "2020-22 (0.24 to 0.69)"
        ),
    )
    gas: Gas = fact("price of gas, which zones follow by their gas_share", default=Gas())
    shape_years: int = fact(
        "years of hours that are resampled from days of the files' years, so that a long study does not repeat a few; with 0 the "
        "files' own years. Files of one year only are used as they are. A year takes 0.07 MB per zone and 0.14 MB per station",
        default=0,
        ge=0,
        le=200,
    )
    weather: tuple[WeatherStation, ...] = fact("weather stations", min_length=1)
    gpu_rent: GpuRent = fact("path of accelerator rents", default=GpuRent())
    money: Money = fact("base rate, inflation, currencies", default=Money())
    time_to_power: tuple[TimeToPower, ...] = fact(
        "own views of how late connections come, by region and stage; the program's table for all others", default=()
    )
    cases: Cases = fact("low and high case of the drifts", default=Cases())
    correlations: tuple[Correlation, ...] = fact("correlations of the shocks; those not named are 0", default=())
