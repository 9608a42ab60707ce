"""Weather years: local standard time to UTC, and the files of five makers against their own lines.

The reader needs pvlib, an extra; tests of files are skipped without it.
"""

from __future__ import annotations

import gzip
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.errors import InputError
from repower.markets.psychrometrics import wet_bulb_c
from repower.markets.sources import read_hourly
from repower.markets.sources.kinds import Choices, import_series
from repower.markets.sources.weather_years import to_utc

STATION = ("s_dry_bulb_c", "s_relative_humidity_share", "s_pressure_kpa")


def lines_of(path):
    """Month, day, hour, dry bulb, humidity and pressure of every line, by splitting it."""
    text = gzip.decompress(path.read_bytes()).decode("latin-1") if path.suffix == ".gz" else path.read_text("latin-1")
    cells = [line.split(",") for line in text.splitlines()]
    return float(cells[0][8]), [[float(row[n]) for n in (1, 2, 3, 6, 8, 9)] for row in cells[8:] if row[1:3] != ["2", "29"]]


def imported(path, out, year=None):
    done = import_series("epw", [path], out, {"s": ""}, Choices(year=year))
    return done, read_hourly(out, STATION)


def test_a_missing_library_is_one_clear_problem(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pvlib", None)
    monkeypatch.setitem(sys.modules, "pvlib.iotools", None)
    with pytest.raises(InputError) as caught:
        import_series("epw", [tmp_path / "x.epw"], tmp_path / "o.csv", {"s": ""})
    (found,) = caught.value.problems
    assert found.code == "S324"
    assert "repower[weather]" in found.hint


@pytest.mark.parametrize(
    "name",
    ["tx_houston_tmy3", "no_stockholm_iwec", "sg_singapore_iwec", "bt_shimla_in", "ab_cutbank_mt_tmy3", "wa_ellensburg_amy2020"],
)
def test_every_line_of_a_real_file_is_at_its_hour_of_utc(shared, tmp_path, name):
    pytest.importorskip("pvlib")
    path = shared / "data" / "weather" / f"{name}.epw.gz"
    ahead, rows = lines_of(path)
    done, series = imported(path, tmp_path / "w.parquet", 2023)
    assert series.years == (2023,)
    assert any("2023" in note for note in done.notes)
    hour_zero = np.datetime64("2023-01-01T00", "h")
    for month, day, hour, dry_bulb, humidity, pressure in rows[::97] + rows[:15] + rows[-15:]:
        local = np.datetime64(f"2023-{int(month):02d}-{int(day):02d}T00", "h") + int(hour) - 1
        place = int((local - int(ahead) - hour_zero).astype(int)) % 8760
        found = [series.values[column][0, place] for column in STATION]
        np.testing.assert_allclose(found, [dry_bulb, humidity / 100, pressure / 1000], atol=1e-9)


@pytest.mark.parametrize(
    ("name", "peak_utc"), [("tx_houston_tmy3", (19, 23)), ("sg_singapore_iwec", (4, 8)), ("no_stockholm_iwec", (11, 15))]
)
def test_the_afternoon_is_where_the_sun_is(shared, tmp_path, name, peak_utc):
    """The hottest hour of the mean day: mid-afternoon by the sun, whatever the file says of its zone."""
    pytest.importorskip("pvlib")
    _, series = imported(shared / "data" / "weather" / f"{name}.epw.gz", tmp_path / "w.parquet")
    day = series.values["s_dry_bulb_c"][0].reshape(365, 24).mean(axis=0)
    assert peak_utc[0] <= int(day.argmax()) <= peak_utc[1]


def test_houston_gives_the_wet_bulb_of_a_hot_humid_place(shared, tmp_path):
    pytest.importorskip("pvlib")
    _, series = imported(shared / "data" / "weather" / "tx_houston_tmy3.epw.gz", tmp_path / "w.parquet")
    wet = wet_bulb_c(*(series.values[column] for column in STATION))
    assert 25.0 < np.quantile(wet, 0.99) < 28.0


def epw(path, rows, zone="-6.0"):
    head = [f"LOCATION,Somewhere,TX,USA,TMY3,722430,30.00,-95.37,{zone},29.0", *["HEADER"] * 7]
    body = [
        ",".join((str(y), str(m), str(d), str(h), "0", "?9", str(t), "1.7", str(rh), str(p), *["0"] * 25))
        for y, m, d, h, t, rh, p in rows
    ]
    path.write_text("\n".join([*head, *body]) + "\n", encoding="latin-1")
    return path


def year_rows(year=2001, leap=False):
    days = np.arange(np.datetime64(f"{year}-01-01"), np.datetime64(f"{year + 1}-01-01")).astype(str)
    rows = [[year, int(d[5:7]), int(d[8:10]), h, 10.0, 50, 100000] for d in days for h in range(1, 25)]
    return rows if leap else [row for row in rows if row[1:3] != [2, 29]]


def test_a_year_put_together_is_one_year_and_serves_all(tmp_path):
    pytest.importorskip("pvlib")
    rows = year_rows()
    for row in rows:
        row[0] = 1988 if row[1] < 6 else 1995
    done, series = imported(epw(tmp_path / "w.epw", rows), tmp_path / "o.csv")
    assert series.years == (2001,)
    assert "put together from 1988 to 1995, written as 2001" in " ".join(done.notes)


def test_29_february_is_left_out_and_noted(tmp_path):
    pytest.importorskip("pvlib")
    rows = year_rows(2020, leap=True)
    done, series = imported(epw(tmp_path / "w.epw", rows), tmp_path / "o.csv")
    assert series.years == (2020,)
    assert any("24 hours of 29 February" in note for note in done.notes)


def test_missing_supersaturated_and_impossible_values(tmp_path):
    pytest.importorskip("pvlib")
    rows = year_rows()
    rows[100][5] = 104
    done, series = imported(epw(tmp_path / "w.epw", rows), tmp_path / "o.csv")
    assert series.values["s_relative_humidity_share"].max() == 1.0
    assert any("1 hours above saturation" in note for note in done.notes)
    for column, value, code in (
        (4, 99.9, "S314"),
        (5, 999, "S314"),
        (6, 999999, "S314"),
        (5, 120, "S319"),
        (4, 80, "S319"),
        (6, 1013, "S319"),
    ):
        rows = year_rows()
        rows[1000][column] = value
        with pytest.raises(InputError) as caught:
            imported(epw(tmp_path / "v.epw", rows), tmp_path / "v.csv")
        (found,) = caught.value.problems
        assert found.code == code
        assert found.line in (1009, 1008)


def test_hours_that_are_not_a_year(tmp_path):
    pytest.importorskip("pvlib")
    rows = year_rows()
    for broken in (rows[:-1], rows[1:], rows[:500] + rows[499:], [*rows[:10], rows[11], rows[10], *rows[12:]]):
        with pytest.raises(InputError) as caught:
            imported(epw(tmp_path / "w.epw", broken), tmp_path / "o.csv")
        assert [p.code for p in caught.value.problems] == ["S320"]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "LOCATION,x\n", "LOCATION,a,b,c,d,e,f,g,h,i\n" * 9])
