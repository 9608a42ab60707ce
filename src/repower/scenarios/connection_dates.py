"""When each block has power: exponential delays of connection steps, whole months, rounded up."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.horizon import Month
from repower.portfolio import Portfolio, Powered, Site, TimeToPower
from repower.scenarios.draws import Draws

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def draw(portfolio: Portfolio, site: Site, draws: Draws) -> IntArray:
    """Months from the start at which the blocks of a site have power [S, block]; blocks that wait for one step wait equally."""
    delays: list[FloatArray | None] = []
    for powered in site.powered().values():
        if powered is None:
            delays.append(None)
        else:
            mean = mean_delay_months(powered, portfolio.markets.time_to_power)
            delays.append(-mean * np.log1p(-draws.uniform("connection", site.name, str(powered.month))))
    return _in_order(portfolio, site, draws.scenarios, delays)


def central(portfolio: Portfolio, site: Site) -> IntArray:
    """The same at mean delays, rounded [block]."""
    delays = [
        None if powered is None else np.round([mean_delay_months(powered, portfolio.markets.time_to_power)])
        for powered in site.powered().values()
    ]
    return np.asarray(_in_order(portfolio, site, 1, delays)[0])


def mean_delay_months(powered: Powered, time_to_power: TimeToPower) -> float:
    """Mean delay of a connection step, months; a step that is energised, or sure, comes on its date."""
    match powered.status:
        case "energised":
            return 0.0
        case "contracted":
            return time_to_power.contracted_delay_months
        case "in_queue":
            return time_to_power.in_queue_delay_months


def step_month(powered: Powered, start: Month, delay_months: FloatArray) -> IntArray:
    """Months from the start of the study at which a connection step comes [S].

    A step that is not energised and whose date has passed waits from the start: an exponential delay has no memory.
    Part of a month is a whole month.
    """
    return np.asarray(max(powered.month - start, 0) + np.ceil(delay_months).astype(np.int64))


def _in_order(portfolio: Portfolio, site: Site, scenarios: int, delays: list[FloatArray | None]) -> IntArray:
    """Months [S, block] from delays in months: no block before those before it; without a step, never."""
    months = np.empty((scenarios, len(site.blocks)), dtype=np.int64)
    for number, (powered, delay) in enumerate(zip(site.powered().values(), delays, strict=True)):
        if powered is None or delay is None:
            months[:, number] = portfolio.horizon.months
        else:
            months[:, number] = step_month(powered, portfolio.start, delay)
    return np.maximum.accumulate(months, axis=1)
