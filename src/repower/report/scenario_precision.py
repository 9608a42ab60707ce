"""How sure the figures are that many scenarios give: sampling error alone, which more scenarios would lower."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from repower.portfolio import Portfolio
from repower.report import figures, tables
from repower.report.scenario_drivers import by_size, decimals, year_name
from repower.report.section import Floats
from repower.scenarios import measures
from repower.scenarios.connection_dates import NEVER
from repower.scenarios.draws import Sampling
from repower.scenarios.sampling_error import Estimate, independent_unit, of_cvar, of_mean, of_percentile


@dataclass(frozen=True)
class Precision:
    """A figure, its standard error and the interval that holds the truth of this model in 95 of 100 samples.

    The last three are None where the sample cannot tell them.
    """

    name: str
    units: str
    value: float
    error: float | None
    low: float | None
    high: float | None


def precision_of(portfolio: Portfolio, drawn: xr.Dataset, sampling: Sampling) -> tuple[Precision, ...]:
    """The figures that matter most."""
    zone, last = by_size(portfolio)[0], year_name(portfolio, portfolio.years - 1)
    tail = portfolio.policy.risk.tail_share
    bitcoin = drawn["btc_price_usd"].to_numpy()[:, -12:].mean(axis=1)
    mining = drawn["hashprice_usd_per_ph_day"].to_numpy().mean(axis=1)
    power = drawn["power_level_usd_per_mwh"].sel(zone=zone).to_numpy().mean(axis=1)
    rent = drawn["gpu_rent_factor"].to_numpy().mean(axis=1)
    never: Floats = np.asarray((drawn["queue_months"].to_numpy() >= NEVER).any(axis=1), dtype=np.float64)
    return (
        _mean(f"price of a bitcoin in {last}, mean", "USD/BTC", bitcoin, sampling),
        _percentile(f"price of a bitcoin in {last}, median", "USD/BTC", bitcoin, 0.5, sampling),
        _mean("hashprice of the study, mean", "USD/PH/day", mining, sampling),
        _percentile("hashprice of the study, P10", "USD/PH/day", mining, 0.1, sampling),
        _tail(f"hashprice of the study, {figures.tail(tail)}".replace(figures.GLUE, " "), "USD/PH/day", mining, tail, sampling),
        _mean(f"power of the study, {zone}, mean", "USD/MWh", power, sampling),
        _percentile(f"power of the study, {zone}, P90", "USD/MWh", power, 0.9, sampling),
        _mean("accelerator rent of the study, mean", "start = 1", rent, sampling),
        _percentile("accelerator rent of the study, P10", "start = 1", rent, 0.1, sampling),
        _mean("some connection step never comes", "of scenarios", never, sampling),
    )


def _mean(name: str, units: str, values: Floats, sampling: Sampling) -> Precision:
    if sampling == "quasi":
        return Precision(name, units, float(measures.mean(values)), None, None, None)
    return _told(name, units, of_mean(values, unit=independent_unit(sampling)))


def _percentile(name: str, units: str, values: Floats, share: float, sampling: Sampling) -> Precision:
    if sampling == "quasi":
        return Precision(name, units, float(measures.percentiles(values, (share,))[0]), None, None, None)
    return _told(name, units, of_percentile(values, share, unit=independent_unit(sampling)))


def _tail(name: str, units: str, values: Floats, share: float, sampling: Sampling) -> Precision:
    if sampling == "quasi":
        return Precision(name, units, float(measures.cvar(values, share)), None, None, None)
    return _told(name, units, of_cvar(values, share, unit=independent_unit(sampling)))


def _told(name: str, units: str, of: Estimate) -> Precision:
    return Precision(name, units, float(of.value), *(_finite(part) for part in (of.error, of.low, of.high)))


def _finite(value: Floats) -> float | None:
    return float(value) if np.isfinite(value) else None


def precision_table(rows: Sequence[Precision], scenarios: int, sampling: Sampling) -> str:
    """One row per figure."""
    columns = (
        tables.Column("figure", numeric=False),
        tables.Column("unit", numeric=False),
        tables.Column("value", "in its unit"),
        tables.Column("standard error", "± in its unit"),
        tables.Column("from", "95 of 100"),
        tables.Column("to", "95 of 100"),
        tables.Column("error", "of the value"),
    )
    shown = [
        tables.Row(
            (
                tables.words(row.name),
                tables.words(row.units),
                *(
                    tables.amount(value, decimals([row.error or row.value]))
                    for value in (row.value, row.error, row.low, row.high)
                ),
                tables.share(row.error / abs(row.value) if row.error is not None and row.value else None, 1),
            )
        )
        for row in rows
    ]
    why = (
        "Evenly spread scenarios have no error that one sample could tell: draw another seed and compare."
        if sampling == "quasi"
        else "Four times as many scenarios halve it."
    )
    caption = (
        f"Error of sampling of {figures.number(scenarios)} scenarios ({figures.text(sampling)}). {why} It says nothing of "
        "whether the model, its drifts or its volatilities are right: that is what the cases, the stresses and the limits below "
        "are for."
    )
    return tables.table(caption, columns, shown, name="precision", sortable=False)
