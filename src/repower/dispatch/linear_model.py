"""The site problem as a linear programme: one constraint per physical or contractual statement, named for it.

Bounds other than non-negativity are written as rows, so that the exported LP reads like the contract:

    balance                   spot + sum delivered + sum generation + sum discharge = sum tier + ai-served + sum charge + export
    ai-load                   ai-served + flexed + unserved = ai load
    flexible                  flexed <= flexible MW
    connection                spot + sum delivered <= import limit
    export-limit              export <= export limit
    one-way-import            spot + sum delivered <= M importing
    one-way-export            export <= M (1 - importing)
    ppa-account               taken = delivered + resold + left
    ppa-must-take             taken >= must-take share x contract MW
    ppa-contract              taken <= contract MW
    ppa-no-resale             resold = 0, for contracts that may not be resold
    generator-size            generation <= its MW
    generator-off             generation <= its MW x running
    generator-least           generation >= least share x its MW x running
    generator-start           start >= running - running an hour before (not running before the first)
    generator-up              sum of the starts in the last min-up hours <= running
    generation-permit         sum generation of all hours <= permit
    tier-size                 tier <= its MW
    reserve-share             reserve <= greatest share x tier
    battery-end               stored after the last hour >= what must be left
    battery-store             stored = stored before + charge efficiency x charge - discharge / discharge efficiency
    battery-size              stored <= its MWh
    battery-charge            charge <= its charge MW
    battery-discharge         discharge <= its discharge MW
    battery-one-way-charge    charge <= M charging
    battery-one-way-discharge discharge <= M (1 - charging)
    peak                      peak of the hour's cell >= spot + sum delivered
    demand-charge             demand-charge >= usd per MW x weight x peak

`importing`, `charging` and `running` are 0 or 1, and written only where `repower.dispatch.whole_numbers` finds that they
can matter; each M is the most that can flow there. What the site has none of is not written. The objective is margin less
demand charges plus what is left in store, maximised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import linopy
import numpy as np
import pandas as pd
import xarray as xr

# The one door to HiGHS also sets linopy's strict semantics, which the models here are written under.
import repower.solver  # noqa: F401
from repower.dispatch.arrays import Floats
from repower.dispatch.problem import SiteHours, checked
from repower.dispatch.whole_numbers import WholeNumbers, where_needed

Labels = Sequence[str | int]


@dataclass(frozen=True)
class _Writing:
    """A model while it is written, and what its parts add to the balance, to the connection and to the objective."""

    p: SiteHours
    whole: WholeNumbers
    at: dict[str, pd.Index]
    model: linopy.Model = field(default_factory=linopy.Model)
    supply: list[Any] = field(default_factory=list)
    through: list[Any] = field(default_factory=list)
    demand: list[Any] = field(default_factory=list)
    usd: list[Any] = field(default_factory=list)

    def variable(self, name: str, *dims: str) -> linopy.Variable:
        return self.model.add_variables(lower=0, coords=[self.at[dim] for dim in dims], name=name)

    def array(self, values: Floats, *dims: str) -> xr.DataArray:
        return xr.DataArray(values, coords=[self.at[dim] for dim in dims])


def build_model(
    problem: SiteHours,
    hours: Labels | None = None,
    ppas: Labels | None = None,
    generators: Labels | None = None,
    tiers: Labels | None = None,
    batteries: Labels | None = None,
    cells: Labels | None = None,
    charges: Labels | None = None,
    *,
    whole: WholeNumbers | None = None,
) -> linopy.Model:
    """The programme of the site; labels of dims count from 0 where none are given.

    Variables (all >= 0, MW unless said): ``spot``, ``ai-served``, ``unserved``, ``flexed``, ``export`` [hour];
    ``ppa-taken``, ``ppa-delivered``, ``ppa-resold``, ``ppa-left`` [ppa, hour]; ``generation`` [generator, hour]; ``tier``,
    ``reserve`` [tier, hour]; ``charge``, ``discharge``, ``stored`` (MWh) [battery, hour]; ``peak`` [cell];
    ``demand-charge`` (USD) [charge]. Of 0 or 1: ``importing`` [hour], ``charging`` [battery, hour], ``running``
    [generator, hour].

    Parameters
    ----------
    whole : where 0 or 1 is written; by default where it can matter.

    Raises ValueError as `repower.dispatch.dispatch_hours` does.
    """
    p = checked(problem)
    sizes = {"hour": len(p.ai_mw), "ppa": len(p.ppa_mw), "generator": len(p.generator_mw), "tier": len(p.tier_mw)}
    sizes |= {"battery": len(p.batteries), "cell": 0, "charge": 0}
    if p.peaks is not None:
        sizes |= {"charge": p.peaks.weight.shape[0], "cell": p.peaks.weight.shape[1]}
    given = (hours, ppas, generators, tiers, batteries, cells, charges)
    at = {dim: _index(dim, labels, size) for (dim, size), labels in zip(sizes.items(), given, strict=True)}
    w = _Writing(p, where_needed(p) if whole is None else whole, at)

    served = _spot_and_load(w)
    if sizes["ppa"]:
        _contracts(w)
    if sizes["generator"]:
        _generators(w)
    if sizes["tier"]:
        _mining(w)
    if sizes["battery"]:
        _batteries(w)
    export = _export(w)
    w.model.add_constraints(sum(w.supply) - sum(w.demand) == 0, name="balance")
    w.model.add_constraints(served == w.array(p.ai_mw, "hour"), name="ai-load")
    w.model.add_constraints(sum(w.through) <= w.array(p.import_limit_mw, "hour"), name="connection")
    if export is not None:
        _one_way(w, export)
    if sizes["cell"] and sizes["charge"]:
        _peaks(w)
    w.model.add_objective(sum(w.usd[1:], w.usd[0]), sense="max")
    return w.model


def relaxed(model: linopy.Model) -> linopy.Model:
    """The same programme with every 0 or 1 anything between; its value is not below that of `model`."""
    loose = model.copy()
    for name in list(loose.binaries):
        loose.variables[name].relax()
    return loose


def _spot_and_load(w: _Writing) -> Any:
    p = w.p
    assert p.coincident_usd_per_mw is not None
    assert p.flexible_mw is not None
    spot, served, unserved = w.variable("spot", "hour"), w.variable("ai-served", "hour"), w.variable("unserved", "hour")
    cost = w.array(p.market_price_usd_per_mwh + p.adder_usd_per_mwh + p.coincident_usd_per_mw, "hour")
    w.supply.append(1 * spot)
    w.through.append(1 * spot)
    w.demand.append(1 * served)
    w.usd.extend([-(cost * spot).sum(), -(p.unserved_usd_per_mwh * unserved).sum()])
    if not p.flexible_mw.any():
        return served + unserved
    flexed = w.variable("flexed", "hour")
    w.model.add_constraints(flexed <= w.array(p.flexible_mw, "hour"), name="flexible")
    w.usd.append(-(p.flexible_usd_per_mwh * flexed).sum())
    return served + flexed + unserved


def _contracts(w: _Writing) -> None:
    p = w.p
    assert p.coincident_usd_per_mw is not None
    contract_mw = w.array(p.ppa_mw, "ppa", "hour")
    taken, delivered, resold, left = (
        w.variable(f"ppa-{what}", "ppa", "hour") for what in ("taken", "delivered", "resold", "left")
    )
    w.model.add_constraints(taken - delivered - resold - left == 0, name="ppa-account")
    w.model.add_constraints(taken >= w.array(p.ppa_must_take_share, "ppa") * contract_mw, name="ppa-must-take")
    w.model.add_constraints(taken <= contract_mw, name="ppa-contract")
    if not p.ppa_resale.all():
        w.model.add_constraints(resold.sel(ppa=w.at["ppa"][~p.ppa_resale]) == 0, name="ppa-no-resale")
    w.supply.append(delivered.sum("ppa"))
    w.through.append(delivered.sum("ppa"))
    through = w.array(p.adder_usd_per_mwh + p.coincident_usd_per_mw, "hour")
    earned = w.array(p.market_price_usd_per_mwh, "hour") - w.array(p.ppa_resale_fee_usd_per_mwh, "ppa")
    w.usd.append(-(w.array(p.ppa_price_usd_per_mwh, "ppa", "hour") * taken).sum())
    w.usd.extend([-(through * delivered).sum(), (earned * resold).sum()])


def _generators(w: _Writing) -> None:
    p = w.p
    assert p.generator_least_share is not None
    assert p.generator_min_up_hours is not None
    generation = w.variable("generation", "generator", "hour")
    size = w.array(p.generator_mw, "generator", "hour")
    w.model.add_constraints(generation <= size, name="generator-size")
    if np.isfinite(p.generation_limit_mwh):
        w.model.add_constraints(generation.sum() <= p.generation_limit_mwh, name="generation-permit")
    w.supply.append(generation.sum("generator"))
    w.usd.append(-(w.array(p.generator_cost_usd_per_mwh, "generator", "hour") * generation).sum())
    if not w.whole.generator.any():
        return
    switched = w.at["generator"][w.whole.generator]
    running = w.model.add_variables(binary=True, coords=[switched, w.at["hour"]], name="running")
    size, share = size.sel(generator=switched), w.array(p.generator_least_share, "generator").sel(generator=switched)
    w.model.add_constraints(generation.sel(generator=switched) <= size * running, name="generator-off")
    w.model.add_constraints(generation.sel(generator=switched) >= share * size * running, name="generator-least")
    up = {name: int(p.generator_min_up_hours[w.at["generator"].get_loc(name)]) for name in switched}
    lasting = pd.Index([name for name in switched if up[name] > 1], name="generator")
    if len(lasting):
        start, running = (
            w.model.add_variables(lower=0, coords=[lasting, w.at["hour"]], name="start"),
            running.sel(generator=lasting),
        )
        w.model.add_constraints(start - running + running.shift(hour=1).fillna(0.0) >= 0, name="generator-start")
        windows = [start.sel(generator=[name]).rolling(hour=up[name]).sum() for name in lasting]
        w.model.add_constraints(running - linopy.merge(windows, dim="generator") >= 0, name="generator-up")


def _mining(w: _Writing) -> None:
    p = w.p
    mining = w.variable("tier", "tier", "hour")
    w.model.add_constraints(mining <= w.array(p.tier_mw, "tier", "hour"), name="tier-size")
    w.demand.append(mining.sum("tier"))
    w.usd.append((w.array(p.tier_value_usd_per_mwh, "tier", "hour") * mining).sum())
    if p.reserve_max_share > 0 and p.reserve_usd_per_mw_hour > 0:
        reserve = w.variable("reserve", "tier", "hour")
        w.model.add_constraints(reserve - p.reserve_max_share * mining <= 0, name="reserve-share")
        lost = np.maximum(p.tier_value_usd_per_mwh - p.market_price_usd_per_mwh, 0.0)
        earned = p.reserve_usd_per_mw_hour - p.reserve_called_share * lost
        w.usd.append((w.array(earned, "tier", "hour") * reserve).sum())


def _batteries(w: _Writing) -> None:
    def each(name: str) -> xr.DataArray:
        return w.array(np.array([getattr(battery, name) for battery in w.p.batteries]), "battery")

    charge, discharge, stored = (w.variable(name, "battery", "hour") for name in ("charge", "discharge", "stored"))
    last = stored.isel(hour=[-1])
    # Written first, so that a store that cannot be filled in time is the first limit an error names.
    w.model.add_constraints(last >= each("least_end_mwh"), name="battery-end")
    before, first = stored.shift(hour=1).fillna(0.0), w.array(np.arange(len(w.at["hour"])) == 0, "hour")
    entered, drawn = each("charge_efficiency") * charge, (1 / each("discharge_efficiency")) * discharge
    w.model.add_constraints(stored - before - entered + drawn == each("start_mwh") * first, name="battery-store")
    w.model.add_constraints(stored <= each("energy_mwh"), name="battery-size")
    w.model.add_constraints(charge <= each("charge_mw"), name="battery-charge")
    w.model.add_constraints(discharge <= each("discharge_mw"), name="battery-discharge")
    w.supply.append(discharge.sum("battery"))
    w.demand.append(charge.sum("battery"))
    w.usd.extend([-(each("usd_per_mwh_discharged") * discharge).sum(), (each("end_value_usd_per_mwh") * last).sum()])
    if w.whole.battery.any():
        where = xr.DataArray(w.whole.battery, coords=[w.at["battery"], w.at["hour"]])
        charging = w.model.add_variables(binary=True, coords=where.coords, mask=where, name="charging")
        most_in = np.minimum(each("charge_mw"), each("energy_mwh") / each("charge_efficiency"))
        most_out = np.minimum(each("discharge_mw"), each("energy_mwh") * each("discharge_efficiency"))
        w.model.add_constraints(charge - most_in * charging <= 0, name="battery-one-way-charge")
        w.model.add_constraints(discharge + most_out * charging <= most_out, name="battery-one-way-discharge")


def _export(w: _Writing) -> linopy.Variable | None:
    p = w.p
    assert p.export_limit_mw is not None
    if not p.export_limit_mw.any():
        return None
    export = w.variable("export", "hour")
    w.model.add_constraints(export <= w.array(p.export_limit_mw, "hour"), name="export-limit")
    w.demand.append(1 * export)
    w.usd.append(((w.array(p.market_price_usd_per_mwh, "hour") - p.export_fee_usd_per_mwh) * export).sum())
    return export


def _one_way(w: _Writing, export: linopy.Variable) -> None:
    p = w.p
    assert p.export_limit_mw is not None
    if not w.whole.meter.any():
        return
    # While the meter counts one way, all that is used comes in, or all that is sold is made behind it.
    used = p.tier_mw.sum(axis=0) + p.ai_mw + sum(battery.charge_mw for battery in p.batteries)
    made = p.generator_mw.sum(axis=0) + sum(battery.discharge_mw for battery in p.batteries)
    where = xr.DataArray(w.whole.meter, coords=[w.at["hour"]])
    importing = w.model.add_variables(binary=True, coords=where.coords, mask=where, name="importing")
    most_in, most_out = w.array(np.minimum(p.import_limit_mw, used), "hour"), w.array(np.minimum(p.export_limit_mw, made), "hour")
    w.model.add_constraints(sum(w.through) - most_in * importing <= 0, name="one-way-import")
    w.model.add_constraints(export + most_out * importing <= most_out, name="one-way-export")


def _peaks(w: _Writing) -> None:
    assert w.p.peaks is not None
    counted = np.flatnonzero(w.p.peaks.cell >= 0)
    peak, charge = w.variable("peak", "cell"), w.variable("demand-charge", "charge")
    if len(counted):
        of_hour = (1 * peak).isel(cell=xr.DataArray(w.p.peaks.cell[counted], coords=[w.at["hour"][counted]])).drop_vars("cell")
        w.model.add_constraints(of_hour - sum(w.through).isel(hour=counted) >= 0, name="peak")
    weighted = w.array(w.p.peaks.usd_per_mw[:, None] * w.p.peaks.weight, "charge", "cell")
    w.model.add_constraints(charge - weighted * peak >= 0, name="demand-charge", mask=weighted > 0)
    w.usd.append(-charge.sum())


def _index(dim: str, labels: Labels | None, size: int) -> pd.Index:
    index = pd.Index(range(size) if labels is None else labels, name=dim)
    if len(index) != size or not index.is_unique:
        raise ValueError(f"the labels of {dim} must be {size} different ones, not {list(index)[:5]}")
    return index
