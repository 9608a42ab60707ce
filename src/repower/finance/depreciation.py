"""Depreciation: straight line, by class of asset.

What is not yet depreciated after the last month of the study is not deducted: no sale or write-off is assumed there.
The credit for the unused life of machines is no income and is not taxed.

Left out: accelerated schedules, bonus depreciation, investment credits, write-off of what is demolished or scrapped early.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from repower.finance.cashflow import LINES, AssetClass, CashFlow
from repower.finance.timeline import Floats
from repower.portfolio.capital import CountryTax


def straight_line(capex_usd: ArrayLike, life_months: int, in_service: ArrayLike = 0) -> Floats:
    """Depreciation of money spent, in equal months.

    Money paid at the end of month m is depreciated from month max(m + 1, in_service) on, 1/life a month:

        depreciation_m = (sum of additions in (m - life, m]) / life

    Parameters
    ----------
    capex_usd : [..., M]; the depreciation has its sign, so a negative capex line gives a negative deduction.
    life_months : at least 1.
    in_service : month from which the assets serve, number or [...]; from M on nothing is depreciated.

    Returns
    -------
    [..., M] USD
    """
    if life_months < 1:
        raise ValueError(f"a life of {life_months} months; give at least 1")
    capex = np.asarray(capex_usd, dtype=np.float64)
    months = capex.shape[-1]
    service = np.asarray(in_service)
    if np.any(service < 0):
        raise ValueError(f"in service from month {service.min()}; the study begins in month 0")
    # book_m: all that has been added up to and including month m
    book = np.zeros(capex.shape)
    book[..., 1:] = np.cumsum(capex, axis=-1)[..., :-1]
    book *= np.arange(months) >= service[..., np.newaxis]
    gone = np.zeros(capex.shape)
    if life_months < months:
        gone[..., life_months:] = book[..., :-life_months]
    return (book - gone) / life_months


def depreciation(flow: CashFlow, tax: CountryTax, in_service: ArrayLike = 0) -> Floats:
    """Depreciation of every capex line of a cash flow over the life of its class.

    Parameters
    ----------
    in_service : month from which the works of this flow serve, number or [S].

    Returns
    -------
    [S, M] USD, negative (a deduction); taxable income is `flow.operating + depreciation(...)`.
    """
    lives: dict[AssetClass, int] = {"hall": tax.hall_life_months, "machine": tax.machine_life_months}
    total = np.zeros(flow.shape)
    for asset_class, life_months in lives.items():
        lines = [line for name, line in flow.lines.items() if LINES[name].asset_class == asset_class]
        if lines:
            total += straight_line(np.sum(lines, axis=0), life_months, in_service)
    return total
