"""What the same site would earn otherwise: the numbers that stand beside a dispatch.

- *business as usual*: the mines run at nominal power in every hour in which the supply carries them, whatever the price; no
  battery, no reserve, no export, and AI load is interrupted only where the supply cannot carry it;
- *without its battery*: everything else as free as before;
- *all at the market*: for a site with neither mines nor battery, without contracts and own generation.

Each is dispatched by the exact kernel and its money told line by line with the prices of the true problem.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from repower.conversion.mining_tiers import NOMINAL
from repower.conversion.site_year import SiteYear
from repower.dispatch import HourResult, dispatch_hours
from repower.dispatch.arrays import Bools, Floats
from repower.dispatch.kernel import needs_solver
from repower.dispatch.problem import SiteHours, checked
from repower.report.site_account import NO_MW, Account, account, imported_mw


@dataclass(frozen=True)
class Neighbour:
    """The same site run otherwise: a key for programs, words for people, and its account."""

    key: str
    words: str
    account: Account


@dataclass(frozen=True)
class Worth:
    """What one more unit of something would add over the horizon."""

    key: str
    words: str
    usd: float
    unit: str


def neighbours(site: SiteYear) -> tuple[Neighbour, ...]:
    """The neighbours that make sense for this site, business as usual first; one at least where it has anything to choose."""
    p = checked(site.problem)
    mines, stores = bool(p.tier_mw.any()), bool(p.batteries)
    found = []
    if mines:
        words = "mines run in every hour" + (", no battery" if stores else "")
        found.append(Neighbour("mine_every_hour", words, _mining_on(site)))
    bare = without_batteries(site)
    # Where only a solver dispatches it, a neighbour is not worth its minutes.
    if stores and not needs_solver(checked(bare.problem)):
        found.append(Neighbour("without_battery", "without its battery", account(bare, dispatch_hours(bare.problem))))
    if not mines and not stores and (len(p.ppa_mw) or len(p.generator_mw)):
        found.append(Neighbour("all_at_market", "all bought at the market", _all_at_market(site)))
    return tuple(found)


def worths(site: SiteYear, result: HourResult) -> tuple[Worth, ...]:
    """What one more MW of connection and of firm load would change, one more MWh of the battery, one more MW of each peak.

    The first three are found by dispatching again with one more, since a year's step has no single price in its hours; a call
    leaves the same share of the larger connection. Where the kernel does not have the problem that would take a solver's
    minutes: then marginal values of the hours stand for the first two. Peaks are always told by their marginal values.
    """
    p = checked(site.problem)
    found = [
        Worth("connection_usd_per_mw", "one more MW of connection", _more_connection(site, p, result), "MW"),
        Worth("firm_load_usd_per_mw", "one more MW of firm load, all hours", _more_load(p, result), "MW"),
    ]
    if len(p.batteries) == 1 and result.certificate.method == "exact":
        larger = replace(p.batteries[0], energy_mwh=p.batteries[0].energy_mwh + 1.0)
        usd = max(0.0, _gain(replace(p, batteries=(larger,)), result))
        found.append(Worth("battery_usd_per_mwh", "one more MWh of battery, its MW as they are", usd, "MWh"))
    for name, usd in zip(site.cells, peak_worth_usd_per_mw(site, result), strict=True):
        found.append(Worth(f"peak_usd_per_mw:{name}", f"one more MW of peak in {name}", usd, "MW"))
    return tuple(found)


def _gain(changed: SiteHours, result: HourResult) -> float:
    return dispatch_hours(changed).certificate.objective_usd - result.certificate.objective_usd


def _more_connection(site: SiteYear, p: SiteHours, result: HourResult) -> float:
    if result.certificate.method == "exact":
        return max(0.0, _gain(replace(p, import_limit_mw=_with_one_more_mw(p.import_limit_mw, site.called)), result))
    # Only where the limit is what stops: below it more of it changes nothing, whatever a peak may cost.
    stops = imported_mw(result) >= p.import_limit_mw - NO_MW
    return float(result.marginal_import_usd_per_mwh[stops].sum())


def _with_one_more_mw(limit_mw: Floats, called: Bools) -> Floats:
    """[H] the limit with 1 MW more; in a call, the share of it that the call leaves of the limit before it."""
    free = np.flatnonzero(~called)
    if not len(free):
        return limit_mw + 1.0
    before = free[np.maximum(np.searchsorted(free, np.arange(len(called)), side="right") - 1, 0)]
    usual = limit_mw[before]
    left = np.divide(limit_mw, usual, out=np.ones_like(limit_mw), where=usual > 0)
    return limit_mw + np.where(called, left, 1.0)


def _more_load(p: SiteHours, result: HourResult) -> float:
    if result.certificate.method == "exact":
        return _gain(replace(p, ai_mw=p.ai_mw + 1.0), result)
    return -float(result.marginal_energy_usd_per_mwh.sum())


def peak_worth_usd_per_mw(site: SiteYear, result: HourResult) -> list[float]:
    """[C] what one more MW of each billing cell's peak would give in its hours."""
    peaks = site.problem.peaks
    if peaks is None:
        return []
    return [float(result.marginal_peak_usd_per_mw[peaks.cell == cell].sum()) for cell in range(len(site.cells))]


