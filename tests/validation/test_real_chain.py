"""The whole chain on real data: Texan prices with the storm of February 2021, a Norwegian zone, real weather, real Bitcoin.

Prices: ERCOT hub average, day ahead, 2021 and 2022 (the calendar years that are whole in UTC; 2020 lacks its first six hours).
Nord Pool NO3, day ahead, 2021: the only year that is whole in both, so it serves both; EUR at the mean ECB rate of 2021.
Weather: Dallas 2021 and 2022. Skien 2019, the year without a gap, serves both too (it is 500 km south of the zone's towns);
in 110 hours its dew point is above its temperature by up to 1.6 K, sensors of two stations, which is read as saturated air.
Bitcoin: price, network, fees of 2021-12-31.
Megawatts, rents, contracts and the level's volatility are assumed. The volatility is so low that the storm's 8,995 USD/MWh at
any scenario's level stay below the 10,000 that load not served is taken to cost. Nothing is filled.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import repower
from repower.conversion.decide import Plan, make_plan
from repower.conversion.programme import SiteRun, run_programme
from repower.conversion.setting import Setting
from repower.conversion.supply import supply_months
from repower.dispatch import SiteHours, balance_errors, dispatch_hours
from repower.dispatch.result import HourResult
from repower.dispatch.threshold import mining_at_spot
from repower.errors import InputError
from repower.horizon import MONTH_EDGES, Month
from repower.markets.bitcoin import hashprice, mining_value_usd_per_mwh, month_subsidy_btc
from repower.markets.shapes import read_shapes
from repower.portfolio import Portfolio
from repower.scenarios.sampling import base, sample
from repower.study.study import Study

SCENARIOS, SEED = 10, 11
#: A model year in which the base path takes the hours of 2021 and the plan's halls stand.
STORM_YEAR = 4
ADDER, FEE, PPA_MW, PPA_USD = 4.5, 1.0, 80.0, 28.0

PORTFOLIO = """\
name: real prices
start: 2022-01
years: 12
markets:
  bitcoin: {{price_usd: {price}, network_eh_per_s: {network}, fee_share: {fee_share}, pool_fee_rate: 0.01,
            newest_j_per_th: 29.5, fleet_j_per_th: 45, machine_gain_rate: 0.15}}
  power:
    - {{name: texas, series: texas.parquet, level_usd_per_mwh: {texas}, escalator_rate: 0, volatility_rate: 0.03}}
    - {{name: trondheim, series: trondheim.csv, level_usd_per_mwh: {trondheim}, escalator_rate: 0}}
  weather:
    - {{name: dallas, series: dallas.parquet, pressure_kpa: 99.5}}
    - {{name: skien, series: skien.csv}}
miners:
  - {{name: s19, th_per_s: 95, watts: 3250, life_months: 120, usd_per_th: 60}}
  - {{name: s9, th_per_s: 13.5, watts: 1350, life_months: 120}}
designs:
  - {{name: dense, cooling: liquid_hybrid, redundancy: N+1, rack_kw: 130}}
leases:
  - {{name: anchor, customer: Anchor, critical_mw: 45, from: 2023-01, until: 2025-12, term_months: 120, usd_per_kw_month: 300,
     data_may_live_in: [US]}}
sites:
  - name: rockdale
    country: US
    power_market: texas
    weather: dallas
    latitude: 30.65
    longitude: -97.0
    connection: [{{from: 2020-01, import_mw: 160}}]
    supply:
      adder_usd_per_mwh: {adder}
      ppas:
        - {{name: wind, mw: {ppa_mw}, price_usd_per_mwh: {ppa_usd}, until: 2029-12, must_take_share: 0.8, resale: true,
           resale_fee_usd_per_mwh: {fee}}}
    designs: [dense]
    blocks:
      - {{name: a1, grid_mw: 50, fleet: {{miner: s19, commissioned: 2021-06}}, hall: {{built: 2020}}}}
      - {{name: a2, grid_mw: 50, fleet: {{miner: s19, commissioned: 2021-06}}, hall: {{built: 2020}}}}
      - {{name: old, grid_mw: 40, fleet: {{miner: s9, commissioned: 2019-06}}, hall: {{built: 2018}}}}
  - name: tydal
    country: NO
    power_market: trondheim
    weather: skien
    latitude: 63.1
    longitude: 11.6
    connection: [{{from: 2020-01, import_mw: 45}}]
    blocks:
      - {{name: h1, grid_mw: 45, fleet: {{miner: s19, commissioned: 2021-06}}, hall: {{built: 2021, pue: 1.03}}}}
