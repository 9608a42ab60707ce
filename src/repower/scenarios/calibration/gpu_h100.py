"""What the few known rents of one machine say about the process of rents: the H100, 2023 to 2026.

Eight numbers of different kinds (contracts of a year, asks on demand, indices) cannot fit a model of regimes; they can say
whether it is plausible, which plain decay is not. The likelihood is exact up to a grid: the log rent about its trend and the
regime are filtered month by month, with the shock that moves both. Trend: `drift_rate` and `ageing_rate` by time (not in steps
of generations). Observations differ from the market's rent by a lognormal error.

The levels of the regimes and the reversion of `repower.portfolio.GpuRent` were chosen with all of these numbers in view, so
what is measured here is consistency, not a forecast.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import t as student

from repower.horizon import Month
from repower.portfolio import GpuRent
from repower.scenarios.gpu_regime import long_run_chances
from repower.scenarios.gpu_rent import levels
from repower.scenarios.reverting import kept

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Snapshot:
    """A rent that somebody reported. spread : standard deviation of its logarithm about the market's rent, a judgement."""

    month: Month
    usd_per_gpu_hour: float
    spread: float
    source: str


#: Rents of an H100. The spread of 0.1 is A: terms differ between a year and an hour.
H100 = (
    Snapshot(Month.parse("2023-07"), 9.2, 0.25, "R* 7 to 12 and more in 2023"),
    Snapshot(Month.parse("2024-02"), 2.85, 0.1, "R* early 2024"),
    Snapshot(Month.parse("2024-10"), 2.99, 0.1, "R*"),
    Snapshot(Month.parse("2025-07"), 2.3, 0.1, "R* 2.2-2.4 in the middle of 2025"),
    Snapshot(Month.parse("2025-10"), 1.70, 0.1, "R* contracts of a year, trough"),
    Snapshot(Month.parse("2026-03"), 2.35, 0.1, "R* contracts of a year"),
    Snapshot(Month.parse("2026-05"), 2.60, 0.1, "R* index"),
    Snapshot(Month.parse("2026-10"), 3.41, 0.1, "R* median of 41 providers on demand; another index said 3.62"),
)

#: Half-width and number of cells of the grid of log rents about the trend.
_REACH, _CELLS = 1.8, 241


@dataclass(frozen=True)
class Filtered:
    """What is known after some snapshots: mass [cells, 3] over log rent about the trend and regime, in the month of the last.

    cells : [cells] middles.  log_likelihood : of the snapshots.  pit : [n] chance of a rent below each snapshot's, given those
    before it (NaN where there is none).
    """

    mass: FloatArray
    cells: FloatArray
    log_likelihood: float
    pit: FloatArray

    @property
    def regime(self) -> FloatArray:
        """Chance of glut, normal, scarcity [3]."""
        return np.asarray(self.mass.sum(axis=0))


def filtered(gpu_rent: GpuRent, ageing_rate: float, level_usd: float, snapshots: tuple[Snapshot, ...] = H100) -> Filtered:
    """Filter snapshots of one machine; `level_usd` is its normal rent in the month of the first."""
    edges = np.linspace(-_REACH, _REACH, _CELLS + 1)
    cells = 0.5 * (edges[1:] + edges[:-1])
    step = _step(gpu_rent, cells, edges)
    level = levels(gpu_rent)
    wide = 0.05 + gpu_rent.volatility_rate / np.sqrt(12.0 * (1.0 - kept(gpu_rent.reversion_months) ** 2))
    mass = np.exp(-0.5 * ((cells[:, np.newaxis] - level) / wide) ** 2) * long_run_chances(gpu_rent)
    mass /= mass.sum()
    slope = np.log((1.0 + gpu_rent.drift_rate) * (1.0 - ageing_rate)) / 12.0
    first, before = snapshots[0].month, snapshots[0].month
    likelihood, pit = 0.0, []
    for snapshot in snapshots:
        for _ in range(snapshot.month - before):
            mass = np.einsum("xr,xrys->ys", mass, step, optimize=True)
        before = snapshot.month
        observed = np.log(snapshot.usd_per_gpu_hour / level_usd) - slope * (snapshot.month - first)
        gap = (observed - cells) / snapshot.spread
        weight = np.exp(-0.5 * gap**2) / (np.sqrt(2.0 * np.pi) * snapshot.spread)
        pit.append(float(ndtr(gap) @ mass.sum(axis=1)))
        mass = mass * weight[:, np.newaxis]
        likelihood += float(np.log(mass.sum()))
        mass /= mass.sum()
    return Filtered(mass, cells, likelihood, np.array(pit))


