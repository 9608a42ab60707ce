"""Exchange rates that turn a price into US dollars: one constant that the user states, or a file of daily rates.

A file of daily rates is a table of how much of each currency one euro is worth, as the European Central Bank publishes it: a
column of dates and one column per currency, CSV or Parquet. With E_c the units of currency c for one euro,
USD per c = E_USD / E_c, and E_EUR = 1. A day without fixing has the last one before it, at most `REACH_DAYS` days old (a weekend
with holidays); the fixing of a day is used for all its hours (UTC), also for those before the fixing was made, since it converts
what has been and decides nothing.

Codes: S317 no rate stated, or a rate where none is needed; S325 the file of rates.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.sources.cells import numbers, read_csv, read_parquet
from repower.markets.sources.faults import Faults

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: A fixing older than this is none: 24 December to 1 January has at most five days without one.
REACH_DAYS = 7


@dataclass(frozen=True)
class ConstantRate:
    """US dollars for one unit of the currency, the same for all hours."""

    usd_per_unit: float


@dataclass(frozen=True)
class DailyRates:
    """Days since 1970 (ascending) and, by currency, units for one euro [day] (NaN: no fixing)."""

    file: str
    days: IntArray
    per_eur: dict[str, FloatArray]


Exchange = ConstantRate | DailyRates


def exchange(stated: float | Path) -> Exchange:
    """The rates that a user states: a number of US dollars for one unit, or the file of daily rates."""
    if isinstance(stated, Path):
        return read_rates(stated)
    if not (np.isfinite(stated) and stated > 0.0):
        raise InputError(Problem("S317", f"{stated} US dollars for one unit is no rate", hint="a rate is above 0"))
    return ConstantRate(float(stated))


def usd_per_unit(currency: str, hours: IntArray, rates: Exchange | None) -> tuple[FloatArray | float, str]:
    """US dollars for one unit of `currency` in each hour since 1970, and a note that says how.

    Raises
    ------
    InputError
        S317 without a rate, or with one for US dollars; S325 where the file has no fixing
    """
    if currency == "USD":
        if rates is not None:
            raise InputError(
                Problem(
                    "S317", "a rate is stated, and the prices are in USD already", hint="leave the rate out, or state the unit"
                )
            )
        return 1.0, ""
    if rates is None:
        raise InputError(
            Problem(
                "S317",
                f"the prices are in {currency}, and no exchange rate is stated: they would be taken for US dollars",
                hint=f"state USD for one {currency}, or a file of daily rates with columns USD and {currency} for one euro",
            )
        )
    if isinstance(rates, ConstantRate):
        return rates.usd_per_unit, f"1 {currency} = {rates.usd_per_unit:g} USD throughout, as stated"
    days, place = np.unique(hours // 24, return_inverse=True)
    dollars = _fixing("USD", days, rates)
    units = np.ones(len(days)) if currency == "EUR" else _fixing(currency, days, rates)
    rate = dollars / units
    note = f"1 {currency} = {rate.min():.4g} to {rate.max():.4g} USD by day, from {Path(rates.file).name}"
    return rate[place], note


def read_rates(path: Path) -> DailyRates:
    """Read a file of daily rates for one euro; every currency is a column of three capital letters.

    Raises
    ------
    InputError
        S325 without a column of dates, for a date that is none or twice, a rate that is no positive number
    """
    faults = Faults(str(path))

    def judge(header: tuple[str, ...], line: int | None) -> None:
        if not header or header[0].lower() != "date" or "USD" not in header:
            faults.add(
                "S325",
                [(line, "", f"columns Date and USD are needed; the file has {', '.join(header[:12]) or 'nothing'}")],
                "daily rates have a first column Date and one column per currency, units for one euro",
            )
            faults.stop()

    if path.suffix == ".parquet":
        names = _parquet_names(path)
        sheet = read_parquet(path, [names[0], *(n for n in names if _is_currency(n))] if names else [], judge)
    else:
        sheet = read_csv(path, faults, judge)
    days = _days(sheet.cells(sheet.header[0]), sheet.lines, faults)
    order = np.argsort(days)
    per_eur: dict[str, FloatArray] = {}
    for name in sheet.header:
        if _is_currency(name):
            cells = sheet.cells(name)
            given = numbers(cells)
            empty = np.array([cell is None or str(cell).strip() in ("", "N/A", "nan") for cell in cells])
            wrong = np.flatnonzero(~empty & ~(given > 0.0)).tolist()
            faults.add("S325", ((sheet.lines[r], name, f"{cells[r]!r} is not a rate") for r in wrong), "a rate is above 0")
            per_eur[name] = given[order]
    twice = order[1:][np.diff(days[order]) == 0]
    faults.add("S325", ((sheet.lines[r], "Date", "the day is there twice") for r in np.sort(twice).tolist()), "keep one of them")
    faults.stop()
    return DailyRates(str(path), days[order], per_eur)


def _fixing(currency: str, days: IntArray, rates: DailyRates) -> FloatArray:
    """Units of a currency for one euro on each day since 1970."""
    if currency not in rates.per_eur:
        near = difflib.get_close_matches(currency, list(rates.per_eur), n=1, cutoff=0.6)
        hint = f"did you mean {near[0]}?" if near else f"the file has {', '.join(rates.per_eur)}"
        raise InputError(Problem("S325", f"there are no rates of {currency}", hint=hint, file=rates.file))
    given = rates.per_eur[currency]
    fixed = np.flatnonzero(np.isfinite(given))
    place = np.searchsorted(rates.days[fixed], days, side="right") - 1
    old = (place < 0) | (days - rates.days[fixed][np.maximum(place, 0)] > REACH_DAYS) if fixed.size else np.ones(len(days), bool)
    if old.any():
        first = np.datetime64(int(days[np.flatnonzero(old)[0]]), "D")
        raise InputError(
            Problem(
                "S325",
                f"no rate of {currency} on {first} nor in the {REACH_DAYS} days before; {int(old.sum()):,} days are without",
                hint="the file of rates must cover all hours of the prices",
                file=rates.file,
            )
        )
    return given[fixed][place]


def _days(cells: Sequence[object], lines: Sequence[int], faults: Faults) -> IntArray:
    answer = np.zeros(len(cells), dtype=np.int64)
    bad = []
    for row, cell in enumerate(cells):
        try:
            day = cell.date() if isinstance(cell, datetime) else cell if isinstance(cell, date) else date.fromisoformat(str(cell))
            answer[row] = (day - date(1970, 1, 1)).days
        except ValueError:
            bad.append((lines[row], "Date", f"{str(cell)[:40]!r} is not a day"))
    faults.add("S325", bad, "write days as 2023-12-29")
    faults.stop()
    return answer


def _is_currency(name: str) -> bool:
    return len(name) == 3 and name.isascii() and name.isupper()


def _parquet_names(path: Path) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(path).names)
    except (OSError, pa.ArrowException):
        return []  # read_parquet says what is wrong with the file
