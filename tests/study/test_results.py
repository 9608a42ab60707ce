"""What a study says: the contract's keys, and numbers that add up to one another when somebody else adds them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import numpy as np
import pytest

from repower.finance.cashflow import LINES

KEYS = {
    "objective_usd", "bound_usd", "gap", "npv_mean_usd", "npv_cvar_usd", "baseline_npv_mean_usd", "decisions", "finance",
    "scenarios", "seed", "inputs_sha256",
}  # fmt: skip
DECISION_KEYS = {"site", "block", "becomes", "design", "lease", "start", "ready_p50", "ready_p80"}
FINANCE_KEYS = {
    "npv_usd", "irr", "irr_status", "min_dscr", "llcr", "debt_usd", "equity_usd", "funding_gap_usd", "balanced",
}  # fmt: skip
FATES = {"mining", "refresh", "ai_lease", "ai_cloud", "powered_shell", "hibernate", "sold"}
CASES = ("plan", "business as usual")


@pytest.fixture(scope="module")
def study(studied):
    return studied.study


@pytest.fixture(scope="module")
def results(study):
    return study.results()


def numbers(value, place="") -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from numbers(inner, f"{place}.{key}")
    elif isinstance(value, list):
        for position, inner in enumerate(value):
            yield from numbers(inner, f"{place}[{position}]")
    elif isinstance(value, float):
        yield place, value


# --- the contract ---------------------------------------------------------------------------------------------------------


def test_results_have_the_promised_keys_and_are_json(results):
    assert set(results) >= KEYS
    assert set(results["finance"]) >= FINANCE_KEYS
    assert results["decisions"]
    for decision in results["decisions"]:
        assert set(decision) >= DECISION_KEYS
        assert decision["becomes"] in FATES
    assert json.loads(json.dumps(results, allow_nan=False)) == results
    assert [place for place, number in numbers(results) if not math.isfinite(number)] == []


def test_results_say_what_was_asked(study, results):
    assert (results["scenarios"], results["seed"]) == (12, 3)
    assert results["inputs_sha256"] == study.portfolio.origin.sha256
    blocks = [(site.name, block.name) for site in study.portfolio.sites for block in site.blocks]
    assert [(decision["site"], decision["block"]) for decision in results["decisions"]] == blocks


def test_the_plan_is_proven_and_no_worse_than_business_as_usual(study, results):
    assert results["bound_usd"] >= results["objective_usd"] - 1e-6
    assert results["gap"] == pytest.approx((results["bound_usd"] - results["objective_usd"]) / abs(results["objective_usd"]))
    assert results["gap"] <= study.settings.gap
    # Business as usual is one of the plans that were compared.
    assert results["objective_usd"] >= study.plan.baseline_objective_usd * (1 - results["gap"])


def test_dates_of_decisions_are_in_order_and_in_the_study(study, results):
    halls = [decision for decision in results["decisions"] if decision["ready_p50"]]
    assert halls, "the plan of these tests builds a hall"
    first, last = str(study.portfolio.start), str(study.portfolio.policy.last_start)
    for decision in halls:
        assert first <= decision["start"] <= last
        assert decision["start"] < decision["ready_p50"] <= decision["ready_p80"]
        assert decision["design"]
        assert decision["lease"]
    for decision in results["decisions"]:
        assert bool(decision["ready_p50"]) == (bool(decision["start"]) and decision["becomes"].startswith("ai"))


def test_decisions_keep_the_budget_the_crews_and_the_customers_demand(study, results):
    """From the decisions alone: MW let to each customer, and the number of sites of works at once, within what is offered."""
    let: dict[str, float] = {}
    for decision in results["decisions"]:
        if decision["lease"] and decision["start"]:
            let[decision["lease"]] = let.get(decision["lease"], 0.0) + decision["critical_mw"]
    for lease in study.portfolio.leases:
        assert let.get(lease.name, 0.0) <= lease.critical_mw + 1e-9
    spent = sum(decision["capital_usd"] for decision in results["decisions"])
    assert 0 < spent <= sum(year.usd for year in study.portfolio.capital.budget)


# --- money ----------------------------------------------------------------------------------------------------------------


def discounted(cash: np.ndarray, rate: float) -> np.ndarray:
    """Flows at the end of their months, the yearly rate compounded."""
    return sum(cash[..., month] / (1 + rate) ** ((month + 1) / 12) for month in range(cash.shape[-1]))


def test_values_are_the_discounted_cash(study, results):
    rate = study.portfolio.capital.discount_rate
    for case in CASES:
        total = study.finance["total_usd"].sel(case=case).transpose("scenario", "month").to_numpy()
        assert study.finance["npv_usd"].sel(case=case).to_numpy() == pytest.approx(discounted(total, rate), rel=1e-12)
    mean = float(study.finance["npv_usd"].sel(case="plan").mean())
    assert results["npv_mean_usd"] == results["finance"]["npv_usd"] == pytest.approx(mean, rel=1e-12)
    equity = study.finance["equity_usd"].transpose("scenario", "month").to_numpy()
    expected = discounted(equity, study.portfolio.capital.cost_of_equity_rate)
    assert study.finance["equity_npv_usd"].to_numpy() == pytest.approx(expected, rel=1e-12)


def test_cvar_is_the_mean_of_the_worst_tail(study, results):
    npv = np.sort(study.finance["npv_usd"].sel(case="plan").to_numpy())
    mass = study.portfolio.policy.risk.tail_share * len(npv)
    weights = [min(1.0, max(0.0, mass - rank)) for rank in range(len(npv))]
    assert results["npv_cvar_usd"] == pytest.approx(np.dot(weights, npv) / mass, rel=1e-12)
    assert results["npv_cvar_usd"] < results["npv_mean_usd"]


def test_lines_of_sites_and_taxes_of_countries_are_the_cash(study):
    for case in CASES:
        lines = study.finance["cash_usd"].sel(case=case)
        before_tax = (lines.sum(["site", "line"]) - lines.sel(line="tax").sum("site")).to_numpy()
        total = study.finance["total_usd"].sel(case=case).mean("scenario").to_numpy()
        tax = study.finance["tax_usd"].sel(case=case).to_numpy()
        assert np.abs(before_tax + tax - total).max() <= 1e-9 * np.abs(total).max()


def test_sites_values_are_their_discounted_lines(study, results):
    rate = study.portfolio.capital.discount_rate
    for site in study.portfolio.sites:
        lines = study.finance["cash_usd"].sel(case="plan", site=site.name).sum("line").to_numpy()
        figures = results["finance"]["sites"][site.name]
        assert figures["npv_usd"] == pytest.approx(float(discounted(lines, rate)), rel=1e-9)
        assert figures["grid_mw"] == site.grid_mw


def test_the_bridge_adds_up_and_ends_at_the_value(study, results):
    assert set(study.plan.bridge) == set(CASES)
    ends = {"plan": "npv_mean_usd", "business as usual": "baseline_npv_mean_usd"}
    for case, steps in study.plan.bridge.items():
        names = list(steps)
        assert (names[0], names[-1]) == ("planned", "carried out")
        assert sum(steps[name] for name in names[:-1]) == pytest.approx(steps["carried out"], rel=1e-9)
        assert steps["carried out"] == pytest.approx(results[ends[case]], rel=1e-9)
    assert study.plan.bridge["plan"]["planned"] == results["planned_npv_mean_usd"]


def test_loans_are_drawn_repaid_and_summed(study, results):
    finance = results["finance"]
    assert study.loans, "the plan of these tests lets a hall"
    loan = study.finance["loan_usd"]
    drawn = float(loan.sel(line="loan_draw").sum())
    assert finance["debt_usd"] == pytest.approx(sum(row["debt_usd"] for row in study.loans))
    assert finance["debt_usd"] == pytest.approx(drawn, rel=1e-9)
    assert float(loan.sel(line="loan_repayment").sum()) == pytest.approx(-drawn, rel=1e-9)
    assert float(loan.sel(line="loan_interest").sum()) < 0
    assert finance["min_dscr"] == min(row["min_dscr"] for row in study.loans)
    assert finance["llcr"] == min(row["llcr"] for row in study.loans)
    for row in study.loans:
        assert row["min_dscr"] >= study.portfolio.capital.loan.min_dscr - 1e-9
        assert 0 <= row["below_one_share"] <= 1


def test_owners_get_the_cash_the_loans_and_what_interest_saves_in_tax(study):
    """Means over scenarios. Interest lowers the tax of its year or of later ones, and saves no more than its own tax."""
    total = study.finance["total_usd"].sel(case="plan").mean("scenario").to_numpy()
    loans = study.finance["loan_usd"].sum("line").to_numpy()
    saved = study.finance["equity_usd"].mean("scenario").to_numpy() - total - loans
    interest = -float(study.finance["loan_usd"].sel(line="loan_interest").sum())
    assert (np.cumsum(saved) >= -1e-3).all()
    assert 0 < saved.sum() <= interest * max(tax.income_rate for tax in study.portfolio.capital.taxes) + 1e-3


def test_the_funding_gap_is_the_deepest_point_of_the_owners_purse(study, results):
    purse, deepest = 0.0, 0.0
    for cash in study.finance["equity_usd"].mean("scenario").to_numpy():
        purse += cash
        deepest = min(deepest, purse)
    assert results["finance"]["funding_gap_usd"] == pytest.approx(-deepest, abs=1e-6)


def test_irr_is_a_root_of_what_the_plan_adds(study, results):
    finance = results["finance"]
    assert isinstance(finance["irr_status"], str)
    cash = study.finance["total_usd"].mean("scenario")
    extra = (cash.sel(case="plan") - cash.sel(case="business as usual")).to_numpy()
    assert finance["irr"] is not None
    turnover = float(np.abs(extra).sum())
    assert abs(discounted(extra, finance["irr"])) < 1e-6 * turnover
    assert discounted(extra, finance["irr"] - 0.01) * discounted(extra, finance["irr"] + 0.01) < 0


# --- energy ---------------------------------------------------------------------------------------------------------------


def test_energy_in_is_energy_out_in_every_month(study):
    energy = study.dispatch
    source = energy["spot_mwh"] + energy["ppa_delivered_mwh"] + energy["generator_mwh"]
    drawn = energy["mining_mwh"] + energy["ai_mwh"]
    assert float(drawn.min()) >= 0
    assert float(abs(source - drawn).max()) <= 1e-9 * float(drawn.max())
    assert float(drawn.sum()) > 0


def test_no_scenario_breaks_its_balances_and_every_hall_is_served(study, results):
    assert float(study.dispatch["energy_balance_error"].max()) < 1e-9
    assert float(study.dispatch["money_balance_error"].max()) < 1e-9
    assert float(study.dispatch["unserved_mwh"].max()) == 0
    assert results["finance"]["balanced"] is True


def test_uses_add_up_to_the_grid_megawatts_of_all_sites(study):
    grid_mw = sum(block.grid_mw for site in study.portfolio.sites for block in site.blocks)
    use = study.dispatch["use_mw"]
    assert float(use.min()) >= 0
    assert use.sum("use").to_numpy() == pytest.approx(np.full((2, study.portfolio.horizon.months), grid_mw), rel=1e-12)
    usual = use.sel(case="business as usual")
    assert float(usual.sel(use="AI lease").max()) == 0
    assert float(use.sel(case="plan", use="AI lease").isel(month=-1)) > 0


def test_a_mine_draws_no_more_than_its_megawatts(study):
    """Energy of a month against MW of mining times its hours, for all sites together."""
    hours = np.array([24 * days for days in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)] * study.portfolio.years)
    for case in CASES:
        mined = study.dispatch["mining_mwh"].sel(case=case).sum("site").to_numpy()
        may = study.dispatch["use_mw"].sel(case=case, use="mining").to_numpy() * hours
        assert (mined <= may * (1 + 1e-9) + 1e-6).all()


def test_datasets_are_labelled_alike(study):
    months = study.portfolio.horizon.labels()
    for dataset in (study.scenarios, study.dispatch, study.finance):
        assert list(dataset["month"].to_numpy()) == months
    assert list(study.dispatch["case"].to_numpy()) == list(study.finance["case"].to_numpy()) == list(CASES)
    assert list(study.scenarios["scenario"].to_numpy()) == list(range(study.settings.scenarios))


def test_every_site_has_its_value_per_megawatt_and_per_dollar(studied):
    study = studied.study
    rate = study.portfolio.capital.discount_rate
    cash = study.finance["cash_usd"].sel(line=[name for name, line in LINES.items() if line.position == "capex"]).sum("line")
    months = np.arange(cash.sizes["month"])
    for name, figure in study.summary["sites"].items():
        assert figure["npv_usd_per_grid_mw"] == pytest.approx(figure["npv_usd"] / figure["grid_mw"])
        more = (cash.sel(case="business as usual", site=name) - cash.sel(case="plan", site=name)).to_numpy()
        discounted = float((more / (1 + rate) ** ((months + 1) / 12)).sum())
        given = figure["added_npv_usd_per_capital_usd"]
        if discounted > 1.0:
            assert given == pytest.approx((figure["npv_usd"] - figure["baseline_npv_usd"]) / discounted, rel=1e-9)
        else:
            assert given is None
    assert any(figure["added_npv_usd_per_capital_usd"] for figure in study.summary["sites"].values())
