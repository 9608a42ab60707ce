"""Live feeds behind one small protocol: a source has a name and fetches a window of days.

No study needs a feed: what they fetch is written to a file in our own format, and studies read files. Importing this package
imports no adapter and no library; each adapter is a module of its own:

    gridstatus_prices    prices of North American operators, by the library gridstatus (an extra)
    bitcoin_node         network, fees, issuance and blocks from a node of one's own (JSON-RPC)
    mempool_api          network and price from a server of the mempool kind (HTTP)
    weather_archive      temperature, humidity and pressure from an archive of the Open-Meteo kind (HTTP)

`asking` is the one way out: time limits, a bounded number of attempts, and a cache on disk.

Left out: streams, keys of paid services, anything that runs by itself.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol, TypeVar

from repower.errors import InputError, Problem

Table_co = TypeVar("Table_co", covariant=True)


class LiveSource(Protocol[Table_co]):
    """A feed: `fetch` gives the days from `start` up to, not including, `end` (UTC), or raises InputError S330-S339."""

    @property
    def name(self) -> str:
        """What the feed is called in messages."""
        ...

    def fetch(self, start: date, end: date) -> Table_co:
        """The table of the window: `HourTable`, or `BitcoinDays` with some of its columns."""
        ...


def check_window(name: str, start: date, end: date, longest_days: int) -> None:
    """Raise InputError S337 for a window that is empty, runs backwards, or is longer than `longest_days`."""
    days = (end - start).days
    if days < 1 or days > longest_days:
        fact = f"{start} to {end} is no window" if days < 1 else f"{days:,} days are more than {longest_days:,} at once"
        raise InputError(
            Problem("S337", fact, path=name, hint="the end is after the last day wanted; ask for a long time in parts")
        )
