"""Corners with answers on paper: ways that fit at one stored energy only, marginal values at a meter of one direction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from repower.dispatch import Battery, Peaks, SiteHours, dispatch_hours
from repower.dispatch.linear import dispatch_hours_lp
from repower.errors import InfeasibleError


def made(price, **given) -> SiteHours:
    """A site with nothing but a market, and what is given: rows as lists."""
    price = np.asarray(price, dtype=float)
    hours = len(price)
    none = np.zeros((0, hours))

    def rows(name: str) -> np.ndarray:
        values = given.get(name)
        return none if values is None else np.broadcast_to(np.asarray(values, dtype=float), (1, hours))

    return SiteHours(
        market_price_usd_per_mwh=price,
        adder_usd_per_mwh=0.0,
        import_limit_mw=np.broadcast_to(np.asarray(given.get("limit", 0.0), dtype=float), (hours,)),
        ppa_mw=rows("ppa"),
        ppa_price_usd_per_mwh=np.zeros_like(rows("ppa")),
        ppa_must_take_share=np.ones(len(rows("ppa"))),
        ppa_resale=np.zeros(len(rows("ppa")), dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.zeros(len(rows("ppa"))),
        generator_mw=rows("plant"),
        generator_cost_usd_per_mwh=rows("cost"),
        generator_least_share=np.ones(len(rows("plant"))),
        tier_mw=rows("tier"),
        tier_value_usd_per_mwh=rows("value"),
        ai_mw=np.zeros(hours),
        export_limit_mw=np.full(hours, float(given.get("export", 0.0))),
        export_fee_usd_per_mwh=float(given.get("export_fee", 0.0)),
        batteries=given.get("batteries", ()),
        peaks=given.get("peaks"),
    )


def test_a_plant_whose_surplus_just_fills_the_empty_store():
    """2 MW all or nothing at 20, 1 MW of mines worth 50, a store of 1 MWh: 50 - 40 + 50 = 60, and no more."""
    site = made(
        [60.0, 60.0], plant=[2.0, 2.0], cost=[20.0, 20.0], tier=[1.0, 1.0], value=[50.0, 50.0], batteries=(Battery(1, 1, 1),)
    )
    proof = dispatch_hours(site).certificate
    assert proof.objective_usd == pytest.approx(60.0, abs=1e-9)
    assert 60.0 - 1e-9 <= proof.bound_usd <= 60.0 + 1e-6


def test_a_store_that_has_to_be_emptied_first():
    """Emptied at 10 - 5 in the first hour, it takes the third MW of a plant that cannot run at two: 5 + 100 - 30 = 75."""
    battery = Battery(1, 1, 1, start_mwh=1, usd_per_mwh_discharged=5)
    site = made(
        [3.0, 3.0],
        limit=[1.0, 0.0],
        plant=[0.0, 3.0],
        cost=[10.0, 10.0],
        tier=[1.0, 2.0],
        value=[10.0, 50.0],
        batteries=(battery,),
    )
    proof = dispatch_hours(site).certificate
    assert proof.objective_usd == pytest.approx(75.0, abs=1e-9)
    assert proof.bound_usd == pytest.approx(75.0, abs=1e-6)
    assert dispatch_hours_lp(site).certificate.objective_usd == pytest.approx(75.0, abs=1e-6)


def test_more_import_is_worth_nothing_while_the_meter_turns_outwards():
    site = made([10.0], limit=3.0, export=2.0, export_fee=-4.0, plant=[2.0], cost=[0.0])
    result = dispatch_hours(site)
    wider = dispatch_hours(replace(site, import_limit_mw=site.import_limit_mw + 1))
    assert wider.certificate.objective_usd == result.certificate.objective_usd == pytest.approx(28.0)
    assert result.marginal_import_usd_per_mwh == pytest.approx([0.0])


def test_a_free_megawatt_at_a_peak_spares_the_peak_too():
    charge = Peaks(np.array([0]), np.array([5.0]), np.ones((1, 1)))
    result = dispatch_hours(made([10.0], limit=5.0, tier=[3.0], value=[80.0], peaks=charge))
    assert result.marginal_peak_usd_per_mw == pytest.approx([5.0])
    assert result.marginal_energy_usd_per_mwh == pytest.approx([15.0])


@pytest.mark.parametrize(
    ("site", "worth"),
    [
        (made([30.0], limit=10.0, export=1.0, export_fee=-5.0), 35.0),
        (made([30.0], limit=10.0, export=1.0, ppa=[1.0]), 30.0),
    ],
    ids=["negative fee", "contract paid anyway"],
)
def test_a_free_megawatt_is_sold_where_nothing_comes_in(site, worth):
    assert dispatch_hours(site).marginal_energy_usd_per_mwh == pytest.approx([worth])


def test_an_end_that_is_missed_by_little_is_missed():
    site = made([10.0, 50.0], limit=2.0, batteries=(Battery(1, 1, 9, 0.5, 0.5, least_end_mwh=1.0 + 1e-7),))
    with pytest.raises(InfeasibleError, match=r"battery-end\[hour=1\]"):
        dispatch_hours(site)


def test_charges_without_cells_and_horizons_without_hours():
    nothing = Peaks(np.array([-1, -1]), np.array([3.0]), np.ones((1, 0)))
    site = made([10.0, 10.0], limit=2.0, tier=[2.0, 2.0], value=[30.0, 30.0], peaks=nothing)
    assert dispatch_hours(site).certificate.objective_usd == pytest.approx(80.0)
    for dispatch in (dispatch_hours, dispatch_hours_lp):
        with pytest.raises(ValueError, match="no hours, so there is nothing to dispatch"):
            dispatch(made([]))


def test_what_is_handed_to_the_solver_keeps_its_time_limit(monkeypatch):
    asked = {}

    def noted(problem, **given):
        asked.update(given)
        return dispatch_hours_lp(problem, **given)

    monkeypatch.setattr("repower.dispatch.linear.dispatch_hours_lp", noted)
    site = made([10.0, 20.0], limit=1.0, batteries=(Battery(1, 1, 1), Battery(1, 1, 2, 0.5)))
    proof = dispatch_hours(site, time_limit_s=7.0).certificate
    assert asked["time_limit_s"] == 7.0
    assert proof.remarks[0] == "different batteries: solved by HiGHS, not by the kernel"
