"""A site's year against numbers put together by hand, hour by hour, from the raw portfolio and scenario."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hand_made import DAYS, YAML, Raw, setting
from repower.conversion.site_year import open_site_year, site_year
from repower.dispatch import dispatch_hours
from repower.dispatch.problem import checked
from repower.errors import InputError
from repower.facility.capacity import critical_it_mw, design_day_pue
from repower.facility.cooling import pue
from repower.portfolio.workload import INFERENCE_DAY
from small_portfolio import FULL_YAML, write_small
from small_series import small_series

SUPPLY = "    supply: {adder_usd_per_mwh: 4}\n"
FLEXIBLE = "load_factor_share: 0.9, opex"


def text(*changes: tuple[str, str]) -> str:
    whole = YAML
    for old, new in changes:
        assert whole.count(old) == 1, old
        whole = whole.replace(old, new)
    return whole


def one(*changes: tuple[str, str], seed: int = 3, **set_to):
    """A setting of one scenario and its only site."""
    of = setting(seed, count=1, text=text(*changes), **set_to)
    return of, of.portfolio.sites[0]


def calendar(first_year: int) -> list[datetime]:
    """Hours of the twelve months from April of a year, without 29 February, counted one by one."""
    hour, end, found = datetime(first_year, 4, 1, tzinfo=UTC), datetime(first_year + 1, 4, 1, tzinfo=UTC), []
    while hour < end:
        if (hour.month, hour.day) != (2, 29):
            found.append(hour)
        hour += timedelta(hours=1)
    return found


def by_month(values: list[float]) -> np.ndarray:
    """Twelve numbers from April on, one for each hour."""
    return np.concatenate([np.full(24 * DAYS[(3 + month) % 12], value) for month, value in enumerate(values)])


# ---- time and prices ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", [2027, 2028, 2029])
def test_hours_are_those_of_the_calendar_without_29_february(year):
    of, site = one()
    hours = site_year(of, site, year).hours
    assert [str(hour) for hour in hours] == [f"{hour:%Y-%m-%dT%H}" for hour in calendar(year)]


@pytest.mark.parametrize("year", [2027, 2028, 2029])
def test_prices_are_level_times_shape(year):
    of, site = one()
    raw = Raw(of)
    expected = np.concatenate([raw.prices(0, 12 * (year - 2027) + month) for month in range(12)])
    np.testing.assert_allclose(site_year(of, site, year).problem.market_price_usd_per_mwh, expected, rtol=1e-12)


def test_a_scenario_beside_the_one_is_refused():
    of = setting(1, count=2)
    with pytest.raises(ValueError, match="one scenario"):
        site_year(of, of.portfolio.sites[0], 2027)


# ---- mines --------------------------------------------------------------------------------------------------------


def test_fleets_run_until_their_life_ends_at_what_they_earn():
    of, site = one()
    raw = Raw(of)
    year = site_year(of, site, 2028)
    assert year.tiers == ("old at PUE 1.08", "new at PUE 1.04")
    # commissioned 2022-09 for 72 months: to 2028-08; commissioned 2027-02 for 20 months: to 2028-09
    np.testing.assert_array_equal(year.problem.tier_mw, [by_month([50] * 5 + [0] * 7), by_month([30] * 6 + [0] * 6)])
    values = [
        by_month([raw.mining_value(0, 12 + month, miner, hall) for month in range(12)])
        for miner, hall in (("old", 1.08), ("new", 1.04))
    ]
    np.testing.assert_allclose(year.problem.tier_value_usd_per_mwh, values, rtol=1e-12)


def test_a_site_without_living_fleets_has_no_tiers():
    of, site = one()
    year = site_year(of, site, 2029)
    assert year.tiers == ()
    assert year.problem.tier_mw.shape == year.problem.tier_value_usd_per_mwh.shape == (0, 8760)
    checked(year.problem)


def test_a_block_without_power_draws_nothing():
    of, site = one(powered_month=np.array([0, 3, 5, 6]))
    year = site_year(of, site, 2027)
    np.testing.assert_array_equal(year.problem.tier_mw, [by_month([50] * 12), by_month([0] * 3 + [30] * 9)])
    assert (year.problem.ai_mw > 0).tolist() == by_month([0] * 5 + [1] * 7).astype(bool).tolist()


def test_power_modes_are_tiers_of_falling_worth_and_wear_is_taken_off():
    machine = "{name: old, th_per_s: 100, watts: 3000, life_months: 72"
    modes = f"{machine}, wear_usd_per_mwh: 5.4, modes: [{{name: eco, power_share: 0.5, j_per_th: 25}}]}}"
    of, site = one((machine + "}", modes))
    raw = Raw(of)
    year = site_year(of, site, 2027)
    assert year.tiers[:2] == ("old at PUE 1.08, eco", "old at PUE 1.08, eco to nominal")
    np.testing.assert_array_equal(year.problem.tier_mw[:2], np.full((2, 8760), 25.0))
    # a machine of 3 kW: 1.5 kW make 60 TH/s, the other 1.5 kW 40 TH/s more: 25 and 37.5 J/TH, against 30 of the whole
    nominal = np.array([raw.mining_value(0, month, "old", 1.08) for month in range(12)])
    for tier, efficiency in enumerate((25.0, 37.5)):
        expected = by_month((nominal * 30 / efficiency - 5.4 / 1.08).tolist())
        np.testing.assert_allclose(year.problem.tier_value_usd_per_mwh[tier], expected, rtol=1e-12)
    # together they earn what the machines earn at nominal power
    earned = (year.problem.tier_mw[:2] * (year.problem.tier_value_usd_per_mwh[:2] + 5.0)).sum(axis=0)
    np.testing.assert_allclose(earned, by_month((50 * nominal).tolist()), rtol=1e-12)


# ---- AI halls -----------------------------------------------------------------------------------------------------


def hall_by_hand(grid_mw: float, load: float = 0.9) -> tuple[float, float]:
    """(critical IT, PUE) at 12 degC dry and 10 wet in every hour."""
    dry, wet = np.array([12.0]), np.array([10.0])
    return critical_it_mw(grid_mw, design_day_pue("warm_liquid", dry, wet)), float(pue("warm_liquid", dry, wet, load)[0])


def test_a_cloud_that_stands_draws_at_its_utilisation():
    of, site = one()
    critical, ratio = hall_by_hand(20)
    np.testing.assert_allclose(site_year(of, site, 2027).problem.ai_mw, critical * 0.9 * 0.7 * ratio, rtol=1e-9)


def test_a_converted_block_is_a_full_hall_and_no_mine():
    of, site = one()
    year = site_year(of, site, 2027, {"mine": "dense", "land": "dense"})
    assert year.tiers == ("new at PUE 1.04",)
    (mine, ratio), (cloud, _), (land, _) = (hall_by_hand(mw) for mw in (50, 20, 60))
    # land has power from October on
    expected = ratio * 0.9 * (mine + 0.7 * cloud + land * by_month([0] * 6 + [1] * 6))
    np.testing.assert_allclose(year.problem.ai_mw, expected, rtol=1e-9)
    assert not year.problem.flexible_mw.any()


def test_inference_follows_the_local_hour():
    design = "load_factor_share: 0.8, workload: inference, opex"
    of, site = one((FLEXIBLE, design))
    critical, ratio = hall_by_hand(20, 0.8)
    day = [INFERENCE_DAY[(hour.hour - 6) % 24] for hour in calendar(2027)]  # 97 degrees west
    ai_mw = site_year(of, site, 2027).problem.ai_mw
    np.testing.assert_allclose(ai_mw, critical * 0.8 * 0.7 * ratio * np.array(day), rtol=1e-9)
    assert ai_mw.mean() == pytest.approx(critical * 0.8 * 0.7 * ratio, rel=1e-9)


def test_part_of_a_hall_may_be_interrupted_and_the_rest_has_its_own_price():
    design = "load_factor_share: 0.9, flexible_share: 0.25, flexible_usd_per_mwh: 400, opex"
    of, site = one((FLEXIBLE, design), (SUPPLY, SUPPLY + "    unserved_usd_per_mwh: 3000\n"))
    problem = site_year(of, site, 2027).problem
    np.testing.assert_allclose(problem.flexible_mw, 0.25 * problem.ai_mw, rtol=1e-12)
    assert (problem.flexible_usd_per_mwh, problem.unserved_usd_per_mwh) == (400, 3000)
    checked(problem)


def test_without_a_stated_price_a_hall_is_served_before_everything():
    of, site = one()
    problem = site_year(of, site, 2027).problem
    assert problem.unserved_usd_per_mwh >= 10_000
    assert problem.unserved_usd_per_mwh > 1.9 * problem.market_price_usd_per_mwh.max()


def test_no_demand_charge_makes_it_pay_to_shed_a_hall_that_has_no_stated_price():
    """A MW less in the four coincident hours saves 12 x 5,500 / 4 = 16,500 USD, one less in the year's highest 24,000."""
    charges = """\
    supply:
      adder_usd_per_mwh: 4
      demand_charge:
        - {kind: coincident_peak, usd_per_kw_month: 5.5, months: [6, 7, 8, 9]}
        - {kind: annual_peak, usd_per_kw_month: 2}
"""
    of, site = one((SUPPLY, charges))
    problem = site_year(of, site, 2027).problem
    assert problem.unserved_usd_per_mwh > 16_500 + 24_000 + problem.market_price_usd_per_mwh.max()
    result = dispatch_hours(problem)
    assert result.certificate.gap < 1e-6
    # below the connection's limit there is always room for the hall
    assert result.unserved_mw.max() == pytest.approx(0, abs=1e-9)


