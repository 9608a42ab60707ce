"""Fans of the factors: what the scenarios believe about hashprice, Bitcoin, power and accelerator rents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from repower.report import figures, tables
from repower.report.drawing import PLAN_COLOUR, Spec, figure
from repower.report.section import Floats, first_year
from repower.scenarios.measures import percentiles

if TYPE_CHECKING:
    from repower.study.study import Study

_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
_NAMES = ("p5", "p25", "p50", "p75", "p95")
#: Zones drawn: those with most grid MW.
_ZONES = 4


def fans(study: Study) -> str:
    """One panel for each factor, P5-P25-P50-P75-P95 by quarter."""
    panels = _panels(study)
    start = first_year(study)
    rows = []
    for title, unit, values, _ in panels:
        quarters = percentiles(values[:, 1::3], _SHARES)
        rows += [
            {"panel": title, "unit": unit, "year": start + (3 * quarter + 1.5) / 12}
            | {name: float(f"{value:.5g}") for name, value in zip(_NAMES, quarters[:, quarter], strict=True)}
            for quarter in range(quarters.shape[1])
        ]
    hashprice = percentiles(panels[0][2][:, -1], _SHARES)
    heading = (
        f"Hashprice falls from {figures.number(float(panels[0][2][:, 0].mean()), 1)} to a median of "
        f"{figures.number(float(hashprice[2]), 1)} USD/PH/day by the end (P5 {figures.number(float(hashprice[0]), 1)}, "
        f"P95 {figures.number(float(hashprice[4]), 1)})"
        if hashprice[2] < panels[0][2][:, 0].mean()
        else f"Hashprice ends at a median of {figures.number(float(hashprice[2]), 1)} USD/PH/day"
    )
    drawn = [
        _panel(title, unit, logarithmic, [row for row in rows if row["panel"] == title]) for title, unit, _, logarithmic in panels
    ]
    return figure(
        heading,
        {
            "concat": drawn,
            "columns": 3,
            "bounds": "flush",
            "spacing": {"row": 64, "column": 74},
            "resolve": {"scale": {"y": "independent"}},
        },
        name="fans",
        seen="Fans of percentiles over the years for each factor. " + heading.replace("\u00a0", " "),
        data=tables.csv_link(
            ("factor", "unit", "year", *_NAMES),
            [(row["panel"], row["unit"], row["year"], *(row[name] for name in _NAMES)) for row in rows],
            "fans.csv",
        ),
        note="Line: median. Dark band: P25 to P75. Light band: P5 to P95. Hashprice and Bitcoin are on a logarithmic scale; "
        "steps are "
        "halvings. Growth rates are stated judgements, never fits.",
    )


def _panels(study: Study) -> list[tuple[str, str, Floats, bool]]:
    drawn = study.scenarios
    panels = [
        ("Hashprice", "USD/PH/day", np.asarray(drawn["hashprice_usd_per_ph_day"]), True),
        ("Bitcoin", "USD/BTC", np.asarray(drawn["btc_price_usd"]), True),
        ("Accelerator rent, factor", "start = 1", np.asarray(drawn["gpu_rent_factor"]), False),
    ]
    for zone in largest_zones(study)[:_ZONES]:
        level = np.asarray(drawn["power_level_usd_per_mwh"].sel(zone=zone))
        panels.append((f"Power, {zone}", "USD/MWh", level, False))
    return panels


def largest_zones(study: Study) -> list[str]:
    """Power markets by the grid MW of their sites, largest first."""
    size: dict[str, float] = {}
    for site in study.portfolio.sites:
        size[site.power_market] = size.get(site.power_market, 0.0) + site.grid_mw
    return sorted(size, key=lambda zone: -size[zone])


def _panel(title: str, unit: str, logarithmic: bool, rows: list[Spec]) -> Spec:
    x_axis = {"format": "d", "title": None, "tickCount": 5, "grid": False}
    x = {"field": "year", "type": "quantitative", "scale": {"nice": False, "zero": False}, "axis": x_axis}
    scale = {"type": "log", "nice": False} if logarithmic else {"zero": True}
    axis: Spec = {"format": "~s", "values": _ticks(rows)} if logarithmic else {"tickCount": 5}

    def band(low: str, high: str, opacity: float) -> Spec:
        return {
            "mark": {"type": "area", "opacity": opacity, "color": PLAN_COLOUR},
            "encoding": {
                "x": x,
                "y": {"field": low, "type": "quantitative", "scale": scale, "axis": axis, "title": unit},
                "y2": {"field": high},
            },
        }

    return {
        "title": title,
        "data": {"values": rows},
        "width": 250,
        "height": 150,
        "layer": [
            band("p5", "p95", 0.18),
            band("p25", "p75", 0.32),
            {
                "mark": {"type": "line", "color": PLAN_COLOUR, "strokeWidth": 2},
                "encoding": {"x": x, "y": {"field": "p50", "type": "quantitative", "scale": scale, "axis": axis, "title": unit}},
            },
        ],
    }


def _ticks(rows: list[Spec]) -> list[float]:
    """Labels of a logarithmic axis: 1, 2, 5 times powers of ten, over many decades the powers alone."""
    low, high = min(row["p5"] for row in rows), max(row["p95"] for row in rows)
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    steps = (1.0, 2.0, 5.0) if last - first <= 3 else (1.0,)
    return [step * 10.0**power for power in range(first, last + 1) for step in steps if low <= step * 10.0**power <= high]
