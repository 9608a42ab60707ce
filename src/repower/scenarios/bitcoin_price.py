"""The price of a bitcoin: a geometric random walk whose *median* follows the drift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import Bitcoin
from repower.scenarios.draws import Draws
from repower.scenarios.reverting import growth

FloatArray = NDArray[np.float64]


def draw(bitcoin: Bitcoin, draws: Draws) -> FloatArray:
    """Price [S, M], USD."""
    return bitcoin_price_usd(bitcoin, draws.shocks("bitcoin"))


def central(bitcoin: Bitcoin, months: int) -> FloatArray:
    """Median price [M], USD."""
    return np.asarray(bitcoin.price_usd * growth(bitcoin.price_drift_rate, months))


def bitcoin_price_usd(bitcoin: Bitcoin, shocks: FloatArray) -> FloatArray:
    """Price [S, M], USD: price[m] = price[0] (1 + drift)**(m/12) exp(volatility/sqrt(12) * sum of shocks 1..m).

    `shocks` are standard normal [S, M]; the first is not used. The median is price[0] (1 + drift)**(m/12), the mean
    exp(volatility**2 m / 24) times that.
    """
    walk = np.cumsum(shocks[:, 1:], axis=1) * (bitcoin.price_volatility_rate / np.sqrt(12.0))
    log_price = np.concatenate((np.zeros((len(shocks), 1)), walk), axis=1)
    return np.asarray(bitcoin.price_usd * growth(bitcoin.price_drift_rate, shocks.shape[1]) * np.exp(log_price))
