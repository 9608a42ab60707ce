"""Currencies on history: volatility, what they share, and how well a random walk then told four years it had not seen.

Monthly changes of the logarithm of USD per unit, from the last rate of each month. Whether a currency returns to a level is
not fitted: eight years hold too few returns (`reversion_score` compares both out of sample).

Base rate and inflation have no history here; their numbers are judgements.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import ndtr, ndtri

from repower.scenarios.reverting import kept

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class CurrencyFit:
    """volatility_rate [C], yearly.  common_share [C] of one factor.  correlation [C, C] of monthly changes.

    misfit : root mean square of what the factor leaves of the correlations.
    """

    volatility_rate: FloatArray
    common_share: FloatArray
    correlation: FloatArray
    misfit: float


def fit_currencies(monthly_usd_per_unit: FloatArray) -> CurrencyFit:
    """Fit volatility and the common share to month-end rates [C, months].

    The shares minimise the squared distance of sqrt(share_i share_j) to the correlations: least squares, no distribution. The
    mean change is taken off, and not used: a drift is not fitted.
    """
    changes = np.diff(np.log(monthly_usd_per_unit), axis=1)
    volatility = changes.std(axis=1, ddof=1) * np.sqrt(12.0)
    correlation = np.corrcoef(changes)
    pairs = np.triu_indices(len(correlation), 1)

    def distance(loading: FloatArray) -> float:
        return float(((np.outer(loading, loading) - correlation)[pairs] ** 2).sum())

    found = minimize(distance, np.full(len(correlation), 0.7), bounds=[(0.0, 1.0)] * len(correlation))
    return CurrencyFit(volatility, found.x**2, correlation, float(np.sqrt(found.fun / len(pairs[0]))))


@dataclass(frozen=True)
class ForecastScore:
    """crps : mean over forecasts, of the logarithm.  crps_no_change : of the certain forecast that nothing moves: its mean error.
    coverage : share of outcomes inside the central 90 %.  pit : [n] chance of less than what came."""

    crps: float
    crps_no_change: float
    coverage: float
    pit: FloatArray


def score(
    monthly_usd_per_unit: FloatArray, volatility_rate: float, horizon: int, reversion: tuple[float, float] | None
) -> ForecastScore:
    """Score forecasts of one currency [months], `horizon` months ahead from every month.

    reversion : (level, months) towards which the logarithm returns, two thirds of the way in so many months; a random walk when
    None. The forecast's *median* is compared with what came, as the volatility's correction of the mean is far below its error.
    """
    logs, sigma = np.log(monthly_usd_per_unit), volatility_rate / np.sqrt(12.0)
    now, later = logs[:-horizon], logs[horizon:]
    if reversion is None:
        middle, spread = now, sigma * np.sqrt(horizon)
    else:
        left = kept(reversion[1])
        middle = np.log(reversion[0]) + left**horizon * (now - np.log(reversion[0]))
        spread = sigma * np.sqrt((1.0 - left ** (2 * horizon)) / (1.0 - left**2))
    z = (later - middle) / spread
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    crps = spread * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi))
    inside = np.abs(z) <= ndtri(0.95)
    return ForecastScore(float(crps.mean()), float(np.abs(later - now).mean()), float(inside.mean()), np.asarray(ndtr(z)))
