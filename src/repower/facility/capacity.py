"""How much critical IT a connection carries: the worst hour of the weather, and a margin, decide.

    critical IT = h grid MW / PUE on the design day

The design day is the worst hour of the series with both temperatures raised by `DESIGN_MARGIN_K`. As PUE grows with both
temperatures, the draw at full IT load stays under ``h x grid MW`` in every hour of that weather, so it never exceeds the
connection. Redundancy is no argument: a second UPS or a spare chiller costs money (`repower.facility.cost`), not grid
power; spares that run are inside h.

Left out: the size of a rack or of a power block (critical IT is not rounded down), and weather outside the series beyond
the margin.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from repower.facility.cooling import pue
from repower.portfolio import Source
from repower.portfolio.design import Cooling

#: Added to dry and wet bulb of every hour: solar gain, recirculated air at the coolers, warmer years to come.
DESIGN_MARGIN_K = 4.0
DESIGN_MARGIN_SOURCE = Source("A", "extreme year over typical year, and warm air that coolers draw from one another")

#: Share of grid power that reaches critical IT and its own overhead on the design day; one number for every design and site.
GRID_TO_HALL_SHARE = 0.937
GRID_TO_HALL_SOURCE = Source(
    "D",
    "fitted as the mean over five public pairs of gross and critical MW (Barber Lake, Horizon 1, Muskogee, Ellendale, Lake "
    "Mariner; press reports with about 5 % noise in what 'gross' means): running spares, site ancillaries, metering, rounding",
)


def design_day_pue(cooling: Cooling, dry_bulb_c: npt.ArrayLike, wet_bulb_c: npt.ArrayLike) -> float:
    """PUE at full load in the worst hour of the weather, both temperatures raised by the design margin.

    Raising the wet bulb as much as the dry bulb makes the air moister too: for designs that evaporate water this is on
    the safe side.

    Parameters
    ----------
    cooling : one of the six designs
    dry_bulb_c, wet_bulb_c : degC, any shape, at least one hour

    Returns
    -------
    float, 1
    """
    dry = np.asarray(dry_bulb_c, dtype=np.float64)
    wet = np.asarray(wet_bulb_c, dtype=np.float64)
    if dry.size == 0:
        raise ValueError("a design day needs at least one hour of weather")
    return float(pue(cooling, dry + DESIGN_MARGIN_K, wet + DESIGN_MARGIN_K, 1.0).max())


def critical_it_mw(grid_mw: float, pue_design_day: float) -> float:
    """Critical IT that `grid_mw` at the site meter carries: ``h x grid / PUE``.

    Parameters
    ----------
    grid_mw : MW at the site meter, over 0
    pue_design_day : 1, at least 1

    Returns
    -------
    float, MW of critical IT
    """
    if not grid_mw > 0.0:
        raise ValueError(f"grid_mw is {grid_mw}; a block needs power at the meter")
    if not pue_design_day >= 1.0:
        raise ValueError(f"pue_design_day is {pue_design_day}; power at the meter is never under the IT load")
    return GRID_TO_HALL_SHARE * grid_mw / pue_design_day
