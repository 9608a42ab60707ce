"""Volatility and reversion of a zone's monthly level, by exact likelihood, and how well they foretold later months.

The logarithm of a month's level is a season (one harmonic) and a deviation that returns:

    log level[t] = a + b cos(2 pi t / 12) + c sin(2 pi t / 12) + x[t],    x[t] = r x[t-1] + s e[t]

an Ornstein-Uhlenbeck process seen once a month, so a gap of g months has the correlation r**g. For given r the rest is
least squares in closed form; r is found on a grid. A month whose mean is near or below zero counts as `LEAST_SHARE` of the
median month, and is counted. The level is either the month's mean price (`monthly_means`), or what resampling takes out of the
hours (`monthly_levels`): only the second may be multiplied with resampled shapes, which have the scarcity and the weather of
weeks in them; fitting the first and multiplying would count those twice.

Left out: drift (a judgement, never a fit: three rising years would say that power becomes ten times as dear), volatility that
changes, jumps of the level. With few years r is estimated too low and says little: the interval tells how little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import chi2

from repower.markets.resampled import LEAST_LEVEL_SHARE, LEVEL_DAYS

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: A month's mean counts as at least this share of the median month's.
LEAST_SHARE = 0.02
#: Share of its hours that a month must have.
WHOLE_SHARE = 0.9
#: Reversion times that are tried, in months: two thirds of a deviation die away in them.
REVERSION_MONTHS = np.geomspace(0.2, 240.0, 600)


@dataclass(frozen=True)
class LevelFit:
    """What the months say.

    coefficients : a, b, c of the season, of the logarithm.
    volatility_rate : s times sqrt(12).  reversion_months : in which two thirds of a deviation die away, and the 90 % interval of
    it by profile likelihood (its upper end is the longest that was tried where the months cannot tell it from a random walk).
    log_likelihood : at the maximum.  months : how many.  raised : how many were near or below zero.
    """

    coefficients: tuple[float, float, float]
    volatility_rate: float
    reversion_months: float
    reversion_interval: tuple[float, float]
    log_likelihood: float
    months: int
    raised: int

    @property
    def kept_share(self) -> float:
        """r: what is left of a deviation after a month."""
        return float((1.0 / 3.0) ** (1.0 / self.reversion_months))

    @property
    def stationary_sd(self) -> float:
        """Standard deviation of the logarithm about its season in the long run."""
        return float(self.volatility_rate / np.sqrt(12.0 * (1.0 - self.kept_share**2)))


def monthly_means(hours: NDArray[np.datetime64], prices: FloatArray) -> tuple[IntArray, FloatArray]:
    """(months since January 1970 [M], mean price [M]) of the months with nearly all hours; prices that are NaN do not count."""
    month = hours.astype("datetime64[M]")
    known = np.isfinite(prices)
    numbers, place = np.unique(month[known].astype(np.int64), return_inverse=True)
    count = np.bincount(place)
    first = numbers.astype("datetime64[M]")
    length = ((first + 1).astype("datetime64[h]") - first.astype("datetime64[h]")).astype(np.int64)
    whole = count >= WHOLE_SHARE * length
    return numbers[whole], (np.bincount(place, weights=prices[known]) / count)[whole]


def monthly_levels(hours: NDArray[np.datetime64], prices: FloatArray) -> tuple[IntArray, FloatArray]:
    """(months since January 1970 [M], ordinary level [M]): what `repower.markets.resampled` takes out of the hours.

    The running median of daily medians over two months, averaged over the days of a month: scarcity and surplus of some days
    stay with the shape. Days with few hours are left out.
    """
    day, known = hours.astype("datetime64[D]"), np.isfinite(prices)
    days, place, count = np.unique(day[known].astype(np.int64), return_inverse=True, return_counts=True)
    order = np.argsort(place, kind="stable")
    daily = np.array([np.median(part) for part in np.split(prices[known][order], np.cumsum(count)[:-1])])
    days, daily = days[count >= 20], daily[count >= 20]
    first, last = np.searchsorted(days, days - LEVEL_DAYS), np.searchsorted(days, days + LEVEL_DAYS, side="right")
    running = np.array([np.median(daily[start:end]) for start, end in zip(first, last, strict=True)])
    year = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    for number in np.unique(year):
        of_year = year == number
        running[of_year] = np.maximum(running[of_year], LEAST_LEVEL_SHARE * np.median(running[of_year]))
    numbers, place = np.unique(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64), return_inverse=True)
    there = np.bincount(place)
    return numbers[there >= 25], (np.bincount(place, weights=running) / there)[there >= 25]


def fit_level(months: IntArray, means: FloatArray) -> LevelFit:
    """Fit season, volatility and reversion to monthly means; months [M] rise and may have gaps.

    Raises ValueError for fewer than 18 months, or months that do not rise.
    """
    if len(months) < 18 or len(months) != len(means) or (np.diff(months) < 1).any():
        raise ValueError(f"at least 18 rising months with a mean each are needed, not {len(months)} with {len(means)}")
    logs, raised = _logs(means)
    season = _season(months)
    fits = [_given(float((1.0 / 3.0) ** (1.0 / time)), months, logs, season) for time in REVERSION_MONTHS]
    likelihood = np.array([fit[0] for fit in fits])
    best = int(likelihood.argmax())
    inside = REVERSION_MONTHS[likelihood >= likelihood[best] - 0.5 * chi2.ppf(0.9, 1)]
    _, coefficients, sigma = fits[best]
    return LevelFit(
        coefficients=(float(coefficients[0]), float(coefficients[1]), float(coefficients[2])),
        volatility_rate=float(sigma * np.sqrt(12.0)),
        reversion_months=float(REVERSION_MONTHS[best]),
        reversion_interval=(float(inside[0]), float(inside[-1])),
        log_likelihood=float(likelihood[best]),
        months=len(months),
        raised=raised,
    )


def deviations(fit: LevelFit, months: IntArray, means: FloatArray) -> FloatArray:
    """Logarithm of each month's mean against the season [M]."""
    return np.asarray(_logs(means)[0] - _season(months) @ np.array(fit.coefficients))


