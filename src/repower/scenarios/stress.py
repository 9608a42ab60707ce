"""Stresses put upon scenarios: what a named event changes in every one of them, identities kept.

The luck of each scenario stays its own, so that the same scenarios are compared with and without the event. Hashprice is
always computed from price, network, subsidy and fees; when the price is changed the world's miners follow it by the rules of
the network (`repower.scenarios.network`). A scarcity changes hours: the model year in which it happens gets shape years of its
own.

Left out: what a stress of one driver would do to others beyond that (dearer power to the network, a glut to defaults), and
events that change rules and not paths (`repower.scenarios.regulation` has a ban on mining and calls to curtail).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from repower.horizon import HOURS_IN_MONTH, Month
from repower.markets.bitcoin import hashprice
from repower.markets.hour_stress import scarcity_week
from repower.markets.miner_fleet import VINTAGE_MONTHS
from repower.markets.shapes import Shapes
from repower.portfolio import Change, Portfolio, Stress
from repower.scenarios import network
from repower.scenarios.regulation import delay_connections, pause_queue

FloatArray = NDArray[np.float64]


def apply(stress: Stress, scenarios: xr.Dataset, portfolio: Portfolio, shapes: Shapes) -> tuple[xr.Dataset, Shapes]:
    """The scenarios and hours in which a stress happens.

    Parameters
    ----------
    stress : of the program (`repower.scenarios.known_stresses`) or of the portfolio.
    scenarios : from `sample` or `base`, of this portfolio and these shapes.

    Returns
    -------
    Scenarios with the stress' name as attribute `stress`, and shapes; what is not struck is the same as before.

    Raises
    ------
    ValueError : a place or month that there is not (a portfolio that was read has been checked).
    """
    for change in stress.changes:
        if change.what == "scarcity":
            scenarios, shapes = _scarcity(change, scenarios, portfolio, shapes)
        else:
            scenarios = _changed(change, scenarios, portfolio)
    return scenarios.assign_attrs(stress=stress.name), shapes


def _changed(change: Change, scenarios: xr.Dataset, portfolio: Portfolio) -> xr.Dataset:
    match change.what:
        case "bitcoin_price":
            return with_price(scenarios, portfolio, _path(change, scenarios["btc_price_usd"], portfolio))
        case "network":
            hashrate = scenarios["network_eh_per_s"]
            return _with_hashprice(scenarios.assign(network_eh_per_s=hashrate.copy(data=_path(change, hashrate, portfolio))))
        case "power_level":
            level = scenarios["power_level_usd_per_mwh"]
            struck = np.isin(level["zone"].to_numpy(), zones_at(portfolio, change.where))
            path = np.where(struck[None, :, None], _path(change, level, portfolio), level.to_numpy())
            return scenarios.assign(power_level_usd_per_mwh=level.copy(data=path))
        case "gpu_rent" | "gpu_regime" | "base_rate":
            name = {"gpu_rent": "gpu_rent_factor", "gpu_regime": "gpu_regime", "base_rate": "base_rate"}[change.what]
            values = scenarios[name]
            return scenarios.assign({name: values.copy(data=_path(change, values, portfolio).astype(values.dtype))})
        case "power_date":
            return _later(change, scenarios, portfolio)
        case "queue":
            for region in dict.fromkeys(site.region for site in portfolio.sites):
                if change.where in (None, region):
                    scenarios = pause_queue(scenarios, portfolio, region, change.add_months or 0)
            return scenarios
        case "default":
            return _defaulted(change, scenarios, portfolio)
    raise ValueError(f"nobody knows how to change {change.what}")


def months_of(change: Change, portfolio: Portfolio) -> slice:
    """Months from the start of the study in which a change holds."""
    horizon = portfolio.horizon
    first = horizon.offset(change.from_) if change.from_ is not None else 0
    end = horizon.offset(change.until) + 1 if change.until is not None else horizon.months
    if not 0 <= first < horizon.months or end <= first:
        raise ValueError(f"a change from {change.from_} until {change.until} is not within the study")
    return slice(first, min(end, horizon.months))


def zones_at(portfolio: Portfolio, where: str | None) -> list[str]:
    """Zones of that name, of the region, or of sites in the country; all of them when `where` is None."""
    in_country = {site.power_market for site in portfolio.sites if site.country == where}
    found = [zone.name for zone in portfolio.markets.power if where in (None, zone.name, zone.region) or zone.name in in_country]
    if not found:
        raise ValueError(f"there is no zone, region or country {where}")
    return found


def with_price(scenarios: xr.Dataset, portfolio: Portfolio, price_usd: FloatArray) -> xr.Dataset:
    """The scenarios with other prices of bitcoin [S, M]: the world's miners order, plug in and switch off by the new price.

    Network, price and marginal efficiency of machines change in the proportion in which the rules of the fleet change them
    between the old and the new price, at each scenario's gain of machines. What a scenario's network is beside the rules
    (surprises, other changes) stays in proportion. The fleet that stands at the start has come by the old price, and no machine
    is sold for less than it costs to make.
    """
    bitcoin = portfolio.markets.bitcoin
    subsidy, fees = scenarios["subsidy_btc"].to_numpy(), scenarios["fee_share"].to_numpy()
    gain, none = _machine_gain(scenarios, bitcoin.newest_j_per_th), np.zeros(price_usd.shape)
    old = scenarios["btc_price_usd"].to_numpy()
    seen = price_usd.copy()
    seen[:, 0] = old[:, 0]
    before, after = (network.paths(bitcoin, price, subsidy, fees, gain, none) for price in (old, seen))
    follows = {"btc_price_usd": price_usd}
    for name in ("network_eh_per_s", "machine_usd_per_th", "marginal_j_per_th"):
        follows[name] = scenarios[name].to_numpy() * getattr(after, name) / getattr(before, name)
    made_usd_per_th = bitcoin.machine_made_usd_per_watt * scenarios["newest_j_per_th"].to_numpy()
    follows["machine_usd_per_th"] = np.maximum(follows["machine_usd_per_th"], made_usd_per_th)
    return _with_hashprice(scenarios.assign({name: scenarios[name].copy(data=values) for name, values in follows.items()}))


def _machine_gain(scenarios: xr.Dataset, newest_j_per_th: float) -> FloatArray:
    """Yearly gain of machines of each scenario [S], read off the newest of the last quarter."""
    quarters = (scenarios.sizes["month"] - 1) // VINTAGE_MONTHS
    years = quarters * VINTAGE_MONTHS / 12.0
    return np.asarray(1.0 - (scenarios["newest_j_per_th"].to_numpy()[:, -1] / newest_j_per_th) ** (1.0 / years))


def _with_hashprice(scenarios: xr.Dataset) -> xr.Dataset:
    values = hashprice(
        scenarios["btc_price_usd"].to_numpy(),
        scenarios["network_eh_per_s"].to_numpy(),
        scenarios["subsidy_btc"].to_numpy(),
        scenarios["fee_share"].to_numpy(),
    )
    return scenarios.assign(hashprice_usd_per_ph_day=scenarios["hashprice_usd_per_ph_day"].copy(data=values))


def _path(change: Change, values: xr.DataArray, portfolio: Portfolio) -> FloatArray:
    """The path [..., M] with a factor, an addition or a value in the change's months."""
    path = values.to_numpy().astype(np.float64)
    span = months_of(change, portfolio)
    if change.set is not None:
        path[..., span] = change.set
    else:
        path[..., span] = path[..., span] * (1.0 if change.factor is None else change.factor) + (change.add or 0.0)
    return path


