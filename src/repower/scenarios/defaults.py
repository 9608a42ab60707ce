"""When customers stop paying: geometric, month by month."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import Portfolio
from repower.scenarios.draws import Draws

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def draw(portfolio: Portfolio, draws: Draws) -> IntArray:
    """Months from the start at which each customer defaults [S, lease]."""
    months = [
        default_month(lease.default_rate, draws.uniform("default", lease.name), portfolio.horizon.months)
        for lease in portfolio.leases
    ]
    return np.stack(months, axis=1) if months else np.empty((draws.scenarios, 0), dtype=np.int64)


def default_month(default_rate: float, uniform: FloatArray, never: int) -> IntArray:
    """Months from the start of the study at which a customer defaults [S]; `never` or later means not in the horizon.

    The chance of each month is q = 1 - (1 - default_rate)**(1/12), so the month is
    floor(log(1 - u) / log(1 - q)) with u uniform in [0, 1).
    """
    if default_rate == 0.0:
        return np.full(len(uniform), never, dtype=np.int64)
    survived = 12.0 * np.log1p(-uniform) / np.log1p(-default_rate)
    return np.asarray(np.minimum(np.floor(survived), never).astype(np.int64))
