"""Backwards through the hours of one site: what stored energy is worth at the start of each, compiled.

Hours that are concave are merges of lists (`repower.dispatch.storage`); others are upper envelopes (`repower.dispatch.arcs`).
Nothing is allocated within the hours, except where an hour is not concave and where a list outgrows its space.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repower.dispatch.arcs import (
    ALIKE,
    Pieces,
    best_of_arcs,
    list_arcs,
    new_arcs,
    new_pieces,
    run_end,
    value_at,
)
from repower.dispatch.arrays import Bools, Floats, Ints
from repower.dispatch.stack import ROUNDING, Hours, Ranks, Stack, compiled, lay_out, list_one, new_stack, price_hour, sort_hour
from repower.dispatch.storage import (
    FIRST,
    LAST,
    LENGTH,
    SLOPE,
    Landed,
    Store,
    is_concave,
    merge,
    steps_around,
)
from repower.dispatch.ways import patterns_of


class Kept(NamedTuple):
    """V after each hour that is not concave: pieces ``hours[FIRST, h]`` to ``hours[LAST, h]`` of one long list."""

    hours: Ints
    pieces: Pieces


@compiled
def backwards(site: Hours, limit: Floats, store: Store, stack: Stack, landed: Landed, odd: Ints) -> Kept:
    """Fill `landed`, mark hours that are not concave in `odd` [H], and return V after each of these."""
    energy = store.energy_mwh
    arcs = new_arcs(len(stack.order), patterns_of(site.least))
    steps = np.empty((2, 2 * (len(stack.order) + 2)))
    kept = Kept(np.zeros((2, len(limit)), dtype=np.int64), new_pieces(64))
    kept_pieces, kept_count = kept.pieces, 0
    v, pieces = new_pieces(1), 0
    lists = np.empty((2, 2, 256))
    which = 0
    if store.least_end_mwh > 0.0:
        lists[0, SLOPE, 0], lists[0, LENGTH, 0] = store.must_stay, store.least_end_mwh
        pieces = 1
    if store.least_end_mwh < energy:
        lists[0, SLOPE, pieces], lists[0, LENGTH, pieces] = store.end_value, energy - store.least_end_mwh
        pieces += 1
    concave = True
    at = 0
    hour = len(limit) - 1
    while hour >= 0:
        if concave:
            room = lists.shape[2]
            if pieces + steps.shape[1] > room:
                longer = np.empty((2, 2, 4 * room))
                longer[:, :, :room] = lists
                lists = longer
            hour, pieces, at, which = _backwards_concave(
                site.hourly,
                site.calendar,
                site.mw,
                site.base,
                site.kind,
                site.fee,
                site.least,
                stack.order,
                stack.moving,
                stack.work,
                stack.kept,
                limit,
                hour,
                store,
                steps,
                lists,
                pieces,
                which,
                landed.hours,
                landed.lowest,
                landed.steps,
                landed.moved,
                at,
                odd,
            )
            if hour < 0 or pieces + steps.shape[1] > lists.shape[2]:
                continue
            v = new_pieces(pieces)
            _to_pieces(lists[which], pieces, energy, v)
        else:
            list_one(site, stack, hour)
        odd[hour] = 1
        landed.moved[hour] = True
        if kept_count + pieces > len(kept_pieces.start):
            longer_pieces = new_pieces(2 * (kept_count + pieces))
            copy_pieces(kept_pieces, 0, kept_count, longer_pieces, 0)
            kept_pieces = longer_pieces
        copy_pieces(v, 0, pieces, kept_pieces, kept_count)
        kept.hours[FIRST, hour] = kept_count
        kept_count += pieces
        kept.hours[LAST, hour] = kept_count
        many = list_arcs(site.kind, site.least, stack.order, stack.work, limit[hour], store, steps, arcs)
        v, pieces, _ = best_of_arcs(arcs, many, v, pieces, energy)
        concave = run_end(v, pieces, 0) == pieces
        if concave:
            if pieces + steps.shape[1] > lists.shape[2]:
                lists = np.empty((2, 2, 2 * (pieces + steps.shape[1])))
            for piece in range(pieces):
                lists[which, SLOPE, piece] = v.slope[piece]
                lists[which, LENGTH, piece] = v.end[piece] - v.start[piece]
        hour -= 1
    return Kept(kept.hours, kept_pieces)


@compiled
def _backwards_concave(
    hourly: Floats,
    calendar: Ints,
    mw: Floats,
    base: Floats,
    kind: Ints,
    fee: Floats,
    least: Floats,
    order: Ranks,
    moving: Ranks,
    work: Floats,
    kept: Floats,
    limit: Floats,
    hour: int,
    store: Store,
    steps: Floats,
    lists: Floats,
    pieces: int,
    which: int,
    landed_hours: Ints,
    landed_lowest: Floats,
    landed_steps: Floats,
    landed_moved: Bools,
    at: int,
    odd: Ints,
) -> tuple[int, int, int, int]:
    """From `hour` down as long as hours are concave and lists have space; returns (the hour that is not, pieces, at, which).

    That hour is listed. The V of its next hour is ``lists[which]``.
    """
    patterns = patterns_of(least)
    v, new = lists[which], lists[1 - which]
    most = lists.shape[2] - steps.shape[1]
    while hour >= 0:
        if pieces > most:
            break
        price_hour(hourly, calendar, mw, base, kind, fee, order, moving, work, kept, hour)
        landed_moved[hour] = sort_hour(order, work)
        give, one_way = lay_out(kind, order, work, limit[hour])
        if one_way or patterns > 1:
            break
        first, middle, last, lowest = steps_around(
            order,
            work,
            give,
            ROUNDING * give,
            store.charge_mw,
            store.discharge_mw,
            store.charge_efficiency,
            store.discharge_efficiency,
            store.wear,
            steps,
        )
        if not is_concave(steps, first, middle, last):
            break
        landed_hours[FIRST, hour] = at
        landed_lowest[hour] = lowest
        pieces, at = merge(steps, first, middle, last, lowest, store.energy_mwh, v, pieces, new, landed_steps, at)
        landed_hours[LAST, hour] = at
        odd[hour] = 0
        v, new = new, v
        which = 1 - which
        hour -= 1
    return hour, pieces, at, which


@compiled
def value_hours(site: Hours, limit: Floats, store: Store) -> float:
    """What all hours are worth by the slow way for every hour, schedule aside: V at the start, against `constant` of each hour.

    Where the problem is not concave no prices need prove the optimum; this does, by itself.
    """
    stack = new_stack(site)
    energy = store.energy_mwh
    arcs = new_arcs(len(stack.order), patterns_of(site.least))
    steps = np.empty((2, 2 * (len(stack.order) + 2)))
    v, pieces = new_pieces(2), 0
    for start, end, worth in ((0.0, store.least_end_mwh, store.must_stay), (store.least_end_mwh, energy, store.end_value)):
        if end > start:
            v.start[pieces], v.end[pieces], v.slope[pieces] = start, end, worth
            v.value[pieces] = 0.0 if pieces == 0 else store.must_stay * store.least_end_mwh
            pieces += 1
    total = -(store.must_stay - store.end_value) * store.least_end_mwh
    for hour in range(len(limit) - 1, -1, -1):
        list_one(site, stack, hour)
        many = list_arcs(site.kind, site.least, stack.order, stack.work, limit[hour], store, steps, arcs)
        v, pieces, left_end = best_of_arcs(arcs, many, v, pieces, energy)
        # Where two arcs are alike the envelope may follow the lower one; a bound must not.
        total += left_end + 2.0 * ALIKE * many * (1.0 + np.abs(v.value[:pieces]).max() + abs(left_end))
    return total + value_at(v, pieces, store.start_mwh)


@compiled
def _to_pieces(steps: Floats, count: int, energy: float, v: Pieces) -> None:
    start, value = 0.0, 0.0
    for piece in range(count):
        v.start[piece] = start
        v.value[piece] = value
        v.slope[piece] = steps[SLOPE, piece]
        value += steps[SLOPE, piece] * steps[LENGTH, piece]
        start += steps[LENGTH, piece]
        v.end[piece] = start
    v.end[count - 1] = energy


@compiled
def copy_pieces(source: Pieces, first: int, last: int, target: Pieces, at: int) -> None:
    """Pieces `first` to `last` of one list to the place `at` of another."""
    count = last - first
    target.start[at : at + count] = source.start[first:last]
    target.end[at : at + count] = source.end[first:last]
    target.value[at : at + count] = source.value[first:last]
    target.slope[at : at + count] = source.slope[first:last]
