"""Durations of three quantiles against another library's shifted lognormal, and what is left of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from repower.scenarios.spread import Quantiles, duration, remaining, score_of, share_after

QUEUE = Quantiles(3, 18, 48)


def lognormal(quantiles: Quantiles):
    """SciPy's lognormal with these three quantiles: the ratio of the sides is exp(sigma z90), the rest is linear."""
    ratio = (quantiles.p90 - quantiles.p50) / (quantiles.p50 - quantiles.p10)
    sigma = np.log(ratio) / stats.norm.ppf(0.9)
    scale = (quantiles.p50 - quantiles.p10) / (1 - 1 / ratio)
    return stats.lognorm(sigma, loc=quantiles.p50 - scale, scale=scale)


@pytest.mark.parametrize("quantiles", [QUEUE, Quantiles(0, 4, 14), Quantiles(6, 30, 72), Quantiles(14, 28, 48)])
def test_it_is_the_shifted_lognormal_without_its_negative_part(quantiles):
    other = lognormal(quantiles)
    shares = np.array([0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999])
    np.testing.assert_allclose(
        duration(quantiles, stats.norm.ppf(shares)), np.maximum(other.ppf(shares), 0.0), rtol=1e-9, atol=1e-9
    )
    for months in (0.0, 1.0, 7.0, 30.0, 100.0):
        assert share_after(quantiles, months) == pytest.approx(other.sf(months), rel=1e-9)


def test_equal_sides_are_normal_and_equal_quantiles_are_sure():
    scores = np.array([-3.0, -1.2815515655446004, 0.0, 0.7, 1.2815515655446004])
    normal = stats.norm(12, 8 / stats.norm.ppf(0.9))
    np.testing.assert_allclose(duration(Quantiles(4, 12, 20), scores), np.maximum(normal.ppf(stats.norm.cdf(scores)), 0))
    assert share_after(Quantiles(4, 12, 20), 15) == pytest.approx(normal.sf(15))
    np.testing.assert_array_equal(duration(Quantiles(5, 5, 5), scores), 5.0)
    assert [share_after(Quantiles(5, 5, 5), months) for months in (4.9, 5.0, 6.0)] == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("wrong", [(5, 4, 9), (1, 8, 9), (2, 2, 9), (-1, 3, 9)])
def test_quantiles_that_no_duration_has_are_refused(wrong):
    with pytest.raises(ValueError, match="must rise"):
        Quantiles(*wrong)


@given(early=st.integers(1, 60), late=st.integers(0, 60), first=st.integers(0, 30), score=st.floats(-4, 6))
def test_score_of_is_the_inverse(early, late, first, score):
    quantiles = Quantiles(first, first + early, first + 2 * early + late)
    months = float(duration(quantiles, score))
    if months > 0:
        assert score_of(quantiles, months) == pytest.approx(score, abs=1e-6)


@pytest.mark.parametrize("age", [6.0, 24.0, 60.0, 240.0])
def test_what_is_left_is_conditional_on_the_age(age):
    """1 - F(age + left) = (1 - u) (1 - F(age)) against SciPy's inverse of the survival function."""
    other, luck = lognormal(QUEUE), np.array([0.01, 0.3, 0.5, 0.9, 0.999])
    expected = other.isf((1 - luck) * other.sf(age)) - age
    np.testing.assert_allclose(remaining(QUEUE, stats.norm.ppf(luck), age), expected, rtol=1e-6, atol=1e-6)


def test_the_mean_of_what_is_left_against_an_integral():
    """E(D - a | D > a) is the integral of the survival function beyond a, over that at a."""
    age, scores = 18.0, stats.norm.ppf((np.arange(200_000) + 0.5) / 200_000)
    other = lognormal(QUEUE)
    expected = integrate.quad(other.sf, age, 2000, limit=200)[0] / other.sf(age)
    assert remaining(QUEUE, scores, age).mean() == pytest.approx(expected, rel=2e-3)


def test_the_past_of_those_that_have_come_does_not_count():
    """Brute force: of many durations keep those that are longer than the age."""
    drawn = duration(QUEUE, np.random.default_rng(1).standard_normal(400_000))
    kept = drawn[drawn > 30] - 30
    left = remaining(QUEUE, np.random.default_rng(2).standard_normal(400_000), 30.0)
    np.testing.assert_allclose(np.quantile(left, [0.1, 0.5, 0.9]), np.quantile(kept, [0.1, 0.5, 0.9]), rtol=0.03)


@given(age=st.floats(0, 5000), score=st.floats(-8, 8))
def test_it_stays_finite_far_out_and_is_never_negative(age, score):
    left = remaining(QUEUE, np.array([score]), age)
    assert np.isfinite(left).all()
    assert left[0] >= 0


def test_a_long_tail_waits_longer_the_longer_it_has_waited():
    """Half of those that are not there yet wait this long; an exponential delay would not change with age."""
    halves = [float(remaining(QUEUE, np.zeros(1), age)[0]) for age in (24.0, 60.0, 120.0, 240.0)]
    assert halves == sorted(halves)
    assert halves[-1] > 1.7 * halves[0]


def test_a_sure_duration_that_is_overdue_ends_at_once():
    assert remaining(Quantiles(5, 5, 5), np.array([-1.0, 2.0]), 5.0).tolist() == [0.0, 0.0]
    assert remaining(Quantiles(5, 5, 5), np.array([-1.0, 2.0]), 3.0).tolist() == [2.0, 2.0]
