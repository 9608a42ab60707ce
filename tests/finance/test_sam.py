"""Against the System Advisor Model's single-owner and merchant-plant cases: annual rows rebuilt from our parts.

SAM's own conventions (percent inputs, years, its gearing cap on a first guess of cost, reserves, its depreciable basis, the
half-year convention) live here only. Its rows of earnings, reserves and cash available for debt service are taken as given.
"""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pytest

from repower.finance.debt import Sculpted, sculpt
from repower.finance.depreciation import straight_line
from repower.finance.metrics import dscr, irr, llcr, npv
from repower.finance.tax import linear_tax
from repower.finance.timeline import years_of

SCULPTED = [
    "singleowner-00",
    "singleowner-01",
    "singleowner-02",
    "singleowner-03",
    "special-tenor_is_life",
    "merchantplant-22",
]
ALL = [*SCULPTED, "special-unlevered"]


def both_signs(cfads, rate, cover):
    gives, takes = sculpt(cfads, rate, cover), sculpt(-cfads, rate, cover)
    return Sculpted(*(getattr(gives, field.name) - getattr(takes, field.name) for field in fields(Sculpted)))


class Case:
    def __init__(self, folder, name):
        case = json.loads((folder / f"oracles/finance/sam_{name}.json").read_text())
        self.inputs = case["inputs"]
        self.rows = {key: np.array(row) for key, row in case["outputs"]["rows"].items()}
        self.scalars = case["outputs"]["scalars"]
        self.debt = self.inputs["debt"]
        self.years = self.inputs["years"]

    def same(self, row, name):
        scale = max(1.0, np.abs(self.rows[name]).max())
        assert np.asarray(row) / scale == pytest.approx(self.rows[name] / scale, abs=1e-9), name

    def loan(self):
        """Sculpted over the tenor, and again at a higher cover where SAM's cap binds.

        SAM serves a share of negative cash too (the lender pays in), ours does not; since rows are linear in cash, SAM's loan is
        ours on the positive cash less ours on the negative.
        """
        inputs, debt = self.inputs, self.debt
        cfads, rate = self.rows["cfads"][1 : debt["tenor"] + 1], debt["rate_pct"] / 100
        loan = both_signs(cfads, rate, debt["dscr"])
        if debt["max_debt_pct"] is not None:
            guess = (
                inputs["debt_closing_cost"]
                + debt["fee_pct"] / 100 * inputs["capex"]
                + inputs["other_financing_cost"]
                + self.scalars["construction_financing_cost"]
                + self.rows["opex_reserve"][0]
                + inputs["capex"]
            )
            cap = debt["max_debt_pct"] / 100 * guess
            if loan.principal_usd > cap:
                loan = both_signs(cfads, rate, debt["dscr"] * loan.principal_usd / cap)
        return loan

    def annual(self, row):
        """[tenor] as [0..years]."""
        full = np.zeros(self.years + 1)
        full[1 : len(row) + 1] = row
        return full


@pytest.fixture(params=SCULPTED)
def sculpted(request, shared):
    return Case(shared, request.param)


@pytest.fixture(params=ALL)
def case(request, shared):
    return Case(shared, request.param)


def test_sculpted_debt(sculpted):
    loan = sculpted.loan()
    tenor, rate = sculpted.debt["tenor"], sculpted.debt["rate_pct"] / 100
    assert float(loan.principal_usd) == pytest.approx(sculpted.scalars["debt"], rel=1e-9)
    sculpted.same(sculpted.annual(loan.service_usd), "debt_service")
    sculpted.same(sculpted.annual(loan.interest_usd), "interest")
    sculpted.same(sculpted.annual(loan.repayment_usd), "principal")
    balance = sculpted.annual(loan.balance_usd)
    balance[0] = loan.principal_usd
    sculpted.same(balance, "debt_balance")
    paid = np.maximum(sculpted.annual(loan.service_usd), 0)
    cover = np.where(sculpted.rows["cfads"] < 0, sculpted.rows["dscr"], np.nan_to_num(dscr(sculpted.rows["cfads"], paid)))
    sculpted.same(cover, "dscr")
    # our rate is nominal, paid monthly; with twelve times the yearly rate a period is SAM's year
    cover = llcr(sculpted.rows["cfads"], float(loan.principal_usd), 12 * rate, 1, tenor)
    assert float(cover) == pytest.approx(sculpted.scalars["llcr_derived"], rel=1e-9)


