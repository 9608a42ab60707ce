"""Small portfolios made in memory, with hours and scenarios set by hand: ``from hand_made import ...``.

Nothing here calls the rooms under test except to hold the inputs; what tests expect is computed from these raw numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
import yaml

from repower.conversion.options import Operation
from repower.conversion.setting import Setting
from repower.markets.shapes import Shapes
from repower.portfolio import Portfolio
from repower.scenarios.sampling import base

DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

#: A study of three years from an April; a mine that ends in it, a newer one, land that gets power later, an AI hall.
YAML = """\
name: by hand
start: 2027-04
years: 3
markets:
  bitcoin: {price_usd: 90000, network_eh_per_s: 1000, pool_fee_rate: 0.02, machine_resale_share: 0}
  power: [{name: plains, series: prices.csv}]
  weather: [{name: ranch, series: weather.csv}]
miners:
  - {name: old, th_per_s: 100, watts: 3000, life_months: 72}
  - {name: new, th_per_s: 250, watts: 3500, usd_per_th: 12, life_months: 20}
gpus: [{name: g, critical_kw: 2, usd_per_gpu: 50000, usd_per_gpu_hour: 3, ageing_rate: 0.2, life_months: 14}]
designs:
  - {name: dense, cooling: warm_liquid, rack_kw: 130, load_factor_share: 0.9, opex_usd_per_kw_month: 21}
leases:
  - {name: anchor, customer: C, critical_mw: 500, from: 2028-07, until: 2029-12, term_months: 9, usd_per_kw_month: 130,
     escalator_rate: 0.04, pass_through_share: 0.8, relet_share: 0.6, relet_months: 4, data_may_live_in: [US]}
  - {name: soon, customer: D, critical_mw: 500, from: 2027-04, until: 2029-12, term_months: 120, usd_per_kw_month: 120,
     relet_share: 0, data_may_live_in: [US]}
clouds: [{name: own, gpu: g, critical_mw: 500, utilisation_share: 0.7, opex_usd_per_kw_month: 55, order_to: ready,
          data_may_live_in: [US]}]
sites:
  - name: ranch
    country: US
    power_market: plains
    weather: ranch
    latitude: 30
    longitude: -97
    connection: [{from: 2025-01, import_mw: 100}, {from: 2027-10, import_mw: 160, status: contracted}]
    supply: {adder_usd_per_mwh: 4}
    mining_opex_usd_per_mw_month: 5000
    designs: [dense]
    blocks:
      - {name: mine, grid_mw: 50, fleet: {miner: old, commissioned: 2022-09}, hall: {built: 2021, pue: 1.08}}
      - {name: young, grid_mw: 30, fleet: {miner: new, commissioned: 2027-02}, hall: {built: 2026, pue: 1.04}}
      - {name: cloud, grid_mw: 20, cloud: own, design: dense, hall: {built: 2026}}
      - {name: land, grid_mw: 60}
capital:
  budget: [{year: 2027, usd: 9 B$}, {year: 2028, usd: 9 B$}]
  discount_rate: 0.1
  cost_of_equity_rate: 0.13
  inflation_rate: 0.03
  loan: {rate: 0.07, tenor_months: 18}
  taxes: [{country: US, income_rate: 0.24, hall_life_months: 30, machine_life_months: 10}]
