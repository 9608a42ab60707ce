"""The same merit order for many scenarios and months, hour by hour, without ever holding all hours.

An hour's price is level x shape: the month's mean price of the scenario times the hour of a shape year. Month m of the
study (0-based) takes the hours of its calendar month in shape year ``shape_year[s, m // 12]``. Only sums by scenario and
month are kept. Scenarios are shared among threads in one process; each sum is made by one thread in the order of hours,
so results do not depend on their number.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import config as numba_config

from repower.dispatch.merit import compiled, contract_costs, leave_contract, match, sort_loads, sort_sources
from repower.dispatch.problem import UNSERVED_USD_PER_MWH, Bools, Floats, Ints, flags, number, numbers
from repower.horizon import HOURS_IN_YEAR, MONTH_EDGES

_EDGES = np.array(MONTH_EDGES)


@dataclass(frozen=True)
class SiteMonths:
    """One site over S scenarios and M = 12 N months; Y shape years, P contracts, G generators, K tiers, D designs.

    Arrays with a scenario dim may be given with length 1 there, for all scenarios alike; nothing is copied.

    Parameters
    ----------
    price_shape : [Y, 8760], mean 1 by convention.  shape_year : [S, N] int, 0..Y-1.
    level_usd_per_mwh : [S, M], not negative.  first_calendar_month : 0 for January, of month 0.
    adder_usd_per_mwh, unserved_usd_per_mwh : as in `SiteHours`.  import_limit_mw : [S, M].
    ppa_mw, ppa_price_usd_per_mwh : [P, M].  ppa_must_take_share, ppa_resale (bool), ppa_resale_fee_usd_per_mwh : [P].
    generator_mw, generator_cost_usd_per_mwh : [G, M].  tier_mw, tier_value_usd_per_mwh : [S, M, K].
    ai_it_mw : [S, M, D] mean IT MW drawn by each design's halls.  ai_pue : [D, Y, 8760]; grid load is their product.
    """

    price_shape: Floats
    shape_year: Ints
    level_usd_per_mwh: Floats
    first_calendar_month: int
    adder_usd_per_mwh: float
    import_limit_mw: Floats
    ppa_mw: Floats
    ppa_price_usd_per_mwh: Floats
    ppa_must_take_share: Floats
    ppa_resale: Bools
    ppa_resale_fee_usd_per_mwh: Floats
    generator_mw: Floats
    generator_cost_usd_per_mwh: Floats
    tier_mw: Floats
    tier_value_usd_per_mwh: Floats
    ai_it_mw: Floats
    ai_pue: Floats
    unserved_usd_per_mwh: float = UNSERVED_USD_PER_MWH


class MonthResult(NamedTuple):
    """Sums by scenario and month, MWh and USD. Costs are positive; only `margin_usd` has them subtracted.

    tier_mwh : [S, M, K].  ai_mwh (served), unserved_mwh, spot_mwh : [S, M].
    spot_usd : market price x spot.  adder_usd : adder x (spot + delivered contracts).
    ppa_taken_mwh, ppa_left_mwh : [S, M, P].  ppa_delivered_mwh, ppa_resold_mwh : [S, M, P].
    ppa_usd : price x taken.  resale_usd : (market price - fee) x resold, income.
    generator_mwh : [S, M, G].  generator_usd : [S, M].
    mining_value_usd : tier value x MWh.  unserved_usd.
    margin_usd : mining value + resale - spot - adder - ppa - generator - unserved.
    """

    tier_mwh: Floats
    ai_mwh: Floats
    unserved_mwh: Floats
    spot_mwh: Floats
    spot_usd: Floats
    adder_usd: Floats
    ppa_taken_mwh: Floats
    ppa_delivered_mwh: Floats
    ppa_resold_mwh: Floats
    ppa_left_mwh: Floats
    ppa_usd: Floats
    resale_usd: Floats
    generator_mwh: Floats
    generator_usd: Floats
    mining_value_usd: Floats
    unserved_usd: Floats
    margin_usd: Floats


class _Site(NamedTuple):
    """`SiteMonths`, checked: contiguous, read-only."""

    price_shape: Floats
    shape_year: Ints
    level: Floats
    first_calendar_month: int
    adder: float
    import_limit_mw: Floats
    ppa_mw: Floats
    ppa_price: Floats
    must: Floats
    resale: Bools
    fee: Floats
    generator_mw: Floats
    generator_cost: Floats
    tier_mw: Floats
    tier_value: Floats
    ai_it_mw: Floats
    ai_pue: Floats
    unserved: float


def dispatch_months(problem: SiteMonths, threads: int | None = None) -> MonthResult:
    """Dispatch every hour of every month and scenario, exactly, and return the monthly sums.

    Parameters
    ----------
    threads : how many share the scenarios; by default all cores of this process (or NUMBA_NUM_THREADS).

    Raises
    ------
    ValueError : arrays that do not fit one another, are not finite, or have negative power or level.
    """
    if threads is None:
        threads = int(numba_config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    site, scenarios = _checked(problem)
    result = _empty(scenarios, site)
    run = _spot_months if len(site.ppa_mw) + len(site.generator_mw) == 0 else _all_months
    chunk = max(1, -(-scenarios // (4 * threads)))
    parts = [(first, min(first + chunk, scenarios)) for first in range(0, scenarios, chunk)]
    if threads == 1 or len(parts) == 1:
        run(0, scenarios, site, _EDGES, result)
    else:
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(run, first, last, site, _EDGES, result) for first, last in parts]:
                done.result()
    costs = result.spot_usd + result.adder_usd + result.ppa_usd + result.generator_usd + result.unserved_usd
    return result._replace(margin_usd=result.mining_value_usd + result.resale_usd - costs)


def check_calendar(price_shape: Floats, shape_year: Ints, first_calendar_month: int) -> tuple[Floats, Ints]:
    """Shape years and which of them each model year takes, checked; ValueError names what does not fit."""
    shape = numbers("price_shape", price_shape, ("shape year", len(price_shape)), ("hour", HOURS_IN_YEAR))
    years = np.ascontiguousarray(shape_year)
    if years.ndim != 2 or not np.issubdtype(years.dtype, np.integer):
        raise ValueError(f"shape_year has shape {years.shape} and type {years.dtype}, but [scenario, year] of int is needed")
    if years.size and not (years.min() >= 0 and years.max() < len(shape)):
        raise ValueError(f"shape_year reaches from {years.min()} to {years.max()}, but the shape years are 0 to {len(shape) - 1}")
    if not 0 <= first_calendar_month < 12:
        raise ValueError(f"first_calendar_month must be 0 (January) to 11, not {first_calendar_month}")
    years = years.astype(np.int64, copy=False).view()
    years.flags.writeable = False
    return shape, years


def _checked(p: SiteMonths) -> tuple[_Site, int]:
    shape, shape_year = check_calendar(p.price_shape, p.shape_year, p.first_calendar_month)
    months = 12 * shape_year.shape[1]
    by_scenario = {
        "shape_year": shape_year,
        "level_usd_per_mwh": p.level_usd_per_mwh,
        "import_limit_mw": p.import_limit_mw,
        "tier_mw": p.tier_mw,
        "tier_value_usd_per_mwh": p.tier_value_usd_per_mwh,
        "ai_it_mw": p.ai_it_mw,
    }
    lengths = {name: np.shape(array)[0] for name, array in by_scenario.items()}
    scenarios = max(lengths.values())
    for name, length in lengths.items():
        if length not in (1, scenarios):
            raise ValueError(f"{name} has {length} scenarios where 1 or {scenarios} are needed")

    month, ppa, plant = ("month", months), ("contract", len(p.ppa_mw)), ("generator", len(p.generator_mw))
    tier, design = ("tier", np.shape(p.tier_mw)[-1]), ("design", len(p.ai_pue))

    def drawn(name: str, *dims: tuple[str, int], least: float = -np.inf) -> Floats:
        return numbers(name, by_scenario[name], ("scenario", lengths[name]), *dims, least=least)

    site = _Site(
        price_shape=shape,
        shape_year=shape_year,
        level=drawn("level_usd_per_mwh", month, least=0.0),
        first_calendar_month=int(p.first_calendar_month),
        adder=number("adder_usd_per_mwh", p.adder_usd_per_mwh),
        import_limit_mw=drawn("import_limit_mw", month, least=0.0),
        ppa_mw=numbers("ppa_mw", p.ppa_mw, ppa, month, least=0.0),
        ppa_price=numbers("ppa_price_usd_per_mwh", p.ppa_price_usd_per_mwh, ppa, month),
        must=numbers("ppa_must_take_share", p.ppa_must_take_share, ppa, least=0.0, most=1.0),
        resale=flags("ppa_resale", p.ppa_resale, ppa[1]),
        fee=numbers("ppa_resale_fee_usd_per_mwh", p.ppa_resale_fee_usd_per_mwh, ppa, least=0.0),
        generator_mw=numbers("generator_mw", p.generator_mw, plant, month, least=0.0),
        generator_cost=numbers("generator_cost_usd_per_mwh", p.generator_cost_usd_per_mwh, plant, month),
        tier_mw=drawn("tier_mw", month, tier, least=0.0),
        tier_value=drawn("tier_value_usd_per_mwh", month, tier),
        ai_it_mw=drawn("ai_it_mw", month, design, least=0.0),
        ai_pue=numbers("ai_pue", p.ai_pue, design, ("shape year", len(shape)), ("hour", HOURS_IN_YEAR), least=0.0),
        unserved=number("unserved_usd_per_mwh", p.unserved_usd_per_mwh),
    )
    return site, scenarios


def _empty(scenarios: int, site: _Site) -> MonthResult:
    cells = (scenarios, 12 * site.shape_year.shape[1])
    last = {"tier_mwh": site.tier_mw.shape[2], "generator_mwh": len(site.generator_mw)}
    last |= dict.fromkeys(("ppa_taken_mwh", "ppa_delivered_mwh", "ppa_resold_mwh", "ppa_left_mwh"), len(site.ppa_mw))
    return MonthResult(**{name: np.zeros((*cells, last[name]) if name in last else cells) for name in MonthResult._fields})


@compiled
def _start_month(
    scenario: int, month: int, site: _Site, load_value: Floats, load_mw: Floats, it_mw: Floats
) -> tuple[int, int, float, float]:
    """Fill loads and IT power of a month; return its shape year, calendar month, price level and import limit."""
    tiers = site.tier_mw.shape[2]
    year = site.shape_year[scenario % site.shape_year.shape[0], month // 12]
    calendar = (site.first_calendar_month + month) % 12
    for tier in range(tiers):
        load_value[tier] = site.tier_value[scenario % site.tier_value.shape[0], month, tier]
        load_mw[tier] = site.tier_mw[scenario % site.tier_mw.shape[0], month, tier]
    load_value[tiers] = site.unserved
    for design in range(len(it_mw)):
        it_mw[design] = site.ai_it_mw[scenario % site.ai_it_mw.shape[0], month, design]
    level = site.level[scenario % site.level.shape[0], month]
    limit = site.import_limit_mw[scenario % site.import_limit_mw.shape[0], month]
    return year, calendar, level, limit


@compiled
def _spot_months(first: int, last: int, site: _Site, edges: Ints, out: MonthResult) -> None:
    """Scenarios `first` to `last` of a site with nothing but spot: loads by value up to the limit, or to the price."""
    months, tiers, designs = 12 * site.shape_year.shape[1], site.tier_mw.shape[2], site.ai_pue.shape[0]
    order, value, mw, it_mw = np.arange(tiers + 1), np.empty(tiers + 1), np.empty(tiers + 1), np.empty(designs)
    energy = np.empty(tiers + 1)
    for scenario in range(first, last):
        for month in range(months):
            year, calendar, level, limit = _start_month(scenario, month, site, value, mw, it_mw)
            sort_loads(order, value)
            energy[:] = 0.0
            ai_mwh = 0.0
            spot_mwh = 0.0
            spot_usd = 0.0
            for hour in range(edges[calendar], edges[calendar + 1]):
                price = level * site.price_shape[year, hour]
                cost = price + site.adder
                load = 0.0
                for design in range(designs):
                    load += it_mw[design] * site.ai_pue[design, year, hour]
                mw[tiers] = load
                ai_mwh += load
                left = limit
                for use in order:
                    if value[use] < cost or (value[use] == cost and use != tiers):
                        break
                    run = min(mw[use], left)
                    energy[use] += run
                    left -= run
                spot_mwh += limit - left
                spot_usd += price * (limit - left)
            for tier in range(tiers):
                out.tier_mwh[scenario, month, tier] = energy[tier]
                out.mining_value_usd[scenario, month] += value[tier] * energy[tier]
            out.ai_mwh[scenario, month] = energy[tiers]
            out.unserved_mwh[scenario, month] = ai_mwh - energy[tiers]
            out.unserved_usd[scenario, month] = site.unserved * (ai_mwh - energy[tiers])
            out.spot_mwh[scenario, month] = spot_mwh
            out.spot_usd[scenario, month] = spot_usd
            out.adder_usd[scenario, month] = site.adder * spot_mwh


@compiled
def _all_months(first: int, last: int, site: _Site, edges: Ints, out: MonthResult) -> None:
    """Scenarios `first` to `last` of any site, by `match`."""
    months, tiers, designs = 12 * site.shape_year.shape[1], site.tier_mw.shape[2], site.ai_pue.shape[0]
    ppas, plants = site.ppa_mw.shape[0], site.generator_mw.shape[0]
    spot, connected, sources = 2 * ppas, 2 * ppas + 1, 2 * ppas + 1 + plants
    load_order, value, load_mw, load_run = np.arange(tiers + 1), np.empty(tiers + 1), np.empty(tiers + 1), np.empty(tiers + 1)
    source_order, cost, mw, run = np.arange(sources), np.empty(sources), np.empty(sources), np.empty(sources)
    it_mw, ppa_mw, ppa_price = np.empty(designs), np.empty(ppas), np.empty(ppas)
    loads_mwh, sources_mwh = np.empty(tiers + 1), np.empty(sources)
    taken_mwh, resold_mwh, left_mwh = np.empty(ppas), np.empty(ppas), np.empty(ppas)
    for scenario in range(first, last):
        for month in range(months):
            year, calendar, level, limit = _start_month(scenario, month, site, value, load_mw, it_mw)
            sort_loads(load_order, value)
            for ppa in range(ppas):
                ppa_mw[ppa] = site.ppa_mw[ppa, month]
                ppa_price[ppa] = site.ppa_price[ppa, month]
            for plant in range(plants):
                cost[connected + plant] = site.generator_cost[plant, month]
                mw[connected + plant] = site.generator_mw[plant, month]
            loads_mwh[:] = 0.0
            sources_mwh[:] = 0.0
            taken_mwh[:] = 0.0
            resold_mwh[:] = 0.0
            left_mwh[:] = 0.0
            firm_mwh = 0.0
            spot_usd = 0.0
            resale_usd = 0.0
            for hour in range(edges[calendar], edges[calendar + 1]):
                price = level * site.price_shape[year, hour]
                load = 0.0
                for design in range(designs):
                    load += it_mw[design] * site.ai_pue[design, year, hour]
                load_mw[tiers] = load
                firm_mwh += load
                contract_costs(price, site.adder, ppa_price, site.resale, site.fee, site.must, cost, mw, ppa_mw)
                sort_sources(source_order, cost)
                match(limit, connected, load_order, value, load_mw, source_order, cost, mw, load_run, run)
                for use in range(tiers + 1):
                    loads_mwh[use] += load_run[use]
                for source in range(sources):
                    sources_mwh[source] += run[source]
                spot_usd += price * run[spot]
                for ppa in range(ppas):
                    taken, resold, left = leave_contract(
                        price, ppa_price[ppa], site.resale[ppa], site.fee[ppa], mw[ppa], mw[ppas + ppa], run[ppa], run[ppas + ppa]
                    )
                    taken_mwh[ppa] += taken
                    resold_mwh[ppa] += resold
                    left_mwh[ppa] += left
                    resale_usd += (price - site.fee[ppa]) * resold
            through = sources_mwh[spot]
            for ppa in range(ppas):
                delivered = sources_mwh[ppa] + sources_mwh[ppas + ppa]
                through += delivered
                out.ppa_taken_mwh[scenario, month, ppa] = taken_mwh[ppa]
                out.ppa_delivered_mwh[scenario, month, ppa] = delivered
                out.ppa_resold_mwh[scenario, month, ppa] = resold_mwh[ppa]
                out.ppa_left_mwh[scenario, month, ppa] = left_mwh[ppa]
                out.ppa_usd[scenario, month] += ppa_price[ppa] * taken_mwh[ppa]
            for plant in range(plants):
                out.generator_mwh[scenario, month, plant] = sources_mwh[connected + plant]
                out.generator_usd[scenario, month] += cost[connected + plant] * sources_mwh[connected + plant]
            for tier in range(tiers):
                out.tier_mwh[scenario, month, tier] = loads_mwh[tier]
                out.mining_value_usd[scenario, month] += value[tier] * loads_mwh[tier]
            out.spot_mwh[scenario, month] = sources_mwh[spot]
            out.spot_usd[scenario, month] = spot_usd
            out.resale_usd[scenario, month] = resale_usd
            out.adder_usd[scenario, month] = site.adder * through
            out.ai_mwh[scenario, month] = loads_mwh[tiers]
            out.unserved_mwh[scenario, month] = firm_mwh - loads_mwh[tiers]
            out.unserved_usd[scenario, month] = site.unserved * (firm_mwh - loads_mwh[tiers])
