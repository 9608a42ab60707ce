"""What one choice of one block does and is worth, month by month and scenario by scenario, standing alone at spot.

The money is put together from the finance room's own lines, so what is planned is what is financed. Power is bought at
the market price plus the site's adder; what a power contract or a generator changes is the site's (see `coupling`).

Dates. Works begin at `start`; mining goes on until strip-out, at its nominal date in whole months, rounded down; the hall
is ready after a duration drawn from the works' distribution at the scenario's quantile, but never before the block has
power and never before the lease's first month.
First accelerators of an own cloud are ordered to a date (see `machine_orders`); of a late hall the tenant is paid damages
where the lease says so.
A renewed fleet starts RENEWAL_MONTHS after its order and the old one runs until then; a new mine on empty land starts
NEW_MINE_MONTHS after its start, or when it has power. Of machines whose life reaches beyond the last month, the unused part
is credited there at cost, so that buying them late in the study is not punished by its end. A fleet that is replaced or removed
before the end of its life is sold (see `resale`). New machines cost what the catalogue says, times the drawn price of newest
machines against the start.

Left out: any other value after the last month, the opening book value of removed machines, recourse to later
news, tenants who leave because a hall is late: all of these are zero here. A month in which a mine is off is chosen at spot
prices, also where a power contract is paid anyway; that understates mines with such a contract.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from repower.conversion.choices import Choice
from repower.conversion.own_cloud import LAG_MONTHS, cloud_machines, delivery_month
from repower.conversion.renewal import machines_th_per_mw, renewals
from repower.conversion.resale import machines_sold
from repower.conversion.setting import Bools, Floats, Ints, Setting, Tier
from repower.finance.capex import spend, unused_life
from repower.finance.cashflow import CashFlow
from repower.finance.depreciation import depreciation
from repower.finance.revenue import lease_income
from repower.finance.tax import linear_tax
from repower.portfolio import Block, Site

Use = TypeVar("Use")

#: Months from the order of new miners until they run in an existing hall. K: delivery of current machines 2-4 months.
RENEWAL_MONTHS = 3
#: Months to build an air-cooled mine on powered land. K: 6-12 months.
NEW_MINE_MONTHS = 9
#: Hall of a new mine: PUE. K 1.02-1.10.
NEW_MINE_PUE = 1.05


@dataclass(frozen=True)
class Operation:
    """A choice carried out: what draws power, and the money.

    mine_mw : grid MW of each tier that would run [S, M] (0 in months when it does not pay or has ended).
    it_mw : average IT power drawn of each design [S, M].
    stands_mw : [M] grid MW with a living fleet at nominal dates (for the minimum mining rule).
    cash : lines without tax.  depreciation, tax : [S, M], negative; the tax is linear (see `finance.tax`).
    ready : [S] month in which the hall earns; -1 when none is built.
    contracted : [S, M] true where the original lease pays.
    """

    mine_mw: dict[Tier, Floats]
    it_mw: dict[str, Floats]
    stands_mw: Floats
    cash: CashFlow
    depreciation: Floats
    tax: Floats
    ready: Ints
    contracted: Bools

    def npv(self, discount: Floats) -> Floats:
        """[S] after-tax unlevered value with the given factors [M]."""
        value: Floats = (self.cash.total + self.tax) @ discount
        return value


def carry_out(setting: Setting, choice: Choice) -> Operation:
    """The operation of a choice: closed forms over [S, M], no hour loop."""
    site = setting.portfolio.site(choice.site)
    block = next(block for block in site.blocks if block.name == choice.block)
    mining = _mining(setting, site, block, choice)
    if choice.becomes in ("ai_lease", "ai_cloud"):
        hall = _hall(setting, site, block, choice)
        return _finish(setting, site, mining + hall if mining is not None else hall)
    return _finish(setting, site, mining if mining is not None else _nothing(setting))


def first_capital(setting: Setting, choice: Choice) -> Floats:
    """[M] USD that a choice asks of the budget, positive, at nominal dates: works, and the machines bought first.

    Renewals ask nothing of it: those of accelerators are paid out of what the hall earns, those of fleets by the policy's rule
    out of what the mine earns.
    """
    capital = np.zeros(setting.months)
    if choice.start is None:
        return capital
    site = setting.portfolio.site(choice.site)
    block = next(block for block in site.blocks if block.name == choice.block)
    if choice.design is None:
        cash = carry_out(setting, choice).cash
        paid = -cash.capex[:, choice.start]
        if "capex_mine" in cash.lines:  # at median prices, as halls are
            against = setting.median_inflation[choice.start] / setting.inflation[:, choice.start]
            paid = paid + cash.lines["capex_mine"][:, choice.start] * (1.0 - against)
        capital[choice.start] = float(paid.mean())
        return capital
    works = setting.works(block)
    duration = setting.nominal_works_months(block)
    critical_mw = setting.hall(site, block, choice.design).critical_it_mw
    cost = setting.hall_usd_per_critical_mw(block, choice.design, choice.start) * critical_mw
    cost *= float(setting.median_inflation[choice.start])
    capital += spend(cost, choice.start, works.spend_shares, duration, setting.months)[0]
    if choice.becomes == "ai_cloud":
        gpu = setting.portfolio.gpu(setting.portfolio.cloud(choice.customer or "").gpu)
        there = delivery_month(setting, site, block, choice)
        if there < setting.months:
            capital[max(there - LAG_MONTHS, 0)] += 1000 * critical_mw / gpu.critical_kw * gpu.usd_per_gpu
    return capital


@dataclass(frozen=True)
class _Part:
    mine_mw: dict[Tier, Floats]
    it_mw: dict[str, Floats]
    stands_mw: Floats
    cash: CashFlow
    ready: Ints
    contracted: Bools

    def __add__(self, other: _Part) -> _Part:
        """Old use and new use of one block; they never overlap in time. A fleet may be renewed with its own kind of machine."""
        return _Part(
            _added(self.mine_mw, other.mine_mw),
            _added(self.it_mw, other.it_mw),
            self.stands_mw + other.stands_mw,
            self.cash + other.cash,
            other.ready,
            other.contracted,
        )


def _added(first: dict[Use, Floats], second: dict[Use, Floats]) -> dict[Use, Floats]:
    """Megawatts by use; a use that both have is the sum."""
    return first | {use: first[use] + mw if use in first else mw for use, mw in second.items()}


def _nothing(setting: Setting) -> _Part:
    shape = (setting.count, setting.months)
    never = np.full(setting.count, -1, dtype=np.int64)
    return _Part(
        {}, {}, np.zeros(setting.months), CashFlow({"mining_revenue": np.zeros(shape)}), never, np.zeros(shape, dtype=bool)
    )


def _finish(setting: Setting, site: Site, part: _Part) -> Operation:
    """Add depreciation (from the month in which a hall serves) and the linear tax of the site's country."""
    tax = setting.portfolio.tax(site.country)
    deducted = depreciation(part.cash, tax, np.maximum(part.ready, 0))
    return Operation(
        part.mine_mw,
        part.it_mw,
        part.stands_mw,
        part.cash,
        deducted,
        linear_tax(part.cash.operating + deducted, tax.income_rate),
        part.ready,
        part.contracted,
    )


