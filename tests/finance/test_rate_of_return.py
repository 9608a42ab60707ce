"""Rates of return against two other libraries, published values, and the roots of polynomials."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from repower.finance.metrics import irr, npv, xirr
from repower.finance.rate_of_return import MAX_RATE, MIN_RATE

EDGE_CASES = 30
NO_SIGN_CHANGE = {"all_zero", "all_negative", "all_positive", "empty", "one_flow", "total_loss"}
#: Several changes of sign: every root in the range, by factoring the polynomial or by its negative discriminant.
SEVERAL = {
    "two_roots": ("multiple", [0.25, 4.0]),
    "three_roots": ("multiple", [0.0, 1.0, 2.0]),
    "no_root": ("no_root", []),
    "decommission": ("no_root", []),
}
#: Flows that are known in closed form better than the oracles print them.
EXACT = {
    "near_total_loss": 1e-8 - 1,
    "huge": 999.0,
    "very_huge": 1e12 - 1,
    "near_flat": 100.0000001 / 100 - 1,
    "zero_irr": 0.0,
}


@pytest.fixture(scope="module")
def edge_cases(shared):
    return json.loads((shared / "oracles/finance/xirr_edge_cases.json").read_text())


def rates(result):
    return [rate for rate in result.roots if np.isfinite(rate)]


def test_every_edge_case_of_equal_periods(edge_cases):
    assert len(edge_cases) == EDGE_CASES
    for case in edge_cases:
        name = case["name"]
        result = irr(np.array(case["flows"], dtype=np.float64), periods_per_year=1)
        status, rate = str(result.status), float(result.rate)
        if name == "nan":
            assert (status, rates(result)) == ("not_finite", [])
        elif name in NO_SIGN_CHANGE:
            assert (status, rates(result)) == ("no_sign_change", []), name
        elif name in SEVERAL:
            assert status == SEVERAL[name][0], name
            assert rates(result) == pytest.approx(SEVERAL[name][1], abs=1e-12), name
            assert np.isnan(rate), name
        else:
            assert status == "ok", name
            assert rate == pytest.approx(EXACT.get(name, case["npf_irr"]), rel=1e-12, abs=1e-13), name


def test_every_dated_edge_case(edge_cases):
    dated = [case for case in edge_cases if case["dates"]]
    assert len(dated) == 6
    for case in dated:
        result = xirr(case["flows"], [date.fromisoformat(day) for day in case["dates"]])
        if case["name"] == "same_day":  # the oracle answers infinity; money in and out on one day has no rate
            assert str(result.status) == "no_sign_change"
        else:
            assert str(result.status) == "ok", case["name"]
            # the oracle stops up to 2e-9 short of the root, so the root is shown in decimals of 28 digits too
            assert float(result.rate) == pytest.approx(case["pyxirr_xirr_act365f"], rel=5e-9), case["name"]
            days = [date.fromisoformat(day).toordinal() for day in case["dates"]]
            growth = 1 + Decimal(float(result.rate))
            worth = [
                Decimal(flow) * growth ** (Decimal(min(days) - day) / 365) for flow, day in zip(case["flows"], days, strict=True)
            ]
            assert abs(sum(worth)) < Decimal("1e-13") * sum(abs(term) for term in worth), case["name"]


def test_spreadsheet_help_example(shared):
    examples = json.loads((shared / "oracles/finance/public_worked_examples.json").read_text())
    example = next(item for item in examples if item["id"] == "excel-xirr-help")
    result = xirr(example["inputs"]["flows"], [date.fromisoformat(day) for day in example["inputs"]["dates"]])
    assert float(result.rate) == pytest.approx(example["expect"]["xirr"], abs=example["tol"])


def test_monthly_flows_against_pyxirr():
    random = np.random.default_rng(7)
    cash = random.normal(1.0, 0.6, (300, 240)) * 1e5
    cash[:, :18] = -random.uniform(0.2, 1.5, (300, 18)) * 1e6
    result = irr(cash)
    compared = 0
    for row in range(300):
        # its monthly rate and ours of the year; a row of several signs has other roots that it does not tell of
        theirs = pyxirr.irr(cash[row])
        if str(result.status[row]) in {"ok", "one_root"} and theirs is not None:
            assert float(result.rate[row]) == pytest.approx((1 + theirs) ** 12 - 1, rel=1e-9, abs=1e-11)
            compared += 1
    assert compared > 250


def test_all_roots_against_polynomial_roots():
    random = np.random.default_rng(11)
    cash = random.normal(0.0, 1.0, (400, 9))
    result = irr(cash, periods_per_year=1)
    several = 0
    for row in range(400):
        # in v = 1 / (1 + rate), companion-matrix eigenvalues
        roots = np.roots(cash[row][::-1])
        real = roots[np.abs(roots.imag) < 1e-9].real
        expected = np.sort(1 / real[real > 0] - 1)
        inside = expected[(expected > MIN_RATE) & (expected < MAX_RATE)]
        if str(result.status[row]) in {"ok", "no_sign_change"}:
            assert rates_of(result, row) == pytest.approx(expected, rel=1e-7, abs=1e-7)
        else:
            assert rates_of(result, row) == pytest.approx(inside, rel=1e-7, abs=1e-7)
            several += len(inside) > 1
    assert several > 30


def rates_of(result, row):
    return [rate for rate in result.roots[row] if np.isfinite(rate)]


def test_double_root_is_listed_twice():
    # -(1 - 1.1 v)^2: touches zero at 10 % and is negative on both sides
    result = irr([-1.0, 2.2, -1.21], periods_per_year=1)
    assert str(result.status) == "multiple"
    assert rates(result) == pytest.approx([0.1, 0.1], abs=1e-7)
    flat = irr([-100.0, 200.0, -100.0], periods_per_year=1)
    assert str(flat.status) == "multiple"
    assert rates(flat) == pytest.approx([0.0, 0.0], abs=1e-7)


def test_two_roots_near_each_other():
    # (1 - 1.1 v)(1 - 1.1001 v)
    result = irr([1.0, -2.2001, 1.21011], periods_per_year=1)
    assert rates(result) == pytest.approx([0.1, 0.1001], abs=1e-9)


def test_one_root_among_several_changes_of_sign_says_so():
    # (1 - 1.08 v)(1 + v^2 / 2): the second factor has no real root
    result = irr([-1.0, 1.08, -0.5, 0.54], periods_per_year=1)
    assert str(result.status) == "one_root"
    assert float(result.rate) == pytest.approx(0.08, abs=1e-12)


def test_shape_and_mixed_rows():
    cash = np.zeros((2, 3, 25))
    cash[..., 0] = -100.0
    cash[0, :, 12] = 110.0
    cash[0, 1, 24] = np.nan
    result = irr(cash)
    assert result.rate.shape == (2, 3)
    assert result.status.tolist() == [["ok", "not_finite", "ok"], ["no_sign_change"] * 3]
    assert result.rate[0, 0] == pytest.approx(0.1, abs=1e-14)


def test_forty_years_of_steep_losses_do_not_overflow():
    cash = np.full(480, 1e-3)
    cash[0] = -1e9
    result = irr(cash)
    monthly = (1 + float(result.rate)) ** (1 / 12) - 1
    assert str(result.status) == "ok"
    assert pyxirr.npv(monthly, cash) / 1e9 == pytest.approx(0.0, abs=1e-6)


flows = st.lists(st.floats(-1e6, 1e6, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-3), min_size=2, max_size=40)


@given(flows)
def test_every_root_makes_the_value_zero(cash):
    for rate in rates(irr(cash)):
        if rate < MIN_RATE:
            continue  # 1 + rate has few digits left
        size = npv(np.abs(cash), rate)
        assert abs(npv(cash, rate)) <= 1e-9 * size


@given(flows)
def test_signs_between_the_ends_are_explained_by_the_roots(cash):
    # what is left after dividing out the roots changes sign nowhere: the value at both ends of the range differs in sign
    # exactly when there is an odd number of roots between them
    result = irr(cash)
    if str(result.status) not in {"one_root", "multiple", "no_root"}:
        return
    # counted from the last flow near total loss, where factors are large
    top, bottom = npv(cash, MAX_RATE), npv(cash, MIN_RATE)
    for value, rate in ((top, MAX_RATE), (bottom, MIN_RATE)):
        if abs(value) < 1e-9 * npv(np.abs(cash), rate):
            return
    assert (len(rates(result)) % 2 == 1) == (np.sign(top) != np.sign(bottom))


@given(flows, st.floats(1e-9, 1e9))
def test_scale_does_not_matter(cash, factor):
    base, scaled = irr(cash), irr(np.array(cash) * factor)
    assert str(base.status) == str(scaled.status)
    assert rates(scaled) == pytest.approx(rates(base), rel=1e-9, abs=1e-9)
