"""All hours of one site, compiled: backwards for what stored energy is worth, forwards for what runs.

Without storage no hour touches another, and only the way forwards is gone.
"""

from __future__ import annotations

import numpy as np

from repower.dispatch.arcs import (
    choose,
    list_arcs,
    new_arcs,
    new_pieces,
    slopes_at,
)
from repower.dispatch.arrays import Bools, Floats, Ints
from repower.dispatch.backwards import Kept, backwards, copy_pieces
from repower.dispatch.flows import CHARGE, DISCHARGE, LEFT, MARGIN, RIGHT, STORED, write_hours, write_next
from repower.dispatch.stack import (
    AI_MW,
    FLEXIBLE_MW,
    PRICE,
    ROUNDING,
    SLOT,
    Hours,
    Ranks,
    Stack,
    compiled,
    give_out,
    holds,
    inlined,
    keep,
    lay_out,
    list_one,
    new_stack,
    price_hour,
    sort_hour,
)
from repower.dispatch.storage import (
    FIRST,
    LAST,
    Landed,
    Store,
    new_landed,
    withdraw,
)
from repower.dispatch.ways import best_way, lay_out_way, patterns_of


@compiled
def run_hours(landed: Landed, site: Hours, limit: Floats, store: Store, flows: Floats, detail: Floats, odd: Ints) -> float:
    """Dispatch all hours with a store under `limit` [H], exactly, adding to `flows`; returns what is in store at the end (MWh).

    landed : work space, for at least so many hours and places. detail : [6, H], or [6, 0] where it is not wanted. odd : [H] gets
    1 where an hour was not concave.
    """
    stack = new_stack(site)
    kept = backwards(site, limit, store, stack, landed, odd)
    return _forwards(site, limit, store, stack, landed, kept, flows, detail, odd)


@compiled
def run_first(
    site: Hours,
    limit: Floats,
    store: Store,
    stack: Stack,
    landed: Landed,
    hours: int,
    flows: Floats,
    detail: Floats,
    odd: Ints,
) -> None:
    """The same for the first `hours` of a window only: backwards over all of it, forwards over what is wanted.

    stack, landed : work space for the longest of many windows. What is in store stands in `detail`.
    """
    if store.energy_mwh > 0.0:
        kept = backwards(site, limit, store, stack, landed, odd)
        _forwards(site, limit[:hours], store, stack, landed, kept, flows, detail, odd)
    else:
        run_apart(site, limit[:hours], store, flows, detail, odd)


@compiled
def run_apart(site: Hours, limit: Floats, no_store: Store, flows: Floats, detail: Floats, odd: Ints) -> None:
    """The same without a store: hours do not touch one another. No hour is odd: each is looked at in all its ways."""
    stack = new_stack(site)
    landed = new_landed(0, 0)
    odd[:] = 0
    hour = 0
    while hour < len(limit):
        hour, _ = _forwards_concave(
            site.hourly,
            site.calendar,
            site.mw,
            site.base,
            site.kind,
            site.fee,
            site.least,
            site.contract,
            stack.order,
            stack.moving,
            stack.work,
            stack.kept,
            limit,
            hour,
            no_store,
            0.0,
            landed.hours,
            landed.lowest,
            landed.steps,
            landed.moved,
            flows,
            detail,
            odd,
        )
        if hour == len(limit):
            break
        list_one(site, stack, hour)
        _, one_way = lay_out(site.kind, stack.order, stack.work, limit[hour])
        way, running = best_way(site.kind, site.least, stack.order, stack.work, limit[hour], one_way)
        _run_way(site, stack, limit[hour], no_store, 0.0, hour, way, running, 0.0, 0.0, 0.0, flows, detail)
        hour += 1


@compiled
def _run_way(
    site: Hours,
    stack: Stack,
    limit: float,
    store: Store,
    stored: float,
    hour: int,
    way: int,
    running: int,
    withdrawal: float,
    right: float,
    left: float,
    flows: Floats,
    detail: Floats,
) -> float:
    """Carry out an hour that is listed, in a way of its own; returns what is in store."""
    give, _, _ = lay_out_way(site.kind, site.least, stack.order, stack.work, limit, way, running)
    stored, rank = _carry_out(
        site.calendar, stack.order, stack.work, store, stored, hour, give, withdrawal, right, left, flows, detail
    )
    write_hours(
        site.hourly,
        site.calendar,
        site.kind,
        site.fee,
        site.least,
        site.contract,
        stack.order,
        stack.work,
        hour,
        running,
        1.0,
        site.hourly[PRICE, hour],
        flows,
    )
    if detail.shape[1] > 0:
        write_next(site.kind, stack.order, stack.work, rank, hour, detail)
    return stored


