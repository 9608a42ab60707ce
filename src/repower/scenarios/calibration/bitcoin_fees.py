"""How fees move: a logarithm of fees per block that returns to its level, and months in which it is lifted above that.

    log fees_m = level + x_m + spike_m,   x_m = kept x_{m-1} + normal(0, spread)
    spike_m : with a chance, exponential with a mean, for that month alone; else 0

Fitted on months against the same without spikes, by AIC and by log score on later months. What is hidden (x) is integrated out
on a grid. The level is fitted to subtract it, and not used: scenarios start from the portfolio's.

Left out: that fees rise with the price and with new uses of the chain; that the level itself moves over years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_ndtr, logit

from repower.scenarios.calibration.bitcoin_history import MonthlyHistory

Floats = NDArray[np.float64]

#: Points of the grid of hidden deviations, and how many stationary standard deviations it reaches.
GRID_POINTS, GRID_REACH = 121, 4.5
#: Error in the logarithm of a month's fees as counted; it only keeps the densities finite without spikes.
COUNT_ERROR = 0.1


@dataclass(frozen=True)
class FeeFit:
    """A fitted process of fees; without spikes their chance is 0.

    level_btc : calm fees per block, BTC.  kept_share : of a deviation after a month.  spread : of a month's shock.
    spike_chance : in a month.  spike_mean : of its size in logarithms.
    later_log_score : mean log density of later months, one month ahead.  pit : their places in those forecasts.
    """

    name: str
    level_btc: float
    kept_share: float
    spread: float
    spike_chance: float
    spike_mean: float
    log_likelihood: float
    later_log_score: float
    pit: Floats
    free: int

    @property
    def aic(self) -> float:
        """Akaike's criterion; less is better."""
        return 2 * self.free - 2 * self.log_likelihood

    def parameters(self) -> dict[str, float]:
        """Fields of `markets.bitcoin` by name."""
        return {
            "fee_volatility_rate": float(self.spread * np.sqrt(12.0)),
            "fee_reversion_months": float(np.log(1 / 3) / np.log(self.kept_share)),
            "fee_spikes_per_year": 12.0 * self.spike_chance,
            "fee_spike_mean": self.spike_mean,
        }


def calibrate_fees(months: MonthlyHistory) -> tuple[FeeFit, FeeFit]:
    """Without and with spikes, fitted on the months to fit and scored on the later ones."""
    fees = np.log(months.fee_share * months.subsidy_btc)
    return _fit("reverting", fees, months.fitted), _fit("reverting, spikes", fees, months.fitted)


def filter_fees(away: Floats, kept: float, spread: float, spike_chance: float, spike_mean: float) -> tuple[Floats, Floats]:
    """Log density of each month given those before it [M], and its place in that forecast [M].

    `away` is the logarithm of fees less its level. The first month is drawn from the process in the long run.
    """
    reach = GRID_REACH * spread / np.sqrt(1.0 - kept**2)
    grid = np.linspace(-reach, reach, GRID_POINTS)
    move = np.exp(-0.5 * ((grid[None, :] - kept * grid[:, None]) / spread) ** 2)
    move /= move.sum(axis=1, keepdims=True)
    mass = np.exp(-0.5 * (grid / (reach / GRID_REACH)) ** 2)
    mass /= mass.sum()
    score, places = np.empty(len(away)), np.empty(len(away))
    for month, value in enumerate(away):
        if month > 0:
            mass = mass @ move
        density, below = _seen(value - grid, spike_chance, spike_mean)
        likely = mass * density
        total = float(likely.sum())
        score[month] = np.log(total) if total > 0 else -np.inf
        places[month] = float(mass @ below)
        mass = likely / total if total > 0 else mass
    return score, places


def _seen(rest: Floats, chance: float, mean: float) -> tuple[Floats, Floats]:
    """Density and distribution of what is seen less the hidden deviation: an error, and perhaps a spike."""
    scaled = rest / COUNT_ERROR
    normal = np.exp(-0.5 * scaled**2) / (COUNT_ERROR * np.sqrt(2 * np.pi))
    normal_below = np.exp(log_ndtr(scaled))
    if chance == 0.0:
        return normal, normal_below
    rate = 1.0 / mean
    lifted = np.exp(0.5 * (rate * COUNT_ERROR) ** 2 - rate * rest + log_ndtr(scaled - rate * COUNT_ERROR))
    return (1 - chance) * normal + chance * rate * lifted, (1 - chance) * normal_below + chance * (normal_below - lifted)


def _fit(name: str, fees: Floats, fitted: int) -> FeeFit:
    spikes = name.endswith("spikes")

    def unpacked(free: Floats) -> tuple[float, float, float, float, float]:
        chance, mean = (float(expit(free[3])), float(np.exp(free[4]))) if spikes else (0.0, 1.0)
        return float(free[0]), float(expit(free[1])), float(np.exp(free[2])), chance, mean

    def loss(free: Floats) -> float:
        # Beyond these the search only meets overflow: a memory of a month or of a century, spikes of 2 % or of a factor 1,600.
        if not (-4 < free[1] < 6 and -3 < free[2] < 1 and (not spikes or -4 < free[4] < 2)):
            return 1e9
        level, *rest = unpacked(free)
        total = float(filter_fees(fees[:fitted] - level, *rest)[0].sum())
        return -total if np.isfinite(total) else 1e9

    start = [float(np.median(fees)), 2.0, np.log(0.3), *([float(logit(0.15)), np.log(0.7)] if spikes else [])]
    found = minimize(loss, start, method="Nelder-Mead", options={"maxiter": 1500, "xatol": 1e-4, "fatol": 1e-5})
    level, *rest = unpacked(found.x)
    score, places = filter_fees(fees - level, *rest)
    kept, spread, chance, mean = rest
    return FeeFit(
        name,
        float(np.exp(level)),
        kept,
        spread,
        chance,
        mean,
        -float(found.fun),
        float(score[fitted:].mean()),
        places[fitted:],
        len(start),
    )
