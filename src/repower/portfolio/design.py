"""AI hall designs: how it is cooled, how it is backed up, what it costs."""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.portfolio.workload import Workload
from repower.units import Kw, Share, UsdPerKwMonth, UsdPerMwh

Cooling = Literal["air_chiller", "adiabatic_air", "rear_door", "liquid_hybrid", "warm_liquid", "immersion"]
Redundancy = Literal["N", "N+1", "2N"]


class AiDesign(Model):
    """A hall that can be built in a block."""

    name: str = fact("name of the design", min_length=1)
    cooling: Cooling = fact("cooling loops; decides PUE by the hour and critical IT by the design day")
    redundancy: Redundancy = fact("redundancy of the electrical chain and the cooling plant", default="N+1")
    rack_kw: Kw = fact("critical IT of one rack", gt=0)
    load_factor_share: Share = fact(
        "average IT load against critical IT: near 1 for training",
        default=0.9,
        gt=0,
        le=1,
        source="K 0.75-0.95 at facility level; a training run on 512 H100 (D, MLPerf v4.0) drew 0.95 of its highest, 0.67 of "
        "nameplate",
    )
    workload: Workload = fact(
        "training draws the same in every hour; inference follows its users' day, with the same mean", default="training"
    )
    flexible_share: Share = fact("share of the hall's load that its customers let us interrupt", default=0.0, ge=0, le=1)
    flexible_usd_per_mwh: UsdPerMwh = fact("paid to them for every MWh of it that is interrupted", default=0.0, ge=0, le=100_000)
    opex_usd_per_kw_month: UsdPerKwMonth = fact(
        "running cost of the hall without power: staff, maintenance, insurance, property tax",
        default=20.0,
        ge=0,
        source="D 85 % NOI on about 130 USD/kW-month",
    )
    cost_scale: float = fact("factor on every component's cost against the base table", default=1.0, gt=0)
