"""The whole site problem written once more from raw arrays, for HiGHS.

Nothing here goes through the package's own model of the problem: columns, rows and either-or decisions are stated anew.
`relaxed_reference` leaves the either-or decisions out and bounds the answer; `reference` has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import highspy
import numpy as np
from scipy.sparse import coo_array

from repower.dispatch import SiteHours
from repower.dispatch.result import HourResult

#: Nearest to exact that HiGHS allows without chasing rounding errors.
TOLERANCE = 1e-9
#: Blocks of columns [.., H] that carry money.
HOURLY = tuple(
    f"{name}_mw"
    for name in (
        *("spot", "ppa_taken", "ppa_delivered", "ppa_resold", "generation", "tier", "reserve"),
        *("flexed", "unserved", "export", "discharge"),
    )
)
#: MW below which a flow is a solver's rounding and no flow.
DUST_MW = 1e-9

Block = np.ndarray
Term = tuple[object, Block]


class Answer(NamedTuple):
    """What a dispatch earns, what none exceeds, and what an error of either is relative to.

    scale_usd : the objective, or where that is smaller the money that changes hands in the dearest hour (a demand charge
        counts as an hour). Gains and costs of both signs cancel in the objective while each is only known to rounding, so
        an error can be small against an hour's money and large against what is left of it.
    breach : by how much the worst row or bound is broken, mostly in MW.
    """

    objective: float
    bound: float
    scale_usd: float
    breach: float


@dataclass
class Programme:
    """Columns and rows of a programme that maximises gain; every block of columns is an array of their numbers."""

    gain: list[Block] = field(default_factory=list)
    lower: list[Block] = field(default_factory=list)
    upper: list[Block] = field(default_factory=list)
    whole: list[Block] = field(default_factory=list)
    columns: int = 0
    row_lower: list[Block] = field(default_factory=list)
    row_upper: list[Block] = field(default_factory=list)
    entries: list[tuple[Block, Block, Block]] = field(default_factory=list)
    rows: int = 0

    def add_columns(
        self, shape: tuple[int, ...], *, lower: object = 0.0, upper: object = np.inf, gain: object = 0.0, whole: bool = False
    ) -> Block:
        size = int(np.prod(shape))
        for kept, value in ((self.lower, lower), (self.upper, upper), (self.gain, gain)):
            kept.append(np.broadcast_to(np.asarray(value, dtype=float), shape).ravel())
        self.whole.append(np.full(size, whole))
        self.columns += size
        return np.arange(self.columns - size, self.columns).reshape(shape)

    def add_rows(self, terms: Sequence[Term], *, least: object = -np.inf, most: object = np.inf) -> None:
        """least <= sum of coefficient x column <= most, one row for every element of the last dimension of the columns.

        A block [N, H] is N terms, summed over the first dimension.
        """
        size = terms[0][1].shape[-1]
        number = np.arange(self.rows, self.rows + size)
        for coefficient, columns in terms:
            values = np.broadcast_to(np.asarray(coefficient, dtype=float), columns.shape)
            self.entries.append((np.broadcast_to(number, columns.shape).ravel(), columns.ravel(), values.ravel()))
        self.row_lower.append(np.broadcast_to(np.asarray(least, dtype=float), (size,)))
        self.row_upper.append(np.broadcast_to(np.asarray(most, dtype=float), (size,)))
        self.rows += size

    def solve(self, *, whole: bool = False, fixed: Block | None = None, may_fail: bool = False) -> tuple[float, float, Block]:
        """Objective, bound and columns; whole columns are relaxed to 0..1 unless `whole`, or fixed to what is given.

        Without an answer: -inf if it `may_fail`, else an error.
        """
        lower, upper, decided = (np.concatenate(part) for part in (self.lower, self.upper, self.whole))
        if fixed is not None:
            lower[decided] = upper[decided] = np.round(fixed[decided])
        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        matrix = coo_array((value, (row, column)), shape=(self.rows, self.columns)).tocsr()
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = self.columns, self.rows
        model.col_cost_, model.col_lower_, model.col_upper_ = np.concatenate(self.gain), lower, upper
        model.row_lower_, model.row_upper_ = np.concatenate(self.row_lower), np.concatenate(self.row_upper)
        model.sense_ = highspy.ObjSense.kMaximize
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        if whole and decided.any():
            kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
            model.integrality_ = [kinds[int(is_whole)] for is_whole in decided]
        solver = highspy.Highs()
        solver.silent()
        for name in ("primal_feasibility_tolerance", "dual_feasibility_tolerance", "mip_feasibility_tolerance"):
            solver.setOptionValue(name, TOLERANCE)
        solver.setOptionValue("mip_rel_gap", 1e-11)
        solver.setOptionValue("mip_abs_gap", 1e-7)
        solver.setOptionValue("threads", 1)
        solver.passModel(model)
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            assert may_fail, solver.getModelStatus()
            return -np.inf, -np.inf, np.zeros(self.columns)
        info = solver.getInfo()
        bound = info.mip_dual_bound if whole and decided.any() else info.objective_function_value
        return float(info.objective_function_value), float(bound), np.asarray(solver.getSolution().col_value)

    def breach(self, values: Block) -> float:
        """By how much these values break the worst row or bound."""
        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        sums = np.bincount(row, weights=value * values[column], minlength=self.rows)
        parts = [sums - np.concatenate(self.row_upper), np.concatenate(self.row_lower) - sums]
        parts += [values - np.concatenate(self.upper), np.concatenate(self.lower) - values]
        return float(max(part.max() for part in parts))


def relaxed_reference(site: SiteHours) -> Answer:
    """The linear programme without any either-or: an upper bound of the truth, and the truth where that is concave."""
    programme, blocks = raw_programme(site)
    objective, bound, values = programme.solve()
    return _answer(programme, blocks, values, objective, bound)


def reference(site: SiteHours) -> Answer:
    """What the best dispatch earns, by branch and bound where the relaxed answer breaks an either-or.

    The linear programme with the decisions fixed gives the objective free of the tolerance on whole numbers.
    """
    programme, blocks = raw_programme(site)
    objective, bound, values = programme.solve()
    if _breaks(site, {name: values[columns] for name, columns in blocks.items()}):
        _, bound, decided = programme.solve(whole=True)
        objective, _, values = programme.solve(fixed=decided)
    answer = _answer(programme, blocks, values, objective, max(bound, objective))
    assert answer.bound - answer.objective <= 1e-9 * answer.scale_usd, answer
    return answer


def _answer(programme: Programme, blocks: dict[str, Block], values: Block, objective: float, bound: float) -> Answer:
    money = np.abs(np.concatenate(programme.gain) * values)
    hours = sum(money[blocks[name]].reshape(-1, len(blocks["spot_mw"])).sum(axis=0) for name in blocks if name in HOURLY)
    charges = money[blocks["_highest"]] if "_highest" in blocks else np.zeros(0)
    scale = max(1.0, abs(objective), hours.max(), charges.max(initial=0.0))
    return Answer(objective, bound, float(scale), programme.breach(values))


def _breaks(site: SiteHours, flow: dict[str, Block]) -> bool:
    """Whether an answer of the relaxed programme does two things at once that the site cannot."""
    imported = flow["spot_mw"] + flow["ppa_delivered_mw"].sum(axis=0)
    if (np.minimum(flow["export_mw"], imported) > DUST_MW).any():
        return True
    if (np.minimum(flow["charge_mw"], flow["discharge_mw"]) > DUST_MW).any():
        return True
    if site.generator_least_share is None or not site.generator_least_share.any():
        return False
    least = site.generator_least_share[:, None] * site.generator_mw
    ran = flow["generation_mw"]
    if site.generator_min_up_hours is not None and (site.generator_min_up_hours[site.generator_least_share > 0] > 1).any():
        return bool((ran > DUST_MW).any())
    return bool(((ran > DUST_MW) & (ran < least - DUST_MW)).any())


def audit(site: SiteHours, result: HourResult) -> Answer:
    """Somebody's dispatch put into the columns and rows above; what it earns, and by how much it breaks them.

    Its either-or decisions are read from its flows: what flows is on. The bound is the certificate's.
    """
    programme, blocks = raw_programme(site)
    values = np.zeros(programme.columns)
    for name in blocks:
        if not name.startswith("_"):
            values[blocks[name]] = getattr(result, name)
    values[blocks["_sells"]] = result.export_mw > DUST_MW
    values[blocks["_charges"]] = result.charge_mw > DUST_MW
    if "_on" in blocks:
        on = result.generation_mw[blocks["_plants"]] > DUST_MW
        values[blocks["_on"]] = on
        values[blocks["_start"]] = np.diff(on.astype(int), axis=1, prepend=0) > 0
    if site.peaks is not None:
        values[blocks["_highest"]] = (site.peaks.weight * result.peak_mw).max(axis=1, initial=0.0)
    objective = float(np.concatenate(programme.gain) @ values)
    return _answer(programme, blocks, values, objective, result.certificate.bound_usd)


def raw_programme(site: SiteHours) -> tuple[Programme, dict[str, Block]]:
    """The site problem as columns and rows, and the columns of its flows by name."""
    hours, price = len(site.ai_mw), site.market_price_usd_per_mwh
    ppas, plants, tiers = len(site.ppa_mw), len(site.generator_mw), len(site.tier_mw)
    none = np.zeros(hours)
    exportable = none if site.export_limit_mw is None else site.export_limit_mw
    flexible = none if site.flexible_mw is None else site.flexible_mw
    coincident = none if site.coincident_usd_per_mw is None else site.coincident_usd_per_mw
    through = site.adder_usd_per_mwh + coincident
    lost_when_called = site.reserve_called_share * np.clip(site.tier_value_usd_per_mwh - price, 0.0, None)

    programme = Programme()
    add, hold = programme.add_columns, programme.add_rows
    spot = add((hours,), gain=-(price + through))
    taken = add(
        (ppas, hours),
        lower=site.ppa_must_take_share[:, None] * site.ppa_mw,
        upper=site.ppa_mw,
        gain=-site.ppa_price_usd_per_mwh,
    )
    delivered = add((ppas, hours), gain=-through)
    resold = add(
        (ppas, hours),
        upper=np.where(site.ppa_resale, np.inf, 0.0)[:, None],
        gain=price - site.ppa_resale_fee_usd_per_mwh[:, None],
    )
    left = add((ppas, hours))
    generation = add((plants, hours), upper=site.generator_mw, gain=-site.generator_cost_usd_per_mwh)
    tier = add((tiers, hours), upper=site.tier_mw, gain=site.tier_value_usd_per_mwh)
    reserve = add((tiers, hours), gain=site.reserve_usd_per_mw_hour - lost_when_called)
    served = add((hours,))
    flexed = add((hours,), upper=flexible, gain=-site.flexible_usd_per_mwh)
    unserved = add((hours,), gain=-site.unserved_usd_per_mwh)
    export = add((hours,), upper=exportable, gain=price - site.export_fee_usd_per_mwh)
    sells = add((hours,), upper=(exportable > 0).astype(float), whole=True)

    charge, discharge, level, charging = (np.zeros((0, hours), dtype=int) for _ in range(4))
    for battery in site.batteries:
        stored_worth = np.zeros(hours)
        stored_worth[-1] = battery.end_value_usd_per_mwh
        least_stored = np.zeros(hours)
        least_stored[-1] = battery.least_end_mwh
        into = add((hours,), upper=battery.charge_mw)
        out = add((hours,), upper=battery.discharge_mw, gain=-battery.usd_per_mwh_discharged)
        stored = add((hours,), lower=least_stored, upper=battery.energy_mwh, gain=stored_worth)
        charges = add((hours,), upper=1.0, whole=True)
        loss = 1.0 / battery.discharge_efficiency
        hold(
            [(1.0, stored[:1]), (-battery.charge_efficiency, into[:1]), (loss, out[:1])],
            least=battery.start_mwh,
            most=battery.start_mwh,
        )
        if hours > 1:
            hold(
                [(1.0, stored[1:]), (-1.0, stored[:-1]), (-battery.charge_efficiency, into[1:]), (loss, out[1:])],
                least=0.0,
                most=0.0,
            )
        hold([(1.0, into), (-battery.charge_mw, charges)], most=0.0)
        hold([(1.0, out), (battery.discharge_mw, charges)], most=battery.discharge_mw)
        charge, discharge = np.vstack([charge, into]), np.vstack([discharge, out])
        level, charging = np.vstack([level, stored]), np.vstack([charging, charges])

    hold(
        [
            (1.0, spot),
            (1.0, delivered),
            (1.0, generation),
            (1.0, discharge),
            (-1.0, tier),
            (-1.0, served),
            (-1.0, charge),
            (-1.0, export),
        ],
        least=0.0,
        most=0.0,
    )
    hold([(1.0, served), (1.0, flexed), (1.0, unserved)], least=site.ai_mw, most=site.ai_mw)
    hold([(1.0, spot), (1.0, delivered), (site.import_limit_mw, sells)], most=site.import_limit_mw)
    hold([(1.0, export), (-exportable, sells)], most=0.0)
    for ppa in range(ppas):
        hold([(1.0, taken[ppa]), (-1.0, delivered[ppa]), (-1.0, resold[ppa]), (-1.0, left[ppa])], least=0.0, most=0.0)
    for number in range(tiers):
        hold([(1.0, reserve[number]), (-site.reserve_max_share, tier[number])], most=0.0)
    if np.isfinite(site.generation_limit_mwh) and plants:
        hold([(1.0, generation.reshape(-1, 1))], most=site.generation_limit_mwh)
    blocks = {
        "spot_mw": spot,
        "ppa_taken_mw": taken,
        "ppa_delivered_mw": delivered,
        "ppa_resold_mw": resold,
        "ppa_left_mw": left,
        "generation_mw": generation,
        "tier_mw": tier,
        "reserve_mw": reserve,
        "ai_served_mw": served,
        "flexed_mw": flexed,
        "unserved_mw": unserved,
        "export_mw": export,
        "charge_mw": charge,
        "discharge_mw": discharge,
        "stored_mwh": level,
        "_sells": sells,
        "_charges": charging,
    }
    blocks |= _add_commitment(programme, site, generation)
    blocks |= _add_peaks(programme, site, spot, delivered)
    return programme, blocks


def _add_commitment(programme: Programme, site: SiteHours, generation: Block) -> dict[str, Block]:
    """Stands still or runs at its least load or more; a start obliges for some hours; everything stood still before."""
    if site.generator_least_share is None or not site.generator_least_share.any():
        return {}
    up = np.ones(len(generation), dtype=int) if site.generator_min_up_hours is None else site.generator_min_up_hours
    plants = np.flatnonzero(site.generator_least_share)  # with no least load, on at nothing is the same as off
    hours = generation.shape[1]
    on, start = (programme.add_columns((len(plants), hours), upper=1.0, whole=True) for _ in range(2))
    for number, plant in enumerate(plants):
        size = site.generator_mw[plant]
        least = site.generator_least_share[plant] * size
        programme.add_rows([(1.0, generation[plant]), (-size, on[number])], most=0.0)
        programme.add_rows([(1.0, generation[plant]), (-least, on[number])], least=0.0)
        programme.add_rows([(1.0, start[number, :1]), (-1.0, on[number, :1])], least=0.0)
        if hours > 1:
            programme.add_rows([(1.0, start[number, 1:]), (-1.0, on[number, 1:]), (1.0, on[number, :-1])], least=0.0)
        for hour in range(hours):
            recent = start[number, max(0, hour - int(up[plant]) + 1) : hour + 1]
            programme.add_rows([(1.0, recent.reshape(-1, 1)), (-1.0, on[number, hour : hour + 1])], most=0.0)
    return {"_on": on, "_start": start, "_plants": plants}


def _add_peaks(programme: Programme, site: SiteHours, spot: Block, delivered: Block) -> dict[str, Block]:
    if site.peaks is None:
        return {}
    charges, cells = site.peaks.weight.shape
    peak = programme.add_columns((cells,))
    highest = programme.add_columns((charges,), gain=-site.peaks.usd_per_mw)
    seen = np.flatnonzero(site.peaks.cell >= 0)
    programme.add_rows([(1.0, peak[site.peaks.cell[seen]]), (-1.0, spot[seen]), (-1.0, delivered[:, seen])], least=0.0)
    for charge in range(charges):
        for cell in range(cells):
            if site.peaks.weight[charge, cell]:
                programme.add_rows(
                    [(1.0, highest[charge : charge + 1]), (-site.peaks.weight[charge, cell], peak[cell : cell + 1])], least=0.0
                )
    return {"peak_mw": peak, "_highest": highest}
