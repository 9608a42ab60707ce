"""Fits against closed forms and simulated truth, scores against integration, and what the real zones say, misses included."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, stats

from repower.markets.resampled import ordinary_level, quietest_hour, resample_prices, source_days
from repower.scenarios.calibration.power_calibration import calibrate_power
from repower.scenarios.calibration.power_hours import (
    autocorrelation,
    hour_statistics,
    spread_statistics,
    zone_correlations,
)
from repower.scenarios.calibration.power_levels import (
    crps_lognormal,
    fit_level,
    foretold,
    monthly_levels,
    monthly_means,
    score_level,
)
from repower.scenarios.calibration.power_years import compare_years, pseudo_years, simulated_years


def path(kept, sigma, months, rng, coefficients=(3.0, 0.2, -0.1)):
    """Means of months of an Ornstein-Uhlenbeck level with a season."""
    x = np.empty(len(months))
    x[0] = rng.standard_normal() * sigma / np.sqrt(1 - kept**2)
    for place in range(1, len(months)):
        r = kept ** (months[place] - months[place - 1])
        x[place] = r * x[place - 1] + sigma * np.sqrt((1 - r**2) / (1 - kept**2)) * rng.standard_normal()
    turn = 2 * np.pi * (months % 12) / 12
    return np.exp(coefficients[0] + coefficients[1] * np.cos(turn) + coefficients[2] * np.sin(turn) + x)


def test_likelihood_is_that_of_the_joint_normal():
    """Against scipy's multivariate normal with covariance s^2 r^|i-j| / (1 - r^2), months with a gap."""
    months = np.concatenate([np.arange(600, 625), np.arange(630, 640)])
    means = path(0.8, 0.2, months, np.random.default_rng(1))
    fit = fit_level(months, means)
    turn = 2 * np.pi * (months % 12) / 12
    middle = np.stack([np.ones(len(months)), np.cos(turn), np.sin(turn)], axis=1) @ np.array(fit.coefficients)
    apart = np.abs(months[:, None] - months[None, :])
    covariance = fit.stationary_sd**2 * fit.kept_share**apart
    joint = stats.multivariate_normal(middle, covariance)
    assert fit.log_likelihood == pytest.approx(joint.logpdf(np.log(means)), rel=1e-9)
    # and nothing near is likelier
    rng = np.random.default_rng(2)
    for _ in range(50):
        near = middle + 0.05 * rng.standard_normal(3) @ np.stack([np.ones(len(months)), np.cos(turn), np.sin(turn)])
        other = stats.multivariate_normal(near, covariance * np.exp(0.2 * rng.standard_normal()))
        assert other.logpdf(np.log(means)) <= fit.log_likelihood + 1e-9


def test_truth_is_found_in_long_series():
    months = np.arange(4000)
    fit = fit_level(months, path(0.9, 0.12, months, np.random.default_rng(3)))
    assert fit.volatility_rate == pytest.approx(0.12 * np.sqrt(12), rel=0.05)
    assert fit.kept_share == pytest.approx(0.9, abs=0.02)
    assert fit.reversion_interval[0] < np.log(1 / 3) / np.log(0.9) < fit.reversion_interval[1]
    assert fit.coefficients == pytest.approx((3.0, 0.2, -0.1), abs=0.08)
    assert fit.raised == 0


def test_months_near_zero_are_raised_and_counted():
    months = np.arange(40)
    means = path(0.8, 0.1, months, np.random.default_rng(4))
    means[[5, 6]] = (-3.0, 0.0)
    assert fit_level(months, means).raised == 2
    with pytest.raises(ValueError, match="below zero"):
        fit_level(months, -means)
    with pytest.raises(ValueError, match="18 rising months"):
        fit_level(months[:10], means[:10])


def test_monthly_numbers_of_made_up_hours():
    hours = np.arange(np.datetime64("2021-01-01T00"), np.datetime64("2021-04-01T00"))
    month = hours.astype("datetime64[M]").astype(int) - 612
    prices = 10.0 * (month + 1) + np.where(hours.astype(int) % 24 == 18, 100.0, 0.0)
    prices[month == 1] = np.where(np.arange((month == 1).sum()) < 300, np.nan, prices[month == 1])
    months, means = monthly_means(hours, prices)
    np.testing.assert_array_equal(months, [612, 614])  # February has too few hours
    np.testing.assert_allclose(means, [10 + 100 / 24, 30 + 100 / 24])
    # the ordinary level does not know of the spike at 18:00
    assert monthly_levels(hours, prices)[1][0] == pytest.approx(10.0, rel=0.15)


