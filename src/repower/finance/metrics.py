"""What a cash flow is worth, and how well a loan is covered.

Flows are [..., M] USD, positive to us, at the end of their month.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from repower.finance.rate_of_return import IrrResult, irr, xirr
from repower.finance.timeline import Floats, Ints, discount_factors

__all__ = ["IrrResult", "dscr", "irr", "llcr", "moic", "npv", "payback_months", "per_dollar", "per_mw_usd", "xirr"]

#: A sum of dollars this small against the largest one is rounding.
_ROUNDING = 1e-12


def npv(cash_usd: ArrayLike, rate: float) -> Floats:
    """Worth at the start of the study: sum of cash_m * (1 + rate) ** (-(m + 1) / 12).

    Parameters
    ----------
    cash_usd : [..., M]
    rate : effective yearly rate.

    Returns
    -------
    [...] USD
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    return np.asarray(cash @ discount_factors(rate, cash.shape[-1]))


def payback_months(cash_usd: ArrayLike) -> Ints:
    """Months from the start of the study until cumulative cash is at or above zero for good.

    Parameters
    ----------
    cash_usd : [..., M]

    Returns
    -------
    [...] number of months, counted to the end of the month in which it is; 0 when cumulative cash is never below zero,
    -1 when it ends below.
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    if not np.all(np.isfinite(cash)):
        raise ValueError("cash_usd has a NaN or an infinity")
    balance = np.cumsum(cash, axis=-1)
    short = balance < -_ROUNDING * np.max(np.abs(balance), axis=-1, keepdims=True, initial=0.0)
    months = cash.shape[-1]
    # months up to and including the last that ends short; the next one is back
    last_short = np.where(short.any(axis=-1), months - np.argmax(short[..., ::-1], axis=-1), 0)
    answer = np.where(last_short == 0, 0, np.where(last_short == months, -1, last_short + 1))
    return np.asarray(answer, dtype=np.int64)


def moic(equity_usd: ArrayLike) -> Floats:
    """Multiple of invested capital: what came out over what was put in, both undiscounted sums of months.

    Parameters
    ----------
    equity_usd : [..., M]

    Returns
    -------
    [...]; NaN where nothing was put in.
    """
    equity = np.asarray(equity_usd, dtype=np.float64)
    out = np.maximum(equity, 0.0).sum(axis=-1)
    put_in = np.maximum(-equity, 0.0).sum(axis=-1)
    return np.asarray(np.divide(out, put_in, out=np.full(np.shape(out), np.nan), where=put_in > 0))


def dscr(cfads_usd: ArrayLike, service_usd: ArrayLike) -> Floats:
    """Debt service cover: cash flow available for debt service over service, by month.

    Parameters
    ----------
    cfads_usd, service_usd : [..., M], broadcast; service is positive.

    Returns
    -------
    [..., M]; NaN in months without service.
    """
    cfads, service = np.broadcast_arrays(np.asarray(cfads_usd, dtype=np.float64), np.asarray(service_usd, dtype=np.float64))
    if not np.all(service >= 0):
        raise ValueError("service_usd is negative or NaN; it is what the lender is paid, as a positive number")
    return np.asarray(np.divide(cfads, service, out=np.full(cfads.shape, np.nan), where=service > 0))


def llcr(cfads_usd: ArrayLike, debt_usd: float, rate: float, first_month: int, tenor_months: int) -> Floats:
    """Loan life cover: worth of the cash flow over the loan's life, at the loan's rate, over the debt at its beginning.

        sum over j = 1..tenor of cfads_{first + j - 1} * (1 + rate / 12) ** -j / debt

    No cash or reserve is added to the numerator.

    Parameters
    ----------
    cfads_usd : [..., M]
    debt_usd : debt at the end of the month before `first_month`.
    rate : interest, nominal yearly, paid monthly.

    Returns
    -------
    [...]; NaN without debt.
    """
    life = np.asarray(cfads_usd, dtype=np.float64)[..., first_month : first_month + tenor_months]
    worth = life @ (1.0 + rate / 12.0) ** -np.arange(1.0, life.shape[-1] + 1.0)
    return np.asarray(worth / debt_usd if debt_usd > 0 else np.full(np.shape(worth), np.nan))


def per_mw_usd(value_usd: ArrayLike, mw: float) -> Floats:
    """Dollars per megawatt; say beside it which: grid or critical IT."""
    if not mw > 0:
        raise ValueError(f"value per MW of {mw} MW")
    return np.asarray(value_usd, dtype=np.float64) / mw


def per_dollar(npv_usd: ArrayLike, capex_present_value_usd: ArrayLike) -> Floats:
    """Value per dollar invested: NPV over the worth of the capital spent.

    Parameters
    ----------
    npv_usd, capex_present_value_usd : [...]; the second is negative, as the capex lines are.

    Returns
    -------
    [...]; NaN where nothing is invested.
    """
    value, invested = np.broadcast_arrays(
        np.asarray(npv_usd, dtype=np.float64), -np.asarray(capex_present_value_usd, dtype=np.float64)
    )
    if np.any(invested < 0):
        raise ValueError("the worth of capex is positive; capex is money that leaves us, a negative number")
    return np.asarray(np.divide(value, invested, out=np.full(value.shape, np.nan), where=invested > 0))
