"""What an owner does when a fleet's life ends: renew it when such machines would pay for themselves soon, else wait a year.

A rule, not a forecast: in month m the last twelve months' mean margin of the new machines at this site (revenue less power
and running cost, months in which they would be off counted as nothing) is set against their price.

    renewed in m  where  price per MW <= payback months x mean margin per MW and month over m - 12 .. m - 1

A scenario that does not renew asks again twelve months later. The machines are paid for in the month in which they start;
they are of the kind of `refresh_miner` whenever they are bought, at its price times the drawn price of newest machines
against the start.

Left out: tax in the question, the site's power contracts, months between order and start, better or cheaper machines to come.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.conversion.setting import Bools, Setting, Tier
from repower.portfolio import Site

#: Months between two questions, and of the margin that is looked at.
YEAR = 12
#: Months of the study that must have passed before the question is asked.
LEAST_HISTORY = 3


@dataclass(frozen=True)
class Renewals:
    """present : [S, M] renewed machines stand.  bought : [S, M] they are paid for and start."""

    present: Bools
    bought: Bools


def renewals(setting: Setting, site: Site, tier: Tier, first: int, payback_months: int) -> Renewals:
    """Apply the rule from month `first` on, the month after the last fleet's life; kept in the setting."""
    key = (site.name, tier, first, payback_months)
    if key not in setting.renewals:
        setting.renewals[key] = _apply(setting, site, tier, first, payback_months)
    kept: Renewals = setting.renewals[key]
    return kept


def _apply(setting: Setting, site: Site, tier: Tier, first: int, payback_months: int) -> Renewals:
    miner = setting.portfolio.miner(tier.miner)
    per_mw = setting.mine(site, tier)
    margin = per_mw.revenue_usd - per_mw.power_usd - per_mw.opex_usd
    running = np.concatenate([np.zeros((setting.count, 1)), np.cumsum(margin, axis=1)], axis=1)
    price_usd_per_mw = machines_th_per_mw(setting, tier) * setting.machine_usd_per_th(tier.miner)
    present = np.zeros((setting.count, setting.months), dtype=bool)
    bought = np.zeros((setting.count, setting.months), dtype=bool)
    begin = max(first, LEAST_HISTORY)
    asks = np.full(setting.count, begin, dtype=np.int64)
    for month in range(begin, setting.months):
        asking = asks == month
        if not asking.any():
            continue
        since = max(0, month - YEAR)
        mean = (running[:, month] - running[:, since]) / max(1, month - since)
        renewed = asking & (price_usd_per_mw[:, month] <= payback_months * mean)
        bought[renewed, month] = True
        present[renewed, month : month + miner.life_months] = True
        asks[renewed] = month + miner.life_months
        asks[asking & ~renewed] = month + YEAR
    return Renewals(present, bought)


def machines_th_per_mw(setting: Setting, tier: Tier) -> float:
    """TH/s of the tier's machines that one grid MW feeds."""
    miner = setting.portfolio.miner(tier.miner)
    return 1e6 / (tier.pue * miner.watts) * miner.th_per_s
