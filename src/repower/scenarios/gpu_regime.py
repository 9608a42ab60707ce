"""Whether accelerators are in glut, normal or scarcity: a chain that changes month by month.

A month of a regime is its last with the chance 1 / (its mean length), whatever its age. After a glut or a scarcity the market
is normal; after a normal market it is in scarcity with `scarcity_share`, else in glut. What moves the chain is the factor's own
monthly shock, good months towards scarcity and bad ones towards glut: so a correlation with another factor is one of the
regimes too.

Left out: regimes that last the longer the longer they have lasted, more than one scarcity at a time (chips, power, halls).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from repower.portfolio import GpuRent

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: How a regime is written in scenarios.
GLUT: Final = -1
NORMAL: Final = 0
SCARCITY: Final = 1
REGIMES: Final = {"glut": GLUT, "normal": NORMAL, "scarcity": SCARCITY}


def gpu_regime(gpu_rent: GpuRent, shocks: FloatArray) -> IntArray:
    """Regime of each month [S, M]: -1 glut, 0 normal, 1 scarcity; the first month is in the start regime.

    `shocks` are standard normal [S, M]; that of a month decides whether the regime is another one than in the month before.
    """
    rank = ndtr(shocks)
    leaves = 1.0 / gpu_rent.normal_months
    regime = np.full(shocks.shape, REGIMES[gpu_rent.start_regime], dtype=np.int64)
    for month in range(1, shocks.shape[1]):
        before, luck = regime[:, month - 1], rank[:, month]
        rises = luck >= 1.0 - np.where(before == GLUT, 1.0 / gpu_rent.glut_months, leaves * gpu_rent.scarcity_share)
        falls = luck < np.where(before == SCARCITY, 1.0 / gpu_rent.scarcity_months, leaves * (1.0 - gpu_rent.scarcity_share))
        regime[:, month] = before + (rises & (before < SCARCITY)) - (falls & (before > GLUT))
    return regime


def transitions(gpu_rent: GpuRent) -> FloatArray:
    """Chance to be in each regime next month, given that of this month [3, 3], in the order glut, normal, scarcity."""
    glut, normal, scarcity = 1.0 / gpu_rent.glut_months, 1.0 / gpu_rent.normal_months, 1.0 / gpu_rent.scarcity_months
    up = normal * gpu_rent.scarcity_share
    return np.array([[1.0 - glut, glut, 0.0], [normal - up, 1.0 - normal, up], [0.0, scarcity, 1.0 - scarcity]])


def chances(gpu_rent: GpuRent, months: int) -> FloatArray:
    """Chance of each regime in each month, seen from the start [M, 3]."""
    step = transitions(gpu_rent)
    answer = np.zeros((months, 3))
    answer[0, REGIMES[gpu_rent.start_regime] + 1] = 1.0
    for month in range(1, months):
        answer[month] = answer[month - 1] @ step
    return answer


def long_run_chances(gpu_rent: GpuRent) -> FloatArray:
    """Share of all months in each regime [3]: of every two regimes one is normal, so lengths weighted by how often they come.

    share = (1 - scarcity_share) glut_months : normal_months : scarcity_share scarcity_months, made to sum to 1
    """
    weights = np.array(
        [
            (1.0 - gpu_rent.scarcity_share) * gpu_rent.glut_months,
            gpu_rent.normal_months,
            gpu_rent.scarcity_share * gpu_rent.scarcity_months,
        ]
    )
    return np.asarray(weights / weights.sum())


def central_regime(gpu_rent: GpuRent, months: int) -> IntArray:
    """The regime nearest to the mean of all scenarios [M]: the start regime, and normal once its chance has faded."""
    return np.asarray(np.rint(chances(gpu_rent, months) @ np.array([GLUT, NORMAL, SCARCITY])).astype(np.int64))
