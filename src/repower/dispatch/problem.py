"""The hours of one site as raw arrays: what may be drawn, what it costs, what it is worth.

Dimensions: H hours, P power contracts, G generators, K mining tiers, B batteries, C billing cells, J demand charges. All
arrays are float64 unless said otherwise; MW at the site meter, USD/MWh. The dataclasses only store; `checked` is called by
whoever dispatches, and says which array is wrong and where.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from repower.dispatch.arrays import Bools, Floats, Ints, flags, integers, number, numbers, rows

#: USD/MWh lost for every MWh of AI load that is not served, where the portfolio says nothing else. It only has to be
#: dearer than any hour of any market (ERCOT's cap was 9,000 USD/MWh in the storm of February 2021).
UNSERVED_USD_PER_MWH = 10_000.0


@dataclass(frozen=True)
class Battery:
    """A store behind the meter; it never charges and discharges in the same hour.

    ``stored(h + 1) = stored(h) + charge_efficiency x charge - discharge / discharge_efficiency``, MW at the site's bus.

    Parameters
    ----------
    charge_mw, discharge_mw, energy_mwh : limits, not negative.
    charge_efficiency, discharge_efficiency : above 0, up to 1.
    usd_per_mwh_discharged : wear, on every MWh discharged; not negative.
    start_mwh : stored before the first hour.  least_end_mwh : to be left after the last.
    end_value_usd_per_mwh : worth of a MWh left after the last hour; not negative.
    """

    charge_mw: float
    discharge_mw: float
    energy_mwh: float
    charge_efficiency: float = 1.0
    discharge_efficiency: float = 1.0
    usd_per_mwh_discharged: float = 0.0
    start_mwh: float = 0.0
    least_end_mwh: float = 0.0
    end_value_usd_per_mwh: float = 0.0


@dataclass(frozen=True)
class Peaks:
    """Demand charges on the highest import through the connection.

    Every hour belongs to one billing cell (a month, or its on-peak hours) or to none; a cell's peak is its highest hourly
    import. Charge j costs ``usd_per_mw[j] x max over cells of weight[j, c] x peak[c]``: weight 1 on one cell is a monthly
    charge, 1 on all of them a yearly one, 1 on its own month and 0.8 on the others a ratchet at 80 %.

    Parameters
    ----------
    cell : [H] int, 0..C-1, or -1 for an hour that no charge looks at.
    usd_per_mw : [J] for the whole horizon of the cell, not negative.  weight : [J, C], 0..1.
    """

    cell: Ints
    usd_per_mw: Floats
    weight: Floats


@dataclass(frozen=True)
class SiteHours:
    """One site, hour by hour, with all prices known.

    Parameters
    ----------
    market_price_usd_per_mwh : [H] spot price; may be negative.
    adder_usd_per_mwh : on every MWh that comes through the connection, spot or contract.
    import_limit_mw : [H] what the connection lets in; in a curtailment call what is left of it.
    ppa_mw, ppa_price_usd_per_mwh : [P, H] contracted power and its price.
    ppa_must_take_share : [P] 0..1, share that is paid for whether used or not.
    ppa_resale : [P] bool, whether energy taken and not used is sold at the market price less the fee.
    ppa_resale_fee_usd_per_mwh : [P] not negative.
    generator_mw, generator_cost_usd_per_mwh : [G, H] behind the meter, outside the connection.
    tier_mw, tier_value_usd_per_mwh : [K, H] mining load that may run, and what a metered MWh of it earns.
    ai_mw : [H] AI load.
    unserved_usd_per_mwh : lost for every MWh of firm AI load that is not served.
    export_limit_mw : [H] what may be sold to the market through the connection; by default nothing. The meter sees one
        direction: in an hour with export neither spot nor contract energy comes in.
    export_fee_usd_per_mwh : export earns the market price less this.
    flexible_mw : [H] part of the AI load that may be interrupted; by default none.
    flexible_usd_per_mwh : paid for every MWh of it that is interrupted; not above the unserved price.
    generator_least_share : [G] 0..1, of its MW below which a generator cannot run (it may stand still); by default 0.
    generator_min_up_hours : [G] int, hours that a generator runs once it has started; by default 1.
    generation_limit_mwh : most that all generators may produce over the horizon (a permit).
    reserve_usd_per_mw_hour, reserve_max_share, reserve_called_share : a share up to `reserve_max_share` of what each tier
        draws can be offered as reserve and earns the first; in `reserve_called_share` of the time it is called, which loses
        the tier's value less the market price (energy that is not drawn is not paid), never less than nothing.
    batteries : a tuple of `Battery`.
    peaks : demand charges on highest imports.
    coincident_usd_per_mw : [H] charge on import in hours of the system's peak, known beforehand; by default 0.
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
    export_limit_mw: Floats | None = None
    export_fee_usd_per_mwh: float = 0.0
    flexible_mw: Floats | None = None
    flexible_usd_per_mwh: float = 0.0
    generator_least_share: Floats | None = None
    generator_min_up_hours: Ints | None = None
    generation_limit_mwh: float = np.inf
    reserve_usd_per_mw_hour: float = 0.0
    reserve_max_share: float = 0.0
    reserve_called_share: float = 0.0
    batteries: tuple[Battery, ...] = ()
    peaks: Peaks | None = None
    coincident_usd_per_mw: Floats | None = None


