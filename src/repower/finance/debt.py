"""One loan on contracted halls: sculpted to a flat cover, capped by gearing, drawn with the works.

Interest is a nominal yearly rate paid monthly, rate / 12. The loan is sized on one path of cash, the lender's base case;
`repower.finance.delay` meets it at each scenario's own dates. Draws keep those of the base case: where the works are late,
money is drawn before it is spent, which can give the owners' cash more changes of sign, and so more than one rate of return.

Left out: several tranches, reserve accounts, commitment fees, hedges, cash sweep and lock-up, default and recovery,
refinancing, capital spent after the first operating month.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from repower.finance.cashflow import CashFlow
from repower.finance.metrics import dscr, llcr
from repower.finance.timeline import Floats
from repower.portfolio.capital import Loan

#: Sources and uses, and the last balance, are checked to this share of the loan.
_TOLERANCE = 1e-9
#: A smaller loan is none.
_CENT_USD = 0.01


@dataclass(frozen=True)
class Sculpted:
    """Repayment of a loan whose service follows the cash: [..., T], principal [...].

    service = interest + repayment; `repayment` is negative where interest is added to the loan; `balance` is at each end.
    """

    principal_usd: Floats
    service_usd: Floats
    interest_usd: Floats
    repayment_usd: Floats
    balance_usd: Floats


def sculpt(cfads_usd: ArrayLike, period_rate: float, cover: ArrayLike) -> Sculpted:
    """Largest loan that the cash flow available for debt service carries at a flat cover.

        service_t = max(cfads_t, 0) / cover
        principal = sum over t = 1..T of service_t * (1 + period_rate) ** -t
        interest_t = period_rate * balance_{t-1},   balance_t = balance_{t-1} + interest_t - service_t

    Where cash is negative there is no service, and interest is added to the loan.

    Parameters
    ----------
    cfads_usd : [..., T], the loan's periods.
    period_rate : interest per period.
    cover : debt service cover, above 0, number or [...].
    """
    cfads, rate = np.asarray(cfads_usd, dtype=np.float64), float(period_rate)
    if not np.all(np.isfinite(cfads)):
        raise ValueError("cfads_usd has a NaN or an infinity")
    asked = np.asarray(cover, dtype=np.float64)
    if not rate >= 0 or not np.all(asked > 0):
        raise ValueError(f"interest of {rate} per period at a cover of {asked}: a rate is at least 0 and a cover above 0")
    service = np.maximum(cfads, 0.0) / asked[..., np.newaxis]
    periods = service.shape[-1]
    balance = np.zeros((*service.shape[:-1], periods + 1))
    # backwards, the balance is what the remaining service is worth, so that the last one is exactly zero
    for t in range(periods - 1, -1, -1):
        balance[..., t] = (balance[..., t + 1] + service[..., t]) / (1.0 + rate)
    interest = rate * balance[..., :-1]
    return Sculpted(
        principal_usd=balance[..., 0],
        service_usd=service,
        interest_usd=interest,
        repayment_usd=service - interest,
        balance_usd=balance[..., 1:],
    )


@dataclass(frozen=True)
class LoanResult:
    """A loan by month [M], all amounts positive.

    principal_usd : balance at the end of the last month of construction, sum of draws.
    limit : what bounds it: "cover", "gearing", or "nothing to lend on" (no cost to finance or no cash to lend against, so that
        the loan is under a cent).
    gearing_share : loan over uses (works, fee, interest before the first operating month).
    first_operating_month, tenor_months : months in which it is served.
    draw_usd, equity_usd : sources.
    cost_usd, fee_usd, construction_interest_usd : uses; sources equal uses in every month.
    interest_usd, repayment_usd, service_usd : after construction; service = interest + repayment.
    balance_usd : at the end of each month.
    dscr : base case; NaN in months without service.
    min_dscr, min_dscr_month, llcr : base case; NaN, -1 and NaN without a loan. A month of negative cash has no service and
        no cover; it lowers `llcr`.
    """

    principal_usd: float
    limit: Literal["cover", "gearing", "nothing to lend on"]
    gearing_share: float
    first_operating_month: int
    tenor_months: int
    draw_usd: Floats
    equity_usd: Floats
    cost_usd: Floats
    fee_usd: Floats
    construction_interest_usd: Floats
    interest_usd: Floats
    repayment_usd: Floats
    service_usd: Floats
    balance_usd: Floats
    dscr: Floats
    min_dscr: float
    min_dscr_month: int
    llcr: float

    def cash_flow(self) -> CashFlow:
        """The loan's lines, positive to us: one scenario, [1, M]. The cost it finances is not among them."""
        return CashFlow(
            {
                "loan_draw": self.draw_usd[np.newaxis],
                "loan_fee": -self.fee_usd[np.newaxis],
                "loan_interest": -(self.construction_interest_usd + self.interest_usd)[np.newaxis],
                "loan_repayment": -self.repayment_usd[np.newaxis],
            }
        )


def _draws(cost_usd: Floats, gearing_share: float, monthly_rate: float, fee_rate: float) -> tuple[Floats, Floats, Floats]:
    """Draws, fee and interest during construction when the loan pays `gearing_share` of every month's uses: [F] each.

        uses_m = cost_m + fee_rate * draw_m + rate * balance_{m-1},   draw_m = gearing_share * uses_m

    so draw_m = k (cost_m + rate * balance_{m-1}) with k = gearing_share / (1 - gearing_share * fee_rate).
    """
    k = gearing_share / (1.0 - gearing_share * fee_rate)
    draw, interest, balance = np.zeros_like(cost_usd), np.zeros_like(cost_usd), 0.0
    for month, cost in enumerate(cost_usd.tolist()):
        interest[month] = monthly_rate * balance
        draw[month] = k * (cost + interest[month])
        balance += draw[month]
    return draw, fee_rate * draw, interest


