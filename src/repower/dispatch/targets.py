"""Which peaks to aim at as a billing stretch begins: the best ones for the stretch that is expected.

A charge over several stretches (a yearly peak, a ratchet) counts with an equal part in each that is still to come: what it
costs to raise a peak in one of them is shared by all. What it will bill anyway, for peaks that have been reached, is free.
"""

from __future__ import annotations

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.peaks import search_peaks
from repower.dispatch.places import Places
from repower.dispatch.priced import peaks_of, segments
from repower.dispatch.problem import Peaks
from repower.dispatch.stack import Hours
from repower.dispatch.storage import Store

#: More than any connection.
_FAR_MW = 1e12


def stretches_of(peaks: Peaks) -> tuple[Ints, Floats]:
    """(first hours of the billing stretches [M]; USD/MW of each charge that count in each [J, M])."""
    first = segments(peaks.cell, peaks.weight.shape[1])
    stretch = np.searchsorted(first, np.arange(len(peaks.cell)), side="right") - 1
    inside = peaks.cell >= 0
    lies = np.zeros((peaks.weight.shape[1], len(first)), dtype=bool)
    lies[peaks.cell[inside], stretch[inside]] = True
    touched = ((peaks.weight > 0).astype(np.int64) @ lies.astype(np.int64)) > 0
    still = np.cumsum(touched[:, ::-1], axis=1)[:, ::-1]
    return first, np.where(touched, peaks.usd_per_mw[:, None] / np.maximum(still, 1), 0.0)


def targets(site: Hours, places: Places, limit: Floats, store: Store, peaks: Peaks, usd: Floats, reached: Floats) -> Floats:
    """[C] MW of the best peaks for the hours of `site`, all of one stretch; inf for cells without hours, or without charges.

    peaks : cells of these hours.  usd : [J] USD/MW that count here.  reached : [C] MW so far.
    """
    cells = np.unique(peaks.cell[peaks.cell >= 0])
    weight = peaks.weight[:, cells]
    billed = np.asarray((peaks.weight * reached).max(axis=1, initial=0.0))
    best = _best(site, places, limit, store, peaks.cell, cells, usd, weight)
    # A charge that bills no more than it does already does not count, as far as it allows.
    bills = np.where(weight > 0, weight * np.minimum(best, _FAR_MW), 0.0).max(axis=1, initial=0.0)
    idle = (billed > 0) & (bills <= billed)
    if idle.any():
        allowed = (billed[idle, None] / np.maximum(weight[idle], 1.0 / _FAR_MW)).min(axis=0)
        without = _best(site, places, limit, store, peaks.cell, cells, np.where(idle, 0.0, usd), weight)
        best = np.maximum(best, np.minimum(without, allowed))
    found = np.full(len(reached), np.inf)
    found[cells] = best
    return found


def _best(
    site: Hours, places: Places, limit: Floats, store: Store, cell: Ints, cells: Ints, usd: Floats, weight: Floats
) -> Floats:
    """[cells] peaks of the best dispatch; inf where no charge looks."""
    counts = (usd > 0) & (weight > 0).any(axis=1)
    seen = (weight[counts] > 0).any(axis=0)
    best = np.full(len(cells), np.inf)
    if seen.any():
        place = np.full(int(cell.max()) + 2, -1, dtype=np.int64)  # the last for hours of no cell
        place[cells[seen]] = np.arange(int(seen.sum()))
        here = Peaks(place[cell], usd[counts], np.ascontiguousarray(weight[counts][:, seen]))
        best[seen] = peaks_of(search_peaks(site, places, limit, store, here).flows.imported, here)
    return best
