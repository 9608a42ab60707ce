"""Site by site: megawatts, value against business as usual, capital, return, and what energy costs there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from repower.report import figures, tables
from repower.report.section import AS_USUAL, CASES, PLAN, Section, anchor

if TYPE_CHECKING:
    from repower.portfolio import Site
    from repower.study.study import Study

_COLUMNS = (
    tables.Column("site", "country", numeric=False),
    tables.Column("grid", "MW"),
    tables.Column("NPV plan", "M$"),
    tables.Column("NPV business as usual", "M$"),
    tables.Column("added", "M$"),
    tables.Column("plan, per MW", "M$ per grid MW"),
    tables.Column("as usual, per MW", "M$ per grid MW"),
    tables.Column("capital", "M$"),
    tables.Column("added per $", "of capital added"),
    tables.Column("IRR", "of what is added"),
    tables.Column("payback", "years"),
)
_ENERGY = (
    tables.Column("site", "power market", numeric=False),
    tables.Column("market level, start", "USD/MWh"),
    tables.Column("market level, mean of all years", "USD/MWh"),
    tables.Column("adder", "USD/MWh"),
    tables.Column("contracts", "MW"),
    tables.Column("own generation", "MW"),
    tables.Column("energy used, plan", "TWh"),
    tables.Column("paid per MWh used, plan", "USD/MWh"),
    tables.Column("energy used, as usual", "TWh"),
    tables.Column("paid per MWh used, as usual", "USD/MWh"),
)
_ENERGY_LINES = ["power_cost", "ppa", "generation", "resale"]


def sites(study: Study) -> Section:
    """The table of sites with its sum, and the table of their energy."""
    rows = [_row(study, site, position) for position, site in enumerate(study.portfolio.sites)]
    values = [study.summary["sites"][site.name] for site in study.portfolio.sites]
    totals = {name: sum(value[name] for value in values) for name in ("grid_mw", "npv_usd", "baseline_npv_usd", "capital_usd")}
    portfolio = {"npv_usd": study.summary["npv_usd"], "baseline_npv_usd": study.summary["baseline_npv_usd"]}
    carried = {name: portfolio[name] - totals[name] for name in portfolio}
    rows += [
        _sum(
            "all sites, each taxed alone", totals["npv_usd"], totals["baseline_npv_usd"], totals["grid_mw"], totals["capital_usd"]
        ),
        _sum("losses carried forward, tax paid in December", carried["npv_usd"], carried["baseline_npv_usd"], None, None, ""),
        _sum("portfolio", portfolio["npv_usd"], portfolio["baseline_npv_usd"], totals["grid_mw"], totals["capital_usd"]),
    ]
    caption = (
        "Mean over the scenarios, before loans. IRR, payback and value per $ of discounted capital are of what the plan adds to "
        "business as usual; a site that stays as it is adds none. A site's own tax takes a loss as worth its tax at once."
    )
    energy = (
        "What is paid: market, adders, contracts, fuel and capacity, less what is sold on, over all energy used in all "
        "years. Contracts "
        "that are paid and not used are in it."
    )
    return Section(
        "sites",
        "Sites",
        tables.table(caption, _COLUMNS, rows, name="site-table")
        + "<h3>What energy costs at each site</h3>"
        + tables.table(
            energy,
            _ENERGY,
            [_energy(study, site, position) for position, site in enumerate(study.portfolio.sites)],
            name="site-energy",
        ),
    )


def _row(study: Study, site: Site, position: int) -> tables.Row:
    figure = study.summary["sites"][site.name]
    added = figure["npv_usd"] - figure["baseline_npv_usd"]
    months = figure["payback_months"]
    link = f'<a class="src" href="#{anchor(f"sites[{position}]")}">{figures.text(site.name)}</a>'
    name = f"{link} <small>{figures.text(site.country)}</small>"
    return tables.Row(
        (
            tables.html(name, site.name),
            tables.amount(figure["grid_mw"], 0),
            tables.amount(figure["npv_usd"], 1, scale=1e6),
            tables.amount(figure["baseline_npv_usd"], 1, scale=1e6),
            tables.amount(added, 1, scale=1e6),
            tables.amount(figure["npv_usd"] / figure["grid_mw"], 2, scale=1e6),
            tables.amount(figure["baseline_npv_usd"] / figure["grid_mw"], 2, scale=1e6),
            tables.amount(figure["capital_usd"], 0, scale=1e6),
            tables.amount(figure["added_npv_usd_per_capital_usd"], 2),
            _irr(figure["irr"], figure["irr_status"], added),
            tables.amount(None if months is None else months / 12, 1),
        )
    )


def _irr(rate: float | None, status: str, added: float) -> tables.Cell:
    """The rate, or why there is none."""
    if rate is not None:
        return tables.share(rate, 1)
    why = "nothing added" if status == "no_sign_change" and added == 0 else figures.irr_status(status)
    return tables.html(f"<small>{why}</small>", None, "n none")


def _sum(words: str, npv: float, usual: float, grid_mw: float | None, capital: float | None, kind: str = "total") -> tables.Row:
    per = (None if grid_mw is None else npv / grid_mw, None if grid_mw is None else usual / grid_mw)
    return tables.Row(
        (
            tables.words(words),
            tables.amount(grid_mw),
            tables.amount(npv, 1, scale=1e6),
            tables.amount(usual, 1, scale=1e6),
            tables.amount(npv - usual, 1, scale=1e6),
            *(tables.amount(value, 2, scale=1e6) for value in per),
            tables.amount(capital, scale=1e6),
            *(tables.html("") for _ in range(3)),
        ),
        kind or "sum",
    )


def _energy(study: Study, site: Site, position: int) -> tables.Row:
    level = study.scenarios["power_level_usd_per_mwh"].sel(zone=site.power_market)
    used = {case: _used_mwh(study, site.name, case) for case in CASES}
    paid = {case: _paid_usd(study, site.name, case) for case in CASES}
    supply = site.supply
    adder = tables.amount(supply.adder_usd_per_mwh, 1)
    link = f'<a class="src" href="#{anchor(f"sites[{position}].supply.adder_usd_per_mwh")}">{adder.html}</a>'
    return tables.Row(
        (
            tables.html(f"{figures.text(site.name)} <small>{figures.text(site.power_market)}</small>", site.name),
            tables.amount(float(level[:, 0].mean()), 1),
            tables.amount(float(level.mean()), 1),
            tables.html(link, supply.adder_usd_per_mwh, "n"),
            tables.amount(sum(ppa.mw for ppa in supply.ppas) or None),
            tables.amount(sum(plant.mw for plant in supply.generators) or None),
            tables.amount(used[PLAN] / 1e6, 2),
            tables.amount(paid[PLAN] / used[PLAN] if used[PLAN] > 0 else None, 1),
            tables.amount(used[AS_USUAL] / 1e6, 2),
            tables.amount(paid[AS_USUAL] / used[AS_USUAL] if used[AS_USUAL] > 0 else None, 1),
        )
    )


def _used_mwh(study: Study, site: str, case: str) -> float:
    own = study.dispatch.sel(case=case, site=site)
    return float(np.asarray(own["mining_mwh"]).sum() + np.asarray(own["ai_mwh"]).sum())


def _paid_usd(study: Study, site: str, case: str) -> float:
    return -float(study.finance["cash_usd"].sel(case=case, site=site, line=_ENERGY_LINES).sum())
