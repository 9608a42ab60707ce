"""A logarithm that returns to its trend, and smooth growth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def reverting(shocks: FloatArray, volatility_rate: float, reversion_months: float) -> tuple[FloatArray, FloatArray]:
    """Logarithm of a factor about its trend [S, M], and its variance [M].

    x[m] = r x[m-1] + volatility/sqrt(12) * shock[m],  x[0] = 0,  r = (1/3)**(1 / reversion_months)

    so that two thirds of a deviation die away in `reversion_months`; `shocks` are standard normal [S, M], the first unused.
    """
    left = kept(reversion_months)
    sigma = volatility_rate / np.sqrt(12.0)
    path = np.zeros_like(shocks)
    variance = np.zeros(shocks.shape[1])
    for month in range(1, shocks.shape[1]):
        path[:, month] = left * path[:, month - 1] + sigma * shocks[:, month]
        variance[month] = left**2 * variance[month - 1] + sigma**2
    return path, variance


def kept(months: float) -> float:
    """What is left of a deviation after one month when a third is left after `months`."""
    return float((1.0 / 3.0) ** (1.0 / months))


def growth(rate: float, months: int) -> FloatArray:
    """Factor (1 + rate)**(m/12) of months 0 to `months` - 1 [M]."""
    return np.asarray((1.0 + rate) ** (np.arange(months) / 12.0))