def checked(problem: SiteHours) -> SiteHours:
    """The same problem with every array there, contiguous, read-only and found right.

    Raises ValueError that names the array, the place and the fact: a shape that does not fit, a number that is not
    finite, a negative power or fee, a share outside 0..1, limits that no dispatch can meet.
    """
    hours = np.size(problem.market_price_usd_per_mwh)
    if hours == 0:
        raise ValueError("market_price_usd_per_mwh has no hours, so there is nothing to dispatch; give at least one")
    ppas, generators, tiers = (rows(name, getattr(problem, name)) for name in ("ppa_mw", "generator_mw", "tier_mw"))
    nothing = np.zeros(hours)
    nothing.flags.writeable = False
    hour, ppa, plant, tier = ("hour", hours), ("contract", ppas), ("generator", generators), ("tier", tiers)

    def by_hour(name: str, least: float = -np.inf) -> Floats:
        values = getattr(problem, name)
        return nothing if values is None else numbers(name, values, hour, least=least)

    least_share = np.zeros(generators) if problem.generator_least_share is None else problem.generator_least_share
    min_up = np.ones(generators, dtype=np.int64) if problem.generator_min_up_hours is None else problem.generator_min_up_hours
    right = SiteHours(
        market_price_usd_per_mwh=by_hour("market_price_usd_per_mwh"),
        adder_usd_per_mwh=number("adder_usd_per_mwh", problem.adder_usd_per_mwh),
        import_limit_mw=by_hour("import_limit_mw", 0.0),
        ppa_mw=numbers("ppa_mw", problem.ppa_mw, ppa, hour, least=0.0),
        ppa_price_usd_per_mwh=numbers("ppa_price_usd_per_mwh", problem.ppa_price_usd_per_mwh, ppa, hour),
        ppa_must_take_share=numbers("ppa_must_take_share", problem.ppa_must_take_share, ppa, least=0.0, most=1.0),
        ppa_resale=flags("ppa_resale", problem.ppa_resale, ppas),
        ppa_resale_fee_usd_per_mwh=numbers("ppa_resale_fee_usd_per_mwh", problem.ppa_resale_fee_usd_per_mwh, ppa, least=0.0),
        generator_mw=numbers("generator_mw", problem.generator_mw, plant, hour, least=0.0),
        generator_cost_usd_per_mwh=numbers("generator_cost_usd_per_mwh", problem.generator_cost_usd_per_mwh, plant, hour),
        tier_mw=numbers("tier_mw", problem.tier_mw, tier, hour, least=0.0),
        tier_value_usd_per_mwh=numbers("tier_value_usd_per_mwh", problem.tier_value_usd_per_mwh, tier, hour),
        ai_mw=by_hour("ai_mw", 0.0),
        unserved_usd_per_mwh=number("unserved_usd_per_mwh", problem.unserved_usd_per_mwh),
        export_limit_mw=by_hour("export_limit_mw", 0.0),
        export_fee_usd_per_mwh=number("export_fee_usd_per_mwh", problem.export_fee_usd_per_mwh),
        flexible_mw=by_hour("flexible_mw", 0.0),
        flexible_usd_per_mwh=number("flexible_usd_per_mwh", problem.flexible_usd_per_mwh),
        generator_least_share=numbers("generator_least_share", least_share, plant, least=0.0, most=1.0),
        generator_min_up_hours=integers("generator_min_up_hours", min_up, plant, least=1),
        generation_limit_mwh=number("generation_limit_mwh", problem.generation_limit_mwh, least=0.0, most=np.inf),
        reserve_usd_per_mw_hour=number("reserve_usd_per_mw_hour", problem.reserve_usd_per_mw_hour, least=0.0),
        reserve_max_share=number("reserve_max_share", problem.reserve_max_share, least=0.0, most=1.0),
        reserve_called_share=number("reserve_called_share", problem.reserve_called_share, least=0.0, most=1.0),
        batteries=checked_batteries(problem.batteries),
        peaks=None if problem.peaks is None else _checked_peaks(problem.peaks, hours),
        coincident_usd_per_mw=by_hour("coincident_usd_per_mw", 0.0),
    )
    _check_together(right)
    return right


