"""Fans of the drivers: how far they spread month by month, and three single scenarios, in which one sees jumps.

Each driver is a picture of its own with its data below it, so that they stand side by side on a desk and one below the other on
a phone. The single scenarios are the first ones that were drawn, not chosen, and the same in every picture.
"""

from __future__ import annotations

import numpy as np

from repower.horizon import Month
from repower.report import figures, tables
from repower.report.drawing import INK, PLAN_COLOUR, Spec, svg
from repower.report.scenario_drivers import NAMES, Driver, Group, by_month, by_year, decimals, figure_of, told_years, year_name
from repower.report.scenario_outlook import Outlook
from repower.report.section import Floats

#: Single scenarios, and the colours of their lines.
_SINGLE_COLOURS = ("#b3701a", "#3c8a63", "#a0356b")
_SIZE = (405, 190)
_REGIME_COLOURS = {"glut": "#b9938b", "normal": "#d9dde2", "scarcity": "#5aa0d8"}
#: Pictures in which the months of a halving are marked.
_HALVINGS = ("network_eh_per_s", "hashprice_usd_per_ph_day", "fee_share", "machine_usd_per_th")


def singles(told: Outlook) -> list[int]:
    """Places of the single scenarios that are drawn; with mirrored pairs the first of each."""
    step = 2 if told.sampling == "antithetic" else 1
    return list(range(0, told.scenarios, step))[: len(_SINGLE_COLOURS)]


def legend(told: Outlook, group: Group) -> str:
    """What the signs of a group's fans mean."""
    numbers = [str(told.drawn["scenario"].to_numpy()[place]) for place in singles(told)]

    def band(opacity: float) -> str:
        return f'<svg class="sign" viewBox="0 0 22 12"><path d="M0 1h22v10h-22z" fill="{PLAN_COLOUR}" opacity="{opacity}"/></svg>'

    def line(colour: str, width: float) -> str:
        return f'<svg class="sign" viewBox="0 0 22 12"><path d="M0 6h22" stroke="{colour}" stroke-width="{width}"/></svg>'

    signs = [
        f"{line(PLAN_COLOUR, 2.4)} median",
        f"{band(0.5)} P25 to P75",
        f"{band(0.2)} P10 to P90",
        *(f"{line(colour, 1.3)} scenario {number}" for colour, number in zip(_SINGLE_COLOURS, numbers, strict=False)),
    ]
    if group == "bitcoin" and halvings(told):
        dashes = f'<path d="M11 0v12" stroke="{INK}" stroke-dasharray="2 2"/>'
        signs.append(f'<svg class="sign" viewBox="0 0 22 12">{dashes}</svg> halving')
    return f'<p class="signs">{"".join(f"<span>{sign}</span>" for sign in signs)}</p>'


def fans(told: Outlook, group: Group) -> str:
    """The pictures of a group of drivers."""
    drawn = [_fan(told, driver) for driver in told.drivers if driver.group == group and driver.name != "gpu_progress_years"]
    if group == "accelerators":
        drawn.append(_regimes(told))
    return f'{legend(told, group)}<div class="fans">{"".join(drawn)}</div>'


