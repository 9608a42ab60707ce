"""A duration by three quantiles: the shifted lognormal that has exactly these, whatever they are.

    Q(z) = P50 + (P90 - P50) (r^(z / z90) - 1) / (r - 1),     r = (P90 - P50) / (P50 - P10),    z90 = 1.2816

It is P10 at z = -z90, P50 at 0 and P90 at z90; log Q is normal but for a shift. r >= 1: the late side is the longer one.
Where r = 1 it is normal; where all three are equal the duration is sure. What would be negative is zero.

Left out: other tails. Ten per cent lie beyond P90, where three quantiles say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr, ndtr, ndtri, ndtri_exp

from repower.portfolio import Spread

FloatArray = NDArray[np.float64]

#: Standard normal that nine in ten do not exceed.
Z90 = float(ndtri(0.9))


@dataclass(frozen=True)
class Quantiles:
    """Months that one in ten, half and nine in ten do not exceed."""

    p10: float
    p50: float
    p90: float

    def __post_init__(self) -> None:
        early, late = self.p50 - self.p10, self.p90 - self.p50
        if self.p10 < 0 or early < 0 or late < early or (early == 0 and late > 0):
            raise ValueError(
                f"P10 {self.p10}, P50 {self.p50}, P90 {self.p90}: they must rise, the late side at least as long as the early one"
            )

    @classmethod
    def of(cls, spread: Spread, scale: float = 1.0) -> Quantiles:
        """Those of a portfolio's spread, times a number."""
        return cls(scale * spread.p10_months, scale * spread.p50_months, scale * spread.p90_months)

    @property
    def is_sure(self) -> bool:
        return self.p90 == self.p10


def duration(quantiles: Quantiles, score: ArrayLike) -> FloatArray:
    """Months at standard normal scores, any shape; never negative."""
    z = np.asarray(score, dtype=np.float64) / Z90
    early, late = quantiles.p50 - quantiles.p10, quantiles.p90 - quantiles.p50
    if quantiles.is_sure:
        return np.full(z.shape, quantiles.p50)
    rate = np.log(late / early)
    stretch = z if abs(rate) < 1e-9 else np.expm1(rate * z) / np.expm1(rate)
    return np.asarray(np.maximum(quantiles.p50 + late * stretch, 0.0))


def score_of(quantiles: Quantiles, months: float) -> float:
    """The score whose duration is `months`: the inverse of `duration` above zero; -inf and inf outside of its range."""
    if quantiles.is_sure:
        return np.inf if months >= quantiles.p50 else -np.inf
    early, late = quantiles.p50 - quantiles.p10, quantiles.p90 - quantiles.p50
    rate = np.log(late / early)
    beyond = (months - quantiles.p50) / late
    if abs(rate) < 1e-9:
        return float(beyond * Z90)
    inner = beyond * np.expm1(rate)
    return float(np.log1p(inner) / rate * Z90) if inner > -1.0 else -np.inf


def share_after(quantiles: Quantiles, months: float) -> float:
    """P(duration > months), for months of 0 or more."""
    return float(ndtr(-score_of(quantiles, months)))


def remaining(quantiles: Quantiles, score: ArrayLike, age_months: float) -> FloatArray:
    """Months still to come of a duration that has lasted `age_months` and is not over, at scores of what is left of luck.

    With S = 1 - F and u = Phi(score):   1 - F(age + remaining) = (1 - u) S(age)

    A sure duration that is overdue ends at once. With no age it is `duration`.
    """
    z = np.asarray(score, dtype=np.float64)
    if age_months <= 0:
        return duration(quantiles, z)
    since = score_of(quantiles, age_months)
    if since == np.inf:
        return np.zeros(z.shape)
    # In logarithms, so that far out in the tail there is still a difference.
    later = -ndtri_exp(log_ndtr(-z) + log_ndtr(-since))
    return np.asarray(np.maximum(duration(quantiles, later) - age_months, 0.0))