def best_level_usd(gpu_rent: GpuRent, ageing_rate: float, snapshots: tuple[Snapshot, ...] = H100) -> float:
    """Normal rent in the month of the first snapshot that makes all of them likeliest, to 5 %."""
    tried = np.exp(np.arange(np.log(1.5), np.log(10.0), 0.1))
    return float(tried[np.argmax([filtered(gpu_rent, ageing_rate, usd, snapshots).log_likelihood for usd in tried])])


def _step(gpu_rent: GpuRent, cells: FloatArray, edges: FloatArray) -> FloatArray:
    """Chance [cells, 3, cells, 3] to come from a log rent and regime into another in a month, by the shock that moves both."""
    left, sigma = kept(gpu_rent.reversion_months), gpu_rent.volatility_rate / np.sqrt(12.0)
    level = levels(gpu_rent)
    up, down = (
        1.0 / gpu_rent.normal_months * gpu_rent.scarcity_share,
        1.0 / gpu_rent.normal_months * (1 - gpu_rent.scarcity_share),
    )
    # ranks of the shock, from and to, by which one regime follows another
    bands = {
        (0, 0): (0.0, 1 - 1 / gpu_rent.glut_months),
        (0, 1): (1 - 1 / gpu_rent.glut_months, 1.0),
        (1, 0): (0.0, down),
        (1, 1): (down, 1 - up),
        (1, 2): (1 - up, 1.0),
        (2, 1): (0.0, 1 / gpu_rent.scarcity_months),
        (2, 2): (1 / gpu_rent.scarcity_months, 1.0),
    }
    answer = np.zeros((len(cells), 3, len(cells), 3))
    for (old, new), (low, high) in bands.items():
        middle = left * cells + (1.0 - left) * level[new]
        reached = np.clip(ndtr((edges - middle[:, np.newaxis]) / sigma), low, high)
        reached[:, 0], reached[:, -1] = low, high
        answer[:, old, :, new] = np.diff(reached, axis=1)
    return answer


def plain_decay(known: tuple[Snapshot, ...], later: tuple[Snapshot, ...]) -> FloatArray:
    """PIT of later snapshots under exponential decay, level and pace fitted to the first ones [n].

    Known are the snapshots' spreads; there is no other error, for plain decay has none.
    """
    return np.asarray(ndtr(_decay(known, later)[0]))


def plain_decay_with_fitted_error(known: tuple[Snapshot, ...], later: tuple[Snapshot, ...]) -> FloatArray:
    """The same with an error as large as the first ones' own, which few numbers leave wide (Student's t) [n]."""
    gap, misfit = _decay(known, later)
    freedom = len(known) - 2
    return np.asarray(student.cdf(gap / np.sqrt(misfit / freedom), freedom))


def _decay(known: tuple[Snapshot, ...], later: tuple[Snapshot, ...]) -> tuple[FloatArray, float]:
    """Later snapshots' errors in standard deviations of their forecast [n], and the sum of squared errors of the known ones."""
    month = np.array([float(snapshot.month - known[0].month) for snapshot in (*known, *later)])
    logs = np.log([snapshot.usd_per_gpu_hour for snapshot in (*known, *later)])
    spread = np.array([snapshot.spread for snapshot in (*known, *later)])
    design, fit = np.stack([np.ones_like(month), month], axis=1) / spread[:, np.newaxis], slice(len(known))
    inverse = np.linalg.inv(design[fit].T @ design[fit])
    error = logs / spread - design @ (inverse @ design[fit].T @ (logs / spread)[fit])
    new = design[len(known) :]
    return error[len(known) :] / np.sqrt(1.0 + np.einsum("ij,jk,ik->i", new, inverse, new)), float((error[fit] ** 2).sum())
