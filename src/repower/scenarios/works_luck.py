"""Where the durations of each block's works fall: a Gaussian copula with a common factor per site."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from repower.portfolio import Site
from repower.scenarios.draws import Draws

FloatArray = NDArray[np.float64]

#: Correlation of the works of two blocks of one site, as normal scores: the same crews, permits and weather (K judgement).
WORKS_CORRELATION = 0.3


def draw(site: Site, draws: Draws) -> FloatArray:
    """Place in the distribution of durations [S, block], uniform in (0, 1)."""
    common = draws.normal("works", site.name)
    scores = [
        np.sqrt(WORKS_CORRELATION) * common + np.sqrt(1.0 - WORKS_CORRELATION) * draws.normal("works", site.name, block.name)
        for block in site.blocks
    ]
    return np.asarray(ndtr(np.stack(scores, axis=1)))
