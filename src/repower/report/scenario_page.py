"""The page of what might happen: drivers, dates of power, dependence, cases, stresses, hours, how sure, on what, limits."""

from __future__ import annotations

from pathlib import Path

from repower import __version__
from repower.portfolio.paths import FilePath
from repower.report import figures
from repower.report.assumptions import assumptions_of, counts, folded_parts
from repower.report.headline import Tile
from repower.report.limits import left_out_by
from repower.report.scenario_cases import case_table
from repower.report.scenario_dependence import correlation_table
from repower.report.scenario_drivers import by_size, by_year, compact, figure_of, year_name
from repower.report.scenario_fans import driver_table, fans
from repower.report.scenario_hours import hour_table, years_words
from repower.report.scenario_outlook import Outlook
from repower.report.scenario_precision import precision_table
from repower.report.scenario_stresses import effects, stress_table
from repower.report.scenario_waiting import month_at, waiting_tables
from repower.report.section import Section
from repower.report.shell import whole_page
from repower.report.site_tiles import tile_html
from repower.report.whole_file import write_whole

#: Modules whose limits are told, with words for them.
MODULES = {
    "repower.scenarios.bitcoin_price": "Price of a bitcoin",
    "repower.scenarios.bitcoin_fees": "Fees",
    "repower.markets.miner_fleet": "The world's machines",
    "repower.scenarios.power_level": "Level of power",
    "repower.markets.resampled": "Resampled hours",
    "repower.scenarios.gpu_rent": "Accelerator rent",
    "repower.scenarios.gpu_regime": "Glut and scarcity",
    "repower.scenarios.gpu_generations": "Generations of accelerators",
    "repower.scenarios.money": "Money",
    "repower.scenarios.connection_dates": "Dates of power",
    "repower.markets.queues": "The table of queues",
    "repower.scenarios.defaults": "Customers who stop paying",
    "repower.scenarios.stress": "Stresses",
    "repower.scenarios.regulation": "Changes of rules",
}
#: Fields outside `markets` that scenarios are made of.
_ELSEWHERE = ("default_rate", "default_glut_multiple", "inflation_rate", "never_share", "permits_from", "substation_months")


def scenario_page(told: Outlook, path: str | Path) -> Path:
    """Write the page as one HTML file, whole or not at all, and give its path. InputError where it cannot be written."""
    return write_whole(path, render(told))


def render(told: Outlook) -> str:
    """The whole HTML text of the page."""
    portfolio = told.portfolio
    sections = [
        Section("bitcoin", "Bitcoin and its machines", fans(told, "bitcoin") + driver_table(told, "bitcoin")),
        Section("power", "Power: the level of each zone", fans(told, "power") + driver_table(told, "power")),
        Section(
            "accelerators", "Accelerators: rent, glut, scarcity", fans(told, "accelerators") + driver_table(told, "accelerators")
        ),
        Section("money", "Money: rates, inflation, currencies", fans(told, "money") + driver_table(told, "money")),
        Section("dates", "When power comes, and customers go", waiting_tables(portfolio, told.waiting, told.customers)),
        Section("together", "What moves together", correlation_table(told.correlations)),
        Section("drifts", "Low, base and high drifts", case_table(portfolio, told.cases, told.case)),
        Section("stress", "Stresses", stress_table(portfolio, told.stresses, told.without)),
        Section("shapes", "The hours around the level", hour_table(told.shapes, told.hours)),
        Section("sure", "How sure these figures are", precision_table(told.precision, told.scenarios, told.sampling)),
        _parameters(told),
        _limits(),
    ]
    return whole_page(f"{portfolio.name}, what might happen – Repower", _head(told), sections, __version__)


def _head(told: Outlook) -> str:
    portfolio = told.portfolio
    items = [
        ("from", f"{portfolio.start}, {portfolio.years} years"),
        ("scenarios", f"{figures.number(told.scenarios)}, equally likely"),
        ("seed", str(told.seed)),
        ("sampling", figures.text(told.sampling)),
        ("drifts", f"{told.case} case"),
        ("inputs", f"<code>{figures.text(portfolio.origin.sha256[:12])}</code>"),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in items)
    about = f'<p class="about">{figures.text(portfolio.about)}</p>' if portfolio.about else ""
    return (
        f'<header id="top"><p class="kind">Repower scenarios</p><h1>{figures.text(portfolio.name)}: what might happen</h1>{about}'
        f'<dl class="facts">{listed}</dl><p class="notice"><strong>No forecast, and not advice.</strong> Spreads, jumps and '
        "memories are fitted where there is a history, as the assumptions say; long-run drifts are stated judgements, for which "
        f"see the cases. {figures.text(years_words(told.shapes))} Money is nominal US dollars.</p></header>"
        '<section id="glance" aria-labelledby="glance-title"><h2 id="glance-title">At a glance</h2>'
        f'<div class="tiles">{"".join(tile_html(tile) for tile in _tiles(told))}</div></section>'
    )


