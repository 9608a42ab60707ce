"""Grid MW by use over the years, the plan beside business as usual."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from repower.report import figures, tables
from repower.report.drawing import USE_COLOURS, Spec, colours, figure
from repower.report.section import AS_USUAL, CASES, PLAN, Section, by_quarter, by_year, first_year, year_names

if TYPE_CHECKING:
    from repower.study.study import Study


def uses(study: Study) -> Section:
    """The chart and, folded, its table by year."""
    use_mw = study.dispatch["use_mw"]
    names = [str(name) for name in study.dispatch["use"].to_numpy()]
    start = first_year(study)
    values: list[Spec] = []
    for case in CASES:
        quarters = by_quarter(use_mw.sel(case=case))
        for position, name in enumerate(names):
            values += [
                {
                    "case": case.capitalize(),
                    "use": name,
                    "order": position,
                    "year": start + (quarter + 0.5) / 4,
                    "mw": round(float(mw), 2),
                }
                for quarter, mw in enumerate(quarters[position])
            ]
    present = [name for name in names if any(row["use"] == name and row["mw"] > 0 for row in values)]
    halls = np.asarray(use_mw.sel(case=PLAN, use=["AI lease", "AI cloud"]).sum("use"))
    usual = np.asarray(use_mw.sel(case=AS_USUAL, use=["AI lease", "AI cloud"]).sum("use"))
    peak = study.portfolio.start + int(halls.argmax())
    heading = (
        f"AI halls reach {figures.mw(float(halls.max()))} of grid power in {peak.year}; {figures.mw(float(usual.max()))} "
        "if nothing changes"
    )
    data = _table(study, names) + tables.csv_link(
        ("case", "use", "year (middle of quarter)", "grid MW"),
        [(row["case"], row["use"], row["year"], row["mw"]) for row in values],
        "grid-mw-by-use.csv",
    )
    chart = figure(
        heading,
        _spec(
            _to_the_edges([row for row in values if row["use"] in present], start, study.portfolio.years),
            present,
            start,
            start + study.portfolio.years,
            sum(site.grid_mw for site in study.portfolio.sites),
        ),
        name="use-chart",
        seen=f"Two stacked areas of grid MW by use over the years, plan and business as usual. {heading}.".replace("\u00a0", " "),
        data=data,
        note="Mean over the scenarios, by quarter. Mining counts blocks whose machines run; machines that stand but do not "
        "pay are "
        "idle, as is land that has power and no use. Every block counts with its grid MW.",
    )
    return Section("uses", "The portfolio by use over time", chart)


def _to_the_edges(values: list[Spec], start: float, years: int) -> list[Spec]:
    """The first quarter drawn from its beginning and the last to its end, not from and to their middles."""
    first, last = start + 0.125, start + years - 0.125
    return [
        *({**row, "year": start} for row in values if abs(row["year"] - first) < 1e-6),
        *values,
        *({**row, "year": start + years} for row in values if abs(row["year"] - last) < 1e-6),
    ]


def _spec(values: list[Spec], present: list[str], first: float, last: float, size: float) -> Spec:
    return {
        "data": {"values": values},
        "facet": {"column": {"field": "case", "type": "nominal", "sort": [case.capitalize() for case in CASES]}},
        "spacing": 24,
        "spec": {
            "width": 430,
            "height": 300,
            "mark": {"type": "area", "opacity": 1, "strokeWidth": 0},
            "encoding": {
                "x": {
                    "field": "year",
                    "type": "quantitative",
                    "scale": {"domain": [first, last], "nice": False},
                    "axis": {"format": "d", "title": "year", "tickCount": 8, "grid": False},
                },
                "y": {
                    "field": "mw",
                    "type": "quantitative",
                    "stack": "zero",
                    "title": "grid MW",
                    "scale": {"domain": [0, size], "nice": False},
                },
                "order": {"field": "order"},
                "color": {"field": "use", "type": "nominal", "scale": colours(USE_COLOURS, present)},
            },
        },
    }


def _table(study: Study, names: list[str]) -> str:
    columns = [tables.Column("use", numeric=False), *(tables.Column(year) for year in year_names(study))]
    rows = []
    for case in CASES:
        rows.append(tables.group(case))
        yearly = by_year(study.dispatch["use_mw"].sel(case=case)) / 12
        rows += [
            tables.Row((tables.words(name), *(tables.amount(float(mw)) for mw in row)))
            for name, row in zip(names, yearly, strict=True)
        ]
        rows.append(tables.Row((tables.words("all"), *(tables.amount(float(mw)) for mw in yearly.sum(axis=0))), "total"))
    return tables.table(
        "Grid MW by use, mean of each year and of all scenarios.", columns, rows, name="use-table", sortable=False
    )
