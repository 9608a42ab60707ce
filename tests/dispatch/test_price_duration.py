"""The price duration method against the hour-by-hour kernel, which is itself checked against linear programmes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from repower.dispatch.months import SiteMonths, dispatch_months
from repower.dispatch.price_duration import PriceDuration, margin_by_price, sort_months
from repower.dispatch.price_limits import PriceLimits
from repower.horizon import HOURS_IN_MONTH


def random_site(seed: int, load_moves: bool) -> tuple[PriceDuration, SiteMonths]:
    """A site with up to 3 contracts, 2 generators, 3 tiers and an AI load, over 2 scenarios and one year."""
    rng = np.random.default_rng(seed)
    years, scenarios, months = 2, 2, 12
    ppas, plants, tiers = int(rng.integers(0, 4)), int(rng.integers(0, 3)), int(rng.integers(1, 4))
    shape = rng.lognormal(0, 0.6, (years, 8760)) - 0.3 * (rng.random((years, 8760)) < 0.1) * rng.uniform(0, 6, (years, 8760))
    shape /= shape.mean(axis=1, keepdims=True)
    shape_year = rng.integers(0, years, (scenarios, 1))
    level = rng.uniform(20, 80, (scenarios, months))
    adder = float(rng.choice([0.0, 4.5, -3.0]))
    limit = np.full(months, float(rng.choice([40.0, 150.0, 400.0])))
    value = rng.choice([30.0, 45.0, 45.0, 70.0, 96.9, 120.0], (tiers, scenarios, months))
    tier_mw = rng.choice([0.0, 20.0, 60.0], (tiers, scenarios, months))
    ai_mw = rng.choice([0.0, 30.0, 90.0], (scenarios, months))
    pue = np.full((1, years, 8760), 1.25) + (rng.uniform(-0.1, 0.1, (1, years, 8760)) if load_moves else 0.0)
    ppa_mw, ppa_price = rng.uniform(0, 80, (ppas, months)), rng.choice([20.0, 28.0, 45.0], (ppas, months))
    must, resale = rng.choice([0.0, 0.5, 1.0], ppas), rng.random(ppas) < 0.6
    fee = rng.choice([0.0, 1.0, 5.0], ppas)
    plant_mw, plant_cost = rng.uniform(0, 50, (plants, months)), rng.uniform(20, 70, (plants, months))
    ordered, running = sort_months(shape)
    hours = np.array(HOURS_IN_MONTH, dtype=float)
    by_price = PriceDuration(
        sorted_shape=ordered, running=running, shape_year=shape_year, level_usd_per_mwh=level,
        calendar_month=np.arange(12), hours=hours, adder_usd_per_mwh=adder, ppa_mw=ppa_mw, ppa_price_usd_per_mwh=ppa_price,
        must_take_share=must, resale=resale, fee_usd_per_mwh=fee, generator_mw=plant_mw, generator_cost_usd_per_mwh=plant_cost,
        import_limit_mw=limit, tier_value_usd_per_mwh=value, unserved_usd_per_mwh=10_000.0,
        active=np.ones(months, dtype=bool),
    )  # fmt: skip
    by_hour = SiteMonths(
        price_shape=shape, shape_year=shape_year, level_usd_per_mwh=level, first_calendar_month=0, adder_usd_per_mwh=adder,
        import_limit_mw=limit[None, :], ppa_mw=ppa_mw, ppa_price_usd_per_mwh=ppa_price, ppa_must_take_share=must,
        ppa_resale=resale,
        ppa_resale_fee_usd_per_mwh=fee, generator_mw=plant_mw, generator_cost_usd_per_mwh=plant_cost,
        tier_mw=np.moveaxis(tier_mw, 0, -1), tier_value_usd_per_mwh=np.moveaxis(value, 0, -1), ai_it_mw=ai_mw[..., None] / 1.25,
        ai_pue=pue, unserved_usd_per_mwh=10_000.0,
    )  # fmt: skip
    return by_price, by_hour


def state(by_hour: SiteMonths) -> tuple[np.ndarray, np.ndarray]:
    return np.moveaxis(by_hour.tier_mw, -1, 0).copy(), by_hour.ai_it_mw[..., 0] * 1.25


@pytest.mark.parametrize("seed", range(60))
def test_equals_the_sum_of_all_hours_for_a_constant_load(seed):
    by_price, by_hour = random_site(seed, load_moves=False)
    wanted = dispatch_months(by_hour).margin_usd
    assert margin_by_price(by_price, *state(by_hour)) == pytest.approx(wanted, rel=1e-9, abs=1e-3)


@pytest.mark.parametrize("seed", range(60, 90))
def test_a_cap_and_a_floor_are_those_of_every_hour(seed):
    """Both ways know them, and they bind: the hours of the other way are clipped one by one."""
    by_price, by_hour = random_site(seed, load_moves=False)
    rng = np.random.default_rng(seed)
    limits = PriceLimits(float(rng.choice([-np.inf, 0.0, 25.0, 30.0])), float(rng.choice([45.0, 60.0, np.inf])))
    by_price, by_hour = replace(by_price, limits=limits), replace(by_hour, limits=limits)
    wanted = dispatch_months(by_hour).margin_usd
    assert margin_by_price(by_price, *state(by_hour)) == pytest.approx(wanted, rel=1e-9, abs=1e-3)
    year = by_hour.shape_year[:, 0]
    for scenario, place in enumerate(year):
        prices = np.repeat(by_hour.level_usd_per_mwh[scenario], HOURS_IN_MONTH) * by_hour.price_shape[place]
        prices = np.clip(prices, *limits) + by_hour.adder_usd_per_mwh
        sums = np.add.reduceat(prices, np.cumsum([0, *HOURS_IN_MONTH[:-1]]))
        assert by_price.price_sum()[scenario] == pytest.approx(sums, rel=1e-11)


def test_the_price_sum_is_that_of_the_hours():
    by_price, by_hour = random_site(3, load_moves=False)
    first_hours = by_hour.price_shape[by_hour.shape_year[0, 0], :744]
    wanted = (by_hour.level_usd_per_mwh[0, 0] * first_hours + by_hour.adder_usd_per_mwh).sum()
    assert by_price.price_sum()[0, 0] == pytest.approx(wanted, rel=1e-12)


def test_refuses_what_does_not_fit():
    by_price, by_hour = random_site(1, load_moves=False)
    tiers, ai = state(by_hour)
    with pytest.raises(ValueError, match="do not fit"):
        margin_by_price(by_price, tiers[:, :, :5], ai)
    with pytest.raises(ValueError, match="finite and not negative"):
        margin_by_price(by_price, tiers - 1e6, ai)
