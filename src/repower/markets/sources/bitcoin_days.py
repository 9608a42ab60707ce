"""Daily figures of Bitcoin, in the columns of Coin Metrics or in ours: price, network, fees, issuance and blocks.

    ours                Coin Metrics    unit
    date                time            UTC day
    price_usd           PriceUSD        USD
    hashrate_ths        HashRate        TH/s
    fees_btc            FeeTotNtv       BTC in the day
    issuance_btc        IssTotNtv       BTC in the day
    blocks              BlkCnt          1

A column network_eh_per_s (EH/s, a million TH/s) is taken too. Days must follow one another. Two laws are checked, so that a
wrong unit is seen: issuance = blocks x subsidy on every day but those of a halving, and a network within a factor of twenty of
its history.
Checked against eight years of real days in our columns; the names of Coin Metrics as published.

Codes: S302 column missing, S316 not a number, S328 days, S329 figures that contradict one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.bitcoin import FIRST_SUBSIDY_BTC, KNOWN_HALVINGS, halving_time
from repower.markets.sources.cells import numbers, read_csv, read_parquet
from repower.markets.sources.faults import Faults, runs

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Terahashes of one exahash.
TH_PER_EH = 1e6
#: Accepted names of each column, and how many of our unit one of theirs is.
_NAMES: dict[str, tuple[tuple[str, float], ...]] = {
    "price_usd": (("price_usd", 1.0), ("PriceUSD", 1.0)),
    "hashrate_ths": (("hashrate_ths", 1.0), ("HashRate", 1.0), ("network_eh_per_s", TH_PER_EH)),
    "fees_btc": (("fees_btc", 1.0), ("FeeTotNtv", 1.0)),
    "issuance_btc": (("issuance_btc", 1.0), ("IssTotNtv", 1.0)),
    "blocks": (("blocks", 1.0), ("BlkCnt", 1.0)),
}
COLUMNS = tuple(_NAMES)
#: The network on 1 January in EH/s: 2016 to 2024 from daily figures of Coin Metrics (D), the years around them K.
_NETWORK = {
    2012: 1e-5,
    2013: 2e-5,
    2014: 0.01,
    2015: 0.3,
    2016: 0.70,
    2017: 2.5,
    2018: 15.0,
    2019: 42.0,
    2020: 110.0,
    2021: 140.0,
    2022: 210.0,
    2023: 270.0,
    2024: 560.0,
    2026: 1000.0,
}
#: A network further than this from its history is in another unit.
NETWORK_FACTOR = 20.0
_ISSUANCE_TOLERANCE = 0.02
#: A halving that has not been yet is known to so many days.
_HALVING_DAYS = 60


@dataclass(frozen=True)
class BitcoinDays:
    """Daily figures: `days` since 1970 follow one another, `values` [day] by the names of `COLUMNS`.

    A file has all of them; a feed may have only some.
    """

    days: IntArray
    values: dict[str, FloatArray]
    notes: tuple[str, ...] = ()


def read_bitcoin_days(path: Path) -> BitcoinDays:
    """Read daily figures, CSV or Parquet.

    Days at the beginning or the end that lack a figure are cut away, with a note.

    Raises
    ------
    InputError
        S301, S302, S316, S328, S329 with every place
    """
    faults = Faults(str(path))
    sheet_columns: dict[str, tuple[str, float]] = {}
    time = ""

    def judge(header: tuple[str, ...], line: int | None) -> None:
        nonlocal time
        time = next((name for name in ("date", "time") if name in header), "")
        for name, accepted in _NAMES.items():
            found = next((pair for pair in accepted if pair[0] in header), None)
            if found is None:
                words = " or ".join(given for given, _ in accepted)
                faults.add("S302", [(line, name, f"there is no column {words}")], f"the file has: {', '.join(header[:30])}")
            else:
                sheet_columns[name] = found
        if not time:
            faults.add("S302", [(line, "date", "there is no column date or time")], f"the file has: {', '.join(header[:30])}")
        faults.stop()

    if path.suffix == ".parquet":
        read_parquet(path, [], judge)
        sheet = read_parquet(path, [time, *(given for given, _ in sheet_columns.values())], judge)
    else:
        sheet = read_csv(path, faults, judge)
    days = _days(sheet.cells(time), time, sheet.lines, faults)
    values = {name: _figures(sheet.cells(given), given, sheet.lines, faults) * f for name, (given, f) in sheet_columns.items()}
    faults.stop()
    return _judged(days, values, np.asarray(sheet.lines, dtype=np.int64), faults)


def _judged(days: IntArray, values: dict[str, FloatArray], lines: IntArray, faults: Faults) -> BitcoinDays:
    order = np.argsort(days, kind="stable")
    days, lines = days[order], lines[order]
    values = {name: given[order] for name, given in values.items()}
    twice = np.flatnonzero(np.diff(days) == 0) + 1
    faults.add("S328", ((int(lines[r]), "date", f"{_day(days[r])} is there twice") for r in twice.tolist()), "keep one of them")
    apart = np.flatnonzero(np.diff(days) > 1)
    faults.add(
        "S328",
        (
            (
                int(lines[r]) + 1,
                "date",
                f"{days[r + 1] - days[r] - 1:,} days missing: {_day(days[r] + 1)} to {_day(days[r + 1] - 1)}",
            )
            for r in apart.tolist()
        ),
        "get the days from the source, or cut the file",
    )
    whole = np.all([np.isfinite(given) for given in values.values()], axis=0)
    if not whole.any():
        raise InputError(Problem("S328", "no day has all the figures", hint=f"needed are {', '.join(COLUMNS)}", file=faults.file))
    first, last = int(np.flatnonzero(whole)[0]), int(np.flatnonzero(whole)[-1])
    faults.add(
        "S328",
        (
            (int(lines[first + a]), "", f"{_day(days[first + a])} to {_day(days[first + b])} lack a figure")
            for a, b in runs(~whole[first : last + 1])
        ),
        "get the figures from the source, or cut the file",
    )
    faults.stop()
    notes = (
        (f"{len(days) - (last - first + 1):,} days without all figures were cut from the ends",)
        if last - first + 1 < len(days)
        else ()
    )
    cut = slice(first, last + 1)
    days, lines = days[cut], lines[cut]
    values = {name: given[cut] for name, given in values.items()}
    _check_laws(days, values, lines, faults)
    faults.stop()
    return BitcoinDays(days, values, notes)


def _check_laws(days: IntArray, values: dict[str, FloatArray], lines: IntArray, faults: Faults) -> None:
    for name in ("price_usd", "hashrate_ths", "blocks"):
        bad = np.flatnonzero(values[name] <= 0.0)
        faults.add(
            "S329",
            ((int(lines[r]), name, f"{values[name][r]:g} on {_day(days[r])} is not above 0") for r in bad.tolist()),
            "look for markers of missing values",
        )
    faults.stop()
    least, greatest = subsidies(days)
    issued = values["issuance_btc"] / values["blocks"]
    bad = np.flatnonzero((issued < least * (1 - _ISSUANCE_TOLERANCE)) | (issued > greatest * (1 + _ISSUANCE_TOLERANCE)))
    faults.add(
        "S329",
        (
            (
                int(lines[r]),
                "issuance_btc",
                f"{issued[r]:g} BTC a block on {_day(days[r])}, and the subsidy was {greatest[r]:g}",
            )
            for r in bad.tolist()
        ),
        "issuance is new coins of a day without fees, in BTC, and blocks are those of the same UTC day",
    )
    known = days >= _day_of_year(min(_NETWORK))
    usual = usual_network_eh_per_s(days)
    network = values["hashrate_ths"] / TH_PER_EH
    ratio = network / usual
    bad = np.flatnonzero(known & ((ratio > NETWORK_FACTOR) | (ratio < 1.0 / NETWORK_FACTOR)))
    faults.add(
        "S329",
        (
            (int(lines[r]), "hashrate_ths", f"{network[r]:g} EH/s on {_day(days[r])}, when it was about {usual[r]:.2g}")
            for r in bad.tolist()
        ),
        "HashRate and hashrate_ths are in TH/s, network_eh_per_s in EH/s (a million TH/s)",
    )


def usual_network_eh_per_s(days: IntArray) -> FloatArray:
    """The network about as it was on days since 1970, EH/s: geometric between known days, level before and after them."""
    known = [_day_of_year(year) for year in _NETWORK]
    return np.asarray(np.exp(np.interp(days, known, np.log(list(_NETWORK.values())))))


def _day_of_year(year: int) -> int:
    return (date(year, 1, 1) - date(1970, 1, 1)).days


def subsidies(days: IntArray) -> tuple[FloatArray, FloatArray]:
    """Least and greatest subsidy per block on each day since 1970; they differ on days that may hold a halving."""
    least, greatest = np.full(len(days), FIRST_SUBSIDY_BTC), np.full(len(days), FIRST_SUBSIDY_BTC)
    number = 1
    while (halving := halving_time(number)) < datetime.fromtimestamp((int(days.max()) + _HALVING_DAYS + 1) * 86_400, UTC):
        slack = timedelta(days=0 if number < len(KNOWN_HALVINGS) else _HALVING_DAYS)
        earliest, latest = (
            int((moment - datetime(1970, 1, 1, tzinfo=UTC)).days) for moment in (halving - slack, halving + slack)
        )
        least[days >= earliest] = FIRST_SUBSIDY_BTC * 0.5**number
        greatest[days > latest] = FIRST_SUBSIDY_BTC * 0.5**number
        number += 1
    return least, greatest


def _days(cells: Sequence[object], name: str, lines: Sequence[int], faults: Faults) -> IntArray:
    answer = np.zeros(len(cells), dtype=np.int64)
    bad = []
    for row, cell in enumerate(cells):
        text = cell.isoformat() if isinstance(cell, date) else str(cell).strip()
        rest = text[10:].removesuffix("Z").removesuffix("+00:00").lstrip("T ")
        try:
            if rest.strip("0:."):
                bad.append((lines[row], name, f"{text[:40]!r} is not the beginning of a day"))
                continue
            answer[row] = (date.fromisoformat(text[:10]) - date(1970, 1, 1)).days
        except ValueError:
            bad.append((lines[row], name, f"{text[:40]!r} is not a day"))
    faults.add("S328", bad, "days are written 2024-01-31, and begin at midnight UTC")
    return answer


def _figures(cells: Sequence[object], name: str, lines: Sequence[int], faults: Faults) -> FloatArray:
    given = numbers(cells)
    bad = [
        row
        for row in np.flatnonzero(~np.isfinite(given)).tolist()
        if cells[row] is not None and str(cells[row]).strip().lower() not in ("", "nan", "null")
    ]
    faults.add("S316", ((lines[r], name, f"{str(cells[r])[:40]!r} is not a number") for r in bad), "decimals have a point")
    return given


def _day(day: np.int64) -> str:
    return str(np.datetime64(int(day), "D"))
