"""What might happen: many equally likely scenarios of all factors, as one labelled dataset.

Every factor and name has a stream of its own (`repower.markets.streams`), drawn for the longest possible study. So
scenario s is the same whatever the number of scenarios, the length of the study, or the zones and sites beside it.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy.special import ndtr

from repower.markets.bitcoin import hashprice, subsidy_btc
from repower.markets.shapes import Shapes, read_shapes
from repower.markets.streams import stream
from repower.portfolio import Portfolio, PowerMarket, Site
from repower.scenarios import processes
from repower.scenarios.dependence import FACTORS, cholesky, correlation_matrix

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Years of the longest study; paths are drawn for all of them, so a longer study begins with the shorter one's months.
LONGEST_YEARS = 40
#: Correlation of the works of two blocks of one site, as normal scores: the same crews, permits and weather (K judgement).
WORKS_CORRELATION = 0.3


def sample(portfolio: Portfolio, scenarios: int, seed: int, shapes: Shapes | None = None) -> xr.Dataset:
    """Draw `scenarios` equally likely scenarios.

    Parameters
    ----------
    portfolio : what we have
    scenarios : number of scenarios S, at least 1
    seed : 0 or more; the same seed gives the same scenarios
    shapes : hourly shapes; read from the portfolio's folder when absent

    Returns
    -------
    xr.Dataset
        dims scenario, month (labels), year (model years), zone, block ("site/block"), lease; each variable with `units` and
        `long_name`. `powered_month` and `lease_default_months` at or after the number of months mean: not in the horizon.

    Raises
    ------
    InputError
        for series that cannot be used
    """
    if scenarios < 1:
        raise ValueError(f"at least one scenario is needed, not {scenarios}")
    shapes = read_shapes(portfolio) if shapes is None else shapes
    bitcoin, gpu, power = _factor_shocks(portfolio, scenarios, seed)
    common = portfolio.markets.power_common_share
    levels = [
        processes.power_level_usd_per_mwh(
            market,
            _level(shapes, market),
            np.sqrt(common) * power + np.sqrt(1.0 - common) * _normals(portfolio, scenarios, seed, "power", market.name),
        )
        for market in portfolio.markets.power
    ]
    years = stream(seed, "shape_year").random((scenarios, LONGEST_YEARS))[:, : portfolio.years]
    return _dataset(
        portfolio,
        price_usd=processes.bitcoin_price_usd(portfolio.markets.bitcoin, bitcoin),
        rent_factor=processes.gpu_rent_factor(portfolio.markets.gpu_rent, gpu),
        levels=levels,
        shape_year=np.floor(years * len(shapes.years)).astype(np.int64),
        powered=[_powered(portfolio, site, scenarios, seed) for site in portfolio.sites],
        works=[_works(site, scenarios, seed) for site in portfolio.sites],
        defaults=[
            processes.default_month(
                lease.default_rate, stream(seed, "default", lease.name).random(scenarios), portfolio.horizon.months
            )
            for lease in portfolio.leases
        ],
        origin=seed,
    )


def base(portfolio: Portfolio, shapes: Shapes | None = None) -> xr.Dataset:
    """The one scenario without shocks and defaults: drifts, mean delays (rounded), the middle of every work's durations.

    The years of the shapes follow one another. Of bitcoin and rents this is the median path, of power levels the mean.
    """
    shapes = read_shapes(portfolio) if shapes is None else shapes
    horizon = portfolio.horizon
    still = np.zeros((1, horizon.months))
    delays = [
        [
            None if powered is None else np.round([processes.mean_delay_months(powered, portfolio.markets.time_to_power)])
            for powered in site.powered().values()
        ]
        for site in portfolio.sites
    ]
    return _dataset(
        portfolio,
        price_usd=processes.bitcoin_price_usd(portfolio.markets.bitcoin, still),
        rent_factor=processes.gpu_rent_factor(portfolio.markets.gpu_rent, still),
        levels=[
            processes.power_trend_usd_per_mwh(market, _level(shapes, market), horizon.months)[None, :]
            for market in portfolio.markets.power
        ],
        shape_year=np.arange(portfolio.years, dtype=np.int64)[None, :] % len(shapes.years),
        powered=[_in_order(portfolio, site, 1, delay) for site, delay in zip(portfolio.sites, delays, strict=True)],
        works=[np.full((1, len(site.blocks)), 0.5) for site in portfolio.sites],
        defaults=[np.full(1, horizon.months, dtype=np.int64) for _ in portfolio.leases],
        origin="base",
    )


def _dataset(
    portfolio: Portfolio,
    price_usd: FloatArray,
    rent_factor: FloatArray,
    levels: list[FloatArray],
    shape_year: IntArray,
    powered: list[IntArray],
    works: list[FloatArray],
    defaults: list[IntArray],
    origin: int | str,
) -> xr.Dataset:
    """The paths with names, units and words; network and hashprice follow from the price."""
    markets, horizon = portfolio.markets, portfolio.horizon
    scenarios = len(shape_year)
    subsidy = subsidy_btc(horizon)
    network = processes.network_eh_per_s(markets.bitcoin, price_usd, subsidy)
    paths, per_block = ("scenario", "month"), ("scenario", "block")
    hash_value = hashprice(price_usd, network, subsidy, markets.bitcoin.fee_share)
    default_months = np.stack(defaults, axis=1) if defaults else np.empty((scenarios, 0), dtype=np.int64)
    variables = {
        "btc_price_usd": (paths, price_usd, "USD/BTC", "price of a bitcoin"),
        "network_eh_per_s": (paths, network, "EH/s", "hashrate of the network"),
        "subsidy_btc": (("month",), subsidy, "BTC", "subsidy per block"),
        "hashprice_usd_per_ph_day": (paths, hash_value, "USD/PH/day", "revenue of one PH/s in a day"),
        "power_level_usd_per_mwh": (("scenario", "zone", "month"), np.stack(levels, axis=1), "USD/MWh", "mean price of power"),
        "shape_year": (("scenario", "year"), shape_year, "1", "year of the shapes from which the hours come"),
        "gpu_rent_factor": (
            paths,
            rent_factor,
            "1",
            "accelerator rent against the start",
        ),
        "powered_month": (
            per_block,
            np.concatenate(powered, axis=1),
            "months",
            "months from the start until the block has power",
        ),
        "works_quantile": (per_block, np.concatenate(works, axis=1), "1", "place in the distribution of the works' durations"),
        "lease_default_months": (
            ("scenario", "lease"),
            default_months,
            "months",
            "months from the start until the customer defaults",
        ),
    }
    return xr.Dataset(
        {name: (dims, values, {"units": units, "long_name": words}) for name, (dims, values, units, words) in variables.items()},
        coords={
            "scenario": np.arange(scenarios),
            "month": horizon.labels(),
            "year": np.arange(portfolio.years),
            "zone": [market.name for market in markets.power],
            "block": [f"{site.name}/{block.name}" for site in portfolio.sites for block in site.blocks],
            "lease": np.array([lease.name for lease in portfolio.leases], dtype=np.str_),
        },
        attrs={"seed": origin},
    )


def _level(shapes: Shapes, market: PowerMarket) -> float:
    """The level that the portfolio gives, or the mean of the file."""
    given = market.level_usd_per_mwh
    return float(shapes.mean_usd_per_mwh[shapes.zones.index(market.name)]) if given is None else given


def _normals(portfolio: Portfolio, scenarios: int, seed: int, *names: str) -> FloatArray:
    """Standard normal shocks [S, M] of one stream."""
    return stream(seed, *names).standard_normal((scenarios, 12 * LONGEST_YEARS))[:, : portfolio.horizon.months]


def _factor_shocks(portfolio: Portfolio, scenarios: int, seed: int) -> list[FloatArray]:
    """Correlated standard normal shocks of `FACTORS`, each [S, M]."""
    lower = cholesky(correlation_matrix(portfolio.markets.correlations))
    plain = np.stack([_normals(portfolio, scenarios, seed, "factor", name) for name in FACTORS])
    return list(np.tensordot(lower, plain, axes=(1, 0)))


def _powered(portfolio: Portfolio, site: Site, scenarios: int, seed: int) -> IntArray:
    """Months at which the blocks of a site have power [S, block]: blocks that wait for one step wait equally long."""
    delays: list[FloatArray | None] = []
    for powered in site.powered().values():
        if powered is None:
            delays.append(None)
        else:
            mean = processes.mean_delay_months(powered, portfolio.markets.time_to_power)
            delays.append(mean * stream(seed, "connection", site.name, str(powered.month)).standard_exponential(scenarios))
    return _in_order(portfolio, site, scenarios, delays)


def _in_order(portfolio: Portfolio, site: Site, scenarios: int, delays: list[FloatArray | None]) -> IntArray:
    """Months [S, block] from delays in months: no block before those before it; without a step, never."""
    months = np.empty((scenarios, len(site.blocks)), dtype=np.int64)
    for number, (powered, delay) in enumerate(zip(site.powered().values(), delays, strict=True)):
        if powered is None or delay is None:
            months[:, number] = portfolio.horizon.months
        else:
            months[:, number] = processes.step_month(powered, portfolio.start, delay)
    return np.maximum.accumulate(months, axis=1)


def _works(site: Site, scenarios: int, seed: int) -> FloatArray:
    """Where the durations of each block's works fall [S, block], uniform in (0, 1): a Gaussian copula with a common factor."""
    common = stream(seed, "works", site.name).standard_normal(scenarios)
    scores = [
        np.sqrt(WORKS_CORRELATION) * common
        + np.sqrt(1.0 - WORKS_CORRELATION) * stream(seed, "works", site.name, block.name).standard_normal(scenarios)
        for block in site.blocks
    ]
    return np.asarray(ndtr(np.stack(scores, axis=1)))
