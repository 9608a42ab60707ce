"""The network: the world's machines, driven by price, subsidy and fees (`repower.markets.miner_fleet`).

What is uncertain here is how fast machines improve (newest J/TH falls by a yearly rate that is drawn once per scenario) and what
the rules of the fleet do not know: a logarithm that returns to zero, as large as the model was wrong in history.

The machines that stand at the start were delivered in equal MW in every quarter, each older one less efficient by a rate that
makes their mean the portfolio's `fleet_j_per_th`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from repower.markets.miner_fleet import VINTAGE_MONTHS, FleetPaths, FleetRules, run_fleet
from repower.markets.miner_value import BUYERS_LAG_MONTHS
from repower.portfolio import Bitcoin
from repower.scenarios.draws import Draws
from repower.scenarios.reverting import reverting

FloatArray = NDArray[np.float64]

#: Bounds of the yearly gain that a scenario may draw.
_GAINS = (0.0, 0.6)


def draw(bitcoin: Bitcoin, price_usd: FloatArray, subsidy_btc: FloatArray, fee_share: FloatArray, draws: Draws) -> FleetPaths:
    """Network, hashprice and machines [S, M] along paths of price and fees [S, M]."""
    gain = bitcoin.machine_gain_rate + bitcoin.machine_gain_spread * draws.normal("bitcoin", "machine gain")
    surprise = network_surprise(bitcoin, draws)
    return paths(bitcoin, price_usd, subsidy_btc, fee_share, np.clip(gain, *_GAINS), surprise)


def network_surprise(bitcoin: Bitcoin, draws: Draws) -> FloatArray:
    """Logarithm of the network over what the rules of the fleet say [S, M], 0 in month 0."""
    normals = draws.normals("bitcoin", "network")
    return reverting(normals, bitcoin.network_volatility_rate, float(bitcoin.network_reversion_months))[0]


def central(bitcoin: Bitcoin, price_usd: FloatArray, subsidy_btc: FloatArray, fee_share: FloatArray) -> FleetPaths:
    """The same with the expected gain of machines, along one path [M]: [1, M]."""
    price, fees = price_usd[None], fee_share[None]
    return paths(bitcoin, price, subsidy_btc, fees, np.array([bitcoin.machine_gain_rate]), np.zeros(price.shape))


def paths(
    bitcoin: Bitcoin,
    price_usd: FloatArray,
    subsidy_btc: FloatArray,
    fee_share: FloatArray,
    gain_rate: FloatArray,
    surprise: FloatArray,
) -> FleetPaths:
    """Network, hashprice and machines along paths [S, M] of price, fees and surprise, and yearly gains of machines [S]."""
    rules = fleet_rules(bitcoin)
    efficiency = vintages_j_per_th(bitcoin, rules, gain_rate, price_usd.shape[1])
    return run_fleet(rules, price_usd, subsidy_btc, fee_share, bitcoin.network_eh_per_s, efficiency, surprise)


def fleet_rules(bitcoin: Bitcoin) -> FleetRules:
    """How the world's miners and makers behave, as the portfolio says."""
    return FleetRules(
        power_usd_per_mwh=bitcoin.miner_power_usd_per_mwh,
        power_growth_rate=bitcoin.miner_power_growth_rate,
        power_spread=bitcoin.miner_power_spread,
        payback_months=float(bitcoin.machine_payback_months),
        price_lag_months=BUYERS_LAG_MONTHS,
        made_usd_per_watt=bitcoin.machine_made_usd_per_watt,
        order_share=bitcoin.machine_order_share,
        most_gw_per_year=bitcoin.machine_most_gw_per_year,
        delivery_months=bitcoin.machine_delivery_months,
        life_months=bitcoin.machine_life_months,
    )


def vintages_j_per_th(bitcoin: Bitcoin, rules: FleetRules, gain_rate: FloatArray, months: int) -> FloatArray:
    """Efficiency of the deliveries of each quarter [S, V], those that stand at the start first."""
    past = rules.past_vintages
    quarters = np.arange(rules.vintages(months)) - past
    years = quarters * VINTAGE_MONTHS / 12.0
    before = bitcoin.newest_j_per_th * (1.0 + past_gain_rate(bitcoin, rules)) ** -years
    after = bitcoin.newest_j_per_th * (1.0 - gain_rate[:, None]) ** np.maximum(years, 0.0)
    return np.where(quarters < 0, before, after)


def past_gain_rate(bitcoin: Bitcoin, rules: FleetRules) -> float:
    """Yearly rate by which older machines are less efficient, so that the mean of equal power per quarter is the fleet's.

    The mean of J/TH over hashrate is harmonic over the MW w_v that are left: sum of w_v / sum of w_v / e_v.
    """
    left = rules.left_share()
    ages = np.arange(rules.past_vintages, 0, -1) * VINTAGE_MONTHS / 12.0

    def excess(rate: float) -> float:
        mean = left.sum() / np.sum(left * (1.0 + rate) ** -ages) * bitcoin.newest_j_per_th
        return float(mean - bitcoin.fleet_j_per_th)

    if bitcoin.fleet_j_per_th <= bitcoin.newest_j_per_th:
        return 0.0
    return float(brentq(excess, 0.0, 100.0))
