"""Where the energy comes from and where it goes, and the proof that both are equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from repower.report import figures, tables
from repower.report.drawing import USE_COLOURS, Spec, figure
from repower.report.section import CASES, PLAN, Floats, Section, by_year, first_year, year_names

if TYPE_CHECKING:
    from repower.study.study import Study

#: Variable, name, colour. Sources and uses add up to the same; what stands beside does not flow through the meter.
SOURCES = (
    ("spot_mwh", "bought at the market", "#5b8c6e"),
    ("ppa_delivered_mwh", "power contracts", "#a3c585"),
    ("generator_mwh", "own generation", "#93655b"),
)
USES = (("ai_mwh", "AI halls", USE_COLOURS["AI lease"]), ("mining_mwh", "mines", USE_COLOURS["mining"]))
BESIDE = (
    ("ppa_resold_mwh", "contracted power sold on"),
    ("ppa_left_mwh", "contracted power paid for and left"),
    ("unserved_mwh", "AI load not served"),
)


def energy(study: Study) -> Section:
    """Energy by year, source and use, for both cases, with its balance."""
    yearly = {
        (case, name): by_year(study.dispatch[name].sel(case=case).sum("site")) / 1e6
        for case in CASES
        for name in [*(name for name, *_ in (*SOURCES, *USES)), *(name for name, _ in BESIDE)]
    }
    start = int(first_year(study))
    values = [
        {"case": case.capitalize(), "side": side, "kind": words, "year": start + year, "twh": round(float(twh), 4)}
        for case in CASES
        for side, parts in (("from", SOURCES), ("to", USES))
        for name, words, _ in parts
        for year, twh in enumerate(yearly[case, name])
    ]
    mines, ai = yearly[PLAN, "mining_mwh"], yearly[PLAN, "ai_mwh"]
    heading = (
        f"Mines draw {figures.number(float(mines[0]), 1)} TWh in the first year and {figures.number(float(mines[-1]), 1)} "
        f"in the last; "
        f"AI halls up to {figures.number(float(ai.max()), 1)} TWh a year"
    )
    chart = figure(
        heading,
        _spec(values),
        name="energy-chart",
        seen="Stacked bars by year of energy by source and by use, plan and business as usual; the table below has the numbers.",
        data=tables.csv_link(
            ("case", "side", "kind", "year", "TWh"),
            [(row["case"], row["side"], row["kind"], row["year"], row["twh"]) for row in values],
            "energy.csv",
        ),
    )
    return Section("energy", "Energy: where it comes from and where it goes", chart + _table(study, yearly) + _balance(study))


def _spec(values: list[Spec]) -> Spec:
    panels = []
    for case in CASES:
        for side, parts in (("from", SOURCES), ("to", USES)):
            own = [row for row in values if row["case"] == case.capitalize() and row["side"] == side]
            panels.append(
                {
                    "title": f"{case.capitalize()}: where it {'comes from' if side == 'from' else 'goes'}",
                    "data": {"values": own},
                    "width": 400,
                    "height": 150,
                    "mark": {"type": "bar"},
                    "encoding": {
                        "x": {"field": "year", "type": "ordinal", "axis": {"title": None, "labelAngle": 0, "labelOverlap": True}},
                        "y": {"field": "twh", "type": "quantitative", "title": "TWh per year"},
                        "color": {
                            "field": "kind",
                            "type": "nominal",
                            "scale": {"domain": [words for _, words, _ in parts], "range": [colour for *_, colour in parts]},
                        },
                    },
                }
            )
    rows = [{"hconcat": [panels[2 * row], panels[2 * row + 1]], "resolve": _APART} for row in range(2)]
    return {"vconcat": rows, "resolve": _APART}


_APART: Spec = {"scale": {"color": "independent", "y": "shared"}, "legend": {"color": "independent"}}


def _table(study: Study, yearly: dict[tuple[str, str], Floats]) -> str:
    years = year_names(study)
    columns = [tables.Column("TWh per year", numeric=False), tables.Column("mean"), *(tables.Column(year) for year in years)]
    rows: list[tables.Row] = []
    for case in CASES:
        for title, parts in (
            ("from", [part[:2] for part in SOURCES]),
            ("to", [part[:2] for part in USES]),
            ("beside the meter", BESIDE),
        ):
            rows.append(tables.group(f"{case}, {title}"))
            rows += [_row(words, yearly[case, name]) for name, words in parts]
            if title != "beside the meter":
                rows.append(_row(f"total {title}", np.sum([yearly[case, name] for name, _ in parts], axis=0), "total"))
    caption = "Energy at the site meters, mean over the scenarios."
    return (
        "<details><summary>table by year</summary>"
        + tables.table(caption, columns, rows, name="energy-table", sortable=False)
        + "</details>"
    )


def _row(words: str, values: Floats, kind: str = "") -> tables.Row:
    cells = (tables.words(words), tables.amount(float(values.mean()), 3), *(tables.amount(float(value), 2) for value in values))
    return tables.Row(cells, kind)


def _balance(study: Study) -> str:
    energy_error = float(np.asarray(study.dispatch["energy_balance_error"]).max())
    money_error = float(np.asarray(study.dispatch["money_balance_error"]).max())
    return (
        '<p class="proof">Balances, worst of all sites, scenarios and months in both cases: energy in against energy out '
        f"<b>{energy_error:.0e}</b> of the site's largest month; dispatched margin against the sum of its parts "
        f"<b>{money_error:.0e}</b> "
        "of its largest part. A computer's rounding is about 1e-16 per operation.</p>"
    )
