"""Fees against closed forms: what they return to, how often they are lifted, and the likelihood they are fitted by."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from repower.portfolio import Bitcoin
from repower.scenarios import bitcoin_fees
from repower.scenarios.calibration.bitcoin_fees import COUNT_ERROR, filter_fees
from repower.scenarios.draws import Draws

COUNT = 20_000
SUBSIDY = np.where(np.arange(61) < 15, 3.125, 1.5625)
BITCOIN = Bitcoin(price_usd=1, network_eh_per_s=1, fee_share=0.02, fee_volatility_rate=0.9, fee_spikes_per_year=3)


def test_the_same_fees_weigh_twice_as_much_after_a_halving():
    level = bitcoin_fees.central(BITCOIN.model_copy(update={"fee_drift_rate": 0.1}), SUBSIDY)
    assert level[0] == 0.02
    assert level[60] == pytest.approx(2 * 0.02 * 1.1**5)
    share = bitcoin_fees.draw(BITCOIN, SUBSIDY, Draws(1, 50, 61))
    assert (share[:, 0] == 0.02).all()


def test_spread_and_spikes_are_as_asked():
    calm = BITCOIN.model_copy(update={"fee_spikes_per_year": 0.0})
    logs = np.log(bitcoin_fees.draw(calm, SUBSIDY, Draws(2, COUNT, 61))[:, 60] / 0.04)
    kept = (1 / 3) ** (1 / 12)
    assert logs.mean() == pytest.approx(0, abs=0.03)
    assert logs.var() == pytest.approx(0.9**2 / 12 * (1 - kept**120) / (1 - kept**2), rel=0.05)
    lifted = np.log(bitcoin_fees.draw(BITCOIN, SUBSIDY, Draws(2, COUNT, 61))[:, 60] / 0.04) - logs
    assert (lifted > 0).mean() == pytest.approx(3 / 12, abs=0.015)
    assert lifted[lifted > 0].mean() == pytest.approx(BITCOIN.fee_spike_mean, rel=0.06)
    assert (lifted > -1e-9).all()


def test_without_spikes_the_likelihood_is_that_of_one_normal_vector():
    """Fees are then jointly normal: covariance s**2 kept**|i - j| / (1 - kept**2), and the counting error on its diagonal."""
    kept, spread = 0.8, 0.4
    month = np.arange(12)
    covariance = spread**2 / (1 - kept**2) * kept ** np.abs(month[:, None] - month)
    covariance[month, month] += COUNT_ERROR**2
    away = np.random.default_rng(3).multivariate_normal(np.zeros(12), covariance)
    score, places = filter_fees(away, kept, spread, 0.0, 1.0)
    assert score.sum() == pytest.approx(stats.multivariate_normal(np.zeros(12), covariance).logpdf(away), abs=2e-3)
    first = stats.norm(0, np.sqrt(covariance[0, 0]))
    assert score[0] == pytest.approx(first.logpdf(away[0]), abs=1e-3)
    assert places[0] == pytest.approx(first.cdf(away[0]), abs=1e-3)


def test_with_spikes_the_first_month_is_a_mixture():
    kept, spread, chance, mean = 0.8, 0.4, 0.2, 0.7
    wide = np.hypot(spread / np.sqrt(1 - kept**2), COUNT_ERROR)
    for value in (-1.0, 0.3, 1.5):
        score, places = filter_fees(np.array([value]), kept, spread, chance, mean)
        lifted = stats.exponnorm(mean / wide, 0, wide)
        density = (1 - chance) * stats.norm(0, wide).pdf(value) + chance * lifted.pdf(value)
        assert score[0] == pytest.approx(np.log(density), abs=2e-3)
        below = (1 - chance) * stats.norm(0, wide).cdf(value) + chance * lifted.cdf(value)
        assert places[0] == pytest.approx(below, abs=2e-3)
