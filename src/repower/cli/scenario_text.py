"""Scenarios as text for the terminal: drivers by year, dates of power, what moves together, cases, stresses, how sure it is."""

from __future__ import annotations

import io
import shutil

from rich.console import Console
from rich.table import Table

from repower.cli.site_text import simple_table, text_row
from repower.report import figures
from repower.report.scenario_drivers import by_year, compact, year_name
from repower.report.scenario_hours import years_words
from repower.report.scenario_outlook import Outlook
from repower.report.scenario_stresses import effects, worst_words
from repower.report.scenario_waiting import month_at

#: Columns of a terminal that nobody sees, and the most that are used.
_WIDTH, _WIDEST = 120, 140
#: Model years of the table of drivers, where the study has them.
_YEARS = (1, 5, 10, 20)


def as_text(told: Outlook) -> str:
    """All tables, lines without blanks at their ends, no colours."""
    out = io.StringIO()
    width = min(_WIDEST, max(80, shutil.get_terminal_size((_WIDTH, 40)).columns))
    console = Console(file=out, width=width, highlight=False, no_color=True, emoji=False, markup=False)
    parts: list[Table | str] = [
        _headline(told), _drivers(told), *_waiting(told), *_customers(told), _correlations(told), _cases(told), *_stresses(told),
        _precision(told), "No forecast: long-run drifts are stated judgements. --page FILE has charts, sources and limits.",
    ]  # fmt: skip
    for part in parts:
        console.print(part)
        console.print()
    return "\n".join(line.rstrip() for line in out.getvalue().replace(figures.GLUE, " ").splitlines()).rstrip()


def _headline(told: Outlook) -> str:
    portfolio = told.portfolio
    return (
        f"{portfolio.name}: {told.scenarios:,} scenarios of {portfolio.years} years from {portfolio.start}, seed {told.seed}, "
        f"{told.sampling} sampling, {told.case} case\n  {years_words(told.shapes)}"
    )


def _drivers(told: Outlook) -> Table:
    portfolio = told.portfolio
    years = sorted({year - 1 for year in _YEARS if year <= portfolio.years} | {portfolio.years - 1})
    heads = [f"{year_name(portfolio, year)}\n{_aligned(['P10', 'P50', 'P90'])}" for year in years]
    table = simple_table("Drivers, mean of the year", *heads)
    for driver in told.drivers:
        found, cells = by_year(driver), []
        for year in years:
            place = year - driver.first // 12
            values = [float(found[name][place]) / driver.scale for name in ("p10", "p50", "p90")] if place >= 0 else []
            cells.append(_aligned([compact(value) for value in values]) or figures.NOTHING)
        text_row(table, [f"{driver.title}, {driver.shown}", *cells])
    glut, scarcity = (f"{float(told.regimes[name].mean()):.0%}" for name in ("glut", "scarcity"))
    table.caption = f"Accelerators are in glut in {glut} of all months, in scarcity in {scarcity}."
    table.caption_justify = "left"
    return table


def _aligned(words: list[str]) -> str:
    """Numbers in columns of their own; ``84.7k`` without its blank."""
    return " ".join(f"{word.replace(figures.GLUE, ''):>6}" for word in words)


def _waiting(told: Outlook) -> list[Table]:
    if not told.waiting:
        return []
    table = simple_table("Power comes, of those that come", "MW", "stated", "P10", "P50", "P90", "never", words=("came last",))
    for step in told.waiting:
        dates = [month_at(told.portfolio, at) for at in (step.p10, step.p50, step.p90)]
        ordered = sorted(step.last.items(), key=lambda item: -item[1])
        last = ", ".join(f"{name} {share:.0%}" for name, share in ordered if share >= 0.005)
        where = f"{step.site}, {step.status.replace('_', ' ')}, {step.region}"
        text_row(table, [where, f"{step.mw:,.0f}", step.stated, *dates, f"{step.never_share:.1%}", last])
    return [table]


def _customers(told: Outlook) -> list[Table]:
    if not told.customers:
        return []
    years = list(told.customers[0].by_year)
    table = simple_table("Customers gone", *(f"by year {year}" for year in years), "stated chance a year")
    for customer in told.customers:
        shares = [f"{customer.by_year[year]:.1%}" for year in years]
        text_row(table, [customer.lease, *shares, f"{customer.default_rate:.2%}"])
    return [table]


def _correlations(told: Outlook) -> Table:
    """Pairs that were asked for one by one, the others by the one that is farthest from 0."""
    table = simple_table("Moves together", "asked", "shocks drawn", "paths' changes", "+-")
    others = []
    for pair in told.correlations:
        if pair.asked == 0.0 and pair.shocks is not None:
            others.append(pair)
            continue
        drawn = figures.NOTHING if pair.shocks is None else f"{pair.shocks:.3f}"
        error = figures.NOTHING if pair.paths_error is None else f"{pair.paths_error:.3f}"
        text_row(table, [f"{pair.first} and {pair.second}", f"{pair.asked:.2f}", drawn, f"{pair.paths:.3f}", error])
    if others:
        most = max(others, key=lambda pair: abs(pair.shocks or 0.0))
        words = f"the other {len(others)} pairs; farthest from 0 are {most.first} and {most.second}"
        error = figures.NOTHING if most.paths_error is None else f"{most.paths_error:.3f}"
        text_row(table, [words, "0.00", f"{most.shocks:.3f}", f"{most.paths:.3f}", error])
    return table


def _cases(told: Outlook) -> Table:
    last = year_name(told.portfolio, told.portfolio.years - 1)
    table = simple_table(
        "Case of the drifts, P10 P50 P90",
        f"bitcoin {last}",
        "hashprice of the study",
        "power of the study",
        "rent of the study",
    )
    for row in told.cases:
        cells = [_aligned([compact(value) for value in spread]) for spread in row.outcomes.values()]
        drifts = row.drifts
        words = f"{row.name}: bitcoin {drifts['price_drift_rate']:+.1%}, rent {drifts['gpu_drift_rate']:+.1%} a year"
        text_row(table, [words, *cells])
    return table


def _stresses(told: Outlook) -> list[Table]:
    if not told.stresses:
        return []
    table = simple_table(
        "Stress, change of the study's mean",
        "hashprice",
        "power",
        "rent",
        "rate, points",
        "power later, months",
        "customers gone",
        words=("power is dearest",),
    )
    for item in told.stresses:
        by = effects(item, told.without)
        shares = (by["hashprice_change_share"], by["power_change_share"], by["rent_change_share"])
        worst = f"+{by['power_worst_change_share']:.0%} {worst_words(told.portfolio, item)}" if item.worst is not None else ""
        text_row(
            table,
            [
                item.name,
                *(_change(share, f"{share:+.1%}") for share in shares),
                _change(by["base_rate_change"], f"{100 * by['base_rate_change']:+.2f}"),
                _change(by["power_later_months"], f"{by['power_later_months']:+.1f}"),
                f"{item.means.gone_share:.0%}",
                worst,
            ],
        )
    return [table]


def _change(value: float, words: str) -> str:
    return "=" if abs(value) < 5e-7 else words


def _precision(told: Outlook) -> Table:
    table = simple_table("Sampling error", "value", "+-", words=("unit",))
    for row in told.precision:
        text_row(table, [row.name, compact(row.value), compact(row.error), row.units])
    return table
