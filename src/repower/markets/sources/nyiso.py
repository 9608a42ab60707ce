"""Hourly prices of the New York ISO (day-ahead zonal or generator LBMP files), in USD/MWh.

Columns Time Stamp (MM/DD/YYYY HH:MM, the beginning of the hour on the clock of New York), Name, and LBMP ($/MWHr). The hour
01:00 comes twice in autumn without any mark, so the rows must stand in order of time. Real-time files of five minutes are
refused: they stamp the end of an interval.

Checked against the published column names only.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from repower.markets.sources.cells import read_csv
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Readings
from repower.markets.sources.operator_tables import Wanted, by_point, cells_of, choose, distinct, judge, kept_rows, values
from repower.markets.sources.wall_clock import minutes_of, utc_by_order, wall_stamp, zone_named

_TIME, _NAME, _PRICE = "Time Stamp", "Name", "LBMP ($/MWHr)"


def read_nyiso(path: Path, wanted: Wanted) -> Readings:
    """Read a file of hourly prices; `wanted` names zones such as CAPITL or generators.

    Raises
    ------
    InputError
        S301, S312, S313, S316, S318, S320 (not hourly), S326 with every place
    """
    faults = Faults(str(path))
    sheet = read_csv(path, faults, judge("price file of NYISO", ((_TIME,), (_NAME,), (_PRICE,)), faults))
    points, number = distinct(cells_of(sheet, _NAME))
    chosen = choose(points, wanted, "zone or generator", str(path))
    mask = np.isin(number, [points.index(point) for point in chosen.values()])
    lines = [int(line) for line in np.asarray(sheet.lines)[mask]]
    number = number[mask]
    what = "stamps are written 01/31/2024 13:00"
    wall = minutes_of(kept_rows(mask, cells_of(sheet, _TIME)), _stamp, what, _TIME, lines, faults)
    faults.add(
        "S320",
        (
            (lines[row], _TIME, f"{wall_stamp(wall[row])} is not a whole hour")
            for row in np.flatnonzero((wall >= 0) & (wall % 60 != 0)).tolist()
        ),
        "only hourly files are read; those of five minutes stamp the end of their intervals",
    )
    faults.stop()
    minute = utc_by_order(wall, number, zone_named("America/New_York"), _TIME, lines, faults)
    value = values(kept_rows(mask, cells_of(sheet, _PRICE)), _PRICE, lines, faults)
    faults.stop()
    series = by_point(chosen, points, number, minute, 60, value, lines)
    return Readings(str(path), dict.fromkeys(chosen, "USD/MWh"), series)


def _stamp(text: str) -> datetime:
    return datetime.strptime(text, "%m/%d/%Y %H:%M:%S" if text.count(":") == 2 else "%m/%d/%Y %H:%M")  # noqa: DTZ007