def _later(change: Change, scenarios: xr.Dataset, portfolio: Portfolio) -> xr.Dataset:
    """Steps of the sites at `where` that are not energised come later."""
    struck = np.array([change.where in (None, site.name, site.country) for site in portfolio.sites for _ in site.blocks])
    later = delay_connections(scenarios, portfolio, change.add_months or 0)
    names = ("queue_months", "permit_months", "powered_month")
    dates = {name: np.where(struck, later[name].to_numpy(), scenarios[name].to_numpy()) for name in names}
    return scenarios.assign({name: scenarios[name].copy(data=values) for name, values in dates.items()})


def _defaulted(change: Change, scenarios: xr.Dataset, portfolio: Portfolio) -> xr.Dataset:
    """Customers default in the first month of the change, unless they did before."""
    month = months_of(change, portfolio).start
    had = scenarios["lease_default_months"]
    struck = np.array([change.where in (None, name) for name in had["lease"].to_numpy()], dtype=np.bool_)
    return scenarios.assign(
        lease_default_months=had.copy(data=np.where(struck, np.minimum(had.to_numpy(), month), had.to_numpy()))
    )


def _scarcity(change: Change, scenarios: xr.Dataset, portfolio: Portfolio, shapes: Shapes) -> tuple[xr.Dataset, Shapes]:
    """Hours from the first of the change's month on at the least at `factor` times the level, in that model year alone.

    Every shape year that some scenario has in that model year is copied with the event in it; those scenarios get the copy.
    """
    month = months_of(change, portfolio).start
    year, calendar = divmod(month, 12)[0], (portfolio.start + month).month
    had = scenarios["shape_year"]
    chosen = had.to_numpy().copy()
    used = np.unique(chosen[:, year])
    more = replace(
        shapes,
        years=(*shapes.years, *(f"{shapes.years[place]} with {change.hours} hours of scarcity" for place in used)),
        price_shape=np.concatenate([shapes.price_shape, shapes.price_shape[:, used]], axis=1),
        dry_bulb_c=np.concatenate([shapes.dry_bulb_c, shapes.dry_bulb_c[:, used]], axis=1),
        wet_bulb_c=np.concatenate([shapes.wet_bulb_c, shapes.wet_bulb_c[:, used]], axis=1),
    )
    copies = range(len(shapes.years), len(more.years))
    first_hour = int(sum(HOURS_IN_MONTH[: calendar - 1]))
    struck = scarcity_week(
        more, zones_at(portfolio, change.where), tuple(copies), first_hour, change.hours or 1, change.factor or 1.0
    )
    chosen[:, year] = copies.start + np.searchsorted(used, chosen[:, year])
    return scenarios.assign(shape_year=had.copy(data=chosen)), struck


def first_month(portfolio: Portfolio, years: int) -> Month:
    """The month so many years after the start, or the last of the study."""
    return portfolio.start + min(12 * years, portfolio.horizon.months - 1)
