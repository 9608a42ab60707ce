"""Time and peak memory of one hall's money: rent, works, tax, loan, equity and its rate of return in every scenario.

    python benchmarks/finance.py [--scenarios 10000] [--months 240] [--seed 1] [--smoke]

Memory is the peak of the process above what the imports took. Values are drawn at random and stand for nobody.
"""

from __future__ import annotations

import argparse
import resource
import time
from contextlib import contextmanager

import numpy as np

from repower.finance.capex import spend
from repower.finance.cashflow import CashFlow
from repower.finance.debt import size_loan
from repower.finance.delay import meet
from repower.finance.depreciation import depreciation
from repower.finance.metrics import irr, moic, payback_months
from repower.finance.revenue import lease_income
from repower.finance.tax import linear_tax, tax_with_losses
from repower.portfolio.capital import CountryTax, Loan
from repower.portfolio.customers import Lease

CRITICAL_MW = 100.0
COST_USD = 1.1e9
LEASE = Lease(
    name="offer",
    customer="tenant",
    critical_mw=CRITICAL_MW,
    from_="2027-01",
    until="2030-12",
    term_months=180,
    usd_per_kw_month=130.0,
    data_may_live_in=("US",),
)
LOAN = Loan(rate=0.07, tenor_months=144)
TAX = CountryTax(country="US", income_rate=0.25)


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def timed(name, spent):
    since = time.perf_counter()
    yield
    spent[name] = time.perf_counter() - since


def hall(scenarios, months, seed):
    random = np.random.default_rng(seed)
    duration = random.integers(16, 31, scenarios)
    default_month = np.minimum(random.geometric(0.01 / 12, scenarios) + duration, months)
    duration[0], default_month[0] = 18, months  # the base case
    spent: dict[str, float] = {}

    with timed("rent and works", spent):
        income = lease_income(LEASE, CRITICAL_MW, duration, default_month, months)
        works = spend(-COST_USD, 0, np.full(18, 1 / 18), duration, months)
        opex = -20.0 * 1000 * CRITICAL_MW * (np.arange(months) >= duration[:, np.newaxis])
        flow = CashFlow({"lease_rent": income.rent_usd, "hall_opex": opex, "capex_hall": works})
        operating = flow.operating
    with timed("depreciation and tax", spent):
        taxable = operating + depreciation(flow, TAX, duration)
        carried = tax_with_losses(taxable, TAX.income_rate, 0)
        after_tax = operating + linear_tax(taxable, TAX.income_rate)
    with timed("loan", spent):
        loan = size_loan(after_tax[0] * (np.arange(months) >= 18), -works[0], 18, LOAN)
        met = meet(loan, duration, operating + carried)
        levered_usd = operating + works + carried + met.lines.total
    with timed("rates of return, payback, multiple", spent):
        unlevered = irr(operating + works + carried)
        equity = irr(levered_usd)
        payback_months(levered_usd)
        moic(levered_usd)
    return spent, loan, unlevered, equity


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenarios", type=int, default=10_000)
    parser.add_argument("--months", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--smoke", action="store_true", help="200 scenarios: does it run")
    asked = parser.parse_args()
    scenarios = 200 if asked.smoke else asked.scenarios
    hall(100, asked.months, asked.seed)  # first calls of libraries
    before = peak_mb()
    spent, loan, unlevered, equity = hall(scenarios, asked.months, asked.seed)
    print(f"{scenarios} scenarios x {asked.months} months")
    for name, seconds in spent.items():
        print(f"  {name:36s} {seconds:7.3f} s")
    print(f"  {'all':36s} {sum(spent.values()):7.3f} s, {peak_mb() - before:.0f} MB above the imports")
    print(f"  loan {loan.principal_usd / 1e6:.0f} M USD, bound by {loan.limit}, cover {loan.min_dscr:.3f}, llcr {loan.llcr:.3f}")
    for name, result in (("unlevered", unlevered), ("equity", equity)):
        kinds, counts = np.unique(result.status, return_counts=True)
        middle = np.nanmedian(result.rate)
        print(f"  {name} rate of return: median {middle:.4f}, {dict(zip(kinds.tolist(), counts.tolist(), strict=True))}")


if __name__ == "__main__":
    main()
