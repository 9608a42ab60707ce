"""Everything that a decision is valued against: one portfolio, one set of scenarios, its hours.

Arrays over scenarios S and months M are computed once per (site, machine) or (site, design) and kept: blocks that share
them differ only by their megawatts and dates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import ceil
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from repower.construction.duration import WorksDuration, works_duration
from repower.construction.works import BlockKind
from repower.dispatch.price_limits import PriceLimits
from repower.dispatch.threshold import firm_at_spot, mining_at_spot
from repower.facility.cost import hall_cost
from repower.facility.hall import HallAssessment, assess
from repower.finance.revenue import GpuMarket
from repower.finance.timeline import discount_factors
from repower.markets.bitcoin import mining_value_usd_per_mwh
from repower.markets.shapes import Shapes
from repower.portfolio import Block, Hall, Portfolio, Site

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class MinePerMw:
    """One grid MW of a mine standing alone at spot, [S, M].

    `runs` is true in months in which the hours worth running pay for the month's running cost; in other months the fleet
    is off and costs nothing (switching is free: a stated simplification). The other arrays are zero where it is off.
    """

    value_usd_per_mwh: Floats
    runs: Bools
    mwh: Floats
    revenue_usd: Floats
    power_usd: Floats
    opex_usd: Floats


@dataclass(frozen=True)
class AiPerMw:
    """One MW of critical IT at its design's load factor, all hours, power bought at spot: [S, M], cost positive."""

    mwh: Floats
    power_usd: Floats


@dataclass(frozen=True)
class Tier:
    """A mining tier of a site: machines of one kind in halls of one PUE."""

    miner: str
    pue: float

    def __str__(self) -> str:
        return f"{self.miner} at PUE {self.pue:g}"