@compiled
def _forwards(
    site: Hours,
    limit: Floats,
    store: Store,
    stack: Stack,
    landed: Landed,
    kept: Kept,
    flows: Floats,
    detail: Floats,
    odd: Ints,
) -> float:
    energy, stored = store.energy_mwh, store.start_mwh
    hours = len(limit)
    arcs = new_arcs(len(stack.order), patterns_of(site.least))
    steps = np.empty((2, 2 * (len(stack.order) + 2)))
    hour = 0
    while hour < hours:
        hour, stored = _forwards_concave(
            site.hourly,
            site.calendar,
            site.mw,
            site.base,
            site.kind,
            site.fee,
            site.least,
            site.contract,
            stack.order,
            stack.moving,
            stack.work,
            stack.kept,
            limit,
            hour,
            store,
            stored,
            landed.hours,
            landed.lowest,
            landed.steps,
            landed.moved,
            flows,
            detail,
            odd,
        )
        if hour == hours:
            break
        list_one(site, stack, hour)
        many = list_arcs(site.kind, site.least, stack.order, stack.work, limit[hour], store, steps, arcs)
        count = kept.hours[LAST, hour] - kept.hours[FIRST, hour]
        v = new_pieces(count)
        copy_pieces(kept.pieces, kept.hours[FIRST, hour], kept.hours[LAST, hour], v, 0)
        arc, withdrawal = choose(arcs, many, v, count, stored, energy)
        right, left = slopes_at(arcs, arc, withdrawal)
        way, running = arcs.way[arc], arcs.running[arc]
        stored = _run_way(site, stack, limit[hour], store, stored, hour, way, running, withdrawal, right, left, flows, detail)
        hour += 1
    return stored


@compiled
def _forwards_concave(
    hourly: Floats,
    calendar: Ints,
    mw: Floats,
    base: Floats,
    kind: Ints,
    fee: Floats,
    least: Floats,
    contract: Floats,
    order: Ranks,
    moving: Ranks,
    work: Floats,
    kept: Floats,
    limit: Floats,
    hour: int,
    store: Store,
    stored: float,
    landed_hours: Ints,
    landed_lowest: Floats,
    landed_steps: Floats,
    landed_moved: Bools,
    flows: Floats,
    detail: Floats,
    odd: Ints,
) -> tuple[int, float]:
    """From `hour` up as long as hours are concave; returns (the hour that is not, what is in store then)."""
    has_store = store.energy_mwh > 0.0
    patterns = patterns_of(least)
    # Where sums are asked for, hours in which the same runs are written once: only their money follows the market.
    sums = flows.shape[1] < len(limit)
    number, total, first = 0.0, 0.0, 0
    while hour < len(limit):
        withdrawal, right, left = 0.0, 0.0, 0.0
        if has_store:
            if odd[hour] != 0:
                break
            withdrawal, right, left = withdraw(
                landed_hours[FIRST, hour], landed_hours[LAST, hour], landed_lowest[hour], landed_steps, stored
            )
        idle = abs(withdrawal) <= ROUNDING * store.energy_mwh
        if number > 0.0:
            if (
                idle
                and holds(hourly, calendar, kept, hour)
                and calendar[SLOT, hour] == calendar[SLOT, first]
                and hourly[AI_MW, hour] == hourly[AI_MW, first]
                and hourly[FLEXIBLE_MW, hour] == hourly[FLEXIBLE_MW, first]
                and limit[hour] == limit[first]
            ):
                number += 1.0
                total += hourly[PRICE, hour]
                hour += 1
                continue
            write_hours(hourly, calendar, kind, fee, least, contract, order, work, first, 0, number, total, flows)
            number = 0.0
        price_hour(hourly, calendar, mw, base, kind, fee, order, moving, work, kept, hour)
        # On the way backwards it was seen in which hours the order changes.
        if not has_store or hour == 0 or landed_moved[hour - 1]:
            sort_hour(order, work)
        give, one_way = lay_out(kind, order, work, limit[hour])
        if not has_store and (one_way or patterns > 1):
            break
        stored, rank = _carry_out(calendar, order, work, store, stored, hour, give, withdrawal, right, left, flows, detail)
        if sums and idle:
            number, total, first = 1.0, hourly[PRICE, hour], hour
            keep(hourly, calendar, base, kind, fee, order, work, kept, hour)
        else:
            write_hours(hourly, calendar, kind, fee, least, contract, order, work, hour, 0, 1.0, hourly[PRICE, hour], flows)
        if detail.shape[1] > 0:
            write_next(kind, order, work, rank, hour, detail)
        hour += 1
    if number > 0.0:
        write_hours(hourly, calendar, kind, fee, least, contract, order, work, first, 0, number, total, flows)
    return hour, stored


@inlined
def _carry_out(
    calendar: Ints,
    order: Ranks,
    work: Floats,
    store: Store,
    stored: float,
    hour: int,
    give: float,
    withdrawal: float,
    right: float,
    left: float,
    flows: Floats,
    detail: Floats,
) -> tuple[float, int]:
    """Withdraw (or put in) energy in an hour that is laid out, and give what the bus then has.

    Returns (what is in store; rank of the first place not filled).
    """
    energy = store.energy_mwh
    if abs(withdrawal) > ROUNDING * energy:
        withdrawal = min(max(withdrawal, stored - energy), stored)
        stored -= withdrawal
        if stored <= ROUNDING * energy:
            stored = 0.0
        elif energy - stored <= ROUNDING * energy:
            stored = energy
        slot = calendar[SLOT, hour]
        if withdrawal > 0.0:
            discharge = withdrawal * store.discharge_efficiency
            flows[DISCHARGE, slot] += discharge
            flows[MARGIN, slot] -= store.wear * discharge
            give += discharge
        else:
            charge = -withdrawal / store.charge_efficiency
            flows[CHARGE, slot] += charge
            give -= charge
    if detail.shape[1] > 0:
        detail[STORED, hour], detail[RIGHT, hour], detail[LEFT, hour] = stored, right, left
    return stored, give_out(order, work, give, ROUNDING * give)
