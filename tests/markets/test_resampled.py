"""Resampled years: blocks of days from the same season and weekday, the same for all series; the expected price is kept."""

from __future__ import annotations

import datetime as dt
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.markets.resampled import (
    WINDOW_DAYS,
    ordinary_level,
    quietest_hour,
    resample_hours,
    resample_prices,
    source_days,
    weekdays,
)
from repower.markets.shapes import read_shapes
from small_portfolio import SMALL_YAML
from small_series import small, small_series, write_hourly

YEARS = (2019, 2020, 2021, 2023)


def test_weekdays_are_those_of_the_calendar():
    ours = weekdays((2023, 2024))
    assert ours[0, 0] == dt.date(2023, 1, 1).weekday()
    assert ours[1, 58] == dt.date(2024, 2, 28).weekday()
    assert ours[1, 59] == dt.date(2024, 3, 1).weekday()
    assert ours[1, 364] == dt.date(2024, 12, 31).weekday()


@given(seed=st.integers(0, 10_000), years=st.sampled_from([(2021,), (2022, 2023), YEARS]))
def test_days_come_from_their_season_and_weekday_in_blocks(seed, years):
    days = source_days(years, 3, seed)
    assert days.shape == (3, 365)
    given_weekdays = weekdays(years)
    for number, chosen in enumerate(days):
        np.testing.assert_array_equal(given_weekdays.ravel()[chosen], given_weekdays[number % len(years)])
        begins = np.flatnonzero(np.diff(chosen, prepend=-9) != 1)
        apart = np.abs(chosen[begins] % 365 - begins)
        assert (np.minimum(apart, 365 - apart) <= WINDOW_DAYS).all()
        # a block runs into the next given year only where that is the next of the calendar
        follows = np.setdiff1d(np.arange(365), begins)
        entered = chosen[follows][chosen[follows] % 365 == 0] // 365
        assert all(years[place] == years[place - 1] + 1 for place in entered)


def test_blocks_are_two_weeks_in_the_mean_and_every_given_day_is_as_likely():
    days = source_days(YEARS, 400)
    starts = (np.diff(days, axis=1) != 1).sum(axis=1) + 1
    # geometric of mean 14, cut where weekdays break (leap days) and at the ends of years
    assert 365 / starts.mean() == pytest.approx(13.5, abs=1.0)
    used = np.bincount(days.ravel(), minlength=4 * 365).reshape(4, 365)
    share = used.sum(axis=1) / used.sum()
    assert share == pytest.approx(0.25, abs=0.02)
    # so is each part of the year, but for the first weeks of a year before which none is given: nothing runs into them
    by_month = used.sum(axis=0)[:360].reshape(12, 30).sum(axis=1)
    assert by_month[1:] / by_month.mean() == pytest.approx(1.0, abs=0.08)
    assert by_month[0] / by_month.mean() == pytest.approx(0.95, abs=0.07)


def test_the_first_years_of_many_are_the_few_and_years_differ():
    many, few = source_days(YEARS, 20, 5), source_days(YEARS, 3, 5)
    np.testing.assert_array_equal(many[:3], few)
    assert (source_days(YEARS, 3, 6) != few).any()
    same = [(many[a] == many[b]).mean() for a in range(20) for b in range(a)]
    assert max(same) < 0.4
    with pytest.raises(ValueError, match="at least one"):
        source_days(YEARS, 0)


def test_hours_of_all_series_stay_together():
    """Two series, one a function of the other hour by hour, still are after resampling, whatever hour days are cut at."""
    rng = np.random.default_rng(1)
    first = rng.random((4, 8760))
    days = source_days(YEARS, 5)
    for hour in (0, 7):
        both = resample_hours(np.stack([first, 3.0 - 2.0 * first]), days, hour)
        np.testing.assert_allclose(both[1], 3.0 - 2.0 * both[0])
        assert np.isin(both[0], first).all()
    # an hour of the day stays the hour of the day
    clock = np.tile(np.arange(24.0), (1, 4, 365))
    np.testing.assert_array_equal(resample_hours(clock, days, 7)[0], np.tile(np.arange(24.0), (5, 365)))


