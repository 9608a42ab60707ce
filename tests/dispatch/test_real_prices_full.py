"""A 100 MW site with battery, contract, gas, mines, AI load and export on years of real prices.

The contract may be resold for less than it costs to bring it in and export it, so the meter's direction decides itself;
only prices below the adder leave a battery with losses an either-or.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from raw_programme import audit, reference, relaxed_reference

from repower.dispatch import HourResult, SiteHours, balance_errors, dispatch_hours
from repower.dispatch.problem import Battery, Peaks

ADDER = 3.5
BATTERY = Battery(20.0, 20.0, 80.0, 0.92, 0.92, usd_per_mwh_discharged=4.0, start_mwh=40.0, least_end_mwh=40.0)
FILES = {
    "texas": ("ercot_hubavg_dam_2020_2024.parquet", "price"),
    "alberta": ("alberta_aeso_pool_2010_2019.parquet", "price"),
    "germany": ("germany_da_2020_2022.parquet", "price"),
    "finland": ("nordpool_elspot_2013_2018.parquet", "FI"),
    "norway": ("nordpool_no3_2021.parquet", "price"),
    "new york": ("nyiso_capitl_dam_2020_2022.parquet", "price"),
    "california": ("caiso_np15_dam_2020_2022.parquet", "price"),
}


def prices(shared, name: str, period: str) -> pd.Series:
    file, column = FILES[name]
    table = pd.read_parquet(shared / "data" / "prices" / file)
    return table.set_index("ts_utc")[column].dropna().loc[period]


def site_of(price: pd.Series) -> SiteHours:
    hours = len(price)
    day = np.sin(2 * np.pi * price.index.hour.to_numpy() / 24)
    ai = 20.0 + 2.0 * day
    return SiteHours(
        market_price_usd_per_mwh=price.to_numpy(dtype=np.float64),
        adder_usd_per_mwh=ADDER,
        import_limit_mw=np.full(hours, 100.0),
        ppa_mw=np.full((1, hours), 40.0),
        ppa_price_usd_per_mwh=np.full((1, hours), 42.0),
        ppa_must_take_share=np.array([0.7]),
        ppa_resale=np.array([True]),
        ppa_resale_fee_usd_per_mwh=np.array([1.0]),
        generator_mw=np.full((1, hours), 20.0),
        generator_cost_usd_per_mwh=np.full((1, hours), 60.0),
        tier_mw=np.full((3, hours), 25.0),
        tier_value_usd_per_mwh=np.repeat([[120.0], [95.0], [70.0]], hours, axis=1),
        ai_mw=ai,
        export_limit_mw=np.full(hours, 60.0),
        export_fee_usd_per_mwh=2.0,
        flexible_mw=0.25 * ai,
        flexible_usd_per_mwh=250.0,
        reserve_usd_per_mw_hour=3.0,
        reserve_max_share=0.5,
        reserve_called_share=0.004,
        batteries=(BATTERY,),
    )


def by_month(price: pd.Series, usd_per_mw: float) -> Peaks:
    month = price.index.month.to_numpy().astype(np.int64) - 1
    return Peaks(month, np.full(12, usd_per_mw), np.eye(12))


def sound(site: SiteHours, result: HourResult) -> None:
    found = audit(site, result)
    assert found.breach < 1e-7
    assert result.certificate.objective_usd == pytest.approx(found.objective, rel=1e-11)
    assert result.certificate.bound_usd >= result.certificate.objective_usd - 1e-12 * found.scale_usd
    assert (np.minimum(result.charge_mw, result.discharge_mw) == 0).all()
    errors = balance_errors(site, result)
    assert errors.energy_mw.max() < 1e-7
    assert errors.total_share < 1e-11


@pytest.mark.parametrize(
    ("name", "year"),
    [("texas", "2021"), ("alberta", "2018"), ("finland", "2018"), ("norway", "2021")],
)
def test_a_year_against_a_linear_programme(shared, name, year):
    price = prices(shared, name, year)
    assert len(price) > 8700
    assert (price > -ADDER).all()  # no either-or
    site = site_of(price)
    best, result = relaxed_reference(site), dispatch_hours(site)
    sound(site, result)
    assert result.certificate.objective_usd == pytest.approx(best.objective, rel=1e-9)
    assert result.certificate.bound_usd >= best.objective * (1 - 1e-9 * np.sign(best.objective))
    assert result.certificate.gap <= 1e-9


@pytest.mark.parametrize(("name", "usd_per_mw"), [("texas", 5_000.0), ("norway", 10_000.0)])
def test_months_with_demand_charges_against_a_linear_programme(shared, name, usd_per_mw):
    price = prices(shared, name, slice("2021-01", "2021-05"))
    site = replace(site_of(price), peaks=by_month(price, usd_per_mw))
    best, result = relaxed_reference(site), dispatch_hours(site)
    sound(site, result)
    assert result.certificate.objective_usd == pytest.approx(best.objective, rel=1e-7)
    assert result.certificate.gap <= 1e-7
    assert result.demand_charge_usd == pytest.approx(usd_per_mw * result.peak_mw)


@pytest.mark.parametrize(("month", "burns"), [("2020-02", False), ("2020-04", True), ("2020-07", True), ("2021-05", True)])
def test_months_with_negative_prices_against_branch_and_bound(shared, month, burns):
    """The connection of 250 MW has room to spare; in three of the months a programme without either-or burns energy."""
    price = prices(shared, "germany", month)
    site = replace(site_of(price), import_limit_mw=np.full(len(price), 250.0))
    best, result = reference(site), dispatch_hours(site)
    sound(site, result)
    assert result.certificate.objective_usd == pytest.approx(best.objective, rel=1e-9)
    assert result.certificate.bound_usd >= best.objective * (1 - 1e-9 * np.sign(best.objective))
    assert (relaxed_reference(site).objective > best.objective * (1 + 1e-6)) == burns


@pytest.mark.parametrize("name", list(FILES))
def test_every_year_balances_and_is_proven(shared, name):
    series = prices(shared, name, slice(None))
    years = sorted({int(year) for year in series.index.year})
    full = [year for year in years if len(series.loc[str(year)]) > 8600]
    assert full
    for year in full:
        price = series.loc[str(year)]
        site = site_of(price)
        result = dispatch_hours(site)
        sound(site, result)
        assert result.certificate.gap <= (1e-9 if (price > -ADDER).all() else 1e-4)
        alone = dispatch_hours(replace(site, batteries=()))
        assert result.certificate.objective_usd > alone.certificate.objective_usd


def test_in_the_storm_the_mines_are_off_and_the_battery_earns_its_year(shared):
    """Texas, February 2021: thousands of USD/MWh for days; what the battery earns by the day follows the price."""
    price = prices(shared, "texas", "2021")
    site = site_of(price)
    result = dispatch_hours(site)
    storm = (price > 1000).to_numpy()
    assert storm.sum() > 48
    assert (result.unserved_mw == 0).all()
    assert (result.spot_mw[storm] == 0).all()
    assert (result.tier_mw[:, storm] == 0).all()
    assert result.flexed_mw[storm] == pytest.approx(site.flexible_mw[storm])
    assert (result.generation_mw[0, storm] == 20).all()
    # Gas and battery carry the load, so that all of the contract is sold.
    assert result.ppa_resold_mw[0, storm].mean() > 35

    bought, sold = result.charge_mw[0], result.discharge_mw[0]
    earned = pd.Series((sold - bought) * price.to_numpy(), index=price.index).resample("D").sum()
    spread = price.resample("D").agg(lambda day: day.max() - day.min())
    assert earned.idxmax().strftime("%Y-%m") == "2021-02"
    dearest = spread.nlargest(15).index
    assert set(earned.nlargest(3).index) <= set(dearest)
    assert earned[dearest].sum() > earned.sum() / 3


def test_a_battery_buys_cheap_and_sells_dear(shared):
    """Over a year the mean price sold pays for the mean price bought, the losses and the wear; every MWh is accounted for."""
    price = prices(shared, "finland", "2018")
    site = site_of(price)
    result = dispatch_hours(site)
    bought, sold = result.charge_mw[0].sum(), result.discharge_mw[0].sum()
    assert sold > 5000
    end = result.stored_mwh[0, -1]
    assert 0.92 * bought - sold / 0.92 == pytest.approx(end - 40.0, abs=1e-6)
    cost = (result.charge_mw[0] * price).sum() / bought
    income = (result.discharge_mw[0] * price).sum() / sold
    assert income > cost / 0.92**2 + 4.0
    cycles = sold / 80.0
    assert 50 < cycles < 700
