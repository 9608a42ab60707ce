"""A fleet whose machines have power modes, as loads that are switched on one after another.

A machine at power share s hashes s / j_per_th(s). Many machines can mix modes, some at low power and some at nominal, so a
fleet reaches every point between two modes: what it hashes for a given power is the concave hull over (0, 0), the nominal
power and the modes. The hull's pieces are loads of falling worth: low power first, at its own J/TH, then each step up, at

    marginal J/TH = extra power / extra hash

which is above the J/TH of the mode itself. This is exact up to one machine of the fleet. A mode under the hull is never used.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from repower.portfolio import Miner

#: Name of the power that every machine has without a mode.
NOMINAL = "nominal"


@dataclass(frozen=True)
class PowerStep:
    """One piece of the hull.

    label : the mode that it leads to, after the one that it leads from; empty for a machine without modes.
    power_share : its width, against the nominal power.  j_per_th : of the extra energy and hash.
    """

    label: str
    power_share: float
    j_per_th: float


def power_steps(miner: Miner) -> tuple[PowerStep, ...]:
    """The pieces of a machine's hull, most efficient first; one for a machine without modes.

    The steps' power shares add up to that of the highest mode, and share / J/TH adds up to its hash.
    """
    points = sorted(
        [
            (1.0, 1.0 / miner.j_per_th, NOMINAL),
            *((mode.power_share, mode.power_share / mode.j_per_th, mode.name) for mode in miner.modes),
        ]
    )
    hull = [(0.0, 0.0, "")]
    for point in points:
        if point[1] <= hull[-1][1]:
            continue  # more power and no more hash: the checks refuse it, and it would never be used
        if point[0] == hull[-1][0]:
            hull.pop()
        # The point before this one is under the line past it where the way to it rises less than the way from it.
        while len(hull) > 1 and _rise(hull[-2], hull[-1]) <= _rise(hull[-1], point):
            hull.pop()
        hull.append(point)
    if not miner.modes:
        return (PowerStep("", 1.0, miner.j_per_th),)
    return tuple(
        PowerStep(f"{before[2]} to {after[2]}" if before[2] else after[2], after[0] - before[0], 1.0 / _rise(before, after))
        for before, after in pairwise(hull)
    )


def _rise(before: tuple[float, float, str], after: tuple[float, float, str]) -> float:
    """Extra hash per extra power."""
    return (after[1] - before[1]) / (after[0] - before[0])
