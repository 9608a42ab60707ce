"""Named random streams: one seed, and a stream for every name.

A stream depends on the seed and on its own names alone. Adding a column, a zone or a site therefore changes no other
draw, and any number of workers may draw in any order. Philox is counter-based: streams of different names do not
overlap. The numbers hold for one version of numpy, which may improve its distributions in a later one.
"""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, *names: str) -> np.random.Generator:
    """Random generator for `names` (what is drawn, for whom) under `seed` (0 or more).

    Draw arrays with the scenario as the first axis: the first k rows of n are then the k rows of k.
    """
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    key = tuple(int.from_bytes(digest[start : start + 4], "little") for start in range(0, 16, 4))
    return np.random.Generator(np.random.Philox(np.random.SeedSequence(seed, spawn_key=key)))
