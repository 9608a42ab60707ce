"""Hourly weather of past years from an archive of the Open-Meteo kind: dry bulb, relative humidity, pressure at the station.

Asked for in UTC: temperature_2m (degC), relative_humidity_2m (%), surface_pressure (hPa); the units that the answer names must be
these. Archives of a reanalysis lag by some days; hours without a value are refused. Values are those of the moment at the
beginning of the hour, and are taken for its mean. The licence of the data is the user's business.
Written by the published interface, tested with recorded shapes. Codes: S334, S335, S337, S339 hours without a value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlencode

import numpy as np

from repower.errors import InputError, Problem
from repower.markets.sources.hourly import limits
from repower.markets.sources.hours import HourTable
from repower.markets.sources.live import check_window
from repower.markets.sources.live.answers import expect_unit, rows, shape
from repower.markets.sources.live.answers import field as field_of
from repower.markets.sources.live.asking import Connection, Request
from repower.markets.years import stamp

ADDRESS = "https://archive-api.open-meteo.com/v1/archive"
_LONGEST_DAYS = 3 * 366
#: Their name, the unit it must have, our column, and ours = theirs * factor.
_QUANTITIES = (
    ("temperature_2m", "°C", "_dry_bulb_c", 1.0),
    ("relative_humidity_2m", "%", "_relative_humidity_share", 0.01),
    ("surface_pressure", "hPa", "_pressure_kpa", 0.1),
)


@dataclass(frozen=True)
class WeatherArchive:
    """The weather at a place, in the columns of a station of ours."""

    station: str
    latitude: float
    longitude: float
    connection: Connection = field(default_factory=Connection)
    address: str = ADDRESS

    @property
    def name(self) -> str:
        """What the feed is called in messages."""
        return f"weather archive, {self.station}"

    def fetch(self, start: date, end: date) -> HourTable:
        """Hours from the first of `start` up to `end`, UTC.

        Raises
        ------
        InputError
            S330-S339
        """
        check_window(self.name, start, end, _LONGEST_DAYS)
        question = {
            "latitude": self.latitude,
            "longitude": self.longitude,
            "start_date": start.isoformat(),
            "end_date": (end - timedelta(days=1)).isoformat(),
            "hourly": ",".join(theirs for theirs, *_ in _QUANTITIES),
            "timezone": "UTC",
        }
        return self.connection.ask(
            Request(f"{self.address}?{urlencode(question)}"), self.name, lambda answer: self._read(answer, start, end)
        )

    def _read(self, answer: object, start: date, end: date) -> HourTable:
        if field_of(answer, "utc_offset_seconds", self.name) != 0:
            raise InputError(shape(self.name, "its times are not UTC"))
        expect_unit(answer, "hourly_units.time", "iso8601", self.name)
        first = int(np.datetime64(start, "h").astype(np.int64))
        hours = np.arange(first, first + 24 * (end - start).days, dtype=np.int64)
        if rows(answer, "hourly.time", self.name) != [
            str(hour)[:16] for hour in hours.astype("datetime64[h]").astype("datetime64[m]")
        ]:
            raise InputError(shape(self.name, "its times are not every hour of the window"))
        values = {}
        for theirs, unit, suffix, factor in _QUANTITIES:
            expect_unit(answer, f"hourly_units.{theirs}", unit, self.name)
            given = rows(answer, f"hourly.{theirs}", self.name)
            if len(given) != len(hours):
                raise InputError(shape(self.name, f"{theirs} has {len(given):,} values for {len(hours):,} hours"))
            missing = [place for place, value in enumerate(given) if value is None]
            if missing:
                raise InputError(
                    Problem(
                        "S339",
                        f"{theirs} has no value in {len(missing):,} hours, the first {stamp(hours[missing[0]])}",
                        path=self.name,
                        hint="an archive lags by some days: end the window earlier",
                    )
                )
            if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in given):
                raise InputError(shape(self.name, f"{theirs} holds something that is no number"))
            ours = np.array(given, dtype=np.float64) * factor
            least, greatest = limits(self.station + suffix)
            bad = np.flatnonzero(~((ours >= least) & (ours <= greatest)))
            if bad.size:
                fact = f"{theirs} is {given[bad[0]]} at {stamp(hours[bad[0]])}, and no place has {unit} like that"
                raise InputError(
                    Problem("S335", fact, path=self.name, hint="the service changed its unit, or marks missing values")
                )
            values[self.station + suffix] = ours
        return HourTable(hours, values, (f"from {self.name}, {start} to {end}",))
