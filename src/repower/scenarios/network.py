"""Hashrate of the network: it follows revenue (price x subsidy) with a lag, no shock of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import Bitcoin
from repower.scenarios.reverting import growth, kept

FloatArray = NDArray[np.float64]


def network_eh_per_s(bitcoin: Bitcoin, price_usd: FloatArray, subsidy_btc: FloatArray) -> FloatArray:
    """Hashrate of the network [S, M], EH/s: it follows revenue = price x subsidy with a lag.

    log network[m] = log network[0] + m/12 log(1 + drift) + d[m]
    d[m] = d[m-1] + k (response * log(revenue[m] / revenue[0]) - d[m-1]),  d[0] = 0,  k = 1 - (1/3)**(1 / lag)

    so that two thirds of the response to a lasting change are made in `network_lag_months`. A halving is a change of revenue.
    `price_usd` is [S, M], `subsidy_btc` [M].
    """
    revenue = price_usd * subsidy_btc
    target = bitcoin.network_response_share * np.log(revenue / revenue[:, :1])
    step = 1.0 - kept(bitcoin.network_lag_months)
    followed = np.zeros_like(target)
    for month in range(1, target.shape[1]):
        followed[:, month] = followed[:, month - 1] + step * (target[:, month] - followed[:, month - 1])
    return np.asarray(bitcoin.network_eh_per_s * growth(bitcoin.network_drift_rate, target.shape[1]) * np.exp(followed))
