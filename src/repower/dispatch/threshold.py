"""What stands alone at spot, in closed form: no hour is walked through.

A mining tier runs in the hours whose price lies below its threshold, ``level x shape + adder < value``. Sorted once, the
shape's running sum gives hours and energy cost of a month by one binary search. A firm load runs always, so its cost is
the level times one dot product per shape year and calendar month. A market's cap and floor take two searches more.

Exact where a site has neither contracts nor generators and its connection carries all its load. The test ``level x shape <
value - adder`` may round to the other side of a tie than ``level x shape + adder < value``: an hour at the tie earns
nothing either way.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repower.dispatch.arrays import Floats, Ints, numbers
from repower.dispatch.months import check_calendar
from repower.dispatch.price_limits import NO_LIMITS, PriceLimits, checked_limits, count_cheaper, sum_of_cheapest
from repower.dispatch.stack import compiled
from repower.horizon import HOURS_IN_YEAR, MONTH_EDGES

_EDGES = np.array(MONTH_EDGES)


class MiningAtSpot(NamedTuple):
    """hours : [S, M] in which a tier runs.  market_usd_per_mw : [S, M] what a MW of it pays at the market price."""

    hours: Floats
    market_usd_per_mw: Floats


class FirmAtSpot(NamedTuple):
    """mwh : [S, M] energy of the load.  market_usd : [S, M] its cost at the market price."""

    mwh: Floats
    market_usd: Floats


def mining_at_spot(
    shape: Floats,
    shape_year: Ints,
    level: Floats,
    first_calendar_month: int,
    threshold_usd_per_mwh: Floats,
    limits: PriceLimits = NO_LIMITS,
) -> MiningAtSpot:
    """Hours and market cost per MW of a tier that runs where the price, ``level x shape`` within `limits`, is below a threshold.

    Parameters
    ----------
    shape : [Y, 8760].  shape_year : [S, N] int.  level : [S, M] USD/MWh, not negative; M = 12 N.
    first_calendar_month : of month 0; 0 for January.
    threshold_usd_per_mwh : [S, M] value of a metered MWh less the adder.
        `shape_year`, `level` and `threshold_usd_per_mwh` may have one scenario for all.

    Returns
    -------
    hours [S, M], and sum of the price over them [S, M], USD per MW; the margin is value x hours less that and adder x
    hours.
    """
    shape, shape_year = check_calendar(shape, shape_year, first_calendar_month)
    level = _by_month("level", level, shape_year, least=0.0)
    threshold = _by_month("threshold_usd_per_mwh", threshold_usd_per_mwh, shape_year)
    scenarios = _scenarios(shape_year, level, threshold)
    ranked = np.empty_like(shape)
    below = np.zeros((len(shape), HOURS_IN_YEAR + 12))
    for month in range(12):
        first, last = MONTH_EDGES[month], MONTH_EDGES[month + 1]
        ranked[:, first:last] = np.sort(shape[:, first:last], axis=1)
        np.cumsum(ranked[:, first:last], axis=1, out=below[:, first + month + 1 : last + month + 1])
    hours, cost = np.empty((scenarios, level.shape[1])), np.empty((scenarios, level.shape[1]))
    floor, cap = checked_limits(limits)
    _search(ranked, below, _EDGES, shape_year, level, first_calendar_month, threshold, floor, cap, hours, cost)
    return MiningAtSpot(hours, cost)


def firm_at_spot(
    shape: Floats,
    shape_year: Ints,
    level: Floats,
    first_calendar_month: int,
    load: Floats,
    limits: PriceLimits = NO_LIMITS,
) -> FirmAtSpot:
    """Energy and market cost of a load that always runs.

    Parameters
    ----------
    shape, shape_year, level, first_calendar_month, limits : as in `mining_at_spot`.
    load : [Y, 8760] grid MW per MW of whatever is asked about (critical IT, say), in the hours of the shape years.

    Returns
    -------
    mwh [S, M] and USD at the market price [S, M], per MW.
    """
    shape, shape_year = check_calendar(shape, shape_year, first_calendar_month)
    level = _by_month("level", level, shape_year, least=0.0)
    load = numbers("load", load, ("shape year", len(shape)), ("hour", HOURS_IN_YEAR), least=0.0)
    floor, cap = checked_limits(limits)
    ranked = np.empty_like(shape)
    weight, weighted = np.zeros((len(shape), HOURS_IN_YEAR + 12)), np.zeros((len(shape), HOURS_IN_YEAR + 12))
    for month in range(12):
        first, last = MONTH_EDGES[month], MONTH_EDGES[month + 1]
        order = np.argsort(shape[:, first:last], axis=1, kind="stable")
        ranked[:, first:last] = np.take_along_axis(shape[:, first:last], order, axis=1)
        loads = np.take_along_axis(load[:, first:last], order, axis=1)
        np.cumsum(loads, axis=1, out=weight[:, first + month + 1 : last + month + 1])
        np.cumsum(loads * ranked[:, first:last], axis=1, out=weighted[:, first + month + 1 : last + month + 1])
    cells = (_scenarios(shape_year, level), level.shape[1])
    mwh, usd = np.empty(cells), np.empty(cells)
    _firm(ranked, weight, weighted, _EDGES, shape_year, level, first_calendar_month, floor, cap, mwh, usd)
    return FirmAtSpot(mwh, usd)


def _by_month(name: str, values: Floats, shape_year: Ints, least: float = -np.inf) -> Floats:
    return numbers(name, values, ("scenario", len(values)), ("month", 12 * shape_year.shape[1]), least=least)


def _scenarios(*arrays: Floats | Ints) -> int:
    """The common number of scenarios, where 1 stands for all."""
    lengths = {len(array) for array in arrays} - {1}
    if len(lengths) > 1:
        raise ValueError(f"shape_year, level and threshold have {sorted(lengths)} scenarios where one number, or 1, is needed")
    return lengths.pop() if lengths else 1


@compiled
def _search(
    ranked: Floats,
    below: Floats,
    edges: Ints,
    shape_year: Ints,
    level: Floats,
    first_calendar_month: int,
    threshold: Floats,
    floor: float,
    cap: float,
    hours: Floats,
    cost: Floats,
) -> None:
    number = np.arange(len(ranked[0]) + 1).astype(np.float64)
    for scenario in range(hours.shape[0]):
        for month in range(hours.shape[1]):
            year = shape_year[scenario % shape_year.shape[0], month // 12]
            calendar = (first_calendar_month + month) % 12
            now = level[scenario % level.shape[0], month]
            limit = threshold[scenario % threshold.shape[0], month]
            start, end = edges[calendar], edges[calendar + 1]
            curve = ranked[year, start:end]
            low = count_cheaper(curve, now, floor, cap, limit)
            sums = below[year, start + calendar : end + calendar + 1]
            hours[scenario, month] = low
            cost[scenario, month] = sum_of_cheapest(curve, number, sums, now, floor, cap, low)


@compiled
def _firm(
    ranked: Floats,
    weight: Floats,
    weighted: Floats,
    edges: Ints,
    shape_year: Ints,
    level: Floats,
    first_calendar_month: int,
    floor: float,
    cap: float,
    mwh: Floats,
    usd: Floats,
) -> None:
    for scenario in range(mwh.shape[0]):
        for month in range(mwh.shape[1]):
            year = shape_year[scenario % shape_year.shape[0], month // 12]
            calendar = (first_calendar_month + month) % 12
            now = level[scenario % level.shape[0], month]
            start, end = edges[calendar], edges[calendar + 1]
            loads = weight[year, start + calendar : end + calendar + 1]
            sums = weighted[year, start + calendar : end + calendar + 1]
            mwh[scenario, month] = loads[end - start]
            usd[scenario, month] = sum_of_cheapest(ranked[year, start:end], loads, sums, now, floor, cap, end - start)
