"""Plain tables: zones on both halves of the earth, offsets, ends of intervals, units, and what is refused."""

from __future__ import annotations

from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market_files import prices, utc_hours, write
from repower.errors import InputError
from repower.markets.sources import read_hourly
from repower.markets.sources.kinds import KINDS, Choices, import_series, named_columns, read_hours
from repower.markets.sources.tables import TableLayout
from repower.markets.sources.wall_clock import offsets, zone_named
from repower.markets.years import year_hours

AROUND_2023 = utc_hours("2022-12-31", "2024-01-02")
ZONES = ["Europe/Oslo", "America/Chicago", "Australia/Sydney", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]


def table(path, hours, zone, minutes=60, form="%Y-%m-%d %H:%M", end=False):
    """Rows of a wall clock whose mean over each hour of UTC is the hour's price."""
    lines = ["time,price"]
    for hour, price in zip(hours, prices(hours), strict=True):
        for step in range(60 // minutes):
            moment = hour + timedelta(minutes=minutes * (step + end))
            lines.append(f"{moment.astimezone(ZoneInfo(zone)):{form}},{price:.3f}")
    return write(path, *lines)


def read(path, unit="USD/MWh", usd=None, fill=0, **layout):
    return read_hours("table", [path], {"a": "price"}, Choices(usd, fill, layout=TableLayout("time", unit=unit, **layout)))


def problems(*args, **kwargs):
    with pytest.raises(InputError) as caught:
        read(*args, **kwargs)
    return caught.value.problems


def expected(year=2023):
    return (year_hours(year) - int(np.datetime64("2020-01-01T00", "h").astype(int))) * 0.001


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("end", [False, True])
def test_a_year_of_any_clock_comes_back(tmp_path, zone, end):
    """Lord Howe turns its clock by half an hour, and India is half an hour off: halves make hours of UTC there."""
    minutes = 30 if zone in ("Australia/Lord_Howe", "Asia/Kolkata") else 60
    path = table(tmp_path / "t.csv", AROUND_2023, zone, minutes, end=end)
    found = read(path, zone=zone, minutes=minutes, stamps="end" if end else "beginning")
    np.testing.assert_allclose(found.values["a"], expected(), atol=1e-9)


def test_stamps_with_their_offset_need_no_zone(tmp_path):
    path = table(tmp_path / "t.csv", AROUND_2023, "Europe/Oslo", form="%Y-%m-%dT%H:%M%z")
    np.testing.assert_allclose(read(path).values["a"], expected(), atol=1e-9)
    np.testing.assert_allclose(read(path, zone="Europe/Oslo").values["a"], expected(), atol=1e-9)
    found = problems(path, zone="Europe/London")
    assert {p.code for p in found} == {"S326"}
    assert "60 minutes from UTC, and Europe/London 0" in found[0].message


def test_parquet_with_and_without_zone(tmp_path):
    index = pd.DatetimeIndex(AROUND_2023)
    frame = pd.DataFrame({"time": index, "price": prices(AROUND_2023)})
    frame.to_parquet(tmp_path / "utc.parquet")
    np.testing.assert_allclose(read(tmp_path / "utc.parquet").values["a"], expected(), atol=1e-9)
    frame.assign(time=index.tz_convert("Europe/Oslo").tz_localize(None)).to_parquet(tmp_path / "wall.parquet")
    np.testing.assert_allclose(read(tmp_path / "wall.parquet", zone="Europe/Oslo").values["a"], expected(), atol=1e-9)
    assert problems(tmp_path / "wall.parquet")[0].code == "S326"


def test_a_pattern_and_a_separator(tmp_path):
    path = table(tmp_path / "t.csv", AROUND_2023, "Europe/Oslo", form="%d.%m.%Y %H:%M")
    path.write_text(path.read_text().replace(",", ";"))
    found = read(path, zone="Europe/Oslo", time_format="%d.%m.%Y %H:%M", separator=";")
    np.testing.assert_allclose(found.values["a"], expected(), atol=1e-9)


@pytest.mark.parametrize(
    ("clock", "fault"),
    [
        # what each zone's clock does on the days on which another's changes
        ("America/Chicago", "2023-03-26 02:00"),
        ("UTC", "2023-03-26 02:00"),
    ],
)
def test_a_file_of_another_zone_contradicts_the_stated_one(tmp_path, clock, fault):
    path = table(tmp_path / "t.csv", AROUND_2023, clock)
    found = problems(path, zone="Europe/Oslo")
    assert {p.code for p in found} == {"S326"}
    assert any(f"never showed {fault}" in p.message for p in found)
    assert any("2023-10-29 02:00 is there once" in p.message for p in found)


def test_a_lost_hour_is_told_where_it_is(tmp_path):
    lines = table(tmp_path / "t.csv", AROUND_2023, "UTC", form="%Y-%m-%dT%H:%MZ").read_text().splitlines()
    del lines[4000]
    path = write(tmp_path / "u.csv", *lines)
    (found,) = problems(path)
    assert (found.code, found.line) == ("S314", 4000)
    assert "ask for gaps" in found.hint
    filled = read(path, fill=1)
    np.testing.assert_allclose(np.sort(np.abs(filled.values["a"] - expected()))[-2:], [0, 0.001], atol=1e-9)
    assert "filled with the value before" in filled.notes[0]


@pytest.mark.parametrize(
    ("unit", "usd", "factor"),
    [
        ("USD/MWh", None, 1.0),
        ("EUR/MWh", 1.08, 1.08),
        ("NOK/kWh", 0.1, 100.0),
        ("USD/GWh", None, 0.001),
    ],
)
def test_units_of_prices(tmp_path, unit, usd, factor):
    path = table(tmp_path / "t.csv", AROUND_2023, "UTC")
    np.testing.assert_allclose(read(path, unit, usd, zone="UTC").values["a"], factor * expected(), atol=1e-9)


@pytest.mark.parametrize(
    ("unit", "usd"), [("", None), ("$/MWh", None), ("EUR/MWh", None), ("USD/MWh", 1.1), ("degC", None), ("EUR/MWh", -1.0)]
)
def test_units_that_are_not_certain(tmp_path, unit, usd):
    path = table(tmp_path / "t.csv", AROUND_2023, "UTC")
    assert [p.code for p in problems(path, unit, usd, zone="UTC")] == ["S317"]


def test_weather_in_other_units(tmp_path):
    hours = [f"{hour:%Y-%m-%dT%H:%MZ},77,65,14.7" for hour in AROUND_2023]
    path = write(tmp_path / "t.csv", "time,t,rh,p", *hours)
    units = {"s_dry_bulb_c": "degF", "s_relative_humidity_share": "%"}
    layout = TableLayout("time", unit=units)
    found = read_hours("table", [path], {"s_dry_bulb_c": "t", "s_relative_humidity_share": "rh"}, Choices(layout=layout))
    assert [column[0] for column in found.values.values()] == [pytest.approx(25.0), pytest.approx(0.65)]
    with pytest.raises(InputError) as caught:
        read_hours("table", [path], {"s_relative_humidity_share": "rh"}, Choices(layout=TableLayout("time", unit="share")))
    assert {p.code for p in caught.value.problems} == {"S319"}
    assert caught.value.problems[0].line == 2


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        ({"zone": "Europe/Olso"}, "S326"),
        ({"minutes": 7}, "S327"),
        ({"zone": "UTC", "minutes": 15}, "S320"),
        ({"zone": "UTC", "time_format": "%d.%m.%Y"}, "S313"),
        ({"zone": "UTC", "separator": ";"}, "S302"),
    ],
)
def test_a_layout_that_is_another(tmp_path, layout, code):
    path = table(tmp_path / "t.csv", AROUND_2023[:50], "UTC")
    assert problems(path, **layout)[0].code == code


