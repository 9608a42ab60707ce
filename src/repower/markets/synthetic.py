"""Synthetic hourly prices for a study without data, seeded; and the files of the demo.

price = base x season x week x day x exp(noise + weather), with scarcity spikes that lift an hour to a multiple of the mean
and surplus hours that push it below zero; then scaled so that the mean over all years is the zone's mean. What moves
together: zones of one grid share a part of their noise, spikes come more often in tight spells, and a zone's own station
raises its price in cold and hot spells.

These are not forecasts, and not history: the shape of a price is credible (see the tests that compare moments with real
markets), its hours are invented. Left out: spikes shared by zones, fuel prices, outages, daylight saving time,
congestion; an extreme like February 2021 in Texas. Flat tariffs are a zone without noise, spikes and surplus.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.horizon import HOURS_IN_YEAR
from repower.markets.climate import LocalTime, autoregression, hourly_weather, local_time
from repower.markets.demo_stations import STATIONS
from repower.markets.demo_zones import ZONES
from repower.markets.price_shape import PriceShape
from repower.markets.streams import stream
from repower.markets.years import stamp, year_hours

FloatArray = NDArray[np.float64]

#: The invented years carry the numbers of years without a 29 February.
YEARS = (2021, 2022, 2023)


def hourly_prices(
    shape: PriceShape,
    years: tuple[int, ...],
    rng: np.random.Generator,
    grid_noise: FloatArray | None = None,
    grid_slow_noise: FloatArray | None = None,
    dry_bulb_c: FloatArray | None = None,
) -> FloatArray:
    """Hourly prices [Y, 8760], USD/MWh.

    Parameters
    ----------
    shape : the zone
    years : model years; only their weekdays matter
    rng : the zone's own stream
    grid_noise, grid_slow_noise : fast and slow noise of the zone's grid with unit variance, flat [Y x 8760]; none when the zone
        stands alone
    dry_bulb_c : temperature at the zone's station [Y, 8760]; no weather in the price when absent
    """
    time = local_time(years, shape.utc_offset_hours)
    hours = len(time.hour)
    fast = autoregression(rng.standard_normal(hours), float(np.exp(-1.0 / shape.noise_hours)))
    slow = autoregression(rng.standard_normal(hours), float(np.exp(-1.0 / (24.0 * shape.slow_noise_days))))
    slow = _mixed(slow, grid_slow_noise, shape.grid_share)
    log_price = _season(shape, time) + _day(shape, time)
    log_price += np.where(time.weekend, np.log(shape.weekend_factor), 0.0)
    log_price += shape.noise * _mixed(fast, grid_noise, shape.grid_share) + shape.slow_noise * slow
    if dry_bulb_c is not None:
        log_price += _weather(shape, dry_bulb_c)
    price = np.exp(log_price)
    price *= shape.mean_usd_per_mwh / price.mean()

    price = np.maximum(price, _spikes(shape, time, slow, rng))
    surplus = _surplus(shape, time, rng)
    low = np.isfinite(surplus)
    price[low] = surplus[low]
    price[~low] *= (shape.mean_usd_per_mwh * hours - surplus[low].sum()) / price[~low].sum()
    return np.clip(price, shape.floor_usd_per_mwh, shape.cap_usd_per_mwh).reshape(len(years), HOURS_IN_YEAR)


def grid_noise(grid: str, years: tuple[int, ...], noise_hours: float, seed: int, kind: str = "grid") -> FloatArray:
    """Noise that all zones of a grid share, unit variance, flat [Y x 8760]; `kind` names its stream, one for fast and slow."""
    shocks = stream(seed, kind, grid).standard_normal(len(years) * HOURS_IN_YEAR)
    return autoregression(shocks, float(np.exp(-1.0 / noise_hours)))


def write_series(folder: Path, seed: int) -> None:
    """Write prices.csv and weather.csv of all demo places for the years `YEARS` into `folder`.

    The same seed gives the same bytes. Each file appears whole or not at all.
    """
    weather = {climate.name: hourly_weather(climate, YEARS, stream(seed, "weather", climate.name)) for climate in STATIONS}
    prices = {}
    for zone in ZONES:
        common = grid_noise(zone.grid, YEARS, zone.noise_hours, seed) if zone.grid else None
        spells = grid_noise(zone.grid, YEARS, 24.0 * zone.slow_noise_days, seed, "grid, slow") if zone.grid else None
        dry_bulb = weather[zone.station][0] if zone.station else None
        prices[zone.name] = hourly_prices(zone, YEARS, stream(seed, "price", zone.name), common, spells, dry_bulb)
    columns: dict[str, FloatArray] = {}
    for name, (dry_bulb_c, humidity) in weather.items():
        columns[f"{name}_dry_bulb_c"] = dry_bulb_c
        columns[f"{name}_relative_humidity_share"] = humidity
    _write(folder / "prices.csv", prices, "%.2f")
    _write(folder / "weather.csv", columns, "%.3f")


def _write(path: Path, columns: dict[str, FloatArray], number: str) -> None:
    stamps = [stamp(hour) for year in YEARS for hour in year_hours(year)]
    rows = np.stack([values.ravel() for values in columns.values()], axis=1).tolist()
    line = ",".join(["%s", *[number] * len(columns)]) + "\n"
    text = [",".join(["time_utc", *columns]) + "\n"]
    text += [line % (at, *row) for at, row in zip(stamps, rows, strict=True)]
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_text("".join(text), encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _season(shape: PriceShape, time: LocalTime) -> FloatArray:
    peak = (shape.yearly_peak_month - 0.5) / 12.0
    return shape.yearly_amplitude * np.cos(2.0 * np.pi * (time.year_share - peak))


def _day(shape: PriceShape, time: LocalTime) -> FloatArray:
    once = shape.daily_amplitude * np.cos(2.0 * np.pi * (time.hour - shape.daily_peak_hour) / 24.0)
    twice = shape.half_daily_amplitude * np.cos(4.0 * np.pi * (time.hour - shape.half_daily_peak_hour) / 24.0)
    return np.asarray(once + twice)


def _mixed(own: FloatArray, common: FloatArray | None, common_share: float) -> FloatArray:
    """Own and common noise with the variance of either."""
    if common is None:
        return own
    return np.asarray(np.sqrt(common_share) * common + np.sqrt(1.0 - common_share) * own)


def _weather(shape: PriceShape, dry_bulb_c: FloatArray) -> FloatArray:
    """Logarithm of the price for every degree that a day's mean is colder or hotter than the zone is used to."""
    days = dry_bulb_c.reshape(-1, 24).mean(axis=1)
    degrees = shape.per_k_cold * np.maximum(0.0, shape.cold_below_c - days)
    degrees += shape.per_k_hot * np.maximum(0.0, days - shape.hot_above_c)
    return np.repeat(degrees, 24)


