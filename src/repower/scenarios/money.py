"""What money costs and what it buys: base rate, price index, and the worth of currencies.

base rate     returns to its level:  r[m] = level + k (r[m-1] - level) + volatility / sqrt(12) * shock[m]      (Vasicek)
inflation     returns to its mean, from which it starts:  i[m] = mean + k (i[m-1] - mean) + volatility / sqrt(12) * shock[m]
price index   1 in the first month, then times exp(ln(1 + mean) / 12 + (i - mean) / 12) from month to month
currency      USD per unit: a logarithm, random walk or returning to its trend, corrected so that its *mean* follows the drift

with k what is left of a deviation after a month. So the mean base rate is its path without shocks, the *median* index is
(1 + mean)**(m/12), and a price in a currency is as dear in USD on average as the drift says. Shocks of base rate and inflation
are the factors `rate` and `inflation`; those of currencies are the dollar's, with each one's `common_share`, and its own.

Left out: a curve of rates by maturity, a floor (a rate below zero is possible, as in 2014-22), volatility that clusters,
correlation of currencies with other factors, devaluations, and pegs that hold or break.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import BaseRate, Currency, Inflation, Markets, Money, Portfolio
from repower.scenarios.draws import Draws
from repower.scenarios.reverting import growth, kept, reverting

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class MoneyPaths:
    """base_rate [S, M], 1/year.  price_index [S, M], 1 at the start.  usd_per_unit [S, currency, M]."""

    base_rate: FloatArray
    price_index: FloatArray
    usd_per_unit: FloatArray


def draw(portfolio: Portfolio, draws: Draws) -> MoneyPaths:
    """Paths of all scenarios."""
    money = portfolio.markets.money
    return MoneyPaths(
        base_rate_path(money.base_rate, draws.shocks("rate")),
        price_index(portfolio.capital.inflation_rate, money.inflation, draws.shocks("inflation")),
        draw_currencies(money, draws),
    )


def central(portfolio: Portfolio) -> MoneyPaths:
    """The one path without luck, S = 1."""
    money, months = portfolio.markets.money, portfolio.horizon.months
    worth = [central_usd_per_unit(currency, months) for currency in money.currencies]
    return MoneyPaths(
        central_base_rate(money.base_rate, months)[None],
        central_price_index(portfolio.capital.inflation_rate, months)[None],
        np.stack(worth)[None] if worth else np.empty((1, 0, months)),
    )


def in_usd(markets: Markets, level: FloatArray, usd_per_unit: FloatArray) -> FloatArray:
    """Levels [S, zone, M] that were drawn at the start's worth of each zone's currency, in USD of each month.

    usd_per_unit : [S, currency, M], in the order of the currencies.
    """
    names = [currency.name for currency in markets.money.currencies]
    answer = level.copy()
    for zone, market in enumerate(markets.power):
        if market.currency is not None:
            worth = usd_per_unit[:, names.index(market.currency)]
            answer[:, zone] *= worth / worth[:, :1]
    return answer


def draw_currencies(money: Money, draws: Draws) -> FloatArray:
    """USD per unit of each currency [S, currency, M]."""
    if not money.currencies:
        return np.empty((draws.scenarios, 0, draws.months))
    dollar = draws.normals("currency", "USD")
    paths = [
        usd_per_unit(
            currency,
            np.sqrt(currency.common_share) * dollar
            + np.sqrt(1.0 - currency.common_share) * draws.normals("currency", currency.name),
        )
        for currency in money.currencies
    ]
    return np.stack(paths, axis=1)


def base_rate_path(base_rate: BaseRate, shocks: FloatArray) -> FloatArray:
    """Base rate [S, M], 1/year; its *mean* over scenarios is `central_base_rate`. `shocks` are standard normal [S, M]."""
    path, _ = reverting(shocks, base_rate.volatility_rate, base_rate.reversion_months)
    return np.asarray(central_base_rate(base_rate, shocks.shape[1]) + path)


def central_base_rate(base_rate: BaseRate, months: int) -> FloatArray:
    """Base rate without shocks [M], 1/year: it goes from its start to its level."""
    left = kept(base_rate.reversion_months) ** np.arange(months)
    return np.asarray(base_rate.long_run_rate + (base_rate.start_rate - base_rate.long_run_rate) * left)


def price_index(inflation_rate: float, inflation: Inflation, shocks: FloatArray) -> FloatArray:
    """Index of prices [S, M], 1 in the first month; its *median* is `central_price_index`."""
    path, _ = reverting(shocks, inflation.volatility_rate, inflation.reversion_months)
    before = np.cumsum(path, axis=1) - path
    return np.asarray(central_price_index(inflation_rate, shocks.shape[1]) * np.exp(before / 12.0))


def central_price_index(inflation_rate: float, months: int) -> FloatArray:
    """Index without shocks [M]."""
    return growth(inflation_rate, months)


def usd_per_unit(currency: Currency, shocks: FloatArray) -> FloatArray:
    """USD per unit of a currency [S, M]; its *mean* over scenarios is `central_usd_per_unit`."""
    if currency.reversion_months is None:
        sigma = currency.volatility_rate / np.sqrt(12.0)
        path = np.cumsum(sigma * shocks, axis=1) - sigma * shocks[:, :1]
        variance = sigma**2 * np.arange(shocks.shape[1])
    else:
        path, variance = reverting(shocks, currency.volatility_rate, currency.reversion_months)
    return np.asarray(central_usd_per_unit(currency, shocks.shape[1]) * np.exp(path - 0.5 * variance))


def central_usd_per_unit(currency: Currency, months: int) -> FloatArray:
    """Expected USD per unit [M]."""
    return currency.usd_per_unit * growth(currency.drift_rate, months)
