"""What the owner and the law allow."""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.units import CalendarMonth, Months, Share

WorksPolicy = Literal["series", "parallel"]


class Jurisdiction(Model):
    """The rules of one country. A country that is not named allows everything."""

    country: str = fact("ISO 3166 two-letter code", pattern=r"^[A-Z]{2}$")
    ai_allowed: bool = fact("whether AI halls may be built", default=True)
    gpus_importable: bool = fact("whether accelerators may be imported for an own cloud", default=True)
    new_mining_allowed: bool = fact("whether a fleet may be renewed or a mine built", default=True)
    mining_until: CalendarMonth | None = fact(
        "last month in which a mine may run; a plan knows it from the start. For ever when absent", default=None
    )
    source: str = fact("where the rule stands and when it was checked", default="")


class Risk(Model):
    """What the plan maximises: (1 - weight) mean + weight CVaR of the worst `tail_share` of scenarios."""

    weight: Share = fact("weight of the tail", default=0.3, ge=0, le=1)
    tail_share: Share = fact("share of scenarios that is the tail", default=0.1, gt=0, le=1)


class Policy(Model):
    """The owner's rules."""

    works: WorksPolicy = fact(
        "how conversions are built: works one after another, or overlapped with early purchase", default="parallel"
    )
    crews: int = fact("blocks that can be in conversion at the same time", ge=0)
    last_start: CalendarMonth = fact("last month in which works may start or a plan orders miners")
    minimum_mining_share: Share = fact(
        "least share of powered grid MW, own clouds of today aside, whose fleet stands, until minimum_mining_until; fleets "
        "renewed by renewal_payback_months do not count",
        default=0.0,
        ge=0,
        le=1,
    )
    minimum_mining_until: CalendarMonth | None = fact("last month of that rule; until last_start when absent", default=None)
    refresh_miner: str | None = fact(
        "machine that fleets are renewed with and new mines are filled with; neither when absent", default=None
    )
    renewal_payback_months: Months | None = fact(
        "a fleet whose life ends is renewed with refresh_miner where the last year's margin of such machines would pay for them "
        "within so many months; never when absent",
        default=None,
        gt=0,
    )
    jurisdictions: tuple[Jurisdiction, ...] = fact("rules by country", default=())
    risk: Risk = fact("how much weight bad scenarios have", default=Risk())
