"""Charts: Vega-Lite specifications drawn once, here, into still pictures inside the page.

A drawing is a figure: a heading that says what is to be seen, the picture with a text for those who cannot see it, and
the data below it. Pictures are inline SVG, so they print sharp and ask nothing of anybody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from repower.report import figures

#: Uses keep their colours in every chart. Distinct for the colour-blind (blue, orange, grey) and in print.
USE_COLOURS = {
    "AI lease": "#1d4f91",
    "AI cloud": "#5aa0d8",
    "mining": "#e39a2d",
    "works": "#7a6a9c",
    "idle": "#c6c9ce",
    "no power yet": "#e8e6e1",
}
PLAN_COLOUR, AS_USUAL_COLOUR = "#1d4f91", "#b3701a"
INK, FAINT = "#22262b", "#8a9099"
#: Width of a drawing that fills the column, in px.
WIDE = 980

Spec = dict[str, Any]

_CONFIG: Spec = {
    "font": "Arial, Helvetica, Liberation Sans, sans-serif",
    "aria": False,
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleColor": "#4c535b",
        "labelColor": INK,
        "gridColor": "#e9ebee",
        "domainColor": "#b9bec5",
        "tickColor": "#b9bec5",
        "titlePadding": 8,
        "labelFlush": False,
        "labelOverlap": True,
    },
    "legend": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "orient": "top",
        "title": None,
        "symbolType": "square",
        "symbolSize": 130,
        "columnPadding": 30,
        "labelLimit": 0,
    },
    "title": {"fontSize": 13, "fontWeight": "bold", "anchor": "start", "color": INK, "offset": 8, "frame": "group"},
    "header": {"labelFontSize": 13, "labelFontWeight": "bold", "title": None, "labelAnchor": "start", "labelColor": INK},
    "concat": {"spacing": 28},
}


def svg(spec: Spec, name: str) -> str:
    """The picture of a specification. `name` keeps its inner ids apart from those of other pictures of the page."""
    import vl_convert

    whole = {"padding": 4, **spec, "config": _CONFIG}
    drawn = vl_convert.vegalite_to_svg(json.dumps(whole), vl_version="5.20")
    drawn = re.sub(r'(id="|url\(#|href="#)(?=[A-Za-z])', rf"\g<1>{name}-", drawn)
    # Two decimals of a pixel are plenty, and half the bytes; numbers between the tags are words.
    drawn = re.sub(r"<[^>]*>", lambda tag: re.sub(r"(\d\.\d\d)\d+", r"\1", tag[0]), drawn)
    width = re.search(r'width="([\d.]+)"', drawn)
    assert width is not None
    style = f'style="max-width:{float(width[1]):.0f}px" focusable="false" aria-hidden="true" '
    return re.sub(r"^<svg [^>]*?viewBox", f'<svg xmlns="http://www.w3.org/2000/svg" {style}viewBox', drawn, count=1)


def figure(heading: str, spec: Spec, *, name: str, seen: str, data: str, note: str = "") -> str:
    """A chart with heading (HTML), text for those who cannot see it (plain), data (HTML, folded) and a note (HTML)."""
    return (
        f'<figure id="{name}"><figcaption><h3>{heading}</h3></figcaption>'
        f'<div class="box chart" tabindex="0" role="img" aria-label="{figures.text(seen)}">{svg(spec, name)}</div>'
        + (f'<p class="note">{note}</p>' if note else "")
        + f"<details><summary>data</summary>{data}</details></figure>"
    )


def colours(scale: dict[str, str], names: Sequence[str]) -> Spec:
    """A colour scale with these names in this order."""
    return {"domain": list(names), "range": [scale[name] for name in names]}
