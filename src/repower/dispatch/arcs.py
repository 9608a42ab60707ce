"""Hours that are not concave, with storage, compiled: the same dynamic programming on functions that may bend upwards.

An hour's margin over withdrawals is then the best of several concave arcs: one for each way that the hour can run
(`repower.dispatch.ways`), and charging apart from discharging where more energy at the bus is worth less than none, so that
doing both at once would pay for the losses. V is a list of straight pieces, with jumps allowed. The best of an arc and a
concave run of V is a merge, as in `repower.dispatch.storage`; V of the hour is the upper envelope of all of them. Exact; hours
like these cost some tens of times an ordinary one. As soon as V is concave again, the fast way takes over.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.stack import Ranks, compiled, lay_out
from repower.dispatch.storage import LENGTH, SLOPE, Store, is_concave, steps_around
from repower.dispatch.ways import BOTH, INWARD, OUTWARD, give_all, lay_out_way, patterns_of

#: Slopes and values that differ by less than this share are one.
_SAME = 1e-12
#: And two arcs that lie nearer than this share need no crossing; the higher one on the whole is taken.
ALIKE = 1e-13


class Arcs(NamedTuple):
    """The arcs of one hour. A arcs of up to L steps.

    lowest, value : [A] withdrawal at the left end, and the hour's margin there.  first, last : [A] its steps.
    way, running : [A].  slope, width : [A x L].
    """

    lowest: Floats
    value: Floats
    first: Ints
    last: Ints
    way: Ints
    running: Ints
    slope: Floats
    width: Floats


class Pieces(NamedTuple):
    """A piecewise linear function: on ``start[i] <= E <= end[i]`` it is ``value[i] + slope[i] (E - start[i])``."""

    start: Floats
    end: Floats
    value: Floats
    slope: Floats


@compiled
def new_arcs(places: int, patterns: int) -> Arcs:
    """Space for one hour, of a list of `places`, with so many on/off patterns of generators."""
    most = 4 * patterns
    size = most * 2 * (places + 2)
    whole = np.zeros(most, dtype=np.int64)
    return Arcs(
        np.zeros(most),
        np.zeros(most),
        whole.copy(),
        whole.copy(),
        whole.copy(),
        whole.copy(),
        np.zeros(size),
        np.zeros(size),
    )


@compiled
def new_pieces(size: int) -> Pieces:
    """Space for so many pieces."""
    return Pieces(np.empty(size), np.empty(size), np.empty(size), np.empty(size))


@compiled
def list_arcs(
    kind: Ints, least: Floats, order: Ranks, work: Floats, limit: float, store: Store, steps: Floats, arcs: Arcs
) -> int:
    """Write all arcs of one hour, listed before; returns their number."""
    count = 0
    at = 0
    _, one_way = lay_out(kind, order, work, limit)
    for running in range(patterns_of(least)):
        for way in range(INWARD, OUTWARD + 1) if one_way else range(BOTH, BOTH + 1):
            give, paid, total = lay_out_way(kind, least, order, work, limit, way, running)
            rounding = _SAME * total
            # More than all can take (least loads of generators) has to go into the store.
            short = give - total if give > total + rounding else 0.0
            if short > store.charge_mw:
                continue
            give = min(give, total)
            value = give_all(order, work, give) - paid
            first, middle, last, lowest = steps_around(
                order,
                work,
                give,
                rounding,
                store.charge_mw - short,
                0.0 if short > 0.0 else store.discharge_mw,
                store.charge_efficiency,
                store.discharge_efficiency,
                store.wear,
                steps,
            )
            lowest -= short * store.charge_efficiency
            start = value
            for step in range(first, middle):
                start -= steps[SLOPE, step] * steps[LENGTH, step]
            apart = not is_concave(steps, first, middle, last)
            for part in range(2 if apart else 1):
                begin = middle if part == 1 else first
                end = last if part == 1 or not apart else middle
                arcs.lowest[count] = 0.0 if part == 1 else lowest
                arcs.value[count] = value if part == 1 else start
                arcs.way[count] = way
                arcs.running[count] = running
                arcs.first[count] = at
                for step in range(begin, end):
                    arcs.slope[at] = steps[SLOPE, step]
                    arcs.width[at] = steps[LENGTH, step]
                    at += 1
                arcs.last[count] = at
                count += 1
    return count


@compiled
def _append(pieces: Pieces, count: int, start: float, end: float, value: float, slope: float) -> int:
    """Add a piece at the right end, joined with the last one where it goes straight on; returns the new count."""
    if count > 0:
        last = count - 1
        reach = pieces.value[last] + pieces.slope[last] * (pieces.end[last] - pieces.start[last])
        if start == end and pieces.end[last] == start and reach >= value:
            return count
        if abs(reach - value) <= _SAME * (1.0 + abs(value)) and abs(slope - pieces.slope[last]) <= _SAME * (1.0 + abs(slope)):
            pieces.end[last] = end
            return count
    pieces.start[count] = start
    pieces.end[count] = end
    pieces.value[count] = value
    pieces.slope[count] = slope
    return count + 1


@compiled
def run_end(pieces: Pieces, count: int, first: int) -> int:
    """End (exclusive) of the longest concave run that begins at piece `first`."""
    end = first + 1
    while end < count:
        last = end - 1
        reach = pieces.value[last] + pieces.slope[last] * (pieces.end[last] - pieces.start[last])
        if abs(reach - pieces.value[end]) > _SAME * (1.0 + abs(reach)) or pieces.slope[end] > pieces.slope[last]:
            break
        end += 1
    return end


@compiled
def _combine(arcs: Arcs, arc: int, pieces: Pieces, first: int, end: int, energy: float, out: Pieces) -> int:
    """The best of an arc and a concave run of V, within 0..energy; returns the number of pieces written."""
    position = arcs.lowest[arc] + pieces.start[first]
    value = arcs.value[arc] + pieces.value[first]
    count = 0
    step, done = arcs.first[arc], first
    while step < arcs.last[arc] or done < end:
        if step < arcs.last[arc] and (done == end or arcs.slope[step] > pieces.slope[done]):
            slope, size = arcs.slope[step], arcs.width[step]
            step += 1
        else:
            slope, size = pieces.slope[done], pieces.end[done] - pieces.start[done]
            done += 1
        reach = position + size
        left, right = max(position, 0.0), min(reach, energy)
        if right > left:
            count = _append(out, count, left, right, value + slope * (left - position), slope)
        value += slope * size
        position = reach
        if position >= energy:
            break
    if count == 0:
        # A way that fits at one energy only (a store that must be just empty to take it all) is a point.
        slack = _SAME * energy
        begin = arcs.lowest[arc] + pieces.start[first]
        if begin >= -slack and begin <= energy + slack and (begin >= energy - slack or position - begin <= 0.0):
            at = min(max(begin, 0.0), energy)
            count = _append(out, count, at, at, arcs.value[arc] + pieces.value[first], 0.0)
        elif abs(position) <= slack:
            count = _append(out, count, 0.0, 0.0, value, 0.0)
    return count


@compiled
def _envelope(a: Pieces, many_a: int, b: Pieces, many_b: int, out: Pieces) -> int:
    """The higher of two functions, each where it is defined; returns the number of pieces written."""
    count = 0
    i = j = 0
    x = -1.0
    while i < many_a or j < many_b:
        next_a = a.start[i] if i < many_a else np.inf
        next_b = b.start[j] if j < many_b else np.inf
        x = max(x, min(next_a, next_b))
        in_a, in_b = next_a <= x, next_b <= x
        if in_a and a.end[i] <= x:
            if a.start[i] == a.end[i] and not (in_b and b.value[j] + b.slope[j] * (x - b.start[j]) >= a.value[i]):
                count = _append(out, count, x, x, a.value[i], 0.0)
            i += 1
            continue
        if in_b and b.end[j] <= x:
            if b.start[j] == b.end[j] and not (in_a and a.value[i] + a.slope[i] * (x - a.start[i]) >= b.value[j]):
                count = _append(out, count, x, x, b.value[j], 0.0)
            j += 1
            continue
        right = min(a.end[i] if in_a else next_a, b.end[j] if in_b else next_b)
        if right > x:
            if in_a and in_b:
                value_a, slope_a = a.value[i] + a.slope[i] * (x - a.start[i]), a.slope[i]
                value_b, slope_b = b.value[j] + b.slope[j] * (x - b.start[j]), b.slope[j]
                lead, gain = value_a - value_b, slope_a - slope_b
                behind = lead + gain * (right - x)
                small = ALIKE * (1.0 + abs(value_a))
                if lead >= -small and behind >= -small and lead + behind >= 0.0:
                    count = _append(out, count, x, right, value_a, slope_a)
                elif lead <= small and behind <= small:
                    count = _append(out, count, x, right, value_b, slope_b)
                else:
                    cross = x - lead / gain
                    if lead > 0.0:
                        count = _append(out, count, x, cross, value_a, slope_a)
                        count = _append(out, count, cross, right, value_b + slope_b * (cross - x), slope_b)
                    else:
                        count = _append(out, count, x, cross, value_b, slope_b)
                        count = _append(out, count, cross, right, value_a + slope_a * (cross - x), slope_a)
            elif in_a:
                count = _append(out, count, x, right, a.value[i] + a.slope[i] * (x - a.start[i]), a.slope[i])
            else:
                count = _append(out, count, x, right, b.value[j] + b.slope[j] * (x - b.start[j]), b.slope[j])
        x = right
        if in_a and a.end[i] <= x:
            i += 1
        if in_b and b.end[j] <= x:
            j += 1
    return count


@compiled
def best_of_arcs(arcs: Arcs, many: int, v: Pieces, pieces: int, energy: float) -> tuple[Pieces, int, float]:
    """V of an hour from its arcs and V of the next hour, both over 0..energy; returns (V less its left end, pieces, left end)."""
    best = new_pieces(1)
    count = 0
    steps = arcs.last[many - 1]
    for arc in range(many):
        first = 0
        while first < pieces:
            end = run_end(v, pieces, first)
            candidate = new_pieces(end - first + arcs.last[arc] - arcs.first[arc] + steps + 1)
            found = _combine(arcs, arc, v, first, end, energy, candidate)
            if found > 0:
                higher = new_pieces(4 * (count + found) + 4)
                count = _envelope(best, count, candidate, found, higher)
                best = higher
            first = end
    base = best.value[0]
    for piece in range(count):
        best.value[piece] -= base
    return best, count, base


@compiled
def value_at(pieces: Pieces, count: int, energy: float) -> float:
    """V at `energy`; the higher side of a jump."""
    # Next to a jump the higher side counts: what is in store is known to rounding only.
    slack = _SAME * pieces.end[count - 1]
    low, high = 0, count - 1
    while low < high:
        middle = (low + high) // 2
        if pieces.end[middle] < energy - slack:
            low = middle + 1
        else:
            high = middle
    value = -np.inf
    while low < count and pieces.start[low] <= energy + slack:
        at = min(max(energy, pieces.start[low]), pieces.end[low])
        value = max(value, float(pieces.value[low] + pieces.slope[low] * (at - pieces.start[low])))
        low += 1
    return value


@compiled
def _margin_at(arcs: Arcs, arc: int, withdrawal: float) -> float:
    value = float(arcs.value[arc])
    left = withdrawal - arcs.lowest[arc]
    for step in range(arcs.first[arc], arcs.last[arc]):
        if left <= 0.0:
            break
        part = min(left, arcs.width[step])
        value += float(part * arcs.slope[step])
        left -= part
    return value


@compiled
def choose(arcs: Arcs, many: int, v: Pieces, pieces: int, stored: float, energy: float) -> tuple[int, float]:
    """(arc, withdrawal) that is best with `stored` MWh in store and V of the next hour.

    The optimum lies where the arc bends, where V bends, or at an end; doing nothing wins where it is as good.
    """
    best, best_arc, best_withdrawal = -np.inf, 0, 0.0
    slack = 1e-12 * energy
    for arc in range(many):
        low, high = arcs.lowest[arc], arcs.lowest[arc]
        for step in range(arcs.first[arc], arcs.last[arc]):
            high += arcs.width[step]
        low_allowed, high_allowed = max(low, stored - energy), min(high, stored)
        if low_allowed > high_allowed + slack:
            continue
        bends = arcs.last[arc] - arcs.first[arc] + 1
        point = low
        for place in range(bends + 2 * pieces + 2):
            if place < bends:
                withdrawal = point
                if place + 1 < bends:
                    point += arcs.width[arcs.first[arc] + place]
            elif place < bends + pieces:
                withdrawal = stored - v.start[place - bends]
            elif place < bends + 2 * pieces:
                withdrawal = stored - v.end[place - bends - pieces]
            elif place == bends + 2 * pieces:
                withdrawal = 0.0
            else:
                withdrawal = low_allowed
            if withdrawal < low_allowed - slack or withdrawal > high_allowed + slack:
                continue
            withdrawal = min(max(withdrawal, low_allowed), high_allowed)
            rest = min(max(stored - withdrawal, 0.0), energy)
            value = _margin_at(arcs, arc, withdrawal) + value_at(v, pieces, rest)
            small = 1e-12 * (1.0 + abs(value))
            better = value > best + small
            if better or (value >= best - small and abs(withdrawal) < abs(best_withdrawal)):
                best = max(best, value)
                best_arc, best_withdrawal = arc, withdrawal
    return best_arc, best_withdrawal


@compiled
def slopes_at(arcs: Arcs, arc: int, withdrawal: float) -> tuple[float, float]:
    """(right, left) slope of an arc."""
    position = arcs.lowest[arc]
    right, left = -np.inf, np.inf
    for step in range(arcs.first[arc], arcs.last[arc]):
        size = arcs.width[step]
        part = withdrawal - position
        if part <= 1e-9 * size:
            right = arcs.slope[step]
            break
        left = arcs.slope[step]
        if part < size * (1.0 - 1e-9):
            right = left
            break
        position += size
    return right, left
