"""What might happen: many equally likely scenarios of all factors, as one labelled dataset.

Each phenomenon has a module that turns draws into paths (`draw`) and knows the path without luck (`central`); here they are
put together, with names, units and words. Nothing is drawn here: see `repower.scenarios.draws`.
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from repower.markets.bitcoin import subsidy_btc
from repower.markets.shapes import Shapes, read_shapes
from repower.portfolio import Portfolio
from repower.scenarios import bitcoin_paths, connection_dates, defaults, gpu_rent, money, power_level, works_luck
from repower.scenarios.draws import Draws, Sampling

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def sample(
    portfolio: Portfolio,
    scenarios: int,
    seed: int,
    shapes: Shapes | None = None,
    *,
    sampling: Sampling = "plain",
    first: int = 0,
) -> xr.Dataset:
    """Draw `scenarios` equally likely scenarios.

    Parameters
    ----------
    portfolio : what we have
    scenarios : number of scenarios S, at least 1
    seed : 0 or more; the same seed gives the same scenarios
    shapes : hourly shapes; read from the portfolio's folder when absent
    sampling : "plain", "antithetic" (pairs that mirror one another) or "quasi" (evenly spread), see `draws`
    first : number of the first scenario; parts drawn anywhere, in any order, are the scenarios of the whole

    Returns
    -------
    xr.Dataset
        dims scenario, month (labels), year (model years), zone, currency, block ("site/block"), lease; each variable with
        `units` and `long_name`. `powered_month` and `lease_default_months` at or after the number of months mean: not in the
        horizon.

    Raises
    ------
    InputError
        for series that cannot be used
    """
    if scenarios < 1:
        raise ValueError(f"at least one scenario is needed, not {scenarios}")
    if first < 0:
        raise ValueError(f"scenarios are numbered from 0, not from {first}")
    shapes = read_shapes(portfolio) if shapes is None else shapes
    markets = portfolio.markets
    draws = Draws(seed, scenarios, portfolio.horizon.months, markets.correlations, sampling, first)
    gpu, worth = gpu_rent.draw(markets.gpu_rent, draws), money.draw(portfolio, draws)
    drawn = _dataset(
        portfolio,
        bitcoin=bitcoin_paths.draw(markets.bitcoin, subsidy_btc(portfolio.horizon), draws),
        gpu=gpu,
        worth=worth,
        levels=power_level.draw(markets, _levels(portfolio, shapes), portfolio.horizon, draws),
        shape_year=np.floor(draws.uniforms_by_year("shape_year") * len(shapes.years)).astype(np.int64),
        dates=connection_dates.draw(portfolio, draws),
        works=np.concatenate([works_luck.draw(site, draws) for site in portfolio.sites], axis=1),
        default_months=defaults.draw(portfolio, gpu.regime, draws),
        origin=seed,
    )
    numbers = np.arange(first, first + scenarios)
    return drawn.assign_coords(scenario=numbers).assign_attrs(sampling=sampling)


def base(portfolio: Portfolio, shapes: Shapes | None = None) -> xr.Dataset:
    """The one scenario without shocks and defaults: drifts, the middle of delays, the middle of every work's durations.

    The years of the shapes follow one another. Of bitcoin and prices this is the median path, of rents the geometric
    mean, of power levels, base rate and currencies the mean.
    """
    shapes = read_shapes(portfolio) if shapes is None else shapes
    markets, months = portfolio.markets, portfolio.horizon.months
    return _dataset(
        portfolio,
        bitcoin=bitcoin_paths.central(markets.bitcoin, subsidy_btc(portfolio.horizon)),
        gpu=gpu_rent.central(markets.gpu_rent, months),
        worth=money.central(portfolio),
        levels=power_level.central(markets, _levels(portfolio, shapes), portfolio.horizon)[None],
        shape_year=np.arange(portfolio.years, dtype=np.int64)[None] % len(shapes.years),
        dates=connection_dates.central(portfolio),
        works=np.full((1, sum(len(site.blocks) for site in portfolio.sites)), 0.5),
        default_months=np.full((1, len(portfolio.leases)), months, dtype=np.int64),
        origin="base",
    )


def _dataset(
    portfolio: Portfolio,
    bitcoin: bitcoin_paths.BitcoinPaths,
    gpu: gpu_rent.GpuPaths,
    worth: money.MoneyPaths,
    levels: FloatArray,
    shape_year: IntArray,
    dates: connection_dates.Dates,
    works: FloatArray,
    default_months: IntArray,
    origin: int | str,
) -> xr.Dataset:
    """The paths with names, units and words."""
    markets, horizon = portfolio.markets, portfolio.horizon
    scenarios = len(shape_year)
    fleet = bitcoin.fleet
    paths, per_block = ("scenario", "month"), ("scenario", "block")
    variables = {
        "btc_price_usd": (paths, bitcoin.price_usd, "USD/BTC", "price of a bitcoin"),
        "network_eh_per_s": (paths, fleet.network_eh_per_s, "EH/s", "hashrate of the network"),
        "subsidy_btc": (("month",), bitcoin.subsidy_btc, "BTC", "subsidy per block"),
        "fee_share": (paths, bitcoin.fee_share, "1", "transaction fees per subsidy"),
        "hashprice_usd_per_ph_day": (paths, fleet.hashprice, "USD/PH/day", "revenue of one PH/s in a day"),
        "machine_usd_per_th": (paths, fleet.machine_usd_per_th, "USD/TH", "price of a newest mining machine"),
        "newest_j_per_th": (paths, fleet.newest_j_per_th, "J/TH", "efficiency of the newest mining machines delivered"),
        "marginal_j_per_th": (paths, fleet.marginal_j_per_th, "J/TH", "least efficient machines that pay for median power"),
        "power_level_usd_per_mwh": (
            ("scenario", "zone", "month"),
            money.in_usd(markets, levels, worth.usd_per_unit),
            "USD/MWh",
            "mean price of power",
        ),
        "shape_year": (("scenario", "year"), shape_year, "1", "year of the shapes from which the hours come"),
        "gpu_rent_factor": (
            paths,
            gpu.rent_factor,
            "1",
            "accelerator rent against the start",
        ),
        "gpu_regime": (paths, gpu.regime, "1", "market of accelerators: -1 glut, 0 normal, 1 scarcity"),
        "gpu_progress_years": (
            paths,
            gpu.progress_years,
            "years",
            "generations of accelerators that have arrived since the start, each as many years as it takes on average",
        ),
        "base_rate": (paths, worth.base_rate, "1/year", "interest that lenders add their margin to"),
        "price_index": (paths, worth.price_index, "1", "running costs and costs of halls against the start"),
        "usd_per_unit": (
            ("scenario", "currency", "month"),
            worth.usd_per_unit,
            "USD",
            "worth of a unit of the currency",
        ),
        "queue_months": (per_block, dates.queue, "months", "months from the start until the grid is ready"),
        "permit_months": (per_block, dates.permits, "months", "months from the start until permits and review are there"),
        "substation_months": (per_block, dates.substation, "months", "months of building a substation after both"),
        "powered_month": (per_block, dates.powered, "months", "months from the start until the block has power"),
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
            "currency": np.array([currency.name for currency in markets.money.currencies], dtype=np.str_),
            "lease": np.array([lease.name for lease in portfolio.leases], dtype=np.str_),
        },
        attrs={"seed": origin},
    )


def _levels(portfolio: Portfolio, shapes: Shapes) -> tuple[float, ...]:
    """The level of each zone that the portfolio gives, or the mean of its file, USD/MWh; a file may be in a currency."""
    worth = {currency.name: currency.usd_per_unit for currency in portfolio.markets.money.currencies}
    return tuple(
        float(shapes.mean_usd_per_mwh[shapes.zones.index(market.name)]) * worth.get(market.currency or "USD", 1.0)
        if market.level_usd_per_mwh is None
        else market.level_usd_per_mwh
        for market in portfolio.markets.power
    )
