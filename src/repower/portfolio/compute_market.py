"""What accelerators earn, and how uncertain that is."""

from __future__ import annotations

from repower.portfolio.model import Model, fact
from repower.units import Months, Rate


class GpuRent(Model):
    """The market's path of accelerator rents, as a factor on each machine's rent at the start."""

    drift_rate: Rate = fact(
        "yearly growth of the median rent of the then newest machine per kW: a judgement", default=-0.03, gt=-1
    )
    volatility_rate: Rate = fact(
        "yearly volatility", default=0.35, ge=0, source="D from 2024-10 to 2026-10 snapshots: 2.99, 1.70, 3.41 USD/h"
    )
    reversion_months: Months = fact(
        "months in which two thirds of a deviation from the trend die away",
        default=18,
        gt=0,
        source="K judgement: the path is a V, not a decay",
    )
