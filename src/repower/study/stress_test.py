"""What a fixed plan is worth when something happens: named stresses, and the low and high case of the drifts.

The plan is not made again (the owner has begun when it happens); loans are those that were sized without it. Business as usual
is struck by the same event, so that what the plan adds can be told from what the event takes from everybody.

Left out: what an owner would do about it. `replanned` tells for the drift cases what a plan made with their knowledge would be
worth; for stresses nobody has that knowledge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import xarray as xr

from repower.conversion.choices import Choice, unchanged
from repower.conversion.decide import make_plan
from repower.conversion.financing import finance_halls
from repower.conversion.programme import run_programme
from repower.conversion.setting import Setting
from repower.finance.metrics import npv
from repower.horizon import Month
from repower.markets.shapes import Shapes, read_shapes
from repower.portfolio import Portfolio, Stress
from repower.progress import Progress
from repower.scenarios.cases import CASES, CaseName, with_case
from repower.scenarios.measures import cvar
from repower.scenarios.sampling import base, sample
from repower.scenarios.stress import apply
from repower.study.study import Study


@dataclass(frozen=True)
class FixedPlan:
    """A plan that is carried out whatever happens: one choice per block, and what it was made for.

    made_in : the scenarios of the plan, by whose dates machines are ordered; those without an event when absent.
    """

    portfolio: Portfolio
    shapes: Shapes
    chosen: tuple[Choice, ...]
    as_usual: tuple[Choice, ...]
    made_in: xr.Dataset | None = None

    @classmethod
    def of(cls, study: Study) -> FixedPlan:
        """The plan of a study, with the hours of its portfolio's folder."""
        portfolio = study.portfolio
        blocks = [(site, block) for site in portfolio.sites for block in site.blocks]
        as_usual = tuple(unchanged(site, block) for site, block in blocks)
        chosen = tuple(
            Choice(
                row.site,
                row.block,
                row.becomes,
                row.design or None,
                row.lease or None,
                portfolio.horizon.offset(Month.parse(row.start)),
            )
            if row.start
            else usual
            for row, usual in zip(study.plan.decisions, as_usual, strict=True)
        )
        return cls(portfolio, read_shapes(portfolio), chosen, as_usual, study.scenarios)


@dataclass(frozen=True)
class Carried:
    """A plan carried out under one event or case, USD; means over the scenarios it was carried through.

    npv_usd, as_usual_npv_usd : before loans, plan and business as usual.  npv_cvar_usd : of the plan, at the policy's tail.
    equity_npv_usd : to the owners, after loans.  min_dscr : least cover of debt service of any loan in any month, in the middle
    scenario (P50); min_dscr_p10 : in one of ten; None without loans.
    """

    name: str
    why: str
    npv_usd: float
    as_usual_npv_usd: float
    npv_cvar_usd: float
    equity_npv_usd: float
    min_dscr: float | None
    min_dscr_p10: float | None

    @property
    def added_usd(self) -> float:
        """What the plan adds to business as usual."""
        return self.npv_usd - self.as_usual_npv_usd

    def as_json(self) -> dict[str, object]:
        return asdict(self) | {"added_usd": self.added_usd}


def stress_table(
    plan: FixedPlan, stresses: Sequence[Stress], scenarios: xr.Dataset, progress: Progress | None = None
) -> tuple[Carried, ...]:
    """The plan without an event ("as planned"), then under each stress.

    Parameters
    ----------
    stresses : for example all of `known_stresses(portfolio, shapes)`
    scenarios : in which each happens: `base(portfolio, shapes)` for the one path without luck, or those of the study
    """
    struck, shapes = _struck(plan, stresses, scenarios)
    return _carried([_Event("as planned", "", scenarios), *struck], shapes, plan, progress)


def case_table(plan: FixedPlan, scenarios: int, seed: int, progress: Progress | None = None) -> tuple[Carried, ...]:
    """The plan under low, base and high drifts with the same shocks; loans are those of the base case."""
    events = [
        _Event(case, _drifts(plan.portfolio, case), sample(with_case(plan.portfolio, case), scenarios, seed, plan.shapes))
        for case in CASES
    ]
    return _carried(events, plan.shapes, plan, progress)