def test_crps_is_the_integral_of_its_definition():
    middle, spread, seen = 3.0, 0.4, np.array([5.0, 20.0, 60.0])
    law = stats.lognorm(spread, scale=np.exp(middle))
    for value, ours in zip(seen, crps_lognormal(np.full(3, middle), np.full(3, spread), seen), strict=True):
        below = integrate.quad(lambda x: law.cdf(x) ** 2, 0, value)[0]
        above = integrate.quad(lambda x: (1 - law.cdf(x)) ** 2, value, 2000, limit=200)[0]
        assert ours == pytest.approx(below + above, rel=1e-5)


def test_forecasts_of_a_true_model_are_calibrated():
    months = np.arange(6000)
    means = path(0.9, 0.12, months, np.random.default_rng(5))
    for ahead in (1, 6, 12):
        score = score_level(months, means, 3000, ahead)
        assert score.months == 3000
        assert score.covered_50 == pytest.approx(0.5, abs=0.06)
        assert score.covered_90 == pytest.approx(0.9, abs=0.04)
        assert score.crps < score.crps_unchanged
    # only what is known that long before is used
    fit = fit_level(months[:3000], means[:3000])
    moved = means.copy()
    moved[100:] *= 5
    later, middle, _ = foretold(fit, months[:200], means[:200], 6)
    assert (foretold(fit, months[:200], moved[:200], 6)[1][later < 100] == middle[later < 100]).all()


def test_hour_statistics_of_made_up_hours():
    rng = np.random.default_rng(6)
    prices = rng.gamma(4.0, 10.0, 8760)
    prices[100:103] = 1000.0
    prices[200] = 900.0
    prices[300:310] = -5.0
    ours = hour_statistics(prices)
    calm = pd.Series(np.arcsinh(prices / np.median(prices)))
    assert ours.lag_24 == pytest.approx(calm.autocorr(24), abs=1e-9)
    assert ours.skewness == pytest.approx(stats.skew(calm))
    assert ours.sd_share == pytest.approx(prices.std() / prices.mean())
    assert ours.negative_share == pytest.approx(10 / 8760)
    assert ours.spike_share == pytest.approx((prices > 4 * np.median(prices)).mean())
    holes = prices.copy()
    holes[1000:1100] = np.nan
    assert hour_statistics(holes).lag_1 == pytest.approx(pd.Series(np.arcsinh(holes / np.nanmedian(holes))).autocorr(1))
    assert autocorrelation(np.ones(100), 1) == 0.0
    with pytest.raises(ValueError, match="median price"):
        hour_statistics(-prices)


def test_a_band_covers_the_truth_as_often_as_it_says():
    """Years that are alike but for chance: another sample's mean lies in the 90 % band of the first in about four of five."""
    rng = np.random.default_rng(7)

    def years(count):
        noise = rng.standard_normal((count, 365))
        days = np.apply_along_axis(lambda e: np.convolve(e, 0.8 ** np.arange(20))[:365], 1, noise)
        return 30 * np.exp(0.3 * np.repeat(days, 24, axis=1) + 0.1 * rng.standard_normal((count, 8760)))

    inside = [x.inside for _ in range(6) for x in compare_years(years(6), years(30), draws=40) if x.statistic != "negative_share"]
    assert 0.6 < np.mean(inside) < 0.99
    # pseudo-years keep the hour of the week, and their hours come from the years
    clock = np.tile(np.arange(168.0), 53)[:8760]
    moved = pseudo_years(np.stack([clock, clock]), 5, np.random.default_rng(8))
    assert (moved[:, :8736] == clock[:8736]).all()


# ---- real zones ----------------------------------------------------------------------------------------------------

