"""Do simulated years look like real ones? Each statistic against a bootstrap band of the real years.

The band is a bootstrap in two stages: as many years as there are, drawn with replacement, and within each four-week blocks that
may change place with their neighbours (weekdays stay); the mean statistic of the years; many times. Our own blocks, normalising
and levels play no part in it. With three years a band is rough: too narrow where all three happen to be alike.

Simulated years are level x shape: a path of the fitted monthly level (without its season, which is the shape's) times resampled
shapes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repower.horizon import HOURS_IN_MONTH, HOURS_IN_YEAR
from repower.markets.streams import stream
from repower.scenarios.calibration.power_hours import HourStatistics, mean_statistics
from repower.scenarios.calibration.power_levels import LevelFit

FloatArray = NDArray[np.float64]

#: Blocks of the band: four weeks.
BLOCK_HOURS = 28 * 24


class Comparison(NamedTuple):
    """One statistic: the mean of the real years, the band of that mean, the mean of the simulated years."""

    statistic: str
    real: float
    low: float
    high: float
    simulated: float

    @property
    def inside(self) -> bool:
        """Whether the simulated mean lies in the band."""
        return self.low <= self.simulated <= self.high


def simulated_years(fit: LevelFit, shapes: FloatArray, seed: int = 0) -> FloatArray:
    """Years of prices [Y, 8760] against their long-run level: shapes [Y, 8760] times a path of the fitted level for each."""
    shocks = stream(seed, "simulated years").standard_normal((len(shapes), 12))
    kept, spread = fit.kept_share, fit.stationary_sd
    path = np.empty_like(shocks)
    path[:, 0] = spread * shocks[:, 0]
    for month in range(1, 12):
        path[:, month] = kept * path[:, month - 1] + spread * np.sqrt(1.0 - kept**2) * shocks[:, month]
    return np.asarray(shapes * np.repeat(np.exp(path - 0.5 * spread**2), HOURS_IN_MONTH, axis=1))


def pseudo_years(years: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """[count, 8760] years like the real ones [Y, 8760]: each is one of them, with four-week blocks taken from where they stand,
    or four weeks before or after in the same year."""
    year = rng.integers(len(years), size=count)
    block = np.arange(HOURS_IN_YEAR) // BLOCK_HOURS
    moved = np.arange(HOURS_IN_YEAR) + BLOCK_HOURS * (rng.integers(3, size=(count, int(block[-1]) + 1)) - 1)[:, block]
    # a block that would leave the year stays where it is
    inside = (moved >= 0) & (moved < HOURS_IN_YEAR)
    return np.asarray(years[year[:, None], np.where(inside, moved, np.arange(HOURS_IN_YEAR))])


def compare_years(
    real: FloatArray, simulated: FloatArray, covered: float = 0.9, draws: int = 100, seed: int = 0
) -> tuple[Comparison, ...]:
    """Every statistic of `HourStatistics`: real [Y, 8760] and simulated years [Y', 8760], and the band that covers `covered`."""
    rng = stream(seed, "band")
    means = np.array([mean_statistics(pseudo_years(real, len(real), rng)) for _ in range(draws)])
    low, high = np.quantile(means, (0.5 - 0.5 * covered, 0.5 + 0.5 * covered), axis=0)
    ours, theirs = mean_statistics(simulated), mean_statistics(real)
    return tuple(
        Comparison(name, theirs[place], float(low[place]), float(high[place]), ours[place])
        for place, name in enumerate(HourStatistics._fields)
    )
