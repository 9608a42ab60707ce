"""This package on the test site: one year, its labelled table, a rolling year, many scenarios; as a caller has it."""

from __future__ import annotations

import time

import numpy as np

from dispatch_arms import the_site
from repower.dispatch import Battery, Peaks, SiteHours, SiteMonths, dispatch_hours, dispatch_months, to_dataset
from repower.dispatch.problem import checked
from repower.horizon import HOURS_IN_YEAR

BATTERY = Battery(
    charge_mw=the_site.BATTERY_MW,
    discharge_mw=the_site.BATTERY_MW,
    energy_mwh=the_site.BATTERY_MWH,
    charge_efficiency=the_site.EFFICIENCY,
    discharge_efficiency=the_site.EFFICIENCY,
    start_mwh=the_site.START_MWH,
)


def site(price: np.ndarray, *, battery: bool = True, demand_charge: bool = False) -> SiteHours:
    """The problem as this package states it; `price` [H]."""
    flat = np.ones((1, len(price)))
    cell = the_site.months(len(price))
    cells = int(cell[-1]) + 1
    return SiteHours(
        market_price_usd_per_mwh=price,
        adder_usd_per_mwh=the_site.ADDER,
        import_limit_mw=the_site.LIMIT * flat[0],
        ppa_mw=the_site.PPA_MW * flat,
        ppa_price_usd_per_mwh=the_site.PPA_USD * flat,
        ppa_must_take_share=np.ones(1),
        ppa_resale=np.ones(1, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.array([the_site.FEE]),
        generator_mw=the_site.GAS_MW * flat,
        generator_cost_usd_per_mwh=the_site.GAS_USD * flat,
        tier_mw=np.array(the_site.TIER_MW)[:, None] * flat,
        tier_value_usd_per_mwh=np.array(the_site.TIER_USD)[:, None] * flat,
        ai_mw=the_site.AI_MW * flat[0],
        export_limit_mw=the_site.EXPORT_LIMIT * flat[0],
        export_fee_usd_per_mwh=the_site.EXPORT_FEE,
        batteries=(BATTERY,) if battery else (),
        peaks=Peaks(cell, np.full(cells, the_site.PEAK_USD_PER_MW), np.eye(cells)) if demand_charge else None,
    )


def year(hours: int, *, demand_charge: bool):
    """`dispatch_hours`, from the arrays of the problem to every hour's dispatch with its certificate."""
    problem = site(the_site.price(hours), demand_charge=demand_charge)

    def run() -> tuple[float, dict[str, float]]:
        proof = dispatch_hours(problem).certificate
        return proof.objective_usd, {"gap": proof.gap}

    return run


def inner(hours: int):
    """The compiled kernel alone, on arrays that are checked: every hour's flows and marginal values, without the proof."""
    from repower.dispatch.flows import MARGIN, new_detail, new_flows
    from repower.dispatch.places import dearest, hours_of, own, store_of
    from repower.dispatch.solve import run_hours
    from repower.dispatch.storage import new_landed

    problem = checked(site(the_site.price(hours)))
    hourly, limit = hours_of(problem), own(problem.import_limit_mw)
    store, detail, odd = store_of(problem.batteries, dearest(hourly)), new_detail(hours), np.zeros(hours, dtype=np.int64)
    landed = new_landed(hours, len(hourly.kind))

    def run() -> tuple[float, dict[str, float]]:
        flows = new_flows(hourly, hours)
        run_hours(landed, hourly, limit, store, flows, detail, odd)
        return float(flows[MARGIN].sum()), {}

    return run


def labelled(hours: int):
    """The same, and its labelled dataset."""
    problem = site(the_site.price(hours))

    def run() -> tuple[float, dict[str, float]]:
        found = to_dataset(dispatch_hours(problem))
        return float(found["margin_usd"].values.sum()), {}

    return run


def rolling(hours: int, windows: int):
    """All windows of the horizon, with their true prices, as the other way has them; the value is what the first realise."""
    from repower.dispatch.forecast import Perfect
    from repower.dispatch.rolling import dispatch_rolling

    problem = site(the_site.price(hours))
    forecast = Perfect(problem.market_price_usd_per_mwh)
    perfect = dispatch_hours(problem)

    def run() -> tuple[float, dict[str, float]]:
        found = dispatch_rolling(
            problem, forecast=forecast, window_hours=the_site.WINDOW_HOURS, step_hours=the_site.STEP_HOURS, perfect=perfect
        )
        realised = found.result.margin_usd[: windows * the_site.STEP_HOURS]
        return float(realised.sum()), {"windows": float(-(-hours // the_site.STEP_HOURS))}

    return run


def many(scenarios: int, *, battery: bool):
    """Sums by month of as many whole years, each with prices of its own; the value is year 0, the last is checked alone."""
    prices = the_site.prices(HOURS_IN_YEAR, scenarios)
    last = dispatch_hours(site(prices[-1], battery=battery)).certificate.objective_usd
    flat = np.ones((1, 12))
    problem = SiteMonths(
        price_shape=prices,
        shape_year=np.arange(scenarios)[:, None],
        level_usd_per_mwh=flat,
        first_calendar_month=0,
        adder_usd_per_mwh=the_site.ADDER,
        import_limit_mw=the_site.LIMIT * flat,
        ppa_mw=the_site.PPA_MW * flat,
        ppa_price_usd_per_mwh=the_site.PPA_USD * flat,
        ppa_must_take_share=np.ones(1),
        ppa_resale=np.ones(1, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.array([the_site.FEE]),
        generator_mw=the_site.GAS_MW * flat,
        generator_cost_usd_per_mwh=the_site.GAS_USD * flat,
        tier_mw=np.array(the_site.TIER_MW) * flat[..., None],
        tier_value_usd_per_mwh=np.array(the_site.TIER_USD) * flat[..., None],
        ai_it_mw=the_site.AI_MW * flat[..., None],
        ai_pue=np.ones((1, 1, HOURS_IN_YEAR)),
        export_limit_mw=the_site.EXPORT_LIMIT * flat[0],
        export_fee_usd_per_mwh=the_site.EXPORT_FEE,
        batteries=(BATTERY,) if battery else (),
    )

    def run() -> tuple[float, dict[str, float]]:
        objective = dispatch_months(problem, threads=2).margin_usd.sum(axis=1)
        assert abs(objective[-1] / last - 1) < 1e-9, (objective[-1], last)
        return float(objective[0]), {"prices_mb": prices.nbytes / 1e6}

    return run


def read(scenarios: int):
    """The floor for all scenarios: their prices read once from memory."""
    prices = the_site.prices(HOURS_IN_YEAR, scenarios)

    def run() -> tuple[float, dict[str, float]]:
        return float(prices.sum()), {"prices_mb": prices.nbytes / 1e6}

    return run


def first_call(hours: int) -> dict[str, float]:
    """Seconds of the first calls in this process: with a battery, then with demand charges as well."""
    price = the_site.price(hours)
    answer = {}
    for name, demand_charge in (("battery_s", False), ("demand_charge_s", True)):
        problem = site(price, demand_charge=demand_charge)
        since = time.perf_counter()
        dispatch_hours(problem)
        answer[name] = time.perf_counter() - since
    return answer