capital:
  budget: [{{year: 2022, usd: 2000 M$}}, {{year: 2023, usd: 2000 M$}}]
  discount_rate: 0.11
  cost_of_equity_rate: 0.14
  loan: {{rate: 0.07, tenor_months: 60}}
  taxes: [{{country: US, income_rate: 0.25}}, {{country: NO, income_rate: 0.22}}]
policy:
  crews: 2
  last_start: 2024-12
"""


@dataclass(frozen=True)
class Real:
    """The portfolio on real data, its study, and the same plan on the base path."""

    portfolio: Portfolio
    study: Study
    base: Setting
    plan: Plan
    run: SiteRun
    texas_2021: np.ndarray


def hourly(path: Path, *years: int) -> pd.DataFrame:
    """Whole years of a file; no hour may be missing, and none is made."""
    table = pd.read_parquet(path).set_index("ts_utc")
    table = table[np.isin(table.index.year, years)]
    assert len(table) == 8760 * len(years)
    assert not table.index.has_duplicates
    return table


def bitcoin_days(shared: Path) -> pd.DataFrame:
    return pd.read_parquet(shared / "data" / "bitcoin" / "btc_daily_2016_2023.parquet").set_index("date")


def write_series(shared: Path, folder: Path) -> dict[str, float]:
    """The four series of the portfolio; the mean of 2021 of each price."""
    data = shared / "data"
    texas = hourly(data / "prices" / "ercot_hubavg_dam_2020_2024.parquet", 2021, 2022)["price"]
    texas.rename("texas").rename_axis("time_utc").reset_index().to_parquet(folder / "texas.parquet")

    fx = pd.read_parquet(data / "fx" / "ecb_eurofx_daily_2012_2023.parquet")
    usd_per_eur = fx.loc[pd.to_datetime(fx["date"]).dt.year == 2021, "USD"].dropna().mean()
    assert 1.1 < usd_per_eur < 1.3
    norway = hourly(data / "prices" / "nordpool_no3_2021.parquet", 2021)["price"] * usd_per_eur
    write_csv(folder / "trondheim.csv", pd.DataFrame({"trondheim": norway}))

    dallas = hourly(data / "weather" / "actual_tx_dallas_2020_2022.parquet", 2021, 2022)
    columns = {"dallas_dry_bulb_c": dallas["dry_bulb_c"], "dallas_relative_humidity_share": dallas["rel_hum_pct"] / 100}
    pd.DataFrame(columns).rename_axis("time_utc").reset_index().to_parquet(folder / "dallas.parquet")

    skien = hourly(data / "weather" / "actual_no_skien_2018_2019.parquet", 2019)
    assert not skien[["dry_bulb_c", "dew_point_c"]].isna().any(axis=None)
    # Magnus: vapour pressure at the dew point over that at the dry bulb (Sonntag's coefficients over water)
    vapour = np.exp(17.62 * skien["dew_point_c"] / (243.12 + skien["dew_point_c"]))
    saturated = np.exp(17.62 * skien["dry_bulb_c"] / (243.12 + skien["dry_bulb_c"]))
    assert (skien["dew_point_c"] > skien["dry_bulb_c"]).sum() == 110
    columns = {"skien_dry_bulb_c": skien["dry_bulb_c"], "skien_relative_humidity_share": np.minimum(vapour / saturated, 1.0)}
    write_csv(folder / "skien.csv", pd.DataFrame(columns))
    return {"texas": float(texas.loc["2021"].mean()), "trondheim": float(norway.mean())}


def write_csv(path: Path, table: pd.DataFrame) -> None:
    stamps = table.index.strftime("%Y-%m-%dT%H:%MZ")
    table.set_axis(stamps).rename_axis("time_utc").to_csv(path)


@pytest.fixture(scope="module")
def real(shared, tmp_path_factory) -> Real:
    folder = tmp_path_factory.mktemp("real")
    means = write_series(shared, folder)
    day = bitcoin_days(shared).loc["2021-12-31"]
    text = PORTFOLIO.format(
        price=day["price_usd"],
        network=day["hashrate_ths"] / 1e6,
        fee_share=day["fees_btc"] / day["issuance_btc"],
        adder=ADDER,
        fee=FEE,
        ppa_mw=PPA_MW,
        ppa_usd=PPA_USD,
        **means,
    )
    (folder / "portfolio.yaml").write_text(text, encoding="utf-8")
    portfolio = repower.load(folder)
    study = repower.run(portfolio, scenarios=SCENARIOS, seed=SEED)
    shapes = read_shapes(portfolio)
    plan, _, _ = make_plan(Setting(portfolio, sample(portfolio, SCENARIOS, SEED, shapes), shapes))
    central = Setting(portfolio, base(portfolio, shapes), shapes)
    programme = run_programme(central, plan.chosen)
    price = hourly(shared / "data" / "prices" / "ercot_hubavg_dam_2020_2024.parquet", 2021)["price"].to_numpy(dtype=np.float64)
    return Real(portfolio, study, central, plan, programme.runs[0], price)


# --- the study ------------------------------------------------------------------------------------------------------------


def test_every_month_of_every_scenario_balances_in_energy_and_money(real):
    assert float(real.study.dispatch["energy_balance_error"].max()) < 1e-9
    assert float(real.study.dispatch["money_balance_error"].max()) < 1e-9
    assert real.study.summary["balanced"] is True
    energy = real.study.dispatch
    source = energy["spot_mwh"] + energy["ppa_delivered_mwh"] + energy["generator_mwh"]
    drawn = energy["mining_mwh"] + energy["ai_mwh"]
    assert float(abs(source - drawn).max()) < 1e-9 * float(drawn.max())


def test_the_plan_lets_a_hall_and_keeps_mines_beside_it(real):
    """What the tests below look at is there."""
    fates = {(decision.site, decision.block): decision.becomes for decision in real.study.plan.decisions}
    assert "ai_lease" in fates.values()
    assert {"mining", "refresh"} & set(fates.values())
    assert real.study.plan.gap <= 1e-3
    assert [decision.becomes for decision in real.study.plan.decisions] == [choice.becomes for choice in real.plan.chosen]
    assert float(real.study.dispatch["unserved_mwh"].max()) == 0


def test_the_study_starts_at_the_real_hashprice_of_its_day(real, shared):
    """Blocks come at 144 a day in the long run; that day had 149."""
    day = bitcoin_days(shared).loc["2021-12-31"]
    start = real.study.scenarios["hashprice_usd_per_ph_day"].isel(month=0).to_numpy()
    assert start == pytest.approx(np.full(SCENARIOS, day["hashprice_usd_ph_day"] * 144 / day["blocks"]), rel=1e-9)


def test_hours_make_a_difference(real, tmp_path_factory):
    """The same portfolio with each hour at its year's mean: other values, and mines that never pause."""
    folder = tmp_path_factory.mktemp("flat")
    for file in real.portfolio.origin.folder.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    texas = pd.read_parquet(folder / "texas.parquet")
    texas["texas"] = texas.groupby(texas["time_utc"].dt.year)["texas"].transform("mean")
    texas.to_parquet(folder / "texas.parquet")
    flat = repower.run(repower.load(folder), scenarios=SCENARIOS, seed=SEED)
    assert flat.results()["inputs_sha256"] != real.study.results()["inputs_sha256"]
    for name in ("btc_price_usd", "power_level_usd_per_mwh", "shape_year"):
        assert (flat.scenarios[name].to_numpy() == real.study.scenarios[name].to_numpy()).all(), name

    def usual(study: Study, name: str) -> float:
        return float(study.dispatch[name].sel(case="business as usual", site="rockdale").sum())

    ours, theirs = (study.results()["baseline_npv_mean_usd"] for study in (real.study, flat))
    # A load that may pause, and a contract that may be sold, are worth more the more the price moves (Jensen).
    assert ours > theirs * 1.05
    assert usual(real.study, "ppa_resold_mwh") > 0
    assert usual(real.study, "mining_mwh") != usual(flat, "mining_mwh")
    tydal = [study.finance["site_npv_usd"].sel(case="business as usual", site="tydal").to_numpy() for study in (real.study, flat)]
    assert tydal[0] == pytest.approx(tydal[1], rel=1e-12), "the other site's prices did not change"


