"""Dispatch without foresight: against perfect foresight, against paper, and against its own future."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from full_sites import random_full_site
from test_corners_by_hand import made
from test_real_prices_full import prices, site_of

from repower.dispatch import Battery, Peaks, balance_errors, dispatch_hours
from repower.dispatch.forecast import Perfect, Persistence, Reverting, Seasonal
from repower.dispatch.rolling import dispatch_rolling


@pytest.mark.parametrize("step", [1, 5, 24])
def test_with_the_true_prices_to_the_end_it_is_the_perfect_dispatch(step):
    rng = np.random.default_rng(50 + step)
    for wanted in ({}, {}, {"negative": True}):
        site = random_full_site(rng, 60, **wanted)
        rolled = dispatch_rolling(site, forecast=Perfect(site.market_price_usd_per_mwh), window_hours=60, step_hours=step)
        assert rolled.realised_usd == pytest.approx(rolled.perfect_usd, rel=1e-9, abs=1e-6)
        assert rolled.perfect_usd == dispatch_hours(site).certificate.objective_usd


@pytest.mark.parametrize(
    "forecast", [Persistence(), Seasonal(), Reverting()], ids=lambda forecast: type(forecast).__name__.lower()
)
def test_it_holds_every_statement_and_foresight_is_worth_something(forecast):
    rng = np.random.default_rng(60)
    lost = 0
    for wanted in ({}, {"negative": True}, {"peaks": True}, {"least_load": True}, {"one_way": True}, {"permit": True}) * 3:
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
    for forecast in (Persistence(), Seasonal(), Reverting()):
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


def test_who_expects_today_again_buys_on_the_wrong_day():
    """A lossless MWh, four days; mornings / afternoons at 20/40, 30/10, 5/8, 100/100.

    The first day's spread is 20. On the second afternoon he buys at 10, expecting a morning at 30 that does not come; on the
    third he sells at 8, expecting to buy at 5 again, and has nothing when it is 100: 20 - 10 + 8. Perfect: 20 - 5 + 100.
    """
    price = np.repeat([20.0, 40.0, 30.0, 10.0, 5.0, 8.0, 100.0, 100.0], 12)
    site = made(price, limit=1.0, export=1.0, batteries=(Battery(1.0, 1.0, 1.0),))
    rolled = dispatch_rolling(site, forecast=Persistence(), window_hours=48, step_hours=24)
    assert rolled.realised_usd == pytest.approx(18.0)
    assert rolled.perfect_usd == pytest.approx(115.0)
    stored = rolled.result.stored_mwh[0]
    assert (stored[:36] == 0).sum() >= 12
    assert stored[47] == stored[59] == pytest.approx(1.0)
    assert (stored[72:] == 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_ai_load_is_never_given_up_for_a_peak(seed):
    """With loads and calls known to the end, no more is unserved than by a dispatch that has no peaks to hold."""
    rng = np.random.default_rng(seed)
    for _ in range(6):
        site = replace(random_full_site(rng, 40, peaks=True), unserved_usd_per_mwh=10_000.0)
        rolled = dispatch_rolling(site, window_hours=40, step_hours=int(rng.integers(1, 9)))
        without = dispatch_hours(replace(site, peaks=None))
        assert rolled.result.unserved_mw.sum() <= without.unserved_mw.sum() + 1e-6


def test_the_battery_shaves_the_peak_that_the_halls_alone_would_reach():
    """10 MW of halls, in one evening hour 14: with 18 hours to fill the store before the first, 10 + x = 14 - 18 x."""
    hours = 96
    load = np.where(np.arange(hours) % 24 == 18, 14.0, 10.0)
    charge = Peaks(np.zeros(hours, dtype=np.int64), np.array([5_000.0]), np.ones((1, 1)))
    site = replace(made(np.full(hours, 30.0), limit=20.0, batteries=(Battery(4.0, 4.0, 8.0),), peaks=charge), ai_mw=load)
    rolled = dispatch_rolling(site, window_hours=48, step_hours=24)
    assert rolled.result.peak_mw[0] == pytest.approx(10.0 + 4.0 / 19, abs=1e-6)
    assert rolled.result.unserved_mw.max() == 0.0


def test_peaks_are_aimed_at_with_what_is_known_as_their_month_begins():
    """Prices of the second stretch changed beyond recognition: the first one runs as it did, and so is its peak."""
    rng = np.random.default_rng(71)
    hours = 96
    price = np.tile(rng.uniform(0, 100, 24), 4)
    other = np.where(np.arange(hours) < 48, price, rng.uniform(100, 500, hours))
    month = (np.arange(hours) >= 48).astype(np.int64)
    peaks = Peaks(month, np.array([100.0, 100.0]), np.eye(2))
    battery = Battery(5.0, 5.0, 20.0, 0.95, 0.95)
    one, two = (
        dispatch_rolling(
            made(usd, limit=20.0, tier=[10.0], value=[60.0], batteries=(battery,), peaks=peaks), window_hours=48, step_hours=24
        ).result
        for usd in (price, other)
    )
    np.testing.assert_array_equal(one.spot_mw[:48], two.spot_mw[:48])
    assert one.peak_mw[0] == two.peak_mw[0] > 0
    assert one.peak_mw[1] > two.peak_mw[1] + 1.0


def test_a_peak_that_has_been_reached_stays_free_and_a_yearly_charge_is_shared_by_its_months():
    """Two stretches, one charge on the higher peak of both, 10 USD a MWh to earn in each of 24 hours: 240 a stretch.

    At 300 USD/MW neither stretch alone would pay, both together do: half of the charge counts in each, and both run in full.
    At 500 even both do not.
    """
    month = (np.arange(48) >= 24).astype(np.int64)
    for usd, peak in ((300.0, 5.0), (500.0, 0.0)):
        site = made(np.full(48, 40.0), limit=10.0, tier=[5.0], value=[50.0], peaks=Peaks(month, np.array([usd]), np.ones((1, 2))))
        rolled = dispatch_rolling(site)
        assert rolled.result.peak_mw == pytest.approx([peak, peak], abs=1e-6)
        assert rolled.value_of_foresight_usd == pytest.approx(0.0, abs=1e-3)


def test_a_limit_on_generation_is_spread_and_never_broken():
    """And where every hour is as good as another, all of it is used: 48 MWh that earn 10 USD/MWh each."""
    rng = np.random.default_rng(80)
    for batteries in (0, 1):
        for _ in range(4):
            site = random_full_site(rng, 48, permit=True, batteries=batteries)
            rolled = dispatch_rolling(site, window_hours=12, step_hours=4)
            assert rolled.result.generation_mw.sum() <= site.generation_limit_mwh * (1 + 1e-12) + 1e-9
    plain = made(np.full(48, 100.0), tier=[2.0], value=[70.0], plant=[2.0], cost=[60.0])
    site = replace(plain, generator_least_share=None, generation_limit_mwh=48.0)
    rolled = dispatch_rolling(site, window_hours=12, step_hours=4)
    assert rolled.perfect_usd == pytest.approx(480.0)
    assert rolled.realised_usd == pytest.approx(480.0)


def test_what_must_be_left_at_the_end_is_there_however_short_the_windows():
    site = made(np.full(48, 50.0), limit=1.0, batteries=(Battery(1.0, 1.0, 40.0, 0.9, 0.9, least_end_mwh=30.0),))
    rolled = dispatch_rolling(site, window_hours=3, step_hours=1)
    assert rolled.result.stored_mwh[0, -1] == pytest.approx(30.0)
    assert rolled.value_of_foresight_usd == pytest.approx(0.0, abs=1e-6)


def test_forecasts_say_what_they_say():
    day, week = np.arange(24.0), np.arange(168.0)
    assert Persistence()(np.concatenate([day + 7, day]), 30).tolist() == [*day, *day[:6]]
    assert Persistence()(np.array([2.0, 4.0]), 3).tolist() == [3.0, 3.0, 3.0]
    known = np.concatenate([week, week + 2, week + 10])
    assert Seasonal(2)(known, 169).tolist() == [*(week + 6), 6.0]
    assert Seasonal(9)(known, 1).tolist() == [4.0]
    assert Seasonal()(np.concatenate([day, day + 1]), 25).tolist() == [*(day + 0.5), 0.5]
    # 5 hours into a new day, the next hour is the sixth
    assert Seasonal(1)(np.concatenate([week, week[:5]]), 2).tolist() == [5.0, 6.0]
    fading = Reverting(days=2, fading_hours=10.0)(np.concatenate([day, day, day + 4]), 30)
    usual = np.tile(day + 2, 2)[:30]
    np.testing.assert_allclose(fading, usual + 2 * np.exp(-np.arange(1, 31) / 10.0))


def test_a_forecast_of_ones_own_sees_the_past_and_nothing_else():
    seen = []

    def steady(known, hours):
        seen.append((len(known), hours))
        with pytest.raises(ValueError, match="read-only"):
            known[0] = 1.0
        return np.full(hours, 30.0)

    site = made(np.linspace(10, 50, 60), limit=1.0, export=1.0, batteries=(Battery(1.0, 1.0, 2.0),))
    rolled = dispatch_rolling(site, forecast=steady, window_hours=40, step_hours=20)
    assert seen == [(20, 20), (40, 20)]
    assert "steady" in rolled.result.certificate.remarks[0]
    for wrong in (np.zeros(3), np.full(20, np.nan)):
        with pytest.raises(ValueError, match="20 finite prices are needed"):
            dispatch_rolling(site, forecast=lambda known, hours, wrong=wrong: wrong, window_hours=40, step_hours=20)


def test_without_anything_that_links_hours_foresight_is_worth_nothing():
    rng = np.random.default_rng(90)
    for _ in range(5):
        rolled = dispatch_rolling(random_full_site(rng, 60, batteries=0), window_hours=2, step_hours=1)
        assert rolled.realised_usd == pytest.approx(rolled.perfect_usd, rel=1e-12)
        assert np.isnan(rolled.captured_share)


@pytest.mark.parametrize(
    ("name", "year"), [("texas", "2021"), ("texas", "2024"), ("california", "2021"), ("germany", "2021"), ("new york", "2021")]
)
def test_a_day_ahead_battery_keeps_most_of_its_worth_at_real_prices(shared, name, year):
    site = site_of(prices(shared, name, year))
    perfect = dispatch_hours(site)
    for forecast in (Persistence(), Seasonal(), Reverting()):
        ahead = dispatch_rolling(site, forecast=forecast, perfect=perfect)
        errors = balance_errors(site, ahead.result)
        assert errors.energy_mw.max() < 1e-7
        assert errors.total_share < 1e-9
        assert 0.4 < ahead.captured_share < 1.0
        assert ahead.value_of_foresight_usd > 0
        assert ahead.result.unserved_mw.max() == 0.0
    blind = dispatch_rolling(site, step_hours=1, perfect=perfect)
    assert 0.0 < blind.captured_share < dispatch_rolling(site, perfect=perfect).captured_share
    # With the true prices of a week ahead hardly anything is missing.
    week = dispatch_rolling(site, forecast=Perfect(site.market_price_usd_per_mwh), perfect=perfect)
    assert week.captured_share > 0.999


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