def checked_batteries(batteries: tuple[Battery, ...]) -> tuple[Battery, ...]:
    """The same batteries, found right; ValueError names the number that is not."""
    return tuple(_checked_battery(place, battery) for place, battery in enumerate(batteries))


def _checked_battery(place: int, battery: Battery) -> Battery:
    name = f"batteries[{place}]."
    values = {
        "charge_mw": number(name + "charge_mw", battery.charge_mw, least=0.0),
        "discharge_mw": number(name + "discharge_mw", battery.discharge_mw, least=0.0),
        "energy_mwh": number(name + "energy_mwh", battery.energy_mwh, least=0.0),
        "charge_efficiency": number(name + "charge_efficiency", battery.charge_efficiency, least=0.01, most=1.0),
        "discharge_efficiency": number(name + "discharge_efficiency", battery.discharge_efficiency, least=0.01, most=1.0),
        "usd_per_mwh_discharged": number(name + "usd_per_mwh_discharged", battery.usd_per_mwh_discharged, least=0.0),
        "start_mwh": number(name + "start_mwh", battery.start_mwh, least=0.0, most=float(battery.energy_mwh)),
        "least_end_mwh": number(name + "least_end_mwh", battery.least_end_mwh, least=0.0, most=float(battery.energy_mwh)),
        "end_value_usd_per_mwh": number(name + "end_value_usd_per_mwh", battery.end_value_usd_per_mwh, least=0.0),
    }
    return replace(battery, **values)


def _checked_peaks(peaks: Peaks, hours: int) -> Peaks:
    charges, cells = rows("peaks.weight", peaks.weight), np.shape(peaks.weight)[1]
    return Peaks(
        cell=integers("peaks.cell", peaks.cell, ("hour", hours), least=-1, most=cells - 1),
        usd_per_mw=numbers("peaks.usd_per_mw", peaks.usd_per_mw, ("charge", charges), least=0.0),
        weight=numbers("peaks.weight", peaks.weight, ("charge", charges), ("cell", cells), least=0.0, most=1.0),
    )


def _check_together(p: SiteHours) -> None:
    """Limits that are right one by one and contradict one another."""
    assert p.flexible_mw is not None
    more = p.flexible_mw > p.ai_mw
    if more.any():
        hour = int(np.argmax(more))
        raise ValueError(
            f"flexible_mw is {p.flexible_mw[hour]:g} at hour {hour} (counted from 0), more than the AI load of "
            f"{p.ai_mw[hour]:g} MW that it is a part of; lower it"
        )
    if p.flexible_mw.any() and p.flexible_usd_per_mwh > p.unserved_usd_per_mwh:
        raise ValueError(
            f"flexible_usd_per_mwh is {p.flexible_usd_per_mwh:g}, above unserved_usd_per_mwh ({p.unserved_usd_per_mwh:g}): "
            "interrupting by agreement would cost more than breaking it; correct one"
        )
