"""From a portfolio and its scenarios to the plan: tabulate every choice, then optimise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from threading import Thread

import numpy as np

from repower.conversion.choices import Becomes, Choice, choices
from repower.conversion.coupling import couple, is_coupled
from repower.conversion.instance import Floats, Instance, Ints
from repower.conversion.options import carry_out, first_capital
from repower.conversion.plan import Solution, solve_plan
from repower.conversion.setting import Setting
from repower.dispatch.months import dispatch_months, smallest_months
from repower.errors import InfeasibleError
from repower.portfolio import Portfolio
from repower.progress import Progress


@dataclass(frozen=True)
class Tabulated:
    """All choices of a portfolio, and the planning problem made of them (same order)."""

    choices: tuple[Choice, ...]
    instance: Instance


@dataclass(frozen=True)
class Plan:
    """What each block becomes, with the proof, beside business as usual.

    chosen, baseline : one choice per block, in the order of the portfolio.
    npv_usd, baseline_npv_usd : [S] as planned (nominal dates for what blocks share).
    mines_npv_usd : [S] of the best plan of mines alone, under the same limits: what the halls must be measured against, since
    business as usual decides nothing.
    objective_usd, bound_usd, gap : of the plan's mean-CVaR objective; no plan of these choices is worth more than the bound.
    choices : number of choices that were compared.
    """

    chosen: tuple[Choice, ...]
    baseline: tuple[Choice, ...]
    npv_usd: Floats
    baseline_npv_usd: Floats
    objective_usd: float
    baseline_objective_usd: float
    bound_usd: float
    gap: float
    rounds: int
    choices: int
    mines_npv_usd: Floats


def tabulate(setting: Setting, progress: Progress | None = None) -> Tabulated:
    """Value every choice of every block in every scenario, and what the blocks of coupled sites share."""
    progress = progress or Progress()
    portfolio = setting.portfolio
    found: list[Choice] = []
    block_of: list[int] = []
    baseline: list[int] = []
    blocks = [(site, block) for site in portfolio.sites for block in site.blocks]
    for number, (site, block) in enumerate(blocks):
        baseline.append(len(found))
        own = choices(setting, site, block)
        found += own
        block_of += [number] * len(own)

    coupled = [site for site in portfolio.sites if is_coupled(site)]
    with progress.step("value every choice", len(blocks) + len(coupled)) as step:
        columns = _Columns.empty(setting, len(found))
        for position, choice in enumerate(found):
            columns.fill(setting, position, choice)
            if position + 1 == len(found) or block_of[position + 1] != block_of[position]:
                step.advance()
        couplings = []
        for site in coupled:
            couplings.append(couple(setting, site, found))
            step.advance()
        step.note = f"{len(found):,} choices of {len(blocks)} blocks in {setting.count:,} scenarios"
    instance = Instance(
        block=np.array(block_of, dtype=np.int64),
        baseline=np.array(baseline, dtype=np.int64),
        value_usd=columns.value_usd,
        capital_usd=columns.capital_usd,
        budget_usd=_budget(portfolio),
        crew=columns.crew,
        crews=float(portfolio.policy.crews),
        taken_mw=columns.taken_mw,
        demand_mw=np.array(list(_customers(portfolio).values())),
        mining_mw=columns.mining_mw,
        least_mining_mw=_least_mining(setting, setting.months // 3),
        risk_weight=portfolio.policy.risk.weight,
        tail_share=portfolio.policy.risk.tail_share,
        couplings=tuple(couplings),
    )
    return Tabulated(tuple(found), instance)


def make_plan(
    setting: Setting, *, gap: float = 1e-3, time_limit_s: float = 60.0, progress: Progress | None = None
) -> tuple[Plan, Tabulated, Solution]:
    """Tabulate and optimise; the plan's gap is proven."""
    progress = progress or Progress()
    table = tabulate(setting, progress)
    # What comes next is compiled, on a machine that never did, while the solver searches: both cores have work.
    Thread(target=dispatch_months, args=(smallest_months(),), kwargs={"threads": 1}, daemon=True).start()
    with progress.step("choose the plan") as step:
        try:
            solution = solve_plan(table.instance, gap=gap, time_limit_s=time_limit_s)
        except InfeasibleError as error:
            raise InfeasibleError(
                f"M401 {_in_their_words(setting.portfolio, str(error))}\n"
                "    hint: lower minimum_mining_share or end it earlier with minimum_mining_until, raise the budget, or allow "
                "renewal (refresh_miner, new_mining_allowed)"
            ) from None
        step.note = f"proven within {solution.gap:.2%} of the best plan"
    instance = table.instance
    with progress.step("choose the best plan of mines alone") as step:
        no_hall = np.array([choice.design is None or choice.start is None for choice in table.choices])
        mines = solve_plan(instance.only(no_hall), gap=gap, time_limit_s=time_limit_s)
        step.note = f"{int(no_hall.sum()):,} choices, proven within {mines.gap:.2%}"
    baseline_npv = instance.npv_usd(instance.baseline)
    plan = Plan(
        chosen=tuple(table.choices[position] for position in solution.chosen),
        baseline=tuple(table.choices[position] for position in instance.baseline),
        npv_usd=solution.npv_usd,
        baseline_npv_usd=baseline_npv,
        objective_usd=solution.objective_usd,
        baseline_objective_usd=instance.objective_usd(baseline_npv),
        bound_usd=solution.bound_usd,
        gap=solution.gap,
        rounds=solution.rounds,
        choices=len(table.choices),
        mines_npv_usd=mines.npv_usd,
    )
    return plan, table, solution


