"""How far the value spreads over the scenarios, and what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from repower.report import figures, tables
from repower.report.drawing import AS_USUAL_COLOUR, INK, PLAN_COLOUR, Spec, figure
from repower.report.fans import fans
from repower.report.limits import left_out
from repower.report.section import AS_USUAL, CASES, PLAN, Floats, Section
from repower.scenarios.measures import cvar, percentiles, standard_error

if TYPE_CHECKING:
    from repower.study.study import Study

_COLOURS = {PLAN: PLAN_COLOUR, AS_USUAL: AS_USUAL_COLOUR}


def spread(study: Study) -> Section:
    """Distribution of value, its table, the fans of the factors, and what the scenarios leave out."""
    npv = {case: np.asarray(study.finance["npv_usd"].sel(case=case)) for case in CASES}
    count = len(npv[PLAN])
    below = int((npv[PLAN] < npv[AS_USUAL]).sum())
    losing = {case: int((npv[case] < 0).sum()) or "none" for case in CASES}
    tail = study.portfolio.policy.risk.tail_share
    heading = (
        f"In {figures.number(below)} of {figures.number(count)} scenarios the plan is worth less than business as usual; it "
        f"is below zero "
        f"in {losing[PLAN]}, business as usual in {losing[AS_USUAL]}"
    )
    data = tables.csv_link(
        ("scenario", *(f"NPV {case}, USD" for case in CASES)),
        [(number, float(plan), float(usual)) for number, (plan, usual) in enumerate(zip(*npv.values(), strict=True))],
        "npv-by-scenario.csv",
    )
    chart = figure(
        heading,
        _spec(npv, tail),
        name="npv-chart",
        seen="Two rising curves: share of scenarios whose net present value is at most the value below. "
        + heading.replace("\u00a0", " "),
        data=data,
        note=f"Each curve: share of scenarios with at most this value. Dots: P10, P50, P90; diamond: mean; triangle: mean of the "
        f"{figures.tail(tail)}. The same scenario is met by both cases, so their difference is surer than either.",
    )
    limits = "".join(f"<li>{item}</li>" for item in left_out("scenarios"))
    return Section(
        "spread",
        "The spread over scenarios",
        chart + _table(npv, tail) + fans(study) + f"<h3>What these scenarios leave out</h3><ul>{limits}</ul>",
    )


def _spec(npv: dict[str, Floats], tail: float) -> Spec:
    curves, marks = [], []
    for case in CASES:
        ordered = np.sort(npv[case]) / 1e9
        share = np.arange(1, len(ordered) + 1) / len(ordered)
        curves += [
            {"case": case.capitalize(), "busd": float(value), "share": float(part)}
            for value, part in zip(ordered, share, strict=True)
        ]
        points = {
            **{f"P{round(100 * part)}": float(percentiles(npv[case], (part,))[0]) for part in (0.1, 0.5, 0.9)},
            "mean": float(npv[case].mean()),
            "tail": float(cvar(npv[case], tail)),
        }
        marks += [
            {
                "case": case.capitalize(),
                "busd": usd / 1e9,
                "share": float(np.interp(usd / 1e9, ordered, share)),
                "mark": name if name in ("mean", "tail") else "percentile",
                "label": f"{name} {usd / 1e9:.2f}".replace("-", "−"),
            }
            for name, usd in points.items()
        ]
    color = {
        "field": "case",
        "type": "nominal",
        "scale": {"domain": [case.capitalize() for case in CASES], "range": [_COLOURS[case] for case in CASES]},
    }
    least, most = (
        float(bound) / 1e9 for bound in (min(0.0, *(npv[case].min() for case in CASES)), max(npv[case].max() for case in CASES))
    )
    domain = [least - 0.06 * (most - least), most]
    x = {"field": "busd", "type": "quantitative", "title": "net present value, B$", "scale": {"domain": domain, "nice": False}}
    y = {"field": "share", "type": "quantitative", "title": "share of scenarios", "axis": {"format": "%", "tickCount": 5}}
    shape = {
        "field": "mark",
        "type": "nominal",
        "scale": {"domain": ["percentile", "mean", "tail"], "range": ["circle", "diamond", "triangle-down"]},
        "legend": None,
    }
    labels = [
        {
            "data": {"values": [row for row in marks if row["case"] == case.capitalize()]},
            "mark": {"type": "text", "align": align, "dx": dx, "dy": 4, "fontSize": 11, "color": _COLOURS[case]},
            "encoding": {"x": x, "y": y, "text": {"field": "label"}},
        }
        for case, align, dx in ((PLAN, "left", 10), (AS_USUAL, "right", -10))
    ]
    return {
        "width": 880,
        "height": 300,
        "layer": [
            {
                "data": {"values": curves},
                "mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 2},
                "encoding": {"x": x, "y": y, "color": color},
            },
            {
                "data": {"values": [{"zero": 0}]},
                "mark": {"type": "rule", "color": INK, "strokeDash": [3, 3]},
                "encoding": {"x": {"datum": 0}},
            },
            {
                "data": {"values": marks},
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {"x": x, "y": y, "color": color, "shape": shape},
            },
            *labels,
        ],
    }


def _table(npv: dict[str, Floats], tail: float) -> str:
    gained = npv[PLAN] - npv[AS_USUAL]
    columns = [
        tables.Column("net present value, B$", numeric=False),
        tables.Column("mean"),
        tables.Column("sampling error", "±"),
        tables.Column(figures.tail(tail), "mean of"),
        *(tables.Column(name) for name in ("least", "P10", "P50", "P90", "most")),
        tables.Column("below zero", "of scenarios"),
    ]
    rows = []
    for words, values in ((PLAN, npv[PLAN]), (AS_USUAL, npv[AS_USUAL]), ("plan less business as usual", gained)):
        least, p10, p50, p90, most = (float(value) for value in percentiles(values, (0.0, 0.1, 0.5, 0.9, 1.0)))
        shown = (float(values.mean()), float(standard_error(values)), float(cvar(values, tail)), least, p10, p50, p90, most)
        rows.append(
            tables.Row(
                (
                    tables.words(words),
                    *(tables.amount(value, 2, scale=1e9) for value in shown),
                    tables.share(float((values < 0).mean())),
                )
            )
        )
    caption = (
        "Over the scenarios. The last row is taken within each scenario, so only its mean is the difference of the two above it."
    )
    return tables.table(caption, columns, rows, name="npv-table", sortable=False)
