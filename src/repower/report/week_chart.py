"""A week of a site, hour by hour: where its power comes from and goes to, the price, and what is in store.

Sources stand above the axis and uses below it, so that both sides show the same outline in every hour. Panels below share
the hours and have axes of their own.
"""

from __future__ import annotations

import json

import numpy as np

from repower.conversion.site_year import SiteYear
from repower.dispatch import HourResult
from repower.dispatch.arrays import Floats
from repower.report import figures, tables
from repower.report.drawing import INK, USE_COLOURS, WIDE, Spec, figure
from repower.report.price_panel import MINE_SHADES, break_even_rules, break_even_usd_per_mwh, price_encoding
from repower.report.site_account import NO_MW, Account, Flow

HOURS = 7 * 24
_WIDTH = WIDE - 90

#: Shades by kind of flow; the first ones are those of the same things in the report of a study.
SHADES = {
    "spot": ("#5b8c6e",),
    "ppa": ("#a3c585", "#c9dcb0", "#86a866"),
    "generation": ("#93655b", "#b9938b", "#6f473e"),
    "discharge": ("#c2558f", "#dd9abd"),
    "ai": (USE_COLOURS["AI lease"],),
    "mining": MINE_SHADES,
    "charge": ("#c2558f", "#dd9abd"),
    "export": ("#3aa6a0",),
}
_SHORT_COLOUR, _FLEXED_COLOUR = "#a8322b", "#8fb6dd"


def flow_colours(flows: tuple[Flow, ...]) -> dict[str, str]:
    """Words and colour of every flow; kinds with more names than shades begin them again."""
    seen: dict[str, int] = {}
    answer = {}
    for flow in flows:
        place = seen.get(flow.kind, 0)
        seen[flow.kind] = place + 1
        answer[flow.words] = SHADES[flow.kind][place % len(SHADES[flow.kind])]
    return answer


def widest_week(price_usd_per_mwh: Floats) -> int:
    """First hour of the seven days, from some midnight on, within whose days the price swings most.

    The swing of a day is its dearest hour less its cheapest; the first such week counts. Less than a week begins at 0.
    """
    days = len(price_usd_per_mwh) // 24
    if days <= 7:
        return 0
    by_day = price_usd_per_mwh[: 24 * days].reshape(days, 24)
    swing = by_day.max(axis=1) - by_day.min(axis=1)
    total = np.convolve(swing, np.ones(7), mode="valid")
    return 24 * int(np.argmax(total.round(6)))


def week_chart(site: SiteYear, result: HourResult, of: Account, first: int | None = None) -> str:
    """The week from hour `first` on, by default the one in which prices swing most, as a figure of the page."""
    begin = widest_week(site.problem.market_price_usd_per_mwh) if first is None else first
    week = slice(begin, min(begin + HOURS, len(site.hours)))
    days = _days(site, week)
    price = site.problem.market_price_usd_per_mwh[week]
    low, high = figures.number(float(price.min())), figures.number(float(price.max()))
    chosen = "the week in which prices swing most within their days" if first is None else "a week"
    year = str(site.hours[week][0])[:4]
    heading = f"{days[0]} to {days[-1]} {year}, {chosen}: {low} to {high} USD/MWh at the market"
    shown = _shown(of, week)
    short = result.unserved_mw[week] > NO_MW
    note = (
        "Above the axis: where the power comes from. Below: where it goes. Both are equal in every hour. "
        + (f"Red below: AI load not served, in {int(short.sum())} hours of this week. " if short.any() else "")
        + "Black dashes, where in sight: limit of the connection. "
        + (
            "Coloured dashes: the market price, network and taxes included, above which those mines do not pay. "
            if site.tiers
            else ""
        )
        + "Days in UTC."
    )
    return figure(
        heading,
        _spec(site, result, shown, week, days),
        name="week",
        seen="Stacked areas of one week by hour, sources above and uses below the axis, with the market price and the energy "
        f"in store below. {figures.number(float(price.min()))} to {figures.number(float(price.max()))} USD/MWh.",
        data=_data(site, result, shown, week),
        note=note,
    )


