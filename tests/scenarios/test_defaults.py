"""When customers default: the yearly rate over all scenarios, and how far gluts pull it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from repower.portfolio import GpuRent
from repower.scenarios.defaults import default_chances, default_month
from repower.scenarios.gpu_regime import chances, gpu_regime, long_run_chances, transitions

COUNT = 20_000


def survivors(market, chance):
    """Chance of still paying after each month [M], summed over regimes by hand."""
    paying, answer = chances(market, 1)[0], []
    for month, row in enumerate(chance):
        paying = paying @ transitions(market) if month else paying
        paying = paying * (1 - row)
        answer.append(paying.sum())
    return np.array(answer)


@given(
    st.floats(1e-6, 0.9),
    st.floats(1, 100),
    st.sampled_from(["glut", "normal", "scarcity"]),
    st.integers(1, 40),
    st.integers(1, 40),
)
def test_over_all_scenarios_it_is_exactly_the_yearly_rate(rate, multiple, start, glut, normal):
    market = GpuRent(start_regime=start, glut_months=glut, normal_months=normal)
    chance = default_chances(market, rate, multiple, 120)
    assert ((chance >= 0) & (chance < 1)).all()
    np.testing.assert_allclose(survivors(market, chance), (1 - rate) ** (np.arange(1, 121) / 12), rtol=1e-9)
    np.testing.assert_allclose(np.log1p(-chance[:, 0]), multiple * np.log1p(-chance[:, 1]), atol=1e-9)
    np.testing.assert_array_equal(chance[:, 1], chance[:, 2])


def test_a_multiple_of_one_is_the_geometric_default():
    market, rate = GpuRent(), 0.08
    uniform = np.random.default_rng(6).random(COUNT)
    regime = gpu_regime(market, np.random.default_rng(7).standard_normal((COUNT, 240)))
    months = default_month(default_chances(market, rate, 1.0, 240), regime, uniform)
    geometric = stats.geom(1 - 0.92 ** (1 / 12), loc=-1).ppf(uniform)
    assert (months[geometric < 240] == geometric[geometric < 240]).mean() > 0.9999
    assert (months[geometric >= 240] == 240).all()
    nobody = default_month(default_chances(market, 0.0, 3.0, 240), regime, uniform)
    assert (nobody == 240).all()


def test_defaults_come_in_gluts_and_the_rate_stays():
    market, rate, multiple = GpuRent(), 0.05, 4.0
    regime = gpu_regime(market, np.random.default_rng(8).standard_normal((COUNT, 240)))
    months = default_month(default_chances(market, rate, multiple, 240), regime, np.random.default_rng(9).random(COUNT))
    for years in (1, 5, 10, 20):
        expected = 1 - 0.95**years
        share = (months < 12 * years).mean()
        assert share == pytest.approx(expected, abs=4.5 * np.sqrt(expected * (1 - expected) / COUNT))
    gone = months < 240
    at = regime[np.flatnonzero(gone), months[gone]]
    still = np.arange(240)[None, :] <= np.minimum(months, 239)[:, None]
    odds = [(at == kind).sum() / ((regime == kind) & still).sum() for kind in (-1, 0, 1)]
    assert odds[0] / odds[1] == pytest.approx(4, rel=0.1)
    assert odds[2] / odds[1] == pytest.approx(1, rel=0.15)
    # weights 1 and 4 over the share of gluts, once the normal start is forgotten
    glut, late = long_run_chances(market)[0], months[gone] >= 60
    assert (at[late] == -1).mean() == pytest.approx(4 * glut / (1 + 3 * glut), abs=0.03)


def test_two_customers_hang_together_through_the_glut():
    """Both within five years more often than by chance where a glut matters to them, and as often where it does not."""
    market = GpuRent()
    regime = gpu_regime(market, np.random.default_rng(10).standard_normal((COUNT, 60)))
    both = {}
    for multiple in (1.0, 8.0):
        chance = default_chances(market, 0.1, multiple, 60)
        first, second = (default_month(chance, regime, np.random.default_rng(seed).random(COUNT)) < 60 for seed in (1, 2))
        both[multiple] = np.corrcoef(first, second)[0, 1]
    assert abs(both[1.0]) < 4.5 / np.sqrt(COUNT)
    assert both[8.0] > 0.08
