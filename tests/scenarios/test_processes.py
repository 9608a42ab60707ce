"""Paths against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from repower.scenarios import reverting

COUNT = 20_000
MONTHS = 61


def shocks(seed, months=MONTHS, count=COUNT):
    return np.random.default_rng(seed).standard_normal((count, months))


def test_reverting_variance_and_memory():
    """Variance sigma**2 (1 - r**(2 m)) / (1 - r**2); of a deviation a third is left after the reversion time."""
    path, variance = reverting.reverting(shocks(3), 0.35, 18)
    kept = (1 / 3) ** (1 / 18)
    month = np.arange(MONTHS)
    closed = 0.35**2 / 12 * (1 - kept ** (2 * month)) / (1 - kept**2)
    np.testing.assert_allclose(variance, closed, rtol=1e-12)
    np.testing.assert_allclose(path.var(axis=0)[1:], closed[1:], rtol=5 * np.sqrt(2 / COUNT))
    slope = (path[:, 20] * path[:, 38]).mean() / (path[:, 20] ** 2).mean()
    assert slope == pytest.approx(1 / 3, abs=0.03)
