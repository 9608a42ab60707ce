"""Money: taxes for every site, capital in the years of the study, a loan that ends in it."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.finding import Finding
from repower.portfolio.name_checks import find_twins
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio
from repower.portfolio.site import Site


def check_tax(portfolio: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """The site's country has a tax."""
    named = [tax.country for tax in portfolio.capital.taxes]
    if site.country not in named:
        message = f"there is no tax for {site.country} in capital.taxes, so this site's income could not be taxed"
        yield Finding(
            "P213", (*path, "country"), message, f"add - {{country: {site.country}, income_rate: ...}} to capital.taxes"
        )


def check_budget_years(portfolio: Portfolio) -> Iterator[Finding]:
    """Every year of the budget stands once."""
    yield from find_twins(portfolio.capital.budget, ("capital", "budget"), "year", "P214")


def check_budget_in_study(portfolio: Portfolio) -> Iterator[Finding]:
    """Some year of the budget is in the study."""
    years = portfolio.horizon.years()
    if not any(years[0] <= budget.year <= years[-1] for budget in portfolio.capital.budget):
        message = f"no year of the budget is in the study ({years[0]} to {years[-1]}), so nothing could ever be built"
        yield Finding("P215", ("capital", "budget"), message, f"add - {{year: {years[0]}, usd: ...}}")
        return
    for position, budget in enumerate(portfolio.capital.budget):
        if not years[0] <= budget.year <= years[-1]:
            message = f"{budget.year} is not in the study ({years[0]} to {years[-1]}), so its capital could never be spent"
            yield Finding("P240", ("capital", "budget", position, "year"), message, "correct the year, or leave the line out")


def check_tenor(portfolio: Portfolio) -> Iterator[Finding]:
    """The loan is repaid within the study."""
    tenor, months = portfolio.capital.loan.tenor_months, 12 * portfolio.years
    if tenor > months:
        message = f"the loan runs {tenor} months, the study {months}: it could not be repaid in it"
        yield Finding("P220", ("capital", "loan", "tenor_months"), message, "shorten the tenor, or lengthen years")


OF_PORTFOLIO = (check_budget_years, check_budget_in_study, check_tenor)
