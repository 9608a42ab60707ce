"""What the hours are like that stand around each level: negative prices, spikes, memory, and how many years there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from repower.markets.shapes import Shapes
from repower.portfolio import Portfolio
from repower.report import figures, tables
from repower.scenarios.calibration.power_hours import SPIKE_MEDIANS, HourStatistics, mean_statistics

#: Spread, of the mean, below which a price is a constant: a tariff.
_FLAT = 1e-9


@dataclass(frozen=True)
class ZoneHours:
    """The hours of a zone: file, its mean price, and the means over the shape years of the statistics of each.

    mean_price, currency : of the file.  statistics : None where a year's median is not above 0, against which all is measured.
    """

    zone: str
    series: str
    mean_price: float
    currency: str
    statistics: HourStatistics | None


def zone_hours(portfolio: Portfolio, shapes: Shapes) -> tuple[ZoneHours, ...]:
    """Every zone, in the portfolio's order."""
    found = []
    for place, market in enumerate(portfolio.markets.power):
        try:
            statistics = mean_statistics(shapes.price_shape[place])
        except ValueError:
            statistics = None
        if statistics is not None and statistics.sd_share < _FLAT:
            # what a constant price correlates with is the rounding of its digits
            statistics = statistics._replace(lag_1=0.0, lag_24=0.0, lag_168=0.0)
        mean = float(shapes.mean_usd_per_mwh[place])
        found.append(ZoneHours(market.name, market.series, mean, market.currency or "USD", statistics))
    return tuple(found)


def hour_table(shapes: Shapes, zones: Sequence[ZoneHours]) -> str:
    """One row per zone."""
    columns = (
        tables.Column("zone", numeric=False),
        tables.Column("file", numeric=False),
        tables.Column("file's mean", "of its currency/MWh"),
        tables.Column("in", "currency", numeric=False),
        tables.Column("below zero", "of hours"),
        tables.Column("spikes", "of hours"),
        tables.Column("spikes", "runs a year"),
        tables.Column("99th percentile", "of the mean"),
        tables.Column("standard deviation", "of the mean"),
        *(tables.Column(f"memory, {words}", "correlation") for words in ("an hour", "a day", "a week")),
        tables.Column("months differ by", "of the mean"),
    )
    rows = []
    for zone in zones:
        of = zone.statistics
        rows.append(
            tables.Row(
                (
                    tables.words(zone.zone),
                    tables.words(zone.series),
                    tables.amount(zone.mean_price, 2),
                    tables.words(zone.currency),
                    tables.share(of and of.negative_share, 2),
                    tables.share(of and of.spike_share, 2),
                    tables.amount(of and of.spikes, 1),
                    tables.amount(of and of.p99_share, 2),
                    tables.amount(of and of.sd_share, 2),
                    *(tables.amount(lag, 2) for lag in ((of.lag_1, of.lag_24, of.lag_168) if of else (None, None, None))),
                    tables.amount(of and of.month_spread, 2),
                )
            )
        )
    caption = (
        f"{figures.text(years_words(shapes))} The price of an hour is the level of its month times its shape; each model year "
        "takes one of these years for all zones and stations together, so cold still weeks stay dear everywhere at once. A spike "
        f"is an hour above {SPIKE_MEDIANS:g} medians of its year. Memory: correlation of asinh(price / median) with itself so "
        "long before. Means over the years."
    )
    return tables.table(caption, columns, rows, name="hours")


def years_words(shapes: Shapes) -> str:
    """How many years of hours there are, and which."""
    count = len(shapes.years)
    if isinstance(shapes.years[0], str):
        return f"{count} years of hours ({shapes.years[0]}, and so on)."
    named = ", ".join(map(str, shapes.years[:12])) + (", ..." if count > 12 else "")
    return f"{count} year{'s' if count > 1 else ''} of hours: {named}."
