"""Series from files and feeds: the project's own hourly format, and what turns other people's formats into it.

`read_hourly` reads the own format. `repower.markets.sources.kinds.import_series` reads the files that users have (exports of
market operators, weather years, daily figures of Bitcoin, plain tables) and writes the own format. Live feeds are in
`repower.markets.sources.live`; no study needs one.

Left out: real-time markets of five minutes, ancillary services, workbooks and archives (unpack or save as CSV first), and any
filling of gaps that was not asked for.
"""

from __future__ import annotations

from repower.markets.sources.hourly import LIMITS, PRICE_LIMITS, TIME, FloatArray, HourlySeries, IntArray, limits, read_hourly

__all__ = ["LIMITS", "PRICE_LIMITS", "TIME", "FloatArray", "HourlySeries", "IntArray", "limits", "read_hourly"]
