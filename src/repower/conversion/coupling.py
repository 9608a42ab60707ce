"""What blocks of one site share: the table of a site's states.

Blocks alone at spot add up; a power contract or a generator behind the meter does not. For each site that has one, every
state that it can be in (how many equal blocks mine with which machines, host which design, or draw nothing) is dispatched,
and the plan is given the difference: dispatched margin of the state less the sum of its blocks alone. A site with neither
needs no table, because its difference is zero.

The table uses nominal dates and each month's mean AI load, knows no defaults, and does not see fleets that the policy's rule
renews; the chosen plan is dispatched afterwards hour by hour, and the
difference is printed beside the plan.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from repower.conversion.choices import Choice
from repower.conversion.instance import Coupling, Ints
from repower.conversion.options import NEW_MINE_MONTHS, NEW_MINE_PUE, RENEWAL_MONTHS
from repower.conversion.own_cloud import delivery_month
from repower.conversion.setting import Floats, Setting, Tier
from repower.conversion.supply import SupplyMonths, month_hours, supply_months, unserved_usd_per_mwh
from repower.dispatch.price_duration import PriceDuration, margin_by_price, sort_months
from repower.errors import InputError, Problem
from repower.portfolio import Block, Site

#: More states than this and the table would be larger than the plan; the user is told to split or simplify the site.
MOST_STATES = 4000


@dataclass(frozen=True)
class Load:
    """A hall of a design, at a share of the design's own load: what a cloud sells, 1 where the hall is let."""

    design: str
    share: float


#: A physical use: a mining tier, an AI load, or None (draws nothing).
Use = Tier | Load | None


@dataclass(frozen=True)
class _Group:
    """Equal blocks: same megawatts, machines, hall and power; their number and what they can do."""

    blocks: tuple[Block, ...]
    uses: tuple[Use, ...]


def is_coupled(site: Site) -> bool:
    """Whether the site has a power contract or a generator, so that its blocks share something."""
    return bool(site.supply.ppas or site.supply.generators)


def couple(setting: Setting, site: Site, choices: list[Choice]) -> Coupling:
    """The table of one site; `choices` are all of the instance, in its order (those of other sites draw nothing here).

    Only quarters in which a contract or a generator is there are in it: in the others nothing is shared.
    """
    own = [(number, choice) for number, choice in enumerate(choices) if choice.site == site.name]
    groups = _groups(setting, site, [choice for _, choice in own])
    uses: list[Use] = list(dict.fromkeys(use for group in groups for use in group.uses))
    states = _states(site, groups, uses)
    supply = supply_months(setting, site)
    shared = supply.is_shared.reshape(-1, 3).any(axis=1)
    quarters = [int(quarter) for quarter in np.flatnonzero(shared)]
    occupancy = np.zeros((len(choices), len(quarters), len(groups), len(uses)), dtype=np.int8)
    for number, choice in own:
        group = next(index for index, group in enumerate(groups) if choice.block in {block.name for block in group.blocks})
        block = next(block for block in groups[group].blocks if block.name == choice.block)
        for position, use in enumerate(_use_by_quarter(setting, site, block, choice, quarters)):
            occupancy[number, position, group, uses.index(use)] = 1
    return Coupling(site.name, states, occupancy, _values(setting, site, supply, groups, uses, states)[:, shared])


def _groups(setting: Setting, site: Site, choices: list[Choice]) -> list[_Group]:
    powered = site.powered()
    alike: dict[tuple[object, ...], list[Block]] = {}
    for block in site.blocks:
        key = (block.grid_mw, block.fleet, block.hall, block.cloud, block.design, powered[block.name])
        alike.setdefault(key, []).append(block)
    groups = []
    for blocks in alike.values():
        names = {block.name for block in blocks}
        uses: dict[Use, None] = {None: None}
        for choice in choices:
            if choice.block in names:
                block = next(block for block in blocks if block.name == choice.block)
                uses.update(dict.fromkeys(_uses_of(setting, block, choice)))
        groups.append(_Group(tuple(blocks), tuple(uses)))
    return groups


