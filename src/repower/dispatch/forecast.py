"""What a site without foresight expects of prices: small functions from the prices so far to those that follow.

A forecast is anything that takes (the prices of all hours that are known, oldest first [N]; a number of hours M) and returns
prices of the M hours after them. It sees nothing else, so it cannot see the future; write your own as a function. N is at
least 1. Hours are counted from the first of the horizon, without summer time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from repower.dispatch.arrays import Floats

Forecast = Callable[[Floats, int], Floats]

DAY_HOURS, WEEK_HOURS = 24, 168


@dataclass(frozen=True)
class Persistence:
    """Every day will be as the last 24 known hours were; with fewer known, every hour as their mean."""

    def __call__(self, known: Floats, hours: int) -> Floats:
        if len(known) < DAY_HOURS:
            return np.full(hours, known.mean())
        return np.resize(known[-DAY_HOURS:], hours)

    def __str__(self) -> str:
        return "yesterday's prices again"


@dataclass(frozen=True)
class Seasonal:
    """The mean of the same hour of the week over the past `weeks`.

    With less than that known: over the whole weeks that there are; in the first week the mean of the same hour of the day over
    the whole days that there are; on the first day the mean of the hours that there are.
    """

    weeks: int = 4

    def __post_init__(self) -> None:
        if self.weeks < 1:
            raise ValueError(f"weeks is {self.weeks} and must be at least 1, or there is nothing to take the mean of")

    def __call__(self, known: Floats, hours: int) -> Floats:
        length = WEEK_HOURS if len(known) >= WEEK_HOURS else DAY_HOURS
        periods = min(self.weeks if length == WEEK_HOURS else WEEK_HOURS // DAY_HOURS, len(known) // length)
        if not periods:
            return np.full(hours, known.mean())
        return np.resize(known[-periods * length :].reshape(periods, length).mean(axis=0), hours)

    def __str__(self) -> str:
        return f"the mean of the same hour of the week over {self.weeks} weeks"


@dataclass(frozen=True)
class Reverting:
    """The mean of the same hour of the day over the past `days`, and the last price's deviation from it, fading.

    Hour h from now deviates by ``exp(-h / fading_hours)`` of what the last known price does. With fewer days known, over the
    whole days that there are; on the first day the mean of the hours that there are.
    """

    days: int = 7
    fading_hours: float = 24.0

    def __post_init__(self) -> None:
        if self.days < 1 or not self.fading_hours > 0:
            raise ValueError(f"days is {self.days}, fading_hours {self.fading_hours}: at least 1 and more than 0 are needed")

    def __call__(self, known: Floats, hours: int) -> Floats:
        days = min(self.days, len(known) // DAY_HOURS)
        if not days:
            return np.full(hours, known.mean())
        usual = known[-days * DAY_HOURS :].reshape(days, DAY_HOURS).mean(axis=0)
        fading = np.exp(np.arange(1, hours + 1) / -self.fading_hours)
        return np.asarray(np.resize(usual, hours) + (known[-1] - usual[-1]) * fading)

    def __str__(self) -> str:
        return f"the mean of the same hour over {self.days} days, approached from the last price within {self.fading_hours:g} h"


@dataclass(frozen=True)
class Perfect:
    """The prices that will be, [H] of the whole horizon: what a dispatch by plans costs apart from not knowing prices."""

    prices: Floats

    def __call__(self, known: Floats, hours: int) -> Floats:
        return self.prices[len(known) : len(known) + hours]

    def __str__(self) -> str:
        return "the prices that will be"
