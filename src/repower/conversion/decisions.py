"""The plan in words: one row per block, what it becomes, when, for whom, what it is worth and why not otherwise."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from repower.conversion.choices import Becomes, Choice
from repower.conversion.decide import Tabulated
from repower.conversion.options import Operation
from repower.conversion.setting import Setting
from repower.portfolio import Block, Site


@dataclass(frozen=True)
class Decision:
    """One block of the plan.

    start, ready_p50, ready_p80 : months as text; empty where nothing is built. The percentiles are over the scenarios:
    duration of the works, and the arrival of power where it is later.
    npv_usd : mean over scenarios, standing alone at spot; keep_npv_usd the same for business as usual.
    best_usd : mean value of the best choice of each kind that was open to the block (dates, law, customers), limits apart.
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
    best_usd: dict[str, float]
    why: str

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def decisions(setting: Setting, table: Tabulated, chosen: tuple[Choice, ...], operations: list[Operation]) -> list[Decision]:
    """One decision per block, in the order of the portfolio."""
    mean = table.instance.value_usd.mean(axis=1)
    position = {choice: number for number, choice in enumerate(table.choices)}
    rows = []
    blocks = [(site, block) for site in setting.portfolio.sites for block in site.blocks]
    for number, ((site, block), choice, operation) in enumerate(zip(blocks, chosen, operations, strict=True)):
        own = np.flatnonzero(table.instance.block == number)
        best: dict[str, float] = {}
        for candidate in own:
            other = table.choices[candidate]
            kind = "keep" if other.start is None else other.becomes
            best[kind] = max(best.get(kind, -np.inf), float(mean[candidate]))
        value, keep = float(mean[position[choice]]), float(mean[table.instance.baseline[number]])
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
                capital_usd=-float(operation.cash.capex.mean(axis=0).sum()),
                npv_usd=value,
                keep_npv_usd=keep,
                best_usd=best,
                why=_why(setting, site, block, choice, best, value, keep),
            )
        )
    return rows


def _month(setting: Setting, offset: int | None) -> str:
    if offset is None:
        return ""
    return str(setting.portfolio.start + offset) if offset < setting.months else f"after {setting.portfolio.horizon.end + -1}"


def _percentile(operation: Operation, percent: float) -> int:
    """The month by which this share of scenarios is ready (a month that some scenario shows)."""
    return int(np.percentile(operation.ready, percent, method="inverted_cdf"))


def _why(setting: Setting, site: Site, block: Block, choice: Choice, best: dict[str, float], value: float, keep: float) -> str:
    per_mw = 1e6 * block.grid_mw
    halls = {kind: worth for kind, worth in best.items() if kind in ("ai_lease", "ai_cloud")}
    if choice.start is not None:
        return f"worth {value / per_mw:,.2f} M$ per grid MW against {keep / per_mw:,.2f} if it stays as it is"
    if block.use == "ai_cloud":
        return "is an AI hall already"
    if not halls:
        return _closed(setting, site, block)
    kind, worth = max(halls.items(), key=lambda item: item[1])
    name = "a lease" if kind == "ai_lease" else "the own cloud"
    if worth <= keep:
        return f"the best hall open to it ({name}) is worth {(keep - worth) / per_mw:,.2f} M$ per grid MW less than staying"
    return (
        f"{name} would add {(worth - keep) / per_mw:,.2f} M$ per grid MW, but capital, crews, customers' demand or the mining "
        "share are worth more elsewhere, or the tail of scenarios outweighs the mean"
    )


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
    return f"no customer on offer accepts data in {site.country} at a date that works can meet"
