"""How each factor moves from month to month, given its shocks.

Every function takes shocks and gives a path, [S scenarios, M months], and draws nothing itself. Month 0 is the start and is
known. Of each factor it is said which of mean and median follows the drift:

- bitcoin price: geometric random walk, the *median* follows the drift;
- network: follows revenue (price x subsidy) with a lag, no shock of its own;
- power level: mean-reverting logarithm about a trend, corrected so that the *mean* follows the trend;
- accelerator rent: mean-reverting logarithm about a drift, the *median* follows the drift;
- delay of a connection: exponential, whole months, rounded up;
- default of a customer: geometric, month by month.

Drifts and volatilities are the portfolio's judgements. Left out: jumps, regimes, volatility that changes, dependence fitted
to history, dependence between defaults and rents, power levels that follow fuel, exchange rates, real-time markets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.horizon import Month
from repower.portfolio import Bitcoin, GpuRent, Powered, PowerMarket, TimeToPower

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def bitcoin_price_usd(bitcoin: Bitcoin, shocks: FloatArray) -> FloatArray:
    """Price [S, M], USD: price[m] = price[0] (1 + drift)**(m/12) exp(volatility/sqrt(12) * sum of shocks 1..m).

    `shocks` are standard normal [S, M]; the first is not used. The median is price[0] (1 + drift)**(m/12), the mean
    exp(volatility**2 m / 24) times that.
    """
    walk = np.cumsum(shocks[:, 1:], axis=1) * (bitcoin.price_volatility_rate / np.sqrt(12.0))
    log_price = np.concatenate((np.zeros((len(shocks), 1)), walk), axis=1)
    return np.asarray(bitcoin.price_usd * _growth(bitcoin.price_drift_rate, shocks.shape[1]) * np.exp(log_price))


def network_eh_per_s(bitcoin: Bitcoin, price_usd: FloatArray, subsidy_btc: FloatArray) -> FloatArray:
    """Hashrate of the network [S, M], EH/s: it follows revenue = price x subsidy with a lag.

    log network[m] = log network[0] + m/12 log(1 + drift) + d[m]
    d[m] = d[m-1] + k (response * log(revenue[m] / revenue[0]) - d[m-1]),  d[0] = 0,  k = 1 - (1/3)**(1 / lag)

    so that two thirds of the response to a lasting change are made in `network_lag_months`. A halving is a change of revenue.
    `price_usd` is [S, M], `subsidy_btc` [M].
    """
    revenue = price_usd * subsidy_btc
    target = bitcoin.network_response_share * np.log(revenue / revenue[:, :1])
    step = 1.0 - _kept(bitcoin.network_lag_months)
    followed = np.zeros_like(target)
    for month in range(1, target.shape[1]):
        followed[:, month] = followed[:, month - 1] + step * (target[:, month] - followed[:, month - 1])
    return np.asarray(bitcoin.network_eh_per_s * _growth(bitcoin.network_drift_rate, target.shape[1]) * np.exp(followed))


def reverting(shocks: FloatArray, volatility_rate: float, reversion_months: float) -> tuple[FloatArray, FloatArray]:
    """Logarithm of a factor about its trend [S, M], and its variance [M].

    x[m] = r x[m-1] + volatility/sqrt(12) * shock[m],  x[0] = 0,  r = (1/3)**(1 / reversion_months)

    so that two thirds of a deviation die away in `reversion_months`; `shocks` are standard normal [S, M], the first unused.
    """
    kept = _kept(reversion_months)
    sigma = volatility_rate / np.sqrt(12.0)
    path = np.zeros_like(shocks)
    variance = np.zeros(shocks.shape[1])
    for month in range(1, shocks.shape[1]):
        path[:, month] = kept * path[:, month - 1] + sigma * shocks[:, month]
        variance[month] = kept**2 * variance[month - 1] + sigma**2
    return path, variance


def power_level_usd_per_mwh(market: PowerMarket, level_usd_per_mwh: float, shocks: FloatArray) -> FloatArray:
    """Mean price level of a zone [S, M], USD/MWh; its *mean* over scenarios is `power_trend_usd_per_mwh`."""
    path, variance = reverting(shocks, market.volatility_rate, market.reversion_months)
    trend = power_trend_usd_per_mwh(market, level_usd_per_mwh, shocks.shape[1])
    return np.asarray(trend * np.exp(path - 0.5 * variance))


def power_trend_usd_per_mwh(market: PowerMarket, level_usd_per_mwh: float, months: int) -> FloatArray:
    """Expected level [M], USD/MWh: it rises smoothly by the escalator, and its mean over the first year is the level given."""
    first_year = _growth(market.escalator_rate, 12).mean()
    return np.asarray(level_usd_per_mwh / first_year * _growth(market.escalator_rate, months))


def gpu_rent_factor(gpu_rent: GpuRent, shocks: FloatArray) -> FloatArray:
    """Factor on every machine's rent at the start [S, M]; its *median* is (1 + drift)**(m/12)."""
    path, _ = reverting(shocks, gpu_rent.volatility_rate, gpu_rent.reversion_months)
    return np.asarray(_growth(gpu_rent.drift_rate, shocks.shape[1]) * np.exp(path))


def mean_delay_months(powered: Powered, time_to_power: TimeToPower) -> float:
    """Mean delay of a connection step, months; a step that is energised, or sure, comes on its date."""
    match powered.status:
        case "energised":
            return 0.0
        case "contracted":
            return time_to_power.contracted_delay_months
        case "in_queue":
            return time_to_power.in_queue_delay_months


def step_month(powered: Powered, start: Month, delay_months: FloatArray) -> IntArray:
    """Months from the start of the study at which a connection step comes [S].

    A step that is not energised and whose date has passed waits from the start: an exponential delay has no memory.
    Part of a month is a whole month.
    """
    return np.asarray(max(powered.month - start, 0) + np.ceil(delay_months).astype(np.int64))


def default_month(default_rate: float, uniform: FloatArray, never: int) -> IntArray:
    """Months from the start of the study at which a customer defaults [S]; `never` or later means not in the horizon.

    The chance of each month is q = 1 - (1 - default_rate)**(1/12), so the month is
    floor(log(1 - u) / log(1 - q)) with u uniform in [0, 1).
    """
    if default_rate == 0.0:
        return np.full(len(uniform), never, dtype=np.int64)
    survived = 12.0 * np.log1p(-uniform) / np.log1p(-default_rate)
    return np.asarray(np.minimum(np.floor(survived), never).astype(np.int64))


def _growth(rate: float, months: int) -> FloatArray:
    return np.asarray((1.0 + rate) ** (np.arange(months) / 12.0))


def _kept(months: float) -> float:
    """What is left of a deviation after one month when a third is left after `months`."""
    return float((1.0 / 3.0) ** (1.0 / months))
