"""A yearly limit on generation (an air permit): one price on every MWh generated, and the hour in which it is split.

With a price nu on generation no limit is needed; the higher nu, the less is generated. Tangents of the dual function meet in
the nu at which it turns. There one dispatch generates more than the limit and another less, both equally good at that price.
Going from one to the other hour by hour, there is one hour within which the limit is met; its generation is split. Every
dispatch on the way is as good at nu as the two, so the last one is optimal and its price proves it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from repower.dispatch.arrays import Floats
from repower.dispatch.places import Places, by_hour, dearest
from repower.dispatch.priced import Run, certified, run_once
from repower.dispatch.stack import Hours
from repower.dispatch.storage import Store

#: Most dispatches of one search for the price, and for the split within an hour.
MOST = 200


def search_permit(site: Hours, places: Places, limit: Floats, store: Store, most_mwh: float) -> Run:
    """The best dispatch that generates at most `most_mwh` in all, its price of generation and its bound."""
    site = by_hour(site)
    run = run_once(site, places, limit, store)
    if _mwh(run) <= most_mwh:
        return certified(run, store, run.earned_usd)
    hours = len(limit)
    low_price, high_price = 0.0, _too_dear(site, store)
    more, less = run, _at(site, places, limit, store, np.full(hours, high_price))
    for _ in range(MOST):
        price = (more.earned_usd - less.earned_usd) / (_mwh(more) - _mwh(less)) if _mwh(more) > _mwh(less) else high_price
        price = min(max(price, low_price), high_price)
        between = _at(site, places, limit, store, np.full(hours, price))
        reached = between.earned_usd - price * _mwh(between)
        if reached <= (more.earned_usd - price * _mwh(more)) * (1 + 1e-14) + 1e-9 or price in (low_price, high_price):
            break
        if _mwh(between) > most_mwh:
            more, low_price = between, price
        else:
            less, high_price = between, price
    best = _split(site, places, limit, store, most_mwh, low_price, price, high_price)
    priced = _priced(site, places, np.full(hours, price))
    proof = run_once(priced, places, limit, store)
    proof = replace(best, stored_price=proof.stored_price, best=proof.best, permit_usd_per_mwh=price)
    return certified(proof, store, best.earned_usd, price * most_mwh)


def _mwh(run: Run) -> float:
    return float(run.flows.generated.sum())


def _too_dear(site: Hours, store: Store) -> float:
    """A price at which nothing is generated that anything else can do."""
    return 2.0 * dearest(site) + 3.0 * store.must_stay


def _priced(site: Hours, places: Places, price: Floats) -> Hours:
    base = site.base.copy()
    base[places.generator] += price
    return site._replace(base=base)


def _at(site: Hours, places: Places, limit: Floats, store: Store, price: Floats) -> Run:
    """Dispatch with generation priced by the hour; what it earns is counted without that price."""
    run = run_once(_priced(site, places, price), places, limit, store)
    paid = (run.flows.generated * price).sum(axis=0)
    run.flows.margin[:] += paid
    return replace(run, earned_usd=run.earned_usd + float(paid.sum()))


def _split(
    site: Hours, places: Places, limit: Floats, store: Store, most_mwh: float, low: float, price: float, high: float
) -> Run:
    """The dispatch at `price` that generates just `most_mwh`: freely before an hour, sparingly after it, in part in it."""
    hours = len(limit)
    # Nudges that only break ties.
    nudge = 1e-10 * max(1.0, price)
    free, spare = max(low, price - nudge), min(high, price + nudge)

    def until(hour: int, site: Hours = site) -> Run:
        return _at(site, places, limit, store, np.where(np.arange(hours) < hour, free, spare))

    first, last = 0, hours
    best = until(0)
    if _mwh(best) > most_mwh:
        return _at(site, places, limit, store, np.full(hours, high))
    while last - first > 1:
        middle = (first + last) // 2
        run = until(middle)
        if _mwh(run) > most_mwh:
            last = middle
        else:
            first, best = middle, run
    if last == hours and _mwh(until(hours)) <= most_mwh:
        return until(hours)
    # Hour `first` decides: as much of its generation as fits.
    after = until(first + 1)
    low_mw, high_mw = best.flows.generated[:, first].sum(), after.flows.generated[:, first].sum()
    low_mwh, high_mwh = _mwh(best), _mwh(after)
    for _ in range(MOST):
        if high_mwh - low_mwh <= 0 or high_mw - low_mw <= 1e-13 * high_mw:
            break
        mw = low_mw + (high_mw - low_mw) * (most_mwh - low_mwh) / (high_mwh - low_mwh)
        run = until(first + 1, _capped(site, places, first, mw))
        made = _mwh(run)
        if made > most_mwh * (1 + 1e-13):
            if made >= high_mwh:
                break
            high_mw, high_mwh = mw, made
        else:
            stuck = made <= low_mwh
            low_mw, low_mwh, best = mw, made, run
            if stuck or made >= most_mwh * (1 - 1e-13):
                break
    return best


def _capped(site: Hours, places: Places, hour: int, mw: float) -> Hours:
    """The site with at most `mw` of generation in one hour, the cheapest generators first."""
    power = site.mw.copy()
    left = mw
    for place in places.generator[np.argsort(site.base[places.generator, hour], kind="stable")]:
        power[place, hour] = min(power[place, hour], left)
        left -= power[place, hour]
    return site._replace(mw=power)
