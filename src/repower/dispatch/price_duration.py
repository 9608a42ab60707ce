"""A month's margin from its price duration curve: exact for constant loads, tens of times faster than its hours.

`python benchmarks/study.py` measures how many times.

With loads and contracts constant over a month, the best margin of an hour depends on its price alone, and it is convex and
piecewise linear in it (the optimal value of a linear programme in its cost vector). Between two neighbouring breakpoints
the merit order does not change, so

    sum over hours of margin(p_h) = sum over pieces of n_piece x margin(mean price of the piece)

where the number of hours and their mean price come from the month's sorted prices and their running sum. Breakpoints are
the prices at which two steps of the merit order change places: for tier values and the unserved price v, generator costs g,
contract prices c, fees f and the adder a

    v - a,  v - a + f,   g - a,  g - a + f,   c,  c + f,   f,   0      (every f with every v, g and c)

An AI load that changes within the month is given by its monthly mean; `dispatch_months` has the exact hours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.dispatch.merit import compiled, contract_costs, leave_contract, match, sort_loads, sort_sources
from repower.dispatch.problem import Bools, Floats, Ints
from repower.horizon import HOURS_IN_MONTH, MONTH_EDGES


@dataclass(frozen=True)
class PriceDuration:
    """What all states of one site have in common. Shapes: Y shape years, S scenarios, N model years, M months.

    sorted_shape : [Y, 12, 744] prices of each calendar month against their level, rising (padded with inf).
    running : [Y, 12, 745] their running sum.  hours : [M].
    ppa_mw, ppa_price_usd_per_mwh : [P, M]; must_take_share, resale, fee : [P].
    generator_mw, generator_cost_usd_per_mwh : [G, M].  import_limit_mw : [M].  tier_value_usd_per_mwh : [K, S, M].
    active : [M] months that are wanted; the margin of the others is left at 0.
    """

    sorted_shape: Floats
    running: Floats
    shape_year: Ints
    level_usd_per_mwh: Floats
    calendar_month: Ints
    hours: Floats
    adder_usd_per_mwh: float
    ppa_mw: Floats
    ppa_price_usd_per_mwh: Floats
    must_take_share: Floats
    resale: Bools
    fee_usd_per_mwh: Floats
    generator_mw: Floats
    generator_cost_usd_per_mwh: Floats
    import_limit_mw: Floats
    tier_value_usd_per_mwh: Floats
    unserved_usd_per_mwh: float
    active: Bools

    def price_sum(self) -> Floats:
        """[S, M] sum over the month's hours of the price at the site meter, adder included."""
        year = np.repeat(self.shape_year, 12, axis=1)
        month_sum = self.running[year, self.calendar_month[None, :], self.hours.astype(np.int64)[None, :]]
        return np.asarray(self.level_usd_per_mwh * month_sum + self.adder_usd_per_mwh * self.hours)


def sort_months(shape: Floats) -> tuple[Floats, Floats]:
    """(sorted [Y, 12, 744], running [Y, 12, 745]) of a price shape [Y, 8760]."""
    years = shape.shape[0]
    ordered = np.full((years, 12, max(HOURS_IN_MONTH)), np.inf)
    running = np.zeros((years, 12, max(HOURS_IN_MONTH) + 1))
    for month, hours in enumerate(HOURS_IN_MONTH):
        part = np.sort(shape[:, MONTH_EDGES[month] : MONTH_EDGES[month + 1]], axis=1)
        ordered[:, month, :hours] = part
        running[:, month, 1 : hours + 1] = np.cumsum(part, axis=1)
    return ordered, running


def margin_by_price(problem: PriceDuration, tier_mw: Floats, ai_mw: Floats) -> Floats:
    """[S, M] USD of a state of the site: tiers [K, S, M] and a constant AI load [S, M]; releases the interpreter's lock.

    Raises ValueError for shapes that do not fit and for negative or not finite megawatts.
    """
    scenarios, months = problem.level_usd_per_mwh.shape
    tiers = len(problem.tier_value_usd_per_mwh)
    if tier_mw.shape != (tiers, scenarios, months) or ai_mw.shape != (scenarios, months):
        raise ValueError(
            f"tiers {tier_mw.shape} and AI load {ai_mw.shape} do not fit {tiers} tiers, {scenarios} scenarios, {months} months"
        )
    if not (np.isfinite(tier_mw).all() and np.isfinite(ai_mw).all()) or (tier_mw < 0).any() or (ai_mw < 0).any():
        raise ValueError("megawatts of a state must be finite and not negative")
    margin = np.zeros((scenarios, months))
    _margins(
        problem.sorted_shape,
        problem.running,
        problem.shape_year,
        problem.level_usd_per_mwh,
        problem.calendar_month,
        problem.hours,
        problem.adder_usd_per_mwh,
        problem.ppa_mw,
        problem.ppa_price_usd_per_mwh,
        problem.must_take_share,
        problem.resale,
        problem.fee_usd_per_mwh,
        problem.generator_mw,
        problem.generator_cost_usd_per_mwh,
        problem.import_limit_mw,
        problem.tier_value_usd_per_mwh,
        problem.unserved_usd_per_mwh,
        problem.active,
        tier_mw,
        ai_mw,
        margin,
    )
    return margin


