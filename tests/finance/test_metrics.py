"""Value, payback, multiples and covers by hand and by another library."""

from __future__ import annotations

import numpy as np
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from repower.finance.metrics import dscr, llcr, moic, npv, payback_months, per_dollar, per_mw_usd

flows = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3)


def test_value_by_another_library():
    cash = np.random.default_rng(1).normal(0, 1e6, (4, 60))
    for row in range(4):
        # theirs has the first flow now
        theirs = pyxirr.npv(1.09 ** (1 / 12) - 1, [0.0, *cash[row]])
        assert npv(cash, 0.09)[row] == pytest.approx(theirs, rel=1e-9)


@given(flows, flows, st.floats(-10, 10), st.floats(-0.5, 2))
def test_value_is_linear(one, other, factor, rate):
    one, other = np.array(one), np.array(other)
    assert npv(one + factor * other, rate) == pytest.approx(npv(one, rate) + factor * npv(other, rate), rel=1e-9, abs=1e-3)


def test_payback():
    cash = np.array(
        [
            [-10.0, 4, 4, 4, 4],  # back in the fourth month
            [-10.0, 10, -1, 1, 4],  # back, short again, back in the fourth month for good
            [-10.0, 4, 4, 1, 0],  # never
            [1.0, -1, 2, 0, 0],  # never short
            [-10.0, 5, 5, 0, 0],  # exactly back
            [0.0, 0, -1, 0, 1],
        ]
    )
    assert payback_months(cash).tolist() == [4, 4, -1, 0, 3, 5]
    assert int(payback_months(cash[0])) == 4


@given(st.lists(st.integers(-100, 100), min_size=1, max_size=30))
def test_payback_against_a_loop(cash):
    balance, answer = 0, 0
    for month, flow in enumerate(cash):
        balance += flow
        if balance < 0:
            answer = month + 2
    assert int(payback_months(cash)) == (-1 if balance < 0 else answer)


def test_moic():
    assert moic([[-10.0, 25, -10], [-5, 0, 0]]).tolist() == [1.25, 0]
    assert np.isnan(moic([1.0, 2.0]))


def test_covers():
    cover = dscr([[130.0, 50.0, -10.0]], [100.0, 0.0, 20.0])
    assert cover[0, [0, 2]].tolist() == [1.3, -0.5]
    assert np.isnan(cover[0, 1])
    # two payments of 102 a month apart at 2 % a month, against 100 of debt
    assert llcr([0.0, 102.0, 104.04, 77.0], 100.0, 0.24, 1, 2) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="positive number"):
        dscr([1.0], [-1.0])


def test_per_unit():
    assert per_mw_usd(30.0, 3.0) == 10
    assert per_dollar([5.0, 5.0], [-10.0, -20.0]).tolist() == [0.5, 0.25]
    assert np.isnan(per_dollar(5.0, 0.0))
    with pytest.raises(ValueError, match="negative number"):
        per_dollar(5.0, 10.0)
    with pytest.raises(ValueError, match="0 MW"):
        per_mw_usd(5.0, 0)
