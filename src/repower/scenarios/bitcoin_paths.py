"""All of Bitcoin along scenarios: price and fees are drawn, network, hashprice and machines follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repower.markets.miner_fleet import FleetPaths
from repower.portfolio import Bitcoin
from repower.scenarios import bitcoin_fees, bitcoin_price, network
from repower.scenarios.draws import Draws

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class BitcoinPaths:
    """Paths [S, M]; the subsidy is [M].

    price_usd : USD/BTC.  fee_share : fees per subsidy.  fleet : network, hashprice and machines.
    """

    price_usd: FloatArray
    subsidy_btc: FloatArray
    fee_share: FloatArray
    fleet: FleetPaths


def draw(bitcoin: Bitcoin, subsidy_btc: FloatArray, draws: Draws) -> BitcoinPaths:
    """Many paths; `subsidy_btc` is [M]."""
    price, fees = bitcoin_price.draw(bitcoin, draws), bitcoin_fees.draw(bitcoin, subsidy_btc, draws)
    return BitcoinPaths(price, subsidy_btc, fees, network.draw(bitcoin, price, subsidy_btc, fees, draws))


def central(bitcoin: Bitcoin, subsidy_btc: FloatArray) -> BitcoinPaths:
    """The path without luck, [1, M]: median price, fees at their level, machines that improve as expected."""
    price, fees = bitcoin_price.central(bitcoin, len(subsidy_btc)), bitcoin_fees.central(bitcoin, subsidy_btc)
    return BitcoinPaths(price[None], subsidy_btc, fees[None], network.central(bitcoin, price, subsidy_btc, fees))
