"""Models of a bitcoin's daily log returns: their likelihoods, and how they are fitted.

All are one family: a hidden state (one, two or three) sets the day's spread; the state changes by the day or at the turn of a
month; beside the normal return of a day there may be jumps (Merton 1976), or the return is Student's t.

    r_d = sigma(state_d) z_d + sum of N_d jumps - jumps_per_day * jump_mean,   N_d ~ Poisson(jumps_per_day)
    jump ~ normal(jump_mean, jump_spread)

The mean return is zero in every state: what is fitted is de-meaned, and no drift is ever taken from a fit. The likelihood of
hidden states is Hamilton's filter (Econometrica 57, 1989).

Left out: spreads that react to the size of the last return (GARCH), jumps that come in clusters, leverage.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import minimize
from scipy.special import expit, gammaln, logit

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
F = TypeVar("F", bound=Callable[..., Any])

#: Jumps in one day beyond which a model's density counts none more.
MOST_JUMPS_A_DAY = 6
#: Days of a year: a bitcoin trades on all.
DAYS_IN_YEAR = 365.25


@dataclass(frozen=True)
class ReturnModel:
    """Which of the family.

    states : 1-3.  step : how often the state may change.  tail : what comes beside the normal return of a day.
    """

    name: str
    states: int = 1
    step: Literal["day", "month"] = "day"
    tail: Literal["normal", "jumps", "t"] = "normal"

    @property
    def free(self) -> int:
        """Number of parameters fitted."""
        return self.states + self.states * (self.states - 1) + {"normal": 0, "jumps": 3, "t": 1}[self.tail]


MODELS = (
    ReturnModel("geometric walk"),
    ReturnModel("Student t", tail="t"),
    ReturnModel("jump diffusion", tail="jumps"),
    ReturnModel("2 states by day", 2),
    ReturnModel("2 states by day, jumps", 2, tail="jumps"),
    ReturnModel("3 states by day", 3),
    ReturnModel("2 states by month", 2, "month"),
    ReturnModel("2 states by month, jumps", 2, "month", "jumps"),
    ReturnModel("2 states by month, t", 2, "month", "t"),
)


@dataclass(frozen=True)
class FittedReturns:
    """A model with its parameters.

    daily_spread : [K] standard deviation of a day's normal return (of t: its scale), calm first.
    stay : [K, K] chance to go from a state (row) to another (column) at a step.
    jumps_per_day, jump_mean, jump_spread : zero without jumps.  freedom : of Student's t, infinite without.
    log_likelihood : of the days fitted.
    """

    model: ReturnModel
    daily_spread: Floats
    transition: Floats
    jumps_per_day: float
    jump_mean: float
    jump_spread: float
    freedom: float
    log_likelihood: float

    @property
    def aic(self) -> float:
        """Akaike's criterion 2 k - 2 log L; less is better."""
        return 2 * self.model.free - 2 * self.log_likelihood

    @property
    def stationary(self) -> Floats:
        """[K] share of time in each state."""
        return stationary(self.transition)

    @property
    def volatility_rate(self) -> float:
        """Yearly volatility in the long run: the root of 365.25 times the mean variance of a day."""
        widened = self.freedom / (self.freedom - 2) if np.isfinite(self.freedom) else 1.0
        normal = float(self.stationary @ self.daily_spread**2) * widened
        jumps = self.jumps_per_day * (self.jump_mean**2 + self.jump_spread**2)
        return float(np.sqrt(DAYS_IN_YEAR * (normal + jumps)))


def compiled(function: F) -> F:
    """Machine code, kept on disk."""
    return cast("F", njit(cache=True, nogil=True, error_model="numpy")(function))


def stationary(transition: Floats) -> Floats:
    """[K] shares of time that a chain with this transition matrix spends in its states."""
    count = len(transition)
    system = np.vstack([transition.T - np.eye(count), np.ones(count)])
    return np.asarray(np.linalg.lstsq(system, np.append(np.zeros(count), 1.0), rcond=None)[0])


