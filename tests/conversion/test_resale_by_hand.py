"""Old machines that are sold, and the price of new ones, against plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from hand_made import YAML, setting
from repower.conversion.choices import Choice
from repower.conversion.options import RENEWAL_MONTHS, carry_out

SOLD = YAML.replace("machine_resale_share: 0", "machine_resale_share: 0.6, miner_power_usd_per_mwh: 45")
TH_OF_OLD = 50 / 1.08 / 3000e-6 * 100


def worth(hashprice: list[float], month: int, left: int) -> float:
    """USD per TH of a machine of 30 J/TH: what buyers go by, and its margin falling by 30 % a year, discounted at 15 %."""
    known = hashprice[0]
    for value in hashprice[1 : month + 1]:
        known = known / 3 ** (1 / 3) + value * (1 - 3 ** (-1 / 3))
    power = 45 * 1.02 ** (month / 12)
    total = 0.0
    for later in range(left):
        years = (later + 0.5) / 12
        total += max(known * 0.7**years * 0.0304375 - 30e-6 * 730.5 * power, 0) * 1.15**-years
    return max(total, 0.01 * 30)


@pytest.mark.parametrize(("choice", "month"), [
    (Choice("ranch", "mine", "refresh", start=4), 4 + RENEWAL_MONTHS),
    (Choice("ranch", "mine", "ai_lease", "dense", "anchor", 6), None),
])  # fmt: skip
def test_a_fleet_that_is_taken_out_early_is_sold(choice, month):
    """Block "mine": 50 MW of `old`, life to month 17 (September 2022 and 72 months)."""
    of = setting(text=SOLD)
    if month is None:
        site = of.portfolio.site("ranch")
        month = choice.start + int(of.works(site.blocks[0]).mining_stops_months)
    sold = carry_out(of, choice).cash.lines["machines_sold"]
    hashprice = of.scenarios["hashprice_usd_per_ph_day"].to_numpy()
    for s in range(of.count):
        assert sold[s, month] == pytest.approx(0.6 * TH_OF_OLD * worth(list(hashprice[s]), month, 17 - month), rel=1e-9)
    assert np.flatnonzero(sold.any(axis=0)).tolist() == [month]


def test_it_is_taxed_like_any_income():
    choice = Choice("ranch", "mine", "refresh", start=4)
    with_sale, without = (carry_out(setting(text=text), choice) for text in (SOLD, YAML))
    sold = with_sale.cash.lines["machines_sold"]
    np.testing.assert_allclose(with_sale.tax - without.tax, -0.24 * sold, atol=1e-6)


@pytest.mark.parametrize("choice", [Choice("ranch", "mine", "mining"), Choice("ranch", "mine", "refresh", start=15)])
def test_a_fleet_that_lives_its_life_is_not_sold(choice):
    assert "machines_sold" not in carry_out(setting(text=SOLD), choice).cash.lines


def test_new_machines_cost_what_the_newest_cost_against_the_start():
    price = np.ones((3, 36)) * 10.0
    price[0, 5] = 25.0
    price[1, 5] = 4.0
    of = setting(machine_usd_per_th=price)
    paid = carry_out(of, Choice("ranch", "mine", "refresh", start=5)).cash.lines["capex_miners"][:, 5]
    today = 50 / 1.08 / 3500e-6 * 250 * 12
    np.testing.assert_allclose(paid, [-2.5 * today, -0.4 * today, -today])


def test_a_dear_machine_is_not_renewed():
    """The rule asks in month 17 at that month's price, and again a year later."""
    text = YAML.replace("refresh_miner: new", "refresh_miner: new, renewal_payback_months: 30")
    price = np.full((3, 36), 10.0)
    price[0, 17] = 1000.0
    price[1, 17:] = 1000.0
    of = setting(text=text, hashprice_usd_per_ph_day=80.0, power_level_usd_per_mwh=30.0, machine_usd_per_th=price)
    paid = carry_out(of, Choice("ranch", "mine", "mining")).cash.lines["capex_miners"]
    assert [np.flatnonzero(line).tolist() for line in paid] == [[29], [], [17]]
