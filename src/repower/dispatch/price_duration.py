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

from repower.dispatch.arrays import Bools, Floats, Ints
from repower.dispatch.flows import MARGIN, new_flows, write_hours
from repower.dispatch.places import Places, own
from repower.dispatch.price_limits import NO_LIMITS, PriceLimits, checked_limits, count_cheaper, sum_of_cheapest
from repower.dispatch.stack import (
    ADDER,
    AI_MW,
    PRICE,
    ROUNDING,
    Hours,
    compiled,
    give_out,
    lay_out,
    new_stack,
    price_hour,
    sort_hour,
)
from repower.horizon import HOURS_IN_MONTH, MONTH_EDGES


@dataclass(frozen=True)
class PriceDuration:
    """What all states of one site have in common. Shapes: Y shape years, S scenarios, N model years, M months.

    sorted_shape : [Y, 12, 744] prices of each calendar month against their level, rising (padded with inf).
    running : [Y, 12, 745] their running sum.  hours : [M].
    ppa_mw, ppa_price_usd_per_mwh : [P, M]; must_take_share, resale, fee : [P].
    generator_mw, generator_cost_usd_per_mwh : [G, M].  import_limit_mw : [M].  tier_value_usd_per_mwh : [K, S, M].
    active : [M] months that are wanted; the margin of the others is left at 0.  limits : of the market price.
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
    limits: PriceLimits = NO_LIMITS

    def price_sum(self) -> Floats:
        """[S, M] sum over the month's hours of the price at the site meter, adder included."""
        total = np.empty(self.level_usd_per_mwh.shape)
        hours = self.hours.astype(np.int64)
        floor, cap = checked_limits(self.limits)
        _price_sums(
            self.sorted_shape,
            self.running,
            self.shape_year,
            self.level_usd_per_mwh,
            self.calendar_month,
            hours,
            floor,
            cap,
            total,
        )
        return np.asarray(total + self.adder_usd_per_mwh * self.hours)


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
    places = Places(len(problem.ppa_mw), len(problem.generator_mw), tiers)
    none = np.zeros((tiers, months))
    margin = np.zeros((scenarios, months))
    _margins(
        problem.sorted_shape,
        problem.running,
        problem.shape_year,
        problem.level_usd_per_mwh,
        problem.calendar_month,
        problem.hours,
        problem.adder_usd_per_mwh,
        problem.import_limit_mw,
        places.mw(problem.ppa_mw, problem.must_take_share, problem.generator_mw, none, np.zeros(months)),
        places.base(problem.unserved_usd_per_mwh, 0.0, problem.ppa_price_usd_per_mwh, problem.generator_cost_usd_per_mwh, none),
        places.kind(problem.resale),
        places.fee(problem.fee_usd_per_mwh, 0.0),
        own(problem.ppa_price_usd_per_mwh),
        places.tier,
        problem.generator_cost_usd_per_mwh,
        problem.fee_usd_per_mwh,
        problem.tier_value_usd_per_mwh,
        problem.unserved_usd_per_mwh,
        problem.active,
        *checked_limits(problem.limits),
        tier_mw,
        ai_mw,
        margin,
    )
    return margin


@compiled
def _price_sums(
    ordered: Floats,
    running: Floats,
    shape_year: Ints,
    level: Floats,
    calendar_month: Ints,
    hours: Ints,
    floor: float,
    cap: float,
    total: Floats,
) -> None:
    number = np.arange(running.shape[2]).astype(np.float64)
    for scenario in range(level.shape[0]):
        for month in range(level.shape[1]):
            year, calendar = shape_year[scenario, month // 12], calendar_month[month]
            curve = ordered[year, calendar, : hours[month]]
            sums = running[year, calendar]
            total[scenario, month] = sum_of_cheapest(curve, number, sums, level[scenario, month], floor, cap, hours[month])


@compiled
def _margins(
    ordered: Floats,
    running: Floats,
    shape_year: Ints,
    level: Floats,
    calendar_month: Ints,
    hours: Floats,
    adder: float,
    limit: Floats,
    mw: Floats,
    base: Floats,
    kind: Ints,
    fee: Floats,
    contract: Floats,
    tier_place: Ints,
    generator_cost: Floats,
    ppa_fee: Floats,
    tier_value: Floats,
    unserved: float,
    active: Bools,
    floor: float,
    cap: float,
    tier_mw: Floats,
    ai_mw: Floats,
    margin: Floats,
) -> None:
    scenarios, months = level.shape
    ppas, plants, tiers = len(contract), len(generator_cost), len(tier_mw)
    breaks = np.empty((tiers + 1 + plants + ppas) * (ppas + 1) + ppas + 1)
    # One hour stands for all hours of a piece.
    hourly, index = np.zeros((4, 1)), np.zeros((2, 1), dtype=np.int64)
    hourly[ADDER] = adder
    site = Hours(hourly, index, mw, base, kind, fee, np.zeros(len(kind)), contract)
    flows = new_flows(site, 1)
    number = np.arange(running.shape[2]).astype(np.float64)
    for scenario in range(scenarios):
        hourly[AI_MW, 0] = ai_mw[scenario].max()
        for tier in range(tiers):
            mw[tier_place[tier]] = tier_mw[tier, scenario]
            base[tier_place[tier]] = tier_value[tier, scenario]
        stack = new_stack(site)
        for month in range(months):
            if not active[month]:
                continue
            hourly[AI_MW, 0], index[0, 0] = ai_mw[scenario, month], month
            count = 0
            for load in range(tiers + 1 + plants):
                if load < tiers:
                    at = tier_value[load, scenario, month]
                else:
                    at = unserved if load == tiers else generator_cost[load - tiers - 1, month]
                breaks[count] = at - adder
                count += 1
                for ppa in range(ppas):
                    breaks[count] = at - adder + ppa_fee[ppa]
                    count += 1
            for ppa in range(ppas):
                breaks[count] = contract[ppa, month]
                breaks[count + 1] = ppa_fee[ppa]
                count += 2
                for other in range(ppas):
                    breaks[count] = contract[ppa, month] + ppa_fee[other]
                    count += 1
            breaks[count] = 0.0
            breaks.sort()

            year, calendar = shape_year[scenario, month // 12], calendar_month[month]
            curve, sums = ordered[year, calendar], running[year, calendar]
            hour_count = int(hours[month])
            scale = level[scenario, month]
            low, before = 0, 0.0
            flows[MARGIN, 0] = 0.0
            for piece in range(len(breaks) + 1):
                high = hour_count
                if piece < len(breaks):
                    high = count_cheaper(curve[:hour_count], scale, floor, cap, breaks[piece])
                if high <= low:
                    continue
                up_to = sum_of_cheapest(curve[:hour_count], number, sums, scale, floor, cap, high)
                total = up_to - before
                before = up_to
                hourly[PRICE, 0] = total / (high - low)
                price_hour(hourly, index, mw, base, kind, fee, stack.order, stack.moving, stack.work, stack.kept, 0)
                sort_hour(stack.order, stack.work)
                give, _ = lay_out(kind, stack.order, stack.work, limit[month])
                give_out(stack.order, stack.work, give, ROUNDING * give)
                write_hours(
                    hourly,
                    index,
                    kind,
                    fee,
                    site.least,
                    contract,
                    stack.order,
                    stack.work,
                    0,
                    0,
                    float(high - low),
                    total,
                    flows,
                )
                low = high
            margin[scenario, month] = flows[MARGIN, 0]
