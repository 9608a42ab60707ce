"""Model years of 8,760 hours against the calendar: 29 February is left out, time is UTC, an hour is named by its beginning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.horizon import HOURS_IN_YEAR, MONTH_EDGES

IntArray = NDArray[np.int64]

_LEAP_DAY = MONTH_EDGES[2]


def year_hours(year: int) -> IntArray:
    """Hours since 1970 of a model year [8760]."""
    hours = int(np.datetime64(f"{year:04d}-01-01T00", "h").astype(np.int64)) + np.arange(HOURS_IN_YEAR, dtype=np.int64)
    if _leap(year):
        hours[_LEAP_DAY:] += 24
    return hours


def year_of(hours: IntArray) -> IntArray:
    """Calendar year of hours since 1970."""
    return hours.astype("datetime64[h]").astype("datetime64[Y]").astype(np.int64) + 1970


def position(hours: IntArray, years: tuple[int, ...]) -> IntArray:
    """Place of hours since 1970 in the model years laid end to end; -1 on 29 February and outside the years."""
    answer = np.full(len(hours), -1, dtype=np.int64)
    given = year_of(hours)
    for number, year in enumerate(years):
        rows = np.flatnonzero(given == year)
        hour = hours[rows] - year_hours(year)[0]
        if _leap(year):
            kept = (hour < _LEAP_DAY) | (hour >= _LEAP_DAY + 24)
            rows, hour = rows[kept], hour[kept]
            hour = np.where(hour > _LEAP_DAY, hour - 24, hour)
        answer[rows] = number * HOURS_IN_YEAR + hour
    return answer


def stamp(hour: int | np.int64) -> str:
    """``2023-01-01T00:00Z`` from hours since 1970."""
    return f"{np.datetime64(int(hour), 'h')}:00Z"


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
