"""One site's dispatched year with everything that stands beside it, for the terminal, the page and other programs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repower.conversion.site_year import SiteYear
from repower.dispatch import HourResult, balance_errors
from repower.dispatch.rolling import RollingResult
from repower.report.site_account import LINES, NO_MW, Account, account, imported_mw
from repower.report.site_neighbours import Neighbour, Worth, neighbours, peak_worth_usd_per_mw, worths

#: Hours named one by one before the rest is counted.
NAMED = 5


@dataclass(frozen=True)
class PeakRow:
    """The highest import of a billing cell, the hour of it, and what one more MW of it would be worth."""

    cell: str
    mw: float
    hour: str
    worth_usd_per_mw: float


@dataclass(frozen=True)
class ChargeRow:
    """A demand charge: what a MW costs, the MW that are billed, and the sum."""

    charge: str
    usd_per_mw: float
    billed_mw: float
    usd: float


@dataclass(frozen=True)
class MonthRow:
    """A calendar month: energy through the connection, mean market price, the highest import and its hour, sums of money.

    `margin_usd` is before demand charges; `demand_usd` the charges whose only billing cells lie in this month.
    """

    month: str
    imported_mwh: float
    price_usd_per_mwh: float
    peak_mw: float
    peak_hour: str
    unserved_mwh: float
    called_hours: int
    margin_usd: float
    demand_usd: float


@dataclass(frozen=True)
class SiteDispatch:
    """A site's year, how it was dispatched, and what it is compared with.

    foresight : ``perfect``, ``day-ahead`` or ``real-time``: what the dispatch knew beforehand.
    rolled : without perfect foresight, what that would have been worth.
    """

    site: SiteYear
    result: HourResult
    foresight: str
    account: Account
    neighbours: tuple[Neighbour, ...]
    worths: tuple[Worth, ...]
    rolled: RollingResult | None = None

    @property
    def known(self) -> HourResult:
        """The dispatch with all prices known: what one more of anything is worth is told by it."""
        return self.result if self.rolled is None else self.rolled.perfect


def site_dispatch(
    site: SiteYear, result: HourResult, foresight: str = "perfect", rolled: RollingResult | None = None
) -> SiteDispatch:
    """The result with its account, its neighbours and what one more of everything would be worth."""
    known, others = result if rolled is None else rolled.perfect, neighbours(site)
    if rolled is not None:
        # The neighbour without a battery is dispatched with all prices known, whatever this one knew.
        others = tuple(
            replace(other, words=f"{other.words}, all prices known") if other.key == "without_battery" else other
            for other in others
        )
    return SiteDispatch(site, result, foresight, account(site, result), others, worths(site, known), rolled)


def stamp(hour: np.datetime64) -> str:
    """``2027-07-14 18:00``, UTC."""
    return str(hour.astype("datetime64[m]")).replace("T", " ")


def unserved_hours(told: SiteDispatch) -> tuple[list[str], int]:
    """The first few hours with AI load that is not served, and how many more there are."""
    hours = told.site.hours[told.result.unserved_mw > NO_MW]
    return [stamp(hour) for hour in hours[:NAMED]], max(0, len(hours) - NAMED)


def peak_rows(told: SiteDispatch) -> list[PeakRow]:
    """Every billing cell that has hours."""
    peaks = told.site.problem.peaks
    if peaks is None:
        return []
    imported = imported_mw(told.result)
    worth = peak_worth_usd_per_mw(told.site, told.known)
    rows = []
    for place, cell in enumerate(told.site.cells):
        hours = np.flatnonzero(peaks.cell == place)
        if len(hours):
            highest = hours[int(np.argmax(imported[hours]))]
            rows.append(PeakRow(cell, float(imported[highest]), stamp(told.site.hours[highest]), worth[place]))
    return rows


def charge_rows(told: SiteDispatch) -> list[ChargeRow]:
    """Every demand charge."""
    peaks = told.site.problem.peaks
    if peaks is None:
        return []
    billed = (peaks.weight * told.result.peak_mw).max(axis=1, initial=0.0)
    return [
        ChargeRow(name, float(price), float(mw), float(usd))
        for name, price, mw, usd in zip(told.site.charges, peaks.usd_per_mw, billed, told.result.demand_charge_usd, strict=True)
    ]


def month_rows(told: SiteDispatch) -> list[MonthRow]:
    """The months of the year, in order."""
    site, result = told.site, told.result
    month_of = site.hours.astype("datetime64[M]")
    imported = imported_mw(result)
    demand = _demand_by_month(told, month_of)
    rows = []
    for month in np.unique(month_of):
        hours = np.flatnonzero(month_of == month)
        highest = hours[int(np.argmax(imported[hours]))]
        rows.append(
            MonthRow(
                month=str(month),
                imported_mwh=float(imported[hours].sum()),
                price_usd_per_mwh=float(site.problem.market_price_usd_per_mwh[hours].mean()),
                peak_mw=float(imported[highest]),
                peak_hour=stamp(site.hours[highest]),
                unserved_mwh=float(result.unserved_mw[hours].sum()),
                called_hours=int(site.called[hours].sum()),
                margin_usd=float(result.margin_usd[hours].sum()),
                demand_usd=demand.get(str(month), 0.0),
            )
        )
    return rows


def _demand_by_month(told: SiteDispatch, month_of: NDArray[np.datetime64]) -> dict[str, float]:
    """Demand charges of cells that lie in one month, by month; a charge over more than one month belongs to none."""
    peaks = told.site.problem.peaks
    sums: dict[str, float] = {}
    if peaks is None:
        return sums
    months = [set(month_of[peaks.cell == cell].astype(str)) for cell in range(len(told.site.cells))]
    for weights, usd in zip(peaks.weight, told.result.demand_charge_usd, strict=True):
        touched = set().union(*(months[cell] for cell in np.flatnonzero(weights > 0)))
        if len(touched) == 1:
            (month,) = touched
            sums[month] = sums.get(month, 0.0) + float(usd)
    return sums


def mining_hours_share(told: SiteDispatch) -> float | None:
    """Mined energy as a share of what the machines could draw; None where there are none."""
    able = float(told.site.problem.tier_mw.sum())
    return told.account.mwh("mining") / able if able else None


def energy_usd_per_mwh(of: Account) -> float | None:
    """What a MWh of AI halls, mines and export costs: all energy, network, wear and demand, less contract energy sold on."""
    used = of.mwh("ai") + of.mwh("mining") + of.mwh("export")
    cost = -sum(
        of.usd[key] for key in ("spot", "adder", "contracts", "generation", "wear", "coincident", "demand_charges", "resale")
    )
    return cost / used if used else None


def as_json(told: SiteDispatch) -> dict[str, Any]:
    """The result for other programs: a contract; more keys may be added, these stay."""
    site, result, of, proof = told.site, told.result, told.account, told.result.certificate
    named, more = unserved_hours(told)
    errors = balance_errors(site.problem, result)
    return {
        "site": site.site,
        "year": site.year,
        "hours": len(site.hours),
        "method": proof.method,
        "foresight": told.foresight,
        "perfect_foresight_usd": told.rolled.perfect_usd if told.rolled else float(proof.objective_usd),
        "value_of_foresight_usd": told.rolled.value_of_foresight_usd if told.rolled else 0.0,
        "battery_captured_share": _plain(told.rolled.captured_share) if told.rolled else None,
        "objective_usd": float(proof.objective_usd),
        "bound_usd": _plain(proof.bound_usd),
        "gap": _plain(proof.gap),
        "solve_s": float(proof.seconds),
        "remarks": list(proof.remarks),
        "baseline": told.neighbours[0].key if told.neighbours else None,
        "baseline_objective_usd": told.neighbours[0].account.objective_usd if told.neighbours else None,
        "energy_mwh": _energy(of),
        "money_usd": of.usd,
        "unserved": {
            "mwh": of.beside["unserved"],
            "hours": len(named) + more,
            "first": [hour.replace(" ", "T") + ":00Z" for hour in named],
        },
        "curtailment_called_hours": int(site.called.sum()),
        "peaks": [vars(row) for row in peak_rows(told)],
        "demand_charges": [vars(row) for row in charge_rows(told)],
        "marginals": {worth.key: worth.usd for worth in told.worths},
        "neighbours": {
            other.key: {
                "words": other.words,
                "objective_usd": other.account.objective_usd,
                "money_usd": other.account.usd,
                "energy_mwh": _energy(other.account),
            }
            for other in told.neighbours
        },
        "balance": {
            "energy_mw": float(errors.energy_mw.max(initial=0.0)),
            "money_share": float(errors.money_share.max(initial=0.0)),
            "money_lines_less_objective_usd": of.objective_usd - float(proof.objective_usd),
        },
        "facts": [
            {"label": fact.label, "value": _plain(fact.value), "unit": fact.unit, "note": fact.note} for fact in site.facts
        ],
    }


def _energy(of: Account) -> dict[str, Any]:
    names: dict[str, dict[str, float]] = {}
    for flow in (*of.sources, *of.uses):
        if flow.name:
            names.setdefault(flow.kind, {})[flow.name] = flow.mwh
    return {
        "sources": {kind: of.mwh(kind) for kind in ("spot", "ppa", "generation", "discharge")},
        "uses": {kind: of.mwh(kind) for kind in ("ai", "mining", "charge", "export")},
        "by_name": names,
        "battery_losses": of.battery_losses_mwh,
        "stored_more": of.stored_more_mwh,
        "beside": of.beside,
    }


def _plain(value: float | str) -> float | str | None:
    """JSON has no infinity: a number without a limit is null."""
    if isinstance(value, str):
        return value
    return float(value) if isfinite(value) else None


def shown_lines(told: SiteDispatch) -> list[str]:
    """Keys of the money lines that are not zero in the dispatch or a neighbour, in their order."""
    accounts = [told.account, *(other.account for other in told.neighbours)]
    return [key for key in LINES if any(abs(of.usd[key]) > 0.5 for of in accounts)]
