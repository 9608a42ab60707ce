"""When the next generation of accelerators arrives, and how far that has taken the market.

A generation passes through `STAGES` stages, each of which ends in a month with the chance STAGES / generation_months; where the
market stands in them at the start is unknown. So the mean number of generations that have arrived by month m is exactly
m / generation_months, and their distance varies by about half of its mean (Erlang).

Progress is counted in years of the mean pace: a generation is worth generation_months / 12 of them. A machine's rent against
the newest machine's is then (1 - ageing_rate)**(progress now - progress when it entered service): steps, where the mean path
is the smooth fall that `ageing_rate` names.

Left out: generations that make a larger or smaller step, an arrival that sets off a glut.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import GpuRent
from repower.scenarios.draws import Draws

FloatArray = NDArray[np.float64]

#: K generations of 2020-26 came after 26, 28 and 21 months: varied, but never two at once.
STAGES = 4


def draw(gpu_rent: GpuRent, draws: Draws) -> FloatArray:
    """Progress of the newest machine since the start [S, M], years."""
    return progress_years(gpu_rent, draws.uniform("gpu", "stage"), draws.uniforms("gpu", "generation"))


def central(months: int) -> FloatArray:
    """Mean progress [M], years: as much as time."""
    return np.arange(months) / 12.0


def progress_years(gpu_rent: GpuRent, stage: FloatArray, luck: FloatArray) -> FloatArray:
    """Progress of the newest machine since the start [S, M], years; 0 in the first month.

    `stage` [S] and `luck` [S, M] are uniform in [0, 1).
    """
    ended = luck < STAGES / gpu_rent.generation_months
    ended[:, 0] = False
    stages = np.floor(STAGES * stage)[:, np.newaxis] + np.cumsum(ended, axis=1)
    return np.asarray(np.floor(stages / STAGES) * (gpu_rent.generation_months / 12.0))
