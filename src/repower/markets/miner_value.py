"""What a mining machine is worth per TH: its margin over power for the rest of its life, as buyers see it and as it turns out.

Buyers know today's hashprice, not its path. They go by a hashprice that follows with some months' lag, and expect it to fall, as
it has: by 34 % a year from 2016 to 2023 (from 1,895 to 99 USD/PH/day, price, halvings and growth of the network together).

    worth = sum over k = 0..left - 1 of max(30.4375 h' (1 - fall)**((k + 1/2) / 12) / 1000 - 730.5e-6 e power, 0)
            (1 + rate)**-((k + 1/2) / 12),   at least scrap                                                  [USD/TH]

Once the margin is gone it does not come back, so the sum has a closed form. Against prices of old machines, to which nothing was
fitted: 391 offers of 2021-22 lie 17 % below it (spread 14 % in logarithms); Luxor's index of September 2026 is 18.4, 3.1 and 1.2
USD/TH where it says 11.4, 3.0 and 0.3.

Left out: the worth of waiting (a machine that does not earn today is an option on a better hashprice), repairs, warranty,
cooling, freight.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from repower.markets.miner_fleet import DAYS_PER_MONTH, HOURS_PER_MONTH

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Months in which a third of an old hashprice is left in what buyers of machines go by. D the offers of 28-30 J/TH of 2021-22 and
#: two points of Luxor's index are explained best by three months (spread of the payback 0.11 in logarithms; 0.24 with one month,
#: 0.34 with six).
BUYERS_LAG_MONTHS = 3.0
#: Yearly fall of hashprice that buyers expect, and their yearly discount. D 34 % a year came from 2016 to 2023; K discount. With
#: both, new machines are worth 14-20 months of margin, as offers of 2021-22 and 2026 show.
BUYERS_FALL_RATE = 0.3
BUYERS_DISCOUNT_RATE = 0.15
#: Scrap: metal, fans and boards. K about 30 USD for a machine of 3.3 kW.
SCRAP_USD_PER_WATT = 0.01


def margin_usd_per_th(hashprice: ArrayLike, j_per_th: ArrayLike, usd_per_mwh: ArrayLike) -> FloatArray:
    """Margin over power of one TH/s in a mean month, USD; negative where power costs more. Arrays broadcast."""
    revenue = DAYS_PER_MONTH * np.asarray(hashprice, dtype=np.float64) / 1000.0
    return np.asarray(revenue - HOURS_PER_MONTH * 1e-6 * np.asarray(j_per_th) * np.asarray(usd_per_mwh))


def followed_hashprice(hashprice: FloatArray, lag_months: float = BUYERS_LAG_MONTHS) -> FloatArray:
    """What buyers go by [..., M]: hashprice followed, a third of an old value is left after the lag; the first is itself."""
    kept = (1.0 / 3.0) ** (1.0 / lag_months)
    followed = np.array(hashprice, dtype=np.float64)
    for month in range(1, followed.shape[-1]):
        followed[..., month] = kept * followed[..., month - 1] + (1.0 - kept) * followed[..., month]
    return followed


def machine_worth_usd_per_th(
    hashprice: ArrayLike,
    j_per_th: ArrayLike,
    usd_per_mwh: ArrayLike,
    left_months: ArrayLike,
    fall_rate: float = BUYERS_FALL_RATE,
    discount_rate: float = BUYERS_DISCOUNT_RATE,
) -> FloatArray:
    """What a buyer pays who expects hashprice to fall, USD per TH/s; arrays broadcast.

    Parameters
    ----------
    hashprice : what buyers go by, USD/PH/day (see `followed_hashprice`).
    j_per_th : efficiency.  usd_per_mwh : the buyer's power, all in.
    left_months : whole months of life that are left; 0 or fewer is scrap.
    fall_rate : yearly fall of hashprice, above 0 and below 1.  discount_rate : yearly, above 0.

    Raises
    ------
    ValueError : rates out of range.
    """
    if not 0.0 < fall_rate < 1.0 or discount_rate <= 0.0:
        raise ValueError(f"buyers expect a fall of 0-1 and discount at more than 0, not {fall_rate} and {discount_rate}")
    revenue = DAYS_PER_MONTH * np.asarray(hashprice, dtype=np.float64) / 1000.0
    efficiency = np.asarray(j_per_th, dtype=np.float64)
    cost = HOURS_PER_MONTH * 1e-6 * efficiency * np.asarray(usd_per_mwh, dtype=np.float64)
    falls, discounts = (1.0 - fall_rate) ** (1.0 / 12.0), (1.0 + discount_rate) ** (-1.0 / 12.0)
    # Months k = 0..n-1 have a margin, as the middle of month k is before the time at which revenue has fallen to the cost.
    until = np.log(revenue / cost) / -np.log(falls)
    paid = np.clip(np.ceil(until - 0.5), 0.0, np.maximum(np.asarray(left_months, dtype=np.float64), 0.0))
    earned = revenue * _discounted(falls * discounts, paid) - cost * _discounted(discounts, paid)
    return np.asarray(np.maximum(earned, SCRAP_USD_PER_WATT * efficiency))


def _discounted(ratio: float, months: FloatArray) -> FloatArray:
    """Sum of ratio**(k + 1/2) over k = 0..months - 1."""
    return np.asarray(np.sqrt(ratio) * (1.0 - ratio**months) / (1.0 - ratio))


def machine_earnings_usd_per_th(
    hashprice: FloatArray, j_per_th: float, usd_per_mwh: ArrayLike, first: int, left_months: int, discount_rate: float
) -> FloatArray:
    """What a machine really earns over power along paths, discounted to the beginning of month `first`, USD per TH/s [S].

    It is off in months in which it would lose, and on again when it pays. `hashprice` is [S, M], `usd_per_mwh` a number or [M];
    months after the last are not counted.
    """
    last = min(first + left_months, hashprice.shape[1])
    margin = np.maximum(margin_usd_per_th(hashprice, j_per_th, usd_per_mwh), 0.0)[:, first:last]
    return np.asarray(margin @ (1.0 + discount_rate) ** (-(np.arange(last - first) + 0.5) / 12.0))


def off_for_good_month(hashprice: FloatArray, j_per_th: float, usd_per_mwh: ArrayLike) -> IntArray:
    """Month from which a machine never pays for its power again [S]; the number of months where it pays in the last one."""
    pays = margin_usd_per_th(hashprice, j_per_th, usd_per_mwh) > 0.0
    months = pays.shape[1]
    return np.where(pays.any(axis=1), months - np.argmax(pays[:, ::-1], axis=1), 0).astype(np.int64)
