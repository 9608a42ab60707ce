"""Transaction fees as a share of the subsidy: their BTC return to a level, and are lifted in some months.

    fee_share[m] = fee_share[0] x subsidy[0] / subsidy[m] x (1 + drift)**(m/12) x exp(x[m] + spike[m])

x is a logarithm that returns to zero (see `reverting`), a spike exponential with a chance a month, for that month alone. The
level is one of BTC, so that the same fees weigh twice as much after a halving. Without luck x and spikes are zero; the mean
over scenarios lies above that.

Left out: that fees rise when the price does, and what a chain with ever less subsidy would have to charge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import Bitcoin
from repower.scenarios.draws import Draws
from repower.scenarios.reverting import growth, reverting

FloatArray = NDArray[np.float64]


def draw(bitcoin: Bitcoin, subsidy_btc: FloatArray, draws: Draws) -> FloatArray:
    """Fees as a share of the subsidy [S, M]."""
    path, _ = reverting(draws.normals("bitcoin", "fees"), bitcoin.fee_volatility_rate, float(bitcoin.fee_reversion_months))
    spikes = fee_spikes(bitcoin, draws.uniforms("bitcoin", "fee spikes"), draws.uniforms("bitcoin", "fee spike sizes"))
    return np.asarray(central(bitcoin, subsidy_btc) * np.exp(path + spikes))


def central(bitcoin: Bitcoin, subsidy_btc: FloatArray) -> FloatArray:
    """The same without luck [M]; `subsidy_btc` is [M]."""
    level = bitcoin.fee_share * subsidy_btc[0] / subsidy_btc
    return np.asarray(level * growth(bitcoin.fee_drift_rate, len(subsidy_btc)))


def fee_spikes(bitcoin: Bitcoin, uniform: FloatArray, size: FloatArray) -> FloatArray:
    """Lift of the logarithm of fees [S, M], none in month 0, from uniform numbers for whether and how much [S, M]."""
    lifted = uniform < bitcoin.fee_spikes_per_year / 12.0
    lifted[:, 0] = False
    return np.where(lifted, -bitcoin.fee_spike_mean * np.log1p(-size), 0.0)
