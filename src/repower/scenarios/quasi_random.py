"""Numbers that fill their space more evenly than chance: scrambled Sobol points, one small set for every name.

Every named stream has a Sobol sequence of its own, scrambled by its own seed and walked through in an order of its own.
Scrambling makes every point uniform and the streams independent, so means are right for any number of scenarios; the orders
keep two streams from marching in step, so that sums of many streams gain as well. An order permutes within ranges
[2**k, 2**(k+1)) only, and aligned halves of them into aligned halves: the first n points stay the same when more are drawn,
and the first 2**k are always the 2**k that fill the space best. Powers of two are therefore the numbers to ask for.

Left out: one sequence over all names together. It would need a dimension for each name, which would change when a zone or a
site is added. So products of two streams gain nothing: their sample correlation has 1.2 to 1.3 times the standard deviation of
independent streams.

References: Owen (1998), Latin supercube sampling for very high-dimensional simulations; Burley (2020), Practical hash-based
Owen scrambling; Joe and Kuo (2008), Constructing Sobol sequences with better two-dimensional projections (in scipy).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from repower.markets.streams import stream

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def points(seed: int, names: tuple[str, ...], dimensions: int, first: int, count: int) -> FloatArray:
    """Points `first` to `first + count` - 1 of the sequence of a name [count, dimensions], uniform in [0, 1)."""
    levels = max(first + count - 1, 1).bit_length()
    sobol = qmc.Sobol(dimensions, scramble=True, bits=53, seed=stream(seed, "sobol", *names))
    return np.asarray(sobol.random_base2(levels)[_order(seed, names, levels)[first : first + count]])


def _order(seed: int, names: tuple[str, ...], levels: int) -> IntArray:
    """A permutation of 0 to 2**levels - 1 that a larger `levels` only continues.

    Each range [2**k, 2**(k+1)) is a binary tree; a coin at each of its nodes says whether the two halves change places.
    """
    order = np.arange(2**levels, dtype=np.int64)
    coins = stream(seed, "order", *names)
    for top in range(1, levels):
        place = np.arange(2**top, dtype=np.int64)
        moved = place.copy()
        for depth in range(top):
            bit = top - 1 - depth
            moved ^= coins.integers(0, 2, 2**depth)[place >> (bit + 1)] << bit
        order[2**top : 2 ** (top + 1)] = 2**top + moved
    return order


def haar(blocks: int) -> FloatArray:
    """Orthogonal matrix [blocks, blocks] whose first row is the mean of all, then half against half, quarter against quarter.

    `blocks` is a power of two. Of a walk in as many steps these are the end, then the middle given the ends, and so on: a
    Brownian bridge.
    """
    rows = [np.full(blocks, 1.0 / np.sqrt(blocks))]
    width = blocks
    while width > 1:
        half = width // 2
        for start in range(0, blocks, width):
            row = np.zeros(blocks)
            row[start : start + half] = 1.0 / np.sqrt(width)
            row[start + half : start + width] = -1.0 / np.sqrt(width)
            rows.append(row)
        width = half
    return np.stack(rows)