def test_quarters_stated_as_hours_are_refused(tmp_path):
    path = table(tmp_path / "t.csv", AROUND_2023[:50], "UTC", minutes=15)
    assert {p.code for p in problems(path, zone="UTC")} == {"S320"}


def test_names_on_a_command_line():
    assert named_columns(["a", "west=HB_WEST", "no3=BZN|NO3", "p = Price (EUR/MWh)"]) == {
        "a": "",
        "west": "HB_WEST",
        "no3": "BZN|NO3",
        "p": "Price (EUR/MWh)",
    }
    for wrong in (["=x"], ["a", "a=b"], ["a,b"]):
        with pytest.raises(InputError) as caught:
            named_columns(wrong)
        assert caught.value.problems[0].code == "S318"


# --- writing ---


def test_nothing_is_overwritten_or_left_half(tmp_path):
    path = table(tmp_path / "t.csv", AROUND_2023, "UTC")
    choices = Choices(layout=TableLayout("time", zone="UTC", unit="USD/MWh"))
    out = tmp_path / "out.csv"
    out.write_text("mine")
    with pytest.raises(InputError) as caught:
        import_series("table", [path], out, {"a": "price"}, choices)
    assert caught.value.problems[0].code == "S322"
    assert out.read_text() == "mine"
    import_series("table", [path], out, {"a": "price"}, choices, overwrite=True)
    np.testing.assert_allclose(read_hourly(out, ("a",)).values["a"][0], expected(), atol=1e-9)
    for wrong, code in ((tmp_path / "none" / "x.csv", "S323"), (tmp_path / "x.xlsx", "S323")):
        with pytest.raises(InputError) as caught:
            import_series("table", [path], wrong, {"a": "price"}, choices)
        assert caught.value.problems[0].code == code
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out.csv", "t.csv"]


