"""The price of a bitcoin: calm and turbulent months, jumps, and a *median* that follows the drift.

    log price[m] = log price[m-1] + log(1 + drift) / 12 + s[m] z[m]
    s[m]**2 = volatility**2 / 12 ((1 - j) f[m] / mean f  +  j N[m] / mean N)

f is 1 in calm months and factor**2 in turbulent ones, a Markov chain that begins as it is in the long run; N is the number of
jumps in the month, Poisson; j is the share of the variance that comes in jumps. Given the month's state and number of jumps,
the sum of a normal and of N normal jumps is one normal, so the month's correlated shock z carries all of it, and correlations
hold in calm months, turbulent ones and those with jumps. States and numbers of jumps have streams of their own.

Jumps go up as often as down: the fit finds a mean of -0.04 % for jumps of 4.3 %, too little to tell from none. So the
logarithm is symmetric and its median is the drift's path exactly; the mean of the price lies above it.

Left out: that states persist beyond the chain, a state known at the start, crashes that other factors share beyond their
correlation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import pdtr

from repower.portfolio import Bitcoin
from repower.scenarios.draws import Draws
from repower.scenarios.reverting import growth

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def draw(bitcoin: Bitcoin, draws: Draws) -> FloatArray:
    """Price [S, M], USD."""
    turbulent = turbulent_months(bitcoin, draws.uniforms("bitcoin", "state"), draws.uniform("bitcoin", "first state"))
    jumps = jump_counts(bitcoin, draws.uniforms("bitcoin", "jumps"))
    return bitcoin_price_usd(bitcoin, draws.shocks("bitcoin"), turbulent, jumps)


def central(bitcoin: Bitcoin, months: int) -> FloatArray:
    """Median price [M], USD."""
    return np.asarray(bitcoin.price_usd * growth(bitcoin.price_drift_rate, months))


def bitcoin_price_usd(bitcoin: Bitcoin, shocks: FloatArray, turbulent: BoolArray, jumps: FloatArray) -> FloatArray:
    """Price [S, M], USD, from standard normal shocks, states and numbers of jumps [S, M]; those of month 0 are not used."""
    spread = np.sqrt(month_variance(bitcoin, turbulent[:, 1:], jumps[:, 1:]))
    log_price = np.concatenate((np.zeros((len(shocks), 1)), np.cumsum(shocks[:, 1:] * spread, axis=1)), axis=1)
    return np.asarray(bitcoin.price_usd * growth(bitcoin.price_drift_rate, shocks.shape[1]) * np.exp(log_price))


def month_variance(bitcoin: Bitcoin, turbulent: BoolArray, jumps: FloatArray) -> FloatArray:
    """Variance of the log return of months, given their state and number of jumps; its mean is volatility**2 / 12."""
    often, squared = bitcoin.price_turbulent_share, bitcoin.price_turbulence_factor**2
    steady = np.where(turbulent, squared, 1.0) / (1.0 - often + often * squared)
    jumping = bitcoin.price_jump_variance_share
    mixed = (1.0 - jumping) * steady + jumping * jumps / (bitcoin.price_jumps_per_year / 12.0)
    return np.asarray(bitcoin.price_volatility_rate**2 / 12.0 * mixed)


def turbulent_months(bitcoin: Bitcoin, uniform: FloatArray, first: FloatArray) -> BoolArray:
    """Whether each month is turbulent [S, M], from uniform numbers by month [S, M] and for the first state [S].

    A turbulent month is followed by a calm one with the chance 1 / months, a calm one by a turbulent one with the chance that
    keeps the share of turbulent months.
    """
    share = bitcoin.price_turbulent_share
    leaves = 1.0 / bitcoin.price_turbulent_months
    enters = leaves * share / (1.0 - share)
    turbulent = np.empty(uniform.shape, dtype=np.bool_)
    turbulent[:, 0] = first < share
    for month in range(1, uniform.shape[1]):
        before = turbulent[:, month - 1]
        turbulent[:, month] = np.where(before, uniform[:, month] >= leaves, uniform[:, month] < enters)
    return turbulent


def jump_counts(bitcoin: Bitcoin, uniform: FloatArray) -> FloatArray:
    """Number of jumps of each month [S, M], Poisson, from uniform numbers."""
    mean = bitcoin.price_jumps_per_year / 12.0
    # Beyond twelve standard deviations and twenty more the chance is below the step of the uniform numbers.
    most = int(mean + 12.0 * np.sqrt(mean)) + 20
    return np.searchsorted(pdtr(np.arange(most), mean), uniform, side="right").astype(np.float64)
