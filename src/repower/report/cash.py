"""Cash by year and line against business as usual; every table adds up to the total beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from repower.finance.cashflow import LINES
from repower.report import figures, tables
from repower.report.drawing import INK, Spec, figure
from repower.report.section import AS_USUAL, CASES, PLAN, Floats, Section, by_year, first_year, sourced, year_names

if TYPE_CHECKING:
    from repower.study.study import Study

#: Lines drawn together, with their colour; every line of a statement before loans is in one of them.
GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "coins mined": ("#e39a2d", ("mining_revenue",)),
    "rent and recharged power": ("#1d4f91", ("lease_rent", "power_recharge")),
    "own cloud": ("#5aa0d8", ("cloud_revenue",)),
    "power, net of resale": ("#5b8c6e", ("resale", "power_cost", "ppa", "generation", "unserved")),
    "running cost": ("#9c8fb8", ("mining_opex", "hall_opex", "cloud_opex", "idle_machines", "late_damages")),
    "halls and mines built": ("#a8413a", ("capex_hall", "capex_mine")),
    "machines bought, less sold": ("#d98b7f", ("machines_sold", "capex_miners", "capex_gpus", "capex_machines_left")),
    "income tax": ("#8a9099", ("tax",)),
}
_NAMES = {
    "mining_revenue": "coins mined",
    "lease_rent": "rent of halls",
    "power_recharge": "power recharged to tenants",
    "cloud_revenue": "own cloud, hours sold",
    "resale": "contracted power sold on",
    "machines_sold": "used mining machines sold",
    "power_cost": "power at the market",
    "ppa": "power contracts",
    "generation": "own generation",
    "unserved": "credits for load not served",
    "mining_opex": "running cost of mines",
    "hall_opex": "running cost of halls",
    "cloud_opex": "running cost of the cloud",
    "idle_machines": "accelerators that wait for their hall",
    "late_damages": "damages for late halls",
    "capex_hall": "AI halls built",
    "capex_mine": "mines built",
    "capex_miners": "mining machines",
    "capex_gpus": "accelerators",
    "capex_machines_left": "unused life of machines at the end, at cost",
    "tax": "income tax",
    "loan_draw": "loans drawn",
    "loan_fee": "loan fees",
    "loan_interest": "interest",
    "loan_repayment": "repayment",
}


def line_name(line: str) -> str:
    """A line of cash in words for a table."""
    return _NAMES.get(line, line.replace("_", " "))


def cash(study: Study) -> Section:
    """Chart, tables of both cases, the owners' cash after loans, and the bridge from plan to what was carried out."""
    yearly = {case: lines_by_year(study, case) for case in CASES}
    total = {case: by_year(study.finance["total_usd"].sel(case=case).mean("scenario")) for case in CASES}
    return Section(
        "cash",
        "Cash flows against business as usual",
        _chart(study, yearly, total)
        + _statement(study, PLAN, yearly[PLAN], total[PLAN])
        + "<details><summary>the same for business as usual</summary>"
        + _statement(study, AS_USUAL, yearly[AS_USUAL], total[AS_USUAL])
        + "</details>"
        + _owners(study)
        + _bridge(study),
    )


def lines_by_year(study: Study, case: str) -> dict[str, Floats]:
    """Mean USD by line and year before loans: sites' lines, and the countries' tax with losses carried forward."""
    cash_usd = study.finance["cash_usd"].sel(case=case).sum("site")
    lines = {name: by_year(cash_usd.sel(line=name)) for name, line in LINES.items() if line.position != "financing"}
    return lines | {"tax": by_year(study.finance["tax_usd"].sel(case=case))}


def _chart(study: Study, yearly: dict[str, dict[str, Floats]], total: dict[str, Floats]) -> str:
    start = int(first_year(study))
    bars = [
        {"case": case.capitalize(), "kind": kind, "year": start + year, "busd": round(float(usd) / 1e9, 5)}
        for case in CASES
        for kind, (_, names) in GROUPS.items()
        for year, usd in enumerate(np.sum([yearly[case][name] for name in names], axis=0))
    ]
    totals = [
        {"case": case.capitalize(), "year": start + year, "busd": float(usd) / 1e9, "what": "total"}
        for case in CASES
        for year, usd in enumerate(total[case])
    ]
    best = int(np.argmax(total[PLAN]))
    heading = (
        f"After {figures.usd(-float(total[PLAN].min()))} in its heaviest year the plan brings up to "
        f"{figures.usd(float(total[PLAN][best]))} a year ({start + best}); business as usual up to "
        f"{figures.usd(float(total[AS_USUAL].max()))}"
        if total[PLAN].min() < 0
        else f"The plan brings up to {figures.usd(float(total[PLAN][best]))} a year ({start + best})"
    )
    panels = [_panel(case.capitalize(), bars, totals) for case in CASES]
    spec: Spec = {"hconcat": panels, "resolve": {"scale": {"y": "shared"}}}
    return figure(
        heading,
        spec,
        name="cash-chart",
        seen="Stacked bars of cash by line and year with the total as a line, plan and business as usual; the table has the "
        "numbers.",
        data=tables.csv_link(
            ("case", "group of lines", "year", "B$"),
            [(row["case"], row["kind"], row["year"], row["busd"]) for row in bars],
            "cash-by-group.csv",
        ),
        note="Mean over the scenarios, before loans, after tax. Bars above zero come in, bars below go out; the black line "
        "is their sum.",
    )


