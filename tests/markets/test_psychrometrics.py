"""Wet bulb against psychrolib, and the laws that it must obey."""

from __future__ import annotations

import numpy as np
import psychrolib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.markets.psychrometrics import wet_bulb_c

psychrolib.SetUnitSystem(psychrolib.SI)


def test_equals_psychrolib_away_from_freezing():
    rng = np.random.default_rng(7)
    dry, share, kpa = rng.uniform(-40, 50, 1500), rng.uniform(0, 1, 1500), rng.uniform(60, 105, 1500)
    ours = wet_bulb_c(dry, share, kpa)
    theirs = np.array(
        [psychrolib.GetTWetBulbFromRelHum(t, r, 1000 * p) for t, r, p in zip(dry, share, kpa, strict=True)], dtype=float
    )
    clear = np.abs(theirs) > 1.0  # their bisection stops at 0.001 K
    assert np.abs(ours - theirs)[clear].max() < 1.1e-3
    assert np.abs(ours - theirs).max() < 1.0  # wet or frozen wick: both are solutions


def test_energy_balance_holds_by_psychrolib_also_at_freezing():
    rng = np.random.default_rng(8)
    for dry, share in zip(rng.uniform(-3, 12, 200), rng.uniform(0.05, 1, 200), strict=True):
        wet = float(wet_bulb_c(dry, share, 95.0))
        humidity = psychrolib.GetHumRatioFromTWetBulb(dry, wet, 95_000.0)
        assert humidity == pytest.approx(psychrolib.GetHumRatioFromRelHum(dry, share, 95_000.0), abs=2e-9)


@given(
    dry=st.floats(-60, 60),
    share=st.floats(0, 1),
    more=st.floats(0, 1),
    kpa=st.floats(55, 108),
)
def test_never_above_dry_bulb_and_grows_with_humidity(dry, share, more, kpa):
    low, high = sorted((share, more))
    less_wet, wetter = wet_bulb_c([dry, dry], [low, high], kpa)
    assert less_wet <= wetter + 1e-7
    assert wetter <= dry
    assert wet_bulb_c(dry, 1.0, kpa) == pytest.approx(dry, abs=1e-6)


@pytest.mark.parametrize(
    ("dry", "share", "kpa", "says"),
    [
        ([20.0, np.nan], 0.5, 101.3, r"dry_bulb_c\[1\] is nan"),
        (20.0, 50.0, 101.3, "relative_humidity_share.*50.0; 0 to 1"),
        (20.0, 0.5, 101_325.0, "pressure_kpa.*101325"),
    ],
)
def test_what_is_no_air_is_refused(dry, share, kpa, says):
    with pytest.raises(ValueError, match=says):
        wet_bulb_c(dry, share, kpa)
