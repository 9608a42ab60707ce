"""The site problem by HiGHS: the twin that exists to be read, and to check the kernel by an independent way.

The programme is written in `repower.dispatch.linear_model`, with whole numbers only where they can matter
(`repower.dispatch.whole_numbers`). It is hundreds of times slower than the kernel.
"""

from __future__ import annotations

import time
from typing import Literal

import linopy
import numpy as np

from repower.dispatch.arrays import Bools, Floats
from repower.dispatch.linear_model import build_model, relaxed
from repower.dispatch.problem import SiteHours, checked
from repower.dispatch.result import Certificate, HourResult
from repower.dispatch.whole_numbers import WholeNumbers, where_needed
from repower.errors import InfeasibleError
from repower.solver import Solution, solve

__all__ = ["build_model", "dispatch_hours_lp", "relaxed", "upper_bound_lp"]

#: MW below which a flow is the simplex method's rounding and no flow.
DUST_MW = 1e-9


def dispatch_hours_lp(
    problem: SiteHours, *, time_limit_s: float | None = None, mip_gap: float = 1e-9, why: str = ""
) -> HourResult:
    """The same as `repower.dispatch.dispatch_hours`, by HiGHS.

    Where no whole number can matter it is a linear programme, exact to the simplex method's tolerance, and its marginal
    values are duals: at a kink of the optimal value, any number between its left and right derivative. Else the whole
    numbers are searched and put in place, and the linear programme that is left gives schedule and duals; the certificate
    keeps the bound of the search. Several dispatches may be optimal; it returns one of them. An answer that uses both ways
    at once where that earns nothing is netted, or searched with whole numbers there.

    Parameters
    ----------
    time_limit_s : of each of HiGHS' runs; a search that it stops gives its best dispatch, with the gap.
    mip_gap : relative gap at which the search for whole numbers stops; it also stops within 1e-6 USD of its bound.
    why : the reason for not using the kernel, said first among the certificate's remarks.

    Raises
    ------
    InfeasibleError : a battery cannot hold what must be left at the end; names the limits and the hours.
    SolverError : no dispatch within the time.
    ValueError : as `repower.dispatch.dispatch_hours`.
    """
    since = time.perf_counter()
    p = checked(problem)
    needed = whole = where_needed(p)
    bound = np.inf
    while True:
        model = build_model(p, whole=whole)
        bound = min(bound, _solve(model, time_limit_s, mip_gap if whole else None).bound)
        if whole:
            model = _decided(p, whole, model)
            _solve(model, time_limit_s, None)
        flows = _netted(p, _flows(p, model))
        both = _both_ways(flows, len(p.generator_mw))
        if not both:
            break
        whole = whole | both
    remarks = ((why,) if why else ()) + whole.remarks()
    if whole.count() > needed.count():
        remarks += (
            "some of these change nothing: without them the best dispatches are ties, and HiGHS took one that is not real",
        )
    if whole:
        remarks += ("marginal values hold with every yes or no as it is",)
    return _result(p, model, flows, bound, "milp" if whole else "lp", remarks, since)


def upper_bound_lp(problem: SiteHours) -> float:
    """USD that no dispatch of the site exceeds: the value of the programme with every 0 or 1 anything between."""
    return _solve(relaxed(build_model(problem)), None, None).bound


def _solve(model: linopy.Model, time_limit_s: float | None, mip_gap: float | None) -> Solution:
    try:
        return solve(model, time_limit_s=time_limit_s, mip_gap=mip_gap)
    except InfeasibleError as error:
        raise InfeasibleError(
            f"no dispatch of this site keeps all its limits: {error}. Load may go unserved and generators may stand still; only "
            "what must be left in a battery (battery-end) can be out of reach: lower its least_end_mwh, or give it a fuller "
            "start, more hours, or more power to charge"
        ) from error


