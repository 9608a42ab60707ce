"""What accelerators draw when they train and when they serve: numbers from public power traces, and the law made of them.

Training. All nodes of a run work in step: power is flat, and falls for seconds where they wait for one another (a checkpoint, a
test of the model, a stall). Of the longest run that was measured at every node, 512 H100 training GPT-3 for 57 minutes, the sum
of the nodes had the values below. Hours hold hundreds of such dips, so an hour's load is their mean; the steps matter to
whoever builds the electrical chain, not to the energy.

Serving. Power follows requests between two limits. A fleet that packs requests onto few servers and leaves the others idle
draws the idle power of the latter; one that shares them out draws what a machine at partial throughput does, which is much:

    power / highest power = f + (1 - f) requests / highest requests,      f = packed IDLE + (1 - packed) SHARED_OUT

Left out: batch work that fills the night, machines that are switched off, a load that grows over the years, days that differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from repower.portfolio.workload import INFERENCE_DAY

FloatArray = NDArray[np.float64]

#: Mean of a training run against its own highest two seconds. D: MLPerf Training v4.0, GPT-3 on 64 nodes of eight H100.
TRAINING_OF_HIGHEST = 0.955
#: The same mean, 6.85 kW for each node, against 10.2 kW of nameplate (R*, list of machines).
TRAINING_OF_NAMEPLATE = 0.672
#: Lowest two seconds of the run, largest change within four seconds, share of time under nine tenths: of the highest. D, same.
TRAINING_LOWEST, TRAINING_LARGEST_STEP, TRAINING_TIME_BELOW_NINE_TENTHS = 0.691, 0.287, 0.194
#: Power of an idle server of eight B200 against its highest while it serves. D: MLPerf Inference v5.1, two servers, 0.23 and
#: 0.25; of eight H200 limited in power, 0.37.
IDLE = 0.24
#: Intercept of power over throughput of serving machines, both against their highest. D: ML.ENERGY, 440 settings of language
#: models on H100 and B200, least squares through the highest point; the median machine at a quarter of its throughput draws 0.82.
SHARED_OUT = 0.73


def serving_power(requests: ArrayLike, packed_share: float = 0.5) -> FloatArray:
    """Power of a serving fleet against its highest, for requests against their highest (0 to 1), in the shape of `requests`.

    packed_share : 0 where all machines share the requests, 1 where idle servers stand by; halfway is A.
    """
    asked = np.asarray(requests, dtype=np.float64)
    if not np.all((asked >= 0.0) & (asked <= 1.0)):
        raise ValueError("requests are shares of their highest, 0 to 1")
    if not 0.0 <= packed_share <= 1.0:
        raise ValueError(f"packed_share is {packed_share}; it is 0 to 1")
    floor = packed_share * IDLE + (1.0 - packed_share) * SHARED_OUT
    return np.asarray(floor + (1.0 - floor) * asked)


def day_factors(requests: ArrayLike, packed_share: float = 0.5) -> FloatArray:
    """Power of each hour against the day's mean [24], as `INFERENCE_DAY` is, for the requests of 24 hours in any unit."""
    asked = np.asarray(requests, dtype=np.float64)
    if asked.shape != (24,) or not np.all(np.isfinite(asked)) or np.any(asked < 0.0) or not asked.any():
        raise ValueError("requests are 24 finite numbers, 0 or more, not all 0")
    power = serving_power(asked / asked.max(), packed_share)
    return np.asarray(power / power.mean())


def requests_behind(day: ArrayLike = INFERENCE_DAY, packed_share: float = 0.5) -> FloatArray:
    """Requests against their highest [24] that make this day's power: `day_factors` read backwards."""
    power = np.asarray(day, dtype=np.float64)
    floor = packed_share * IDLE + (1.0 - packed_share) * SHARED_OUT
    return np.asarray((power / power.max() - floor) / (1.0 - floor))
