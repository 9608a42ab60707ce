"""Daily figures of Bitcoin: columns of Coin Metrics and ours, and the laws that a wrong unit breaks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from market_files import write
from repower.errors import InputError
from repower.markets.sources.bitcoin_days import COLUMNS, read_bitcoin_days, subsidies, usual_network_eh_per_s
from repower.markets.sources.kinds import import_series

HEAD = "time,PriceUSD,HashRate,FeeTotNtv,IssTotNtv,BlkCnt,AdrActCnt"


def lines(days=40, start="2023-06-01", network_ths=4e8, subsidy=6.25):
    dates = np.datetime64(start) + np.arange(days)
    return [
        HEAD,
        *(f"{day},{27000 + n},{network_ths + n * 1e5},{30.5 + n},{144 * subsidy},144,900000" for n, day in enumerate(dates)),
    ]


def problems(path):
    with pytest.raises(InputError) as caught:
        read_bitcoin_days(path)
    return caught.value.problems


def test_columns_of_coin_metrics_in_our_units(tmp_path):
    days = read_bitcoin_days(write(tmp_path / "btc.csv", *lines()))
    assert tuple(days.values) == COLUMNS
    assert [column[1] for column in days.values.values()] == [27001, 400_100_000.0, 31.5, 900.0, 144.0]
    assert str(days.days[0].astype("datetime64[D]")) == "2023-06-01"


def test_eight_real_years_keep_the_laws(shared, tmp_path):
    path = shared / "data" / "bitcoin" / "btc_daily_2016_2023.parquet"
    done = import_series("coinmetrics", [path], tmp_path / "btc.parquet", {})
    frame = pd.read_parquet(path)
    assert (done.rows, done.years) == (2922, tuple(range(2016, 2024)))
    for name in ("btc.parquet", "btc.csv"):
        if name.endswith("csv"):
            import_series("coinmetrics", [path], tmp_path / name, {})
        days = read_bitcoin_days(tmp_path / name)
        np.testing.assert_array_equal(days.values["price_usd"], frame["price_usd"])
        np.testing.assert_allclose(days.values["hashrate_ths"], frame["hashrate_ths"])
        np.testing.assert_array_equal(days.values["issuance_btc"], frame["issuance_btc"])
    written = pd.read_parquet(tmp_path / "btc.parquet")
    assert list(written.columns) == ["date", *COLUMNS]


def test_the_same_days_from_the_columns_of_coin_metrics(shared, tmp_path):
    """The real days written as Coin Metrics names them."""
    frame = pd.read_parquet(shared / "data" / "bitcoin" / "btc_daily_2016_2023.parquet")
    names = {
        "date": "time",
        "price_usd": "PriceUSD",
        "hashrate_ths": "HashRate",
        "fees_btc": "FeeTotNtv",
        "issuance_btc": "IssTotNtv",
        "blocks": "BlkCnt",
    }
    frame[list(names)].rename(columns=names).to_csv(tmp_path / "cm.csv", index=False)
    days = read_bitcoin_days(tmp_path / "cm.csv")
    np.testing.assert_allclose(days.values["hashrate_ths"], frame["hashrate_ths"])


def test_a_wrong_unit_is_seen_in_every_real_year(shared, tmp_path):
    """A thousand times more or less is refused whichever single year the file holds."""
    frame = pd.read_parquet(shared / "data" / "bitcoin" / "btc_daily_2016_2023.parquet")
    for year in range(2016, 2024):
        part = frame[frame["date"].dt.year == year]
        for factor in (1e-3, 1e3):
            part.assign(hashrate_ths=part["hashrate_ths"] * factor).to_parquet(tmp_path / "w.parquet")
            assert {p.code for p in problems(tmp_path / "w.parquet")} == {"S329"}


def test_real_days_are_near_their_usual_network(shared):
    frame = pd.read_parquet(shared / "data" / "bitcoin" / "btc_daily_2016_2023.parquet")
    usual = usual_network_eh_per_s(frame["date"].to_numpy().astype("datetime64[D]").astype(np.int64))
    ratio = frame["hashrate_ths"] / 1e6 / usual
    assert 0.2 < ratio.min() < ratio.max() < 5.0


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        (",900.0,144,", ",6.25,144,", "S329", 5),
        (",900.0,144,", ",900.0,0,", "S329", 5),
        ("27003,", "-1,", "S329", 5),
        ("27003,", "many,", "S316", 5),
        ("27003,", ",", "S328", 5),
        ("2023-06-04", "2023-06-03", "S328", 5),
        ("2023-06-04", "06/04/2023", "S328", 5),
        ("2023-06-04", "2023-06-04T12:00:00Z", "S328", 5),
    ],
)
def test_faults_have_their_line(tmp_path, before, after, code, line):
    given = lines()
    assert before in given[4]
    given[4] = given[4].replace(before, after)
    found = problems(write(tmp_path / "btc.csv", *given))
    assert (found[0].code, found[0].line) == (code, line)


def test_a_missing_day_and_a_missing_column(tmp_path):
    given = lines()
    del given[4:6]
    (found,) = problems(write(tmp_path / "a.csv", *given))
    assert (found.code, found.line) == ("S328", 5)
    assert "2 days missing: 2023-06-04 to 2023-06-05" in found.message
    (found,) = problems(write(tmp_path / "b.csv", *(line.replace("HashRate", "HashRate30d") for line in lines())))
    assert (found.code, "HashRate" in found.message) == ("S302", True)


def test_days_without_figures_at_the_ends_are_cut_and_noted(tmp_path):
    given = lines()
    given[1] = given[1].replace("27000,", ",")
    given[-1] = given[-1].replace(",144,", ",,")
    given[2] = given[2].replace("2023-06-02", "2023-06-02T00:00:00.000000000Z")
    days = read_bitcoin_days(write(tmp_path / "a.csv", *given))
    assert len(days.days) == 38
    assert days.notes == ("2 days without all figures were cut from the ends",)


def test_the_subsidy_of_days(tmp_path):
    """50, 25, 12.5, 6.25 and 3.125 BTC; a day of a halving has both."""
    dates = [
        "2010-01-01",
        "2012-11-28",
        "2012-11-29",
        "2016-07-08",
        "2016-07-09",
        "2016-07-10",
        "2020-05-12",
        "2024-04-19",
        "2024-04-21",
    ]
    days = np.array(dates, dtype="datetime64[D]").astype(np.int64)
    least, greatest = subsidies(days)
    np.testing.assert_array_equal(greatest, [50, 50, 25, 25, 25, 12.5, 6.25, 6.25, 3.125])
    np.testing.assert_array_equal(least, [50, 25, 25, 25, 12.5, 12.5, 6.25, 6.25, 3.125])


def test_exahashes_are_taken_too(tmp_path):
    given = [line.replace("HashRate", "network_eh_per_s") for line in lines(network_ths=400.0)]
    given = [line.rsplit(",", 6) for line in given]
    path = write(
        tmp_path / "btc.csv",
        *(",".join([*cells[:2], cells[2] if n == 0 else "400.5", *cells[3:]]) for n, cells in enumerate(given)),
    )
    np.testing.assert_allclose(read_bitcoin_days(path).values["hashrate_ths"], 400.5e6)


def test_what_is_written_can_be_calibrated_on(shared, tmp_path):
    """The calibration of scenarios takes the columns as they are written."""
    from repower.scenarios.calibration.bitcoin_history import read_days

    import_series("coinmetrics", [shared / "data" / "bitcoin" / "btc_daily_2016_2023.parquet"], tmp_path / "btc.parquet", {})
    history = read_days(pd.read_parquet(tmp_path / "btc.parquet"), "2016-01-01", "2021-12-31", "2023-12-31")
    assert len(history.days) == 2922
    assert history.months().labels[-1] == "2023-12"
