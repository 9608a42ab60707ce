"""A site's demand charges as billing cells, weights and charges on known hours, as the dispatch wants them.

Hours that the same charges look at in the same month are one cell, so charges with different windows may be stacked: the peak
of a month under a charge is the highest of its cells.

What is simplified: a ratchet looks at the other months of the same model year, where a bill looks at the eleven months before;
in a year like the last that is the same. A coincident peak is charged in the year in which its hours fall, where a bill
charges it in the next. Months begin at 00:00 UTC. Rates are nominal and the same in every year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from repower.conversion.setting import Bools, Floats, Ints
from repower.conversion.year_hours import YearHours, dearest
from repower.dispatch.problem import Peaks
from repower.portfolio import DemandCharge


@dataclass(frozen=True)
class ChargedHours:
    """What the charges make of a year's hours.

    peaks : None where no charge looks at peaks of our own; cells, charges : names of its cells C and charges J.
    coincident_usd_per_mw : [H].  coincident : the hours of every coincident peak, by the charge's name; estimated : names of
    those whose hours nobody gave.
    """

    peaks: Peaks | None
    cells: tuple[str, ...]
    charges: tuple[str, ...]
    coincident_usd_per_mw: Floats
    coincident: dict[str, Ints]
    estimated: tuple[str, ...]

    @property
    def most_usd_per_mw(self) -> Floats:
        """[H] the most that one more MW of import in an hour can cost in charges: as if it made every peak by itself."""
        if self.peaks is None:
            return self.coincident_usd_per_mw
        by_cell = np.append(self.peaks.usd_per_mw @ self.peaks.weight, 0.0)  # the last is that of cell -1
        return np.asarray(self.coincident_usd_per_mw + by_cell[self.peaks.cell])


def charged_hours(charges: Sequence[DemandCharge], year: YearHours, price_usd_per_mwh: Floats) -> ChargedHours:
    """Cells, charges and coincident hours of one year, [H] = 8760.

    Coincident hours that are not given are the dearest of their months and hours of the day: an approximation, and one that
    is known beforehand, where a site must guess.
    """
    named = list(zip(charge_names(charges), charges, strict=True))
    coincident_usd = np.zeros(len(year.hours))
    coincident: dict[str, Ints] = {}
    for name, charge in named:
        if charge.kind == "coincident_peak":
            hours = _coincident_hours(charge, year, price_usd_per_mwh)
            coincident[name] = hours
            coincident_usd[hours] += 12 * 1000 * charge.usd_per_kw_month / len(hours)
    estimated = tuple(name for name, charge in named if charge.kind == "coincident_peak" and not charge.peak_hours)
    own = [(name, charge) for name, charge in named if charge.kind != "coincident_peak"]
    if not own:
        return ChargedHours(None, (), (), coincident_usd, coincident, estimated)

    # [charge, H], and the cell of each hour: its month with the set of charges that look at it.
    looks = np.array([year.in_window(charge.months, charge.from_hour, charge.until_hour) for _, charge in own])
    looked = looks.any(axis=0)
    seen = np.vstack([year.step, looks])
    kinds, cell_of_looked = np.unique(seen[:, looked], axis=1, return_inverse=True)
    cell = np.full(len(year.hours), -1, dtype=np.int64)
    cell[looked] = cell_of_looked.ravel()
    step_of_cell, looks_of_cell = kinds[0], kinds[1:].astype(bool)

    names: list[str] = []
    usd_per_mw: list[float] = []
    weight: list[Floats] = []
    for (name, charge), counts in zip(own, looks_of_cell, strict=True):
        usd_per_mw_month = 1000 * charge.usd_per_kw_month
        if charge.kind == "annual_peak":
            names.append(name)
            usd_per_mw.append(12 * usd_per_mw_month)
            weight.append(counts.astype(np.float64))
            continue
        for step in np.unique(step_of_cell[counts]).tolist():
            names.append(f"{name} {year.first + step}")
            usd_per_mw.append(usd_per_mw_month)
            weight.append(counts * np.where(step_of_cell == step, 1.0, charge.ratchet_share))
    peaks = Peaks(cell=cell, usd_per_mw=np.array(usd_per_mw), weight=np.array(weight))
    cells = _cell_names(year, step_of_cell, looks_of_cell, own)
    return ChargedHours(peaks, cells, tuple(names), coincident_usd, coincident, estimated)


def charge_names(charges: Sequence[DemandCharge]) -> tuple[str, ...]:
    """What each charge is called: its own name, else its kind, counted where there are several of a kind."""
    unnamed = Counter(charge.kind for charge in charges if charge.name is None)
    seen: Counter[str] = Counter()
    names = []
    for charge in charges:
        name = charge.name or charge.kind.replace("_", " ")
        if charge.name is None and unnamed[charge.kind] > 1:
            seen[charge.kind] += 1
            name = f"{name} {seen[charge.kind]}"
        names.append(name)
    return tuple(names)


def _cell_names(
    year: YearHours, step_of_cell: Ints, looks_of_cell: Bools, own: Sequence[tuple[str, DemandCharge]]
) -> tuple[str, ...]:
    """The month; where it has several cells, with the charges that look at them."""
    in_month = Counter(step_of_cell.tolist())
    names = []
    for step, looks in zip(step_of_cell.tolist(), looks_of_cell.T, strict=True):
        month = str(year.first + step)
        who = " and ".join(name for (name, _), is_looking in zip(own, looks, strict=True) if is_looking)
        names.append(month if in_month[step] == 1 else f"{month} {who}")
    return tuple(names)


def _coincident_hours(charge: DemandCharge, year: YearHours, price_usd_per_mwh: Floats) -> Ints:
    """Positions of the hours that are billed, in the order of the year."""
    if charge.peak_hours:
        position = {text[5:]: place for place, text in enumerate(np.datetime_as_string(year.hours).tolist())}
        return np.sort(np.array([position[text] for text in charge.peak_hours], dtype=np.int64))
    found = []
    for month in charge.months or range(1, 13):
        among = year.in_window((month,), charge.from_hour, charge.until_hour)
        found.append(dearest(price_usd_per_mwh, charge.intervals_per_month, among))
    return np.sort(np.concatenate(found))