def _panel(case: str, bars: list[Spec], totals: list[Spec]) -> Spec:
    x = {"field": "year", "type": "ordinal", "axis": {"title": None, "labelAngle": 0, "labelOverlap": True}}
    y = {"field": "busd", "type": "quantitative", "title": "B$ per year"}
    color = {
        "field": "kind",
        "type": "nominal",
        "scale": {"domain": list(GROUPS), "range": [colour for colour, _ in GROUPS.values()]},
        "legend": {"columns": 4},
    }
    order = {"field": "kind", "sort": list(GROUPS)}
    return {
        "title": case,
        "width": 425,
        "height": 280,
        "layer": [
            {
                "data": {"values": [row for row in bars if row["case"] == case]},
                "mark": "bar",
                "encoding": {"x": x, "y": y, "color": color, "order": order},
            },
            {
                "data": {"values": [row for row in totals if row["case"] == case]},
                "mark": {"type": "line", "color": INK, "strokeWidth": 2, "point": {"color": INK, "size": 22}},
                "encoding": {"x": x, "y": y},
            },
        ],
    }


def _statement(study: Study, case: str, yearly: dict[str, Floats], total: Floats) -> str:
    columns = [
        tables.Column("M$", numeric=False),
        tables.Column("all years"),
        *(tables.Column(year) for year in year_names(study)),
    ]
    rows: list[tables.Row] = []
    for positions, subtotal in ((("revenue", "cost"), "operating cash"), (("capex",), "capital"), (("tax",), "")):
        names = [name for name in yearly if LINES[name].position in positions]
        rows += [_row(line_name(name), yearly[name]) for name in names if np.any(yearly[name]) or name == "tax"]
        if subtotal:
            rows.append(_row(subtotal, np.asarray(sum(yearly[name] for name in names)), "subtotal"))
    rows.append(_row("total after tax, before loans", total, "total"))
    off = float(np.abs(sum(yearly.values()) - total).max())
    largest = float(np.abs(total).max())
    caption = f"Cash by line and year, {case}, mean over the scenarios. Lines that are zero throughout are not shown."
    proof = (
        f'<p class="proof">The lines add up to the total within {_small(off)} in the worst year, '
        f"{off / max(1.0, largest):.0e} of the "
        "largest. The total is that of the scenarios' own cash, not a sum of this table.</p>"
    )
    return tables.table(caption, columns, rows, name=f"cash-{case.replace(' ', '-')}", sortable=False) + proof


def _small(usd: float) -> str:
    return f"{usd:.0e} $" if usd < 0.5 else figures.usd(usd)


def _row(words: str, values: Floats, kind: str = "") -> tables.Row:
    cells = (tables.amount(float(value), scale=1e6) for value in values)
    return tables.Row((tables.words(words), tables.amount(float(values.sum()), scale=1e6), *cells), kind)


def _owners(study: Study) -> str:
    """From the total before loans to the owners' cash; the tax that interest saves is the difference and is said to be."""
    finance = study.finance
    total = by_year(finance["total_usd"].sel(case=PLAN).mean("scenario"))
    equity = by_year(finance["equity_usd"].mean("scenario"))
    loans = {name: by_year(finance["loan_usd"].sel(line=name)) for name, line in LINES.items() if line.position == "financing"}
    shield = equity - total - np.asarray(sum(loans.values()))
    columns = [
        tables.Column("M$", numeric=False),
        tables.Column("all years"),
        *(tables.Column(year) for year in year_names(study)),
    ]
    rows = [
        _row("total after tax, before loans", total),
        *(_row(line_name(name), values) for name, values in loans.items()),
        _row("tax saved by interest (the difference)", shield),
        _row("cash to the owners", equity, "total"),
    ]
    value = float(finance["equity_npv_usd"].mean())
    rate = study.portfolio.capital.cost_of_equity_rate
    caption = (
        f"Plan, from cash before loans to the owners' cash, mean over the scenarios. Its value at "
        f"{sourced('capital.cost_of_equity_rate', figures.percent(rate, 1))} a year is {figures.usd(value)}."
    )
    return tables.table(caption, columns, rows, name="owners", sortable=False)


def _bridge(study: Study) -> str:
    bridges = study.plan.bridge
    steps = list(dict.fromkeys(step for case in CASES for step in bridges[case]))
    columns = [tables.Column("mean net present value", numeric=False), *(tables.Column(case, "M$") for case in CASES)]
    rows = [
        tables.Row(
            (tables.words(step), *(tables.amount(bridges[case].get(step), 1, scale=1e6) for case in CASES)),
            "total" if step == steps[-1] else "",
        )
        for step in steps
    ]
    caption = (
        "From the value that the plan saw to the value when every hour is dispatched. The plan values blocks alone at spot "
        "prices and adds what "
        "they share; what is carried out runs all blocks of a site together, at each scenario's own dates."
    )
    return tables.table(caption, columns, rows, name="bridge", sortable=False)
