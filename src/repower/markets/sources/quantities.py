"""Units that files have, and the one that each of our columns is kept in, named at the end of the column's name.

    NAME                            price                    USD/MWh
    NAME_dry_bulb_c                 temperature              degrees Celsius
    NAME_relative_humidity_share    relative humidity        share of 1
    NAME_pressure_kpa               pressure of the station  kPa

A price says its currency by three letters (EUR/MWh, NOK/kWh); a dollar sign is refused, because it is five currencies.
Code: S317 a unit that does not fit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from repower.errors import InputError, Problem

_PRICE = re.compile(r"([A-Z]{3})/(GWh|MWh|kWh)")
_PER_MWH = {"GWh": 0.001, "MWh": 1.0, "kWh": 1000.0}
#: Factor and offset to the unit of our column: ours = value * factor + offset.
_OTHERS = {
    "_dry_bulb_c": {"degC": (1.0, 0.0), "degF": (5.0 / 9.0, -160.0 / 9.0), "K": (1.0, -273.15)},
    "_relative_humidity_share": {"share": (1.0, 0.0), "%": (0.01, 0.0)},
    "_pressure_kpa": {"kPa": (1.0, 0.0), "hPa": (0.1, 0.0), "mbar": (0.1, 0.0), "Pa": (0.001, 0.0)},
}


@dataclass(frozen=True)
class Conversion:
    """ours = value * factor + offset, and the currency that is still to be changed ("" for no price)."""

    factor: float
    offset: float
    currency: str


def conversion(unit: str, name: str) -> Conversion:
    """How a value in `unit` becomes one of our column `name`.

    Raises
    ------
    InputError
        S317 when the unit is unknown or of another quantity than the column
    """
    for suffix, units in _OTHERS.items():
        if name.endswith(suffix):
            if unit not in units:
                raise InputError(_wrong(unit, name, " or ".join(units)))
            factor, offset = units[unit]
            return Conversion(factor, offset, "")
    match = _PRICE.fullmatch(unit)
    if match is None:
        raise InputError(_wrong(unit, name, "a currency and energy, such as USD/MWh, EUR/MWh or NOK/kWh"))
    return Conversion(_PER_MWH[match[2]], 0.0, match[1])


def _wrong(unit: str, name: str, wanted: str) -> Problem:
    fact = f"{unit!r} is not a unit of {name}" if unit else f"the unit of {name} is not stated"
    return Problem("S317", f"{fact}: values would be of unknown size", path=name, hint=f"state {wanted}")