def log_densities(fitted: FittedReturns, returns: Floats) -> Floats:
    """[K, D] log density of each day's de-meaned return in each state."""
    spread = fitted.daily_spread[:, None]
    if fitted.model.tail == "t":
        scaled = returns[None, :] / spread
        nu = fitted.freedom
        level = gammaln((nu + 1) / 2) - gammaln(nu / 2) - 0.5 * np.log(nu * np.pi)
        return np.asarray(level - np.log(spread) - (nu + 1) / 2 * np.log1p(scaled**2 / nu))
    rate = fitted.jumps_per_day
    terms = []
    for jumps in range(MOST_JUMPS_A_DAY + 1 if rate > 0 else 1):
        variance = spread**2 + jumps * fitted.jump_spread**2
        centre = (jumps - rate) * fitted.jump_mean
        chance = jumps * np.log(rate) - rate - gammaln(jumps + 1) if rate > 0 else 0.0
        terms.append(chance - 0.5 * (np.log(2 * np.pi * variance) + (returns[None, :] - centre) ** 2 / variance))
    return np.asarray(np.logaddexp.reduce(terms, axis=0))


@compiled
def hamilton(log_density: Floats, transition: Floats, start: Floats, turns: Bools) -> tuple[Floats, Floats]:
    """Filter a chain of hidden states through days.

    Parameters
    ----------
    log_density : [K, D].  transition : [K, K], from row to column.  start : [K] chances of the states on the first day.
    turns : [D] true on days before which the state may change (that of the first day is not looked at).

    Returns
    -------
    score : [D] log density of each day given those before it; their sum is the log likelihood.
    chance : [K, D] chances of the states given the days up to and with this one.
    """
    states, days = log_density.shape
    score = np.empty(days)
    chance = np.empty((states, days))
    now = start.copy()
    after = np.empty(states)
    for day in range(days):
        if day > 0 and turns[day]:
            for to in range(states):
                after[to] = 0.0
                for source in range(states):
                    after[to] += now[source] * transition[source, to]
            now[:] = after
        top = log_density[0, day]
        for state in range(1, states):
            top = max(top, log_density[state, day])
        total = 0.0
        for state in range(states):
            now[state] *= np.exp(log_density[state, day] - top)
            total += now[state]
        for state in range(states):
            now[state] /= total
            chance[state, day] = now[state]
        score[day] = np.log(total) + top
    return score, chance


def filtered(fitted: FittedReturns, returns: Floats, month_turns: Bools) -> tuple[Floats, Floats]:
    """Log score of each day before it was seen [D], and the chances of the states after it [K, D]."""
    turns = month_turns if fitted.model.step == "month" else np.ones(len(returns), dtype=np.bool_)
    return hamilton(log_densities(fitted, returns), fitted.transition, fitted.stationary, turns)


def fit_returns(model: ReturnModel, returns: Floats, month_turns: Bools) -> FittedReturns:
    """Maximum likelihood of one model.

    Parameters
    ----------
    returns : [D] daily log returns, de-meaned.
    month_turns : [D] true on the first day of a month.

    Raises
    ------
    ValueError : returns with a mean that is not zero (a drift is never fitted), or too few.
    """
    spread = float(returns.std())
    if len(returns) < 100 or abs(float(returns.mean())) > 1e-9 * max(spread, 1e-300):
        raise ValueError("a fit needs at least 100 daily returns with their mean taken off: no drift is fitted")

    def loss(free: Floats) -> float:
        candidate = _unpacked(model, free, 0.0)
        score, _ = filtered(candidate, returns, month_turns)
        total = float(score.sum())
        return -total if np.isfinite(total) else 1e12

    best = None
    for start in _starts(model, spread):
        found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-4, "fatol": 1e-5})
        found = minimize(loss, found.x, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-5, "fatol": 1e-6})
        if best is None or found.fun < best.fun:
            best = found
    assert best is not None
    return _ordered(_unpacked(model, best.x, -float(best.fun)))


