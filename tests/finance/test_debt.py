"""A loan against annuities, published sculpting, and the laws that every loan keeps."""

from __future__ import annotations

import json

import numpy as np
import pytest
import pyxirr
from hypothesis import assume, given
from hypothesis import strategies as st

from repower.finance.debt import sculpt, size_loan
from repower.finance.delay import meet
from repower.finance.metrics import irr
from repower.portfolio.capital import Loan


def terms(**changes):
    facts = {"rate": 0.072, "tenor_months": 120, "min_dscr": 1.3, "gearing_share": 0.7, "upfront_fee_rate": 0.015}
    return Loan(**(facts | changes))


def level_case(months=200, first=12, cost=10e6, cash=3e6):
    cfads, spent = np.zeros(months), np.zeros(months)
    cfads[first:], spent[:first] = cash, cost
    return cfads, spent, first


def test_published_sculpting(shared):
    examples = json.loads((shared / "oracles/finance/public_worked_examples.json").read_text())
    example = next(item for item in examples if item["id"] == "sculpt-closed-form")
    given_, expect = example["inputs"], example["expect"]
    loan = sculpt(given_["cfads"], given_["rate"], given_["dscr"])
    assert float(loan.principal_usd) == pytest.approx(expect["debt"], rel=1e-12)
    assert loan.service_usd == pytest.approx(expect["service"], rel=1e-12)


def test_level_cash_is_an_annuity_by_another_library():
    loan = sculpt(np.full(120, 1.3e6), 0.072 / 12, 1.3)
    assert float(loan.principal_usd) == pytest.approx(-pyxirr.pv(0.006, 120, 1e6), rel=1e-12)
    principal = float(loan.principal_usd)
    for period in (1, 60, 120):
        assert loan.interest_usd[period - 1] == pytest.approx(-pyxirr.ipmt(0.006, period, 120, principal), rel=1e-9)
        assert loan.repayment_usd[period - 1] == pytest.approx(-pyxirr.ppmt(0.006, period, 120, principal), rel=1e-9)
    assert loan.balance_usd[-1] == 0


def test_no_service_in_months_of_negative_cash():
    loan = sculpt([100.0, -50.0, 100.0], 0.01, 1.0)
    assert loan.service_usd.tolist() == [100, 0, 100]
    assert float(loan.principal_usd) == pytest.approx(100 / 1.01 + 100 / 1.01**3)
    assert loan.repayment_usd[1] == pytest.approx(-loan.interest_usd[1])


def test_sculpting_many_paths_at_once():
    random = np.random.default_rng(3)
    cash = random.normal(1, 1, (5, 24))
    many = sculpt(cash, 0.01, 1.2)
    for row in range(5):
        worth = (np.maximum(cash[row], 0) / 1.2) @ (1.01 ** -np.arange(1.0, 25.0))
        assert many.principal_usd[row] == pytest.approx(worth, rel=1e-12)


def test_interest_during_construction_in_closed_form():
    # level cost c, share g of all uses, no fee: balance = c ((1 + g r)^n - 1) / r
    cfads, spent, first = level_case(cash=1e9)
    loan = size_loan(cfads, spent, first, terms(upfront_fee_rate=0.0))
    rate, share = 0.006, 0.7
    assert loan.limit == "gearing"
    assert loan.principal_usd == pytest.approx(10e6 * ((1 + share * rate) ** 12 - 1) / rate, rel=1e-12)
    # the loan is exactly the share of everything that had to be paid
    assert loan.principal_usd == pytest.approx(share * (120e6 + loan.construction_interest_usd.sum()), rel=1e-12)


def test_single_draw_with_fee_in_closed_form():
    cfads, spent = np.zeros(100), np.zeros(100)
    cfads[1:], spent[0] = 1e9, 100e6
    loan = size_loan(cfads, spent, 1, terms(tenor_months=60))
    # loan = g (cost + f loan)
    assert loan.principal_usd == pytest.approx(0.7 * 100e6 / (1 - 0.7 * 0.015), rel=1e-12)
    assert loan.fee_usd.sum() == pytest.approx(0.015 * loan.principal_usd)
    assert loan.construction_interest_usd.sum() == 0


