"""Named stresses: what is changed in every scenario, where and when, to see what a plan is worth if it happens.

A stress is not a probability and not a forecast. The program knows some by name (`repower.scenarios.known_stresses`); a portfolio
may add its own under `stresses`.
"""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.units import CalendarMonth

Changed = Literal[
    "bitcoin_price",
    "network",
    "power_level",
    "scarcity",
    "gpu_rent",
    "gpu_regime",
    "base_rate",
    "power_date",
    "queue",
    "default",
]


class Change(Model):
    """One change of a stress: what, where, from when until when, and how much (one of factor, add, set, add_months)."""

    what: Changed = fact(
        "what is changed: bitcoin_price (the network follows), network (hashrate beside what follows from the price), "
        "power_level, scarcity (hours at `factor` times the level), gpu_rent, gpu_regime, base_rate, power_date (of all steps "
        "that are not energised), queue (steps in a queue), default (customers stop paying in the month `from`)"
    )
    where: str | None = fact(
        "whom it strikes, everything when absent. power_level and scarcity: a zone, a region of zones, or a country. "
        "power_date: a site or a country. queue: a queue's region. default: a lease",
        default=None,
        min_length=1,
    )
    from_: CalendarMonth | None = fact(
        "first month; the start of the study when absent. A scarcity and a default need it: it is when they happen",
        default=None,
        alias="from",
    )
    until: CalendarMonth | None = fact("last month; the end of the study when absent", default=None)
    factor: float | None = fact(
        "the path is so many times as high; of scarcity the price against the month's level", default=None, gt=0, le=1_000
    )
    add: float | None = fact("added to a rate: 0.03 is three percentage points", default=None, ge=-0.5, le=0.5)
    set: float | None = fact(
        "the path is this: USD per bitcoin, EH/s, USD/MWh, -1 (glut), 0 or 1 (scarcity) for gpu_regime",
        default=None,
        ge=-1,
        le=1e8,
    )
    add_months: int | None = fact("dates come so many months later", default=None, ge=1, le=240)
    hours: int | None = fact("hours of a scarcity, from the first of its month on", default=None, ge=1, le=672)


class Stress(Model):
    """A stress with its name and the reason why one looks at it."""

    name: str = fact("name of the stress", min_length=1)
    why: str = fact("what happens, and where such a thing was seen", default="")
    changes: tuple[Change, ...] = fact("what is changed, one after the other", min_length=1)


#: How each thing can be changed.
AMOUNTS: dict[str, tuple[str, ...]] = {
    "bitcoin_price": ("factor", "set"),
    "network": ("factor", "set"),
    "power_level": ("factor", "set"),
    "scarcity": ("factor",),
    "gpu_rent": ("factor",),
    "gpu_regime": ("set",),
    "base_rate": ("add",),
    "power_date": ("add_months",),
    "queue": ("add_months",),
    "default": (),
}
#: Names of the stresses that the program knows, each of which is made for a portfolio by `repower.scenarios.known_stresses`.
BUILT_IN = (
    "halving with flat price",
    "bitcoin falls by half",
    "network grows by half",
    "power doubles",
    "winter 2021 in Texas",
    "GPU glut",
    "two-year delay",
    "queue audit",
    "tenant default",
    "rates three points up",
    "all at once",
)
