"""The site problem as a linear programme: one constraint per physical or contractual statement, named for it.

Bounds other than non-negativity are written as rows, so that the exported LP reads like the contract:

    balance           spot + sum delivered + sum generation = sum tier + ai-served
    ai-load           ai-served + unserved = ai load
    connection        spot + sum delivered <= import limit
    ppa-account       taken = delivered + resold + left
    ppa-must-take     taken >= must-take share x contract MW
    ppa-contract      taken <= contract MW
    ppa-no-resale     resold = 0, for contracts that may not be resold
    generator-size    generation <= its MW
    tier-size         tier <= its MW

The objective is the margin, maximised. This twin exists to be read and to check the kernel by an independent way; it is
hundreds of times slower.
"""

from __future__ import annotations

from collections.abc import Sequence

import linopy
import numpy as np
import pandas as pd
import xarray as xr

from repower.dispatch.problem import Floats, SiteHours, checked
from repower.dispatch.result import HourResult
from repower.solver import solve


def build_model(
    problem: SiteHours,
    hours: Sequence[str | int] | None = None,
    ppas: Sequence[str] | None = None,
    generators: Sequence[str] | None = None,
    tiers: Sequence[str] | None = None,
) -> linopy.Model:
    """The linear programme of the site; labels of dims count from 0 where none are given.

    Variables (all >= 0, MW): ``spot``, ``ai-served``, ``unserved`` [hour]; ``ppa-taken``, ``ppa-delivered``,
    ``ppa-resold``, ``ppa-left`` [ppa, hour]; ``generation`` [generator, hour]; ``tier`` [tier, hour]. What the site has
    none of has no variables. Raises ValueError as `dispatch_hours` does.
    """
    p = checked(problem)
    hour = _index("hour", hours, len(p.ai_mw))
    ppa = _index("ppa", ppas, len(p.ppa_mw))
    generator = _index("generator", generators, len(p.generator_mw))
    tier = _index("tier", tiers, len(p.tier_mw))
    model = linopy.Model()

    def by_hour(values: Floats) -> xr.DataArray:
        return xr.DataArray(values, coords=[hour])

    spot, served, unserved = (
        model.add_variables(lower=0, coords=[hour], name=name) for name in ("spot", "ai-served", "unserved")
    )
    price = by_hour(p.market_price_usd_per_mwh)
    supply, through, demand = 1 * spot, 1 * spot, 1 * served
    margin = -((price + p.adder_usd_per_mwh) * spot).sum() - (p.unserved_usd_per_mwh * unserved).sum()

    if len(ppa):
        contract_mw = xr.DataArray(p.ppa_mw, coords=[ppa, hour])
        taken, delivered, resold, left = (
            model.add_variables(lower=0, coords=[ppa, hour], name=f"ppa-{name}")
            for name in ("taken", "delivered", "resold", "left")
        )
        must = xr.DataArray(p.ppa_must_take_share, coords=[ppa])
        fee = xr.DataArray(p.ppa_resale_fee_usd_per_mwh, coords=[ppa])
        model.add_constraints(taken - delivered - resold - left == 0, name="ppa-account")
        model.add_constraints(taken >= must * contract_mw, name="ppa-must-take")
        model.add_constraints(taken <= contract_mw, name="ppa-contract")
        if not p.ppa_resale.all():
            model.add_constraints(resold.sel(ppa=ppa[~p.ppa_resale]) == 0, name="ppa-no-resale")
        supply, through = supply + delivered.sum("ppa"), through + delivered.sum("ppa")
        margin = margin - (xr.DataArray(p.ppa_price_usd_per_mwh, coords=[ppa, hour]) * taken).sum()
        margin = margin - (p.adder_usd_per_mwh * delivered).sum() + ((price - fee) * resold).sum()
    if len(generator):
        generation = model.add_variables(lower=0, coords=[generator, hour], name="generation")
        model.add_constraints(generation <= xr.DataArray(p.generator_mw, coords=[generator, hour]), name="generator-size")
        supply = supply + generation.sum("generator")
        margin = margin - (xr.DataArray(p.generator_cost_usd_per_mwh, coords=[generator, hour]) * generation).sum()
    if len(tier):
        mining = model.add_variables(lower=0, coords=[tier, hour], name="tier")
        model.add_constraints(mining <= xr.DataArray(p.tier_mw, coords=[tier, hour]), name="tier-size")
        demand = demand + mining.sum("tier")
        margin = margin + (xr.DataArray(p.tier_value_usd_per_mwh, coords=[tier, hour]) * mining).sum()

    model.add_constraints(supply - demand == 0, name="balance")
    model.add_constraints(served + unserved == by_hour(p.ai_mw), name="ai-load")
    model.add_constraints(through <= by_hour(p.import_limit_mw), name="connection")
    model.add_objective(margin, sense="max")
    return model


def dispatch_hours_lp(problem: SiteHours) -> HourResult:
    """The same as `repower.dispatch.dispatch_hours`, by HiGHS.

    Where several dispatches are optimal it may return another one. The marginal values are the dual of `connection` and
    less that of `balance`: at a kink of the optimal value, any number between its left and right derivative.
    """
    p = checked(problem)
    model = build_model(p)
    solve(model)
    hours = len(p.ai_mw)

    def values(name: str, rows: int) -> Floats:
        if name not in model.variables:
            return np.zeros((rows, hours))
        # The simplex method leaves zeros of either sign and of rounding size.
        return np.asarray(np.maximum(model.variables[name].solution.to_numpy(), 0.0))

    ppas = len(p.ppa_mw)
    spot, served, unserved = values("spot", 1), values("ai-served", 1), values("unserved", 1)
    taken, delivered, resold, left = (values(f"ppa-{name}", ppas) for name in ("taken", "delivered", "resold", "left"))
    generation, tier = values("generation", len(p.generator_mw)), values("tier", len(p.tier_mw))
    price = p.market_price_usd_per_mwh
    margin = (
        (p.tier_value_usd_per_mwh * tier).sum(axis=0)
        - (price + p.adder_usd_per_mwh) * spot
        - (p.ppa_price_usd_per_mwh * taken + p.adder_usd_per_mwh * delivered).sum(axis=0)
        + ((price - p.ppa_resale_fee_usd_per_mwh[:, None]) * resold).sum(axis=0)
        - (p.generator_cost_usd_per_mwh * generation).sum(axis=0)
        - p.unserved_usd_per_mwh * unserved
    )
    return HourResult(
        spot_mw=spot,
        ppa_taken_mw=taken,
        ppa_delivered_mw=delivered,
        ppa_resold_mw=resold,
        ppa_left_mw=left,
        generation_mw=generation,
        tier_mw=tier,
        ai_served_mw=served,
        unserved_mw=unserved,
        margin_usd=margin,
        marginal_import_usd_per_mwh=model.constraints["connection"].dual.to_numpy(),
        marginal_energy_usd_per_mwh=-model.constraints["balance"].dual.to_numpy(),
    )


def _index(dim: str, labels: Sequence[str | int] | None, size: int) -> pd.Index:
    index = pd.Index(range(size) if labels is None else labels, name=dim)
    if len(index) != size or not index.is_unique:
        raise ValueError(f"the labels of {dim} must be {size} different ones, not {list(index)[:5]}")
    return index
