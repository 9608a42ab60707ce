"""Measures against closed forms and brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from repower.scenarios.measures import cvar, mean, percentiles, standard_error

NUMBERS = st.lists(st.integers(-1000, 1000), min_size=1, max_size=30)
SHARES = st.fractions(Fraction(1, 50), 1, max_denominator=50)


@given(values=NUMBERS, share=SHARES)
def test_cvar_is_the_mean_of_the_worst_copies(values, share):
    """Copy every scenario so often that the tail ends between copies; then the tail is a plain mean, in whole numbers."""
    copies = share.denominator
    worst = sorted(values * copies)[: share.numerator * len(values)]
    expected = Fraction(sum(worst), len(worst))
    assert float(cvar(values, float(share))) == pytest.approx(float(expected), rel=1e-9, abs=1e-9)


@given(values=NUMBERS)
def test_cvar_of_everything_is_the_mean_and_less_of_it_is_never_better(values):
    shares = [0.05, 0.1, 0.33, 0.5, 0.9, 1.0]
    tails = [float(cvar(values, share)) for share in shares]
    assert tails[-1] == pytest.approx(float(mean(values)), abs=1e-9)
    assert all(left <= right + 1e-9 for left, right in pairwise(tails))
    assert float(cvar(values, 1 / len(values))) == pytest.approx(min(values))


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5])
def test_cvar_of_a_normal(share):
    """mu - sigma phi(z) / share with z the quantile at share, on a grid of exact quantiles."""
    count = 200_000
    values = 10 + 3 * norm.ppf((np.arange(count) + 0.5) / count)
    assert float(cvar(values, share)) == pytest.approx(10 - 3 * norm.pdf(norm.ppf(share)) / share, abs=1e-3)


def test_standard_error_covers_the_mean():
    """Of 2,000 samples of 40, the true mean is within 1.96 errors in about 94 % (Student, 39 degrees: 94.3 %)."""
    samples = np.random.default_rng(1).normal(5, 2, (40, 2000))
    inside = np.abs(mean(samples) - 5) <= 1.96 * standard_error(samples)
    assert inside.mean() == pytest.approx(0.943, abs=0.015)
    assert np.isnan(standard_error([1.0]))


def test_percentiles():
    values = np.arange(101.0)[::-1]
    np.testing.assert_allclose(percentiles(values, (0.0, 0.1, 0.5, 0.805, 1.0)), [0, 10, 50, 80.5, 100])
    assert percentiles(np.ones((7, 3, 2)), (0.1, 0.9)).shape == (2, 3, 2)


@pytest.mark.parametrize("measure", [mean, standard_error, lambda x: cvar(x, 0.1), lambda x: percentiles(x, (0.5,))])
def test_nothing_and_nan_are_refused(measure):
    with pytest.raises(ValueError, match="at least one"):
        measure([])
    with pytest.raises(ValueError, match="NaN"):
        measure([1.0, float("nan")])


def test_shares_out_of_range():
    with pytest.raises(ValueError, match="tail"):
        cvar([1.0], 0.0)
    with pytest.raises(ValueError, match="0 to 1"):
        percentiles([1.0], (95.0,))


@given(values=NUMBERS, share=SHARES, shift=st.integers(-5, 5), scale=st.integers(1, 9))
def test_cvar_moves_with_its_values(values, share, shift, scale):
    array = np.array(values, dtype=float)
    moved = float(cvar(scale * array + shift, float(share)))
    assert moved == pytest.approx(scale * float(cvar(array, float(share))) + shift, abs=1e-6)
