"""A made-up site with everything behind one connection, hour by hour: ``from made_site import made_site``."""

from __future__ import annotations

import numpy as np

from repower.conversion.site_year import Fact, SiteYear
from repower.dispatch.problem import Battery, Peaks, SiteHours
from repower.horizon import MONTH_EDGES

HOURS = 8760
YEAR = 2027


def made_site(name: str = "rockdale", contract: str = "wind", *, calls_left: float = 0.5) -> SiteYear:
    """A year with spikes, negative prices, two fleets, halls, a contract, a plant, a battery, calls and monthly peaks."""
    rng, hour = np.random.default_rng(3), np.arange(HOURS)
    turn = 2 * np.pi * hour
    price = 38 + 12 * np.cos(turn / HOURS) + 14 * np.cos((turn - 2 * np.pi * 19) / 24) + rng.normal(0, 6, HOURS)
    price = np.where(rng.random(HOURS) < 0.006, price + rng.lognormal(5, 0.8, HOURS), np.maximum(price, 1.0))
    called = np.zeros(HOURS, dtype=bool)
    called[[4500, 4501, 4502, 4860, 4861]] = True
    load = 32 + 2 * np.cos(turn / HOURS)
    month = np.searchsorted(np.array(MONTH_EDGES[1:]), hour, side="right")
    months = [f"{YEAR}-{number:02d}" for number in range(1, 13)]
    problem = SiteHours(
        market_price_usd_per_mwh=price,
        adder_usd_per_mwh=4.5,
        import_limit_mw=np.where(called, 150.0 * calls_left, 150.0),
        ppa_mw=np.full((1, HOURS), 40.0),
        ppa_price_usd_per_mwh=np.full((1, HOURS), 28.0),
        ppa_must_take_share=np.array([0.8]),
        ppa_resale=np.array([True]),
        ppa_resale_fee_usd_per_mwh=np.array([1.0]),
        generator_mw=np.full((1, HOURS), 5.0),
        generator_cost_usd_per_mwh=np.full((1, HOURS), 62.0),
        tier_mw=np.array([np.full(HOURS, 50.0), np.full(HOURS, 45.0)]),
        tier_value_usd_per_mwh=np.array([np.full(HOURS, 74.0), np.full(HOURS, 49.0)]),
        ai_mw=load,
        flexible_mw=0.1 * load,
        flexible_usd_per_mwh=400.0,
        reserve_usd_per_mw_hour=3.0,
        reserve_max_share=0.5,
        reserve_called_share=0.003,
        batteries=(Battery(20, 20, 80, 0.93, 0.93, 4.0, 40.0, 40.0, 0.0),),
        peaks=Peaks(month.astype(np.int64), np.full(12, 4000.0), np.eye(12)),
    )
    return SiteYear(
        site=name,
        year=YEAR,
        problem=problem,
        hours=np.datetime64(f"{YEAR}-01-01T00", "h") + hour,
        called=called,
        ppas=(contract,),
        generators=("engines",),
        tiers=("antminer-s21 at PUE 1.05", "antminer-s19 at PUE 1.05"),
        batteries=("battery",),
        cells=tuple(months),
        charges=tuple(f"monthly peak {month}" for month in months),
        facts=(Fact("workload", "training"), Fact("PUE of the halls, mean", 1.1834, "", f"weather, with {contract}")),
    )