def _shown(of: Account, week: slice) -> tuple[Flow, ...]:
    """Flows that run in this week; sources first."""
    return tuple(flow for flow in (*of.sources, *of.uses) if (flow.mw[week] > NO_MW).any())


def _days(site: SiteYear, week: slice) -> list[str]:
    """``Mon 4 Jan`` of every day of the week."""
    names = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    answer = []
    for day in site.hours[week][::24].astype("datetime64[D]"):
        _, month, number = str(day).split("-")
        # 1970-01-01 was a Thursday
        answer.append(f"{names[(int(day.astype(np.int64)) + 3) % 7]} {int(number)} {months[int(month) - 1]}")
    return answer


def _steps(values: Floats) -> list[float]:
    """Values of the hours, the last one again, so that its step is drawn to the end of the hour."""
    return [round(float(value), 3) for value in (*values, values[-1])]


def _spec(site: SiteYear, result: HourResult, shown: tuple[Flow, ...], week: slice, days: list[str]) -> Spec:
    hours = len(site.hours[week])
    x_axis: Spec = {
        "values": list(range(0, hours + 1, 24)),
        "labelExpr": f"{json.dumps(days)}[datum.value / 24] || ''",
        "title": None,
        "grid": True,
        "labelAlign": "left",
        "labelOffset": 2,
        "labelOverlap": False,
        "ticks": False,
    }
    x = {"field": "hour", "type": "quantitative", "scale": {"domain": [0, hours], "nice": False}, "axis": x_axis}
    stored = [
        {"hour": hour, "battery": name, "mwh": round(float(mwh), 3)}
        for row, name in enumerate(site.batteries)
        for hour, mwh in enumerate((_before(site, result, row, week.start), *result.stored_mwh[row][week]))
    ]
    bare = {**x, "axis": {**x_axis, "labels": False}}
    panels = [
        _power(site, result, shown, week, bare if stored else x | {"axis": x_axis}),
        _price(site, week, bare if stored else x),
    ]
    if stored:
        panels.append(_store(site, stored, x))
    return {"vconcat": panels, "spacing": 14, "resolve": {"scale": {"color": "independent"}}}


def _before(site: SiteYear, result: HourResult, battery: int, first: int) -> float:
    """MWh in store when hour `first` begins."""
    return float(result.stored_mwh[battery][first - 1]) if first else site.problem.batteries[battery].start_mwh


def _power(site: SiteYear, result: HourResult, shown: tuple[Flow, ...], week: slice, x: Spec) -> Spec:
    palette = flow_colours(shown)
    rows: list[Spec] = []
    up, down = (np.zeros(len(site.hours[week])) for _ in range(2))
    for flow in shown:
        if flow.kind in ("spot", "ppa", "generation", "discharge"):
            rows += _band(flow.words, up, up := up + flow.mw[week])
        else:
            rows += _band(flow.words, down, down := down - flow.mw[week])
    for words, colour, mw in (
        ("AI load interrupted by agreement", _FLEXED_COLOUR, result.flexed_mw[week]),
        ("AI load not served", _SHORT_COLOUR, result.unserved_mw[week]),
    ):
        if (mw > NO_MW).any():
            rows += _band(words, down, down := down - mw)
            palette[words] = colour
    top = float(max(up.max(), -down.min(), 1.0))
    limit = site.problem.import_limit_mw[week]
    # The limit is shown where it is near; where it is far it may not squeeze what runs.
    top = 1.06 * (max(top, float(limit.max())) if limit.max() <= 1.35 * top else top)
    near = [{"hour": hour, "mw": mw if mw <= top else None} for hour, mw in enumerate(_steps(limit))]
    y_axis: Spec = {"title": "goes to ← MW → comes from", "labelExpr": "format(abs(datum.value), ',')", "tickCount": 8}
    layers: list[Spec] = [
        {
            "data": {"values": rows},
            "mark": {"type": "area", "interpolate": "step-after"},
            "encoding": {
                "x": x,
                "y": {
                    "field": "low",
                    "type": "quantitative",
                    "axis": y_axis,
                    "scale": {"domain": [-top, top], "nice": False},
                },
                "y2": {"field": "high"},
                "color": {
                    "field": "flow",
                    "type": "nominal",
                    "scale": {"domain": list(palette), "range": list(palette.values())},
                    "legend": {"columns": 3, "labelLimit": 280, "columnPadding": 24},
                },
            },
        },
        {
            "data": {"values": near},
            "mark": {
                "type": "line",
                "interpolate": "step-after",
                "strokeDash": [5, 3],
                "color": INK,
                "strokeWidth": 1,
            },
            "encoding": {"x": x, "y": {"field": "mw", "type": "quantitative"}},
        },
        {
            "data": {"values": [{"mw": 0}]},
            "mark": {"type": "rule", "color": "#ffffff", "strokeWidth": 2},
            "encoding": {"y": {"field": "mw", "type": "quantitative"}},
        },
    ]
    return {"width": _WIDTH, "height": 300, "layer": layers}


