"""The synthetic hours of the demo: seeded, whole, and near the moments of real markets within wide bands."""

from __future__ import annotations

import gzip
import time
import warnings

import numpy as np
import pandas as pd
import pytest

from repower.markets import synthetic
from repower.markets.climate import autoregression, hourly_weather, local_time
from repower.markets.demo_stations import STATIONS
from repower.markets.demo_zones import ZONES
from repower.markets.price_shape import PriceShape
from repower.markets.psychrometrics import wet_bulb_c
from repower.markets.sources import read_hourly
from repower.markets.streams import stream
from repower.markets.synthetic import YEARS, hourly_prices, write_series


@pytest.fixture(scope="module")
def series(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    write_series(folder, 7)
    prices = read_hourly(folder / "prices.csv", tuple(zone.name for zone in ZONES))
    columns = tuple(f"{station.name}_{what}" for station in STATIONS for what in ("dry_bulb_c", "relative_humidity_share"))
    return folder, prices.values, read_hourly(folder / "weather.csv", columns).values


def test_names_are_those_of_the_demo(series):
    assert {zone.name for zone in ZONES} == {
        *("ercot_south", "pjm_aep", "tva_knoxville", "nordpool_no3", "midc_chelan"),
        *("bhutan", "ethiopia", "aeso", "singapore", "malaysia"),
    }
    assert {station.name for station in STATIONS} == {
        *("rockdale_tx", "ohio", "knoxville_tn", "trondheim_no", "wenatchee_wa"),
        *("bhutan_south", "oromia_et", "fox_creek_ab", "singapore", "johor_my"),
    }
    assert all(zone.source for zone in ZONES)
    assert all(station.source for station in STATIONS)
    assert {zone.station for zone in ZONES} - {""} <= {station.name for station in STATIONS}


def test_same_seed_same_bytes_and_no_parts_left(series, tmp_path):
    folder = series[0]
    write_series(tmp_path, 7)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["prices.csv", "weather.csv"]
    for name in ("prices.csv", "weather.csv"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()
    write_series(tmp_path, 8)
    assert (tmp_path / "prices.csv").read_bytes() != (folder / "prices.csv").read_bytes()


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    (tmp_path / "prices.csv").write_text("old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(synthetic.Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_series(tmp_path, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["prices.csv"]
    assert (tmp_path / "prices.csv").read_text() == "old"


def test_a_zone_more_changes_no_other(series, tmp_path, monkeypatch):
    monkeypatch.setattr(synthetic, "ZONES", (PriceShape("new", "A", 10.0, noise=0.1, grid="nordic", grid_share=0.5), *ZONES[3:4]))
    monkeypatch.setattr(synthetic, "STATIONS", tuple(station for station in STATIONS if station.name == "trondheim_no"))
    write_series(tmp_path, 7)
    alone = read_hourly(tmp_path / "prices.csv", ("nordpool_no3",)).values["nordpool_no3"]
    np.testing.assert_array_equal(alone, series[1]["nordpool_no3"])


def test_demo_is_written_in_time(tmp_path):
    times = []
    for seed in range(2):
        begun = time.process_time()
        write_series(tmp_path, seed)
        times.append(time.process_time() - begun)
    assert min(times) < 2.5


@pytest.mark.parametrize("zone", ZONES, ids=lambda zone: zone.name)
def test_means_and_limits(series, zone):
    prices = series[1][zone.name]
    # a cap takes a little off the spikes after the mean was set
    assert prices.mean() == pytest.approx(zone.mean_usd_per_mwh, rel=0.02)
    assert prices.min() >= zone.floor_usd_per_mwh
    assert prices.max() <= zone.cap_usd_per_mwh


def test_a_zone_without_numbers_is_a_flat_tariff():
    flat = hourly_prices(PriceShape("flat", "A", 57.7), YEARS, stream(1, "x"))
    np.testing.assert_allclose(flat, 57.7)


def test_zones_of_one_grid_move_together(series):
    pjm, tva = (np.log(series[1][name].ravel().clip(1)) for name in ("pjm_aep", "tva_knoxville"))
    bhutan = series[1]["aeso"].ravel()
    # hour of the week taken out, so that the common day does not count
    week = np.arange(len(pjm)) % 168
    rest = [
        values - np.array([values[week == hour].mean() for hour in range(168)])[week]
        for values in (pjm, tva, np.log(bhutan.clip(1)))
    ]
    assert np.corrcoef(rest[0], rest[1])[0, 1] > 0.15
    assert abs(np.corrcoef(rest[0], rest[2])[0, 1]) < 0.1


def test_heat_raises_the_price_of_its_zone(series):
    zone = next(zone for zone in ZONES if zone.name == "ercot_south")
    days = series[2]["rockdale_tx_dry_bulb_c"].reshape(-1, 24).mean(axis=1)
    price = np.median(series[1]["ercot_south"].reshape(-1, 24), axis=1)
    hot = days > zone.hot_above_c + 2
    summer = (np.arange(len(days)) % 365 > 150) & (np.arange(len(days)) % 365 < 245)
    assert hot.sum() > 20
    assert np.median(price[hot]) > 1.2 * np.median(price[summer & ~hot])


def real(shared, file, column="price"):
    return pd.read_parquet(shared / "data/prices" / file).set_index("ts_utc")[column].dropna()


def moments(prices: pd.Series, offset):
    """Daily profile (share of the mean, the top per cent cut), share of negative hours, 99th percentile against the mean."""
    cut = prices.clip(upper=prices.quantile(0.99))
    profile = cut.groupby((cut.index + pd.Timedelta(hours=offset)).hour).mean() / cut.mean()
    return profile.to_numpy(), float((prices < 0).mean()), float(prices.quantile(0.99) / prices.mean())


@pytest.mark.parametrize(
    ("name", "files", "least_correlation", "negative_band", "tail_band"),
    [
        # no year with February 2021: an event the generator leaves out; negative hours of 2024 in real time, 2.3 %
        ("ercot_south", [("ercot_hubavg_dam_2020_2024.parquet", "price", (2020, 2022, 2024))], 0.7, (0.003, 0.04), (0.5, 2.0)),
        (
            "nordpool_no3",
            [("nordpool_elspot_2013_2018.parquet", "NO3", tuple(range(2013, 2019)))],
            0.85,
            (0.0, 0.012),
            (0.5, 2.5),
        ),
        ("aeso", [("alberta_aeso_pool_2010_2019.parquet", "price", tuple(range(2010, 2020)))], 0.85, (0.0, 0.0), (0.4, 1.5)),
        ("singapore", [("singapore_usep_2020_2022.parquet", "price", (2020, 2021, 2022))], 0.7, (0.0, 0.002), (0.4, 1.5)),
    ],
)
def test_moments_near_real_markets(series, shared, name, files, least_correlation, negative_band, tail_band):
    """Wide bands, stated: correlation of the mean day, share of negative hours, ratio of (p99 / mean) to the real one's.

    The real ratio is the mean of its years, each against its own mean: levels moved by a factor of three in 2020-2022.
    """
    zone = next(zone for zone in ZONES if zone.name == name)
    hours = pd.DatetimeIndex(np.concatenate([pd.date_range(f"{year}-01-01", periods=8760, freq="h") for year in YEARS]), tz="UTC")
    ours = moments(pd.Series(series[1][name].ravel(), hours), zone.utc_offset_hours)
    years = []
    for file, column, wanted in files:
        prices = real(shared, file, column)
        years += [moments(prices[prices.index.year == year], zone.utc_offset_hours) for year in wanted]
    profile = np.mean([year[0] for year in years], axis=0)
    tail = np.mean([year[2] for year in years])
    assert np.corrcoef(ours[0], profile)[0, 1] > least_correlation
    assert negative_band[0] <= ours[1] <= negative_band[1]
    assert tail_band[0] <= ours[2] / tail <= tail_band[1]


@pytest.mark.parametrize("climate", STATIONS, ids=lambda climate: climate.name)
def test_weather_gives_its_normals_back(climate):
    """Over twenty years the monthly means are the normals, within sampling error and the straight lines between mid-months."""
    years = tuple(range(2001, 2021))
    dry_bulb, humidity = hourly_weather(climate, years, stream(3, climate.name))
    month = local_time(years, climate.utc_offset_hours).month
    for number in range(12):
        here = month == number
        error = 4 * climate.anomaly_k[number] * np.sqrt(2 * climate.anomaly_days / (30 * len(years))) + 0.6
        assert abs(dry_bulb.ravel()[here].mean() - climate.temperature_c[number]) < error
        assert abs(humidity.ravel()[here].mean() - climate.humidity_share[number]) < 0.06


def test_real_weather_of_dallas_and_houston(shared):
    """Rockdale lies between: our mean and our hot and cold hours lie near those of real years of Dallas."""
    real_c = pd.read_parquet(shared / "data/weather/actual_tx_dallas_2020_2022.parquet").dry_bulb_c
    climate = next(station for station in STATIONS if station.name == "rockdale_tx")
    ours = hourly_weather(climate, YEARS, stream(5, "x"))[0].ravel()
    assert ours.mean() == pytest.approx(real_c.mean(), abs=1.5)
    assert np.quantile(ours, 0.99) == pytest.approx(real_c.quantile(0.99), abs=3)
    assert np.quantile(ours, 0.01) == pytest.approx(real_c.quantile(0.01), abs=4)


def epw(path):
    """Dry bulb, relative humidity and pressure of a typical year."""
    with gzip.open(path, "rt", errors="replace") as file:
        rows = [line.split(",") for line in file.read().splitlines()[8:]]
    return (np.array([float(row[column]) for row in rows]) for column in (6, 8, 9))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("rockdale_tx", "tx_houston_tmy3"),
        ("ohio", "oh_pittsburgh_tmy3"),
        ("wenatchee_wa", "wa_wenatchee_tmy3"),
        ("singapore", "sg_singapore_iwec"),
    ],
)
def test_design_wet_bulb_of_real_places(shared, name, file):
    """The wet bulb of the design day (exceeded 35 hours a year) decides how much critical IT a connection carries."""
    dry_bulb, humidity, pressure = epw(shared / f"data/weather/{file}.epw.gz")
    real_c = np.quantile(wet_bulb_c(dry_bulb, humidity / 100, pressure / 1000), 0.996)
    climate = next(station for station in STATIONS if station.name == name)
    ours = np.quantile(wet_bulb_c(*hourly_weather(climate, YEARS, stream(5, "x")), climate.pressure_kpa), 0.996)
    assert ours == pytest.approx(real_c, abs=2.0)


def test_local_time_is_that_of_pandas():
    hours = pd.date_range("2023-01-01", "2024-12-31 23:00", freq="h", tz="UTC")
    hours = hours[~((hours.month == 2) & (hours.day == 29))]
    local = hours.tz_convert("Etc/GMT+6")
    ours = local_time((2023, 2024), -6.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        weekend = local.weekday >= 5
    np.testing.assert_array_equal(ours.month, local.month - 1)
    np.testing.assert_array_equal(ours.weekend, weekend)
    np.testing.assert_array_equal(ours.hour, local.hour)
    half = local_time((2023,), 5.5)
    assert half.hour[0] == 5.5


def test_autoregression_has_unit_variance_and_the_correlation_asked():
    path = autoregression(np.random.default_rng(1).standard_normal(200_000), 0.8)
    assert path.std() == pytest.approx(1.0, abs=0.02)
    assert np.corrcoef(path[:-1], path[1:])[0, 1] == pytest.approx(0.8, abs=0.01)


def test_streams_depend_on_names_alone():
    first = stream(1, "a", "b").random(5)
    np.testing.assert_array_equal(first, stream(1, "a", "b").random(5))
    for other in (stream(2, "a", "b"), stream(1, "b", "a"), stream(1, "ab"), stream(1, "a")):
        assert (first != other.random(5)).all()
    with pytest.raises(ValueError, match="non-negative"):
        stream(-1, "a")


@pytest.mark.parametrize(
    ("name", "file", "column", "years"),
    [
        ("ercot_south", "ercot_hubavg_dam_2020_2024.parquet", "price", (2020, 2022, 2024)),
        ("pjm_aep", "pjm_dom_rt_2020_2022.parquet", "price", (2020, 2021, 2022)),
        ("nordpool_no3", "nordpool_elspot_2013_2018.parquet", "NO3", tuple(range(2013, 2019))),
        ("aeso", "alberta_aeso_pool_2010_2019.parquet", "price", tuple(range(2011, 2020))),
        ("singapore", "singapore_usep_2020_2022.parquet", "price", (2020, 2021, 2022)),
    ],
)
def test_persistence_of_real_markets(series, shared, name, file, column, years):
    """Correlation of asinh(price / median) after an hour, a day and a week: between the least and the most of the real years."""

    def lags(prices):
        calm = pd.Series(np.arcsinh(prices / np.median(prices)))
        return [calm.autocorr(lag) for lag in (1, 24, 168)]

    prices = real(shared, file, column)
    known = np.array([lags(prices[prices.index.year == year].to_numpy()) for year in years])
    ours = np.mean([lags(year) for year in series[1][name]], axis=0)
    assert (ours >= known.min(axis=0) - 0.02).all()
    assert (ours <= known.max(axis=0) + 0.02).all()
    spikes = [(year > 4 * np.median(year)).mean() for year in series[1][name]]
    real_spikes = [(year > 4 * year.median()).mean() for _, year in prices.groupby(prices.index.year)]
    assert min(real_spikes) - 1e-3 <= np.mean(spikes) <= max(real_spikes)
