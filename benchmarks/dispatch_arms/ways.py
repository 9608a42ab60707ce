"""What is measured: the ways by problem, which of them must agree, and the bars that their ratios have to reach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

#: What one way in its process told: seconds, value, peak_mb and its own figures; or `missing`, with the reason.
Told = Mapping[str, Any]


@dataclass(frozen=True)
class Size:
    """How much of everything: `smoke` only asks whether it runs and agrees."""

    hours: int
    scenarios: int
    month_scenarios: int
    windows: int
    runs: int


FULL = Size(hours=8760, scenarios=1000, month_scenarios=100, windows=8, runs=3)
SMOKE = Size(hours=14 * 24, scenarios=4, month_scenarios=2, windows=2, runs=1)


@dataclass(frozen=True)
class Way:
    """`module.function(**given, **{name: size.name for name in sized})` prepares it and returns what is timed."""

    words: str
    function: str
    sized: Mapping[str, str]
    given: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Ways to solve one problem; the first is ours, and all values in `agree` must be equal within the tolerance."""

    title: str
    ways: Mapping[str, Way]
    agree: tuple[tuple[str, ...], ...]
    tolerance: float = 1e-9


@dataclass(frozen=True)
class Bar:
    """A figure of one run, and what it has to reach."""

    words: str
    figure: Callable[[Mapping[str, Told]], float]
    limit: float
    stretch: float | None = None
    at_most: bool = False
    form: str = "{:,.0f} x"


HOURS, SCENARIOS, WINDOWS = {"hours": "hours"}, {"scenarios": "scenarios"}, {"windows": "windows"}
OF_MONTHS = {"scenarios": "month_scenarios"}
PEAKS, PLAIN = {"demand_charge": True}, {"demand_charge": False}

PROBLEMS = (
    Problem(
        "One site-year with a battery",
        {
            "year": Way("Repower: `dispatch_hours`, with its certificate", "by_kernel.year", HOURS, PLAIN),
            "inner": Way("Repower: the kernel alone, arrays prepared, without its proof", "by_kernel.inner", HOURS),
            "labelled": Way("Repower: arrays to labelled dataset", "by_kernel.labelled", HOURS),
            "pypsa year": Way('PyPSA and HiGHS, `io_api="direct"`', "by_pypsa.year", HOURS, PLAIN),
            "lp year": Way("HiGHS, lean LP by `passModel`, dual simplex, no presolve", "by_highs.year", HOURS),
        },
        (("year", "inner", "labelled", "pypsa year", "lp year"),),
    ),
    Problem(
        "The same with a demand charge of 10,000 USD per MW and month",
        {
            "peaks": Way("Repower: `dispatch_hours`, with its certificate", "by_kernel.year", HOURS, PEAKS),
            "pypsa peaks": Way("PyPSA and HiGHS, peaks by `extra_functionality`", "by_pypsa.year", HOURS, PEAKS),
            "lp peaks": Way("HiGHS, lean LP by `passModel`, dual simplex, no presolve", "by_highs.year", HOURS, PEAKS),
        },
        (("peaks", "pypsa peaks", "lp peaks"),),
        tolerance=1e-7,
    ),
    Problem(
        "A rolling year: windows of 168 hours, every 24 hours",
        {
            "rolling": Way("Repower: `dispatch_rolling`", "by_kernel.rolling", {**HOURS, **WINDOWS}),
            "pypsa rolling": Way("PyPSA and HiGHS, window by window", "by_pypsa.rolling", {**HOURS, **WINDOWS}),
        },
        (("rolling", "pypsa rolling"),),
    ),
    Problem(
        "Many site-years on two cores, sums by month (`dispatch_months`)",
        {
            "many": Way("Repower: with battery", "by_kernel.many", SCENARIOS, {"battery": True}),
            "many bare": Way("Repower: without battery", "by_kernel.many", SCENARIOS, {"battery": False}),
            "read": Way("The prices read from memory, `P.sum()`", "by_kernel.read", SCENARIOS),
            "lp bare": Way("HiGHS, lean LP without battery, one site-year", "by_highs.year", HOURS, {"battery": False}),
        },
        (("many", "year"), ("many bare", "lp bare")),
    ),
    Problem(
        "Sums by month, without battery (another site; `dispatch_months`)",
        {
            "months": Way("Repower, 2 threads", "of_months.by_kernel", OF_MONTHS, {"threads": 2, "contracts": True}),
            "months 1": Way("Repower, 1 thread", "of_months.by_kernel", OF_MONTHS, {"threads": 1, "contracts": True}),
            "sorted": Way("General merit order by numpy sorting", "of_months.by_sorting", OF_MONTHS, {"contracts": True}),
            "months spot": Way(
                "Repower, spot alone, 1 thread", "of_months.by_kernel", OF_MONTHS, {"threads": 1, "contracts": False}
            ),
            "sorted spot": Way("Numpy sorting, spot alone", "of_months.by_sorting", OF_MONTHS, {"contracts": False}),
            "months one": Way(
                "Repower, one site-year, 1 thread", "of_months.by_kernel", {}, {"scenarios": 1, "threads": 1, "contracts": True}
            ),
            "months lp": Way("HiGHS, lean LP, one site-year", "of_months.by_highs", {}, {"scenarios": 1}),
        },
        (("months", "months 1", "sorted"), ("months spot", "sorted spot"), ("months one", "months lp")),
    ),
)
#: First calls in two processes that share a folder for compiled code, and what that folder is to them.
CACHES = {"empty cache": "empty: compiled now", "full cache": "full: read from the disk"}
WAYS = {key: way for problem in PROBLEMS for key, way in problem.ways.items()}


def times(slow: str, fast: str) -> Callable[[Mapping[str, Told]], float]:
    return lambda told: told[slow]["seconds"] / told[fast]["seconds"]


BARS = (
    Bar("battery: PyPSA + HiGHS / kernel alone", times("pypsa year", "inner"), 1000),
    Bar("battery: PyPSA + HiGHS / `dispatch_hours` with checks and proof", times("pypsa year", "year"), 500),
    Bar("battery: lean LP / kernel, end to end", times("lp year", "year"), 100),
    Bar("battery: PyPSA + HiGHS / arrays to labelled dataset", times("pypsa year", "labelled"), 500),
    Bar("demand charge: lean LP / kernel", times("lp peaks", "peaks"), 15, stretch=25),
    Bar("demand charge: certified gap", lambda told: told["peaks"]["gap"], 1e-7, at_most=True, form="{:.1e}"),
    Bar(
        "rolling year: PyPSA + HiGHS (scaled from the measured windows) / kernel",
        lambda told: times("pypsa rolling", "rolling")(told) * told["rolling"]["windows"] / told["pypsa rolling"]["windows"],
        5000,
    ),
    Bar("1,000 site-years with battery", lambda told: told["many"]["seconds"], 0.5, at_most=True, form="{:.3f} s"),
    Bar(
        "1,000 site-years without battery",
        lambda told: told["many bare"]["seconds"],
        0.2,
        stretch=0.1,
        at_most=True,
        form="{:.3f} s",
    ),
    Bar(
        "first call in a process, compiled code on the disk",
        lambda told: told["full cache"]["battery_s"],
        3,
        at_most=True,
        form="{:.2f} s",
    ),
)
