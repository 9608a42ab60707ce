"""What stands in a block: one use, a building that fits the machines, power from the first day."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.catalogue import Miner
from repower.portfolio.finding import Finding
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio
from repower.portfolio.site import Block, Fleet, Site


def check_one_use(_: Portfolio, __: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """A fleet or a cloud, not both."""
    if block.fleet is not None and block.cloud is not None:
        message = "a block has one use, and this one has a fleet and a cloud"
        yield Finding("P205", (*path, "cloud"), message, "remove one, or split the block into two with their own grid_mw")


def check_cloud_has_design(_: Portfolio, __: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """A cloud stands in a hall of some design, and such a hall has a cloud."""
    if (block.cloud is None) == (block.design is None):
        return
    given, absent = ("cloud", "design") if block.design is None else ("design", "cloud")
    why = "its PUE and cost would be unknown" if absent == "design" else "nobody would pay for it"
    message = f"{given} stands without {absent}: {why}"
    yield Finding(
        "P206",
        (*path, given),
        message,
        f"add {absent}: NAME, or remove {given}; a design to be built goes into the site's designs",
    )


def check_hall(_: Portfolio, __: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """A fleet stands in a hall."""
    if block.fleet is not None and block.hall is None:
        message = "the fleet stands in no hall: its PUE, and what a conversion can reuse, would be unknown"
        yield Finding("P207", path, message, "add hall: {built: 2022, cooling: air, pue: 1.05}")


def check_commissioned(portfolio: Portfolio, _: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """The fleet runs when the study starts."""
    if block.fleet is not None and block.fleet.commissioned > portfolio.start:
        message = (
            f"the fleet starts in {block.fleet.commissioned}, after the study does in {portfolio.start}: nothing stands here yet"
        )
        hint = (
            "correct the month, start the study later, or leave the fleet out: new machines are a decision (policy.refresh_miner)"
        )
        yield Finding("P212", (*path, "fleet", "commissioned"), message, hint)


def check_life(portfolio: Portfolio, _: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """The fleet's life is not over when the study starts."""
    miner = _miner(portfolio, block.fleet)
    if block.fleet is None or miner is None:
        return
    end = block.fleet.commissioned + miner.life_months
    if end <= portfolio.start:
        message = f"its life of {miner.life_months} months ended in {end}, before the study's start in {portfolio.start}"
        hint = f"correct the month, give {miner.name} a longer life_months, or leave the fleet out"
        yield Finding("P230", (*path, "fleet", "commissioned"), message, hint)


def check_cooling(portfolio: Portfolio, _: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """The hall cools the way the machines need it."""
    miner = _miner(portfolio, block.fleet)
    if miner is None or block.hall is None:
        return
    if miner.cooling != block.hall.cooling:
        message = f"{miner.name} is cooled by {miner.cooling}, the hall by {block.hall.cooling}: the machines could not run in it"
        yield Finding("P229", (*path, "hall", "cooling"), message, f"write cooling: {miner.cooling}, or correct the miner")


def check_built(portfolio: Portfolio, _: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """The hall stands when the study and the fleet start."""
    if block.hall is None:
        return
    if block.hall.built > portfolio.start.year:
        message = f"a hall of {block.hall.built} does not stand when the study starts ({portfolio.start})"
        yield Finding(
            "P231",
            (*path, "hall", "built"),
            message,
            "correct the year, or leave the hall out: what is built later is a decision",
        )
    elif block.fleet is not None and block.fleet.commissioned.year < block.hall.built:
        message = f"the fleet started in {block.fleet.commissioned}, before its hall was built ({block.hall.built})"
        yield Finding("P231", (*path, "hall", "built"), message, "correct one of the two")


def check_cloud_country(portfolio: Portfolio, site: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """The data of the cloud's customers may live in the site's country."""
    for cloud in portfolio.clouds:
        if cloud.name == block.cloud and site.country not in cloud.data_may_live_in:
            allowed = ", ".join(cloud.data_may_live_in)
            message = f"{cloud.name} runs here, in {site.country}, but its customers' data may live in {allowed} only"
            yield Finding(
                "P232",
                (*path, "cloud"),
                message,
                f"add {site.country} to data_may_live_in of {cloud.name}, or name another cloud",
            )


OF_BLOCK = (
    check_one_use, check_cloud_has_design, check_hall, check_commissioned, check_life, check_cooling, check_built,
    check_cloud_country,
)  # fmt: skip


def check_power_on_first_day(portfolio: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """Blocks that are in use today, in a connection that does not carry them yet."""
    now = max((step.import_mw for step in site.connection if step.from_ <= portfolio.start), default=0.0)
    most = max(step.import_mw for step in site.connection)
    needed = 0.0
    for position, block in enumerate(site.blocks):
        needed += block.grid_mw
        if block.use != "empty" and now + 1e-9 < needed <= most + 1e-9:
            message = f"in use, but in {portfolio.start} the connection brings only {now:g} of the {needed:g} MW up to here"
            hint = "blocks are served in their order: put those in use first, or correct the months of connection"
            yield Finding("P228", (*path, "blocks", position), message, hint)


OF_SITE = (check_power_on_first_day,)


def _miner(portfolio: Portfolio, fleet: Fleet | None) -> Miner | None:
    if fleet is None:
        return None
    return next((miner for miner in portfolio.miners if miner.name == fleet.miner), None)
