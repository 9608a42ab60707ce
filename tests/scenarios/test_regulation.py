"""Events put upon scenarios and portfolios: what they move, and what they leave alone."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from hand_made import YAML, portfolio, random_shape, shapes
from repower.horizon import Month
from repower.portfolio import Portfolio
from repower.scenarios.connection_dates import NEVER
from repower.scenarios.regulation import (
    ban_mining,
    curtail_large_loads,
    curtailed_usd_per_year,
    delay_connections,
    pause_queue,
)
from repower.scenarios.sampling import base, sample

CONTRACTED = "{from: 2027-10, import_mw: 160, status: contracted}"
STEPS = (
    "{from: 2027-10, import_mw: 160, status: contracted, never_share: 0, delay: {p10_months: 0, p50_months: 0, p90_months: 0}}, "
    "{from: 2028-04, import_mw: 300, status: in_queue, never_share: 0.2}"
)


def two_sites(years: int = 20) -> Portfolio:
    """A site in Texas with a contracted and a queued step, and the same elsewhere in the country."""
    text = YAML.replace(CONTRACTED, STEPS).replace("years: 3", f"years: {years}")
    text = text.replace(
        "      - {name: land, grid_mw: 60}", "      - {name: land, grid_mw: 60}\n      - {name: more, grid_mw: 140}"
    )
    of = portfolio(text)
    (site,) = of.sites
    texas = site.model_copy(update={"queue_region": "ercot"})
    return of.model_copy(update={"sites": (texas, site.model_copy(update={"name": "elsewhere"}))})


def drawn(of: Portfolio, count: int = 300) -> xr.Dataset:
    return sample(of, count, 4, shapes(of, random_shape(1)))


def test_an_audit_moves_the_queue_of_its_region_and_nothing_else():
    of = two_sites()
    before = drawn(of)
    after = pause_queue(before, of, "ercot", 9)
    old, new = before.powered_month.values, after.powered_month.values
    np.testing.assert_array_equal(np.delete(new, 4, axis=1), np.delete(old, 4, axis=1))
    lost = before.queue_months.values[:, 4] >= NEVER
    assert 0.1 < lost.mean() < 0.3
    assert (new[lost, 4] == 240).all()
    inside = ~lost & (old[:, 4] + 9 < 240)
    np.testing.assert_array_equal(new[inside, 4], old[inside, 4] + 9)
    for name in set(before.data_vars) - {"queue_months", "powered_month"}:
        xr.testing.assert_identical(before[name], after[name])
    xr.testing.assert_identical(pause_queue(before, of, "ercot", 0), before)
    assert after.powered_month.attrs == before.powered_month.attrs


def test_who_waits_for_permits_loses_less_by_an_audit():
    text = YAML.replace(
        CONTRACTED, "{from: 2027-10, import_mw: 160, status: in_queue, never_share: 0, greenfield: {substation_months: 0}}"
    )
    of = portfolio(text.replace("years: 3", "years: 20"))
    before = drawn(of, 2000)
    after = pause_queue(before, of, "us", 12)
    lost = (after.powered_month - before.powered_month).values[:, 3]
    permits, queue = before.permit_months.values[:, 3], before.queue_months.values[:, 3]
    expected = np.clip(np.maximum(permits, queue + 12) - np.maximum(permits, queue), 0, 12)
    late = before.powered_month.values[:, 3] + 12 >= 240
    np.testing.assert_array_equal(lost[~late], expected[~late])
    assert (expected < 12).any()
    assert (expected == 12).any()


def test_a_delay_of_all_connections():
    of = two_sites()
    before = drawn(of)
    after = delay_connections(before, of, 24)
    waiting = [3, 4, 8, 9]
    old, new = before.powered_month.values, after.powered_month.values
    np.testing.assert_array_equal(new[:, waiting], np.minimum(old[:, waiting] + 24, 240))
    np.testing.assert_array_equal(np.delete(new, waiting, axis=1), np.delete(old, waiting, axis=1))
    assert (new[:, 3] == 6 + 24).all()
    # Two delays are one delay of both.
    xr.testing.assert_identical(delay_connections(delay_connections(before, of, 10), of, 14), after)
    # An audit on top makes nothing earlier again.
    assert (pause_queue(after, of, "ercot", 6).powered_month >= after.powered_month).all()


def test_an_event_on_the_middle_path():
    of = two_sites()
    middle = base(of, shapes(of, random_shape(1)))
    assert pause_queue(middle, of, "ercot", 5).powered_month.values[0, 3:5].tolist() == [6, 12 + 20 + 5]


def test_scenarios_of_another_portfolio_and_events_backwards_are_refused():
    of = two_sites()
    with pytest.raises(ValueError, match="another portfolio"):
        pause_queue(drawn(of, 2), portfolio(), "us", 3)
    with pytest.raises(ValueError, match="nothing earlier"):
        delay_connections(drawn(of, 2), of, -3)


def test_large_loads_that_are_still_to_come_are_cut():
    of = two_sites()
    cut = curtail_large_loads(of, 60, import_share=0.1)
    texas, elsewhere = cut.sites
    assert (texas.supply.curtailment.hours_per_year, texas.supply.curtailment.import_share) == (60, 0.1)
    assert elsewhere.supply.curtailment is None
    assert of.sites[0].supply.curtailment is None
    assert curtail_large_loads(of, 60, least_mw=201).sites == of.sites
    # Of what is agreed already the harder holds.
    harder = curtail_large_loads(cut, 40, import_share=0.05).sites[0].supply.curtailment
    assert (harder.hours_per_year, harder.import_share) == (60, 0.05)
    assert curtailed_usd_per_year(100.0, 20.0, 60, 300.0, 15.0) == 60 * (100 * 300 + 20 * 15)


def test_a_ban_is_a_rule_of_the_country_and_leaves_other_rules():
    of = portfolio(
        YAML.replace(
            "minimum_mining_share: 0.0}",
            "jurisdictions: [{country: US, ai_allowed: false}, {country: NO, gpus_importable: false}]}",
        )
    )
    banned = ban_mining(of, "US", Month.parse("2028-01"))
    rule = banned.jurisdiction("US")
    assert (rule.mining_until, rule.new_mining_allowed, rule.ai_allowed) == (Month.parse("2027-12"), False, False)
    assert banned.jurisdiction("NO") == of.jurisdiction("NO")
    assert ban_mining(of, "CA", Month.parse("2028-01")).jurisdiction("US") == of.jurisdiction("US")
    # A later ban does not lift an earlier one.
    assert ban_mining(banned, "US", Month.parse("2029-01")).jurisdiction("US").mining_until == Month.parse("2027-12")
