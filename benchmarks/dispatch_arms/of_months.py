"""Another site for the sums by month, without what couples hours: the package's monthly kernel and two usual ways.

A connection of 100 MW, a contract with a minimum take and resale, a gas plant, three tiers, an AI load with its PUE, prices
that may be negative; or the same at spot alone.
"""

from __future__ import annotations

import numpy as np

from repower.horizon import HOURS_IN_MONTH

HOURS = 8760
MUST, FEE, ADDER, LIMIT, UNSERVED = 0.7, 1.0, 2.0, 100.0, 10_000.0
PPA_MW, PPA_USD, GAS_MW, GAS_USD = 40.0, 42.0, 20.0, 60.0
TIER_MW, TIER_USD, IT_MW, PUE = (30.0, 30.0, 30.0), (120.0, 95.0, 70.0), 16.0, 1.25


def shape() -> np.ndarray:
    """[8760] daily and yearly swing, noise, rare spikes, some negative hours; mean 1."""
    rng = np.random.default_rng(1)
    hour = np.arange(HOURS)
    price = 42 + 8 * np.sin(2 * np.pi * hour / HOURS) + 12 * np.sin(2 * np.pi * hour / 24) + rng.normal(0, 12, HOURS)
    price += np.where(rng.random(HOURS) < 0.02, rng.lognormal(5, 1, HOURS), 0)
    return price / price.mean()


def levels(scenarios: int) -> np.ndarray:
    """[S, 12] USD/MWh."""
    return np.random.default_rng(2).uniform(25, 65, (scenarios, 12))


def prices(scenarios: int) -> np.ndarray:
    """[S x 8760] all hours, as the other ways need them."""
    return (np.repeat(levels(scenarios), HOURS_IN_MONTH, axis=1) * shape()).ravel()


def by_kernel(scenarios: int, threads: int, *, contracts: bool):
    from repower.dispatch import SiteMonths, dispatch_months

    rows = 1 if contracts else 0
    site = SiteMonths(
        price_shape=shape()[None],
        shape_year=np.zeros((1, 1), dtype=np.int64),
        level_usd_per_mwh=levels(scenarios),
        first_calendar_month=0,
        adder_usd_per_mwh=ADDER,
        import_limit_mw=np.full((1, 12), LIMIT),
        ppa_mw=np.full((rows, 12), PPA_MW),
        ppa_price_usd_per_mwh=np.full((rows, 12), PPA_USD),
        ppa_must_take_share=np.full(rows, MUST),
        ppa_resale=np.ones(rows, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.full(rows, FEE),
        generator_mw=np.full((rows, 12), GAS_MW),
        generator_cost_usd_per_mwh=np.full((rows, 12), GAS_USD),
        tier_mw=np.tile(TIER_MW, (1, 12, 1)),
        tier_value_usd_per_mwh=np.tile(TIER_USD, (1, 12, 1)),
        ai_it_mw=np.full((1, 12, 1), IT_MW),
        ai_pue=np.full((1, 1, HOURS), PUE),
        unserved_usd_per_mwh=UNSERVED,
    )

    def run() -> tuple[float, dict[str, float]]:
        return float(dispatch_months(site, threads=threads).margin_usd.sum()), {}

    return run


def sources(price: np.ndarray, *, contracts: bool) -> list[tuple[np.ndarray, float, bool]]:
    """Cost at the bus [hour], MW, whether it stands behind the connection; for a way that has no thought of resale."""
    brings = np.maximum(price - FEE, 0.0)
    spot = (price + ADDER, np.inf, True)
    if not contracts:
        return [spot]
    return [
        (brings + ADDER, MUST * PPA_MW, True),
        (np.maximum(PPA_USD, brings) + ADDER, (1 - MUST) * PPA_MW, True),
        spot,
        (np.full_like(price, GAS_USD), GAS_MW, False),
    ]


def by_sorting(scenarios: int, *, contracts: bool):
    """Sources sorted in every hour, cumulated, and overlapped with the loads' own cumulated megawatts; in numpy."""
    price = prices(scenarios)

    def run() -> tuple[float, dict[str, float]]:
        offered = sources(price, contracts=contracts)
        cost = np.stack([usd for usd, _, _ in offered])
        order = np.argsort(cost, axis=0, kind="stable")
        cost = np.take_along_axis(cost, order, axis=0)
        mw, imported = np.array([size for _, size, _ in offered])[order], np.array([behind for *_, behind in offered])[order]
        through = np.minimum(np.cumsum(np.where(imported, mw, 0.0), axis=0), LIMIT)
        supply = through + np.cumsum(np.where(imported, 0.0, mw), axis=0)
        below = np.vstack([np.zeros((1, len(price))), supply[:-1]])
        start, margin = 0.0, np.zeros(len(price))
        for value, load in zip((UNSERVED, *TIER_USD), (IT_MW * PUE, *TIER_MW), strict=True):
            served = np.clip(np.minimum(supply, start + load) - np.maximum(below, start), 0.0, None)
            margin += np.where(value > cost, served * (value - cost), 0.0).sum(axis=0)
            start += load
        if contracts:
            # Against nothing delivered: what must be taken is paid and resold, the rest is taken where reselling it pays.
            brings = np.maximum(price - FEE, 0.0)
            margin += MUST * PPA_MW * (brings - PPA_USD) + (1 - MUST) * PPA_MW * np.maximum(brings - PPA_USD, 0.0)
        return float(margin.sum() - UNSERVED * IT_MW * PUE * len(price)), {}

    return run


def by_highs(scenarios: int):
    """One block LP: spot, delivered, resold, taken, gas, three tiers, unserved per hour; three rows an hour."""
    import highspy
    from scipy.sparse import csc_array, eye_array, kron

    price = prices(scenarios)

    def run() -> tuple[float, dict[str, float]]:
        one = np.ones_like(price)
        gain = [-price - ADDER, -ADDER * one, price - FEE, -PPA_USD * one, -GAS_USD * one]
        gain += [*(usd * one for usd in TIER_USD), -UNSERVED * one]
        upper = np.array([np.inf, np.inf, np.inf, PPA_MW, GAS_MW, *TIER_MW, IT_MW * PUE])
        lower = np.array([0, 0, 0, MUST * PPA_MW, 0, 0, 0, 0, 0])
        block = np.array([[1, 1, 0, 0, 1, -1, -1, -1, 1], [0, 1, 1, -1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0, 0]])
        matrix = csc_array(kron(eye_array(len(price)), block))
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = 9 * len(price), 3 * len(price)
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_ = np.stack(gain, axis=1).ravel()
        lp.col_lower_, lp.col_upper_ = np.tile(lower, len(price)), np.tile(upper, len(price))
        lp.row_lower_ = np.tile([IT_MW * PUE, -np.inf, -np.inf], len(price))
        lp.row_upper_ = np.tile([IT_MW * PUE, 0.0, LIMIT], len(price))
        lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
        highs = highspy.Highs()
        highs.silent()
        highs.passModel(lp)
        highs.run()
        return float(highs.getObjectiveValue()), {}

    return run