@pytest.mark.parametrize("kind", ["epw", "tmy3"])
def test_another_file_is_no_weather_year(tmp_path, text, kind):
    pytest.importorskip("pvlib")
    path = tmp_path / "w.epw"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        import_series(kind, [path], tmp_path / "o.csv", {"s": ""})
    assert [p.code for p in caught.value.problems] == ["S301"]


def test_tmy3_says_what_epw_says(tmp_path):
    """The same year in both formats; TMY3 has mbar and hours 01:00 to 24:00."""
    pytest.importorskip("pvlib")
    rows = year_rows()
    for place, row in enumerate(rows):
        row[4] = round(10 + 8 * np.sin(place / 8760 * 6.28), 1)
        row[0] = 1988 if row[1] == 2 else 1995
    imported(epw(tmp_path / "w.epw", rows), tmp_path / "epw.csv")
    lines = [
        '722430,"SOMEWHERE",TX,-6.0,30.000,-95.367,29',
        "Date (MM/DD/YYYY),Time (HH:MM),Dry-bulb (C),RHum (%),Pressure (mbar)",
    ]
    lines += [f"{m:02d}/{d:02d}/{y},{h:02d}:00,{t},{rh},{p // 100}" for y, m, d, h, t, rh, p in rows]
    (tmp_path / "w.csv").write_text("\n".join(lines) + "\n")
    import_series("tmy3", [tmp_path / "w.csv"], tmp_path / "tmy3.csv", {"s": ""})
    ours, theirs = (read_hourly(tmp_path / f"{name}.csv", STATION) for name in ("tmy3", "epw"))
    for column in STATION:
        np.testing.assert_allclose(ours.values[column], theirs.values[column], atol=1e-9)


@given(ahead=st.sampled_from([-12.0, -9.5, -6.0, -3.5, 0.0, 1.0, 5.5, 5.75, 12.75, 14.0]))
def test_the_ring_keeps_mean_and_order(ahead):
    """A wave of one year is the same wave, later by the hours that local time is ahead."""
    hours = np.arange(8760)
    turn = 2 * np.pi / 8760
    local = np.cos(turn * hours)
    utc = to_utc(local, ahead)
    assert utc.mean() == pytest.approx(local.mean(), abs=1e-12)
    np.testing.assert_allclose(utc, np.cos(turn * (hours + ahead)), atol=1e-6)