def _fan(told: Outlook, driver: Driver) -> str:
    start = told.portfolio.start
    bands = {name: values / driver.scale for name, values in by_month(driver).items()}
    paths = [driver.values[place] / driver.scale for place in singles(told)]
    labels = [start + driver.first + step for step in range(driver.values.shape[1])]
    rows: list[Spec] = [
        {"year": round(_year(month), 4)}
        | {name: _short(bands[name][step]) for name in NAMES}
        | {f"s{place}": _short(path[step]) for place, path in enumerate(paths)}
        for step, month in enumerate(labels)
    ]
    end = [bands[name][-1] for name in ("p10", "p50", "p90")]
    said = (
        f"{figure_of(float(bands['p50'][0]))} at first; median {figure_of(float(end[1]))} in {labels[-1]}, one in ten below "
        f"{figure_of(float(end[0]))}, one in ten above {figure_of(float(end[2]))}"
    )
    name = "fan-" + "".join(letter if letter.isalnum() else "-" for letter in driver.name)
    order = [entry.name for entry in told.drivers].index(driver.name)
    data = tables.csv_link(
        ("month", "unit", *NAMES, "mean", *(f"scenario {told.drawn['scenario'].to_numpy()[place]}" for place in singles(told))),
        [
            (str(month), driver.shown, *(float(bands[key][step]) for key in (*NAMES, "mean")), *(float(p[step]) for p in paths))
            for step, month in enumerate(labels)
        ],
        f"{name}.csv",
    )
    spec = _spec(told, driver, rows, len(paths))
    return _picture(f"{name}-{order}", f"{driver.title}, {driver.shown}", said, spec, data)


def _picture(name: str, title: str, said: str, spec: Spec, data: str) -> str:
    """A small figure: title with unit, picture, what it ends with, its data."""
    return (
        f'<figure id="{name}"><figcaption><h3>{figures.text(title)}</h3></figcaption>'
        f'<div class="chart" role="img" aria-label="{figures.text(f"{title}. {said}.")}">{svg(spec, name)}</div>'
        f'<p class="note">{figures.text(said)}. {data}</p></figure>'
    )


def _spec(told: Outlook, driver: Driver, rows: list[Spec], paths: int) -> Spec:
    columns = [*NAMES, *(f"s{place}" for place in range(paths))]
    least, most = (pick(row[name] for row in rows for name in columns) for pick in (min, max))
    logarithmic = driver.logarithmic and least > 0.0
    scale: Spec = {"type": "log", "nice": False, "domain": [least, most]} if logarithmic else {"zero": False}
    axis: Spec = {"values": _ticks(least, most)} if logarithmic else {"tickCount": 5}
    axis["labelExpr"] = "abs(datum.value) >= 10000 ? format(datum.value, '~s') : format(datum.value, '~r')"
    x: Spec = {
        "field": "year",
        "type": "quantitative",
        "scale": {"nice": False, "zero": False, "domain": [rows[0]["year"], rows[-1]["year"]]},
        "axis": {"format": "d", "title": None, "tickCount": 5, "tickMinStep": 1, "grid": False},
    }

    def y(name: str) -> Spec:
        return {"field": name, "type": "quantitative", "scale": scale, "axis": axis, "title": driver.shown}

    layers: list[Spec] = [
        {
            "mark": {"type": "area", "opacity": opacity, "color": PLAN_COLOUR},
            "encoding": {"x": x, "y": y(low), "y2": {"field": high}},
        }
        for low, high, opacity in (("p10", "p90", 0.16), ("p25", "p75", 0.28))
    ]
    layers += [
        {"mark": {"type": "line", "color": colour, "strokeWidth": 0.9}, "encoding": {"x": x, "y": y(f"s{place}")}}
        for place, colour in enumerate(_SINGLE_COLOURS[:paths])
    ]
    layers.append({"mark": {"type": "line", "color": PLAN_COLOUR, "strokeWidth": 2.2}, "encoding": {"x": x, "y": y("p50")}})
    halved = halvings(told) if driver.name in _HALVINGS else []
    if halved:
        layers.append(
            {
                "data": {"values": [{"year": _year(month)} for month in halved]},
                "mark": {"type": "rule", "color": INK, "strokeDash": [2, 3], "strokeWidth": 0.9},
                "encoding": {"x": x},
            }
        )
    return {"data": {"values": rows}, "width": _SIZE[0], "height": _SIZE[1], "layer": layers}


def halvings(told: Outlook) -> list[Month]:
    """First months that have no more than the halved subsidy, or a part of it."""
    subsidy = told.drawn["subsidy_btc"].to_numpy()
    return [
        told.portfolio.start + month
        for month in range(1, len(subsidy))
        if subsidy[month] < subsidy[month - 1] and (month == 1 or subsidy[month - 1] == subsidy[month - 2])
    ]


