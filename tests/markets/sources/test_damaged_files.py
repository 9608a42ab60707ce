"""Damaged files of every kind: the answer is what was read, or a list of problems, and never a traceback."""

from __future__ import annotations

from datetime import date
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import market_files
from market_files import utc_hours
from repower.errors import InputError
from repower.markets.sources.bitcoin_days import read_bitcoin_days
from repower.markets.sources.currency import read_rates
from repower.markets.sources.kinds import Choices, joined_hours
from repower.markets.sources.tables import TableLayout

HOURS = utc_hours("2023-11-05T03:00", "2023-11-05T10:00")
DOLLARS = Choices()
OTHERS = Choices(usd_per_unit=1.0)
WALL = Choices(layout=TableLayout("time", zone="America/Chicago", unit="USD/MWh"))
AWARE = Choices(layout=TableLayout("time", unit="USD/MWh"))


def wall_table(path, hours):
    return market_files.write(path, "time,a", *(f"{n:02d}:00 2023-11-05,1" for n in range(len(hours))))


def aware_table(path, hours):
    return market_files.write(path, "time,a", *(f"{hour:%Y-%m-%dT%H:%MZ},1.5" for hour in hours))


KINDS = {
    "ercot": (market_files.ercot_dam, DOLLARS),
    "ercot real-time": (market_files.ercot_rtm, DOLLARS),
    "pjm": (market_files.pjm, DOLLARS),
    "caiso": (market_files.caiso, DOLLARS),
    "nyiso": (lambda path, hours: market_files.nyiso(path, hours, ("a",)), DOLLARS),
    "aeso": (market_files.aeso, OTHERS),
    "ieso": (market_files.ieso, OTHERS),
    "entsoe": (market_files.entsoe_old, OTHERS),
    "entsoe new": (market_files.entsoe_new, OTHERS),
    "table wall": (wall_table, WALL),
    "table aware": (aware_table, AWARE),
}
PIECES = [
    b'"',
    b"\n",
    b",",
    b"nan",
    b"-",
    b"9",
    b"24:00",
    b"2023-02-30",
    b"*",
    b"/",
    b" - ",
    b"(CET)",
    b"inf",
    b"1e999",
    b"\xff",
    b"Y",
]


def damaged(data, body: bytes) -> bytes:
    changed = bytearray(body)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(changed)))
        length = data.draw(st.integers(0, 6))
        changed[place : place + length] = data.draw(st.one_of(st.binary(max_size=3), st.sampled_from(PIECES)))
    return bytes(changed)


def outcome(read):
    """The problems, or what was read."""
    try:
        return (), read()
    except InputError as error:
        return error.problems, None


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_damaged_export_is_read_or_refused(tmp_path_factory, kind, data):
    maker, choices = KINDS[kind]
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_bytes(damaged(data, maker(path, HOURS).read_bytes()))
    problems, table = outcome(lambda: joined_hours(kind.split()[0], [path], {"a": ""}, choices))
    assert all(p.code.startswith(("S30", "S31", "S32")) and p.message for p in problems)
    if table is None:
        assert problems
        return
    assert np.isfinite(table.values["a"]).all()
    assert (np.diff(table.hours) >= 1).all()


@settings(max_examples=60)
@given(data=st.data())
def test_damaged_days_and_rates(tmp_path_factory, data):
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    days = [f"{date(2023, 6, day)},27000,4e8,30,900,144" for day in range(1, 8)]
    rates = [f"{date(2023, 6, day)},1.08,11.5" for day in range(1, 8)]
    for read, head, rows in (
        (read_bitcoin_days, "time,PriceUSD,HashRate,FeeTotNtv,IssTotNtv,BlkCnt", days),
        (read_rates, "Date,USD,NOK", rates),
    ):
        path.write_bytes(damaged(data, "\n".join([head, *rows]).encode()))
        problems, found = outcome(partial(read, path))
        assert (found is None) == bool(problems)
        assert all(p.code.startswith("S3") and p.message for p in problems)
