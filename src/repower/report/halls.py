"""The halls: critical IT out of a connection, PUE, and the bill component by component with what the mine leaves to reuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from repower.report import figures, tables
from repower.report.section import Section

if TYPE_CHECKING:
    from repower.study.study import Study

_SUMMARY = (
    tables.Column("hall", numeric=False),
    tables.Column("design", numeric=False),
    tables.Column("grid", "MW"),
    tables.Column("critical IT", "MW"),
    tables.Column("critical per grid", "MW/MW"),
    tables.Column("PUE, design day"),
    tables.Column("PUE, year"),
    tables.Column("racks"),
    tables.Column("works begin", "year"),
    tables.Column("cost", "M$ per critical MW"),
    tables.Column("reused", "% of gross"),
)
_BILL = (
    tables.Column("component", numeric=False),
    tables.Column("step of the conversion", numeric=False),
    tables.Column("gross", "M$ per critical MW"),
    tables.Column("reused", "%"),
    tables.Column("to be paid", "M$ per critical MW"),
    tables.Column("low", "M$ per critical MW"),
    tables.Column("high", "M$ per critical MW"),
    tables.Column("confidence and source", numeric=False),
)
_M = 1e6


def halls(study: Study) -> Section:
    """A table of all halls, and one bill for each different one."""
    title = "Halls: what they carry, draw and cost"
    if not study.halls:
        return Section("halls", title, "<p>The plan has no hall.</p>")
    rows = [
        tables.Row(
            (
                tables.words(f"{hall['site']} / {hall['block']}"),
                tables.words(hall["design"]),
                tables.amount(hall["grid_mw"], 1),
                tables.amount(hall["critical_it_mw"], 1),
                tables.amount(hall["critical_it_mw"] / hall["grid_mw"], 2),
                tables.amount(hall["pue_design_day"], 2),
                tables.amount(hall["pue_annual"], 2),
                tables.amount(hall["racks"]),
                tables.words(hall["year"] if hall["year"] is not None else "stands"),
                tables.amount(hall["usd_per_critical_mw"], 2, scale=_M),
                tables.amount(_reused(hall), 0, scale=0.01),
            )
        )
        for hall in study.halls
    ]
    caption = (
        "A connection is sold by the hottest day with a margin, and paid for by the PUE of every hour. For comparison: new halls "
        "in the United States 9.3 to 15.0 M$ per critical MW (R, Cushman & Wakefield 2025), mines 0.30 to 0.40 M$ per grid MW."
    )
    bills: dict[str, str] = {}
    for hall in study.halls:
        key = f"{hall['site']} / {hall['design']} / {hall['year']} / {_reused(hall)}"
        if hall["components"] and key not in bills:
            name = f"{hall['site']} / {hall['block']}, {hall['design']}, works from {hall['year']}"
            bills[key] = f"<details><summary>bill: {figures.text(name)}</summary>{_bill(hall, len(bills))}</details>"
    return Section("halls", title, tables.table(caption, _SUMMARY, rows, name="halls-table") + "".join(bills.values()))


def _reused(hall: dict[str, Any]) -> float | None:
    """Share of the gross bill that the mine provides."""
    gross = sum(item["gross_usd_per_critical_mw"] for item in hall["components"])
    return 1 - hall["usd_per_critical_mw"] / gross if gross else None


def _bill(hall: dict[str, Any], number: int) -> str:
    lines = (
        "gross_usd_per_critical_mw",
        "net_usd_per_critical_mw",
        "net_low_usd_per_critical_mw",
        "net_high_usd_per_critical_mw",
    )
    rows = [
        tables.Row(
            (
                tables.words(item["component"]),
                tables.words(item["step"]),
                tables.amount(item[lines[0]], 2, scale=_M),
                tables.amount(item["reused_share"], 0, scale=0.01),
                *(tables.amount(item[line], 2, scale=_M) for line in lines[1:]),
                tables.words(item["source"], "why"),
            )
        )
        for item in hall["components"]
    ]
    sums = [sum(item[line] for item in hall["components"]) for line in lines]
    rows.append(
        tables.Row(
            (
                tables.words("all"),
                tables.words(""),
                tables.amount(sums[0], 2, scale=_M),
                tables.amount(_reused(hall), 0, scale=0.01),
                *(tables.amount(value, 2, scale=_M) for value in sums[1:]),
                tables.words(""),
            ),
            "total",
        )
    )
    caption = "Low and high add up the lows and highs of all components: bounds, not percentiles."
    return tables.table(caption, _BILL, rows, name=f"bill-{number}")
