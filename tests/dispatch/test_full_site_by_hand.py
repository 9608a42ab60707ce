"""Whole sites so small that a pencil is enough: one phenomenon each, in closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.dispatch import SiteHours, dispatch_hours
from repower.dispatch.problem import Battery, Peaks


def best(site: SiteHours) -> float:
    return dispatch_hours(site).certificate.objective_usd


def bare_site(price: list[float], *, import_mw: float = 1000.0, export_mw: float = 0.0, ai_mw: object = 0.0) -> SiteHours:
    """Spot through a connection, and nothing else."""
    hours = len(price)
    none, nothing = np.zeros((0, hours)), np.zeros(0)
    return SiteHours(
        market_price_usd_per_mwh=np.array(price, dtype=float),
        adder_usd_per_mwh=0.0,
        import_limit_mw=np.full(hours, import_mw),
        ppa_mw=none,
        ppa_price_usd_per_mwh=none,
        ppa_must_take_share=nothing,
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=nothing,
        generator_mw=none,
        generator_cost_usd_per_mwh=none,
        tier_mw=none,
        tier_value_usd_per_mwh=none,
        ai_mw=np.broadcast_to(np.asarray(ai_mw, dtype=float), (hours,)).copy(),
        export_limit_mw=np.full(hours, export_mw),
    )


def with_generator(site: SiteHours, mw: float, cost: float, least: float = 0.0, up: int = 1) -> SiteHours:
    hours = len(site.ai_mw)
    return replace(
        site,
        generator_mw=np.full((1, hours), mw),
        generator_cost_usd_per_mwh=np.full((1, hours), cost),
        generator_least_share=np.array([least]),
        generator_min_up_hours=np.array([up]),
    )


@given(
    st.floats(0, 100),
    st.floats(0, 300),
    st.floats(0.5, 1),
    st.floats(0.5, 1),
    st.floats(0, 30),
    st.floats(0.1, 50),
    st.floats(0.1, 50),
    st.floats(0.1, 100),
)
def test_two_prices_and_a_battery(low, high, into, out_of, wear, charge_mw, discharge_mw, energy_mwh):
    """Buys in the first hour what it can store and give back in the second, if the dearer price pays for losses and wear."""
    site = bare_site([low, high], export_mw=1000.0)
    battery = Battery(charge_mw, discharge_mw, energy_mwh, into, out_of, wear)
    result = dispatch_hours(replace(site, batteries=(battery,)))
    bought = min(charge_mw, energy_mwh / into, discharge_mw / (into * out_of))
    gain = (high - wear) * into * out_of - low
    assert result.certificate.objective_usd == pytest.approx(max(0.0, gain) * bought, rel=1e-9, abs=1e-9)
    if gain > 1e-6:
        assert result.spot_mw[0] == pytest.approx(bought, rel=1e-9)
        assert result.export_mw[1] == pytest.approx(into * out_of * bought, rel=1e-9)


def test_a_battery_that_starts_full_sells_in_the_dearest_hours():
    price = [10.0, 80.0, 20.0, 60.0, 70.0, 5.0]
    battery = Battery(5.0, 10.0, 25.0, 1.0, 1.0, start_mwh=25.0, end_value_usd_per_mwh=15.0)
    result = dispatch_hours(replace(bare_site(price, export_mw=100.0), batteries=(battery,)))
    # 10 at 80, 10 at 70, 10 at 60 (5 of them bought at 20), none kept but what is bought at 5 for 15.
    assert result.certificate.objective_usd == pytest.approx(800 + 600 + 700 - 5 * 20 + 5 * (15 - 5))


@pytest.mark.parametrize("battery", [Battery(10, 10, 40, 0.95, 0.95), Battery(10, 10, 40, 1, 1, 2.0)], ids=["lossy", "worn"])
def test_a_flat_price_gives_a_battery_nothing_to_do(battery):
    site = replace(bare_site([40.0] * 48, export_mw=50.0, ai_mw=20.0), batteries=(battery,))
    result = dispatch_hours(site)
    assert not result.charge_mw.any()
    assert not result.discharge_mw.any()
    assert result.certificate.objective_usd == pytest.approx(-40 * 20 * 48, rel=1e-12)


def test_prices_below_nothing_are_earned_without_burning():
    """Two hours at -50: it can only charge what it holds; charging against itself would earn more, and is not physical."""
    site = replace(bare_site([-50.0, -50.0, 10.0], export_mw=0.0), batteries=(Battery(10, 10, 9, 0.9, 0.9),))
    result = dispatch_hours(site)
    assert (np.minimum(result.charge_mw, result.discharge_mw) == 0).all()
    assert result.certificate.objective_usd == pytest.approx(50 * 9 / 0.9)


def two_months(hours: int, first: float, second: float) -> np.ndarray:
    return np.repeat([first, second], hours)


def test_peaks_of_a_firm_load():
    """Load times rate; with a ratchet the small month pays for the large one; the year pays its highest."""
    site = bare_site([30.0] * 48, ai_mw=two_months(24, 10.0, 4.0))
    energy = 30.0 * 24 * 14
    cell = two_months(24, 0, 1).astype(np.int64)
    ratchet, yearly = np.array([[1.0, 0.8], [0.8, 1.0]]), np.ones((1, 2))
    for rate, weight, billed in (
        ([100.0, 50.0], np.eye(2), [10.0, 4.0]),
        ([100.0, 50.0], ratchet, [10.0, 8.0]),
        ([700.0], yearly, [10.0]),
        ([100.0, 50.0, 700.0], np.vstack([ratchet, yearly]), [10.0, 8.0, 10.0]),
    ):
        result = dispatch_hours(replace(site, peaks=Peaks(cell, np.array(rate), weight)))
        assert result.peak_mw == pytest.approx([10.0, 4.0])
        assert result.demand_charge_usd == pytest.approx(np.multiply(rate, billed))
        assert result.certificate.objective_usd == pytest.approx(-energy - np.dot(rate, billed), rel=1e-9)


def test_a_battery_shaves_a_peak_as_far_as_the_hours_before_allow():
    """10, 10, 20, 10 MW: two hours of filling share the third's excess equally, 13 1/3 MW; then nothing is gained."""
    site = bare_site([1.0] * 4, ai_mw=[10.0, 10.0, 20.0, 10.0])
    peaks = Peaks(np.zeros(4, dtype=np.int64), np.array([1000.0]), np.ones((1, 1)))
    shaved = dispatch_hours(replace(site, peaks=peaks, batteries=(Battery(50, 50, 50),)))
    assert shaved.peak_mw[0] == pytest.approx(40 / 3, rel=1e-6)
    assert shaved.certificate.objective_usd == pytest.approx(-50 - 1000 * 40 / 3, rel=1e-7)
    small = dispatch_hours(replace(site, peaks=peaks, batteries=(Battery(50, 5, 50),)))
    assert small.peak_mw[0] == pytest.approx(15, rel=1e-6)


