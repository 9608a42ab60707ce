"""Years of real prices, brought in as plain tables, against pandas."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from repower.errors import InputError
from repower.markets.sources import read_hourly
from repower.markets.sources.kinds import Choices, import_series, read_hours
from repower.markets.sources.tables import TableLayout
from repower.markets.years import year_hours


def by_hour(frame, column, year):
    """The mean of every hour of a model year, by pandas."""
    hourly = frame.set_index("ts_utc")[column].resample("h").mean()
    index = pd.DatetimeIndex(year_hours(year).astype("datetime64[h]").astype("datetime64[ns]")).tz_localize("UTC")
    return hourly.reindex(index).to_numpy()


def layout(unit, minutes=60):
    return TableLayout("ts_utc", unit=unit, minutes=minutes)


def test_quarters_of_texas_average_to_hours(shared, tmp_path):
    path = shared / "data" / "prices" / "ercot_hubavg_rt15_2024.parquet"
    out = tmp_path / "prices.parquet"
    done = import_series("table", [path], out, {"hub": "price"}, Choices(layout=layout("USD/MWh", 15)))
    assert (done.years, done.rows) == ((2024,), 8784)
    np.testing.assert_allclose(
        read_hourly(out, ("hub",)).values["hub"][0], by_hour(pd.read_parquet(path), "price", 2024), atol=1e-9
    )


def test_six_years_of_norway_in_one_go(shared, tmp_path):
    path = shared / "data" / "prices" / "nordpool_elspot_2013_2018.parquet"
    wanted = {"oslo": "NO1", "trondheim": "NO3"}
    out = tmp_path / "prices.parquet"
    done = import_series("table", [path], out, wanted, Choices(1.1, edges="wrap", layout=layout("EUR/MWh")))
    series = read_hourly(out, ("trondheim",))
    assert series.years == done.years == (2013, 2014, 2015, 2016, 2017, 2018)
    frame = pd.read_parquet(path)
    for number, year in enumerate(series.years[:5]):
        np.testing.assert_allclose(series.values["trondheim"][number], 1.1 * by_hour(frame, "NO3", year), atol=1e-9)
    np.testing.assert_allclose(series.values["trondheim"][5, :-1], 1.1 * by_hour(frame, "NO3", 2018)[:-1], atol=1e-9)
    assert any("2018: 1 hours" in note for note in done.notes)


def test_alberta_needs_its_exchange_rate_and_gets_it_by_day(shared):
    path = shared / "data" / "prices" / "alberta_aeso_pool_2010_2019.parquet"
    choices = Choices(shared / "data" / "fx" / "ecb_eurofx_daily_2012_2023.parquet", layout=layout("CAD/MWh"))
    with pytest.raises(InputError) as caught:
        read_hours("table", [path], {"alberta": "price"}, choices)
    (found,) = caught.value.problems
    assert found.code == "S325"
    assert "2010-01-01" in found.message


@pytest.mark.parametrize("name", ["germany_da_2020_2022", "sdac_nordic_de_hourly_2025", "pjm_dom_rt_2020_2022"])
def test_real_gaps_are_told_with_their_hours(shared, name):
    path = shared / "data" / "prices" / f"{name}.parquet"
    frame = pd.read_parquet(path)
    column = "DE-LU" if "sdac" in name else "price"
    with pytest.raises(InputError) as caught:
        read_hours("table", [path], {"zone": column}, Choices(1.0, layout=layout("EUR/MWh")))
    given = frame.set_index("ts_utc")[column].dropna()
    gaps = given.index.to_series().diff().dropna()
    gaps = gaps[gaps > pd.Timedelta(hours=1)]
    # gaps between the first and the last value; an empty cell at the very ends is one of its own
    inside = [p for p in caught.value.problems if p.code == "S314"]
    assert {p.code for p in caught.value.problems} == {"S314"}
    first = {(when - width + pd.Timedelta(hours=1)).strftime("%Y-%m-%dT%H:%MZ") for when, width in gaps.items()}
    told = {p.message.split("without a value: ")[1].split(" ")[0] for p in inside}
    assert first <= told
    assert len(told - first) <= 2
    assert all(p.line for p in inside)


def test_stamps_by_the_wall_of_a_place_come_back(shared, tmp_path):
    """Real hours of Norway on the clock of Oslo without mark, and on that of Texas."""
    frame = pd.read_parquet(shared / "data" / "prices" / "nordpool_elspot_2013_2018.parquet")[["ts_utc", "NO3"]]
    frame = frame[(frame["ts_utc"] > "2014-12-30") & (frame["ts_utc"] < "2016-01-03")]
    expected = by_hour(frame, "NO3", 2015)
    for zone in ("Europe/Oslo", "America/Chicago"):
        wall = frame.assign(time=frame["ts_utc"].dt.tz_convert(zone).dt.strftime("%Y-%m-%d %H:%M"))
        wall[["time", "NO3"]].to_csv(tmp_path / "wall.csv", index=False)
        choices = Choices(1.0, layout=TableLayout("time", zone=zone, unit="EUR/MWh"))
        table = read_hours("table", [tmp_path / "wall.csv"], {"a": "NO3"}, choices)
        np.testing.assert_allclose(table.values["a"][np.isin(table.hours, year_hours(2015))], expected, atol=1e-9)
