"""The randomness of scenarios: named streams of numbers, and the shocks of factors that hang together.

Every name has a stream of its own (`repower.markets.streams`), drawn for the longest possible study. So scenario s is the
same whatever the number of scenarios, the length of the study, or the zones and sites beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repower.markets.streams import stream
from repower.portfolio import Correlation
from repower.scenarios.dependence import FACTORS, cholesky, correlation_matrix

FloatArray = NDArray[np.float64]

#: Years of the longest study; paths are drawn for all of them, so a longer study begins with the shorter one's months.
LONGEST_YEARS = 40


@dataclass(frozen=True)
class Draws:
    """Random numbers of S scenarios of M months under one seed.

    Attributes
    ----------
    seed : 0 or more
    scenarios, months : S and M
    correlations : of the monthly shocks of factors
    """

    seed: int
    scenarios: int
    months: int
    correlations: tuple[Correlation, ...] = ()

    def shocks(self, factor: str) -> FloatArray:
        """Standard normal shocks of one of `FACTORS` [S, M], correlated with those of the others."""
        lower = cholesky(correlation_matrix(self.correlations))[FACTORS.index(factor)]
        used = [(weight, name) for weight, name in zip(lower, FACTORS, strict=True) if weight != 0.0]
        return np.asarray(sum(weight * self.normals("factor", name) for weight, name in used))

    def normals(self, *names: str) -> FloatArray:
        """Independent standard normals by month [S, M]."""
        return stream(self.seed, *names).standard_normal((self.scenarios, 12 * LONGEST_YEARS))[:, : self.months]

    def uniforms(self, *names: str) -> FloatArray:
        """Independent uniform numbers in [0, 1) by month [S, M]."""
        return stream(self.seed, *names).random((self.scenarios, 12 * LONGEST_YEARS))[:, : self.months]

    def uniforms_by_year(self, *names: str) -> FloatArray:
        """Independent uniform numbers in [0, 1) by model year [S, N], N = M / 12."""
        return stream(self.seed, *names).random((self.scenarios, LONGEST_YEARS))[:, : self.months // 12]

    def uniform(self, *names: str) -> FloatArray:
        """One uniform number in [0, 1) per scenario [S]."""
        return stream(self.seed, *names).random(self.scenarios)

    def normal(self, *names: str) -> FloatArray:
        """One standard normal per scenario [S]."""
        return stream(self.seed, *names).standard_normal(self.scenarios)