NORDIC = "nordpool_elspot_2013_2018.parquet"
ZONES = {
    "texas": ("ercot_hubavg_dam_2020_2024.parquet", "price", (2020, 2021, 2022, 2024)),
    "alberta": ("alberta_aeso_pool_2010_2019.parquet", "price", tuple(range(2011, 2020))),
    "no1": (NORDIC, "NO1", tuple(range(2013, 2019))),
    "no3": (NORDIC, "NO3", tuple(range(2013, 2019))),
    "se3": (NORDIC, "SE3", tuple(range(2013, 2019))),
    "germany": ("germany_da_2020_2022.parquet", "price", (2020, 2021, 2022)),
    "new_york": ("nyiso_capitl_dam_2020_2022.parquet", "price", (2020, 2021, 2022)),
    "virginia": ("pjm_dom_rt_2020_2022.parquet", "price", (2020, 2021, 2022)),
    "california": ("caiso_np15_dam_2020_2022.parquet", "price", (2020, 2021, 2022)),
    "ontario": ("ieso_ontario_hoep_2020_2022.parquet", "price", (2020, 2021, 2022)),
    "singapore": ("singapore_usep_2020_2022.parquet", "price", (2020, 2021, 2022)),
}


def history(shared, zone):
    file, column, years = ZONES[zone]
    series = pd.read_parquet(shared / "data/prices" / file).set_index("ts_utc")[column].astype(float).sort_index()
    return series[~series.index.duplicated()], years


def hours_and_prices(series):
    return series.index.tz_convert(None).to_numpy().astype("datetime64[h]"), series.to_numpy()


def whole(series, years):
    """[Y, 8760]; the few missing hours from the day before or after."""
    hours = pd.DatetimeIndex(np.concatenate([pd.date_range(f"{y}-01-01", f"{y}-12-31 23:00", freq="h") for y in years]), tz="UTC")
    there = series.reindex(hours[~((hours.month == 2) & (hours.day == 29))])
    return there.fillna(there.shift(24)).fillna(there.shift(-24)).interpolate(limit_direction="both").to_numpy().reshape(-1, 8760)


@pytest.mark.parametrize(
    ("zone", "volatility", "reversion"),
    [
        ("texas", 0.36, 25),
        ("alberta", 0.36, 17),
        ("no1", 0.40, 16),
        ("no3", 0.40, 13),
        ("se3", 0.39, 14),
        ("germany", 0.71, 43),
        ("new_york", 0.72, 21),
        ("virginia", 0.43, 42),
        ("california", 0.54, 53),
        ("ontario", 1.23, 5.6),
        ("singapore", 0.42, 47),
    ],
)
def test_volatility_and_reversion_of_real_levels(shared, zone, volatility, reversion):
    """What the defaults rest on. 2020-2022 alone cannot tell it from a random walk: the interval ends at the longest tried."""
    fit = calibrate_power(*hours_and_prices(history(shared, zone)[0])).level
    assert fit.volatility_rate == pytest.approx(volatility, abs=0.03)
    assert fit.reversion_months == pytest.approx(reversion, rel=0.1)
    assert fit.reversion_interval[0] < reversion < fit.reversion_interval[1]
    if zone in ("germany", "virginia", "california", "singapore", "new_york"):
        assert fit.reversion_interval[1] == pytest.approx(240.0)


#: Statistics whose simulated mean lies outside the 90 % band of the real years: 17 of 110.
OUTSIDE = {
    "alberta": {"sd_share", "lag_168", "month_spread"},
    "no3": {"skewness"},
    "se3": {"skewness"},
    "new_york": {"sd_share", "p99_share", "spike_share", "month_spread"},
    "california": {"lag_24"},
    "ontario": {"p99_share", "skewness", "spike_share", "spikes", "lag_1", "lag_168", "month_spread"},
}


@pytest.mark.parametrize("zone", ZONES)
def test_simulated_years_against_bands_of_real_ones(shared, zone):
    """Level x resampled shape. Ten statistics in eleven zones: 17 of 110 lie outside, where chance alone would put 11.

    Ontario's ordinary level fell to 6 and rose to 78 within three years, and its fitted level moves more within a year than its
    years did; New York's likewise in 2022. Alberta's week is forgotten a little too fast, and so is California's day.
    """
    series, years = history(shared, zone)
    fit = calibrate_power(*hours_and_prices(series)).level
    prices = whole(series, years)[None]
    hour = quietest_hour(prices / np.repeat(ordinary_level(prices), 24, axis=2))
    shapes = resample_prices(prices, source_days(years, 40), hour)[0]
    compared = compare_years(prices[0], simulated_years(fit, shapes), draws=60)
    assert {x.statistic for x in compared if not x.inside} == OUTSIDE.get(zone, set())


