"""The bill of every hall adds up, and is the capital that the plan pays."""

from __future__ import annotations

from html import unescape

import pytest

from repower.report.halls import halls


def test_every_bill_adds_up_and_every_hall_is_shown(reported):
    study = reported.study
    built = [row for row in study.plan.decisions if row.critical_mw > 0]
    assert [(hall["site"], hall["block"]) for hall in study.halls] == [(row.site, row.block) for row in built]
    assert any(hall["components"] for hall in study.halls), "the test needs a hall that is built"
    page = halls(study).html
    for hall in study.halls:
        assert f"{hall['site']} / {hall['block']}" in unescape(page)
        assert 1.0 < hall["pue_annual"] < 2.0
        assert 1.0 < hall["pue_design_day"] < 2.0
        assert hall["critical_it_mw"] * hall["pue_design_day"] <= hall["grid_mw"]
        if hall["components"]:
            assert sum(item["net_usd_per_critical_mw"] for item in hall["components"]) == pytest.approx(
                hall["usd_per_critical_mw"]
            )
            for item in hall["components"]:
                low, net = item["net_low_usd_per_critical_mw"], item["net_usd_per_critical_mw"]
                assert low <= net <= item["net_high_usd_per_critical_mw"]


def test_the_bill_is_what_the_plan_spends_on_a_leased_hall(reported):
    study = reported.study
    spent = study.finance["cash_usd"].sel(case="plan", line="capex_hall").sum("month")
    for site in {hall["site"] for hall in study.halls}:
        bills = sum(
            hall["usd_per_critical_mw"] * hall["critical_it_mw"]
            for hall in study.halls
            if hall["site"] == site and hall["components"]
        )
        assert -float(spent.sel(site=site)) == pytest.approx(bills, rel=1e-9, abs=1.0)
