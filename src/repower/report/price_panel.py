"""How prices are drawn: an axis that shows spikes and ordinary hours alike, and the prices at which mines stop to pay."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from repower.conversion.site_year import SiteYear
from repower.dispatch.arrays import Floats
from repower.dispatch.problem import checked
from repower.report.drawing import Spec

#: Shades of mines by tier, in every chart of a site's hours.
MINE_SHADES = ("#e39a2d", "#f0c583", "#b3701a", "#f7e2bf")
#: A spike this many times the price that all but a hundredth of the hours stay below bends the axis.
_SPIKE = 4.0
_TICKS = (-5000, -1000, -500, -200, -100, -50, 0, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)


def price_encoding(field: str, shown: Floats, year: Floats) -> Spec:
    """The y channel for the prices `shown`, USD/MWh: linear; beyond some level logarithmic where a spike would hide the other
    hours. What is ordinary is decided by all prices of the `year`."""
    ordinary = max(1.0, float(np.quantile(np.abs(year), 0.99)))
    low, high = float(shown.min()), float(shown.max())
    if max(high, -low) <= _SPIKE * ordinary:
        return {"field": field, "type": "quantitative", "axis": {"title": "USD/MWh", "tickCount": 5}}
    level = max(10.0, float(np.median(np.abs(year))))
    ticks = [tick for tick in _TICKS if low - 20 <= tick <= 1.3 * high]
    return {
        "field": field,
        "type": "quantitative",
        "scale": {"type": "symlog", "constant": round(level, 1), "nice": False},
        "axis": {"title": "USD/MWh, bent scale", "values": ticks, "format": ",.0f"},
    }


def break_even_usd_per_mwh(site: SiteYear) -> Floats:
    """[K, H] market price at which a MWh of each tier, network and taxes included, earns nothing."""
    p = checked(site.problem)
    assert p.coincident_usd_per_mw is not None
    return np.asarray(p.tier_value_usd_per_mwh - p.adder_usd_per_mwh - p.coincident_usd_per_mw)


def mine_colours(tiers: Sequence[str]) -> list[str]:
    """A colour for each tier, in their order."""
    return [MINE_SHADES[place % len(MINE_SHADES)] for place in range(len(tiers))]


def break_even_rules(site: SiteYear, levels: Floats, y: Spec, legend: Spec | None) -> list[Spec]:
    """Dashed lines at the break-even of every tier, in its colour; levels [K] in USD/MWh. No layer where there are none."""
    if not site.tiers:
        return []
    values = [
        {y["field"]: round(float(level), 2), "tier": f"mines, {tier}"} for tier, level in zip(site.tiers, levels, strict=True)
    ]
    scale = {"domain": [row["tier"] for row in values], "range": mine_colours(site.tiers)}
    return [
        {
            "data": {"values": values},
            "mark": {"type": "rule", "strokeDash": [6, 3], "strokeWidth": 2},
            "encoding": {"y": y, "color": {"field": "tier", "type": "nominal", "scale": scale, "legend": legend}},
        }
    ]
