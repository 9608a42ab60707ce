"""What the exact dispatch costs against general tools, side by side in one run: `python benchmarks/dispatch.py`.

Every way runs in a process of its own, on two cores, warm, the best of three, with the peak of its memory. Ways of one
problem must agree on what the site earns, to 1e-9, with demand charges to 1e-7; else this ends with 1. Absolute times drift
with the machine; the ratios of one run are what counts. `--write docs/benchmarks.md` leaves the tables there.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from dispatch_arms.page import page
from dispatch_arms.ways import CACHES, FULL, PROBLEMS, SMOKE, WAYS, Size, Told
from repower.horizon import HOURS_IN_YEAR

CORES = 2
#: ru_maxrss counts KiB on Linux and bytes on macOS.
RSS_TO_MB = 1024 / 1e6 if sys.platform != "darwin" else 1 / 1e6
#: Without them their rows say so; everything else must be there.
MAY_BE_MISSING = ("pypsa",)
#: Value in USD, and figures of its own.
Run = Callable[[], tuple[float, dict[str, float]]]
#: A run shorter than this is repeated within one measurement, and its mean taken.
SHORTEST_S = 0.05


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS_TO_MB


def seconds(run: Run, repeats: int) -> Told:
    """Mean wall-clock of so many runs, and what the last of them told."""
    since = time.perf_counter()
    for _ in range(repeats):
        value, figures = run()
    return {"seconds": (time.perf_counter() - since) / repeats, "value": value, **figures}


def measure(key: str, size: Size) -> Told:
    """One way in this process, warm unless it is run once only."""
    way = WAYS[key]
    module, _, name = way.function.partition(".")
    sized = {argument: getattr(size, of) for argument, of in way.sized.items()}
    try:
        run = getattr(importlib.import_module(f"dispatch_arms.{module}"), name)(**way.given, **sized)
    except ModuleNotFoundError as reason:
        if reason.name not in MAY_BE_MISSING:
            raise
        return {"missing": str(reason)}
    before = peak_mb()
    taken = [seconds(run, 1)]
    if size.runs > 1:
        repeats = max(1, math.ceil(SHORTEST_S / seconds(run, 1)["seconds"]))
        taken = [seconds(run, repeats) for _ in range(size.runs)]
    best = min(taken, key=lambda told: told["seconds"])
    return {**best, "peak_mb": peak_mb(), "grown_mb": peak_mb() - before}


def first_call(size: Size) -> Told:
    return importlib.import_module("dispatch_arms.by_kernel").first_call(size.hours)


def child(keys: Sequence[str], smoke: bool, **environment: str) -> dict[str, Told]:
    """This file in a process of its own; what it prints last is its answer."""
    print(f"  {', '.join(keys)} ...", file=sys.stderr, flush=True)
    command = [sys.executable, __file__, "--ways", *keys, *(["--smoke"] if smoke else [])]
    threads = {"NUMBA_NUM_THREADS": str(CORES), "OMP_NUM_THREADS": str(CORES)}
    done = subprocess.run(command, env={**os.environ, **threads, **environment}, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{', '.join(keys)}: ended with {done.returncode}\n{done.stderr}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def measured() -> dict[str, Told]:
    """One way after the other, each in its process; last the first calls, with a folder for compiled code of their own."""
    told = {key: found for way in WAYS for key, found in child([way], False).items()}
    with tempfile.TemporaryDirectory() as folder:
        for key in CACHES:
            told |= child([key], False, NUMBA_CACHE_DIR=folder)
    return told


def started() -> dict[str, Told]:
    """All ways of a module in one process, two at a time: what they say counts here, not how long they take."""
    modules: dict[str, list[str]] = {}
    for key, way in WAYS.items():
        modules.setdefault(way.function.partition(".")[0], []).append(key)
    with ThreadPoolExecutor(CORES) as pool:
        return {key: found for told in pool.map(lambda keys: child(keys, True), modules.values()) for key, found in told.items()}


def disagreements(told: dict[str, Told], size: Size) -> list[str]:
    """Groups of ways whose values differ by more than their problem allows."""
    found = []
    for problem in PROBLEMS:
        for group in problem.agree:
            # Sums by month are of whole years, whatever the other ways are cut to.
            whole = size.hours == HOURS_IN_YEAR
            values = {key: told[key]["value"] for key in group if "missing" not in told[key] and (whole or "many" not in key)}
            if len(values) > 1:
                reference = next(iter(values.values()))
                apart = [abs(value - reference) / max(1.0, abs(reference)) for value in values.values()]
                print(f"{', '.join(values)}: {reference:,.2f} USD, largest relative difference {max(apart):.1e}")
                if not all(difference <= problem.tolerance for difference in apart):
                    found.append(f"{problem.title}: {values}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smoke", action="store_true", help="two weeks, few scenarios, one run: does it run and agree")
    parser.add_argument("--write", type=Path, help="leave the tables in this Markdown file")
    parser.add_argument("--ways", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    size = SMOKE if asked.smoke else FULL
    if asked.ways:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])
        print(json.dumps({key: first_call(size) if key in CACHES else measure(key, size) for key in asked.ways}))
        return
    if asked.smoke and asked.write:
        parser.error("--write wants the whole measurement, without --smoke")

    told = started() if asked.smoke else measured()
    text = page(told, size)
    print(text)
    found = disagreements(told, size)
    if found:
        raise SystemExit("the ways do not agree:\n" + "\n".join(found))
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