# ---- what feeds it ------------------------------------------------------------------------------------------------

FEEDING = """\
    supply:
      adder_usd_per_mwh: 4
      export_fee_usd_per_mwh: 1.5
      ppas:
        - {name: ended, mw: 5, price_usd_per_mwh: 20, until: 2027-03}
        - {name: wind, mw: 40, price_usd_per_mwh: 28, from: 2027-06, escalator_rate: 0.02, must_take_share: 0.8, resale: true,
           resale_fee_usd_per_mwh: 1}
      generators:
        - {name: g1, mw: 10, heat_rate_mmbtu_per_mwh: 9, fuel_usd_per_mmbtu: 3, availability_share: 0.9, least_share: 0.4,
           min_up_hours: 6, run_hours_per_year: 500}
        - {name: g2, mw: 20, variable_usd_per_mwh: 70, run_hours_per_year: 100, from: 2028-04}
      battery: {power_mw: 50, energy_mwh: 100, round_trip_efficiency: 0.81, usd_per_mwh_throughput: 6, start_share: 0.3,
        from: 2027-05}
      curtailment: {hours_per_year: 100, import_share: 0.25}
      reserve: {usd_per_mw_hour: 3, max_share: 0.5, called_hours_per_year: 876}
"""


def fed(year: int):
    import_160 = "{from: 2027-10, import_mw: 160, status: contracted}"
    of, site = one((SUPPLY, FEEDING), (import_160, import_160.replace("}", ", export_mw: 60}")))
    return of, site_year(of, site, year)


