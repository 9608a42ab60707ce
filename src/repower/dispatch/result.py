"""What ran in each hour: arrays by source and use, a labelled dataset of them, and their audit.

`balance_errors` recomputes every physical and contractual statement from the raw problem; it knows nothing of how the
result was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from repower.dispatch.problem import Floats, SiteHours, checked

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class HourResult:
    """One site, hour by hour; H hours, P contracts, G generators, K tiers. MW at the site meter, money positive to us.

    spot_mw : [H] bought at the market price through the connection.
    ppa_taken_mw : [P, H] paid for; is the sum of ppa_delivered_mw (used here, through the connection), ppa_resold_mw
        (sold at the market price less the fee, without the connection) and ppa_left_mw (not used).
    generation_mw : [G, H].  tier_mw : [K, H] mining.  ai_served_mw, unserved_mw : [H] sum to the AI load.
    margin_usd : [H] mining value less energy, plus resale, less unserved load; the AI's own revenue is not in it.
    marginal_import_usd_per_mwh : [H] gain from one more MW of import limit (right derivative, never negative).
    marginal_energy_usd_per_mwh : [H] gain from one more MW that costs nothing at the bus, behind the connection, and may
        be refused (right derivative, never negative).
    """

    spot_mw: Floats
    ppa_taken_mw: Floats
    ppa_delivered_mw: Floats
    ppa_resold_mw: Floats
    ppa_left_mw: Floats
    generation_mw: Floats
    tier_mw: Floats
    ai_served_mw: Floats
    unserved_mw: Floats
    margin_usd: Floats
    marginal_import_usd_per_mwh: Floats
    marginal_energy_usd_per_mwh: Floats


@dataclass(frozen=True)
class BalanceErrors:
    """By how much each hour breaks its own statements.

    energy_mw : [H] the largest breach of any balance, limit or contract, in MW.
    money_usd : [H] margin less the margin recomputed from the MW.
    money_share : [H] that, as a share of all money that changes hands in the hour (at least 1 USD).
    """

    energy_mw: Floats
    money_usd: Floats
    money_share: Floats


_VARIABLES = {
    "spot_mw": (("hour",), "MW", "bought at the market price"),
    "ppa_taken_mw": (("ppa", "hour"), "MW", "paid for under the contract"),
    "ppa_delivered_mw": (("ppa", "hour"), "MW", "contract energy used at the site"),
    "ppa_resold_mw": (("ppa", "hour"), "MW", "contract energy sold back to the market"),
    "ppa_left_mw": (("ppa", "hour"), "MW", "contract energy paid for and not used"),
    "generation_mw": (("generator", "hour"), "MW", "generation behind the meter"),
    "tier_mw": (("tier", "hour"), "MW", "mining load"),
    "ai_served_mw": (("hour",), "MW", "AI load served"),
    "unserved_mw": (("hour",), "MW", "AI load not served"),
    "margin_usd": (("hour",), "USD", "mining value less energy and unserved load"),
    "marginal_import_usd_per_mwh": (("hour",), "USD/MWh", "gain from one more MW of import limit"),
    "marginal_energy_usd_per_mwh": (("hour",), "USD/MWh", "gain from one more MW at the bus that costs nothing"),
}


def to_dataset(
    result: HourResult,
    hours: ArrayLike | None = None,
    ppas: Sequence[str] | None = None,
    generators: Sequence[str] | None = None,
    tiers: Sequence[str] | None = None,
) -> xr.Dataset:
    """The result with its labels: dims hour, ppa, generator, tier; attrs `units` and `long_name` on every variable.

    Labels count from 0 where none are given. Raises ValueError when labels do not fit or are not unique.
    """
    import xarray as xr

    sizes = {
        "hour": len(result.spot_mw),
        "ppa": len(result.ppa_taken_mw),
        "generator": len(result.generation_mw),
        "tier": len(result.tier_mw),
    }
    coords = {}
    for (dim, size), labels in zip(sizes.items(), (hours, ppas, generators, tiers), strict=True):
        index = np.arange(size) if labels is None else np.asarray(labels)
        if index.shape != (size,) or len(np.unique(index)) != size:
            raise ValueError(f"the labels of {dim} must be {size} different ones, not {list(index)[:5]}")
        coords[dim] = index
    data = {
        name: xr.DataArray(getattr(result, name), dims=dims, attrs={"units": units, "long_name": title})
        for name, (dims, units, title) in _VARIABLES.items()
    }
    return xr.Dataset(data, coords=coords)


def balance_errors(problem: SiteHours, result: HourResult) -> BalanceErrors:
    """Energy and money of every hour against the raw problem; all zero, up to rounding, for a right result."""
    p = checked(problem)
    must = p.ppa_must_take_share[:, None] * p.ppa_mw
    delivered, generated = result.ppa_delivered_mw.sum(axis=0), result.generation_mw.sum(axis=0)
    breaches = [
        np.abs(result.spot_mw + delivered + generated - result.tier_mw.sum(axis=0) - result.ai_served_mw),
        np.abs(result.ai_served_mw + result.unserved_mw - p.ai_mw),
        result.spot_mw + delivered - p.import_limit_mw,
        *np.abs(result.ppa_delivered_mw + result.ppa_resold_mw + result.ppa_left_mw - result.ppa_taken_mw),
        *(must - result.ppa_taken_mw),
        *(result.ppa_taken_mw - p.ppa_mw),
        *np.where(p.ppa_resale[:, None], 0.0, result.ppa_resold_mw),
        *(result.generation_mw - p.generator_mw),
        *(result.tier_mw - p.tier_mw),
    ]
    flows = [result.spot_mw, result.ai_served_mw, result.unserved_mw]
    for rows in (
        result.ppa_taken_mw,
        result.ppa_delivered_mw,
        result.ppa_resold_mw,
        result.ppa_left_mw,
        result.generation_mw,
        result.tier_mw,
    ):
        flows.extend(rows)
    energy = np.max([np.zeros_like(p.ai_mw), *breaches, *(-flow for flow in flows)], axis=0)

    price = p.market_price_usd_per_mwh
    fee = p.ppa_resale_fee_usd_per_mwh[:, None]
    lines = [
        *(p.tier_value_usd_per_mwh * result.tier_mw),
        -price * result.spot_mw,
        -p.adder_usd_per_mwh * (result.spot_mw + delivered),
        *(-p.ppa_price_usd_per_mwh * result.ppa_taken_mw),
        *((price - fee) * result.ppa_resold_mw),
        *(-p.generator_cost_usd_per_mwh * result.generation_mw),
        -p.unserved_usd_per_mwh * result.unserved_mw,
    ]
    money = result.margin_usd - np.sum(lines, axis=0)
    turnover = np.maximum(1.0, np.sum(np.abs(lines), axis=0))
    return BalanceErrors(energy_mw=energy, money_usd=money, money_share=np.abs(money) / turnover)
