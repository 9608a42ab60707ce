"""The reader of hourly series: right values, and every fault with its hour and line."""

from __future__ import annotations

import io
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repower.errors import InputError
from repower.markets.sources import read_hourly
from small_series import stamps, write_hourly


def lines_of(years=(2023,), value="10.5"):
    return ["time_utc,a", *(f"{stamp},{value}" for stamp in stamps(years))]


def write(path, lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems(path, *columns):
    with pytest.raises(InputError) as caught:
        read_hourly(path, columns or ("a",))
    return caught.value.problems


def test_values_are_those_that_pandas_reads(tmp_path):
    rng = np.random.default_rng(1)
    path = write_hourly(
        tmp_path / "p.csv", {"a": rng.normal(40, 30, 3 * 8760 + 24), "b": rng.normal(size=3 * 8760 + 24)}, (2023, 2024, 2025)
    )
    series = read_hourly(path, ("b", "a"))
    frame = pd.read_csv(path, index_col="time_utc", parse_dates=True)
    frame = frame[~((frame.index.month == 2) & (frame.index.day == 29))]
    assert series.years == (2023, 2024, 2025)
    assert list(series.values) == ["b", "a"]
    for column in ("a", "b"):
        np.testing.assert_array_equal(series.values[column], frame[column].to_numpy().reshape(3, 8760))


def test_the_order_of_rows_does_not_matter_and_years_may_be_apart(tmp_path):
    lines = lines_of((2021,), "1") + lines_of((2023,), "3")[1:]
    series = read_hourly(write(tmp_path / "p.csv", [lines[0], *reversed(lines[1:])]), ("a",))
    assert series.years == (2021, 2023)
    assert series.values["a"].mean(axis=1).tolist() == [1, 3]


@pytest.mark.parametrize("pattern", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S+00:00", "%Y%m%dT%H%MZ"])
def test_spellings_of_utc(tmp_path, pattern):
    hours = pd.date_range("2023-01-01", periods=8760, freq="h")
    path = write(tmp_path / "p.csv", ["time_utc,a", *(f"{hour.strftime(pattern)},1" for hour in hours)])
    assert read_hourly(path, ("a",)).years == (2023,)


def test_quotes_windows_line_ends_and_a_byte_order_mark_are_fine(tmp_path):
    path = tmp_path / "p.csv"
    body = "\r\n".join('"' + line.replace(",", '","') + '"' for line in lines_of())
    path.write_bytes(b"\xef\xbb\xbf" + body.encode() + b"\r\n\r\n")
    assert read_hourly(path, ("a",)).values["a"].sum() == pytest.approx(8760 * 10.5)


def test_29_february_is_dropped_and_need_not_be_there(tmp_path):
    hours = 366 * 24
    whole = write_hourly(tmp_path / "p.csv", {"a": np.arange(hours, dtype=float)}, (2024,))
    values = read_hourly(whole, ("a",)).values["a"][0]
    assert values[59 * 24 - 1] == 59 * 24 - 1
    assert values[59 * 24] == 60 * 24
    without = [line for line in whole.read_text().splitlines() if "-02-29" not in line]
    np.testing.assert_array_equal(read_hourly(write(tmp_path / "q.csv", without), ("a",)).values["a"][0], values)


def test_parquet_gives_what_csv_gives(tmp_path):
    path = write_hourly(tmp_path / "p.csv", {"a": np.linspace(-5, 90, 8760)}, (2023,))
    frame = pd.read_csv(path, parse_dates=["time_utc"])
    frame.to_parquet(tmp_path / "p.parquet")
    np.testing.assert_array_equal(read_hourly(tmp_path / "p.parquet", ("a",)).values["a"], read_hourly(path, ("a",)).values["a"])
    frame.set_index("time_utc").to_parquet(tmp_path / "index.parquet")
    assert read_hourly(tmp_path / "index.parquet", ("a",)).years == (2023,)


def test_parquet_faults_name_the_row(tmp_path):
    hours = pd.date_range("2023-01-01", periods=8760, freq="h", tz="UTC")
    frame = pd.DataFrame({"time_utc": hours, "a": np.ones(8760)})
    frame.loc[99, "a"] = np.nan
    frame.to_parquet(tmp_path / "nan.parquet")
    (problem,) = problems(tmp_path / "nan.parquet")
    assert (problem.code, problem.line) == ("S306", 100)
    frame.assign(time_utc=hours.tz_localize(None)).to_parquet(tmp_path / "naive.parquet")
    assert problems(tmp_path / "naive.parquet")[0].code == "S303"
    frame.assign(time_utc=hours.tz_convert("Europe/Oslo")).to_parquet(tmp_path / "oslo.parquet")
    assert problems(tmp_path / "oslo.parquet")[0].code == "S303"


@pytest.mark.parametrize("cut", [0, 10, 4000, -10])
def test_a_damaged_parquet_file_is_no_traceback(tmp_path, cut):
    path = tmp_path / "p.parquet"
    pd.DataFrame({"time_utc": pd.date_range("2023-01-01", periods=8760, freq="h", tz="UTC"), "a": 1.0}).to_parquet(path)
    path.write_bytes(path.read_bytes()[:cut])
    (problem,) = problems(path)
    assert problem.code == "S301"


def test_no_file_and_a_folder(tmp_path):
    assert problems(tmp_path / "none.csv")[0].code == "S301"
    assert problems(tmp_path / "none.parquet")[0].code == "S301"
    assert problems(tmp_path)[0].code == "S301"


def test_missing_column_is_guessed(tmp_path):
    path = write(tmp_path / "p.csv", ["time_utc,ercot_south", "2023-01-01T00:00Z,1"])
    (problem,) = problems(path, "ercot_sout")
    assert (problem.code, problem.hint, problem.line) == ("S302", "did you mean ercot_south?", 1)
    twice = write(tmp_path / "q.csv", ["time_utc,a,a", "2023-01-01T00:00Z,1,2"])
    assert "2 times" in problems(twice)[0].message
    semicolons = write(tmp_path / "r.csv", ["time_utc;a", "2023-01-01T00:00Z;1,5"])
    assert "semicolons" in problems(semicolons)[0].hint


def test_local_time_is_refused(tmp_path):
    naive = write(tmp_path / "p.csv", [line.replace("Z", "") for line in lines_of()])
    found = problems(naive)
    assert [problem.code for problem in found] == ["S303"] * 21 + ["S307"]
    assert found[0].line == 2
    assert "UTC" in found[0].hint
    assert found[20].message == "... and 8,740 more"
    oslo = write(tmp_path / "q.csv", [line.replace("Z", "+01:00") for line in lines_of()])
    assert problems(oslo)[0].code == "S303"


def test_a_clock_change_is_a_hole_and_a_double(tmp_path):
    """What a local-time export looks like when Z was only written behind it."""
    lines = lines_of()
    gone = next(number for number, line in enumerate(lines) if "2023-03-26T01" in line)
    del lines[gone]
    again = next(number for number, line in enumerate(lines) if "2023-10-29T01" in line)
    lines.insert(again + 1, lines[again])
    twice, hole = problems(write(tmp_path / "p.csv", lines))
    assert (hole.code, hole.line) == ("S304", gone + 1)
    assert "2023-03-26T01:00Z" in hole.message
    assert (twice.code, twice.line) == ("S305", again + 2)
    assert "2023-10-29T01:00Z" in twice.message


def test_all_kinds_at_once_with_their_lines(tmp_path):
    lines = lines_of()
    lines[10] = lines[10].replace("10.5", "abc")
    lines[20] = lines[20].replace("10.5", "")
    lines[30] = lines[30].replace("10.5", "nan")
    lines[40] = lines[40].replace("10.5", "200000")
    lines[50] = lines[50].replace("10.5", "1_0")
    del lines[60:63]
    lines.insert(5, "")
    found = problems(write(tmp_path / "p.csv", lines))
    assert [(problem.code, problem.line) for problem in found] == [
        ("S304", 62),
        ("S306", 12),
        ("S306", 22),
        ("S306", 32),
        ("S306", 52),
        ("S308", 42),
    ]
    assert "3 hours missing: 2023-01-03T11:00Z to 2023-01-03T13:00Z" in found[0].message


@pytest.mark.parametrize(("column", "value"), [("s_dry_bulb_c", "70"), ("s_relative_humidity_share", "55"), ("zone", "-10001")])
def test_limits_follow_the_unit_in_the_name(tmp_path, column, value):
    lines = lines_of(value="0.5")
    lines[0] = f"time_utc,{column}"
    lines[2] = lines[2].replace("0.5", value)
    (problem,) = problems(write(tmp_path / "p.csv", lines), column)
    assert (problem.code, problem.line, problem.path) == ("S308", 3, column)


def test_part_of_a_year_is_refused(tmp_path):
    lines = lines_of((2022, 2023))
    found = problems(write(tmp_path / "p.csv", lines[:-24]))
    assert [problem.code for problem in found] == ["S307"]
    assert "2023-12-31T00:00Z to 2023-12-31T23:00Z" in found[0].message
    found = problems(write(tmp_path / "q.csv", [lines[0], *lines[8760 - 5 :]]))
    assert [(problem.code, "2022 has 6 of its 8,760 hours" in problem.message) for problem in found] == [("S307", True)]


def test_a_line_of_another_length(tmp_path):
    lines = lines_of()
    lines[7] += ",5"
    found = problems(write(tmp_path / "p.csv", lines))
    assert (found[0].code, found[0].line) == ("S301", 8)


def test_half_hours_are_refused(tmp_path):
    lines = lines_of()
    lines[5] = lines[5].replace(":00Z", ":30Z")
    assert [problem.code for problem in problems(write(tmp_path / "p.csv", lines))] == ["S303", "S304"]


HOURS = [f"2023-{rest}" for rest in ("01-01T00:00Z", "01-01T01:00Z", "12-31T23:00Z")]
SEED = ("time_utc,a\n" + "".join(f"{hour},{number}.5\n" for number, hour in enumerate(HOURS))).encode()


@settings(max_examples=300)
@given(data=st.data())
def test_garbage_is_an_input_error_and_never_a_traceback(tmp_path_factory, data):
    """Any bytes instead of, inside and beside a CSV: the answer is a list of problems."""
    body = bytearray(SEED)
    for _ in range(data.draw(st.integers(0, 6))):
        place = data.draw(st.integers(0, len(body)))
        length = data.draw(st.integers(0, 4))
        body[place : place + length] = data.draw(
            st.one_of(st.binary(max_size=4), st.sampled_from([b'"', b"\n", b",", b"nan", b"-", b"9"]))
        )
    path = tmp_path_factory.getbasetemp() / "garbage.csv"
    path.write_bytes(bytes(body))
    found = problems(path)
    assert found
    assert all(problem.code.startswith("S30") and problem.message for problem in found)


@settings(max_examples=30)
@given(data=st.data())
def test_one_byte_of_a_good_year_is_read_or_refused(tmp_path_factory, data):
    whole = "\n".join(lines_of()).encode()
    place = data.draw(st.integers(0, len(whole) - 1))
    path = tmp_path_factory.getbasetemp() / "byte.csv"
    path.write_bytes(whole[:place] + data.draw(st.binary(min_size=1, max_size=1)) + whole[place + 1 :])
    try:
        series = read_hourly(path, ("a",))
    except InputError:
        return
    assert series.values["a"].shape == (1, 8760)
    assert np.isfinite(series.values["a"]).all()


def test_three_years_of_22_columns_take_less_than_half_a_second(tmp_path):
    rng = np.random.default_rng(2)
    values = rng.normal(50, 20, (26_280, 22)).round(2)
    names = [f"zone_{number}" for number in range(22)]
    buffer = io.StringIO()
    pd.DataFrame(values, index=pd.Index(stamps((2021, 2022, 2023)), name="time_utc"), columns=names).to_csv(buffer)
    path = tmp_path / "p.csv"
    path.write_text(buffer.getvalue())
    # time of this process alone, since other tests may run beside
    times = []
    for _ in range(3):
        begun = time.process_time()
        read_hourly(path, tuple(names))
        times.append(time.process_time() - begun)
    assert min(times) < 0.5
