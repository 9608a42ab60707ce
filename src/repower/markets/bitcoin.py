"""What mining earns: the subsidy by month, hashprice, and the value of a metered MWh.

Blocks come every ten minutes, 144 a day, at every time: difficulty follows the network with a lag of up to two weeks,
so a growing network finds a few per cent more and a shrinking one fewer. That lag is left out, as are changes of the
protocol. Fees are a share of the subsidy.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from repower.horizon import Horizon, Month

FloatArray = NDArray[np.float64]

BLOCKS_PER_DAY = 144
BLOCKS_PER_HALVING = 210_000
FIRST_SUBSIDY_BTC = 50.0
#: When the subsidy began: 50 BTC, then half at heights 210,000, 420,000, 630,000 (K; days D for the last two) and 840,000 (R*).
KNOWN_HALVINGS = (
    datetime(2009, 1, 3, tzinfo=UTC),
    datetime(2012, 11, 28, 15, 24, tzinfo=UTC),
    datetime(2016, 7, 9, 16, 46, tzinfo=UTC),
    datetime(2020, 5, 11, 19, 23, tzinfo=UTC),
    datetime(2024, 4, 20, tzinfo=UTC),
)


def halving_time(number: int) -> datetime:
    """When the subsidy becomes 50 / 2**number BTC: known up to 4 (height 840,000), 144 blocks a day from there on."""
    if number < len(KNOWN_HALVINGS):
        return KNOWN_HALVINGS[number]
    blocks = (number - len(KNOWN_HALVINGS) + 1) * BLOCKS_PER_HALVING
    return KNOWN_HALVINGS[-1] + timedelta(days=blocks / BLOCKS_PER_DAY)


def month_subsidy_btc(month: Month) -> float:
    """Mean subsidy per block in a calendar month: a month with a halving is weighted by its days before and after.

    Raises ValueError for months before 2009-01.
    """
    start = datetime(month.year, month.month, 1, tzinfo=UTC)
    end = datetime((month + 1).year, (month + 1).month, 1, tzinfo=UTC)
    if end <= KNOWN_HALVINGS[0]:
        raise ValueError(f"there was no Bitcoin in {month}")
    number = 0
    while halving_time(number + 1) <= start:
        number += 1
    subsidy = FIRST_SUBSIDY_BTC * 0.5**number
    next_halving = halving_time(number + 1)
    if next_halving >= end:
        return subsidy
    before = (next_halving - start) / (end - start)
    return subsidy * (before + 0.5 * (1.0 - before))


def subsidy_btc(horizon: Horizon) -> FloatArray:
    """Mean subsidy per block, BTC [M], for every month of the horizon."""
    return np.array([month_subsidy_btc(horizon.start + step) for step in range(horizon.months)])


def hashprice(
    price_usd: FloatArray, network_eh_per_s: FloatArray, subsidy_btc: FloatArray, fee_share: float | FloatArray
) -> FloatArray:
    """Revenue of one PH/s in a day, USD; arrays broadcast, and numbers serve as well.

    hashprice = 144 * subsidy * (1 + fee_share) * price / (1000 * network)

    Parameters
    ----------
    price_usd : price of a bitcoin, USD
    network_eh_per_s : hashrate of the network, EH/s
    subsidy_btc : subsidy per block, BTC
    fee_share : transaction fees as a share of the subsidy
    """
    blocks_btc_per_day = BLOCKS_PER_DAY * np.asarray(subsidy_btc, dtype=np.float64) * (1.0 + fee_share)
    return np.asarray(blocks_btc_per_day * price_usd / (1000.0 * np.asarray(network_eh_per_s, dtype=np.float64)))


def mining_value_usd_per_mwh(hashprice: FloatArray, j_per_th: float, pue: float, pool_fee_rate: float) -> FloatArray:
    """What a MWh at the site meter earns in a miner, USD/MWh, after the pool and before power and wear.

    value = 1000 * hashprice / (24 * j_per_th * pue) * (1 - pool_fee_rate)

    One MW at the miners' plugs runs 1 / j_per_th EH/s = 1000 / j_per_th PH/s; at the meter, 1 / pue of that.

    Parameters
    ----------
    hashprice : USD per PH/s and day, any shape
    j_per_th : energy of the machine per terahash
    pue : energy at the meter per energy of the miners, at least 1
    pool_fee_rate : what the pool keeps, 0-1
    """
    return np.asarray(1000.0 * np.asarray(hashprice, dtype=np.float64) / (24.0 * j_per_th * pue) * (1.0 - pool_fee_rate))
