"""The page of one site's hours: a week, duration curves, energy, months and peaks, money, worths, proof and facts."""

from __future__ import annotations

from pathlib import Path

from repower import __version__
from repower.report import figures
from repower.report.duration_curve import duration_curves
from repower.report.section import Section
from repower.report.shell import whole_page
from repower.report.site_dispatch import SiteDispatch, stamp
from repower.report.site_tables import charges, energy, facts, money, months, peaks, proof, worth
from repower.report.site_tiles import tiles
from repower.report.week_chart import week_chart
from repower.report.whole_file import write_whole

FORESIGHT = {
    "perfect": "all prices of the year are known beforehand, which no operator has: what a battery earns is a most",
    "day-ahead": "each day's prices are known as it begins, and what follows is a forecast made of prices so far",
    "real-time": "each hour's price is known as it begins, and what follows is a forecast made of prices so far",
}


def site_page(told: SiteDispatch, path: str | Path) -> Path:
    """Write the page as one HTML file, whole or not at all, and give its path. InputError where it cannot be written."""
    return write_whole(path, render(told))


def render(told: SiteDispatch) -> str:
    """The whole HTML text of the page."""
    sections = [
        Section("a-week", "A week, hour by hour", week_chart(told.site, told.result, told.account)),
        Section("curves", "The year, sorted", duration_curves(told.site, told.result, told.account)),
        Section("energy", "Energy: where it comes from and where it goes", energy(told)),
        Section("peaks", "Months, peaks and demand charges", months(told) + peaks(told) + charges(told)),
        Section("money", "Money, line by line", money(told)),
        Section("worth", "What one more of it would be worth", worth(told)),
        Section("proof", "How sure it is", proof(told)),
        Section("facts", "What it rests on", facts(told)),
    ]
    title = f"{told.site.site}, hours of {told.site.year} – Repower"
    return whole_page(title, _head(told), sections, __version__)


def _head(told: SiteDispatch) -> str:
    site = told.site
    first, last = (stamp(hour)[:10] for hour in (site.hours[0], site.hours[-1]))
    items = [
        ("hours", f"{figures.number(len(site.hours))}, {first} to {last}, UTC"),
        ("connection", _range(site.problem.import_limit_mw.min(), site.problem.import_limit_mw.max())),
        ("mines", figures.mw(float(site.problem.tier_mw.sum(axis=0).max(initial=0.0)), 1)),
        ("AI load", _range(site.problem.ai_mw.min(), site.problem.ai_mw.max())),
        ("batteries", _batteries(told)),
        ("foresight", figures.text(told.foresight)),
    ]
    listed = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in items)
    return (
        f'<header id="top"><p class="kind">Repower dispatch</p><h1>{figures.text(site.site)}, hours of {site.year}</h1>'
        f'<dl class="facts">{listed}</dl><p class="notice"><strong>Illustrative, not advice.</strong> One scenario, the base '
        f"path; {figures.text(FORESIGHT.get(told.foresight, told.foresight))}. What AI halls and their customers pay is not in "
        "it: energy of the halls stands here as a cost. Money is nominal US dollars, positive to the owner.</p></header>"
        f'<section id="glance" aria-labelledby="glance-title"><h2 id="glance-title">At a glance</h2>'
        f"{tiles(told)}</section>"
    )


def _range(low: float, high: float) -> str:
    if high - low < 0.05:
        return figures.mw(float(high), 1)
    return f"{figures.number(float(low), 1)} to {figures.mw(float(high), 1)}"


def _batteries(told: SiteDispatch) -> str:
    stores = told.site.problem.batteries
    if not stores:
        return "none"
    mw, mwh = sum(store.discharge_mw for store in stores), sum(store.energy_mwh for store in stores)
    return f"{figures.mw(mw, 1)}, {figures.number(mwh, 1)}{figures.GLUE}MWh"
