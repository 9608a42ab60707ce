"""A loan of a hall that is ready at another date than the lender's base case.

Draws follow the base case. Where the hall is late by d months, its owners pay the interest of the d months and the
repayments begin d months later; where it is early, they begin as agreed. What would fall due after the last month of the
study falls due in it, so that the loan is always repaid.

Left out: draws that follow a scenario's own works, damages or a longstop date for being late, extension fees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from repower.finance.cashflow import CashFlow
from repower.finance.debt import LoanResult
from repower.finance.metrics import dscr
from repower.finance.timeline import Floats, Ints


@dataclass(frozen=True)
class MetLoan:
    """A loan carried through scenarios.

    lines : draws, fee, interest, repayment, [S, M], positive to us.  interest_usd : [S, M] all interest, positive.
    dscr : [S, M] in months of scheduled service, NaN elsewhere.  min_dscr : [S].  shortfall : [S] cover falls below 1.
    """

    lines: CashFlow
    interest_usd: Floats
    dscr: Floats
    min_dscr: Floats

    @property
    def shortfall(self) -> np.ndarray:
        return self.min_dscr < 1.0 - 1e-9


def meet(loan: LoanResult, first_operating_month: ArrayLike, cfads_usd: ArrayLike, rate: ArrayLike | None = None) -> MetLoan:
    """Serve a sized loan at each scenario's own first operating month.

        delay_s = max(0, first_s - first of the base case)
        service_s in month m = service of the base case in month m - delay_s,   interest alone in the months of the delay

    Parameters
    ----------
    loan : sized on the base case, with a principal above 0.
    first_operating_month : [S] whole months from the start of the study.
    cfads_usd : [S, M] cash flow available for debt service.
    rate : [S] interest per year that each scenario agreed on; that of the sized loan when absent. Draws and repayments are those
        of the sized loan all the same; what changes is the interest on what is owed, before the first operating month too.
    """
    first: Ints = np.asarray(first_operating_month, dtype=np.int64)
    cfads = np.asarray(cfads_usd, dtype=np.float64)
    months = loan.service_usd.size
    if first.ndim != 1 or cfads.shape != (first.size, months):
        raise ValueError(f"first_operating_month is {first.shape} and cfads_usd {cfads.shape}; [S] and [S, {months}] are needed")
    begin = loan.first_operating_month
    monthly_rate = _monthly_rate(loan)
    beyond = np.zeros(first.size) if rate is None else np.asarray(rate, dtype=np.float64) / 12.0 - monthly_rate
    if beyond.shape != (first.size,) or not np.all(beyond >= -monthly_rate - 1e-12):
        raise ValueError(f"rate is {rate!r}; it must be 0 or more, one per scenario [{first.size}]")
    owed = np.concatenate([[0.0], loan.balance_usd[:-1]])
    interest = loan.construction_interest_usd + beyond[:, np.newaxis] * np.where(np.arange(months) < begin, owed, 0.0)
    repayment = np.zeros((first.size, months))
    service = np.zeros((first.size, months))
    for scenario, delay in enumerate(np.clip(first - begin, 0, months - 1 - begin)):
        waiting = slice(begin, begin + delay)
        interest[scenario, waiting] = (monthly_rate + beyond[scenario]) * loan.principal_usd
        later = months - delay
        interest[scenario, begin + delay :] += loan.interest_usd[begin:later] + beyond[scenario] * owed[begin:later]
        repayment[scenario, begin + delay :] = loan.repayment_usd[begin:later]
        service[scenario, begin + delay :] = loan.service_usd[begin:later] + beyond[scenario] * owed[begin:later]
        left = loan.principal_usd - repayment[scenario].sum()
        repayment[scenario, -1] += left
        if left > 1e-6 * loan.principal_usd:
            service[scenario, -1] += left
    drawn = np.broadcast_to(loan.draw_usd, service.shape)
    lines = CashFlow(
        {
            "loan_draw": drawn,
            "loan_fee": -np.broadcast_to(loan.fee_usd, service.shape),
            "loan_interest": -interest,
            "loan_repayment": -repayment,
        }
    )
    cover = dscr(cfads, service)
    # A loan is always served in some month, so no row is all NaN.
    return MetLoan(lines, interest, cover, np.nanmin(cover, axis=1))


def _monthly_rate(loan: LoanResult) -> float:
    """The rate of the schedule itself: first interest over the balance before it."""
    begin = loan.first_operating_month
    return float(loan.interest_usd[begin] / loan.principal_usd)