def test_cover_binds():
    cfads, spent, first = level_case(cash=1e6)
    loan = size_loan(cfads, spent, first, terms())
    assert loan.limit == "cover"
    assert loan.principal_usd == pytest.approx(-pyxirr.pv(0.006, 120, 1e6 / 1.3), rel=1e-12)
    assert loan.gearing_share < 0.7
    assert loan.dscr[first : first + 120] == pytest.approx(1.3, rel=1e-12)
    assert np.isnan(loan.dscr[:first]).all()
    assert (loan.min_dscr, loan.min_dscr_month) == (pytest.approx(1.3), pytest.approx(first, abs=119))
    assert loan.llcr == pytest.approx(1.3, rel=1e-12)


def test_gearing_binds_and_cover_is_flat_and_higher():
    random = np.random.default_rng(5)
    cfads, spent, first = level_case(cash=4e6)
    cfads[first:] *= random.uniform(0.5, 1.5, cfads.size - first)
    affordable = float(sculpt(cfads[first : first + 120], 0.006, 1.3).principal_usd)
    loan = size_loan(cfads, spent, first, terms())
    assert loan.limit == "gearing"
    assert loan.dscr[first : first + 120] == pytest.approx(1.3 * affordable / loan.principal_usd, rel=1e-12)
    assert loan.min_dscr > 1.3


def test_tenor_ends_with_the_study():
    cfads, spent, first = level_case(months=60, cash=1e6)
    loan = size_loan(cfads, spent, first, terms())
    assert loan.tenor_months == 48
    assert loan.principal_usd == pytest.approx(-pyxirr.pv(0.006, 48, 1e6 / 1.3), rel=1e-12)
    assert loan.balance_usd[-1] == 0


def test_nothing_to_lend_on():
    cfads, spent, first = level_case()
    for loan in (size_loan(0 * cfads, spent, first, terms()), size_loan(cfads, 0 * spent, first, terms())):
        assert loan.limit == "nothing to lend on"
        assert loan.principal_usd == 0
        assert np.isnan([loan.min_dscr, loan.llcr]).all()
        assert loan.min_dscr_month == -1
        assert not loan.service_usd.any()
        assert not loan.cash_flow().total.any()


def test_loan_in_scenarios():
    cfads, spent, first = level_case(cash=1e6)
    loan = size_loan(cfads, spent, first, terms())
    late = np.concatenate([np.zeros(6), cfads[:-6]])
    scenarios = np.array([cfads, 0.5 * cfads, late])
    met = meet(loan, [first, first, first], scenarios)
    assert met.min_dscr == pytest.approx([1.3, 0.65, 0.0])
    assert met.shortfall.tolist() == [False, True, True]
    assert meet(loan, [first + 6], late[np.newaxis]).min_dscr == pytest.approx([1.3])
    equity = scenarios - spent + met.lines.total
    assert equity[0, :first] == pytest.approx(-loan.equity_usd[:first])
    assert equity[1, first] == pytest.approx(0.5e6 - 1e6 / 1.3)
    assert equity.sum(axis=1) == pytest.approx((scenarios - spent).sum(axis=1) + loan.cash_flow().total.sum())


loans = st.fixed_dictionaries(
    {
        "rate": st.floats(0, 0.2),
        "tenor_months": st.integers(1, 60),
        "min_dscr": st.floats(1, 3),
        "gearing_share": st.floats(0, 0.95),
        "upfront_fee_rate": st.floats(0, 0.1),
    }
)
# whole cents: the smallest numbers that a float can hold are not money
costs = st.lists(st.floats(0, 1e8).map(lambda usd: round(usd, 2)), min_size=1, max_size=24)
cash = st.lists(st.floats(-1e6, 1e7).map(lambda usd: round(usd, 2)), min_size=1, max_size=60)


