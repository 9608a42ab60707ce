"""A fixed plan under stresses and cases: equal to the study without an event, and to the study of the stressed world."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import repower
from repower.conversion.programme import run_programme
from repower.conversion.setting import Setting
from repower.markets.shapes import read_shapes
from repower.portfolio import Change, Stress
from repower.scenarios import base
from repower.scenarios.cases import with_case
from repower.scenarios.known_stresses import known_stresses
from repower.study.stress_test import FixedPlan, case_table, replanned, stress_table, without_luck
from small_portfolio import SMALL_YAML
from small_series import small, small_series

SCENARIOS, SEED = 4, 3


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    small_series(folder)
    return repower.run(small(folder), scenarios=SCENARIOS, seed=SEED)


@pytest.fixture(scope="module")
def plan(study):
    return FixedPlan.of(study)


def test_without_an_event_it_is_the_study(study, plan):
    (row,) = stress_table(plan, (), study.scenarios)
    found = study.results()
    assert row.name == "as planned"
    assert row.npv_usd == pytest.approx(found["npv_mean_usd"], rel=1e-12)
    assert row.as_usual_npv_usd == pytest.approx(found["baseline_npv_mean_usd"], rel=1e-12)
    assert row.npv_cvar_usd == pytest.approx(found["npv_cvar_usd"], rel=1e-12)
    assert row.equity_npv_usd == pytest.approx(float(study.finance["equity_npv_usd"].mean()), rel=1e-12)
    assert row.added_usd == pytest.approx(found["npv_mean_usd"] - found["baseline_npv_mean_usd"], rel=1e-9)


def test_the_plan_of_a_study_is_found_again(study, plan):
    for decision, choice in zip(study.plan.decisions, plan.chosen, strict=True):
        assert (decision.site, decision.block, decision.becomes) == (choice.site, choice.block, choice.becomes)
        assert (choice.start is None) == (decision.start == "")


def test_every_known_stress_can_be_carried_out(study, plan):
    stresses = known_stresses(plan.portfolio, plan.shapes)
    rows = stress_table(plan, stresses, base(plan.portfolio, plan.shapes))
    assert [row.name for row in rows] == ["as planned", *(stress.name for stress in stresses)]
    by_name = {row.name: row for row in rows}
    for name in ("bitcoin falls by half", "network grows by half"):
        assert by_name[name].as_usual_npv_usd < by_name["as planned"].as_usual_npv_usd
    for row in rows:
        assert np.isfinite([row.npv_usd, row.as_usual_npv_usd, row.npv_cvar_usd, row.equity_npv_usd]).all()
        assert row.as_json()["added_usd"] == row.added_usd


def test_twice_nothing_is_nothing_and_worse_is_worse(study, plan):
    def network(factor: float) -> Stress:
        return Stress(name=f"{factor}", changes=(Change(what="network", factor=factor),))

    planned, same, more, much = stress_table(plan, [network(1.0), network(1.5), network(3.0)], study.scenarios)
    assert same.npv_usd == pytest.approx(planned.npv_usd, rel=1e-12)
    assert planned.npv_usd > more.npv_usd > much.npv_usd
    assert planned.as_usual_npv_usd > more.as_usual_npv_usd > much.as_usual_npv_usd


def test_cases(study, plan):
    low, middle, high = case_table(plan, SCENARIOS, SEED)
    assert middle.npv_usd == pytest.approx(study.results()["npv_mean_usd"], rel=1e-12)
    assert low.npv_usd < middle.npv_usd < high.npv_usd
    assert low.as_usual_npv_usd < middle.as_usual_npv_usd < high.as_usual_npv_usd


def test_planning_for_a_case_is_worth_no_less_than_not(study, plan):
    """Of the plan's own objective; of carried-out means nearly so, since a plan counts what blocks share at nominal dates."""
    low = case_table(plan, SCENARIOS, SEED)[0]
    again = replanned(plan, "low", SCENARIOS, SEED)
    weight = plan.portfolio.policy.risk.weight
    value, fixed = ((1 - weight) * row.npv_usd + weight * row.npv_cvar_usd for row in (again, low))
    assert value >= fixed - 0.02 * abs(fixed)


@pytest.mark.parametrize("order_to", ["nominal", "p50", "p80"])
def test_a_row_does_not_depend_on_those_beside_it(study, plan, order_to):
    """Machines are ordered by what was known when the plan was made, not by the events that it is put through."""
    portfolio = plan.portfolio
    clouds = tuple(cloud.model_copy(update={"order_to": order_to}) for cloud in portfolio.clouds)
    ordered = replace(plan, portfolio=portfolio.model_copy(update={"clouds": clouds}))
    late = (Stress(name="late", changes=(Change(what="power_date", add_months=24),)),)
    dear = Stress(name="dear", changes=(Change(what="power_level", factor=2.0),))
    alone = stress_table(ordered, late, study.scenarios)
    beside = stress_table(ordered, (dear, *late), study.scenarios)
    for one, other in ((alone[0], beside[0]), (alone[1], beside[2])):
        assert other.npv_usd == pytest.approx(one.npv_usd, rel=1e-12)
        assert other.equity_npv_usd == pytest.approx(one.equity_npv_usd, rel=1e-12)


def test_the_path_without_luck_is_each_portfolio_of_its_own(study, plan):
    """As planned, low and high: carried out one by one, in settings of the case's own portfolio."""
    rows = {row.name: row for row in without_luck(plan, ())}
    for told in ("npv_usd", "as_usual_npv_usd", "equity_npv_usd"):
        assert getattr(rows["as planned"], told) == pytest.approx(study.events[0][told], rel=1e-12)
    for case in ("low", "high"):
        portfolio = with_case(plan.portfolio, case)
        alone = Setting(portfolio, base(portfolio, plan.shapes), plan.shapes)
        for choices, told in ((plan.chosen, "npv_usd"), (plan.as_usual, "as_usual_npv_usd")):
            worth = run_programme(alone, choices).cash().npv(portfolio.capital.discount_rate)
            assert getattr(rows[f"{case} drifts"], told) == pytest.approx(float(worth[0]), rel=1e-12)


def test_lasting_stresses_fit_into_short_studies(tmp_path):
    """They last as many years as they say, end with the study, and are left out where they would begin after it."""
    small_series(tmp_path)
    for years, months in ((1, None), (2, None), (3, 12), (5, 36), (10, 60)):
        portfolio = small(tmp_path, SMALL_YAML.replace("years: 10", f"years: {years}"))
        by_name = {stress.name: stress for stress in known_stresses(portfolio, read_shapes(portfolio))}
        assert ("power doubles" in by_name) == (months is not None)
        if months is not None:
            (change,) = by_name["power doubles"].changes
            assert change.until - change.from_ + 1 == months
