"""The merit order of one hour as one list, compiled: loads by value and sources by cost, dearest first.

A load of w MW worth v and a source of w MW that costs c are the same thing to the site's bus: v is earned, or c is saved,
for each MW that the bus gives to it. With R the sum of all sources' MW, the best dispatch gives R to the list from its top:
a load that gets its MW is served, a source that gets its MW stands still. Taking y MW more from the bus (a battery that
charges) leaves R - y to give; so the hour's margin as a function of y is concave, and the list holds all its slopes.

Sources behind the connection share its limit. They are alike except for their cost, so the cheapest fill it first; the rest
drops out of the list. A contract of w MW with must-take share m is two of them. Let ``b = max(p - fee, 0)`` where it may be
resold and 0 where not: what a MWh of it brings that is paid for and not delivered.

====================  ===================  ==========================================================================
source                MW                   cost at the bus, USD/MWh
====================  ===================  ==========================================================================
contract, must take   m w                  b + adder              (its price is paid anyway; delivering forgoes b)
contract, optional    (1 - m) w            max(price, b) + adder  (take and deliver: price; or forgo taking to resell)
spot                  what the limit lets  p + adder
generator             its MW               its cost               (outside the connection)
====================  ===================  ==========================================================================

The adder includes what the hour costs as a coincident peak. Ties: AI load, then standing still of a source with a higher
number, then a tier with a lower number, then export. So a tier whose value equals the cost stays off, and between equal
sources a contract's must-take part goes before its optional part, before spot, before a generator.

The loops take plain arrays, a few of two dimensions: numba counts references to every array of a tuple in every hour, which
costs more than the hour.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.kept_kernels import forget_stale

forget_stale(Path(__file__).parent)

Ranks = NDArray[np.uint32]
F = TypeVar("F", bound=Callable[..., object])

#: A remainder below this share of the whole is rounding, not a megawatt that another source would have to serve.
ROUNDING = 1e-13

#: Places in the list: firm AI load, flexible AI load, then generators (highest number first), spot, the optional and the
#: must-take parts of contracts (highest number first), tiers, export.
FIRM, FLEXIBLE, FIRST_SOURCE = 0, 1, 2

#: What a place is: bits of `Hours.kind`.
SOURCE, CONNECTED, FOLLOWS, EXPORT, SPOT = 1, 2, 4, 8, 16

#: Rows of `Hours.hourly`.
PRICE, ADDER, AI_MW, FLEXIBLE_MW = 0, 1, 2, 3
#: Rows of `Hours.calendar`: of what the arrays by period hold, and where results are added up.
PERIOD, SLOT = 0, 1
#: Rows of `Stack.work`: price; MW; width in the list (a connected source as far as the limit lets it); MW given.
COST, MW, WIDTH, GIVEN = 0, 1, 2, 3
#: What `Stack.kept` holds: period of the last list, and the adder and market prices between which its order holds.
_PERIOD, _ADDER, _LOW, _HIGH = 0, 1, 2, 3


def compiled(function: F) -> F:
    """Compiled by numba on first use, kept beside the source; releases the interpreter's lock."""
    return cast("F", njit(cache=True, nogil=True, error_model="numpy")(function))


def inlined(function: F) -> F:
    """A step of an hour, written into the loop that calls it."""
    return cast("F", njit(forceinline=True, cache=True, nogil=True, error_model="numpy")(function))


class Hours(NamedTuple):
    """A site for the kernels. H hours, in T periods within which contracts and sizes stay; N places of the list.

    hourly : [4, H] market price; adder with what the hour costs as a coincident peak; AI load; its flexible part.
    calendar : [2, H] int, the hour's period, and the slot of the results that it is added to.
    mw, base : [N, T] size of each place, and its price where it does not follow the market (the least where it does).
    kind : [N] int, bits.  fee : [N] subtracted from the market price where a place follows it.
    least : [N] share of its MW below which a generator cannot run.  contract : [P, T] price of what is taken.
    """

    hourly: Floats
    calendar: Ints
    mw: Floats
    base: Floats
    kind: Ints
    fee: Floats
    least: Floats
    contract: Floats


class Stack(NamedTuple):
    """One hour's list. Places that are empty all along are left out of the order.

    order : uint32, places by falling price.  moving : the places among them whose price follows the market or the adder.
    work : [4, N] price, MW, width, MW given.  kept : [4] for which hours the order holds.
    """

    order: Ranks
    moving: Ranks
    work: Floats
    kept: Floats


@compiled
def new_stack(site: Hours) -> Stack:
    """Work space for one site; its order is kept from hour to hour, since hours are alike."""
    places = len(site.kind)
    used = np.zeros(places, dtype=np.bool_)
    moving = np.zeros(places, dtype=np.bool_)
    for place in range(places):
        if place == FIRM:
            sizes = site.hourly[AI_MW]
        elif place == FLEXIBLE:
            sizes = site.hourly[FLEXIBLE_MW]
        else:
            sizes = site.mw[place]
        for size in sizes:
            if size > 0.0:
                used[place] = True
                break
        moving[place] = used[place] and site.kind[place] & (CONNECTED | FOLLOWS) != 0
    # Unsigned, as all indices of the inner loops: numba then need not ask whether they count from the end.
    order, follow = np.flatnonzero(used).astype(np.uint32), np.flatnonzero(moving).astype(np.uint32)
    kept = np.full(4, np.nan)
    return Stack(order, follow, np.zeros((4, places)), kept)