def test_the_cap_binds_somewhere(shared):
    capped = Case(shared, "singleowner-01")
    assert capped.rows["dscr"][1] > capped.debt["dscr"] + 0.1


def test_taxes(sculpted):
    rows, inputs = sculpted.rows, sculpted.inputs
    interest = sculpted.annual(sculpted.loan().interest_usd)
    earned = rows["ebitda"] + rows["reserve_interest"] - interest
    state_taxable = earned - rows["state_depreciation"]
    sculpted.same(state_taxable, "state_taxable")
    state_tax = linear_tax(state_taxable, inputs["tax"]["state_pct"] / 100)
    sculpted.same(state_tax, "state_tax")
    federal_taxable = earned - rows["fed_depreciation"] + state_tax
    sculpted.same(federal_taxable, "fed_taxable")
    percent = np.broadcast_to(inputs["tax"]["federal_pct"], sculpted.years)
    federal = [linear_tax(taxable, rate / 100) for taxable, rate in zip(federal_taxable[1:], percent, strict=True)]
    sculpted.same(sculpted.annual(federal), "fed_tax")


@pytest.mark.parametrize("name", ["special-tenor_is_life"])
def test_straight_line_with_half_years(shared, name):
    case = Case(shared, name)
    inputs, equipment = case.inputs, case.inputs["reserves"]["equip"]
    assert (inputs["tax"]["depreciation"], equipment["depr"]) == ({"sl_20": 100.0}, "sl_5")
    plant, machines = np.zeros(12 * case.years), np.zeros(12 * case.years)
    mid_year = 5  # paid at the end of June, so half of the first year is deducted
    plant[mid_year] = inputs["capex"] + case.scalars["construction_financing_cost"] + inputs["other_financing_cost"]
    for year in range(equipment["every_years"], case.years + 1, equipment["every_years"]):
        machines[12 * (year - 1) + mid_year] = equipment["cost"] * (1 + inputs["inflation_pct"] / 100) ** (year - 1)
    deducted = years_of(straight_line(plant, 240) + straight_line(machines, 60), 0)
    case.same(case.annual(deducted), "fed_depreciation")
    case.same(case.annual(deducted), "state_depreciation")


def test_equity_value_and_return(case):
    rows = case.rows
    loan = case.loan() if case.debt["mode"] == "sculpt" else sculpt(np.zeros(case.debt["tenor"]), 0.0, 1.0)
    reserves = rows["dsra_balance"] + rows["opex_reserve"] + rows["receivable_reserve"] + rows["equip_reserve"]
    equipment = np.zeros(case.years + 1)
    facts = case.inputs["reserves"]["equip"]
    for year in range(facts["every_years"], case.years + 1, facts["every_years"]):
        equipment[year] = facts["cost"] * (1 + case.inputs["inflation_pct"] / 100) ** (year - 1)
    pretax = (
        rows["ebitda"] + rows["reserve_interest"] - case.annual(loan.service_usd) - np.diff(reserves, prepend=0.0) - equipment
    )
    pretax[0] = float(loan.principal_usd) - case.scalars["total_cost"]
    case.same(pretax, "pretax_equity_cf")

    after = pretax + rows["state_tax"] + rows["fed_tax"] + rows["itc"]
    case.same(after, "aftertax_equity_cf")
    monthly = np.zeros(12 * case.years)
    monthly[11::12] = after[1:]  # a year's flow is at its end
    worth = after[0] + npv(monthly, case.scalars["nominal_discount"])
    assert worth == pytest.approx(case.scalars["npv_aftertax"], rel=1e-9)
    for row, which in ((pretax, "pretax"), (after, "aftertax")):
        result = irr(row, periods_per_year=1)
        one_change = case.scalars[f"irr_{which}_sign_changes"] == 1
        assert str(result.status) == ("ok" if one_change else "one_root")
        assert float(result.rate) == pytest.approx(case.scalars[f"irr_{which}"], rel=1e-9)