def _spikes(shape: PriceShape, time: LocalTime, slow: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Price below which an hour does not fall, USD/MWh [hour]: 0 outside scarcity events.

    Events begin at random, ten times as often in the zone's hours and months of scarcity, and more often in tight spells (`slow`
    is the slow noise with unit variance); last a geometric number of hours; and lift the price to a lognormal multiple of the
    mean.
    """
    hours = len(time.hour)
    chance, length, size = rng.random(hours), rng.random(hours), rng.standard_normal(hours)
    floor = np.zeros(hours)
    if shape.spikes_per_year == 0.0:
        return floor
    weight = np.where(_within(time.hour, shape.spike_hours), 10.0, 1.0)
    weight *= np.where(np.isin(time.month + 1, shape.spike_months), 1.0, 0.1)
    if shape.spike_clustering > 0.0:
        weight *= np.exp(shape.spike_clustering * slow)
    starts = np.flatnonzero(chance < shape.spikes_per_year / HOURS_IN_YEAR * weight / weight.mean())
    lengths = 1 + np.floor(np.log(1.0 - length[starts]) / np.log(1.0 - 1.0 / shape.spike_length_hours)).astype(np.int64)
    prices = shape.mean_usd_per_mwh * shape.spike_multiple * np.exp(shape.spike_spread * size[starts])
    for start, hours_long, price in zip(starts, lengths, prices, strict=True):
        event = floor[start : start + hours_long]
        np.maximum(event, price, out=event)
    return floor


def _surplus(shape: PriceShape, time: LocalTime, rng: np.random.Generator) -> FloatArray:
    """Price in hours of surplus, USD/MWh [hour], NaN in all other hours: on some days of the season, through its hours."""
    hours = len(time.hour)
    chance, depth = rng.random(hours // 24 + 2), rng.standard_exponential(hours)
    day = (np.arange(hours) + int(np.floor(shape.utc_offset_hours))) // 24 + 1
    in_season = np.isin(time.month + 1, shape.surplus_months) & _within(time.hour, shape.surplus_hours)
    struck = chance[np.clip(day, 0, len(chance) - 1)] < shape.surplus_days_share
    return np.where(in_season & struck, shape.surplus_usd_per_mwh * depth, np.nan)


def _within(hour: FloatArray, window: tuple[int, int]) -> NDArray[np.bool_]:
    """Hours from the first to before the second of `window`; through midnight when the first is later."""
    first, end = window
    inside: NDArray[np.bool_] = (hour >= first) & (hour < end) if first <= end else (hour >= first) | (hour < end)
    return inside
