"""Exports of market operators: weeks with a clock change come back hour by hour, and every fault is told with its line.

The files are written from hours in UTC by the standard library's clocks, by the published layout of each format.
"""

from __future__ import annotations

import numpy as np
import pytest

import market_files
from market_files import local_year, prices, utc_hours, write
from repower.errors import InputError
from repower.markets.sources import read_hourly
from repower.markets.sources.hours import HourTable
from repower.markets.sources.kinds import Choices, import_series, joined_hours, read_hours
from repower.markets.years import year_hours

#: Weeks in which the clocks of both continents change, forth and back.
SPRING = utc_hours("2023-03-09", "2023-03-29")
AUTUMN = utc_hours("2023-10-20", "2023-11-12")
TEXAS_AUTUMN = utc_hours("2023-11-05T03:00", "2023-11-05T12:00")
#: A year that is whole in UTC, and a day on either side.
AROUND_2023 = utc_hours("2022-12-31", "2024-01-02")
both_changes = pytest.mark.parametrize("hours", [SPRING, AUTUMN], ids=["spring", "autumn"])


def price_of(hours: np.ndarray) -> np.ndarray:
    """The prices of `market_files.prices`, from hours since 1970."""
    return (hours - int(np.datetime64("2020-01-01T00", "h").astype(int))) * 0.001


def expected(year: int) -> np.ndarray:
    return price_of(year_hours(year))