def foretold(fit: LevelFit, months: IntArray, means: FloatArray, ahead: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """Forecasts of months that lie `ahead` months after a known one.

    Returns (which of the months [K], mean [K] and standard deviation [K] of the logarithm).
    """
    place = np.searchsorted(months, months - ahead)
    place = np.where(months[place] == months - ahead, place, -1)
    later = np.flatnonzero(place >= 0)
    kept = fit.kept_share**ahead
    middle = _season(months)[later] @ np.array(fit.coefficients) + kept * deviations(fit, months, means)[place[later]]
    spread = np.full(len(later), fit.stationary_sd * np.sqrt(1.0 - kept**2))
    return later, middle, spread


def crps_lognormal(middle: FloatArray, spread: FloatArray, seen: FloatArray) -> FloatArray:
    """Continuous ranked probability score of lognormal forecasts, in the unit of `seen`, which is positive; 0 is perfect.

    With w = (log y - m) / s:  y (2 F(w) - 1) - 2 exp(m + s**2 / 2) (F(w - s) + F(s / sqrt(2)) - 1).
    Reference: Baran and Lerch (2015), Log-normal distribution based EMOS models.
    """
    w = (np.log(seen) - middle) / spread
    mean = np.exp(middle + 0.5 * spread**2)
    return np.asarray(seen * (2.0 * ndtr(w) - 1.0) - 2.0 * mean * (ndtr(w - spread) + ndtr(spread / np.sqrt(2.0)) - 1.0))


@dataclass(frozen=True)
class LevelScore:
    """How a fit up to a month did afterwards, `ahead` months ahead.

    months : how many were foretold.  crps, crps_unchanged : mean score in the price's unit, and that of saying that the price
    stays.  pit : where each month fell in its forecast [months], 0-1, even where the forecast is right.  covered_50, covered_90 :
    share of months inside the central 50 % and 90 %.
    """

    ahead: int
    months: int
    crps: float
    crps_unchanged: float
    pit: FloatArray
    covered_50: float
    covered_90: float


def score_level(months: IntArray, means: FloatArray, fitted: int, ahead: int) -> LevelScore:
    """Fit the first `fitted` months, and foretell each later one from what was known `ahead` months before it.

    The numbers fitted stay; only the price that is known moves on. Raises ValueError where no later month can be foretold.
    """
    fit = fit_level(months[:fitted], means[:fitted])
    floor = LEAST_SHARE * float(np.median(means[:fitted]))
    seen = np.maximum(means, floor)
    later, middle, spread = foretold(fit, months, seen, ahead)
    kept = later >= fitted
    if not kept.any():
        raise ValueError(f"no month after the first {fitted} has one known {ahead} months before it")
    later, middle, spread = later[kept], middle[kept], spread[kept]
    before = np.searchsorted(months, months[later] - ahead)
    pit = ndtr((np.log(seen[later]) - middle) / spread)
    return LevelScore(
        ahead=ahead,
        months=len(later),
        crps=float(crps_lognormal(middle, spread, seen[later]).mean()),
        crps_unchanged=float(np.abs(seen[later] - seen[before]).mean()),
        pit=pit,
        covered_50=float((np.abs(pit - 0.5) <= 0.25).mean()),
        covered_90=float((np.abs(pit - 0.5) <= 0.45).mean()),
    )


def _logs(means: FloatArray) -> tuple[FloatArray, int]:
    floor = LEAST_SHARE * float(np.median(means))
    if floor <= 0.0:
        raise ValueError("most months have a mean below zero: their level has no logarithm")
    return np.log(np.maximum(means, floor)), int((means < floor).sum())


def _season(months: IntArray) -> FloatArray:
    turn = 2.0 * np.pi * (months % 12) / 12.0
    return np.stack([np.ones(len(months)), np.cos(turn), np.sin(turn)], axis=1)


def _given(kept: float, months: IntArray, logs: FloatArray, season: FloatArray) -> tuple[float, FloatArray, float]:
    """(log likelihood, coefficients, s) for given r: months made independent of each other, then least squares."""
    passed = kept ** np.diff(months).astype(np.float64)
    # variance of each month given the one before it, in units of s**2
    variance = np.concatenate(([1.0], 1.0 - passed**2)) / (1.0 - kept**2)
    scale = np.sqrt(variance)

    def apart(values: FloatArray) -> FloatArray:
        moved = values.copy()
        moved[1:] -= (passed * values[:-1].T).T
        return np.asarray((moved.T / scale).T)

    coefficients = np.asarray(np.linalg.lstsq(apart(season), apart(logs), rcond=None)[0], dtype=np.float64)
    rest = apart(logs) - apart(season) @ coefficients
    sigma2 = float(rest @ rest) / len(logs)
    likelihood = -0.5 * (len(logs) * (np.log(2.0 * np.pi * sigma2) + 1.0) + np.log(variance).sum())
    return float(likelihood), coefficients, float(np.sqrt(sigma2))
