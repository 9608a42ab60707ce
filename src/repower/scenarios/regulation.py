"""What a state or a grid operator may do after the start: events put upon scenarios, or upon the portfolio.

    pause_queue          an audit: steps in the queue of a region wait so many months more
    delay_connections    all that is not energised comes so many months later
    curtail_large_loads  a duty of large loads to be cut in emergencies, so many hours a year
    ban_mining           no mine runs in a country from a month on, and none is renewed

The first two change the dates of scenarios that are drawn already, so that the same luck is compared with and without the
event; the last two change rules, so they make another portfolio. Each is one stress, not a probability.

Reported events that they are made after: the batch study of large loads in ERCOT (75 MW and more) was paused by a directive of
Aug 2026 with an audit due in Dec 2026 (R*); Texas' SB 6 of 2025 makes large loads that come after 2025 curtail or switch to
their back-up in emergencies (R); Norway prepared a temporary ban on new mining data centres in 2025 (R).

Left out: the cost of back-up power that an AI hall runs on when it is cut, and a study of many years that prices calls at all:
`supply.curtailment` is priced by the dispatch of one year (`curtailed_usd_per_year` gives the order of what that leaves out).
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from repower.horizon import Month
from repower.portfolio import Connection, Curtailment, Jurisdiction, Portfolio, Powered, QueueRegion, Site
from repower.scenarios.connection_dates import NEVER, powered_months

#: Grid MW from which Texas' SB 6 speaks of a large load (R).
LARGE_LOAD_MW = 75.0


def pause_queue(scenarios: xr.Dataset, portfolio: Portfolio, region: QueueRegion, months: int) -> xr.Dataset:
    """Every step in the queue of a region waits `months` more for the grid, and what follows from that.

    Permits that are out go on meanwhile, so a site that waits for them longer loses nothing.

    Parameters
    ----------
    scenarios : from `sample` or `base`, of this portfolio.
    region : whose queue.
    months : 0 or more.

    Returns
    -------
    The scenarios with other `queue_months` and `powered_month`; the rest is theirs.
    """
    _check(scenarios, portfolio, months)
    paused = [
        step is not None and step.status == "in_queue" and site.region == region
        for site in portfolio.sites
        for step in site.powered().values()
    ]
    queue = np.minimum(scenarios["queue_months"].to_numpy() + months * np.array(paused), NEVER)
    before = scenarios["powered_month"]
    follows = powered_months(portfolio, queue, scenarios["permit_months"].to_numpy(), scenarios["substation_months"].to_numpy())
    # What another event has delayed already stays delayed.
    powered = np.maximum(before.to_numpy(), follows)
    return scenarios.assign(queue_months=scenarios["queue_months"].copy(data=queue), powered_month=before.copy(data=powered))


def delay_connections(scenarios: xr.Dataset, portfolio: Portfolio, months: int) -> xr.Dataset:
    """Every step that is not energised comes `months` later, whatever it waits for.

    Returns
    -------
    The scenarios with `queue_months`, `permit_months` (where permits are needed) and `powered_month` so much later.
    """
    _check(scenarios, portfolio, months)
    waits = np.array([_waits(step) for site in portfolio.sites for step in site.powered().values()])
    queue, permits, powered = (scenarios[name] for name in ("queue_months", "permit_months", "powered_month"))
    return scenarios.assign(
        queue_months=queue.copy(data=np.minimum(queue.to_numpy() + months * waits, NEVER)),
        permit_months=permits.copy(data=permits.to_numpy() + months * (permits.to_numpy() > 0)),
        powered_month=powered.copy(data=np.minimum(powered.to_numpy() + months * waits, portfolio.horizon.months)),
    )


def curtail_large_loads(
    portfolio: Portfolio,
    hours_per_year: int,
    *,
    import_share: float = 0.0,
    region: QueueRegion = "ercot",
    least_mw: float = LARGE_LOAD_MW,
) -> Portfolio:
    """The portfolio in which large loads of a region may be cut in emergencies.

    A site is under the duty when its connection brings `least_mw` or more beyond what is energised when the study starts:
    the law spares who was there before it. Its `supply.curtailment` becomes calls of `hours_per_year` down to
    `import_share` of the limit; one that it has already keeps its hours and share where these are harder.
    """
    sites = tuple(
        _with_calls(site, hours_per_year, import_share)
        if site.region == region and _still_to_come_mw(site.connection) >= least_mw
        else site
        for site in portfolio.sites
    )
    return portfolio.model_copy(update={"sites": sites})


def curtailed_usd_per_year(
    ai_mw: float, mine_mw: float, hours_per_year: float, backup_usd_per_mwh: float, mine_margin_usd_per_mwh: float
) -> float:
    """What the duty costs a site in a year: halls run on their own back-up, mines lose their margin.

        hours x (ai_mw x back-up cost beyond the power saved + mine_mw x margin)

    Parameters
    ----------
    ai_mw, mine_mw : grid MW that are cut.
    backup_usd_per_mwh : cost of an own MWh less the price that is saved.
    mine_margin_usd_per_mwh : value of a MWh less its price.
    """
    return hours_per_year * (ai_mw * backup_usd_per_mwh + mine_mw * mine_margin_usd_per_mwh)


def ban_mining(portfolio: Portfolio, country: str, from_month: Month) -> Portfolio:
    """The portfolio in which no mine runs in a country from a month on; none is renewed or built there any more."""
    rule = portfolio.jurisdiction(country)
    until = from_month + -1
    if rule.mining_until is not None:
        until = min(until, rule.mining_until)
    banned = rule.model_copy(update={"mining_until": until, "new_mining_allowed": False})
    others: tuple[Jurisdiction, ...] = tuple(other for other in portfolio.policy.jurisdictions if other.country != country)
    policy = portfolio.policy.model_copy(update={"jurisdictions": (*others, banned)})
    return portfolio.model_copy(update={"policy": policy})


def _waits(step: Powered | None) -> bool:
    return step is not None and step.status != "energised"


def _check(scenarios: xr.Dataset, portfolio: Portfolio, months: int) -> None:
    if months < 0:
        raise ValueError(f"{months} months; an event makes nothing earlier")
    blocks = [f"{site.name}/{block.name}" for site in portfolio.sites for block in site.blocks]
    if scenarios["block"].to_numpy().tolist() != blocks:
        raise ValueError("these scenarios are of another portfolio: their blocks are not its blocks in its order")


def _still_to_come_mw(connection: tuple[Connection, ...]) -> float:
    energised = max((step.import_mw for step in connection if step.status == "energised"), default=0.0)
    return max(step.import_mw for step in connection) - energised


def _with_calls(site: Site, hours_per_year: int, import_share: float) -> Site:
    had = site.supply.curtailment
    calls = (
        Curtailment(hours_per_year=hours_per_year, import_share=import_share)
        if had is None
        else had.model_copy(
            update={
                "hours_per_year": max(had.hours_per_year, hours_per_year),
                "import_share": min(had.import_share, import_share),
            }
        )
    )
    return site.model_copy(update={"supply": site.supply.model_copy(update={"curtailment": calls})})