def test_miners_leave_the_peak_to_those_who_pay_for_it():
    """A mine that earns 20 USD/MWh for 10 hours runs if the peak costs less than 200 USD/MW, whole or not at all."""
    site = bare_site([30.0] * 10, ai_mw=5.0)
    site = replace(site, tier_mw=np.full((1, 10), 8.0), tier_value_usd_per_mwh=np.full((1, 10), 50.0))
    for rate, mined in ((199.0, 8.0), (201.0, 0.0)):
        peaks = Peaks(np.zeros(10, dtype=np.int64), np.array([rate]), np.ones((1, 1)))
        result = dispatch_hours(replace(site, peaks=peaks))
        assert result.tier_mw == pytest.approx(np.full((1, 10), mined), abs=1e-6)
        assert result.certificate.objective_usd == pytest.approx(
            -30 * 50 - 5 * rate + mined * (20 * 10 - rate) * (mined > 0), rel=1e-7
        )


def test_a_permit_is_spent_in_the_dearest_hours():
    price = [20.0, 90.0, 70.0, 100.0, 65.0, 55.0]
    site = with_generator(bare_site(price, ai_mw=10.0), 10.0, 60.0)
    result = dispatch_hours(replace(site, generation_limit_mwh=25.0))
    saved = 10 * (100 - 60) + 10 * (90 - 60) + 5 * (70 - 60)
    assert result.certificate.objective_usd == pytest.approx(-10 * sum(price) + saved, rel=1e-7)


