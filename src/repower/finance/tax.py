"""Income tax, on taxable income in nominal USD.

Taxable income is operating cash plus depreciation (a negative number) and, for equity, less interest.

Left out: limits on interest and on the use of losses, minimum taxes, instalments and the months between a year's end and its
assessment, deferred tax.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from repower.finance.timeline import Floats, year_ends, years_of


def _checked(rate: float) -> float:
    if not 0 <= rate < 1:
        raise ValueError(f"a tax rate is a fraction from 0 to below 1, not {rate}")
    return rate


def linear_tax(taxable_usd: ArrayLike, rate: float) -> Floats:
    """Tax when a loss is worth its tax at once, as for one project of a company that pays tax elsewhere in the country.

        tax = -rate * taxable

    It is linear, so the tax of a sum of projects is the sum of their taxes.

    Parameters
    ----------
    taxable_usd : any shape.
    rate : 0 to below 1.

    Returns
    -------
    same shape; negative when paid.
    """
    return -_checked(rate) * np.asarray(taxable_usd, dtype=np.float64)


def tax_with_losses(taxable_usd: ArrayLike, rate: float, first_calendar_month: int) -> Floats:
    """Tax of a taxpayer assessed by calendar year, losses carried forward without limit.

        used_y  = min(losses_{y-1}, max(taxable_y, 0))
        losses_y = losses_{y-1} + max(-taxable_y, 0) - used_y
        tax_y   = -rate * (max(taxable_y, 0) - used_y)

    A year's tax is paid in its December; that of the last, partial year in the last month of the study. Losses left over at
    the end are worth nothing.

    Parameters
    ----------
    taxable_usd : [..., M], of everything in one country.
    rate : 0 to below 1.
    first_calendar_month : 0 (January) to 11.

    Returns
    -------
    [..., M]; zero or negative.
    """
    monthly = np.asarray(taxable_usd, dtype=np.float64)
    yearly = years_of(monthly, first_calendar_month)
    tax = np.zeros(monthly.shape)
    losses = np.zeros(monthly.shape[:-1])
    for year, month in enumerate(year_ends(first_calendar_month, monthly.shape[-1])):
        income = np.maximum(yearly[..., year], 0.0)
        used = np.minimum(losses, income)
        losses = losses + np.maximum(-yearly[..., year], 0.0) - used
        tax[..., month] = _checked(rate) * (used - income)
    return tax