def _starts(model: ReturnModel, spread: float) -> list[Floats]:
    """Where the search begins: spreads about that of the sample, states that last some time, some jumps."""
    factors = {1: [1.0], 2: [0.6, 1.5], 3: [0.4, 0.9, 2.0]}[model.states]
    body = 0.7 if model.tail != "normal" else 1.0
    leave = 0.1
    moves = [float(logit(leave / max(model.states - 1, 1)))] * (model.states * (model.states - 1))
    tail = {
        "normal": [],
        "jumps": [float(logit(0.05)), 0.0, float(np.log(2 * spread))],
        "t": [float(np.log(3.0 - 2.0))],
    }[model.tail]
    return [np.array([*(np.log(spread * body * factor) for factor in factors), *moves, *tail])]


def _unpacked(model: ReturnModel, free: Floats, log_likelihood: float) -> FittedReturns:
    """Parameters from the numbers that the search moves (logarithms and log odds)."""
    count = model.states
    transition = np.eye(count)
    if count > 1:
        odds = np.exp(np.clip(free[count : count * count], -15, 15)).reshape(count, count - 1)
        for state in range(count):
            others = [other for other in range(count) if other != state]
            transition[state, others] = odds[state] / (1.0 + odds[state].sum())
            transition[state, state] = 1.0 / (1.0 + odds[state].sum())
    rest = free[count * count if count > 1 else 1 :]
    rate, mean, jump_spread, freedom = 0.0, 0.0, 0.0, np.inf
    if model.tail == "jumps":
        rate, mean, jump_spread = 2.0 * float(expit(rest[0])), float(rest[1]) / 10.0, float(np.exp(rest[2]))
    elif model.tail == "t":
        freedom = 2.0 + float(np.exp(rest[0]))
    return FittedReturns(model, np.exp(free[:count]), transition, rate, mean, jump_spread, freedom, log_likelihood)


def _ordered(fitted: FittedReturns) -> FittedReturns:
    """The same with the calmest state first."""
    order = np.argsort(fitted.daily_spread)
    return FittedReturns(
        fitted.model,
        fitted.daily_spread[order],
        fitted.transition[np.ix_(order, order)],
        fitted.jumps_per_day,
        fitted.jump_mean,
        fitted.jump_spread,
        fitted.freedom,
        fitted.log_likelihood,
    )


def horizon_returns(fitted: FittedReturns, days: Floats, paths: int, rng: np.random.Generator) -> Floats:
    """Simulated log returns [K, H, paths] over each number of days in `days` [H], by the state on the first day.

    The state is that of the first day; by the month it may change every 30 days. Mean zero.
    """
    count, last = fitted.model.states, int(np.max(days))
    wanted = {int(day): position for position, day in enumerate(days)}
    result = np.empty((count, len(days), paths))
    cumulative = np.cumsum(fitted.transition, axis=1)
    step = 1 if fitted.model.step == "day" else 30
    for first in range(count):
        state = np.full(paths, first)
        total = np.zeros(paths)
        for day in range(1, last + 1):
            if day > 1 and (day - 1) % step == 0 and count > 1:
                state = (rng.random(paths)[:, None] > cumulative[state]).sum(axis=1).clip(max=count - 1)
            total += fitted.daily_spread[state] * _tail(fitted, paths, rng)
            if fitted.jumps_per_day > 0:
                jumps = rng.poisson(fitted.jumps_per_day, paths)
                total += (jumps - fitted.jumps_per_day) * fitted.jump_mean
                total += np.sqrt(jumps) * fitted.jump_spread * rng.standard_normal(paths)
            if day in wanted:
                result[first, wanted[day]] = total
    return result


def _tail(fitted: FittedReturns, paths: int, rng: np.random.Generator) -> Floats:
    if np.isfinite(fitted.freedom):
        return np.asarray(stats.t.rvs(fitted.freedom, size=paths, random_state=rng))
    return rng.standard_normal(paths)
