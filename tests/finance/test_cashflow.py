"""Lines add up to totals, in every way of adding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.finance.cashflow import LINES, CashFlow, add_up

# whole dollars: sums are exact in float64, so equality is equality
dollars = st.integers(-(10**9), 10**9)


@st.composite
def cash_flows(draw, shape=(2, 5)):
    names = draw(st.lists(st.sampled_from(list(LINES)), min_size=1, max_size=8, unique=True))
    size = shape[0] * shape[1]
    return CashFlow(
        {name: np.reshape(draw(st.lists(dollars, min_size=size, max_size=size)), shape).astype(np.float64) for name in names}
    )


@given(cash_flows())
def test_lines_add_to_the_total(flow):
    by_hand = sum(flow.lines.values())
    assert np.array_equal(flow.total, by_hand)
    assert np.array_equal(flow.operating + flow.capex + flow.tax + flow.financing, flow.total)


@given(cash_flows(), cash_flows())
def test_addition_loses_no_dollar(one, other):
    both = one + other
    assert set(both.lines) == set(one.lines) | set(other.lines)
    assert np.array_equal(both.total, one.total + other.total)
    assert np.array_equal(add_up([one, other, one]).total, 2 * one.total + other.total)
    assert np.allclose(both.npv(0.1), one.npv(0.1) + other.npv(0.1), rtol=0, atol=1e-4)


@given(cash_flows(shape=(2, 17)), st.integers(0, 11))
def test_years_add_to_months(flow, first):
    for name, yearly in flow.annual(first).items():
        assert np.array_equal(yearly.sum(axis=1), flow.lines[name].sum(axis=1))


@given(cash_flows())
def test_value_of_lines_adds_to_value(flow):
    assert sum(flow.present_values(0.12).values()) == pytest.approx(flow.npv(0.12), abs=1e-4)


def test_value_by_hand():
    flow = CashFlow({"lease_rent": np.array([[0.0] * 11 + [110.0]]), "capex_hall": np.array([[-10.0] + [0.0] * 11])})
    assert flow.npv(0.1)[0] == pytest.approx(100 - 10 / 1.1 ** (1 / 12))


def test_scaled_by_scenario():
    flow = CashFlow({"tax": np.ones((2, 3))})
    assert flow.scaled(0.5).total.tolist() == [[0.5] * 3] * 2
    assert flow.scaled([1.0, -2.0]).total.tolist() == [[1.0] * 3, [-2.0] * 3]
    with pytest.raises(ValueError, match="one per scenario"):
        flow.scaled([1.0, 2.0, 3.0])


def test_adding_changes_neither_side():
    flow = CashFlow({"tax": np.ones((1, 2))})
    _ = flow + flow
    assert flow.total.tolist() == [[1, 1]]
    with pytest.raises(ValueError, match="read-only"):
        flow.lines["tax"][0, 0] = 3


def test_statement_order():
    flow = CashFlow({"tax": np.ones((1, 1)), "lease_rent": np.ones((1, 1)), "capex_gpus": np.ones((1, 1))})
    assert list(flow.lines) == ["lease_rent", "capex_gpus", "tax"]


def test_refusals():
    with pytest.raises(ValueError, match="unknown lines"):
        CashFlow({"rent": np.ones((1, 1))})
    with pytest.raises(ValueError, match="scenario 0, month 1"):
        CashFlow({"tax": np.array([[1.0, np.nan]])})
    with pytest.raises(ValueError, match=r"must be \[scenario, month\]"):
        CashFlow({"tax": np.ones(3)})
    with pytest.raises(ValueError, match="differ in shape"):
        CashFlow({"tax": np.ones((1, 3)), "ppa": np.ones((1, 2))})
    with pytest.raises(ValueError, match="at least one"):
        CashFlow({})
    with pytest.raises(ValueError, match="cannot be added"):
        CashFlow({"tax": np.ones((1, 3))}) + CashFlow({"tax": np.ones((2, 3))})
