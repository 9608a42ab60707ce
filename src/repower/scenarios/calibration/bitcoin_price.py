"""Which process a bitcoin's price follows: models fitted on one range of days and scored on later ones.

The mean return of the range is taken off and never used: forecasts have no drift, because the one that was there is that of a
new money's first years, and the next twenty are a judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.scenarios.calibration.bitcoin_history import DailyHistory
from repower.scenarios.calibration.bitcoin_models import (
    DAYS_IN_YEAR,
    MODELS,
    FittedReturns,
    Floats,
    filtered,
    fit_returns,
    horizon_returns,
)
from repower.scenarios.calibration.bitcoin_scores import HorizonScore, score_horizon

#: Horizons that are scored, months.
HORIZONS = (1, 3, 6, 12)
#: Paths of a forecast, from each state.
PATHS = 4000
#: The model whose parameters scenarios take: it moves by the month, as they do.
CHOSEN = "2 states by month, jumps"


@dataclass(frozen=True)
class PriceScore:
    """A fitted model and how it did later.

    later_log_score : mean log density of a later day's return, given all days before it.  horizons : by months ahead.
    """

    fitted: FittedReturns
    later_log_score: float
    horizons: tuple[HorizonScore, ...]


@dataclass(frozen=True)
class PriceCalibration:
    """All models, best AIC first.

    days_fitted, days_scored : how many.  mean_return_rate : yearly log return of the days fitted, taken off and not used.
    """

    scores: tuple[PriceScore, ...]
    days_fitted: int
    days_scored: int
    mean_return_rate: float

    def score(self, name: str) -> PriceScore:
        """The model of that name."""
        return next(score for score in self.scores if score.fitted.model.name == name)

    @property
    def chosen(self) -> FittedReturns:
        """The fit whose parameters scenarios take."""
        return self.score(CHOSEN).fitted

    def parameters(self) -> dict[str, float]:
        """Fields of `markets.bitcoin` by name, as the chosen model says them (see `repower.scenarios.bitcoin_price`)."""
        return price_parameters(self.chosen)


def price_parameters(fitted: FittedReturns) -> dict[str, float]:
    """Two states by the month with jumps, said as fields of `markets.bitcoin`; the jumps' mean is left out (see there)."""
    calm, turbulent = fitted.daily_spread
    jumps = fitted.jumps_per_day * (fitted.jump_mean**2 + fitted.jump_spread**2)
    return {
        "price_volatility_rate": fitted.volatility_rate,
        "price_turbulence_factor": float(turbulent / calm),
        "price_turbulent_share": float(fitted.stationary[1]),
        "price_turbulent_months": float(1.0 / fitted.transition[1, 0]),
        "price_jumps_per_year": float(DAYS_IN_YEAR * fitted.jumps_per_day),
        "price_jump_variance_share": float(DAYS_IN_YEAR * jumps / fitted.volatility_rate**2),
    }


def calibrate_price(history: DailyHistory, seed: int = 1) -> PriceCalibration:
    """Fit every model on the days to fit, and score it on the later ones."""
    returns, turns = history.log_returns, history.month_turns
    fit = history.fitted_days
    mean = float(returns[fit].mean())
    known = returns[fit] - mean
    # Later days are scored as they came: their own mean is not known beforehand.
    all_returns = np.concatenate([known, returns[~fit]])
    scores = []
    for model in MODELS:
        fitted = fit_returns(model, known, turns[fit])
        score, chance = filtered(fitted, all_returns, turns)
        horizons = _horizons(fitted, chance, history, np.random.default_rng(seed))
        scores.append(PriceScore(fitted, float(score[~fit].mean()), horizons))
    scores.sort(key=lambda score: score.fitted.aic)
    return PriceCalibration(tuple(scores), int(fit.sum()), int((~fit).sum()), mean * DAYS_IN_YEAR)


def _horizons(fitted: FittedReturns, chance: Floats, history: DailyHistory, rng: np.random.Generator) -> tuple[HorizonScore, ...]:
    """Forecasts from every month's last day on, without drift, against the later log price."""
    ends = history.month_ends
    first = int(np.searchsorted(ends, int(history.fitted_days.sum()) - 1))
    simulated = horizon_returns(fitted, np.round(np.array(HORIZONS) * DAYS_IN_YEAR / 12), PATHS, rng)
    # The states' chances on the first day ahead, which is the first of a month: every model may have turned.
    ahead = chance[:, ends].T @ fitted.transition
    log_price = np.concatenate([[0.0], np.cumsum(history.log_returns)])[1:]
    result = []
    for position, months in enumerate(HORIZONS):
        origins = range(first, len(ends) - months)
        if not len(origins):
            continue
        came = np.array([log_price[ends[origin + months]] - log_price[ends[origin]] for origin in origins])
        sample = simulated[:, position].ravel()
        weights = [np.repeat(ahead[origin] / PATHS, PATHS) for origin in origins]
        result.append(score_horizon(months, [sample] * len(origins), weights, came))
    return tuple(result)
