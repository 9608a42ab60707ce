"""WHAT A HALL NEEDS: cooling and PUE by the hour, critical IT of a connection, cost and what a mine leaves to reuse.

Left out so far: availability (redundancy is paid for, not yet counted in hours), water, part load of towers and chillers,
the choice between retrofit and demolition, and plant sized by the weather.
"""

from repower.facility.capacity import critical_it_mw, design_day_pue
from repower.facility.cooling import pue
from repower.facility.cost import HallCost, hall_cost
from repower.facility.hall import ExistingHall, HallAssessment, assess, existing_hall

__all__ = [
    "ExistingHall", "HallAssessment", "HallCost", "assess", "critical_it_mw", "design_day_pue", "existing_hall", "hall_cost",
    "pue",
]  # fmt: skip
