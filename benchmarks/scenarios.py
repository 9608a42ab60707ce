"""Time and memory of 1,000 scenarios over twenty years, ten zones and sites: ``python benchmarks/scenarios.py``.

Side by side with what numpy alone takes to draw as many standard normals, because no scenario can be cheaper than its luck;
then few scenarios for many, and a tree. Peaks are of Python's own allocations. `--write docs/benchmarks.md` leaves a section
there.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from repower.markets.shapes import Shapes
from repower.portfolio import Portfolio
from repower.scenarios import sample
from repower.scenarios.draws import Draws
from repower.scenarios.reduction import reduce
from repower.scenarios.tree import tree

PLACES = 10
BLOCKS = 6
SCENARIOS = 1000
BAR_S = 2.0


def portfolio() -> Portfolio:
    zones = [
        {"name": f"z{number}", "series": "prices.csv", "region": "ab"[number % 2], "gas_share": 0.3} for number in range(PLACES)
    ]
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


def measured(run: Callable[[], Any], runs: int) -> tuple[float, float]:
    """Least seconds of so many runs after a first one, and the peak of memory of one more, MB."""
    run()
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - begun)
    tracemalloc.start()
    run()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return min(seconds), peak / 1e6


def numbers_drawn(facts: Portfolio, hours: Shapes) -> int:
    """How many random numbers a sample uses; months beyond the study are drawn and not used."""
    counted = 0
    rows = Draws._rows

    def count(self: Draws, names: tuple[str, ...], width: int, first: int, number: int) -> Any:
        nonlocal counted
        counted += number * min(width, self.months)
        return rows(self, names, width, first, number)

    Draws._rows = count  # type: ignore[method-assign]
    try:
        sample(facts, 10, 1, hours)
    finally:
        Draws._rows = rows  # type: ignore[method-assign]
    return counted // 10


def section(scenarios: int, runs: int) -> tuple[str, float]:
    """The section of the page, and the seconds of a plain sample."""
    facts = portfolio()
    hours = shapes(facts)
    drawn = sample(facts, scenarios, 1, hours)
    each = numbers_drawn(facts, hours)
    numpy_s, numpy_mb = measured(lambda: np.random.Generator(np.random.Philox(1)).standard_normal((scenarios, each)), runs)
    ways: dict[str, Callable[[], Any]] = {
        f"sample, {kind}": lambda kind=kind: sample(facts, scenarios, 1, hours, sampling=kind)  # type: ignore[misc]
        for kind in ("plain", "antithetic", "quasi")
    }
    ways[f"{scenarios:,} to 50"] = lambda: reduce(drawn, 50)
    ways["tree of 27 leaves"] = lambda: tree(drawn, [24, 48, 96], [3, 3, 3])
    told = {name: measured(way, runs) for name, way in ways.items()}
    lines = [
        "## Scenarios",
        "",
        (
            f"{scenarios:,} scenarios of {facts.horizon.months} months, {PLACES} zones, {PLACES * BLOCKS} blocks: {each:,} "
            f"random numbers each, a dataset of {drawn.nbytes / 1e6:.0f} MB. {datetime.now(UTC).date()}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}, numpy {np.__version__}; best of {runs}. `python benchmarks/scenarios.py "
            "--write docs/benchmarks.md` makes this section anew."
        ),
        "",
        "| what | seconds | against numpy's normals alone | peak MB |",
        "|---|---:|---:|---:|",
        f"| numpy: as many standard normals | {numpy_s:.3f} | 1 | {numpy_mb:.0f} |",
        *(f"| {name} | {seconds:.3f} | {seconds / numpy_s:.1f} | {peak:.0f} |" for name, (seconds, peak) in told.items()),
        "",
        f"Bar: a plain sample in {BAR_S:g} s: {'met' if told['sample, plain'][0] <= BAR_S else 'MISSED'}.",
        "",
    ]
    return "\n".join(lines), told["sample, plain"][0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="100 scenarios, one run: does it run")
    parser.add_argument("--write", type=Path, help="leave the section in this Markdown file")
    asked = parser.parse_args()
    if asked.smoke and asked.write:
        parser.error("--write wants the whole measurement, without --smoke")
    text, seconds = section(100, 1) if asked.smoke else section(SCENARIOS, 3)
    print(text)
    if asked.write:
        page = asked.write.read_text(encoding="utf-8")
        rest = re.sub(r"\n*## Scenarios\n.*?(?=\n## |\Z)", "", page, flags=re.DOTALL)
        asked.write.write_text(f"{rest.rstrip()}\n\n{text}", encoding="utf-8")
    if seconds > BAR_S and not asked.smoke:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
