"""The whole walk: markets, scenarios, plan, dispatch, finance."""

from __future__ import annotations

import platform
from importlib.metadata import version

from repower.conversion.decide import make_plan
from repower.conversion.decisions import decisions
from repower.conversion.financing import finance_halls
from repower.conversion.programme import run_programme
from repower.conversion.setting import Setting
from repower.markets.shapes import read_shapes
from repower.portfolio import Portfolio
from repower.progress import Progress
from repower.scenarios.known_stresses import known_stresses
from repower.scenarios.sampling import base, sample
from repower.study.energy import energy_dataset
from repower.study.halls import halls_rows
from repower.study.money import bridge, loan_rows, money_dataset, summary
from repower.study.stress_test import FixedPlan, without_luck
from repower.study.study import PlanResult, Settings, Study
from repower.study.works import works_rows

#: Packages whose version may change a number in its last digits; written into every record.
_PACKAGES = ("repower", "numpy", "scipy", "numba", "linopy", "highspy", "xarray", "pandas")


def run(
    portfolio: Portfolio,
    *,
    scenarios: int = 100,
    seed: int = 1,
    gap: float = 1e-3,
    time_limit_s: float = 120.0,
    progress: Progress | None = None,
) -> Study:
    """Run a study of a portfolio that was read from a folder.

    Parameters
    ----------
    scenarios : number of equally likely scenarios S.
    seed : of the draws; the same seed gives the same scenarios.
    gap : relative gap to the plan's proven bound at which the search stops.
    time_limit_s : seconds of search after which the best plan found is taken, with its gap.
    progress : listener of steps; silent by default.

    Raises
    ------
    InputError : series that cannot be used, a site with too many states.
    InfeasibleError : limits that no plan meets.
    """
    settings = Settings(scenarios, seed, gap, time_limit_s)
    progress = progress or Progress()
    with progress.step("read the series") as step:
        shapes = read_shapes(portfolio)
        step.note = (
            f"{len(shapes.zones)} price zones, {len(shapes.stations)} weather stations, {len(shapes.years)} years of hours"
        )
    with progress.step("draw the scenarios") as step:
        drawn = sample(portfolio, scenarios, seed, shapes)
        step.note = f"{scenarios:,} scenarios of {portfolio.horizon.months} months"
    setting = Setting(portfolio, drawn, shapes)
    central = Setting(portfolio, base(portfolio, shapes), shapes)

    plan, table, solution = make_plan(setting, gap=gap, time_limit_s=time_limit_s, progress=progress)
    chosen = run_programme(setting, plan.chosen, progress, "dispatch the plan, every hour")
    as_usual = run_programme(setting, plan.baseline, progress, "dispatch business as usual")
    with progress.step("finance") as step:
        financing = finance_halls(setting, central, plan.chosen, chosen)
        money = money_dataset(setting, chosen, as_usual, financing)
        step.note = f"{len(financing.loans)} loans on leased halls"

    fixed = FixedPlan(portfolio, shapes, plan.chosen, plan.baseline, drawn)
    events = without_luck(fixed, known_stresses(portfolio, shapes), progress)

    rows = decisions(setting, table, solution, plan.chosen, chosen.operations)
    return Study(
        portfolio=portfolio,
        settings=settings,
        scenarios=drawn,
        plan=PlanResult(
            decisions=tuple(rows),
            objective_usd=plan.objective_usd,
            baseline_objective_usd=plan.baseline_objective_usd,
            bound_usd=plan.bound_usd,
            gap=plan.gap,
            choices=plan.choices,
            rounds=plan.rounds,
            planned_usd=float(plan.npv_usd.mean()),
            baseline_planned_usd=float(plan.baseline_npv_usd.mean()),
            mines_planned_usd=float(plan.mines_npv_usd.mean()),
            bridge={
                "plan": bridge(setting, chosen, plan.npv_usd),
                "business as usual": bridge(setting, as_usual, plan.baseline_npv_usd),
            },
        ),
        dispatch=energy_dataset(setting, {"plan": (plan.chosen, chosen), "business as usual": (plan.baseline, as_usual)}),
        finance=money,
        loans=tuple(loan_rows(setting, financing)),
        summary=summary(setting, plan.chosen, chosen, as_usual, financing, money),
        events=tuple(row.as_json() for row in events),
        works=tuple(works_rows(setting, rows)),
        halls=tuple(halls_rows(setting, plan.chosen)),
        provenance={
            "inputs_sha256": portfolio.origin.sha256,
            "versions": {name: version(name) for name in _PACKAGES},
            "python": platform.python_version(),
            "seconds": dict(progress.seconds),
            "notes": dict(progress.notes),
        },
    )
