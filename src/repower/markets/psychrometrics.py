"""Moist air: the wet-bulb temperature that a cooling tower or an adiabatic pad works against.

The equations are those of the ASHRAE Handbook of Fundamentals (2017), chapter 1: saturation pressure after Hyland and
Wexler (equations 5 and 6), humidity ratio (20, 22) and the energy balance of the wet wick (33 above, 35 below freezing).

Left out: real-gas enhancement of moist air (under 0.5 % of the humidity ratio at one atmosphere).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_KELVIN = 273.15
_FREEZING_C = 0.01  # triple point: below it relative humidity is against ice, as ASHRAE counts it
_RATIO_OF_MASSES = 0.621945  # water to dry air
_STEPS = 12  # Newton from the right on a convex function: 6 are enough from -60 to 60 degC
_TOLERANCE_K = 1e-8


def _pressure_and_slope(celsius: Array, *, ice: bool) -> tuple[Array, Array]:
    """Saturation pressure in Pa over ice or liquid water, and its derivative in Pa/K."""
    t = celsius + _KELVIN
    if ice:
        log = (
            -5674.5359 / t + 6.3925247 + t * (-9.677843e-3 + t * (6.2215701e-7 + t * (2.0747825e-9 - t * 9.484024e-13)))
        ) + 4.1635019 * np.log(t)
        slope = 5674.5359 / t**2 - 9.677843e-3 + t * (1.24431402e-6 + t * (6.2243475e-9 - t * 3.7936096e-12)) + 4.1635019 / t
    else:
        log = (-5800.2206 / t + 1.3914993 + t * (-4.8640239e-2 + t * (4.1764768e-5 - t * 1.4452093e-8))) + 6.5459673 * np.log(t)
        slope = 5800.2206 / t**2 - 4.8640239e-2 + t * (8.3529536e-5 - t * 4.3356279e-8) + 6.5459673 / t
    pressure = np.exp(log)
    return pressure, pressure * slope


def _newton(wet: Array, dry: Array, humidity: Array, pressure_pa: Array, *, ice: bool) -> Array:
    """Root of the wick's energy balance, from a start at or above it.

    In kJ/kg:  (L - a Twb) Ws(Twb) - c (T - Twb) = (L + b T - d Twb) W
    """
    latent, a, d = (2830.0, 0.24, 2.1) if ice else (2501.0, 2.326, 4.186)
    step = np.zeros_like(wet)
    for _ in range(_STEPS):
        saturated, slope = _pressure_and_slope(wet, ice=ice)
        dry_air = pressure_pa - saturated
        ratio = _RATIO_OF_MASSES * saturated / dry_air
        ratio_slope = _RATIO_OF_MASSES * pressure_pa * slope / dry_air**2
        error = (latent - a * wet) * ratio - 1.006 * (dry - wet) - (latent + 1.86 * dry - d * wet) * humidity
        step = error / ((latent - a * wet) * ratio_slope - a * ratio + 1.006 + d * humidity)
        wet = wet - step
        if not np.any(np.abs(step) > _TOLERANCE_K):
            return wet
    worst = int(np.argmax(np.abs(step)))
    raise ValueError(f"the wet bulb of {dry.flat[worst]:.2f} degC with humidity ratio {humidity.flat[worst]:.6f} was not found")


def wet_bulb_c(dry_bulb_c: npt.ArrayLike, relative_humidity_share: npt.ArrayLike, pressure_kpa: npt.ArrayLike) -> Array:
    """Thermodynamic wet-bulb temperature of moist air.

    Where both a wet and a frozen wick have a solution (a band of some tenths of a degree around freezing) the wet one
    is given, as for a tower that runs with water.

    Parameters
    ----------
    dry_bulb_c : degC, any shape, -80 to 70
    relative_humidity_share : 1, broadcastable, 0 to 1; against ice below 0.01 degC
    pressure_kpa : kPa of the station (not reduced to sea level), broadcastable, 40 to 110

    Returns
    -------
    array of the common shape, degC, never above the dry bulb

    Raises
    ------
    ValueError
        for a NaN or a value outside the ranges above; whoever reads a file says first where it stands.

    References
    ----------
    ASHRAE Handbook of Fundamentals (SI), 2017, chapter 1.
    """
    named = {
        "dry_bulb_c": (np.asarray(dry_bulb_c, dtype=np.float64), -80.0, 70.0),
        "relative_humidity_share": (np.asarray(relative_humidity_share, dtype=np.float64), 0.0, 1.0),
        "pressure_kpa": (np.asarray(pressure_kpa, dtype=np.float64), 40.0, 110.0),
    }
    for name, (values, low, high) in named.items():
        bad = ~((values >= low) & (values <= high))  # true for NaN too
        if bad.any():
            place = tuple(int(i) for i in np.argwhere(bad)[0])
            raise ValueError(f"{name}{list(place)} is {values[place]}; {low:g} to {high:g} is needed for a wet bulb")
    dry, relative, kpa = np.broadcast_arrays(*(values for values, _, _ in named.values()))
    shape = dry.shape
    dry, relative, pressure = dry.ravel(), relative.ravel(), 1000.0 * kpa.ravel()

    over_ice = dry < _FREEZING_C
    saturated = np.where(over_ice, _pressure_and_slope(dry, ice=True)[0], _pressure_and_slope(dry, ice=False)[0])
    vapour = relative * saturated
    humidity = _RATIO_OF_MASSES * vapour / (pressure - vapour)

    wet = _newton(dry.copy(), dry, humidity, pressure, ice=False)
    frozen = (wet < 0.0) | over_ice
    if frozen.any():
        start = np.minimum(dry[frozen], 0.0)
        wet[frozen] = _newton(start, dry[frozen], humidity[frozen], pressure[frozen], ice=True)
    return np.asarray(np.minimum(wet, dry).reshape(shape), dtype=np.float64)
