"""PUE by the hour: an electrical chain and one or two cooling loops against the weather.

Per MW of critical IT at load share u, with r = 1 - 1/eta the loss of the chain at full load::

    q        = u + r (z + (1 - z) u^2)                     power that enters the UPS, all of it becomes heat
    T_sink   = T_db | T_db - eps (T_db - T_wb) | T_wb       dry cooler | adiabatic pad | tower
    free     = clip((T_s + dT - T_sink - app - hx) / dT, 0, 1), 0 over the wet-bulb limit where outdoor air enters the hall
    P_chill  = s q (1 - free) / COP
    P_fan    = s q f n^3,  n = clip(app / (T_s - hx - T_sink), n_min, 1), 1 where the sink is too warm
    draw     = (q + sum over loops (P_chill + P_fan + s q (pump + air)) + house) / eta_transformer
    PUE      = draw / u

The chiller is a Carnot machine of one quality (second-law fit): COP = k T_e / (T_c - T_e), evaporating 2 K under the
chilled water, condensing 15 K over the air (14 K over tower water), never above a ceiling.

Left out: part load of pumps, towers and chillers (cooling power follows the heat in proportion), humidity control of the
air in the rooms, recirculation of warm air between coolers, water use, fouling, and the energy of start-up and of tests.
The redundancy of the UPS moves its losses a little and is left out as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from repower.portfolio import Source
from repower.portfolio.design import Cooling

Array = npt.NDArray[np.float64]
Sink = Literal["dry", "adiabatic", "tower"]

_KELVIN = 273.15


@dataclass(frozen=True)
class Chiller:
    """A compression chiller by its second-law quality and its condensing difference."""

    quality: float
    condensing_over_sink_k: float
    source: Source
    evaporating_under_water_k: float = 2.0
    ceiling_cop: float = 12.0  # A: head pressure and oil return stop the gain in the cold

    def cop(self, chilled_water_c: npt.ArrayLike, sink_c: npt.ArrayLike) -> Array:
        """Coefficient of performance, heat moved per electricity.

        COP = quality T_e / (T_c - T_e) in kelvin; `sink_c` is outdoor air, or water entering the condenser.
        """
        evaporating = np.asarray(chilled_water_c, dtype=np.float64) - self.evaporating_under_water_k
        lift = np.asarray(sink_c, dtype=np.float64) + self.condensing_over_sink_k - evaporating
        carnot = self.quality * (evaporating + _KELVIN)
        return np.asarray(carnot / np.maximum(lift, carnot / self.ceiling_cop), dtype=np.float64)


_CURVES = "fit to manufacturers' curves shipped with EnergyPlus 25.2 at full load"
AIR_COOLED = Chiller(0.467, 15.0, Source("D", f"{_CURVES}: 49 air-cooled chillers over 300 kW, RMSE 0.16, MAPE 4.5 %"))
WATER_COOLED = Chiller(0.742, 14.0, Source("D", f"{_CURVES}: 128 water-cooled chillers over 1 MW, RMSE 0.98, MAPE 10 %"))


@dataclass(frozen=True)
class Loop:
    """One cooling loop. Powers are shares of the heat that the loop carries."""

    name: str
    heat_share: float  # of all heat
    supply_c: float  # fluid to the load; the chilled water is `chilled_under_supply_k` below it
    sink: Sink
    rise_k: float  # of the fluid through the load
    approach_k: float  # cooler at full fan speed: fluid over sink
    exchanger_k: float  # heat exchanger between outdoor and indoor loop; 0 where there is none
    fan: float  # outdoor fans at full speed
    pump: float
    air: float  # fans in the room
    source: Source
    chilled_under_supply_k: float = 1.0
    wet_bulb_limit_c: float = np.inf  # outdoor air that enters the hall is shut out above it: all heat to the chiller
    chiller: Chiller = AIR_COOLED


@dataclass(frozen=True)
class Chain:
    """From the site meter to the rack: efficiencies at full load."""

    ups: float
    distribution: float
    transformer: float
    standing_share: float  # of the loss at full load that is there at any load; the rest goes with the square of it
    house: float  # lights, controls, offices per critical IT MW
    source: Source

    @property
    def full_load(self) -> float:
        return self.ups * self.distribution

    def ups_input(self, load_share: npt.ArrayLike) -> Array:
        """MW into the UPS per MW of critical IT, at a share of it."""
        load = np.asarray(load_share, dtype=np.float64)
        loss = 1.0 / self.full_load - 1.0
        return np.asarray(load + loss * (self.standing_share + (1.0 - self.standing_share) * load**2), dtype=np.float64)


@dataclass(frozen=True)
class Plant:
    """A chain and its loops."""

    chain: Chain
    loops: tuple[Loop, ...]


PAD_EFFECTIVENESS = 0.85  # K 0.8-0.9 for wetted media
LEAST_FAN_SPEED = 0.2  # A
CHAIN = Chain(
    ups=0.97,
    distribution=0.99,
    transformer=0.99,
    standing_share=0.5,
    house=0.008,
    source=Source(
        "K", "double conversion 0.96-0.975, busway and cable 0.985-0.995, transformers 0.985-0.993; standing share and house A"
    ),
)

_WATER = Source("A", "supply temperature of the design; approach, exchanger, fan, pump and air shares assumed")
_AIR = Source(
    "A",
    "as above; fan and air shares raised once after a look at the published bands; wet-bulb limit K, from the allowable dew "
    "point of 21 degC of ASHRAE class A2",
)


def _liquid(share: float, supply_c: float, *, rise_k: float = 10.0) -> Loop:
    return Loop("liquid", share, supply_c, "dry", rise_k, 5.0, 2.0, 0.020, 0.012, 0.0, _WATER)


def _chilled(share: float, supply_c: float, air: float) -> Loop:
    return Loop("air", share, supply_c, "dry", 8.0, 5.0, 2.0, 0.020, 0.010, air, _WATER)


#: The six designs. Heat shares and supply temperatures are what a design is; the rest is assumed, the same for all.
PLANTS: dict[Cooling, Plant] = {
    "air_chiller": Plant(CHAIN, (_chilled(1.0, 20.0, 0.035),)),
    "adiabatic_air": Plant(
        CHAIN,
        (
            Loop(
                name="air",
                heat_share=1.0,
                supply_c=26.0,
                sink="adiabatic",
                rise_k=12.0,
                approach_k=1.0,
                exchanger_k=0.0,
                fan=0.02,
                pump=0.0,
                air=0.05,
                source=_AIR,
                chilled_under_supply_k=8.0,
                wet_bulb_limit_c=21.0,
            ),
        ),
    ),
    "rear_door": Plant(CHAIN, (_chilled(1.0, 22.0, 0.005),)),
    "liquid_hybrid": Plant(CHAIN, (_liquid(0.8, 32.0), _chilled(0.2, 22.0, 0.035))),
    "warm_liquid": Plant(CHAIN, (_liquid(0.85, 40.0), _chilled(0.15, 24.0, 0.035))),
    "immersion": Plant(CHAIN, (_liquid(0.97, 40.0), _chilled(0.03, 22.0, 0.035))),
}


def _sink_c(sink: Sink, dry_bulb_c: Array, wet_bulb_c: Array) -> Array:
    if sink == "dry":
        return dry_bulb_c
    if sink == "tower":
        return wet_bulb_c
    return dry_bulb_c - PAD_EFFECTIVENESS * (dry_bulb_c - wet_bulb_c)


def _loop_power(loop: Loop, dry_bulb_c: Array, wet_bulb_c: Array) -> Array:
    """Electricity of a loop per heat that enters the plant (its own share included)."""
    sink = _sink_c(loop.sink, dry_bulb_c, wet_bulb_c)
    available = sink + loop.approach_k + loop.exchanger_k
    free = np.clip((loop.supply_c + loop.rise_k - available) / loop.rise_k, 0.0, 1.0)
    free = np.where(wet_bulb_c > loop.wet_bulb_limit_c, 0.0, free)
    condenser = available if loop.sink == "tower" else dry_bulb_c
    chill = (1.0 - free) / loop.chiller.cop(loop.supply_c - loop.chilled_under_supply_k, condenser)
    room = loop.supply_c - loop.exchanger_k - sink  # what the cooler has to work with
    speed = np.where(room > loop.approach_k, loop.approach_k / np.maximum(room, loop.approach_k), 1.0)
    fan = loop.fan * np.clip(speed, LEAST_FAN_SPEED, 1.0) ** 3
    return np.asarray(loop.heat_share * (chill + fan + loop.pump + loop.air), dtype=np.float64)


def plant_pue(plant: Plant, dry_bulb_c: npt.ArrayLike, wet_bulb_c: npt.ArrayLike, load_share: npt.ArrayLike) -> Array:
    """PUE of any chain and loops; see `pue`."""
    dry, wet, load = np.broadcast_arrays(
        np.asarray(dry_bulb_c, dtype=np.float64),
        np.asarray(wet_bulb_c, dtype=np.float64),
        np.asarray(load_share, dtype=np.float64),
    )
    if not (np.isfinite(dry).all() and np.isfinite(wet).all()):
        place = [int(i) for i in np.argwhere(~(np.isfinite(dry) & np.isfinite(wet)))[0]]
        raise ValueError(
            f"the weather has no number at index {place}, so that hour has no PUE; fill or refuse the gap when reading"
        )
    if (wet > dry + 1e-6).any():
        place = [int(i) for i in np.argwhere(wet > dry + 1e-6)[0]]
        raise ValueError(f"the wet bulb is above the dry bulb at index {place}; the two series are of different hours or places")
    if not ((load > 0.0) & (load <= 1.0)).all():
        raise ValueError("load_share is IT load against critical IT and must be over 0 and at most 1")
    enters = plant.chain.ups_input(load)
    loops = sum((_loop_power(loop, dry, wet) for loop in plant.loops), np.zeros_like(dry))
    return np.asarray((enters * (1.0 + loops) + plant.chain.house) / plant.chain.transformer / load, dtype=np.float64)


def pue(cooling: Cooling, dry_bulb_c: npt.ArrayLike, wet_bulb_c: npt.ArrayLike, load_share: npt.ArrayLike) -> Array:
    """Power usage effectiveness of a design: power at the site meter per IT power.

    Parameters
    ----------
    cooling : one of the six designs
    dry_bulb_c, wet_bulb_c : degC, any shape, the same hours
    load_share : 1, broadcastable; IT load against critical IT, over 0 to 1

    Returns
    -------
    array of the common shape, 1; grows with both temperatures and falls with load, while load x PUE grows with load

    Raises
    ------
    ValueError
        for a gap in the weather, a wet bulb above the dry bulb, or a load outside (0, 1].
    """
    return plant_pue(PLANTS[cooling], dry_bulb_c, wet_bulb_c, load_share)
