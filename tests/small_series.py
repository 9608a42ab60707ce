"""Hourly series for the small portfolio, and the portfolio with its place: ``from small_series import write_hourly, small``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from repower.portfolio import Origin, Portfolio
from small_portfolio import SMALL_YAML


def stamps(years: tuple[int, ...]) -> list[str]:
    """Every hour of the calendar years, 29 February too."""
    first, last = np.datetime64(f"{years[0]}-01-01T00", "h"), np.datetime64(f"{years[-1] + 1}-01-01T00", "h")
    return [f"{hour}:00Z" for hour in np.arange(first, last)]


def write_hourly(path: Path, columns: dict[str, np.ndarray], years: tuple[int, ...]) -> Path:
    """A CSV of whole calendar years, one number per hour and column."""
    rows = zip(stamps(years), *(values.tolist() for values in columns.values()), strict=True)
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join([",".join(["time_utc", *columns]), *lines]) + "\n", encoding="utf-8")
    return path


def small_series(folder: Path, years: tuple[int, ...] = (2022, 2023)) -> None:
    """prices.csv and weather.csv with smooth, different columns; the mean of fjord is 25."""
    hours = len(stamps(years))
    turn = 2 * np.pi * np.arange(hours) / 24
    write_hourly(folder / "prices.csv", {"plains": 40 + 30 * np.cos(turn), "fjord": 25 + 5 * np.sin(turn)}, years)
    weather = {
        "ranch_dry_bulb_c": 20 + 8 * np.cos(turn),
        "ranch_relative_humidity_share": 0.6 - 0.1 * np.cos(turn),
        "fjord_dry_bulb_c": 3 + 4 * np.cos(turn),
        "fjord_relative_humidity_share": np.full(hours, 0.8),
    }
    write_hourly(folder / "weather.csv", weather, years)


def small(folder: Path, text: str = SMALL_YAML) -> Portfolio:
    """The small portfolio, as if read from `folder`; its series need not be there."""
    # the base loader leaves every scalar a text, so that Norway stays NO
    portfolio = Portfolio.model_validate(yaml.load(text, Loader=yaml.BaseLoader))
    portfolio._origin = Origin(folder, "", {})
    return portfolio