def _regimes(told: Outlook) -> str:
    """Share of scenarios in glut, normal market and scarcity, month by month."""
    labels = [told.portfolio.start + step for step in range(told.portfolio.horizon.months)]
    rows = [
        {"year": round(_year(month), 4), "market": name, "share": round(float(share[step]), 4), "order": order}
        for order, (name, share) in enumerate(told.regimes.items())
        for step, month in enumerate(labels)
    ]
    whole = {name: float(share.mean()) for name, share in told.regimes.items()}
    said = ", ".join(
        f"{figures.percent(value).replace(figures.GLUE, ' ')} of all months in {name}" for name, value in whole.items()
    )
    spec = {
        "data": {"values": rows},
        "width": _SIZE[0],
        "height": _SIZE[1],
        "mark": {"type": "area", "interpolate": "step-after"},
        "encoding": {
            "x": {
                "field": "year",
                "type": "quantitative",
                "scale": {"nice": False, "zero": False},
                "axis": {"format": "d", "title": None, "tickCount": 5, "tickMinStep": 1, "grid": False},
            },
            "y": {
                "field": "share",
                "type": "quantitative",
                "stack": "zero",
                "scale": {"domain": [0, 1]},
                "axis": {"format": "%", "tickCount": 5},
                "title": "share of scenarios",
            },
            "order": {"field": "order"},
            "color": {
                "field": "market",
                "type": "nominal",
                "scale": {"domain": list(_REGIME_COLOURS), "range": list(_REGIME_COLOURS.values())},
            },
        },
    }
    data = tables.csv_link(
        ("month", "unit", *told.regimes),
        [
            (str(month), "share of scenarios", *(float(share[step]) for share in told.regimes.values()))
            for step, month in enumerate(labels)
        ],
        "fan-gpu-regime.csv",
    )
    return _picture("fan-gpu-regime", "Market of accelerators, share of scenarios", said, spec, data)


def driver_table(told: Outlook, group: Group) -> str:
    """The drivers of a group by model year: P10, P50, P90 and mean of the year's mean; folded."""
    years = told_years(told.portfolio.years)
    columns = (
        tables.Column("over scenarios", numeric=False),
        *(tables.Column(year_name(told.portfolio, year), "in its unit") for year in years),
    )
    rows = []
    for driver in told.drivers:
        if driver.group != group:
            continue
        found = by_year(driver)
        rows.append(tables.group(f"{figures.text(driver.title)}, {figures.text(driver.shown)}"))
        # as many decimals as its lowest median needs, the same for the whole driver
        places = decimals([min(abs(found["p50"][found["p50"] != 0.0]), default=0.0) / driver.scale])
        for name in ("p10", "p50", "p90", "mean"):
            values = [_at(found[name], year - driver.first // 12) for year in years]
            shown = [tables.amount(value, places, scale=driver.scale) for value in values]
            rows.append(tables.Row((tables.words(name.upper() if name != "mean" else name), *shown)))
    caption = (
        "Mean of the twelve months of each model year, over scenarios. The pictures have every month, and so has the JSON of the "
        "command."
    )
    table = tables.table(caption, columns, rows, name=f"{group}-years", sortable=False)
    return f"<details><summary>every driver by model year</summary>{table}</details>"


def _at(values: Floats, place: int) -> float | None:
    return float(values[place]) if 0 <= place < len(values) else None


def _year(month: Month) -> float:
    return month.year + (month.month - 1) / 12.0


def _short(value: float) -> float:
    return float(f"{value:.5g}")


def _ticks(low: float, high: float) -> list[float]:
    """1, 2, 5 times powers of ten, over many decades the powers alone."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    steps = (1.0, 2.0, 5.0) if last - first <= 3 else (1.0,)
    return [step * 10.0**power for power in range(first, last + 1) for step in steps if low <= step * 10.0**power <= high]
