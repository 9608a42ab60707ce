"""What is refused, and what the messages say; labels of the result; what importing costs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from dispatch_sites import random_site
from test_months_of_hours import random_months

from repower.dispatch import balance_errors, dispatch_hours, dispatch_months, to_dataset
from repower.dispatch.linear import build_model
from repower.dispatch.threshold import firm_at_spot, mining_at_spot


@pytest.fixture
def site():
    rng = np.random.default_rng(3)
    while True:
        made = random_site(rng, 24)
        if min(len(made.ppa_mw), len(made.generator_mw), len(made.tier_mw)) >= 2:
            return made


def test_a_gap_is_named_with_its_hour(site):
    price = site.market_price_usd_per_mwh.copy()
    price[17] = np.nan
    with pytest.raises(ValueError, match=r"market_price_usd_per_mwh is nan at hour 17 "):
        dispatch_hours(replace(site, market_price_usd_per_mwh=price))


def test_a_negative_power_is_named_with_its_row_and_hour(site):
    power = site.ppa_mw.copy()
    power[1, 5] = -3.0
    for dispatch in (dispatch_hours, build_model):
        with pytest.raises(ValueError, match=r"ppa_mw is -3.0 at contract 1, hour 5 .* at least 0"):
            dispatch(replace(site, ppa_mw=power))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tier_mw": np.zeros((2, 23))}, r"tier_mw has shape \(2, 23\)"),
        ({"generator_mw": np.zeros(24)}, r"generator_mw has shape \(24,\), but two dims"),
        ({"ai_mw": np.zeros(25)}, r"ai_mw has shape \(25,\)"),
        ({"adder_usd_per_mwh": np.inf}, "adder_usd_per_mwh is inf"),
        ({"unserved_usd_per_mwh": np.nan}, "unserved_usd_per_mwh is nan"),
    ],
)
def test_what_does_not_fit_is_refused(site, changes, message):
    with pytest.raises(ValueError, match=message):
        dispatch_hours(replace(site, **changes))


def test_shares_and_flags(site):
    ppas = len(site.ppa_mw)
    with pytest.raises(ValueError, match=r"ppa_must_take_share is 80.0 at contract 0 .* 0 to 1"):
        dispatch_hours(replace(site, ppa_must_take_share=np.full(ppas, 80.0)))
    with pytest.raises(ValueError, match=r"ppa_resale has shape .* of bool"):
        dispatch_hours(replace(site, ppa_resale=np.ones(ppas)))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"shape_year": np.full((3, 2), 2)}, "shape_year reaches from 2 to 2, but the shape years are 0 to 1"),
        ({"shape_year": np.zeros((3, 2))}, "shape_year has .* of int"),
        ({"first_calendar_month": 12}, "first_calendar_month must be 0"),
        ({"level_usd_per_mwh": np.ones((2, 24))}, "level_usd_per_mwh has 2 scenarios where 1 or 3"),
        ({"level_usd_per_mwh": np.ones((3, 36))}, "level_usd_per_mwh has shape"),
        ({"ai_pue": np.ones((1, 2, 8784))}, "ai_pue has shape"),
    ],
)
def test_months_that_do_not_fit_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        dispatch_months(replace(random_months(1, 1, 1, 1, 1), **changes))


def test_no_threads_is_refused():
    with pytest.raises(ValueError, match="threads must be at least 1"):
        dispatch_months(random_months(1, 0, 0, 1, 1), threads=0)


def test_closed_forms_refuse_what_does_not_fit():
    shape, years, level = np.ones((1, 8760)), np.zeros((2, 1), dtype=int), np.ones((3, 12))
    with pytest.raises(ValueError, match=r"have .* scenarios where one number, or 1"):
        mining_at_spot(shape, years, level, 0, np.ones((1, 12)))
    with pytest.raises(ValueError, match=r"level is -1.0 at scenario 0, month 0"):
        firm_at_spot(shape, years, -np.ones((1, 12)), 0, shape)


def test_dataset_has_labels_and_units(site):
    result = dispatch_hours(site)
    tiers = [f"tier-{number}" for number in range(len(site.tier_mw))]
    data = to_dataset(
        result, hours=np.arange("2027-01-01T00", "2027-01-02T00", dtype="datetime64[h]").astype("datetime64[ns]"), tiers=tiers
    )
    sizes = {"hour": 24, "ppa": len(site.ppa_mw), "generator": len(site.generator_mw), "tier": len(tiers)}
    assert dict(data.sizes) == sizes | {"battery": 0, "cell": 0, "charge": 0}
    assert all(data[name].attrs["units"] and data[name].attrs["long_name"] for name in data.data_vars)
    np.testing.assert_array_equal(data["tier_mw"].sel(tier="tier-1"), result.tier_mw[1])
    priced = to_dataset(result, market_price_usd_per_mwh=site.market_price_usd_per_mwh)["market_price_usd_per_mwh"]
    np.testing.assert_array_equal(priced, site.market_price_usd_per_mwh)
    assert priced.attrs["units"] == "USD/MWh"
    assert set(data.data_vars) == set(vars(result)) - {"end_value_usd", "certificate"}
    with pytest.raises(ValueError, match="labels of tier"):
        to_dataset(result, tiers=["a"] * len(tiers))


def test_audit_finds_what_is_wrong(site):
    result = dispatch_hours(site)
    spot = result.spot_mw.copy()
    spot[4] += 0.5
    errors = balance_errors(site, replace(result, spot_mw=spot))
    assert np.flatnonzero(errors.energy_mw > 1e-9).tolist() == [4]
    assert errors.energy_mw[4] == pytest.approx(0.5)
    margin = result.margin_usd.copy()
    margin[9] += 1.0
    errors = balance_errors(site, replace(result, margin_usd=margin))
    assert np.flatnonzero(errors.money_share > 1e-12).tolist() == [9]
    assert errors.money_usd[9] == pytest.approx(1.0)


def test_importing_the_room_brings_no_solver_and_no_table_library():
    heavy = "{'linopy', 'highspy', 'pandas', 'xarray'}"
    code = f"import sys, repower.dispatch, repower.dispatch.threshold; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