def test_a_plant_that_cannot_be_turned_down_runs_when_it_pays_in_sum():
    """At least 6 of its 10 MW, at 50 USD/MWh, for a load of 4 MW: the rest is exported, or the plant stands still."""
    for price, runs in ((90.0, True), (45.0, False)):
        site = with_generator(bare_site([price], ai_mw=4.0, export_mw=100.0), 10.0, 50.0, least=0.6)
        result = dispatch_hours(site)
        assert (result.generation_mw[0, 0] > 0) == runs
        assert result.certificate.objective_usd == pytest.approx(-4 * price + max(0.0, 10 * (price - 50)))
    stuck = dispatch_hours(with_generator(bare_site([90.0], ai_mw=4.0), 10.0, 50.0, least=0.6))
    assert not stuck.generation_mw.any()  # nowhere to go with 2 MW


def test_a_plant_that_must_stay_on_is_started_for_the_sum_of_its_hours():
    """10 MW at 50 USD/MWh for three hours or more: +40, -20, -10 a MWh pays, +40, -30, -20 does not."""
    for price, gain in (([30.0, 90.0, 30.0, 40.0, 0.0], 10 * (40 - 20 - 10)), ([20.0, 90.0, 20.0, 30.0, 0.0], 0.0)):
        site = with_generator(bare_site(price, ai_mw=10.0), 10.0, 50.0, least=1.0, up=3)
        assert best(site) == pytest.approx(-10 * sum(price) + gain)


def test_load_leaves_the_hour_of_the_systems_peak():
    """At 500 USD/MW the flexible part is paid off at 80 USD/MWh; the firm part stays and pays."""
    site = bare_site([30.0] * 3, ai_mw=10.0)
    site = replace(
        site, flexible_mw=np.full(3, 4.0), flexible_usd_per_mwh=80.0, coincident_usd_per_mw=np.array([0.0, 500.0, 0.0])
    )
    result = dispatch_hours(site)
    assert result.flexed_mw == pytest.approx([0.0, 4.0, 0.0])
    assert result.certificate.objective_usd == pytest.approx(-30 * 26 - 80 * 4 - 500 * 6)


def test_mines_are_paid_to_stand_ready():
    """Half of 20 MW at 3 USD/MW an hour, called one hour in a hundred at a loss of 100 - 40 USD/MWh."""
    site = bare_site([40.0])
    site = replace(site, tier_mw=np.array([[20.0]]), tier_value_usd_per_mwh=np.array([[100.0]]))
    site = replace(site, reserve_usd_per_mw_hour=3.0, reserve_max_share=0.5, reserve_called_share=0.01)
    result = dispatch_hours(site)
    assert result.reserve_mw[0, 0] == pytest.approx(10.0)
    assert result.certificate.objective_usd == pytest.approx(20 * 60 + 10 * (3 - 0.6))
    # Ready power can be worth more than the mining itself: a tier that loses 1 USD/MWh runs for it.
    poor = replace(site, tier_value_usd_per_mwh=np.array([[39.0]]))
    assert best(poor) == pytest.approx(20 * (0.5 * 3 - 1))


def test_a_contract_that_is_paid_anyway_is_exported_one_way_or_the_other():
    """10 MW paid and not to be resold: it cannot leave through the meter by which it comes."""
    site = bare_site([50.0], export_mw=100.0, ai_mw=2.0)
    site = replace(
        site,
        ppa_mw=np.array([[10.0]]),
        ppa_price_usd_per_mwh=np.array([[30.0]]),
        ppa_must_take_share=np.ones(1),
        ppa_resale=np.zeros(1, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.zeros(1),
    )
    result = dispatch_hours(site)
    assert result.export_mw[0] == 0
    assert result.certificate.objective_usd == pytest.approx(-300)
    # A plant behind the meter at 40 USD/MWh may export, but then the contract is not even used for the load.
    site = with_generator(site, 50.0, 40.0)
    assert best(site) == pytest.approx(-300 + 48 * (50 - 40) - 2 * 40)
