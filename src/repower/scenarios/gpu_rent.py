"""Rent of accelerators: a logarithm that moves towards the level of its regime, about a drift.

    x[m] = r x[m-1] + (1 - r) level[regime of m] + volatility / sqrt(12) * shock[m],      r = (1/3)**(1 / reversion_months)
    factor[m] = (1 + drift_rate)**(m/12) * exp(x[m] - x[0])

x[0] is the level of the start regime, so the factor is 1 at the start; levels are logarithms whose mean over the long run is 0.
What follows the drift is therefore the *geometric mean* over scenarios, exactly and in every month, beside what the start
regime explains (`central_factor` is this path: of a start in scarcity it falls to the normal level). Where glut and scarcity
mirror one another it is the median too. The arithmetic mean is higher, as of every quantity that cannot fall below zero.

Left out: different rents of clouds, terms and machines of the same age (each machine's rent at the start is the portfolio's);
an owner who answers to the rent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import GpuRent
from repower.scenarios import gpu_generations
from repower.scenarios.draws import Draws
from repower.scenarios.gpu_regime import REGIMES, central_regime, chances, gpu_regime, long_run_chances
from repower.scenarios.reverting import growth, kept

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class GpuPaths:
    """The market of accelerators, [S, M] each: rent against the start, regime (-1, 0, 1), progress of the newest in years."""

    rent_factor: FloatArray
    regime: IntArray
    progress_years: FloatArray


def draw(gpu_rent: GpuRent, draws: Draws) -> GpuPaths:
    """Paths of all scenarios."""
    shocks = draws.shocks("gpu")
    regime = gpu_regime(gpu_rent, shocks)
    return GpuPaths(gpu_rent_factor(gpu_rent, regime, shocks), regime, gpu_generations.draw(gpu_rent, draws))


def central(gpu_rent: GpuRent, months: int) -> GpuPaths:
    """The one path without luck, [1, M] each."""
    return GpuPaths(
        central_factor(gpu_rent, months)[None], central_regime(gpu_rent, months)[None], gpu_generations.central(months)[None]
    )


def gpu_rent_factor(gpu_rent: GpuRent, regime: IntArray, shocks: FloatArray) -> FloatArray:
    """Factor on every machine's rent at the start [S, M].

    `regime` as of `gpu_regime` and standard normal `shocks`, both [S, M]; the first of each row is the start's and moves nothing.
    """
    level = levels(gpu_rent)
    left, sigma = kept(gpu_rent.reversion_months), gpu_rent.volatility_rate / np.sqrt(12.0)
    moves = (1.0 - left) * level[regime + 1] + sigma * shocks
    path = np.empty_like(moves)
    path[:, 0] = level[REGIMES[gpu_rent.start_regime] + 1]
    for month in range(1, moves.shape[1]):
        path[:, month] = left * path[:, month - 1] + moves[:, month]
    return np.asarray(growth(gpu_rent.drift_rate, moves.shape[1]) * np.exp(path - path[:, :1]))


def central_factor(gpu_rent: GpuRent, months: int) -> FloatArray:
    """Geometric mean of the factor over scenarios [M]."""
    level = levels(gpu_rent)
    expected = chances(gpu_rent, months) @ level
    left = kept(gpu_rent.reversion_months)
    path = np.empty(months)
    path[0] = expected[0]
    for month in range(1, months):
        path[month] = left * path[month - 1] + (1.0 - left) * expected[month]
    return np.asarray(growth(gpu_rent.drift_rate, months) * np.exp(path - path[0]))


def levels(gpu_rent: GpuRent) -> FloatArray:
    """Logarithm of the rent that each regime tends to, against the long-run mean of the logarithm [3]."""
    logarithms = np.log([gpu_rent.glut_level, 1.0, gpu_rent.scarcity_level])
    return np.asarray(logarithms - long_run_chances(gpu_rent) @ logarithms)
