"""The single prices of two Canadian markets, in CAD/MWh: the pool price of Alberta (AESO) and Ontario's HOEP (IESO).

AESO, historical report: a title, then Date (HE) as 01/31/2024 01 and Price ($); hours are named by their end on the clock of
Edmonton, the second of two hours in autumn bears a star (02*), and hour 03 is absent in spring. AESO, other exports: a column
begin_datetime_utc with pool_price, or Date_Begin_GMT with ACTUAL_POOL_PRICE, which begin the hour in UTC.
IESO: lines that begin with a backslash, then Date (2024-01-31), Hour (1 to 24, by its end) and HOEP, in Eastern Standard Time all
year; the price ended with the market renewal of May 2025.

Checked against published column names only. Left out: Ontario's zonal prices since May 2025, its global adjustment.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from repower.markets.sources.cells import Sheet, read_csv
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Reading, Readings
from repower.markets.sources.operator_tables import FloatArray, IntArray, Wanted, cells_of, choose, column, judge, values
from repower.markets.sources.wall_clock import REFUSED, minutes_of, utc_by_flag, zone_named

_AESO_UTC = (("begin_datetime_utc", "pool_price"), ("Date_Begin_GMT", "ACTUAL_POOL_PRICE"))
_EST_BEHIND_UTC = 300


def read_aeso(path: Path, wanted: Wanted) -> Readings:
    """Read Alberta's pool price; `wanted` has one name.

    Raises
    ------
    InputError
        S301, S312, S313, S316, S318, S326 with every place
    """
    faults = Faults(str(path))
    times = ("Date (HE)", *(time for time, _ in _AESO_UTC))
    prices = ("Price ($)", *(price for _, price in _AESO_UTC))
    sheet = read_csv(path, faults, judge("pool price file of AESO", (times, prices), faults), known_by="Date (HE)")
    for time, price in _AESO_UTC:
        if time_column := column(sheet.header, time):
            what = "stamps are written 2024-01-31 07:00"
            minute = minutes_of(sheet.cells(time_column), _utc_stamp, what, time_column, sheet.lines, faults)
            return _single(path, wanted, sheet, column(sheet.header, price) or "", minute, faults)
    cells = [str(cell).strip() for cell in cells_of(sheet, "Date (HE)")]
    what = "hours are written 01/31/2024 01 to 24, the second of two with a star"
    wall = minutes_of(cells, _hour_ending, what, "Date (HE)", sheet.lines, faults)
    second = np.array([cell.endswith("*") for cell in cells], dtype=np.bool_)
    minute = utc_by_flag(wall, second, zone_named("America/Edmonton"), "Date (HE)", sheet.lines, faults)
    return _single(path, wanted, sheet, "Price ($)", minute, faults)


def read_ieso(path: Path, wanted: Wanted) -> Readings:
    """Read Ontario's hourly price; `wanted` has one name.

    Raises
    ------
    InputError
        S301, S312, S313, S316, S318 with every place
    """
    faults = Faults(str(path))
    needed = (("Date",), ("Hour",), ("HOEP",))
    sheet = read_csv(path, faults, judge("HOEP file of IESO", needed, faults), known_by="HOEP")
    both = [f"{day} {hour}" for day, hour in zip(cells_of(sheet, "Date"), cells_of(sheet, "Hour"), strict=True)]
    what = "days are written 2024-01-31 and hours 1 to 24"
    wall = minutes_of(both, _day_and_hour, what, "Date", sheet.lines, faults)
    minute = np.where(wall >= 0, wall + _EST_BEHIND_UTC, REFUSED)
    return _single(path, wanted, sheet, "HOEP", minute, faults)


def _single(path: Path, wanted: Wanted, sheet: Sheet, price: str, minute: IntArray, faults: Faults) -> Readings:
    chosen = choose([price], wanted, "price", str(path))
    value: FloatArray = values(cells_of(sheet, price), price, sheet.lines, faults)
    faults.stop()
    reading = Reading(minute, np.full(len(minute), 60, dtype=np.int64), value, np.asarray(sheet.lines, dtype=np.int64))
    return Readings(str(path), dict.fromkeys(chosen, "CAD/MWh"), dict.fromkeys(chosen, reading))


def _hour_ending(text: str) -> datetime:
    day, hour = text.removesuffix("*").split()
    return datetime.strptime(day, "%m/%d/%Y") + _begin(hour)  # noqa: DTZ007 - a wall clock


def _day_and_hour(text: str) -> datetime:
    day, hour = text.split()
    return datetime.strptime(day, "%Y-%m-%d") + _begin(hour)  # noqa: DTZ007 - standard time, without a clock change


def _begin(hour: str) -> timedelta:
    if not (hour.isascii() and hour.isdigit() and 1 <= int(hour) <= 24):
        raise ValueError(hour)
    return timedelta(hours=int(hour) - 1)


def _utc_stamp(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))