def test_one_block_that_is_the_whole_year_gives_the_year_back():
    prices = np.random.default_rng(2).gamma(2.0, 20.0, (1, 1, 8760))
    shape = resample_prices(prices, np.arange(365)[None])
    np.testing.assert_allclose(shape, prices / prices.mean(), rtol=1e-12)


def test_the_ordinary_level_is_a_running_median_that_scarcity_does_not_move():
    calm = np.full((1, 1, 8760), 30.0)
    struck = calm.copy()
    struck[0, 0, 43 * 24 : 51 * 24] = 6000.0
    np.testing.assert_allclose(ordinary_level(struck), 30.0)
    daily = np.random.default_rng(3).gamma(3.0, 10.0, 365)
    ours = ordinary_level(np.repeat(daily, 24)[None, None])[0, 0]
    theirs = pd.Series(daily).rolling(61, center=True, min_periods=1).median()
    np.testing.assert_allclose(ours, np.maximum(theirs, 0.25 * theirs.median()))


def test_levels_of_years_do_not_reach_the_shape_but_scarcity_does():
    """Years at 20 and 60 with scarcity in one: no step at the seams, a year of scarcity is dearer, and all have mean 1."""
    rng = np.random.default_rng(4)
    hours = rng.gamma(50.0, 1 / 50.0, (2, 8760))
    prices = hours * np.array([[20.0], [60.0]])
    prices[1, 4000:4100] *= 100.0
    shape = resample_prices(prices[None], source_days((2021, 2022), 40))[0]
    assert shape.mean() == pytest.approx(1.0, abs=1e-12)
    struck = (shape > 20).any(axis=1)
    assert 0.2 < struck.mean() < 0.9
    means = shape.mean(axis=1)
    assert means[struck].min() > 1.05 * means[~struck].max()
    calm = np.median(shape, axis=1)
    assert calm == pytest.approx(calm.mean(), rel=0.02)


def test_blocks_meet_at_the_hour_at_which_prices_differ_least():
    rng = np.random.default_rng(5)
    spread = np.where(np.isin(np.arange(24), (8, 9, 10)), 0.01, 0.5)
    rest = 1 + spread * rng.standard_normal((2, 365, 24))
    rest = np.stack([rest[0].ravel(), np.ones(8760)])[:, None]
    assert quietest_hour(rest) in (9, 10)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("resampled")
    small_series(folder)
    rng = np.random.default_rng(6)
    days = np.repeat(rng.lognormal(0.0, 0.4, 730), 24)
    write_hourly(folder / "prices.csv", {"plains": 30 * days, "fjord": 20 + 10 * days}, (2022, 2023))
    return folder


def with_years(count: int) -> str:
    return SMALL_YAML.replace("  weather:\n    - {name: ranch", f"  shape_years: {count}\n  weather:\n    - {{name: ranch")


def test_the_portfolio_says_how_many_years(folder, tmp_path):
    own, more = read_shapes(small(folder)), read_shapes(small(folder, with_years(6)))
    assert own.years == (2022, 2023)
    assert more.years[5] == "resampled 6 of 6, days of 2022-2023"
    assert more.price_shape.shape == more.dry_bulb_c.shape == (2, 6, 8760)
    np.testing.assert_allclose(more.price_shape.mean(axis=(1, 2)), 1.0)
    np.testing.assert_array_equal(more.mean_usd_per_mwh, own.mean_usd_per_mwh)
    np.testing.assert_allclose(more.wet_bulb_c.mean(), own.wet_bulb_c.mean(), rtol=1e-3)
    # one year only: taken as it is
    small_series(tmp_path, (2023,))
    single = read_shapes(small(tmp_path, with_years(6)))
    assert single.years == (2023,)
    np.testing.assert_array_equal(single.price_shape, read_shapes(small(tmp_path)).price_shape)


def test_memory_of_ten_zones_and_stations():
    """Twenty years of ten zones are 14 MB, and the temperatures of ten stations 28 MB; at most twice that while they are made."""
    prices = np.random.default_rng(7).gamma(2.0, 20.0, (10, 5, 8760))
    days = source_days((2019, 2020, 2021, 2022, 2023), 20)
    tracemalloc.start()
    made = resample_prices(prices, days)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert made.nbytes == 10 * 20 * 8760 * 8
    assert peak < 6 * made.nbytes


