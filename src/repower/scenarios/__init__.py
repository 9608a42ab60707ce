"""WHAT MIGHT HAPPEN: equally likely paths of prices, rents, delays and defaults, and the measures of many.

Left out so far: jumps and regimes, volatility that changes, dependence fitted to history, defaults that follow rents,
stresses by name, reduction to few scenarios, exchange rates. Drifts and volatilities are the portfolio's judgements.
"""

from repower.scenarios.measures import cvar, mean, percentiles, standard_error
from repower.scenarios.sampling import base, sample

__all__ = ["base", "cvar", "mean", "percentiles", "sample", "standard_error"]
