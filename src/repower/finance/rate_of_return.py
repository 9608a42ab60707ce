"""Internal rate of return, and why there is none or more than one.

With discount exponent x = log(1 + rate) and times t in years, the net present value is g(x) = sum of cash_t exp(-x t).

One change of sign in the flows: exactly one root. Split g into the later flows L and the earlier ones E, both taken positive;
then u(x) = log L(x) - log E(x) falls by at least the gap in years between the last of E and the first of L, so a single value
of u brackets the root, and u is so nearly straight that Newton needs a handful of steps.

More than one change: every root in (MIN_RATE, MAX_RATE) is isolated. Roots below zero are those of the flows counted
backwards from the last one, so let y >= 0 and g(y) = sum of cash_t exp(-y t). On a cell of half-width w about m, beginning
at a, Taylor gives

    |g(y)| >= |g(m)| - w |g'(m)| - w^2/2 q,    |g'(y)| >= |g'(m)| - w q,    q = sum of |cash_t| t^2 exp(-a t)

A cell in which g cannot vanish is dropped; one in which g' cannot has a root exactly when the signs at its ends differ; any
other is halved. So no root in the range is missed, to rounding.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from repower.finance.timeline import Floats, Ints

#: Yearly rates between which the roots of flows with several changes of sign are looked for.
MIN_RATE, MAX_RATE = -0.99, 10.0
#: Flows this small against the largest one of their row are rounding, and have no sign.
_ROUNDING = 1e-15
#: Rows worked on at once: the temporaries stay in a processor's cache.
_ROWS = 512
_NEWTON_STEPS = 100
#: Width, in y, of a cell that is not halved again.
_CELL = 1e-8
#: A value this small against the sum of its terms is zero; rounding is smaller than `_NOISE`.
_TOUCH, _NOISE = 1e-12, 1e-14
#: Roots closer than this, in y, are one multiple root: rounding makes a crowd of it.
_CROWD = 1e-6


@dataclass(frozen=True)
class IrrResult:
    """Internal rates of return, effective yearly, of flows [..., M].

    rate : [...]; NaN unless the status is "ok" or "one_root".
    status : [...] of
        "ok"              the flows change sign once, so there is exactly one rate
        "one_root"        they change sign several times, yet only one rate in (-0.99, 10) makes the value zero
        "multiple"        several rates do; none of them means what a rate of return means
        "no_root"         none in (-0.99, 10) does
        "no_sign_change"  nothing goes in, or nothing comes out, or there is no flow
        "not_finite"      a NaN or an infinity among the flows
    roots : [..., K] ascending, NaN after the last, a multiple root twice; K is the largest number of roots of a row.
    """

    rate: Floats
    status: NDArray[np.str_]
    roots: Floats


def irr(cash_usd: ArrayLike, periods_per_year: int = 12) -> IrrResult:
    """Internal rates of return of equally spaced flows, many rows at once.

    Parameters
    ----------
    cash_usd : [..., M]
    periods_per_year : 12 for months, 1 for years.

    Returns
    -------
    effective yearly rates [...], each with its status.
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    if periods_per_year < 1:
        raise ValueError(f"{periods_per_year} periods a year")
    return _rates(cash, np.arange(cash.shape[-1]) / periods_per_year)


def xirr(cash_usd: Sequence[float], dates: Sequence[date]) -> IrrResult:
    """Internal rate of return of dated flows; a year is 365 days, as in a spreadsheet.

    Dates need no order; flows of one day are added first.
    """
    days, place = np.unique([day.toordinal() for day in dates], return_inverse=True)
    if len(dates) != len(cash_usd):
        raise ValueError(f"{len(cash_usd)} flows and {len(dates)} dates")
    cash = np.zeros(days.size)
    np.add.at(cash, place, np.asarray(cash_usd, dtype=np.float64))
    return _rates(cash, (days - days[0]) / 365.0 if days.size else days.astype(np.float64))


