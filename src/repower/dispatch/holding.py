"""What one window has to hold, compiled: peaks, and its part of a limit on generation.

Both are searches that plan the window again and again: what to plan under is written, the window is planned, and what came out
says what to try next, or that it settles the matter. They are written as states, not as loops around a plan, so that the
plan stands in one place: it is compiled again wherever it is called.

A peak is held as an import limit, by levels: at the target, or at what the cell has reached already; where more AI load
would not be served under it anywhere in the window than under the next level, or less would be in store at its end than must
be, at what firm AI load needs without the battery; and if that does not do, with the battery's charging power on top. The
peak then rises, and stays.

A limit on generation is held as `repower.dispatch.permit` does it for a horizon: tangents of the dual function find the price
of generation at which it turns; hours generate freely until there is nothing left to generate, then sparingly. Where that
comes after the hours that are executed, it need not be known when.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.flows import MARGIN, STORED, UNSERVED, USED
from repower.dispatch.stack import FIRST_SOURCE, PERIOD, SPOT, Hours, compiled
from repower.dispatch.storage import Store

#: MWh of AI load, or in store, that are rounding.
_TRIFLE = 1e-7
#: Most tangents of one window.
_MOST_TANGENTS = 60

#: Places in the state of a search for peaks; SHORT is of the best level, MWh.
_LEVEL, _BEST, _SHORT, _LAST_LEVEL = 0, 1, 2, 3
#: Places in the state of a search for the price of generation: prices before and from the hour CUT on, most MW in the hour
#: before it (in the phase that has it); then between which prices and which hours the answer lies, with what was planned there.
_PHASE, _FREE, _SPARE, _CUT, _MOST_MW, _LOW, _HIGH, _MORE_USD, _MORE_MWH, _LESS_USD, _LESS_MWH, _AFTER, _BEFORE, _TANGENTS = (
    range(14)
)
#: Phases of that search.
_AT_NOTHING, _AT_MOST, _AT_TANGENT, _AT_NUDGE, _AT_END, _AT_MIDDLE, _AT_CUT, _AT_PART, _AT_LAST = range(9)
STATES = 14


class Held(NamedTuple):
    """Peaks that are held. H hours, C cells; C = 0 where none are.

    cell : [H] -1 for none.  target, reached : [C] MW; the target is inf where there is none.
    need : [H] MW of import that firm AI load needs without the battery.
    """

    cell: Ints
    target: Floats
    reached: Floats
    need: Floats


@compiled
def begin(state: Floats) -> None:
    """A new window."""
    state[:] = 0.0


@compiled
def set_limits(out: Floats, limit: Floats, held: Held, store: Store, start: int, end: int, state: Floats) -> None:
    """Import limits of the window at the level to plan."""
    for place in range(end - start):
        hour = start + place
        cell = held.cell[hour]
        out[place] = limit[hour]
        if cell >= 0:
            most = max(held.target[cell], held.reached[cell])
            if state[_LEVEL] > 0:
                most = max(most, held.need[hour] + (store.charge_mw if state[_LEVEL] > 1 else 0.0))
            out[place] = min(limit[hour], most)


@compiled
def peaks_settled(state: Floats, flows: Floats, detail: Floats, store: Store, hours: int) -> bool:
    """Whether the window as it was planned is the one to execute; if not, the level to plan is another."""
    if state[_LAST_LEVEL] > 0:
        return True
    short = max(0.0, store.least_end_mwh - detail[STORED, hours - 1])
    for place in range(hours):
        short += flows[UNSERVED, place]
    if state[_LEVEL] == 0 or short < state[_SHORT] - _TRIFLE:
        state[_BEST], state[_SHORT] = state[_LEVEL], short
    if short > _TRIFLE and state[_LEVEL] < (2 if store.energy_mwh > 0.0 else 1):
        state[_LEVEL] += 1
        return False
    if state[_BEST] == state[_LEVEL]:
        return True
    state[_LEVEL], state[_LAST_LEVEL] = state[_BEST], 1.0
    return False


@compiled
def set_prices(window: Hours, site: Hours, hours: int, state: Floats) -> None:
    """Price generation in the window, and limit it in one hour, first generator first; every hour is a period of its own."""
    last = FIRST_SOURCE
    while site.kind[last] & SPOT == 0:
        last += 1
    for place in range(hours):
        period = window.calendar[PERIOD, place]
        price = state[_FREE] if place < state[_CUT] else state[_SPARE]
        left = state[_MOST_MW] if state[_PHASE] == _AT_PART and place == state[_CUT] - 1 else np.inf
        for item in range(last - 1, FIRST_SOURCE - 1, -1):
            window.base[item, period] = site.base[item, period] + price
            window.mw[item, period] = min(site.mw[item, period], left)
            left -= window.mw[item, period]


@compiled
def made_mw(kind: Ints, flows: Floats, place: int) -> float:
    """Generation in an hour of the window."""
    total = 0.0
    item = FIRST_SOURCE
    while kind[item] & SPOT == 0:
        total += flows[USED + item, place]
        item += 1
    return total


@compiled
def generation_settled(
    state: Floats, kind: Ints, flows: Floats, detail: Floats, store: Store, hours: int, ahead: int, most_mwh: float
) -> bool:
    """Whether the window as it was planned is the one to execute; if not, the prices to plan with are others.

    Takes the price of generation out of the margins. ahead : hours that are executed.
    """
    # A store that is left too empty is worth nothing, whatever was earned.
    end = detail[STORED, hours - 1]
    usd = store.end_value * end - store.must_stay * max(0.0, store.least_end_mwh - end)
    mwh = 0.0
    for place in range(hours):
        made = made_mw(kind, flows, place)
        mwh += made
        flows[MARGIN, place] += made * (state[_FREE] if place < state[_CUT] else state[_SPARE])
        usd += flows[MARGIN, place]
    phase = state[_PHASE]
    fits = mwh <= most_mwh
    if phase == _AT_NOTHING:
        if fits:
            return True
        state[_MORE_USD], state[_MORE_MWH] = usd, mwh
        state[_HIGH] = state[_SPARE] = 10.0 * store.must_stay + 1e9
        state[_PHASE] = _AT_MOST
    elif phase <= _AT_TANGENT:
        price = state[_SPARE]
        if phase == _AT_TANGENT and usd - price * mwh <= (
            state[_MORE_USD] - price * state[_MORE_MWH] + 1e-12 * abs(state[_MORE_USD]) + 1e-6
        ):
            # The function turns here.
            nudge = 1e-9 * max(1.0, price)
            state[_LOW] = max(state[_LOW], price - nudge)
            state[_SPARE] = price + nudge
            state[_PHASE] = _AT_NUDGE
            return False
        if fits:
            state[_HIGH], state[_LESS_USD], state[_LESS_MWH] = price, usd, mwh
        else:
            state[_LOW], state[_MORE_USD], state[_MORE_MWH] = price, usd, mwh
        _next_tangent(state, ahead)
    elif phase == _AT_NUDGE:
        if fits:
            state[_HIGH] = min(state[_HIGH], state[_SPARE])
        _cut_at_end(state, ahead)
    elif phase == _AT_END:
        if fits:
            return True
        state[_BEFORE] = ahead
        _next_middle(state)
    elif phase == _AT_MIDDLE:
        if fits:
            state[_AFTER] = state[_CUT]
        else:
            state[_BEFORE] = state[_CUT]
        _next_middle(state)
    elif phase == _AT_CUT:
        # The next hour decides: as much of its generation as fits.
        state[_MOST_MW] = max(0.0, most_mwh - mwh) + made_mw(kind, flows, int(state[_AFTER]))
        state[_CUT] = state[_AFTER] + 1
        state[_PHASE] = _AT_PART
    elif phase == _AT_PART:
        if mwh <= most_mwh * (1 + 1e-12):
            return True
        state[_CUT] = state[_AFTER]
        state[_PHASE] = _AT_LAST
    else:
        return True
    return False


@compiled
def _next_tangent(state: Floats, ahead: int) -> None:
    state[_TANGENTS] += 1
    if state[_MORE_MWH] > state[_LESS_MWH] and state[_TANGENTS] < _MOST_TANGENTS:
        price = (state[_MORE_USD] - state[_LESS_USD]) / (state[_MORE_MWH] - state[_LESS_MWH])
        if state[_LOW] < price < state[_HIGH]:
            state[_SPARE] = price
            state[_PHASE] = _AT_TANGENT
            return
    _cut_at_end(state, ahead)


@compiled
def _cut_at_end(state: Floats, ahead: int) -> None:
    state[_FREE], state[_SPARE], state[_CUT] = state[_LOW], state[_HIGH], ahead
    state[_PHASE] = _AT_END


@compiled
def _next_middle(state: Floats) -> None:
    if state[_BEFORE] - state[_AFTER] > 1:
        state[_CUT] = (state[_AFTER] + state[_BEFORE]) // 2
        state[_PHASE] = _AT_MIDDLE
    else:
        state[_CUT] = state[_AFTER]
        state[_PHASE] = _AT_CUT
