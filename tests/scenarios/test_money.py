"""Base rate, prices and currencies against closed forms; currencies against twelve years of the European Central Bank's rates."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from repower.markets.shapes import read_shapes
from repower.portfolio import BaseRate, Correlation, Currency, Inflation, Money
from repower.scenarios import base, money, sample
from repower.scenarios.calibration.money import fit_currencies, score
from repower.scenarios.draws import Draws
from small_portfolio import SMALL_YAML
from small_series import small, small_series

COUNT, MONTHS = 20_000, 121


def shocks(seed):
    return np.random.default_rng(seed).standard_normal((COUNT, MONTHS))


def test_base_rate_is_normal_about_its_way_to_the_level():
    """Vasicek in months: mean and variance in closed form."""
    rate = BaseRate(start_rate=0.06, long_run_rate=0.03, volatility_rate=0.01, reversion_months=30)
    path = money.base_rate_path(rate, shocks(1))
    left = 3.0 ** (-1 / 30)
    month = np.arange(MONTHS)
    assert (path[:, 0] == 0.06).all()
    mean = 0.03 + 0.03 * left**month
    deviation = np.sqrt(0.01**2 / 12 * (1 - left ** (2 * month)) / (1 - left**2))
    np.testing.assert_allclose(money.central_base_rate(rate, MONTHS), mean)
    assert (np.abs(path.mean(axis=0) - mean) <= 4.5 * deviation / np.sqrt(COUNT) + 1e-12).all()
    np.testing.assert_allclose(path.std(axis=0)[1:], deviation[1:], rtol=5 / np.sqrt(2 * COUNT))
    assert stats.kstest((path[:, 60] - mean[60]) / deviation[60], "norm").pvalue > 1e-4


def test_the_median_index_is_that_without_shocks():
    inflation = Inflation(volatility_rate=0.015, reversion_months=24)
    index = money.price_index(0.025, inflation, shocks(2))
    assert (index[:, :2] == [1.0, 1.025 ** (1 / 12)]).all()  # what prices did in the first month is known
    logs, expected = np.log(index), np.arange(MONTHS) / 12 * np.log(1.025)
    deviation = logs.std(axis=0)
    assert (np.abs(logs.mean(axis=0) - expected) <= 4.5 * deviation / np.sqrt(COUNT) + 1e-12).all()
    # the index of month 60 is the sum of the deviations of months 0 to 59: their covariances
    left, month = 3.0 ** (-1 / 24), np.arange(60)
    variance = 0.015**2 / 12 * (1 - left ** (2 * month)) / (1 - left**2)
    covariance = variance[np.minimum.outer(month, month)] * left ** np.abs(np.subtract.outer(month, month))
    assert deviation[60] == pytest.approx(np.sqrt(covariance.sum()) / 12, rel=5 / np.sqrt(2 * COUNT))
    assert money.price_index(0.025, Inflation(volatility_rate=0.0), shocks(2))[0] == pytest.approx(
        1.025 ** (np.arange(MONTHS) / 12)
    )


@pytest.mark.parametrize("months", [None, 36])
def test_the_mean_of_a_currency_follows_its_drift(months):
    currency = Currency(name="NOK", usd_per_unit=0.1, drift_rate=0.01, volatility_rate=0.15, reversion_months=months)
    worth = money.usd_per_unit(currency, shocks(3))
    assert (worth[:, 0] == 0.1).all()
    expected = 0.1 * 1.01 ** (np.arange(MONTHS) / 12)
    assert (np.abs(worth.mean(axis=0) - expected) <= 4.5 * worth.std(axis=0) / np.sqrt(COUNT) + 1e-12).all()
    spread = np.log(worth[:, 120]).std()
    left = 3.0 ** (-1 / 36)
    closed = 0.15 * np.sqrt(10) if months is None else 0.15 / np.sqrt(12) * np.sqrt((1 - left**240) / (1 - left**2))
    assert spread == pytest.approx(closed, rel=5 / np.sqrt(2 * COUNT))


def test_currencies_share_the_dollar():
    """Correlation sqrt(share_i share_j); a currency more changes no other."""
    both = Money(
        currencies=(
            Currency(name="NOK", usd_per_unit=0.1, common_share=0.6),
            Currency(name="CAD", usd_per_unit=0.7, common_share=0.5),
        )
    )
    draws = Draws(4, 2000, 120)
    changes = np.diff(np.log(money.draw_currencies(both, draws)), axis=2)
    found = np.corrcoef(changes[:, 0].ravel(), changes[:, 1].ravel())[0, 1]
    assert found == pytest.approx(np.sqrt(0.3), abs=4.5 / np.sqrt(2000 * 119))
    alone = money.draw_currencies(Money(currencies=both.currencies[1:]), draws)
    np.testing.assert_array_equal(alone[:, 0], money.draw_currencies(both, draws)[:, 1])
    assert money.draw_currencies(Money(), draws).shape == (2000, 0, 120)


# ---- in the scenarios -----------------------------------------------------------------------------------------------------

WITH_NOK = SMALL_YAML.replace("{name: fjord, series: prices.csv}", "{name: fjord, series: prices.csv, currency: NOK}").replace(
    "  correlations:\n", "  money: {currencies: [{name: NOK, usd_per_unit: 0.1, volatility_rate: 0.12}]}\n  correlations:\n", 1
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("money")
    small_series(folder)
    return folder


def test_power_in_a_currency(folder):
    """The file's mean of 25 is in NOK, so 2.5 USD; the level moves with the currency, and its mean does not."""
    plain, priced = small(folder), small(folder, WITH_NOK)
    shapes = read_shapes(plain)
    before, after = sample(plain, 4000, 5, shapes), sample(priced, 4000, 5, shapes)
    np.testing.assert_array_equal(before.power_level_usd_per_mwh[:, 0], after.power_level_usd_per_mwh[:, 0])
    worth = after.usd_per_unit.sel(currency="NOK")
    expected = 0.1 * before.power_level_usd_per_mwh[:, 1] * worth / 0.1
    np.testing.assert_allclose(after.power_level_usd_per_mwh[:, 1], expected)
    centre = base(priced, shapes).power_level_usd_per_mwh[0, 1]
    assert float(centre[:12].mean()) == pytest.approx(2.5)
    level = after.power_level_usd_per_mwh[:, 1]
    assert (np.abs(level.mean("scenario") - centre) <= 5 * level.std("scenario") / np.sqrt(4000) + 1e-12).all()
    given_in_usd = small(folder, WITH_NOK.replace("prices.csv, currency", "prices.csv, level_usd_per_mwh: 25, currency"))
    assert float(base(given_in_usd, shapes).power_level_usd_per_mwh[0, 1, :12].mean()) == pytest.approx(25)


