"""The merit order against linear programmes, on random sites with ties, negative prices and loads that cannot be served."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dispatch_sites import random_site, raw_lp_margin, turnover_usd

from repower.dispatch import balance_errors, dispatch_hours
from repower.dispatch.linear import dispatch_hours_lp


@pytest.mark.parametrize("seed", range(10))
def test_margin_of_every_hour_is_that_of_a_linear_programme(seed):
    rng = np.random.default_rng(seed)
    for _ in range(25):
        site = random_site(rng, int(rng.integers(24, 49)))
        result = dispatch_hours(site)
        best = raw_lp_margin(site)
        assert np.abs(result.margin_usd - best).max() <= 1e-9 * turnover_usd(site)
        assert abs(result.margin_usd.sum() - best.sum()) <= 1e-9 * max(abs(best.sum()), turnover_usd(site))
        errors = balance_errors(site, result)
        assert errors.energy_mw.max() < 1e-9
        assert errors.money_share.max() < 1e-12


def test_random_sites_reach_every_corner():
    """The comparison above is worth what its sites reach."""
    rng = np.random.default_rng(0)
    seen = dict.fromkeys(
        ("unserved", "resold", "left", "optional not taken", "generated", "tier cut", "negative price", "limit binds"), 0
    )
    for _ in range(40):
        site = random_site(rng, 24)
        result = dispatch_hours(site)
        seen["unserved"] += int((result.unserved_mw > 1).sum())
        seen["resold"] += int((result.ppa_resold_mw > 1).sum())
        seen["left"] += int((result.ppa_left_mw > 1).sum())
        seen["optional not taken"] += int((result.ppa_taken_mw < site.ppa_mw - 1).sum())
        seen["generated"] += int((result.generation_mw > 1).sum())
        seen["tier cut"] += int(((result.tier_mw > 1) & (result.tier_mw < site.tier_mw - 1)).sum())
        seen["negative price"] += int((site.market_price_usd_per_mwh < 0).sum())
        seen["limit binds"] += int((result.marginal_import_usd_per_mwh > 0).sum())
    assert min(seen.values()) > 20, seen


@pytest.mark.parametrize("seed", range(5))
def test_linear_twin_has_the_same_margin(seed):
    rng = np.random.default_rng(100 + seed)
    for _ in range(6):
        site = random_site(rng, 24)
        twin, result = dispatch_hours_lp(site), dispatch_hours(site)
        assert np.abs(result.margin_usd - twin.margin_usd).max() <= 1e-9 * turnover_usd(site)
        errors = balance_errors(site, twin)
        assert errors.energy_mw.max() < 1e-6
        assert errors.money_share.max() < 1e-12


def test_one_more_megawatt_is_worth_what_a_linear_programme_gains_from_it():
    """Right derivatives, by raising the import limit, or by adding a free generator, by less than any step of the site."""
    rng = np.random.default_rng(7)
    step = 1e-3
    for _ in range(30):
        site = random_site(rng, 24, coarse=True)
        result = dispatch_hours(site)
        before = raw_lp_margin(site)
        wider = raw_lp_margin(replace(site, import_limit_mw=site.import_limit_mw + step))
        free = replace(
            site,
            generator_mw=np.vstack([site.generator_mw, np.full((1, 24), step)]),
            generator_cost_usd_per_mwh=np.vstack([site.generator_cost_usd_per_mwh, np.zeros((1, 24))]),
        )
        assert result.marginal_import_usd_per_mwh == pytest.approx((wider - before) / step, abs=1e-3)
        assert result.marginal_energy_usd_per_mwh == pytest.approx((raw_lp_margin(free) - before) / step, abs=1e-3)


def test_duals_of_the_twin_where_they_are_unique():
    """With no ties and no kinks the duals are the derivatives."""
    rng = np.random.default_rng(8)
    site = random_site(rng, 48, coarse=False)
    site = replace(site, tier_mw=np.full((2, 48), 40.3), tier_value_usd_per_mwh=rng.uniform(20, 160, (2, 48)))
    site = replace(site, import_limit_mw=rng.uniform(10, 150, 48), ai_mw=rng.uniform(1, 30, 48), adder_usd_per_mwh=2.0)
    site = replace(site, market_price_usd_per_mwh=rng.uniform(5, 100, 48))
    result, twin = dispatch_hours(site), dispatch_hours_lp(site)
    assert twin.marginal_import_usd_per_mwh == pytest.approx(result.marginal_import_usd_per_mwh, abs=1e-7)
    assert twin.marginal_energy_usd_per_mwh == pytest.approx(result.marginal_energy_usd_per_mwh, abs=1e-7)
