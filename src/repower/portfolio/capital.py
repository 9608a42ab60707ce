"""Money: what may be spent, what it costs, what the state takes."""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.units import Months, Rate, Share, Usd, UsdPerMw

RateKind = Literal["fixed", "at_signing"]


class YearBudget(Model):
    """Capital that may be spent in one calendar year."""

    year: int = fact("calendar year", ge=2000, le=2100)
    usd: Usd = fact(
        "most that may be spent on works, ordered miners and first accelerators; renewals of accelerators, and of fleets by "
        "renewal_payback_months, need none",
        ge=0,
    )


class Loan(Model):
    """Terms on which a lender finances contracted AI halls: level-DSCR sculpting within a gearing cap."""

    rate: Rate = fact(
        "all-in interest of a loan signed at the start of the study", ge=0, source="R 6.1-7.75 % in announced project bonds"
    )
    rate_kind: RateKind = fact(
        "whether every loan has this rate, or the base rate of the month in which its works start with the same margin",
        default="at_signing",
    )
    tenor_months: Months = fact("months of repayment after the hall is ready, at most the lease's term less 12 months", gt=0)
    min_dscr: float = fact(
        "debt service cover that sizes the loan",
        default=1.3,
        ge=1,
        source="K 1.20-1.30 in bank terms; River Bend about 1.09-1.36",
    )
    gearing_share: Share = fact(
        "loan against its uses (works, fee, interest during the works) at most",
        default=0.7,
        ge=0,
        lt=1,
        source="R 65-85 % in announced terms",
    )
    upfront_fee_rate: Share = fact("fee on the amount drawn", default=0.015, ge=0, source="K OID 1-2 %")


class CountryTax(Model):
    """Income tax of one country; straight-line depreciation, losses carried forward within the country."""

    country: str = fact("ISO 3166 two-letter code", pattern=r"^[A-Z]{2}$")
    income_rate: Share = fact("tax on income, local taxes included", ge=0, lt=1)
    hall_life_months: Months = fact(
        "depreciation of halls and plant",
        default=240,
        gt=0,
        source="K mix of 15-year improvements and 39-year buildings, straight line",
    )
    machine_life_months: Months = fact(
        "depreciation of miners and accelerators", default=60, gt=0, source="K five-year class, straight line"
    )


class Capital(Model):
    """Budget, cost of money, loan, taxes, and what a new mine costs."""

    budget: tuple[YearBudget, ...] = fact("capital by year; a year that is not named has none", min_length=1)
    discount_rate: Rate = fact(
        "discount rate of unlevered, after-tax, nominal cash flows; one for all uses, since risk is in the scenarios", ge=0
    )
    cost_of_equity_rate: Rate = fact("discount rate of cash flows to equity after the loan", ge=0)
    inflation_rate: Rate = fact(
        "yearly rise of running costs and of the cost of halls and mines; prices of machines do not rise",
        default=0.025,
        gt=-1,
        source="K judgement",
    )
    loan: Loan = fact("loan on contracted AI halls")
    taxes: tuple[CountryTax, ...] = fact("income tax by country", min_length=1)
    mine_usd_per_mw: UsdPerMw = fact(
        "mine without machines, per grid MW",
        default=375000.0,
        ge=0,
        source="R 0.35-0.40 million USD per MW in the interview, 0.30-0.35 from Sabre56",
    )
