"""The plan in words: one row per block, what it becomes, when, for whom, what it is worth and why not otherwise."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from repower.conversion.choices import Becomes, Choice
from repower.conversion.decide import Tabulated
from repower.conversion.options import Operation, first_capital
from repower.conversion.plan import Solution
from repower.conversion.setting import Setting
from repower.portfolio import Block, Site


@dataclass(frozen=True)
class Decision:
    """One block of the plan.

    start, ready_p50, ready_p80 : months as text; empty where nothing is built. The percentiles are over the scenarios:
    duration of the works, the arrival of power and the lease's first month, whichever is latest.
    capital_usd : first capital at nominal dates, what the budget is asked for; renewals are not in it.
    npv_usd : mean over scenarios, standing alone at spot; keep_npv_usd the same for business as usual.
    added_usd : what the plan is worth with this choice beyond the same plan with the block as it is, mean over scenarios;
    what the site's blocks share (contracts, generators) is in it.
    best_added_usd : the same for the best choice of each kind that dates, law and customers leave open, limits apart.
    """

    site: str
    block: str
    country: str
    grid_mw: float
    was: str
    becomes: Becomes
    design: str
    lease: str
    start: str
    ready_p50: str
    ready_p80: str
    critical_mw: float
    racks: int
    capital_usd: float
    npv_usd: float
    keep_npv_usd: float
    added_usd: float
    best_added_usd: dict[str, float]
    why: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def decisions(
    setting: Setting, table: Tabulated, solution: Solution, chosen: tuple[Choice, ...], operations: list[Operation]
) -> list[Decision]:
    """One decision per block, in the order of the portfolio."""
    mean = table.instance.value_usd.mean(axis=1)
    rows = []
    blocks = [(site, block) for site in setting.portfolio.sites for block in site.blocks]
    for number, ((site, block), choice, operation) in enumerate(zip(blocks, chosen, operations, strict=True)):
        swaps = _swaps(table, solution, number)
        built = choice.start is not None and choice.design is not None
        hall = setting.hall(site, block, choice.design) if choice.design is not None else None
        rows.append(
            Decision(
                site=site.name,
                block=block.name,
                country=site.country,
                grid_mw=block.grid_mw,
                was=block.use,
                becomes=choice.becomes,
                design=choice.design or "",
                lease=choice.customer or "",
                start=_month(setting, choice.start),
                ready_p50=_month(setting, _percentile(operation, 50)) if built else "",
                ready_p80=_month(setting, _percentile(operation, 80)) if built else "",
                critical_mw=hall.critical_it_mw if hall is not None else 0.0,
                racks=hall.racks if hall is not None else 0,
                capital_usd=float(first_capital(setting, choice).sum()),
                npv_usd=float(mean[solution.chosen[number]]),
                keep_npv_usd=float(mean[table.instance.baseline[number]]),
                added_usd=swaps.added_usd,
                best_added_usd={kind: worth for kind, (worth, _) in swaps.best.items()},
                why=_why(setting, table, solution, number, site, block, choice, swaps),
            )
        )
    return rows


@dataclass(frozen=True)
class _Swaps:
    """The plan with one block changed, all else as it is: mean USD beyond the block staying as it is.

    best : by kind, the value and the choice that has it.
    """

    added_usd: float
    best: dict[str, tuple[float, int]]


def _swaps(table: Tabulated, solution: Solution, block: int) -> _Swaps:
    instance = table.instance
    trial = solution.chosen.copy()

    def worth(candidate: int) -> float:
        trial[block] = candidate
        return float(instance.npv_usd(trial).mean())

    stays = worth(int(instance.baseline[block]))
    best: dict[str, tuple[float, int]] = {}
    for candidate in np.flatnonzero(instance.block == block):
        choice = table.choices[candidate]
        if choice.start is not None:
            added = worth(int(candidate)) - stays
            if choice.becomes not in best or added > best[choice.becomes][0]:
                best[choice.becomes] = (added, int(candidate))
    return _Swaps(worth(int(solution.chosen[block])) - stays, best)


def _month(setting: Setting, offset: int | None) -> str:
    if offset is None:
        return ""
    return str(setting.portfolio.start + offset) if offset < setting.months else f"after {setting.portfolio.horizon.end + -1}"


def _percentile(operation: Operation, percent: float) -> int:
    """The month by which this share of scenarios is ready (a month that some scenario shows)."""
    return int(np.percentile(operation.ready, percent, method="inverted_cdf"))


def _why(
    setting: Setting, table: Tabulated, solution: Solution, number: int, site: Site, block: Block, choice: Choice, swaps: _Swaps
) -> str:
    per_mw = 1e6 * block.grid_mw
    if choice.start is not None and swaps.added_usd < 0:
        cost = f"costs the plan {-swaps.added_usd / per_mw:,.2f} M$ per grid MW"
        return f"{cost}; a limit (the mining share) or the worst scenarios ask for it"
    if choice.start is not None:
        return f"adds {swaps.added_usd / per_mw:,.2f} M$ per grid MW to the plan against staying as it is"
    if block.use == "ai_cloud":
        return "is an AI hall already"
    halls = {kind: swaps.best[kind] for kind in ("ai_lease", "ai_cloud") if kind in swaps.best}
    if not halls:
        return _closed(setting, site, block)
    kind, (added, candidate) = max(halls.items(), key=lambda item: item[1][0])
    name = f"a lease to {table.choices[candidate].customer}" if kind == "ai_lease" else "the own cloud"
    if added <= 0:
        return f"the best hall open to it ({name}) would cost the plan {-added / per_mw:,.2f} M$ per grid MW"
    trial = solution.chosen.copy()
    trial[number] = candidate
    broken = table.instance.broken_limits(trial)
    worth = f"{name} would add {added / per_mw:,.2f} M$ per grid MW"
    if broken:
        listed = " and ".join(", ".join(broken).rsplit(", ", 1))
        return f"{worth}, but within the plan {listed} would not suffice"
    return f"{worth} on average, but the worst scenarios lose more than that is worth, or it is within the plan's gap"


def _closed(setting: Setting, site: Site, block: Block) -> str:
    """Why no hall was open to the block at all."""
    portfolio = setting.portfolio
    powered = site.powered()[block.name]
    if powered is None:
        return "no step of the connection carries it"
    if portfolio.horizon.offset(powered.month) >= setting.months:
        return f"gets power only in {powered.month}, after the study"
    if not portfolio.jurisdiction(site.country).ai_allowed:
        return f"AI halls are not allowed in {site.country} by the policy's jurisdictions"
    if not site.designs:
        return "no design is listed for the site"
    return f"no customer on offer takes a hall of its size and designs in {site.country} at a date that works can meet"
