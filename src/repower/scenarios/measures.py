"""What many scenarios say in a few numbers; scenarios are the first axis, equally likely unless weights are given.

How sure each number is: `repower.scenarios.sampling_error`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def mean(values: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Mean over scenarios: [S, ...] gives [...]; `weights` [S] are probabilities, or in proportion to them."""
    sample = checked(values)
    if weights is None:
        return np.asarray(sample.mean(axis=0))
    return np.asarray(np.tensordot(probabilities(weights, len(sample)), sample, axes=(0, 0)))


def standard_error(values: ArrayLike) -> FloatArray:
    """Sampling error of the mean of independent, equally likely scenarios: s / sqrt(S) with the sample's standard deviation s;
    NaN for one scenario. For mirrored pairs and weights see `sampling_error.of_mean`."""
    sample = checked(values)
    if len(sample) == 1:
        return np.full(sample.shape[1:], np.nan)
    return np.asarray(sample.std(axis=0, ddof=1) / np.sqrt(len(sample)))


def cvar(values: ArrayLike, tail_share: float, weights: ArrayLike | None = None) -> FloatArray:
    """Mean of the worst (lowest) `tail_share` of the probability, over scenarios: [S, ...] gives [...].

    With x sorted upwards and p their probabilities, sum of m x / tail_share with m[i] = what of p[i] lies within the tail, so
    a scenario is counted in part where the tail cuts through it. With tail_share 1 it is the mean.

    Reference: Rockafellar and Uryasev (2002), Conditional value-at-risk for general loss distributions.
    """
    check_tail(tail_share)
    sample = checked(values)
    count = len(sample)
    if weights is None:
        mass = np.clip(tail_share * count - np.arange(count), 0.0, 1.0)
        return np.asarray(np.tensordot(mass, np.sort(sample, axis=0), axes=(0, 0)) / (tail_share * count))
    order = np.argsort(sample, axis=0, kind="stable")
    share = probabilities(weights, count)[order]
    mass = np.clip(tail_share - (np.cumsum(share, axis=0) - share), 0.0, share)
    return np.asarray((mass * np.take_along_axis(sample, order, axis=0)).sum(axis=0) / mass.sum(axis=0))


def percentiles(values: ArrayLike, shares: tuple[float, ...], weights: ArrayLike | None = None) -> FloatArray:
    """Values below which the given shares (0-1) of scenarios lie: [S, ...] gives [len(shares), ...].

    Between two scenarios the value is interpolated linearly; 0 is the lowest and 1 the highest scenario. With weights it is
    the first scenario, upwards, at which the probability reaches the share.
    """
    if any(not 0.0 <= share <= 1.0 for share in shares):
        raise ValueError(f"percentiles are shares of 0 to 1, not {shares}")
    sample = checked(values)
    if weights is None:
        return np.asarray(np.quantile(sample, shares, axis=0))
    order = np.argsort(sample, axis=0, kind="stable")
    reached = np.cumsum(probabilities(weights, len(sample))[order], axis=0)
    place = np.stack([(reached < share - 1e-12).sum(axis=0) for share in shares])
    return np.asarray(np.take_along_axis(np.take_along_axis(sample, order, axis=0), np.minimum(place, len(sample) - 1), axis=0))


def checked(values: ArrayLike) -> FloatArray:
    """The values as an array [S, ...]; ValueError for none of them and for NaN."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0 or len(array) == 0:
        raise ValueError("a measure needs at least one scenario")
    if np.isnan(array).any():
        raise ValueError("a measure of NaN would say nothing; look where the scenario's value was lost")
    return array


def check_tail(tail_share: float) -> None:
    """ValueError unless the tail is a share of the probability, above 0."""
    if not 0.0 < tail_share <= 1.0:
        raise ValueError(f"the share of the tail must be above 0 and at most 1, not {tail_share}")


def probabilities(weights: ArrayLike, count: int) -> FloatArray:
    """Weights [S] scaled to the sum 1; ValueError where they cannot be probabilities."""
    array = np.asarray(weights, dtype=np.float64)
    if array.shape != (count,) or not np.isfinite(array).all() or (array < 0).any() or array.sum() <= 0.0:
        raise ValueError(f"weights must be one number of 0 or more for each of the {count} scenarios, not all 0")
    return np.asarray(array / array.sum())
