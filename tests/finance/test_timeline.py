"""Discount factors, indices and calendar years by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.finance.timeline import calendar_months, contract_index, discount_factors, price_index, years_of
from repower.horizon import Horizon, Month


def test_end_of_month_discounting():
    factors = discount_factors(0.10, 24)
    assert factors[11] == pytest.approx(1 / 1.1)
    assert factors[23] == pytest.approx(1 / 1.21)
    assert factors[0] == pytest.approx(1.1 ** (-1 / 12))


def test_price_index_doubles_where_it_should():
    index = price_index(1.0, 25)
    assert index[[0, 12, 24]] == pytest.approx([1, 2, 4])


def test_contract_index_steps_on_anniversaries():
    assert contract_index(0.5, [-3, 0, 11, 12, 23, 24]).tolist() == [1, 1, 1, 1.5, 1.5, 2.25]


def test_years_of_partial_years():
    # from October: 3 months, 12 months, 2 months
    assert years_of(np.ones(17), 9).tolist() == [3, 12, 2]
    assert years_of(np.ones(12), 0).tolist() == [12]
    assert years_of(np.ones(2), 3).tolist() == [2]


@given(st.integers(0, 11), st.integers(1, 60))
def test_years_are_the_horizons_years(first, months):
    horizon = Horizon(Month.of(2027, first + 1), months)
    assert calendar_months(first, months).tolist() == horizon.calendar_months()
    values = np.arange(1.0, months + 1)
    expected = [0.0] * len(horizon.years())
    for value, year in zip(values, horizon.year_of_month(), strict=True):
        expected[year] += value
    assert years_of(values, first).tolist() == expected


def test_refusals():
    with pytest.raises(ValueError, match=r"write 8 % as 0\.08"):
        discount_factors(-1.0, 3)
    with pytest.raises(ValueError, match="December"):
        years_of(np.ones(3), 12)
