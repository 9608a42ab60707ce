"""The same dispatch for many scenarios and months, hour by hour, without ever holding all hours.

An hour's price is level x shape: the month's mean price of the scenario times the hour of a shape year. Month m of the
study (0-based) takes the hours of its calendar month in shape year ``shape_year[s, m // 12]``. Only sums by scenario and
month are kept. Scenarios are shared among threads in one process; each sum is made by one thread in the order of hours,
so results do not depend on their number. A battery is planned year by year: what is in store at the end of a model year is
where the next begins.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import config as numba_config

from repower.dispatch.arrays import Bools, Floats, Ints, flags, number, numbers
from repower.dispatch.flows import MONEY, USED
from repower.dispatch.model_years import YearlySite, run_months_apart, run_months_with_store
from repower.dispatch.places import Flows, Places, alike, own, store_of
from repower.dispatch.price_limits import NO_LIMITS, PriceLimits, checked_limits
from repower.dispatch.problem import UNSERVED_USD_PER_MWH, Battery, checked_batteries
from repower.dispatch.storage import Store
from repower.errors import InfeasibleError
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
    ai_it_mw : [S, M, D] mean IT MW drawn by each design's halls.  ai_pue : [D, Y or 1, 8760]; grid load is their product.
    export_limit_mw : [M]; by default nothing.  export_fee_usd_per_mwh, flexible_usd_per_mwh, batteries : as in `SiteHours`;
    batteries of one kind count as one.  flexible_share : of the AI load, 0..1.  limits : of the market price.
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
    export_limit_mw: Floats | None = None
    export_fee_usd_per_mwh: float = 0.0
    flexible_share: float = 0.0
    flexible_usd_per_mwh: float = 0.0
    batteries: tuple[Battery, ...] = ()
    limits: PriceLimits = NO_LIMITS


class MonthResult(NamedTuple):
    """Sums by scenario and month, MWh and USD. Costs are positive; only `margin_usd` has them subtracted.

    tier_mwh : [S, M, K].  ai_mwh (served), flexed_mwh, unserved_mwh, spot_mwh, export_mwh : [S, M].
    charge_mwh, discharge_mwh : [S, M] of all batteries, at the bus.  wear_usd : [S, M].
    spot_usd : market price x spot.  adder_usd : adder x (spot + delivered contracts).
    ppa_taken_mwh, ppa_left_mwh : [S, M, P].  ppa_delivered_mwh, ppa_resold_mwh : [S, M, P].
    ppa_usd : price x taken.  resale_usd : (market price - fee) x resold, income.  export_usd : likewise.
    generator_mwh : [S, M, G].  generator_usd : [S, M].
    mining_value_usd : tier value x MWh.  flexed_usd, unserved_usd.
    margin_usd : mining value + resale + export - spot - adder - ppa - generator - wear - flexed - unserved.
    """

    tier_mwh: Floats
    ai_mwh: Floats
    flexed_mwh: Floats
    unserved_mwh: Floats
    spot_mwh: Floats
    spot_usd: Floats
    adder_usd: Floats
    export_mwh: Floats
    export_usd: Floats
    charge_mwh: Floats
    discharge_mwh: Floats
    wear_usd: Floats
    ppa_taken_mwh: Floats
    ppa_delivered_mwh: Floats
    ppa_resold_mwh: Floats
    ppa_left_mwh: Floats
    ppa_usd: Floats
    resale_usd: Floats
    generator_mwh: Floats
    generator_usd: Floats
    mining_value_usd: Floats
    flexed_usd: Floats
    unserved_usd: Floats
    margin_usd: Floats


def dispatch_months(problem: SiteMonths, threads: int | None = None) -> MonthResult:
    """Dispatch every hour of every month and scenario, exactly, and return the monthly sums.

    Parameters
    ----------
    threads : how many share the scenarios; by default all cores of this process (or NUMBA_NUM_THREADS).

    Raises
    ------
    ValueError : arrays that do not fit one another, are not finite, or have negative power or level.
    InfeasibleError : energy that must be left in store at the end of a year cannot be there.
    """
    if threads is None:
        threads = int(numba_config.NUMBA_NUM_THREADS)  # type: ignore[attr-defined]
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    site, places, store, scenarios = _checked(problem)
    months = 12 * site.shape_year.shape[1]
    rows = np.zeros((scenarios, USED + places.count + 2 * places.ppas + MONEY, months))
    short = np.zeros(scenarios)
    run = run_months_with_store if store.energy_mwh > 0 else run_months_apart
    chunk = max(1, -(-scenarios // (4 * threads)))
    parts = [(first, min(first + chunk, scenarios)) for first in range(0, scenarios, chunk)]
    if threads == 1 or len(parts) == 1:
        run(0, scenarios, site, store, _EDGES, rows, short)
    else:
        with ThreadPoolExecutor(threads) as pool:
            for done in [pool.submit(run, first, last, site, store, _EDGES, rows, short) for first, last in parts]:
                done.result()
    if short.max(initial=0.0) > 1e-6 * max(1.0, store.least_end_mwh):
        raise InfeasibleError(
            f"battery-end[scenario={int(short.argmax())}]: {store.least_end_mwh:g} MWh must be left in store at the end of every "
            f"year, but {short.max():g} MWh of it cannot be there; lower least_end_mwh, or begin with more"
        )
    return _result(problem, places, store, rows)


def _result(p: SiteMonths, places: Places, store: Store, rows: Floats) -> MonthResult:
    # [rows, S, M]; what is asked for by tier or contract has that as its last dim.
    flows = Flows(np.moveaxis(rows, 1, 0), places)

    def last(array: Floats) -> Floats:
        return np.ascontiguousarray(np.moveaxis(array, 0, -1))

    ppa_usd = np.einsum("psm,pm->sm", flows.taken, p.ppa_price_usd_per_mwh)
    generator_usd = np.einsum("gsm,gm->sm", flows.generated, p.generator_cost_usd_per_mwh)
    tier_mwh = last(flows.tiers)
    result = MonthResult(
        tier_mwh=tier_mwh,
        ai_mwh=flows.served,
        flexed_mwh=flows.flexed,
        unserved_mwh=flows.unserved,
        spot_mwh=flows.spot,
        spot_usd=flows.spot_usd,
        adder_usd=flows.adder_usd,
        export_mwh=flows.export,
        export_usd=flows.export_usd,
        charge_mwh=flows.charge,
        discharge_mwh=flows.discharge,
        wear_usd=store.wear * flows.discharge,
        ppa_taken_mwh=last(flows.taken),
        ppa_delivered_mwh=last(flows.delivered),
        ppa_resold_mwh=last(flows.resold),
        ppa_left_mwh=last(flows.taken - flows.delivered - flows.resold),
        ppa_usd=ppa_usd,
        resale_usd=flows.resale_usd,
        generator_mwh=last(flows.generated),
        generator_usd=generator_usd,
        mining_value_usd=(p.tier_value_usd_per_mwh * tier_mwh).sum(axis=-1),
        flexed_usd=p.flexible_usd_per_mwh * flows.flexed,
        unserved_usd=p.unserved_usd_per_mwh * flows.unserved,
        margin_usd=flows.margin,
    )
    income = result.mining_value_usd + result.resale_usd + result.export_usd
    costs = result.spot_usd + result.adder_usd + ppa_usd + generator_usd
    costs += result.wear_usd + result.flexed_usd + result.unserved_usd
    return result._replace(margin_usd=income - costs)


def smallest_months() -> SiteMonths:
    """A year of a firm load at a flat price: enough to have the kernels compiled, or read from the disk."""
    flat, none, empty = np.ones((1, 12)), np.zeros((0, 12)), np.zeros(0)
    return SiteMonths(
        price_shape=np.ones((1, HOURS_IN_YEAR)),
        shape_year=np.zeros((1, 1), dtype=np.int64),
        level_usd_per_mwh=flat,
        first_calendar_month=0,
        adder_usd_per_mwh=0.0,
        import_limit_mw=flat,
        ppa_mw=none,
        ppa_price_usd_per_mwh=none,
        ppa_must_take_share=empty,
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=empty,
        generator_mw=none,
        generator_cost_usd_per_mwh=none,
        tier_mw=np.zeros((1, 12, 0)),
        tier_value_usd_per_mwh=np.zeros((1, 12, 0)),
        ai_it_mw=flat[..., None],
        ai_pue=np.ones((1, 1, HOURS_IN_YEAR)),
    )


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


def _checked(p: SiteMonths) -> tuple[YearlySite, Places, Store, int]:
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

    places = Places(ppa[1], plant[1], tier[1])
    resale = flags("ppa_resale", p.ppa_resale, ppa[1])
    contract = numbers("ppa_price_usd_per_mwh", p.ppa_price_usd_per_mwh, ppa, month)
    none = np.zeros((tier[1], months))
    unserved = number("unserved_usd_per_mwh", p.unserved_usd_per_mwh)
    flexible = number("flexible_usd_per_mwh", p.flexible_usd_per_mwh, most=unserved)
    limits = checked_limits(p.limits)
    export_mw = np.zeros(months) if p.export_limit_mw is None else p.export_limit_mw
    pue_years = 1 if np.shape(p.ai_pue)[1:2] == (1,) else len(shape)
    site = YearlySite(
        price_shape=shape,
        shape_year=shape_year,
        level=drawn("level_usd_per_mwh", month, least=0.0),
        first_calendar_month=int(p.first_calendar_month),
        adder=number("adder_usd_per_mwh", p.adder_usd_per_mwh),
        import_limit_mw=drawn("import_limit_mw", month, least=0.0),
        tier_mw=drawn("tier_mw", month, tier, least=0.0),
        tier_value=drawn("tier_value_usd_per_mwh", month, tier),
        ai_it_mw=drawn("ai_it_mw", month, design, least=0.0),
        ai_pue=numbers("ai_pue", p.ai_pue, design, ("shape year", pue_years), ("hour", HOURS_IN_YEAR), least=0.0),
        mw=places.mw(
            numbers("ppa_mw", p.ppa_mw, ppa, month, least=0.0),
            numbers("ppa_must_take_share", p.ppa_must_take_share, ppa, least=0.0, most=1.0),
            numbers("generator_mw", p.generator_mw, plant, month, least=0.0),
            none,
            numbers("export_limit_mw", export_mw, month, least=0.0),
        ),
        base=places.base(
            unserved, flexible, contract, numbers("generator_cost_usd_per_mwh", p.generator_cost_usd_per_mwh, plant, month), none
        ),
        kind=places.kind(resale),
        fee=places.fee(
            numbers("ppa_resale_fee_usd_per_mwh", p.ppa_resale_fee_usd_per_mwh, ppa, least=0.0),
            number("export_fee_usd_per_mwh", p.export_fee_usd_per_mwh),
        ),
        least=np.zeros(places.count),
        contract=own(contract),
        tier_place=places.tier,
        flexible_share=number("flexible_share", p.flexible_share, least=0.0, most=1.0),
        floor=limits.floor,
        cap=limits.cap,
    )
    market = site.level.max(initial=0.0) * max(shape.max(initial=0.0), -shape.min(initial=0.0))
    prices = (market, np.abs(site.tier_value).max(initial=0.0), site.adder)
    own_price = np.abs(site.base[np.isfinite(site.base)]).max(initial=0.0) + np.abs(site.fee).max()
    worth = 1.0 + float(own_price) + float(np.abs(prices).sum())
    batteries = checked_batteries(p.batteries)
    for place, battery in enumerate(batteries[1:], start=1):
        if not alike(batteries[0], battery):
            raise ValueError(
                f"batteries[{place}] is not batteries[0] at another size; sums by month are for batteries of one kind"
            )
    return site, places, store_of(batteries, worth), scenarios
