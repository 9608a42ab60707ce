"""Hourly prices of North American operators through the library gridstatus, an extra that is loaded only when it is asked for.

`operator` is an object of that library (gridstatus.CAISO() and its sisters), or anything that answers alike: get_lmp, or
get_spp for ERCOT, with date, end, market and locations, gives a table with Interval Start, Interval End, Location and LMP or
SPP in USD/MWh.
Intervals are averaged to hours and must be whole, as those of files. What was fetched is kept in the cache as hours.
Tested with a table of that shape, never with the library itself. Codes: S324 not installed, S334, S337, S338 the library's error.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import numpy as np

from repower.errors import InputError, Problem
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import HourTable, Reading, hours_of, join
from repower.markets.sources.live import check_window
from repower.markets.sources.live.answers import shape
from repower.markets.sources.live.asking import Cache
from repower.markets.sources.wall_clock import utc_minutes

Market = Literal["DAY_AHEAD_HOURLY", "REAL_TIME_HOURLY", "REAL_TIME_15_MIN", "REAL_TIME_5_MIN"]
_LONGEST_DAYS = 366


def operator_named(name: str) -> Any:
    """An operator of gridstatus by the name of its class, such as CAISO, Ercot or NYISO.

    Raises
    ------
    InputError
        S324 when the library is not installed, S337 when it has no such operator
    """
    try:
        library = importlib.import_module("gridstatus")
    except ImportError:
        raise InputError(
            Problem("S324", "the library gridstatus is not installed", hint='install it with: pip install "repower[gridstatus]"')
        ) from None
    if not hasattr(library, name):
        raise InputError(
            Problem("S337", f"gridstatus has no operator {name}", hint="CAISO, Ercot, ISONE, MISO, NYISO, PJM or SPP")
        )
    return getattr(library, name)()


@dataclass(frozen=True)
class GridstatusPrices:
    """Prices at one location of an operator, in a column `zone` of ours; how long to wait is the library's own affair."""

    zone: str
    operator: Any
    location: str
    market: Market = "DAY_AHEAD_HOURLY"
    cache: Cache | None = None

    @property
    def name(self) -> str:
        """What the feed is called in messages."""
        return f"gridstatus {type(self.operator).__name__}, {self.location}"

    def fetch(self, start: date, end: date) -> HourTable:
        """Hours from the first of `start` up to `end`, UTC.

        Raises
        ------
        InputError
            S314, S315, S320 of the hours, S334, S336, S337, S338
        """
        check_window(self.name, start, end, _LONGEST_DAYS)
        first = int(np.datetime64(start, "h").astype(np.int64))
        hours = np.arange(first, first + 24 * (end - start).days, dtype=np.int64)
        key = f"{self.name} {self.market} {start} {end}"
        kept = self.cache.get(key) if self.cache else None
        if kept and self.cache and self.cache.fresh(kept[1]) and isinstance(kept[0], list) and len(kept[0]) == len(hours):
            return HourTable(hours, {self.zone: np.array(kept[0], dtype=np.float64)}, (f"from {self.name}, fetched {kept[1]}",))
        table = self._hours(self._asked(start, end))
        if not np.isin(hours, table.hours).all():
            raise InputError(
                Problem("S339", f"not every hour of {start} to {end} is there", path=self.name, hint="end the window earlier")
            )
        values = table.values[self.zone][np.searchsorted(table.hours, hours)]
        if self.cache:
            self.cache.put(key, values.tolist())
        return HourTable(hours, {self.zone: values}, (f"from {self.name}, {start} to {end}",))

    def _asked(self, start: date, end: date) -> Any:
        import pandas as pd

        ask = getattr(self.operator, "get_lmp", None) or getattr(self.operator, "get_spp", None)
        if ask is None:
            raise InputError(shape(self.name, "it has neither get_lmp nor get_spp"))
        window = [pd.Timestamp(datetime(day.year, day.month, day.day, tzinfo=UTC)) for day in (start, end)]
        try:
            return ask(date=window[0], end=window[1], market=self.market, locations=[self.location])
        except Exception as error:  # noqa: BLE001 - the errors of another library are of any kind
            raise InputError(
                Problem(
                    "S338",
                    f"{type(error).__name__}: {str(error)[:160]}",
                    path=self.name,
                    hint="try later; a file can be imported instead",
                )
            ) from None

    def _hours(self, frame: Any) -> HourTable:
        price = next((name for name in ("LMP", "SPP") if name in frame.columns), None)
        if price is None or not {"Interval Start", "Interval End", "Location"} <= set(frame.columns):
            raise InputError(shape(self.name, f"its columns are {', '.join(map(str, frame.columns))}"))
        rows = [place for place, where in enumerate(frame["Location"]) if str(where) == self.location]
        starts, ends = list(frame["Interval Start"]), list(frame["Interval End"])
        try:
            begin = np.array([utc_minutes(starts[row].to_pydatetime()) for row in rows], dtype=np.int64)
            close = np.array([utc_minutes(ends[row].to_pydatetime()) for row in rows], dtype=np.int64)
        except (TypeError, ValueError, AttributeError):
            raise InputError(shape(self.name, "its times do not say their zone, or are not whole minutes")) from None
        value = np.array([float(list(frame[price])[row]) for row in rows])
        faults = Faults(self.name)
        reading = Reading(begin, close - begin, value, np.arange(1, len(rows) + 1, dtype=np.int64))
        found = hours_of(self.name, self.zone, reading, faults)
        faults.stop()
        return join({self.zone: [found]}, 0)