def test_base_is_without_luck(folder):
    data = base(small(folder, WITH_NOK))
    np.testing.assert_allclose(data.base_rate[0], 0.045)
    np.testing.assert_allclose(data.price_index[0], 1.025 ** (np.arange(120) / 12))
    np.testing.assert_allclose(data.usd_per_unit[0, 0], 0.1)


def test_rates_and_prices_hang_together_as_asked():
    draws = Draws(6, 3000, 60, (Correlation(between=("rate", "inflation"), value=0.5),))
    assert np.corrcoef(draws.shocks("rate").ravel(), draws.shocks("inflation").ravel())[0, 1] == pytest.approx(0.5, abs=0.01)


# ---- on history --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rates(shared):
    """USD per unit at the end of every month, 2012-2023."""
    days = pd.read_parquet(shared / "data/fx/ecb_eurofx_daily_2012_2023.parquet")
    days.index = pd.DatetimeIndex(pd.to_datetime(days.date))
    worth = pd.DataFrame(
        {"EUR": days.USD} | {code: days.USD / days[code] for code in days.columns if code not in ("USD", "date")}
    )
    return worth.groupby(worth.index.strftime("%Y-%m")).last()


@pytest.fixture(scope="module")
def fitted(rates):
    return fit_currencies(rates[:"2019-12"].T.to_numpy())


def test_the_fit_behind_the_defaults(rates, fitted):
    volatility = dict(zip(rates.columns, fitted.volatility_rate, strict=True))
    for code, expected in {"NOK": 0.10, "SEK": 0.09, "CAD": 0.08, "INR": 0.08, "EUR": 0.07, "SGD": 0.05}.items():
        assert volatility[code] == pytest.approx(expected, abs=0.005)
    share = dict(zip(rates.columns, fitted.common_share, strict=True))
    for code, expected in {"SGD": 0.84, "NOK": 0.67, "EUR": 0.67, "CAD": 0.53, "INR": 0.19}.items():
        assert share[code] == pytest.approx(expected, abs=0.01)
    assert fitted.misfit == pytest.approx(0.084, abs=0.002)
    late = np.diff(np.log(rates["2019-12":]["NOK"])).std(ddof=1) * np.sqrt(12)
    assert late == pytest.approx(0.15, abs=0.003)


def test_a_random_walk_told_2020_to_2023_better_than_a_return_to_the_mean(rates, fitted):
    """Fitted to 2012-2019. Over twelve currencies: CRPS in logarithms, and what came inside the central 90 %.

    The bands are a little narrow (85-87 %), and far too narrow for the krone at a month (67 %), which 2020 moved by a third more.
    """
    seen, new = rates[:"2019-12"], rates["2019-12":]
    found = {}
    for horizon in (1, 3, 12):
        scores = [
            (
                score(new[code].to_numpy(), volatility, horizon, None),
                score(new[code].to_numpy(), volatility, horizon, (float(np.exp(np.log(seen[code]).mean())), 36.0)),
            )
            for code, volatility in zip(rates.columns, fitted.volatility_rate, strict=True)
        ]
        walk, returns = ([pair[side] for pair in scores] for side in (0, 1))
        found[horizon] = tuple(
            float(np.mean(values))
            for values in (
                [one.crps for one in walk],
                [one.crps_no_change for one in walk],
                [one.crps for one in returns],
                [one.coverage for one in walk],
            )
        )
    assert found[1] == pytest.approx((0.0136, 0.0189, 0.0138, 0.854), abs=0.001)
    assert found[3] == pytest.approx((0.0230, 0.0315, 0.0244, 0.861), abs=0.001)
    assert found[12] == pytest.approx((0.0469, 0.0668, 0.0546, 0.869), abs=0.001)
    krone = score(new["NOK"].to_numpy(), 0.0991, 1, None)
    assert krone.coverage == pytest.approx(0.67, abs=0.01)


@given(st.floats(0.02, 0.3), st.floats(-0.2, 0.2))
def test_crps_is_the_integral_of_its_definition(volatility, moved):
    """Integral over x of (F(x) - [x >= what came])**2, and the band of what lies within 1.645 deviations."""
    found = score(np.array([1.0, np.exp(moved)]), volatility, 1, None)
    sigma = volatility / np.sqrt(12)
    low = quad(lambda x: stats.norm.cdf(x / sigma) ** 2, -10 * sigma + min(0, moved), moved)[0]
    high = quad(lambda x: stats.norm.sf(x / sigma) ** 2, moved, 10 * sigma + max(0, moved))[0]
    assert found.crps == pytest.approx(low + high, rel=1e-3, abs=1e-9)
    assert found.coverage == float(abs(moved) <= stats.norm.ppf(0.95) * sigma)
