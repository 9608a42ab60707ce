"""An upper bound on what any dispatch can earn, from prices alone: Lagrangian duality, compiled.

Pay mu_h for every MWh put into the store in hour h and charge it for every MWh withdrawn; charge pi_h for every MW of import
in an hour that counts for a peak, and nu for every MWh generated under a yearly limit. No hour touches another any more, and
each is its own merit order in which the battery is a load worth ``mu x charge efficiency`` and a source that costs
``mu / discharge efficiency + wear``. Then for any prices

    margin <= sum_h best margin of hour h at these prices
            + mu_0 start + sum_h energy max(0, mu_h - mu_{h-1}) + best end
            + sum_c [sum of pi in c - what the charges take]+ x most import of c  + nu x limit

since every feasible dispatch is among those over which the right side is maximised. Hours that are not concave are taken
as they are (`repower.dispatch.ways`), never charging and discharging at once; so the bound is that of the true problem. The
better the prices, the smaller the gap; that it is a bound holds for all of them.
"""

from __future__ import annotations

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.stack import (
    CONNECTED,
    COST,
    FIRM,
    FLEXIBLE,
    FOLLOWS,
    MW,
    PERIOD,
    PRICE,
    SOURCE,
    SPOT,
    WIDTH,
    Hours,
    Ranks,
    compiled,
    inlined,
    lay_out,
    list_one,
    new_stack,
    price_hour,
    sort_hour,
)
from repower.dispatch.storage import Store
from repower.dispatch.ways import BOTH, INWARD, OUTWARD, lay_out_way, patterns_of

#: A battery that may take from the bus, give to it, or either (where both at once cannot pay).
_EITHER, _TAKE, _GIVE = 0, 1, 2


@compiled
def bound_hours(site: Hours, limit: Floats, store: Store, stored_price: Floats, peak_price: Floats, best: Floats) -> None:
    """Write `best` [H]: the highest margin of each hour at these prices, import priced by `peak_price` [H] up to `limit`."""
    stack = new_stack(site)
    places = len(site.kind)
    order = np.append(stack.order, np.array([places, places + 1], dtype=np.uint32))
    _bound_hours(
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
        store,
        stored_price,
        peak_price,
        order,
        np.zeros((2, places + 2)),
        best,
    )


#: Rows of the list with the battery in it.
_COST, _WIDTH = 0, 1


@compiled
def _bound_hours(
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
    store: Store,
    stored_price: Floats,
    peak_price: Floats,
    with_battery: Ranks,
    priced: Floats,
    best: Floats,
) -> None:
    patterns = patterns_of(least)
    spot_place = _spot_place(kind)
    for hour in range(len(limit)):
        price_hour(hourly, calendar, mw, base, kind, fee, order, moving, work, kept, hour)
        sort_hour(order, work)
        give, one_way = lay_out(kind, order, work, limit[hour])
        mu = stored_price[hour]
        take = mu * store.charge_efficiency
        cost = mu / store.discharge_efficiency + store.wear
        if patterns == 1 and not one_way and peak_price[hour] == 0.0 and take <= cost:
            value = _plain_value(kind, order, work, give, take, store.charge_mw, cost, store.discharge_mw)
            best[hour] = value + _nothing(hourly, calendar, kind, fee, contract, spot_place, work, hour)
            continue
        highest = -np.inf
        for running in range(patterns):
            for way in range(INWARD, OUTWARD + 1) if one_way else range(BOTH, BOTH + 1):
                if patterns > 1 or one_way:
                    give, _, _ = lay_out_way(kind, least, order, work, limit[hour], way, running)
                for use in range(_TAKE, _GIVE + 1) if take > cost else range(_EITHER, _EITHER + 1):
                    charge = store.charge_mw if use != _GIVE else 0.0
                    discharge = store.discharge_mw if use != _TAKE else 0.0
                    value = _hour_value(
                        kind, least, work, give, running, peak_price[hour], take, charge, cost, discharge, with_battery, priced
                    )
                    highest = max(highest, value)
        best[hour] = highest + _nothing(hourly, calendar, kind, fee, contract, spot_place, work, hour)


@compiled
def constants(site: Hours) -> float:
    """Sum over hours of the margin against which the list counts: nothing delivered, nothing served."""
    stack, spot_place = new_stack(site), _spot_place(site.kind)
    total = 0.0
    for hour in range(site.hourly.shape[1]):
        list_one(site, stack, hour)
        total += _nothing(site.hourly, site.calendar, site.kind, site.fee, site.contract, spot_place, stack.work, hour)
    return total


@compiled
def _spot_place(kind: Ints) -> int:
    return int(np.flatnonzero(kind & SPOT)[0])


@inlined
def _nothing(
    hourly: Floats, calendar: Ints, kind: Ints, fee: Floats, contract: Floats, spot_place: int, work: Floats, hour: int
) -> float:
    ppas = len(contract)
    market, at = hourly[PRICE, hour], calendar[PERIOD, hour]
    money = -work[COST, FIRM] * work[MW, FIRM] - work[COST, FLEXIBLE] * work[MW, FLEXIBLE]
    for ppa in range(ppas):
        must_place, optional_place = spot_place + 2 * ppas - ppa, spot_place + ppas - ppa
        brings = max(market - fee[must_place], 0.0) if kind[must_place] & FOLLOWS else 0.0
        money += work[MW, must_place] * (brings - contract[ppa, at])
        money += work[MW, optional_place] * max(brings - contract[ppa, at], 0.0)
    return float(money)