def _tiles(told: Outlook) -> list[Tile]:
    """What decides, with where it starts beside it."""
    zone = by_size(told.portfolio)[0]
    found = [
        _driver_tile(told, "hashprice_usd_per_ph_day", "Hashprice"),
        _driver_tile(told, "btc_price_usd", "Bitcoin"),
        _driver_tile(told, f"power_level_usd_per_mwh/{zone}", f"Power, {figures.text(zone)}"),
        _driver_tile(told, "gpu_rent_factor", "Accelerator rent"),
        _driver_tile(told, "base_rate", "Base rate"),
    ]
    if told.waiting:
        worst = max(told.waiting, key=lambda step: step.never_share)
        found.append(
            Tile(
                "Least sure connection step",
                f"{figures.percent(worst.never_share)} never",
                worst.stated,
                f"{figures.text(worst.site)}, {figures.mw(worst.mw)}, {figures.text(worst.status.replace('_', ' '))}; when it "
                f"comes, half by {month_at(told.portfolio, worst.p50)}, nine in ten by {month_at(told.portfolio, worst.p90)}",
                "stated",
            )
        )
    if told.stresses:
        worst_of = min(told.stresses, key=lambda item: effects(item, told.without)["hashprice_change_share"])
        change = effects(worst_of, told.without)["hashprice_change_share"]
        found.append(
            Tile(
                "Worst stress of hashprice",
                figures.percent(change),
                f"{figure_of(told.without.hashprice_usd_per_ph_day)} USD/PH/day",
                f"{figures.text(worst_of.name)}; {len(told.stresses)} stresses are below",
                "mean of the study without it",
            )
        )
    error = told.precision[2]
    share = error.error / error.value if error.error is not None and error.value else None
    found.append(
        Tile(
            "Sampling error",
            f"± {figures.percent(share, 1)}",
            f"{figure_of(error.value)} USD/PH/day",
            "standard error of the mean hashprice of the study; the error of the model is another and larger one",
            "of",
        )
    )
    return found


def _driver_tile(told: Outlook, name: str, words: str) -> Tile:
    driver = told.driver(name)
    found = by_year(driver)
    p10, p50, p90 = (compact(float(found[key][-1]) / driver.scale).replace(figures.GLUE, "") for key in ("p10", "p50", "p90"))
    # a factor against the start has no unit to name
    unit = "" if "=" in driver.shown else figures.text(driver.shown)
    last = year_name(told.portfolio, told.portfolio.years - 1)
    return Tile(
        f"{words} in {last}",
        f"{p10} to {p90}",
        f"{figure_of(float(driver.values[:, 0].mean()) / driver.scale)} {unit}",
        f"{unit or 'times the start'}, mean of the year: P10 to P90, median {p50}",
        "at the start",
    )


def _parameters(told: Outlook) -> Section:
    """Every number that the scenarios are made of, with what it was taken or fitted from."""
    used = [item for item in assumptions_of(told.portfolio) if _is_used(item.path)]
    shifted = (
        f"<p>The drifts are those of the {told.case} case: the portfolio's own with the shift of <code>markets.cases</code> "
        "added.</p>"
        if told.case != "base"
        else ""
    )
    return Section(
        "assumptions", "What they are made of, and calibrated on", shifted + counts(used) + folded_parts(told.portfolio, used)
    )


def _is_used(path: FilePath) -> bool:
    return path[0] in ("markets", "stresses") or path[-1] in _ELSEWHERE or "delay" in path


def _limits() -> Section:
    """What each part leaves out, said by itself."""
    said: list[tuple[str, list[str]]] = [(title, left_out_by(module)) for module, title in MODULES.items()]
    listed: str = "".join(
        f"<div><h3>{title}</h3><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul></div>" for title, items in said if items
    )
    return Section(
        "limits",
        "What these scenarios leave out",
        "<p>Each part of the program says what it does not do. None of it is in the numbers above.</p>"
        f'<div class="limits">{listed}</div>',
    )