# ---- real years ----------------------------------------------------------------------------------------------------

NORDIC = ("NO1", "NO3", "SE3", "FI", "DK1")


def calendar(years):
    hours = pd.DatetimeIndex(np.concatenate([pd.date_range(f"{y}-01-01", f"{y}-12-31 23:00", freq="h") for y in years]), tz="UTC")
    return hours[~((hours.month == 2) & (hours.day == 29))]


def filled(series: pd.Series, years) -> np.ndarray:
    """Whole model years; the few missing hours from the day before or after."""
    there = series[~series.index.duplicated()].reindex(calendar(years))
    return there.fillna(there.shift(24)).fillna(there.shift(-24)).interpolate(limit_direction="both").to_numpy().reshape(-1, 8760)


@pytest.fixture(scope="module")
def nordic(shared):
    years = tuple(range(2013, 2019))
    table = pd.read_parquet(shared / "data/prices/nordpool_elspot_2013_2018.parquet").set_index("ts_utc")
    prices = np.stack([filled(table[zone], years) for zone in NORDIC])
    days = source_days(years, 20)
    level = np.repeat(ordinary_level(prices), 24, axis=2)
    return prices / level, resample_prices(prices, days, quietest_hour(prices / level)), days


def test_zones_hang_together_as_the_real_ones(nordic):
    """Correlation of every pair, year by year: the mean of resampled years lies within 0.08 of that of the real ones."""
    rest, shapes, _ = nordic

    def pairs(values):
        return np.mean([np.corrcoef(np.arcsinh(values[:, year])) for year in range(values.shape[1])], axis=0)

    assert np.abs(pairs(shapes) - pairs(rest)).max() < 0.08


def test_seams_are_rough_and_few(nordic):
    """Correlation from hour to hour where blocks meet: far below that of real nights (0.8-0.95), on 28 nights of a year.

    What this does to the persistence of a whole year is compared with bootstrap bands of real years in the tests of calibration.
    """
    rest, shapes, days = nordic
    hour = quietest_hour(rest)
    after = np.arange(24 + hour, 8760, 24)
    seam = np.diff(days, axis=1) != 1
    calm = np.arcsinh(shapes / np.median(shapes, axis=(1, 2), keepdims=True))
    for zone in calm:
        before, then = zone[:, after - 1], zone[:, after]
        assert np.corrcoef(before[~seam], then[~seam])[0, 1] > 0.75
        assert 0.0 < np.corrcoef(before[seam], then[seam])[0, 1] < 0.6
    assert seam.sum(axis=1).mean() < 30


def test_weather_and_prices_of_texas_stay_together(shared):
    """Dallas' temperature against the hub's price in 2020-2022: the same hours are still cold and dear."""
    years = (2020, 2021, 2022)
    price = pd.read_parquet(shared / "data/prices/ercot_hubavg_dam_2020_2024.parquet").set_index("ts_utc").price
    weather = pd.read_parquet(shared / "data/weather/actual_tx_dallas_2020_2022.parquet").set_index("ts_utc").dry_bulb_c
    prices, degrees = filled(price, years)[None], filled(weather, years)[None]
    days = source_days(years, 30)
    rest = prices / np.repeat(ordinary_level(prices), 24, axis=2)
    hour = quietest_hour(rest)
    shape, warmth = resample_prices(prices, days, hour)[0], resample_hours(degrees, days, hour)[0]
    real, ours = rest[0] > 50, shape > 50 * np.median(shape)
    assert real.sum() > 100
    # the event of February 2021: all its hours are cold, in the real years and in ours; about one year in three has some of it
    assert np.median(degrees[0][real]) < 0
    assert np.median(warmth[ours]) < 0
    assert 0.1 < ours.any(axis=1).mean() < 0.7
    assert warmth.mean() == pytest.approx(degrees.mean(), abs=0.5)
    # a year with it is several times as dear, and the mean over all years is the level
    means = shape.mean(axis=1)
    assert means.max() / np.median(means) > 2
    assert shape.mean() == pytest.approx(1.0)
