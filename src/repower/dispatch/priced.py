"""One dispatch with the prices that support it, and the bound that they give.

A `Run` is what searches compare: flows under given import limits, what they earn, prices of stored energy and of peaks that
explain them, and from these, segment by segment of the horizon, an upper bound for any other limits.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.certificate import bound_hours, bound_store, stored_prices
from repower.dispatch.flows import LEFT, NEXT_FREE, NEXT_IMPORT, RIGHT, STORED, new_detail, new_flows
from repower.dispatch.places import Flows, Places
from repower.dispatch.problem import Peaks
from repower.dispatch.solve import run_apart, run_hours
from repower.dispatch.stack import Hours
from repower.dispatch.storage import Landed, Store, new_landed


@dataclass(frozen=True)
class Run:
    """A dispatch with supporting prices.

    flows : by hour.  detail : [6, H] of `repower.dispatch.solve`.  odd : [H] 1 where an hour is not concave.
    earned_usd : margin of all hours plus the worth of what is left in store, demand charges not subtracted.
    stored_price, peak_price : [H] USD/MWh, USD/MW.  permit_usd_per_mwh : price of generation under a yearly limit.
    best : [H] highest margin of each hour at these prices.
    objective_usd, bound_usd : of the whole problem; nan until it is known.
    """

    flows: Flows
    detail: Floats
    odd: Ints
    earned_usd: float
    stored_price: Floats
    peak_price: Floats
    best: Floats
    permit_usd_per_mwh: float = 0.0
    objective_usd: float = np.nan
    bound_usd: float = np.nan


_kept = threading.local()

# A year's arrays are about 4 MB. glibc hands such memory back to the system as soon as it is free, and fetching it again,
# page by page, costs half as much as the dispatch. It keeps blocks up to the largest that it has seen freed: show it one of
# 16 MB, which is never written to and so never there. Other allocators take no notice.
np.empty(1 << 21)


def _space(hours: int, places: int) -> Landed:
    """Where steps land, one for each thread: a search asks for it a dozen times, and fresh memory costs as much as a month."""
    space: Landed | None = getattr(_kept, "space", None)
    if space is None or space.hours.shape[1] < hours or space.steps.shape[1] < hours * (places + 1):
        space = _kept.space = new_landed(hours, places)
    return space


def run_once(site: Hours, places: Places, limit: Floats, store: Store, full_limit: Floats | None = None) -> Run:
    """Dispatch under `limit`, with the prices that support it.

    full_limit : [H] where `limit` is below it, the hours' peak prices say what one more MW of import would bring; the bound
    holds for any limits up to it.
    """
    full = limit if full_limit is None else full_limit
    hours = len(limit)
    flows, detail, odd = Flows(new_flows(site, hours), places), new_detail(hours), np.zeros(hours, dtype=np.int64)
    end = 0.0
    if store.energy_mwh > 0.0:
        end = run_hours(_space(hours, len(site.kind)), site, limit, store, flows.rows, detail, odd)
    else:
        run_apart(site, limit, store, flows.rows, detail, odd)
    stored_price, peak_price, best = np.zeros(hours), np.zeros(hours), np.empty(hours)
    if store.energy_mwh > 0.0:
        stored_prices(store, detail[RIGHT], detail[LEFT], detail[STORED], stored_price)
    if full is not limit:
        binds = (limit < full) & (flows.imported >= limit * (1 - 1e-9))
        peak_price = np.where(binds, np.maximum(next_use(flows, detail, store, stored_price) - detail[NEXT_IMPORT], 0.0), 0.0)
    bound_hours(site, full, store, stored_price, peak_price, best)
    earned = float(flows.margin.sum()) + store.end_value * end
    # A schedule that leaves too little at the end is none.
    if end < store.least_end_mwh - 1e-9 * store.energy_mwh:
        earned = -np.inf
    return Run(flows, detail, odd, earned, stored_price, peak_price, best)


def next_use(flows: Flows, detail: Floats, store: Store, stored_price: Floats) -> Floats:
    """[H] what one more MW at the bus is worth, other imports aside: a load, a generator or the battery spared or filled."""
    worth = detail[NEXT_FREE]
    if store.energy_mwh > 0.0:
        spared = stored_price / store.discharge_efficiency + store.wear
        worth = np.maximum(worth, np.where(flows.discharge > 0.0, spared, -np.inf))
        filled, room = stored_price * store.charge_efficiency, flows.charge < store.charge_mw * (1 - 1e-9)
        worth = np.maximum(worth, np.where(room & (flows.discharge <= 0.0), filled, -np.inf))
    return np.asarray(worth)


def certified(run: Run, store: Store, objective_usd: float, more_usd: float = 0.0) -> Run:
    """The run with its objective and its bound: hours at their prices, what stored energy may earn, and `more_usd`."""
    bound = float(run.best.sum()) + bound_store(store, run.stored_price) + more_usd
    return replace(run, objective_usd=objective_usd, bound_usd=bound)


def peaks_of(import_mw: Floats, peaks: Peaks) -> Floats:
    """[C] highest import of each cell."""
    peak = np.zeros(peaks.weight.shape[1])
    inside = peaks.cell >= 0
    np.maximum.at(peak, peaks.cell[inside], import_mw[inside])
    return peak


def charges_of(peak: Floats, peaks: Peaks) -> Floats:
    """[J] USD of each demand charge."""
    if peaks.weight.size == 0:
        return np.zeros(len(peaks.usd_per_mw))
    return np.asarray(peaks.usd_per_mw * (peaks.weight * peak).max(axis=1))


def segments(cell: Ints, cells: int) -> Ints:
    """First hours of the shortest stretches of the horizon such that no cell reaches into two of them; begins with 0."""
    hours = len(cell)
    first, last = np.full(cells, hours), np.full(cells, -1)
    inside = np.flatnonzero(cell >= 0)
    np.minimum.at(first, cell[inside], inside)
    np.maximum.at(last, cell[inside], inside)
    open_cells = np.zeros(hours + 1, dtype=np.int64)
    there = last >= 0
    np.add.at(open_cells, first[there] + 1, 1)
    np.add.at(open_cells, last[there] + 1, -1)
    # A cut may stand before hour h when no cell has begun before h and ends at h or later, and a cell begins at h.
    free = np.cumsum(open_cells)[:hours] == 0
    begins = np.zeros(hours, dtype=bool)
    begins[first[there]] = True
    cuts = np.flatnonzero(free & begins)
    return np.unique(np.concatenate([[0], cuts])).astype(np.int64)
