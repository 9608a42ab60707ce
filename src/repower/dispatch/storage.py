"""What stored energy is worth, hour by hour backwards, compiled: exact dynamic programming on slopes.

    V_h(E) = max over w of G_h(w) + V_{h+1}(E - w),   0 <= E - w <= energy

V is the worth of having E MWh in store at the start of hour h; G is the hour's margin when w MWh are withdrawn from the store
(w < 0: put in). Where both are concave and piecewise linear they are lists of (slope, width), steepest first; the best split
of E between them takes the steepest first, so V_h is the two lists merged, cut to 0..energy. G is the hour's merit order
(`repower.dispatch.stack`) around the megawatts that it has to give: to the left what charging would take away, divided by
the charge efficiency, to the right what discharging would add, times the discharge efficiency.

Where each step of G landed in the merged list is kept; the way forward reads from it what to withdraw at the energy that is
there. Work is proportional to hours x (pieces of V + steps of G). Where an hour is not concave, see `repower.dispatch.arcs`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repower.dispatch.arrays import Bools, Floats, Ints
from repower.dispatch.stack import COST, WIDTH, Ranks, compiled, inlined


class Store(NamedTuple):
    """`Battery` for the kernels; limits at the bus in MW, efficiencies 0..1.

    must_stay : worth of a MWh that must be left at the end, USD/MWh, above anything that a site could do with it.
    """

    charge_mw: float
    discharge_mw: float
    energy_mwh: float
    charge_efficiency: float
    discharge_efficiency: float
    wear: float
    start_mwh: float
    least_end_mwh: float
    end_value: float
    must_stay: float


@compiled
def store_with(store: Store, start_mwh: float, least_end_mwh: float, end_value: float) -> Store:
    """The same store with other energy at its ends."""
    return Store(
        store.charge_mw,
        store.discharge_mw,
        store.energy_mwh,
        store.charge_efficiency,
        store.discharge_efficiency,
        store.wear,
        start_mwh,
        least_end_mwh,
        end_value,
        store.must_stay,
    )


#: Rows of the list of steps of an hour, and of a list of V: slope (USD/MWh), width (MWh).
SLOPE, LENGTH = 0, 1
#: Rows of what landed: the step's slope, width, and place in the merged list (MWh from empty).
PLACE = 2
#: Rows of `Landed.hours`: first and last (exclusive) of the hour's steps in `Landed.steps`.
FIRST, LAST = 0, 1


class Landed(NamedTuple):
    """Where the steps of every hour landed, for the way forwards.

    hours : [2, H] int, which steps are the hour's.  lowest : [H] the withdrawal at the left end of its steps, not positive.
    steps : [3, any].  moved : [H] whether the next hour's list has another order.
    """

    hours: Ints
    lowest: Floats
    steps: Floats
    moved: Bools


@compiled
def new_landed(hours: int, places: int) -> Landed:
    """Space for all hours of a list of `places`."""
    return Landed(
        np.zeros((2, hours), dtype=np.int64),
        np.zeros(hours),
        np.empty((3, hours * (places + 1))),
        np.ones(hours, dtype=np.bool_),
    )


@inlined
def steps_around(
    order: Ranks,
    work: Floats,
    give: float,
    rounding: float,
    charge_mw: float,
    discharge_mw: float,
    into: float,
    out: float,
    wear: float,
    steps: Floats,
) -> tuple[int, int, int, float]:
    """Write G of one hour around `give` MW; returns (first, middle, last, lowest withdrawal). Withdrawal is 0 at `middle`.

    into, out : charge and discharge efficiency.  steps : [2, more than twice the places].
    """
    count = len(order)
    per_into, per_out = 1.0 / into, 1.0 / out
    middle = steps.shape[1] // 2
    rank = 0
    while rank < count and work[WIDTH, order[np.uintp(rank)]] <= give + rounding:
        give -= work[WIDTH, order[np.uintp(rank)]]
        rank += 1
    if give <= rounding or rank == count:
        give = 0.0
    # Charging takes away what was given last.
    first = middle
    left = charge_mw
    back, size = rank, give
    while left > 0.0:
        if size > 0.0:
            taken = min(size, left)
            first -= 1
            steps[SLOPE, np.uintp(first)] = work[COST, order[np.uintp(back)]] * per_into
            steps[LENGTH, np.uintp(first)] = taken * into
            left -= taken
        back -= 1
        if back < 0:
            break
        size = work[WIDTH, order[np.uintp(back)]]
    lowest = -(charge_mw - left) * into
    # Discharging gives to who is next.
    last = middle
    left = discharge_mw
    if rank < count:
        size = work[WIDTH, order[np.uintp(rank)]] - give
        while left > 0.0:
            if size > 0.0:
                given = min(size, left)
                steps[SLOPE, np.uintp(last)] = (work[COST, order[np.uintp(rank)]] - wear) * out
                steps[LENGTH, np.uintp(last)] = given * per_out
                last += 1
                left -= given
            rank += 1
            if rank == count:
                break
            size = work[WIDTH, order[np.uintp(rank)]]
    return first, middle, last, lowest


@inlined
def is_concave(steps: Floats, first: int, middle: int, last: int) -> bool:
    """Whether charging and discharging join with falling slopes; not where more energy at the bus is worth less than none."""
    return bool(first == middle or middle == last or steps[SLOPE, middle - 1] >= steps[SLOPE, middle])


@inlined
def merge(
    steps: Floats,
    first: int,
    middle: int,
    last: int,
    lowest: float,
    energy: float,
    v: Floats,
    pieces: int,
    new: Floats,
    landed: Floats,
    at: int,
) -> tuple[int, int]:
    """V of one hour, into `new`, from that of the next; returns (number of its pieces, next free place in `landed`).

    Among equal slopes what is in store stays there: charging steps, then V, then discharging steps.
    """
    position = lowest
    done = 0
    kept = 0
    step = first
    while step < last or (done < pieces and position < energy):
        take_step = False
        if step < last:
            now = steps[SLOPE, np.uintp(step)]
            take_step = done == pieces or now > v[SLOPE, np.uintp(done)] or (now == v[SLOPE, np.uintp(done)] and step < middle)
        if take_step:
            slope, size = steps[SLOPE, np.uintp(step)], steps[LENGTH, np.uintp(step)]
            landed[SLOPE, np.uintp(at)] = slope
            landed[LENGTH, np.uintp(at)] = size
            landed[PLACE, np.uintp(at)] = position
            at += 1
            step += 1
        else:
            slope, size = v[SLOPE, np.uintp(done)], v[LENGTH, np.uintp(done)]
            done += 1
        end = position + size
        if end > 0.0 and position < energy:
            part = min(end, energy) - max(position, 0.0)
            if kept > 0 and new[SLOPE, np.uintp(kept - 1)] == slope:
                new[LENGTH, np.uintp(kept - 1)] += part
            elif part > 0.0:
                new[SLOPE, np.uintp(kept)] = slope
                new[LENGTH, np.uintp(kept)] = part
                kept += 1
        position = end
    return kept, at


@inlined
def withdraw(first: int, last: int, lowest: float, landed: Floats, stored: float) -> tuple[float, float, float]:
    """(withdrawal, slope of G to its right, slope to its left) of one hour at the energy that is stored.

    Slopes fall from step to step, so the first that is not full and the last that has begun are a max and a min: no branch of
    this loop depends on what is stored.
    """
    taken = lowest
    right, left = -np.inf, np.inf
    for step in range(first, last):
        now = np.uintp(step)
        slope, size = landed[SLOPE, now], landed[LENGTH, now]
        part = stored - landed[PLACE, now]
        near = 1e-9 * size
        taken += min(max(part, 0.0), size)
        left = min(left, slope if part > near else np.inf)
        right = max(right, slope if part < size - near else -np.inf)
    return taken, right, left