def _rates(cash: Floats, years: Floats) -> IrrResult:
    """cash [..., M] at strictly rising times `years` [M]."""
    shape = cash.shape[:-1]
    rows = cash.reshape(math.prod(shape), cash.shape[-1])
    count = rows.shape[0]
    status = np.full(count, "no_sign_change", dtype="<U14")
    rate = np.full(count, np.nan)
    finite = np.asarray(np.isfinite(rows).all(axis=1))
    status[~finite] = "not_finite"
    found: dict[int, Floats] = {}
    for begin in range(0, count, _ROWS):
        block = slice(begin, min(begin + _ROWS, count))
        flows = np.where(finite[block, np.newaxis], rows[block], 0.0)
        largest = np.abs(flows).max(axis=1, initial=0.0, keepdims=True)
        flows = np.divide(flows, largest, out=np.zeros_like(flows), where=largest > 0)
        flows[np.abs(flows) < _ROUNDING] = 0.0
        changes, split = _sign_changes(flows)
        once = np.flatnonzero(changes == 1)
        if once.size:
            rate[begin + once] = np.expm1(_only_root(flows[once], split[once], years))
            status[begin + once] = "ok"
        often = np.flatnonzero(changes > 1)
        if often.size:
            for row, roots in zip(often.tolist(), _all_roots(flows[often], years), strict=True):
                found[begin + row] = np.expm1(roots)
    for row, several in found.items():
        status[row] = "no_root" if several.size == 0 else "one_root" if several.size == 1 else "multiple"
        if several.size == 1:
            rate[row] = several[0]
    width = max((several.size for several in found.values()), default=1)
    roots = np.full((count, max(width, 1)), np.nan)
    roots[:, 0] = rate
    for row, several in found.items():
        roots[row, : several.size] = several
    return IrrResult(rate.reshape(shape), status.reshape(shape), roots.reshape(*shape, -1))


def _sign_changes(flows: Floats) -> tuple[Ints, Ints]:
    """Changes of sign along each row, zeros left out, and the time at which the last change is complete: [R], [R]."""
    sign = np.sign(flows).astype(np.int8)
    position = np.where(sign != 0, np.arange(flows.shape[1]), -1)
    last = np.maximum.accumulate(position, axis=1)
    before = np.full_like(last, -1)
    before[:, 1:] = last[:, :-1]
    earlier = np.where(before >= 0, np.take_along_axis(sign, np.maximum(before, 0), axis=1), 0)
    change = sign * earlier < 0
    split = flows.shape[1] - 1 - np.argmax(change[:, ::-1], axis=1) if flows.shape[1] else np.zeros(len(flows), dtype=np.int64)
    return change.sum(axis=1), split


def _only_root(flows: Floats, split: Ints, years: Floats) -> Floats:
    """x of rows that change sign once, at column `split`: [R].

    Raises
    ------
    ArithmeticError : Newton did not settle, which the bracket excludes.
    """
    magnitude = np.abs(flows)
    columns = np.arange(flows.shape[1])
    later = columns >= split[:, np.newaxis]
    early_first, early_last = _ends(np.where(later, 0.0, magnitude), years)
    late_first, late_last = _ends(np.where(later, magnitude, 0.0), years)
    gap, span = late_first - early_last, late_last - early_first

    def log_ratio(x: Floats) -> tuple[Floats, Floats]:
        # Each half is counted from the flow that weighs most, so nothing overflows and a vanishing term is harmless.
        anchor_late = np.where(x > 0, late_first, late_last)
        anchor_early = np.where(x > 0, early_first, early_last)
        from_anchor = years - np.where(later, anchor_late[:, np.newaxis], anchor_early[:, np.newaxis])
        # A column outside its half holds no money; without the limit its power could overflow.
        worth = magnitude * np.exp(np.minimum(-x[:, np.newaxis] * from_anchor, 0.0))
        moment = worth * from_anchor
        late, early = (worth * later).sum(axis=1), (worth * ~later).sum(axis=1)
        value = np.log(late / early) - x * (anchor_late - anchor_early)
        slope = -((moment * later).sum(axis=1) / late + anchor_late) + (moment * ~later).sum(axis=1) / early + anchor_early
        return value, slope

    x = np.zeros(len(flows))
    value, slope = log_ratio(x)
    # u falls by at least `gap` and at most `span` a year of x
    low, high = np.minimum(value / gap, value / span), np.maximum(value / gap, value / span)
    for _ in range(_NEWTON_STEPS):
        newton = x - value / slope
        # Newton doubles the right digits, so after a step this small the answer is right to the last
        settled = np.abs(newton - x) <= 1e-9
        inside = (newton >= low) & (newton <= high)
        x = np.where(inside, newton, np.where(settled, np.clip(newton, low, high), 0.5 * (low + high)))
        if settled.all():
            return x
        value, slope = log_ratio(x)
        low, high = np.where(value >= 0, x, low), np.where(value <= 0, x, high)
    raise ArithmeticError(f"the rate of return of {int((~settled).sum())} rows did not settle")


def _ends(magnitude: Floats, years: Floats) -> tuple[Floats, Floats]:
    """Times of the first and last flow of each row: [R], [R]."""
    there = magnitude > 0
    first = np.argmax(there, axis=1)
    last = there.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)
    return years[first], years[last]


