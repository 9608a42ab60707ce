"""Rent of accelerators: a mean-reverting logarithm about a drift, the *median* follows the drift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import GpuRent
from repower.scenarios.draws import Draws
from repower.scenarios.reverting import growth, reverting

FloatArray = NDArray[np.float64]


def draw(gpu_rent: GpuRent, draws: Draws) -> FloatArray:
    """Factor on every machine's rent at the start [S, M]."""
    return gpu_rent_factor(gpu_rent, draws.shocks("gpu"))


def central(gpu_rent: GpuRent, months: int) -> FloatArray:
    """Median factor [M]."""
    return growth(gpu_rent.drift_rate, months)


def gpu_rent_factor(gpu_rent: GpuRent, shocks: FloatArray) -> FloatArray:
    """Factor on every machine's rent at the start [S, M]; its *median* is (1 + drift)**(m/12)."""
    path, _ = reverting(shocks, gpu_rent.volatility_rate, gpu_rent.reversion_months)
    return np.asarray(growth(gpu_rent.drift_rate, shocks.shape[1]) * np.exp(path))
