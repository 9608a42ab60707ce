"""What a market's rules let a price be: a cap and a floor, in sums over hours that are sorted by price; compiled.

A price is ``min(max(level x shape, floor), cap)``. Sorted, the hours at the floor come first and those at the cap last, so a
sum over the cheapest hours is a part at the floor, a part of the running sum, and a part at the cap.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repower.dispatch.arrays import Floats
from repower.dispatch.stack import compiled


class PriceLimits(NamedTuple):
    """Lowest and highest price that the market lets be, USD/MWh."""

    floor: float = -np.inf
    cap: float = np.inf


NO_LIMITS = PriceLimits()


def checked_limits(limits: PriceLimits) -> PriceLimits:
    """The same as floats; ValueError where the floor is not below the cap, or either is nan."""
    if not limits.floor < limits.cap:
        raise ValueError(f"the floor of prices, {limits.floor:g} USD/MWh, must be below their cap, {limits.cap:g}")
    return PriceLimits(float(limits.floor), float(limits.cap))


@compiled
def count_below(curve: Floats, level: float, limit: float) -> int:
    """Number of hours of a rising curve with ``level x curve < limit``."""
    low, high = 0, len(curve)
    # The product is compared, not the shape with a quotient: hours at a tie fall as they do hour by hour.
    while low < high:
        middle = (low + high) // 2
        if level * curve[middle] < limit:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def count_cheaper(curve: Floats, level: float, floor: float, cap: float, limit: float) -> int:
    """Number of hours whose price within floor and cap is below `limit`."""
    if limit <= floor:
        return 0
    if limit > cap:
        return len(curve)
    return count_below(curve, level, limit)


@compiled
def sum_of_cheapest(curve: Floats, weight: Floats, weighted: Floats, level: float, floor: float, cap: float, hours: int) -> float:
    """Sum of price x weight over the cheapest `hours`.

    curve : [n] rising.  weight, weighted : [n + 1] running sums of the weights and of weight x curve, beginning with 0.
    """
    if floor == -np.inf and cap == np.inf:
        return float(level * weighted[hours])
    first = min(count_below(curve, level, floor), hours)
    last = hours
    if cap < np.inf:
        last = max(min(count_below(curve, level, cap), hours), first)
    total = level * (weighted[last] - weighted[first])
    if first > 0:
        total += floor * weight[first]
    if last < hours:
        total += cap * (weight[hours] - weight[last])
    return float(total)
