"""Time and memory of 1,000 scenarios over twenty years, ten zones and sites: ``python benchmarks/scenarios.py``."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np

from repower.markets.shapes import Shapes
from repower.portfolio import Portfolio
from repower.scenarios import sample

PLACES = 10
BLOCKS = 6


def portfolio() -> Portfolio:
    zones = [{"name": f"z{number}", "series": "prices.csv"} for number in range(PLACES)]
    stations = [{"name": f"w{number}", "series": "weather.csv"} for number in range(PLACES)]
    sites = [
        {
            "name": f"s{number}",
            "country": "US",
            "power_market": f"z{number}",
            "weather": f"w{number}",
            "latitude": 0,
            "longitude": 0,
            "connection": [
                {"from": "2026-01", "import_mw": 200},
                {"from": "2029-01", "import_mw": 300, "status": "in_queue"},
            ],
            "blocks": [{"name": f"b{block}", "grid_mw": 50} for block in range(BLOCKS)],
        }
        for number in range(PLACES)
    ]
    return Portfolio.model_validate(
        {
            "name": "benchmark",
            "start": "2027-01",
            "years": 20,
            "markets": {"bitcoin": {"price_usd": 85_000, "network_eh_per_s": 960}, "power": zones, "weather": stations},
            "miners": [{"name": "m", "th_per_s": 200, "watts": 3500}],
            "sites": sites,
            "capital": {
                "budget": [{"year": 2027, "usd": 1e8}],
                "discount_rate": 0.1,
                "cost_of_equity_rate": 0.12,
                "loan": {"rate": 0.07, "tenor_months": 96},
                "taxes": [{"country": "US", "income_rate": 0.25}],
            },
            "policy": {"crews": 1, "last_start": "2030-01", "refresh_miner": "m"},
        }
    )


def shapes(facts: Portfolio) -> Shapes:
    flat = np.ones((PLACES, 3, 8760))
    return Shapes(
        years=(2021, 2022, 2023),
        zones=tuple(market.name for market in facts.markets.power),
        price_shape=flat,
        mean_usd_per_mwh=np.full(PLACES, 40.0),
        stations=tuple(station.name for station in facts.markets.weather),
        dry_bulb_c=20 * flat,
        wet_bulb_c=15 * flat,
    )


def main() -> None:
    facts = portfolio()
    hours = shapes(facts)
    sample(facts, 10, 1, hours)
    seconds = []
    for seed in range(3):
        begun = time.perf_counter()
        drawn = sample(facts, 1000, seed, hours)
        seconds.append(time.perf_counter() - begun)
    tracemalloc.start()
    sample(facts, 1000, 1, hours)
    peak = tracemalloc.get_traced_memory()[1]
    print(f"1,000 scenarios x 240 months x {PLACES} zones x {PLACES * BLOCKS} blocks")
    print(f"best of 3: {min(seconds):.3f} s; dataset {drawn.nbytes / 1e6:.0f} MB, peak {peak / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
