"""The hours of one site as raw arrays: what may be drawn, what it costs, what it is worth.

Dimensions: H hours, P power contracts, G generators, K mining tiers. All arrays are float64 unless said otherwise; MW at
the site meter, USD/MWh. The dataclass only stores; `checked` is called by whoever dispatches, and says which array is
wrong and where.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

#: USD/MWh lost for every MWh of AI load that is not served, where the portfolio says nothing else. It only has to be
#: dearer than any hour of any market (ERCOT's cap was 9,000 USD/MWh in the storm of February 2021).
UNSERVED_USD_PER_MWH = 10_000.0


@dataclass(frozen=True)
class SiteHours:
    """One site, hour by hour, with all prices known.

    Parameters
    ----------
    market_price_usd_per_mwh : [H] spot price; may be negative.
    adder_usd_per_mwh : on every MWh that comes through the connection, spot or contract.
    import_limit_mw : [H] what the connection lets in.
    ppa_mw, ppa_price_usd_per_mwh : [P, H] contracted power and its price.
    ppa_must_take_share : [P] 0..1, share that is paid for whether used or not.
    ppa_resale : [P] bool, whether energy taken and not used is sold at the market price less the fee.
    ppa_resale_fee_usd_per_mwh : [P] not negative.
    generator_mw, generator_cost_usd_per_mwh : [G, H] behind the meter, outside the connection; no export.
    tier_mw, tier_value_usd_per_mwh : [K, H] mining load that may run, and what a metered MWh of it earns.
    ai_mw : [H] firm load.
    unserved_usd_per_mwh : lost for every MWh of firm load that is not served.
    """

    market_price_usd_per_mwh: Floats
    adder_usd_per_mwh: float
    import_limit_mw: Floats
    ppa_mw: Floats
    ppa_price_usd_per_mwh: Floats
    ppa_must_take_share: Floats
    ppa_resale: Bools
    ppa_resale_fee_usd_per_mwh: Floats
    generator_mw: Floats
    generator_cost_usd_per_mwh: Floats
    tier_mw: Floats
    tier_value_usd_per_mwh: Floats
    ai_mw: Floats
    unserved_usd_per_mwh: float = UNSERVED_USD_PER_MWH


def checked(problem: SiteHours) -> SiteHours:
    """The same problem with every array contiguous, read-only and found right.

    Raises ValueError that names the array, the place and the fact: a shape that does not fit, a number that is not
    finite, a negative power or fee, a share outside 0..1.
    """
    hours = np.size(problem.market_price_usd_per_mwh)
    ppas, generators, tiers = (_rows(name, getattr(problem, name)) for name in ("ppa_mw", "generator_mw", "tier_mw"))
    hour, ppa, plant, tier = ("hour", hours), ("contract", ppas), ("generator", generators), ("tier", tiers)
    return SiteHours(
        market_price_usd_per_mwh=numbers("market_price_usd_per_mwh", problem.market_price_usd_per_mwh, hour),
        adder_usd_per_mwh=number("adder_usd_per_mwh", problem.adder_usd_per_mwh),
        import_limit_mw=numbers("import_limit_mw", problem.import_limit_mw, hour, least=0.0),
        ppa_mw=numbers("ppa_mw", problem.ppa_mw, ppa, hour, least=0.0),
        ppa_price_usd_per_mwh=numbers("ppa_price_usd_per_mwh", problem.ppa_price_usd_per_mwh, ppa, hour),
        ppa_must_take_share=numbers("ppa_must_take_share", problem.ppa_must_take_share, ppa, least=0.0, most=1.0),
        ppa_resale=flags("ppa_resale", problem.ppa_resale, ppas),
        ppa_resale_fee_usd_per_mwh=numbers("ppa_resale_fee_usd_per_mwh", problem.ppa_resale_fee_usd_per_mwh, ppa, least=0.0),
        generator_mw=numbers("generator_mw", problem.generator_mw, plant, hour, least=0.0),
        generator_cost_usd_per_mwh=numbers("generator_cost_usd_per_mwh", problem.generator_cost_usd_per_mwh, plant, hour),
        tier_mw=numbers("tier_mw", problem.tier_mw, tier, hour, least=0.0),
        tier_value_usd_per_mwh=numbers("tier_value_usd_per_mwh", problem.tier_value_usd_per_mwh, tier, hour),
        ai_mw=numbers("ai_mw", problem.ai_mw, hour, least=0.0),
        unserved_usd_per_mwh=number("unserved_usd_per_mwh", problem.unserved_usd_per_mwh),
    )


def numbers(name: str, values: ArrayLike, *dims: tuple[str, int], least: float = -np.inf, most: float = np.inf) -> Floats:
    """`values` as a contiguous read-only float64 array with these (name, length) dims, every number within the limits.

    Read-only views of every input keep the compiled kernels to one version each.
    """
    array = np.ascontiguousarray(values, dtype=np.float64).view()
    wanted = tuple(length for _, length in dims)
    if array.shape != wanted:
        said = ", ".join(dim for dim, _ in dims)
        raise ValueError(f"{name} has shape {array.shape}, but [{said}] = {wanted} is needed to fit the other arrays of the site")
    wrong = ~((array >= least) & (array <= most) & np.isfinite(array))
    if wrong.any():
        place = tuple(int(index) for index in np.argwhere(wrong)[0])
        where = ", ".join(f"{dim} {index}" for (dim, _), index in zip(dims, place, strict=True))
        needed = "a finite number" if least == -np.inf else f"at least {least:g}" if most == np.inf else f"{least:g} to {most:g}"
        raise ValueError(
            f"{name} is {array[place]} at {where} (counted from 0) and must be {needed}; "
            f"{int(wrong.sum())} of its {array.size} numbers are wrong, and no hour is dispatched on a guess"
        )
    array.flags.writeable = False
    return array


def number(name: str, value: float) -> float:
    """`value` as a float; ValueError unless it is finite."""
    if not np.isfinite(value):
        raise ValueError(f"{name} is {value} and must be a finite number")
    return float(value)


def flags(name: str, values: ArrayLike, length: int) -> Bools:
    """`values` as a contiguous read-only bool array of this length; ValueError for numbers, which could mean anything."""
    array = np.ascontiguousarray(values)
    if array.shape != (length,) or (array.dtype != np.bool_ and array.size):
        raise ValueError(f"{name} has shape {array.shape} and type {array.dtype}, but [contract] = ({length},) of bool is needed")
    array = array.astype(np.bool_, copy=False).view()
    array.flags.writeable = False
    return array


def _rows(name: str, values: ArrayLike) -> int:
    shape = np.shape(values)
    if len(shape) != 2:
        raise ValueError(
            f"{name} has shape {shape}, but two dims are needed; with none of them give an array of shape (0, hours)"
        )
    return int(shape[0])
