"""Exact dispatch of a site: the whole problem, with a certificate.

    maximise  sum over hours of
                sum_k value_k tier_k + sum_k (R - q max(value_k - p, 0)) reserve_k
                - (p + a) spot - sum_i price_i taken_i - a sum_i delivered_i + sum_i (p - fee_i) resold_i
                + (p - export fee) export - sum_g cost_g generation_g - wear discharge
                - flexible price x flexed - unserved price x unserved
              - sum_j charge_j max_c (weight_jc peak_c) + end value x stored at the end
    subject to  spot + sum delivered + sum generation + discharge = sum tier + ai served + charge + export
                ai served + flexed + unserved = ai load,   flexed <= flexible load
                spot + sum delivered <= import limit, and <= peak_c in the hours of cell c
                export <= export limit, and 0 in hours with spot or delivered
                delivered_i + resold_i + left_i = taken_i,   must_take_i w_i <= taken_i <= w_i
                resold_i = 0 where resale is not allowed
                generation_g = 0 or least_g w_g <= generation_g <= w_g,   sum of all generation <= its limit
                tier_k <= its MW,   reserve_k <= share x tier_k
                stored after = stored before + charge efficiency x charge - discharge / discharge efficiency
                0 <= stored <= energy,   charge = 0 or discharge = 0,   all >= 0

with p the market price, a the adder with what the hour costs as a coincident peak, R the price of reserve and q the share of
time in which it is called. How: the merit order of an hour is one list (`repower.dispatch.stack`); storage links hours by
dynamic programming on it (`repower.dispatch.storage`, `repower.dispatch.arcs`); peaks and yearly limits are searched around
that (`repower.dispatch.peaks`, `repower.dispatch.permit`); prices that come out prove how good it is
(`repower.dispatch.certificate`).
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from repower.dispatch.arrays import Floats
from repower.dispatch.backwards import value_hours
from repower.dispatch.certificate import constants
from repower.dispatch.flows import NEXT, NEXT_FREE, NEXT_IMPORT, STORED
from repower.dispatch.peaks import search_peaks
from repower.dispatch.permit import search_permit
from repower.dispatch.places import alike, dearest, hours_of, own, places_of, reserve_premium, store_of
from repower.dispatch.priced import Run, certified, charges_of, next_use, peaks_of, run_once
from repower.dispatch.problem import Battery, SiteHours, checked
from repower.dispatch.result import Certificate, HourResult
from repower.dispatch.storage import Store
from repower.errors import InfeasibleError

#: Relative gap up to which the bound by prices is taken as it is.
PROVED = 1e-10
#: Relative gap up to which a dispatch is called exact.
PROMISED = 1e-7


def dispatch_hours(problem: SiteHours, *, time_limit_s: float | None = None) -> HourResult:
    """The best dispatch of all hours, with its certificate; exact where the certificate's gap says so.

    One battery (or several of one kind), any demand charges, or a yearly limit on generation. Other combinations (two
    different batteries, minimum up times, a yearly limit together with demand charges) are handed to
    `repower.dispatch.linear`, and the certificate says so.

    Parameters
    ----------
    time_limit_s : of each search of the solver, where the problem is handed to it; the kernel itself takes no heed.

    Raises
    ------
    ValueError : arrays that do not fit, are not finite or have negative power; names the array and the hour.
    InfeasibleError : energy that must be left at the end cannot be there; names the limit and the hour.
    SolverError : no answer within the time.
    """
    since = time.perf_counter()
    p = checked(problem)
    other = needs_solver(p)
    if other:
        return _by_solver(p, other, time_limit_s)
    site, places = hours_of(p), places_of(p)
    store = store_of(p.batteries, dearest(site, p.peaks))
    limit = own(p.import_limit_mw)
    if p.peaks is not None and p.peaks.weight.size:
        run = search_peaks(site, places, limit, store, p.peaks)
    elif np.isfinite(p.generation_limit_mwh):
        run = search_permit(site, places, limit, store, p.generation_limit_mwh)
    else:
        run = run_once(site, places, limit, store)
        run = certified(run, store, run.earned_usd)
        if run.odd.any() and run.bound_usd - run.objective_usd > PROVED * abs(run.objective_usd):
            # Prices cannot prove what is not concave; dynamic programming without a short cut can.
            by_steps = constants(site) + value_hours(site, limit, store)
            # One that is beaten by a dispatch would be none.
            if by_steps >= run.objective_usd - 1e-9 * max(1.0, abs(run.objective_usd)):
                run = replace(run, bound_usd=min(run.bound_usd, max(by_steps, run.objective_usd)))
    odd = int(run.odd.sum())
    if odd and len(p.batteries) > 1:
        return _by_solver(p, f"several batteries, and {odd} hours that are not concave", time_limit_s)
    check_end(p, run.detail)
    gap = _gap(run)
    if gap > PROMISED and not odd:
        return _by_solver(p, f"the search left a gap of {gap:.1e}", time_limit_s)
    remarks = []
    if odd:
        remarks.append(f"{odd} of {len(p.ai_mw)} hours are not concave: dispatched as they are, never both ways at once")
    if gap > PROMISED:
        remarks.append(f"not proven best: with limits over many hours, at most {gap:.1e} of the objective may be missing")
    return result_of(p, run, store, tuple(remarks), time.perf_counter() - since)


def _gap(run: Run) -> float:
    return max(0.0, run.bound_usd - run.objective_usd) / max(1.0, abs(run.objective_usd))


def smallest_site() -> SiteHours:
    """Two hours of a firm load and a battery at a flat price: enough to have the kernels compiled, or read from the disk."""
    one, none, empty = np.ones(2), np.zeros((0, 2)), np.zeros(0)
    return SiteHours(
        market_price_usd_per_mwh=one,
        adder_usd_per_mwh=0.0,
        import_limit_mw=one,
        ppa_mw=none,
        ppa_price_usd_per_mwh=none,
        ppa_must_take_share=empty,
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=empty,
        generator_mw=none,
        generator_cost_usd_per_mwh=none,
        tier_mw=none,
        tier_value_usd_per_mwh=none,
        ai_mw=one,
        batteries=(Battery(1.0, 1.0, 1.0),),
    )


def needs_solver(p: SiteHours) -> str:
    """Why the kernel does not have the problem; empty where it has."""
    assert p.generator_min_up_hours is not None
    assert p.generator_least_share is not None
    if (p.generator_min_up_hours > 1).any():
        return "generators with minimum up times"
    if (p.generator_least_share > 0).sum() > 4:
        return "more than four generators with a least load"
    if not all(alike(p.batteries[0], battery) for battery in p.batteries[1:]):
        return "different batteries"
    if np.isfinite(p.generation_limit_mwh):
        if p.peaks is not None:
            return "a yearly limit on generation together with demand charges"
        if (p.generator_least_share > 0).any():
            return "a yearly limit on generation that cannot run below a least load"
    return ""


def _by_solver(p: SiteHours, why: str, time_limit_s: float | None) -> HourResult:
    from repower.dispatch.linear import dispatch_hours_lp

    return dispatch_hours_lp(p, time_limit_s=time_limit_s, why=f"{why}: solved by HiGHS, not by the kernel")


def check_end(p: SiteHours, detail: Floats) -> None:
    """InfeasibleError where less is in store after the last hour than must be left there."""
    if not p.batteries or not len(p.ai_mw):
        return
    least, end = sum(battery.least_end_mwh for battery in p.batteries), float(detail[STORED, -1])
    if end < least - 1e-9 * sum(battery.energy_mwh for battery in p.batteries):
        start = sum(battery.start_mwh for battery in p.batteries)
        raise InfeasibleError(
            f"battery-end[hour={len(p.ai_mw) - 1}]: {least:g} MWh must be left in store after the last hour, but from "
            f"{start:g} MWh no dispatch reaches more than {end:g} MWh; lower least_end_mwh, or begin with more"
        )


def result_of(p: SiteHours, run: Run, store: Store, remarks: tuple[str, ...], seconds: float) -> HourResult:
    """A run with its prices as the result of a checked problem."""
    flows, detail, hours = run.flows, run.detail, len(p.ai_mw)
    shares = np.array([battery.energy_mwh for battery in p.batteries])
    shares = (shares / shares.sum() if shares.sum() > 0 else np.zeros(len(shares)))[:, None]
    delivered, taken, resold = flows.delivered, flows.taken, flows.resold
    imported = flows.spot + delivered.sum(axis=0)
    peaks = np.zeros(0) if p.peaks is None else peaks_of(imported, p.peaks)
    charges = np.zeros(0) if p.peaks is None else charges_of(peaks, p.peaks)
    stored_price = np.broadcast_to(run.stored_price, (len(p.batteries), hours)).copy()
    use = next_use(flows, detail, store, run.stored_price)
    # A free MW spares import at its cost and at what its peak is worth, or is sold where nothing comes in.
    spared = detail[NEXT] + np.where(detail[NEXT] > detail[NEXT_FREE], run.peak_price, 0.0)
    assert p.export_limit_mw is not None
    sold = (imported <= 0.0) & (flows.export < p.export_limit_mw)
    free = np.maximum(spared, np.where(sold, p.market_price_usd_per_mwh - p.export_fee_usd_per_mwh, 0.0))
    more_import = np.where(flows.export > 0.0, 0.0, use - detail[NEXT_IMPORT] - run.peak_price)
    gap = _gap(run)
    reserve = np.zeros((len(p.tier_mw), hours))
    if p.reserve_max_share > 0.0:
        reserve = np.where(reserve_premium(p) > 0, p.reserve_max_share * flows.tiers, 0.0)
    return HourResult(
        spot_mw=flows.spot,
        ppa_taken_mw=taken,
        ppa_delivered_mw=delivered,
        ppa_resold_mw=resold,
        ppa_left_mw=taken - delivered - resold,
        generation_mw=flows.generated,
        export_mw=flows.export,
        tier_mw=flows.tiers,
        reserve_mw=reserve,
        ai_served_mw=flows.served,
        flexed_mw=flows.flexed,
        unserved_mw=flows.unserved,
        charge_mw=shares * flows.charge,
        discharge_mw=shares * flows.discharge,
        stored_mwh=shares * detail[STORED],
        margin_usd=flows.margin,
        marginal_import_usd_per_mwh=np.maximum(more_import, 0.0),
        marginal_energy_usd_per_mwh=np.maximum(np.maximum(use, free), 0.0),
        marginal_stored_usd_per_mwh=stored_price,
        marginal_peak_usd_per_mw=run.peak_price,
        peak_mw=peaks,
        demand_charge_usd=charges,
        end_value_usd=store.end_value * float(detail[STORED, -1]) if hours else 0.0,
        certificate=Certificate(
            run.objective_usd, run.bound_usd, gap, "exact" if gap <= PROMISED else "bounded", remarks, seconds
        ),
    )