def _decided(p: SiteHours, whole: WholeNumbers, model: linopy.Model) -> linopy.Model:
    """The linear programme with each yes or no of the solved `model` in place: what is not chosen is held at zero."""
    decided = build_model(p, whole=WholeNumbers(*(np.zeros_like(mask) for mask in (whole.meter, whole.battery, whole.generator))))

    def hold(name: str, shut: Bools, lower: Floats | float = 0.0) -> None:
        if name in decided.variables:
            labels = decided.variables[name].labels
            shut = np.broadcast_to(shut, labels.shape)
            least = np.where(shut, 0.0, lower)
            decided.variables[name].update(lower=labels.copy(data=least), upper=labels.copy(data=np.where(shut, 0.0, np.inf)))

    if whole.meter.any():
        # An hour in which nothing is sold may import, whatever its number says.
        sells = (_values(model, "importing") < 0.5) & (_values(model, "export") > DUST_MW)
        for name in ("spot", "ppa-delivered"):
            hold(name, whole.meter & sells)
        hold("export", whole.meter & ~sells)
    if whole.battery.any():
        charging = _values(model, "charging") >= 0.5
        hold("charge", whole.battery & ~charging)
        hold("discharge", whole.battery & charging)
    if whole.generator.any():
        assert p.generator_least_share is not None
        running = np.ones(p.generator_mw.shape, dtype=np.bool_)
        running[whole.generator] = _values(model, "running") >= 0.5
        least = np.where(whole.generator, p.generator_least_share, 0.0)[:, None] * p.generator_mw
        hold("generation", ~running, least)
    return decided


def _values(model: linopy.Model, name: str) -> Floats:
    return np.asarray(model.variables[name].solution.to_numpy(), dtype=np.float64)


def _flows(p: SiteHours, model: linopy.Model) -> dict[str, Floats]:
    """Every variable that has hours, by its name; zeros where the site has none of it, and in the place of dust."""
    hours, ppas = len(p.ai_mw), len(p.ppa_mw)
    rows = {f"ppa-{what}": ppas for what in ("taken", "delivered", "resold", "left")}
    rows |= {"generation": len(p.generator_mw), "tier": len(p.tier_mw), "reserve": len(p.tier_mw)}
    rows |= dict.fromkeys(("charge", "discharge", "stored"), len(p.batteries))
    shapes: dict[str, tuple[int, ...]] = {name: (count, hours) for name, count in rows.items()}
    shapes |= dict.fromkeys(("spot", "ai-served", "flexed", "unserved", "export"), (hours,))
    flows = {name: _values(model, name) if name in model.variables else np.zeros(shape) for name, shape in shapes.items()}
    return {name: np.where(flow > DUST_MW, flow, 0.0) for name, flow in flows.items()}


def _netted(p: SiteHours, flows: dict[str, Floats]) -> dict[str, Floats]:
    """Both ways at once taken back where that changes nothing else: spot that is sold again, and what is charged and
    discharged in one hour where the store has room for the losses that are saved."""
    flows = {name: flow.copy() for name, flow in flows.items()}
    sold_again = np.minimum(flows["spot"], flows["export"])
    flows["spot"] -= sold_again
    flows["export"] -= sold_again
    for place, battery in enumerate(p.batteries):
        charge, discharge, stored = (flows[name][place] for name in ("charge", "discharge", "stored"))
        saved_share = 1 / battery.discharge_efficiency - battery.charge_efficiency
        for hour in np.flatnonzero(np.minimum(charge, discharge)):
            both = min(charge[hour], discharge[hour])
            if saved_share * both <= battery.energy_mwh - stored[hour:].max() + DUST_MW:
                charge[hour] -= both
                discharge[hour] -= both
                stored[hour:] += saved_share * both
    return flows


def _both_ways(flows: dict[str, Floats], generators: int) -> WholeNumbers:
    """Where the flows still go both ways at once."""
    return WholeNumbers(
        meter=(flows["export"] > 0) & (flows["spot"] + flows["ppa-delivered"].sum(axis=0) > 0),
        battery=(flows["charge"] > 0) & (flows["discharge"] > 0),
        generator=np.zeros(generators, dtype=np.bool_),
    )


