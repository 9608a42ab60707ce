"""How the load of an AI hall goes over the day."""

from __future__ import annotations

from typing import Literal

Workload = Literal["training", "inference"]

#: IT power of a hall that serves people against its mean, for each local hour from 0 on; the mean is 1.
#:
#: A: the hours are ours, for users who live where the hall stands: requests fall to a third in the small hours and stay
#: near their height from morning to night. How far power follows them is D, halfway between two limits that were measured:
#: a server that nobody asks still draws a quarter of its peak (8-GPU servers of MLPerf Inference v5.1: 2.4 of 9.4-10.4 kW),
#: which is what a fleet would show that switches whole machines; and a machine at a quarter of its throughput already draws
#: 0.82 of its most (median of 46 settings of language models on H100 and B200, ML.ENERGY), which a fleet would show that shares
#: the requests out. So power = 0.5 + 0.5 x requests (0.485 + 0.515 in `repower.markets.compute_load`, from all settings). The
#: public trace of a fleet that makes pictures (Alibaba, 2026) falls lower, to 0.07-0.14 of its peak in requests, but its clock is
#: scaled, so it says nothing about the hour.
INFERENCE_DAY = (
    0.924, 0.867, 0.821, 0.787, 0.770, 0.776, 0.810, 0.878, 0.970, 1.049, 1.101, 1.124,
    1.112, 1.118, 1.141, 1.141, 1.129, 1.112, 1.084, 1.072, 1.084, 1.084, 1.055, 0.991,
)  # fmt: skip