def _uses_of(setting: Setting, block: Block, choice: Choice) -> list[Use]:
    uses: list[Use] = []
    if block.fleet is not None and block.hall is not None:
        uses.append(Tier(block.fleet.miner, block.hall.pue))
    load = _load_of(setting, choice)
    if load is not None:
        uses.append(load)
    renewed = setting.portfolio.policy.refresh_miner
    if choice.start is not None and choice.becomes in ("refresh", "mining") and renewed is not None:
        uses.append(Tier(renewed, block.hall.pue if block.hall is not None else NEW_MINE_PUE))
    return uses


def _load_of(setting: Setting, choice: Choice) -> Load | None:
    if choice.design is None:
        return None
    sold = setting.portfolio.cloud(choice.customer or "").utilisation_share if choice.becomes == "ai_cloud" else 1.0
    return Load(choice.design, sold)


def _states(site: Site, groups: list[_Group], uses: list[Use]) -> Ints:
    """[state, G, U] every way to spread each group's blocks over its uses."""
    ways: list[list[NDArray[np.int64]]] = []
    for group in groups:
        columns = [uses.index(use) for use in group.uses]
        spreads = []
        for spread in _compositions(len(group.blocks), len(columns)):
            row = np.zeros(len(uses), dtype=np.int64)
            row[columns] = spread
            spreads.append(row)
        ways.append(spreads)
    count = int(np.prod([len(spreads) for spreads in ways]))
    if count > MOST_STATES:
        raise InputError(
            Problem(
                "M402",
                f"the blocks of {site.name} share a power contract or a generator and can stand in {count:,} different states; "
                f"the plan tabulates at most {MOST_STATES:,}",
                path=f"sites[{site.name}]",
                hint="make blocks of the site equal (same MW, fleet, hall), list fewer designs for it, or merge small blocks",
            )
        )
    return np.array([np.stack(state) for state in product(*ways)])


def _compositions(total: int, parts: int) -> list[tuple[int, ...]]:
    """All ways to write `total` as an ordered sum of `parts` non-negative integers."""
    if parts == 1:
        return [(total,)]
    return [(first, *rest) for first in range(total + 1) for rest in _compositions(total - first, parts - 1)]


def _use_by_quarter(setting: Setting, site: Site, block: Block, choice: Choice, quarters: list[int]) -> list[Use]:
    """The use in the middle month of the given quarters, at nominal dates."""
    horizon = setting.portfolio.horizon
    power = setting.nominal_power(site, block)
    old: Use = None
    old_end = 0
    if block.fleet is not None and block.hall is not None:
        old = Tier(block.fleet.miner, block.hall.pue)
        old_end = horizon.offset(block.fleet.commissioned) + setting.portfolio.miner(block.fleet.miner).life_months
    new: Use = _load_of(setting, choice)
    new_start, new_end = (power if new is not None else setting.months), setting.months
    let_again = setting.months
    if choice.start is not None and choice.becomes in ("refresh", "mining"):
        renewed = setting.portfolio.miner(setting.portfolio.policy.refresh_miner or "")
        pue = block.hall.pue if block.hall is not None else NEW_MINE_PUE
        new = Tier(renewed.name, pue)
        new_start = choice.start + (RENEWAL_MONTHS if block.hall is not None else NEW_MINE_MONTHS)
        new_end = min(new_start + renewed.life_months, setting.mining_end(site))
        old_end = min(old_end, new_start)
    elif choice.start is not None:
        new_start = max(choice.start + setting.nominal_works_months(block), power)
        if choice.becomes == "ai_cloud":
            new_start = max(new_start, delivery_month(setting, site, block, choice))
        if choice.becomes == "ai_lease":
            lease = setting.portfolio.lease(choice.customer or "")
            new_start = max(new_start, horizon.offset(lease.from_))
            new_end = new_start + lease.term_months
            if lease.relet_share > 0:
                let_again = new_end + lease.relet_months
        old_end = min(old_end, choice.start + int(setting.works(block).mining_stops_months))
    old_end = min(old_end, setting.mining_end(site))
    answer: list[Use] = []
    for quarter in quarters:
        month = 3 * quarter + 1
        if month < power:
            answer.append(None)
        elif new_start <= month < new_end or month >= let_again:
            answer.append(new)
        elif month < old_end:
            answer.append(old)
        else:
            answer.append(None)
    return answer