@dataclass
class Setting:
    """A portfolio with its scenarios and shapes; the kept arrays fill as they are asked for."""

    portfolio: Portfolio
    scenarios: xr.Dataset
    shapes: Shapes
    #: What was known when machines were ordered, where that is not these scenarios: a plan that something happens to.
    known: Setting | None = None
    _looked_up: dict[tuple[str, str], NDArray[Any]] = field(default_factory=dict)
    _mine: dict[tuple[str, Tier], MinePerMw] = field(default_factory=dict)
    _ai: dict[tuple[str, str], AiPerMw] = field(default_factory=dict)
    _hall: dict[tuple[str, str, str], HallAssessment] = field(default_factory=dict)
    _hall_cost: dict[tuple[str, Hall | None, str, int], float] = field(default_factory=dict)
    renewals: dict[tuple[str, Tier, int, int], Any] = field(default_factory=dict)
    _works: dict[tuple[float, bool], WorksDuration] = field(default_factory=dict)

    # --- sizes and indices ---------------------------------------------------------------------------------------
    @cached_property
    def months(self) -> int:
        return self.portfolio.horizon.months

    @cached_property
    def count(self) -> int:
        """Number of scenarios."""
        return int(self.scenarios.sizes["scenario"])

    @cached_property
    def first_calendar_month(self) -> int:
        return self.portfolio.start.month - 1

    @cached_property
    def discount(self) -> Floats:
        """[M] factor of unlevered flows, end of month."""
        return discount_factors(self.portfolio.capital.discount_rate, self.months)

    @cached_property
    def inflation(self) -> Floats:
        """[S, M] index of running and capital costs, 1 in the first month."""
        return np.asarray(self.scenarios["price_index"].to_numpy(), dtype=np.float64)

    @cached_property
    def median_inflation(self) -> Floats:
        """[M] the same without luck: of budgets, of what is shown, and of costs that a table of states can hold only once."""
        index: Floats = (1 + self.portfolio.capital.inflation_rate) ** (np.arange(self.months) / 12)
        return index

    # --- scenario arrays -----------------------------------------------------------------------------------------
    def level(self, site: Site) -> Floats:
        """[S, M] price level of the site's market, USD/MWh."""
        return self._labelled("power_level_usd_per_mwh", "zone", site.power_market)

    def _labelled(self, variable: str, dim: str, label: str) -> NDArray[Any]:
        """One label's scenarios, looked up once: label lookups cost more than the arithmetic on them."""
        key = (variable, label)
        if key not in self._looked_up:
            self._looked_up[key] = np.ascontiguousarray(self.scenarios[variable].sel({dim: label}).to_numpy())
        return self._looked_up[key]

    @cached_property
    def shape_year(self) -> Ints:
        return np.ascontiguousarray(self.scenarios["shape_year"].to_numpy().astype(np.int64))

    def price_shape(self, site: Site) -> Floats:
        """[Y, 8760] hourly price against its level."""
        return np.ascontiguousarray(self.shapes.price_shape[self.shapes.zones.index(site.power_market)])

    def price_limits(self, site: Site) -> PriceLimits:
        """Floor and cap of the site's market, USD/MWh."""
        market = self.portfolio.power_market(site.power_market)
        return PriceLimits(
            -np.inf if market.floor_usd_per_mwh is None else market.floor_usd_per_mwh,
            np.inf if market.cap_usd_per_mwh is None else market.cap_usd_per_mwh,
        )

    def machine_usd_per_th(self, miner: str) -> Floats:
        """[S, M] price of a machine of the catalogue when it is bought: it follows that of the newest machines."""
        drawn = np.asarray(self.scenarios["machine_usd_per_th"].to_numpy(), dtype=np.float64)
        return np.asarray(self.portfolio.miner(miner).usd_per_th * drawn / drawn[:, :1])

    @cached_property
    def hashprice(self) -> Floats:
        return np.asarray(self.scenarios["hashprice_usd_per_ph_day"].to_numpy(), dtype=np.float64)

    @cached_property
    def gpu_market(self) -> GpuMarket:
        """Rents, regimes and generations of accelerators."""
        return GpuMarket(
            np.asarray(self.scenarios["gpu_rent_factor"].to_numpy(), dtype=np.float64),
            np.asarray(self.scenarios["gpu_regime"].to_numpy(), dtype=np.int64),
            np.asarray(self.scenarios["gpu_progress_years"].to_numpy(), dtype=np.float64),
        )

    @cached_property
    def base_rate(self) -> Floats:
        """[S, M] interest that lenders add their margin to."""
        return np.asarray(self.scenarios["base_rate"].to_numpy(), dtype=np.float64)

    def powered_month(self, site: Site, block: Block) -> Ints:
        """[S] month from which the block has power."""
        return self._labelled("powered_month", "block", f"{site.name}/{block.name}")

    def works_quantile(self, site: Site, block: Block) -> Floats:
        return self._labelled("works_quantile", "block", f"{site.name}/{block.name}")

    def default_month(self, lease: str) -> Ints:
        return self._labelled("lease_default_months", "lease", lease)

    # --- per MW --------------------------------------------------------------------------------------------------
    def mine(self, site: Site, tier: Tier) -> MinePerMw:
        """A grid MW that mines with this tier at this site."""
        key = (site.name, tier)
        if key not in self._mine:
            self._mine[key] = self._mine_per_mw(site, tier)
        return self._mine[key]

    def _mine_per_mw(self, site: Site, tier: Tier) -> MinePerMw:
        miner = self.portfolio.miner(tier.miner)
        value = mining_value_usd_per_mwh(self.hashprice, miner.j_per_th, tier.pue, self.portfolio.markets.bitcoin.pool_fee_rate)
        adder = site.supply.adder_usd_per_mwh
        hours, energy_usd = mining_at_spot(
            self.price_shape(site),
            self.shape_year,
            self.level(site),
            self.first_calendar_month,
            value - adder,
            self.price_limits(site),
        )
        opex = np.broadcast_to(site.mining_opex_usd_per_mw_month * self.inflation, hours.shape)
        revenue, power = value * hours, energy_usd + adder * hours
        runs = revenue - power > opex
        return MinePerMw(
            value_usd_per_mwh=value,
            runs=runs,
            mwh=np.where(runs, hours, 0.0),
            revenue_usd=np.where(runs, revenue, 0.0),
            power_usd=np.where(runs, power, 0.0),
            opex_usd=np.where(runs, opex, 0.0),
        )

    def ai(self, site: Site, design: str) -> AiPerMw:
        """A critical MW of this design at this site, running all hours."""
        key = (site.name, design)
        if key not in self._ai:
            load = self.portfolio.design(design).load_factor_share * self.hall(site, site.blocks[0], design).pue
            mwh, market_usd = firm_at_spot(
                self.price_shape(site),
                self.shape_year,
                self.level(site),
                self.first_calendar_month,
                np.ascontiguousarray(load),
                self.price_limits(site),
            )
            self._ai[key] = AiPerMw(mwh=mwh, power_usd=market_usd + site.supply.adder_usd_per_mwh * mwh)
        return self._ai[key]

    def hall(self, site: Site, block: Block, design: str) -> HallAssessment:
        """What the design makes of the block, at the costs of the study's first year."""
        key = (site.name, block.name, design)
        if key not in self._hall:
            station = self.shapes.stations.index(site.weather)
            year = self.portfolio.start.year
            self._hall[key] = assess(
                self.portfolio.design(design),
                block,
                self.shapes.dry_bulb_c[station],
                self.shapes.wet_bulb_c[station],
                year,
                year,
                self.portfolio.capital.inflation_rate,
            )
        return self._hall[key]

    def hall_usd_per_critical_mw(self, block: Block, design: str, start: int) -> float:
        """Cost of the hall per MW of critical IT if works began in month `start` at the prices of the study's start, net of what
        is reused by `start`; times the index of that month it is the bill."""
        first = self.portfolio.start
        year = (first + start).year
        key = (block.name, block.hall, design, year)
        if key not in self._hall_cost:
            # The year decides how much of the mine can still be reused; prices rise by the month.
            cost = hall_cost(self.portfolio.design(design), block.hall, year, year, self.portfolio.capital.inflation_rate)
            self._hall_cost[key] = cost.usd_per_critical_mw
        return self._hall_cost[key]

    def nominal_power(self, site: Site, block: Block) -> int:
        """Month from which the block has power at nominal dates; the study's months when no step carries it."""
        powered = site.powered()[block.name]
        return self.months if powered is None else self.portfolio.horizon.offset(powered.month)

    def mining_end(self, site: Site) -> int:
        """Month from which no mine may run in the site's country; the study's months where the law sets no end."""
        until = self.portfolio.jurisdiction(site.country).mining_until
        return self.months if until is None else max(0, min(self.months, self.portfolio.horizon.offset(until) + 1))

    def nominal_works_months(self, block: Block) -> int:
        """Whole months of the block's works at nominal dates: its P50, rounded up as in every scenario."""
        return ceil(float(self.works(block).months_at(0.5)))

    def nominal_ready(self, site: Site, block: Block, start: int) -> int:
        """Month in which a hall whose works begin in `start` is ready at nominal dates: its works, and its power."""
        return max(start + self.nominal_works_months(block), self.nominal_power(site, block))

    def works_months(self, site: Site, block: Block) -> Ints:
        """[S] whole months of the block's works."""
        months = self.works(block).months_at(self.works_quantile(site, block))
        return np.asarray(np.ceil(months).astype(np.int64))

    def works(self, block: Block) -> WorksDuration:
        """How long the block's conversion takes under the owner's policy of works."""
        key = (block.grid_mw, block.hall is not None)
        if key not in self._works:
            kind: BlockKind = "mine" if block.hall is not None else "land"
            self._works[key] = works_duration(self.portfolio.policy.works, block.grid_mw, kind)
        return self._works[key]
