"""Shocks of power zones: a part common to all, a part common to a region, and their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import Markets
from repower.scenarios.draws import Draws

FloatArray = NDArray[np.float64]


def zone_shocks(markets: Markets, draws: Draws) -> list[FloatArray]:
    """Standard normal shocks of each zone by month [S, M].

    shock = sqrt(c) common + sqrt(r - c) regional + sqrt(1 - r) own, so that zones of one region have correlation r and zones
    of different regions c; a zone without a region shares only what is common.
    """
    common = markets.power_common_share
    everywhere = np.sqrt(common) * draws.shocks("power")
    regional = {
        region: draws.normals("power region", region) for region in dict.fromkeys(zone.region for zone in markets.power) if region
    }
    answer = []
    for zone in markets.power:
        shared = markets.power_region_share if zone.region else common
        shock = everywhere + np.sqrt(1.0 - shared) * draws.normals("power", zone.name)
        answer.append(shock + np.sqrt(shared - common) * regional[zone.region] if zone.region else shock)
    return answer
