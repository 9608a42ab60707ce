"""The hand-worked page and the program agree to the cent.

The page was computed by hand from its own formulas. Here its given quantities become a portfolio, the program does the rest,
and the results are looked up in the page's text.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from repower.conversion.choices import Choice
from repower.conversion.options import Operation, carry_out
from repower.conversion.setting import Setting
from repower.finance.timeline import discount_factors
from repower.horizon import HOURS_IN_YEAR
from repower.markets.bitcoin import hashprice
from repower.markets.shapes import Shapes
from repower.portfolio import Portfolio
from repower.scenarios.sampling import base

PAGE = (Path(__file__).parents[1] / "docs" / "hand-worked.md").read_text(encoding="utf-8")
GIVEN = """
name: by hand
start: 2029-01
years: 2
markets:
  bitcoin: {price_usd: 120000, network_eh_per_s: 1000, fee_share: 1 %, pool_fee_rate: 1 %, machine_resale_share: 0}
  power: [{name: flat, series: prices.csv, level_usd_per_mwh: 40, escalator_rate: 0}]
  weather: [{name: here, series: weather.csv}]
miners: [{name: s21-pro, th_per_s: 234, watts: 3510}]
designs: [{name: hall, cooling: warm_liquid, rack_kw: 130, load_factor_share: 0.9, opex_usd_per_kw_month: 20}]
leases:
  - {name: tenant, customer: tenant, critical_mw: 100, from: 2029-01, until: 2030-12, term_months: 240, usd_per_kw_month: 130,
     escalator_rate: 0, pass_through_share: 1, data_may_live_in: [US]}
sites:
  - name: site
    country: US
    power_market: flat
    weather: here
    latitude: 30
    longitude: -97
    connection: [{from: 2024-01, import_mw: 10}]
    supply: {adder_usd_per_mwh: 5}
    mining_opex_usd_per_mw_month: 6000
    designs: [hall]
    blocks: [{name: a, grid_mw: 10, fleet: {miner: s21-pro, commissioned: 2027-01}, hall: {built: 2027, pue: 1.05}}]
capital:
  budget: [{year: 2029, usd: 1 B$}]
  discount_rate: 10 %
  cost_of_equity_rate: 12 %
  inflation_rate: 0
  loan: {rate: 7 %, tenor_months: 120}
  taxes: [{country: US, income_rate: 25 %, hall_life_months: 240}]
