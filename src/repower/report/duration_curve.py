"""Duration curves: the hours of a year sorted by how much was drawn, and by the price."""

from __future__ import annotations

import numpy as np

from repower.conversion.site_year import SiteYear
from repower.dispatch import HourResult
from repower.dispatch.arrays import Floats
from repower.report import figures, tables
from repower.report.drawing import FAINT, INK, PLAN_COLOUR, Spec, figure
from repower.report.price_panel import break_even_rules, break_even_usd_per_mwh, price_encoding
from repower.report.site_account import Account, imported_mw

#: Points that a curve is drawn with; its ends keep every hour.
_POINTS, _ENDS = 320, 24
_SIZE = (400, 230)


def duration(values: Floats) -> tuple[Floats, Floats]:
    """Share of the hours, and the value that so many hours reach or exceed: sorted from the highest, a few hundred points.

    The ends, which decide over peaks and spikes, keep every hour.
    """
    sorted_down = np.sort(np.asarray(values))[::-1]
    hours = len(sorted_down)
    wanted = np.linspace(0, hours - 1, min(hours, _POINTS)).round().astype(np.int64)
    ends = np.r_[0 : min(_ENDS, hours), max(0, hours - _ENDS) : hours]
    places = np.unique(np.r_[wanted, ends])
    return places / max(1, hours - 1), sorted_down[places]


def duration_curves(site: SiteYear, result: HourResult, of: Account) -> str:
    """Power and price, each sorted from the highest hour to the lowest, as a figure of the page."""
    imported = imported_mw(result)
    used = np.asarray(sum((flow.mw for flow in of.uses), np.zeros_like(imported)))
    price = site.problem.market_price_usd_per_mwh
    peak, mean = float(imported.max()), float(imported.mean())
    heading = (
        f"The connection carries {figures.mw(mean, 1)} on average and {figures.mw(peak, 1)} at most; half of the hours cost "
        f"more than {figures.number(float(np.median(price)), 1)} USD/MWh at the market"
    )
    power = {"all uses": used, "through the connection": imported}
    rows = [
        {"curve": name, "share": round(float(share), 5), "mw": round(float(mw), 3)}
        for name, values in power.items()
        for share, mw in zip(*duration(values), strict=True)
    ]
    prices = [{"share": round(float(share), 5), "usd": round(float(usd), 3)} for share, usd in zip(*duration(price), strict=True)]
    table = [(row["curve"], "MW", row["share"], row["mw"]) for row in rows]
    table += [("market price", "USD/MWh", row["share"], row["usd"]) for row in prices]
    return figure(
        heading,
        {"hconcat": [_power(site, rows), _price(site, prices)], "spacing": 60, "resolve": {"scale": {"color": "independent"}}},
        name="duration",
        seen=heading.replace("\u00a0", " "),
        data=tables.csv_link(("curve", "unit", "share of hours", "value"), table, "duration.csv"),
        note="Each curve has its own order of hours: the dearest hours need not be those of the highest load. Read: in so many "
        "percent of the hours the value is at least so high. Coloured dashes: above them those mines do not pay, network and "
        "taxes included.",
    )


def _x() -> Spec:
    return {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1], "nice": False},
        "axis": {"format": "%", "title": "share of hours", "tickCount": 5},
    }


def _power(site: SiteYear, rows: list[Spec]) -> Spec:
    width, height = _SIZE
    y = {"field": "mw", "type": "quantitative", "axis": {"title": "MW", "tickCount": 6}, "scale": {"zero": True}}
    limit = float(np.median(site.problem.import_limit_mw))
    scale = {"domain": ["through the connection", "all uses"], "range": [PLAN_COLOUR, FAINT]}
    return {
        "title": "Power, highest hour first",
        "width": width,
        "height": height,
        "layer": [
            {
                "data": {"values": rows},
                "mark": {"type": "line", "strokeWidth": 2, "interpolate": "step-after"},
                "encoding": {"x": _x(), "y": y, "color": {"field": "curve", "type": "nominal", "scale": scale}},
            },
            {
                "data": {"values": [{"mw": limit}]},
                "mark": {"type": "rule", "strokeDash": [5, 3], "color": INK, "strokeWidth": 1.2},
                "encoding": {"y": y},
            },
            {
                "data": {"values": [{"mw": limit, "share": 1.0, "words": "usual limit of the connection"}]},
                "mark": {"type": "text", "align": "right", "dy": -7, "fontSize": 11, "color": INK},
                "encoding": {"x": _x(), "y": y, "text": {"field": "words"}},
            },
        ],
    }


def _price(site: SiteYear, rows: list[Spec]) -> Spec:
    width, height = _SIZE
    levels = break_even_usd_per_mwh(site).mean(axis=1)
    price = site.problem.market_price_usd_per_mwh
    y = price_encoding("usd", np.r_[price, levels], price)
    line: Spec = {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeWidth": 2, "color": INK, "interpolate": "step-after"},
        "encoding": {"x": _x(), "y": y},
    }
    layers = [*break_even_rules(site, levels, y, {"columns": 1, "labelLimit": 380}), line]
    return {"title": "Market price, dearest hour first", "width": width, "height": height, "layer": layers}