def _mining(setting: Setting, site: Site, block: Block, choice: Choice) -> _Part | None:
    """The fleet that stands, until it ends or is replaced, and the fleet that replaces it."""
    month = np.arange(setting.months)
    part: _Part | None = None
    end = 0
    if block.fleet is not None and block.hall is not None:
        miner = setting.portfolio.miner(block.fleet.miner)
        tier = Tier(miner.name, block.hall.pue)
        life_end = end = setting.portfolio.horizon.offset(block.fleet.commissioned) + miner.life_months
        if choice.start is not None:
            end = min(end, choice.start + _months_until_the_old_use_ends(setting, block, choice))
        part = _fleet(setting, site, block, tier, month < end)
        if choice.start is not None and end < min(life_end, setting.months):
            part = replace(part, cash=part.cash + machines_sold(setting, block, tier, end, life_end - end))
    renewed = setting.portfolio.policy.refresh_miner
    if choice.start is not None and choice.becomes in ("refresh", "mining") and renewed is not None:
        new = _new_fleet(setting, site, block, choice.start, renewed)
        part = new if part is None else part + new
        end = _first_month(block, choice.start) + setting.portfolio.miner(renewed).life_months
    if part is not None and choice.design is None and renewed is not None:
        part = part + _renewed_fleets(setting, site, block, renewed, end)
    return part


