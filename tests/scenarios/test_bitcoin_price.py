"""The price's process against closed forms, and models of daily returns against scipy and enumeration."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from repower.portfolio import Bitcoin
from repower.scenarios import bitcoin_price
from repower.scenarios.calibration.bitcoin_models import (
    FittedReturns,
    ReturnModel,
    filtered,
    fit_returns,
    hamilton,
    horizon_returns,
    log_densities,
    stationary,
)
from repower.scenarios.calibration.bitcoin_scores import crps, score_horizon
from repower.scenarios.draws import Draws

COUNT = 20_000
BITCOIN = Bitcoin(price_usd=90_000, network_eh_per_s=1000, price_drift_rate=0.1, price_volatility_rate=0.6)
RARE = BITCOIN.model_copy(update={"price_jumps_per_year": 2.0, "price_turbulence_factor": 4.0})


def test_median_follows_the_drift_and_variance_the_volatility():
    price = bitcoin_price.draw(BITCOIN, Draws(1, COUNT, 72))
    assert (price[:, 0] == 90_000).all()
    logs = np.log(price[:, 60] / 90_000)
    sigma = 0.6 * np.sqrt(5)
    assert logs.mean() == pytest.approx(5 * np.log(1.1), abs=4 * sigma / np.sqrt(COUNT))
    assert logs.std() == pytest.approx(sigma, rel=0.02)
    assert np.median(price[:, 60]) == pytest.approx(90_000 * 1.1**5, rel=5 * sigma / np.sqrt(COUNT))
    assert bitcoin_price.central(BITCOIN, 72)[60] == pytest.approx(90_000 * 1.1**5)


def test_rare_jumps_and_turbulence_make_the_tails_of_a_mixture():
    """Excess kurtosis of a month is 3 (E[s**4] / E[s**2]**2 - 1), with s**2 a sum of two independent parts."""
    logs = np.diff(np.log(bitcoin_price.draw(RARE, Draws(2, COUNT, 120))), axis=1) - np.log(1.1) / 12
    share, factor, jumping = RARE.price_turbulent_share, 4.0, RARE.price_jump_variance_share
    mean = 1 - share + share * factor**2
    steady = (1 - share + share * factor**4) / mean**2
    often = RARE.price_jumps_per_year / 12
    jumps = (often + often**2) / often**2
    expected = 3 * ((1 - jumping) ** 2 * steady + jumping**2 * jumps + 2 * jumping * (1 - jumping) - 1)
    assert expected > 5
    assert stats.kurtosis(logs, axis=None) == pytest.approx(expected, rel=0.03)
    assert logs.var() == pytest.approx(0.36 / 12, rel=0.01)
    assert stats.skew(logs, axis=None) == pytest.approx(0, abs=0.1)


@given(share=st.floats(0.05, 0.6), months=st.floats(1.6, 30), vol=st.floats(0.0, 2), jumping=st.floats(0, 1))
def test_the_mean_variance_is_the_volatility_whatever_the_parts(share, months, vol, jumping):
    changed = {
        "price_turbulent_share": share,
        "price_turbulent_months": months,
        "price_volatility_rate": vol,
        "price_jump_variance_share": jumping,
    }
    bitcoin = BITCOIN.model_copy(update=changed)
    often = bitcoin.price_jumps_per_year / 12
    counts = np.arange(200.0)
    chance = stats.poisson.pmf(counts, often)
    mean = sum(
        weight * chance @ bitcoin_price.month_variance(bitcoin, np.full(200, state), counts)
        for state, weight in ((True, share), (False, 1 - share))
    )
    assert mean == pytest.approx(vol**2 / 12, rel=1e-9)


def test_turbulence_has_its_share_and_its_length():
    draws = Draws(3, COUNT, 240)
    turbulent = bitcoin_price.turbulent_months(BITCOIN, draws.uniforms("a"), draws.uniform("b"))
    for month in (0, 1, 30, 239):
        assert turbulent[:, month].mean() == pytest.approx(BITCOIN.price_turbulent_share, abs=4.5 * 0.5 / np.sqrt(COUNT))
    ends = turbulent[:, :-1] & ~turbulent[:, 1:]
    assert turbulent[:, :-1].sum() / ends.sum() == pytest.approx(BITCOIN.price_turbulent_months, rel=0.01)


def test_counts_of_jumps_are_poisson():
    counts = bitcoin_price.jump_counts(RARE, Draws(4, COUNT, 24).uniforms("jumps"))
    for jumps in range(3):
        assert (counts == jumps).mean() == pytest.approx(stats.poisson.pmf(jumps, 2 / 12), abs=0.002)
    assert bitcoin_price.jump_counts(RARE, np.array([[0.0, 1 - 2**-53]])).max() < 20


def test_correlated_shocks_carry_the_jumps_too():
    """A month with jumps is a larger shock of the same sign: its direction is the shock's in every scenario."""
    draws = Draws(5, 500, 60)
    logs = np.diff(np.log(bitcoin_price.draw(RARE, draws)), axis=1) - np.log(1.1) / 12
    np.testing.assert_array_equal(np.sign(logs), np.sign(draws.shocks("bitcoin")[:, 1:]))


def fitted(model, spread, transition=((1.0,),), rate=0.0, mean=0.0, jump_spread=0.0, freedom=np.inf):
    return FittedReturns(model, np.array(spread), np.array(transition), rate, mean, jump_spread, freedom, 0.0)


