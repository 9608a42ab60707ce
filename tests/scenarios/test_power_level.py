"""The level by month against closed forms: means, variances, what gas, load, season and carbon add."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.horizon import HOURS_IN_MONTH, Horizon, Month
from repower.portfolio import CarbonPrice, LoadGrowth, PowerMarket
from repower.scenarios import power_level
from repower.scenarios.draws import Draws
from small_series import small

COUNT = 20_000
HORIZON = Horizon(Month.parse("2027-01"), 61)
ONES = np.ones((COUNT, 61))


def market(**fields) -> PowerMarket:
    return PowerMarket(name="z", series="p.csv", **fields)


def shocks(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((COUNT, 61))


def test_the_mean_follows_the_trend_in_every_month_with_all_parts():
    full = market(
        escalator_rate=0.03,
        volatility_rate=0.4,
        reversion_months=18,
        gas_share=0.6,
        load_growth=LoadGrowth(rate=0.02, response=1.5, months=24),
        season=(1.2, 1.2, 1.1, 1.0, 1.0, 0.8, 0.8, 0.8, 0.8, 1.0, 1.1, 1.2),
        carbon=CarbonPrice(usd_per_t=50, from_="2029-01"),
    )
    gas = power_level.factor_of_mean_one(shocks(3), 0.5, 12)
    level = power_level.power_level_usd_per_mwh(full, 50.0, HORIZON, shocks(2), gas)
    trend = power_level.power_trend_usd_per_mwh(full, 50.0, HORIZON)
    error = level.std(axis=0) / np.sqrt(COUNT)
    assert (np.abs(level.mean(axis=0) - trend) <= 4.5 * error + 1e-9).all()
    assert level.min() > 0


def test_without_the_new_parts_it_is_the_plain_reverting_level():
    """Closed form: trend of the escalator, lognormal with variance s^2/12 (1 - r^(2m)) / (1 - r^2), whatever gas does."""
    plain = market(escalator_rate=0.03, volatility_rate=0.4, reversion_months=18)
    trend = power_level.power_trend_usd_per_mwh(plain, 50.0, HORIZON)
    assert trend[:12].mean() == pytest.approx(50.0)
    np.testing.assert_allclose(trend[60] / trend[0], 1.03**5)
    level = power_level.power_level_usd_per_mwh(plain, 50.0, HORIZON, shocks(2), 7.0 * ONES)
    kept = (1 / 3) ** (1 / 18)
    variance = 0.4**2 / 12 * (1 - kept ** (2 * np.arange(61))) / (1 - kept**2)
    np.testing.assert_allclose(np.log(level / trend).var(axis=0), variance, rtol=5 * np.sqrt(2 / COUNT), atol=1e-12)
    np.testing.assert_allclose(np.log(level / trend).mean(axis=0), -variance / 2, atol=5 * np.sqrt(variance.max() / COUNT))


def test_a_share_follows_gas():
    """With gas twice as dear as expected, a zone of share w costs 1 + w of its level, one without the level."""
    for share in (0.0, 0.25, 1.0):
        calm = market(volatility_rate=0.0, gas_share=share)
        level = power_level.power_level_usd_per_mwh(calm, 40.0, HORIZON, 0 * ONES, 2.0 * ONES)
        trend = power_level.power_trend_usd_per_mwh(calm, 40.0, HORIZON)
        np.testing.assert_allclose(level[0], (1 + share) * trend)


def test_load_growth_raises_the_level_until_supply_has_followed():
    grown = market(escalator_rate=0.0, load_growth=LoadGrowth(rate=0.03, response=2.0, months=36))
    trend = power_level.power_trend_usd_per_mwh(grown, 50.0, HORIZON)
    assert trend[:12].mean() == pytest.approx(50.0)
    assert trend[36] / trend[0] == pytest.approx(1.03**6)
    np.testing.assert_allclose(trend[36:], trend[36])


@given(
    season=st.lists(st.floats(0.1, 5.0), min_size=12, max_size=12),
    start=st.integers(0, 11),
)
def test_a_season_keeps_the_mean_over_the_hours_of_a_year(season, start):
    horizon = Horizon(Month.parse("2027-01") + start, 24)
    ours = power_level.season(market(season=tuple(season)), horizon)
    weights = np.array(HOURS_IN_MONTH)[horizon.calendar_months()]
    for first in (0, 5, 12):
        assert np.average(ours[first : first + 12], weights=weights[first : first + 12]) == pytest.approx(1.0)
    # calendar months keep their proportions
    january, august = (horizon.calendar_months().index(month) for month in (0, 7))
    assert ours[august] / ours[january] == pytest.approx(season[7] / season[0])


def test_a_hydro_state_is_short_in_winter():
    """Surplus from June to September, short from December to March."""
    bhutan = market(escalator_rate=0.0, season=(1.3, 1.3, 1.3, 1.0, 0.9, 0.7, 0.6, 0.6, 0.7, 0.9, 1.0, 1.3))
    trend = power_level.power_trend_usd_per_mwh(bhutan, 45.0, HORIZON)
    assert trend[[0, 1, 2, 11]].min() > 1.4 * trend[[5, 6, 7, 8]].max()
    assert np.average(trend[:12], weights=HOURS_IN_MONTH) == pytest.approx(45.0)


def test_carbon_is_price_times_emission_from_its_month_on():
    taxed = market(
        escalator_rate=0.0,
        carbon=CarbonPrice(usd_per_t=80, from_="2028-01", marginal_t_per_mwh=0.4, passed_on_share=0.5, escalator_rate=0.1),
    )
    added = power_level.power_trend_usd_per_mwh(taxed, 50.0, HORIZON) - power_level.power_trend_usd_per_mwh(
        market(escalator_rate=0.0), 50.0, HORIZON
    )
    np.testing.assert_allclose(added[:12], 0.0, atol=1e-12)
    assert added[12] == pytest.approx(80 * 0.4 * 0.5 * 1.1)
    assert added[24] == pytest.approx(80 * 0.4 * 0.5 * 1.1**2)
    always = power_level.carbon_usd_per_mwh(market(carbon=CarbonPrice(usd_per_t=80)), HORIZON)
    np.testing.assert_allclose(always, 32.0)


def test_zones_share_gas_and_their_own_part_stays_their_own(tmp_path):
    """Two zones that differ in their share only: with own volatility 0, one is a straight line of the other."""
    markets = small(tmp_path).markets
    calm = tuple(
        zone.model_copy(update={"volatility_rate": 0.0, "gas_share": share, "escalator_rate": 0.0})
        for zone, share in zip(markets.power, (0.8, 0.2), strict=True)
    )
    markets = markets.model_copy(update={"power": calm})
    draws = Draws(3, 500, 61, markets.correlations)
    levels = power_level.draw(markets, (40.0, 40.0), HORIZON, draws)
    np.testing.assert_allclose(levels[:, 0] / 40 - 1, 4 * (levels[:, 1] / 40 - 1), atol=1e-9)
    assert levels[:, 0, 48].std() > 5
    np.testing.assert_allclose(power_level.central(markets, (40.0, 40.0), HORIZON), 40.0)
