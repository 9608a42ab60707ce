"""A loan at a scenario's own dates: by hand, and the laws that no date may break."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.finance.debt import size_loan
from repower.finance.delay import meet
from repower.portfolio import Loan

TERMS = Loan(rate=0.12, tenor_months=3, min_dscr=1.5, gearing_share=0.9, upfront_fee_rate=0.0)


def example():
    """Two months of works of 100, then 90 a month: cover 1.5 gives a service of 60 for three months at 1 % a month."""
    cost = np.array([100.0, 100.0, 0, 0, 0, 0, 0, 0])
    cfads = np.array([0, 0, 90.0, 90, 90, 90, 90, 90])
    return size_loan(cfads, cost, 2, TERMS), cfads


def test_by_hand():
    loan, cfads = example()
    debt = 60 / 1.01 + 60 / 1.01**2 + 60 / 1.01**3
    assert loan.principal_usd == pytest.approx(debt, rel=1e-12)
    late = np.where(np.arange(8) >= 4, cfads, 0.0)
    met = meet(loan, [2, 4], np.stack([cfads, late]))
    paid = met.lines.lines["loan_interest"] + met.lines.lines["loan_repayment"]
    construction = -loan.construction_interest_usd[1]
    assert paid[0] == pytest.approx([0, construction, -60, -60, -60, 0, 0, 0], abs=1e-9)
    # Two months late: interest alone of 1 % twice, then the same service.
    assert paid[1] == pytest.approx([0, construction, -0.01 * debt, -0.01 * debt, -60, -60, -60, 0], abs=1e-9)
    assert met.min_dscr == pytest.approx([1.5, 1.5])
    assert not met.shortfall.any()


def test_what_falls_due_after_the_study_is_repaid_in_its_last_month():
    loan, _ = example()
    met = meet(loan, [6], np.zeros((1, 8)))
    repayment = met.lines.lines["loan_repayment"][0]
    assert repayment.sum() == pytest.approx(-loan.principal_usd)
    assert repayment[7] < repayment[6] < 0
    assert met.shortfall.all()


@given(st.lists(st.integers(0, 30), min_size=1, max_size=5))
def test_the_loan_is_always_repaid_and_the_lender_earns_the_rate(firsts):
    loan, _ = example()
    cash = np.full((len(firsts), 8), 90.0)
    met = meet(loan, firsts, cash)
    assert met.lines.lines["loan_draw"].sum(axis=1) == pytest.approx(-met.lines.lines["loan_repayment"].sum(axis=1))
    # Every dollar lent earns 1 % a month until it is back, whatever the dates.
    factors = 1.01 ** -np.arange(8)
    on_time = np.array(firsts) <= 5
    lent = met.lines.lines["loan_draw"]
    owed = met.lines.lines["loan_interest"] + met.lines.lines["loan_repayment"]
    assert ((lent + owed) @ factors)[on_time] == pytest.approx(np.zeros(on_time.sum()), abs=1e-9)


def test_refuses_shapes_that_do_not_fit():
    loan, cfads = example()
    with pytest.raises(ValueError, match="are needed"):
        meet(loan, [2, 3], cfads[None, :])


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 0.3)), min_size=1, max_size=5))
def test_at_another_rate_the_lender_earns_that_one(scenarios):
    """Draws and repayments are the same; discounted at the scenario's own rate, what is lent is worth what comes back."""
    loan, _ = example()
    firsts, rates = [first for first, _ in scenarios], np.array([rate for _, rate in scenarios])
    met = meet(loan, firsts, np.full((len(firsts), 8), 90.0), rates)
    plain = meet(loan, firsts, np.full((len(firsts), 8), 90.0))
    for line in ("loan_draw", "loan_repayment"):
        np.testing.assert_array_equal(met.lines.lines[line], plain.lines.lines[line])
    for row, rate in enumerate(rates):
        flow = sum(lines[row] for lines in met.lines.lines.values())
        assert flow @ (1 + rate / 12) ** -np.arange(8.0) == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(met.interest_usd, -met.lines.lines["loan_interest"])


def test_cover_falls_with_the_rate():
    loan, cfads = example()
    met = meet(loan, [2, 2, 2], np.tile(cfads, (3, 1)), [0.0, 0.12, 0.24])
    debt = loan.principal_usd
    # Dearer interest weighs most in the first month, cheaper interest least in the last, before which 60 / 1.01 is owed.
    assert met.min_dscr == pytest.approx([90 / (60 - 0.6 / 1.01), 1.5, 90 / (60 + 0.01 * debt)])
    with pytest.raises(ValueError, match="0 or more"):
        meet(loan, [2], cfads[None], [-0.01])


def test_a_loan_sized_without_interest_can_be_met_with_one():
    cost = np.array([100.0, 100.0, 0, 0, 0, 0, 0, 0])
    cfads = np.array([0, 0, 90.0, 90, 90, 90, 90, 90])
    loan = size_loan(cfads, cost, 2, TERMS.model_copy(update={"rate": 0.0}))
    met = meet(loan, [3], cfads[None], [0.12])
    flow = sum(lines[0] for lines in met.lines.lines.values())
    assert flow @ 1.01 ** -np.arange(8.0) == pytest.approx(0, abs=1e-9)
