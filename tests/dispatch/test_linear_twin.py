"""Every feature of the site by the linear twin, on cases small enough for paper."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from repower.dispatch import linear
from repower.dispatch.audit import balance_errors
from repower.dispatch.linear import dispatch_hours_lp, upper_bound_lp
from repower.dispatch.problem import Battery, Peaks, SiteHours
from repower.dispatch.result import HourResult
from repower.dispatch.whole_numbers import WholeNumbers
from repower.errors import InfeasibleError


def loaded(prices: list[float], ai_mw: list[float] | float, **changes: object) -> SiteHours:
    """An AI load behind 100 MW of connection at market prices, no adder, and what is added."""
    hours = len(prices)
    none = np.zeros((0, hours))
    site = SiteHours(
        market_price_usd_per_mwh=np.array(prices, dtype=float),
        adder_usd_per_mwh=0.0,
        import_limit_mw=np.full(hours, 100.0),
        ppa_mw=none,
        ppa_price_usd_per_mwh=none,
        ppa_must_take_share=np.zeros(0),
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.zeros(0),
        generator_mw=none,
        generator_cost_usd_per_mwh=none,
        tier_mw=none,
        tier_value_usd_per_mwh=none,
        ai_mw=np.broadcast_to(np.array(ai_mw, dtype=float), (hours,)),
    )
    return replace(site, **changes)


def plant(hours: int, mw: float, cost: float, least: float = 0.0, up: int = 1) -> dict[str, object]:
    return {
        "generator_mw": np.full((1, hours), mw),
        "generator_cost_usd_per_mwh": np.full((1, hours), cost),
        "generator_least_share": np.array([least]),
        "generator_min_up_hours": np.array([up]),
    }


def mines(hours: int, *sizes_and_values: tuple[float, float]) -> dict[str, object]:
    return {
        "tier_mw": np.array([np.full(hours, mw) for mw, _ in sizes_and_values]),
        "tier_value_usd_per_mwh": np.array([np.full(hours, value) for _, value in sizes_and_values]),
    }


def solved(site: SiteHours, method: str) -> HourResult:
    """The dispatch, after its audit and with the method that the case is about."""
    result = dispatch_hours_lp(site)
    errors = balance_errors(site, result)
    assert errors.energy_mw.max() < 1e-9
    assert max(errors.statements.values()) < 1e-8
    assert result.certificate.method == method
    assert result.certificate.gap <= 1e-9
    if method == "milp":
        assert upper_bound_lp(site) >= result.certificate.objective_usd - 1e-8
    return result


#: 0.9 x 0.8: of a MWh charged 0.72 MWh come back.
SHED = Battery(
    charge_mw=8.0, discharge_mw=6.0, energy_mwh=100.0, charge_efficiency=0.9, discharge_efficiency=0.8, usd_per_mwh_discharged=4.0
)


def test_battery_buys_cheap_and_gives_back_dear():
    """All that 8 MW store at 20 comes back at 100: 8 x 0.9 = 7.2 MWh stored, 7.2 x 0.8 = 5.76 MWh given back."""
    result = solved(loaded([20.0, 100.0], 10.0, batteries=(SHED,)), "lp")
    assert result.charge_mw == pytest.approx(np.array([[8.0, 0.0]]))
    assert result.discharge_mw == pytest.approx(np.array([[0.0, 5.76]]))
    assert result.stored_mwh == pytest.approx(np.array([[7.2, 0.0]]), abs=1e-12)
    assert result.margin_usd == pytest.approx([-18 * 20, -(10 - 5.76) * 100 - 5.76 * 4])
    # One more MWh in store after the first hour is 0.8 MWh later, at 100 less 4 of wear.
    assert result.marginal_stored_usd_per_mwh[0, 0] == pytest.approx(0.8 * 96)
    assert result.marginal_energy_usd_per_mwh == pytest.approx([20.0, 100.0])
    assert result.marginal_import_usd_per_mwh == pytest.approx([0.0, 0.0])
    assert result.certificate.remarks == ()


def test_battery_waits_where_losses_and_wear_eat_the_spread():
    """20 / 0.72 + 4 = 31.8: at 31 the spread does not pay, at 33 it does."""
    assert solved(loaded([20.0, 31.0], 10.0, batteries=(SHED,)), "lp").charge_mw.sum() == 0.0
    assert solved(loaded([20.0, 33.0], 10.0, batteries=(SHED,)), "lp").charge_mw[0, 0] == pytest.approx(8.0)


def test_what_is_left_in_store_is_worth_its_end_value():
    """A MWh bought at 20 leaves 0.9 MWh: kept at 23, which is 20.7, and not at 22, which is 19.8."""
    kept = solved(loaded([20.0], 10.0, batteries=(replace(SHED, end_value_usd_per_mwh=23.0),)), "lp")
    assert kept.stored_mwh[0, 0] == pytest.approx(7.2)
    assert kept.end_value_usd == pytest.approx(7.2 * 23)
    assert kept.certificate.objective_usd == pytest.approx(-18 * 20 + 7.2 * 23)
    assert solved(loaded([20.0], 10.0, batteries=(replace(SHED, end_value_usd_per_mwh=22.0),)), "lp").charge_mw[0, 0] == 0.0


def test_what_must_be_left_is_bought_in_the_cheapest_hour():
    """4.5 MWh to leave are 5 MWh bought, at 30."""
    result = solved(loaded([40.0, 30.0, 50.0], 0.0, batteries=(replace(SHED, least_end_mwh=4.5),)), "lp")
    assert result.charge_mw == pytest.approx(np.array([[0.0, 5.0, 0.0]]))
    assert result.certificate.objective_usd == pytest.approx(-5 * 30)


def test_what_cannot_be_left_is_named():
    """Two hours at 8 MW store 14.4 MWh."""
    site = loaded([20.0, 20.0], 0.0, batteries=(replace(SHED, least_end_mwh=14.4),))
    assert solved(site, "lp").stored_mwh[0, -1] == pytest.approx(14.4)
    with pytest.raises(InfeasibleError, match=r"battery-end\[battery=0, hour=1\].*least_end_mwh"):
        dispatch_hours_lp(replace(site, batteries=(replace(SHED, least_end_mwh=14.5),)))


def test_monthly_peak_is_shaved_flat():
    """A lossless store makes 10, 10, 22 MW into 14 each: 300 for each of 14 MW, and 42 MWh at 10."""
    peaks = Peaks(cell=np.zeros(3, dtype=int), usd_per_mw=np.array([300.0]), weight=np.array([[1.0]]))
    battery = Battery(charge_mw=20.0, discharge_mw=20.0, energy_mwh=50.0)
    result = solved(loaded([10.0, 10.0, 10.0], [10.0, 10.0, 22.0], peaks=peaks, batteries=(battery,)), "lp")
    assert result.spot_mw == pytest.approx([14.0, 14.0, 14.0])
    assert (result.peak_mw[0], result.demand_charge_usd[0]) == pytest.approx((14.0, 14 * 300))
    assert result.certificate.objective_usd == pytest.approx(-42 * 10 - 14 * 300)
    # Energy moves freely between the hours, so that each bears a third of the charge.
    assert result.marginal_peak_usd_per_mw == pytest.approx([100.0, 100.0, 100.0])


def test_hours_outside_every_cell_make_no_peak():
    peaks = Peaks(cell=np.array([-1, 0]), usd_per_mw=np.array([100.0]), weight=np.array([[1.0, 1.0]]))
    result = solved(loaded([10.0, 10.0], 0.0, peaks=peaks, **mines(2, (20.0, 90.0))), "lp")
    assert result.tier_mw == pytest.approx(np.array([[20.0, 0.0]]))
    assert result.peak_mw == pytest.approx([0.0, 0.0])
    assert result.marginal_peak_usd_per_mw[0] == 0.0


def test_ratchet_stops_a_mine_where_next_month_would_pay():
    """Mining earns 150 in the first month; its own charge is 100, and above 10 / 0.8 = 12.5 MW the second month pays 80 too.

    The second month's load of 10 MW is there anyway. So the mine fills up to 12.5 MW, 2.5 of its 20.
    """
    peaks = Peaks(cell=np.array([0, 1]), usd_per_mw=np.array([100.0, 100.0]), weight=np.array([[1.0, 0.0], [0.8, 1.0]]))
    site = loaded([10.0, 10.0], 10.0, peaks=peaks, tier_mw=np.array([[20.0, 0.0]]), tier_value_usd_per_mwh=np.full((1, 2), 160.0))
    result = solved(site, "lp")
    assert result.tier_mw == pytest.approx(np.array([[2.5, 0.0]]))
    assert result.peak_mw == pytest.approx([12.5, 10.0])
    assert result.demand_charge_usd == pytest.approx([1250.0, 1000.0])
    assert result.certificate.objective_usd == pytest.approx(2.5 * 150 - 20 * 10 - 2250)


def test_mine_stands_still_in_the_systems_peak_and_the_firm_load_pays():
    site = loaded([30.0, 30.0], 10.0, coincident_usd_per_mw=np.array([0.0, 500.0]), **mines(2, (20.0, 90.0)))
    result = solved(site, "lp")
    assert result.tier_mw == pytest.approx(np.array([[20.0, 0.0]]))
    assert result.margin_usd == pytest.approx([20 * 60 - 10 * 30, -10 * 530])
    assert result.marginal_energy_usd_per_mwh == pytest.approx([30.0, 530.0])


def test_own_generation_is_exported_when_the_load_is_small():
    """4 of 10 MW serve the load; 6 sell at 100 less 3, of which 5 may leave. Nothing comes in cheaper than it would go out."""
    site = loaded([100.0], 4.0, export_limit_mw=np.array([5.0]), export_fee_usd_per_mwh=3.0, **plant(1, 10.0, 60.0))
    result = solved(site, "lp")
    assert (result.generation_mw[0, 0], result.export_mw[0], result.spot_mw[0]) == pytest.approx((9.0, 5.0, 0.0))
    assert result.margin_usd[0] == pytest.approx(5 * 97 - 9 * 60)


def test_at_one_price_for_both_ways_nothing_goes_round():
    """Without adder and fee every MW could come in and leave again for nothing; it does not."""
    site = loaded([100.0, 20.0], 4.0, export_limit_mw=np.full(2, 50.0), **plant(2, 10.0, 60.0))
    result = solved(site, "lp")
    assert result.export_mw == pytest.approx([6.0, 0.0])
    assert result.spot_mw == pytest.approx([0.0, 4.0])


def test_meter_counts_one_way():
    """Price 200, 40 MW to be taken at 42 and not resold, 5 MW of gas at 60, and 10 MW of load in the first hour only.

    First hour: to sell the gas no contract energy could come in, and 5 MW of load would go without at 10,000; so the load
    takes 10 MW of the contract. Second: gas is sold at 200 - 3. A programme that sends the contract round would sell 30 MW.
    """
    site = loaded(
        [200.0, 200.0],
        [10.0, 0.0],
        adder_usd_per_mwh=2.0,
        ppa_mw=np.full((1, 2), 40.0),
        ppa_price_usd_per_mwh=np.full((1, 2), 42.0),
        ppa_must_take_share=np.array([1.0]),
        ppa_resale=np.array([False]),
        ppa_resale_fee_usd_per_mwh=np.zeros(1),
        export_limit_mw=np.full(2, 50.0),
        export_fee_usd_per_mwh=3.0,
        **plant(2, 5.0, 60.0),
    )
    result = solved(site, "milp")
    assert result.ppa_delivered_mw == pytest.approx(np.array([[10.0, 0.0]]))
    assert result.ppa_left_mw == pytest.approx(np.array([[30.0, 40.0]]))
    assert result.export_mw == pytest.approx([0.0, 5.0])
    assert result.margin_usd == pytest.approx([-40 * 42 - 10 * 2, -40 * 42 + 5 * (197 - 60)])
    assert any("import or export is a yes or no in 2 of 2 hours" in remark for remark in result.certificate.remarks)


def test_contract_that_may_be_resold_needs_no_yes_or_no():
    """Resale at a fee of up to 5 brings no less than a way round that costs 2 + 3."""
    site = loaded(
        [200.0],
        0.0,
        adder_usd_per_mwh=2.0,
        ppa_mw=np.array([[40.0]]),
        ppa_price_usd_per_mwh=np.array([[42.0]]),
        ppa_must_take_share=np.array([1.0]),
        ppa_resale=np.array([True]),
        ppa_resale_fee_usd_per_mwh=np.array([4.0]),
        export_limit_mw=np.array([50.0]),
        export_fee_usd_per_mwh=3.0,
    )
    assert solved(site, "lp").margin_usd[0] == pytest.approx(40 * (196 - 42))
    assert solved(replace(site, ppa_resale_fee_usd_per_mwh=np.array([6.0])), "milp").margin_usd[0] == pytest.approx(
        40 * (194 - 42)
    )


def test_least_load_needs_somebody_to_use_it():
    """No connection, 5 MW of load, and a plant that runs at 8 MW or not: with 3 MW of poor mining it runs, with 2 it cannot."""
    site = loaded([30.0, 30.0], 5.0, import_limit_mw=np.zeros(2), **plant(2, 20.0, 60.0, least=0.4))
    site = replace(site, tier_mw=np.array([[3.0, 2.0]]), tier_value_usd_per_mwh=np.array([[10.0, 10.0]]))
    result = solved(site, "milp")
    assert result.generation_mw == pytest.approx(np.array([[8.0, 0.0]]))
    assert result.margin_usd == pytest.approx([-8 * 60 + 3 * 10, -5 * 10_000])


def test_least_load_is_not_burnt_in_a_battery():
    """As above without a mine, beside a full battery of 0.5 MWh, of which 0.4 MWh reach the load.

    To charge 10.7 MW and give 7.7 back at once would burn the 3 MW too many.
    """
    battery = Battery(20.0, 20.0, 0.5, charge_efficiency=0.9, discharge_efficiency=0.8, start_mwh=0.5)
    site = loaded([30.0], 5.0, import_limit_mw=np.zeros(1), batteries=(battery,), **plant(1, 20.0, 60.0, least=0.4))
    result = solved(site, "milp")
    assert (result.generation_mw[0, 0], result.discharge_mw[0, 0], result.unserved_mw[0]) == pytest.approx((0.0, 0.4, 4.6))


@pytest.mark.parametrize(
    ("prices", "generation"),
    [
        # 140 x 10 gained in the dear hour, 40 x 5 lost in each of the two that it must run on.
        ([200.0, 20.0, 20.0, 20.0], [10.0, 5.0, 5.0, 0.0]),
        # 20 x 10 gained would not pay for 400 lost.
        ([80.0, 20.0, 20.0, 20.0], [0.0, 0.0, 0.0, 0.0]),
        # The horizon ends before the obligation does.
        ([20.0, 20.0, 20.0, 200.0], [0.0, 0.0, 0.0, 10.0]),
        # Off before the first hour: it cannot have started earlier.
        ([20.0, 200.0, 20.0, 20.0], [0.0, 10.0, 5.0, 5.0]),
    ],
)
def test_a_start_obliges_for_three_hours(prices, generation):
    result = solved(loaded(prices, 10.0, **plant(4, 10.0, 60.0, least=0.5, up=3)), "milp")
    assert result.generation_mw[0] == pytest.approx(generation)
    bought = 10 - np.array(generation)
    assert result.margin_usd == pytest.approx(-bought * np.array(prices) - 60 * np.array(generation))
    # With the plant's hours as they are, what is bought sets the price, also where the plant runs at its least.
    spot_sets_it = bought > 0
    assert result.marginal_energy_usd_per_mwh[spot_sets_it] == pytest.approx(np.array(prices)[spot_sets_it])


def test_permit_goes_to_the_dearest_hours():
    """14 MWh: 10 at 200, 4 at 100."""
    result = solved(loaded([100.0, 200.0], 10.0, generation_limit_mwh=14.0, **plant(2, 10.0, 60.0)), "lp")
    assert result.generation_mw == pytest.approx(np.array([[4.0, 10.0]]))
    assert result.certificate.objective_usd == pytest.approx(-6 * 100 - 14 * 60)


def test_reserve_is_offered_where_it_earns_more_than_being_called_costs():
    """8 per MW, called a tenth of the time at price 30: a mine worth 95 loses 6.5, one worth 125 loses 9.5.

    One worth 31 runs at a loss of 1 (30 and an adder of 2), as half of it earns 8 - 0.1.
    """
    site = loaded(
        [30.0],
        0.0,
        adder_usd_per_mwh=2.0,
        reserve_usd_per_mw_hour=8.0,
        reserve_max_share=0.5,
        reserve_called_share=0.1,
        **mines(1, (20.0, 95.0), (10.0, 125.0), (6.0, 31.0)),
    )
    result = solved(site, "lp")
    assert result.tier_mw[:, 0] == pytest.approx([20.0, 10.0, 6.0])
    assert result.reserve_mw[:, 0] == pytest.approx([10.0, 0.0, 3.0])
    assert result.margin_usd[0] == pytest.approx(20 * 63 + 10 * 1.5 + 10 * 93 - 6 * 1 + 3 * 7.9)


def test_flexible_load_is_interrupted_above_its_price_and_before_the_firm_load():
    """4 of 10 MW at 300: at 200, at 500, and at 200 with 3 MW of connection left."""
    site = loaded([200.0, 500.0, 200.0], 10.0, flexible_mw=np.full(3, 4.0), flexible_usd_per_mwh=300.0)
    result = solved(replace(site, import_limit_mw=np.array([100.0, 100.0, 3.0])), "lp")
    assert result.ai_served_mw == pytest.approx([10.0, 6.0, 3.0])
    assert result.flexed_mw == pytest.approx([0.0, 4.0, 4.0])
    assert result.unserved_mw == pytest.approx([0.0, 0.0, 3.0])
    assert result.margin_usd == pytest.approx([-10 * 200, -6 * 500 - 4 * 300, -3 * 200 - 4 * 300 - 3 * 10_000])
    assert result.marginal_import_usd_per_mwh == pytest.approx([0.0, 0.0, 10_000 - 200])


FULL = replace(SHED, charge_mw=10.0, discharge_mw=10.0, energy_mwh=10.0, start_mwh=10.0, usd_per_mwh_discharged=0.0)


def test_a_full_battery_burns_nothing_at_a_negative_price():
    """Price -50 and nothing to use it. Charging 10 k MW and giving back 0.72 of it earns 50 x 0.28 x 10 k.

    Relaxed, a share k charges and 1 - k gives back, at most 8 MW (what is stored): 7.2 k = 8 (1 - k), k = 8 / 15.2.
    """
    site = loaded([-50.0], 0.0, batteries=(FULL,))
    result = solved(site, "milp")
    assert result.certificate.objective_usd == pytest.approx(0.0, abs=1e-9)
    assert (result.charge_mw[0, 0], result.discharge_mw[0, 0]) == (0.0, 0.0)
    assert upper_bound_lp(site) == pytest.approx(50 * 0.28 * 10 * 8 / 15.2)


def test_nor_before_it():
    """In the first hour 4 MW of load empty it by 5 MWh; they are 5 / 0.9 MWh to buy at -100. No more can be got rid of."""
    result = solved(loaded([1.0, -100.0, 5.0], [4.0, 0.0, 0.0], batteries=(FULL,)), "milp")
    assert result.discharge_mw[0] == pytest.approx([4.0, 0.0, 0.0])
    assert result.certificate.objective_usd == pytest.approx(100 * 5 / 0.9)
    assert any("charge or discharge is a yes or no in 2 of 3 hours" in remark for remark in result.certificate.remarks)


def test_a_lossless_battery_needs_no_yes_or_no():
    site = loaded([-50.0, 20.0], 0.0, batteries=(Battery(10.0, 10.0, 10.0, usd_per_mwh_discharged=1.0),))
    result = solved(site, "lp")
    assert result.charge_mw == pytest.approx(np.array([[10.0, 0.0]]))
    assert result.certificate.objective_usd == pytest.approx(500.0)
    # More energy at the bus would keep out energy that is paid for drawing; it would be refused.
    assert result.marginal_energy_usd_per_mwh[0] == 0.0


def test_the_reason_for_the_solver_is_its_first_remark():
    result = dispatch_hours_lp(loaded([20.0], 10.0), why="asked for")
    assert result.certificate.remarks == ("asked for",)


def test_worthless_leftovers_are_not_burnt():
    """Energy that nobody wants may vanish in a linear programme for nothing; here it stays where it is."""
    result = solved(loaded([20.0, 20.0, 20.0], 0.0, batteries=(FULL,)), "lp")
    assert np.minimum(result.charge_mw, result.discharge_mw).max() == 0.0
    assert not np.signbit(np.concatenate([result.charge_mw, result.discharge_mw, result.stored_mwh])).any()


def test_an_answer_that_goes_both_ways_is_never_given(monkeypatch):
    """Were the yes-or-no's not foreseen, the cheat itself would show where they are missing: hour after hour, to the same end."""
    site = loaded([1.0, -100.0, 5.0], [4.0, 0.0, 0.0], batteries=(FULL,))
    none = WholeNumbers(meter=np.zeros(3, dtype=bool), battery=np.zeros((1, 3), dtype=bool), generator=np.zeros(0, dtype=bool))
    monkeypatch.setattr(linear, "where_needed", lambda _: none)
    result = solved(site, "milp")
    assert result.certificate.objective_usd == pytest.approx(100 * 5 / 0.9)


def test_a_run_over_hours_without_capacity_is_no_short_run():
    """A plant of 0 MW in an hour may be running all the same; after that hour it has done its two."""
    site = loaded([500.0] * 3, 0.0, **plant(3, 10.0, 60.0, least=0.5, up=2))
    site = replace(site, generator_mw=np.array([[10.0, 0.0, 10.0]]), ai_mw=np.array([10.0, 0.0, 0.0]))
    assert solved(site, "milp").generation_mw[0] == pytest.approx([10.0, 0.0, 0.0])
