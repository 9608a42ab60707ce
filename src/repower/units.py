"""The field's units as annotated types: what a model field means is in its type, not in a comment.

A number in a file may be bare (it is in the field's unit) or say its unit (`"750 MW"`, `"750 kW"`). A unit of the same
quantity is converted; any other ("750 MWh" where MW is meant) is refused with the unit that is expected. Fractions are
0-1; `"15 %"` is 0.15.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from repower.horizon import Month


@dataclass(frozen=True)
class Unit:
    """A unit that a field is kept in: its `symbol`, and how many of it one of each accepted spelling is."""

    symbol: str
    accepts: tuple[tuple[str, float], ...] = ()

    def factor(self, spelling: str) -> float | None:
        """How many of this unit one `spelling` is; None when it is another quantity."""
        wanted = _squeeze(spelling)
        if wanted == _squeeze(self.symbol):
            return 1.0
        return next((factor for name, factor in self.accepts if _squeeze(name) == wanted), None)


def _squeeze(text: str) -> str:
    return text.replace(" ", "").replace("·", "").replace("²", "2")


# A comma only groups thousands: "2,5" must not become 25.
_NUMBER_WITH_UNIT = re.compile(
    r"\s*([+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d[\d_]*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-z$%°].*?)?\s*"
)


def _reader(unit: Unit) -> BeforeValidator:
    def read(value: Any) -> Any:
        if isinstance(value, bool):
            raise PydanticCustomError("unit_type", "{value} is not a number of {unit}", {"value": value, "unit": unit.symbol})
        if not isinstance(value, str):
            return value
        match = _NUMBER_WITH_UNIT.fullmatch(value)
        if match is None:
            raise PydanticCustomError(
                "unit_type", "{value} is not a number of {unit}", {"value": repr(value), "unit": unit.symbol}
            )
        number = float(match[1].replace(",", "").replace("_", ""))
        if match[2] is None:
            return number
        factor = unit.factor(match[2])
        if factor is None:
            raise PydanticCustomError(
                "unit_wrong",
                "{value} is in {given}, but {unit} is expected",
                {"value": repr(value), "given": match[2], "unit": unit.symbol},
            )
        return number * factor

    return BeforeValidator(read)


_MW = Unit(
    "MW",
    (
        ("kW", 0.001),
        ("GW", 1000.0),
    ),
)
_KW = Unit(
    "kW",
    (
        ("W", 0.001),
        ("MW", 1000.0),
    ),
)
_WATT = Unit("W", (("kW", 1000.0),))
_USD = Unit(
    "USD",
    (
        ("$", 1.0),
        ("k$", 1000.0),
        ("kUSD", 1000.0),
        ("M$", 1000000.0),
        ("MUSD", 1000000.0),
        ("B$", 1000000000.0),
        ("BUSD", 1000000000.0),
    ),
)
_USDPERMWH = Unit(
    "USD/MWh",
    (
        ("$/MWh", 1.0),
        ("USD/kWh", 1000.0),
        ("$/kWh", 1000.0),
        ("c/kWh", 10.0),
    ),
)
_USDPERMWHOUR = Unit(
    "USD/MW-h",
    (
        ("$/MW-h", 1.0),
        ("USD/MW/h", 1.0),
        ("USD/kW-h", 1000.0),
    ),
)
_USDPERKWMONTH = Unit(
    "USD/kW-month",
    (
        ("$/kW-month", 1.0),
        ("USD/kW/month", 1.0),
        ("USD/MW-month", 0.001),
    ),
)
_USDPERMWMONTH = Unit(
    "USD/MW-month",
    (
        ("$/MW-month", 1.0),
        ("USD/MW/month", 1.0),
        ("USD/kW-month", 1000.0),
    ),
)
_USDPERMW = Unit(
    "USD/MW",
    (
        ("$/MW", 1.0),
        ("M$/MW", 1000000.0),
        ("MUSD/MW", 1000000.0),
        ("USD/kW", 1000.0),
        ("$/kW", 1000.0),
    ),
)
_USDPERTH = Unit(
    "USD/TH/s",
    (
        ("USD/TH", 1.0),
        ("$/TH", 1.0),
    ),
)
_USDPERGPU = Unit(
    "USD/GPU",
    (
        ("$/GPU", 1.0),
        ("USD", 1.0),
        ("$", 1.0),
        ("k$", 1000.0),
    ),
)
_USDPERGPUHOUR = Unit(
    "USD/GPU-h",
    (
        ("$/GPU-h", 1.0),
        ("USD/GPU-hour", 1.0),
        ("$/h", 1.0),
    ),
)
_USDPERBTC = Unit(
    "USD/BTC",
    (
        ("USD", 1.0),
        ("$", 1.0),
        ("$/BTC", 1.0),
    ),
)
_USDPERMMBTU = Unit("USD/MMBtu", (("$/MMBtu", 1.0),))
_MMBTUPERMWH = Unit("MMBtu/MWh", (("Btu/kWh", 0.001),))
_THPERS = Unit(
    "TH/s",
    (
        ("PH/s", 1000.0),
        ("GH/s", 0.001),
    ),
)
_EHPERS = Unit(
    "EH/s",
    (
        ("PH/s", 0.001),
        ("ZH/s", 1000.0),
        ("TH/s", 1e-06),
    ),
)
_JPERTH = Unit("J/TH", (("W/TH", 1.0),))
_MWH = Unit(
    "MWh",
    (
        ("kWh", 0.001),
        ("GWh", 1000.0),
    ),
)
_DEGREES = Unit(
    "degC",
    (
        ("°C", 1.0),
        ("C", 1.0),
    ),
)
_ANGLE = Unit("deg", (("°", 1.0),))
_SHARE = Unit("1", (("%", 0.01),))
_RATE = Unit(
    "1/year",
    (
        ("%/year", 0.01),
        ("%", 0.01),
    ),
)
_MONTHS = Unit(
    "months",
    (
        ("month", 1.0),
        ("years", 12.0),
        ("year", 12.0),
    ),
)
_HOURS = Unit(
    "h",
    (
        ("hours", 1.0),
        ("hour", 1.0),
    ),
)

# Plain aliases: a type checker reads float, pydantic reads the unit and its reader.
Mw = Annotated[float, _MW, _reader(_MW), Field(allow_inf_nan=False)]
"""MW: power; of an AI hall say critical IT or grid."""
Kw = Annotated[float, _KW, _reader(_KW), Field(allow_inf_nan=False)]
"""kW: power of one device."""
Watt = Annotated[float, _WATT, _reader(_WATT), Field(allow_inf_nan=False)]
"""W: power of one machine."""
Usd = Annotated[float, _USD, _reader(_USD), Field(allow_inf_nan=False)]
"""USD: money, nominal."""
UsdPerMwh = Annotated[float, _USDPERMWH, _reader(_USDPERMWH), Field(allow_inf_nan=False)]
"""USD/MWh: price of energy."""
UsdPerMwHour = Annotated[float, _USDPERMWHOUR, _reader(_USDPERMWHOUR), Field(allow_inf_nan=False)]
"""USD/MW-h: price of a MW held ready for an hour."""
UsdPerKwMonth = Annotated[float, _USDPERKWMONTH, _reader(_USDPERKWMONTH), Field(allow_inf_nan=False)]
"""USD/kW-month: rent or capacity price."""
UsdPerMwMonth = Annotated[float, _USDPERMWMONTH, _reader(_USDPERMWMONTH), Field(allow_inf_nan=False)]
"""USD/MW-month: running cost per MW."""
UsdPerMw = Annotated[float, _USDPERMW, _reader(_USDPERMW), Field(allow_inf_nan=False)]
"""USD/MW: capital cost."""
UsdPerTh = Annotated[float, _USDPERTH, _reader(_USDPERTH), Field(allow_inf_nan=False)]
"""USD/TH/s: price of a mining machine per TH/s."""
UsdPerGpu = Annotated[float, _USDPERGPU, _reader(_USDPERGPU), Field(allow_inf_nan=False)]
"""USD/GPU: price of an accelerator with its share of the cluster."""
UsdPerGpuHour = Annotated[float, _USDPERGPUHOUR, _reader(_USDPERGPUHOUR), Field(allow_inf_nan=False)]
"""USD/GPU-h: rent of an accelerator."""
UsdPerBtc = Annotated[float, _USDPERBTC, _reader(_USDPERBTC), Field(allow_inf_nan=False)]
"""USD/BTC: price of a bitcoin."""
UsdPerMmbtu = Annotated[float, _USDPERMMBTU, _reader(_USDPERMMBTU), Field(allow_inf_nan=False)]
"""USD/MMBtu: price of gas."""
MmbtuPerMwh = Annotated[float, _MMBTUPERMWH, _reader(_MMBTUPERMWH), Field(allow_inf_nan=False)]
"""MMBtu/MWh: heat rate."""
ThPerS = Annotated[float, _THPERS, _reader(_THPERS), Field(allow_inf_nan=False)]
"""TH/s: hashrate of one machine."""
EhPerS = Annotated[float, _EHPERS, _reader(_EHPERS), Field(allow_inf_nan=False)]
"""EH/s: hashrate of the network."""
JPerTh = Annotated[float, _JPERTH, _reader(_JPERTH), Field(allow_inf_nan=False)]
"""J/TH: energy of a mining machine per terahash."""
Mwh = Annotated[float, _MWH, _reader(_MWH), Field(allow_inf_nan=False)]
"""MWh: energy."""
Degrees = Annotated[float, _DEGREES, _reader(_DEGREES), Field(allow_inf_nan=False)]
"""degC: temperature."""
Angle = Annotated[float, _ANGLE, _reader(_ANGLE), Field(allow_inf_nan=False)]
"""deg: latitude or longitude."""
Share = Annotated[float, _SHARE, _reader(_SHARE), Field(allow_inf_nan=False)]
"""1: fraction, 0-1."""
Rate = Annotated[float, _RATE, _reader(_RATE), Field(allow_inf_nan=False)]
"""1/year: yearly rate as a fraction."""
Months = Annotated[int, _MONTHS, _reader(_MONTHS)]
"""months: duration."""
Hours = Annotated[float, _HOURS, _reader(_HOURS), Field(allow_inf_nan=False)]
"""h: duration."""
WholeHours = Annotated[int, _HOURS, _reader(_HOURS)]
"""h: a whole number of hours."""


def _read_month(value: Any) -> Any:
    if isinstance(value, Month):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("month", "{value} is not a month; write it as 2027-01", {"value": repr(value)})
    try:
        return Month.parse(value)
    except ValueError:
        raise PydanticCustomError("month", "{value} is not a month; write it as 2027-01", {"value": repr(value)}) from None


CalendarMonth = Annotated[
    Month,
    BeforeValidator(_read_month),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-(0[1-9]|1[0-2])$", "examples": ["2027-01"]}),
]
"""A calendar month, written 2027-01."""
