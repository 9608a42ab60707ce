"""Depreciation in closed form, taxes by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.finance.cashflow import CashFlow
from repower.finance.depreciation import depreciation, straight_line
from repower.finance.tax import linear_tax, tax_with_losses
from repower.finance.timeline import years_of
from repower.portfolio.capital import CountryTax


def test_straight_line_by_hand():
    capex = np.array([[-120.0, 0, -60.0, 0, 0, 0, 0]])
    assert straight_line(capex, 3)[0] == pytest.approx([0, -40, -40, -60, -20, -20, 0])
    # both are in the hall that serves from month 4
    assert straight_line(capex, 3, [4])[0] == pytest.approx([0, 0, 0, 0, -60, -60, -60])
    # serves from month 1: the second payment follows it
    assert straight_line(capex, 3, [1])[0] == pytest.approx([0, -40, -40, -60, -20, -20, 0])


def test_half_year_tables():
    # a purchase in mid-year is the half-year convention: 10 % / 20 % x 4 / 10 %, and 2.5 % / 5 % x 19 / 2.5 %
    capex = np.zeros(12 * 21)
    capex[5] = 100.0
    assert years_of(straight_line(capex, 60), 0)[:7] == pytest.approx([10, 20, 20, 20, 20, 10, 0])
    assert years_of(straight_line(capex, 240), 0) == pytest.approx([2.5] + [5.0] * 19 + [2.5])


@given(st.lists(st.floats(-1e6, 0), min_size=1, max_size=30), st.integers(1, 40), st.integers(0, 40))
def test_every_dollar_is_deducted_once(payments, life, service):
    months = len(payments) + life + service + 1
    capex = np.zeros(months)
    capex[: len(payments)] = payments
    deducted = straight_line(capex, life, service)
    assert deducted.sum() == pytest.approx(sum(payments), rel=1e-9, abs=1e-6)
    assert np.all(deducted <= 1e-9)
    assert not deducted[:service].any()


def test_what_is_left_at_the_end_is_not_deducted():
    assert straight_line(np.array([-100.0, 0, 0, 0, 0]), 10).sum() == pytest.approx(-40)
    assert not straight_line(np.array([-100.0, 0, 0]), 10, 3).any()


def test_classes_have_their_lives():
    terms = CountryTax(country="US", income_rate=0.21, hall_life_months=10, machine_life_months=5)
    spent = np.zeros((1, 3))
    spent[0, 0] = -100
    flow = CashFlow({"capex_hall": spent, "capex_gpus": spent, "capex_miners": spent, "lease_rent": -spent})
    assert depreciation(flow, terms)[0] == pytest.approx([0, -10 - 20 - 20, -50])
    assert not depreciation(CashFlow({"lease_rent": spent}), terms).any()


def test_losses_carried_forward_by_hand():
    # calendar years from October: -90 (3 months), +40 (12 months), +100, then 2 months of -5
    taxable = np.concatenate([np.full(3, -30.0), np.full(12, 40 / 12), np.full(12, 100 / 12), np.full(2, -5.0)])
    tax = tax_with_losses(taxable, 0.2, 9)
    assert tax.nonzero()[0].tolist() == [26]
    assert tax[26] == pytest.approx(-0.2 * (100 - 50))


def test_last_partial_year_pays_in_the_last_month():
    tax = tax_with_losses(np.full((2, 14), 10.0), 0.25, 0)
    assert tax.nonzero()[1].tolist() == [11, 13, 11, 13]
    assert tax[0, [11, 13]] == pytest.approx([-30, -5])


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=60), st.integers(0, 11))
def test_tax_is_never_a_gift_and_never_more_than_without_losses(taxable, first):
    tax = tax_with_losses(np.array(taxable, dtype=np.float64), 0.3, first)
    yearly = years_of(np.array(taxable, dtype=np.float64), first)
    assert np.all(tax <= 0)
    assert -tax.sum() <= 0.3 * np.maximum(yearly, 0).sum() + 1e-9
    # it is at least what the sum of all years owes
    assert -tax.sum() >= 0.3 * yearly.sum() - 1e-9


def test_linear_tax():
    assert linear_tax([100.0, -50.0], 0.2).tolist() == [-20, 10]


def test_refusals():
    with pytest.raises(ValueError, match="fraction"):
        linear_tax([1.0], 21)
    with pytest.raises(ValueError, match="at least 1"):
        straight_line([1.0], 0)
    with pytest.raises(ValueError, match="month 0"):
        straight_line([1.0], 3, -1)
