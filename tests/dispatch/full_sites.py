"""Random sites with everything, for those who check the kernel by `raw_programme`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from repower.dispatch import SiteHours
from repower.dispatch.problem import Battery, Peaks

#: Nearest to exact that HiGHS allows without chasing rounding errors.
TOLERANCE = 1e-9
#: Blocks of columns [.., H] that carry money.
HOURLY = tuple(
    f"{name}_mw"
    for name in (
        *("spot", "ppa_taken", "ppa_delivered", "ppa_resold", "generation", "tier", "reserve"),
        *("flexed", "unserved", "export", "discharge"),
    )
)
#: MW below which a flow is a solver's rounding and no flow.
DUST_MW = 1e-9

Block = np.ndarray
Term = tuple[object, Block]


def random_full_site(
    rng: np.random.Generator,
    hours: int,
    *,
    batteries: int = 1,
    negative: bool = False,
    one_way: bool = False,
    least_load: bool = False,
    min_up: bool = False,
    peaks: bool = False,
    permit: bool = False,
    coarse: bool | None = None,
) -> SiteHours:
    """All plain features at random, and those that are asked for by name.

    Nothing but what is asked for makes the site other than concave: without `negative` nothing that comes to the bus
    costs less than nothing, without `one_way` nothing that comes through the connection is cheaper than what export
    earns. Coarse sites have prices and MW on a grid, hence ties; fine ones have neither. Always feasible.
    """
    if coarse is None:
        coarse = bool(rng.random() < 0.6)
    ppas, generators, tiers = int(rng.integers(0, 4)), int(rng.integers(0, 3)), int(rng.integers(0, 5))
    if one_way:
        ppas = max(1, ppas)
    if least_load or min_up or permit:
        generators = max(1, generators)

    def usd(low: float, high: float, *shape: int) -> Block:
        values = rng.uniform(low, high, shape)
        return np.round(values / 10) * 10 if coarse else values

    def mw(high: float, *shape: int) -> Block:
        values = rng.uniform(0, high, shape)
        values = np.round(values / 5) * 5 if coarse else values
        values[rng.random(shape) < 0.1] = 0.0
        return values

    def at_random(share: float) -> bool:
        return bool(rng.random() < share)

    price = usd(-60 if negative else 0, 120, hours)
    price = np.where(rng.random(hours) < 0.05, 30.0, 1.0) * price
    adder = float(rng.choice([0.0, 2.0, 10.0, -10.0] if negative or one_way else [0.0, 2.0, 10.0]))
    limit = mw(120, hours) if at_random(0.5) else np.full(hours, float(rng.choice([20.0, 60.0, 150.0])))
    for _ in range(int(rng.integers(0, 3))):  # curtailment calls
        call = int(rng.integers(0, hours))
        limit[call : call + int(rng.integers(1, 5))] *= float(rng.choice([0.0, 0.3, 0.5]))
    must = rng.choice([0.0, 0.5, 0.8, 1.0], ppas)
    resale = rng.random(ppas) < 0.5
    ppa_price = np.maximum(usd(-10, 90, ppas, hours), -5.0)
    export_fee = float(rng.choice([0.0, 1.0, 10.0, -5.0] if one_way else [0.0, 1.0, 10.0]))
    export = np.zeros(hours)
    if one_way:
        # A contract that is paid anyway and may not be sold: through the site it would earn the market's price.
        export, must[0], resale[0] = mw(100, hours), 1.0, False
    elif at_random(0.6):
        # Only what the meter's own direction decides by itself: contracts no cheaper than the market, all optional.
        export, must = mw(100, hours), np.zeros(ppas)
        ppa_price = np.maximum(ppa_price, price + 1.0)
    tier_mw, ai = mw(50, tiers, hours), mw(60, hours)
    generator_mw = mw(40, generators, hours)
    least = np.zeros(generators)
    up = np.ones(generators, dtype=np.int64)
    if least_load or min_up:
        least = rng.choice([0.3, 0.5, 1.0], generators)
        generator_mw = np.repeat(np.maximum(5.0, mw(40, generators, 1)), hours, axis=1)
    if min_up:
        up = rng.integers(2, 7, generators)
    site = SiteHours(
        market_price_usd_per_mwh=price,
        adder_usd_per_mwh=adder,
        import_limit_mw=limit,
        ppa_mw=mw(40, ppas, hours),
        ppa_price_usd_per_mwh=ppa_price,
        ppa_must_take_share=must,
        ppa_resale=resale,
        ppa_resale_fee_usd_per_mwh=rng.choice([0.0, 1.0, 10.0], ppas),
        generator_mw=generator_mw,
        generator_cost_usd_per_mwh=usd(-40 if negative and at_random(0.3) else 20, 150, generators, hours),
        tier_mw=tier_mw,
        tier_value_usd_per_mwh=usd(-20, 160, tiers, hours),
        ai_mw=ai,
        unserved_usd_per_mwh=float(rng.choice([10_000.0, 10_000.0, 300.0])),
        export_limit_mw=export,
        export_fee_usd_per_mwh=export_fee,
        flexible_mw=ai * float(rng.choice([0.0, 0.2, 1.0])),
        flexible_usd_per_mwh=float(rng.choice([0.0, 50.0, 300.0])),
        generator_least_share=least,
        generator_min_up_hours=up,
        reserve_usd_per_mw_hour=float(rng.choice([0.0, 3.0, 20.0])),
        reserve_max_share=float(rng.choice([0.5, 1.0])),
        reserve_called_share=float(rng.choice([0.0, 0.01, 0.3])),
        coincident_usd_per_mw=np.where(rng.random(hours) < 0.05, 500.0, 0.0) if at_random(0.3) else None,
    )
    if permit:
        most = float(generator_mw.sum())
        site = replace(site, generation_limit_mwh=float(rng.choice([0.0, 0.1, 0.3, 0.6])) * most)
    if peaks:
        site = replace(site, peaks=random_peaks(rng, hours))
    return replace(site, batteries=tuple(random_battery(rng, site, batteries, coarse=coarse) for _ in range(batteries)))


def random_battery(rng: np.random.Generator, site: SiteHours, share: int, *, coarse: bool) -> Battery:
    """Tiny, usual, or larger than the horizon can fill; what must be left at the end can be reached by one of `share`."""
    hours = len(site.ai_mw)
    size = rng.choice(["tiny", "usual", "usual", "usual", "huge"])
    if size == "tiny":
        charge, discharge, energy = 0.01, 0.02, 0.01
    else:
        charge, discharge = (float(5 * rng.integers(1, 8)) if coarse else float(rng.uniform(1, 40)) for _ in range(2))
        energy = charge * float(rng.choice([1.0, 2.0, 4.0, 8.0])) if size == "usual" else 3.0 * (charge + discharge) * hours
    into, out = (float(rng.choice([1.0, 1.0, 0.95, 0.9, 0.8, rng.uniform(0.8, 1.0)])) for _ in range(2))
    start = energy * float(rng.choice([0.0, 0.0, 0.5, 1.0, rng.random()]))
    reach = start + into * np.minimum(charge, site.import_limit_mw / share).sum()
    least_end = float(rng.choice([0.0, 0.0, 0.5 * start, start, start + 0.6 * (min(energy, reach) - start)]))
    return Battery(
        charge_mw=charge,
        discharge_mw=discharge,
        energy_mwh=energy,
        charge_efficiency=into,
        discharge_efficiency=out,
        usd_per_mwh_discharged=float(rng.choice([0.0, 0.0, 5.0, 20.0])),
        start_mwh=start,
        least_end_mwh=least_end,
        end_value_usd_per_mwh=float(rng.choice([0.0, 0.0, 30.0, 70.0])),
    )


def random_peaks(rng: np.random.Generator, hours: int) -> Peaks:
    """Months of a few hours, each with its on-peak hours as a cell of their own; every kind of charge, one or more."""
    months = int(rng.integers(1, 4))
    month = np.arange(hours) * months // hours
    on_peak = (np.arange(hours) % 6) >= int(rng.integers(2, 5))
    cell = 2 * month + on_peak
    if rng.random() < 0.3:
        cell = np.where(rng.random(hours) < 0.2, -1, cell)  # hours that no charge looks at
    cells = 2 * months + int(rng.random() < 0.2)  # a cell without hours
    monthly, on = np.zeros((months, cells)), np.zeros((months, cells))
    for number in range(months):
        monthly[number, [2 * number, 2 * number + 1]] = 1.0
        on[number, 2 * number + 1] = 1.0
    yearly = np.ones((1, cells))
    ratchet = np.maximum(monthly, float(rng.choice([0.5, 0.8])))
    kinds = [monthly, on, yearly, ratchet]
    chosen = [kind for kind, drawn in zip(kinds, rng.random(len(kinds)) < 0.4, strict=True) if drawn]
    weight = np.vstack(chosen or [monthly])
    return Peaks(
        cell=cell.astype(np.int64),
        usd_per_mw=rng.choice([0.0, 20.0, 100.0, 400.0, rng.uniform(0, 1000)], len(weight)),
        weight=weight,
    )
