"""Hours small enough to be dispatched on paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from repower.dispatch import SiteHours, dispatch_hours

NONE = np.zeros((0, 1))


def one_hour(price: float, **changes: object) -> SiteHours:
    """100 MW of connection, a 60 MW tier worth 90, 20 MW of AI, adder 2."""
    site = SiteHours(
        market_price_usd_per_mwh=np.array([price]),
        adder_usd_per_mwh=2.0,
        import_limit_mw=np.array([100.0]),
        ppa_mw=NONE,
        ppa_price_usd_per_mwh=NONE,
        ppa_must_take_share=np.zeros(0),
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.zeros(0),
        generator_mw=NONE,
        generator_cost_usd_per_mwh=NONE,
        tier_mw=np.array([[60.0]]),
        tier_value_usd_per_mwh=np.array([[90.0]]),
        ai_mw=np.array([20.0]),
    )
    return replace(site, **changes)


def contract(mw: float, price: float, must: float, fee: float | None) -> dict[str, object]:
    return {
        "ppa_mw": np.array([[mw]]),
        "ppa_price_usd_per_mwh": np.array([[price]]),
        "ppa_must_take_share": np.array([must]),
        "ppa_resale": np.array([fee is not None]),
        "ppa_resale_fee_usd_per_mwh": np.array([fee or 0.0]),
    }


def plant(mw: float, cost: float) -> dict[str, object]:
    return {"generator_mw": np.array([[mw]]), "generator_cost_usd_per_mwh": np.array([[cost]])}


def test_spot_alone():
    cheap = dispatch_hours(one_hour(30.0))
    assert (cheap.spot_mw[0], cheap.tier_mw[0, 0], cheap.margin_usd[0]) == (80.0, 60.0, 60 * 90 - 80 * 32)
    dear = dispatch_hours(one_hour(200.0))
    assert (dear.spot_mw[0], dear.tier_mw[0, 0], dear.margin_usd[0]) == (20.0, 0.0, -20 * 202)


def test_a_tier_worth_its_cost_stays_off_and_the_ai_load_is_served():
    tie = dispatch_hours(one_hour(88.0))
    assert tie.tier_mw[0, 0] == 0.0
    firm = dispatch_hours(one_hour(88.0, unserved_usd_per_mwh=90.0))
    assert (firm.ai_served_mw[0], firm.unserved_mw[0]) == (20.0, 0.0)


def test_ai_load_comes_first_and_what_cannot_be_served_is_paid_for():
    result = dispatch_hours(one_hour(30.0, import_limit_mw=np.array([50.0]), ai_mw=np.array([70.0])))
    assert (result.ai_served_mw[0], result.unserved_mw[0], result.tier_mw[0, 0]) == (50.0, 20.0, 0.0)
    assert result.margin_usd[0] == -50 * 32 - 20 * 10_000
    assert result.marginal_import_usd_per_mwh[0] == 10_000 - 32


def test_take_or_pay_runs_below_its_price_and_is_left_only_when_nothing_wants_it():
    """Price 500: spot is out of reach, the 40 MW paid for at 70 serve AI and mine, 10 MW short of the tier."""
    result = dispatch_hours(one_hour(500.0, **contract(40.0, 70.0, 1.0, None)))
    assert (result.ppa_delivered_mw[0, 0], result.spot_mw[0], result.tier_mw[0, 0]) == (40.0, 0.0, 20.0)
    assert result.margin_usd[0] == 20 * 90 - 40 * 70 - 40 * 2
    idle = dispatch_hours(one_hour(500.0, **contract(40.0, 70.0, 1.0, None), tier_mw=np.array([[0.0]])))
    assert (idle.ppa_delivered_mw[0, 0], idle.ppa_left_mw[0, 0], idle.ppa_taken_mw[0, 0]) == (20.0, 20.0, 40.0)


def test_resale_beats_mining_in_a_dear_hour():
    """Selling brings 499, mining 88 after the adder; the AI load keeps its 20 MW."""
    result = dispatch_hours(one_hour(500.0, **contract(40.0, 70.0, 1.0, 1.0)))
    assert (result.ppa_delivered_mw[0, 0], result.ppa_resold_mw[0, 0], result.tier_mw[0, 0]) == (20.0, 20.0, 0.0)
    assert result.margin_usd[0] == 20 * 499 - 40 * 70 - 20 * 2


def test_optional_energy_is_taken_to_resell_only_above_its_price_and_fee():
    below = dispatch_hours(one_hour(70.5, **contract(40.0, 70.0, 0.0, 1.0), tier_mw=np.array([[0.0]])))
    assert (below.ppa_taken_mw[0, 0], below.ppa_delivered_mw[0, 0], below.ppa_resold_mw[0, 0]) == (20.0, 20.0, 0.0)
    above = dispatch_hours(one_hour(80.0, **contract(40.0, 70.0, 0.0, 1.0), tier_mw=np.array([[0.0]])))
    assert (above.ppa_taken_mw[0, 0], above.ppa_delivered_mw[0, 0], above.ppa_resold_mw[0, 0]) == (40.0, 20.0, 20.0)
    assert above.margin_usd[0] == 20 * 79 - 40 * 70 - 20 * 2


def test_negative_price_leaves_the_contract_and_draws_from_the_market():
    result = dispatch_hours(one_hour(-50.0, **contract(40.0, 30.0, 0.5, 1.0)))
    assert (result.spot_mw[0], result.ppa_taken_mw[0, 0], result.ppa_left_mw[0, 0], result.ppa_resold_mw[0, 0]) == (
        80.0,
        20.0,
        20.0,
        0.0,
    )
    assert result.margin_usd[0] == 60 * 90 + 80 * 48 - 20 * 30


def test_generator_is_outside_the_connection():
    result = dispatch_hours(one_hour(30.0, import_limit_mw=np.array([50.0]), **plant(25.0, 60.0)))
    assert (result.spot_mw[0], result.generation_mw[0, 0], result.tier_mw[0, 0]) == (50.0, 25.0, 55.0)
    assert result.margin_usd[0] == 55 * 90 - 50 * 32 - 25 * 60
    # The 51st MW of import serves the last 5 MW of the tier first, worth 90, not the generator at 60.
    assert result.marginal_import_usd_per_mwh[0] == 90 - 32
    assert result.marginal_energy_usd_per_mwh[0] == 90


def test_ties_go_to_the_contract_then_spot_then_the_generator():
    """All three cost 42 at the bus: 40 + 2."""
    result = dispatch_hours(one_hour(40.0, **contract(30.0, 40.0, 0.0, None), **plant(80.0, 42.0)))
    assert (result.ppa_delivered_mw[0, 0], result.spot_mw[0], result.generation_mw[0, 0]) == (30.0, 50.0, 0.0)


def test_nothing_at_all_is_a_margin_of_zero():
    empty = one_hour(30.0, tier_mw=NONE, tier_value_usd_per_mwh=NONE, ai_mw=np.array([0.0]))
    result = dispatch_hours(empty)
    assert (result.margin_usd[0], result.marginal_import_usd_per_mwh[0], result.marginal_energy_usd_per_mwh[0]) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize("adder", [-40.0, 0.0, 15.0])
def test_the_adder_is_paid_on_contracts_too_but_not_on_resale_or_generation(adder):
    site = one_hour(500.0, **contract(40.0, 70.0, 1.0, 1.0), **plant(5.0, 10.0), adder_usd_per_mwh=adder)
    result = dispatch_hours(site)
    # 5 MW of own generation at 10 serve the AI load before contract energy that could be sold at 499.
    assert result.margin_usd[0] == 25 * 499 - 40 * 70 - 15 * adder - 5 * 10
