"""Mean price level of a zone by month.

level = level at start x trend x season x gas x deviation + carbon

trend is smooth: escalator and growth of load. gas is 1 - share + share x (price of gas against its expected path), one path for
all zones. The deviation is a mean-reverting logarithm, partly common to all zones. gas and deviation are corrected so that each
has mean 1 in every month: where shocks of power and gas are not correlated the *mean* over scenarios is
`power_trend_usd_per_mwh`, whatever the volatility; a correlation of 0.5 puts it 1-4 % higher after five years.

Left out: a response of the level to how much we ourselves buy, a price of gas in the generators' fuel, steps of a tariff,
volatility that rises with the level (a year like 2022 in Europe is several standard deviations away, see the calibration).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.horizon import HOURS_IN_MONTH, Horizon
from repower.portfolio import Markets, PowerMarket
from repower.scenarios.draws import Draws
from repower.scenarios.regions import zone_shocks
from repower.scenarios.reverting import growth, reverting

FloatArray = NDArray[np.float64]


def draw(markets: Markets, level_usd_per_mwh: tuple[float, ...], horizon: Horizon, draws: Draws) -> FloatArray:
    """Levels of all zones [S, zone, M], USD/MWh; `level_usd_per_mwh` is each zone's mean in the first year."""
    gas = factor_of_mean_one(draws.shocks("gas"), markets.gas.volatility_rate, markets.gas.reversion_months)
    return np.stack(
        [
            power_level_usd_per_mwh(
                market,
                level,
                horizon,
                shocks,
                gas,
            )
            for market, level, shocks in zip(markets.power, level_usd_per_mwh, zone_shocks(markets, draws), strict=True)
        ],
        axis=1,
    )


def central(markets: Markets, level_usd_per_mwh: tuple[float, ...], horizon: Horizon) -> FloatArray:
    """Expected levels [zone, M], USD/MWh."""
    return np.stack(
        [power_trend_usd_per_mwh(market, level, horizon) for market, level in zip(markets.power, level_usd_per_mwh, strict=True)]
    )


def power_level_usd_per_mwh(
    market: PowerMarket, level_usd_per_mwh: float, horizon: Horizon, shocks: FloatArray, gas: FloatArray
) -> FloatArray:
    """Mean price level of a zone [S, M], USD/MWh; its *mean* over scenarios is `power_trend_usd_per_mwh`.

    `shocks` are the zone's standard normals, `gas` is the price of gas against its expected path, mean 1; both [S, M].
    """
    deviation = factor_of_mean_one(shocks, market.volatility_rate, market.reversion_months)
    if market.gas_share > 0.0:
        deviation *= 1.0 + market.gas_share * (gas - 1.0)
    carbon = carbon_usd_per_mwh(market, horizon)
    return np.asarray((power_trend_usd_per_mwh(market, level_usd_per_mwh, horizon) - carbon) * deviation + carbon)


def power_trend_usd_per_mwh(market: PowerMarket, level_usd_per_mwh: float, horizon: Horizon) -> FloatArray:
    """Expected level [M], USD/MWh: a smooth rise and a season, whose mean over the first year is the level given; then carbon."""
    months = horizon.months
    grown, load = growth(market.escalator_rate, months), market.load_growth
    grown = grown * (1.0 + load.rate) ** (load.response * np.minimum(np.arange(months), load.months) / 12.0)
    smooth = level_usd_per_mwh / grown[:12].mean() * grown
    return np.asarray(smooth * season(market, horizon) + carbon_usd_per_mwh(market, horizon))


def season(market: PowerMarket, horizon: Horizon) -> FloatArray:
    """What each month's level is of the year's mean [M]; its mean over the hours of a year is 1."""
    if not market.season:
        return np.ones(horizon.months)
    profile = np.array(market.season)
    return np.asarray((profile / np.average(profile, weights=HOURS_IN_MONTH))[list(horizon.calendar_months())])


def carbon_usd_per_mwh(market: PowerMarket, horizon: Horizon) -> FloatArray:
    """What a new price of carbon adds to the level [M], USD/MWh: price x emission at the margin x share that is passed on."""
    carbon, month = market.carbon, np.arange(horizon.months)
    price = carbon.usd_per_t * growth(carbon.escalator_rate, horizon.months)
    charged = month >= (0 if carbon.from_ is None else horizon.offset(carbon.from_))
    return np.asarray(price * carbon.marginal_t_per_mwh * carbon.passed_on_share * charged)


def factor_of_mean_one(shocks: FloatArray, volatility_rate: float, reversion_months: float) -> FloatArray:
    """A factor [S, M] whose logarithm returns to its trend and whose mean over scenarios is 1 in every month."""
    path, variance = reverting(shocks, volatility_rate, reversion_months)
    return np.asarray(np.exp(path - 0.5 * variance))
