"""What might happen: many equally likely scenarios of all factors, as one labelled dataset.

Each phenomenon has a module that turns draws into paths (`draw`) and knows the path without luck (`central`); here they are
put together, with names, units and words. Nothing is drawn here: see `repower.scenarios.draws`.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from repower.markets.bitcoin import hashprice, subsidy_btc
from repower.markets.shapes import Shapes, read_shapes
from repower.portfolio import Portfolio
from repower.scenarios import bitcoin_price, connection_dates, defaults, gpu_rent, network, power_level, works_luck
from repower.scenarios.draws import Draws

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


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
    markets = portfolio.markets
    draws = Draws(seed, scenarios, portfolio.horizon.months, markets.correlations)
    return _dataset(
        portfolio,
        price_usd=bitcoin_price.draw(markets.bitcoin, draws),
        rent_factor=gpu_rent.draw(markets.gpu_rent, draws),
        levels=power_level.draw(markets, _levels(portfolio, shapes), draws),
        shape_year=np.floor(draws.uniforms_by_year("shape_year") * len(shapes.years)).astype(np.int64),
        powered=np.concatenate([connection_dates.draw(portfolio, site, draws) for site in portfolio.sites], axis=1),
        works=np.concatenate([works_luck.draw(site, draws) for site in portfolio.sites], axis=1),
        default_months=defaults.draw(portfolio, draws),
        origin=seed,
    )


def base(portfolio: Portfolio, shapes: Shapes | None = None) -> xr.Dataset:
    """The one scenario without shocks and defaults: drifts, mean delays (rounded), the middle of every work's durations.

    The years of the shapes follow one another. Of bitcoin and rents this is the median path, of power levels the mean.
    """
    shapes = read_shapes(portfolio) if shapes is None else shapes
    markets, months = portfolio.markets, portfolio.horizon.months
    return _dataset(
        portfolio,
        price_usd=bitcoin_price.central(markets.bitcoin, months)[None],
        rent_factor=gpu_rent.central(markets.gpu_rent, months)[None],
        levels=power_level.central(markets, _levels(portfolio, shapes), months)[None],
        shape_year=np.arange(portfolio.years, dtype=np.int64)[None] % len(shapes.years),
        powered=np.concatenate([connection_dates.central(portfolio, site) for site in portfolio.sites])[None],
        works=np.full((1, sum(len(site.blocks) for site in portfolio.sites)), 0.5),
        default_months=np.full((1, len(portfolio.leases)), months, dtype=np.int64),
        origin="base",
    )


def _dataset(
    portfolio: Portfolio,
    price_usd: FloatArray,
    rent_factor: FloatArray,
    levels: FloatArray,
    shape_year: IntArray,
    powered: IntArray,
    works: FloatArray,
    default_months: IntArray,
    origin: int | str,
) -> xr.Dataset:
    """The paths with names, units and words; network and hashprice follow from the price."""
    markets, horizon = portfolio.markets, portfolio.horizon
    scenarios = len(shape_year)
    subsidy = subsidy_btc(horizon)
    hashrate = network.network_eh_per_s(markets.bitcoin, price_usd, subsidy)
    paths, per_block = ("scenario", "month"), ("scenario", "block")
    hash_value = hashprice(price_usd, hashrate, subsidy, markets.bitcoin.fee_share)
    variables = {
        "btc_price_usd": (paths, price_usd, "USD/BTC", "price of a bitcoin"),
        "network_eh_per_s": (paths, hashrate, "EH/s", "hashrate of the network"),
        "subsidy_btc": (("month",), subsidy, "BTC", "subsidy per block"),
        "hashprice_usd_per_ph_day": (paths, hash_value, "USD/PH/day", "revenue of one PH/s in a day"),
        "power_level_usd_per_mwh": (("scenario", "zone", "month"), levels, "USD/MWh", "mean price of power"),
        "shape_year": (("scenario", "year"), shape_year, "1", "year of the shapes from which the hours come"),
        "gpu_rent_factor": (
            paths,
            rent_factor,
            "1",
            "accelerator rent against the start",
        ),
        "powered_month": (
            per_block,
            powered,
            "months",
            "months from the start until the block has power",
        ),
        "works_quantile": (per_block, works, "1", "place in the distribution of the works' durations"),
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


def _levels(portfolio: Portfolio, shapes: Shapes) -> tuple[float, ...]:
    """The level of each zone that the portfolio gives, or the mean of its file."""
    return tuple(
        float(shapes.mean_usd_per_mwh[shapes.zones.index(market.name)])
        if market.level_usd_per_mwh is None
        else market.level_usd_per_mwh
        for market in portfolio.markets.power
    )