def test_densities_are_those_of_scipy():
    returns = np.linspace(-0.3, 0.3, 41)
    normal = log_densities(fitted(ReturnModel("n"), [0.03]), returns)[0]
    np.testing.assert_allclose(normal, stats.norm(0, 0.03).logpdf(returns), rtol=1e-12)
    student = log_densities(fitted(ReturnModel("t", tail="t"), [0.02], freedom=3.3), returns)[0]
    np.testing.assert_allclose(student, stats.t(3.3, 0, 0.02).logpdf(returns), rtol=1e-12)
    jumps = log_densities(fitted(ReturnModel("j", tail="jumps"), [0.02], rate=0.2, mean=0.01, jump_spread=0.06), returns)[0]
    mixture = sum(
        stats.poisson.pmf(n, 0.2) * stats.norm((n - 0.2) * 0.01, np.sqrt(0.02**2 + n * 0.06**2)).pdf(returns) for n in range(30)
    )
    np.testing.assert_allclose(jumps, np.log(mixture), atol=1e-5)  # counts above six are left out


def test_the_filter_is_the_sum_over_all_paths_of_states():
    rng = np.random.default_rng(6)
    density = rng.normal(size=(2, 6))
    transition = np.array([[0.9, 0.1], [0.3, 0.7]])
    start = np.array([0.4, 0.6])
    turns = np.array([True, False, True, True, False, True])
    score, chance = hamilton(density, transition, start, turns)
    total, last = 0.0, np.zeros(2)
    for path in product((0, 1), repeat=6):
        weight = start[path[0]] * np.exp(density[path[0], 0])
        for day in range(1, 6):
            step = transition[path[day - 1], path[day]] if turns[day] else float(path[day - 1] == path[day])
            weight *= step * np.exp(density[path[day], day])
        total += weight
        last[path[-1]] += weight
    assert score.sum() == pytest.approx(np.log(total), rel=1e-12)
    np.testing.assert_allclose(chance[:, -1], last / total, rtol=1e-12)
    np.testing.assert_allclose(stationary(transition), [0.75, 0.25])


def test_a_fit_finds_what_was_simulated():
    rng = np.random.default_rng(7)
    days, month = 6000, 30
    state = np.zeros(days // month, dtype=int)
    for step in range(1, len(state)):
        state[step] = state[step - 1] if rng.random() < 0.85 else 1 - state[step - 1]
    spread = np.array([0.012, 0.04])[np.repeat(state, month)]
    counts = rng.poisson(0.1, days)
    returns = spread * rng.standard_normal(days) + np.sqrt(counts) * 0.1 * rng.standard_normal(days)
    returns -= returns.mean()
    turns = np.arange(days) % month == 0
    found = fit_returns(ReturnModel("x", 2, "month", "jumps"), returns, turns)
    np.testing.assert_allclose(found.daily_spread, [0.012, 0.04], rtol=0.06)
    np.testing.assert_allclose(np.diag(found.transition), 0.85, atol=0.08)
    assert found.jumps_per_day == pytest.approx(0.1, rel=0.2)
    assert found.jump_spread == pytest.approx(0.1, rel=0.1)
    assert found.log_likelihood > filtered(fitted(found.model, [0.012, 0.04], [[0.85, 0.15], [0.15, 0.85]], 0.1, 0, 0.1),
                                           returns, turns)[0].sum()  # fmt: skip


def test_simple_fits_are_those_of_scipy():
    returns = stats.t(3.5, 0, 0.02).rvs(3000, random_state=8)
    returns -= returns.mean()
    turns = np.arange(3000) % 30 == 0
    walk = fit_returns(ReturnModel("w"), returns, turns)
    assert walk.daily_spread[0] == pytest.approx(np.sqrt(np.mean(returns**2)), rel=1e-4)
    student = fit_returns(ReturnModel("t", tail="t"), returns, turns)
    freedom, _, scale = stats.t.fit(returns, floc=0)
    assert student.freedom == pytest.approx(freedom, rel=0.01)
    assert student.daily_spread[0] == pytest.approx(scale, rel=0.01)


def test_a_drift_is_not_fitted():
    with pytest.raises(ValueError, match="no drift"):
        fit_returns(ReturnModel("w"), np.full(200, 0.01) + np.random.default_rng(9).normal(size=200) * 0.03, np.zeros(200, bool))


def test_simulated_horizons_have_the_models_variance():
    model = fitted(ReturnModel("x", 2, "day", "jumps"), [0.01, 0.05], [[0.9, 0.1], [0.2, 0.8]], 0.05, 0.0, 0.1)
    far = horizon_returns(model, np.array([10.0, 400.0]), 4000, np.random.default_rng(10))
    assert far.shape == (2, 2, 4000)
    assert far[0, 1].var() == pytest.approx(400 * (model.volatility_rate**2 / 365.25), rel=0.1)
    assert far[1, 0].var() > 1.5 * far[0, 0].var()


def test_crps_of_a_normal_and_coverage():
    """Closed form: sigma (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)). Its mean for a right forecast is sigma / sqrt(pi)."""
    rng = np.random.default_rng(11)
    sample, even = rng.standard_normal(20_000), np.full(20_000, 1 / 20_000)
    for z in (-2.0, 0.0, 0.7):
        closed = z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi)
        assert crps(sample, even, z) == pytest.approx(closed, abs=0.02)
    weights = np.where(sample > 0, 1.9, 0.1)
    tilted = rng.choice(sample, 20_000, p=weights / weights.sum())
    assert crps(sample, weights / weights.sum(), 0.7) == pytest.approx(crps(tilted, even, 0.7), abs=0.02)
    came = rng.standard_normal(400)
    score = score_horizon(1, [sample[:2000]] * 400, [even[:2000] * 10] * 400, came)
    assert score.coverage_50 == pytest.approx(0.5, abs=0.11)
    assert score.coverage_90 == pytest.approx(0.9, abs=0.07)
    assert score.crps == pytest.approx(1 / np.sqrt(np.pi), rel=0.12)
    assert score.pit.mean() == pytest.approx(0.5, abs=0.07)