def test_contracts_and_plants_of_the_year_are_there_and_no_others():
    _, year = fed(2027)
    assert (year.ppas, year.generators) == (("wind",), ("g1",))
    np.testing.assert_array_equal(year.problem.ppa_mw, [by_month([0, 0] + [40] * 10)])
    np.testing.assert_allclose(
        year.problem.ppa_price_usd_per_mwh, [by_month([28 * 1.02 ** (month / 12) for month in range(12)])], rtol=1e-12
    )
    np.testing.assert_array_equal(year.problem.ppa_must_take_share, [0.8])
    np.testing.assert_array_equal(year.problem.ppa_resale, [True])
    np.testing.assert_array_equal(year.problem.ppa_resale_fee_usd_per_mwh, [1])
    np.testing.assert_allclose(year.problem.generator_mw, np.full((1, 8760), 9.0), rtol=1e-12)
    np.testing.assert_allclose(year.problem.generator_cost_usd_per_mwh, np.full((1, 8760), 27.0), rtol=1e-12)
    np.testing.assert_array_equal(year.problem.generator_least_share, [0.4])
    np.testing.assert_array_equal(year.problem.generator_min_up_hours, [6])
    assert year.problem.generation_limit_mwh == 10 * 500
    checked(year.problem)


def test_a_permit_is_that_of_all_plants_together():
    _, year = fed(2028)
    assert year.generators == ("g1", "g2")
    assert year.problem.generation_limit_mwh == 10 * 500 + 20 * 100
    assert site_year(*one(), 2028).problem.generation_limit_mwh == np.inf


def test_the_connection_lets_out_what_its_steps_say():
    _, year = fed(2027)
    np.testing.assert_array_equal(year.problem.export_limit_mw, by_month([0] * 6 + [60] * 6))
    assert year.problem.export_fee_usd_per_mwh == 1.5


def test_calls_fall_into_the_dearest_hours_and_leave_their_share_of_the_import():
    of, year = fed(2027)
    raw = Raw(of)
    prices = np.concatenate([raw.prices(0, month) for month in range(12)])
    assert year.called.sum() == 100
    assert prices[year.called].min() >= prices[~year.called].max()
    limit = by_month([100] * 6 + [160] * 6)
    np.testing.assert_array_equal(year.problem.import_limit_mw, np.where(year.called, 0.25 * limit, limit))


