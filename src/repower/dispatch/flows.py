"""What runs, added up: by hour or by month, as rows of one array; compiled."""

from __future__ import annotations

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.stack import (
    ADDER,
    CONNECTED,
    COST,
    EXPORT,
    FIRM,
    FIRST_SOURCE,
    FLEXIBLE,
    FOLLOWS,
    GIVEN,
    MW,
    PERIOD,
    SLOT,
    SOURCE,
    SPOT,
    WIDTH,
    Hours,
    Ranks,
    compiled,
    inlined,
)

#: Rows of the flows, each summed by slot: USD, then MWh; from USED on what each place of the list gives or gets; after them, for
#: each contract, what is taken and what is resold; and last, where slots hold many hours, the money that follows the market.
MARGIN, CHARGE, DISCHARGE, UNSERVED, FLEXED, USED = range(6)
#: Rows of that money, counted from the first of them.
SPOT_USD, RESALE_USD, EXPORT_USD, ADDER_USD, MONEY = range(5)

#: Rows of the detail of single hours: energy in store at the end; value of one more MW at the bus by what is not yet full,
#: storage aside, with and without sources behind the connection; cheapest connected source not yet full; slopes of the
#: hour's margin over withdrawal, to the right and to the left.
STORED, NEXT, NEXT_FREE, NEXT_IMPORT, RIGHT, LEFT = range(6)


@compiled
def new_flows(site: Hours, slots: int) -> Floats:
    """Zeros for `run_hours` to add to: [rows, slots], where each slot is an hour, so that its money is price x MW."""
    return np.zeros((USED + len(site.kind) + 2 * len(site.contract), slots))


def new_detail(hours: int) -> Floats:
    """[6, H] for `run_hours`."""
    return np.zeros((6, hours))


@inlined
def write_hours(
    hourly: Floats,
    calendar: Ints,
    kind: Ints,
    fee: Floats,
    least: Floats,
    contract: Floats,
    order: Ranks,
    work: Floats,
    hour: int,
    running: int,
    hours: float,
    market: float,
    flows: Floats,
) -> None:
    """Add what `give_out` gave in a number of `hours` like this one; `market` is the sum of their prices."""
    ppas = len(contract)
    usd = USED + len(kind) + 2 * ppas
    with_money = flows.shape[0] > usd
    now = np.uintp(hour)
    at, slot = np.uintp(calendar[PERIOD, now]), np.uintp(calendar[SLOT, now])
    spot_place = 0
    money = through = 0.0
    for item in order:
        given = work[GIVEN, item]
        what = kind[item]
        if what & SOURCE:
            used = work[WIDTH, item] - given
            if running > 0 and least[item] > 0.0:
                bit = 0
                for place in range(item):
                    if least[place] > 0.0:
                        bit += 1
                if (running >> bit) & 1:
                    used += least[item] * work[MW, item]
            if what & CONNECTED:
                through += used
                if what & SPOT:
                    spot_place = item
                    if with_money:
                        flows[np.uintp(usd + SPOT_USD), slot] += market * used
                    money -= market * used
            else:
                money -= hours * work[COST, item] * used
            flows[np.uintp(USED + item), slot] += hours * used
        else:
            flows[np.uintp(USED + item), slot] += hours * given
            if what & EXPORT:
                export_usd = (market - hours * fee[item]) * given
                if with_money:
                    flows[np.uintp(usd + EXPORT_USD), slot] += export_usd
                money += export_usd
            elif item >= FIRST_SOURCE:
                money += hours * work[COST, item] * given
    for ppa in range(ppas):
        must_place, optional_place = np.uintp(spot_place + 2 * ppas - ppa), np.uintp(spot_place + ppas - ppa)
        must_run = work[WIDTH, must_place] - work[GIVEN, must_place]
        optional_run = work[WIDTH, optional_place] - work[GIVEN, optional_place]
        brings = max(market - hours * fee[must_place], 0.0) if kind[must_place] & FOLLOWS else 0.0
        taken = work[MW, must_place] + optional_run
        if brings > hours * contract[ppa, at]:
            taken = work[MW, must_place] + work[MW, optional_place]
        resold = taken - must_run - optional_run if brings > 0.0 else 0.0
        row = np.uintp(USED + len(kind) + 2 * ppa)
        flows[row, slot] += hours * taken
        flows[np.uintp(USED + len(kind) + 2 * ppa + 1), slot] += hours * resold
        if with_money:
            flows[np.uintp(usd + RESALE_USD), slot] += brings * resold
        money += brings * resold - hours * contract[ppa, at] * taken
    short, flexed = work[MW, FIRM] - work[GIVEN, FIRM], work[MW, FLEXIBLE] - work[GIVEN, FLEXIBLE]
    adder_usd = hours * hourly[ADDER, now] * through
    flows[UNSERVED, slot] += hours * short
    flows[FLEXED, slot] += hours * flexed
    if with_money:
        flows[np.uintp(usd + ADDER_USD), slot] += adder_usd
    flows[MARGIN, slot] += money - adder_usd - hours * (work[COST, FIRM] * short + work[COST, FLEXIBLE] * flexed)


@inlined
def write_next(kind: Ints, order: Ranks, work: Floats, rank: int, hour: int, detail: Floats) -> None:
    """What one more MW would do, at the bus and through the connection."""
    now = np.uintp(hour)
    cheapest = np.inf
    for item in order:
        if kind[item] & CONNECTED and work[WIDTH, item] - work[GIVEN, item] < work[MW, item]:
            cheapest = min(cheapest, work[COST, item])
    detail[NEXT_IMPORT, now] = cheapest
    detail[NEXT, now] = detail[NEXT_FREE, now] = -np.inf
    for after in range(rank, len(order)):
        item = order[np.uintp(after)]
        if work[GIVEN, item] < work[WIDTH, item]:
            if detail[NEXT, now] == -np.inf:
                detail[NEXT, now] = work[COST, item]
            # Nothing comes in to be sold.
            if kind[item] & (CONNECTED | EXPORT) == 0:
                detail[NEXT_FREE, now] = work[COST, item]
                break
