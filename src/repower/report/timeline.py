"""Every block over the years: what stands in it, when works take it, and by when its hall is ready with what certainty.

Bars are the portfolio's dates with the works' likely ones: machines from their commissioning to the end of their life,
works from strip-out (or from the start, on land) to the P50 month, a whisker from P50 to P80.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING

from repower.conversion.options import NEW_MINE_MONTHS, RENEWAL_MONTHS
from repower.horizon import Month
from repower.report import figures, tables
from repower.report.drawing import INK, USE_COLOURS, Spec, colours, figure
from repower.report.section import first_year

if TYPE_CHECKING:
    from repower.conversion.decisions import Decision
    from repower.portfolio import Block, Site
    from repower.study.study import Study

_ROW_PX = 17
Span = tuple[str, int, int]


def timeline(study: Study) -> str:
    """The chart of blocks by use over time."""
    start = first_year(study)
    bars: list[Spec] = []
    marks: list[Spec] = []
    data: list[tuple[str, ...]] = []
    order: list[str] = []
    decisions = {(row.site, row.block): row for row in study.plan.decisions}
    for site in study.portfolio.sites:
        for block in site.blocks:
            row = decisions[site.name, block.name]
            label = f"{site.name} / {block.name}"
            order.append(label)
            for use, first, last in spans(study, site, block, row):
                bars.append({"block": label, "use": use, "from": start + first / 12, "to": start + last / 12})
                data.append((site.name, block.name, use, str(study.portfolio.start + first), str(study.portfolio.start + last)))
            if row.start:
                mark: Spec = {"block": label, "start": start + _offset(study, row.start) / 12}
                if row.ready_p50:
                    mark |= {
                        "p50": start + _offset(study, row.ready_p50) / 12,
                        "p80": start + _offset(study, row.ready_p80) / 12,
                    }
                marks.append(mark)
    halls = [row for row in study.plan.decisions if row.ready_p50 and not row.ready_p50.startswith("after")]
    latest = max((row.ready_p80 for row in halls), default="")
    heading = (
        f"{len(halls)} blocks become AI halls; four in five scenarios have the last one by {figures.text(latest)}"
        if halls
        else "No block becomes an AI hall"
    )
    return figure(
        heading,
        _spec(bars, marks, order, start, start + study.portfolio.years),
        name="timeline",
        seen=f"Chart of {len(order)} blocks by use over time; the table of decisions has the same dates.",
        data=tables.csv_link(("site", "block", "use", "from", "until"), data, "blocks-over-time.csv"),
        note="Bars: use by nominal dates, halls from their P50 month. Black tick: works or the order of machines begin. "
        "White whisker: ready P50 to P80. A mine's bar says that its machines stand; in months that do not pay they are off. "
        "Fleets that the policy's rule renews are not drawn: whether and when differs by scenario.",
    )


def spans(study: Study, site: Site, block: Block, row: Decision) -> Iterator[Span]:
    """Use, first month and month after the last, counted from the start of the study and kept within it."""
    end = study.portfolio.horizon.months
    powered = site.powered()[block.name]
    power = min(end, max(0, _since(study, powered.month))) if powered is not None else end
    cursor = 0
    for use, first, last in [("no power yet", 0, power), *_uses(study, block, row, power)]:
        first, last = max(first, cursor), min(last, end)
        if first >= last:
            continue
        if first > cursor:
            yield "idle", cursor, first
        yield use, first, last
        cursor = last
    if cursor < end:
        yield "idle", cursor, end


def _uses(study: Study, block: Block, row: Decision, power: int) -> Iterator[Span]:
    """Old use, works, new use; they may overlap what `spans` cuts."""
    portfolio, end = study.portfolio, study.portfolio.horizon.months
    start = _offset(study, row.start) if row.start else None
    if block.fleet is not None:
        scrapped = _since(study, block.fleet.commissioned) + portfolio.miner(block.fleet.miner).life_months
        if start is None:
            stops = scrapped
        else:
            stops = min(scrapped, start + (ceil(_mining_stops(study, block)) if row.ready_p50 else RENEWAL_MONTHS))
        yield "mining", power, stops
    kind = "AI lease" if row.becomes == "ai_lease" else "AI cloud"
    if start is None:
        if block.cloud is not None:
            yield kind, power, end
    elif row.ready_p50:
        ready = _offset(study, row.ready_p50)
        yield "works", start, ready
        yield kind, ready, end
    else:
        renewed = portfolio.miner(portfolio.policy.refresh_miner or "")
        first = start + (RENEWAL_MONTHS if block.hall is not None else NEW_MINE_MONTHS)
        if block.hall is None:
            yield "works", start, first
        yield "mining", max(first, power), first + renewed.life_months


def _mining_stops(study: Study, block: Block) -> float:
    kind = "mine" if block.hall is not None else "land"
    return next(
        float(works["mining_stops_months"])
        for works in study.works
        if works["kind"] == kind and works["grid_mw"] == block.grid_mw
    )


def _since(study: Study, month: Month) -> int:
    return month - study.portfolio.start


def _offset(study: Study, month: str) -> int:
    """Months from the start; the end of the study for ``after 2046-12``."""
    return study.portfolio.horizon.months if month.startswith("after") else _since(study, Month.parse(month))


def _spec(bars: list[Spec], marks: list[Spec], order: list[str], first: float, last: float) -> Spec:
    present = [use for use in USE_COLOURS if any(bar["use"] == use for bar in bars)]
    x_axis = {"format": "d", "title": "year", "tickCount": 10, "orient": "bottom", "grid": True}
    y = {
        "field": "block",
        "type": "nominal",
        "sort": order,
        "axis": {"title": None, "labelLimit": 170, "domain": False, "ticks": False, "labelFontSize": 11.5, "labelPadding": 6},
    }
    x_scale = {"domain": [first, last], "nice": False}
    finished = [mark for mark in marks if "p50" in mark]
    return {
        "width": 800,
        "height": {"step": _ROW_PX},
        "layer": [
            {
                "data": {"values": bars},
                "mark": {"type": "bar", "height": _ROW_PX - 5},
                "encoding": {
                    "y": y,
                    "x": {"field": "from", "type": "quantitative", "scale": x_scale, "axis": x_axis},
                    "x2": {"field": "to"},
                    "color": {"field": "use", "type": "nominal", "scale": colours(USE_COLOURS, present)},
                },
            },
            {
                "data": {"values": marks},
                "mark": {"type": "tick", "thickness": 2, "size": _ROW_PX - 4, "color": INK},
                "encoding": {"y": y, "x": {"field": "start", "type": "quantitative"}},
            },
            {
                "data": {"values": finished},
                "mark": {"type": "rule", "strokeWidth": 2.5, "color": "#ffffff"},
                "encoding": {"y": y, "x": {"field": "p50", "type": "quantitative"}, "x2": {"field": "p80"}},
            },
            {
                "data": {"values": finished},
                "mark": {"type": "tick", "thickness": 2.5, "size": _ROW_PX - 8, "color": "#ffffff"},
                "encoding": {"y": y, "x": {"field": "p80", "type": "quantitative"}},
            },
        ],
        "padding": {"left": 18, "top": 4, "right": 4, "bottom": 4},
    }
