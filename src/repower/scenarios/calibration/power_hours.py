"""What hours are like: spread, tails, spikes, negative prices, persistence; and two series against each other.

All of it is free of the level: a year against its own median, so that years before and in a crisis can be compared. Persistence
is measured on asinh(price / median), which a single spike does not decide. Missing hours (NaN) do not count.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: An hour above so many medians of its year is a spike.
SPIKE_MEDIANS = 4.0


class HourStatistics(NamedTuple):
    """One year, or the mean of several.

    sd_share, p99_share : standard deviation and 99th percentile against the mean.  skewness : of asinh(price / median).
    spike_share, spikes : share of hours above four medians, and how many runs of them.  negative_share : of hours below 0.
    lag_1, lag_24, lag_168 : correlation of asinh(price / median) with itself an hour, a day and a week before.
    month_spread : standard deviation of the means of the twelve parts of 730 hours, against the mean.
    """

    sd_share: float
    p99_share: float
    skewness: float
    spike_share: float
    spikes: float
    negative_share: float
    lag_1: float
    lag_24: float
    lag_168: float
    month_spread: float


def hour_statistics(prices: FloatArray) -> HourStatistics:
    """Statistics of one year's hours [H]; ValueError where the median is not positive."""
    known = prices[np.isfinite(prices)]
    median = float(np.median(known))
    if median <= 0.0:
        raise ValueError(f"the median price is {median:g}: spikes and persistence are measured against it")
    mean = float(known.mean())
    calm = np.arcsinh(prices / median)
    spiking = prices > SPIKE_MEDIANS * median
    begun = spiking & ~np.concatenate(([False], spiking[:-1]))
    rest = np.arcsinh(known / median)
    rest = rest - rest.mean()
    spread = float(rest.std())
    return HourStatistics(
        float(known.std()) / mean,
        float(np.quantile(known, 0.99)) / mean,
        float((rest**3).mean() / spread**3) if spread > 0.0 else 0.0,
        float(spiking.sum() / len(known)),
        float(begun.sum()),
        float((known < 0.0).sum() / len(known)),
        autocorrelation(calm, 1),
        autocorrelation(calm, 24),
        autocorrelation(calm, 168),
        float(np.nanstd([np.nanmean(part) for part in np.array_split(prices, 12)])) / mean,
    )


def mean_statistics(years: FloatArray) -> HourStatistics:
    """Mean over years [Y, H] of each statistic."""
    return HourStatistics(*np.mean([hour_statistics(year) for year in years], axis=0).tolist())


def autocorrelation(values: FloatArray, lag: int) -> float:
    """Correlation of a series with itself `lag` steps before; pairs with a missing one do not count. 0 for a constant."""
    return correlation(values[lag:], values[:-lag])


def correlation(first: FloatArray, second: FloatArray) -> float:
    """Correlation of two series over what both have; 0 where one is constant."""
    both = np.isfinite(first) & np.isfinite(second)
    one, other = first[both] - first[both].mean(), second[both] - second[both].mean()
    scale = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / scale if scale > 0.0 else 0.0


def zone_correlations(prices: FloatArray) -> FloatArray:
    """Correlations between zones [zone, zone] of the hours [zone, H], each asinh(price / median)."""
    calm = [np.arcsinh(zone / np.nanmedian(zone)) for zone in prices]
    return np.array([[correlation(one, other) for other in calm] for one in calm])


class Spread(NamedTuple):
    """Real-time less day-ahead price, in the unit of the prices; lags as in `HourStatistics`, of the spread itself cut at its
    1st and 99th percentile."""

    mean: float
    sd: float
    p01: float
    p05: float
    median: float
    p95: float
    p99: float
    lag_1: float
    lag_24: float
    correlation: float


def spread_statistics(day_ahead: FloatArray, real_time: FloatArray) -> Spread:
    """How far the real-time price of the same hours [H] lay from the day-ahead one; correlation is that of the two, by asinh."""
    spread = real_time - day_ahead
    known = spread[np.isfinite(spread)]
    low, p05, median, p95, high = np.quantile(known, (0.01, 0.05, 0.5, 0.95, 0.99))
    cut = np.clip(spread, low, high)
    calm = [np.arcsinh(prices / np.nanmedian(prices)) for prices in (day_ahead, real_time)]
    return Spread(
        float(known.mean()),
        float(known.std()),
        float(low),
        float(p05),
        float(median),
        float(p95),
        float(high),
        autocorrelation(cut, 1),
        autocorrelation(cut, 24),
        correlation(calm[0], calm[1]),
    )