def _result(
    p: SiteHours,
    model: linopy.Model,
    flows: dict[str, Floats],
    bound: float,
    method: Literal["lp", "milp"],
    remarks: tuple[str, ...],
    since: float,
) -> HourResult:
    """The answer with its money recomputed from the MW."""
    margin = _margin(p, flows)
    peak, charge, marginal_peak = _peaks(p, model, flows)
    end_value = float(sum(b.end_value_usd_per_mwh * stored[-1] for b, stored in zip(p.batteries, flows["stored"], strict=True)))
    objective = float(margin.sum() - charge.sum() + end_value)
    return HourResult(
        spot_mw=flows["spot"],
        ppa_taken_mw=flows["ppa-taken"],
        ppa_delivered_mw=flows["ppa-delivered"],
        ppa_resold_mw=flows["ppa-resold"],
        ppa_left_mw=flows["ppa-left"],
        generation_mw=flows["generation"],
        export_mw=flows["export"],
        tier_mw=flows["tier"],
        reserve_mw=flows["reserve"],
        ai_served_mw=flows["ai-served"],
        flexed_mw=flows["flexed"],
        unserved_mw=flows["unserved"],
        charge_mw=flows["charge"],
        discharge_mw=flows["discharge"],
        stored_mwh=flows["stored"],
        margin_usd=margin,
        marginal_import_usd_per_mwh=np.maximum(_dual(model, "connection"), 0.0),
        # A MW that is offered may be refused; the dual is that of a MW that must be used.
        marginal_energy_usd_per_mwh=np.maximum(0.0 - _dual(model, "balance"), 0.0),
        marginal_stored_usd_per_mwh=_dual(model, "battery-store") if p.batteries else np.zeros((0, len(margin))),
        marginal_peak_usd_per_mw=marginal_peak,
        peak_mw=peak,
        demand_charge_usd=charge,
        end_value_usd=end_value,
        certificate=Certificate(
            objective_usd=objective,
            bound_usd=bound,
            gap=max(0.0, bound - objective) / max(1.0, abs(objective)),
            method=method,
            remarks=remarks,
            seconds=time.perf_counter() - since,
        ),
    )


def _margin(p: SiteHours, flows: dict[str, Floats]) -> Floats:
    assert p.coincident_usd_per_mw is not None
    price = p.market_price_usd_per_mwh
    through = p.adder_usd_per_mwh + p.coincident_usd_per_mw
    called_usd = p.reserve_called_share * np.maximum(p.tier_value_usd_per_mwh - price, 0.0)
    wear = np.array([battery.usd_per_mwh_discharged for battery in p.batteries])
    earned = (
        (p.tier_value_usd_per_mwh * flows["tier"]).sum(axis=0)
        + ((p.reserve_usd_per_mw_hour - called_usd) * flows["reserve"]).sum(axis=0)
        + ((price - p.ppa_resale_fee_usd_per_mwh[:, None]) * flows["ppa-resold"]).sum(axis=0)
        + (price - p.export_fee_usd_per_mwh) * flows["export"]
    )
    paid = (
        (price + through) * flows["spot"]
        + (p.ppa_price_usd_per_mwh * flows["ppa-taken"] + through * flows["ppa-delivered"]).sum(axis=0)
        + (p.generator_cost_usd_per_mwh * flows["generation"]).sum(axis=0)
        + (wear[:, None] * flows["discharge"]).sum(axis=0)
        + p.flexible_usd_per_mwh * flows["flexed"]
        + p.unserved_usd_per_mwh * flows["unserved"]
    )
    return np.asarray(earned - paid)


def _peaks(p: SiteHours, model: linopy.Model, flows: dict[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Highest import of each cell, each charge, and [H] what an hour would give for a higher peak."""
    marginal = np.zeros(len(p.ai_mw))
    if p.peaks is None:
        return np.zeros(0), np.zeros(0), marginal
    counted = p.peaks.cell >= 0
    peak = np.zeros(p.peaks.weight.shape[1])
    np.maximum.at(peak, p.peaks.cell[counted], (flows["spot"] + flows["ppa-delivered"].sum(axis=0))[counted])
    if "peak" in model.constraints:
        marginal[counted] = np.maximum(0.0 - _dual(model, "peak"), 0.0)
    return peak, p.peaks.usd_per_mw * (p.peaks.weight * peak).max(axis=1, initial=0.0), marginal


def _dual(model: linopy.Model, name: str) -> Floats:
    """Gain from one more unit on the right side of a constraint; without negative zeros."""
    constraint = model.constraints[name]
    return np.asarray(constraint.dual.transpose(*constraint.coord_dims).to_numpy(), dtype=np.float64) + 0.0