policy: {crews: 9, last_start: 2028-04, refresh_miner: new, minimum_mining_share: 0.0}
"""


def portfolio(text: str = YAML) -> Portfolio:
    """The portfolio of a text; its series have no place, its hours come from `shapes`."""
    return Portfolio.model_validate(yaml.load(text, Loader=yaml.BaseLoader))


def shapes(of: Portfolio, price_shape: np.ndarray, *, weather: np.ndarray | float = 12.0) -> Shapes:
    """Hours for every zone alike, [Y, 8760]; a number as weather is the same in every hour."""
    years = len(price_shape)
    zones, stations = of.markets.power, of.markets.weather
    dry = np.broadcast_to(np.asarray(weather, dtype=float), (len(stations), years, 8760)).copy()
    return Shapes(
        years=tuple(range(2020, 2020 + years)),
        zones=tuple(zone.name for zone in zones),
        price_shape=np.broadcast_to(price_shape, (len(zones), years, 8760)).copy(),
        mean_usd_per_mwh=np.full(len(zones), 40.0),
        stations=tuple(station.name for station in stations),
        dry_bulb_c=dry,
        wet_bulb_c=dry - 2,
    )


def random_shape(seed: int, years: int = 2) -> np.ndarray:
    """Prices of an hour against their level, some negative, [Y, 8760]."""
    rng = np.random.default_rng(seed)
    daily = 1 + 0.5 * np.sin(2 * np.pi * np.arange(8760) / 24)
    return daily * rng.gamma(2.0, 0.5, (years, 8760)) - 0.15


def stepped_shape(seed: int, values: tuple[float, ...], years: int = 2) -> np.ndarray:
    """Hours that take one of a few values, so that a month has few different hours, [Y, 8760]."""
    return np.random.default_rng(seed).choice(values, (years, 8760))


def scenarios(of: Portfolio, hours: Shapes, seed: int, count: int, **set_to: Any) -> xr.Dataset:
    """`count` scenarios of random markets without delays and defaults; `set_to` replaces variables (broadcast)."""
    rng = np.random.default_rng(seed)
    months = of.horizon.months
    one = base(of, hours)
    many = one.isel(scenario=np.zeros(count, dtype=int)).assign_coords(scenario=np.arange(count))
    nominal = [
        months if power is None else max(0, of.horizon.offset(power.month))
        for site in of.sites
        for power in site.powered().values()
    ]
    values: dict[str, Any] = {
        "hashprice_usd_per_ph_day": rng.uniform(15, 60, (count, months)),
        "machine_usd_per_th": 12.0,
        "power_level_usd_per_mwh": rng.uniform(25, 60, (count, len(of.markets.power), months)),
        "shape_year": rng.integers(0, len(hours.years), (count, of.years)),
        "gpu_rent_factor": rng.uniform(0.5, 1.5, (count, months)),
        "powered_month": np.array(nominal),
        "works_quantile": 0.5,
        "lease_default_months": months,
    }
    for name, value in (values | set_to).items():
        kept = many[name]
        many[name] = (kept.dims, np.broadcast_to(value, kept.shape).astype(kept.dtype), kept.attrs)
    return many


def setting(seed: int = 1, count: int = 3, text: str = YAML, shape: np.ndarray | None = None, **set_to: Any) -> Setting:
    of = portfolio(text)
    hours = shapes(of, random_shape(seed) if shape is None else shape)
    return Setting(of, scenarios(of, hours, seed, count, **set_to), hours)


class Raw:
    """The raw numbers of a setting, one month at a time."""

    def __init__(self, of: Setting) -> None:
        self.of = of.portfolio
        self.data = of.scenarios
        self.hours = of.shapes
        self.count, self.months = of.scenarios.sizes["scenario"], of.scenarios.sizes["month"]
        self.first = self.of.start.month - 1

    def zeros(self) -> np.ndarray:
        return np.zeros((self.count, self.months))

    def span(self, month: int) -> slice:
        """Hours of the year of a month of the study."""
        calendar = (self.first + month) % 12
        return slice(24 * sum(DAYS[:calendar]), 24 * sum(DAYS[: calendar + 1]))

    def prices(self, s: int, month: int) -> np.ndarray:
        year = int(self.data["shape_year"][s, month // 12])
        return float(self.data["power_level_usd_per_mwh"][s, 0, month]) * self.hours.price_shape[0, year, self.span(month)]

    def year(self, s: int, month: int) -> int:
        return int(self.data["shape_year"][s, month // 12])

    def mining_value(self, s: int, month: int, miner: str, pue: float) -> float:
        """USD per metered MWh: PH/s per MW at the meter, times the day's dollars, less the pool's share."""
        machine = self.of.miner(miner)
        ph_per_mw = 1e6 / pue / machine.watts * machine.th_per_s / 1000
        day = ph_per_mw * float(self.data["hashprice_usd_per_ph_day"][s, month])
        return day / 24 * (1 - self.of.markets.bitcoin.pool_fee_rate)

    def index(self, month: int) -> float:
        return (1 + self.of.capital.inflation_rate) ** (month / 12)

    def mine(self, s: int, month: int, miner: str, pue: float) -> tuple[bool, float, float, float]:
        """(runs, revenue, power, opex) of one grid MW, hour by hour; not running costs nothing."""
        site = self.of.sites[0]
        value, price = self.mining_value(s, month, miner, pue), self.prices(s, month) + site.supply.adder_usd_per_mwh
        revenue = power = 0.0
        for cost in price.tolist():
            if value > cost:
                revenue += value
                power += cost
        opex = site.mining_opex_usd_per_mw_month * self.index(month)
        return (True, revenue, power, opex) if revenue - power > opex else (False, 0.0, 0.0, 0.0)

    def mining_lines(self, mw: float, miner: str, pue: float, first: list[int], last: int) -> dict[str, np.ndarray]:
        """Lines of a fleet that stands from `first` (by scenario) to the month before `last`."""
        lines = {name: self.zeros() for name in ("mining_revenue", "power_cost", "mining_opex")}
        for s in range(self.count):
            for month in range(max(0, first[s]), min(last, self.months)):
                _, revenue, power, opex = self.mine(s, month, miner, pue)
                lines["mining_revenue"][s, month] = mw * revenue
                lines["power_cost"][s, month] = -mw * power
                lines["mining_opex"][s, month] = -mw * opex
        return lines

    def power_of_it(self, s: int, month: int, pue: np.ndarray) -> float:
        """USD of one MW of IT load running all hours of the month; `pue` [Y, 8760]."""
        drawn = pue[self.year(s, month), self.span(month)]
        adder = self.of.sites[0].supply.adder_usd_per_mwh
        return sum(d * (p + adder) for d, p in zip(drawn.tolist(), self.prices(s, month).tolist(), strict=True))

    def depreciation(self, paid: np.ndarray, life: int, ready: list[int]) -> np.ndarray:
        """Every payment in equal parts, from the month after it or from service, whichever is later."""
        answer = self.zeros()
        for s in range(self.count):
            for month in np.flatnonzero(paid[s]):
                first = max(int(month) + 1, ready[s])
                for m in range(first, min(first + life, self.months)):
                    answer[s, m] += paid[s, month] / life
        return answer

    def left_over(self, paid: np.ndarray, life: int, lag: int) -> np.ndarray:
        """What is left of machines paid for (negative) in a month and serving from `lag` months later, in the last month."""
        answer = self.zeros()
        for s in range(self.count):
            for month in range(self.months):
                served = max(0, min(life, self.months - month - lag))
                answer[s, -1] += -paid[s, month] * (life - served) / life
        return answer

    def check(self, operation: Operation, lines: dict[str, np.ndarray], ready: list[int] | None = None) -> None:
        """Every line, the deductions, the tax and the value of an operation against lines made by hand."""
        tax = self.of.capital.taxes[0]
        ready = ready or [0] * self.count
        for name in set(lines) | set(operation.cash.lines):
            expected = lines.get(name, self.zeros())
            given = operation.cash.lines.get(name, self.zeros())
            np.testing.assert_allclose(given, expected, rtol=1e-9, atol=1e-3, err_msg=name)
        left = lines.get("capex_machines_left", self.zeros())
        halls = sum((lines[name] for name in ("capex_hall", "capex_mine") if name in lines), self.zeros())
        machines = sum((lines[name] for name in ("capex_miners", "capex_gpus") if name in lines), self.zeros())
        deducted = self.depreciation(halls, tax.hall_life_months, ready)
        deducted += self.depreciation(machines, tax.machine_life_months, ready)
        np.testing.assert_allclose(operation.depreciation, deducted, rtol=1e-9, atol=1e-3)
        spent = halls + machines + left
        running = sum(lines.values(), self.zeros()) - spent
        after = running + spent - tax.income_rate * (running + deducted)
        np.testing.assert_allclose(operation.tax, -tax.income_rate * (running + deducted), rtol=1e-9, atol=1e-3)
        rate = self.of.capital.discount_rate
        for s in range(self.count):
            value = sum(flow / (1 + rate) ** ((month + 1) / 12) for month, flow in enumerate(after[s].tolist()))
            factors = np.array([(1 + rate) ** (-(month + 1) / 12) for month in range(self.months)])
            assert abs(operation.npv(factors)[s] - value) <= 1e-9 * max(1.0, abs(value)) + 1e-2