def test_years_that_differ_are_refused_and_not_relabelled(real, tmp_path):
    for file in real.portfolio.origin.folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    texas = pd.read_parquet(tmp_path / "texas.parquet")
    texas["time_utc"] += pd.Timedelta(days=365)
    texas = texas[texas["time_utc"].dt.year == 2022]
    both = pd.concat([texas, texas.assign(time_utc=texas["time_utc"] + pd.Timedelta(days=365))])
    both.to_parquet(tmp_path / "texas.parquet")
    with pytest.raises(InputError) as caught:
        repower.run(repower.load(tmp_path), scenarios=1)
    assert {problem.code for problem in caught.value.problems} == {"S309"}


# --- one year of hours ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Year:
    """The Texan site under the chain's own plan, hour by hour of 2021 at base prices."""

    problem: SiteHours
    result: HourResult
    tiers: int


@pytest.fixture(scope="module")
def year(real) -> Year:
    assert real.base.shape_year[0, STORM_YEAR] == 0
    run, site = real.run, real.run.site
    supply = supply_months(real.base, site)
    shape = real.base.price_shape(site)[0]
    hours = np.diff(MONTH_EDGES)
    months = slice(12 * STORM_YEAR, 12 * STORM_YEAR + 12)

    def spread(by_month: np.ndarray) -> np.ndarray:
        return np.repeat(by_month[..., months], hours, axis=-1)

    tier_mw = [sum(op.mine_mw[tier][0] for op in run.operations if tier in op.mine_mw) for tier in run.tiers]
    tier_value = [real.base.mine(site, tier).value_usd_per_mwh[0] for tier in run.tiers]
    ai_mw = np.zeros(8760)
    for design in run.designs:
        it_mw = sum(op.it_mw[design][0] for op in run.operations if design in op.it_mw)
        ai_mw += spread(it_mw) * real.base.hall(site, site.blocks[0], design).pue[0]
    problem = SiteHours(
        market_price_usd_per_mwh=spread(real.base.level(site)[0]) * shape,
        adder_usd_per_mwh=site.supply.adder_usd_per_mwh,
        import_limit_mw=spread(supply.import_limit_mw),
        ppa_mw=spread(supply.ppa_mw),
        ppa_price_usd_per_mwh=spread(supply.ppa_price),
        ppa_must_take_share=supply.ppa_must_take,
        ppa_resale=supply.ppa_resale,
        ppa_resale_fee_usd_per_mwh=supply.ppa_fee,
        generator_mw=spread(supply.generator_mw),
        generator_cost_usd_per_mwh=spread(supply.generator_cost),
        tier_mw=spread(np.array(tier_mw)),
        tier_value_usd_per_mwh=spread(np.array(tier_value)),
        ai_mw=ai_mw,
    )
    return Year(problem, dispatch_hours(problem), len(run.tiers))


