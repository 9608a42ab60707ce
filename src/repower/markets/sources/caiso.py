"""Locational prices of the California ISO as OASIS exports them (PRC_LMP and its real-time sisters), in USD/MWh.

Columns INTERVALSTARTTIME_GMT and INTERVALENDTIME_GMT (2024-01-01T08:00:00-00:00), NODE, LMP_TYPE and the price, whose column is
named MW in day-ahead files, PRC or VALUE in real-time ones. An interval has a row for each part of the price: LMP is the whole,
the others (energy, congestion, losses, greenhouse gas) are left out. Intervals of 60, 15 and 5 minutes are averaged to hours.

Checked against the published column names and single published rows only.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from repower.markets.sources.cells import read_csv
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Readings
from repower.markets.sources.operator_tables import Wanted, by_point, cells_of, choose, column, distinct, judge, kept_rows, values
from repower.markets.sources.wall_clock import minutes_of

_START, _END = "INTERVALSTARTTIME_GMT", "INTERVALENDTIME_GMT"
_PRICE = ("MW", "PRC", "VALUE", "LMP_PRC")


def read_caiso(path: Path, wanted: Wanted) -> Readings:
    """Read an OASIS export; `wanted` names nodes such as TH_NP15_GEN-APND.

    Raises
    ------
    InputError
        S301, S312, S313, S316, S318 (also for two markets in one file) with every place
    """
    faults = Faults(str(path))
    needed = ((_START,), (_END,), ("NODE", "NODE_ID"), ("LMP_TYPE",), _PRICE)
    sheet = read_csv(path, faults, judge("price export of CAISO OASIS", needed, faults))
    whole = np.array([str(cell).strip() == "LMP" for cell in cells_of(sheet, "LMP_TYPE")], dtype=np.bool_)
    if not whole.any():
        faults.add("S312", [(None, "LMP_TYPE", "no row is the whole price, LMP")], "export all parts of the price, or LMP alone")
        faults.stop()
    points, number = distinct(cells_of(sheet, "NODE") if column(sheet.header, "NODE") else cells_of(sheet, "NODE_ID"))
    chosen = choose(points, wanted, "node", str(path))
    mask = whole & np.isin(number, [points.index(point) for point in chosen.values()])
    lines = [int(line) for line in np.asarray(sheet.lines)[mask]]
    if column(sheet.header, "MARKET_RUN_ID"):
        markets, _ = distinct(kept_rows(mask, cells_of(sheet, "MARKET_RUN_ID")))
        if len(markets) > 1:
            faults.add("S318", [(None, "MARKET_RUN_ID", f"the file mixes {', '.join(markets)}")], "export one market at a time")
            faults.stop()
    what = "stamps are written 2024-01-01T08:00:00-00:00, in GMT"
    minute = minutes_of(kept_rows(mask, cells_of(sheet, _START)), _stamp, what, _START, lines, faults)
    end = minutes_of(kept_rows(mask, cells_of(sheet, _END)), _stamp, what, _END, lines, faults)
    price = column(sheet.header, *_PRICE) or ""
    value = values(kept_rows(mask, sheet.cells(price)), price, lines, faults)
    length = end - minute
    faults.add(
        "S313",
        (
            (lines[row], _END, f"the interval is {length[row]} minutes long")
            for row in np.flatnonzero((minute >= 0) & (end >= 0) & ~np.isin(length, (5, 15, 60))).tolist()
        ),
        "intervals are 60, 15 or 5 minutes",
    )
    faults.stop()
    series = by_point(chosen, points, number[mask], minute, length, value, lines)
    return Readings(str(path), dict.fromkeys(chosen, "USD/MWh"), series)


def _stamp(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    offset = moment.utcoffset()
    if offset is None or offset:
        raise ValueError(text)
    return moment