def size_loan(cfads_usd: ArrayLike, cost_usd: ArrayLike, first_operating_month: int, terms: Loan) -> LoanResult:
    """The loan that a base case carries.

        principal = min(worth of cfads / min_dscr over the tenor at the loan's rate,  loan at the gearing cap)

    The loan pays the same share of every month's uses: works, fee on what is drawn, interest on what was drawn before. At the
    cap this share is `gearing_share`; below it, it is the share whose draws add up to the loan (they rise with it, so
    there is one). When the cap binds, service is scaled down, so that cover is flat at a higher level.

    The first interest after construction falls due in `first_operating_month`. Months of the tenor beyond the study are
    left out: the loan is repaid within it.

    Parameters
    ----------
    cfads_usd : [M] cash flow available for debt service, after tax as the lender counts it.
    cost_usd : [M] works to finance, positive; zero from `first_operating_month` on.
    first_operating_month : 1..M-1.
    terms : rate, tenor, cover, gearing, fee.

    Raises
    ------
    ValueError : a negative or late cost, shapes that differ, a NaN.
    """
    cfads, cost = np.asarray(cfads_usd, dtype=np.float64), np.asarray(cost_usd, dtype=np.float64)
    first = first_operating_month
    if cfads.ndim != 1 or cost.shape != cfads.shape:
        raise ValueError(f"cfads_usd is {cfads.shape} and cost_usd {cost.shape}; a loan is sized on one base case, [M] both")
    if not np.all(np.isfinite(cfads)):
        raise ValueError("cfads_usd has a NaN or an infinity")
    if not np.all(cost >= 0) or not np.all(np.isfinite(cost)):
        raise ValueError("cost_usd is negative or not finite; it is what the works cost, as positive numbers")
    if not 1 <= first < cfads.size:
        raise ValueError(f"first_operating_month is {first}; it must leave a month before it to draw in, and be in the study")
    if np.any(cost[first:] > 0):
        late = first + int(np.argmax(cost[first:] > 0))
        raise ValueError(f"cost_usd is {cost[late]:.0f} in month {late}, but the loan is drawn before month {first} only")
    if terms.gearing_share * terms.upfront_fee_rate >= 1:
        raise ValueError(f"a fee of {terms.upfront_fee_rate} on what is drawn leaves nothing of the loan")

    monthly_rate, fee_rate = terms.rate / 12.0, terms.upfront_fee_rate
    tenor = min(terms.tenor_months, cfads.size - first)
    life = slice(first, first + tenor)

    def drawn(gearing_share: float) -> float:
        return float(_draws(cost[:first], gearing_share, monthly_rate, fee_rate)[0].sum())

    affordable = float(sculpt(cfads[life], monthly_rate, terms.min_dscr).principal_usd)
    cap = drawn(terms.gearing_share)
    limit: Literal["cover", "gearing", "nothing to lend on"]
    if min(affordable, cap) < _CENT_USD:
        limit, share = "nothing to lend on", 0.0
    elif affordable < cap:
        limit = "cover"
        share = brentq(lambda g: drawn(g) / affordable - 1.0, 0.0, terms.gearing_share, xtol=1e-300, rtol=1e-15)
    else:
        limit, share = "gearing", terms.gearing_share

    draw, fee, construction_interest = (np.zeros(cfads.size) for _ in range(3))
    draw[:first], fee[:first], construction_interest[:first] = _draws(cost[:first], share, monthly_rate, fee_rate)
    uses = cost + fee + construction_interest
    principal = float(draw.sum())
    repaid = sculpt(cfads[life], monthly_rate, terms.min_dscr * affordable / principal if principal > 0 else np.inf)
    interest, repayment, service = (np.zeros(cfads.size) for _ in range(3))
    interest[life], repayment[life], service[life] = repaid.interest_usd, repaid.repayment_usd, repaid.service_usd
    balance = np.zeros(cfads.size)
    balance[:first], balance[life] = np.cumsum(draw[:first]), repaid.balance_usd
    # what the lender gave comes back, and the owners and the lender pay for every use in their shares, whatever the path above
    assert np.all(np.abs(np.cumsum(draw - repayment) - balance) <= _TOLERANCE * principal), "the loan is not repaid"
    assert np.all(np.abs(share * uses - draw) <= _TOLERANCE * max(principal, 1.0)), "sources are not uses"

    cover = dscr(cfads, service)
    served = bool(np.any(service > 0))
    return LoanResult(
        principal_usd=principal,
        limit=limit,
        gearing_share=share,
        first_operating_month=first,
        tenor_months=tenor,
        draw_usd=draw,
        equity_usd=uses - draw,
        cost_usd=cost,
        fee_usd=fee,
        construction_interest_usd=construction_interest,
        interest_usd=interest,
        repayment_usd=repayment,
        service_usd=service,
        balance_usd=balance,
        dscr=cover,
        min_dscr=float(np.nanmin(cover)) if served else float("nan"),
        min_dscr_month=int(np.nanargmin(cover)) if served else -1,
        llcr=float(llcr(cfads, principal, terms.rate, first, tenor)),
    )