def _months_until_the_old_use_ends(setting: Setting, block: Block, choice: Choice) -> int:
    return RENEWAL_MONTHS if choice.becomes == "refresh" else int(setting.works(block).mining_stops_months)


def _first_month(block: Block, start: int) -> int:
    """Month in which ordered machines start."""
    return start + (RENEWAL_MONTHS if block.hall is not None else NEW_MINE_MONTHS)


def _new_tier(block: Block, renewed: str) -> Tier:
    return Tier(renewed, block.hall.pue if block.hall is not None else NEW_MINE_PUE)


def _renewed_fleets(setting: Setting, site: Site, block: Block, renewed: str, end: int) -> _Part:
    """Fleets that follow, by the policy's rule, those whose life has ended; nothing where there is no such rule.

    They differ by scenario, so they do not count for the rule of minimum mining, and the table of a coupled site does not
    see them: what they change there is in the bridge from the planned to the carried-out value.
    """
    payback = setting.portfolio.policy.renewal_payback_months
    if payback is None or not setting.portfolio.jurisdiction(site.country).new_mining_allowed:
        return _nothing(setting)
    tier = _new_tier(block, renewed)
    rule = renewals(setting, site, tier, end, payback)
    powered = np.arange(setting.months)[None, :] >= setting.powered_month(site, block)[:, None]
    bought = rule.bought & powered & (np.arange(setting.months) < setting.mining_end(site))
    # Machines that were not bought because there was no power yet are not there later either.
    present = rule.present & (np.cumsum(bought, axis=1) > 0)
    fleet = _fleet(setting, site, block, tier, present)
    price = block.grid_mw * machines_th_per_mw(setting, tier) * setting.machine_usd_per_th(renewed)
    paid = np.asarray(-price * bought, dtype=np.float64)
    cash = fleet.cash + _machines("capex_miners", paid, setting.portfolio.miner(renewed).life_months, 0)
    return _Part(fleet.mine_mw, fleet.it_mw, np.zeros(setting.months), cash, fleet.ready, fleet.contracted)


def _machines(line: str, paid: Floats, life_months: int, lag: int) -> CashFlow:
    """Payments for machines [S, M], negative, with what is left of their life credited at cost in the last month."""
    return CashFlow({line: paid, "capex_machines_left": unused_life(-paid, life_months, lag)})


def _fleet(setting: Setting, site: Site, block: Block, tier: Tier, present: Bools) -> _Part:
    """Machines, present in months [M] or [S, M], while the law lets them run; they draw power once the block has it."""
    per_mw = setting.mine(site, tier)
    month = np.arange(setting.months)
    lives: Bools = np.asarray(present & (month < setting.mining_end(site)))
    powered = month[None, :] >= setting.powered_month(site, block)[:, None]
    mw = np.asarray(block.grid_mw * (powered & lives), dtype=np.float64)
    lines = {
        "mining_revenue": mw * per_mw.revenue_usd,
        "power_cost": -mw * per_mw.power_usd,
        "mining_opex": -mw * per_mw.opex_usd,
    }
    nothing = _nothing(setting)
    running: Floats = mw * per_mw.runs
    # The rule of minimum mining is met at nominal dates: delays that happen to be drawn must not make it impossible.
    always = lives if lives.ndim == 1 else lives.all(axis=0)
    stands = np.asarray(block.grid_mw * (always & (month >= setting.nominal_power(site, block))), dtype=np.float64)
    return _Part({tier: running}, {}, stands, CashFlow(lines), nothing.ready, nothing.contracted)


