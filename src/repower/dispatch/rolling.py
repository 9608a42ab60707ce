"""Dispatch without foresight: what a site earns when it knows prices for some hours and expects the others.

Perfect foresight overstates what a battery earns. Here a plan is made every `step_hours` for the next `window_hours`, its
first hours are executed (`repower.dispatch.windows`), and what is in store carries over. With a step of 24 h the prices of a
day are known when it begins, as after a day-ahead auction; with a step of 1 h only the hour's own price, as in real time.
Beyond them stands a forecast (`repower.dispatch.forecast`), made from the prices so far and nothing else.

A demand charge is decided when its billing stretch (mostly a month) begins: peaks that are best on a forecast of the whole
stretch are the targets, by the exact search of `repower.dispatch.peaks`. A charge over several stretches counts with an equal
part in each that is still to come, and what it will bill anyway is free. Targets are then held as import limits, but what has
been reached stays, and no AI load is given up for them. Each battery's end, and a limit on generation, are kept exactly.

Foresight that is left in: loads, plants, contracts, curtailment calls, hours of coincident peaks and outages are known for
the window; and hours are executed at the price that was known, so nothing is lost between the auction and the meter.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from repower.dispatch.arrays import Floats
from repower.dispatch.flows import LEFT, NEXT_IMPORT, RIGHT, new_detail, new_flows
from repower.dispatch.forecast import Forecast, Reverting
from repower.dispatch.holding import Held
from repower.dispatch.kernel import check_end, dispatch_hours, needs_solver, result_of
from repower.dispatch.places import Flows, by_hour, dearest, hours_of, own, places_of, store_of
from repower.dispatch.priced import Run, charges_of, next_use, peaks_of
from repower.dispatch.problem import SiteHours, checked
from repower.dispatch.result import HourResult
from repower.dispatch.stack import ADDER, PERIOD, PRICE
from repower.dispatch.storage import Store
from repower.dispatch.targets import stretches_of, targets
from repower.dispatch.windows import END, KNOWN, START, UNTIL, Offered, Ran, revealed_prices, run_windows

#: Most numbers of forecasts that are in memory at a time.
_MOST_NUMBERS = 2_000_000


@dataclass(frozen=True)
class RollingResult:
    """A dispatch without foresight, and what foresight would be worth.

    result : the hours as they ran. Its certificate is of method ``rolling``: the bound is that of perfect foresight. Its
        marginal values are of single hours as they ran, given what was held; they prove nothing.
    perfect : the result of `dispatch_hours`, which knows all prices.
    bare_usd, bare_perfect_usd : without batteries, by the same rule and with perfect foresight. The same without demand
        charges and limits on generation, since then nothing but batteries links hours.
    """

    result: HourResult
    perfect: HourResult
    bare_usd: float
    bare_perfect_usd: float

    @property
    def perfect_usd(self) -> float:
        """Objective with all prices known."""
        return self.perfect.certificate.objective_usd

    @property
    def realised_usd(self) -> float:
        """Objective of the hours as they ran."""
        return self.result.certificate.objective_usd

    @property
    def value_of_foresight_usd(self) -> float:
        """What knowing all prices beforehand would add; negative at most by what the perfect dispatch's own gap leaves open."""
        return self.perfect_usd - self.realised_usd

    @property
    def value_of_foresight_share(self) -> float:
        """That as a share of what perfect foresight earns; nan where that is nothing."""
        return self.value_of_foresight_usd / abs(self.perfect_usd) if self.perfect_usd else np.nan

    @property
    def battery_usd(self) -> float:
        """What batteries add without foresight, energy in store at the start included."""
        return self.realised_usd - self.bare_usd

    @property
    def battery_perfect_usd(self) -> float:
        """What they add with perfect foresight."""
        return self.perfect_usd - self.bare_perfect_usd

    @property
    def captured_share(self) -> float:
        """What batteries add without foresight as a share of what they add with it; nan where that is nothing."""
        return self.battery_usd / self.battery_perfect_usd if self.battery_perfect_usd > 1e-9 * abs(self.perfect_usd) else np.nan