def _band(words: str, low: Floats, high: Floats) -> list[Spec]:
    return [
        {"flow": words, "hour": hour, "low": below, "high": above}
        for hour, (below, above) in enumerate(zip(_steps(low), _steps(high), strict=True))
    ]


def _price(site: SiteYear, week: slice, x: Spec) -> Spec:
    price = site.problem.market_price_usd_per_mwh[week]
    values = [{"hour": hour, "usd": usd} for hour, usd in enumerate(_steps(price))]
    levels = break_even_usd_per_mwh(site)[:, week].mean(axis=1)
    y = price_encoding("usd", np.r_[price, levels], site.problem.market_price_usd_per_mwh)
    line = {
        "data": {"values": values},
        "mark": {"type": "line", "interpolate": "step-after", "color": INK, "strokeWidth": 1.4},
        "encoding": {"x": x, "y": y},
    }
    layers = [*break_even_rules(site, levels, y, None), line]
    return {"title": "Market price", "width": _WIDTH, "height": 120, "layer": layers}


def _store(site: SiteYear, stored: list[Spec], x: Spec) -> Spec:
    shades = [SHADES["charge"][place % len(SHADES["charge"])] for place in range(len(site.batteries))]
    full = max(battery.energy_mwh for battery in site.problem.batteries)
    legend = None if len(site.batteries) == 1 else {"columns": 4}
    return {
        "title": "In the battery" if len(site.batteries) == 1 else "In the batteries",
        "data": {"values": stored},
        "width": _WIDTH,
        "height": 80,
        "mark": {"type": "line", "strokeWidth": 1.8},
        "encoding": {
            "x": x,
            "y": {
                "field": "mwh",
                "type": "quantitative",
                "title": "MWh",
                "scale": {"domain": [0, full]},
                "axis": {"tickCount": 4},
            },
            "color": {
                "field": "battery",
                "type": "nominal",
                "scale": {"domain": list(site.batteries), "range": shades},
                "legend": legend,
            },
        },
    }


def _data(site: SiteYear, result: HourResult, shown: tuple[Flow, ...], week: slice) -> str:
    columns = [
        "hour_utc",
        "market_price_usd_per_mwh",
        "import_limit_mw",
        *(f"{flow.words} (MW)" for flow in shown),
        "AI load not served (MW)",
        *(f"stored in {name} (MWh)" for name in site.batteries),
    ]
    parts = [
        site.problem.market_price_usd_per_mwh[week],
        site.problem.import_limit_mw[week],
        *(flow.mw[week] for flow in shown),
        result.unserved_mw[week],
        *(stored[week] for stored in result.stored_mwh),
    ]
    rows = [
        (str(hour), *(float(part[place]) for part in parts))
        for place, hour in enumerate(site.hours[week].astype("datetime64[m]"))
    ]
    return tables.csv_link(columns, rows, "week.csv")
