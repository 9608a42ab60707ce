"""What the plan is worth if something happens: drifts, and stresses by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repower.report import tables
from repower.report.drawing import AS_USUAL_COLOUR, PLAN_COLOUR, Spec, figure
from repower.report.section import AS_USUAL, PLAN, Section

if TYPE_CHECKING:
    from repower.study.study import Study

_COLUMNS = (
    tables.Column("event", numeric=False),
    tables.Column("what happens", numeric=False),
    tables.Column("plan", "NPV, M$"),
    tables.Column("against as planned", "M$"),
    tables.Column("business as usual", "NPV, M$"),
    tables.Column("plan adds", "M$"),
    tables.Column("to the owners", "NPV after loans, M$"),
    tables.Column("least DSCR", "of all loans"),
)


def events(study: Study) -> Section:
    """The plan, held fixed, on the one path without luck: as planned, under other drifts, and under each stress."""
    planned = study.events[0]["npv_usd"]
    worst = min(study.events, key=lambda row: row["npv_usd"])
    said = (
        "<p>The plan is held fixed and so are its loans: the owner has begun when it happens. All rows are on the one path "
        "without luck (median Bitcoin and rents, mean power, no default), so that they differ by the event alone; its value "
        "as planned is not the mean over scenarios. A stress is no probability. What an owner would do about it is not in "
        "it, nor what one market's event does to the others, beyond the network that follows Bitcoin. A scarcity of power is "
        "prices only, within the market's cap: contracts and plants that are paid anyway earn in it, and power that fails to "
        "come is left out.</p>"
    )
    chart = figure(
        f"As planned the path without luck is worth {planned / 1e6:,.0f} M$; worst is “{worst['name']}” with "
        f"{worst['npv_usd'] / 1e6:,.0f} M$",
        _spec(study),
        name="events-chart",
        seen="Bars of net present value by event, plan and business as usual.",
        data=tables.csv_link(
            ("event", "plan, USD", "business as usual, USD"),
            [(row["name"], row["npv_usd"], row["as_usual_npv_usd"]) for row in study.events],
            "npv-by-event.csv",
        ),
        note="Net present value before loans, after tax. Same order as the table.",
    )
    rows = [
        tables.Row(
            (
                tables.words(row["name"], "nowrap"),
                tables.words(row["why"] or "nothing"),
                tables.amount(row["npv_usd"], 0, scale=1e6),
                tables.amount(row["npv_usd"] - planned, 0, scale=1e6),
                tables.amount(row["as_usual_npv_usd"], 0, scale=1e6),
                tables.amount(row["added_usd"], 0, scale=1e6),
                tables.amount(row["equity_npv_usd"], 0, scale=1e6),
                tables.words("no loan") if row["min_dscr"] is None else tables.amount(row["min_dscr"], 2),
            )
        )
        for row in study.events
    ]
    caption = (
        "Value under low and high drifts and under each stress; your own stand under <code>stresses</code> in portfolio.yaml"
    )
    return Section(
        "events",
        "If something happens",
        said + chart + tables.table(caption, _COLUMNS, rows, name="events-table", sortable=False),
    )


def _spec(study: Study) -> Spec:
    values = [
        {"event": row["name"], "case": case.capitalize(), "musd": usd / 1e6}
        for row in study.events
        for case, usd in ((PLAN, row["npv_usd"]), (AS_USUAL, row["as_usual_npv_usd"]))
    ]
    cases = [PLAN.capitalize(), AS_USUAL.capitalize()]
    return {
        "width": 640,
        # Browsers' fonts are wider than the one that the picture is measured with.
        "padding": {"left": 30, "top": 4, "right": 4, "bottom": 4},
        "height": {"step": 13},
        "data": {"values": values},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {
                "field": "event",
                "type": "nominal",
                "sort": [row["name"] for row in study.events],
                "title": None,
                "axis": {"labelLimit": 220},
            },
            "yOffset": {"field": "case", "type": "nominal", "sort": cases},
            "x": {"field": "musd", "type": "quantitative", "title": "net present value, M$", "axis": {"tickCount": 6}},
            "color": {
                "field": "case",
                "type": "nominal",
                "scale": {"domain": cases, "range": [PLAN_COLOUR, AS_USUAL_COLOUR]},
                "title": None,
            },
        },
    }
