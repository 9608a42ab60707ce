"""The merit order of one hour, compiled: cheapest sources to the loads worth most, and what undelivered contracts do.

Every contract of w MW with must-take share m is two sources behind the connection. Let ``b = max(p - fee, 0)`` where it
may be resold and 0 where not: what a MWh of it brings that is paid for and not delivered.

====================  ===================  ==========================================================================
source                MW                   cost at the bus, USD/MWh
====================  ===================  ==========================================================================
contract, must take   m w                  b + adder              (its price is paid anyway; delivering forgoes b)
contract, optional    (1 - m) w            max(price, b) + adder  (take and deliver: price; or forgo taking to resell)
spot                  no limit of its own  p + adder
generator             its MW               its cost               (outside the connection)
====================  ===================  ==========================================================================

Sources behind the connection share its limit. They are alike except for their cost, so the cheapest fill it first; what
fits, merged with the generators by cost, is matched with the loads by value. That greedy match is optimal because both
sides are nested (a transport problem through one node). With a negative price spot undercuts every contract, which is
then left, resold or not taken.

Ties: a tier whose value equals the cost stays off, the AI load is served; between equal sources a contract's must-take
part goes before its optional part, before spot, before a generator, and a lower number before a higher; the AI load goes
before a tier, and a lower tier before a higher. An optional MWh that resale would only just pay for is not taken.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numba import njit

from repower.dispatch.problem import Bools, Floats, Ints

F = TypeVar("F", bound=Callable[..., object])

#: A remainder below this share of the whole is rounding, not a megawatt that another source would have to serve.
ROUNDING = 1e-14


def compiled(function: F) -> F:
    """Compiled by numba on first use, kept beside the source; releases the interpreter's lock."""
    return cast("F", njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: F) -> F:
    """A step of an hour, written into each kernel that calls it: a call costs as much as the step.

    numba does not see that a kernel kept on disk depends on this file; after a change here, delete ``__pycache__``.
    """
    return cast("F", njit(inline="always", error_model="numpy")(function))


@inlined
def sort_loads(order: Ints, value: Floats) -> None:
    """Order of loads by falling value, in place; `order` and `value` [K + 1], the last is the AI load, first among equals."""
    firm = len(order) - 1
    for place in range(1, len(order)):
        load = order[place]
        back = place - 1
        while back >= 0:
            other = order[back]
            after = value[other] < value[load] or (
                value[other] == value[load] and (load == firm or (other > load and other != firm))
            )
            if not after:
                break
            order[back + 1] = other
            back -= 1
        order[back + 1] = load


@inlined
def sort_sources(order: Ints, cost: Floats) -> None:
    """Order of sources by rising cost, in place; a lower number first among equals."""
    for place in range(1, len(order)):
        source = order[place]
        back = place - 1
        while back >= 0:
            other = order[back]
            if not (cost[other] > cost[source] or (cost[other] == cost[source] and other > source)):
                break
            order[back + 1] = other
            back -= 1
        order[back + 1] = source


@inlined
def contract_costs(
    price: float,
    adder: float,
    ppa_price: Floats,
    resale: Bools,
    fee: Floats,
    must: Floats,
    cost: Floats,
    mw: Floats,
    ppa_mw: Floats,
) -> None:
    """Write cost and MW of must-take parts (0..P-1), optional parts (P..2P-1) and spot (2P) for this hour."""
    ppas = len(ppa_mw)
    for ppa in range(ppas):
        brings = max(price - fee[ppa], 0.0) if resale[ppa] else 0.0
        cost[ppa] = brings + adder
        cost[ppas + ppa] = max(ppa_price[ppa], brings) + adder
        mw[ppa] = must[ppa] * ppa_mw[ppa]
        mw[ppas + ppa] = ppa_mw[ppa] - mw[ppa]
    cost[2 * ppas] = price + adder
    mw[2 * ppas] = np.inf


@inlined
def match(
    limit: float,
    connected: int,
    load_order: Ints,
    load_value: Floats,
    load_mw: Floats,
    source_order: Ints,
    source_cost: Floats,
    source_mw: Floats,
    load_run: Floats,
    source_run: Floats,
) -> None:
    """Fill `load_run` [K + 1] and `source_run` [N] for sorted loads and sources; sources below `connected` share `limit`."""
    firm = len(load_order) - 1
    for load in range(len(load_run)):
        load_run[load] = 0.0
    for source in range(len(source_run)):
        source_run[source] = 0.0
    count = len(source_order)
    left = limit
    at = 0
    for load in load_order:
        need = load_mw[load]
        while need > 0.0:
            if at == count:
                return
            source = source_order[at]
            within = source < connected
            if source_mw[source] <= 0.0 or (within and left <= 0.0):
                at += 1
                continue
            value = load_value[load]
            if value < source_cost[source] or (value == source_cost[source] and load != firm):
                return
            free = source_mw[source] - source_run[source]
            take = min(need, free, left) if within else min(need, free)
            source_run[source] += take
            load_run[load] += take
            need -= take
            if need <= ROUNDING * load_mw[load]:
                load_run[load] = load_mw[load]
                need = 0.0
            if within:
                left -= take
                if left <= ROUNDING * limit:
                    left = 0.0
            if take >= free:
                source_run[source] = source_mw[source]
                at += 1


@inlined
def leave_contract(
    price: float,
    ppa_price: float,
    resale: bool,
    fee: float,
    must_mw: float,
    optional_mw: float,
    must_run: float,
    optional_run: float,
) -> tuple[float, float, float]:
    """(taken, resold, left) MW of one contract, after `must_run` and `optional_run` MW of it are delivered."""
    brings = max(price - fee, 0.0) if resale else 0.0
    idle = must_mw - must_run
    taken = must_mw + optional_run
    if brings > ppa_price:
        idle += optional_mw - optional_run
        taken = must_mw + optional_mw
    if brings > 0.0:
        return taken, idle, 0.0
    return taken, 0.0, idle


@inlined
def margins_of_one_more_mw(
    connected: int,
    load_order: Ints,
    load_value: Floats,
    load_mw: Floats,
    source_order: Ints,
    source_cost: Floats,
    source_mw: Floats,
    load_run: Floats,
    source_run: Floats,
) -> tuple[float, float]:
    """What one more MW is worth after `match`: of import limit, and of free energy at the bus that may be refused.

    One more MW of either serves the best load not yet full, or replaces the dearest source in use that it can stand for
    (a larger limit admits the cheapest connected source not yet full, which can stand for a generator only).
    """
    best_load = -np.inf
    for load in load_order:
        if load_run[load] < load_mw[load]:
            best_load = load_value[load]
            break
    dearest = dearest_plant = -np.inf
    next_connected = np.inf
    for source in source_order:
        if source_run[source] > 0.0:
            dearest = source_cost[source]
            if source >= connected:
                dearest_plant = source_cost[source]
        if source < connected and source_run[source] < source_mw[source] and source_cost[source] < next_connected:
            next_connected = source_cost[source]
    return max(0.0, max(best_load, dearest_plant) - next_connected), max(0.0, best_load, dearest)
