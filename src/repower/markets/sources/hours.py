"""Hours in UTC from the intervals of files: averaged, joined, without gaps, cut to whole calendar years.

The mean of an hour is that of its intervals weighted by their length, and every one must be there:
value_h = sum(value_i * length_i) / 60 over the intervals i of h, with sum(length_i) = 60.

Codes: S314 missing, S315 twice, S319 out of range, S320 intervals that do not make up an hour, S321 no whole calendar year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.sources.faults import Faults, runs
from repower.markets.sources.hourly import limits
from repower.markets.years import stamp, year_hours, year_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: What to do with hours that a calendar year lacks at its beginning or end because the file is whole in local time.
Edges = Literal["refuse", "wrap"]
#: Local time and UTC are never further apart.
_WRAP_AT_MOST = 14


@dataclass(frozen=True)
class Reading:
    """One series as its file has it, a row per interval: begin and length in minutes (UTC), value (NaN: none), line."""

    minute: IntArray
    length: IntArray
    value: FloatArray
    line: IntArray


@dataclass(frozen=True)
class Readings:
    """The series of one file by our names, the unit of each, and what the reader decided."""

    file: str
    units: dict[str, str]
    series: dict[str, Reading]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class HourTable:
    """Hours since 1970 (UTC, ascending, each once), values [hour] by name, and notes of what was done to them."""

    hours: IntArray
    values: dict[str, FloatArray]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileHours:
    """The hours of one series in one file: ascending, with value (NaN: none) and line."""

    file: str
    hours: IntArray
    values: FloatArray
    lines: IntArray


def hours_of(file: str, name: str, reading: Reading, faults: Faults) -> FileHours:
    """Average the intervals of one series to hours; doubles and hours that are not whole become faults."""
    kept = reading.minute >= 0
    minute, length = reading.minute[kept], reading.length[kept]
    value, line = reading.value[kept], reading.line[kept]
    order = np.argsort(minute, kind="stable")
    minute, length, value, line = minute[order], length[order], value[order], line[order]
    twice = np.flatnonzero(np.diff(minute) == 0) + 1
    faults.add(
        "S315",
        ((int(line[row]), name, f"{_minute_stamp(minute[row])} is there twice") for row in np.sort(twice)),
        "keep the row that holds; two versions of one hour must not be averaged",
    )
    if twice.size or not minute.size:
        nothing = np.empty(0, dtype=np.int64)
        return FileHours(file, nothing, np.empty(0), nothing)
    hour, first = np.unique(minute // 60, return_index=True)
    covered = np.add.reduceat(length, first)
    crosses = np.add.reduceat((minute % 60 + length > 60).astype(np.int64), first) > 0
    broken = np.flatnonzero((covered != 60) | crosses)
    faults.add(
        "S320",
        (
            (
                int(line[first[row]]),
                name,
                f"the hour {stamp(hour[row])} has intervals of {covered[row]} minutes together"
                + (", one of them runs into the next hour" if crosses[row] else ""),
            )
            for row in broken
        ),
        "an hour is averaged from all its intervals: get those that are missing, or cut the file at a whole hour",
    )
    mean = np.add.reduceat(value * length, first) / 60.0
    return FileHours(file, hour, mean, line[first])


def check_limits(name: str, found: FileHours, faults: Faults) -> None:
    """Values that no place has become faults; the unit at the end of the name decides, after conversion."""
    least, greatest = limits(name)
    with np.errstate(invalid="ignore"):
        outside = np.flatnonzero((found.values < least) | (found.values > greatest) | np.isinf(found.values))
    faults.add(
        "S319",
        (
            (
                int(found.lines[row]),
                name,
                f"{found.values[row]:g} at {stamp(found.hours[row])} is outside {least:,g} to {greatest:,g}",
            )
            for row in outside
        ),
        "look at the unit that was stated, and for markers of missing values such as 9999",
    )


def join(series: dict[str, list[FileHours]], fill_previous_hours: int) -> HourTable:
    """Put the files of each series together; what overlaps must agree, and gaps are refused or filled as asked.

    A whole 29 February may be absent, as it is from our own format.

    Raises
    ------
    InputError
        S315 where files differ, S314 for every gap longer than `fill_previous_hours`
    """
    problems: list[Problem] = []
    notes: list[str] = []
    ends = []
    values: dict[str, FloatArray] = {}
    starts: dict[str, int] = {}
    for name, files in series.items():
        files = [found for found in files if found.hours.size]
        if not files:
            problems.append(Problem("S314", "the file has no hour of it that can be used", path=name))
            continue
        start = min(int(found.hours[0]) for found in files)
        flat = np.full(max(int(found.hours[-1]) for found in files) + 1 - start, np.nan)
        problems += _lay(name, files, start, flat)
        gaps, filled = _close(name, files, start, flat, fill_previous_hours)
        problems += gaps
        notes += filled
        values[name], starts[name] = flat, start
        ends.append(start + len(flat))
    if problems:
        raise InputError(problems)
    begin, end = max(starts.values()), min(ends)
    if end <= begin:
        raise InputError(Problem("S314", "the series have no hour in common", hint="import them one by one"))
    if any(start < begin for start in starts.values()) or any(e > end for e in ends):
        notes.append(f"cut to the hours that all series have: {stamp(begin)} to {stamp(end - 1)}")
    cut = {name: flat[begin - starts[name] : end - starts[name]] for name, flat in values.items()}
    # what is still without a value is a 29 February as a whole, which no model year has
    there = ~np.any([np.isnan(flat) for flat in cut.values()], axis=0)
    return HourTable(
        np.arange(begin, end, dtype=np.int64)[there], {name: flat[there] for name, flat in cut.items()}, tuple(notes)
    )


def _lay(name: str, files: list[FileHours], start: int, flat: FloatArray) -> list[Problem]:
    problems: list[Problem] = []
    for found in files:
        there = flat[found.hours - start]
        with np.errstate(invalid="ignore"):
            differs = np.flatnonzero(np.abs(there - found.values) > 1e-6 * np.maximum(1.0, np.abs(there)))
        faults = Faults(found.file)
        faults.add(
            "S315",
            (
                (
                    int(found.lines[row]),
                    name,
                    f"{stamp(found.hours[row])} is {found.values[row]:g} here and {there[row]:g} before",
                )
                for row in differs
            ),
            "two files hold the same hour with different values: leave one of them out",
        )
        problems += faults.problems
        flat[found.hours - start] = np.where(np.isnan(found.values), there, found.values)
    return problems


def _close(
    name: str, files: list[FileHours], start: int, flat: FloatArray, fill_previous_hours: int
) -> tuple[list[Problem], list[str]]:
    problems: list[Problem] = []
    notes: list[str] = []
    for first, last in runs(np.isnan(flat)):
        if _is_leap_day(start + first, start + last):
            continue
        length = last - first + 1
        where = stamp(start + first) + (f" to {stamp(start + last)}" if last > first else "")
        words = f"{length:,} hour{'s' if length > 1 else ''} without a value: {where}"
        if length <= fill_previous_hours and first > 0:
            flat[first : last + 1] = flat[first - 1]
            notes.append(f"{name}: {words}; filled with the value before, {flat[first]:g}")
            continue
        file, line = _place_before(files, start + first)
        hint = "get the hours from the source" + (
            ", or ask for gaps up to so many hours to be filled with the value before" if first > 0 else ""
        )
        problems.append(Problem("S314", words, path=name, hint=hint, file=file, line=line))
    return problems, notes


def _is_leap_day(first: int, last: int) -> bool:
    return last - first == 23 and stamp(first)[4:] == "-02-29T00:00Z"


def _place_before(files: list[FileHours], hour: int) -> tuple[str, int | None]:
    """Where the last row before an hour, or the hour itself, stands."""
    best: tuple[int, str, int | None] = (-1, files[0].file, None)
    for found in files:
        place = int(np.searchsorted(found.hours, hour, side="right")) - 1
        if place >= 0 and found.hours[place] > best[0]:
            best = (int(found.hours[place]), found.file, int(found.lines[place]))
    return best[1], best[2]


def whole_years(table: HourTable, edges: Edges) -> HourTable:
    """Cut to whole calendar years (29 February may be absent).

    With `edges` "wrap", hours that a year lacks at its beginning or end (at most 14, the widest difference between local time
    and UTC) are taken from the same hours of the next or the previous year where the table has them; a note says so.

    Raises
    ------
    InputError
        S321 when no year is whole, with what each year lacks
    """
    present = table.hours
    notes: list[str] = []
    lacking: list[str] = []
    kept: list[IntArray] = []
    source: list[IntArray] = []
    for year in np.unique(year_of(present)).tolist():
        wanted = year_hours(year)
        missing = wanted[~np.isin(wanted, present)]
        taken = missing
        if missing.size and edges == "wrap" and missing.size <= _WRAP_AT_MOST:
            neighbour = year_hours(year + 1 if missing[0] == wanted[0] else year - 1)
            taken = neighbour[np.flatnonzero(np.isin(wanted, missing))]
        if missing.size and (taken is missing or not np.isin(taken, present).all()):
            if missing.size < len(wanted) // 2:
                lacking.append(f"{year} lacks {missing.size:,} hours: {stamp(missing[0])} to {stamp(missing[-1])}")
            continue
        own = present[year_of(present) == year]
        kept.append(np.concatenate((own, missing)))
        source.append(np.concatenate((own, taken)))
        if missing.size:
            notes.append(
                f"{year}: {missing.size} hours {stamp(missing[0])} to {stamp(missing[-1])} are not in the file; "
                f"those from {stamp(taken[0])} stand in their place, as asked"
            )
    if not kept:
        raise InputError(
            Problem(
                "S321",
                "no calendar year is whole in UTC: "
                + ("; ".join(lacking) or f"the hours run from {stamp(present[0])} to {stamp(present[-1])}"),
                hint="give the file of the next or the previous year too; a file that is whole in local time lacks some hours at "
                "one end, which can be wrapped from the other if asked for",
            )
        )
    hours, taken_from = np.concatenate(kept), np.concatenate(source)
    order = np.argsort(hours)
    hours, taken_from = hours[order], taken_from[order]
    cut = present.size - np.isin(present, hours).sum()
    if cut:
        notes.append(f"{cut:,} hours outside whole calendar years in UTC were cut away")
    place = np.searchsorted(present, taken_from)
    return HourTable(hours, {name: values[place] for name, values in table.values.items()}, (*table.notes, *notes))


def _minute_stamp(minute: np.int64) -> str:
    return f"{np.datetime64(int(minute), 'm')}Z"
