"""The connection: steps in order of time, each a total, and blocks that fit behind the largest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from repower.portfolio.finding import Finding
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio
from repower.portfolio.site import Site

_SURENESS = ("energised", "contracted", "in_queue")


def check_order(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """Steps stand in order of time, one for a month."""
    for position, (before, step) in enumerate(pairwise(site.connection), 1):
        if step.from_ <= before.from_:
            fact = "the same month as" if step.from_ == before.from_ else "before"
            message = f"{step.from_} is {fact} the step above it ({before.from_}), so it is unclear which limit holds"
            hint = "each step replaces the one before: put them in order of time, one for a month"
            yield Finding("P203", (*path, "connection", position, "from"), message, hint)


def check_rise(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """No step is lower than the one before it."""
    for position, (before, step) in enumerate(pairwise(site.connection), 1):
        if step.import_mw < before.import_mw:
            message = f"the limit falls from {before.import_mw:g} to {step.import_mw:g} MW; a falling limit is not modelled"
            total = before.import_mw + step.import_mw
            hint = f"a step is the new total, not what is added: write {total:g} if {step.import_mw:g} MW are added"
            yield Finding("P226", (*path, "connection", position, "import_mw"), message, hint)


def check_sureness(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """No step is surer than the one before it."""
    for position, (before, step) in enumerate(pairwise(site.connection), 1):
        if _SURENESS.index(step.status) < _SURENESS.index(before.status):
            message = f"{step.status} is surer than the step before it ({before.status}), which this one contains"
            hint = "a later step is at most as sure as an earlier one; change one status, or leave the earlier step out"
            yield Finding("P227", (*path, "connection", position, "status"), message, hint)


def check_energised(portfolio: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """What is energised is there when the study starts."""
    for position, step in enumerate(site.connection):
        if step.status == "energised" and step.from_ > portfolio.start:
            message = (
                f"a step from {step.from_} cannot be energised when the study starts in {portfolio.start}: it would never be late"
            )
            hint = "add status: contracted or status: in_queue (energised is the default); its month is then the nominal one"
            yield Finding("P225", (*path, "connection", position, "status"), message, hint)


def check_room(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """The first block that the largest import does not carry together with all blocks before it."""
    most = max(step.import_mw for step in site.connection)
    needed = 0.0
    for position, block in enumerate(site.blocks):
        needed += block.grid_mw
        if needed > most + 1e-9:
            message = (
                f"up to {block.name} {needed:g} MW are needed, the connection brings {most:g} MW at most: it never has power"
            )
            hint = "add a connection step (in_queue if nothing is sure), make blocks smaller, or leave this one out"
            yield Finding("P204", (*path, "blocks", position, "grid_mw"), message, hint)
            return


OF_SITE = (check_order, check_rise, check_sureness, check_energised, check_room)
