"""The plan carried out: every site dispatched hour by hour in every scenario, and the money that follows.

The plan valued blocks alone at spot and added what they share at nominal dates. Here each site runs as it will: all its
blocks together, at each scenario's own dates, in every hour. The lines of energy come from this dispatch; rents, running
costs and capital are those of the choices. What differs is reported step by step: the bridge from the planned
to the carried-out value (`repower.study.money`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.conversion.choices import Choice
from repower.conversion.options import Operation, carry_out
from repower.conversion.setting import Floats, Setting, Tier
from repower.conversion.supply import supply_months, unserved_usd_per_mwh
from repower.dispatch.months import MonthResult, SiteMonths, dispatch_months
from repower.finance.cashflow import CashFlow, add_up
from repower.finance.tax import linear_tax, tax_with_losses
from repower.portfolio import Site
from repower.progress import Progress


@dataclass(frozen=True)
class SiteRun:
    """One site under one plan.

    operations : of its blocks, in order.  energy : monthly sums of the exact dispatch.  cash : lines before tax, energy as
    dispatched.  depreciation : [S, M], negative.
    """

    site: Site
    operations: tuple[Operation, ...]
    tiers: tuple[Tier, ...]
    designs: tuple[str, ...]
    energy: MonthResult
    cash: CashFlow
    depreciation: Floats
    income_tax_rate: float

    @property
    def linear_tax(self) -> Floats:
        """[S, M] tax with losses worth their tax at once, on what was dispatched."""
        return linear_tax(self.cash.operating + self.depreciation, self.income_tax_rate)

    @property
    def planned_energy_usd(self) -> Floats:
        """[S, M] net of the energy lines as the choices alone at spot see them."""
        return np.asarray(
            sum(
                (
                    operation.cash.lines[name]
                    for operation in self.operations
                    for name in ("mining_revenue", "power_cost")
                    if name in operation.cash.lines
                ),
                np.zeros(self.cash.shape),
            )
        )


@dataclass(frozen=True)
class Programme:
    """A plan carried out at all sites.

    tax_by_country : [S, M] with losses carried forward within each country, negative.
    """

    runs: tuple[SiteRun, ...]
    tax_by_country: dict[str, Floats]

    @property
    def operations(self) -> list[Operation]:
        """One per block, in the order of the portfolio."""
        return [operation for run in self.runs for operation in run.operations]

    def cash(self) -> CashFlow:
        """All sites together, tax included."""
        tax = np.asarray(sum(self.tax_by_country.values()))
        return add_up([*(run.cash for run in self.runs), CashFlow({"tax": tax})])

    def site_cash(self) -> dict[str, CashFlow]:
        """Each site with the tax that it would owe alone, a loss worth its tax at once; the sum over sites differs from
        `cash` only in tax, by what carrying losses forward costs."""
        return {run.site.name: run.cash + CashFlow({"tax": run.linear_tax}) for run in self.runs}


def run_programme(
    setting: Setting, chosen: tuple[Choice, ...], progress: Progress | None = None, name: str = "dispatch the plan"
) -> Programme:
    """Dispatch every site under the chosen fates, exactly, in all hours of all scenarios.

    Raises ValueError unless `chosen` is one choice per block in the order of the portfolio: a block left out would be lost.
    """
    progress = progress or Progress()
    portfolio = setting.portfolio
    if [(choice.site, choice.block) for choice in chosen] != [
        (site.name, block.name) for site in portfolio.sites for block in site.blocks
    ]:
        raise ValueError("a plan is one choice per block, in the order of the portfolio's sites and blocks")
    runs = []
    with progress.step(name, len(portfolio.sites)) as step:
        for site in portfolio.sites:
            operations = tuple(carry_out(setting, choice) for choice in chosen if choice.site == site.name)
            runs.append(_run_site(setting, site, operations))
            step.advance()
        hours = setting.count * portfolio.years * 8760 * len(runs)
        step.note = f"{hours / 1e6:,.0f} million site-hours"
    tax = {}
    for country in dict.fromkeys(site.country for site in portfolio.sites):
        taxable = sum(run.cash.operating + run.depreciation for run in runs if run.site.country == country)
        tax[country] = tax_with_losses(taxable, portfolio.tax(country).income_rate, setting.first_calendar_month)
    return Programme(tuple(runs), tax)


def _run_site(setting: Setting, site: Site, operations: tuple[Operation, ...]) -> SiteRun:
    tiers = tuple(dict.fromkeys(tier for operation in operations for tier in operation.mine_mw))
    designs = tuple(dict.fromkeys(design for operation in operations for design in operation.it_mw))
    shape = (setting.count, setting.months)
    tier_mw = np.zeros((*shape, len(tiers)))
    tier_value = np.zeros((*shape, len(tiers)))
    it_mw = np.zeros((*shape, len(designs)))
    for operation in operations:
        for tier, mw in operation.mine_mw.items():
            tier_mw[:, :, tiers.index(tier)] += mw
        for design, mw in operation.it_mw.items():
            it_mw[:, :, designs.index(design)] += mw
    for position, tier in enumerate(tiers):
        tier_value[:, :, position] = setting.mine(site, tier).value_usd_per_mwh
    supply = supply_months(setting, site)
    pue = np.zeros((len(designs), *setting.price_shape(site).shape))
    for position, design in enumerate(designs):
        pue[position] = setting.hall(site, site.blocks[0], design).pue
    energy = dispatch_months(
        SiteMonths(
            price_shape=setting.price_shape(site),
            shape_year=setting.shape_year,
            level_usd_per_mwh=setting.level(site),
            first_calendar_month=setting.first_calendar_month,
            adder_usd_per_mwh=site.supply.adder_usd_per_mwh,
            import_limit_mw=supply.import_limit_mw[None, :],
            ppa_mw=supply.ppa_mw,
            ppa_price_usd_per_mwh=supply.ppa_price,
            ppa_must_take_share=supply.ppa_must_take,
            ppa_resale=supply.ppa_resale,
            ppa_resale_fee_usd_per_mwh=supply.ppa_fee,
            generator_mw=supply.generator_mw,
            generator_cost_usd_per_mwh=supply.generator_cost,
            tier_mw=tier_mw,
            tier_value_usd_per_mwh=tier_value,
            ai_it_mw=it_mw,
            ai_pue=pue,
            unserved_usd_per_mwh=unserved_usd_per_mwh(setting, site),
            limits=setting.price_limits(site),
        )
    )
    lines = {
        "mining_revenue": energy.mining_value_usd,
        "power_cost": -(energy.spot_usd + energy.adder_usd),
        "ppa": -energy.ppa_usd,
        "resale": energy.resale_usd,
        "generation": -energy.generator_usd + supply.fixed_usd,
        "unserved": -energy.unserved_usd,
    }
    kept = [
        CashFlow({name: line for name, line in operation.cash.lines.items() if name not in ("mining_revenue", "power_cost")})
        for operation in operations
        if set(operation.cash.lines) - {"mining_revenue", "power_cost"}
    ]
    depreciation = np.asarray(sum((operation.depreciation for operation in operations), np.zeros(shape)))
    return SiteRun(
        site,
        operations,
        tiers,
        designs,
        energy,
        add_up([CashFlow(lines), *kept]),
        depreciation,
        setting.portfolio.tax(site.country).income_rate,
    )
