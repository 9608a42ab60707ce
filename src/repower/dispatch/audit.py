"""The audit of a dispatch: every physical and contractual statement and every dollar, recomputed from the raw problem.

It knows nothing of how the result was found, and of the result it reads the MW first: money is recomputed from them and
compared with what the result says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.dispatch.arrays import Bools, Floats
from repower.dispatch.problem import SiteHours, checked
from repower.dispatch.result import HourResult


@dataclass(frozen=True)
class BalanceErrors:
    """By how much a result breaks its own statements; all zero, up to rounding, for a right one.

    energy_mw : [H] the largest breach of any balance, limit or contract in the hour, in MW (MWh for a store). A wrong peak
        stands in every hour of its cell; more generation than the permit, MWh over the horizon, in the last hour.
    money_usd : [H] margin less the margin recomputed from the MW.
    money_share : [H] that, as a share of all money that changes hands in the hour (at least 1 USD).
    total_usd : the certificate's objective less the objective recomputed from the MW, with demand charges and end value.
    total_share : that, as a share of all money that changes hands over the horizon (at least 1 USD).
    statements : the largest breach of each statement, by its name in the linear programme, and of the money: ``margin``,
        ``demand-charge``, ``end-value``, ``objective`` in USD. ``one-way`` and ``battery-one-way`` are the MW that go the
        lesser way at once, ``generator-least`` the MW to the nearest way to run, ``generator-up`` the MW of a run that ends
        too early, ``not-negative`` any MW below zero.
    """

    energy_mw: Floats
    money_usd: Floats
    money_share: Floats
    total_usd: float
    total_share: float
    statements: dict[str, float]


def balance_errors(problem: SiteHours, result: HourResult) -> BalanceErrors:
    """Energy and money of every hour, and of the horizon, against the raw problem."""
    p = checked(problem)
    by_hour = {**_site(p, result), **_contracts(p, result), **_generators(p, result), **_batteries(p, result)}
    through = result.spot_mw + result.ppa_delivered_mw.sum(axis=0)
    peak, charge = _highest(p, through)
    wrong_peak = np.abs(result.peak_mw - peak)
    if p.peaks is not None and len(peak):
        by_hour["peak"] = np.where(p.peaks.cell >= 0, wrong_peak[p.peaks.cell], 0.0)
    statements = {name: float(breach.max(initial=0.0)) for name, breach in by_hour.items()}
    statements["peak"] = float(wrong_peak.max(initial=0.0))

    lines = _money(p, result)
    turnover = np.abs(lines).sum(axis=0)
    money = result.margin_usd - lines.sum(axis=0)
    end_value = sum(b.end_value_usd_per_mwh * stored[-1] for b, stored in zip(p.batteries, result.stored_mwh, strict=True))
    total = float(result.certificate.objective_usd - (lines.sum() - charge.sum() + end_value))
    statements |= {
        "margin": float(np.abs(money).max(initial=0.0)),
        "demand-charge": float(np.abs(result.demand_charge_usd - charge).max(initial=0.0)),
        "end-value": float(abs(result.end_value_usd - end_value)),
        "objective": abs(total),
    }
    return BalanceErrors(
        energy_mw=np.max([*by_hour.values()], axis=0),
        money_usd=money,
        money_share=np.abs(money) / np.maximum(1.0, turnover),
        total_usd=total,
        total_share=abs(total) / max(1.0, float(turnover.sum() + charge.sum() + end_value)),
        statements=statements,
    )


def _worst(breaches: Floats) -> Floats:
    """[H] the largest of [rows, H], and nothing where none is above zero."""
    return np.asarray(np.max(breaches, axis=0, initial=0.0))


def _site(p: SiteHours, r: HourResult) -> dict[str, Floats]:
    """The bus, the loads and the connection."""
    assert p.export_limit_mw is not None
    assert p.flexible_mw is not None
    into = r.spot_mw + r.ppa_delivered_mw.sum(axis=0) + r.generation_mw.sum(axis=0) + r.discharge_mw.sum(axis=0)
    out_of = r.tier_mw.sum(axis=0) + r.ai_served_mw + r.charge_mw.sum(axis=0) + r.export_mw
    through = r.spot_mw + r.ppa_delivered_mw.sum(axis=0)
    by_hour = (r.spot_mw, r.export_mw, r.ai_served_mw, r.flexed_mw, r.unserved_mw)
    by_row = (r.ppa_taken_mw, r.ppa_delivered_mw, r.ppa_resold_mw, r.ppa_left_mw, r.generation_mw, r.tier_mw, r.reserve_mw)
    stores = (r.charge_mw, r.discharge_mw, r.stored_mwh)
    return {
        "not-negative": _worst(-np.vstack([*by_hour, *by_row, *stores])),
        "balance": np.abs(into - out_of),
        "ai-load": np.abs(r.ai_served_mw + r.flexed_mw + r.unserved_mw - p.ai_mw),
        "flexible": _worst((r.flexed_mw - p.flexible_mw)[None]),
        "connection": _worst((through - p.import_limit_mw)[None]),
        "export-limit": _worst((r.export_mw - p.export_limit_mw)[None]),
        "one-way": _worst(np.minimum(r.export_mw, through)[None]),
        "tier-size": _worst(r.tier_mw - p.tier_mw),
        "reserve-share": _worst(r.reserve_mw - p.reserve_max_share * r.tier_mw),
    }


def _contracts(p: SiteHours, r: HourResult) -> dict[str, Floats]:
    account = r.ppa_delivered_mw + r.ppa_resold_mw + r.ppa_left_mw
    return {
        "ppa-account": _worst(np.abs(account - r.ppa_taken_mw)),
        "ppa-must-take": _worst(p.ppa_must_take_share[:, None] * p.ppa_mw - r.ppa_taken_mw),
        "ppa-contract": _worst(r.ppa_taken_mw - p.ppa_mw),
        "ppa-no-resale": _worst(np.where(p.ppa_resale[:, None], 0.0, np.abs(r.ppa_resold_mw))),
    }


def _generators(p: SiteHours, r: HourResult) -> dict[str, Floats]:
    assert p.generator_least_share is not None
    assert p.generator_min_up_hours is not None
    least = p.generator_least_share[:, None] * p.generator_mw
    # On or off as the nearer of nothing and the least load; a plant of 0 MW in the hour may be either.
    on = (r.generation_mw >= least / 2) & (least > 0)
    too_little = np.where(on, least - r.generation_mw, np.where(least > 0, r.generation_mw, 0.0))
    over = max(0.0, float(r.generation_mw.sum()) - p.generation_limit_mwh)
    short = [
        _short_runs(generation, runs, runs | (fewest == 0), int(up))
        for generation, runs, fewest, up in zip(r.generation_mw, on, least, p.generator_min_up_hours, strict=True)
    ]
    return {
        "generator-size": _worst(r.generation_mw - p.generator_mw),
        "generator-least": _worst(too_little),
        "generator-up": _worst(np.array(short).reshape(r.generation_mw.shape)),
        "generation-permit": np.where(np.arange(len(p.ai_mw)) == len(p.ai_mw) - 1, over, 0.0),
    }


def _short_runs(generation: Floats, on: Bools, may_be_on: Bools, least_hours: int) -> Floats:
    """[H] the most generated in a run that ends before its least hours, in the hours of that run.

    Hours that may be on stretch a run as far as they can; a run at the end of the horizon may be cut off.
    """
    breach = np.zeros(len(on))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], may_be_on, [False]]).astype(np.int8)))
    for first, after in edges.reshape(-1, 2):
        if on[first:after].any() and after < len(on) and after - first < least_hours:
            breach[first:after] = generation[first:after].max()
    return breach


def _batteries(p: SiteHours, r: HourResult) -> dict[str, Floats]:
    names = ("charge_mw", "discharge_mw", "energy_mwh", "charge_efficiency", "discharge_efficiency", "start_mwh", "least_end_mwh")
    charge_mw, discharge_mw, energy, into, out_of, start, least_end = (
        np.array([getattr(battery, name) for battery in p.batteries])[:, None] for name in names
    )
    before = np.hstack([start, r.stored_mwh[:, :-1]])
    end = np.zeros(r.stored_mwh.shape)
    end[:, -1:] = least_end - r.stored_mwh[:, -1:]
    return {
        "battery-store": _worst(np.abs(r.stored_mwh - before - into * r.charge_mw + r.discharge_mw / out_of)),
        "battery-size": _worst(r.stored_mwh - energy),
        "battery-charge": _worst(r.charge_mw - charge_mw),
        "battery-discharge": _worst(r.discharge_mw - discharge_mw),
        "battery-one-way": _worst(np.minimum(r.charge_mw, r.discharge_mw)),
        "battery-end": _worst(end),
    }


def _highest(p: SiteHours, through: Floats) -> tuple[Floats, Floats]:
    """[C] the highest import of each cell, nothing for a cell without hours; [J] what each charge makes of them."""
    if p.peaks is None:
        return np.zeros(0), np.zeros(0)
    cells = range(p.peaks.weight.shape[1])
    peak = np.array([through[p.peaks.cell == cell].max(initial=0.0) for cell in cells], dtype=np.float64)
    charges = zip(p.peaks.usd_per_mw, p.peaks.weight, strict=True)
    return peak, np.array([usd * max((weight * peak).tolist(), default=0.0) for usd, weight in charges], dtype=np.float64)


def _money(p: SiteHours, r: HourResult) -> Floats:
    """[lines, H] every payment of each hour, positive to us."""
    assert p.coincident_usd_per_mw is not None
    price = p.market_price_usd_per_mwh
    through = r.spot_mw + r.ppa_delivered_mw.sum(axis=0)
    called = p.reserve_called_share * np.maximum(p.tier_value_usd_per_mwh - price, 0.0)
    wear = np.array([battery.usd_per_mwh_discharged for battery in p.batteries])
    return np.vstack(
        [
            p.tier_value_usd_per_mwh * r.tier_mw,
            p.reserve_usd_per_mw_hour * r.reserve_mw,
            -called * r.reserve_mw,
            -price * r.spot_mw,
            -p.adder_usd_per_mwh * through,
            -p.coincident_usd_per_mw * through,
            -p.ppa_price_usd_per_mwh * r.ppa_taken_mw,
            (price - p.ppa_resale_fee_usd_per_mwh[:, None]) * r.ppa_resold_mw,
            (price - p.export_fee_usd_per_mwh) * r.export_mw,
            -p.generator_cost_usd_per_mwh * r.generation_mw,
            -wear[:, None] * r.discharge_mw,
            -p.flexible_usd_per_mwh * r.flexed_mw,
            -p.unserved_usd_per_mwh * r.unserved_mw,
        ]
    )
