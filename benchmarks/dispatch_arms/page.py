"""The measurement as a Markdown page."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from dispatch_arms.ways import BARS, CACHES, FULL, PROBLEMS, Bar, Problem, Size, Told

PACKAGES = ("repower", "numba", "numpy", "highspy", "pypsa", "linopy")

HEAD = """\
# Benchmarks of the dispatch

**This compares a special-purpose algorithm with general tools.** Repower's kernel knows one shape of problem, a site whose
sources, loads and batteries meet in one node. PyPSA and HiGHS solve networks and programmes that it cannot even state. The
comparison says what the knowledge is worth on that one shape, and nothing about the tools elsewhere.

The site: a connection of 100 MW that may also export, a contract of 40 MW with resale, spot, a gas plant of 20 MW, three
generations of miners of 30 MW each, a firm AI load of 20 MW and, where named, a battery of 20 MW and 80 MWh with an
efficiency of 0.92 each way. Prices are synthetic. They and the fees are chosen so that all formulations have the same
optimum although only ours forbids import and export in the same hour, and charging and discharging in the same hour, by
rule; `benchmarks/dispatch_arms/the_site.py` says why. All ways of a problem agreed on what the site earns, to 1e-9
relative, with demand charges to 1e-7, or this page would not have been written.

Every way runs in a process of its own, bound to two cores where the system can do that, after one warm-up, the best of
three. A time runs from arrays in memory to every hour's result in memory: for PyPSA it holds the network, the model, the
solver and the result tables; for the lean LP the matrix, the solver and its solution. Imports and compilation are not in it;
the last table has ours. Memory is the peak of the process; beside it what came on top of imports and input data.
"""


def said(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1e3 * seconds:.3g} ms"


def packages() -> str:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)


def processor() -> str:
    """Its name where Linux tells it."""
    table = Path("/proc/cpuinfo")
    lines = table.read_text(encoding="utf-8").splitlines() if table.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def bar_row(bar: Bar, told: Mapping[str, Told]) -> str:
    needed = ("at most " if bar.at_most else "at least ") + bar.form.format(bar.limit)
    if bar.stretch is not None:
        needed += f" (stretch {bar.form.format(bar.stretch)})"
    try:
        figure = bar.figure(told)
    except KeyError:
        return f"| {bar.words} | {needed} | not measured | |"
    met = figure <= bar.limit if bar.at_most else figure >= bar.limit
    return f"| {bar.words} | {needed} | {bar.form.format(figure)} | {'met' if met else '**missed**'} |"


def bars_table(told: Mapping[str, Told], size: Size) -> list[str]:
    if size != FULL:
        return ["A short run: nothing of this is a measurement, and no bar is judged.", ""]
    return ["| bar | needed | measured | |", "|---|---:|---:|---|", *(bar_row(bar, told) for bar in BARS), ""]


def problem_table(problem: Problem, told: Mapping[str, Told]) -> list[str]:
    ours = told[next(iter(problem.ways))]
    lines = [f"## {problem.title}", "", "| way | time | times ours | peak MB | on top, MB |", "|---|---:|---:|---:|---:|"]
    for key, way in problem.ways.items():
        row = told[key]
        if "missing" in row:
            lines.append(f"| {way.words} | not there | | | |")
            continue
        ratio = f"{row['seconds'] / ours['seconds']:,.3g}" if "seconds" in ours else ""
        lines.append(f"| {way.words} | {said(row['seconds'])} | {ratio} | {row['peak_mb']:.0f} | {row['grown_mb']:.0f} |")
    return [*lines, ""]


def remarks(told: Mapping[str, Told], size: Size) -> dict[str, str]:
    """What a table cannot say, by the key of its first way."""
    found = {}
    year, lean, pypsa = told["year"], told["lp year"], told["pypsa year"]
    if "missing" not in pypsa:
        found["year"] = (
            f"The problem has {pypsa['variables']:,.0f} variables; PyPSA writes {pypsa['rows']:,.0f} rows, the lean LP "
            f"{lean['rows']:,.0f}. Of PyPSA's time {said(pypsa['network_s'])} make the network and "
            f"{said(pypsa['optimize_s'])} are `optimize`."
        )
    rolling, windows = told["rolling"], told["pypsa rolling"]
    if "missing" not in windows:
        each = windows["seconds"] / windows["windows"]
        count = -(-size.hours // 24)
        found["rolling"] = (
            f"PyPSA was measured over the first {windows['windows']:.0f} windows only, {said(each)} a window, and is scaled: "
            f"{said(each * count)} for the {count} of the horizon"
        )
        if "missing" not in rolling:
            found["rolling"] += f", {each * rolling['windows'] / rolling['seconds']:,.0f} times ours; "
            found["rolling"] += "the hours that they realise earn the same in both"
        found["rolling"] += "."
    lines = []
    for key, words in (("many", "With battery"), ("many bare", "Without")):
        if "missing" not in told[key]:
            each = told[key]["seconds"] / size.scenarios
            line = (
                f"{words}: {1e6 * each:.3g} us a site-year, {told[key]['seconds'] / told['read']['seconds']:,.1f} times reading"
            )
            if "missing" not in pypsa and key == "many":
                line += f", PyPSA takes {pypsa['seconds'] / each:,.0f} times as long for one"
            lines.append(line + ".")
    prices = told["read"].get("prices_mb", 0.0)
    found["many"] = " ".join(
        [f"{size.scenarios:,} scenarios of {size.hours:,} hours; the prices alone are {prices:.0f} MB.", *lines]
    )
    found["months"] = f"{size.month_scenarios} scenarios of a year, unless one site-year is said."
    if "gap" in told["peaks"]:
        found["peaks"] = f"The certificate of ours: gap {told['peaks']['gap']:.1e}; without demand charges {year['gap']:.1e}."
    return found


def first_calls(told: Mapping[str, Told]) -> list[str]:
    lines = [
        "## First call in a process",
        "",
        "| cache of compiled code | with battery | then with demand charges |",
        "|---|---:|---:|",
    ]
    for key, words in CACHES.items():
        lines.append(f"| {words} | {said(told[key]['battery_s'])} | {said(told[key]['demand_charge_s'])} |")
    return [*lines, ""]


def page(told: Mapping[str, Told], size: Size) -> str:
    """The whole page; `told` by way, and by the two caches."""
    words = remarks(told, size)
    lines = [
        HEAD,
        (
            f"Measured {datetime.now(UTC).date()} on {os.cpu_count()} cores ({processor()}), {platform.system()}, Python "
            f"{platform.python_version()}: {packages()}. Absolute times drift with the machine and its other work; the ratios of "
            "one run are what counts. `python benchmarks/dispatch.py --write docs/benchmarks.md` makes this page anew."
        ),
        "",
        *bars_table(told, size),
    ]
    for problem in PROBLEMS:
        lines += problem_table(problem, told)
        remark = words.get(next(iter(problem.ways)))
        lines += [remark, ""] if remark else []
    if all(key in told for key in CACHES):
        lines += first_calls(told)
    return "\n".join(lines)
