"""Weather years in EPW and TMY3 files, read by pvlib: dry bulb, relative humidity and pressure of one model year in UTC.

A file is a year of one place in local standard time, without summer time; its hours are named by their end, so hour 1 begins
at 00:00. A typical year is put together from months of different years; it stands for one model year, and one that serves all
years of a portfolio. With z the hours that local time is ahead of UTC, the value of UTC hour u is that of local hour u + z, and
the year is closed into a ring: the hours that fall out at one end come in at the other (at most 14, on New Year's night). For
places whose clock is a half or a quarter of an hour off, neighbouring hours are mixed: (1 - f) L[k] + f L[k + 1].

29 February is left out. Humidity above saturation, up to 110 %, is taken as saturation.
EPW was checked against files of five makers; TMY3 against the published layout and pvlib. Left out: solar radiation, wind.
Codes: S301 not readable, S314 missing, S320 not the hours of a year, S324 pvlib is not installed.
"""

from __future__ import annotations

import importlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.horizon import HOURS_IN_YEAR, MONTH_EDGES
from repower.markets.sources.cells import read_text
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Reading, Readings
from repower.markets.sources.operator_tables import Wanted
from repower.markets.years import year_hours

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: The calendar year of a typical year, where none is asked for: it has no 29 February, and no meaning.
TYPICAL_YEAR = 2001
#: How the formats write "missing", by quantity: a value from here on (EPW), or at most this (TMY3).
_EPW_MISSING = {"temp_air": 99.9, "relative_humidity": 999.0, "atmospheric_pressure": 999_999.0}
_TMY3_MISSING = -9_900.0


def read_epw(path: Path, wanted: Wanted, year: int | None) -> Readings:
    """Read an EPW file; each name of `wanted` is a station, and gets three columns.

    Parameters
    ----------
    path : the file, or the file in .gz
    wanted : names of stations; what they are called in the file does not matter, since it has one
    year : the calendar year to write it as; None for the year of the file, or `TYPICAL_YEAR` when it is put together

    Raises
    ------
    InputError
        S301, S318, S320, S324 with every place
    """
    frame, meta = _parsed(path, "read_epw")
    given = {name: np.asarray(frame[name], dtype=np.float64) for name in _EPW_MISSING}
    known = {name: np.where(column >= _EPW_MISSING[name], np.nan, column) for name, column in given.items()}
    local = _LocalYear(
        np.asarray(frame["year"], dtype=np.int64),
        np.asarray(frame["month"], dtype=np.int64),
        np.asarray(frame["day"], dtype=np.int64),
        np.asarray(frame["hour"], dtype=np.int64),
        known["temp_air"],
        known["relative_humidity"],
        known["atmospheric_pressure"] / 1000.0,
        ahead_hours=float(meta["TZ"]),
        first_line=9,
    )
    return _model_year(path, wanted, year, local)


def read_tmy3(path: Path, wanted: Wanted, year: int | None) -> Readings:
    """Read a TMY3 file (CSV of the National Solar Radiation Data Base); otherwise as `read_epw`."""
    frame, meta = _parsed(path, "read_tmy3")
    given = {name: np.asarray(frame[name], dtype=np.float64) for name in ("temp_air", "relative_humidity", "pressure")}
    known = {name: np.where(column <= _TMY3_MISSING, np.nan, column) for name, column in given.items()}
    days = np.array([str(day).split("/") for day in frame["Date (MM/DD/YYYY)"]], dtype=np.int64)
    hour = np.array([int(str(time)[:2]) for time in frame["Time (HH:MM)"]], dtype=np.int64)
    local = _LocalYear(
        days[:, 2],
        days[:, 0],
        days[:, 1],
        hour,
        known["temp_air"],
        known["relative_humidity"],
        known["pressure"] / 10.0,
        ahead_hours=float(meta["TZ"]),
        first_line=3,
    )
    return _model_year(path, wanted, year, local)


@dataclass(frozen=True)
class _LocalYear:
    """The rows of a file: calendar (hour 1 to 24), degC, % (NaN: missing), kPa; hours ahead of UTC; first line of data."""

    year: IntArray
    month: IntArray
    day: IntArray
    hour: IntArray
    dry_bulb_c: FloatArray
    humidity_percent: FloatArray
    pressure_kpa: FloatArray
    ahead_hours: float
    first_line: int


