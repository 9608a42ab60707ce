"""Day-ahead prices of Europe as the Transparency Platform of ENTSO-E exports them, in the currency that the file names.

The column of time is MTU (UTC) or MTU (CET/CEST) and holds both ends of an interval: 01.01.2024 00:00 - 01.01.2024 01:00, or
with slashes and seconds, and with (CET) or (CEST) behind a stamp around a clock change. The price is Day-ahead Price [EUR/MWh]
or (EUR/MWh); newer exports have an Area and a Sequence (two auctions of one area). Intervals of 60, 30 and 15 minutes may
follow one another in a file, as they do on 1 October 2025. A local day of a clock change has 23 or 25 hours: a row of the hour
that the clock left out is passed over when it has no price, and refused when it has one.

Checked against published column names and single published rows only, in both generations of the export.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.sources.cells import Sheet, read_csv
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Readings
from repower.markets.sources.operator_tables import Wanted, by_point, choose, distinct, values
from repower.markets.sources.wall_clock import REFUSED, IntArray, minutes_of, offsets, utc_by_order, wall_stamp, zone_named

_MTU = re.compile(r"MTU \((.+)\)")
_PRICE = re.compile(r"Day-ahead Price [\[(]([A-Z]{3})/MWh[\])]")
_CELL = re.compile(r"(\d\d[./]\d\d[./]\d{4} \d\d:\d\d(?::\d\d)?)(?: \((\w+)\))?")
#: Zones by the words in the heading: any place that keeps that time will do.
_ZONES = {"UTC": "UTC", "CET/CEST": "Europe/Brussels", "WET/WEST": "Europe/Lisbon", "EET/EEST": "Europe/Helsinki"}
_MARKS = {"UTC": 0, "WET": 0, "WEST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180}


def read_entsoe(path: Path, wanted: Wanted) -> Readings:
    """Read an export of day-ahead prices; `wanted` names areas such as BZN|NO3 (with the sequence, where there are several).

    Raises
    ------
    InputError
        S301, S312, S313, S316, S317 (two currencies), S318, S326 with every place
    """
    faults = Faults(str(path))

    def judge(header: tuple[str, ...], line: int | None) -> None:
        if not any(map(_MTU.fullmatch, header)) or sum(_PRICE.fullmatch(name) is not None for name in header) != 1:
            faults.add(
                "S312",
                [
                    (
                        line,
                        "",
                        "this is no export of ENTSO-E day-ahead prices: a column MTU (..) and one Day-ahead Price are needed",
                    )
                ],
                f"the file has: {', '.join(header[:20]) or 'nothing'}",
            )
            faults.stop()

    sheet = read_csv(path, faults, judge)
    time = next(name for name in sheet.header if _MTU.fullmatch(name))
    price = next(name for name in sheet.header if _PRICE.fullmatch(name))
    clock = _MTU.sub(r"\1", time)
    if clock not in _ZONES:
        raise InputError(Problem("S326", f"the clock {clock} is unknown", hint=f"export in {', '.join(_ZONES)}", file=str(path)))
    currency = _PRICE.sub(r"\1", price)
    _one_currency(sheet, currency, faults)
    points, number = _areas(sheet)
    chosen = choose(points, wanted, "area", str(path))
    value = values(sheet.cells(price), price, sheet.lines, faults)

    halves = [str(cell).split(" - ") for cell in sheet.cells(time)]
    what = "intervals are written 01.01.2024 00:00 - 01.01.2024 01:00"
    begin = minutes_of([half[0] for half in halves], _stamp, what, time, sheet.lines, faults)
    end = minutes_of([half[-1] for half in halves], _stamp, what, time, sheet.lines, faults)
    length = _length(begin, end, time, sheet.lines, faults)
    zone = zone_named(_ZONES[clock])
    before, after = offsets(np.maximum(begin, 0), zone)
    begin = np.where(np.isnan(value) & (before < after), REFUSED, begin)
    stated = _stated([half[0] for half in halves])
    marked = (stated >= 0) & (begin >= 0)
    wrong = marked & (stated != before) & (stated != after)
    faults.add(
        "S326",
        (
            (sheet.lines[row], time, f"{halves[row][0]} is not on the clock of {clock}: it was {before[row]} minutes from UTC")
            for row in np.flatnonzero(wrong).tolist()
        ),
        "a mark contradicts its date; export again",
    )
    by_order = utc_by_order(np.where(marked, REFUSED, begin), number, zone, time, sheet.lines, faults)
    minute = np.where(marked, begin - stated, by_order)
    faults.stop()
    series = by_point(chosen, points, number, minute, length, value, sheet.lines)
    return Readings(str(path), dict.fromkeys(chosen, f"{currency}/MWh"), series)


def _areas(sheet: Sheet) -> tuple[list[str], IntArray]:
    """Areas of the file and the number of each row's: a column Area, or the heading of the last column in older exports."""
    if "Area" not in sheet.header:
        zones = [name for name in sheet.header if "|" in name]
        return zones[:1] or ["the only area"], np.zeros(len(sheet.lines), dtype=np.int64)
    area = [str(cell).strip() for cell in sheet.cells("Area")]
    if "Sequence" not in sheet.header:
        return distinct(area)
    sequence = [str(cell).strip() for cell in sheet.cells("Sequence")]
    several = {name for name in set(area) if len({s for a, s in zip(area, sequence, strict=True) if a == name}) > 1}
    return distinct([f"{a} {s}" if a in several else a for a, s in zip(area, sequence, strict=True)])


def _one_currency(sheet: Sheet, currency: str, faults: Faults) -> None:
    if "Currency" in sheet.header:
        others = [
            (line, "Currency", f"{cell} is not {currency}, which the heading says")
            for line, cell in zip(sheet.lines, sheet.cells("Currency"), strict=True)
            if str(cell).strip() not in ("", currency)
        ]
        faults.add("S317", others, "export one currency at a time")


def _stamp(text: str) -> datetime:
    match = _CELL.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    pattern = "%d/%m/%Y %H:%M:%S" if match[1].count(":") == 2 else "%d/%m/%Y %H:%M"
    return datetime.strptime(match[1].replace(".", "/"), pattern)  # noqa: DTZ007 - a wall clock


def _stated(cells: Sequence[str]) -> IntArray:
    """Offset from UTC in minutes that a mark behind the stamp states; -1 without a mark."""
    known: dict[str, int] = {}
    for cell in cells:
        if cell not in known:
            match = _CELL.fullmatch(cell.strip())
            # an unknown mark must contradict every clock, not pass for none
            known[cell] = -1 if match is None or match[2] is None else _MARKS.get(match[2], 100_000)
    return np.fromiter((known[cell] for cell in cells), dtype=np.int64, count=len(cells))


def _length(begin: IntArray, end: IntArray, time: str, lines: Sequence[int], faults: Faults) -> IntArray:
    """Length of each interval in minutes: what its ends say, but for the hour that the clock jumps between them."""
    shown = end - begin
    length: NDArray[np.int64] = np.zeros_like(shown)
    for jump in (0, -60, 60):
        length = np.where((length == 0) & np.isin(shown - jump, (15, 30, 60)), shown - jump, length)
    bad = (begin >= 0) & (end >= 0) & (length == 0)
    faults.add(
        "S313",
        (
            (lines[row], time, f"{wall_stamp(begin[row])} to {wall_stamp(end[row])} is no interval of 15, 30 or 60 minutes")
            for row in np.flatnonzero(bad).tolist()
        ),
        "both ends of the interval are needed",
    )
    return length
