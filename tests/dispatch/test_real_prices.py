"""A 100 MW site on real day-ahead prices: the Texan storm of February 2021, Norway, and Germany's negative hours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dispatch_sites import raw_lp_margin, turnover_usd

from repower.dispatch import SiteHours, balance_errors, dispatch_hours

FILES = {
    "ercot": "ercot_hubavg_dam_2020_2024.parquet",
    "norway": "nordpool_no3_2021.parquet",
    "germany": "germany_da_2020_2022.parquet",
}


def prices(shared, name: str) -> pd.Series:
    table = pd.read_parquet(shared / "data" / "prices" / FILES[name])
    if "ts_utc" in table:
        table = table.set_index("ts_utc")
    return table["price"].dropna()


def site_of(price: np.ndarray) -> SiteHours:
    """40 MW of contract with resale, 20 MW of gas, 20 MW of AI with a daily swing, three generations of miners."""
    hours = len(price)
    day = np.sin(2 * np.pi * np.arange(hours) / 24)
    return SiteHours(
        market_price_usd_per_mwh=price,
        adder_usd_per_mwh=3.5,
        import_limit_mw=np.full(hours, 100.0),
        ppa_mw=np.full((1, hours), 40.0),
        ppa_price_usd_per_mwh=np.full((1, hours), 42.0),
        ppa_must_take_share=np.array([0.7]),
        ppa_resale=np.array([True]),
        ppa_resale_fee_usd_per_mwh=np.array([1.0]),
        generator_mw=np.full((1, hours), 20.0),
        generator_cost_usd_per_mwh=np.full((1, hours), 60.0),
        tier_mw=np.full((3, hours), 30.0),
        tier_value_usd_per_mwh=np.repeat([[120.0], [95.0], [70.0]], hours, axis=1),
        ai_mw=20.0 + 2.0 * day,
    )


@pytest.mark.parametrize(
    ("name", "months"),
    [("ercot", ["2021-02", "2021-07"]), ("norway", ["2021-01", "2021-12"]), ("germany", ["2020-04", "2022-12"])],
)
def test_months_of_real_prices_against_a_linear_programme(shared, name, months):
    series = prices(shared, name)
    for month in months:
        price = series.loc[month].to_numpy(dtype=np.float64)
        assert len(price) > 600
        site = site_of(price)
        best = raw_lp_margin(site)
        margin = dispatch_hours(site).margin_usd
        assert np.abs(margin - best).max() <= 1e-9 * turnover_usd(site)
        assert margin.sum() == pytest.approx(best.sum(), rel=1e-9)


@pytest.mark.parametrize("name", list(FILES))
def test_every_hour_of_every_year_balances(shared, name):
    site = site_of(prices(shared, name).to_numpy(dtype=np.float64))
    result = dispatch_hours(site)
    errors = balance_errors(site, result)
    assert len(errors.energy_mw) >= 8760
    assert errors.energy_mw.max() < 1e-9
    assert errors.money_share.max() < 1e-12


def test_in_the_storm_the_site_sells_its_contract_and_lives_on_gas(shared):
    """At thousands of USD/MWh all contract energy that the AI load does not need is sold; mines have what gas has to spare."""
    price = prices(shared, "ercot").loc["2021-02-15":"2021-02-17"].to_numpy(dtype=np.float64)
    site = site_of(price)
    result = dispatch_hours(site)
    storm = price > 1000
    assert storm.sum() > 48
    assert (result.unserved_mw == 0).all()
    assert (result.spot_mw[storm] == 0).all()
    assert (result.generation_mw[0, storm] == 20).all()
    spare = 20 - site.ai_mw[storm]
    assert result.tier_mw.sum(axis=0)[storm] == pytest.approx(np.maximum(spare, 0), abs=1e-12)
    assert result.ppa_resold_mw[0, storm] == pytest.approx(40 + np.minimum(spare, 0), abs=1e-12)


def test_when_prices_are_negative_all_load_runs_on_spot(shared):
    price = prices(shared, "germany").to_numpy(dtype=np.float64)
    result = dispatch_hours(site_of(price))
    negative = price < -3.5
    assert negative.sum() > 100
    assert result.spot_mw[negative] == pytest.approx(100.0, abs=1e-9)
    assert (result.ppa_delivered_mw[:, negative] == 0).all()
    assert (result.ppa_taken_mw[0, negative] == 28.0).all()
