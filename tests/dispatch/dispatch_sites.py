"""Random sites, and the site problem written once more from raw arrays for scipy's own HiGHS."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from repower.dispatch import SiteHours


def random_site(rng: np.random.Generator, hours: int, *, coarse: bool | None = None) -> SiteHours:
    """All features at once. A coarse site has prices and MW on a grid, hence ties; a fine one has neither."""
    if coarse is None:
        coarse = bool(rng.random() < 0.6)
    ppas, generators, tiers = int(rng.integers(0, 4)), int(rng.integers(0, 3)), int(rng.integers(0, 5))

    def usd(low: float, high: float, *shape: int) -> np.ndarray:
        values = rng.uniform(low, high, shape)
        return np.round(values / 10) * 10 if coarse else values

    def mw(high: float, *shape: int) -> np.ndarray:
        values = rng.uniform(0, high, shape)
        values = np.round(values / 5) * 5 if coarse else values
        values[rng.random(shape) < 0.15] = 0.0
        if not coarse:
            values[rng.random(shape) < 0.05] *= 1e-4
            values[rng.random(shape) < 0.05] *= 20
        return values

    spikes = np.where(rng.random(hours) < 0.05, 40.0, 1.0)
    return SiteHours(
        market_price_usd_per_mwh=usd(-60, 120, hours) * spikes,
        adder_usd_per_mwh=float(rng.choice([0.0, 2.0, 10.0, -10.0])),
        import_limit_mw=mw(120, hours),
        ppa_mw=mw(60, ppas, hours),
        ppa_price_usd_per_mwh=np.maximum(usd(-10, 90, ppas, hours), -5.0),
        ppa_must_take_share=rng.choice([0.0, 0.5, 0.8, 1.0], ppas),
        ppa_resale=rng.random(ppas) < 0.5,
        ppa_resale_fee_usd_per_mwh=rng.choice([0.0, 1.0, 10.0], ppas),
        generator_mw=mw(40, generators, hours),
        generator_cost_usd_per_mwh=usd(20, 150, generators, hours),
        tier_mw=mw(50, tiers, hours),
        tier_value_usd_per_mwh=usd(-20, 160, tiers, hours),
        ai_mw=mw(80, hours),
        unserved_usd_per_mwh=float(rng.choice([10_000.0, 10_000.0, 100.0])),
    )


def raw_lp_margin(site: SiteHours) -> np.ndarray:
    """[H] margin of every hour by scipy, all hours in one block-diagonal programme.

    Columns of an hour: spot, ai served, unserved, then delivered, resold, left, taken by contract, generators, tiers.
    """
    hours, ppas = len(site.ai_mw), len(site.ppa_mw)
    plants, tiers = len(site.generator_mw), len(site.tier_mw)
    width = 3 + 4 * ppas + plants + tiers
    delivered, resold, _left, taken = (slice(3 + k * ppas, 3 + (k + 1) * ppas) for k in range(4))
    plant = slice(3 + 4 * ppas, 3 + 4 * ppas + plants)
    tier = slice(3 + 4 * ppas + plants, width)

    gain = np.zeros((hours, width))
    lower, upper = np.zeros((hours, width)), np.full((hours, width), np.inf)
    price = site.market_price_usd_per_mwh
    gain[:, 0] = -price - site.adder_usd_per_mwh
    gain[:, 2] = -site.unserved_usd_per_mwh
    gain[:, delivered] = -site.adder_usd_per_mwh
    gain[:, resold] = price[:, None] - site.ppa_resale_fee_usd_per_mwh
    gain[:, taken] = -site.ppa_price_usd_per_mwh.T
    gain[:, plant] = -site.generator_cost_usd_per_mwh.T
    gain[:, tier] = site.tier_value_usd_per_mwh.T
    upper[:, resold] = np.where(site.ppa_resale, np.inf, 0.0)
    lower[:, taken] = (site.ppa_mw * site.ppa_must_take_share[:, None]).T
    upper[:, taken] = site.ppa_mw.T
    upper[:, plant] = site.generator_mw.T
    upper[:, tier] = site.tier_mw.T

    equal = np.zeros((2 + ppas, width))
    equal[0, 0], equal[0, 1] = 1, -1
    equal[0, delivered], equal[0, plant], equal[0, tier] = 1, 1, -1
    equal[1, 1], equal[1, 2] = 1, 1
    for contract in range(ppas):
        equal[2 + contract, [3 + k * ppas + contract for k in range(4)]] = (1, 1, 1, -1)
    right = np.zeros((hours, 2 + ppas))
    right[:, 1] = site.ai_mw
    through = np.zeros((1, width))
    through[0, 0], through[0, delivered] = 1, 1

    answer = linprog(
        -gain.ravel(),
        A_ub=_blocks(through, hours),
        b_ub=site.import_limit_mw,
        A_eq=_blocks(equal, hours),
        b_eq=right.ravel(),
        bounds=np.column_stack([lower.ravel(), upper.ravel()]),
        method="highs",
    )
    assert answer.status == 0, answer.message
    return (gain * answer.x.reshape(hours, width)).sum(axis=1)


def turnover_usd(site: SiteHours) -> float:
    """Money that could change hands in the dearest hour; what a relative error is relative to, where margins are near zero."""
    price = np.abs(site.market_price_usd_per_mwh)
    energy = (site.ppa_mw * (np.abs(site.ppa_price_usd_per_mwh) + price)).sum(axis=0) + site.import_limit_mw * price
    value = (site.tier_mw * np.abs(site.tier_value_usd_per_mwh)).sum(axis=0) + site.ai_mw * site.unserved_usd_per_mwh
    return float(max(1.0, (energy + value).max()))


def in_order(site: SiteHours, *, tiers: np.ndarray | None = None, ppas: np.ndarray | None = None) -> SiteHours:
    """The same site with its tiers or contracts listed in another order."""
    if tiers is not None:
        site = replace(site, tier_mw=site.tier_mw[tiers], tier_value_usd_per_mwh=site.tier_value_usd_per_mwh[tiers])
    if ppas is not None:
        site = replace(
            site,
            ppa_mw=site.ppa_mw[ppas],
            ppa_price_usd_per_mwh=site.ppa_price_usd_per_mwh[ppas],
            ppa_must_take_share=site.ppa_must_take_share[ppas],
            ppa_resale=site.ppa_resale[ppas],
            ppa_resale_fee_usd_per_mwh=site.ppa_resale_fee_usd_per_mwh[ppas],
        )
    return site


def _blocks(block: np.ndarray, times: int) -> coo_array:
    row, column = np.nonzero(block)
    height, width = block.shape
    steps = np.arange(times)[:, None]
    data = np.tile(block[row, column], times)
    return coo_array(
        (data, ((row + steps * height).ravel(), (column + steps * width).ravel())), shape=(height * times, width * times)
    )
