"""Model years of many scenarios, written out as hours one after the other, dispatched, and added up by month; compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repower.dispatch.arrays import Floats, Ints
from repower.dispatch.solve import run_apart, run_hours
from repower.dispatch.stack import ADDER, AI_MW, FLEXIBLE_MW, PERIOD, PRICE, SLOT, Hours, compiled
from repower.dispatch.storage import Store, new_landed, store_with


class YearlySite(NamedTuple):
    """`SiteMonths`, checked, with contracts, plants and export as places of the list: mw, base [N, M]."""

    price_shape: Floats
    shape_year: Ints
    level: Floats
    import_limit_mw: Floats
    tier_mw: Floats
    tier_value: Floats
    ai_it_mw: Floats
    ai_pue: Floats
    mw: Floats
    base: Floats
    kind: Ints
    fee: Floats
    least: Floats
    contract: Floats
    tier_place: Ints
    first_calendar_month: int
    adder: float
    flexible_share: float
    floor: float
    cap: float


class _Year(NamedTuple):
    """Work space for one model year, written out as hours."""

    site: Hours
    limit: Floats
    flows: Floats
    detail: Floats
    odd: Ints
    it_mw: Floats


@compiled
def _new_year(site: YearlySite, rows: int, edges: Ints) -> _Year:
    hours = edges[12]
    mw, base = np.zeros((len(site.kind), 12)), np.zeros((len(site.kind), 12))
    contract = np.zeros((len(site.contract), 12))
    hourly, index = np.zeros((4, hours)), np.zeros((2, hours), dtype=np.int64)
    hourly[ADDER] = site.adder
    at = 0
    for place in range(12):
        calendar = (site.first_calendar_month + place) % 12
        length = edges[calendar + 1] - edges[calendar]
        index[PERIOD, at : at + length] = index[SLOT, at : at + length] = place
        at += length
    one = Hours(hourly, index, mw, base, site.kind, site.fee, site.least, contract)
    odd = np.zeros(hours, dtype=np.int64)
    return _Year(one, np.zeros(hours), np.zeros((rows, 12)), np.zeros((6, 0)), odd, np.zeros(site.ai_pue.shape[0]))


@compiled
def _write_year(site: YearlySite, scenario: int, year: int, edges: Ints, out: _Year) -> None:
    """The hours of one model year of one scenario."""
    hourly, mw, base = out.site.hourly, out.site.mw, out.site.base
    begin = 12 * year
    mw[:] = site.mw[:, begin : begin + 12]
    base[:] = site.base[:, begin : begin + 12]
    out.site.contract[:] = site.contract[:, begin : begin + 12]
    out.flows[:] = 0.0
    shape = site.shape_year[scenario % site.shape_year.shape[0], year]
    at = 0
    for place in range(12):
        month = begin + place
        for tier in range(len(site.tier_place)):
            mw[site.tier_place[tier], place] = site.tier_mw[scenario % site.tier_mw.shape[0], month, tier]
            base[site.tier_place[tier], place] = site.tier_value[scenario % site.tier_value.shape[0], month, tier]
        for design in range(len(out.it_mw)):
            out.it_mw[design] = site.ai_it_mw[scenario % site.ai_it_mw.shape[0], month, design]
        level = site.level[scenario % site.level.shape[0], month]
        import_mw = site.import_limit_mw[scenario % site.import_limit_mw.shape[0], month]
        calendar = (site.first_calendar_month + place) % 12
        first, hours = edges[calendar], edges[calendar + 1] - edges[calendar]
        pue = site.ai_pue[:, shape % site.ai_pue.shape[1], first : first + hours]
        out.limit[at : at + hours] = import_mw
        _write_month(
            hourly[:, at : at + hours],
            level,
            site.price_shape[shape, first : first + hours],
            out.it_mw,
            pue,
            site.flexible_share,
            site.floor,
            site.cap,
        )
        at += hours


@compiled
def _write_month(
    hourly: Floats, level: float, shape: Floats, it_mw: Floats, pue: Floats, flexible_share: float, floor: float, cap: float
) -> None:
    for hour in range(len(shape)):
        hourly[PRICE, hour] = min(max(level * shape[hour], floor), cap)
    hourly[AI_MW] = 0.0
    for design in range(len(it_mw)):
        if it_mw[design] > 0.0:
            for hour in range(len(shape)):
                hourly[AI_MW, hour] += it_mw[design] * pue[design, hour]
    for hour in range(len(shape)):
        hourly[FLEXIBLE_MW, hour] = flexible_share * hourly[AI_MW, hour]


@compiled
def run_months_apart(first: int, last: int, site: YearlySite, store: Store, edges: Ints, rows: Floats, short: Floats) -> None:
    """Scenarios `first` to `last` of a site without batteries: their months added to `rows`."""
    one = _new_year(site, rows.shape[1], edges)
    short[first:last] = 0.0
    for scenario in range(first, last):
        for year in range(site.shape_year.shape[1]):
            _write_year(site, scenario, year, edges, one)
            run_apart(one.site, one.limit, store, one.flows, one.detail, one.odd)
            rows[scenario, :, 12 * year : 12 * year + 12] = one.flows


@compiled
def run_months_with_store(
    first: int, last: int, site: YearlySite, store: Store, edges: Ints, rows: Floats, short: Floats
) -> None:
    """The same with a store, and by how much the ends of years fall short of what must be left (MWh)."""
    one = _new_year(site, rows.shape[1], edges)
    landed = new_landed(edges[12], len(site.kind))
    for scenario in range(first, last):
        stored = store.start_mwh
        for year in range(site.shape_year.shape[1]):
            _write_year(site, scenario, year, edges, one)
            now = store_with(store, stored, store.least_end_mwh, store.end_value)
            stored = run_hours(landed, one.site, one.limit, now, one.flows, one.detail, one.odd)
            short[scenario] = max(short[scenario], store.least_end_mwh - stored)
            rows[scenario, :, 12 * year : 12 * year + 12] = one.flows
