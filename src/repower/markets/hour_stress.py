"""Stated events in the hours: scarcity, surplus, a cold or hot spell. Pure functions from shapes to shapes.

The mean of the shape is not set right again: a stress is dearer, or cheaper, than the expectation, and says by how much. Prices
are multiples of the level: for a price in USD/MWh divide it by the level of that month.

What February 2021 was in Texas, day-ahead at the hub average (D, from public hourly prices): 163 hours from 13 February 11:00 to
20 February 05:00 UTC, at 6,000 USD/MWh in the mean and 8,995 at most, where the median hour of the year cost 28.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from repower.horizon import HOURS_IN_YEAR
from repower.markets.shapes import Shapes

FloatArray = NDArray[np.float64]

#: First hour of the model year, hours, and mean price of the event of February 2021 in Texas (D).
WINTER_2021_FIRST_HOUR, WINTER_2021_HOURS, WINTER_2021_USD_PER_MWH = 43 * 24 + 11, 163, 6_000.0


def scarcity_week(
    shapes: Shapes, zones: Sequence[str], years: Sequence[int], first_hour: int, hours: int, multiple: float
) -> Shapes:
    """A run of scarcity: in its hours the price is at least `multiple` times the level.

    Parameters
    ----------
    zones : names of the zones that are struck, all of a grid say
    years : positions among the shape years
    first_hour, hours : first hour of the model year (0 is 00:00 UTC on 1 January) and number of hours; within the year
    multiple : of the level, above 0

    Raises ValueError for zones and years that there are not, and hours outside the year.
    """
    if not multiple > 0.0:
        raise ValueError(f"scarcity has a price of {multiple:g} levels, and must have one above 0")
    span = _span(first_hour, hours)
    prices = shapes.price_shape.copy()
    for place in _places(zones, shapes.zones, "zone"):
        for year in _checked_years(shapes, years):
            np.maximum(prices[place, year, span], multiple, out=prices[place, year, span])
    return replace(shapes, price_shape=prices)


def surplus_hours(shapes: Shapes, zones: Sequence[str], years: Sequence[int], hours: int, multiple: float) -> Shapes:
    """A glut of sun, wind or water: the cheapest `hours` of each year cost at most `multiple` times the level (0 or less).

    More hours below zero come where prices are low already, so that they fall into the hours and seasons in which they do.
    Raises ValueError for zones and years that there are not, more hours than a year has, and a multiple above 0.
    """
    if multiple > 0.0:
        raise ValueError(f"surplus has a price of {multiple:g} levels, and must have one of at most 0")
    if not 0 <= hours <= HOURS_IN_YEAR:
        raise ValueError(f"a year has no {hours} hours")
    prices = shapes.price_shape.copy()
    for place in _places(zones, shapes.zones, "zone"):
        for year in _checked_years(shapes, years):
            cheapest = np.argsort(prices[place, year], kind="stable")[:hours]
            prices[place, year, cheapest] = np.minimum(prices[place, year, cheapest], multiple)
    return replace(shapes, price_shape=prices)


def spell(shapes: Shapes, stations: Sequence[str], years: Sequence[int], first_hour: int, hours: int, warmer_k: float) -> Shapes:
    """A hot or (below 0) cold spell: dry and wet bulb of the stations are `warmer_k` higher in its hours.

    The wet bulb moves as far as the dry bulb, which is nearly so at the same relative humidity; a dry heat moves it less, so
    this is the harder case for cooling. Raises ValueError for stations and years that there are not, and hours outside the year.
    """
    span = _span(first_hour, hours)
    dry, wet = shapes.dry_bulb_c.copy(), shapes.wet_bulb_c.copy()
    for place in _places(stations, shapes.stations, "station"):
        for year in _checked_years(shapes, years):
            dry[place, year, span] += warmer_k
            wet[place, year, span] += warmer_k
    return replace(shapes, dry_bulb_c=dry, wet_bulb_c=wet)


def _span(first_hour: int, hours: int) -> slice:
    if first_hour < 0 or hours < 1 or first_hour + hours > HOURS_IN_YEAR:
        raise ValueError(f"{hours} hours from hour {first_hour} on do not lie within a year of {HOURS_IN_YEAR}")
    return slice(first_hour, first_hour + hours)


def _places(names: Sequence[str], known: tuple[str, ...], kind: str) -> list[int]:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"there is no {kind} {', '.join(unknown)}, only {', '.join(known)}")
    return [known.index(name) for name in names]


def _checked_years(shapes: Shapes, years: Sequence[int]) -> Sequence[int]:
    if any(not 0 <= year < len(shapes.years) for year in years):
        raise ValueError(f"shape years are 0 to {len(shapes.years) - 1}, not {', '.join(map(str, years))}")
    return years