def comes_back(hours, kind, path, point="", factor=1.0, **choices):
    """Every hour, and no other, has its own price."""
    table: HourTable = joined_hours(kind, [path], {"here": point}, Choices(**choices))
    first = int(hours[0].timestamp() // 3600)
    np.testing.assert_array_equal(table.hours, np.arange(first, first + len(hours)))
    np.testing.assert_allclose(table.values["here"], factor * price_of(table.hours), atol=1e-9)
    return table


def problems(kind, path, point="", **choices):
    with pytest.raises(InputError) as caught:
        joined_hours(kind, [path], {"here": point}, Choices(**choices))
    return caught.value.problems


def test_the_expected_prices_are_those_that_the_files_are_made_of():
    hours = utc_hours("2023-01-01", "2024-01-01")
    np.testing.assert_allclose(prices(hours), expected(2023), atol=1e-9)


@pytest.mark.parametrize(
    ("kind", "maker", "point"),
    [
        ("ercot", market_files.ercot_dam, "HB_WEST"),
        ("ercot", lambda p, h: market_files.ercot_dam(p, h, ("LZ_A", "HB_WEST"), blanks=True), "LZ_A"),
        ("ercot", market_files.ercot_rtm, "LZ_WEST"),
        ("pjm", market_files.pjm, "DOM"),
        ("pjm", market_files.pjm, "34964545"),
        ("caiso", market_files.caiso, "TH_NP15_GEN-APND"),
        ("caiso", lambda p, h: market_files.caiso(p, h, minutes=15), ""),
        ("nyiso", market_files.nyiso, "CAPITL"),
    ],
)
@both_changes
def test_weeks_of_dollars_come_back(tmp_path, kind, maker, point, hours):
    comes_back(hours, kind, maker(tmp_path / "f.csv", hours), point)


@pytest.mark.parametrize(("kind", "maker"), [("aeso", market_files.aeso), ("ieso", market_files.ieso)])
@both_changes
def test_canadian_dollars_are_changed_at_the_stated_rate(tmp_path, kind, maker, hours):
    path = maker(tmp_path / "f.csv", hours)
    comes_back(hours, kind, path, factor=0.75, usd_per_unit=0.75)
    (problem,) = problems(kind, path)
    assert problem.code == "S317"
    assert "CAD" in problem.message


@pytest.mark.parametrize(
    "maker",
    [
        market_files.entsoe_old,
        lambda p, h: market_files.entsoe_old(p, h, spring_row=True),
        market_files.entsoe_new,
        lambda p, h: market_files.entsoe_new(p, h, minutes=15),
        lambda p, h: market_files.entsoe_new(p, h, minutes=30),
        lambda p, h: market_files.entsoe_new(p, h, utc=True),
    ],
)
@both_changes
def test_weeks_of_euros_come_back(tmp_path, maker, hours):
    comes_back(hours, "entsoe", maker(tmp_path / "f.csv", hours), factor=1.1, usd_per_unit=1.1)


def test_other_exports_of_alberta(tmp_path):
    for head, form in (
        ("begin_datetime_utc,begin_datetime_mpt,pool_price", "%Y-%m-%d %H:%M"),
        ("Date_Begin_GMT,Date_Begin_Local,ACTUAL_POOL_PRICE", "%Y-%m-%d %H:%M"),
    ):
        rows = [f"{hour:{form}},,{price:.3f}" for hour, price in zip(AUTUMN, prices(AUTUMN), strict=True)]
        comes_back(AUTUMN, "aeso", write(tmp_path / "f.csv", head, *rows), usd_per_unit=1.0)


def test_hours_of_an_hour_change_from_60_to_15_minutes(tmp_path):
    """As the day-ahead market did on 1 October 2025: the two lengths in one file."""
    before, after = AUTUMN[:300], AUTUMN[300:]
    hourly = market_files.entsoe_new(tmp_path / "a.csv", before).read_text().splitlines()
    quarters = market_files.entsoe_new(tmp_path / "b.csv", after, minutes=15).read_text().splitlines()
    comes_back(AUTUMN, "entsoe", write(tmp_path / "f.csv", *hourly, *quarters[1:]), usd_per_unit=1.0)


def test_the_two_hours_of_autumn_in_texas_are_an_hour_apart(tmp_path):
    """01:00 CDT is 06:00 UTC and 01:00 CST is 07:00 UTC."""
    lines = market_files.ercot_dam(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    repeated = [line for line in lines if line.startswith("11/05/2023,02:00")]
    first, second = (float(line.split(",")[3]) for line in repeated)
    table = comes_back(AUTUMN, "ercot", tmp_path / "f.csv")
    six = int(np.searchsorted(table.hours, np.datetime64("2023-11-05T06", "h").astype(int)))
    assert table.values["here"][six : six + 2].tolist() == [first, second]


def test_several_points_at_once(tmp_path):
    path = market_files.nyiso(tmp_path / "f.csv", AUTUMN)
    table = joined_hours("nyiso", [path], {"north": "CAPITL", "city": "N.Y.C."}, Choices())
    np.testing.assert_allclose(table.values["city"] - table.values["north"], 100.0)


def test_files_that_follow_one_another_and_overlap(tmp_path):
    paths = [
        market_files.ercot_dam(tmp_path / "a.csv", utc_hours("2022-12-31", "2023-06-02")),
        market_files.ercot_dam(tmp_path / "b.csv", utc_hours("2023-06-01", "2024-01-02")),
    ]
    table = read_hours("ercot", paths, {"w": ""}, Choices())
    np.testing.assert_allclose(table.values["w"], expected(2023), atol=1e-9)
    changed = paths[1].read_text().replace(",HB_WEST, 29", ",HB_WEST, 92", 1)
    paths[1].write_text(changed)
    with pytest.raises(InputError) as caught:
        read_hours("ercot", paths, {"w": ""}, Choices())
    assert [(p.code, p.file, p.line) for p in caught.value.problems] == [("S315", str(paths[1]), 2)]


def test_a_year_of_texas_is_not_one_of_utc_unless_it_is_wrapped(tmp_path):
    path = market_files.ercot_dam(tmp_path / "f.csv", local_year(2023, "America/Chicago"))
    with pytest.raises(InputError) as caught:
        read_hours("ercot", [path], {"here": ""}, Choices())
    (problem,) = caught.value.problems
    assert problem.code == "S321"
    assert "2023 lacks 6 hours: 2023-01-01T00:00Z to 2023-01-01T05:00Z" in problem.message
    table = read_hours("ercot", [path], {"here": ""}, Choices(edges="wrap"))
    np.testing.assert_allclose(table.values["here"][6:], expected(2023)[6:], atol=1e-9)
    np.testing.assert_allclose(table.values["here"][:6], expected(2024)[:6], atol=1e-9)
    assert any("2024-01-01T00:00Z" in note for note in table.notes)


def test_a_year_of_norway_is_wrapped_at_its_end(tmp_path):
    path = market_files.entsoe_old(tmp_path / "f.csv", local_year(2023, "Europe/Oslo"))
    table = read_hours("entsoe", [path], {"no3": ""}, Choices(usd_per_unit=1.0, edges="wrap"))
    np.testing.assert_allclose(table.values["no3"][:-1], expected(2023)[:-1], atol=1e-9)
    np.testing.assert_allclose(table.values["no3"][-1], expected(2022)[-1], atol=1e-9)


def test_what_is_written_is_what_our_own_reader_reads(tmp_path):
    path = market_files.ercot_dam(tmp_path / "f.csv", utc_hours("2022-12-31", "2025-01-02"))
    for name in ("out.csv", "out.parquet"):
        done = import_series("ercot", [path], tmp_path / name, {"west": "HB_WEST"})
        series = read_hourly(tmp_path / name, ("west",))
        assert (done.years, series.years, done.columns, done.rows) == ((2023, 2024), (2023, 2024), ("west",), 8760 + 8784)
        np.testing.assert_allclose(series.values["west"], [expected(2023), expected(2024)], atol=1e-9)


# --- faults ---


def autumn_lines(tmp_path, maker=market_files.ercot_dam, hours=TEXAS_AUTUMN):
    return maker(tmp_path / "f.csv", hours).read_text().splitlines()


def test_a_flag_on_an_hour_that_came_once(tmp_path):
    """A file whose flag means summer time would have it all summer long."""
    lines = autumn_lines(tmp_path)
    lines[1] = lines[1].replace(",N", ",Y")
    (problem,) = problems("ercot", write(tmp_path / "g.csv", *lines))
    assert (problem.code, problem.line) == ("S326", 2)


def test_an_hour_that_the_clock_never_showed(tmp_path):
    lines = autumn_lines(tmp_path, hours=utc_hours("2023-03-12T06:00", "2023-03-12T12:00"))
    at = next(n for n, line in enumerate(lines) if ",04:00," in line)
    lines[at] = lines[at].replace(",04:00,", ",03:00,")
    (problem,) = problems("ercot", write(tmp_path / "g.csv", *lines))
    assert (problem.code, problem.line) == ("S326", at + 1)
    assert "2023-03-12 02:00" in problem.message


def test_the_second_hour_lost_is_told_by_formats_without_flag(tmp_path):
    lines = autumn_lines(tmp_path, market_files.nyiso, utc_hours("2023-11-05T03:00", "2023-11-05T12:00"))
    lost = [n for n, line in enumerate(lines) if "01:00" in line and "CAPITL" in line][1]
    del lines[lost]
    (problem,) = problems("nyiso", write(tmp_path / "g.csv", *lines), "CAPITL")
    assert problem.code == "S326"
    assert "2023-11-05 01:00 is there once" in problem.message


def test_rows_out_of_order_cannot_tell_the_first_hour(tmp_path):
    lines = autumn_lines(tmp_path, market_files.nyiso, utc_hours("2023-11-05T03:00", "2023-11-05T12:00"))
    lines[1], lines[-2] = lines[-2], lines[1]
    assert [p.code for p in problems("nyiso", write(tmp_path / "g.csv", *lines), "CAPITL")] == ["S326"]


def test_rows_in_reverse_order_are_read_in_reverse(tmp_path):
    whole = market_files.nyiso(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    path = write(tmp_path / "g.csv", whole[0], *reversed(whole[1:]))
    comes_back(AUTUMN, "nyiso", path, "CAPITL")


def test_gaps_doubles_and_words_have_their_lines(tmp_path):
    lines = market_files.caiso(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    whole = [n for n, line in enumerate(lines) if ",LMP," in line]
    gap, again, word = whole[100], whole[200], whole[300]
    lines[word] = lines[word].replace(",ALL,0,", ",ALL,0,x")
    del lines[gap]
    (found,) = problems("caiso", write(tmp_path / "g.csv", *lines))
    assert (found.code, found.line) == ("S316", word)
    lines[word - 1] = lines[word - 1].replace(",ALL,0,x", ",ALL,0,")
    lines.insert(again, lines[again - 1])
    (found,) = problems("caiso", write(tmp_path / "h.csv", *lines))
    assert (found.code, found.line) == ("S315", again + 1)
    del lines[again]
    (found,) = problems("caiso", write(tmp_path / "i.csv", *lines))
    assert (found.code, found.line) == ("S314", whole[99] + 1)
    assert "1 hour without a value: 2023-10-24T04:00Z" in found.message


def test_a_gap_is_filled_only_when_asked_and_only_so_far(tmp_path):
    lines = market_files.ercot_dam(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    del lines[500:503]
    path = write(tmp_path / "g.csv", *lines)
    assert [p.code for p in problems("ercot", path)] == ["S314"]
    assert [p.code for p in problems("ercot", path, fill_previous_hours=2)] == ["S314"]
    table = joined_hours("ercot", [path], {"here": ""}, Choices(fill_previous_hours=3))
    before = float(lines[499].split(",")[3])
    at = np.flatnonzero(table.values["here"] == before)
    assert len(at) == 4
    assert any("3 hours without a value" in note and "filled" in note for note in table.notes)


def test_empty_cells_are_gaps_not_zeros(tmp_path):
    lines = market_files.entsoe_old(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    lines[50] = lines[50].replace(lines[50].split(",")[1], '"n/e"')
    (found,) = problems("entsoe", write(tmp_path / "g.csv", *lines), usd_per_unit=1.0)
    assert (found.code, found.line) == ("S314", 51)


def test_quarters_that_are_missing_do_not_make_an_hour(tmp_path):
    lines = market_files.ercot_rtm(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    del lines[42]
    (found,) = problems("ercot", write(tmp_path / "g.csv", *lines))
    assert (found.code, found.line) == ("S320", 42)
    assert "45 minutes" in found.message


def test_five_minute_files_of_new_york_are_refused(tmp_path):
    lines = ['"Time Stamp","Name","LBMP ($/MWHr)"', *(f"01/01/2023 00:{m:02d}:00,CAPITL,10" for m in range(5, 60, 5))]
    found = problems("nyiso", write(tmp_path / "f.csv", *lines))
    assert {p.code for p in found} == {"S320"}


def test_utc_and_local_columns_of_pjm_must_agree(tmp_path):
    lines = market_files.pjm(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    cells = lines[9].split(",")
    lines[9] = ",".join((cells[0], cells[0], *cells[2:]))
    (found,) = problems("pjm", write(tmp_path / "g.csv", *lines), "DOM")
    assert (found.code, found.line) == ("S326", 10)


def test_replaced_rows_of_pjm_are_left_out_and_noted(tmp_path):
    lines = market_files.pjm(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    lines.insert(9, lines[9].replace("TRUE", "FALSE").replace(",ZONE,,", ",ZONE,,9"))
    table = comes_back(AUTUMN, "pjm", write(tmp_path / "g.csv", *lines), "DOM")
    assert any("1 rows" in note for note in table.notes)


def test_two_auctions_of_one_area_must_be_told_apart(tmp_path):
    lines = market_files.entsoe_new(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    first = [line.replace("Without Sequence", "Sequence 1") for line in lines]
    second = [line.replace("Without Sequence", "Sequence 2") for line in lines[1:]]
    path = write(tmp_path / "g.csv", *first, *second)
    (found,) = problems("entsoe", path, "BZN|NO3", usd_per_unit=1.0)
    assert found.code == "S318"
    comes_back(AUTUMN, "entsoe", path, "BZN|NO3 Sequence 2", usd_per_unit=1.0)


def test_a_mark_that_contradicts_its_date(tmp_path):
    lines = (
        market_files.entsoe_new(tmp_path / "f.csv", utc_hours("2023-10-28T20:00", "2023-10-29T06:00")).read_text().splitlines()
    )
    at = next(n for n, line in enumerate(lines) if "01:00:00 (CEST) - " in line)
    lines[at] = lines[at].replace("(CEST) - ", "(CET) - ")
    found = problems("entsoe", write(tmp_path / "g.csv", *lines), usd_per_unit=1.0)
    assert [(p.code, p.line) for p in found] == [("S326", at + 1)]


def test_points_are_guessed_and_listed(tmp_path):
    path = market_files.ercot_dam(tmp_path / "f.csv", TEXAS_AUTUMN, ("HB_WEST", "HB_NORTH"))
    (found,) = problems("ercot", path, "HB_WETS")
    assert (found.code, found.hint) == ("S318", "did you mean HB_WEST?")
    (found,) = problems("ercot", path)
    assert "2 of the settlement point" in found.message
    assert "HB_WEST, HB_NORTH" in found.hint


@pytest.mark.parametrize("kind", ["ercot", "pjm", "caiso", "nyiso", "aeso", "ieso", "entsoe"])
@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "time_utc;a\n1;2\n", "PK\x03\x04rubbish", "\x00\x01"])
def test_another_file_is_refused_in_one_sentence(tmp_path, kind, text):
    path = tmp_path / "f.csv"
    path.write_text(text)
    (found,) = problems(kind, path, usd_per_unit=None)
    assert found.code in ("S301", "S312")
    assert found.hint


def test_prices_that_no_market_has(tmp_path):
    lines = market_files.ercot_dam(tmp_path / "f.csv", AUTUMN).read_text().splitlines()
    cells = lines[7].split(",")
    lines[7] = ",".join((*cells[:3], "1e6", *cells[4:]))
    (found,) = problems("ercot", write(tmp_path / "g.csv", *lines))
    assert (found.code, found.line) == ("S319", 8)