@dataclass(frozen=True)
class _Columns:
    """The instance's columns while they are filled; shapes as in `Instance`."""

    value_usd: Floats
    capital_usd: Floats
    crew: Floats
    taken_mw: Floats
    mining_mw: Floats
    year_of_month: Ints

    @classmethod
    def empty(cls, setting: Setting, count: int) -> _Columns:
        portfolio = setting.portfolio
        quarters = setting.months // 3
        return cls(
            value_usd=np.zeros((count, setting.count)),
            capital_usd=np.zeros((count, len(portfolio.horizon.years()))),
            crew=np.zeros((count, quarters)),
            taken_mw=np.zeros((count, len(portfolio.leases) + len(portfolio.clouds))),
            mining_mw=np.zeros((count, quarters)),
            year_of_month=np.array(portfolio.horizon.year_of_month()),
        )

    def fill(self, setting: Setting, position: int, choice: Choice) -> None:
        """Carry the choice out and note what it is worth and what it takes."""
        operation = carry_out(setting, choice)
        self.value_usd[position] = operation.npv(setting.discount)
        quarters = self.mining_mw.shape[1]
        self.mining_mw[position] = operation.stands_mw[: 3 * quarters].reshape(quarters, 3)[:, 1]
        if choice.start is None:
            return
        np.add.at(self.capital_usd[position], self.year_of_month, first_capital(setting, choice))
        if choice.design is not None:
            site = setting.portfolio.site(choice.site)
            block = next(block for block in site.blocks if block.name == choice.block)
            first, end = choice.start // 3, -(-(choice.start + setting.nominal_works_months(block)) // 3)
            self.crew[position, first : min(end, quarters)] = 1.0
            wanted = list(_customers(setting.portfolio)).index((choice.becomes, choice.customer or ""))
            self.taken_mw[position, wanted] = setting.hall(site, block, choice.design).critical_it_mw


def _customers(portfolio: Portfolio) -> dict[tuple[Becomes, str], float]:
    """Critical MW wanted by each lease and each own cloud; a lease and a cloud may have the same name."""
    wanted: dict[tuple[Becomes, str], float] = {("ai_lease", lease.name): lease.critical_mw for lease in portfolio.leases}
    return wanted | {("ai_cloud", cloud.name): cloud.critical_mw for cloud in portfolio.clouds}


def _in_their_words(portfolio: Portfolio, message: str) -> str:
    """A solver's names of limits (`capital[year=3]`) as fields and dates of the portfolio."""
    first = portfolio.start

    def quarter(found: re.Match[str]) -> str:
        month = first + 3 * int(found[2])
        field = {"minimum-mining": "policy.minimum_mining_share", "crews": "policy.crews"}[found[1]]
        return f"{field} in {month.year} Q{(month.month - 1) // 3 + 1}"

    customers = [f"{kind} {name}" for kind, name in _customers(portfolio)]
    message = re.sub(r"(minimum-mining|crews)\[quarter=(\d+)\]", quarter, message)
    message = re.sub(r"capital\[year=(\d+)\]", lambda found: f"capital.budget of {first.year + int(found[1])}", message)
    return re.sub(r"customer-demand\[customer=(\d+)\]", lambda found: f"demand of {customers[int(found[1])]}", message)


def _budget(portfolio: Portfolio) -> Floats:
    """[Y] capital by calendar year of the study; a year that is not named has none."""
    named = {entry.year: entry.usd for entry in portfolio.capital.budget}
    return np.array([named.get(year, 0.0) for year in portfolio.horizon.years()])


def _least_mining(setting: Setting, quarters: int) -> Floats:
    """[Q] grid MW whose fleet must stand: the share of what has power at nominal dates, until the rule ends.

    Sites where the law lets no mine run any more are not counted.
    """
    portfolio = setting.portfolio
    until = portfolio.policy.minimum_mining_until or portfolio.policy.last_start
    end = portfolio.horizon.offset(until)
    least = np.zeros(quarters)
    for quarter in range(quarters):
        month = 3 * quarter + 1
        if month > end:
            break
        for site in portfolio.sites:
            if month >= setting.mining_end(site):
                continue
            powered = site.powered()
            for block in site.blocks:
                power = powered[block.name]
                if block.use != "ai_cloud" and power is not None and portfolio.horizon.offset(power.month) <= month:
                    least[quarter] += portfolio.policy.minimum_mining_share * block.grid_mw
    return least