def dispatch_rolling(
    problem: SiteHours,
    *,
    forecast: Forecast | None = None,
    window_hours: int = 168,
    step_hours: int = 24,
    perfect: HourResult | None = None,
) -> RollingResult:
    """Dispatch with plans of `window_hours`, made anew every `step_hours`, whose first `step_hours` of prices are known.

    Parameters
    ----------
    forecast : by default `Reverting()`, the best of ours on real prices.
    perfect : the result of `dispatch_hours` for the same problem, where it is there already.

    Raises
    ------
    ValueError : as `dispatch_hours`; for a window shorter than a step; for forecasts that are no prices; for a site that
        only a solver dispatches (different batteries, minimum up times, a yearly limit together with demand charges).
    InfeasibleError : as `dispatch_hours`.
    """
    since = time.perf_counter()
    p = checked(problem)
    if not 1 <= step_hours <= window_hours:
        raise ValueError(
            f"step_hours is {step_hours} and window_hours {window_hours}, but a plan must reach at least as far as it is "
            "executed, and that at least one hour: 1 <= step_hours <= window_hours"
        )
    other = needs_solver(p)
    if other:
        raise ValueError(
            f"{other}: only a solver dispatches such a site, which would take minutes for a year of windows, so it cannot be "
            "dispatched without foresight; leave that out, or use dispatch_hours, which knows all prices"
        )
    foresaw = dispatch_hours(p) if perfect is None else perfect
    expects = Reverting() if forecast is None else forecast
    bare = replace(p, batteries=())
    bare_perfect = foresaw if not p.batteries else dispatch_hours(bare)
    bare_usd = bare_perfect_usd = bare_perfect.certificate.objective_usd
    run, store = _roll(p, expects, window_hours, step_hours)
    linked = p.peaks is not None or np.isfinite(p.generation_limit_mwh)
    if linked:
        bare_usd = _roll(bare, expects, window_hours, step_hours)[0].objective_usd if p.batteries else run.objective_usd
    check_end(p, run.detail)
    named = getattr(expects, "__name__", None) or str(expects)
    remarks = [f"without foresight: plans for {window_hours} h every {step_hours} h, which knows as many prices; then {named}"]
    if run.odd.any():
        remarks.append(f"{int(run.odd.sum())} of {len(p.ai_mw)} hours are not concave: dispatched as they are")
    run = replace(run, bound_usd=foresaw.certificate.bound_usd)
    result = result_of(p, run, store, tuple(remarks), time.perf_counter() - since)
    result = replace(result, certificate=replace(result.certificate, method="rolling"))
    return RollingResult(result, foresaw, bare_usd, bare_perfect_usd)


def _roll(p: SiteHours, forecast: Forecast, window_hours: int, step_hours: int) -> tuple[Run, Store]:
    """All hours executed, with what they earn; no bound."""
    course = _Course(p, forecast, window_hours, step_hours)
    for first, last in course.stretches():
        course.aim(first, last)
        course.execute(first, last)
    ran, store = course.ran, course.store
    flows, stored_price = Flows(ran.flows, course.places), np.zeros(len(ran.limit))
    revealed_prices(ran.detail[RIGHT], ran.detail[LEFT], stored_price)
    binds = (ran.limit < course.limit) & (flows.imported >= ran.limit * (1 - 1e-9))
    use = next_use(flows, ran.detail, store, stored_price)
    peak_price = np.where(binds, np.maximum(use - ran.detail[NEXT_IMPORT], 0.0), 0.0)
    earned = float(flows.margin.sum()) + store.end_value * store.start_mwh
    charges = 0.0 if p.peaks is None else float(charges_of(peaks_of(flows.imported, p.peaks), p.peaks).sum())
    run = Run(flows, ran.detail, ran.odd, earned, stored_price, peak_price, np.zeros(0), objective_usd=earned - charges)
    return run, store


