"""One design in one block."""

from __future__ import annotations

import numpy as np
import pytest

from repower.facility import assess, existing_hall
from repower.portfolio import AiDesign, Block, Hall

DESIGN = AiDesign(name="liquid", cooling="liquid_hybrid", rack_kw=130.0, load_factor_share=0.9)
BLOCK = Block(name="a", grid_mw=36.0, hall=Hall(built=2022))


@pytest.fixture
def weather():
    hour = np.arange(8760)
    year = 14 - 14 * np.cos(2 * np.pi * hour / 8760) - 5 * np.cos(2 * np.pi * hour / 24)
    dry = np.stack([year, year + 1.5])
    return dry, dry - 4.0


def test_energy_and_racks_follow_from_critical_it(weather):
    hall = assess(DESIGN, BLOCK, *weather, 2028, 2027, 0.025)
    assert hall.pue.shape == (2, 8760)
    it_mwh = hall.critical_it_mw * 0.9 * 8760 * 2
    assert hall.grid_draw_mw.sum() == pytest.approx(it_mwh * hall.pue_annual, rel=1e-12)
    assert hall.racks * 130.0 <= 1000 * hall.critical_it_mw < (hall.racks + 1) * 130.0
    assert 1.0 < hall.pue_annual < hall.pue_design_day
    assert hall.grid_draw_mw.max() < BLOCK.grid_mw
    assert hall.cost_usd == pytest.approx(hall.critical_it_mw * hall.cost.usd_per_critical_mw)
    assert 0 < hall.cost.reused_share < 0.4


def test_an_existing_hall_is_the_same_without_cost(weather):
    new, old = assess(DESIGN, BLOCK, *weather, 2028, 2027, 0.025), existing_hall(DESIGN, BLOCK, *weather)
    assert not hasattr(old, "cost")
    assert (old.critical_it_mw, old.racks, old.pue_annual) == (new.critical_it_mw, new.racks, new.pue_annual)


def test_a_hotter_year_decides_for_all_years(weather):
    dry, wet = weather
    both = existing_hall(DESIGN, BLOCK, dry, wet)
    hot = existing_hall(DESIGN, BLOCK, dry[1:], wet[1:])
    assert both.critical_it_mw == hot.critical_it_mw < existing_hall(DESIGN, BLOCK, dry[:1], wet[:1]).critical_it_mw


def test_weather_of_another_shape_is_refused(weather):
    with pytest.raises(ValueError, match=r"weather is \[year, 8760\]"):
        existing_hall(DESIGN, BLOCK, weather[0][0], weather[1][0])