def test_levels_foretold_out_of_sample(shared):
    """Monthly means after the fitted months, 1 and 12 months ahead. In calm years the bands hold; in 2022 they did not.

    Nord Pool, fitted on 2013-2015: 90 % bands cover nine tenths of 2016-2018, and score better than "as today". Alberta, fitted
    on 2010-2014: only half of 2015-2019 a year ahead, because prices halved. Fitted on 2020-2021, a year ahead of the months of
    2022: a tenth in New York and Virginia, a third in Germany and California. Bands would have had to be 1.6 to 2.6 times as wide
    in the logarithm, which two calm years do not say: a war is a stress to be stated, not a fit.
    """
    score = {}
    for zone, fitted in (
        ("no1", 36),
        ("no3", 36),
        ("se3", 36),
        ("alberta", 60),
        ("new_york", 24),
        ("virginia", 24),
        ("germany", 24),
    ):
        months, means = monthly_means(*hours_and_prices(history(shared, zone)[0]))
        score[zone] = {ahead: score_level(months, means, fitted, ahead) for ahead in (1, 12)}
    for zone in ("no1", "no3", "se3"):
        for ahead in (1, 12):
            assert score[zone][ahead].covered_90 > 0.85
            assert score[zone][ahead].crps < 0.8 * score[zone][ahead].crps_unchanged
    assert score["alberta"][12].covered_90 == pytest.approx(0.53, abs=0.05)
    assert score["germany"][12].covered_90 < 0.5
    for zone in ("new_york", "virginia"):
        assert score[zone][1].covered_90 == pytest.approx(0.58, abs=0.1)
        assert score[zone][12].covered_90 < 0.2
        assert np.median(score[zone][12].pit) > 0.95


def test_texas_day_ahead_and_real_time(shared):
    """2024 at the hub: real time 1.3 USD/MWh cheaper in the mean, the difference spread by 60, and gone after a day."""
    ahead, _ = history(shared, "texas")
    real = pd.read_parquet(shared / "data/prices/ercot_hubavg_rt15_2024.parquet").set_index("ts_utc").price.resample("h").mean()
    both = pd.concat({"ahead": ahead, "real": real}, axis=1, join="inner")
    spread = spread_statistics(both.ahead.to_numpy(), both.real.to_numpy())
    assert spread.mean == pytest.approx(-1.28, abs=0.05)
    assert spread.sd == pytest.approx(59.6, abs=1)
    assert (spread.p01, spread.p05, spread.p95, spread.p99) == pytest.approx((-75.9, -20.1, 17.1, 67.9), abs=0.5)
    assert (spread.lag_1, spread.lag_24, spread.correlation) == pytest.approx((0.73, 0.19, 0.79), abs=0.02)
    assert (both.real < 0).mean() == pytest.approx(0.0227, abs=0.001)


def test_neighbours_hang_together(shared):
    zones = [history(shared, zone)[0] for zone in ("new_york", "virginia", "ontario")]
    table = pd.concat(zones, axis=1, join="inner").to_numpy().T
    ours = zone_correlations(table)
    theirs = np.corrcoef(np.arcsinh(table / np.median(table, axis=1, keepdims=True)))
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    assert ours[0, 1] == pytest.approx(0.75, abs=0.02)


def test_a_calibration_is_of_what_is_before_its_date(shared):
    series, _ = history(shared, "no3")
    hours, prices = hours_and_prices(series)
    early = calibrate_power(hours, prices, until=np.datetime64("2016-01-01"))
    assert early.last < np.datetime64("2016-01-01")
    assert sorted(early.by_year) == [2013, 2014, 2015]
    changed = prices.copy()
    changed[hours >= np.datetime64("2016-01-01")] = 1e4
    assert calibrate_power(hours, changed, until=np.datetime64("2016-01-01")) == early
    with pytest.raises(ValueError, match="must rise"):
        calibrate_power(hours[::-1], prices)
