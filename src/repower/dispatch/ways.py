"""The ways in which one hour can run, compiled: which direction the meter turns, and which large generators run.

Within one way the hour's margin is concave in what the battery takes from the bus, and `repower.dispatch.stack` has it.
Where an hour has more than one way (a contract that is paid anyway would be exported; a generator that cannot run below its
least load), each is listed, and the best is taken: exact, at the cost of looking at all of them.
"""

from __future__ import annotations

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.stack import CONNECTED, COST, EXPORT, GIVEN, MW, SOURCE, WIDTH, Ranks, compiled

#: Directions of the meter: BOTH where export can never pay while anything comes in, so that one list does for both.
BOTH, INWARD, OUTWARD = 0, 1, 2


@compiled
def patterns_of(least: Floats) -> int:
    """Number of on/off patterns of the generators with a least load: bit i of `running` is the i-th of them, by place."""
    count = 0
    for share in least:
        if share > 0.0:
            count += 1
    return 1 << count


@compiled
def lay_out_way(
    kind: Ints, least: Floats, order: Ranks, work: Floats, limit: float, way: int, running: int
) -> tuple[float, float, float]:
    """Widths of the list in this way; returns (R, the MW to give; what the sources cost if none stands still; all widths).

    A generator with a least load that runs gives that in any case; what is above it can stand still.
    """
    left = 0.0 if way == OUTWARD else limit
    give = paid = total = 0.0
    for back in range(len(order) - 1, -1, -1):
        item = order[back]
        size = work[MW, item]
        what = kind[item]
        if what & EXPORT and way == INWARD:
            size = 0.0
        elif what & SOURCE:
            share = least[item]
            if what & CONNECTED:
                size = min(size, left)
                left -= size
            elif share > 0.0:
                bit = 0
                for place in range(item):
                    if least[place] > 0.0:
                        bit += 1
                if (running >> bit) & 1 == 0:
                    size = 0.0
            give += size
            paid += size * work[COST, item]
            size *= 1.0 - share
        work[WIDTH, item] = size
        total += size
    return give, paid, total


@compiled
def give_all(order: Ranks, work: Floats, give: float) -> float:
    """As `give_out`, to the last MW; returns the USD that it earns and saves."""
    value = 0.0
    for item in order:
        take = min(give, work[WIDTH, item])
        work[GIVEN, item] = take
        value += take * work[COST, item]
        give -= take
    return value


@compiled
def best_way(kind: Ints, least: Floats, order: Ranks, work: Floats, limit: float, one_way: bool) -> tuple[int, int]:
    """(way, running) with the best margin of an hour without storage; fewer generators among equals."""
    best, best_direction, best_running = -np.inf, BOTH, 0
    for running in range(patterns_of(least)):
        for way in range(INWARD, OUTWARD + 1) if one_way else range(BOTH, BOTH + 1):
            give, paid, total = lay_out_way(kind, least, order, work, limit, way, running)
            if give > total * (1.0 + 1e-12):
                continue
            value = give_all(order, work, give) - paid
            if value > best:
                best, best_direction, best_running = value, way, running
    return best_direction, best_running
