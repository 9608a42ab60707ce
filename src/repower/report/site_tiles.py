"""The figures of the first glance at a site's hours, each beside what business as usual would give."""

from __future__ import annotations

from repower.report import figures
from repower.report.headline import Tile
from repower.report.site_account import Account, account_imported_mw
from repower.report.site_dispatch import SiteDispatch, energy_usd_per_mwh, mining_hours_share, unserved_hours


def tiles(told: SiteDispatch) -> str:
    """Four to eight figures; what the site does not have is left away."""
    found = (_margin(told), _cost(told), _mines(told), _battery(told), _peak(told), _unserved(told), _called(told), _proof(told))
    return f'<div class="tiles">{"".join(tile_html(tile) for tile in found if tile is not None)}</div>'


def gap(share: float) -> str:
    """``0``, ``2e-12`` or ``0.03 %``."""
    if share == 0:
        return "0"
    return f"{share:.0e}" if share < 1e-5 else figures.percent(share, 3)


def per_mwh(usd: float | None) -> str:
    """``41.20 $/MWh``."""
    return figures.NOTHING if usd is None else f"{figures.number(usd, 2)}{figures.GLUE}$/MWh"


def mwh(value: float) -> str:
    """``12.3 MWh`` or ``512.3 GWh``."""
    large = abs(value) >= 1e4
    return f"{figures.number(value / 1e3 if large else value, 1)}{figures.GLUE}{'GWh' if large else 'MWh'}"


def tile_html(tile: Tile) -> str:
    """One figure of the first glance."""
    return (
        f'<div class="tile"><p class="what">{tile.what}</p><p class="value">{tile.value}</p>'
        f'<p class="baseline"><span>{tile.against}</span> {tile.baseline}</p><p class="more">{tile.note}</p></div>'
    )


def _usual(told: SiteDispatch) -> Account | None:
    return told.neighbours[0].account if told.neighbours else None


def _against(told: SiteDispatch) -> str:
    return figures.text(told.neighbours[0].words) if told.neighbours else "no neighbour"


def _margin(told: SiteDispatch) -> Tile:
    of, usual = told.account, _usual(told)
    mines = any(told.site.tiers)
    what = "mining value less all energy" if mines else "all energy, a cost"
    added = "" if usual is None else f"; choosing the hours adds {figures.usd(of.objective_usd - usual.objective_usd)}"
    return Tile(
        "Margin of the year",
        figures.usd(of.objective_usd),
        figures.NOTHING if usual is None else figures.usd(usual.objective_usd),
        f"{what}, without what the halls earn and without running costs{added}",
        _against(told),
    )


def _cost(told: SiteDispatch) -> Tile:
    usual = _usual(told)
    mean = float(told.site.problem.market_price_usd_per_mwh.mean())
    return Tile(
        "Energy costs",
        per_mwh(energy_usd_per_mwh(told.account)),
        figures.NOTHING if usual is None else per_mwh(energy_usd_per_mwh(usual)),
        "of what is used or sold, with network, contracts, wear and demand charges; the market's mean price is " + per_mwh(mean),
        _against(told),
    )


def _mines(told: SiteDispatch) -> Tile | None:
    mined, usual = mining_hours_share(told), _usual(told)
    if mined is None:
        return None
    able = float(told.site.problem.tier_mw.sum())
    return Tile(
        "Mines run",
        figures.percent(mined, 1),
        figures.NOTHING if usual is None else figures.percent(usual.mwh("mining") / able, 1),
        f"of what the machines could draw: {mwh(told.account.mwh('mining'))} of {mwh(able)}",
        _against(told),
    )


def _battery(told: SiteDispatch) -> Tile | None:
    bare = next((other.account for other in told.neighbours if other.key == "without_battery"), None)
    if bare is None:
        return None
    of = told.account
    return Tile(
        "What the battery adds",
        figures.usd(of.objective_usd - bare.objective_usd),
        figures.usd(bare.objective_usd),
        f"a year, before its capital; it loses {mwh(of.battery_losses_mwh)}, and its wear costs {figures.usd(-of.usd['wear'])}",
        "margin without it",
    )


def _peak(told: SiteDispatch) -> Tile:
    of, usual = told.account, _usual(told)
    there = "" if usual is None else f", and {figures.usd(-usual.usd['demand_charges'])} there"
    return Tile(
        "Highest import",
        figures.mw(float(account_imported_mw(of).max()), 1),
        figures.NOTHING if usual is None else figures.mw(float(account_imported_mw(usual).max()), 1),
        f"demand charges of {figures.usd(-of.usd['demand_charges'])}{there}",
        _against(told),
    )


def _unserved(told: SiteDispatch) -> Tile | None:
    if not told.site.problem.ai_mw.any():
        return None
    of, usual = told.account, _usual(told)
    named, more = unserved_hours(told)
    when = f"in {len(named) + more} hours, the first {named[0]} UTC" if named else "served in every hour"
    return Tile(
        "AI load not served",
        mwh(of.beside["unserved"]),
        figures.NOTHING if usual is None else mwh(usual.beside["unserved"]),
        f"{when}; interrupted by agreement {mwh(of.beside['flexed'])}",
        _against(told),
    )


def _called(told: SiteDispatch) -> Tile | None:
    if not told.site.called.any():
        return None
    limit = told.site.problem.import_limit_mw
    return Tile(
        "Curtailed hours",
        figures.number(int(told.site.called.sum())),
        f"{figures.number(len(told.site.hours))} hours",
        f"in which the network lets in as little as {figures.mw(float(limit[told.site.called].min()), 1)} instead of "
        f"{figures.mw(float(limit.max()), 1)}",
        "of",
    )


def _proof(told: SiteDispatch) -> Tile:
    found = told.result.certificate
    return Tile(
        "Proof",
        f"gap {gap(found.gap)}",
        figures.usd(found.bound_usd),
        f"no dispatch of these hours earns more than the bound; method {figures.text(found.method)}, "
        f"{figures.number(found.seconds, 3)}{figures.GLUE}s",
        "bound",
    )
