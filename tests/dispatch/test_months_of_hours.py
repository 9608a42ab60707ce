"""Monthly sums over scenarios against the hours they are sums of, and against closed forms at spot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from repower.dispatch import SiteHours, SiteMonths, dispatch_hours, dispatch_months
from repower.dispatch.price_limits import PriceLimits
from repower.dispatch.threshold import firm_at_spot, mining_at_spot
from repower.horizon import MONTH_EDGES

YEARS, SCENARIOS, MODEL_YEARS = 2, 3, 2
MONTHS = 12 * MODEL_YEARS


def random_months(seed: int, ppas: int, generators: int, tiers: int, designs: int, *, coarse: bool = False) -> SiteMonths:
    rng = np.random.default_rng(seed)
    grid = 0.125 if coarse else 0.0

    def on_grid(values: np.ndarray, step: float) -> np.ndarray:
        return np.round(values / step) * step if grid else values

    shape = on_grid(1 + rng.normal(0, 0.9, (YEARS, 8760)), grid)
    return SiteMonths(
        price_shape=shape,
        shape_year=rng.integers(0, YEARS, (SCENARIOS, MODEL_YEARS)),
        level_usd_per_mwh=on_grid(rng.uniform(20, 60, (SCENARIOS, MONTHS)), 8.0),
        first_calendar_month=int(rng.integers(0, 12)),
        adder_usd_per_mwh=2.0,
        import_limit_mw=rng.uniform(40, 120, (1, MONTHS)),
        ppa_mw=on_grid(rng.uniform(0, 60, (ppas, MONTHS)), 5.0),
        ppa_price_usd_per_mwh=on_grid(rng.uniform(20, 60, (ppas, MONTHS)), 1.0),
        ppa_must_take_share=rng.choice([0.0, 0.5, 1.0], ppas),
        ppa_resale=rng.random(ppas) < 0.5,
        ppa_resale_fee_usd_per_mwh=rng.choice([0.0, 1.0], ppas),
        generator_mw=rng.uniform(0, 20, (generators, MONTHS)),
        generator_cost_usd_per_mwh=on_grid(rng.uniform(30, 90, (generators, MONTHS)), 1.0),
        tier_mw=rng.uniform(0, 40, (1, MONTHS, tiers)),
        tier_value_usd_per_mwh=on_grid(rng.uniform(10, 120, (SCENARIOS, MONTHS, tiers)), 1.0),
        ai_it_mw=rng.uniform(0, 40, (SCENARIOS, MONTHS, designs)),
        ai_pue=rng.uniform(1.05, 1.6, (designs, YEARS, 8760)),
    )


def hours_of(site: SiteMonths, scenario: int, month: int) -> SiteHours:
    """The hours of one month and scenario, cut out with numpy."""
    calendar = (site.first_calendar_month + month) % 12
    cut = slice(MONTH_EDGES[calendar], MONTH_EDGES[calendar + 1])
    year = site.shape_year[scenario, month // 12]
    count = cut.stop - cut.start

    def constant(values: np.ndarray) -> np.ndarray:
        return np.repeat(values[:, None], count, axis=1)

    return SiteHours(
        market_price_usd_per_mwh=site.level_usd_per_mwh[scenario, month] * site.price_shape[year, cut],
        adder_usd_per_mwh=site.adder_usd_per_mwh,
        import_limit_mw=np.full(count, site.import_limit_mw[0, month]),
        ppa_mw=constant(site.ppa_mw[:, month]),
        ppa_price_usd_per_mwh=constant(site.ppa_price_usd_per_mwh[:, month]),
        ppa_must_take_share=site.ppa_must_take_share,
        ppa_resale=site.ppa_resale,
        ppa_resale_fee_usd_per_mwh=site.ppa_resale_fee_usd_per_mwh,
        generator_mw=constant(site.generator_mw[:, month]),
        generator_cost_usd_per_mwh=constant(site.generator_cost_usd_per_mwh[:, month]),
        tier_mw=constant(site.tier_mw[0, month]),
        tier_value_usd_per_mwh=constant(site.tier_value_usd_per_mwh[scenario, month]),
        ai_mw=site.ai_it_mw[scenario, month] @ site.ai_pue[:, year, cut],
        unserved_usd_per_mwh=site.unserved_usd_per_mwh,
    )


@pytest.mark.parametrize(
    ("ppas", "generators", "tiers", "designs", "coarse"),
    [(0, 0, 3, 1, False), (0, 0, 2, 2, True), (2, 1, 3, 2, False), (2, 2, 2, 1, True), (1, 0, 0, 1, False), (0, 1, 1, 0, False)],
)
def test_monthly_sums_are_the_sums_of_hours(ppas, generators, tiers, designs, coarse):
    site = random_months(5, ppas, generators, tiers, designs, coarse=coarse)
    if ppas == 0 and generators == 0:
        site = replace(site, import_limit_mw=site.import_limit_mw / 3)
    sums = dispatch_months(site)
    for scenario in range(SCENARIOS):
        for month in range(MONTHS):
            raw = hours_of(site, scenario, month)
            hours = dispatch_hours(raw)
            price = raw.market_price_usd_per_mwh
            through = hours.spot_mw.sum() + hours.ppa_delivered_mw.sum()
            fee = raw.ppa_resale_fee_usd_per_mwh[:, None]
            wanted = {
                "tier_mwh": hours.tier_mw.sum(axis=1),
                "ai_mwh": hours.ai_served_mw.sum(),
                "unserved_mwh": hours.unserved_mw.sum(),
                "spot_mwh": hours.spot_mw.sum(),
                "spot_usd": (price * hours.spot_mw).sum(),
                "adder_usd": raw.adder_usd_per_mwh * through,
                "ppa_taken_mwh": hours.ppa_taken_mw.sum(axis=1),
                "ppa_delivered_mwh": hours.ppa_delivered_mw.sum(axis=1),
                "ppa_resold_mwh": hours.ppa_resold_mw.sum(axis=1),
                "ppa_left_mwh": hours.ppa_left_mw.sum(axis=1),
                "ppa_usd": (raw.ppa_price_usd_per_mwh * hours.ppa_taken_mw).sum(),
                "resale_usd": ((price - fee) * hours.ppa_resold_mw).sum(),
                "generator_mwh": hours.generation_mw.sum(axis=1),
                "generator_usd": (raw.generator_cost_usd_per_mwh * hours.generation_mw).sum(),
                "mining_value_usd": (raw.tier_value_usd_per_mwh * hours.tier_mw).sum(),
                "unserved_usd": raw.unserved_usd_per_mwh * hours.unserved_mw.sum(),
                "margin_usd": hours.margin_usd.sum(),
            }
            unused = {"flexed_mwh", "flexed_usd", "export_mwh", "export_usd", "charge_mwh", "discharge_mwh", "wear_usd"}
            wanted |= dict.fromkeys(unused, 0.0)
            assert set(wanted) == set(sums._fields)
            most = 1e-12 * max(1.0, np.abs(hours.margin_usd).sum(), (np.abs(price) * hours.spot_mw).sum())
            for name, value in wanted.items():
                slack = 1e-12 * 1e5 if name.endswith("mwh") else most
                assert getattr(sums, name)[scenario, month] == pytest.approx(value, rel=1e-12, abs=slack), name


def test_the_number_of_threads_changes_nothing():
    for site in (random_months(1, 2, 1, 2, 1), random_months(2, 0, 0, 2, 1)):
        alone = dispatch_months(site, threads=1)
        for threads in (2, 3, 7):
            for one, other in zip(alone, dispatch_months(site, threads=threads), strict=True):
                np.testing.assert_array_equal(one, other)


def test_one_scenario_stands_for_all():
    site = random_months(3, 1, 1, 2, 1)
    once = replace(site, level_usd_per_mwh=site.level_usd_per_mwh[:1], ai_it_mw=site.ai_it_mw[:1])
    copied = replace(
        site,
        level_usd_per_mwh=np.repeat(site.level_usd_per_mwh[:1], SCENARIOS, axis=0),
        ai_it_mw=np.repeat(site.ai_it_mw[:1], SCENARIOS, axis=0),
        import_limit_mw=np.repeat(site.import_limit_mw, SCENARIOS, axis=0),
        tier_mw=np.repeat(site.tier_mw, SCENARIOS, axis=0),
    )
    for one, other in zip(dispatch_months(once), dispatch_months(copied), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("coarse", [True, False])
def test_mining_at_spot_is_the_kernel_alone(coarse):
    """Coarse: prices on a grid meet values on a grid, so many hours are ties; shapes go below zero."""
    site = random_months(11, 0, 0, 1, 0, coarse=coarse)
    site = replace(site, tier_mw=np.ones((1, MONTHS, 1)), import_limit_mw=np.full((1, MONTHS), 5.0))
    sums = dispatch_months(site)
    value = site.tier_value_usd_per_mwh[:, :, 0]
    hours, market_usd = mining_at_spot(
        site.price_shape, site.shape_year, site.level_usd_per_mwh, site.first_calendar_month, value - site.adder_usd_per_mwh
    )
    np.testing.assert_array_equal(hours, sums.tier_mwh[:, :, 0])
    # The running sum of a month passes through numbers larger than itself; errors are relative to those.
    most = 1e-12 * (site.level_usd_per_mwh * np.abs(site.price_shape).mean() * 744)
    assert (np.abs(market_usd - sums.spot_usd) <= np.maximum(most, 1e-12 * np.abs(sums.spot_usd))).all()
    margin = (value - site.adder_usd_per_mwh) * hours - market_usd
    assert (np.abs(margin - sums.margin_usd) <= np.maximum(most, 1e-12 * np.abs(margin))).all()
    if coarse:
        ties = [
            (site.level_usd_per_mwh[scenario, month] * site.price_shape == value[scenario, month] - site.adder_usd_per_mwh).sum()
            for scenario in range(SCENARIOS)
            for month in range(MONTHS)
        ]
        assert np.count_nonzero(ties) > 10


def test_mining_at_spot_by_mask():
    """One month, one scenario, by numpy: hours below the threshold and their cost. Level 0 runs always or never."""
    site = random_months(12, 0, 0, 0, 0)
    march = slice(MONTH_EDGES[2], MONTH_EDGES[3])
    level = np.full((1, 12), 40.0)
    prices = 40.0 * site.price_shape[1, march]
    hours, usd = mining_at_spot(site.price_shape, np.array([[1]]), level, 2, np.full((1, 12), 55.0))
    assert hours[0, 0] == (prices < 55.0).sum()
    assert usd[0, 0] == pytest.approx(prices[prices < 55.0].sum(), rel=1e-12)
    hours, usd = mining_at_spot(site.price_shape, np.array([[1]]), 0 * level, 2, np.linspace(-1, 0.1, 12)[None])
    assert hours[0, 0] == 0
    assert hours[0, 11] == 28 * 24
    assert (usd == 0).all()


@pytest.mark.parametrize("limits", [PriceLimits(10.0, 60.0), PriceLimits(cap=55.0), PriceLimits(floor=55.0)])
def test_spot_within_a_cap_and_a_floor_by_mask(limits):
    """By numpy, hour by hour, every month of two scenarios: a threshold above the cap runs always, one below the floor never."""
    site = random_months(14, 0, 0, 0, 1)
    rng = np.random.default_rng(3)
    year, level = np.array([[0], [1]]), rng.uniform(20, 80, (2, 12))
    threshold, load = rng.choice([5.0, 40.0, 55.0, 58.0, 90.0], (2, 12)), rng.uniform(1, 2, site.price_shape.shape)
    hours, usd = mining_at_spot(site.price_shape, year, level, 0, threshold, limits)
    mwh, firm_usd = firm_at_spot(site.price_shape, year, level, 0, load, limits)
    for scenario in range(2):
        for month in range(12):
            span = slice(MONTH_EDGES[month], MONTH_EDGES[month + 1])
            prices = np.clip(level[scenario, month] * site.price_shape[scenario, span], *limits)
            runs = prices < threshold[scenario, month]
            assert hours[scenario, month] == runs.sum()
            assert usd[scenario, month] == pytest.approx(prices[runs].sum(), rel=1e-11, abs=1e-9)
            assert mwh[scenario, month] == pytest.approx(load[scenario, span].sum(), rel=1e-12)
            assert firm_usd[scenario, month] == pytest.approx((prices * load[scenario, span]).sum(), rel=1e-11)
    with pytest.raises(ValueError, match="must be below their cap"):
        mining_at_spot(site.price_shape, year, level, 0, threshold, PriceLimits(60.0, 60.0))


def test_firm_at_spot_is_the_kernel_alone():
    site = random_months(13, 0, 0, 0, 1)
    site = replace(site, ai_it_mw=np.ones((1, MONTHS, 1)), import_limit_mw=np.full((1, MONTHS), 5.0))
    sums = dispatch_months(site)
    mwh, usd = firm_at_spot(site.price_shape, site.shape_year, site.level_usd_per_mwh, site.first_calendar_month, site.ai_pue[0])
    assert mwh == pytest.approx(sums.ai_mwh, rel=1e-12)
    assert usd == pytest.approx(sums.spot_usd, rel=1e-12)


def test_a_constant_price_is_arithmetic():
    """Shape 1 everywhere: a month costs hours x price, and January of a year that starts in July is month 6."""
    flat = np.ones((1, 8760))
    hours, usd = mining_at_spot(flat, np.zeros((1, 1), dtype=int), np.full((1, 12), 50.0), 6, np.full((1, 12), 60.0))
    assert hours[0, [0, 2, 6, 7]].tolist() == [744, 720, 744, 672]
    assert usd[0].tolist() == (50 * hours[0]).tolist()
    mwh, usd = firm_at_spot(flat, np.zeros((1, 1), dtype=int), np.full((4, 12), 50.0), 6, 1.3 * flat)
    assert mwh.shape == usd.shape == (4, 12)
    assert usd.sum() == pytest.approx(4 * 50 * 1.3 * 8760, rel=1e-12)
