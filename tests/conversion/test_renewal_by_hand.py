"""Fleets that follow others by the policy's rule, against plain loops over months."""

from __future__ import annotations

import numpy as np
import pytest

from hand_made import YAML, Raw, setting
from repower.conversion.choices import Choice
from repower.conversion.options import carry_out, first_capital

#: Payback 30 months of margin; the fleet of block "mine" ends with month 16, machines live 20 months.
RULE = YAML.replace("refresh_miner: new", "refresh_miner: new, renewal_payback_months: 30")
PRICE = (1e6 / 1.08 / 3500) * 250 * 12
PRICES_OF_COINS = np.array([[22.0], [80.0], [20.0]]) * np.ones((3, 36))


def by_the_rule(raw: Raw, first: int, payback: float) -> tuple[list[list[int]], np.ndarray]:
    """Months in which each scenario buys, and [S, M] whether renewed machines stand."""
    bought, stands = [], np.zeros((raw.count, raw.months), dtype=bool)
    for s in range(raw.count):
        own, month = [], first
        while month < raw.months:
            past = []
            for before in range(max(0, month - 12), month):
                _, revenue, power, opex = raw.mine(s, before, "new", 1.08)
                past.append(revenue - power - opex)
            if payback * sum(past) / len(past) >= PRICE:
                own.append(month)
                stands[s, month : month + 20] = True
                month += 20
            else:
                month += 12
        bought.append(own)
    return bought, stands


def test_a_fleet_is_renewed_where_the_last_year_pays_for_it():
    # Rich from the start, rich only in the end, never rich.
    coins = PRICES_OF_COINS.copy()
    coins[0, 20:] = 80.0
    of = setting(text=RULE, hashprice_usd_per_ph_day=coins, power_level_usd_per_mwh=30.0)
    raw = Raw(of)
    bought, stands = by_the_rule(raw, 17, 30)
    assert [len(own) for own in bought] == [1, 1, 0], "the test needs a late, an early and no renewal"
    assert bought[0][0] == 29
    assert bought[1][0] == 17
    operation = carry_out(of, Choice("ranch", "mine", "mining"))
    lines = raw.mining_lines(50, "old", 1.08, [0, 0, 0], 17)
    new = raw.mining_lines(50, "new", 1.08, [17, 17, 17], 36)
    for name in lines:
        lines[name] = lines[name] + new[name] * stands
    lines["capex_miners"] = raw.zeros()
    for s, own in enumerate(bought):
        for month in own:
            lines["capex_miners"][s, month] = -50 * PRICE
    lines["capex_machines_left"] = raw.left_over(lines["capex_miners"], 20, 0)
    raw.check(operation, lines)
    np.testing.assert_array_equal(operation.stands_mw, [50.0] * 17 + [0.0] * 19)


def test_an_ordered_renewal_is_followed_by_the_rule_and_only_the_order_asks_for_budget():
    of = setting(text=RULE, hashprice_usd_per_ph_day=80.0, power_level_usd_per_mwh=30.0)
    choice = Choice("ranch", "mine", "refresh", start=3)
    paid = carry_out(of, choice).cash.lines["capex_miners"]
    assert np.flatnonzero(paid[0]).tolist() == [3, 26]
    assert np.flatnonzero(first_capital(of, choice)).tolist() == [3]
    assert first_capital(of, choice)[3] == pytest.approx(50 * PRICE)


@pytest.mark.parametrize(
    "text", [YAML, RULE.replace("policy: {", "policy: {jurisdictions: [{country: US, new_mining_allowed: false}], ")]
)
def test_no_rule_and_no_right_mean_no_renewal(text):
    of = setting(text=text, hashprice_usd_per_ph_day=90.0, power_level_usd_per_mwh=30.0)
    operation = carry_out(of, Choice("ranch", "mine", "mining"))
    assert not operation.cash.capex.any()
    assert not operation.cash.lines["mining_revenue"][:, 17:].any()


def test_a_block_that_becomes_a_hall_is_not_renewed_on_the_way():
    of = setting(text=RULE, hashprice_usd_per_ph_day=90.0, power_level_usd_per_mwh=30.0)
    operation = carry_out(of, Choice("ranch", "mine", "ai_lease", "dense", "anchor", 12))
    assert "capex_miners" not in operation.cash.lines


def test_without_power_nothing_is_bought():
    of = setting(text=RULE, hashprice_usd_per_ph_day=90.0, power_level_usd_per_mwh=30.0, powered_month=36)
    operation = carry_out(of, Choice("ranch", "mine", "mining"))
    assert not operation.cash.total.any()