def test_at_base_the_hours_of_2021_cost_what_they_cost(real, year):
    assert year.problem.market_price_usd_per_mwh == pytest.approx(real.texas_2021, rel=1e-12)


def test_every_hour_balances_in_energy_and_money(year):
    errors = balance_errors(year.problem, year.result)
    assert errors.energy_mw.max() < 1e-9
    assert errors.money_share.max() < 1e-9
    assert len(errors.energy_mw) == 8760


def test_hours_add_up_to_the_months_of_the_chain(real, year):
    energy, months = real.run.energy, slice(12 * STORM_YEAR, 12 * STORM_YEAR + 12)

    for name, hours in (
        ("spot_mwh", year.result.spot_mw),
        ("ai_mwh", year.result.ai_served_mw),
        ("unserved_mwh", year.result.unserved_mw),
        ("margin_usd", year.result.margin_usd),
        ("tier_mwh", year.result.tier_mw),
        ("ppa_delivered_mwh", year.result.ppa_delivered_mw),
        ("ppa_resold_mwh", year.result.ppa_resold_mw),
        ("ppa_left_mwh", year.result.ppa_left_mw),
    ):
        by_month = np.add.reduceat(hours, MONTH_EDGES[:-1], axis=-1).T
        assert by_month == pytest.approx(getattr(energy, name)[0, months], rel=1e-9, abs=1e-6), name


