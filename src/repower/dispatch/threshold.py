"""What stands alone at spot, in closed form: no hour is walked through.

A mining tier runs in the hours whose price lies below its threshold, ``level x shape + adder < value``. Sorted once, the
shape's running sum gives hours and energy cost of a month by one binary search. A firm load runs always, so its cost is
the level times one dot product per shape year and calendar month.

Exact where a site has neither contracts nor generators and its connection carries all its load. The test ``level x shape <
value - adder`` may round to the other side of a tie than ``level x shape + adder < value``: an hour at the tie earns
nothing either way.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repower.dispatch.arrays import Floats, Ints, numbers
from repower.dispatch.months import check_calendar
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
    shape: Floats, shape_year: Ints, level: Floats, first_calendar_month: int, threshold_usd_per_mwh: Floats
) -> MiningAtSpot:
    """Hours and market cost per MW of a tier that runs where ``level x shape < threshold``.

    Parameters
    ----------
    shape : [Y, 8760].  shape_year : [S, N] int.  level : [S, M] USD/MWh, not negative; M = 12 N.
    first_calendar_month : of month 0; 0 for January.
    threshold_usd_per_mwh : [S, M] value of a metered MWh less the adder.
        `shape_year`, `level` and `threshold_usd_per_mwh` may have one scenario for all.

    Returns
    -------
    hours [S, M], and sum of level x shape over them [S, M], USD per MW; the margin is value x hours less that and adder x
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
    _search(ranked, below, _EDGES, shape_year, level, first_calendar_month, threshold, hours, cost)
    return MiningAtSpot(hours, cost)


def firm_at_spot(shape: Floats, shape_year: Ints, level: Floats, first_calendar_month: int, load: Floats) -> FirmAtSpot:
    """Energy and market cost of a load that always runs.

    Parameters
    ----------
    shape, shape_year, level, first_calendar_month : as in `mining_at_spot`.
    load : [Y, 8760] grid MW per MW of whatever is asked about (critical IT, say), in the hours of the shape years.

    Returns
    -------
    mwh [S, M] and USD at the market price [S, M], per MW.
    """
    shape, shape_year = check_calendar(shape, shape_year, first_calendar_month)
    level = _by_month("level", level, shape_year, least=0.0)
    load = numbers("load", load, ("shape year", len(shape)), ("hour", HOURS_IN_YEAR), least=0.0)
    starts = MONTH_EDGES[:-1]
    energy = np.add.reduceat(load, starts, axis=1)
    weighted = np.add.reduceat(load * shape, starts, axis=1)
    months = np.arange(level.shape[1])
    year, calendar = shape_year[:, months // 12], (first_calendar_month + months) % 12
    cells = (_scenarios(shape_year, level), len(months))
    mwh = np.ascontiguousarray(np.broadcast_to(energy[year, calendar], cells))
    return FirmAtSpot(mwh, level * weighted[year, calendar])


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
    hours: Floats,
    cost: Floats,
) -> None:
    for scenario in range(hours.shape[0]):
        for month in range(hours.shape[1]):
            year = shape_year[scenario % shape_year.shape[0], month // 12]
            calendar = (first_calendar_month + month) % 12
            now = level[scenario % level.shape[0], month]
            limit = threshold[scenario % threshold.shape[0], month]
            start = edges[calendar]
            low, high = 0, edges[calendar + 1] - start
            # The product is compared, not the shape with a quotient: hours at a tie fall as they do hour by hour.
            while low < high:
                middle = (low + high) // 2
                if now * ranked[year, start + middle] < limit:
                    low = middle + 1
                else:
                    high = middle
            hours[scenario, month] = low
            cost[scenario, month] = now * below[year, start + calendar + low]
