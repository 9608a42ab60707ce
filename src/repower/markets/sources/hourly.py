"""The project's own hourly format: read strictly, with every fault of the file at once.

A file has a column `time_utc` (the beginning of the hour, ISO 8601 with Z or +00:00) and one column per series, over
whole calendar years; the years need not follow each other, nor the rows. 29 February is dropped, and need not be there.
Half-hours, quarter-hours, daylight saving time and filling of gaps are left out on purpose: files of other makers are
turned into this one by `repower.markets.sources.kinds.import_series`, which knows what each of them means.

Codes: S301 not readable, S302 column missing, S303 time, S304 hour missing, S305 hour twice, S306 not a number,
S307 not whole calendar years, S308 out of range.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.horizon import HOURS_IN_YEAR
from repower.markets.sources.cells import numbers as parse_numbers
from repower.markets.sources.cells import read_csv, read_parquet
from repower.markets.sources.faults import Faults, runs
from repower.markets.years import position, stamp, year_hours, year_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TIME = "time_utc"
#: Limits by the unit at the end of a column's name; a column without one is a price.
LIMITS = {"_relative_humidity_share": (0.0, 1.0), "_dry_bulb_c": (-70.0, 65.0), "_pressure_kpa": (40.0, 110.0)}
PRICE_LIMITS = (-10_000.0, 100_000.0)

_UTC_HINT = "convert the stamps to UTC and write them as 2023-01-01T00:00Z"
_CLOCK_HINT = "an hour missing in spring and one twice in autumn are marks of local time: convert to UTC from the source"


@dataclass(frozen=True)
class HourlySeries:
    """Hourly values of whole calendar years: `values[column]` is [year, 8760], hour 0 is 00:00 UTC on 1 January."""

    years: tuple[int, ...]
    values: dict[str, FloatArray]


@dataclass(frozen=True)
class _Rows:
    """What a file holds, before judgement: a stamp and cells per row; a stamp is text, a datetime or None."""

    lines: Sequence[int]
    stamps: Sequence[object]
    cells: dict[str, Sequence[object]]


def read_hourly(path: Path, columns: tuple[str, ...]) -> HourlySeries:
    """Read `columns` of an hourly file.

    Parameters
    ----------
    path : CSV (comma, UTF-8), or Parquet when the name ends in .parquet
    columns : names of the series; the unit at the end of a name decides its limits (`LIMITS`)

    Raises
    ------
    InputError
        with every fault of the file: line in the CSV (row of the Parquet file), hour and column
    """
    faults = Faults(str(path))
    rows = _read(path, columns, faults)
    hours = _hours(rows, faults)
    years = _calendar(rows, hours, faults)
    numbers = {column: _numbers(column, rows, faults) for column in columns}
    faults.stop()

    place = position(hours, years)
    used = place >= 0
    values: dict[str, FloatArray] = {}
    for column, given in numbers.items():
        flat = np.full(len(years) * HOURS_IN_YEAR, np.nan)
        flat[place[used]] = given[used]
        values[column] = flat.reshape(len(years), HOURS_IN_YEAR)
    return HourlySeries(years, values)


def limits(column: str) -> tuple[float, float]:
    """Least and greatest credible value of a column, by the unit at the end of its name."""
    return next((limit for suffix, limit in LIMITS.items() if column.endswith(suffix)), PRICE_LIMITS)


def _read(path: Path, columns: tuple[str, ...], faults: Faults) -> _Rows:
    def judge(header: tuple[str, ...], line: int | None) -> None:
        _check_columns(header, columns, faults, line)

    sheet = read_parquet(path, (TIME, *columns), judge) if path.suffix == ".parquet" else read_csv(path, faults, judge)
    return _Rows(sheet.lines, sheet.cells(TIME), {column: sheet.cells(column) for column in columns})


def _check_columns(header: tuple[str, ...], columns: tuple[str, ...], faults: Faults, line: int | None) -> None:
    """Raise InputError unless time and each of `columns` stand in the header exactly once."""
    missing = [column for column in (TIME, *columns) if header.count(column) != 1]
    for column in missing:
        if column in header:
            faults.add("S302", [(line, column, f"the column {column} is there {header.count(column)} times")], "keep one of them")
            continue
        near = difflib.get_close_matches(column, header, n=1)
        names = ", ".join(header[:30]) or "nothing"
        hint = f"did you mean {near[0]}?" if near else f"the file has: {names}"
        if len(header) == 1 and ";" in header[0]:
            hint = "the file is separated by semicolons; separate by commas and write decimals with a point"
        faults.add("S302", [(line, column, f"there is no column {column}")], hint)
    faults.stop()


def _hours(rows: _Rows, faults: Faults) -> IntArray:
    """Hours since 1970 of every row; a stamp that is refused becomes -1 and a fault."""
    none = timedelta(0)
    answer = np.full(len(rows.stamps), -1, dtype=np.int64)
    bad: list[tuple[int | None, str, str]] = []
    for row, given in enumerate(rows.stamps):
        try:
            moment = given if isinstance(given, datetime) else datetime.fromisoformat(str(given).strip())
            offset = moment.utcoffset()
            if offset is None:
                bad.append((rows.lines[row], TIME, f"{given} does not say that it is UTC"))
            elif offset != none:
                bad.append((rows.lines[row], TIME, f"{given} is not UTC"))
            else:
                whole, rest = divmod(moment.timestamp(), 3600.0)
                if rest:
                    bad.append((rows.lines[row], TIME, f"{given} is not a whole hour"))
                elif whole < 0:
                    bad.append((rows.lines[row], TIME, f"{given} is before 1970"))
                else:
                    answer[row] = int(whole)
        except ValueError:
            bad.append((rows.lines[row], TIME, f"{str(given)[:40]!r} is not a time"))
    faults.add("S303", bad, _UTC_HINT)
    return answer


def _calendar(rows: _Rows, hours: IntArray, faults: Faults) -> tuple[int, ...]:
    """The whole calendar years of the file; hours missing and twice become faults."""
    good = hours[hours >= 0]
    if not good.size:
        faults.add(
            "S307", [(None, TIME, "the file has no hour that can be used")], "a series needs at least one whole calendar year"
        )
        return ()
    _twice(rows, hours, faults)
    present = np.unique(good)
    missing: list[tuple[int | None, str, str]] = []
    partial: list[tuple[int | None, str, str]] = []
    years = tuple(int(year) for year in np.unique(year_of(present)))
    for year in years:
        wanted = year_hours(year)
        there = np.isin(wanted, present)
        if there.sum() < HOURS_IN_YEAR // 2:
            partial.append((None, TIME, f"{year} has {there.sum():,} of its {HOURS_IN_YEAR:,} hours"))
            continue
        for first, last in runs(~there):
            text = f"{stamp(wanted[first])} to {stamp(wanted[last])}" if last > first else stamp(wanted[first])
            message = f"{last - first + 1:,} hour{'s' if last > first else ''} missing: {text}"
            if (first == 0 and year == years[0]) or (last == HOURS_IN_YEAR - 1 and year == years[-1]):
                partial.append((None, TIME, f"{year} is not whole: {message}"))
            else:
                before = np.flatnonzero(hours == wanted[first] - 1)
                missing.append((rows.lines[int(before[0])] + 1 if before.size else None, TIME, message))
    faults.add("S304", missing, _CLOCK_HINT)
    faults.add("S307", partial, "cut the file to whole calendar years in UTC, or get the hours from the source")
    return years


def _twice(rows: _Rows, hours: IntArray, faults: Faults) -> None:
    order = np.argsort(hours, kind="stable")
    again = order[1:][(np.diff(hours[order]) == 0) & (hours[order[1:]] >= 0)]
    faults.add(
        "S305",
        ((rows.lines[int(row)], TIME, f"the hour {stamp(hours[row])} is there twice") for row in np.sort(again)),
        _CLOCK_HINT,
    )


def _numbers(column: str, rows: _Rows, faults: Faults) -> FloatArray:
    """A column as numbers [row]; cells that are none, and values out of range, become faults."""
    cells = rows.cells[column]
    least, greatest = limits(column)
    numbers = parse_numbers(cells)
    finite = np.isfinite(numbers)
    faults.add(
        "S306",
        (
            (rows.lines[row], column, f"{str(cells[row])[:40]!r} at {str(rows.stamps[row])[:40]} is not a number")
            for row in np.flatnonzero(~finite).tolist()
        ),
        "a gap is not filled here: get the value from the source, or leave this year out",
    )
    outside = finite & ((numbers < least) | (numbers > greatest))
    faults.add(
        "S308",
        (
            (rows.lines[row], column, f"{numbers[row]:g} at {str(rows.stamps[row])[:40]} is outside {least:,g} to {greatest:,g}")
            for row in np.flatnonzero(outside).tolist()
        ),
        "look at the unit: prices in USD/MWh, humidity as a share of 1, temperature in degrees Celsius",
    )
    return numbers