def test_mines_pause_when_power_is_worth_more_than_hashes(year):
    """Contracted power costs a mine what its resale would bring: the price less the fee."""
    price = year.problem.market_price_usd_per_mwh
    checked = 0
    for mw, value, run in zip(year.problem.tier_mw, year.problem.tier_value_usd_per_mwh, year.result.tier_mw, strict=True):
        there = mw > 0
        dear = there & (price + ADDER - FEE > value)
        cheap = there & (price + ADDER < value)
        assert (run[dear] == 0).all()
        assert run[cheap] == pytest.approx(mw[cheap])
        checked += int(dear.sum() > 0 and cheap.sum() > 0)
    assert checked > 0, "at least one fleet both pauses and runs"


def test_in_the_storm_mines_are_off_the_hall_is_served_and_the_contract_is_sold(real, year):
    """The money of the dearest hour by hand: the hall takes what it needs of the contract, the rest is sold at 8,995 less the
    fee, all of it is paid at its price."""
    price, result = year.problem.market_price_usd_per_mwh, year.result
    storm = np.flatnonzero(price > 1000)
    assert len(storm) == (real.texas_2021 > 1000).sum() == 160
    assert np.isin(np.arange(24 * 45, 24 * 49), storm).sum() > 60, "14 to 18 February"
    assert (result.tier_mw[:, storm] == 0).all()
    assert (result.spot_mw[storm] == 0).all()
    assert (year.problem.ai_mw[storm] > 1).all()
    assert result.ai_served_mw[storm] == pytest.approx(year.problem.ai_mw[storm])
    assert (result.unserved_mw == 0).all()
    assert result.ppa_resold_mw[0, storm] == pytest.approx(PPA_MW - year.problem.ai_mw[storm], rel=1e-12)

    dearest = int(price.argmax())
    assert price[dearest] == pytest.approx(8995.26, abs=0.005)
    ai = year.problem.ai_mw[dearest]
    by_hand = (PPA_MW - ai) * (8995.26 - FEE) - PPA_MW * PPA_USD - ADDER * ai
    assert result.margin_usd[dearest] == pytest.approx(by_hand, rel=1e-9)


# --- Bitcoin and mining at spot -------------------------------------------------------------------------------------------


