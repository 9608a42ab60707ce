"""New years out of the given ones: blocks of days, the same for all zones and stations, drawn from the same season.

Two to five years of history, used again and again over twenty, would say that the future knows five winters. A resampled
year takes a block of days from one given year, then one from another: a seasonal block bootstrap with blocks of random length
(Politis and Romano 1994, the stationary bootstrap; seasonal as in Chan, Lohiri and Nordman 2011 for other series). Each block
begins on the same weekday, and at most `WINDOW_DAYS` from the same day of the year. Days are the same for every zone and
station, so hours of zones and of weather stay together. A year is 365 numbers of source days until its hours are asked for.

Prices of different years lie on different levels, so days of one cannot simply follow those of the other. A price is taken
apart into

    price = ordinary level x season x what is left

where the ordinary level is a running median over two months, which neither a week of scarcity nor a day of surplus moves; the
season is its mean course over the years; and what is left is resampled. Slow movement (fuel, water, demand) is the business of
the scenarios' level by month, so it is not in the shape a second time. Scarcity is in what is left: a resampled year in which
it falls is dearer than others. So the mean of a resampled year is not 1: the mean over *all* of them is, and the expected
price is the level.

Blocks are drawn from all candidates alike, so that given days are nearly as likely: a year is used 4-9 % more or less often than
another, by how its weekdays fall into the window. They therefore do not match where they meet:
from the hour before to the hour after a seam prices correlate at 0 to 0.7 where real ones do at 0.8 to 0.98, on 28 of 365 nights.
Choosing blocks that continue the day before mends that, and was tried: it took a fifth of the scarce hours away, and calm years
were used twice as often as others. How often scarcity comes matters to a site; a rough midnight does not.

Left out: holidays (25 December may be an ordinary day), a trend of the shape, events that no given year has, and how rare those
are that one has: scarcity comes as often as in the years that are given, so February 2021 in one year out of four comes in
about one out of four. The first three weeks of the first given year are used about half as often as the rest.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.horizon import HOURS_IN_YEAR
from repower.markets.streams import stream
from repower.markets.years import year_hours

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DAYS_IN_YEAR = HOURS_IN_YEAR // 24
#: Mean length of a block: longer than a spell of weather, short enough that a year has two dozen of them.
BLOCK_DAYS = 14.0
#: How far from its own day of the year a block may begin.
WINDOW_DAYS = 15
#: Half the width of the running median that is the ordinary level.
LEVEL_DAYS = 30
#: The ordinary level counts as at least this share of its year's median, or a wet month near zero would be blown up.
LEAST_LEVEL_SHARE = 0.25


def weekdays(years: tuple[int, ...]) -> IntArray:
    """Day of the week (0 Monday) of every day of the model years [Y, 365]; 29 February is left out."""
    days = np.stack([year_hours(year)[::24] // 24 for year in years])
    return np.asarray((days + 3) % 7)  # 1 January 1970 was a Thursday


def source_days(years: tuple[int, ...], count: int, seed: int = 0) -> IntArray:
    """Which days of the given years make up the new ones.

    Parameters
    ----------
    years : calendar years that are given, Y of them
    count : number of new years; the first k of n are the k of k
    seed : 0 or more

    Returns
    -------
    [count, 365] int
        day ``y * 365 + d`` is day d of the y-th given year. A block of days follows itself day by day; it runs over the end of
        a year only where the next one is given too. New year k has the weekdays of given year ``k % Y``.
    """
    if count < 1 or not years:
        raise ValueError(f"{count} years cannot be made of {len(years)}: at least one of each is needed")
    given = weekdays(years)
    flat, day = given.ravel(), np.arange(given.size) % DAYS_IN_YEAR
    ends = np.zeros(given.size, dtype=np.bool_)
    ends[DAYS_IN_YEAR - 1 :: DAYS_IN_YEAR] = np.append(np.diff(years) != 1, True)
    answer = np.empty((count, DAYS_IN_YEAR), dtype=np.int64)
    for number in range(count):
        answer[number] = _one_year(flat, day, ends, given[number % len(years)], stream(seed, "resampled year", str(number)))
    return answer


def _one_year(weekday: IntArray, day: IntArray, ends: NDArray[np.bool_], wanted: IntArray, rng: np.random.Generator) -> IntArray:
    """Source days of one year whose weekdays are `wanted` [365], out of days with `weekday` and `day` of the year.

    After a day that `ends`, there is no next one.
    """
    chosen = np.empty(DAYS_IN_YEAR, dtype=np.int64)
    at, follows = 0, -1
    while at < DAYS_IN_YEAR:
        apart = np.abs(day - at)
        near = np.minimum(apart, DAYS_IN_YEAR - apart) <= WINDOW_DAYS
        starts = np.flatnonzero(near & (weekday == wanted[at]) & (np.arange(len(day)) != follows))
        source = int(starts[rng.integers(len(starts))])
        until = min(at + int(rng.geometric(1.0 / BLOCK_DAYS)), DAYS_IN_YEAR)
        while at < until and weekday[source] == wanted[at]:
            chosen[at] = source
            at, source = at + 1, source + 1
            if ends[source - 1]:
                break
        follows = source
    return chosen


def ordinary_level(prices: FloatArray) -> FloatArray:
    """Running median of daily medians [zone, Y, 365], in the unit of `prices` [zone, Y, 8760].

    Over `LEVEL_DAYS` to either side within the year, fewer at its ends; at least `LEAST_LEVEL_SHARE` of the year's median (or
    mean, where prices are mostly not positive).
    """
    zones, years = prices.shape[:2]
    daily = np.median(prices.reshape(zones, years, DAYS_IN_YEAR, 24), axis=3)
    padded = np.pad(daily, ((0, 0), (0, 0), (LEVEL_DAYS, LEVEL_DAYS)), constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * LEVEL_DAYS + 1, axis=2)
    running = np.nanmedian(windows, axis=3)
    middle = np.median(running, axis=2, keepdims=True)
    middle = np.where(middle > 0.0, middle, prices.mean(axis=2, keepdims=True))
    return np.asarray(np.maximum(running, LEAST_LEVEL_SHARE * middle))


def resample_prices(prices: FloatArray, days: IntArray, first_hour: int = 0) -> FloatArray:
    """Price shapes of new years [zone, N, 8760], mean 1 over all hours of all of them.

    Parameters
    ----------
    prices : of the given years [zone, Y, 8760], each year's mean above 0
    days : source days [N, 365], as from `source_days`
    first_hour : as in `resample_hours`
    """
    level = ordinary_level(prices)
    season = (level / level.mean(axis=2, keepdims=True)).mean(axis=1)
    rest = prices / np.repeat(level, 24, axis=2)
    shape = resample_hours(rest, days, first_hour) * np.repeat(season, 24, axis=1)[:, None, :]
    return np.asarray(shape / shape.mean(axis=(1, 2), keepdims=True))


def resample_hours(hours: FloatArray, days: IntArray, first_hour: int = 0) -> FloatArray:
    """Hours of new years [series, N, 8760] out of those of the given years [series, Y, 8760].

    A source day runs from `first_hour` UTC to the same hour of the next day: blocks should meet when little happens. The first
    hours of a new year are then the end of its last source day.
    """
    flat = np.roll(hours.reshape(len(hours), -1), -first_hour, axis=1).reshape(len(hours), -1, 24)
    taken = flat[:, days].reshape(len(hours), len(days), HOURS_IN_YEAR)
    return np.roll(taken, first_hour, axis=2)


def quietest_hour(rest: FloatArray) -> int:
    """Hour of the day (UTC) before which prices differ least from day to day, over all zones: where blocks should meet.

    `rest` is [zone, Y, 8760]. Spread is the interquartile range of an hour of the day and of the one before it, each zone
    against its own mean spread; flat zones have no say.
    """
    by_hour = rest.reshape(len(rest), -1, 24)
    spread = np.subtract(*np.quantile(by_hour, (0.75, 0.25), axis=1))
    scale = spread.mean(axis=1, keepdims=True)
    relative = np.divide(spread, scale, out=np.zeros_like(spread), where=scale > 0.0)
    both = relative + np.roll(relative, 1, axis=1)
    return int(both.sum(axis=0).argmin())
