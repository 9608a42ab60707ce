"""Subsidy, hashprice and the value of a MWh, against published points and eight years of real days."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from repower.horizon import Horizon, Month
from repower.markets.bitcoin import (
    halving_time,
    hashprice,
    mining_value_usd_per_mwh,
    month_subsidy_btc,
    subsidy_btc,
)


def test_the_next_halving_falls_in_april_2028():
    """Height 1,050,000 is 210,000 blocks after 840,000 on 2024-04-20: 1,458 days and eight hours at 144 blocks a day."""
    assert halving_time(5) == datetime(2028, 4, 17, 8, tzinfo=UTC)
    assert month_subsidy_btc(Month.parse("2028-03")) == 3.125
    assert month_subsidy_btc(Month.parse("2028-05")) == 1.5625
    before = 16 + 8 / 24
    expected = (before * 3.125 + (30 - before) * 1.5625) / 30
    assert month_subsidy_btc(Month.parse("2028-04")) == pytest.approx(expected, rel=1e-12)


def test_four_years_later_again():
    path = subsidy_btc(Horizon(Month.parse("2027-01"), 240))
    assert path[0] == 3.125
    assert path[-1] == 3.125 / 2**5
    assert (np.diff(path) <= 0).all()
    # the blocks of an era earn 210,000 times its subsidy; in whole months the days decide
    days = np.array([pd.Period(label, "M").days_in_month for label in Horizon(Month.parse("2027-01"), 240).labels()])
    until = (datetime(2047, 1, 1, tzinfo=UTC) - halving_time(9)).total_seconds() / 86400
    exact = ((halving_time(5) - datetime(2027, 1, 1, tzinfo=UTC)).total_seconds() / 86400) * 144 * 3.125
    exact += 210_000 * (1.5625 + 0.78125 + 0.390625 + 0.1953125) + until * 144 * 3.125 / 32
    assert (path * days * 144).sum() == pytest.approx(exact, rel=1e-12)


def test_there_was_a_time_before():
    assert month_subsidy_btc(Month.parse("2009-01")) == 50
    with pytest.raises(ValueError, match="2008-12"):
        month_subsidy_btc(Month.parse("2008-12"))


def test_hashprice_of_3_october_2026():
    """Published: 84,700 USD, 952-964 EH/s, 40.58 USD/PH/day; fees of 0.5-2 % at the time."""
    low = hashprice(84_700, 964, 3.125, 0.005)
    high = hashprice(84_700, 952, 3.125, 0.02)
    assert low < 40.58 < high
    assert high / low < 1.03


def test_value_of_a_mwh():
    """96.9 USD/MWh at 39.53 USD/PH/day and 17.0 J/TH: one MW runs 58.8 PH/s."""
    assert mining_value_usd_per_mwh(39.53, 17.0, 1.0, 0.0) == pytest.approx(39.53 * (1e6 / 17.0 / 1000) / 24, rel=1e-12)
    assert mining_value_usd_per_mwh(39.53, 17.0, 1.0, 0.0) == pytest.approx(96.9, abs=0.02)
    assert mining_value_usd_per_mwh(39.53, 17.0, 1.05, 0.01) == pytest.approx(96.9 / 1.05 * 0.99, abs=0.02)
    assert mining_value_usd_per_mwh(np.array([[40.0, 20.0]]), 20.0, 1.0, 0.0).shape == (1, 2)


def test_real_days_2016_to_2023(shared):
    """Hashprice of a day from its own row, at the day's own number of blocks; ours counts 144, so compare per block."""
    days = pd.read_parquet(shared / "data/bitcoin/btc_daily_2016_2023.parquet")
    subsidy = days.issuance_btc / days.blocks
    fee_share = days.fees_btc / days.issuance_btc
    ours = hashprice(days.price_usd, days.hashrate_ths / 1e6, subsidy, fee_share) * days.blocks / 144
    np.testing.assert_allclose(ours, days.hashprice_usd_ph_day, rtol=1e-9)
    # 144 blocks a day: 2.8 % more were found while the network grew
    assert days.blocks.mean() / 144 == pytest.approx(1.028, abs=0.005)


def test_subsidy_of_real_months(shared):
    days = pd.read_parquet(shared / "data/bitcoin/btc_daily_2016_2023.parquet")
    month = pd.to_datetime(days.date).dt.strftime("%Y-%m")
    real = (days.groupby(month).issuance_btc.sum() / days.groupby(month).blocks.sum()).to_dict()
    for label, value in real.items():
        # in a month with a halving blocks come faster before it than after it, when miners have left: 3.2 % in May 2020
        halved = label in ("2016-07", "2020-05")
        assert month_subsidy_btc(Month.parse(label)) == pytest.approx(value, rel=0.04 if halved else 1e-9), label