def sized(cost, operating, facts):
    first = len(cost)
    cfads = np.concatenate([np.zeros(first), operating])
    spent = np.concatenate([cost, np.zeros(len(operating))])
    return size_loan(cfads, spent, first, Loan(**facts)), cfads, spent


@given(costs, cash, loans)
def test_laws_of_a_loan(cost, operating, facts):
    loan, cfads, spent = sized(cost, operating, facts)
    scale = max(1.0, loan.principal_usd)
    uses = spent + loan.fee_usd + loan.construction_interest_usd
    # sources are uses, month by month
    assert loan.draw_usd + loan.equity_usd == pytest.approx(uses, abs=1e-9 * scale)
    assert np.all(loan.equity_usd >= -1e-9 * scale)
    # the balance is what came less what went, and ends at nothing
    assert np.cumsum(loan.draw_usd - loan.repayment_usd) == pytest.approx(loan.balance_usd, abs=1e-8 * scale)
    assert loan.balance_usd[-1] == 0
    # interest, in construction and after, is the rate on the balance before
    before = np.concatenate([[0.0], loan.balance_usd[:-1]])
    interest = loan.construction_interest_usd + loan.interest_usd
    assert interest == pytest.approx(facts["rate"] / 12 * before, abs=1e-8 * scale)
    # without its fee, the lender earns the rate
    lender = interest + loan.repayment_usd - loan.draw_usd
    assert lender @ (1 + facts["rate"] / 12) ** -np.arange(len(lender)) == pytest.approx(0.0, abs=1e-8 * scale)
    # neither limit is passed
    assert loan.principal_usd <= facts["gearing_share"] * uses.sum() * (1 + 1e-9) + 1e-6
    assert np.all(loan.service_usd * facts["min_dscr"] <= np.maximum(cfads, 0) * (1 + 1e-9))
    # every dollar in is a dollar out
    owners = cfads - spent + loan.cash_flow().total[0]
    assert (owners.sum() + lender.sum() + loan.fee_usd.sum()) == pytest.approx(
        cfads.sum() - spent.sum(), abs=1e-8 * (scale + spent.sum() + np.abs(cfads).sum())
    )


@given(costs, cash, loans, st.floats(0, 1))
def test_more_cover_never_gives_more_debt(cost, operating, facts, more):
    assume(facts["min_dscr"] + more <= 3)
    loan, *_ = sized(cost, operating, facts)
    careful, *_ = sized(cost, operating, facts | {"min_dscr": facts["min_dscr"] + more})
    assert careful.principal_usd <= loan.principal_usd * (1 + 1e-12)


def test_lender_earns_its_rate_by_the_rate_of_return():
    cfads, spent, first = level_case(cash=1e6)
    loan = size_loan(cfads, spent, first, terms(upfront_fee_rate=0.0))
    lender = -loan.cash_flow().total[0]
    result = irr(lender)
    assert str(result.status) == "ok"
    assert float(result.rate) == pytest.approx(1.006**12 - 1, rel=1e-11)


def test_refusals():
    cfads, spent, first = level_case()
    with pytest.raises(ValueError, match="NaN"):
        size_loan(np.where(np.arange(200) == 50, np.nan, cfads), spent, first, terms())
    with pytest.raises(ValueError, match="positive numbers"):
        size_loan(cfads, -spent, first, terms())
    with pytest.raises(ValueError, match="in month 11, but the loan is drawn before month 11"):
        size_loan(cfads, spent, 11, terms())
    with pytest.raises(ValueError, match="one base case"):
        size_loan(cfads[np.newaxis], spent[np.newaxis], first, terms())
    with pytest.raises(ValueError, match="must leave a month"):
        size_loan(cfads, spent, 0, terms())
    with pytest.raises(ValueError, match="cover above 0"):
        sculpt([1.0], 0.01, 0.0)
