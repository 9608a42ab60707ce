"""Loans on leased halls: how much, what limits it, and how well the tenant's rent covers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repower.report import figures, tables
from repower.report.section import Section, sourced

if TYPE_CHECKING:
    from repower.study.study import Study

_COLUMNS = (
    tables.Column("hall", numeric=False),
    tables.Column("debt", "M$"),
    tables.Column("limited by", numeric=False),
    tables.Column("gearing", "of uses"),
    tables.Column("first rent", "base path", numeric=False),
    tables.Column("tenor", "years"),
    tables.Column("least DSCR", "base path"),
    tables.Column("LLCR", "base path"),
    tables.Column("least DSCR", "P10 of scenarios"),
    tables.Column("DSCR below 1", "of scenarios"),
)


def _interest(study: Study) -> str:
    """How the interest is agreed, in a sentence."""
    if study.portfolio.capital.loan.rate_kind == "fixed":
        return "Its interest is the same in all scenarios. "
    start = figures.percent(study.portfolio.markets.money.base_rate.start_rate, 2)
    return (
        "Its interest is agreed when the works begin: in each scenario the rate above and what the base rate has moved by "
        f"since the start of the study, {sourced('markets.money.base_rate.start_rate', start)}; amount and repayments stay "
        "those of the base path. "
    )


def loans(study: Study) -> Section:
    """The table of loans, its terms with their sources, and how to read its covers."""
    terms = study.portfolio.capital.loan
    said = (
        f"<p>One loan for each leased hall, sized on the base path (no shocks, no default): interest "
        f"{sourced('capital.loan.rate', figures.percent(terms.rate, 2))}, at most "
        f"{sourced('capital.loan.tenor_months', figures.years(terms.tenor_months))}, debt service cover (DSCR) of at least "
        f"{sourced('capital.loan.min_dscr', figures.number(terms.min_dscr, 2))}, at most "
        f"{sourced('capital.loan.gearing_share', figures.percent(terms.gearing_share))} of its uses (works, fee, interest "
        f"during the works). The lender "
        f"counts the first tenant's "
        f"rent only, and the loan ends at least a year before the lease. {_interest(study)}"
        "Its dates are those of the base path; the table of "
        "blocks has P50 and P80 over the scenarios, and each scenario repays from its own date. "
        "Mines and the own cloud carry no loan. Business as usual has no loans.</p>"
    )
    if not study.loans:
        return Section("loans", "Loans on leased halls", said + "<p>The plan has no leased hall that a lender would finance.</p>")
    rows = [
        tables.Row(
            (
                tables.words(f"{row['site']} / {row['block']}", "nowrap"),
                tables.amount(row["debt_usd"], 1, scale=1e6),
                tables.words(row["limit"]),
                tables.share(row["gearing_share"]),
                tables.words(row["first_operating"], "nowrap"),
                tables.amount(row["tenor_months"] / 12, 1),
                tables.amount(row["min_dscr"], 2),
                tables.amount(row["llcr"], 2),
                tables.amount(row["min_dscr_p10"], 2),
                tables.share(row["below_one_share"]),
            )
        )
        for row in study.loans
    ]
    debt = sum(row["debt_usd"] for row in study.loans)
    nothing = [tables.html("") for _ in range(len(_COLUMNS) - 2)]
    rows.append(tables.Row((tables.words("all loans"), tables.amount(debt, 1, scale=1e6), *nothing), "total"))
    caption = (
        "Over the scenarios each loan is met at the scenario's own dates. A cover of 0 means that the first tenant stopped "
        "paying "
        "within the loan's life: no rent of a later tenant is counted, so this is the lender's strict view, not a loss. "
        "LLCR: value of "
        "the cash for debt service over the loan."
    )
    return Section("loans", "Loans on leased halls", said + tables.table(caption, _COLUMNS, rows, name="loan-table"))