def _new_fleet(setting: Setting, site: Site, block: Block, start: int, renewed: str) -> _Part:
    miner = setting.portfolio.miner(renewed)
    month = np.arange(setting.months)
    tier, first = _new_tier(block, renewed), _first_month(block, start)
    part = _fleet(setting, site, block, tier, (month >= first) & (month < first + miner.life_months))
    price = block.grid_mw * machines_th_per_mw(setting, tier) * setting.machine_usd_per_th(renewed)[:, start]
    cash = part.cash + _machines("capex_miners", _paid_at(setting, -price, start), miner.life_months, first - start)
    if block.hall is None:
        shell = setting.portfolio.capital.mine_usd_per_mw * block.grid_mw * setting.inflation[:, start]
        cash = cash + CashFlow({"capex_mine": _paid_at(setting, -shell, start)})
    return _Part(part.mine_mw, part.it_mw, part.stands_mw, cash, part.ready, part.contracted)


def _paid_at(setting: Setting, usd: float | Floats, month: int) -> Floats:
    """[S, M] a payment in one month, alike in all scenarios or [S]."""
    flow = np.zeros((setting.count, setting.months))
    flow[:, month] = usd
    return flow


def _hall(setting: Setting, site: Site, block: Block, choice: Choice) -> _Part:
    """An AI hall: let to a customer or run as own cloud; built from `start`, or standing since before the study."""
    assert choice.design is not None
    assert choice.customer is not None
    hall = setting.hall(site, block, choice.design)
    critical_mw = hall.critical_it_mw
    month = np.arange(setting.months)
    lines: dict[str, Floats] = {}
    if choice.start is None:
        ready = setting.powered_month(site, block)
    else:
        works, duration = setting.works(block), setting.works_months(site, block)
        ready = np.maximum(choice.start + duration, setting.powered_month(site, block))
        cost = setting.hall_usd_per_critical_mw(block, choice.design, choice.start) * critical_mw
        bill = cost * setting.inflation[:, choice.start]
        lines["capex_hall"] = -spend(bill, choice.start, works.spend_shares, duration, setting.months)

    design = setting.portfolio.design(choice.design)
    stands = month[None, :] >= ready[:, None]
    hall_opex = design.opex_usd_per_kw_month * 1000 * critical_mw * setting.inflation
    power = setting.ai(site, choice.design)
    contracted = np.zeros((setting.count, setting.months), dtype=bool)
    if choice.becomes == "ai_lease":
        lease = setting.portfolio.lease(choice.customer)
        ready = np.maximum(ready, setting.portfolio.horizon.offset(lease.from_))
        income = lease_income(lease, critical_mw, ready, setting.default_month(lease.name), setting.months)
        occupied: Floats = income.occupied.astype(np.float64)
        contracted = income.contracted.astype(bool)
        lines["lease_rent"] = income.rent_usd
        lines["power_recharge"] = lease.pass_through_share * critical_mw * occupied * power.power_usd
        if choice.start is not None:
            lines["late_damages"] = _late_damages(setting, site, block, choice, critical_mw, ready)
    else:
        machines = cloud_machines(setting, site, block, choice, critical_mw, ready)
        lines |= machines.lines
        occupied, ready = machines.sold_share, machines.service
    lines["power_cost"] = -critical_mw * occupied * power.power_usd
    lines["hall_opex"] = -hall_opex * stands
    it_mw = np.asarray(critical_mw * design.load_factor_share * occupied, dtype=np.float64)
    return _Part({}, {choice.design: it_mw}, np.zeros(setting.months), CashFlow(lines), ready, contracted)


def _late_damages(setting: Setting, site: Site, block: Block, choice: Choice, critical_mw: float, handover: Ints) -> Floats:
    """[S, M] owed from the nominal handover until the actual one, for so many months at most, to a customer who still pays."""
    lease = setting.portfolio.lease(choice.customer or "")
    promised = max(setting.nominal_ready(site, block, choice.start or 0), setting.portfolio.horizon.offset(lease.from_))
    until = np.minimum(np.minimum(handover, promised + lease.late_months_at_most), setting.default_month(lease.name))
    month = np.arange(setting.months)
    owed = (month >= promised) & (month < until[:, None])
    return np.asarray(-lease.late_usd_per_kw_month * 1000 * critical_mw * owed, dtype=np.float64)
