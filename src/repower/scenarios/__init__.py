"""WHAT MIGHT HAPPEN: equally likely paths of prices, rents, delays and defaults, and the measures of many.

Every phenomenon is a module; `draws` is the only source of luck, `sampling` puts all together. Volatilities, jumps, reversion
and dependence are fitted where there is history (`calibration`), drifts never: they are the portfolio's judgements, with a low
and a high case (`cases`). `stress` puts named events upon scenarios; `reduction` and `tree` make few of many.

Left out: dependence that changes with time or comes with lags, extremes of several drivers that come together more often than
correlated normal shocks do (what history there is does not ask for it).
"""

from repower.scenarios.measures import cvar, mean, percentiles, standard_error
from repower.scenarios.sampling import base, sample

__all__ = ["base", "cvar", "mean", "percentiles", "sample", "standard_error"]