def without_luck(plan: FixedPlan, stresses: Sequence[Stress], progress: Progress | None = None) -> tuple[Carried, ...]:
    """Both on the one path without luck: as planned, low and high drifts, then each stress."""
    central = base(plan.portfolio, plan.shapes)
    struck, shapes = _struck(plan, stresses, central)
    drifts = [
        _Event(f"{case} drifts", _drifts(plan.portfolio, case), base(with_case(plan.portfolio, case), plan.shapes))
        for case in CASES
        if case != "base"
    ]
    return _carried([_Event("as planned", "", central), *drifts, *struck], shapes, plan, progress)


def replanned(
    plan: FixedPlan,
    case: CaseName,
    scenarios: int,
    seed: int,
    *,
    gap: float = 1e-3,
    time_limit_s: float = 120.0,
    progress: Progress | None = None,
) -> Carried:
    """What the best plan made for a case is worth in it: the most that knowing the drifts beforehand could bring."""
    portfolio = with_case(plan.portfolio, case)
    drawn = sample(portfolio, scenarios, seed, plan.shapes)
    made, _, _ = make_plan(Setting(portfolio, drawn, plan.shapes), gap=gap, time_limit_s=time_limit_s, progress=progress)
    again = replace(plan, portfolio=portfolio, chosen=made.chosen, made_in=drawn)
    (row,) = _carried([_Event(f"{case}, planned for it", _drifts(plan.portfolio, case), drawn)], plan.shapes, again, None)
    return row


@dataclass(frozen=True)
class _Event:
    name: str
    why: str
    scenarios: xr.Dataset


def _struck(plan: FixedPlan, stresses: Sequence[Stress], scenarios: xr.Dataset) -> tuple[list[_Event], Shapes]:
    """Each stress put upon the scenarios, and the hours of all: a scarcity adds years to them and changes none."""
    shapes, events = plan.shapes, []
    for stress in stresses:
        struck, shapes = apply(stress, scenarios, plan.portfolio, shapes)
        events.append(_Event(stress.name, stress.why, struck))
    return events, shapes


def _carried(events: Sequence[_Event], shapes: Shapes, plan: FixedPlan, progress: Progress | None) -> tuple[Carried, ...]:
    """The plan carried out in all events at once, as scenarios beside one another; loans are sized without any of them."""
    capital, tail = plan.portfolio.capital, plan.portfolio.policy.risk.tail_share
    central = Setting(plan.portfolio, base(plan.portfolio, plan.shapes), plan.shapes)
    everything = xr.concat(
        [event.scenarios for event in events],
        "scenario",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        combine_attrs="drop_conflicts",
    )
    known = Setting(plan.portfolio, events[0].scenarios if plan.made_in is None else plan.made_in, plan.shapes)
    setting = Setting(plan.portfolio, everything, shapes, known)
    programme = run_programme(setting, plan.chosen, progress, "stress the plan")
    usual = run_programme(setting, plan.as_usual, progress, "stress business as usual").cash().npv(capital.discount_rate)
    worth = programme.cash().npv(capital.discount_rate)
    financing = finance_halls(setting, central, plan.chosen, programme)
    equity = npv(financing.equity_usd, capital.cost_of_equity_rate)
    cover = np.min([hall.min_dscr for hall in financing.loans], axis=0) if financing.loans else None
    rows, first = [], 0
    for event in events:
        these = slice(first, first + event.scenarios.sizes["scenario"])
        first = these.stop
        rows.append(
            Carried(
                event.name,
                event.why,
                float(worth[these].mean()),
                float(usual[these].mean()),
                float(cvar(worth[these], tail)),
                float(equity[these].mean()),
                None if cover is None else float(np.quantile(cover[these], 0.5)),
                None if cover is None else float(np.quantile(cover[these], 0.1)),
            )
        )
    return tuple(rows)


def _drifts(portfolio: Portfolio, case: CaseName) -> str:
    markets = with_case(portfolio, case).markets
    escalators = [zone.escalator_rate for zone in markets.power]
    return (
        f"a year: bitcoin {markets.bitcoin.price_drift_rate:+.1%}, mining machines {markets.bitcoin.machine_gain_rate:.1%} "
        f"better, power {min(escalators):+.1%} to {max(escalators):+.1%}, accelerators {markets.gpu_rent.drift_rate:+.1%}"
    )
