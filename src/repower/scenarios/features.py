"""What a scenario is like, in numbers that can be compared: the mean of each driver over a span of months.

Prices, rents and indices count by their logarithm, rates as they are; power and defaults count as the share of the span with
power or with the customer, so that a span tells only what has happened by its end. The hour shapes do not count (their years
are equally likely and have no history), nor what follows from others (price and hashrate are in hashprice).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

#: Drivers and how much each counts in a comparison: a judgement of what moves the value of sites. All zones, blocks or leases
#: of a driver count together as one.
IMPORTANCE: dict[str, float] = {
    "hashprice_usd_per_ph_day": 1.0,
    "power_level_usd_per_mwh": 1.0,
    "gpu_rent_factor": 1.0,
    "powered_month": 0.5,
    "lease_default_months": 0.5,
    "works_quantile": 0.1,
    "base_rate": 0.1,
    "price_index": 0.1,
    "usd_per_unit": 0.1,
}
#: Months from the start at which something happens.
EVENTS = ("powered_month", "lease_default_months")
#: Known only when all works are over, so never within a span.
WITHOUT_PATH = ("works_quantile",)
AS_THEY_ARE = ("base_rate",)


@dataclass(frozen=True)
class Driver:
    """A driver's features of one span: name, labels (zones, blocks...; one "" where there is none), values [S, labels]."""

    name: str
    labels: tuple[str, ...]
    value: FloatArray


def drivers(scenarios: xr.Dataset, since: int, until: int) -> Iterator[Driver]:
    """Features of months `since` to `until` - 1 of every driver that is in the scenarios."""
    for name in IMPORTANCE:
        if name not in scenarios or not scenarios[name].size or name in WITHOUT_PATH:
            continue
        values = scenarios[name].transpose("scenario", ...).to_numpy()
        own = [dim for dim in scenarios[name].dims if dim not in ("scenario", "month")]
        labels = tuple(str(label) for label in scenarios[own[0]].to_numpy()) if own else ("",)
        if name in EVENTS:
            with_it = np.clip(until - values, 0, until - since) / (until - since)
            yield Driver(name, labels, with_it)
        else:
            path = values[..., since:until] if name in AS_THEY_ARE else np.log(values[..., since:until])
            yield Driver(name, labels, path.mean(axis=-1).reshape(len(values), -1))


def state(scenarios: xr.Dataset, month: int, span_months: int = 6, importance: Mapping[str, float] = IMPORTANCE) -> FloatArray:
    """What is known at the start of a month [S, F]: the last `span_months` months of every driver.

    Centred, and scaled so that the variances of a driver sum to its importance; what is the same in all scenarios is left out.
    """
    span = [(driver, 1.0) for driver in drivers(scenarios, max(0, month - span_months), month)]
    return _scaled(span, int(scenarios.sizes["scenario"]), importance)


def whole_path(
    scenarios: xr.Dataset,
    span_months: int = 60,
    yearly_discount: float = 0.1,
    importance: Mapping[str, float] = IMPORTANCE,
) -> FloatArray:
    """The whole path [S, F]: every driver in spans; a later span counts less, by its discount factor, and a span of little
    variance less than one of much.

    Long spans, because few scenarios cannot be near to many in hundreds of numbers at once.
    """
    months = int(scenarios.sizes["month"])
    parts = []
    for since in range(0, months, span_months):
        until = min(since + span_months, months)
        weight = (1.0 + yearly_discount) ** (-0.5 * (since + until) / 12.0) * (until - since) / 12.0
        parts += [(driver, weight) for driver in drivers(scenarios, since, until)]
    parts += [
        (Driver(name, tuple(map(str, scenarios[scenarios[name].dims[1]].to_numpy())), scenarios[name].to_numpy()), 1.0)
        for name in WITHOUT_PATH
        if name in scenarios
    ]
    return _scaled(parts, int(scenarios.sizes["scenario"]), importance)


def _scaled(parts: list[tuple[Driver, float]], scenarios: int, importance: Mapping[str, float]) -> FloatArray:
    """Columns of all parts, centred; the weighted variances of a driver sum to its importance."""
    columns: list[FloatArray] = []
    for name, counts in importance.items():
        own = [np.sqrt(weight) * (driver.value - driver.value.mean(axis=0)) for driver, weight in parts if driver.name == name]
        if not own:
            continue
        column = np.concatenate(own, axis=1)
        moves = column.std(axis=0) > 1e-12
        spread = np.sqrt((column[:, moves] ** 2).mean(axis=0).sum())
        if spread > 0.0:
            columns.append(column[:, moves] * (np.sqrt(counts) / spread))
    return np.concatenate(columns, axis=1) if columns else np.zeros((scenarios, 0))
