"""The hourly shapes of a portfolio: prices against their level and weather, all over the same years.

The level of a zone is a scenario, its hours are the file's: the price of an hour is level x shape. The years are those of
the files, each with mean 1 of its own; or, with `shape_years` in the portfolio, that many years resampled from them
(`repower.markets.resampled`), with mean 1 over all of them, so that a year of scarcity is dearer than others. Files of one
year only are taken as they are. What that leaves out: a shape does not change with its level (spikes grow in proportion), nor
over the years of the study (more solar power, more batteries); day-ahead is the only market.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.horizon import HOURS_IN_YEAR
from repower.markets.psychrometrics import wet_bulb_c
from repower.markets.resampled import ordinary_level, quietest_hour, resample_hours, resample_prices, source_days
from repower.markets.sources import HourlySeries, read_hourly
from repower.portfolio import Portfolio

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Shapes:
    """Hourly shapes; hour 0 of each year is 00:00 UTC on 1 January.

    Attributes
    ----------
    years : calendar years in the files, Y of them; or what resampled years are called ("resampled 1 of 20, days of 2020-2024")
    zones : names of the power markets, in the portfolio's order
    price_shape : price against its level [zone, Y, 8760], 1; its mean is 1 in each year of the files, or over all resampled
        years together
    mean_usd_per_mwh : mean of the file over all its years [zone], USD/MWh
    stations : names of the weather stations, in the portfolio's order
    dry_bulb_c, wet_bulb_c : temperature [station, Y, 8760], degC
    """

    years: tuple[int | str, ...]
    zones: tuple[str, ...]
    price_shape: FloatArray
    mean_usd_per_mwh: FloatArray
    stations: tuple[str, ...]
    dry_bulb_c: FloatArray
    wet_bulb_c: FloatArray


def read_shapes(portfolio: Portfolio) -> Shapes:
    """Read every series of a portfolio; each file once, from the portfolio's own folder.

    All files have the same calendar years; a file with one year only serves all years of the others.

    Raises
    ------
    InputError
        with every fault of every file (codes S301-S310)
    """
    files, problems = _read(portfolio)
    if problems:
        raise InputError(problems)
    years = _years(files)
    prices = np.stack([_spread(files[market.series], market.name, years) for market in portfolio.markets.power])
    dry_bulb = np.stack(
        [_spread(files[station.series], f"{station.name}_dry_bulb_c", years) for station in portfolio.markets.weather]
    )
    humidity = np.stack(
        [
            _spread(files[station.series], f"{station.name}_relative_humidity_share", years)
            for station in portfolio.markets.weather
        ]
    )
    pressure = np.array([station.pressure_kpa for station in portfolio.markets.weather])
    shapes = Shapes(
        years=years,
        zones=tuple(market.name for market in portfolio.markets.power),
        price_shape=prices / prices.mean(axis=2, keepdims=True),
        mean_usd_per_mwh=prices.mean(axis=(1, 2)),
        stations=tuple(station.name for station in portfolio.markets.weather),
        dry_bulb_c=dry_bulb,
        wet_bulb_c=np.asarray(wet_bulb_c(dry_bulb, humidity, pressure[:, None, None])),
    )
    count = portfolio.markets.shape_years
    return shapes if count == 0 or len(years) == 1 else resampled(shapes, prices, years, count)


def resampled(given: Shapes, prices: FloatArray, years: tuple[int, ...], count: int) -> Shapes:
    """`count` new years made of days of the given ones, the same days for all zones and stations.

    Parameters
    ----------
    given : shapes of the calendar years `years`, Y of them
    prices : the files' prices [zone, Y, 8760], USD/MWh

    For 10 zones and 10 stations 20 years are 42 MB: 8 bytes x 8,760 hours x (zones + 2 x stations) x years.
    """
    days = source_days(years, count)
    rest = prices / np.repeat(ordinary_level(prices), 24, axis=2)
    first_hour = quietest_hour(rest)
    words = f"days of {years[0]}-{years[-1]}"
    return replace(
        given,
        years=tuple(f"resampled {number + 1} of {count}, {words}" for number in range(count)),
        price_shape=resample_prices(prices, days, first_hour),
        dry_bulb_c=resample_hours(given.dry_bulb_c, days, first_hour),
        wet_bulb_c=resample_hours(given.wet_bulb_c, days, first_hour),
    )


def check_series(portfolio: Portfolio) -> list[Problem]:
    """Every fault of every series of a portfolio; empty when `read_shapes` would succeed."""
    return _read(portfolio)[1]


def _read(portfolio: Portfolio) -> tuple[dict[str, HourlySeries], list[Problem]]:
    wanted: dict[str, list[str]] = {}
    for market in portfolio.markets.power:
        wanted.setdefault(market.series, []).append(market.name)
    for station in portfolio.markets.weather:
        wanted.setdefault(station.series, []).extend((f"{station.name}_dry_bulb_c", f"{station.name}_relative_humidity_share"))
    folder = portfolio.origin.folder
    files: dict[str, HourlySeries] = {}
    problems: list[Problem] = []
    for name, columns in wanted.items():
        try:
            files[name] = read_hourly(folder / name, tuple(columns))
        except InputError as error:
            problems += error.problems
    problems += _differing_years(folder, files)
    for market in portfolio.markets.power:
        if market.series in files:
            problems += _not_positive(folder / market.series, market.name, files[market.series])
    return files, problems


def _years(files: dict[str, HourlySeries]) -> tuple[int, ...]:
    """Years of the first file with several, or of the first file at all."""
    return next((file.years for file in files.values() if len(file.years) > 1), next(iter(files.values())).years)


def _differing_years(folder: Path, files: dict[str, HourlySeries]) -> list[Problem]:
    if not files:
        return []
    years = _years(files)
    return [
        Problem(
            "S309",
            f"has the years {_words(file.years)}, another series {_words(years)}: hours of prices and weather must stay together",
            hint="cut all series to the same years, or leave one year in this file, which then serves all years",
            file=str(folder / name),
        )
        for name, file in files.items()
        if len(file.years) > 1 and file.years != years
    ]


def _not_positive(path: Path, column: str, series: HourlySeries) -> list[Problem]:
    means = series.values[column].mean(axis=1)
    return [
        Problem(
            "S310",
            f"the mean price of {year} is {mean:.2f} USD/MWh: a shape needs a mean above 0 to be scaled to a level",
            path=column,
            hint="leave this year out",
            file=str(path),
        )
        for year, mean in zip(series.years, means, strict=True)
        if mean <= 0
    ]


def _spread(series: HourlySeries, column: str, years: tuple[int, ...]) -> FloatArray:
    return np.broadcast_to(series.values[column], (len(years), HOURS_IN_YEAR))


def _words(years: tuple[int, ...]) -> str:
    return ", ".join(map(str, years))
