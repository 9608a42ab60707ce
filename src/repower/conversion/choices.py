"""What each block may become: every choice that physics, law, customers and dates leave open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from repower.conversion.setting import Setting
from repower.portfolio import Block, Cloud, Lease, Portfolio, Site

Becomes = Literal["mining", "refresh", "ai_lease", "ai_cloud", "hibernate"]


@dataclass(frozen=True)
class Choice:
    """One block, one fate.

    start : month (from the start of the study) in which works or the exchange of the fleet begin; None: it stays as it is
    (a fleet mines on, a cloud runs on, empty land stays empty: hibernate).
    customer : name of the lease or of the own cloud.
    """

    site: str
    block: str
    becomes: Becomes
    design: str | None = None
    customer: str | None = None
    start: int | None = None


def unchanged(site: Site, block: Block) -> Choice:
    """Business as usual for the block."""
    as_is: dict[str, Becomes] = {"mining": "mining", "ai_cloud": "ai_cloud", "empty": "hibernate"}
    return Choice(site.name, block.name, as_is[block.use], block.design, block.cloud, None)


def start_months(portfolio: Portfolio) -> range:
    """Quarters in which works may start."""
    return range(0, portfolio.horizon.offset(portfolio.policy.last_start) + 1, 3)


def choices(setting: Setting, site: Site, block: Block) -> list[Choice]:
    """All choices of one block; the first is `unchanged`.

    A block that cannot be powered within the study, or already is an AI hall, stays as it is.
    """
    first = unchanged(site, block)
    if block.use == "ai_cloud" or setting.nominal_power(site, block) >= setting.months:
        return [first]
    return [first, *_mines(setting, site, block), *_halls(setting, site, block)]


def _mines(setting: Setting, site: Site, block: Block) -> Iterator[Choice]:
    """A renewed fleet, or a new mine on empty land, where mining may be renewed."""
    portfolio = setting.portfolio
    if portfolio.policy.refresh_miner is None or not portfolio.jurisdiction(site.country).new_mining_allowed:
        return
    becomes: Becomes = "refresh" if block.use == "mining" else "mining"
    for start in start_months(portfolio):
        if start >= setting.mining_end(site):
            return
        yield Choice(site.name, block.name, becomes, start=start)


def _halls(setting: Setting, site: Site, block: Block) -> Iterator[Choice]:
    """AI halls, let or run as own cloud, where the law, the customer's data and the dates allow."""
    portfolio = setting.portfolio
    rules = portfolio.jurisdiction(site.country)
    if not rules.ai_allowed:
        return
    months, power = setting.nominal_works_months(block), setting.nominal_power(site, block)
    for design in site.designs:
        rack_kw, critical_mw = portfolio.design(design).rack_kw, setting.hall(site, block, design).critical_it_mw
        for start in start_months(portfolio):
            ready = max(start + months, power)
            for lease in portfolio.leases:
                handed_over = portfolio.start + max(ready, portfolio.horizon.offset(lease.from_))
                if _takes(lease, site, rack_kw, critical_mw) and handed_over <= lease.until:
                    yield Choice(site.name, block.name, "ai_lease", design, lease.name, start)
            if rules.gpus_importable:
                for cloud in portfolio.clouds:
                    if _takes(cloud, site, rack_kw, critical_mw):
                        yield Choice(site.name, block.name, "ai_cloud", design, cloud.name, start)


def _takes(customer: Lease | Cloud, site: Site, rack_kw: float, critical_mw: float) -> bool:
    """Whether a customer takes a hall: where its data may live, dense enough, and not larger than all it wants."""
    allowed = site.country in customer.data_may_live_in
    return allowed and rack_kw >= customer.least_rack_kw and critical_mw <= customer.critical_mw * (1 + 1e-9)
