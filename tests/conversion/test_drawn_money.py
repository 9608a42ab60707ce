"""Prices, interest and the market of accelerators that differ by scenario: what each scenario pays follows its own path."""

from __future__ import annotations

import numpy as np
import pytest

from hand_made import YAML, setting
from repower.conversion.choices import Choice
from repower.conversion.financing import loan_rate
from repower.conversion.options import carry_out, first_capital

MONTH = np.arange(36)
INDEX = np.stack([1.03 ** (MONTH / 12), 1.0 + 0.02 * MONTH, np.where(MONTH < 20, 1.0, 0.9)])


def test_halls_mines_and_running_costs_follow_each_scenarios_index():
    """Against the scenario whose index is 1.03 a year: costs are in proportion, a bill by the month its works begin."""
    of = setting(
        price_index=INDEX, hashprice_usd_per_ph_day=90.0, power_level_usd_per_mwh=30.0, shape_year=0, gpu_rent_factor=1.0
    )
    hall = carry_out(of, Choice("ranch", "mine", "ai_lease", start=3, design="dense", customer="soon")).cash.lines
    np.testing.assert_allclose(hall["capex_hall"], hall["capex_hall"][0] * (INDEX[:, 3] / INDEX[0, 3])[:, None])
    np.testing.assert_allclose(hall["hall_opex"], hall["hall_opex"][0] * INDEX / INDEX[0])
    assert (hall["hall_opex"][:, -1] < 0).all()
    np.testing.assert_allclose(hall["mining_opex"], hall["mining_opex"][0] * INDEX / INDEX[0])
    cloud = carry_out(of, Choice("ranch", "cloud", "ai_cloud", design="dense", customer="own")).cash.lines
    np.testing.assert_allclose(cloud["cloud_opex"], cloud["cloud_opex"][0] * INDEX / INDEX[0])
    mine = carry_out(of, Choice("ranch", "land", "mining", start=6)).cash.lines
    np.testing.assert_allclose(mine["capex_mine"][:, 6], -60 * 375_000 * INDEX[:, 6])


@pytest.mark.parametrize(
    "choice",
    [
        Choice("ranch", "mine", "ai_lease", start=3, design="dense", customer="soon"),
        Choice("ranch", "land", "mining", start=6),
        Choice("ranch", "young", "refresh", start=9),
    ],
)
def test_the_budget_is_asked_at_median_prices(choice):
    np.testing.assert_allclose(first_capital(setting(price_index=INDEX), choice), first_capital(setting(), choice))


def test_a_cloud_sells_and_draws_by_its_regime():
    regime = np.stack([np.zeros(36), np.ones(36), -np.ones(36)]).astype(int)
    of = setting(gpu_regime=regime, power_level_usd_per_mwh=30.0, shape_year=0, gpu_rent_factor=1.0)
    operation = carry_out(of, Choice("ranch", "cloud", "ai_cloud", design="dense", customer="own"))
    sold = np.array([0.7, 0.8, 0.6])[:, None]
    for line in ("cloud_revenue", "power_cost"):
        values = operation.cash.lines[line]
        assert (values != 0).all()
        np.testing.assert_allclose(values, values[0] * sold / 0.7)
    np.testing.assert_allclose(operation.it_mw["dense"], operation.it_mw["dense"][0] * sold / 0.7)
    for line in ("cloud_opex", "hall_opex", "capex_gpus"):
        np.testing.assert_allclose(operation.cash.lines[line], np.tile(operation.cash.lines[line][0], (3, 1)))


def test_interest_is_agreed_when_the_works_begin():
    base_rate = np.stack([np.full(36, 0.045), np.full(36, 0.06), np.full(36, -0.05)])
    base_rate[:, 0] = 0.045
    of = setting(base_rate=base_rate)
    assert loan_rate(of, 0) == pytest.approx([0.07, 0.07, 0.07])
    assert loan_rate(of, 6) == pytest.approx([0.07, 0.085, 0.0])  # a margin of 2.5 points, and never less than nothing
    fixed = setting(text=YAML.replace("rate: 0.07,", "rate: 0.07, rate_kind: fixed,"), base_rate=base_rate)
    assert loan_rate(fixed, 6) == pytest.approx([0.07, 0.07, 0.07])
