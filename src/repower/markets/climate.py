"""Synthetic hourly weather of a place from its monthly normals, seeded.

Temperature is the month's mean (interpolated between mid-months), a daily cosine that peaks at 15:00 local time, and an
anomaly that comes and goes over days. Humidity falls as a day or a spell warms, has its own anomaly, and stays below the
place's highest dew points, since these decide the design wet bulb of a cooling plant. Left out: extremes beyond
the normal distribution (a polar outbreak like February 2021 in Texas), fronts within a day, wind, radiation, trends of the
climate, and weather shared by neighbouring stations. Real weather is better: this exists so that a first study runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from repower.horizon import DAYS_IN_MONTH, HOURS_IN_YEAR
from repower.markets.years import year_hours

FloatArray = NDArray[np.float64]

_WARMEST_HOUR = 15.0


@dataclass(frozen=True)
class Climate:
    """Normals of one station.

    Twelve numbers each, January first: mean temperature (degC), daily range (K), relative humidity (share), standard
    deviation of a day's mean temperature about the normal (K); and the dew point that is exceeded nine hours a year, above
    which the air is never made moister: it decides the design wet bulb. `source` says where they come from, and how sure.
    """

    name: str
    source: str
    utc_offset_hours: float
    elevation_m: float
    temperature_c: tuple[float, ...]
    daily_range_k: tuple[float, ...]
    humidity_share: tuple[float, ...]
    anomaly_k: tuple[float, ...]
    dew_point_limit_c: float
    anomaly_days: float = 3.0  # D: day-to-day correlation of 0.6-0.78 in the files, exp(-1/3) = 0.72
    humidity_anomaly_share: float = 0.10  # D: 0.09-0.14 in the files outside the tropics
    humidity_slope_per_k: float = 0.03  # D: -2.7 to -3.6 % per K within a day outside the tropics

    @property
    def pressure_kpa(self) -> float:
        """Mean pressure of the standard atmosphere at this elevation, kPa."""
        ratio: float = (1.0 - 2.25577e-5 * self.elevation_m) ** 5.25588
        return round(101.325 * ratio, 2)


@dataclass(frozen=True)
class LocalTime:
    """Standard local time of every hour of some model years, flat [Y x 8760]; daylight saving time is left out."""

    month: NDArray[np.int64]
    weekend: NDArray[np.bool_]
    hour: NDArray[np.float64]
    year_share: FloatArray


def local_time(years: tuple[int, ...], utc_offset_hours: float) -> LocalTime:
    """Month (0 January), weekend, hour of day (0 to under 24) and place in the year (0 to 1) of every hour of `years`."""
    utc = np.concatenate([year_hours(year) for year in years])
    whole = int(np.floor(utc_offset_hours))
    moved = utc + whole
    days = moved // 24
    months = moved.astype("datetime64[h]").astype("datetime64[M]").astype(np.int64) % 12
    turn = np.tile((np.arange(HOURS_IN_YEAR) + utc_offset_hours) / HOURS_IN_YEAR, len(years))
    # day 0 was a Thursday
    return LocalTime(months, (days + 3) % 7 >= 5, moved % 24 + (utc_offset_hours - whole), turn % 1.0)


def autoregression(shocks: FloatArray, correlation: float) -> FloatArray:
    """First-order autoregression with unit variance from unit shocks: x[t] = r x[t-1] + sqrt(1 - r**2) e[t], x[0] = e[0]."""
    scale = float(np.sqrt(1.0 - correlation**2))
    scaled = (shocks * scale).tolist()
    scaled[0] = float(shocks[0])
    return np.array(list(accumulate(scaled, lambda before, shock: correlation * before + shock)))


def hourly_weather(climate: Climate, years: tuple[int, ...], rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Dry-bulb temperature (degC) and relative humidity (share), each [Y, 8760]."""
    time = local_time(years, climate.utc_offset_hours)
    days = len(years) * HOURS_IN_YEAR // 24 + 2
    correlation = float(np.exp(-1.0 / climate.anomaly_days))
    anomaly, damp, cloud = (autoregression(rng.standard_normal(days), correlation) for _ in range(3))
    hours = np.arange(len(time.hour)) / 24.0
    day = np.arange(days)

    mean = _through_year(climate.temperature_c, time.year_share)
    spread = _through_year(climate.anomaly_k, time.year_share)
    # a cloudy day has a smaller range; the factor keeps the mean at 1
    factor = np.clip(1.0 + 0.3 * np.interp(hours, day, cloud), 0.2, 1.8)
    swing = 0.5 * _through_year(climate.daily_range_k, time.year_share) * factor
    within_day = swing * np.cos(2.0 * np.pi * (time.hour - _WARMEST_HOUR) / 24.0)
    spell = spread * np.interp(hours, day, anomaly)
    dry_bulb = mean + spell + within_day

    # the warm half of a normal anomaly has the mean 0.4 standard deviations: taken off, so that the normal stays
    warm = np.maximum(spell, 0.0) - spread / np.sqrt(2.0 * np.pi)
    humidity = (
        _through_year(climate.humidity_share, time.year_share)
        + climate.humidity_anomaly_share * np.interp(hours, day, damp)
        - climate.humidity_slope_per_k * (within_day + warm)
    )
    moistest = _saturation_pressure(np.array(climate.dew_point_limit_c)) / _saturation_pressure(dry_bulb)
    humidity = np.clip(np.minimum(humidity, moistest), 0.05, 1.0)
    shape = (len(years), HOURS_IN_YEAR)
    return dry_bulb.reshape(shape), humidity.reshape(shape)


def _saturation_pressure(celsius: FloatArray) -> FloatArray:
    """Saturation pressure over water, hPa, by Magnus' formula with the constants of Alduchov and Eskridge (1996)."""
    return np.asarray(6.1094 * np.exp(17.625 * celsius / (celsius + 243.04)))


def _through_year(months: tuple[float, ...], year_share: FloatArray) -> FloatArray:
    """Twelve monthly values as a curve through the middles of the months."""
    edges = np.concatenate(([0.0], np.cumsum(DAYS_IN_MONTH))) / 365.0
    middles = 0.5 * (edges[:-1] + edges[1:])
    return np.asarray(np.interp(year_share, middles, np.array(months), period=1.0))
