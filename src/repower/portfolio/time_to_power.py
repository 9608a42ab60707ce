"""How late connections come, and what empty land needs besides: quantiles by region and stage.

The program has a table of its own (`repower.markets.queues`); what a portfolio says here goes before it.
"""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.units import CalendarMonth, Months, Share

QueueRegion = Literal[
    "ercot", "us", "bc_hydro", "alberta", "norway", "bhutan", "ethiopia", "malaysia", "singapore", "other"
]  # fmt: skip
WaitingStage = Literal["contracted", "in_queue"]

#: The region of a country whose sites name none. Texas and the provinces of Canada must be named.
REGION_OF_COUNTRY: dict[str, QueueRegion] = {
    "US": "us", "NO": "norway", "BT": "bhutan", "ET": "ethiopia", "MY": "malaysia", "SG": "singapore",
}  # fmt: skip
#: The country in which a region lies; `other` lies anywhere.
COUNTRY_OF_REGION: dict[QueueRegion, str] = {
    "ercot": "US", "us": "US", "bc_hydro": "CA", "alberta": "CA", "norway": "NO", "bhutan": "BT", "ethiopia": "ET",
    "malaysia": "MY", "singapore": "SG",
}  # fmt: skip


class Spread(Model):
    """A duration that is not known: three quantiles of it, longer on the late side (see `repower.scenarios.spread`)."""

    p10_months: Months = fact("one in ten takes no longer", ge=0, le=600)
    p50_months: Months = fact("half take no longer", ge=0, le=600)
    p90_months: Months = fact("nine in ten take no longer", ge=0, le=600)


class TimeToPower(Model):
    """An own view of one region and stage; what it leaves out is the program's table."""

    region: QueueRegion = fact("whose queue")
    stage: WaitingStage = fact("which steps of a connection")
    delay: Spread | None = fact("months beyond the stated date, of steps that come", default=None)
    never_share: Share | None = fact(
        "share of steps that never come: withdrawn, refused, or overtaken by others", default=None, ge=0, le=1
    )
    permits: Spread | None = fact("land use and building permits, months from the application; of greenfield steps", default=None)
    review: Spread | None = fact("review of environment and energy, months after the permits; of greenfield steps", default=None)
    substation: Spread | None = fact(
        "building the substation, months after the grid's agreement and the permits; of greenfield steps", default=None
    )


class Greenfield(Model):
    """What a step needs beside the grid's agreement: permits and a review, and a substation after both.

    The date of the step has the substation in it, at its middle duration.
    """

    permits_from: CalendarMonth | None = fact(
        "month in which the permits are applied for; the start of the study when absent. One before the start: applied for and "
        "still out",
        default=None,
    )
    substation_months: Months | None = fact(
        "middle duration of building the substation, 0 where one stands; the region's when absent", default=None, ge=0, le=600
    )
