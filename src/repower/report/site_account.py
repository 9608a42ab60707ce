"""The account of one site's hours: energy by source and use, and money line by line, each with its hours.

Energy that comes is energy that goes, a battery's charge among the uses and its discharge among the sources. The money
lines are recomputed from the MW and the raw problem, so that their sum can be held against the objective of whoever solved
it:

    objective = sum over hours of all hourly lines - demand charges + worth of what is left in store
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from repower.conversion.site_year import SiteYear
from repower.dispatch import HourResult, balance_errors
from repower.dispatch.arrays import Floats
from repower.dispatch.problem import SiteHours, checked

SourceKind = Literal["spot", "ppa", "generation", "discharge"]
UseKind = Literal["ai", "mining", "charge", "export"]

#: Below this a flow is rounding, not power.
NO_MW = 1e-6
#: A breach of a balance or limit that is more than a solver's tolerance: of the site's largest limit, at least of 1 MW.
MOST_BREACH_SHARE = 1e-6
#: A difference of money that is more than rounding, as a share of what changes hands.
MOST_MONEY_SHARE = 1e-8

#: Key and words of every money line, in the order in which they are told.
LINES = {
    "mining_value": "mining value",
    "reserve": "reserve",
    "export": "export to the market",
    "resale": "contract energy sold on",
    "spot": "energy at the market",
    "adder": "network and taxes on imports",
    "contracts": "energy under contract",
    "generation": "own generation",
    "wear": "battery wear",
    "coincident": "charge on the system's peaks",
    "flexed": "paid for interrupting AI load",
    "unserved": "AI load not served",
    "demand_charges": "demand charges",
    "end_value": "left in store at the end",
}
#: Lines of the whole horizon, without hours.
_WHOLE = ("demand_charges", "end_value")


@dataclass(frozen=True)
class Flow:
    """Power from one source, or to one use: MW of every hour [H]; `name` is "" where the site can have one only."""

    kind: SourceKind | UseKind
    name: str
    mw: Floats

    @property
    def mwh(self) -> float:
        """Energy over the horizon."""
        return float(self.mw.sum())

    @property
    def hours(self) -> int:
        """Hours in which it flows."""
        return int((self.mw > NO_MW).sum())

    @property
    def words(self) -> str:
        """What it is, for people."""
        battery = self.name if self.name.startswith("battery") else f"battery {self.name}"
        return {
            "spot": "bought at the market",
            "ppa": f"contract {self.name}",
            "generation": f"own generation {self.name}",
            "discharge": f"{battery}, discharged",
            "ai": "AI halls",
            "mining": f"mines, {self.name}",
            "charge": f"{battery}, charged",
            "export": "sold to the market",
        }[self.kind]


@dataclass(frozen=True)
class Account:
    """What the hours of a site amount to; money positive to us.

    sources, uses : add up to the same in every hour.
    beside : MWh of what does not flow through the balance, by key: ppa_taken, ppa_resold, ppa_left, reserve, flexed,
        unserved.
    battery_losses_mwh : charged less discharged less what is left more in store than at the start.
    stored_more_mwh : left in store at the end more than at the start.
    usd_by_hour : [H] by line, hourly lines only.  usd : by line, all of `LINES`.
    """

    sources: tuple[Flow, ...]
    uses: tuple[Flow, ...]
    beside: dict[str, float]
    battery_losses_mwh: float
    stored_more_mwh: float
    usd_by_hour: dict[str, Floats]
    usd: dict[str, float]

    @property
    def objective_usd(self) -> float:
        """The sum of all lines."""
        return float(sum(self.usd.values()))

    def mwh(self, kind: SourceKind | UseKind) -> float:
        """Energy of all flows of a kind."""
        return float(sum(flow.mwh for flow in (*self.sources, *self.uses) if flow.kind == kind))


def account(site: SiteYear, result: HourResult) -> Account:
    """Energy and money of a dispatched site."""
    problem = checked(site.problem)
    sources = (
        Flow("spot", "", result.spot_mw),
        *(Flow("ppa", name, mw) for name, mw in zip(site.ppas, result.ppa_delivered_mw, strict=True)),
        *(Flow("generation", name, mw) for name, mw in zip(site.generators, result.generation_mw, strict=True)),
        *(Flow("discharge", name, mw) for name, mw in zip(site.batteries, result.discharge_mw, strict=True)),
    )
    uses = (
        Flow("ai", "", result.ai_served_mw),
        *(Flow("mining", name, mw) for name, mw in zip(site.tiers, result.tier_mw, strict=True)),
        *(Flow("charge", name, mw) for name, mw in zip(site.batteries, result.charge_mw, strict=True)),
        Flow("export", "", result.export_mw),
    )
    beside = {
        "ppa_taken": result.ppa_taken_mw,
        "ppa_resold": result.ppa_resold_mw,
        "ppa_left": result.ppa_left_mw,
        "reserve": result.reserve_mw,
        "flexed": result.flexed_mw,
        "unserved": result.unserved_mw,
    }
    ends = zip(result.stored_mwh, problem.batteries, strict=True)
    stored_more = float(sum(stored[-1] - battery.start_mwh for stored, battery in ends))
    hourly = usd_by_hour(problem, result)
    whole = {"demand_charges": -float(result.demand_charge_usd.sum()), "end_value": float(result.end_value_usd)}
    return Account(
        sources=sources,
        uses=uses,
        beside={key: float(mw.sum()) for key, mw in beside.items()},
        battery_losses_mwh=float(result.charge_mw.sum() - result.discharge_mw.sum()) - stored_more,
        stored_more_mwh=stored_more,
        usd_by_hour=hourly,
        usd={key: whole[key] if key in _WHOLE else float(hourly[key].sum()) for key in LINES},
    )


def usd_by_hour(problem: SiteHours, result: HourResult) -> dict[str, Floats]:
    """[H] of every hourly money line, from the MW of the result and the prices of the raw problem."""
    p = checked(problem)
    price, value = p.market_price_usd_per_mwh, p.tier_value_usd_per_mwh
    called_loss = p.reserve_called_share * np.maximum(value - price, 0.0)
    imported = imported_mw(result)
    assert p.coincident_usd_per_mw is not None
    wear = np.array([battery.usd_per_mwh_discharged for battery in p.batteries])[:, None]
    fee = p.ppa_resale_fee_usd_per_mwh[:, None]
    return {
        "mining_value": (value * result.tier_mw).sum(axis=0),
        "reserve": ((p.reserve_usd_per_mw_hour - called_loss) * result.reserve_mw).sum(axis=0),
        "export": (price - p.export_fee_usd_per_mwh) * result.export_mw,
        "resale": ((price - fee) * result.ppa_resold_mw).sum(axis=0),
        "spot": -price * result.spot_mw,
        "adder": -p.adder_usd_per_mwh * imported,
        "contracts": -(p.ppa_price_usd_per_mwh * result.ppa_taken_mw).sum(axis=0),
        "generation": -(p.generator_cost_usd_per_mwh * result.generation_mw).sum(axis=0),
        "wear": -(wear * result.discharge_mw).sum(axis=0),
        "coincident": -p.coincident_usd_per_mw * imported,
        "flexed": -p.flexible_usd_per_mwh * result.flexed_mw,
        "unserved": -p.unserved_usd_per_mwh * result.unserved_mw,
    }


def imported_mw(result: HourResult) -> Floats:
    """[H] what comes through the connection, spot and contracts."""
    return np.asarray(result.spot_mw + result.ppa_delivered_mw.sum(axis=0))


def account_imported_mw(of: Account) -> Floats:
    """[H] the same of an account."""
    through = [flow.mw for flow in of.sources if flow.kind in ("spot", "ppa")]
    return np.asarray(np.sum(through, axis=0))


def contradictions(site: SiteYear, result: HourResult, of: Account) -> tuple[str, ...]:
    """Every balance that the result breaks beyond rounding, in a sentence each; empty for a right one."""
    p = checked(site.problem)
    errors = balance_errors(p, result)
    largest = max(1.0, *(float(mw.max(initial=0.0)) for mw in (p.import_limit_mw, p.ai_mw, p.generator_mw, p.tier_mw)))
    found = []

    def look(what: str, by_hour: Floats, most: float, unit: str) -> None:
        # a NaN is a breach too, so the comparison is written the way that it fails
        if not bool((np.abs(by_hour) <= most).all()):
            hour = int(np.argmax(np.where(np.isnan(by_hour), np.inf, np.abs(by_hour))))
            found.append(
                f"{what} by {abs(by_hour[hour]):.3g}{unit} in the hour {site.hours[hour]} UTC (allowed: {most:.1g}{unit})"
            )

    look("energy breaks a balance or a limit", errors.energy_mw, MOST_BREACH_SHARE * largest, " MW")
    look("the margin differs from its parts", errors.money_share, MOST_MONEY_SHARE, " of the hour's money")
    turnover = max(1.0, sum(abs(usd) for usd in of.usd.values()))
    objective, bound = result.certificate.objective_usd, result.certificate.bound_usd
    if not abs(of.objective_usd - objective) <= MOST_MONEY_SHARE * turnover:
        found.append(f"the money lines add up to {of.objective_usd:,.2f} USD and the objective is {objective:,.2f} USD")
    if not objective - bound <= MOST_MONEY_SHARE * turnover:
        found.append(f"the objective of {objective:,.2f} USD is above the bound of {bound:,.2f} USD that nothing can exceed")
    return tuple(found)
