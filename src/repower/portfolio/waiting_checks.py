"""Time to power: whose queue, quantiles that rise, and views that some step waits by."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.finding import Finding
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio
from repower.portfolio.site import Site
from repower.portfolio.time_to_power import COUNTRY_OF_REGION, Spread

_SPREADS = ("delay", "permits", "review", "substation")


def check_region(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """The queue of a site is in its country."""
    region = site.queue_region
    if region is not None and COUNTRY_OF_REGION.get(region, site.country) != site.country:
        message = f"the queue of {region} is in {COUNTRY_OF_REGION[region]}, the site in {site.country}"
        here = [name for name, country in COUNTRY_OF_REGION.items() if country == site.country]
        hint = f"write {' or '.join([*here, 'other'])}, or leave the line out for the country's own"
        yield Finding("P275", (*path, "queue_region"), message, hint)


def check_step_quantiles(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """Quantiles of a step's own delay rise."""
    for position, step in enumerate(site.connection):
        yield from _quantiles(step.delay, (*path, "connection", position, "delay"))


def check_sure_step(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """An energised step waits for nothing."""
    for position, step in enumerate(site.connection):
        if step.status != "energised":
            continue
        waits = {"delay": step.delay, "never_share": step.never_share, "greenfield": step.greenfield}
        for key, value in waits.items():
            if value is not None:
                message = "an energised step is there when the study starts; it waits for nothing, so this would have no effect"
                hint = "add status: contracted or status: in_queue, or leave the line out"
                yield Finding("P277", (*path, "connection", position, key), message, hint)


def check_views(portfolio: Portfolio) -> Iterator[Finding]:
    """Each region and stage once, each used by some step, quantiles that rise."""
    seen: set[tuple[str, str]] = set()
    waiting = {(site.region, step.status) for site in portfolio.sites for step in site.connection}
    for position, view in enumerate(portfolio.markets.time_to_power):
        path = ("markets", "time_to_power", position)
        for key in _SPREADS:
            yield from _quantiles(getattr(view, key), (*path, key))
        if (view.region, view.stage) in seen:
            message = f"{view.region} and {view.stage} stand here for the second time; only one of the two can hold"
            yield Finding("P278", (*path, "stage"), message, "keep one of the two")
        elif (view.region, view.stage) not in waiting:
            message = f"no step of a site in {view.region} is {view.stage}, so this view would have no effect"
            regions = ", ".join(dict.fromkeys(site.region for site in portfolio.sites))
            hint = f"the sites are in {regions} (queue_region of a site, else by country): correct one, or leave the view out"
            yield Finding("P279", (*path, "region"), message, hint)
        seen.add((view.region, view.stage))


def _quantiles(spread: Spread | None, path: FilePath) -> Iterator[Finding]:
    """What no duration that is longer on the late side can have; see `repower.scenarios.spread`."""
    if spread is None:
        return
    early, late = spread.p50_months - spread.p10_months, spread.p90_months - spread.p50_months
    if early < 0 or late < 0:
        message = f"P10 {spread.p10_months}, P50 {spread.p50_months}, P90 {spread.p90_months} do not rise"
        yield Finding("P276", path, message, "write them in order; all three equal for a duration that is sure")
    elif late < early:
        message = f"from P10 to P50 are {early} months, from P50 to P90 only {late}: the early side would be the longer one"
        yield Finding("P276", path, message, f"raise p90_months to {spread.p50_months + early} at least, or p10_months")
    elif early == 0 and late > 0:
        message = f"P10 and P50 are both {spread.p50_months}, P90 is {spread.p90_months}: no curve goes through these"
        yield Finding("P276", path, message, "make p50_months larger than p10_months, or all three equal")


OF_SITE = (check_region, check_step_quantiles, check_sure_step)
OF_PORTFOLIO = (check_views,)
