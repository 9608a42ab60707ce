"""What ran in each hour: arrays by source and use, and a labelled dataset of them. `repower.dispatch.audit` checks them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import ArrayLike

from repower.dispatch.arrays import Floats

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Certificate:
    """How good a dispatch is, and how that is known.

    objective_usd : what it earns over the horizon.  bound_usd : no dispatch of the same problem earns more. Found from prices
    alone (`repower.dispatch.certificate`), so that it does not lean on the search; where prices cannot prove it, because
    hours are not concave, by dynamic programming once more without its short cut (`repower.dispatch.backwards`); or that
    of HiGHS.
    gap : (bound - objective) / max(1 USD, \\|objective\\|), not negative.
    method : ``exact`` (the kernel, gap at most 1e-7), ``bounded`` (the kernel, with the gap that it could not close),
        ``lp`` or ``milp`` (HiGHS), ``rolling`` (without foresight; the bound is that of perfect foresight).
    remarks : where the problem is not concave and what was done about it; empty for a plain one.
    seconds : wall-clock of finding it.
    """

    objective_usd: float
    bound_usd: float
    gap: float
    method: Literal["exact", "bounded", "lp", "milp", "rolling"]
    remarks: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class HourResult:
    """One site, hour by hour; dims as in `SiteHours`. MW at the site meter, money positive to us.

    spot_mw : [H] bought at the market price through the connection.
    ppa_taken_mw : [P, H] paid for; is the sum of ppa_delivered_mw (used here, through the connection), ppa_resold_mw
        (sold at the market price less the fee, without the connection) and ppa_left_mw (not used).
    generation_mw : [G, H].  export_mw : [H] sold to the market through the connection.
    tier_mw : [K, H] mining.  reserve_mw : [K, H] the part of it that is offered as reserve.
    ai_served_mw, flexed_mw, unserved_mw : [H] sum to the AI load; flexed is interrupted by agreement.
    charge_mw, discharge_mw : [B, H] at the bus, never both.  stored_mwh : [B, H] at the end of the hour.
    margin_usd : [H] mining value, reserve, export and resale less energy, wear, coincident peaks and what is not served;
        the AI's own revenue and the demand charges are not in it.
    marginal_import_usd_per_mwh : [H] gain from one more MW of import limit; without batteries and peaks the right
        derivative, never negative.
    marginal_energy_usd_per_mwh : [H] gain from one more MW that costs nothing at the bus, behind the connection.
    marginal_stored_usd_per_mwh : [B, H] worth of a MWh more in store at the end of the hour.
    marginal_peak_usd_per_mw : [H] what this hour would give for one more MW of its cell's peak; they add up to the charge.
    peak_mw : [C] highest import of each billing cell.  demand_charge_usd : [J].
    end_value_usd : worth of what is left in store.
    certificate : its `objective_usd` is sum(margin_usd) - sum(demand_charge_usd) + end_value_usd.
    """

    spot_mw: Floats
    ppa_taken_mw: Floats
    ppa_delivered_mw: Floats
    ppa_resold_mw: Floats
    ppa_left_mw: Floats
    generation_mw: Floats
    export_mw: Floats
    tier_mw: Floats
    reserve_mw: Floats
    ai_served_mw: Floats
    flexed_mw: Floats
    unserved_mw: Floats
    charge_mw: Floats
    discharge_mw: Floats
    stored_mwh: Floats
    margin_usd: Floats
    marginal_import_usd_per_mwh: Floats
    marginal_energy_usd_per_mwh: Floats
    marginal_stored_usd_per_mwh: Floats
    marginal_peak_usd_per_mw: Floats
    peak_mw: Floats
    demand_charge_usd: Floats
    end_value_usd: float
    certificate: Certificate


_HOUR, _PPA, _GENERATOR, _TIER, _BATTERY = (
    ("hour",),
    ("ppa", "hour"),
    ("generator", "hour"),
    ("tier", "hour"),
    ("battery", "hour"),
)
#: Power that flows in an hour: its sum is energy.
_FLOWS = {
    "spot_mw": (_HOUR, "bought at the market price through the connection"),
    "ppa_taken_mw": (_PPA, "paid for under the contract"),
    "ppa_delivered_mw": (_PPA, "contract energy used at the site"),
    "ppa_resold_mw": (_PPA, "contract energy sold back to the market"),
    "ppa_left_mw": (_PPA, "contract energy paid for and not used"),
    "generation_mw": (_GENERATOR, "generation behind the meter"),
    "export_mw": (_HOUR, "sold to the market through the connection"),
    "tier_mw": (_TIER, "mining load"),
    "reserve_mw": (_TIER, "mining load offered as reserve"),
    "ai_served_mw": (_HOUR, "AI load served"),
    "flexed_mw": (_HOUR, "AI load interrupted by agreement"),
    "unserved_mw": (_HOUR, "AI load not served"),
    "charge_mw": (_BATTERY, "drawn by the battery"),
    "discharge_mw": (_BATTERY, "given back by the battery"),
}
_VARIABLES = {name: (dims, "MW", title) for name, (dims, title) in _FLOWS.items()} | {
    "stored_mwh": (_BATTERY, "MWh", "stored at the end of the hour"),
    "margin_usd": (_HOUR, "USD", "mining value, reserve and sales less energy, wear and load not served"),
    "marginal_import_usd_per_mwh": (_HOUR, "USD/MWh", "gain from one more MW of import limit"),
    "marginal_energy_usd_per_mwh": (_HOUR, "USD/MWh", "gain from one more MW at the bus that costs nothing"),
    "marginal_stored_usd_per_mwh": (_BATTERY, "USD/MWh", "worth of a MWh more in store at the end of the hour"),
    "marginal_peak_usd_per_mw": (_HOUR, "USD/MW", "what the hour would give for a higher peak of its billing cell"),
    "peak_mw": (("cell",), "MW", "highest import of the billing cell"),
    "demand_charge_usd": (("charge",), "USD", "demand charge over the horizon"),
}


def to_dataset(
    result: HourResult,
    hours: ArrayLike | None = None,
    ppas: Sequence[str] | None = None,
    generators: Sequence[str] | None = None,
    tiers: Sequence[str] | None = None,
    batteries: Sequence[str] | None = None,
    cells: Sequence[str] | None = None,
    charges: Sequence[str] | None = None,
    market_price_usd_per_mwh: ArrayLike | None = None,
) -> xr.Dataset:
    """The result with its labels: dims hour, ppa, generator, tier, battery, cell, charge; and the prices, where given.

    Attrs `units` and `long_name` on every variable. On the dataset: the totals in USD (``total_margin_usd``,
    ``total_demand_charge_usd``, ``end_value_usd``), the MWh of every flow over the horizon (``spot_mwh``, ...), and the
    certificate (``objective_usd``, ``bound_usd``, ``gap``, ``method``, ``remarks`` one a line, ``solve_s``).

    A dim without labels has no coordinate and counts from 0. Raises ValueError when labels do not fit or are not unique.
    """
    import xarray as xr

    sizes = {
        "hour": len(result.spot_mw),
        "ppa": len(result.ppa_taken_mw),
        "generator": len(result.generation_mw),
        "tier": len(result.tier_mw),
        "battery": len(result.stored_mwh),
        "cell": len(result.peak_mw),
        "charge": len(result.demand_charge_usd),
    }
    given = (hours, ppas, generators, tiers, batteries, cells, charges)
    coords = {}
    for (dim, size), labels in zip(sizes.items(), given, strict=True):
        if labels is None:
            continue
        index = np.asarray(labels)
        if index.shape != (size,) or len(np.unique(index)) != size:
            raise ValueError(f"the labels of {dim} must be {size} different ones, not {list(index)[:5]}")
        coords[dim] = index
    found = _unfilled(*sizes.values()).copy(data={name: getattr(result, name) for name in _VARIABLES})
    if market_price_usd_per_mwh is not None:
        title = "price of the market, without the site's adder"
        found["market_price_usd_per_mwh"] = xr.Variable(
            ("hour",), np.asarray(market_price_usd_per_mwh), {"units": "USD/MWh", "long_name": title}
        )
    if coords:
        found = found.assign_coords(coords)
    found.attrs = _totals(result)
    return found


@lru_cache(maxsize=32)
def _unfilled(hours: int, ppas: int, generators: int, tiers: int, batteries: int, cells: int, charges: int) -> xr.Dataset:
    """The dataset of a result of these sizes, without memory for its numbers: to make one costs as much as a month's dispatch."""
    import xarray as xr

    sizes = {
        "hour": hours,
        "ppa": ppas,
        "generator": generators,
        "tier": tiers,
        "battery": batteries,
        "cell": cells,
        "charge": charges,
    }
    return xr.Dataset(
        {
            name: xr.Variable(dims, np.broadcast_to(0.0, [sizes[dim] for dim in dims]), {"units": units, "long_name": title})
            for name, (dims, units, title) in _VARIABLES.items()
        }
    )


def _totals(result: HourResult) -> dict[str, float | str]:
    proof = result.certificate
    energy = {f"{name.removesuffix('_mw')}_mwh": float(getattr(result, name).sum()) for name in _FLOWS}
    return {
        "objective_usd": proof.objective_usd,
        "bound_usd": proof.bound_usd,
        "gap": proof.gap,
        "method": proof.method,
        "remarks": "\n".join(proof.remarks),
        "solve_s": proof.seconds,
        "total_margin_usd": float(result.margin_usd.sum()),
        "total_demand_charge_usd": float(result.demand_charge_usd.sum()),
        "end_value_usd": float(result.end_value_usd),
        **energy,
    }
