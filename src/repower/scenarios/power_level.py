"""Mean price level of a zone by month: a mean-reverting logarithm, corrected so that the *mean* follows the trend."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import Markets, PowerMarket
from repower.scenarios.draws import Draws
from repower.scenarios.reverting import growth, reverting

FloatArray = NDArray[np.float64]


def draw(markets: Markets, level_usd_per_mwh: tuple[float, ...], draws: Draws) -> FloatArray:
    """Levels of all zones [S, zone, M], USD/MWh; `level_usd_per_mwh` is each zone's mean in the first year."""
    shocks, common = draws.shocks("power"), markets.power_common_share
    return np.stack(
        [
            power_level_usd_per_mwh(
                market, level, np.sqrt(common) * shocks + np.sqrt(1.0 - common) * draws.normals("power", market.name)
            )
            for market, level in zip(markets.power, level_usd_per_mwh, strict=True)
        ],
        axis=1,
    )


def central(markets: Markets, level_usd_per_mwh: tuple[float, ...], months: int) -> FloatArray:
    """Expected levels [zone, M], USD/MWh."""
    return np.stack(
        [power_trend_usd_per_mwh(market, level, months) for market, level in zip(markets.power, level_usd_per_mwh, strict=True)]
    )


def power_level_usd_per_mwh(market: PowerMarket, level_usd_per_mwh: float, shocks: FloatArray) -> FloatArray:
    """Mean price level of a zone [S, M], USD/MWh; its *mean* over scenarios is `power_trend_usd_per_mwh`."""
    path, variance = reverting(shocks, market.volatility_rate, market.reversion_months)
    trend = power_trend_usd_per_mwh(market, level_usd_per_mwh, shocks.shape[1])
    return np.asarray(trend * np.exp(path - 0.5 * variance))


def power_trend_usd_per_mwh(market: PowerMarket, level_usd_per_mwh: float, months: int) -> FloatArray:
    """Expected level [M], USD/MWh: it rises smoothly by the escalator, and its mean over the first year is the level given."""
    first_year = growth(market.escalator_rate, 12).mean()
    return np.asarray(level_usd_per_mwh / first_year * growth(market.escalator_rate, months))
