"""How monthly shocks hung together in the past: correlations with their uncertainty, and whether extremes come together.

Correlations are of normal scores (ranks as normal quantiles), which is what the scenarios correlate: a month of scarcity
counts as the highest, however high. Intervals are of the bootstrap over months. With a few dozen months an interval is
about 0.6 wide; a correlation whose interval holds 0 is a judgement, whatever its value.

Left out: dependence that changes with time, lags between factors, dependence of factors of which there is no common
history (accelerator rents are three snapshots: their correlations stay judgements).

References: Demarta and McNeil (2005), The t copula and related copulas; Efron and Tibshirani (1993), An introduction to the
bootstrap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtri

from repower.markets.streams import stream

FloatArray = NDArray[np.float64]

#: Degrees of freedom that are tried for the t copula; infinity is the normal one.
DEGREES = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0)


@dataclass(frozen=True)
class Correlations:
    """Correlation matrix [K, K] with the 95 % interval of each entry; months: number of months."""

    value: FloatArray
    low: FloatArray
    high: FloatArray
    months: int


@dataclass(frozen=True)
class TailFit:
    """Degrees of freedom of the t copula that fit best (infinite: the normal copula), and by how much.

    gain : log-likelihood above that of the normal copula.  low, high : degrees within 1.92 of the best (95 %).
    """

    degrees: float
    gain: float
    low: float
    high: float


def level_shocks(level: FloatArray) -> FloatArray:
    """Monthly shocks [M-1] of a price level [M] above 0: what neither trend, season nor the month before foretold.

    Residuals of log level[m] on log level[m-1], a line and one yearly wave. One wave, not twelve months: with a few years
    of months, twelve would take every third shock away.
    """
    if level.ndim != 1 or len(level) < 12 or not (level > 0).all():
        raise ValueError("shocks need a level above 0 in at least twelve months")
    logs, month = np.log(level), np.arange(1, len(level))
    wave = 2 * np.pi * month / 12
    known = np.stack([np.ones(len(month)), month, np.sin(wave), np.cos(wave), logs[:-1]], axis=1)
    weights = np.linalg.lstsq(known, logs[1:], rcond=None)[0]
    return np.asarray(logs[1:] - known @ weights)


def normal_scores(shocks: FloatArray) -> FloatArray:
    """Ranks of each column of [M, K] as standard normal quantiles: rank / (M + 1)."""
    return np.asarray(ndtri(stats.rankdata(shocks, axis=0) / (len(shocks) + 1)))


def correlations(shocks: FloatArray, repeats: int = 2000, seed: int = 1) -> Correlations:
    """Correlations of the normal scores of shocks [M, K] and their bootstrap intervals over months."""
    scores = normal_scores(shocks)
    months = len(scores)
    picks = stream(seed, "bootstrap").integers(0, months, (repeats, months))
    drawn = scores[picks]
    drawn -= drawn.mean(axis=1, keepdims=True)
    cross = np.einsum("rmi,rmj->rij", drawn, drawn)
    spread = np.sqrt(np.einsum("rii->ri", cross))
    again = cross / spread[:, :, None] / spread[:, None, :]
    low, high = np.quantile(again, (0.025, 0.975), axis=0)
    return Correlations(np.asarray(np.corrcoef(scores.T)), np.asarray(low), np.asarray(high), months)


def shares(value: FloatArray, regions: Sequence[str]) -> tuple[float, float]:
    """Mean correlation of pairs of zones of one region, and of pairs of different regions; NaN where there is no pair.

    With shocks sqrt(c) common + sqrt(r - c) regional + sqrt(1 - r) own, r is the first and c the second.
    """
    same = np.array([[first == second for second in regions] for first in regions])
    pairs = np.triu(np.ones_like(same), 1)
    within, across = value[same & pairs], value[~same & pairs]
    return (float(within.mean()) if within.size else np.nan, float(across.mean()) if across.size else np.nan)


def tail_fit(shocks: FloatArray) -> TailFit:
    """Best degrees of freedom of a t copula of shocks [M, K], its matrix from Kendall's tau (sin(pi tau / 2))."""
    count = shocks.shape[1]
    matrix = np.eye(count)
    for first in range(count):
        for second in range(first):
            tau = stats.kendalltau(shocks[:, first], shocks[:, second]).statistic
            matrix[first, second] = matrix[second, first] = np.sin(0.5 * np.pi * tau)
    uniform = stats.rankdata(shocks, axis=0) / (len(shocks) + 1)
    matrix = _nearest(matrix)
    plain = _normal_likelihood(uniform, matrix)
    gains = np.array([_t_likelihood(uniform, matrix, degrees) - plain for degrees in DEGREES])
    best = int(gains.argmax())
    if gains[best] <= 0.0:
        near = [degrees for degrees, gain in zip(DEGREES, gains, strict=True) if gain >= -1.92]
        return TailFit(np.inf, 0.0, min(near, default=np.inf), np.inf)
    near = [degrees for degrees, gain in zip(DEGREES, gains, strict=True) if gain >= gains[best] - 1.92]
    high = np.inf if gains[best] < 1.92 else max(near)
    return TailFit(DEGREES[best], float(gains[best]), min(near), high)


def _nearest(matrix: FloatArray) -> FloatArray:
    """The matrix with eigenvalues of at least 1e-6 and ones on its diagonal."""
    values, vectors = np.linalg.eigh(matrix)
    mended = vectors @ np.diag(np.maximum(values, 1e-6)) @ vectors.T
    spread = np.sqrt(np.diag(mended))
    return np.asarray(mended / spread[:, None] / spread[None, :])


def _normal_likelihood(uniform: FloatArray, matrix: FloatArray) -> float:
    scores = ndtri(uniform)
    joint = stats.multivariate_normal(cov=matrix).logpdf(scores)
    return float(np.sum(joint) - stats.norm.logpdf(scores).sum())


def _t_likelihood(uniform: FloatArray, matrix: FloatArray, degrees: float) -> float:
    scores = stats.t.ppf(uniform, degrees)
    joint = stats.multivariate_t(shape=matrix, df=degrees).logpdf(scores)
    return float(np.sum(joint) - stats.t.logpdf(scores, degrees).sum())
