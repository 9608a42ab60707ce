"""Dispatch without foresight: against perfect foresight, against paper, and against its own future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from full_sites import random_full_site
from test_corners_by_hand import made
from test_real_prices_full import prices, site_of

from repower.dispatch import Battery, Peaks, balance_errors, dispatch_hours
from repower.dispatch.forecast import Perfect, Persistence, Seasonal
from repower.dispatch.rolling import dispatch_rolling


@pytest.mark.parametrize("step", [1, 5, 24])
def test_with_the_true_prices_to_the_end_it_is_the_perfect_dispatch(step):
    rng = np.random.default_rng(50 + step)
    for wanted in ({}, {}, {"negative": True}):
        site = random_full_site(rng, 60, **wanted)
        rolled = dispatch_rolling(site, forecast=Perfect(site.market_price_usd_per_mwh), window_hours=60, step_hours=step)
        assert rolled.realised_usd == pytest.approx(rolled.perfect_usd, rel=1e-9, abs=1e-6)
        assert rolled.perfect_usd == dispatch_hours(site).certificate.objective_usd


@pytest.mark.parametrize("forecast", [Persistence(), Seasonal()], ids=["persistence", "seasonal"])
def test_it_holds_every_statement_and_foresight_is_worth_something(forecast):
    rng = np.random.default_rng(60)
    lost = 0
    for wanted in ({}, {"negative": True}, {"peaks": True}, {"least_load": True}) * 3:
        site = random_full_site(rng, 60, **wanted)
        rolled = dispatch_rolling(site, forecast=forecast, window_hours=24, step_hours=6)
        errors = balance_errors(site, rolled.result)
        assert errors.energy_mw.max() < 1e-7
        assert errors.total_share < 1e-9
        proof = rolled.result.certificate
        assert proof.method == "rolling"
        assert rolled.realised_usd <= proof.bound_usd + 1e-9 * max(1.0, abs(proof.bound_usd))
        lost += rolled.value_of_foresight_usd > 1.0
    assert lost >= 4


def test_nothing_depends_on_prices_that_are_not_known_yet():
    """Prices after the third day changed beyond recognition: the first three days run as they did."""
    rng = np.random.default_rng(70)
    site = random_full_site(rng, 120, peaks=False)
    price = site.market_price_usd_per_mwh.copy()
    price[72:] = rng.uniform(0, 500, 48)
    other = replace(site, market_price_usd_per_mwh=price)
    for forecast in (Persistence(), Seasonal()):
        one, two = (
            dispatch_rolling(problem, forecast=forecast, window_hours=48, step_hours=24).result for problem in (site, other)
        )
        for name in ("spot_mw", "tier_mw", "charge_mw", "discharge_mw", "stored_mwh"):
            np.testing.assert_array_equal(getattr(one, name)[..., :72], getattr(two, name)[..., :72], err_msg=name)


def test_the_first_day_is_lost_to_who_has_not_seen_one():
    """A lossless MWh, three days of twelve hours at 10 and twelve at 20, the very last at 100: 10 + 10 + 90.

    Who knows the day has all of it. Who knows the hour only buys nothing on a first day that he expects to stay as it began;
    from then on yesterday tells him when to buy, and he keeps what he has for the last of the hours that he takes for equal.
    """
    day = np.where(np.arange(24) < 12, 10.0, 20.0)
    price = np.concatenate([day, day, day])
    price[71] = 100.0
    site = made(price, limit=1.0, export=1.0, batteries=(Battery(1.0, 1.0, 1.0),))
    ahead = dispatch_rolling(site, forecast=Persistence(), window_hours=48, step_hours=24)
    assert ahead.perfect_usd == pytest.approx(110.0)
    assert ahead.realised_usd == pytest.approx(110.0)
    blind = dispatch_rolling(site, forecast=Persistence(), window_hours=24, step_hours=1)
    assert blind.realised_usd == pytest.approx(100.0)
    assert blind.value_of_foresight_usd == pytest.approx(10.0)
    assert blind.captured_share == pytest.approx(100.0 / 110.0)


def test_no_hall_is_shed_to_hold_a_peak():
    """Load jumps in the second half of the month; its peak was not foreseen by price, and rises with the load."""
    hours = 96
    load = np.where(np.arange(hours) < 48, 5.0, 9.0)
    charge = Peaks(np.zeros(hours, dtype=np.int64), np.array([5_000.0]), np.ones((1, 1)))
    price = np.where(np.arange(hours) % 24 < 12, 20.0, 60.0)
    site = replace(
        made(price, limit=20.0, tier=[6.0], value=[45.0], batteries=(Battery(2.0, 2.0, 4.0, 0.9, 0.9),), peaks=charge), ai_mw=load
    )
    rolled = dispatch_rolling(site, window_hours=48, step_hours=24)
    assert rolled.result.unserved_mw.max() == 0.0
    assert rolled.result.peak_mw[0] >= 7.0
    assert rolled.value_of_foresight_usd >= -1e-6


def test_at_real_prices_knowing_the_day_is_worth_most_of_a_battery(shared):
    price = prices(shared, "alberta", "2018")
    site = site_of(price)
    rolled = dispatch_rolling(site)
    assert 0.4 < rolled.captured_share < 1.0
    assert dispatch_rolling(site, step_hours=1).captured_share < rolled.captured_share


def test_what_it_does_not_have_is_said():
    site = made([10.0, 20.0], limit=1.0, batteries=(Battery(1, 1, 1), Battery(1, 1, 2, 0.5)))
    with pytest.raises(ValueError, match="different batteries: only a solver"):
        dispatch_rolling(site)
    with pytest.raises(ValueError, match="1 <= step_hours <= window_hours"):
        dispatch_rolling(made([1.0]), step_hours=25, window_hours=24)
    with pytest.raises(ValueError, match="weeks is 0"):
        Seasonal(0)
