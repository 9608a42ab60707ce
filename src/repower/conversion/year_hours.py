"""The 8,760 hours of one model year: what month each lies in, where it stands in the shapes, what time it is there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repower.conversion.setting import Bools, Floats, Ints
from repower.horizon import HOURS_IN_MONTH, HOURS_IN_YEAR, MONTH_EDGES, Month


@dataclass(frozen=True)
class YearHours:
    """Hours in the order of the study, from the first month of the model year on; a model year has no 29 February.

    first : its first month.  hours : [H] datetime64[h], UTC, beginning of each.
    step : [H] 0..11, months since the first.  calendar_month : [H] 1..12, UTC.
    shape_hour : [H] 0..8759, the hour of a calendar year, as the shapes count.
    local_hour : [H] 0..23, local standard time.
    """

    first: Month
    hours: NDArray[np.datetime64]
    step: Ints
    calendar_month: Ints
    shape_hour: Ints
    local_hour: Ints

    def of_months(self, values: Floats) -> Floats:
        """[..., 12] by month -> [..., H] by hour."""
        return np.ascontiguousarray(np.asarray(values, dtype=np.float64)[..., self.step])

    def in_window(self, months: tuple[int, ...], from_hour: int, until_hour: int) -> Bools:
        """[H] whether an hour lies in these calendar months (all when empty) and hours of the day, over midnight too."""
        if from_hour < until_hour:
            inside = (self.local_hour >= from_hour) & (self.local_hour < until_hour)
        else:
            inside = (self.local_hour >= from_hour) | (self.local_hour < until_hour)
        return inside & np.isin(self.calendar_month, months) if months else inside


def year_hours(first: Month, hours_ahead_of_utc: int) -> YearHours:
    """The twelve months from `first` on, at a place whose clocks are so many hours ahead of UTC."""
    calendar = [(first + step).month for step in range(12)]
    lengths = [HOURS_IN_MONTH[month - 1] for month in calendar]
    begin = [np.datetime64(f"{first + step}-01T00", "h") for step in range(12)]
    shape_hour = np.concatenate(
        [MONTH_EDGES[month - 1] + np.arange(hours) for month, hours in zip(calendar, lengths, strict=True)]
    )
    return YearHours(
        first=first,
        hours=np.concatenate([start + np.arange(hours) for start, hours in zip(begin, lengths, strict=True)]),
        step=np.repeat(np.arange(12), lengths),
        calendar_month=np.repeat(np.array(calendar), lengths),
        shape_hour=shape_hour,
        local_hour=(np.arange(HOURS_IN_YEAR) + hours_ahead_of_utc) % 24,
    )


def dearest(price_usd_per_mwh: Floats, count: int, among: Bools | None = None) -> Ints:
    """Positions of the `count` dearest hours (`among` some of them), dearest first, of two equal ones the earlier."""
    candidates = np.arange(len(price_usd_per_mwh)) if among is None else np.flatnonzero(among)
    return candidates[np.argsort(-price_usd_per_mwh[candidates], kind="stable")[:count]]
