"""What the old machines bring when a block stops mining before they are at the end of their life.

They go to somebody who pays the median of the world's power costs, expects hashprice to fall (`repower.markets.miner_value`), and
is told of their age. What is left after taking them out, freight and the dealer is the portfolio's `machine_resale_share`. It
is income and fully taxed, as what stands in the books for machines of before the study is left out.
"""

from __future__ import annotations

import numpy as np

from repower.conversion.renewal import machines_th_per_mw
from repower.conversion.setting import Floats, Setting, Tier
from repower.finance.cashflow import CashFlow
from repower.markets.miner_value import followed_hashprice, machine_worth_usd_per_th
from repower.portfolio import Block


def machines_sold(setting: Setting, block: Block, tier: Tier, month: int, left_months: int) -> CashFlow:
    """Line `machines_sold`: a block's fleet sold in a month of the study, with so many months of life left (1 or more)."""
    bitcoin = setting.portfolio.markets.bitcoin
    miner = setting.portfolio.miner(tier.miner)
    power = bitcoin.miner_power_usd_per_mwh * (1.0 + bitcoin.miner_power_growth_rate) ** (month / 12.0)
    known = followed_hashprice(setting.hashprice[:, : month + 1])[:, month]
    worth = machine_worth_usd_per_th(known, miner.j_per_th, power, left_months)
    sold: Floats = np.zeros((setting.count, setting.months))
    sold[:, month] = bitcoin.machine_resale_share * block.grid_mw * machines_th_per_mw(setting, tier) * worth
    return CashFlow({"machines_sold": sold})
