"""What `repower calibrate` is made of: ranges of days, names of days, verdicts, bars, the page of all calibrations."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from repower.errors import InputError
from repower.report.calibrated import judged, pit_bars, plain
from repower.scenarios.calibration.ranges import choose_ranges, day_named

ROOT = Path(__file__).parents[2]


@given(st.dates(date(2000, 1, 1), date(2015, 1, 1)), st.integers(70, 5000))
def test_days_by_themselves_are_whole_months_and_leave_some_to_score(first, length):
    last = date.fromordinal(first.toordinal() + length)
    found = choose_ranges((first, last), (None, None, None), "x")
    assert first <= found.first <= found.last <= found.score_until <= last
    assert found.first.day == 1
    for end in (found.last, found.score_until):
        assert date.fromordinal(end.toordinal() + 1).day == 1
    months, fitted = (
        12 * (end.year - found.first.year) + end.month - found.first.month + 1 for end in (found.score_until, found.last)
    )
    assert months - fitted >= 1 or months == 1
    if months >= 24:
        assert fitted % 12 == 0
        assert 0.75 * months - 12 < fitted <= 0.75 * months


def test_six_of_eight_years_are_fitted_and_two_of_three():
    assert choose_ranges((date(2016, 1, 1), date(2023, 12, 31)), (None, None, None), "").last == date(2021, 12, 31)
    assert choose_ranges((date(2019, 12, 31), date(2023, 1, 1)), (None, None, None), "").last == date(2021, 12, 31)


def test_a_history_of_weeks_is_no_history():
    with pytest.raises(InputError, match="no whole month"):
        choose_ranges((date(2020, 1, 2), date(2020, 2, 20)), (None, None, None), "")


def test_days_are_named_short_or_long():
    assert day_named("2020", end=True) == date(2020, 12, 31)
    assert day_named("2020-02", end=True) == date(2020, 2, 29)
    assert day_named("2020-02", end=False) == date(2020, 2, 1)
    assert day_named("2020-02-11", end=True) == date(2020, 2, 11)
    for wrong in ("", "20", "2020-13", "2020-02-30", "2020-1-1-1", "last"):
        with pytest.raises(InputError):
            day_named(wrong, end=False)


@given(st.floats(0, 1), st.integers(1, 60), st.sampled_from([1, 6, 12]))
def test_a_band_is_called_wrong_only_where_chance_is_small(held, forecasts, ahead):
    said, independent = judged(held, 0.9, forecasts, ahead), max(1, round(forecasts / ahead))
    inside = round(held * independent)
    if said == "too narrow":
        assert stats.binomtest(inside, independent, 0.9, "less").pvalue < 0.05
    elif said == "too wide":
        assert stats.binomtest(inside, independent, 0.9, "greater").pvalue < 0.05
    elif said == "as promised":
        assert abs(held - 0.9) <= 0.05
    else:
        side = "less" if held < 0.9 else "greater"
        assert stats.binomtest(inside, independent, 0.9, side).pvalue >= 0.05
        assert "cannot prove" in said


def test_bars_show_where_what_came_lay():
    assert pit_bars(np.linspace(0.001, 0.999, 1000)) == "█" * 10
    assert pit_bars(np.array([0.95, 1.0])) == "·" * 9 + "█"
    assert pit_bars(np.array([])) == "·" * 10


def test_no_record_holds_what_json_has_not():
    assert plain({"a": (np.float64("inf"), np.datetime64("2020-01-01"), np.arange(2))}) == {"a": [None, "2020-01-01", [0, 1]]}
    with pytest.raises(ValueError, match="no place in JSON"):
        plain(object())


def test_the_page_of_calibrations_needs_its_histories(tmp_path):
    page = ROOT / "docs" / "calibration.md"
    before = page.read_bytes()
    script = [sys.executable, str(ROOT / "scripts" / "calibration_page.py"), str(tmp_path)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "histories absent" in done.stderr
    assert "bitcoin/btc_daily_2016_2023.parquet" in done.stderr
    assert page.read_bytes() == before
