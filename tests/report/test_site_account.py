"""The account of a site's hours against pencil and paper, and what must be found when it contradicts itself."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from made_site import HOURS, made_site

from repower.conversion.site_year import SiteYear
from repower.dispatch import HourResult, dispatch_hours
from repower.dispatch.problem import Battery, Peaks, SiteHours
from repower.dispatch.result import Certificate
from repower.report.hour_table import hour_columns, hours_csv
from repower.report.site_account import LINES, account, contradictions
from repower.report.site_dispatch import charge_rows, month_rows, peak_rows, site_dispatch, unserved_hours
from repower.report.site_neighbours import neighbours, worths


@pytest.fixture(scope="module")
def site():
    return made_site()


@pytest.fixture(scope="module")
def result(site):
    return dispatch_hours(site.problem)


@pytest.fixture(scope="module")
def of(site, result):
    return account(site, result)


# --- by hand ----------------------------------------------------------------------------------------------------------------


def by_hand() -> tuple[SiteYear, HourResult]:
    """Two hours in which everything flows at once, so that every line of money has its number; nobody would run it so."""
    two = np.ones((1, 2))
    problem = SiteHours(
        market_price_usd_per_mwh=np.array([50.0, 80.0]),
        adder_usd_per_mwh=5.0,
        import_limit_mw=np.array([100.0, 100.0]),
        ppa_mw=20 * two,
        ppa_price_usd_per_mwh=30 * two,
        ppa_must_take_share=np.array([0.5]),
        ppa_resale=np.array([True]),
        ppa_resale_fee_usd_per_mwh=np.array([2.0]),
        generator_mw=10 * two,
        generator_cost_usd_per_mwh=60 * two,
        tier_mw=40 * two,
        tier_value_usd_per_mwh=90 * two,
        ai_mw=np.array([30.0, 30.0]),
        unserved_usd_per_mwh=1000.0,
        export_limit_mw=np.array([50.0, 50.0]),
        export_fee_usd_per_mwh=1.0,
        flexible_mw=np.array([5.0, 5.0]),
        flexible_usd_per_mwh=200.0,
        reserve_usd_per_mw_hour=4.0,
        reserve_max_share=0.5,
        reserve_called_share=0.1,
        batteries=(Battery(10, 10, 40, 0.9, 0.8, 6.0, 10.0, 0.0, 25.0),),
        peaks=Peaks(np.zeros(2, dtype=np.int64), np.array([100.0]), np.ones((1, 1))),
        coincident_usd_per_mw=np.array([0.0, 7.0]),
    )
    rows = {
        "spot_mw": [40, 10],
        "ppa_taken_mw": [[20, 20]],
        "ppa_delivered_mw": [[15, 8]],
        "ppa_resold_mw": [[4, 10]],
        "ppa_left_mw": [[1, 2]],
        "generation_mw": [[5, 10]],
        "export_mw": [0, 3],
        "tier_mw": [[30, 20]],
        "reserve_mw": [[10, 5]],
        "ai_served_mw": [24, 9],
        "flexed_mw": [4, 5],
        "unserved_mw": [2, 16],
        "charge_mw": [[6, 0]],
        "discharge_mw": [[0, 4]],
        "stored_mwh": [[15.4, 10.4]],
        "margin_usd": [0, 0],
        "marginal_import_usd_per_mwh": [0, 0],
        "marginal_energy_usd_per_mwh": [0, 0],
        "marginal_stored_usd_per_mwh": [[0, 0]],
        "marginal_peak_usd_per_mw": [60, 40],
        "peak_mw": [55],
        "demand_charge_usd": [5500],
    }
    arrays = {name: np.array(values, dtype=float) for name, values in rows.items()}
    proof = Certificate(0.0, 0.0, 0.0, "exact", (), 0.1)
    hours = np.datetime64("2027-01-01T00", "h") + np.arange(2)
    site = SiteYear(
        "x", 2027, problem, hours, np.array([False, True]), ("p",), ("g",), ("m",), ("battery",), ("2027-01",), ("peak",), ()
    )
    return site, HourResult(**arrays, end_value_usd=260.0, certificate=proof)


def test_every_line_of_money_by_hand():
    site, result = by_hand()
    of = account(site, result)
    expected = {
        "mining_value": 90 * 50,
        "reserve": (4 - 0.1 * 40) * 10 + (4 - 0.1 * 10) * 5,
        "export": 79 * 3,
        "resale": 48 * 4 + 78 * 10,
        "spot": -(50 * 40 + 80 * 10),
        "adder": -5 * (55 + 18),
        "contracts": -30 * 40,
        "generation": -60 * 15,
        "wear": -6 * 4,
        "coincident": -7 * 18,
        "flexed": -200 * 9,
        "unserved": -1000 * 18,
        "demand_charges": -5500,
        "end_value": 260,
    }
    assert of.usd == pytest.approx(expected)
    assert set(of.usd) == set(LINES)
    assert of.objective_usd == pytest.approx(sum(expected.values()))


def test_energy_by_hand():
    site, result = by_hand()
    of = account(site, result)
    assert {flow.words: flow.mwh for flow in of.sources} == {
        "bought at the market": 50,
        "contract p": 23,
        "own generation g": 15,
        "battery, discharged": 4,
    }
    assert {(flow.kind, flow.mwh, flow.hours) for flow in of.uses} == {
        ("ai", 33, 2),
        ("mining", 50, 2),
        ("charge", 6, 1),
        ("export", 3, 1),
    }
    assert sum(flow.mwh for flow in of.sources) == sum(flow.mwh for flow in of.uses)
    # 6 MWh in at 0.9, 4 out at 0.8: 5.4 - 5 stays, the rest is lost
    assert of.stored_more_mwh == pytest.approx(0.4)
    assert of.battery_losses_mwh == pytest.approx(6 * 0.1 + 4 * 0.25)


# --- against itself ---------------------------------------------------------------------------------------------------------


def test_sources_are_uses_in_every_hour_and_lines_are_the_objective(site, result, of):
    come, go = (np.sum([flow.mw for flow in side], axis=0) for side in (of.sources, of.uses))
    np.testing.assert_allclose(come, go, atol=1e-9)
    assert of.objective_usd == pytest.approx(result.certificate.objective_usd, rel=1e-9)
    np.testing.assert_allclose(sum(of.usd_by_hour.values()), result.margin_usd, atol=1e-6)
    without_battery = sum(flow.mwh for flow in of.sources if flow.kind != "discharge")
    used = sum(flow.mwh for flow in of.uses if flow.kind != "charge")
    assert without_battery == pytest.approx(used + of.battery_losses_mwh + of.stored_more_mwh)
    assert of.battery_losses_mwh > 1000
    assert contradictions(site, result, of) == ()


def shifted(array, by, hour=1000):
    changed = np.array(array)
    changed[..., hour] += by
    return changed


@pytest.mark.parametrize("name", ["spot_mw", "tier_mw", "ai_served_mw", "stored_mwh", "charge_mw", "export_mw", "unserved_mw"])
def test_power_that_does_not_add_up_is_named_with_its_hour(site, result, name):
    wrong = replace(result, **{name: shifted(getattr(result, name), 0.01)})
    found = contradictions(site, wrong, account(site, wrong))
    assert any("energy breaks" in sentence and "2027-02-11T16 UTC" in sentence for sentence in found), found


def test_money_that_does_not_add_up_is_named(site, result, of):
    proof = result.certificate
    dear = replace(result, margin_usd=shifted(result.margin_usd, 1.0))
    assert any("margin" in sentence for sentence in contradictions(site, dear, of))
    boast = replace(result, certificate=replace(proof, objective_usd=proof.objective_usd + 50, bound_usd=proof.bound_usd + 50))
    assert any("add up to" in sentence for sentence in contradictions(site, boast, of))
    low = replace(result, certificate=replace(proof, bound_usd=proof.objective_usd - 50))
    assert any("above the bound" in sentence for sentence in contradictions(site, low, of))
    missing = replace(result, spot_mw=shifted(result.spot_mw, np.nan))
    assert contradictions(site, missing, account(site, missing))


# --- neighbours -------------------------------------------------------------------------------------------------------------


def spot_mine(**changes) -> SiteYear:
    """A mine on spot alone with two fleets of 50 and 45 MW."""
    whole = made_site()
    none = np.zeros((0, HOURS))
    problem = replace(
        whole.problem,
        ppa_mw=none,
        ppa_price_usd_per_mwh=none,
        ppa_must_take_share=np.zeros(0),
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.zeros(0),
        generator_mw=none,
        generator_cost_usd_per_mwh=none,
        ai_mw=np.zeros(HOURS),
        flexible_mw=None,
        reserve_max_share=0.0,
        batteries=(),
        peaks=None,
    )
    return replace(whole, problem=replace(problem, **changes), ppas=(), generators=(), batteries=(), cells=(), charges=())


def test_business_as_usual_mines_in_every_hour():
    site = spot_mine(import_limit_mw=np.full(HOURS, 120.0))
    (usual,) = neighbours(site)
    assert (usual.key, usual.words) == ("mine_every_hour", "mines run in every hour")
    price = site.problem.market_price_usd_per_mwh
    assert usual.account.objective_usd == pytest.approx((74 * 50 + 49 * 45 - 95 * (price + 4.5)).sum())
    best = dispatch_hours(site.problem).certificate.objective_usd
    assert best == pytest.approx((50 * np.maximum(74 - price - 4.5, 0) + 45 * np.maximum(49 - price - 4.5, 0)).sum())
    assert best > usual.account.objective_usd


def test_where_the_connection_is_short_the_poorest_mines_stop_first_and_halls_last():
    limit = np.full(HOURS, 150.0)
    limit[:3] = (70, 30, 10)
    site = spot_mine(import_limit_mw=limit, ai_mw=np.full(HOURS, 12.0))
    (usual,) = neighbours(site)
    by_name = {flow.words: flow.mw[:4] for flow in usual.account.uses}
    np.testing.assert_allclose(by_name["AI halls"], [12, 12, 10, 12])
    np.testing.assert_allclose(by_name["mines, antminer-s21 at PUE 1.05"], [50, 18, 0, 50])
    np.testing.assert_allclose(by_name["mines, antminer-s19 at PUE 1.05"], [8, 0, 0, 45])
    assert usual.account.beside["unserved"] == pytest.approx(2)
    assert usual.account.usd["unserved"] == pytest.approx(-2 * site.problem.unserved_usd_per_mwh)


def test_business_as_usual_does_not_drive_machines_beyond_their_nominal_power():
    site = replace(
        spot_mine(import_limit_mw=np.full(HOURS, 120.0)), tiers=("s21 at PUE 1, low to nominal", "s21 at PUE 1, nominal to high")
    )
    (usual,) = neighbours(site)
    assert usual.account.mwh("mining") == pytest.approx(50 * HOURS)


def test_every_neighbour_of_a_whole_site_earns_less(site, of):
    found = neighbours(site)
    assert [other.key for other in found] == ["mine_every_hour", "without_battery"]
    for other in found:
        assert other.account.objective_usd < of.objective_usd
        come, go = (np.sum([flow.mw for flow in side], axis=0) for side in (other.account.sources, other.account.uses))
        np.testing.assert_allclose(come, go, atol=1e-6)
        assert other.account.mwh("discharge") == 0
    assert found[0].account.usd["reserve"] == 0


def test_a_site_of_halls_alone_stands_beside_the_market(site):
    none = np.zeros((0, HOURS))
    halls = replace(site.problem, tier_mw=none, tier_value_usd_per_mwh=none, batteries=(), flexible_mw=None, peaks=None)
    alone = replace(site, problem=halls, tiers=(), batteries=(), cells=(), charges=())
    (other,) = neighbours(alone)
    assert other.key == "all_at_market"
    price = site.problem.market_price_usd_per_mwh
    assert other.account.objective_usd == pytest.approx(-(halls.ai_mw * (price + 4.5)).sum())


def test_what_one_more_of_it_is_worth():
    limit = np.full(HOURS, 60.0)
    site = spot_mine(import_limit_mw=limit)
    result = dispatch_hours(site.problem)
    found = {worth.key: worth.usd for worth in worths(site, result)}
    price = site.problem.market_price_usd_per_mwh + 4.5
    assert found["connection_usd_per_mw"] == pytest.approx(np.maximum(49 - price, 0).sum())
    # a MW of firm load takes the place of the poorer fleet where that runs, else it is bought
    assert found["firm_load_usd_per_mw"] == pytest.approx(-np.maximum(price, 49 * (price < 49)).sum())


def test_a_call_leaves_its_share_of_a_larger_connection():
    limit, called = np.full(HOURS, 60.0), np.zeros(HOURS, dtype=bool)
    limit[4000:] = 80.0
    called[[1, 3999, 5000, 5001]] = True
    site = spot_mine(import_limit_mw=np.where(called, 0.25 * limit, limit))
    price = site.problem.market_price_usd_per_mwh + 4.5
    # in a call the richer fleet runs alone and takes all of it
    worth_of_hour = np.where(called, 0.25 * np.maximum(74 - price, 0), np.maximum(49 - price, 0))
    found = {worth.key: worth.usd for worth in worths(replace(site, called=called), dispatch_hours(site.problem))}
    assert found["connection_usd_per_mw"] == pytest.approx(worth_of_hour.sum())


def test_marginal_values_stand_for_them_where_the_solver_has_the_site():
    site = spot_mine(import_limit_mw=np.full(HOURS, 60.0))
    result = dispatch_hours(site.problem)
    solved = replace(result, certificate=replace(result.certificate, method="milp"))
    exact, other = ({worth.key: worth.usd for worth in worths(site, ran)} for ran in (result, solved))
    assert other["connection_usd_per_mw"] == pytest.approx(exact["connection_usd_per_mw"])


def test_a_connection_that_is_large_enough_is_worth_nothing_more_whatever_a_peak_costs(site, result):
    found = {worth.key: worth.usd for worth in worths(site, result)}
    assert 0 <= found["connection_usd_per_mw"] < 500
    assert found["firm_load_usd_per_mw"] < -8760 * 28
    # what a full battery lacks in an hour is worth how much more the energy is worth in the next
    full = result.stored_mwh[0] > 80 - 1e-6
    rise = np.diff(result.marginal_stored_usd_per_mwh[0], append=0.0)
    assert found["battery_usd_per_mwh"] == pytest.approx(np.maximum(rise, 0)[full].sum(), rel=0.1)
    assert found["peak_usd_per_mw:2027-03"] == pytest.approx(4000, rel=1e-6)


# --- rows -------------------------------------------------------------------------------------------------------------------


def test_months_and_peaks_add_up(site, result, of):
    told = site_dispatch(site, result)
    months = month_rows(told)
    assert [row.month for row in months] == list(site.cells)
    assert sum(row.imported_mwh for row in months) == pytest.approx(of.mwh("spot") + of.mwh("ppa"))
    assert sum(row.margin_usd - row.demand_usd for row in months) == pytest.approx(of.objective_usd, rel=1e-9)
    assert sum(row.called_hours for row in months) == 5
    imported = result.spot_mw + result.ppa_delivered_mw[0]
    for row, peak in zip(months, peak_rows(told), strict=True):
        assert row.peak_mw == peak.mw
        at = int((np.datetime64(row.peak_hour.replace(" ", "T")) - site.hours[0]) / np.timedelta64(1, "h"))
        assert imported[at] == row.peak_mw
    charges = charge_rows(told)
    assert [charge.usd for charge in charges] == pytest.approx([4000 * row.peak_mw for row in months])


def test_a_charge_over_the_whole_year_belongs_to_no_month(site):
    peaks = replace(site.problem.peaks, usd_per_mw=np.array([30_000.0]), weight=np.ones((1, 12)))
    yearly = replace(site, problem=replace(site.problem, peaks=peaks), charges=("annual peak",))
    told = site_dispatch(yearly, dispatch_hours(yearly.problem))
    assert [row.demand_usd for row in month_rows(told)] == [0.0] * 12
    (charge,) = charge_rows(told)
    assert charge.billed_mw == max(row.mw for row in peak_rows(told))
    assert charge.usd == pytest.approx(30_000 * charge.billed_mw)


def test_hours_that_are_not_served_are_named():
    short = made_site(calls_left=0.0)
    result = dispatch_hours(short.problem)
    assert result.unserved_mw.sum() > 0
    assert contradictions(short, result, account(short, result)) == ()
    named, more = unserved_hours(site_dispatch(short, result))
    assert set(named) <= {"2027-07-07 12:00", "2027-07-07 13:00", "2027-07-07 14:00", "2027-07-22 12:00", "2027-07-22 13:00"}
    assert named == sorted(named)
    assert len(named) + more == (result.unserved_mw > 1e-6).sum()


# --- the table of hours -----------------------------------------------------------------------------------------------------


def read(text: str) -> tuple[list[str], list[list[str]]]:
    head, *body = csv.reader(io.StringIO(text))
    return head, body


def test_the_columns_of_the_hours_add_up_to_the_account(site, result, of):
    head, body = read(hours_csv(site, result, of))
    assert len(body) == HOURS
    assert all(len(row) == len(head) for row in body)
    assert len(set(head)) == len(head)
    column = {name: [row[place] for row in body] for place, name in enumerate(head)}
    assert column["time_utc"][0] == "2027-01-01T00:00:00Z"
    assert column["time_utc"][-1] == "2027-12-31T23:00:00Z"
    units = ("_mw", "_mwh", "_usd", "_usd_per_mwh", "_usd_per_mw")
    bare = {"time_utc", "curtailment_called", "billing_cell"}
    assert all(name.endswith(units) for name in set(head) - bare)
    sums = {name: sum(map(float, values)) for name, values in column.items() if name not in ("time_utc", "billing_cell")}
    for key in of.usd_by_hour:
        assert sums[f"{key}_usd"] == pytest.approx(of.usd[key], rel=1e-9, abs=1e-3)
    assert sums["margin_usd"] - result.demand_charge_usd.sum() == pytest.approx(of.objective_usd, rel=1e-9)
    assert sums["spot_mw"] == pytest.approx(of.mwh("spot"), rel=1e-9)
    assert sums["battery_discharge_mw"] == pytest.approx(of.mwh("discharge"), rel=1e-9)
    assert sums["ppa_wind_resold_mw"] == pytest.approx(of.beside["ppa_resold"], rel=1e-9)
    mined = [value for name, value in sums.items() if name.startswith("mining_") and name.endswith("_mw")]
    assert sum(mined) == pytest.approx(of.mwh("mining"), rel=1e-9)
    assert sums["curtailment_called"] == 5
    assert column["billing_cell"][0] == "2027-01"


def test_names_in_columns_are_safe_and_stay_apart(site, result, of):
    hostile = replace(site, tiers=('=cmd|" /c', "=cmd|' /c"), ppas=("størdal, vind",), cells=("=1+1", *site.cells[1:]))
    head, body = read(hours_csv(hostile, result, of))
    assert "ppa_størdal_vind_taken_mw" in head
    assert "mining_cmd_c_mw" in head
    assert "mining_cmd_c_2_mw" in head
    assert not [cell for row in (head, *body) for cell in row if cell.startswith(("=", "@"))]
    assert len(hour_columns(hostile, result, of)) == len(head) - 1
