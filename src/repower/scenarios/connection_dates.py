"""When each block has power: the grid's agreement, the permits, the substation, each with its own luck.

Of a connection step that is stated for month `from` with a substation of b months (0 where it needs none):

    queue      = from - b + delay                       the grid is ready for the site
    permits    = application + permits + review         one after the other, beside the queue; 0 where none are needed
    powered    = max(from, max(queue, permits) + substation)

All are whole months from the start of the study, part of a month being a whole one. What is not energised is never early.
`delay`, `permits`, `review` and `substation` are drawn from the quantiles of `repower.markets.queues`.

A step that is overdue when the study starts is one of those that have not come yet: what is left of its delay is conditional
on that, and so is its chance of never coming, which rises with age. The same holds for permits that were applied for before.

Sites of one region share a slow or quick operator: the scores of each of these phenomena have a common factor by region. A
step that never comes never brings a later one either, since a later step contains the one before it.

Left out: news that come while waiting, partial energisation, correlation between the phenomena and between regions, permits
that are refused, a power contract or plant that waits for the connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from repower.markets.queues import Wait, wait_of
from repower.portfolio import Portfolio, Powered, Site
from repower.scenarios.draws import Draws
from repower.scenarios.spread import Quantiles, duration, remaining, share_after

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Phenomenon = Literal["never", "queue", "permits", "review", "substation"]
PHENOMENA: tuple[Phenomenon, ...] = ("never", "queue", "permits", "review", "substation")

#: Correlation, as normal scores, of two sites of one region in each phenomenon: one operator, one authority. A judgement: half.
REGION_CORRELATION = 0.5
#: Month of what never comes: a century away, later than any study and any delay that is added to it.
NEVER = 1200


@dataclass(frozen=True)
class Dates:
    """Of every block [S, block] or step [S], months from the start.

    queue : the grid is ready; `NEVER` where it never is.  permits : permits and review are there, 0 where none are needed.
    substation : months of building after both.  powered : power; the study's months or more: not in it.
    """

    queue: IntArray
    permits: IntArray
    substation: IntArray
    powered: IntArray


def draw(portfolio: Portfolio, draws: Draws) -> Dates:
    """Dates of all blocks [S, block], in the order of sites and blocks; blocks that wait for one step wait equally."""
    columns = []
    for site in portfolio.sites:
        for step in site.powered().values():
            scores = (
                {phenomenon: _score(draws, site, step, phenomenon) for phenomenon in PHENOMENA}
                if step is not None and step.status != "energised"
                else dict.fromkeys(PHENOMENA, np.zeros(draws.scenarios))
            )
            columns.append(_step(portfolio, site, step, scores))
    return _together(portfolio, columns)


def central(portfolio: Portfolio) -> Dates:
    """The same without luck [1, block]: the middle of those that come; never, where that is likelier than not."""
    scores = dict.fromkeys(PHENOMENA, np.zeros(1))
    return _together(
        portfolio, [_step(portfolio, site, step, scores) for site in portfolio.sites for step in site.powered().values()]
    )


def powered_months(portfolio: Portfolio, queue: IntArray, permits: IntArray, substation: IntArray) -> IntArray:
    """Months from the start with power [S, block] from what is waited for: the equation above, and blocks in order.

    No block comes before those before it in its site. The study's months stand for all that is later.
    """
    nominal = np.array(
        [
            NEVER if step is None else max(portfolio.horizon.offset(step.month), 0)
            for site in portfolio.sites
            for step in site.powered().values()
        ]
    )
    months = np.maximum(nominal, np.maximum(queue, permits) + substation)
    first = 0
    for site in portfolio.sites:
        own = slice(first, first + len(site.blocks))
        months[:, own] = np.maximum.accumulate(months[:, own], axis=1)
        first = own.stop
    return np.asarray(np.minimum(months, portfolio.horizon.months))


def step_dates(
    wait: Wait, step: Powered, nominal_month: int, permits_age_months: int, scores: dict[Phenomenon, FloatArray]
) -> tuple[IntArray, IntArray, IntArray]:
    """(queue, permits, substation) of one step that is not energised [S].

    Parameters
    ----------
    wait : what the step waits for.
    nominal_month : months from the start of the study to the stated date; negative where it has passed.
    permits_age_months : months since the permits were applied for, negative where that is to come.
    scores : standard normals [S] of each phenomenon.
    """
    queue_delay = Quantiles.of(wait.delay)
    land = step.greenfield
    substation = np.zeros(len(scores["queue"]), dtype=np.int64)
    permits = np.zeros_like(substation)
    middle = 0
    if land is not None:
        middle = wait.substation.p50_months if land.substation_months is None else land.substation_months
        if middle > 0:
            spread = Quantiles.of(wait.substation, middle / wait.substation.p50_months)
            substation = _whole(duration(spread, scores["substation"]))
        granted = max(-permits_age_months, 0) + _whole(
            remaining(Quantiles.of(wait.permits), scores["permits"], permits_age_months)
        )
        permits = granted + _whole(duration(Quantiles.of(wait.review), scores["review"]))
    agreed = nominal_month - middle
    age = max(-agreed, 0)
    queue = max(agreed, 0) + _whole(remaining(queue_delay, scores["queue"], age))
    # A step whose stated date is still to come is not overdue, however long its substation takes.
    never = never_by_age(wait.never_share, queue_delay, max(-nominal_month, 0))
    return np.where(ndtr(-scores["never"]) < never, NEVER, queue), permits, substation


def never_by_age(never_share: float, delay: Quantiles, age_months: int) -> float:
    """Chance that a step never comes, given that it is `age_months` overdue.

    P(never | not yet) = never / (never + (1 - never) P(delay > age)); the age of a sure delay tells nothing.
    """
    if never_share == 0.0 or age_months == 0 or delay.is_sure:
        return never_share
    return never_share / (never_share + (1.0 - never_share) * share_after(delay, age_months))


def _step(portfolio: Portfolio, site: Site, step: Powered | None, scores: dict[Phenomenon, FloatArray]) -> tuple[IntArray, ...]:
    nothing = np.zeros(len(scores["queue"]), dtype=np.int64)
    if step is None:
        return nothing + NEVER, nothing, nothing
    if step.status == "energised":
        return nothing, nothing, nothing
    applied = step.greenfield.permits_from if step.greenfield is not None else None
    age = 0 if applied is None else -portfolio.horizon.offset(applied)
    return step_dates(wait_of(portfolio, site, step), step, portfolio.horizon.offset(step.month), age, scores)


def _together(portfolio: Portfolio, columns: list[tuple[IntArray, ...]]) -> Dates:
    queue, permits, substation = (np.stack(column, axis=1) for column in zip(*columns, strict=True))
    return Dates(queue, permits, substation, powered_months(portfolio, queue, permits, substation))


def _score(draws: Draws, site: Site, step: Powered, phenomenon: Phenomenon) -> FloatArray:
    """Standard normal [S] of one phenomenon of one step, correlated with the others of its region."""
    common = draws.normal("connections of a region", site.region, phenomenon)
    own = draws.normal("connection", site.name, str(step.month), phenomenon)
    return np.asarray(np.sqrt(REGION_CORRELATION) * common + np.sqrt(1.0 - REGION_CORRELATION) * own)


def _whole(months: FloatArray) -> IntArray:
    """Months rounded up; a hair over a whole month is that month."""
    return np.asarray(np.ceil(months - 1e-9).astype(np.int64))
