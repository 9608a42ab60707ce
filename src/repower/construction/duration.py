"""How long a block takes, and how sure that is: the nominal plan, and a draw of what may happen to it.

Every duration is multiplied by a skewed triangle: little can be won, much can be lost. A common factor ties all works of a
block together (weather, labour, the client's changes). The nominal date is therefore a date that is rarely met, and it is
never shown without P50 and P80.

Mining goes on until strip-out begins. Strip-out is planned as late as the plan allows, less a buffer; later events move it
only back.

Left out: works that are abandoned or done twice, decisions during the build (a slip is not crashed), and correlation
between blocks. The spread is assumed, not measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from repower.construction.network import Schedule, nominal_order, schedule
from repower.construction.works import WEEKS_PER_MONTH, BlockKind, BlockWorks, block_works
from repower.facility.cost import COMPONENTS, STRIP_OUT
from repower.portfolio import Source
from repower.portfolio.policy import WorksPolicy

Array = npt.NDArray[np.float64]

DRAWS = 2000
SEED = 20260
#: Least, most likely and most of a duration against its nominal; the same for the most of a purchase; correlation.
LEAST, LIKELY, MOST_ON_SITE, MOST_OF_PURCHASE, CORRELATION = 0.95, 1.0, 1.4, 1.6, 0.3
SPREAD_SOURCE = Source("A", "triangles and a common correlation as schedule risk analyses use them; not fitted")
#: Weeks between the end of strip-out and the day on which it would delay the end. A.
STRIP_BUFFER_WEEKS = 4.0
#: Of a purchase's price at the order; the rest on arrival. K 20-40 % deposits.
DEPOSIT_SHARE = 0.3

#: Which works spend a component of the facility's bill, and in which proportion. A. Works that a block lacks fall out.
SPENT_BY: dict[str, dict[str, float]] = {
    "substation and main transformers": {"buy switchgear and transformers": 0.7, "power plant": 0.3},
    "distribution, switchgear, busway": {
        "buy switchgear and transformers": 0.3,
        "buy CDUs and busway": 0.3,
        "distribution": 0.4,
    },
    "gensets and fuel": {"buy gensets": 0.8, "power plant": 0.2},
    "UPS and batteries": {"buy UPS and batteries": 0.8, "distribution": 0.2},
    "coolers, chillers, CDUs, piping": {
        "buy cooling plant": 0.5,
        "buy CDUs and busway": 0.2,
        "cooling plant": 0.15,
        "cooling loop": 0.15,
    },
    "shell, civil works, floors": {"civil works": 0.8, "hall fit-out": 0.2},
    "fibre and meet-me rooms": {"hall fit-out": 1.0},
    "fire, controls, security, dust": {"buy fire and controls": 0.6, "fire, dust and controls": 0.4},
    "design, management, commissioning": {
        "basis of design": 0.1,
        "detailed design": 0.4,
        "permits": 0.1,
        "commissioning levels 1-4": 0.2,
        "integrated test level 5": 0.1,
        "racks and burn-in": 0.1,
    },
    "strip-out": {"strip-out": 1.0},
}


@dataclass(frozen=True, eq=False)
class WorksDuration:
    """Months from the decision to a hall that is ready for rent.

    `quantiles` are the simulated totals in order, [draw]; `spend_shares` the shares of capital by month of the nominal
    plan, [month], adding up to 1; `mining_stops_months` the nominal months until strip-out begins (0 on empty land);
    `critical` the works that decide the nominal end.
    """

    policy: WorksPolicy
    grid_mw: float
    kind: BlockKind
    nominal_months: float
    mining_stops_months: float
    critical: tuple[str, ...]
    quantiles: Array = field(repr=False)
    spend_shares: Array = field(repr=False)

    @property
    def mean(self) -> float:
        return float(self.quantiles.mean())

    @property
    def p50_months(self) -> float:
        return float(self.months_at(0.5))

    @property
    def p80_months(self) -> float:
        return float(self.months_at(0.8))

    @property
    def share_at_nominal(self) -> float:
        """Share of draws that end at the nominal date or before."""
        return float(np.searchsorted(self.quantiles, self.nominal_months + 1e-9) / len(self.quantiles))

    def months_at(self, quantile: npt.ArrayLike) -> Array:
        """Months at a place in the distribution, the inverse of the empirical distribution, linear between draws.

        Parameters
        ----------
        quantile : 1, any shape, over 0 and under 1

        Returns
        -------
        array of that shape, months
        """
        wanted = np.asarray(quantile, dtype=np.float64)
        if not ((wanted > 0.0) & (wanted < 1.0)).all():
            raise ValueError("a quantile of a duration lies over 0 and under 1")
        middles = (np.arange(len(self.quantiles)) + 0.5) / len(self.quantiles)
        return np.asarray(np.interp(wanted, middles, self.quantiles), dtype=np.float64)

    def __str__(self) -> str:
        return (
            f"{self.grid_mw:g} MW grid, {self.kind}, {self.policy}: nominal {self.nominal_months:.1f} months, "
            f"P50 {self.p50_months:.1f}, P80 {self.p80_months:.1f}"
        )


@dataclass(frozen=True)
class WorkRow:
    """One work of the nominal plan, months from the decision, with P50 and P80 of its finish beside it."""

    work: str
    start_months: float
    finish_months: float
    finish_p50_months: float
    finish_p80_months: float
    float_months: float
    critical: bool
    source: Source


def _nominal(block: BlockWorks) -> tuple[Schedule, Array]:
    """The nominal plan in weeks, and the weeks before which no work starts: strip-out waits for its date."""
    weeks = np.array(block.weeks)
    earliest = schedule(block.network, weeks)
    not_before = np.zeros(len(weeks))
    if block.kind == "mine":
        strip = block.network.index("strip-out")
        not_before[strip] = max(earliest.start[strip], earliest.latest_start[strip] - STRIP_BUFFER_WEEKS)
    return schedule(block.network, weeks, not_before), not_before


def triangle(uniform: npt.ArrayLike, least: float, likely: float, most: npt.ArrayLike) -> Array:
    """Inverse of the triangular distribution at `uniform` (0 to 1)."""
    u, top = np.broadcast_arrays(np.asarray(uniform, dtype=np.float64), np.asarray(most, dtype=np.float64))
    below = np.sqrt(u * (top - least) * (likely - least))
    above = np.sqrt((1.0 - u) * (top - least) * (top - likely))
    return np.asarray(np.where(u * (top - least) < likely - least, least + below, top - above), dtype=np.float64)


def _simulated(block: BlockWorks, not_before: Array) -> Schedule:
    """The network at `DRAWS` draws of all durations, weeks [draw, work].

    z = sqrt(rho) common + sqrt(1 - rho) own;  factor = triangle^-1(Phi(z))
    """
    rng = np.random.Generator(np.random.Philox(SEED))
    common = rng.standard_normal((DRAWS, 1))
    own = rng.standard_normal((DRAWS, len(block.works)))
    uniform = ndtr(np.sqrt(CORRELATION) * common + np.sqrt(1.0 - CORRELATION) * own)
    most = np.array([MOST_OF_PURCHASE if work.purchase else MOST_ON_SITE for work in block.works])
    return schedule(block.network, np.array(block.weeks) * triangle(uniform, LEAST, LIKELY, most), not_before)


def _spend_shares(block: BlockWorks, plan: Schedule) -> Array:
    """Shares of capital by month of the plan: works evenly over their time, purchases by deposit and on arrival."""
    share = dict.fromkeys(block.network.tasks, 0.0)
    for component in (*COMPONENTS, STRIP_OUT) if block.kind == "mine" else COMPONENTS:
        spenders = {name: part for name, part in SPENT_BY[component.name].items() if name in share}
        for name, part in spenders.items():
            share[name] += component.base_usd_per_mw * part / sum(spenders.values())
    months = ceil(float(plan.makespan) / WEEKS_PER_MONTH - 1e-9)
    edges = np.arange(months + 1.0)
    spent = np.zeros(months)
    for index, work in enumerate(block.works):
        start, finish = plan.start[index] / WEEKS_PER_MONTH, plan.finish[index] / WEEKS_PER_MONTH
        if work.purchase:
            spent[min(int(start), months - 1)] += DEPOSIT_SHARE * share[work.name]
            spent[min(int(finish), months - 1)] += (1.0 - DEPOSIT_SHARE) * share[work.name]
        else:
            done = np.clip((edges - start) / (finish - start), 0.0, 1.0)
            spent += share[work.name] * np.diff(done)
    return np.asarray(spent / spent.sum(), dtype=np.float64)


def works_duration(policy: WorksPolicy, grid_mw: float, kind: BlockKind) -> WorksDuration:
    """How long the works of one block take, and when its capital is spent.

    Parameters
    ----------
    policy : series or parallel
    grid_mw : MW at the site meter, over 0
    kind : mine or land, what stands there

    Returns
    -------
    WorksDuration
        the same for the same arguments: 2,000 draws from a fixed seed.
    """
    block = block_works(policy, grid_mw, kind)
    plan, not_before = _nominal(block)
    totals = np.sort(_simulated(block, not_before).makespan) / WEEKS_PER_MONTH
    totals.flags.writeable = False
    stops = float(plan.start[block.network.index("strip-out")]) / WEEKS_PER_MONTH if kind == "mine" else 0.0
    critical = dict(zip(block.network.tasks, plan.critical(), strict=True))
    return WorksDuration(
        policy=policy,
        grid_mw=grid_mw,
        kind=kind,
        nominal_months=float(plan.makespan) / WEEKS_PER_MONTH,
        mining_stops_months=stops,
        critical=tuple(name for name in nominal_order(plan) if critical[name]),
        quantiles=totals,
        spend_shares=_spend_shares(block, plan),
    )


def works_table(policy: WorksPolicy, grid_mw: float, kind: BlockKind) -> tuple[WorkRow, ...]:
    """The nominal plan of one block as rows, in order of start; see `works_duration` for the arguments."""
    block = block_works(policy, grid_mw, kind)
    plan, not_before = _nominal(block)
    p50, p80 = np.quantile(_simulated(block, not_before).finish, [0.5, 0.8], axis=0)
    critical = plan.critical()
    rows = []
    for name in nominal_order(plan):
        index = block.network.index(name)
        rows.append(
            WorkRow(
                work=name,
                start_months=float(plan.start[index]) / WEEKS_PER_MONTH,
                finish_months=float(plan.finish[index]) / WEEKS_PER_MONTH,
                finish_p50_months=float(p50[index]) / WEEKS_PER_MONTH,
                finish_p80_months=float(p80[index]) / WEEKS_PER_MONTH,
                float_months=max(0.0, float(plan.total_float[index]) / WEEKS_PER_MONTH),
                critical=bool(critical[index]),
                source=block.works[index].source,
            )
        )
    return tuple(rows)
