"""Histories to calibrate on: hours as they came with gaps left as gaps, and exchange rates at the ends of months.

A study needs whole calendar years without a gap; a fit does not, and must not have gaps filled for it. Prices stay in the
currency of the file, since volatility and reversion have no currency.

Codes: S302 no column of time, S318 which series, S353 rates that have no month in common; those of `tables` and `currency`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.sources.cells import read_csv, read_parquet
from repower.markets.sources.currency import DailyRates
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import FloatArray, IntArray, check_limits, hours_of
from repower.markets.sources.tables import TableLayout, read_table

#: Columns of time that need not be named.
TIMES = ("time_utc", "ts_utc")
#: A month counts when its last fixing is at most so many days before its end: a weekend with holidays.
_LAST_FIXING_DAYS = 5


@dataclass(frozen=True)
class PriceHistory:
    """Hours since 1970 (UTC) in which any series has a row, and prices [hour] by column; NaN where one has none."""

    hours: IntArray
    prices: dict[str, FloatArray]


@dataclass(frozen=True)
class MonthEndRates:
    """Months ("2012-01") that follow one another, and US dollars for one unit [month] by currency, at each month's last fixing.

    left_out : currencies that lack a month.
    """

    months: tuple[str, ...]
    usd_per_unit: dict[str, FloatArray]
    left_out: tuple[str, ...]


def read_price_history(
    path: Path, columns: Sequence[str] = (), *, time: str = "", zone: str = "", minutes: int = 60
) -> PriceHistory:
    """Read hourly prices, gaps and parts of years included.

    Parameters
    ----------
    path : CSV, or Parquet when the name ends in .parquet
    columns : which series; the only one there when none is named
    time : column of time; time_utc or ts_utc need not be named
    zone : zone of its wall clock, when stamps do not say their offset
    minutes : length of an interval; shorter ones are averaged to hours

    Raises
    ------
    InputError
        S301, S302, S313, S315, S316, S318-S320, S326, S327 with every place
    """
    header = _header(path)
    chosen = time or next((name for name in TIMES if name in header), "")
    if not chosen:
        raise InputError(
            Problem(
                "S302",
                "there is no column of time",
                hint=f"it is {' or '.join(TIMES)}, or must be named; the file has: {', '.join(header[:20]) or 'nothing'}",
                file=str(path),
            )
        )
    others = [name for name in header if name != chosen]
    wanted = list(columns) or others
    if not wanted or (not columns and len(others) > 1):
        raise InputError(
            Problem(
                "S318",
                f"the file has {len(others)} series, and none is named",
                hint=f"name those that are meant: {', '.join(others[:30]) or 'there is none'}",
                file=str(path),
            )
        )
    for name in wanted:
        if name not in others:
            near = difflib.get_close_matches(name, others, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else f"the file has: {', '.join(others[:30])}"
            raise InputError(Problem("S318", f"there is no series {name}", hint=hint, file=str(path)))
    readings = read_table(path, {name: name for name in wanted}, TableLayout(chosen, zone, minutes=minutes))
    faults = Faults(str(path))
    found = {name: hours_of(str(path), name, reading, faults) for name, reading in readings.series.items()}
    for name, series in found.items():
        check_limits(name, series, faults)
    faults.stop()
    hours = np.unique(np.concatenate([series.hours for series in found.values()]))
    if not hours.size:
        raise InputError(Problem("S301", "the file has no hour", hint="give a file with rows", file=str(path)))
    prices = {}
    for name, series in found.items():
        prices[name] = np.full(len(hours), np.nan)
        prices[name][np.searchsorted(hours, series.hours)] = series.values
    return PriceHistory(hours, prices)


def month_end_rates(rates: DailyRates, wanted: Sequence[str] = ()) -> MonthEndRates:
    """The last fixing of every whole month, from the first month to the last that US dollars have.

    Parameters
    ----------
    rates : daily rates for one euro
    wanted : currencies; all that have every month when none is named

    Raises
    ------
    InputError
        S325 for a currency that is not there, S353 for one that lacks a month though it was named, or no whole month
    """
    known = ["EUR", *(name for name in rates.per_eur if name != "USD")]
    for name in wanted:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
            hint = f"did you mean {near[0]}?" if near else f"the file has {', '.join(known)}"
            raise InputError(Problem("S325", f"there are no rates of {name}", hint=hint, file=rates.file))
    dollars = _last_of_months(rates.days, rates.per_eur["USD"])
    if not dollars:
        raise InputError(_no_month("US dollars have no whole month", rates.file))
    months = np.arange(min(dollars), max(dollars) + 1)
    lacking = [month for month in months.tolist() if month not in dollars]
    if lacking:
        raise InputError(_no_month(f"US dollars lack {_label(lacking[0])}", rates.file))
    worth: dict[str, FloatArray] = {}
    left_out = []
    for name in wanted or known:
        units = dict.fromkeys(months.tolist(), 1.0) if name == "EUR" else _last_of_months(rates.days, rates.per_eur[name])
        lacking = [month for month in months.tolist() if month not in units]
        if lacking and wanted:
            raise InputError(_no_month(f"{name} has no fixing at the end of {_label(lacking[0])}", rates.file))
        if lacking:
            left_out.append(name)
        else:
            worth[name] = np.array([dollars[month] / units[month] for month in months.tolist()])
    return MonthEndRates(tuple(_label(month) for month in months.tolist()), worth, tuple(left_out))


def _last_of_months(days: IntArray, rates: FloatArray) -> dict[int, float]:
    """Last rate by months since 1970; a month whose last one lies more than some days before its end has none."""
    kept = np.isfinite(rates)
    days, rates = days[kept], rates[kept]
    month: NDArray[np.int64] = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    ends = (month + 1).astype("datetime64[M]").astype("datetime64[D]").astype(np.int64) - 1
    return {
        int(month[place]): float(rates[place])
        for place in np.append(np.flatnonzero(np.diff(month)), len(month) - 1).tolist()
        if len(month) and ends[place] - days[place] <= _LAST_FIXING_DAYS
    }


def _label(month: int) -> str:
    return str(np.datetime64(month, "M"))


def _no_month(fact: str, file: str) -> Problem:
    return Problem("S353", fact, hint="give a file with a fixing at the end of every month, or name other currencies", file=file)


def _header(path: Path) -> tuple[str, ...]:
    found: list[str] = []

    def look(header: tuple[str, ...], _: int | None) -> None:
        found.extend(header)

    if path.suffix == ".parquet":
        read_parquet(path, [], look)
    else:
        read_csv(path, Faults(str(path)), look)
    return tuple(found)
