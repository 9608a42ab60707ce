"""Network and price of Bitcoin from a server of the mempool kind, public or one's own.

GET api/v1/mining/hashrate/PERIOD gives hashrates with timestamp (s) and avgHashrate (H/s) by day; api/v1/prices gives time (s)
and USD. No unit is named in either, so the size is checked against the network's history: a factor of twenty off is another unit.
Written by the published interface, tested with recorded shapes. Codes: S334, S335, S337, S339 days without a value or too old.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import numpy as np

from repower.errors import InputError, Problem
from repower.markets.sources.bitcoin_days import NETWORK_FACTOR, TH_PER_EH, BitcoinDays, usual_network_eh_per_s
from repower.markets.sources.live import check_window
from repower.markets.sources.live.answers import number, rows, shape
from repower.markets.sources.live.asking import Connection, Request

#: Periods that the server knows, and the days that each reaches back; the longest last.
_PERIODS = (("1m", 28), ("3m", 89), ("6m", 181), ("1y", 365), ("2y", 730), ("3y", 1095))
_PRICE_AT_MOST = timedelta(days=1)


@dataclass(frozen=True)
class MempoolServer:
    """A server of the mempool kind; `today` is the day up to which it has figures."""

    address: str
    today: date
    connection: Connection = field(default_factory=Connection)

    @property
    def name(self) -> str:
        """What the feed is called in messages."""
        return "mempool server"

    def fetch(self, start: date, end: date) -> BitcoinDays:
        """The network's hashrate by day, in the column hashrate_ths; the server reaches back three years.

        Raises
        ------
        InputError
            S330-S339
        """
        check_window(self.name, start, end, _PERIODS[-1][1])
        back = (self.today - start).days
        period = next((name for name, days in _PERIODS if days > back), None)
        if period is None:
            raise InputError(
                Problem("S337", f"{start} is more than three years back", path=self.name, hint="ask a node, or import a file")
            )
        address = f"{self.address.rstrip('/')}/api/v1/mining/hashrate/{period}"
        return self.connection.ask(Request(address), self.name, lambda answer: self._read(answer, start, end))

    def price_usd(self, now: datetime) -> float:
        """The price of a bitcoin as the server has it now, USD; S339 when it is more than a day old."""
        address = f"{self.address.rstrip('/')}/api/v1/prices"

        def read(answer: object) -> float:
            price, seconds = number(answer, "USD", self.name), number(answer, "time", self.name)
            made = datetime.fromtimestamp(seconds, UTC) if 0 <= seconds < 1e11 else None
            if made is None:
                raise InputError(Problem("S335", f"time is {seconds:g}, and seconds since 1970 were agreed", path=self.name))
            if price <= 0.0:
                raise InputError(shape(self.name, f"the price is {price:g}"))
            if now - made > _PRICE_AT_MOST:
                raise InputError(
                    Problem(
                        "S339", f"its price is of {made:%Y-%m-%d %H:%M}", path=self.name, hint="the server is behind: ask another"
                    )
                )
            return price

        return self.connection.ask(Request(address), self.name, read)

    def _read(self, answer: object, start: date, end: date) -> BitcoinDays:
        first = int(np.datetime64(start, "D").astype(np.int64))
        days = np.arange(first, first + (end - start).days, dtype=np.int64)
        by_day: dict[int, float] = {}
        for row in rows(answer, "hashrates", self.name):
            seconds = number(row, "timestamp", self.name)
            if not 0 <= seconds < 1e11:
                raise InputError(Problem("S335", f"timestamp is {seconds:g}, and seconds since 1970 were agreed", path=self.name))
            by_day[int(seconds // 86_400)] = number(row, "avgHashrate", self.name) * 1e-18
        lacking = [day for day in days.tolist() if day not in by_day]
        if lacking:
            raise InputError(
                Problem(
                    "S339",
                    f"{len(lacking):,} days have no hashrate, the first {np.datetime64(lacking[0], 'D')}",
                    path=self.name,
                    hint="the server is behind or has gaps: ask another, or end the window earlier",
                )
            )
        network = np.array([by_day[day] for day in days.tolist()])
        ratio = network / usual_network_eh_per_s(days)
        wrong = np.flatnonzero((ratio > NETWORK_FACTOR) | (ratio < 1.0 / NETWORK_FACTOR))
        if wrong.size:
            place = int(wrong[0])
            raise InputError(
                Problem(
                    "S335",
                    f"avgHashrate would be {network[place]:.3g} EH/s on {np.datetime64(int(days[place]), 'D')}",
                    path=self.name,
                    hint="H/s were agreed; the service changed its unit, or follows another chain",
                )
            )
        return BitcoinDays(days, {"hashrate_ths": network * TH_PER_EH}, (f"from {self.name}, {start} to {end}",))