def _parsed(path: Path, reader: str) -> tuple[Any, dict[str, Any]]:
    try:
        readers = importlib.import_module("pvlib.iotools")
    except ImportError:
        raise InputError(
            Problem(
                "S324",
                "weather years are read by pvlib, which is not installed",
                hint='install it with: pip install "repower[weather]"',
                file=str(path),
            )
        ) from None
    text = _latin(path)
    try:
        frame, meta = getattr(readers, reader)(io.StringIO(text))
        assert len(frame)
        float(meta["TZ"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, AssertionError) as error:
        format_name = "EPW" if reader == "read_epw" else "TMY3"
        raise InputError(
            Problem(
                "S301",
                f"this is no {format_name} file that pvlib can read: {str(error)[:120] or 'no rows'}",
                hint="EPW files begin with LOCATION; TMY3 files with the station's number and have dates MM/DD/YYYY",
                file=str(path),
            )
        ) from None
    return frame, meta


def _latin(path: Path) -> str:
    """The text; older files have names of places in Latin-1, and nothing else of theirs is beyond ASCII."""
    try:
        return read_text(path)
    except InputError:
        if path.suffix == ".gz" or not path.is_file():
            raise
        return path.read_bytes().decode("latin-1")


def _model_year(path: Path, wanted: Wanted, year: int | None, local: _LocalYear) -> Readings:
    if not wanted:
        raise InputError(Problem("S318", "no station is named", hint="name the station of the portfolio", file=str(path)))
    faults = Faults(str(path))
    kept = ~((local.month == 2) & (local.day == 29))
    line = (local.first_line + np.arange(len(kept), dtype=np.int64))[kept]
    _check_order(local.month[kept], local.day[kept], local.hour[kept], line, faults)
    faults.stop()

    humidity = local.humidity_percent[kept]
    with np.errstate(invalid="ignore"):
        saturated = (humidity > 100.0) & (humidity <= 110.0)
    own = np.unique(local.year)
    model_year = year if year is not None else int(own[0]) if own.size == 1 else TYPICAL_YEAR
    columns = {
        "_dry_bulb_c": ("degC", local.dry_bulb_c[kept]),
        "_relative_humidity_share": ("%", np.where(saturated, 100.0, humidity)),
        "_pressure_kpa": ("kPa", local.pressure_kpa[kept]),
    }
    minute = year_hours(model_year) * 60
    length = np.full(HOURS_IN_YEAR, 60, dtype=np.int64)
    lines = np.roll(line, -int(np.floor(local.ahead_hours)))
    series = {
        name + suffix: Reading(minute, length, to_utc(values, local.ahead_hours), lines)
        for name in wanted
        for suffix, (_, values) in columns.items()
    }
    units = {name + suffix: unit for name in wanted for suffix, (unit, _) in columns.items()}
    notes = _notes(own, model_year, local.ahead_hours, int(saturated.sum()), int((~kept).sum()))
    return Readings(str(path), units, series, (*notes, f"mean pressure {np.nanmean(local.pressure_kpa):.2f} kPa"))


def to_utc(local: FloatArray, ahead_hours: float) -> FloatArray:
    """A model year [8760] of hours in local standard time as one in UTC, closed into a ring.

    utc[u] = (1 - f) * local[k] + f * local[k + 1] with k + f = u + ahead_hours, k whole and 0 <= f < 1
    """
    whole = int(np.floor(ahead_hours))
    share = ahead_hours - whole
    near = np.roll(local, -whole)
    return near if share == 0.0 else (1.0 - share) * near + share * np.roll(local, -whole - 1)


def _check_order(month: IntArray, day: IntArray, hour: IntArray, line: IntArray, faults: Faults) -> None:
    edges = np.array(MONTH_EDGES)
    place = edges[np.clip(month, 1, 12) - 1] + 24 * (day - 1) + hour - 1
    if len(place) == HOURS_IN_YEAR and np.array_equal(place, np.arange(HOURS_IN_YEAR)):
        return
    shared = min(len(place), HOURS_IN_YEAR)
    off = np.flatnonzero(place[:shared] != np.arange(shared))
    fact = f"the file has {len(place):,} hours without 29 February, and a year has {HOURS_IN_YEAR:,}"
    where: int | None = None
    if off.size:
        row = int(off[0])
        where = int(line[row])
        fact += f"; {month[row]:02d}-{day[row]:02d} hour {hour[row]} stands at place {row + 1:,} of the year"
    faults.add("S320", [(where, "", fact)], "a weather year has every hour of the year once, in order, named 1 to 24")


def _notes(own: IntArray, model_year: int, ahead: float, saturated: int, leap_hours: int) -> tuple[str, ...]:
    made = f"a year put together from {own[0]} to {own[-1]}" if own.size > 1 else f"the year {own[0]}"
    notes = [f"{made}, written as {model_year}"]
    if ahead:
        moved = int(np.ceil(abs(ahead)))
        notes.append(f"local standard time is UTC{ahead:+g} h: {moved} hours at New Year come from the other end of the year")
    if ahead % 1:
        notes.append("neighbouring hours were mixed, since the clock is not whole hours from UTC")
    if saturated:
        notes.append(f"{saturated:,} hours above saturation were taken as saturated")
    if leap_hours:
        notes.append(f"{leap_hours} hours of 29 February were left out")
    return tuple(notes)
