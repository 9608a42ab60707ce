"""Plain tables: one column of time, one column per series, and what the file does not say stated beside it.

Stamps say their offset from UTC, or the zone of the wall clock is stated: then every hour that is missing or there twice must
be explained by that zone's own clock change. A stamp names the beginning of its interval, or the moment of its end. Intervals of
5 to 60 minutes are averaged to hours. Cells without a value are gaps.

Codes: S302 column missing, S313 time, S316 not a number, S318 which series, S326 clock, S327 a layout that cannot be meant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import numpy as np

from repower.errors import InputError, Problem
from repower.markets.sources.cells import Sheet, read_csv, read_parquet
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Reading, Readings
from repower.markets.sources.operator_tables import Wanted, values
from repower.markets.sources.wall_clock import (
    REFUSED,
    IntArray,
    minutes_of,
    utc_by_order,
    utc_minutes,
    zone_named,
)

Stamps = Literal["beginning", "end"]


@dataclass(frozen=True)
class TableLayout:
    """What a plain table does not say of itself.

    Attributes
    ----------
    time : name of the column of time
    zone : zone of its wall clock, such as Europe/Oslo; "" when the stamps carry their offset
    stamps : whether a stamp is the beginning of its interval, or the moment of its end
    minutes : length of an interval, 60 or a part of it
    unit : unit of all columns, or by our names: EUR/MWh, NOK/kWh, degC, degF, %, share, hPa
    time_format : pattern of the stamps as strptime has it (%d.%m.%Y %H:%M); "" for ISO 8601
    separator : between the cells of a CSV
    """

    time: str
    zone: str = ""
    stamps: Stamps = "beginning"
    minutes: int = 60
    unit: str | Mapping[str, str] = field(default="")
    time_format: str = ""
    separator: str = ","


def read_table(path: Path, wanted: Wanted, layout: TableLayout) -> Readings:
    """Read columns of a plain table, CSV or Parquet.

    Parameters
    ----------
    path : CSV, or Parquet when the name ends in .parquet
    wanted : our names, and the column that each is called in the file ("" for the same name)
    layout : what the file does not say

    Raises
    ------
    InputError
        S301, S302, S313, S316, S318, S326, S327 with every place
    """
    if layout.minutes not in (5, 10, 15, 20, 30, 60):
        raise InputError(
            Problem("S327", f"intervals of {layout.minutes} minutes do not make up hours", hint="5, 10, 15, 20, 30 or 60")
        )
    zone = zone_named(layout.zone) if layout.zone else None
    columns = {name: given or name for name, given in wanted.items()}
    if not columns:
        raise InputError(Problem("S318", "no series is named", hint="name the column that is to be written", file=str(path)))
    faults = Faults(str(path))
    sheet = _sheet(path, columns, layout, faults)
    cells = sheet.cells(layout.time)

    aware = _aware(cells, layout)
    minute = np.full(len(cells), REFUSED, dtype=np.int64)
    if zone is None:
        faults.add(
            "S326",
            (
                (sheet.lines[row], layout.time, f"{str(cells[row])[:40]} does not say its zone, and none is stated")
                for row in np.flatnonzero(~aware).tolist()
            ),
            "state the zone of the clock, such as Europe/Oslo or UTC",
        )
        faults.stop()
        minute = _with_offset(cells, layout, sheet.lines, faults)
    elif aware.all() and len(cells):
        minute = _with_offset(cells, layout, sheet.lines, faults)
        before, after = _offsets_of(cells, layout, minute, zone)
        wrong = (minute >= 0) & (before != after)
        faults.add(
            "S326",
            (
                (
                    sheet.lines[row],
                    layout.time,
                    f"{str(cells[row])[:40]} is {before[row]} minutes from UTC, and {zone.key} {after[row]}",
                )
                for row in np.flatnonzero(wrong).tolist()
            ),
            "the stamps say their offset themselves: leave the zone out, if they are right",
        )
    else:
        what = f"stamps follow {layout.time_format}" if layout.time_format else "stamps are written 2024-01-31 13:00"
        wall = minutes_of(cells, lambda text: _naive(text, layout), what, layout.time, sheet.lines, faults)
        minute = utc_by_order(wall, np.zeros(len(wall), dtype=np.int64), zone, layout.time, sheet.lines, faults)
    faults.stop()
    if layout.stamps == "end":
        minute = np.where(minute >= 0, minute - layout.minutes, REFUSED)
    series = {}
    length = np.full(len(minute), layout.minutes, dtype=np.int64)
    line = np.asarray(sheet.lines, dtype=np.int64)
    for name, given in columns.items():
        series[name] = Reading(minute, length, values(sheet.cells(given), given, sheet.lines, faults), line)
    faults.stop()
    unit = layout.unit
    units = {name: unit if isinstance(unit, str) else unit.get(name, "") for name in columns}
    return Readings(str(path), units, series)


def _sheet(path: Path, columns: Mapping[str, str], layout: TableLayout, faults: Faults) -> Sheet:
    needed = list(dict.fromkeys((layout.time, *columns.values())))

    def judge(header: tuple[str, ...], line: int | None) -> None:
        for name in needed:
            if header.count(name) != 1:
                fact = (
                    f"there is no column {name}"
                    if name not in header
                    else f"the column {name} is there {header.count(name)} times"
                )
                faults.add("S302", [(line, name, fact)], f"the file has: {', '.join(header[:30]) or 'nothing'}")
        faults.stop()

    if path.suffix == ".parquet":
        return read_parquet(path, needed, judge)
    return read_csv(path, faults, judge, separator=layout.separator)


def _moment(cell: object, layout: TableLayout) -> datetime:
    if isinstance(cell, datetime):
        return cell
    text = str(cell).strip()
    return datetime.strptime(text, layout.time_format) if layout.time_format else datetime.fromisoformat(text)  # noqa: DTZ007


def _naive(text: str, layout: TableLayout) -> datetime:
    moment = _moment(text, layout)
    if moment.tzinfo is not None:
        raise ValueError(text)
    return moment


def _aware(cells: Sequence[object], layout: TableLayout) -> np.ndarray:
    """Which stamps say their offset; one that cannot be read counts as if it did, and is told later."""
    answer = np.ones(len(cells), dtype=np.bool_)
    for row, cell in enumerate(cells):
        try:
            answer[row] = _moment(cell, layout).tzinfo is not None
        except ValueError:
            continue
    return answer


def _with_offset(cells: Sequence[object], layout: TableLayout, lines: Sequence[int], faults: Faults) -> IntArray:
    minute = np.full(len(cells), REFUSED, dtype=np.int64)
    bad = []
    for row, cell in enumerate(cells):
        try:
            minute[row] = utc_minutes(_moment(cell, layout))
        except (ValueError, OverflowError, TypeError):
            bad.append((lines[row], layout.time, f"{str(cell)[:60]!r} is not a time"))
    faults.add("S313", bad, "stamps are written 2024-01-31T13:00+01:00 or 2024-01-31T12:00Z")
    return minute


def _offsets_of(cells: Sequence[object], layout: TableLayout, minute: IntArray, zone: object) -> tuple[IntArray, IntArray]:
    """Offset that each stamp states, and the one that the zone had at that moment, in minutes."""
    stated = np.zeros(len(cells), dtype=np.int64)
    kept = np.zeros(len(cells), dtype=np.int64)
    for row in np.flatnonzero(minute >= 0).tolist():
        own = _moment(cells[row], layout).utcoffset()
        there = datetime.fromtimestamp(int(minute[row]) * 60, UTC).astimezone(zone).utcoffset()  # type: ignore[arg-type]
        assert own is not None
        assert there is not None
        stated[row], kept[row] = own.total_seconds() // 60, there.total_seconds() // 60
    return stated, kept
