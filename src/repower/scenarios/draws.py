"""The randomness of scenarios: named streams of numbers, and the shocks of factors that hang together.

Every name has a stream of its own (`repower.markets.streams`), drawn for the longest possible study. Each scenario takes a
fixed count of each stream, so any scenario can be drawn without those before it. So scenario s is the same whatever the
number of scenarios, the workers that share them, the length of the study, or the zones and sites beside it.

Three kinds of sampling:

- "plain": independent scenarios.
- "antithetic": scenario 2k+1 mirrors 2k, every normal with its sign turned, every uniform number u as 1 - u. What rises in
  one falls in the other, so their mean is surer. A pair is one independent unit of sampling error, see `measures`.
- "quasi": what decides most comes from scrambled Sobol points (`quasi_random`): for monthly normals the sums over eight
  blocks of 30 months of the first 20 years, ordered as a Brownian bridge; all numbers of which a scenario takes one.
  Months within a block, later years, monthly uniforms and shape years stay plain. The sampling error cannot be read off one
  such sample: compare seeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from repower.markets.streams import stream
from repower.portfolio import Correlation
from repower.scenarios.dependence import FACTORS, cholesky, correlation_matrix
from repower.scenarios.quasi_random import haar, points

FloatArray = NDArray[np.float64]
Sampling = Literal["plain", "antithetic", "quasi"]

#: Years of the longest study; paths are drawn for all of them, so a longer study begins with the shorter one's months.
LONGEST_YEARS = 40
#: The sums over blocks of months that "quasi" draws from Sobol points: 8 of 30 months are the usual 20 years.
QUASI_BLOCKS, QUASI_BLOCK_MONTHS = 8, 30
#: Numbers are multiples of this in [0, 1).
_STEP = 2.0**-53


@dataclass(frozen=True)
class Draws:
    """Random numbers of S scenarios of M months under one seed.

    Attributes
    ----------
    seed : 0 or more
    scenarios, months : S and M
    correlations : of the monthly shocks of factors
    sampling : kind, see above
    first : number of the first of the S scenarios
    """

    seed: int
    scenarios: int
    months: int
    correlations: tuple[Correlation, ...] = ()
    sampling: Sampling = "plain"
    first: int = 0

    def shocks(self, factor: str) -> FloatArray:
        """Standard normal shocks of one of `FACTORS` [S, M], correlated with those of the others."""
        weights = self._weights[FACTORS.index(factor)]
        used = [(weight, name) for weight, name in zip(weights, FACTORS, strict=True) if weight != 0.0]
        return np.asarray(sum(weight * self.normals("factor", name) for weight, name in used))

    @cached_property
    def _weights(self) -> FloatArray:
        """[F, F] of each factor's shock on the independent normals of the factors up to itself."""
        return cholesky(correlation_matrix(self.correlations))

    def normals(self, *names: str) -> FloatArray:
        """Independent standard normals by month [S, M]."""
        if self.sampling == "quasi":
            return self._blockwise(names)
        return self._normal(names, 12 * LONGEST_YEARS, self.months)

    def uniforms(self, *names: str) -> FloatArray:
        """Independent uniform numbers in [0, 1) by month [S, M]."""
        return self._uniform(names, 12 * LONGEST_YEARS, self.months)

    def uniforms_by_year(self, *names: str) -> FloatArray:
        """Independent uniform numbers in [0, 1) by model year [S, N], N = M / 12."""
        return self._uniform(names, LONGEST_YEARS, self.months // 12)

    def uniform(self, *names: str) -> FloatArray:
        """One uniform number in [0, 1) per scenario [S]."""
        if self.sampling == "quasi":
            return points(self.seed, names, 1, self.first, self.scenarios)[:, 0]
        return self._uniform(names, 1, 1)[:, 0]

    def normal(self, *names: str) -> FloatArray:
        """One standard normal per scenario [S]."""
        if self.sampling == "quasi":
            return _normal_score(self.uniform(*names))
        return self._normal(names, 1, 1)[:, 0]

    # ---- rows of a stream, mirrored where the sampling is antithetic ------------------------------------------------

    def _uniform(self, names: tuple[str, ...], width: int, used: int) -> FloatArray:
        """[S, used] of `width` numbers per scenario."""
        if self.sampling != "antithetic":
            return self._rows(names, width, self.first, self.scenarios)[:, :used]
        drawn, which, mirrored = self._pairs(names, width)
        answer = drawn[which, :used]
        answer[mirrored] = (1.0 - _STEP) - answer[mirrored]
        return np.asarray(answer)

    def _normal(self, names: tuple[str, ...], width: int, used: int) -> FloatArray:
        """[S, used] standard normals; the mirror of a normal is its negative, to the last digit."""
        if self.sampling != "antithetic":
            return _normal_score(self._rows(names, width, self.first, self.scenarios)[:, :used])
        drawn, which, mirrored = self._pairs(names, width)
        answer = _normal_score(drawn[:, :used])[which]
        answer[mirrored] *= -1.0
        return answer

    def _pairs(self, names: tuple[str, ...], width: int) -> tuple[FloatArray, NDArray[np.int64], NDArray[np.bool_]]:
        """Numbers of the pairs, the pair of each scenario, and which scenarios are the mirrored ones."""
        numbers = np.arange(self.first, self.first + self.scenarios)
        pairs = numbers // 2
        return self._rows(names, width, int(pairs[0]), int(pairs[-1] - pairs[0]) + 1), pairs - pairs[0], numbers % 2 == 1

    def _rows(self, names: tuple[str, ...], width: int, first: int, count: int) -> FloatArray:
        """[count, width] uniform numbers of a stream from row `first` on; Philox counts in steps of four numbers."""
        generator = stream(self.seed, *names)
        steps, rest = divmod(first * width, 4)
        if steps:
            generator.bit_generator.advance(steps)  # type: ignore[attr-defined]
        if rest:
            generator.random(rest)
        return generator.random((count, width))

    def _blockwise(self, names: tuple[str, ...]) -> FloatArray:
        """[S, M] standard normals whose sums over blocks of months come from Sobol points.

        With z plain and y standard normal for the block of n months: z - mean(z) + y / sqrt(n), which is standard normal by
        month and independent between months, because the mean of normals is independent of what they differ by from it.
        """
        months = QUASI_BLOCKS * QUASI_BLOCK_MONTHS
        plain = _normal_score(self._rows(names, 12 * LONGEST_YEARS, self.first, self.scenarios)[:, : max(self.months, months)])
        leading = _normal_score(points(self.seed, names, QUASI_BLOCKS, self.first, self.scenarios))
        # Term by term: a matrix product may round differently for another number of scenarios.
        scores = np.asarray(sum(leading[:, [row]] * shape for row, shape in enumerate(haar(QUASI_BLOCKS))))
        block = plain[:, :months].reshape(self.scenarios, QUASI_BLOCKS, QUASI_BLOCK_MONTHS)
        block += (scores / np.sqrt(QUASI_BLOCK_MONTHS) - block.mean(axis=2))[:, :, None]
        plain[:, :months] = block.reshape(self.scenarios, months)
        return plain[:, : self.months]


def _normal_score(uniform: FloatArray) -> FloatArray:
    """Standard normals of uniform numbers; 0 is taken as the middle of its step."""
    return np.asarray(ndtri(np.maximum(uniform, 0.5 * _STEP)))