@compiled
def _margins(
    ordered: Floats,
    running: Floats,
    shape_year: Ints,
    level: Floats,
    calendar_month: Ints,
    hours: Floats,
    adder: float,
    ppa_mw: Floats,
    ppa_price: Floats,
    must: Floats,
    resale: Bools,
    fee: Floats,
    generator_mw: Floats,
    generator_cost: Floats,
    limit: Floats,
    tier_value: Floats,
    unserved: float,
    active: Bools,
    tier_mw: Floats,
    ai_mw: Floats,
    margin: Floats,
) -> None:
    scenarios, months = level.shape
    ppas, plants, tiers = len(ppa_mw), len(generator_mw), len(tier_mw)
    spot, connected, sources = 2 * ppas, 2 * ppas + 1, 2 * ppas + 1 + plants
    for scenario in range(scenarios):
        load_order, load_value = np.arange(tiers + 1), np.empty(tiers + 1)
        load_mw, load_run = np.empty(tiers + 1), np.empty(tiers + 1)
        source_order, cost = np.arange(sources), np.empty(sources)
        mw, run = np.empty(sources), np.empty(sources)
        breaks = np.empty((tiers + 1 + plants + ppas) * (ppas + 1) + ppas + 1)
        load_value[tiers] = unserved
        for month in range(months):
            if not active[month]:
                continue
            for tier in range(tiers):
                load_value[tier] = tier_value[tier, scenario, month]
                load_mw[tier] = tier_mw[tier, scenario, month]
            load_mw[tiers] = ai_mw[scenario, month]
            for plant in range(plants):
                cost[connected + plant] = generator_cost[plant, month]
                mw[connected + plant] = generator_mw[plant, month]
            sort_loads(load_order, load_value)

            count = 0
            for load in range(tiers + 1 + plants):
                at = (load_value[load] if load <= tiers else generator_cost[load - tiers - 1, month]) - adder
                breaks[count] = at
                count += 1
                for ppa in range(ppas):
                    breaks[count] = at + fee[ppa]
                    count += 1
            for ppa in range(ppas):
                breaks[count] = ppa_price[ppa, month]
                breaks[count + 1] = fee[ppa]
                count += 2
                for other in range(ppas):
                    breaks[count] = ppa_price[ppa, month] + fee[other]
                    count += 1
            breaks[count] = 0.0
            breaks.sort()

            year, calendar = shape_year[scenario, month // 12], calendar_month[month]
            curve, sums = ordered[year, calendar], running[year, calendar]
            hour_count = int(hours[month])
            scale = level[scenario, month]
            low = 0
            total = 0.0
            for piece in range(len(breaks) + 1):
                high = hour_count
                if piece < len(breaks):
                    high = np.searchsorted(curve[:hour_count], breaks[piece] / scale)
                if high <= low:
                    continue
                price = scale * (sums[high] - sums[low]) / (high - low)
                contract_costs(price, adder, ppa_price[:, month], resale, fee, must, cost, mw, ppa_mw[:, month])
                sort_sources(source_order, cost)
                match(limit[month], connected, load_order, load_value, load_mw, source_order, cost, mw, load_run, run)
                money = -(price + adder) * run[spot] - unserved * (load_mw[tiers] - load_run[tiers])
                for ppa in range(ppas):
                    taken, resold, _ = leave_contract(
                        price, ppa_price[ppa, month], resale[ppa], fee[ppa], mw[ppa], mw[ppas + ppa], run[ppa], run[ppas + ppa]
                    )
                    money += (price - fee[ppa]) * resold - ppa_price[ppa, month] * taken
                    money -= adder * (run[ppa] + run[ppas + ppa])
                for plant in range(plants):
                    money -= cost[connected + plant] * run[connected + plant]
                for tier in range(tiers):
                    money += load_value[tier] * load_run[tier]
                total += (high - low) * money
                low = high
            margin[scenario, month] = total
