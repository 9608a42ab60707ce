"""Window after window of one site without foresight, compiled: plan for all of a window, execute its first hours.

A plan knows the market prices of its first hours and forecasts of the others. At its end, where that is not the end of the
horizon, a MWh in store counts as

    max(0, discharge efficiency x (mean over the window of price + adder - wear))

which is what it would save at the bus in an hour like the mean of those seen: a store that can be filled below that mean and
emptied above it is worth filling, and one full of cheap energy is not emptied just because the window ends. What must be in
store at the end of the horizon is asked of every window as far as charging afterwards cannot make up for it.

What holds over many hours (peaks, a limit on generation) is in `repower.dispatch.holding`. A window may generate its share, by
hours, of what is left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.flows import STORED, USED
from repower.dispatch.holding import (
    STATES,
    Held,
    begin,
    generation_settled,
    made_mw,
    peaks_settled,
    set_limits,
    set_prices,
)
from repower.dispatch.solve import run_first
from repower.dispatch.stack import (
    ADDER,
    AI_MW,
    CONNECTED,
    FLEXIBLE_MW,
    PERIOD,
    PRICE,
    SLOT,
    Hours,
    Stack,
    compiled,
    new_stack,
)
from repower.dispatch.storage import Landed, Store, new_landed, store_with

#: Rows of the plans: first hour; first hour whose price is not known; first hour not executed; first hour not in the window.
START, KNOWN, UNTIL, END = 0, 1, 2, 3


class Offered(NamedTuple):
    """Reserve, whose worth moves with the market price: value : [K, H] of tiers without it; R; most share; share called."""

    value: Floats
    usd: float
    most_share: float
    called_share: float


class Ran(NamedTuple):
    """Where executed hours are written: flows [rows, H], detail [6, H], odd [H], and the import limits held [H]."""

    flows: Floats
    detail: Floats
    odd: Ints
    limit: Floats


class _Work(NamedTuple):
    """One window: the site with its hours and prices, and work space."""

    site: Hours
    stack: Stack
    landed: Landed
    limit: Floats
    flows: Floats
    detail: Floats
    odd: Ints
    state: Floats


@compiled
def run_windows(
    site: Hours,
    limit: Floats,
    store: Store,
    plans: Ints,
    forecast: Floats,
    least_stored: Floats,
    held: Held,
    left_mwh: float,
    offered: Offered,
    ran: Ran,
) -> tuple[float, float]:
    """Execute all plans [4, M], writing to `ran` and to `held.reached`; returns (MWh in store, MWh left to generate).

    forecast : [M, most hours not known].  least_stored : [H + 1] before each hour.  left_mwh : inf without a limit.
    """
    work = _new_work(site, (plans[END] - plans[START]).max())
    reserve = offered.usd > 0.0 and offered.most_share > 0.0 and offered.called_share > 0.0
    peaks, limited = len(held.target) > 0, np.isfinite(left_mwh)
    stored = store.start_mwh
    for number in range(plans.shape[1]):
        start, known, until, end = plans[START, number], plans[KNOWN, number], plans[UNTIL, number], plans[END, number]
        mean = _look_ahead(site, work, start, known, end, forecast[number])
        if reserve:
            _price_reserve(work, offered, start, end)
        end_value = store.end_value
        if end < len(limit):
            end_value = max(0.0, store.discharge_efficiency * (mean - store.wear))
        here = store_with(store, stored, least_stored[end], end_value)
        work.limit[: end - start] = limit[start:end]
        hours, ahead = end - start, end - start if peaks or limited else until - start
        most_mwh = left_mwh if end == len(limit) else left_mwh * hours / (len(limit) - start)
        begin(work.state)
        settled = False
        while not settled:
            if peaks:
                set_limits(work.limit, limit, held, here, start, end, work.state)
            elif limited:
                set_prices(work.site, site, hours, work.state)
                work.stack.kept[:] = np.nan
            work.flows[:, :ahead] = 0.0
            run_first(work.site, work.limit[:hours], here, work.stack, work.landed, ahead, work.flows, work.detail, work.odd)
            settled = True
            if peaks:
                settled = peaks_settled(work.state, work.flows, work.detail, here, hours)
            elif limited:
                settled = generation_settled(work.state, site.kind, work.flows, work.detail, here, hours, until - start, most_mwh)
        for place in range(until - start):
            hour = start + place
            through = 0.0
            for row in range(len(ran.flows)):
                ran.flows[row, hour] = work.flows[row, place]
            for item in range(len(site.kind)):
                if site.kind[item] & CONNECTED:
                    through += work.flows[USED + item, place]
            for row in range(len(ran.detail)):
                ran.detail[row, hour] = work.detail[row, place]
            ran.odd[hour], ran.limit[hour] = work.odd[place], work.limit[place]
            if peaks and held.cell[hour] >= 0:
                held.reached[held.cell[hour]] = max(held.reached[held.cell[hour]], through)
        stored = work.detail[STORED, until - start - 1]
        if limited:
            for place in range(until - start):
                left_mwh = max(0.0, left_mwh - made_mw(site.kind, work.flows, place))
    return stored, left_mwh


@compiled
def _new_work(site: Hours, longest: int) -> _Work:
    stack = new_stack(site)
    window = Hours(
        np.zeros((4, longest)),
        np.zeros((2, longest), dtype=np.int64),
        site.mw.copy(),
        site.base.copy(),
        site.kind,
        site.fee,
        site.least,
        site.contract,
    )
    return _Work(
        window,
        stack,
        new_landed(longest, len(stack.order)),
        np.zeros(longest),
        np.zeros((USED + len(site.kind) + 2 * len(site.contract), longest)),
        np.zeros((6, longest)),
        np.zeros(longest, dtype=np.int64),
        np.zeros(STATES),
    )


@compiled
def _look_ahead(site: Hours, work: _Work, start: int, known: int, end: int, forecast: Floats) -> float:
    """Write the window's hours, with forecasts where prices are not known; returns the mean of price + adder."""
    total = 0.0
    for place in range(end - start):
        hour = start + place
        price = site.hourly[PRICE, hour] if hour < known else forecast[hour - known]
        work.site.hourly[PRICE, place] = price
        for row in (ADDER, AI_MW, FLEXIBLE_MW):
            work.site.hourly[row, place] = site.hourly[row, hour]
        work.site.calendar[PERIOD, place] = site.calendar[PERIOD, hour]
        work.site.calendar[SLOT, place] = place
        total += price + site.hourly[ADDER, hour]
    # Prices of a period that is listed already may be others now.
    work.stack.kept[:] = np.nan
    return total / (end - start)


@compiled
def _price_reserve(work: _Work, offered: Offered, start: int, end: int) -> None:
    """What each tier is worth with reserve at the window's prices; every hour is a period of its own."""
    first = len(work.site.kind) - 1 - len(offered.value)
    for place in range(end - start):
        for tier in range(len(offered.value)):
            value = offered.value[tier, start + place]
            premium = offered.usd - offered.called_share * max(value - work.site.hourly[PRICE, place], 0.0)
            work.site.base[first + tier, start + place] = value + offered.most_share * max(premium, 0.0)


@compiled
def revealed_prices(right: Floats, left: Floats, out: Floats) -> None:
    """[H] a price of stored energy at which each hour is right as it ran, changed from hour to hour only as far as it must.

    right, left : [H] slopes of each hour's margin at its withdrawal; out : [H].
    """
    price = 0.0
    for hour in range(len(right)):
        low, high = min(right[hour], left[hour]), max(right[hour], left[hour])
        price = min(max(price, low), high)
        out[hour] = price
