"""The first glance: what this is and is not, and the figures that decide, each with business as usual beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from repower.finance.cashflow import LINES
from repower.report import figures, tables
from repower.report.assumptions import confidence_counts
from repower.report.section import AS_USUAL, PLAN, sourced
from repower.scenarios.measures import cvar, standard_error

if TYPE_CHECKING:
    from repower.conversion.decisions import Decision
    from repower.study.study import Study


@dataclass(frozen=True)
class Tile:
    """One figure: what, how much, its baseline, what else must be known to read it, the baseline's name (all HTML)."""

    what: str
    value: str
    baseline: str
    note: str
    against: str = "business as usual"


def headline(study: Study) -> str:
    """Heading, notice, figures, and what becomes of the megawatts."""
    portfolio = study.portfolio
    about = f'<p class="about">{figures.text(portfolio.about)}</p>' if portfolio.about else ""
    return (
        f'<header id="top"><p class="kind">Repower study</p><h1>{figures.text(portfolio.name)}</h1>{about}{_facts(study)}'
        f"{_notice(study)}</header>"
        f'<section id="glance" aria-labelledby="glance-title"><h2 id="glance-title">At a glance</h2>'
        f'<div class="tiles">{"".join(_tile(tile) for tile in _tiles(study))}</div>{_fates(study)}</section>'
    )


def _facts(study: Study) -> str:
    portfolio, settings, provenance = study.portfolio, study.settings, study.provenance
    versions = provenance.get("versions", {})
    facts = [
        ("from", f"{portfolio.start}, {sourced('years', str(portfolio.years) + ' years')}"),
        ("scenarios", f"{figures.number(settings.scenarios)}, equally likely"),
        ("seed", str(settings.seed)),
        ("sites", f"{len(portfolio.sites)} with {figures.mw(sum(site.grid_mw for site in portfolio.sites))} of blocks"),
        ("inputs", f"<code>{figures.text(str(provenance.get('inputs_sha256', ''))[:12])}</code>"),
        (
            "made with",
            f"repower {figures.text(versions.get('repower', '?'))}, Python {figures.text(provenance.get('python', '?'))}",
        ),
    ]
    items = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    others = ", ".join(f"{figures.text(name)} {figures.text(number)}" for name, number in versions.items() if name != "repower")
    return (
        f'<dl class="facts">{items}</dl><details class="provenance"><summary>versions and hash in full</summary><p>{others}. '
        f"Inputs, SHA-256: <code>{figures.text(provenance.get('inputs_sha256', ''))}</code>. The same inputs, scenarios, "
        f"seed and "
        f"versions give the same numbers.</p></details>"
    )


def _notice(study: Study) -> str:
    counts = confidence_counts(study.portfolio)
    total = max(1, sum(counts.values()))
    unsure = counts["A"] + counts["K"] + counts["none"]
    payback = study.portfolio.policy.renewal_payback_months
    renewed = f"renewed where it would pay for itself in {payback} months" if payback is not None else "not renewed"
    return (
        f'<p class="notice"><strong>Illustrative, not advice.</strong> {figures.percent(unsure / total)} of the '
        f'<a href="#assumptions">{figures.number(total)} numbers</a> behind this study are assumed for illustration, unverified '
        "general knowledge, or have no stated source. Money is nominal US dollars, positive to the owner. Values are before "
        "loans "
        f"and after tax, discounted at "
        f"{sourced('capital.discount_rate', figures.percent(study.portfolio.capital.discount_rate, 1))}"
        " a year, unless something else is said. Business as usual: nothing is decided; every block stays what it "
        f"is, and a worn-out fleet is {renewed}.</p>"
    )


