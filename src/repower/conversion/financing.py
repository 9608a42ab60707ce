"""One loan for each leased hall of the plan, sized on the base path, met in every scenario.

The lender counts only the first tenant's rent within the lease's term: rent and recharged power, less power and running
cost, after the tax that the hall alone would owe (linear); power at the market price, as if the hall stood alone. The own
cloud and the mines carry no loan. A hall that is late in a scenario begins to repay late (see `finance.delay`). Interest
lowers the tax of the country; losses are carried forward within it.

Its interest is agreed when the works begin and holds to the end. Amount and repayments are those of the base path also where
the interest is another: a lender who knew it would lend a little more or less, which is left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.conversion.choices import Choice
from repower.conversion.options import Operation, carry_out
from repower.conversion.programme import Programme
from repower.conversion.setting import Floats, Setting
from repower.finance.cashflow import CashFlow, add_up
from repower.finance.debt import LoanResult, size_loan
from repower.finance.delay import meet
from repower.finance.tax import linear_tax, tax_with_losses

#: Months by which the lease outlives the loan, so that a hall that is ready early still has its tenant when the last service
#: falls due. K lenders ask for a tail of six to twelve months.
TAIL_MONTHS = 12


@dataclass(frozen=True)
class HallLoan:
    """The loan of one leased hall. min_dscr : [S] over the scenarios, each at its own dates."""

    site: str
    block: str
    loan: LoanResult
    min_dscr: Floats


@dataclass(frozen=True)
class Financing:
    """All loans of a plan and what they leave to the owners.

    loans_cash : lines of all loans, [S, M].  tax : [S, M] of all countries with interest deducted.  equity_usd : [S, M].
    """

    loans: tuple[HallLoan, ...]
    loans_cash: CashFlow
    tax: Floats
    equity_usd: Floats

    @property
    def debt_usd(self) -> float:
        """Sum of the loans' principals."""
        return sum(hall.loan.principal_usd for hall in self.loans)


def finance_halls(setting: Setting, base: Setting, chosen: tuple[Choice, ...], programme: Programme) -> Financing:
    """Size a loan for every leased hall on the base path and carry it through all scenarios."""
    shape = (setting.count, setting.months)
    loans: list[HallLoan] = []
    lines = [CashFlow({"loan_draw": np.zeros(shape)})]
    interest = {run.site.country: np.zeros(shape) for run in programme.runs}
    operations = dict(zip(chosen, programme.operations, strict=True))
    for choice in chosen:
        if choice.becomes != "ai_lease" or choice.start is None:
            continue
        country = setting.portfolio.site(choice.site).country
        rate = setting.portfolio.tax(country).income_rate
        lender = carry_out(base, choice)
        first = int(lender.ready[0])
        if not 1 <= first < setting.months:
            continue
        terms = setting.portfolio.capital.loan
        tenor = min(terms.tenor_months, setting.portfolio.lease(choice.customer or "").term_months - TAIL_MONTHS)
        if tenor < 1:
            continue
        signed = loan_rate(setting, choice.start)
        expected = float(loan_rate(base, choice.start)[0])
        agreed = terms.model_copy(update={"tenor_months": tenor, "rate": expected})
        loan = size_loan(_cfads(lender, rate)[0], -_works(lender)[0], first, agreed)
        if loan.principal_usd == 0:
            continue
        actual = operations[choice]
        met = meet(loan, actual.ready, _cfads(actual, rate), signed)
        loans.append(HallLoan(choice.site, choice.block, loan, met.min_dscr))
        lines.append(met.lines)
        interest[country] += met.interest_usd
    cash = add_up(lines)
    tax = np.zeros(shape)
    for country, paid in interest.items():
        taxable = sum(run.cash.operating + run.depreciation for run in programme.runs if run.site.country == country)
        tax = tax + tax_with_losses(
            np.asarray(taxable) - paid, setting.portfolio.tax(country).income_rate, setting.first_calendar_month
        )
    before_tax = add_up([run.cash for run in programme.runs]).total
    return Financing(tuple(loans), cash, tax, before_tax + tax + cash.total)


def loan_rate(setting: Setting, start: int) -> Floats:
    """[S] all-in interest of a loan whose works begin in month `start`.

    With `rate_kind: at_signing` the margin is that of a loan signed today: rate + base rate then - base rate at the start of
    the study, never below 0.
    """
    terms = setting.portfolio.capital.loan
    if terms.rate_kind == "fixed":
        return np.full(setting.count, terms.rate)
    moved = setting.base_rate[:, start] - setting.portfolio.markets.money.base_rate.start_rate
    return np.asarray(np.maximum(terms.rate + moved, 0.0))


def _works(operation: Operation) -> Floats:
    return np.asarray(operation.cash.lines["capex_hall"])


def _cfads(operation: Operation, rate: float) -> Floats:
    """[S, M] what the lender counts: the hall's operating cash after its own tax, in months of the first tenant."""
    lines = operation.cash.lines
    hall = lines["lease_rent"] + lines["power_recharge"] + lines["hall_opex"] + _hall_power(operation)
    return np.asarray((hall + linear_tax(hall + operation.depreciation, rate)) * operation.contracted)


def _hall_power(operation: Operation) -> Floats:
    """Power cost in months of the first tenant; the mine before it has ended by then."""
    return np.asarray(operation.cash.lines["power_cost"] * operation.contracted)
