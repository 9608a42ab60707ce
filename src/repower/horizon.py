"""Time: months counted as integers, and the year of 8,760 hours.

Everything inside is UTC and interval-beginning. A model year has 365 days: 29 February is left out of series and
of money alike, so an hour of one year is the same hour of the next. Months are nominal calendar months.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DAYS_IN_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
HOURS_IN_MONTH = tuple(24 * days for days in DAYS_IN_MONTH)
HOURS_IN_YEAR = sum(HOURS_IN_MONTH)
#: First hour of each month in a model year, and the end of the year: 13 numbers.
MONTH_EDGES = tuple(sum(HOURS_IN_MONTH[:month]) for month in range(13))

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, as the number of months since year 0."""

    index: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """``Month.parse("2027-01")``; raises ValueError for anything else."""
        match = _MONTH.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a month; write it as 2027-01")
        return cls.of(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        return cls(12 * year + month - 1)

    @property
    def year(self) -> int:
        return self.index // 12

    @property
    def month(self) -> int:
        """1 for January."""
        return self.index % 12 + 1

    def __add__(self, months: int) -> Month:
        return Month(self.index + months)

    def __sub__(self, other: Month) -> int:
        return self.index - other.index

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True)
class Horizon:
    """The months of a study, `months` of them from `start` on."""

    start: Month
    months: int

    def __post_init__(self) -> None:
        if self.months < 1:
            raise ValueError(f"a horizon needs at least one month, not {self.months}")

    @property
    def end(self) -> Month:
        """The first month after the last."""
        return self.start + self.months

    def offset(self, month: Month) -> int:
        """Months from the start; negative before it."""
        return month - self.start

    def labels(self) -> list[str]:
        return [str(self.start + step) for step in range(self.months)]

    def calendar_months(self) -> list[int]:
        """0 (January) to 11 (December) of every month of the horizon."""
        return [(self.start + step).index % 12 for step in range(self.months)]

    def years(self) -> list[int]:
        """Calendar years that the horizon touches, in order."""
        return list(range(self.start.year, (self.end + -1).year + 1))

    def year_of_month(self) -> list[int]:
        """For every month of the horizon, the position of its calendar year in `years()`."""
        return [(self.start + step).year - self.start.year for step in range(self.months)]
