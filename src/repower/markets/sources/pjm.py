"""Hourly prices of PJM as Data Miner exports them (da_hrl_lmps, rt_hrl_lmps), in USD/MWh.

Columns datetime_beginning_utc, pnode_name, total_lmp_da or total_lmp_rt; datetime_beginning_ept, if there, must be the same
moment on the clock of New York; rows whose row_is_current is FALSE were replaced by a later version and are left out, which is
noted. Files of five minutes are refused, since their hours would hold twelve rows.

Checked against the published column names and rows of other Data Miner feeds (stamps as 1/31/2024 5:00:00 AM) only.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from repower.markets.sources.cells import read_csv
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Readings
from repower.markets.sources.operator_tables import Wanted, by_point, cells_of, choose, column, distinct, judge, kept_rows, values
from repower.markets.sources.wall_clock import minutes_of, offsets, wall_stamp, zone_named

_UTC = "datetime_beginning_utc"
_EPT = "datetime_beginning_ept"
_PRICES = ("total_lmp_da", "total_lmp_rt")
_STAMPS = ("%m/%d/%Y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M:%S")


def read_pjm(path: Path, wanted: Wanted) -> Readings:
    """Read an export of hourly prices; `wanted` names nodes, zones or hubs (pnode_name), or their pnode_id.

    Raises
    ------
    InputError
        S301, S312, S313, S316, S318, S326 with every place
    """
    faults = Faults(str(path))
    sheet = read_csv(path, faults, judge("export of PJM Data Miner", ((_UTC,), ("pnode_name",), _PRICES), faults))
    price = [name for name in _PRICES if column(sheet.header, name)]
    if len(price) > 1:
        faults.add("S312", [(sheet.header_line, "", f"both {' and '.join(price)} are there")], "export one market at a time")
        faults.stop()
    key = "pnode_name"
    if column(sheet.header, "pnode_id") and wanted and all(point.isdigit() for point in wanted.values()):
        key = "pnode_id"
    points, number = distinct(cells_of(sheet, key))
    chosen = choose(points, wanted, key, str(path))
    mask = np.isin(number, [points.index(point) for point in chosen.values()])
    notes: tuple[str, ...] = ()
    if column(sheet.header, "row_is_current"):
        current = np.array([str(cell).strip().lower() in ("true", "1", "y") for cell in cells_of(sheet, "row_is_current")])
        if replaced := int((mask & ~current).sum()):
            notes = (f"{replaced:,} rows that a later version replaced (row_is_current FALSE) were left out",)
        mask &= current
    lines = [int(line) for line in np.asarray(sheet.lines)[mask]]

    what = "stamps are written 1/31/2024 5:00:00 AM or 2024-01-31T05:00:00"
    minute = minutes_of(kept_rows(mask, cells_of(sheet, _UTC)), _stamp, what, _UTC, lines, faults)
    if column(sheet.header, _EPT):
        local = minutes_of(kept_rows(mask, cells_of(sheet, _EPT)), _stamp, what, _EPT, lines, faults)
        before, after = offsets(np.maximum(local, 0), zone_named("America/New_York"))
        wrong = (minute >= 0) & (local >= 0) & (minute != local - before) & (minute != local - after)
        faults.add(
            "S326",
            (
                (lines[row], _UTC, f"{wall_stamp(minute[row])} UTC is not {wall_stamp(local[row])} in New York")
                for row in np.flatnonzero(wrong).tolist()
            ),
            "one of the two columns was changed; export again",
        )
    value = values(kept_rows(mask, cells_of(sheet, price[0])), price[0], lines, faults)
    faults.stop()
    series = by_point(chosen, points, number[mask], minute, 60, value, lines)
    return Readings(str(path), dict.fromkeys(chosen, "USD/MWh"), series, notes)


def _stamp(text: str) -> datetime:
    for pattern in _STAMPS:
        try:
            return datetime.strptime(text, pattern)  # noqa: DTZ007 - the column says the zone
        except ValueError:
            continue
    raise ValueError(text)