def _values(setting: Setting, site: Site, supply: SupplyMonths, groups: list[_Group], uses: list[Use], states: Ints) -> Floats:
    """[state, Q, S] discounted after-tax margin beyond the blocks alone, fixed payments of generators included."""
    tiers = [use for use in uses if isinstance(use, Tier)]
    loads = [use for use in uses if isinstance(use, Load)]
    ordered, running = sort_months(setting.price_shape(site))
    values_of_tiers = np.zeros((len(tiers), setting.count, setting.months))
    for position, tier in enumerate(tiers):
        values_of_tiers[position] = setting.mine(site, tier).value_usd_per_mwh
    problem = PriceDuration(
        sorted_shape=ordered,
        running=running,
        shape_year=setting.shape_year,
        level_usd_per_mwh=setting.level(site),
        calendar_month=np.array(setting.portfolio.horizon.calendar_months(), dtype=np.int64),
        hours=month_hours(setting),
        adder_usd_per_mwh=site.supply.adder_usd_per_mwh,
        ppa_mw=supply.ppa_mw,
        ppa_price_usd_per_mwh=supply.ppa_price,
        must_take_share=supply.ppa_must_take,
        resale=supply.ppa_resale,
        fee_usd_per_mwh=supply.ppa_fee,
        generator_mw=supply.generator_mw,
        generator_cost_usd_per_mwh=supply.generator_cost,
        import_limit_mw=supply.import_limit_mw,
        tier_value_usd_per_mwh=values_of_tiers,
        unserved_usd_per_mwh=unserved_usd_per_mwh(setting, site),
        active=supply.is_shared,
        limits=setting.price_limits(site),
    )
    hours, price_sum = problem.hours, problem.price_sum()
    after_tax = (1 - setting.portfolio.tax(site.country).income_rate) * setting.discount
    quarters = setting.months // 3
    critical_mw = {
        (g, load): load.share * setting.hall(site, group.blocks[0], load.design).critical_it_mw
        for g, group in enumerate(groups)
        for load in loads
        if load in group.uses
    }
    values = np.zeros((len(states), quarters, setting.count))

    def fill(number: int) -> None:
        state = states[number]
        tier_mw = np.zeros((len(tiers), setting.count, setting.months))
        ai_mw = np.zeros((setting.count, setting.months))
        alone = np.zeros((setting.count, setting.months))
        for position, tier in enumerate(tiers):
            grid_mw = sum(int(state[g, uses.index(tier)]) * group.blocks[0].grid_mw for g, group in enumerate(groups))
            if grid_mw:
                per_mw = setting.mine(site, tier)
                tier_mw[position] = grid_mw * per_mw.runs
                alone += grid_mw * (per_mw.revenue_usd - per_mw.power_usd)
        for (g, load), mw in critical_mw.items():
            blocks = int(state[g, uses.index(load)])
            if blocks:
                ai_mw += blocks * mw * setting.ai(site, load.design).mwh / hours
        # Both sides see the month's mean load, so that only what is shared is left in the difference.
        alone -= ai_mw * price_sum
        shared = margin_by_price(problem, tier_mw, ai_mw) - alone + supply.fixed_usd
        extra = np.where(supply.is_shared, shared, 0.0) * after_tax
        values[number] = extra.reshape(setting.count, quarters, 3).sum(axis=2).T

    # The kept arrays of the setting are filled before threads read them; each state writes its own rows.
    for load in loads:
        setting.ai(site, load.design)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(fill, number) for number in range(len(states))]:
            done.result()
    return values