@inlined
def _plain_value(
    kind: Ints, order: Ranks, work: Floats, give: float, take: float, charge_mw: float, cost: float, discharge_mw: float
) -> float:
    """Best value of an hour whose list stands as it is, with the battery's charge and discharge put in on the way."""
    give += discharge_mw
    value = -discharge_mw * cost
    charge, discharge = charge_mw, discharge_mw
    for item in order:
        price, width = work[COST, item], work[WIDTH, item]
        if kind[item] & SOURCE:
            value -= width * price
        if discharge > 0.0 and cost >= price:
            got = min(discharge, give)
            value += got * cost
            give -= got
            discharge = 0.0
        if charge > 0.0 and take >= price:
            got = min(charge, give)
            value += got * take
            give -= got
            charge = 0.0
        got = min(width, give)
        value += got * price
        give -= got
    got = min(discharge, give)
    value += got * cost
    return value + min(charge, give - got) * take


@inlined
def _hour_value(
    kind: Ints,
    least: Floats,
    work: Floats,
    give: float,
    running: int,
    extra: float,
    take: float,
    charge_mw: float,
    cost: float,
    discharge_mw: float,
    order: Ranks,
    priced: Floats,
) -> float:
    """Best value of one way of the hour, with the battery as a load and a source; -inf where it cannot run."""
    size = len(kind)
    paid = discharge_mw * cost
    bit = 0
    for item in range(size):
        price, width = work[COST, item], work[WIDTH, item]
        if kind[item] & CONNECTED:
            price += extra
        if kind[item] & SOURCE:
            paid += width * price
            if least[item] > 0.0:
                if (running >> bit) & 1:
                    paid += least[item] * work[MW, item] * price
                bit += 1
        priced[_COST, item], priced[_WIDTH, item] = price, width
    priced[_COST, size], priced[_WIDTH, size] = take, charge_mw
    priced[_COST, size + 1], priced[_WIDTH, size + 1] = cost, discharge_mw
    give += discharge_mw
    for start in range(1, len(order)):
        item = order[start]
        key = priced[_COST, item]
        back = start - 1
        while back >= 0 and priced[_COST, order[back]] < key:
            order[back + 1] = order[back]
            back -= 1
        order[back + 1] = item
    value = -paid
    for item in order:
        width = priced[_WIDTH, item]
        if width >= give:
            value += give * priced[_COST, item]
            give = 0.0
            break
        value += width * priced[_COST, item]
        give -= width
    # Rounding may leave a trifle; a least load that nothing can take leaves more, and this way cannot run.
    return value if give <= 1e-9 * (1.0 + charge_mw) else -np.inf


@compiled
def bound_store(store: Store, stored_price: Floats) -> float:
    """What the prices of stored energy themselves may earn: the terms of the start, of the hours between and of the end."""
    hours = len(stored_price)
    if hours == 0 or store.energy_mwh <= 0.0:
        return 0.0
    total = stored_price[0] * store.start_mwh
    for hour in range(1, hours):
        rise = stored_price[hour] - stored_price[hour - 1]
        if rise > 0.0:
            total += store.energy_mwh * rise
    left = store.end_value - stored_price[hours - 1]
    return float(total + left * (store.energy_mwh if left > 0.0 else store.least_end_mwh))


@compiled
def stored_prices(store: Store, right: Floats, left: Floats, stored: Floats, out: Floats) -> None:
    """Prices of stored energy [H] that support a schedule: one for as long as the store is neither empty nor full.

    right, left : [H] slopes of each hour's margin at its withdrawal.  stored : [H] at the end of each hour.
    """
    hours = len(right)
    low, high = np.empty(hours), np.empty(hours)
    near = 1e-9 * store.energy_mwh
    # What the end is worth.
    ahead_low = ahead_high = store.end_value
    if hours > 0:
        end = stored[hours - 1]
        if end < store.least_end_mwh - near:
            ahead_low = ahead_high = store.must_stay
        elif end <= store.least_end_mwh + near:
            ahead_high = np.inf
        if end >= store.energy_mwh - near:
            ahead_low = -np.inf
    for hour in range(hours - 1, -1, -1):
        low[hour] = max(right[hour], ahead_low)
        high[hour] = min(left[hour], ahead_high)
        if low[hour] > high[hour]:
            middle = 0.5 * (low[hour] + high[hour])
            if not np.isfinite(middle):
                middle = low[hour] if np.isfinite(low[hour]) else high[hour]
            low[hour] = high[hour] = middle
        ahead_low, ahead_high = low[hour], high[hour]
        before = stored[hour - 1] if hour > 0 else store.start_mwh
        if before <= near:
            ahead_high = np.inf
        if before >= store.energy_mwh - near:
            ahead_low = -np.inf
    price = 0.0
    for hour in range(hours):
        if hour == 0:
            price = low[0] if np.isfinite(low[0]) else high[0] if np.isfinite(high[0]) else 0.0
        price = min(max(price, low[hour]), high[hour])
        out[hour] = price