@inlined
def price_hour(
    hourly: Floats,
    calendar: Ints,
    mw: Floats,
    base: Floats,
    kind: Ints,
    fee: Floats,
    order: Ranks,
    moving: Ranks,
    work: Floats,
    kept: Floats,
    hour: int,
) -> None:
    """Write prices and MW of one hour; what does not move with the market is written when its period begins."""
    now = np.uintp(hour)
    period = calendar[PERIOD, now]
    at = np.uintp(period)
    market, adder = hourly[PRICE, now], hourly[ADDER, now]
    work[MW, FIRM] = hourly[AI_MW, now] - hourly[FLEXIBLE_MW, now]
    work[MW, FLEXIBLE] = hourly[FLEXIBLE_MW, now]
    for item in moving:
        price = base[item, at]
        if kind[item] & FOLLOWS:
            price = max(price, market - fee[item])
        work[COST, item] = price + adder if kind[item] & CONNECTED else price
    if kept[_PERIOD] != period:
        kept[_PERIOD] = period
        for item in order:
            if item >= FIRST_SOURCE:
                work[MW, item] = mw[item, at]
            if kind[item] & (CONNECTED | FOLLOWS) == 0:
                work[COST, item] = base[item, at]


@inlined
def sort_hour(order: Ranks, work: Floats) -> bool:
    """Put the list in order: by price, dearest first; returns whether anything moved. Hours are alike, so little does."""
    moved = False
    for start in range(1, len(order)):
        item = order[np.uintp(start)]
        key = work[COST, item]
        back = start - 1
        while back >= 0:
            other = order[np.uintp(back)]
            before = work[COST, other]
            if before > key or (before == key and other < item):
                break
            order[np.uintp(back + 1)] = other
            back -= 1
            moved = True
        order[np.uintp(back + 1)] = item
    return moved


@compiled
def list_one(site: Hours, stack: Stack, hour: int) -> None:
    """`price_hour` and `sort_hour` for one hour, where the call does not matter."""
    price_hour(
        site.hourly,
        site.calendar,
        site.mw,
        site.base,
        site.kind,
        site.fee,
        stack.order,
        stack.moving,
        stack.work,
        stack.kept,
        hour,
    )
    sort_hour(stack.order, stack.work)


@inlined
def keep(
    hourly: Floats, calendar: Ints, base: Floats, kind: Ints, fee: Floats, order: Ranks, work: Floats, kept: Floats, hour: int
) -> None:
    """Note between which market prices the order just listed holds: `holds`.

    Until somebody overtakes a neighbour, or begins or ceases to follow the market.
    """
    at, market = calendar[PERIOD, hour], hourly[PRICE, hour]
    low, high = -np.inf, np.inf
    followed, above = False, np.inf
    for item in order:
        price = work[COST, item]
        follows = False
        if kind[item] & FOLLOWS:
            turn = base[item, at] + fee[item]
            follows = market > turn
            if follows:
                low = max(low, turn)
            else:
                high = min(high, turn)
        if follows and not followed:
            high = min(high, market + (above - price))
        elif followed and not follows:
            low = max(low, market - (above - price))
        followed, above = follows, price
    kept[_ADDER], kept[_LOW], kept[_HIGH] = hourly[ADDER, hour], low, high


@inlined
def holds(hourly: Floats, calendar: Ints, kept: Floats, hour: int) -> bool:
    """Whether the last list that was kept has the order of this hour, and the same contracts, plants and tiers."""
    return bool(
        kept[_LOW] < hourly[PRICE, hour] < kept[_HIGH]
        and kept[_PERIOD] == calendar[PERIOD, hour]
        and kept[_ADDER] == hourly[ADDER, hour]
    )


@inlined
def lay_out(kind: Ints, order: Ranks, work: Floats, limit: float) -> tuple[float, bool]:
    """Widths with everything in the list, the cheapest connected sources up to `limit`; returns R, the MW to give.

    And whether something comes through the connection more cheaply than export earns, so that the meter's direction is a
    choice and one list does not do (`repower.dispatch.ways`).
    """
    left = limit
    give = 0.0
    one_way = False
    for back in range(len(order) - 1, -1, -1):
        item = order[np.uintp(back)]
        size = work[MW, item]
        what = kind[item]
        if what & SOURCE:
            if what & CONNECTED:
                size = min(size, left)
                left -= size
            give += size
        elif what & EXPORT:
            one_way = size > 0.0 and left < limit
        work[WIDTH, item] = size
    return give, one_way


@inlined
def give_out(order: Ranks, work: Floats, give: float, rounding: float) -> int:
    """Give `give` MW from the top of the list; returns the rank of the first place not filled (their number if none).

    Amounts below `rounding` MW are rounding of sums, and go nowhere.
    """
    count = len(order)
    rank = 0
    while rank < count:
        item = order[np.uintp(rank)]
        size = work[WIDTH, item]
        if give - size < -rounding:
            break
        work[GIVEN, item] = size
        give -= size
        rank += 1
    for after in range(rank, count):
        work[GIVEN, order[np.uintp(after)]] = 0.0
    if rank < count and give > rounding:
        work[GIVEN, order[rank]] = give
    return rank