def test_a_fault_leaves_the_old_file_as_it_was(tmp_path):
    out = tmp_path / "out.csv"
    out.write_text("old")
    path = table(tmp_path / "t.csv", AROUND_2023[:50], "UTC")
    with pytest.raises(InputError) as caught:
        import_series(
            "table", [path], out, {"a": "price"}, Choices(layout=TableLayout("time", zone="UTC", unit="USD/MWh")), overwrite=True
        )
    assert caught.value.problems[0].code == "S321"
    assert out.read_text() == "old"


@pytest.mark.parametrize(
    ("kind", "columns", "choices", "code"),
    [
        ("ercto", {"a": ""}, Choices(), "S311"),
        ("table", {"a": ""}, Choices(), "S327"),
        ("ercot", {"a": ""}, Choices(layout=TableLayout("t")), "S327"),
        ("ercot", {"a": ""}, Choices(year=2023), "S327"),
        ("epw", {"a": ""}, Choices(usd_per_unit=1.0), "S327"),
        ("ercot", {"a": ""}, Choices(fill_previous_hours=-1), "S327"),
        ("coinmetrics", {"a": ""}, Choices(), "S327"),
        ("ercot", {}, Choices(), "S301"),
    ],
)
def test_a_choice_that_does_not_fit(tmp_path, kind, columns, choices, code):
    with pytest.raises(InputError) as caught:
        import_series(kind, [tmp_path / "none.csv"], tmp_path / "o.csv", columns, choices)
    assert [p.code for p in caught.value.problems] == [code]


def test_every_kind_says_in_one_line_what_it_is():
    for name, kind in KINDS.items():
        assert kind.name == name
        assert 10 < len(kind.says) < 90


# --- laws ---


@given(
    moment=st.datetimes(
        min_value=pd.Timestamp("1971-01-01").to_pydatetime(), max_value=pd.Timestamp("2036-12-31").to_pydatetime()
    ),
    zone=st.sampled_from([*ZONES, "Europe/Dublin", "Africa/Casablanca", "America/St_Johns"]),
)
def test_one_of_the_two_offsets_leads_back_to_the_moment(moment, zone):
    """Whatever moment: its wall clock minus one of the offsets is the moment, which the zone's own fold picks."""
    moment = moment.replace(second=0, microsecond=0, tzinfo=UTC)
    local = moment.astimezone(ZoneInfo(zone))
    face = np.array([int(local.replace(tzinfo=UTC).timestamp() // 60)])
    before, after = offsets(face, zone_named(zone))
    minute = int(moment.timestamp() // 60)
    assert face[0] - (after if local.fold else before)[0] == minute
    assert before[0] >= after[0], "a moment that was is on the clock's face"
