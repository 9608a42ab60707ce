"""When customers stop paying: by chance month by month, likelier while accelerators are in glut.

Over all scenarios the chance that a customer has defaulted by any month is exactly that of its `default_rate`, as if nothing
else were known:

    P(default before month m) = 1 - (1 - default_rate)**(m/12)

`default_glut_multiple` only moves it into the scenarios and months of a glut. Customers hang together through the glut, and
through nothing else.

Left out: a customer's own rating over time, a customer who pays late or in part, defaults of one customer that cause another's.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import GpuRent, Portfolio
from repower.scenarios.draws import Draws
from repower.scenarios.gpu_regime import REGIMES, transitions

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def draw(portfolio: Portfolio, regime: IntArray, draws: Draws) -> IntArray:
    """Months from the start at which each customer defaults [S, lease]; `regime` [S, M] as of `gpu_regime`."""
    gpu_rent, months = portfolio.markets.gpu_rent, portfolio.horizon.months
    found = [
        default_month(
            default_chances(gpu_rent, lease.default_rate, lease.default_glut_multiple, months),
            regime,
            draws.uniform("default", lease.name),
        )
        for lease in portfolio.leases
    ]
    return np.stack(found, axis=1) if found else np.empty((draws.scenarios, 0), dtype=np.int64)


def default_chances(gpu_rent: GpuRent, default_rate: float, glut_multiple: float, months: int) -> FloatArray:
    """Chance to default in each month, in each regime [M, 3], of a customer that has not defaulted before.

    Among customers who still pay, a share g of month m is in a glut. The chance is 1 - y in other regimes and
    1 - y**multiple in a glut, and y is such that together they are the month's share of the yearly rate:

        (1 - g) y + g y**multiple = (1 - default_rate)**(1/12)

    Months are those of the study; the chances of regimes start from `start_regime`.
    """
    survival = (1.0 - default_rate) ** (1.0 / 12.0)
    step = transitions(gpu_rent)
    paying = np.zeros(3)
    paying[REGIMES[gpu_rent.start_regime] + 1] = 1.0
    answer = np.zeros((months, 3))
    for month in range(months):
        if month:
            paying = paying @ step
        y = _other_regimes(float(paying[0] / paying.sum()), glut_multiple, survival)
        stays = np.array([y**glut_multiple, y, y])
        answer[month] = 1.0 - stays
        paying = paying * stays
    return answer


def default_month(chance: FloatArray, regime: IntArray, uniform: FloatArray) -> IntArray:
    """Months from the start of the study at which a customer defaults [S]; M: not in the horizon.

    The first month after which the chance of still paying, given the scenario's regimes, is at most 1 - uniform.

    chance : [M, 3] as of `default_chances`.  regime : [S, M].  uniform : [S] in [0, 1).
    """
    if not chance.any():
        return np.full(len(uniform), len(chance), dtype=np.int64)
    pays = np.cumprod(1.0 - chance[np.arange(len(chance)), regime + 1], axis=1)
    return np.asarray((pays > 1.0 - uniform[:, np.newaxis]).sum(axis=1), dtype=np.int64)


def _other_regimes(glut: float, multiple: float, survival: float) -> float:
    """The y in (0, 1] with (1 - glut) y + glut y**multiple = survival, by Newton's method inside a bracket."""
    low, high, y = 0.0, 1.0, survival
    for _ in range(100):
        error = (1.0 - glut) * y + glut * y**multiple - survival
        if abs(error) < 1e-15:
            break
        low, high = (y, high) if error < 0.0 else (low, y)
        slope = 1.0 - glut + glut * multiple * y ** (multiple - 1.0)
        guess = y - error / slope if slope > 0.0 else low
        y = guess if low < guess < high else 0.5 * (low + high)
    return y
