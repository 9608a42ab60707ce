"""Demand charges: the best peak of every billing cell, by cutting planes around the exact dispatch.

For given peaks P the dispatch is exact (import limits at P), and its prices bound what any other peaks P' could earn, one
stretch m of the horizon (a month) at a time, with E the energy in store at its ends:

    earned_m(P', E, E') <= hours at their prices + sum_c s_c P'_c + mu_first E - mu_last E'

The cuts of all dispatches so far make a small linear programme in peaks and stored energies, whose optimum bounds the whole
problem and names the peaks to try next. It ends when the best dispatch reaches the bound. Cuts are by month because months
have little to do with one another: a dozen dispatches do for twelve months as for one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.certificate import bound_hours, bound_store
from repower.dispatch.places import Places
from repower.dispatch.priced import Run, charges_of, peaks_of, run_once, segments
from repower.dispatch.problem import Peaks
from repower.dispatch.stack import Hours
from repower.dispatch.storage import Store

#: Relative gap at which the search stops, a tenth of what is promised; and the most dispatches that it may take.
GAP, MOST = 1e-8, 80


@dataclass
class _Search:
    """What stays the same while peaks are searched."""

    site: Hours
    places: Places
    limit: Floats
    store: Store
    peaks: Peaks
    most_import: Floats
    first: Ints

    def dispatch(self, peak: Floats) -> tuple[Run, float]:
        """A dispatch under these peaks, and its objective: charges are on what it imports, not on what it might have."""
        cap = np.where(self.peaks.cell >= 0, peak[self.peaks.cell], np.inf)
        run = run_once(self.site, self.places, np.minimum(self.limit, cap), self.store, self.limit)
        reached = peaks_of(run.flows.imported, self.peaks)
        return run, run.earned_usd - float(charges_of(reached, self.peaks).sum())

    def cell_prices(self, peak_price: Floats) -> Floats:
        """[C] sum of the hours' peak prices."""
        inside = self.peaks.cell >= 0
        sums = np.bincount(self.peaks.cell[inside], peak_price[inside], minlength=len(self.most_import))
        return np.asarray(sums, dtype=np.float64)


def search_peaks(site: Hours, places: Places, limit: Floats, store: Store, peaks: Peaks) -> Run:
    """The best dispatch with demand charges, its prices and its bound."""
    cells = peaks.weight.shape[1]
    search = _Search(site, places, limit, store, peaks, peaks_of(limit, peaks), segments(peaks.cell, cells))
    master = _Master(search)
    peak = search.most_import
    best, best_objective = None, -np.inf
    runs: list[Run] = []
    tried = []
    for _ in range(MOST):
        run, objective = search.dispatch(peak)
        tried.append(peak)
        runs.append(run)
        if best is None or objective > best_objective:
            best, best_objective = run, objective
        master.add(run)
        bound, peak, shares, charge_shares = master.optimum()
        if bound - best_objective <= GAP * max(1.0, abs(best_objective)):
            break
        if any(np.allclose(peak, before, rtol=1e-12, atol=1e-12) for before in tried):
            break
    assert best is not None
    return _proved(search, best, best_objective, runs, shares, charge_shares)


def _proved(search: _Search, best: Run, objective: float, runs: list[Run], shares: Floats, charge_shares: Floats) -> Run:
    """The best run with the prices that the programme mixes from all runs, and the bound that they give by themselves."""
    hours = len(search.limit)
    segment = np.searchsorted(search.first, np.arange(hours), side="right") - 1
    stored_price, peak_price = np.zeros(hours), np.zeros(hours)
    for run, share in zip(runs, shares, strict=True):
        if share.any():
            stored_price += share[segment] * run.stored_price
            peak_price += share[segment] * run.peak_price
    hour_best = np.empty(hours)
    bound_hours(search.site, search.limit, search.store, stored_price, peak_price, hour_best)
    # Peaks earn their prices less the charges they are shared into; what is left over counts at the most import there is.
    left = search.cell_prices(peak_price) - (charge_shares * search.peaks.weight).sum(axis=0)
    more = float((np.maximum(left, 0.0) * search.most_import).sum())
    bound = float(hour_best.sum()) + bound_store(search.store, stored_price) + more
    return replace(
        best, stored_price=stored_price, peak_price=peak_price, best=hour_best, objective_usd=objective, bound_usd=bound
    )


