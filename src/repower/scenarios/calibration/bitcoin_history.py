"""A bitcoin's days as they came: what is read of them, and their months.

Columns: `date`, `price_usd`, `hashrate_ths` (TH/s), `fees_btc`, `issuance_btc` (of the day), `blocks`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.horizon import Month
from repower.markets.bitcoin import hashprice, month_subsidy_btc

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

COLUMNS = ("date", "price_usd", "hashrate_ths", "fees_btc", "issuance_btc", "blocks")
#: Fewest days to fit on.
FEWEST_DAYS = 365


@dataclass(frozen=True)
class DailyHistory:
    """Days from the first to fit on to the last to score.

    days : columns as above, one row a day, no gap.  last_fitted : the last day to fit on.
    """

    days: pd.DataFrame
    last_fitted: pd.Timestamp

    @property
    def log_returns(self) -> Floats:
        """[D] of every day but the first."""
        return np.diff(np.log(self.days.price_usd.to_numpy(dtype=np.float64)))

    @property
    def _dates(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.days.date)[1:]

    @property
    def month_turns(self) -> Bools:
        """[D] true on the first day of a month."""
        return np.asarray(self._dates.day == 1)

    @property
    def month_ends(self) -> NDArray[np.int64]:
        """Positions in `log_returns` of the months' last days."""
        return np.flatnonzero(np.asarray(self._dates.is_month_end))

    @property
    def fitted_days(self) -> Bools:
        """[D] true on the days to fit on."""
        return np.asarray(self._dates <= self.last_fitted)

    def months(self) -> MonthlyHistory:
        """The whole months among them."""
        groups = self.days.groupby(pd.DatetimeIndex(self.days.date).to_period("M"))
        counts = groups.size()
        months = pd.PeriodIndex(counts.index)
        whole = months[counts.to_numpy() == np.asarray(months.days_in_month)]
        means = groups[["price_usd", "hashrate_ths"]].mean().loc[whole]
        sums = groups[["fees_btc", "issuance_btc", "blocks"]].sum().loc[whole]
        labels = tuple(str(period) for period in whole)
        return MonthlyHistory(
            labels,
            means.price_usd.to_numpy(dtype=np.float64),
            means.hashrate_ths.to_numpy(dtype=np.float64) / 1e6,
            np.array([month_subsidy_btc(Month.parse(label)) for label in labels]),
            (sums.fees_btc / sums.issuance_btc).to_numpy(dtype=np.float64),
            int((whole.end_time <= self.last_fitted + pd.Timedelta(days=1)).sum()),
        )


@dataclass(frozen=True)
class MonthlyHistory:
    """Means of months [M]: price, network, subsidy per block, fees per subsidy; the first `fitted` months are to fit on."""

    labels: tuple[str, ...]
    price_usd: Floats
    network_eh_per_s: Floats
    subsidy_btc: Floats
    fee_share: Floats
    fitted: int

    @property
    def hashprice(self) -> Floats:
        """[M] USD/PH/day at 144 blocks a day, as scenarios count it."""
        return hashprice(self.price_usd, self.network_eh_per_s, self.subsidy_btc, self.fee_share)


def read_days(days: pd.DataFrame, first: str, last: str, score_until: str) -> DailyHistory:
    """Check the columns and cut out the days.

    Parameters
    ----------
    days : columns `COLUMNS`, any order of rows; others are not looked at.
    first, last : days to fit on, both included (ISO dates).
    score_until : last day to score, after `last`.

    Raises
    ------
    InputError : a column that is missing, days that are missing or twice, values that are no positive numbers, dates out of
        order.
    """
    missing = [column for column in COLUMNS if column not in days]
    if missing:
        found = ", ".join(str(column) for column in days.columns)
        raise _refused(f"columns {', '.join(missing)} are missing (found: {found})", f"give {', '.join(COLUMNS)}")
    table = days[list(COLUMNS)].assign(date=pd.to_datetime(days.date)).sort_values("date")
    table = table[(table.date >= first) & (table.date <= score_until)].reset_index(drop=True)
    wanted = pd.date_range(first, score_until, freq="D")
    if len(table) != len(wanted) or not (table.date.to_numpy() == wanted.to_numpy()).all():
        absent = wanted.difference(pd.DatetimeIndex(table.date))
        fact = f"day {absent[0].date()} is missing" if len(absent) else "a day is there twice"
        raise _refused(f"{fact} between {first} and {score_until}", "a history has one row for every day")
    numbers = table[list(COLUMNS[1:])]
    values = numbers.to_numpy(dtype=np.float64)
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)).all(axis=1))
    if len(bad):
        raise _refused(f"day {table.date.iloc[bad[0]].date()} has a value that is no positive number", "correct or leave it out")
    fitted = int((table.date <= last).sum())
    if fitted < FEWEST_DAYS or fitted == len(table):
        raise _refused(
            f"{fitted} days to fit on and {len(table) - fitted} to score",
            f"fit on at least {FEWEST_DAYS} days and score on later ones: first < last < score_until",
        )
    return DailyHistory(table, pd.Timestamp(last))


def _refused(fact: str, way_out: str) -> InputError:
    return InputError(Problem("S350", f"the history of a bitcoin: {fact}", hint=way_out))