def test_of_equally_dear_hours_the_first_are_called():
    flat = np.ones((2, 8760))
    of = setting(3, count=1, text=text((SUPPLY, FEEDING)), shape=flat, power_level_usd_per_mwh=40.0)
    assert np.flatnonzero(site_year(of, of.portfolio.sites[0], 2027).called).tolist() == list(range(100))


def test_a_battery_loses_alike_both_ways_and_ends_as_full_as_it_began():
    of, before = fed(2027)
    assert before.problem.batteries == before.batteries == ()
    assert ("battery", "not yet") in [(fact.label, fact.value) for fact in before.facts]
    year = site_year(of, of.portfolio.sites[0], 2028)
    (battery,) = year.problem.batteries
    assert year.batteries == ("battery",)
    assert (battery.charge_mw, battery.discharge_mw, battery.energy_mwh, battery.usd_per_mwh_discharged) == (50, 50, 100, 6)
    assert battery.charge_efficiency == battery.discharge_efficiency == pytest.approx(0.9)
    assert battery.start_mwh == battery.least_end_mwh == pytest.approx(30)
    assert battery.end_value_usd_per_mwh == 0


def test_reserve_is_called_in_its_share_of_the_year():
    _, year = fed(2027)
    assert (year.problem.reserve_usd_per_mw_hour, year.problem.reserve_max_share) == (3, 0.5)
    assert year.problem.reserve_called_share == pytest.approx(0.1)


# ---- the door -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = write_small(tmp_path_factory.mktemp("full"), FULL_YAML)
    small_series(where)
    return where


def test_a_folder_is_opened_in_its_base_scenario(folder):
    year = open_site_year(folder, "rockdale", 2029, {"a2": "classic"})
    problem = checked(year.problem)
    assert (year.site, year.year, str(year.hours[0])) == ("rockdale", 2029, "2029-01-01T00")
    # plains: 38 in the first year, 2 % dearer each year; the file's shape is 1 + 0.75 cos
    hour = np.arange(8760)
    month = np.repeat(np.arange(12), [24 * days for days in DAYS])
    expected = 38 * 1.02 ** ((24 + month) / 12) * (1 + 0.75 * np.cos(2 * np.pi * hour / 24))
    np.testing.assert_allclose(problem.market_price_usd_per_mwh, expected, rtol=0.02)
    assert year.tiers == tuple(f"antminer-s21 at PUE 1.05, {step}" for step in ("low", "low to nominal", "nominal to high"))
    np.testing.assert_allclose(problem.tier_mw[:, 0], [30, 20, 10])
    assert year.charges == ("on-peak 2029-06", "on-peak 2029-07", "on-peak 2029-08", "annual peak")
    assert problem.unserved_usd_per_mwh == 4000
    assert problem.flexible_usd_per_mwh == 300
    labels = {fact.label for fact in year.facts}
    assert {"hours of calls of the supplier", "hours of coincident peak", "hall classic, PUE design day", "battery"} <= labels
    assert all(isinstance(fact.value, (str, float, int)) for fact in year.facts)


def test_a_plain_site_is_opened_too(folder):
    year = open_site_year(folder, "tydal", 2027)
    checked(year.problem)
    assert year.problem.peaks is None
    assert (year.cells, year.charges, year.batteries, year.ppas, year.generators) == ((), (), (), (), ())
    assert not year.called.any()


@pytest.mark.parametrize(
    ("site", "year", "converted", "code", "hint"),
    [
        ("rokdale", 2029, {}, "P201", "did you mean rockdale?"),
        ("rockdale", 2026, {}, "P224", "2027 to 2036"),
        ("rockdale", 2037, {}, "P224", "2027 to 2036"),
        ("rockdale", 2029, {"a9": "dense"}, "P201", "blocks of rockdale: a1, a2, land"),
        ("rockdale", 2029, {"a1": "dens"}, "P201", "did you mean dense?"),
        ("tydal", 2029, {"h1": "classic"}, "P201", "designs that can be built at tydal: dense"),
    ],
)
def test_what_is_not_there_is_named(folder, site, year, converted, code, hint):
    with pytest.raises(InputError) as caught:
        open_site_year(folder, site, year, converted)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert hint in problem.hint


def test_all_that_is_wrong_with_a_question_is_said_at_once(folder):
    with pytest.raises(InputError) as caught:
        open_site_year(folder, "rockdale", 2000, {"a1": "dens", "b1": "dense"})
    assert [problem.code for problem in caught.value.problems] == ["P224", "P201", "P201"]


def test_a_wrong_question_to_a_setting_is_a_value_error():
    of, site = one()
    with pytest.raises(ValueError, match="2030 is outside the study"):
        site_year(of, site, 2030)