class _Master:
    """The linear programme of cuts: peaks [C], charges [J], energy at the ends of stretches [M + 1], earnings [M]."""

    def __init__(self, search: _Search) -> None:
        # The solver's libraries take a second to load; most sites do without.
        from repower.solver import GrowingProgramme

        peaks, store = search.peaks, search.store
        self.search = search
        charges, cells = peaks.weight.shape
        stretches = len(search.first)
        self.peak = slice(0, cells)
        self.charge = slice(cells, cells + charges)
        self.energy = slice(cells + charges, cells + charges + stretches + 1)
        self.earned = slice(cells + charges + stretches + 1, cells + charges + 2 * stretches + 1)
        columns = self.earned.stop
        gain, lower, upper = np.zeros(columns), np.zeros(columns), np.full(columns, np.inf)
        upper[self.peak] = search.most_import
        gain[self.charge] = -peaks.usd_per_mw
        upper[self.energy] = store.energy_mwh
        lower[self.energy.start] = upper[self.energy.start] = store.start_mwh
        lower[self.energy.stop - 1] = store.least_end_mwh
        gain[self.energy.stop - 1] = store.end_value
        lower[self.earned] = -np.inf
        gain[self.earned] = 1.0
        self.programme = GrowingProgramme(gain, lower, upper)
        rows = np.zeros((charges * cells, columns))
        for charge in range(charges):
            for cell in range(cells):
                rows[charge * cells + cell, charge + cells] = -1.0
                rows[charge * cells + cell, cell] = peaks.weight[charge, cell]
        self.programme.add(rows, np.zeros(charges * cells))
        self.runs = 0

    def add(self, run: Run) -> None:
        """One cut for each stretch."""
        search, first = self.search, self.search.first
        stretches = len(first)
        last = np.append(first[1:], len(search.limit)) - 1
        rise = np.maximum(np.diff(run.stored_price, prepend=np.inf), 0.0)
        rise[first] = 0.0
        constant = np.add.reduceat(run.best + search.store.energy_mwh * rise, first)
        rows = np.zeros((stretches, self.earned.stop))
        at = np.arange(stretches)
        rows[at, self.earned.start + at] = 1.0
        rows[at, self.energy.start + at] = -run.stored_price[first]
        rows[at, self.energy.start + at + 1] = run.stored_price[last]
        prices = search.cell_prices(run.peak_price)
        inside = search.peaks.cell >= 0
        stretch_of_cell = np.zeros(len(prices), dtype=np.int64)
        stretch_of_cell[search.peaks.cell[inside]] = np.searchsorted(first, np.flatnonzero(inside), side="right") - 1
        rows[stretch_of_cell, np.arange(len(prices))] = -prices
        self.programme.add(rows, constant)
        self.runs += 1

    def optimum(self) -> tuple[float, Floats, Floats, Floats]:
        """(bound, peaks to try, shares [runs, M] of each cut, USD/MW of each charge that falls on each cell [J, C])."""
        value, x, dual = self.programme.optimum()
        charges, cells = self.search.peaks.weight.shape
        on_cells = np.maximum(dual[: charges * cells].reshape(charges, cells), 0.0)
        total = on_cells.sum(axis=1)
        scale = np.where(total > self.search.peaks.usd_per_mw, self.search.peaks.usd_per_mw / np.where(total > 0, total, 1), 1.0)
        shares = np.maximum(dual[charges * cells :].reshape(self.runs, len(self.search.first)), 0.0)
        shares /= shares.sum(axis=0)
        return value, np.maximum(x[self.peak], 0.0), shares, on_cells * scale[:, None]
