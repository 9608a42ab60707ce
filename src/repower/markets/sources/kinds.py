"""The kinds of files that can be imported, and the one function that turns any of them into our own format.

Codes: S311 no such kind, S327 an option that does not fit; those of the readers, and S314-S321 of `hours`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from repower.errors import InputError, Problem
from repower.markets.sources.bitcoin_days import BitcoinDays, read_bitcoin_days
from repower.markets.sources.caiso import read_caiso
from repower.markets.sources.canada import read_aeso, read_ieso
from repower.markets.sources.currency import Exchange, exchange, usd_per_unit
from repower.markets.sources.entsoe import read_entsoe
from repower.markets.sources.ercot import read_ercot
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Edges, FileHours, HourTable, Readings, check_limits, hours_of, join, whole_years
from repower.markets.sources.nyiso import read_nyiso
from repower.markets.sources.operator_tables import Wanted
from repower.markets.sources.pjm import read_pjm
from repower.markets.sources.quantities import conversion
from repower.markets.sources.tables import TableLayout, read_table
from repower.markets.sources.wall_clock import clock_notes, zone_named
from repower.markets.sources.weather_years import read_epw, read_tmy3
from repower.markets.sources.writing import check_place, write_days, write_hours
from repower.markets.years import year_of

Makes = Literal["prices", "weather", "bitcoin", "anything"]


@dataclass(frozen=True)
class Kind:
    """A kind of file: its `name`, what it is in one line, what comes of it, and the wall clock of its stamps ("" for none)."""

    name: str
    says: str
    makes: Makes
    clock: str = ""


#: Every kind, in the order of the help text.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("ercot", "settlement point prices of ERCOT, day-ahead or real-time (Texas, USD)", "prices", "America/Chicago"),
        Kind("pjm", "hourly prices from PJM Data Miner (USD)", "prices"),
        Kind("caiso", "LMP from CAISO OASIS (California, USD)", "prices"),
        Kind("nyiso", "hourly LBMP of NYISO (New York, USD)", "prices", "America/New_York"),
        Kind("aeso", "pool price of AESO (Alberta, CAD)", "prices", "America/Edmonton"),
        Kind("ieso", "HOEP of IESO until April 2025 (Ontario, CAD)", "prices"),
        Kind("entsoe", "day-ahead prices from the ENTSO-E Transparency Platform (Europe, any currency)", "prices"),
        Kind("epw", "EnergyPlus weather year", "weather"),
        Kind("tmy3", "TMY3 weather year (CSV)", "weather"),
        Kind("coinmetrics", "daily figures of Bitcoin in the columns of Coin Metrics", "bitcoin"),
        Kind("table", "any table with a column of time, CSV or Parquet", "anything"),
    )
}

_PRICES: dict[str, Callable[[Path, Wanted], Readings]] = {
    "ercot": read_ercot,
    "pjm": read_pjm,
    "caiso": read_caiso,
    "nyiso": read_nyiso,
    "aeso": read_aeso,
    "ieso": read_ieso,
    "entsoe": read_entsoe,
}


@dataclass(frozen=True)
class Choices:
    """What an import decides that the file does not.

    Attributes
    ----------
    usd_per_unit : US dollars for one unit of the file's currency, or the file of daily rates; needed unless prices are in USD
    fill_previous_hours : gaps up to so many hours are filled with the value before; 0 refuses them all
    edges : "wrap" takes hours that a calendar year lacks at one end, because the file is whole in local time, from the other end
    year : calendar year to write a weather year as
    layout : what a plain table does not say of itself
    """

    usd_per_unit: float | Path | None = None
    fill_previous_hours: int = 0
    edges: Edges = "refuse"
    year: int | None = None
    layout: TableLayout | None = None


@dataclass(frozen=True)
class Imported:
    """What was written: the file, its columns, years, number of rows, and notes of everything that was decided or mended."""

    path: Path
    kind: str
    columns: tuple[str, ...]
    years: tuple[int, ...]
    rows: int
    notes: tuple[str, ...] = field(default=())


def import_series(
    kind: str,
    paths: Sequence[Path],
    out: Path,
    columns: Mapping[str, str],
    choices: Choices | None = None,
    *,
    overwrite: bool = False,
) -> Imported:
    """Read files of one kind, and write their series in our own format.

    Parameters
    ----------
    kind : a name of `KINDS`
    paths : one file, or several that follow one another; hours in two of them must agree
    out : name.csv or name.parquet; written whole or not at all
    columns : our names of the series, and what each is called in the file ("" for the only one there); `named_columns` makes it
    choices : what the file does not say; all refused or left alone by default
    overwrite : replace `out` if it is there

    Raises
    ------
    InputError
        every fault of every file, S311-S329; nothing is written then
    """
    decided = choices or Choices()
    _check_kind(kind, columns, decided)
    check_place(out, overwrite)
    about = f"{KINDS[kind].says}: {', '.join(path.name for path in paths)}"
    if KINDS[kind].makes == "bitcoin":
        days = read_days(paths)
        write_days(days, out, overwrite, about)
        years = np.unique(year_of(days.days * 24))
        return Imported(out, kind, ("date", *days.values), tuple(years.tolist()), len(days.days), days.notes)
    table = read_hours(kind, paths, columns, decided)
    write_hours(table, out, overwrite, about)
    return Imported(
        out, kind, tuple(table.values), tuple(np.unique(year_of(table.hours)).tolist()), len(table.hours), table.notes
    )


def read_hours(kind: str, paths: Sequence[Path], columns: Mapping[str, str], choices: Choices) -> HourTable:
    """What `import_series` writes of an hourly kind: whole calendar years in UTC, in our units.

    Raises
    ------
    InputError
        every fault of every file; S321 when no year is whole
    """
    return whole_years(joined_hours(kind, paths, columns, choices), choices.edges)


def joined_hours(kind: str, paths: Sequence[Path], columns: Mapping[str, str], choices: Choices) -> HourTable:
    """All hours of the files in our units, before they are cut to calendar years.

    Raises
    ------
    InputError
        every fault of every file
    """
    _check_kind(kind, columns, choices)
    rates = None if choices.usd_per_unit is None else exchange(choices.usd_per_unit)
    problems: list[Problem] = []
    notes: list[str] = []
    series: dict[str, list[FileHours]] = {}
    for path in paths:
        try:
            readings = _readings(kind, path, columns, choices)
            for name, found in _converted(readings, rates, notes).items():
                series.setdefault(name, []).append(found)
            notes += readings.notes
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    table = join(series, choices.fill_previous_hours)
    clock = choices.layout.zone if choices.layout is not None else KINDS[kind].clock
    if clock:
        notes += clock_notes(zone_named(clock), table.hours)
    return HourTable(table.hours, table.values, (*dict.fromkeys(notes), *table.notes))


def read_days(paths: Sequence[Path]) -> BitcoinDays:
    """Daily figures of Bitcoin from one file.

    Raises
    ------
    InputError
        S327 for several files, or every fault of the one
    """
    if len(paths) != 1:
        raise InputError(Problem("S327", f"{len(paths)} files of daily figures are given", hint="put them into one"))
    return read_bitcoin_days(paths[0])


def named_columns(texts: Sequence[str]) -> dict[str, str]:
    """Columns as they are written on a command line: NAME, or NAME=WHAT IT IS CALLED IN THE FILE.

    Raises
    ------
    InputError
        S318 for a name that is empty, there twice, or no name of a column
    """
    columns: dict[str, str] = {}
    for text in texts:
        name, _, given = text.partition("=")
        name = name.strip()
        if not name or any(sign in name for sign in ',"\n') or name in columns:
            fact = "is there twice" if name in columns else "is no name of a column"
            raise InputError(Problem("S318", f"{text!r} {fact}", hint="write NAME, or NAME=what it is called in the file"))
        columns[name] = given.strip()
    return columns


def _readings(kind: str, path: Path, columns: Mapping[str, str], choices: Choices) -> Readings:
    if kind == "epw":
        return read_epw(path, columns, choices.year)
    if kind == "tmy3":
        return read_tmy3(path, columns, choices.year)
    if kind == "table":
        assert choices.layout is not None, "checked before"
        return read_table(path, columns, choices.layout)
    return _PRICES[kind](path, columns)


def _converted(readings: Readings, rates: Exchange | None, notes: list[str]) -> dict[str, FileHours]:
    """The hours of one file in our units; what was converted is added to `notes`."""
    faults = Faults(readings.file)
    series: dict[str, FileHours] = {}
    prices = 0
    for name, reading in readings.series.items():
        how = conversion(readings.units[name], name)
        found = hours_of(readings.file, name, reading, faults)
        parts = reading.length[(reading.minute >= 0) & (reading.length < 60)]
        if parts.size:
            lengths = ", ".join(map(str, np.unique(parts)))
            notes.append(f"{name}: {parts.size:,} intervals of {lengths} minutes were averaged to hours")
        factor = how.factor * np.ones(len(found.hours))
        prices += bool(how.currency)
        if how.currency and found.hours.size:
            rate, note = usd_per_unit(how.currency, found.hours, rates)
            factor = factor * rate
            notes += [note] if note else []
        found = FileHours(found.file, found.hours, found.values * factor + how.offset, found.lines)
        check_limits(name, found, faults)
        series[name] = found
    if rates is not None and not prices:
        raise InputError(Problem("S327", "an exchange rate is stated, and the file has no prices", hint="leave the rate out"))
    faults.stop()
    return series


def _check_kind(kind: str, columns: Mapping[str, str], choices: Choices) -> None:
    if kind not in KINDS:
        near = difflib.get_close_matches(kind, list(KINDS), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else f"kinds are {', '.join(KINDS)}"
        raise InputError(Problem("S311", f"there is no kind {kind!r} of series", hint=hint))
    makes = KINDS[kind].makes
    wrong = []
    if makes == "bitcoin" and (columns or choices != Choices()):
        wrong.append("daily figures of Bitcoin have their own columns and need no choice")
    if choices.year is not None and makes != "weather":
        wrong.append("only a weather year is written as another year")
    if choices.layout is not None and makes != "anything":
        wrong.append(f"files of {kind} say their layout themselves")
    if choices.layout is None and makes == "anything":
        wrong.append("of a table the column of time must be named")
    if choices.fill_previous_hours < 0:
        wrong.append(f"gaps of {choices.fill_previous_hours} hours cannot be filled")
    if choices.usd_per_unit is not None and makes == "weather":
        wrong.append("weather has no currency")
    if wrong:
        raise InputError([Problem("S327", fact, path=kind, hint="leave that option out, or name another kind") for fact in wrong])
