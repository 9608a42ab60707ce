"""How good a forecast was that gave a whole distribution: CRPS, place of what came in it (PIT), coverage of bands.

CRPS is the mean absolute error of a forecast that is one number, and rewards a spread that is as wide as the errors are
(Gneiting and Raftery, Journal of the American Statistical Association 102, 2007). Origins a month apart with horizons of many
months overlap, so their errors are not independent: coverage of 24 origins at 12 months says as much as two or three would.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Bands whose coverage is told: shares of the distribution in the middle.
BANDS = (0.5, 0.9)


@dataclass(frozen=True)
class HorizonScore:
    """Forecasts over one number of months, against what came.

    origins : forecasts scored.  crps : mean, in logarithms.  coverage_50, coverage_90 : shares of what came that lay in the
    middle bands.  bias : mean of what came less the forecast's median, in logarithms.  pit : [origins] places, uniform on 0-1
    if the forecast is right.
    """

    months: int
    origins: int
    crps: float
    coverage_50: float
    coverage_90: float
    bias: float
    pit: Floats


def crps(sample: Floats, weight: Floats, came: float) -> float:
    """CRPS of a weighted sample: E|X - y| - E|X - X'| / 2.

    Parameters
    ----------
    sample, weight : [n], weights not negative, sum 1.
    came : y
    """
    order = np.argsort(sample)
    x, w = sample[order], weight[order]
    below = np.cumsum(w) - w / 2
    return float(w @ np.abs(x - came) - 2.0 * (w * x) @ (below - 0.5))


def place(sample: Floats, weight: Floats, came: float) -> float:
    """Share of the sample below what came (PIT)."""
    return float(weight @ (sample < came))


def score_horizon(months: int, samples: list[Floats], weights: list[Floats], came: Floats) -> HorizonScore:
    """Score one forecast per origin: sample and weights [n] each, what came [origins], all in logarithms."""
    pit = np.array([place(sample, weight, value) for sample, weight, value in zip(samples, weights, came, strict=True)])
    within = [float((np.abs(pit - 0.5) <= band / 2).mean()) for band in BANDS]
    medians = np.array([_median(sample, weight) for sample, weight in zip(samples, weights, strict=True)])
    return HorizonScore(
        months,
        len(pit),
        float(np.mean([crps(sample, weight, value) for sample, weight, value in zip(samples, weights, came, strict=True)])),
        within[0],
        within[1],
        float((came - medians).mean()),
        pit,
    )


def _median(sample: Floats, weight: Floats) -> float:
    order = np.argsort(sample)
    return float(sample[order][np.searchsorted(np.cumsum(weight[order]), 0.5)])
