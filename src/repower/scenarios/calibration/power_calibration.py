"""What a zone's hourly history says about our parameters, in one record.

The level's volatility and reversion go into the portfolio (`volatility_rate`, `reversion_months`); what the hours are like says
whether a file is credible. No drift comes from here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repower.scenarios.calibration.power_hours import HourStatistics, hour_statistics
from repower.scenarios.calibration.power_levels import LevelFit, fit_level, monthly_levels

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class PowerCalibration:
    """One zone's history in numbers.

    first, last : hours of the history that was used.  level : fit of its ordinary level by month.
    hours : mean over the years that have nearly all their hours; by_year : each of them.
    """

    first: np.datetime64
    last: np.datetime64
    level: LevelFit
    hours: HourStatistics
    by_year: dict[int, HourStatistics]


def calibrate_power(hours: NDArray[np.datetime64], prices: FloatArray, until: np.datetime64 | None = None) -> PowerCalibration:
    """Fit one zone.

    Parameters
    ----------
    hours : beginnings of hours, UTC [H], rising; hours may be missing
    prices : in any one currency per MWh [H]; NaN is missing
    until : first hour that is not used

    Raises
    ------
    ValueError
        hours that do not rise, no whole year, fewer than 18 months, or a year whose median price is not positive
    """
    hours = hours.astype("datetime64[h]")
    if len(hours) != len(prices) or (np.diff(hours) <= np.timedelta64(0, "h")).any():
        raise ValueError(f"{len(hours)} hours must rise and have one price each, and there are {len(prices)} prices")
    if until is not None:
        hours, prices = hours[hours < until], prices[hours < until]
    year = hours.astype("datetime64[Y]").astype(np.int64) + 1970
    by_year = {}
    for number in np.unique(year):
        of_year = year == number
        if np.isfinite(prices[of_year]).sum() >= 0.97 * 8760:
            by_year[int(number)] = hour_statistics(_gridded(hours[of_year], prices[of_year]))
    if not by_year:
        raise ValueError("no year has nearly all its hours")
    mean = HourStatistics(*np.mean(list(by_year.values()), axis=0).tolist())
    return PowerCalibration(hours[0], hours[-1], fit_level(*monthly_levels(hours, prices)), mean, by_year)


def _gridded(hours: NDArray[np.datetime64], prices: FloatArray) -> FloatArray:
    """Prices of every hour from the first to the last, NaN where there is none."""
    place = (hours - hours[0]).astype(np.int64)
    grid = np.full(int(place[-1]) + 1, np.nan)
    grid[place] = prices
    return grid
