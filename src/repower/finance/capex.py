"""The bill of works, spread over the months that the works take in each scenario; machines that outlast the study."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from repower.finance.timeline import Floats


def spend(total_usd: ArrayLike, start: ArrayLike, shares: ArrayLike, duration: ArrayLike, months: int) -> Floats:
    """Monthly payments of works whose nominal spend curve is stretched to each scenario's duration.

    The curve of `L` equal parts is cumulated to C(u), u in 0..1, linear inside a part. With D months of works

        payment_m = total * (C((m - start + 1) / D) - C((m - start) / D)),   start <= m < start + D

    so the payments add up to the total whatever D is. Months after the last of the study are cut off: what falls there is
    neither paid nor counted, as the income that it would bring is not.

    Parameters
    ----------
    total_usd : number or [S]; the payments have its sign, so give a negative total for money that leaves us.
    start : first month of the works, number or [S], 0 or later; from `months` on nothing is paid.
    shares : [L] share of the total in each part of the works, not negative, sum 1.
    duration : number or [S] of months D, at least 1.
    months : M

    Returns
    -------
    [S, M] USD; S is 1 when only numbers are given.

    Raises
    ------
    ValueError : shares that do not sum to 1 (to 1e-9) or are negative, a start before the study, no duration.
    """
    curve = np.asarray(shares, dtype=np.float64)
    if curve.ndim != 1 or curve.size == 0 or not np.all(curve >= 0) or abs(curve.sum() - 1.0) > 1e-9:
        raise ValueError(f"shares of a spend curve are [L], not negative, and sum to 1; these sum to {curve.sum()}: {curve}")
    total, first, length = np.broadcast_arrays(
        np.atleast_1d(np.asarray(total_usd, dtype=np.float64)), np.atleast_1d(start), np.atleast_1d(duration)
    )
    if not np.all(np.isfinite(total)):
        raise ValueError("total_usd has a NaN or an infinity")
    if np.any(first < 0):
        raise ValueError(f"works start in month {first.min()}, before the study; money already spent is not a flow of it")
    if np.any(length < 1):
        raise ValueError(f"works take {length.min()} months; give at least 1")
    cumulative = np.concatenate([[0.0], np.cumsum(curve)])
    cumulative /= cumulative[-1]
    parts = np.linspace(0.0, 1.0, curve.size + 1)
    edge = (np.arange(months + 1) - first[:, np.newaxis]) / length[:, np.newaxis]
    done = np.interp(edge, parts, cumulative)  # 0 before the works and 1 after them
    return np.asarray(total[:, np.newaxis] * np.diff(done, axis=1), dtype=np.float64)


def unused_life(paid_usd: ArrayLike, life_months: int, lag_months: int) -> Floats:
    """What is left of machines at the end of the study, at cost, as a flow in its last month.

    An allowance, so that machines bought late are not punished by the end of the study; no sale is assumed, nor taxed.

    Machines paid for in month m serve from month m + lag on:

        left = sum over m of paid_m * max(0, life - (M - m - lag)) / life

    Parameters
    ----------
    paid_usd : [S, M], positive.
    life_months : months that they serve, at least 1.
    lag_months : months from payment to service, 0 or more.

    Returns
    -------
    [S, M], zero before the last month.
    """
    if life_months < 1 or lag_months < 0:
        raise ValueError(f"a life of {life_months} months after a lag of {lag_months}; give at least 1 and 0")
    paid = np.asarray(paid_usd, dtype=np.float64)
    months = paid.shape[-1]
    served = np.clip(months - np.arange(months) - lag_months, 0, life_months)
    left = np.zeros(paid.shape)
    left[..., -1] = paid @ (1.0 - served / life_months)
    return left
