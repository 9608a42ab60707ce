"""Daily exchange rates: weekends, cross rates, and days without."""

from __future__ import annotations

import numpy as np
import pytest

from market_files import entsoe_old, utc_hours, write
from repower.errors import InputError
from repower.markets.sources.currency import ConstantRate, read_rates, usd_per_unit
from repower.markets.sources.kinds import Choices, read_hours

#: Friday to Tuesday of a week without Monday's fixing, newest first and with a blank last column, as the central bank has it.
RATES = ["Date,USD,NOK,ISK,", "2024-01-09,1.10,11.0,N/A,", "2024-01-05,1.20,12.0,N/A,", "2024-01-04,1.30,10.0,N/A,"]


def hours(*stamps):
    return np.array([np.datetime64(stamp, "h").astype(np.int64) for stamp in stamps])


def test_the_last_fixing_holds_over_the_weekend(tmp_path):
    rates = read_rates(write(tmp_path / "fx.csv", *RATES))
    when = hours("2024-01-05T00", "2024-01-06T12", "2024-01-08T23", "2024-01-09T00", "2024-01-12T00")
    euro, note = usd_per_unit("EUR", when, rates)
    np.testing.assert_allclose(euro, [1.2, 1.2, 1.2, 1.1, 1.1])
    krone, _ = usd_per_unit("NOK", when, rates)
    np.testing.assert_allclose(krone, [0.1] * 5)
    assert "1.1 to 1.2 USD by day, from fx.csv" in note


@pytest.mark.parametrize(
    ("currency", "stamp", "word"),
    [
        ("EUR", "2024-01-03T00", "2024-01-03"),
        ("EUR", "2024-01-17T00", "7 days before"),
        ("NKO", "2024-01-05T00", "NKO"),
        ("ISK", "2024-01-05T00", "ISK"),
    ],
)
def test_days_and_currencies_without_a_rate(tmp_path, currency, stamp, word):
    rates = read_rates(write(tmp_path / "fx.csv", *RATES))
    with pytest.raises(InputError) as caught:
        usd_per_unit(currency, hours(stamp), rates)
    assert caught.value.problems[0].code == "S325"
    assert word in caught.value.problems[0].message


@pytest.mark.parametrize(
    "lines",
    [
        ["Day,USD", "2024-01-09,1.1"],
        ["Date,EUR", "2024-01-09,1.1"],
        ["Date,USD", "09.01.2024,1.1"],
        ["Date,USD", "2024-01-09,0"],
        ["Date,USD", "2024-01-09,one"],
        ["Date,USD", "2024-01-09,1.1", "2024-01-09,1.2"],
        [""],
    ],
)
def test_a_file_of_rates_that_is_none(tmp_path, lines):
    with pytest.raises(InputError) as caught:
        read_rates(write(tmp_path / "fx.csv", *lines))
    assert {p.code for p in caught.value.problems} == {"S325"}


def test_dollars_need_no_rate_and_others_do():
    assert usd_per_unit("USD", hours("2024-01-01T00"), None)[0] == 1.0
    for currency, rates in (("USD", ConstantRate(1.0)), ("CAD", None)):
        with pytest.raises(InputError) as caught:
            usd_per_unit(currency, hours("2024-01-01T00"), rates)
        assert caught.value.problems[0].code == "S317"


def test_a_year_of_euros_by_the_rates_of_the_central_bank(shared, tmp_path):
    """Hour by hour against pandas, which fills the weekends by itself."""
    import pandas as pd

    file = shared / "data" / "fx" / "ecb_eurofx_daily_2012_2023.parquet"
    path = entsoe_old(tmp_path / "f.csv", utc_hours("2021-12-31", "2023-01-02"))
    found = read_hours("entsoe", [path], {"no3": ""}, Choices(usd_per_unit=file))
    plain = read_hours("entsoe", [path], {"no3": ""}, Choices(usd_per_unit=1.0))
    index = pd.date_range("2022-01-01", "2022-12-31 23:00", freq="h")
    rate = pd.read_parquet(file).set_index("date")["USD"].reindex(pd.date_range("2021-12-20", "2022-12-31")).ffill()
    np.testing.assert_allclose(found.values["no3"] / plain.values["no3"], rate.reindex(index.normalize()).to_numpy())
    assert 0.95 < rate.min() < 1.0 < rate.max() < 1.2
