"""What accelerators earn, and how uncertain that is."""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.units import Months, Rate, Share

GpuRegime = Literal["glut", "normal", "scarcity"]


class GpuRent(Model):
    """The market's path of accelerator rents, as a factor on each machine's rent at the start.

    The market is in glut, normal or scarcity, and rents move towards the level of that regime. After a glut or a scarcity it
    is normal again. Machines age as newer generations arrive.
    """

    drift_rate: Rate = fact(
        "yearly growth of the rent of the then newest machine per kW, as the geometric mean over scenarios beside what the "
        "regime at the start explains: a judgement",
        default=-0.03,
        gt=-1,
    )
    volatility_rate: Rate = fact(
        "yearly volatility of what the regimes do not explain",
        default=0.3,
        ge=0,
        source="D likelihood of eight H100 snapshots 2023-07 to 2026-10, on a grid; 0.2 and 0.45 are almost as likely",
    )
    reversion_months: Months = fact(
        "months in which two thirds of the way to the level of the regime are gone",
        default=4,
        gt=0,
        source="D likelihood of eight H100 snapshots 2023-07 to 2026-10, on a grid; 3 and 6 are almost as likely",
    )
    start_regime: GpuRegime = fact(
        "regime at the start of the study: what the rents of the catalogue are worth in it; rents given in a scarcity fall "
        "to their normal level afterwards",
        default="normal",
        source="A the rents of the catalogue are on their trend; H100 snapshots call October 2026 normal with the rents of 2023 "
        "(K asks, not contracts) and a scarcity without them",
    )
    scarcity_level: float = fact(
        "rent in a lasting scarcity against the normal",
        default=1.7,
        ge=1,
        le=10,
        source="K; eight H100 snapshots fit 1.5 to 2.5 equally well",
    )
    glut_level: Share = fact(
        "rent in a lasting glut against the normal",
        default=0.6,
        gt=0,
        le=1,
        source="K about the inverse of the scarcity's; the snapshots do not tell",
    )
    scarcity_months: Months = fact(
        "mean length of a scarcity", default=12, ge=1, source="K one in 2023, one since 2026-03: about a year"
    )
    normal_months: Months = fact("mean length of a normal market", default=18, ge=1, source="K 2024 to the middle of 2025")
    glut_months: Months = fact(
        "mean length of a glut", default=12, ge=1, source="K one, from the middle of 2025 to early 2026, was shorter"
    )
    scarcity_share: Share = fact(
        "share of normal markets that are followed by a scarcity, the others by a glut",
        default=0.5,
        source="A even odds",
        ge=0,
        le=1,
    )
    generation_months: Months = fact(
        "mean months from one generation of machines to the next; ageing comes in steps of this many months",
        default=18,
        ge=6,
        source="K volume of A100 in 2020, H100 end of 2022, B200 early 2025, next end of 2026; announced as yearly",
    )