def _all_roots(flows: Floats, years: Floats) -> list[Floats]:
    """Every x in (log(1 + MIN_RATE), log(1 + MAX_RATE)) at which the value of a row is zero: one ascending array a row."""
    at_zero = flows.sum(axis=1)
    up_row, up = _isolate(flows, at_zero, years - years[0], np.log1p(MAX_RATE))
    down_row, down = _isolate(flows[:, ::-1], at_zero, (years[-1] - years)[::-1], -np.log1p(MIN_RATE))
    below = down > 0  # a root of exactly zero is found from above
    row, root = np.concatenate([up_row, down_row[below]]), np.concatenate([up, -down[below]])
    order = np.lexsort((root, row))
    row, root = row[order], root[order]
    answer = []
    for found in np.split(root, np.searchsorted(row, np.arange(1, len(flows)))):
        crowds = np.split(found, np.flatnonzero(np.diff(found) > _CROWD) + 1)
        answer.append(np.concatenate([crowd if crowd.size < 2 else np.repeat(crowd.mean(), 2) for crowd in crowds]))
    return answer


def _moments(flows: Floats, years: Floats, y: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """g(y), -g'(y), sum of |terms| of g and of g'' for one y a row: [R] each."""
    worth = flows * np.exp(-y[:, np.newaxis] * years)
    size = np.abs(worth)
    return worth.sum(axis=1), worth @ years, size.sum(axis=1), size @ (years * years)


def _isolate(flows: Floats, at_zero: Floats, years: Floats, limit: float) -> tuple[Ints, Floats]:
    """Rows and roots of g in [0, limit), a root that only touches zero twice or more often; `years` are 0 or later."""
    row = np.arange(len(flows))
    a, b = np.zeros(len(flows)), np.full(len(flows), limit)
    at_a, at_b = at_zero, _moments(flows, years, b)[0]
    curve = np.abs(flows) @ (years * years)
    cells: list[tuple[Ints, Floats, Floats, Floats]] = []
    touched: list[tuple[Ints, Floats]] = []
    while row.size:
        middle, half = 0.5 * (a + b), 0.5 * (b - a)
        parts = [_moments(flows[row[at : at + _ROWS]], years, middle[at : at + _ROWS]) for at in range(0, row.size, _ROWS)]
        value, fall, size, curve_middle = (np.concatenate(part) for part in zip(*parts, strict=True))
        empty = np.abs(value) > half * np.abs(fall) + 0.5 * half**2 * curve + _NOISE * size
        monotone = ~empty & (np.abs(fall) > half * curve)
        crosses = (at_a == 0) | (np.sign(at_a) * np.sign(at_b) < 0)
        simple = monotone & crosses
        cells.append((row[simple], a[simple], b[simple], at_a[simple]))
        narrow = ~empty & ~monotone & (2 * half < _CELL)
        touch = narrow & ((np.abs(value) <= _TOUCH * size) | crosses)
        touched.append((np.repeat(row[touch], 2), np.repeat(middle[touch], 2)))
        again = ~empty & ~monotone & ~narrow
        row, a, b, at_a, at_b, curve = (
            np.concatenate([left[again], right[again]])
            for left, right in (
                (row, row), (a, middle), (middle, b), (at_a, value), (value, at_b), (curve, curve_middle)
            )
        )  # fmt: skip
    found_row, low, high, sign = (np.concatenate(part) for part in zip(*cells, strict=True))
    touch_row, touch_root = (np.concatenate(part) for part in zip(*touched, strict=True))
    root = _refine(flows[found_row], years, low, high, np.sign(sign))
    return np.concatenate([found_row, touch_row]), np.concatenate([root, touch_root])


def _refine(flows: Floats, years: Floats, low: Floats, high: Floats, sign: Floats) -> Floats:
    """The root of each row in [low, high], where g has one, is monotone, and has `sign` at `low` (0: the root is `low`)."""
    half = 0.5 * (high - low)
    high = np.where(sign == 0, low, high)
    y = 0.5 * (low + high)
    for _ in range(_NEWTON_STEPS):
        value, fall, _size, _curve = _moments(flows, years, y)
        low, high = np.where(value * sign >= 0, y, low), np.where(value * sign <= 0, y, high)
        newton = y + np.divide(value, fall, out=np.zeros_like(y), where=fall != 0)
        inside = (newton >= low) & (newton <= high)
        new = np.where(inside, newton, 0.5 * (low + high))
        # the curvature over the slope is below 1 / half in the whole cell
        settled = inside & ((new - y) ** 2 <= 1e-16 * half) | (high - low <= 1e-15)
        y = new
        if settled.all():
            break
    return y
