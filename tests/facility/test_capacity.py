"""Critical IT of a connection: the guard, and public pairs of gross and critical MW."""

from __future__ import annotations

import json
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.facility.capacity import critical_it_mw, design_day_pue
from repower.facility.cooling import pue
from repower.portfolio.design import Cooling

hours = st.lists(st.tuples(st.floats(-40, 48), st.floats(0, 20)), min_size=1, max_size=24)


@given(cooling=st.sampled_from(get_args(Cooling)), weather=hours, grid_mw=st.floats(0.1, 1000), load=st.floats(0.1, 1))
def test_draw_never_exceeds_the_connection(cooling, weather, grid_mw, load):
    dry = np.array([t for t, _ in weather])
    wet = dry - np.array([d for _, d in weather])
    critical = critical_it_mw(grid_mw, design_day_pue(cooling, dry, wet))
    assert (critical * load * pue(cooling, dry, wet, load) <= grid_mw).all()
    assert (critical * pue(cooling, dry + 3.9, wet + 3.9, 1.0) <= grid_mw).all()


@given(cooling=st.sampled_from(get_args(Cooling)), weather=hours, warmer=st.floats(0, 10))
def test_a_warmer_place_carries_no_more(cooling, weather, warmer):
    dry = np.array([t for t, _ in weather])
    wet = dry - np.array([d for _, d in weather])
    here = critical_it_mw(100.0, design_day_pue(cooling, dry, wet))
    assert critical_it_mw(100.0, design_day_pue(cooling, dry + warmer, wet + warmer)) <= here + 1e-9


# Which design a site has is our reading: Lake Mariner without trim chillers, the others liquid at 32 degC with them.
# The two sites in west Texas stand in the hottest hour of three real years of Dallas.
SITES = {
    "Cipher Barber Lake TX (phase1)": ("liquid_hybrid", "Dallas"),
    "IREN Horizon 1 Childress TX": ("liquid_hybrid", "Dallas"),
    "Core Scientific Muskogee OK": ("liquid_hybrid", "3A"),
    "Applied Digital Ellendale ND": ("liquid_hybrid", "6A"),
    "TeraWulf-Core42 Lake Mariner NY": ("warm_liquid", "5A"),
}


def test_public_pairs_of_gross_and_critical(shared, zones):
    rows = json.loads((shared / "oracles/facility/gross_critical_ratio.json").read_text())["rows"]
    errors = []
    for row in rows:
        cooling, place = SITES[row["site"]]
        ours = critical_it_mw(row["gross_mw"], design_day_pue(cooling, *zones[place]))
        errors.append(ours / row["critical_it_mw"] - 1)
        print(f"{row['site']}: {ours:.1f} against {row['critical_it_mw']} MW, {errors[-1]:+.1%}")
    print(f"mean error {np.abs(errors).mean():.1%}, worst {np.abs(errors).max():.1%}")
    assert len(errors) == 5
    assert np.abs(errors).mean() < 0.04
    assert np.abs(errors).max() < 0.08


def test_peak_overhead_as_stated_in_public(shared, zones):
    points = json.loads((shared / "oracles/facility/pue_points.json").read_text())
    stated = {point["name"]: point for point in points}
    ellendale = stated["Ellendale peak overhead"]  # 250 MW of IT and 82 MW beside it
    assert design_day_pue("liquid_hybrid", *zones["6A"]) == pytest.approx(ellendale["expected"], abs=ellendale["tol"])
    low, high = stated["TeraWulf stated PUE"]["expected"]
    assert low - 0.05 <= design_day_pue("warm_liquid", *zones["5A"]) <= high + 0.05


def test_no_power_and_no_weather_are_refused():
    with pytest.raises(ValueError, match="grid_mw is 0"):
        critical_it_mw(0.0, 1.2)
    with pytest.raises(ValueError, match="never under the IT load"):
        critical_it_mw(10.0, 0.9)
    with pytest.raises(ValueError, match="at least one hour"):
        design_day_pue("immersion", [], [])
