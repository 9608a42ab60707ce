"""What a network asks for the highest draw, not for the energy."""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.units import Share, UsdPerKwMonth

DemandChargeKind = Literal["monthly_peak", "annual_peak", "coincident_peak"]


class DemandCharge(Model):
    """A charge on the import through the connection in its highest hours, spot and contract energy alike.

    A monthly peak is billed for each of its months, on that month's highest hourly import. An annual peak is billed in all
    twelve months, on the highest import of the year. A coincident peak is billed in all twelve months, on the mean import of
    the hours in which the whole system draws most; it is charged in the year in which those hours fall. Hours of the day are
    local standard time (see `utc_offset_hours` of the site); weekends and holidays are not told apart.
    """

    name: str | None = fact("what the bill calls it; its kind when absent", default=None, min_length=1)
    kind: DemandChargeKind = fact("what is billed")
    usd_per_kw_month: UsdPerKwMonth = fact("rate, in every month that is billed", gt=0, le=500)
    months: tuple[int, ...] = fact("months (1 to 12) whose hours count; all when empty", default=())
    from_hour: int = fact("first hour of the day that counts, local standard time", default=0, ge=0, le=23)
    until_hour: int = fact(
        "hour of the day up to which hours count; a window may go over midnight (from 22 until 6)", default=24, ge=1, le=24
    )
    ratchet_share: Share = fact(
        "monthly_peak: each month is billed on at least this share of the highest of the other months' peaks in the year",
        default=0.0,
        ge=0,
        le=1,
    )
    intervals_per_month: int = fact(
        "coincident_peak: hours of each month; those with the highest market price where no peak_hours are given",
        default=1,
        ge=1,
        le=100,
        source="R one interval in each of four months (4CP) in ERCOT",
    )
    peak_hours: tuple[str, ...] = fact("coincident_peak: the hours themselves, UTC, as month, day and hour: 07-21T21", default=())
