"""One design in one block: what it carries, what it draws, what it costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from repower.facility.capacity import critical_it_mw, design_day_pue
from repower.facility.cooling import pue
from repower.facility.cost import HallCost, hall_cost
from repower.horizon import HOURS_IN_YEAR
from repower.portfolio import AiDesign, Block

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class ExistingHall:
    """What a hall carries and draws.

    `critical_it_mw` MW of critical IT; `pue` [year, hour] at the design's load factor; `pue_annual` its mean over all
    years (the load is the same in every hour, so this is energy over energy); `pue_design_day` at full load in the worst
    hour with the design margin; `racks` whole racks that the critical IT feeds.
    """

    design: AiDesign
    critical_it_mw: float
    pue: Array
    pue_annual: float
    pue_design_day: float
    racks: int

    @property
    def grid_draw_mw(self) -> Array:
        """MW at the site meter [year, hour] at the design's load factor."""
        return self.critical_it_mw * self.design.load_factor_share * self.pue


@dataclass(frozen=True, eq=False)
class HallAssessment(ExistingHall):
    """A hall that could be built, with its cost in money of the year of spending."""

    cost: HallCost

    @property
    def cost_usd(self) -> float:
        return self.cost.usd_per_critical_mw * self.critical_it_mw


def existing_hall(
    design: AiDesign, block: Block, dry_bulb_c: npt.NDArray[np.float64], wet_bulb_c: npt.NDArray[np.float64]
) -> ExistingHall:
    """What a hall of `design` in `block` carries and draws; nothing is said of its cost.

    Parameters
    ----------
    design : cooling, rack power and load factor
    block : its grid MW
    dry_bulb_c, wet_bulb_c : degC [year, 8760]

    Returns
    -------
    ExistingHall

    Raises
    ------
    ValueError
        for weather of another shape, with gaps, or with a wet bulb above the dry bulb.
    """
    dry, wet = np.asarray(dry_bulb_c, dtype=np.float64), np.asarray(wet_bulb_c, dtype=np.float64)
    if dry.ndim != 2 or dry.shape != wet.shape or dry.shape[1] != HOURS_IN_YEAR or not len(dry):
        raise ValueError(f"weather is [year, {HOURS_IN_YEAR}] twice, not {list(dry.shape)} and {list(wet.shape)}")
    hourly = pue(design.cooling, dry, wet, design.load_factor_share)
    worst = design_day_pue(design.cooling, dry, wet)
    critical = critical_it_mw(block.grid_mw, worst)
    return ExistingHall(
        design=design,
        critical_it_mw=critical,
        pue=hourly,
        pue_annual=float(hourly.mean()),
        pue_design_day=worst,
        racks=int(1000.0 * critical / design.rack_kw + 1e-9),
    )


def assess(
    design: AiDesign,
    block: Block,
    dry_bulb_c: npt.NDArray[np.float64],
    wet_bulb_c: npt.NDArray[np.float64],
    year: int,
    base_year: int,
    inflation_rate: float,
) -> HallAssessment:
    """What a hall of `design` in `block` carries, draws and costs when money is spent in `year`.

    Parameters
    ----------
    design, block, dry_bulb_c, wet_bulb_c : see `existing_hall`; the mine in the block decides what is reused
    year, base_year, inflation_rate : see `repower.facility.cost.hall_cost`

    Returns
    -------
    HallAssessment
    """
    hall = existing_hall(design, block, dry_bulb_c, wet_bulb_c)
    return HallAssessment(
        design=hall.design,
        critical_it_mw=hall.critical_it_mw,
        pue=hall.pue,
        pue_annual=hall.pue_annual,
        pue_design_day=hall.pue_design_day,
        racks=hall.racks,
        cost=hall_cost(design, block.hall, year, base_year, inflation_rate),
    )
