"""What moves together: the correlations that are asked for, those of the shocks drawn, and those of what came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import xarray as xr

from repower.portfolio import Portfolio
from repower.report import figures, tables
from repower.report.scenario_drivers import by_size
from repower.report.section import Floats
from repower.scenarios.connection_dates import REGION_CORRELATION
from repower.scenarios.dependence import FACTORS, correlation_matrix
from repower.scenarios.draws import Draws
from repower.scenarios.sampling_error import Estimate, independent_unit, of_mean


@dataclass(frozen=True)
class Together:
    """Two things whose months move together.

    first, second : factors, or what is common to zones.  asked : correlation of their shocks.  shocks, paths : mean over
    scenarios of the correlation of the shocks drawn and of the monthly changes of the paths, each with its standard error
    (None where it cannot be told, or where there is no such thing).
    """

    first: str
    second: str
    asked: float
    shocks: float | None
    shocks_error: float | None
    paths: float
    paths_error: float | None


def correlations_of(portfolio: Portfolio, drawn: xr.Dataset, draws: Draws, gas_factor: Floats) -> tuple[Together, ...]:
    """All pairs of factors, then the zones of one region and of different ones.

    draws : those that made the scenarios.  gas_factor : of these scenarios [S, M].
    """
    asked = correlation_matrix(portfolio.markets.correlations)
    shocks = {name: _scaled(draws.shocks(name)[:, 1:]) for name in FACTORS}
    paths = {name: _scaled(changes) for name, changes in _changes(portfolio, drawn, gas_factor).items()}
    pairs = []
    for one, other in combinations(range(len(FACTORS)), 2):
        names = FACTORS[one], FACTORS[other]
        made = _estimate((shocks[names[0]] * shocks[names[1]]).sum(axis=1), draws)
        came = _estimate((paths[names[0]] * paths[names[1]]).sum(axis=1), draws)
        pairs.append(Together(*names, float(asked[one, other]), *made, *came))
    return (*pairs, *_zones(portfolio, drawn, draws))


def _changes(portfolio: Portfolio, drawn: xr.Dataset, gas_factor: Floats) -> dict[str, Floats]:
    """Changes of the driver that each factor moves, from month to month [S, M - 2]; of power in the zone with most grid MW.

    The index of a month is made of the inflation of the month before.
    """
    level = drawn["power_level_usd_per_mwh"].sel(zone=by_size(portfolio)[0])
    inflation = np.diff(np.log(drawn["price_index"].to_numpy()), axis=1)
    moved = {
        "bitcoin": np.log(drawn["btc_price_usd"].to_numpy()),
        "gpu": np.log(drawn["gpu_rent_factor"].to_numpy()),
        "power": np.log(level.to_numpy()),
        "gas": np.log(gas_factor),
        "rate": drawn["base_rate"].to_numpy(),
    }
    return {**{name: np.diff(values, axis=1)[:, :-1] for name, values in moved.items()}, "inflation": np.diff(inflation, axis=1)}


def _zones(portfolio: Portfolio, drawn: xr.Dataset, draws: Draws) -> list[Together]:
    """Mean correlation of the levels' monthly changes between zones of one region, and of different regions."""
    markets = portfolio.markets
    changes = _scaled(np.diff(np.log(drawn["power_level_usd_per_mwh"].to_numpy()), axis=2))
    found = []
    for words, same, asked in (
        ("another of its region", True, markets.power_region_share),
        ("a zone elsewhere", False, markets.power_common_share),
    ):
        pairs = [
            (one, other)
            for one, other in combinations(range(len(markets.power)), 2)
            if (markets.power[one].region is not None and markets.power[one].region == markets.power[other].region) == same
        ]
        if pairs:
            each = np.mean([(changes[:, one] * changes[:, other]).sum(axis=1) for one, other in pairs], axis=0)
            found.append(Together("a power zone", words, asked, None, None, *_estimate(each, draws)))
    return found


def _scaled(changes: Floats) -> Floats:
    """Each scenario's path less its mean, of length 1 [..., M]; a path that never moves stays at 0."""
    centred = changes - changes.mean(axis=-1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=-1, keepdims=True))
    return np.asarray(np.divide(centred, length, out=np.zeros_like(centred), where=length > 1e-12))


def _estimate(by_scenario: Floats, draws: Draws) -> tuple[float, float | None]:
    """Mean over scenarios and its standard error, where one sample can tell it."""
    if draws.sampling == "quasi":
        return float(by_scenario.mean()), None
    found: Estimate = of_mean(by_scenario, unit=independent_unit(draws.sampling))
    return float(found.value), float(found.error) if np.isfinite(found.error) else None


def correlation_table(pairs: Sequence[Together]) -> str:
    """All pairs: asked, drawn, come of it."""
    columns = (
        tables.Column("of", numeric=False),
        tables.Column("and", numeric=False),
        tables.Column("asked", "correlation"),
        tables.Column("of the shocks drawn", "correlation"),
        tables.Column("sampling error", "± correlation"),
        tables.Column("of the paths' changes", "correlation"),
        tables.Column("sampling error", "± correlation"),
    )
    rows = [
        tables.Row(
            (
                tables.words(pair.first),
                tables.words(pair.second),
                _signed(pair.asked, 2),
                _signed(pair.shocks, 3),
                _signed(pair.shocks_error, 3),
                _signed(pair.paths, 3),
                _signed(pair.paths_error, 3),
            )
        )
        for pair in pairs
    ]
    caption = (
        "Months of each scenario against one another, then the mean over scenarios. Pairs that the portfolio does not name are "
        "asked to be 0. The path of a driver has more in it than its factor's shock: turbulence, regimes, what is a zone's own, "
        "currencies. So its correlation is nearer to 0 than what was asked. Power is that of the zone with most MW. Dates of "
        f"power are correlated within a region ({REGION_CORRELATION:g}, a judgement) and customers through gluts; nothing else "
        "hangs together."
    )
    return tables.table(caption, columns, rows, name="correlations")


def _signed(value: float | None, places: int) -> tables.Cell:
    """A number that may well be below zero: not red."""
    if value is None:
        return tables.amount(None)
    return tables.html(figures.number(value, places), value, "n")
