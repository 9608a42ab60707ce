"""Laws that hold for every site, whatever the numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from dispatch_sites import in_order, random_site, turnover_usd
from hypothesis import given, settings
from hypothesis import strategies as st

from repower.dispatch import SiteHours, dispatch_hours

HOURS = 24


@st.composite
def sites(draw: st.DrawFn) -> SiteHours:
    return random_site(np.random.default_rng(draw(st.integers(0, 2**32 - 1))), HOURS, coarse=draw(st.booleans()))


def rises(site: SiteHours, better: SiteHours) -> bool:
    slack = 1e-10 * max(turnover_usd(site), turnover_usd(better))
    return bool((dispatch_hours(better).margin_usd >= dispatch_hours(site).margin_usd - slack).all())


more = st.floats(0.0, 50.0)


@given(sites(), more)
def test_more_of_what_may_be_refused_never_lowers_a_margin(site, extra):
    assert rises(site, replace(site, import_limit_mw=site.import_limit_mw + extra))
    assert rises(site, replace(site, tier_mw=site.tier_mw + extra))
    assert rises(site, replace(site, generator_mw=site.generator_mw + extra))
    optional = replace(site, ppa_must_take_share=np.zeros(len(site.ppa_mw)))
    assert rises(optional, replace(optional, ppa_mw=optional.ppa_mw + extra))


@given(sites(), more)
def test_better_terms_never_lower_a_margin(site, usd):
    assert rises(site, replace(site, tier_value_usd_per_mwh=site.tier_value_usd_per_mwh + usd))
    assert rises(site, replace(site, generator_cost_usd_per_mwh=site.generator_cost_usd_per_mwh - usd))
    assert rises(site, replace(site, ppa_price_usd_per_mwh=site.ppa_price_usd_per_mwh - usd))
    assert rises(site, replace(site, ppa_must_take_share=site.ppa_must_take_share / 2))
    assert rises(site, replace(site, ppa_resale=np.ones(len(site.ppa_mw), dtype=bool)))
    assert rises(site, replace(site, ppa_resale_fee_usd_per_mwh=site.ppa_resale_fee_usd_per_mwh / 2))
    assert rises(replace(site, adder_usd_per_mwh=site.adder_usd_per_mwh + usd), site)


@given(sites(), st.floats(0.01, 100.0))
def test_margin_scales_with_the_megawatts(site, factor):
    names = ("import_limit_mw", "ppa_mw", "generator_mw", "tier_mw", "ai_mw")
    scaled = replace(site, **{name: factor * getattr(site, name) for name in names})
    assert dispatch_hours(scaled).margin_usd == pytest.approx(
        factor * dispatch_hours(site).margin_usd, rel=1e-12, abs=1e-12 * factor * turnover_usd(site)
    )


@given(sites(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_changes_nothing(site, random):
    tiers, ppas = list(range(len(site.tier_mw))), list(range(len(site.ppa_mw)))
    random.shuffle(tiers)
    random.shuffle(ppas)
    turned = in_order(site, tiers=np.array(tiers, dtype=int), ppas=np.array(ppas, dtype=int))
    assert dispatch_hours(turned).margin_usd == pytest.approx(
        dispatch_hours(site).margin_usd, rel=1e-12, abs=1e-12 * turnover_usd(site)
    )


@given(sites(), st.floats(0.0, 60.0))
def test_a_dearer_world_costs_the_firm_load_and_nothing_else(site, usd):
    """Prices, costs and values raised together: only the AI load, which earns nothing here, pays; if nothing is left unused."""
    site = replace(
        site, ppa_must_take_share=np.zeros(len(site.ppa_mw)), ppa_price_usd_per_mwh=np.maximum(site.ppa_price_usd_per_mwh, 0.0)
    )
    dearer = replace(
        site,
        market_price_usd_per_mwh=site.market_price_usd_per_mwh + usd,
        ppa_price_usd_per_mwh=site.ppa_price_usd_per_mwh + usd,
        generator_cost_usd_per_mwh=site.generator_cost_usd_per_mwh + usd,
        tier_value_usd_per_mwh=site.tier_value_usd_per_mwh + usd,
        unserved_usd_per_mwh=site.unserved_usd_per_mwh + usd,
    )
    lost = dispatch_hours(site).margin_usd - dispatch_hours(dearer).margin_usd
    assert lost == pytest.approx(usd * site.ai_mw, rel=1e-10, abs=1e-10 * turnover_usd(dearer))


@given(sites(), st.floats(-30.0, 30.0))
def test_without_contracts_the_adder_is_part_of_the_price(site, usd):
    none = np.zeros(0, dtype=int)
    site = in_order(site, ppas=none)
    moved = replace(
        site, adder_usd_per_mwh=site.adder_usd_per_mwh - usd, market_price_usd_per_mwh=site.market_price_usd_per_mwh + usd
    )
    assert dispatch_hours(moved).margin_usd == pytest.approx(
        dispatch_hours(site).margin_usd, rel=1e-10, abs=1e-10 * turnover_usd(site)
    )


@given(sites(), st.integers(0, 2**32 - 1))
@settings(max_examples=50)
def test_margin_is_convex_in_prices_and_concave_in_megawatts(site, seed):
    rng = np.random.default_rng(seed)
    price = site.market_price_usd_per_mwh
    other = rng.permutation(price)
    between = dispatch_hours(replace(site, market_price_usd_per_mwh=(price + other) / 2)).margin_usd
    ends = (dispatch_hours(site).margin_usd + dispatch_hours(replace(site, market_price_usd_per_mwh=other)).margin_usd) / 2
    assert (between <= ends + 1e-10 * turnover_usd(site)).all()

    wide, load = rng.permutation(site.import_limit_mw), rng.permutation(site.ai_mw)
    turned = replace(site, import_limit_mw=wide, ai_mw=load)
    halfway = replace(site, import_limit_mw=(site.import_limit_mw + wide) / 2, ai_mw=(site.ai_mw + load) / 2)
    ends = (dispatch_hours(site).margin_usd + dispatch_hours(turned).margin_usd) / 2
    assert (dispatch_hours(halfway).margin_usd >= ends - 1e-10 * turnover_usd(site)).all()