policy: {crews: 1, last_start: 2029-01}
"""


class ByHand(Setting):
    """The page gives what a hall carries, draws and costs, and how long its works take."""

    def hall(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(critical_it_mw=7.496, pue=np.full((1, HOURS_IN_YEAR), 1.15))

    def hall_usd_per_critical_mw(self, *_: object) -> float:
        return 11_000_000.0

    def works(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(
            months_at=lambda quantile: np.full(np.shape(quantile), 12.0),
            mining_stops_months=3.0,
            spend_shares=np.full(12, 1 / 12),
        )


@pytest.fixture(scope="module")
def setting() -> Setting:
    loader = yaml.BaseLoader  # months and numbers stay text, as in the program's own reader, and the models read them
    portfolio = Portfolio.model_validate(yaml.load(GIVEN, loader))
    weather = np.full((1, 1, HOURS_IN_YEAR), 10.0)
    flat = Shapes(
        years=(2023,),
        zones=("flat",),
        price_shape=np.ones((1, 1, HOURS_IN_YEAR)),
        mean_usd_per_mwh=np.array([40.0]),
        stations=("here",),
        dry_bulb_c=weather,
        wet_bulb_c=weather,
    )
    # The page keeps price and network flat; the program's miners would order and scrap machines.
    bitcoin, drawn = portfolio.markets.bitcoin, base(portfolio, flat)
    value = hashprice(bitcoin.price_usd, bitcoin.network_eh_per_s, drawn.subsidy_btc.to_numpy(), bitcoin.fee_share)
    return ByHand(portfolio, drawn.assign(hashprice_usd_per_ph_day=(("scenario", "month"), value[None])), flat)


def said(pattern: str) -> float:
    """The number that the page has where `pattern` has its group."""
    (number,) = re.findall(pattern, PAGE)
    return float(number.replace(",", ""))


def worth(setting: Setting, operation: Operation) -> float:
    return float(operation.npv(setting.discount)[0])


def test_mining(setting: Setting) -> None:
    mined = carry_out(setting, Choice("site", "a", "mining"))
    assert setting.hashprice == pytest.approx(said(r"= ([\d.]+) USD per PH/s and day"), abs=1e-9)
    assert worth(setting, mined) == pytest.approx(said(r"NPV mining = .* = ([\d,.]+) USD "), abs=0.01)
    assert worth(setting, mined) / 10 == pytest.approx(said(r"USD +([\d,.]+) USD per grid MW"), abs=0.01)


def test_every_month_of_the_table(setting: Setting) -> None:
    mined = carry_out(setting, Choice("site", "a", "mining"))
    rows = re.findall(r"^\| (\d+) \| (\d+) \| (.*) \|$", PAGE, re.MULTILINE)
    assert [int(month) for month, _, _ in rows] == list(range(1, 13))
    lines = mined.cash.lines
    for month, _, cells in rows:
        m = int(month) - 1
        revenue, power, opex, before, tax, after, factor, present = (float(cell.replace(",", "")) for cell in cells.split(" | "))
        assert lines["mining_revenue"][0, m] == pytest.approx(revenue, abs=0.005)
        assert lines["power_cost"][0, m] == pytest.approx(power, abs=0.005)
        assert lines["mining_opex"][0, m] == pytest.approx(opex, abs=0.005)
        assert mined.cash.operating[0, m] == pytest.approx(before, abs=0.005)
        assert mined.tax[0, m] == pytest.approx(tax, abs=0.005)
        assert (mined.cash.total + mined.tax)[0, m] == pytest.approx(after, abs=0.005)
        assert setting.discount[m] == pytest.approx(factor, abs=5e-7)
        assert ((mined.cash.total + mined.tax)[0, m] * setting.discount[m]) == pytest.approx(present, abs=0.005)


def test_converted(setting: Setting) -> None:
    hall = carry_out(setting, Choice("site", "a", "ai_lease", "hall", "tenant", 0))
    lines = hall.cash.lines
    assert hall.ready.tolist() == [12]
    assert lines["capex_hall"][0, :12] == pytest.approx(
        np.full(12, said(r"paid in each of months 1-12 .* (-[\d,.]+) \|")), abs=0.005
    )
    assert lines["lease_rent"][0, 12:] == pytest.approx(np.full(12, said(r"rent of a month, from .* ([\d,.]+) \|")), abs=0.005)
    assert lines["hall_opex"][0, 12:] == pytest.approx(
        np.full(12, said(r"\| running cost of a month .* (-[\d,.]+) \|")), abs=0.005
    )
    assert lines["power_cost"][0, 12] == pytest.approx(said(r"power of a month with 744 hours .* (-[\d,.]+) \|"), abs=0.005)
    assert lines["power_recharge"][0, 12] == pytest.approx(said(r"paid by the tenant .* ([\d,.]+) \|"), abs=0.005)
    assert hall.depreciation[0, 12:] == pytest.approx(np.full(12, said(r"depreciation of a month .* (-[\d,.]+) \|")), abs=0.005)
    assert hall.tax[0, 12:] == pytest.approx(np.full(12, said(r"\| tax \| .* (-[\d,.]+) \|")), abs=0.005)
    assert worth(setting, hall) == pytest.approx(said(r"NPV converted, two years\*\* \| sum \| \*\*(-[\d,.]+)\*\*"), abs=0.01)


def test_a_whole_life_of_the_hall() -> None:
    """The last table, month by month instead of by its annuity."""
    factors = discount_factors(0.10, 240)
    rent, opex, depreciation = 974_480.0, 149_920.0, 82_456_000 / 240
    works = 82_456_000 / 12 * factors[:12].sum()
    flat = ((rent - opex) * 0.75 + 0.25 * depreciation) * factors[12:].sum()
    assert flat == pytest.approx(said(r"a\(12\)\) = ([\d,]+) \|"), abs=0.5)
    assert flat - works == pytest.approx(said(r"= [\d,]+ \| (-[\d,]+) \|"), abs=0.5)
    rising = rent * 1.03 ** (np.arange(228) // 12)
    worth = float(((rising - opex) * 0.75 + 0.25 * depreciation) @ factors[12:])
    assert worth == pytest.approx(said(r"rising 3 % a year \| ([\d,]+) \|"), abs=0.5)
    assert worth - works == pytest.approx(said(r"rising 3 % a year \| [\d,]+ \| ([\d,]+) \|"), abs=0.5)
    even = ((works / factors[12:].sum() - 0.25 * depreciation) / 0.75 + opex) / 7496
    assert even == pytest.approx(said(r"\| ([\d.]+), flat \| break-even"), abs=0.005)