def without_batteries(site: SiteYear) -> SiteYear:
    """The same site, its batteries and what is in them taken away."""
    return replace(site, problem=replace(site.problem, batteries=()), batteries=())


def _mining_on(site: SiteYear) -> Account:
    """All mines as firm load behind the AI load; where the supply fails, mines of least value stop first."""
    p = checked(_at_nominal_power(site))
    assert p.flexible_mw is not None
    supply = p.import_limit_mw + p.generator_mw.sum(axis=0)
    forced = np.clip(supply - p.ai_mw, 0.0, p.tier_mw.sum(axis=0))
    hours = len(p.ai_mw)
    firm = replace(
        p,
        ai_mw=p.ai_mw + forced,
        tier_mw=np.zeros((0, hours)),
        tier_value_usd_per_mwh=np.zeros((0, hours)),
        flexible_mw=np.minimum(p.flexible_mw, np.maximum(p.ai_mw - supply, 0.0)),
        export_limit_mw=None,
        reserve_max_share=0.0,
        batteries=(),
    )
    ran = dispatch_hours(firm)
    mined = forced - np.minimum(ran.unserved_mw, forced)
    unserved = ran.unserved_mw - (forced - mined)
    usual = without_batteries(site)
    result = replace(
        ran,
        tier_mw=_most_valuable_first(p, mined),
        reserve_mw=np.zeros_like(p.tier_mw),
        ai_served_mw=p.ai_mw - ran.flexed_mw - unserved,
        unserved_mw=unserved,
    )
    return account(usual, result)


def _at_nominal_power(site: SiteYear) -> SiteHours:
    """The problem without the tiers that lead beyond nominal power; a fleet's tiers are named for the modes that they join."""
    beyond = np.array([f", {NOMINAL} to " in tier for tier in site.tiers], dtype=bool)[:, None]
    return replace(site.problem, tier_mw=np.where(beyond, 0.0, site.problem.tier_mw))


def _most_valuable_first(p: SiteHours, mined: Floats) -> Floats:
    """[K, H] the hour's mining MW given to its tiers by what they are worth."""
    tiers = np.zeros_like(p.tier_mw)
    left = mined.copy()
    hours = np.arange(len(mined))
    for tier in np.argsort(-p.tier_value_usd_per_mwh, axis=0, kind="stable"):
        tiers[tier, hours] = np.minimum(p.tier_mw[tier, hours], left)
        left = left - tiers[tier, hours]
    return tiers


def _all_at_market(site: SiteYear) -> Account:
    p = checked(site.problem)
    hours = len(p.ai_mw)
    bare = replace(
        p,
        ppa_mw=np.zeros((0, hours)),
        ppa_price_usd_per_mwh=np.zeros((0, hours)),
        ppa_must_take_share=np.zeros(0),
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.zeros(0),
        generator_mw=np.zeros((0, hours)),
        generator_cost_usd_per_mwh=np.zeros((0, hours)),
        generator_least_share=None,
        generator_min_up_hours=None,
    )
    return account(replace(site, problem=bare, ppas=(), generators=()), dispatch_hours(bare))
