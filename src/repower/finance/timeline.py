"""Time and money: discount factors, price indices, sums by calendar year.

A flow of month m (0 is the first of the study) is at the month's end, (m + 1)/12 years after the start of the study.
Rates are effective yearly rates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def _growth(rate: float) -> float:
    if not np.isfinite(rate) or rate <= -1:
        raise ValueError(f"a yearly rate must be above -1, not {rate}; write 8 % as 0.08")
    return 1.0 + rate


def discount_factors(rate: float, months: int) -> Floats:
    """Worth at the start of the study of one dollar at the end of each month.

        factor_m = (1 + rate) ** (-(m + 1) / 12)

    Parameters
    ----------
    rate : effective yearly rate, above -1.
    months : number of months M.

    Returns
    -------
    [M]
    """
    return np.asarray(_growth(rate) ** (-np.arange(1, months + 1) / 12.0), dtype=np.float64)


def price_index(rate: float, months: int) -> Floats:
    """Prices of each month against the first one, rising a little every month.

        index_m = (1 + rate) ** (m / 12)

    Returns
    -------
    [M], 1 in the first month.
    """
    return np.asarray(_growth(rate) ** (np.arange(months) / 12.0), dtype=np.float64)


def contract_index(rate: float, months_since: ArrayLike) -> Floats:
    """Contract price against its first year, stepping up on every anniversary.

        index = (1 + rate) ** floor(months_since / 12)

    Parameters
    ----------
    rate : yearly escalator, above -1.
    months_since : whole months since the contract began, any shape; 1 is given before it (no price is due then).

    Returns
    -------
    same shape as `months_since`
    """
    year = np.maximum(np.asarray(months_since, dtype=np.int64), 0) // 12
    table = _growth(rate) ** np.arange(int(year.max(initial=0)) + 1, dtype=np.float64)
    return np.asarray(table[year], dtype=np.float64)


def calendar_months(first_calendar_month: int, months: int) -> Ints:
    """Calendar month, 0 (January) to 11 (December), of every month of the study: [M]."""
    if not 0 <= first_calendar_month <= 11:
        raise ValueError(f"first_calendar_month is 0 (January) to 11 (December), not {first_calendar_month}")
    return (first_calendar_month + np.arange(months)) % 12


def year_ends(first_calendar_month: int, months: int) -> Ints:
    """Last month of each calendar year that the study touches: every December, and the last month: [Y]."""
    december = np.flatnonzero(calendar_months(first_calendar_month, months) == 11)
    return december if december.size and december[-1] == months - 1 else np.append(december, months - 1)


def years_of(values: ArrayLike, first_calendar_month: int) -> Floats:
    """Sums by calendar year.

    Parameters
    ----------
    values : [..., M]
    first_calendar_month : 0 (January) to 11; `Horizon.calendar_months()[0]`.

    Returns
    -------
    [..., Y]; the first and the last year may be partial.
    """
    monthly = np.asarray(values, dtype=np.float64)
    ends = year_ends(first_calendar_month, monthly.shape[-1])
    starts = np.concatenate([[0], ends[:-1] + 1])
    return np.add.reduceat(monthly, starts, axis=-1)