def _tiles(study: Study) -> list[Tile]:
    portfolio, summary = study.portfolio, study.summary
    npv = {case: np.asarray(study.finance["npv_usd"].sel(case=case)) for case in (PLAN, AS_USUAL)}
    gained = npv[PLAN] - npv[AS_USUAL]
    share = portfolio.policy.risk.tail_share
    invested = {case: _invested(study, case) for case in (PLAN, AS_USUAL)}
    usual_cash = np.cumsum(np.asarray(study.finance["total_usd"].sel(case=AS_USUAL)).mean(axis=0))
    halls = [row for row in study.plan.decisions if row.critical_mw > 0]
    built = sum(row.critical_mw for row in halls if row.start)
    standing = sum(row.critical_mw for row in halls if not row.start)
    rate = portfolio.capital.discount_rate
    hurdle = sourced("capital.discount_rate", figures.percent(rate, 1))
    return [
        Tile(
            "Net present value, mean",
            figures.usd(float(npv[PLAN].mean())),
            f"{figures.usd(float(npv[AS_USUAL].mean()))}",
            f"sampling error ±{figures.usd(float(standard_error(npv[PLAN])))}; the plan adds "
            f"{figures.usd(float(gained.mean()))} ±{figures.usd(float(standard_error(gained)))}. The best plan of mines "
            f"alone is worth {figures.usd(study.plan.mines_planned_usd)}, as planned, against "
            f"{figures.usd(study.plan.planned_usd)} with halls",
        ),
        Tile(
            f"Net present value, {figures.tail(share)}",
            figures.usd(float(cvar(npv[PLAN], share))),
            figures.usd(float(cvar(npv[AS_USUAL], share))),
            f"mean of the {sourced('policy.risk.tail_share', figures.percent(share))} of scenarios that are worst for each case",
        ),
        Tile(
            "Internal rate of return",
            figures.percent(summary["irr"], 1),
            hurdle,
            f"of the cash beyond business as usual; {figures.irr_status(summary['irr_status'])}. {_payback(summary)}",
            "discount rate",
        ),
        Tile(
            "Capital spent",
            figures.usd(invested[PLAN]),
            figures.usd(invested[AS_USUAL]),
            f"over {portfolio.years} years, machines bought anew included, their unused life at the end taken off; "
            f"{_per_capital(summary)}",
        ),
        Tile(
            "Peak funding need",
            figures.usd(summary["funding_gap_usd"]),
            f"{figures.usd(max(0.0, -float(usual_cash.min())))}",
            f"deepest cumulative mean cash after loans, in {figures.text(summary['funding_gap_month'])}"
            if summary["funding_gap_month"]
            else "cumulative mean cash after loans never falls below zero",
        ),
        Tile(
            "Debt on leased halls",
            figures.usd(summary["debt_usd"]),
            "none",
            "the plan has no leased hall with a loan"
            if not study.loans
            else f"{len(study.loans)} loans; least cover on the base path (DSCR) {figures.number(summary['min_dscr'], 2)}, "
            f"sized for {sourced('capital.loan.min_dscr', figures.number(portfolio.capital.loan.min_dscr, 2))} or more",
        ),
        Tile(
            "Critical IT built",
            figures.mw(built),
            figures.mw(0.0),
            f"in {sum(1 for row in halls if row.start)} of {len(study.plan.decisions)} blocks; {figures.mw(standing, 1)} "
            f"stand today and are not in it",
        ),
        Tile(
            "Proof of the plan",
            f"gap {figures.percent(study.plan.gap, 2)}",
            figures.usd(study.plan.baseline_objective_usd),
            f"objective {figures.usd(study.plan.objective_usd)}; no plan under these limits and scenarios can reach more than "
            f"{figures.usd(study.plan.bound_usd)} ({figures.number(study.plan.choices)} choices)"
            + (
                "; business as usual reaches more because it need not keep the limits, such as the mining share"
                if study.plan.baseline_objective_usd > study.plan.bound_usd
                else ""
            ),
            "objective, business as usual",
        ),
    ]


def _payback(summary: dict[str, object]) -> str:
    months = summary["payback_months"]
    return f"Paid back after {figures.years(months)}" if isinstance(months, int) else "It is not paid back within the study"


def _per_capital(summary: dict[str, object]) -> str:
    value = summary.get("added_npv_usd_per_capital_usd")
    return (
        f"{value:.2f} $ of value added per discounted $ beyond business as usual"
        if isinstance(value, float)
        else "no extra capital"
    )


def _invested(study: Study, case: str) -> float:
    lines = [name for name, line in LINES.items() if line.position == "capex"]
    return -float(study.finance["cash_usd"].sel(case=case, line=lines).sum())


def _tile(tile: Tile) -> str:
    return (
        f'<div class="tile"><p class="what">{tile.what}</p><p class="value">{tile.value}</p>'
        f'<p class="baseline"><span>{tile.against}</span> {tile.baseline}</p><p class="more">{tile.note}</p></div>'
    )


def _fates(study: Study) -> str:
    """Grid MW and blocks by fate, in the plan and as it is today."""
    decisions = study.plan.decisions
    unchanged = {"mining": "mining", "ai_cloud": "ai_cloud", "empty": "hibernate"}
    columns = [
        tables.Column("what becomes of it", numeric=False),
        tables.Column("plan", "blocks"),
        tables.Column("plan", "grid MW"),
        tables.Column("share", "of grid MW"),
        tables.Column("business as usual", "blocks"),
        tables.Column("business as usual", "grid MW"),
        tables.Column("critical IT built", "MW"),
        tables.Column("first capital", "M$"),
    ]
    everything = sum(row.grid_mw for row in decisions)
    rows = []
    for fate, words in figures.FATES.items():
        ours = [row for row in decisions if row.becomes == fate]
        theirs = [row for row in decisions if unchanged[row.was] == fate]
        if ours or theirs:
            rows.append(_fate_row(words, ours, theirs, everything))
    rows.append(_fate_row("all blocks", list(decisions), list(decisions), everything, kind="total"))
    caption = "Grid MW by fate at the end of all works. A kept fleet is scrapped, or renewed by the rule, when its life ends."
    return tables.table(caption, columns, rows, name="fates", sortable=False)


def _fate_row(words: str, ours: Sequence[Decision], theirs: Sequence[Decision], everything: float, kind: str = "") -> tables.Row:
    grid_mw = sum(row.grid_mw for row in ours)
    built = sum(row.critical_mw for row in ours if row.start)
    return tables.Row(
        (
            tables.words(words),
            tables.amount(float(len(ours))),
            tables.amount(grid_mw),
            tables.share(grid_mw / everything),
            tables.amount(float(len(theirs))),
            tables.amount(sum(row.grid_mw for row in theirs)),
            tables.amount(built),
            tables.amount(sum(row.capital_usd for row in ours), scale=1e6),
        ),
        kind,
    )
