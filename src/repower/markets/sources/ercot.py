"""Settlement point prices of ERCOT (Texas), day-ahead by the hour and real-time by the quarter, in USD/MWh.

Day-ahead files have Delivery Date (MM/DD/YYYY), Hour Ending (01:00 to 24:00), Settlement Point and Settlement Point Price;
real-time files Delivery Date, Delivery Hour (1 to 24), Delivery Interval (1 to 4), Settlement Point Name and the price. Spelling
with and without blanks is taken. Time is that of Chicago; the hour ending 02:00 comes twice in autumn and the flag (Repeated Hour
Flag, or DSTFlag) is Y for the second; in spring the hour ending 03:00 is absent. A file with no flag must have its rows in order.

Checked against the published column names only; that Y marks the second of the two hours is what users of DSTFlag report
(R*). A flag on any other hour is refused, so a file in which Y means summer time is not misread.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from repower.markets.sources.cells import Sheet, read_csv
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Readings
from repower.markets.sources.operator_tables import Wanted, by_point, choose, column, distinct, judge, kept_rows, values
from repower.markets.sources.wall_clock import REFUSED, IntArray, minutes_of, utc_by_flag, utc_by_order, zone_named

_DATE = ("Delivery Date",)
_POINT = ("Settlement Point", "Settlement Point Name")
_PRICE = ("Settlement Point Price",)
_FLAG = ("Repeated Hour Flag", "DSTFlag")
_SECOND = {"Y": True, "true": True, "True": True, "N": False, "false": False, "False": False}


def read_ercot(path: Path, wanted: Wanted) -> Readings:
    """Read a file of settlement point prices; `wanted` names settlement points such as HB_WEST or LZ_NORTH.

    Raises
    ------
    InputError
        S301, S312, S313, S316, S318, S326 with every place
    """
    faults = Faults(str(path))
    needed = (_DATE, ("Hour Ending", "Delivery Hour"), _POINT, _PRICE)
    sheet = read_csv(path, faults, judge("file of ERCOT settlement point prices", needed, faults))
    points, number = distinct(sheet.cells(column(sheet.header, *_POINT) or ""))
    chosen = choose(points, wanted, "settlement point", str(path))
    mask = np.isin(number, [points.index(point) for point in chosen.values()])
    lines = [int(line) for line in np.asarray(sheet.lines)[mask]]
    number = number[mask]

    wall, length = _wall(sheet, mask, lines, faults)
    zone = zone_named("America/Chicago")
    flag = column(sheet.header, *_FLAG)
    if flag is None:
        minute = utc_by_order(wall, number, zone, "Delivery Date", lines, faults)
    else:
        given = [str(cell).strip() for cell in kept_rows(mask, sheet.cells(flag))]
        unknown = [row for row, text in enumerate(given) if text not in _SECOND]
        faults.add("S313", ((lines[row], flag, f"{given[row]!r} is no flag") for row in unknown), "the flag is Y or N")
        second = np.array([_SECOND.get(text, False) for text in given], dtype=np.bool_)
        minute = utc_by_flag(wall, second, zone, flag, lines, faults)
    price = column(sheet.header, *_PRICE) or ""
    value = values(kept_rows(mask, sheet.cells(price)), price, lines, faults)
    faults.stop()
    series = by_point(chosen, points, number, minute, length, value, lines)
    return Readings(str(path), dict.fromkeys(chosen, "USD/MWh"), series)


def _wall(sheet: Sheet, mask: np.ndarray, lines: list[int], faults: Faults) -> tuple[IntArray, int]:
    """Minutes of the Texas clock at which each interval begins, and the length of an interval."""
    date = column(sheet.header, *_DATE) or ""
    day = minutes_of(
        kept_rows(mask, sheet.cells(date)),
        lambda text: datetime.strptime(text, "%m/%d/%Y"),  # noqa: DTZ007 - a wall clock
        "days are written 01/31/2024",
        date,
        lines,
        faults,
    )
    interval = column(sheet.header, "Delivery Interval")
    hour_name = column(sheet.header, "Hour Ending", "Delivery Hour") or ""
    hour = _whole(kept_rows(mask, sheet.cells(hour_name)), 24, hour_name, lines, faults)
    begin = day + 60 * (hour - 1)
    bad = (day < 0) | (hour < 1)
    if interval is None:
        return np.where(bad, REFUSED, begin), 60
    quarter = _whole(kept_rows(mask, sheet.cells(interval)), 4, interval, lines, faults)
    return np.where(bad | (quarter < 1), REFUSED, begin + 15 * (quarter - 1)), 15


def _whole(cells: list[object], greatest: int, name: str, lines: list[int], faults: Faults) -> IntArray:
    """Numbers of hours ("01:00", "1") or quarters from 1 to `greatest`; 0 where refused."""
    answer = np.zeros(len(cells), dtype=np.int64)
    for row, cell in enumerate(cells):
        text = str(cell).strip().removesuffix(":00")
        if text.isascii() and text.isdigit() and 1 <= int(text) <= greatest:
            answer[row] = int(text)
    faults.add(
        "S313",
        ((lines[row], name, f"{str(cells[row])[:40]!r} is not 1 to {greatest}") for row in np.flatnonzero(answer == 0).tolist()),
        "hours are named by their end, 01:00 to 24:00; quarters are 1 to 4",
    )
    return answer
