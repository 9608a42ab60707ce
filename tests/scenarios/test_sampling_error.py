"""Errors of measures against closed forms of the normal, against repetition, and how often intervals hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from repower.scenarios import measures
from repower.scenarios.sampling_error import independent_unit, of_cvar, of_mean, of_percentile

REPEATS = 1000
#: Of 1,000 intervals of 95 %, between 93.2 and 96.8 hold the truth in all but one of 200 runs.
SURE = 0.019


def normal(scenarios: int, seed: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((scenarios, REPEATS))


def mirrored(scenarios: int, seed: int = 3) -> np.ndarray:
    """Pairs of z and -z, in a quadratic of them: 2 x means nothing alone."""
    half = np.random.default_rng(seed).standard_normal((scenarios // 2, REPEATS))
    pairs = np.stack([half, -half], axis=1).reshape(scenarios, REPEATS)
    return pairs + 0.3 * (pairs**2 - 1)


def covered(estimate, truth: float) -> float:
    return float(((estimate.low <= truth) & (truth <= estimate.high)).mean())


def test_mean_of_independent_scenarios():
    estimate = of_mean(normal(50))
    assert covered(estimate, 0.0) == pytest.approx(0.95, abs=SURE)
    np.testing.assert_allclose(estimate.error, measures.standard_error(normal(50)))


def test_pairs_are_the_unit():
    """The error of pairs is what repetition shows; taking the scenarios for independent doubles it here."""
    values = mirrored(400)
    estimate = of_mean(values, unit=independent_unit("antithetic"))
    assert covered(estimate, 0.0) == pytest.approx(0.95, abs=SURE)
    assert estimate.error.mean() == pytest.approx(estimate.value.std(), rel=0.07)
    assert of_mean(values).error.mean() > 1.6 * estimate.error.mean()
    # one pair and a half: the last scenario stands alone
    assert of_mean([1.0, 3.0, 5.0], unit=2).error == pytest.approx(np.sqrt(2 * (((1 + 3 - 6) / 3) ** 2 + ((5 - 3) / 3) ** 2)))


@pytest.mark.parametrize(("scenarios", "share", "at_least"), [(1000, 0.05, 0.92), (200, 0.2, 0.92), (200, 0.05, 0.89)])
def test_cvar_of_a_normal(scenarios, share, at_least):
    """Truth -phi(z) / share; the asymptotic variance of the estimate in closed form, from the moments of a cut normal."""
    edge = norm.ppf(share)
    truth = -norm.pdf(edge) / share
    estimate = of_cvar(normal(scenarios), share)
    assert at_least < covered(estimate, truth) < 0.97
    second = share * (1 + edge**2) + edge * norm.pdf(edge)  # E[min(x - edge, 0)**2]
    first = share * (truth - edge)
    asymptotic = np.sqrt((second - first**2) / scenarios) / share
    assert estimate.error.mean() == pytest.approx(asymptotic, rel=0.02 + 2 / np.sqrt(REPEATS) + 1 / (share * scenarios))
    assert estimate.value.std() == pytest.approx(asymptotic, rel=0.1)
    assert estimate.value.mean() == pytest.approx(truth, abs=0.03)


def test_cvar_of_pairs():
    rng = np.random.default_rng(1).standard_normal(2_000_000)
    truth = float(measures.cvar(rng + 0.3 * (rng**2 - 1), 0.2))
    assert covered(of_cvar(mirrored(200), 0.2, unit=2), truth) == pytest.approx(0.95, abs=2 * SURE)


@pytest.mark.parametrize(("scenarios", "share"), [(100, 0.1), (100, 0.5), (37, 0.9)])
def test_percentile_intervals_hold_the_truth(scenarios, share):
    """Intervals between order statistics hold it at least as often as they say, and not much more often."""
    columns = normal(scenarios).T
    held = np.mean([of.low <= norm.ppf(share) <= of.high for of in (of_percentile(column, share) for column in columns)])
    assert 0.95 - SURE < held < 0.99


def test_percentile_interval_is_the_binomial_one():
    """Median of 100: ranks 40 and 61, 96.48 % (a table of order statistics); of five the median has -inf at 98 %."""
    estimate = of_percentile(np.random.default_rng(1).permutation(100) + 1.0, 0.5)
    assert (float(estimate.low), float(estimate.high)) == (40.0, 61.0)
    tail = of_percentile(np.arange(10.0), 0.05)
    assert tail.low == -np.inf
    assert np.isnan(tail.error)


def test_percentile_of_pairs():
    rng = np.random.default_rng(1).standard_normal(2_000_000)
    truth = float(np.quantile(rng + 0.3 * (rng**2 - 1), 0.1))
    found = [of_percentile(column, 0.1, unit=2) for column in mirrored(100).T[:400]]
    assert 0.92 < np.mean([of.low <= truth <= of.high for of in found]) < 0.995


def test_weights_of_importance_sampling():
    """Scenarios drawn from N(-1, 1) and weighted back to N(0, 1): mean, CVaR and percentile of N(0, 1), and their errors."""
    values = normal(2000) - 1.0
    held = {"mean": 0, "cvar": 0, "percentile": 0}
    for column in values.T[:300]:
        weights = np.exp(column + 0.5)
        for name, estimate, truth in (
            ("mean", of_mean(column, weights), 0.0),
            ("cvar", of_cvar(column, 0.05, weights), -norm.pdf(norm.ppf(0.05)) / 0.05),
            ("percentile", of_percentile(column, 0.05, weights), norm.ppf(0.05)),
        ):
            held[name] += int(estimate.low <= truth <= estimate.high)
    assert held["mean"] > 270
    assert held["cvar"] > 270
    assert held["percentile"] > 270


@given(
    values=st.lists(st.integers(-50, 50), min_size=1, max_size=12),
    copies=st.lists(st.integers(0, 4), min_size=12, max_size=12),
    share=st.sampled_from([0.05, 0.3, 0.5, 1.0]),
)
def test_weights_are_copies(values, copies, share):
    """A scenario of weight k counts as k scenarios."""
    copies = copies[: len(values)]
    if sum(copies) == 0:
        return
    many = np.repeat(np.array(values, dtype=float), copies)
    assert float(measures.mean(values, copies)) == pytest.approx(float(measures.mean(many)))
    assert float(measures.cvar(values, share, copies)) == pytest.approx(float(measures.cvar(many, share)), abs=1e-9)
    place = max(0, int(np.ceil(share * len(many) - 1e-9)) - 1)
    assert float(measures.percentiles(values, (share,), copies)[0]) == np.sort(many)[place]


def test_columns_are_measured_alone():
    values = normal(40)[:, :6].reshape(40, 2, 3)
    weights = np.arange(40.0)
    for part in (np.s_[0, 1], np.s_[1, 2]):
        column = (slice(None), *part)
        assert measures.cvar(values, 0.3, weights)[part] == pytest.approx(measures.cvar(values[column], 0.3, weights))
        assert of_cvar(values, 0.3, weights, 2).error[part] == pytest.approx(of_cvar(values[column], 0.3, weights, 2).error)
        assert measures.percentiles(values, (0.3, 0.6), weights)[(slice(None), *part)] == pytest.approx(
            measures.percentiles(values[column], (0.3, 0.6), weights)
        )


def test_what_cannot_be_told():
    with pytest.raises(ValueError, match="several seeds"):
        independent_unit("quasi")
    one = of_mean([3.0])
    assert (one.low, one.high) == (-np.inf, np.inf)
    for weights in ([1.0], [1.0, -1.0], [0.0, 0.0], [1.0, np.nan]):
        with pytest.raises(ValueError, match="each of the 2"):
            measures.mean([1.0, 2.0], weights)
