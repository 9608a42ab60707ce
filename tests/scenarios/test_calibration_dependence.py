"""Fitting of dependence: known answers on made shocks, and what real months say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from repower.portfolio import Markets
from repower.scenarios.calibration.dependence import correlations, level_shocks, shares, tail_fit
from repower.scenarios.reverting import reverting

NORDIC = ("NO1", "NO2", "NO3", "NO4", "NO5", "SE1", "SE3", "FI", "DK1")
AMERICAN = ("caiso_np15_dam", "ercot_hubavg_dam", "ieso_ontario_hoep", "nyiso_capitl_dam", "pjm_dom_rt")


def test_shocks_are_found_again():
    """Shocks of a level that returns, with trend and season: what comes out correlates with what went in."""
    shocks = np.random.default_rng(1).standard_normal((1, 120))
    path = reverting(shocks, 0.5, 12.0)[0][0]
    level = 40 * np.exp(0.002 * np.arange(120) + 0.2 * np.cos(2 * np.pi * np.arange(120) / 12) + path)
    found = level_shocks(level)
    assert np.corrcoef(found, shocks[0, 1:])[0, 1] > 0.95
    assert abs(found.mean()) < 1e-9
    for bad in (level[:5], -level):
        with pytest.raises(ValueError, match="twelve months"):
            level_shocks(bad)


def test_intervals_hold_the_correlation():
    """Of 200 intervals from 36 months of correlation 0.5, about 95 % hold it; Fisher's z says the same width."""
    rng = np.random.default_rng(2)
    held, width = 0, []
    for _ in range(200):
        z = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], 36)
        found = correlations(z, repeats=400)
        held += int(found.low[0, 1] <= 0.5 <= found.high[0, 1])
        width.append(found.high[0, 1] - found.low[0, 1])
    assert 0.87 < held / 200 <= 1.0
    fisher = np.tanh(np.arctanh(0.5) + 1.96 / np.sqrt(33)) - np.tanh(np.arctanh(0.5) - 1.96 / np.sqrt(33))
    assert np.mean(width) == pytest.approx(fisher, rel=0.15)


def test_heavy_joint_tails_are_told_from_normal_ones():
    rng = np.random.default_rng(3)
    matrix = np.array([[1, 0.5, 0.3], [0.5, 1, 0.4], [0.3, 0.4, 1]])
    joint = tail_fit(stats.multivariate_t(shape=matrix, df=4, seed=4).rvs(1500))
    assert 3 <= joint.degrees <= 6
    assert joint.gain > 20
    assert joint.low <= 4 <= joint.high
    normal = tail_fit(rng.multivariate_normal(np.zeros(3), matrix, 1500))
    assert normal.degrees >= 50
    assert normal.gain < 1.92
    assert normal.high == np.inf


def test_shares_by_region():
    value = np.array([[1, 0.7, 0.1], [0.7, 1, 0.2], [0.1, 0.2, 1]])
    assert shares(value, ("n", "n", "s")) == (pytest.approx(0.7), pytest.approx(0.15))
    assert np.isnan(shares(value, ("a", "b", "c"))[0])


def _months(frame):
    """Mean price of each month that is nearly whole."""
    hours = frame.set_index("ts_utc").resample("MS")
    return hours.mean()[hours.count().iloc[:, 0] > 500]


def _shocks(pd, levels):
    series = {name: pd.Series(level_shocks(level.to_numpy()), level.index[1:]) for name, level in levels.items()}
    return pd.concat(series, axis=1, join="inner").dropna()


@pytest.fixture(scope="module")
def nordic(shared):
    pd = pytest.importorskip("pandas")
    months = _months(pd.read_parquet(shared / "data/prices/nordpool_elspot_2013_2018.parquet"))
    alberta = _months(pd.read_parquet(shared / "data/prices/alberta_aeso_pool_2010_2019.parquet"))["price"]
    return _shocks(pd, {name: months[name] for name in NORDIC} | {"alberta": alberta})


@pytest.fixture(scope="module")
def later(shared):
    pd = pytest.importorskip("pandas")
    levels = {}
    for name in (*AMERICAN, "germany_da", "singapore_usep"):
        years = "2020_2024" if name.startswith("ercot") else "2020_2022"
        levels[name] = _months(pd.read_parquet(shared / f"data/prices/{name}_{years}.parquet"))["price"][:"2022-12"]
    return _shocks(pd, levels)


def test_zones_of_a_region_move_together_and_regions_do_not(nordic, later):
    """The defaults of power_region_share and power_common_share are of these months."""
    first, second = correlations(nordic.to_numpy()), correlations(later.to_numpy())
    assert (first.months, second.months) == (71, 35)
    within_north, across_north = shares(first.value, ("north",) * 9 + ("alberta",))
    within_america, across = shares(second.value, ("america",) * 5 + ("germany", "singapore"))
    assert within_north == pytest.approx(0.78, abs=0.005)
    assert across_north == pytest.approx(0.10, abs=0.01)
    assert within_america == pytest.approx(0.47, abs=0.01)
    assert across == pytest.approx(0.12, abs=0.02)
    facts = Markets.model_fields
    assert within_america < facts["power_region_share"].default < within_north
    assert facts["power_common_share"].default == pytest.approx((across_north + across) / 2, abs=0.03)
    # regions apart are within what chance would show; neighbours are not
    assert (first.low[:9, 9] < 0).all()
    assert (first.low[:9, :9] > 0.3).all()


def test_extremes_of_factors_do_not_come_together_more_than_normal_ones(shared, later):
    """Of bitcoin, exchange rates and power of far regions no history asks for a t copula, so shocks are normal."""
    pd = pytest.importorskip("pandas")
    price = pd.read_parquet(shared / "data/bitcoin/btc_daily_2016_2023.parquet").set_index("date")["price_usd"]
    price.index = pd.to_datetime(price.index).tz_localize(None)
    rates = pd.read_parquet(shared / "data/fx/ecb_eurofx_daily_2012_2023.parquet").set_index("date")
    rates.index = pd.to_datetime(rates.index).tz_localize(None)
    frame = pd.DataFrame({"btc": np.log(price.resample("MS").last()).diff()})
    for name in ("NOK", "CAD", "SGD", "INR"):
        frame[name] = np.log((rates["USD"] / rates[name]).resample("MS").last()).diff()
    money = frame.dropna()
    assert tail_fit(money.to_numpy()).gain < 1.92
    found = correlations(money.to_numpy())
    assert found.value[0, 1:].mean() == pytest.approx(0.19, abs=0.05)
    far = later[["ercot_hubavg_dam", "germany_da", "singapore_usep"]].copy()
    far.index = far.index.tz_localize(None)
    joined = far.join(money["btc"], how="inner")
    assert tail_fit(joined.to_numpy()).gain < 1.92
    # bitcoin and power: every interval holds 0, so their correlation stays a judgement
    power = correlations(joined.to_numpy())
    assert (power.low[3, :3] < 0).all()
    assert (power.high[3, :3] > 0).all()
