"""Where the time and the memory of a whole study go: `python benchmarks/study.py`.

Two processes. One walks the demo (reference portfolio, 100 scenarios, record and report) and tells the seconds of each step
and the peak of its memory. The other compares the two ways to price a month of a site with contracts and generators: all
hours by the kernel, and the price duration curve that tabulates the states of shared sites; both on one thread, on equal
problems with a constant AI load, and they must agree. Absolute times drift with the machine; the ratio is what counts.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

MIB = 1024.0
#: ru_maxrss counts KiB on Linux and bytes on macOS.
RSS_TO_MIB = MIB if sys.platform != "darwin" else MIB * MIB
DEMO_BAR_S = 60.0


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / RSS_TO_MIB


def walk(scenarios: int) -> dict[str, object]:
    """The demo, step by step, in this process: seconds, and the peak of memory after each step."""
    since = time.perf_counter()
    steps: dict[str, tuple[float, float]] = {}

    def done(name: str, begun: float) -> None:
        steps[name] = (time.perf_counter() - begun, peak_mib())

    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        import repower
        from repower.progress import Event, Progress
        from repower.study.demo import write_portfolio

        target = write_portfolio(Path(folder) / "demo", "reference")
        done("write the portfolio and its series", begun)
        begun = time.perf_counter()
        portfolio = repower.load(target)
        done("load the portfolio", begun)
        begun = time.perf_counter()
        from repower.report.page import report
        from repower.study.run import run

        done("load the solver and the compiled code", begun)

        def listen(event: Event) -> None:
            if event.kind == "done":
                steps[event.name] = (event.seconds, peak_mib())

        study = run(portfolio, scenarios=scenarios, progress=Progress(listen))
        begun = time.perf_counter()
        record = study.save(target)
        done("save the record", begun)
        begun = time.perf_counter()
        page = report(study, target / "report.html")
        done("write the report", begun)
        size = {"report": page.stat().st_size, "record": sum(file.stat().st_size for file in record.rglob("*") if file.is_file())}
    return {
        "steps": steps,
        "all_s": time.perf_counter() - since,
        "size": size,
        "gap": study.plan.gap,
        "balanced": study.summary["balanced"],
    }


def compare(scenarios: int, years: int) -> dict[str, float]:
    """Kernel and price duration on one site: a contract with resale, a gas plant, three tiers, a constant AI load."""
    from repower.dispatch.months import SiteMonths, dispatch_months
    from repower.dispatch.price_duration import PriceDuration, margin_by_price, sort_months
    from repower.horizon import HOURS_IN_MONTH

    rng = np.random.default_rng(1)
    months = 12 * years
    shape = rng.lognormal(0.0, 0.6, (3, 8760))
    shape /= shape.mean(axis=1, keepdims=True)
    shape_year = rng.integers(0, 3, (scenarios, years))
    level = rng.uniform(25, 65, (scenarios, months))
    value = np.broadcast_to(np.array([120.0, 95.0, 70.0])[:, None, None], (3, scenarios, months)).copy()
    tier_mw = np.full((3, scenarios, months), 30.0)
    ai_mw = np.full((scenarios, months), 20.0)
    one = np.ones((1, months))
    must, resale, fee = np.array([0.7]), np.array([True]), np.array([1.0])
    by_hour = SiteMonths(
        price_shape=shape,
        shape_year=shape_year,
        level_usd_per_mwh=level,
        first_calendar_month=0,
        adder_usd_per_mwh=2.0,
        import_limit_mw=100 * one,
        ppa_mw=40 * one,
        ppa_price_usd_per_mwh=42 * one,
        ppa_must_take_share=must,
        ppa_resale=resale,
        ppa_resale_fee_usd_per_mwh=fee,
        generator_mw=20 * one,
        generator_cost_usd_per_mwh=60 * one,
        tier_mw=np.moveaxis(tier_mw, 0, -1),
        tier_value_usd_per_mwh=np.moveaxis(value, 0, -1),
        ai_it_mw=ai_mw[..., None],
        ai_pue=np.ones((1, 3, 8760)),
    )
    ordered, running = sort_months(shape)
    by_price = PriceDuration(
        sorted_shape=ordered,
        running=running,
        shape_year=shape_year,
        level_usd_per_mwh=level,
        calendar_month=np.arange(months) % 12,
        hours=np.tile(np.array(HOURS_IN_MONTH, dtype=np.float64), years),
        adder_usd_per_mwh=2.0,
        ppa_mw=40 * one,
        ppa_price_usd_per_mwh=42 * one,
        must_take_share=must,
        resale=resale,
        fee_usd_per_mwh=fee,
        generator_mw=20 * one,
        generator_cost_usd_per_mwh=60 * one,
        import_limit_mw=np.full(months, 100.0),
        tier_value_usd_per_mwh=value,
        unserved_usd_per_mwh=by_hour.unserved_usd_per_mwh,
        active=np.ones(months, dtype=bool),
    )
    ways = {
        "kernel": lambda: dispatch_months(by_hour, threads=1).margin_usd,
        "curve": lambda: margin_by_price(by_price, tier_mw, ai_mw),
    }
    margin = {name: way() for name, way in ways.items()}
    answer = {"months": float(scenarios * months)}
    for name, way in ways.items():
        times = []
        for _ in range(3):
            begun = time.perf_counter()
            way()
            times.append(time.perf_counter() - begun)
        answer[f"{name}_s"] = min(times)
    scale = float(np.abs(margin["kernel"]).max())
    answer["difference"] = float(np.abs(margin["kernel"] - margin["curve"]).max() / scale)
    answer["peak_mib"] = peak_mib()
    return answer


def part(*arguments: str) -> dict[str, object]:
    """This file in a process of its own; what it prints last is its answer."""
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=100)
    parser.add_argument("--smoke", action="store_true", help="two scenarios: does it run")
    parser.add_argument("--part", choices=["walk", "compare"], help=argparse.SUPPRESS)
    asked = parser.parse_args()
    scenarios = 2 if asked.smoke else asked.scenarios
    if asked.part == "walk":
        print(json.dumps(walk(scenarios)))
        return
    if asked.part == "compare":
        print(json.dumps(compare(scenarios, 20)))
        return

    told = part("--part", "walk", "--scenarios", str(scenarios))
    print(f"demo, {scenarios} scenarios, whole chain")
    print(f"  {'step':40} {'s':>7} {'peak MiB':>9}")
    for name, (seconds, peak) in told["steps"].items():
        print(f"  {name:40} {seconds:7.2f} {peak:9.0f}")
    size = told["size"]
    met = "met" if told["all_s"] <= DEMO_BAR_S else "MISSED"
    print(f"  {'all':40} {told['all_s']:7.2f}   bar {DEMO_BAR_S:.0f} s: {met}")
    report_mb, record_mb = size["report"] / 1e6, size["record"] / 1e6
    print(f"  gap {told['gap']:.2e}, balanced {told['balanced']}; report {report_mb:.1f} MB, record {record_mb:.1f} MB")

    ways = part("--part", "compare", "--scenarios", str(scenarios))
    print(f"a site with contract and plant, {ways['months']:,.0f} months, one thread")
    for name, words in (("kernel", "every hour, kernel"), ("curve", "price duration curve")):
        print(f"  {words:40} {ways[f'{name}_s']:7.3f} s   {1e6 * ways[f'{name}_s'] / ways['months']:8.1f} us/month")
    print(f"  ratio {ways['kernel_s'] / ways['curve_s']:.1f}; largest difference {ways['difference']:.1e} of the largest margin")
    if ways["difference"] > 1e-9 or not told["balanced"]:
        raise SystemExit("the ways do not agree, or the study does not balance")


if __name__ == "__main__":
    main()
