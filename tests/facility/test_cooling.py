"""PUE: laws, closed forms, manufacturers' chillers, published bands by climate zone."""

from __future__ import annotations

import json
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from repower.facility.cooling import AIR_COOLED, CHAIN, PLANTS, WATER_COOLED, Loop, Plant, plant_pue, pue
from repower.portfolio import Source
from repower.portfolio.design import Cooling

designs = st.sampled_from(get_args(Cooling))
temperatures = st.floats(-40, 50)


def test_every_design_has_a_plant_and_carries_all_heat():
    assert set(PLANTS) == set(get_args(Cooling))
    for plant in PLANTS.values():
        assert sum(loop.heat_share for loop in plant.loops) == pytest.approx(1.0, abs=1e-12)


@given(cooling=designs, dry=temperatures, depression=st.floats(0, 20), load=st.floats(0.05, 1))
def test_pue_is_never_under_the_electrical_chain(cooling, dry, depression, load):
    value = float(pue(cooling, dry, dry - depression, load))
    assert 1.0 / (CHAIN.ups * CHAIN.distribution * CHAIN.transformer) <= value < 30.0
    if load == 1.0:
        assert value < 1.7


@given(cooling=designs, dry=temperatures, depression=st.floats(0, 20), warmer=st.floats(0, 15), moister=st.floats(0, 1))
def test_pue_grows_with_dry_and_with_wet_bulb(cooling, dry, depression, warmer, moister):
    here = float(pue(cooling, dry, dry - depression, 1.0))
    assert here <= float(pue(cooling, dry + warmer, dry - depression, 1.0)) + 1e-12
    assert here <= float(pue(cooling, dry, dry - depression * (1 - moister), 1.0)) + 1e-12


@given(cooling=designs, dry=temperatures, loads=st.lists(st.floats(0.05, 1), min_size=2, max_size=2))
def test_draw_grows_with_load_and_pue_falls(cooling, dry, loads):
    low, high = sorted(loads)
    at_low, at_high = pue(cooling, dry, dry - 2.0, [low, high])
    assert at_high <= at_low + 1e-12
    assert low * at_low <= high * at_high + 1e-12


def test_cold_hour_by_hand():
    # all heat is free, fans at least speed: (1/(.97 .99)) (1 + .02 .2^3 + .012 .97 + .010 .03 + .035 .03) + house, over .99
    heat = 1 / (0.97 * 0.99)
    by_hand = (heat * (1 + 0.02 * 0.008 + 0.012 * 0.97 + (0.010 + 0.035) * 0.03) + 0.008) / 0.99
    assert float(pue("immersion", -30.0, -30.0, 1.0)) == pytest.approx(by_hand, rel=1e-12)


def test_hot_hour_by_hand():
    # 20 degC water against 40 degC air: nothing is free; Te = 17 degC, Tc = 55 degC
    heat, cop = 1 / (0.97 * 0.99), 0.467 * 290.15 / 38.0
    by_hand = (heat * (1 + 1 / cop + 0.02 + 0.010 + 0.035) + 0.008) / 0.99
    assert float(pue("air_chiller", 40.0, 25.0, 1.0)) == pytest.approx(by_hand, rel=1e-12)


def _full_load_points(curve):
    """Water, sink and COP of a manufacturer's chiller at full load, inside its limits: COP is the rated one over EIR(T)."""
    low_water, high_water, low_sink, high_sink = curve["limits"]
    for water in (6.0, 8.0, 10.0):
        for sink in range(15, 46, 5):
            if low_water <= water <= high_water and low_sink <= sink <= high_sink:
                terms = np.array([1, water, water**2, sink, sink**2, water * sink])
                yield water, sink, curve["cop_ref"] / float(terms @ curve["eirft"])


@pytest.mark.parametrize(
    ("kind", "law", "smallest_kw", "mape", "rmse"),
    [("air", AIR_COOLED, 300.0, 0.05, 0.17), ("water", WATER_COOLED, 1000.0, 0.11, 1.0)],
)
def test_chiller_law_against_manufacturers_curves(shared, kind, law, smallest_kw, mape, rmse):
    curves = json.loads((shared / "oracles/facility/chiller_eir_curves.json").read_text())["curves"]
    chosen = [curve for curve in curves if curve["kind"] == kind and curve["kW"] > smallest_kw]
    water, sink, theirs = np.array([point for curve in chosen for point in _full_load_points(curve)]).T
    error = law.cop(water, sink) - theirs
    print(f"{kind}: {len(chosen)} chillers, {len(water)} points, MAPE {np.abs(error / theirs).mean():.3f}, "
          f"RMSE {np.sqrt((error**2).mean()):.3f}")  # fmt: skip
    assert np.abs(error / theirs).mean() < mape
    assert np.sqrt((error**2).mean()) < rmse


# A hyperscale water-cooled plant of the published study's kind, written with the loop of this room; the values are ours.
TOWER = Plant(
    CHAIN,
    (Loop("water", 1.0, 20.0, "tower", 8.0, 4.0, 1.5, 0.015, 0.02, 0.04, Source("A", "for the test"), chiller=WATER_COOLED),),
)


@pytest.mark.parametrize(("case", "plant", "least_rank"), [(1, PLANTS["adiabatic_air"], 0.75), (2, TOWER, 0.85)])
def test_annual_pue_lies_in_published_bands(shared, zones, case, plant, least_rank):
    # The mild coast (3C) ranks higher in the study's airside case than here, since humidity control is left out.
    rows = json.loads((shared / "oracles/facility/pue_lei_masanet_2022.json").read_text())["rows"]
    bands = {row["zone"]: (row["pue_p5"], row["pue_p95"]) for row in rows if row["case"] == case and row["zone"] in zones}
    ours = {zone: float(plant_pue(plant, *zones[zone], 1.0).mean()) for zone in bands}
    middle = {zone: sum(band) / 2 for zone, band in bands.items()}
    distance = np.mean([abs(ours[zone] - middle[zone]) for zone in bands])
    rank = spearmanr([ours[zone] for zone in bands], [middle[zone] for zone in bands]).statistic
    print(f"case {case}: {len(bands)} zones, mean distance to the middle {distance:.4f}, rank correlation {rank:.3f}")
    assert len(bands) >= 6
    outside = {zone: (ours[zone], band) for zone, band in bands.items() if not band[0] <= ours[zone] <= band[1]}
    assert not outside
    assert rank > least_rank
    assert distance < 0.05


def test_air_chillers_rank_the_climates_as_published(shared, zones):
    # the published air-cooled plants are older and at part load (1.5-2.4), so only the order can agree
    rows = json.loads((shared / "oracles/facility/pue_lei_masanet_2022.json").read_text())["rows"]
    published = {row["zone"]: row["pue_p5"] + row["pue_p95"] for row in rows if row["case"] == 7 and row["zone"] in zones}
    ours = [float(pue("air_chiller", *zones[zone], 1.0).mean()) for zone in published]
    assert spearmanr(ours, list(published.values())).statistic > 0.9


@pytest.mark.parametrize(
    ("dry", "wet", "load", "says"),
    [
        ([20.0, np.nan], [10.0, 10.0], 1.0, r"no number at index \[1\]"),
        (20.0, 25.0, 1.0, "wet bulb is above"),
        (20.0, 15.0, 0.0, "load_share"),
    ],
)
def test_impossible_weather_and_load_are_refused(dry, wet, load, says):
    with pytest.raises(ValueError, match=says):
        pue("rear_door", dry, wet, load)