def test_hashprice_of_every_real_day(shared):
    """2,922 days: the published hashprice is what all blocks and fees of the day paid per PH/s."""
    days = bitcoin_days(shared)
    ours = hashprice(
        days["price_usd"].to_numpy(),
        days["hashrate_ths"].to_numpy() / 1e6,
        days["issuance_btc"].to_numpy() / 144,
        (days["fees_btc"] / days["issuance_btc"]).to_numpy(),
    )
    assert len(ours) == 2922
    assert ours == pytest.approx(days["hashprice_usd_ph_day"].to_numpy(), rel=1e-9)


def test_subsidy_of_every_real_month(shared):
    """What was issued per block: exact in months without a halving. In one, days count here and blocks in truth, and for up
    to two weeks after it there are fewer of them (3 % in May 2020)."""
    days = bitcoin_days(shared)
    by_month = days.groupby([days.index.year, days.index.month])[["issuance_btc", "blocks"]].sum()
    for (year, month), row in by_month.iterrows():
        ours = month_subsidy_btc(Month.of(year, month))
        real = row["issuance_btc"] / row["blocks"]
        assert ours == pytest.approx(real, rel=0.04 if ours not in (25.0, 12.5, 6.25) else 1e-9), (year, month)


def test_mining_through_2021_by_hand(real, shared):
    """50 MW of S19 through the real hours and hashprices of 2021, one hour after the other in plain arithmetic."""
    days = bitcoin_days(shared).loc["2021"]
    by_month = days.groupby(days.index.month)["hashprice_usd_ph_day"].mean().to_numpy()
    mw, watts, th, pue, pool = 50.0, 3250.0, 95.0, 1.05, 0.01
    ph = mw * 1e6 / (pue * watts) * th / 1000
    hours_on, earned, market, daily = [0] * 12, [0.0] * 12, [0.0] * 12, 0.0
    for hour, price in enumerate(real.texas_2021.tolist()):
        month = next(m for m in range(12) if hour < MONTH_EDGES[m + 1])
        revenue = by_month[month] * ph / 24 * (1 - pool)
        if revenue > mw * (price + ADDER):
            hours_on[month] += 1
            earned[month] += revenue
            market[month] += mw * price
        today = days["hashprice_usd_ph_day"].iloc[hour // 24] * ph / 24 * (1 - pool)
        daily += max(0.0, today - mw * (price + ADDER))
    margin = sum(earned) - sum(market) - ADDER * mw * sum(hours_on)

    value = mining_value_usd_per_mwh(by_month, watts / th, pue, pool)
    level = real.texas_2021.mean()
    shape = (real.texas_2021 / level)[None]
    found = mining_at_spot(shape, np.zeros((1, 1), dtype=np.int64), np.full((1, 12), level), 0, value[None] - ADDER)
    assert found.hours[0].astype(int).tolist() == hours_on
    assert mw * found.market_usd_per_mw[0] == pytest.approx(market, rel=1e-9)
    assert mw * value * found.hours[0] == pytest.approx(earned, rel=1e-9)

    none = np.zeros((0, 8760))
    spread = np.repeat(value, np.diff(MONTH_EDGES))
    alone = SiteHours(
        market_price_usd_per_mwh=real.texas_2021,
        adder_usd_per_mwh=ADDER,
        import_limit_mw=np.full(8760, mw),
        ppa_mw=none,
        ppa_price_usd_per_mwh=none,
        ppa_must_take_share=np.zeros(0),
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.zeros(0),
        generator_mw=none,
        generator_cost_usd_per_mwh=none,
        tier_mw=np.full((1, 8760), mw),
        tier_value_usd_per_mwh=spread[None],
        ai_mw=np.zeros(8760),
    )
    result = dispatch_hours(alone)
    assert (result.tier_mw[0] > 0).sum() == sum(hours_on)
    assert result.margin_usd.sum() == pytest.approx(margin, rel=1e-9)
    assert 0 < 8760 - sum(hours_on) < 1000, "it paused in the storm and in little else"
    # What months of hashprice instead of days leave out: almost nothing where mining pays in nearly all hours.
    assert margin == pytest.approx(daily, rel=0.01)
