"""What many scenarios say in a few numbers; scenarios are the first axis and equally likely."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def mean(values: ArrayLike) -> FloatArray:
    """Mean over scenarios: [S, ...] gives [...]."""
    return np.asarray(_checked(values).mean(axis=0))


def standard_error(values: ArrayLike) -> FloatArray:
    """Sampling error of the mean: s / sqrt(S) with the sample's standard deviation s; NaN for one scenario."""
    sample = _checked(values)
    if len(sample) == 1:
        return np.full(sample.shape[1:], np.nan)
    return np.asarray(sample.std(axis=0, ddof=1) / np.sqrt(len(sample)))


def cvar(values: ArrayLike, tail_share: float) -> FloatArray:
    """Mean of the worst (lowest) `tail_share` of the probability, over scenarios: [S, ...] gives [...].

    With x sorted upwards, k = tail_share * S and n = floor(k): (x[0] + ... + x[n-1] + (k - n) x[n]) / k, so a scenario is
    counted in part where the tail cuts through it. At 1 it is the mean.

    Reference: Rockafellar and Uryasev (2002), Conditional value-at-risk for general loss distributions.
    """
    if not 0.0 < tail_share <= 1.0:
        raise ValueError(f"the share of the tail must be above 0 and at most 1, not {tail_share}")
    ordered = np.sort(_checked(values), axis=0)
    count = len(ordered)
    mass = np.clip(tail_share * count - np.arange(count), 0.0, 1.0)
    return np.asarray(np.tensordot(mass, ordered, axes=(0, 0)) / (tail_share * count))


def percentiles(values: ArrayLike, shares: tuple[float, ...]) -> FloatArray:
    """Values below which the given shares (0-1) of scenarios lie: [S, ...] gives [len(shares), ...].

    Between two scenarios the value is interpolated linearly; 0 is the lowest and 1 the highest scenario.
    """
    if any(not 0.0 <= share <= 1.0 for share in shares):
        raise ValueError(f"percentiles are shares of 0 to 1, not {shares}")
    return np.asarray(np.quantile(_checked(values), shares, axis=0))


def _checked(values: ArrayLike) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 or len(array) == 0:
        raise ValueError("a measure needs at least one scenario")
    if np.isnan(array).any():
        raise ValueError("a measure of NaN would say nothing; look where the scenario's value was lost")
    return array
