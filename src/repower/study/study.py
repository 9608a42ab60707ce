"""A study: what was asked, what was found, and everything needed to find it again."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from repower.scenarios.measures import cvar

if TYPE_CHECKING:
    import xarray as xr

    from repower.conversion.decisions import Decision
    from repower.portfolio import Portfolio


@dataclass(frozen=True)
class Settings:
    """What a study was asked beside its portfolio; with equal inputs and settings it gives equal numbers.

    The plan stops at `gap`, or at `time_limit_s` of search: a plan that met the time limit may differ on another machine, and
    its printed gap says so.
    """

    scenarios: int = 100
    seed: int = 1
    gap: float = 1e-3
    time_limit_s: float = 120.0


@dataclass(frozen=True)
class PlanResult:
    """The plan, its proof and its baseline.

    planned_usd, baseline_planned_usd : mean as the plan saw it.  mines_planned_usd : of the best plan of mines alone.
    objective_usd, bound_usd, gap : of the plan's mean-CVaR objective.  bridge : mean USD by step from the planned to the
    carried-out value, for plan and baseline.
    """

    decisions: tuple[Decision, ...]
    objective_usd: float
    baseline_objective_usd: float
    bound_usd: float
    gap: float
    choices: int
    rounds: int
    planned_usd: float
    baseline_planned_usd: float
    mines_planned_usd: float
    bridge: dict[str, dict[str, float]]


# no repr: it would hold every number of the study
@dataclass(frozen=True, repr=False)
class Study:
    """A finished study. Datasets carry `units` and `long_name` on every variable.

    scenarios : factors by scenario and month (see `repower.scenarios`).
    dispatch : [case, site, month] mean monthly energy by source and use, [case, use, month] grid MW by use, [case, site]
        worst errors of the energy and money balances over all scenarios and months.
    finance : [case, site, line, month] mean cash, [case, scenario, month] cash after tax, [scenario, month] cash to equity,
        [case, scenario] and [case, site, scenario] NPV.
    case is "plan" or "business as usual".
    events : what the plan and business as usual are worth on the one path without luck: as planned, under low and high
        drifts, and under each stress (`repower.study.stress_test`).
    """

    portfolio: Portfolio
    settings: Settings
    scenarios: xr.Dataset
    plan: PlanResult
    dispatch: xr.Dataset
    finance: xr.Dataset
    loans: tuple[dict[str, Any], ...]
    summary: dict[str, Any]
    events: tuple[dict[str, Any], ...] = ()
    works: tuple[dict[str, Any], ...] = ()
    halls: tuple[dict[str, Any], ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)

    def save(self, folder: str | Path) -> Path:
        """Write the record into `folder`/study (whole or not at all) and give its path."""
        from repower.study.record import save

        return save(self, Path(folder))

    def results(self) -> dict[str, Any]:
        """The keys of `repower run --json`: more may be added, these stay."""
        npv = self.finance["npv_usd"]
        plan = np.asarray(npv.sel(case="plan").to_numpy())
        baseline = np.asarray(npv.sel(case="business as usual").to_numpy())
        tail = self.portfolio.policy.risk.tail_share
        return {
            "objective_usd": self.plan.objective_usd,
            "bound_usd": self.plan.bound_usd,
            "gap": self.plan.gap,
            "planned_npv_mean_usd": self.plan.planned_usd,
            "npv_mean_usd": float(plan.mean()),
            "npv_cvar_usd": float(cvar(plan, tail)),
            "baseline_npv_mean_usd": float(baseline.mean()),
            "mines_alone_planned_npv_mean_usd": self.plan.mines_planned_usd,
            "baseline_npv_cvar_usd": float(cvar(baseline, tail)),
            "decisions": [decision.as_json() for decision in self.plan.decisions],
            "events": list(self.events),
            "finance": self.summary,
            "scenarios": self.settings.scenarios,
            "seed": self.settings.seed,
            "inputs_sha256": self.provenance.get("inputs_sha256", ""),
        }
