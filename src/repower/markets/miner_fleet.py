"""The world's mining machines: which of them run, what new ones cost, how many are ordered, when they are scrapped.

Machines stand in vintages of a quarter (by delivery), each of one efficiency e_v (J/TH). In month m, with revenue
R = 144 subsidy (1 + fees) price per day:

    hashprice h = R / N,   N = sum over v of H_v F(1000 h / (24 e_v))        machines that pay for their power run
    F(value) = value**k / (value**k + cost_m**k),   k = pi / (sqrt(3) spread)   power costs of miners: log-logistic

N is the one hashrate at which exactly the machines run that its own hashprice pays for; hence machines switch off smoothly as
hashprice falls, and come back. A new machine is worth some months of its margin, and never sold below what it costs to make:

    margin = 30.4375 h' / 1000 - 730.5e-6 e_new cost_m,   h' = hashprice followed with a lag
    made = usd_per_watt e_new,   worth = payback months x margin,   price = max(worth, made)       [USD/TH]

The further its worth is above what it costs to make, the more is ordered, up to what can be made and plugged in:

    eager = w log(1 + exp((max(worth / made, 0) - 1) / w)),   w = 1/4: about worth / made - 1, and never quite 0
    wanted = order_share x eager x MW running,   ordered = wanted limit / (wanted + limit)              [MW a month]

What is ordered is delivered some months later. Of a vintage equal parts are scrapped in every month from half its life to one and
a half times its life. Orders are counted from at least a hundredth of the power at the start, so that miners come back after the
worst years.

What the rules do not know (bans, chips and sites that are short or taken by others) is a surprise u, the logarithm of the network
over what they say; the rules then see the revenue that is left, R exp(-u), and react.

Left out: hashrate that is not there for money; hosts that change what they charge; that new machines go to the cheapest power
first; block speed, which rises by half a difficulty period's growth while the network grows (2.8 % more blocks in 2016-2023).
Nobody foresees: what is ordered looks at today's margin, so waves of too many and too few machines come out, as they did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from repower.markets.bitcoin import BLOCKS_PER_DAY

FloatArray = NDArray[np.float64]
F = TypeVar("F", bound=Callable[..., Any])

DAYS_PER_MONTH = 30.4375
HOURS_PER_MONTH = 730.5
#: How gradually buyers come as a machine becomes worth its cost (w above): some have cheaper power than the median. K judgement.
BUYERS_WIDTH = 0.25
#: Months in a vintage.
VINTAGE_MONTHS = 3


@dataclass(frozen=True)
class FleetRules:
    """How miners and makers behave.

    power_usd_per_mwh : median of what miners pay, all in.  power_growth_rate : its yearly rise.
    power_spread : standard deviation of its logarithm over miners, above 0.
    payback_months : of its margin that a new machine is worth.  price_lag_months : in which a third of an old hashprice is left
    in what buyers go by.  made_usd_per_watt : price below which machines are not made.
    order_share : MW ordered in a month per MW running and per unit that a machine's worth is above its cost.
    most_gw_per_year : that can be made, shipped and plugged in.  delivery_months, life_months : whole, 1 or more.
    """

    power_usd_per_mwh: float
    power_growth_rate: float
    power_spread: float
    payback_months: float
    price_lag_months: float
    made_usd_per_watt: float
    order_share: float
    most_gw_per_year: float
    delivery_months: int
    life_months: int

    @property
    def scrapped_from(self) -> int:
        """Age in months of a vintage at which its first machines are scrapped."""
        return self.life_months // 2

    @property
    def scrapped_until(self) -> int:
        """Age in months at which its last are."""
        return self.life_months + (self.life_months + 1) // 2

    @property
    def past_vintages(self) -> int:
        """Quarters of deliveries that stand at the start."""
        return -(-self.scrapped_until // VINTAGE_MONTHS)

    def left_share(self) -> FloatArray:
        """[past vintages] what is left at the start of each quarter's deliveries, the oldest first."""
        age = np.arange(self.past_vintages, 0, -1) * float(VINTAGE_MONTHS)
        return np.clip((self.scrapped_until - age) / (self.scrapped_until - self.scrapped_from), 0.0, 1.0)

    def vintages(self, months: int) -> int:
        """Quarters from the oldest machine at the start to the last delivery."""
        return self.past_vintages + -(-months // VINTAGE_MONTHS)


@dataclass(frozen=True)
class FleetPaths:
    """What comes out, all [S, M].

    network_eh_per_s : machines that run.  hashprice : USD/PH/day.  machine_usd_per_th : of a newest machine.
    newest_j_per_th : of the machines delivered.  marginal_j_per_th : the least efficient vintage that still pays for power at
    the median cost (the newest where none does).
    """

    network_eh_per_s: FloatArray
    hashprice: FloatArray
    machine_usd_per_th: FloatArray
    newest_j_per_th: FloatArray
    marginal_j_per_th: FloatArray


def run_fleet(
    rules: FleetRules,
    price_usd: FloatArray,
    subsidy_btc: FloatArray,
    fee_share: FloatArray,
    network_eh_per_s: float,
    vintage_j_per_th: FloatArray,
    surprise: FloatArray,
) -> FleetPaths:
    """The world's machines month by month; month 0 is the state at the start.

    Parameters
    ----------
    price_usd, fee_share : [S, M]; fees as a share of the subsidy.  subsidy_btc : [M].
    network_eh_per_s : hashrate at the start. The past vintages drew equal MW each, scaled so that those that run make it.
    vintage_j_per_th : [S, V] efficiency of each quarter's deliveries, V = rules.vintages(M), the oldest first.
    surprise : [S, M] logarithm of the network over what the rules say; 0 in month 0.

    Raises
    ------
    ValueError : shapes that do not fit, or numbers that are not above zero.
    """
    scenarios, months = price_usd.shape
    if vintage_j_per_th.shape != (scenarios, rules.vintages(months)) or subsidy_btc.shape != (months,):
        raise ValueError(
            f"{scenarios} scenarios of {months} months need {rules.vintages(months)} vintages, not {vintage_j_per_th.shape}"
        )
    if not (price_usd > 0).all() or not (vintage_j_per_th > 0).all() or network_eh_per_s <= 0:
        raise ValueError("prices, efficiencies and the network at the start must be above zero")
    revenue = BLOCKS_PER_DAY * subsidy_btc * (1.0 + fee_share) * price_usd / 1000.0
    beside = np.exp(surprise)
    network, machine, marginal = _months(
        np.ascontiguousarray(revenue / beside),
        np.ascontiguousarray(vintage_j_per_th),
        network_eh_per_s,
        rules.left_share(),
        rules.power_usd_per_mwh * (1.0 + rules.power_growth_rate) ** (np.arange(months) / 12.0),
        np.pi / (np.sqrt(3.0) * rules.power_spread),
        rules.payback_months,
        (1.0 / 3.0) ** (1.0 / rules.price_lag_months),
        rules.made_usd_per_watt,
        rules.order_share,
        rules.most_gw_per_year * 1000.0 / 12.0,
        rules.delivery_months,
        rules.scrapped_from,
        rules.scrapped_until,
    )
    newest = vintage_j_per_th[:, rules.past_vintages + np.arange(months) // VINTAGE_MONTHS]
    network = network * beside
    return FleetPaths(network, revenue / network, machine, newest, marginal)


def _compiled(function: F) -> F:
    return cast("F", njit(cache=True, nogil=True, error_model="numpy")(function))


@_compiled
def _months(
    revenue: FloatArray,
    efficiency: FloatArray,
    start_eh_per_s: float,
    left: FloatArray,
    cost: FloatArray,
    shape: float,
    payback: float,
    kept: float,
    made_per_watt: float,
    order_share: float,
    limit_mw: float,
    delivery: int,
    scrapped_from: int,
    scrapped_until: int,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Network, price of a newest machine, marginal efficiency [S, M] from revenue per day [S, M] in kUSD (per PH and EH)."""
    scenarios, months = revenue.shape
    network = np.empty((scenarios, months))
    machine = np.empty((scenarios, months))
    marginal = np.empty((scenarios, months))
    vintages, past = efficiency.shape[1], len(left)
    hash_rate = np.empty(vintages)
    hurdle = np.empty(vintages)
    pipeline = np.empty(delivery)
    for s in range(scenarios):
        e = efficiency[s]
        first = revenue[s, 0] / start_eh_per_s
        # Every past quarter was delivered equal MW, of which a part has been scrapped.
        running = 0.0
        for v in range(vintages):
            hurdle[v] = (24.0 * e[v] / 1000.0) ** shape
            hash_rate[v] = left[v] / e[v] if v < past else 0.0
        worth = first**shape
        level = cost[0] ** shape
        for v in range(past):
            running += hash_rate[v] * worth / (worth + hurdle[v] * level)
        for v in range(past):
            hash_rate[v] *= start_eh_per_s / running

        log_n = np.log(start_eh_per_s)
        followed = first
        least_mw = 0.0
        for m in range(months):
            level = cost[m] ** shape
            newest = past + m // 3
            if m > 0:
                hash_rate[newest] += pipeline[m % delivery] / e[newest]
            oldest = max(0, past + (m - scrapped_until) // 3)
            for v in range(oldest, past + (m - scrapped_from) // 3 + 1):
                age = m - 3 * (v - past)
                if age >= scrapped_until:
                    hash_rate[v] = 0.0
                elif m > 0 and age > scrapped_from:
                    hash_rate[v] *= (scrapped_until - age) / (scrapped_until - age + 1.0)
            log_n = _balance(np.log(revenue[s, m]), log_n, hash_rate, hurdle, level, shape, oldest, newest)
            if m == 0:
                log_n = np.log(start_eh_per_s)
            n = np.exp(log_n)
            hashprice = revenue[s, m] / n
            network[s, m] = n

            followed = kept * followed + (1.0 - kept) * hashprice
            margin = 30.4375 * followed / 1000.0 - 730.5e-6 * e[newest] * cost[m]
            made = made_per_watt * e[newest]
            machine[s, m] = max(payback * margin, made)

            worth = hashprice**shape
            mw = 0.0
            pays = 1000.0 * hashprice / (24.0 * cost[m])
            least = e[newest]
            for v in range(oldest, newest + 1):
                mw += e[v] * hash_rate[v] * worth / (worth + hurdle[v] * level)
                if least < e[v] <= pays and hash_rate[v] > 0.0:
                    least = e[v]
            marginal[s, m] = least
            if m == 0:
                least_mw = 0.01 * mw
            above = (max(payback * margin / made, 0.0) - 1.0) / BUYERS_WIDTH
            eager = BUYERS_WIDTH * (max(above, 0.0) + np.log1p(np.exp(-abs(above))))
            wanted = order_share * eager * max(mw, least_mw)
            ordered = wanted * limit_mw / (wanted + limit_mw)
            if m == 0:
                pipeline[:] = ordered
            pipeline[m % delivery] = ordered
    return network, machine, marginal


@_compiled
def _balance(
    log_revenue: float,
    log_n: float,
    hash_rate: FloatArray,
    hurdle: FloatArray,
    level: float,
    shape: float,
    oldest: int,
    newest: int,
) -> float:
    """Logarithm of the network that its own hashprice keeps running: Newton's steps inside a bracket that shrinks.

    The excess log N - log(what runs at revenue / N) rises with log N, with a slope between 1 and 1 + shape.
    """
    total = 0.0
    for v in range(oldest, newest + 1):
        total += hash_rate[v]
    high = np.log(total)
    low = high - 60.0
    log_n = min(log_n, high)
    for _ in range(60):
        worth = np.exp(shape * (log_revenue - log_n))
        runs, slope = 0.0, 0.0
        for v in range(oldest, newest + 1):
            share = worth / (worth + hurdle[v] * level)
            runs += hash_rate[v] * share
            slope += hash_rate[v] * share * (1.0 - share)
        if runs <= 0.0:
            high = log_n
            log_n = 0.5 * (low + high)
            continue
        excess = log_n - np.log(runs)
        if excess > 0.0:
            high = log_n
        else:
            low = log_n
        step = excess / (1.0 + shape * slope / runs)
        log_n -= step
        if not low <= log_n <= high:
            log_n = 0.5 * (low + high)
        elif abs(step) < 1e-10:
            break
    return log_n
