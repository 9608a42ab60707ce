"""The newest mining machines of their day, 2010-2023: what a history of the network is driven with.

(year with decimals, J/TH). K from public tables of machines for the years before 2017, D from a consensus of public specification
lists from the S9 on (98, 57, 42 for the S15 and S17 class, 29.5, 21.5 and 17.5 J/TH), dates to about a quarter. The first two
points stand for graphics processors.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.markets.miner_fleet import VINTAGE_MONTHS

Floats = NDArray[np.float64]

NEWEST = (
    (2010.0, 60_000.0),
    (2011.5, 40_000.0),
    (2013.2, 9_000.0),
    (2013.9, 2_000.0),
    (2014.5, 770.0),
    (2014.96, 510.0),
    (2015.7, 250.0),
    (2016.45, 98.0),
    (2018.9, 57.0),
    (2019.3, 42.0),
    (2020.4, 29.5),
    (2022.5, 21.5),
    (2023.9, 17.5),
)
#: Since the S9, which stayed the usual machine for two years, gains are slower; trends are taken from here.
TREND_FROM = 2016.45
EARLIEST_TREND = 2020.4


def newest_j_per_th(year: Floats, known_at: float | None = None) -> Floats:
    """Efficiency of the newest machines at times in years.

    Between two machines the logarithm is interpolated, as deliveries mix. With `known_at` nothing later is looked at: the last
    machine known goes on until then, and from there the mean gain since 2016 does. That gain is looked at in 2020.4 at the
    earliest (hindsight for forecasts from before), because a trend needs two machines.
    """
    points = [point for point in NEWEST if known_at is None or point[0] <= known_at]
    at, efficiency = (np.array(column) for column in zip(*points, strict=True))
    path = np.exp(np.interp(year, at, np.log(efficiency)))
    if known_at is None:
        return np.asarray(path)
    return np.asarray(path * (1.0 - gain_rate(max(known_at, EARLIEST_TREND))) ** np.maximum(year - known_at, 0.0))


def gain_rate(known_at: float) -> float:
    """Yearly fall of the newest machine's J/TH from mid 2016 to what was known at a time."""
    known = [point for point in NEWEST if TREND_FROM <= point[0] <= known_at]
    if len(known) < 2:
        raise ValueError(f"a trend of machines from {TREND_FROM} on needs two machines before {known_at}")
    return float(1.0 - (known[-1][1] / known[0][1]) ** (1.0 / (known_at - TREND_FROM)))


def vintages(start_year: float, past: int, count: int, known_at: float | None = None) -> Floats:
    """[1, count] efficiency of each quarter's deliveries, `past` of them before the start."""
    middle = start_year + (np.arange(count) - past + 0.5) * VINTAGE_MONTHS / 12.0
    return newest_j_per_th(np.asarray(middle, dtype=np.float64), known_at)[None]