class _Course:
    """A checked problem while windows roll over it: what stays the same, and what is in store and may be generated."""

    def __init__(self, p: SiteHours, forecast: Forecast, window_hours: int, step_hours: int) -> None:
        assert p.flexible_mw is not None
        hours, offers = len(p.ai_mw), p.reserve_usd_per_mw_hour > 0 and p.reserve_max_share > 0 and p.reserve_called_share > 0
        self.limited = bool(np.isfinite(p.generation_limit_mwh))
        site, self.places = hours_of(p), places_of(p)
        self.site = by_hour(site) if offers or self.limited else site
        self.peaks, self.forecast, self.hours = p.peaks, forecast, hours
        self.limit = own(p.import_limit_mw)
        self.store = store_of(p.batteries, dearest(site, p.peaks))
        self.left_mwh = p.generation_limit_mwh
        self.least_stored = _least_stored(p, self.store)
        self.first, self.usd = stretches_of(p.peaks) if p.peaks is not None else (np.zeros(1, dtype=np.int64), np.zeros((0, 1)))
        cells = 0 if p.peaks is None else p.peaks.weight.shape[1]
        cell = np.full(hours, -1) if p.peaks is None else np.array(p.peaks.cell)
        need = np.maximum(p.ai_mw - p.flexible_mw - _own_mw(p), 0.0)
        self.held = Held(cell, np.full(cells, np.inf), np.zeros(cells), need)
        self.offered = Offered(
            own(p.tier_value_usd_per_mwh), p.reserve_usd_per_mw_hour, p.reserve_max_share, p.reserve_called_share
        )
        self.ran = Ran(new_flows(site, hours), new_detail(hours), np.zeros(hours, dtype=np.int64), np.zeros(hours))
        if not self._linked():
            window_hours = step_hours = hours
        start = np.union1d(np.arange(0, hours, step_hours), self.first)
        self.plans = np.zeros((4, len(start)), dtype=np.int64)
        self.plans[START] = start
        self.plans[KNOWN] = np.minimum((start // step_hours + 1) * step_hours, hours)
        self.plans[UNTIL] = np.append(start[1:], hours)
        self.plans[END] = np.minimum(start + window_hours, hours) if self._looks_ahead() else self.plans[UNTIL]

    def _looks_ahead(self) -> bool:
        return self.store.energy_mwh > 0 or self.limited

    def _linked(self) -> bool:
        """Whether what is done in an hour matters to another."""
        return self._looks_ahead() or self.peaks is not None

    def stretches(self) -> list[tuple[int, int]]:
        """(first plan, last plan exclusive) of each billing stretch."""
        cuts = [*np.searchsorted(self.plans[START], self.first).tolist(), self.plans.shape[1]]
        return list(pairwise(cuts))

    def expected(self, known: int, hours: int) -> Floats:
        """[hours] of prices expected after the `known`."""
        if not hours:
            return np.zeros(0)
        so_far = self.site.hourly[PRICE, :known].view()
        so_far.flags.writeable = False
        found = np.asarray(self.forecast(so_far, hours), dtype=np.float64)
        if found.shape != (hours,) or not np.isfinite(found).all():
            raise ValueError(
                f"the forecast for {hours} hours from hour {known} (counted from 0) is an array of shape {found.shape}, "
                f"{int((~np.isfinite(found)).sum())} of its numbers not finite; to plan, {hours} finite prices are needed"
            )
        return found

    def execute(self, first: int, last: int) -> None:
        """Run these plans."""
        at_a_time = max(1, _MOST_NUMBERS // max(1, int((self.plans[END] - self.plans[KNOWN]).max())))
        for begin in range(first, last, at_a_time):
            plans = np.ascontiguousarray(self.plans[:, begin : min(last, begin + at_a_time)])
            unknown = np.maximum(plans[END] - plans[KNOWN], 0)
            rows = np.zeros((plans.shape[1], max(1, int(unknown.max()))))
            for row, known, hours in zip(rows, plans[KNOWN].tolist(), unknown.tolist(), strict=True):
                row[:hours] = self.expected(known, hours)
            stored, self.left_mwh = run_windows(
                self.site,
                self.limit,
                _must_stay(self.store, rows),
                plans,
                rows,
                self.least_stored,
                self.held,
                self.left_mwh,
                self.offered,
                self.ran,
            )
            self.store = self.store._replace(start_mwh=stored)

    def aim(self, first: int, last: int) -> None:
        """Set the targets of the billing stretch of these plans, as it begins."""
        if self.peaks is None:
            return
        start, known, end = int(self.plans[START, first]), int(self.plans[KNOWN, first]), int(self.plans[UNTIL, last - 1])
        rest = self.expected(known, end - known) if end > known else np.zeros(0)
        hourly = own(self.site.hourly[:, start:end])
        hourly[PRICE, end - start - len(rest) :] = rest
        store = _must_stay(self.store, rest)
        if end < self.hours:
            mean = float(hourly[[PRICE, ADDER]].sum(axis=0).mean())
            end_value = max(0.0, store.discharge_efficiency * (mean - store.wear))
            store = store._replace(end_value=end_value, least_end_mwh=float(self.least_stored[end]))
        calendar = np.stack([self.site.calendar[PERIOD, start:end], np.arange(end - start)])
        site = self.site._replace(hourly=hourly, calendar=calendar, base=self._base_at(start, end, hourly[PRICE]))
        peaks = replace(self.peaks, cell=self.peaks.cell[start:end])
        usd = self.usd[:, int(np.searchsorted(self.first, start))]
        found = targets(site, self.places, own(self.limit[start:end]), store, peaks, usd, self.held.reached)
        self.held.target[:] = found

    def _base_at(self, start: int, end: int, price: Floats) -> Floats:
        """Prices of places with reserve at these market prices."""
        offered, tiers = self.offered, self.places.tier
        if not (offered.usd > 0 and offered.most_share > 0 and offered.called_share > 0):
            return self.site.base
        base, value = self.site.base.copy(), offered.value[:, start:end]
        premium = offered.usd - offered.called_share * np.maximum(value - price, 0.0)
        base[tiers, start:end] = value + offered.most_share * np.maximum(premium, 0.0)
        return base


def _must_stay(store: Store, expected: Floats) -> Store:
    """Energy that must stay in store is worth more than anything that is expected."""
    return store._replace(must_stay=store.must_stay + 100.0 * float(np.abs(expected).max(initial=0.0)))


def _own_mw(p: SiteHours) -> Floats:
    """[H] MW of own plants that can serve AI load by any part of them, and for less than not serving it costs."""
    assert p.generator_least_share is not None
    serves = (p.generator_least_share[:, None] == 0) & (p.generator_cost_usd_per_mwh < p.unserved_usd_per_mwh)
    return np.asarray(np.where(serves, p.generator_mw, 0.0).sum(axis=0))


def _least_stored(p: SiteHours, store: Store) -> Floats:
    """[H + 1] MWh that must be in store before each hour, so that the end can still be reached without giving up AI load.

    Where that cannot be done from the start: even by giving it up. Own plants do not count where their generation is limited.
    """
    assert p.flexible_mw is not None
    limited = np.isfinite(p.generation_limit_mwh)
    beside_ai = p.import_limit_mw - (p.ai_mw - p.flexible_mw) + (0.0 if limited else _own_mw(p))
    all_of_it = p.import_limit_mw + (0.0 if limited else p.generator_mw.sum(axis=0))
    least = np.zeros(len(p.ai_mw) + 1)
    for supply in (beside_ai, all_of_it):
        more = store.charge_efficiency * np.clip(supply, 0.0, store.charge_mw)
        after = np.append(np.cumsum(more[::-1])[::-1], 0.0)
        least = np.maximum(store.least_end_mwh - after, 0.0)
        if least[0] <= store.start_mwh:
            break
    return np.asarray(least)
