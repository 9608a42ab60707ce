"""Which days of a history to fit on, and which later ones to score the fit on.

A fit that is told on the days that it was fitted on says nothing of the future, so days are always held back unless all are asked
for. Where nothing is said the first three quarters of the history's years, rounded down to whole ones, are fitted (of less than
two years: of its months), and the rest is scored.

Codes: S351 days that the history does not have, or in the wrong order; S352 not a month of history.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from repower.errors import InputError, Problem

FITTED_SHARE = 0.75
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Ranges:
    """Days, all included: fitted from `first` to `last`, scored from the day after until `score_until`."""

    first: date
    last: date
    score_until: date

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


def day_named(text: str, *, end: bool) -> date:
    """``2021-12-31``, ``2021-12`` or ``2021`` as a day: the first or, with `end`, the last of the month or year.

    Raises
    ------
    InputError
        S351 for any other word
    """
    try:
        parts = [int(part) for part in text.strip().split("-")]
        if not 1 <= len(parts) <= 3 or parts[0] < 1000:
            raise ValueError(text)  # noqa: TRY301 - told below, as is what date refuses
        year, month, day = [*parts, *([12, 31] if end else [1, 1])[len(parts) - 1 :]]
        if end and len(parts) < 3:
            day = calendar.monthrange(year, month)[1]
        return date(year, month, day)
    except ValueError:
        raise InputError(
            Problem("S351", f"{text!r} is no day, month or year", hint="write 2021-12-31, 2021-12 or 2021")
        ) from None


def choose_ranges(have: tuple[date, date], asked: tuple[date | None, date | None, date | None], file: str) -> Ranges:
    """The days that are asked for, or what a history gives by itself, from its first whole month to its last.

    Parameters
    ----------
    have : first and last day of the history
    asked : first and last day to fit, and last day to score; None for what the history gives

    Raises
    ------
    InputError
        S351 for days outside the history, or out of order
    """
    first, last, score_until = asked
    words = f"the history has {have[0]} to {have[1]}"
    problems = [
        Problem("S351", f"{name} {day}, and {words}", hint="name a day that it has", file=file)
        for name, day in zip(("fitted from", "fitted until", "scored until"), asked, strict=True)
        if day is not None and not have[0] <= day <= have[1]
    ]
    if problems:
        raise InputError(problems)
    begin = _first_of_month(have[0]) if first is None else first
    until = _end_of_month(have[1]) if score_until is None else score_until
    if first is None and score_until is None and until < begin:
        raise InputError(
            Problem("S352", f"{words}, which is no whole month", hint="give two years of it, better five", file=file)
        )
    if last is None:
        last = _default_last(begin, until)
    elif score_until is None:
        until = max(until, last)
    if not begin <= last <= until:
        raise InputError(
            Problem(
                "S351",
                f"fitted from {begin} to {last} and scored until {until} is no order of days",
                hint=f"the first day comes before the last, and scores end after it; {words}",
                file=file,
            )
        )
    return Ranges(begin, last, until)


def _default_last(begin: date, until: date) -> date:
    """Last day of the first three quarters: of the years, or of the months where there are fewer than two years."""
    after = until + _DAY
    months = 12 * (after.year - begin.year) + after.month - begin.month
    fitted = 12 * int(FITTED_SHARE * months / 12) if months >= 24 else max(1, int(FITTED_SHARE * months))
    count = 12 * begin.year + begin.month - 1 + fitted
    return date(count // 12, count % 12 + 1, 1) - _DAY


def _first_of_month(day: date) -> date:
    return day if day.day == 1 else (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _end_of_month(day: date) -> date:
    return (day + _DAY).replace(day=1) - _DAY
