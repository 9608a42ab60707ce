"""A site's long contracts and generators as monthly arrays, as the dispatch wants them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.conversion.setting import Bools, Floats, Setting
from repower.dispatch.problem import UNSERVED_USD_PER_MWH
from repower.horizon import HOURS_IN_MONTH, Horizon, Month
from repower.portfolio import Site


@dataclass(frozen=True)
class SupplyMonths:
    """What feeds a site beside spot, by month [M].

    ppa_mw, ppa_price [P, M]; ppa_must_take, ppa_resale, ppa_fee [P]; generator_mw (already times availability),
    generator_cost [G, M]; import_limit_mw [M] at nominal dates; fixed_usd [M] capacity payments, negative.
    """

    ppa_mw: Floats
    ppa_price: Floats
    ppa_must_take: Floats
    ppa_resale: Bools
    ppa_fee: Floats
    generator_mw: Floats
    generator_cost: Floats
    import_limit_mw: Floats
    fixed_usd: Floats

    @property
    def is_shared(self) -> Bools:
        """[M] months in which there is a contract or a generator, or one is paid for."""
        return np.asarray((self.ppa_mw > 0).any(axis=0) | (self.generator_mw > 0).any(axis=0) | (self.fixed_usd != 0))


def supply_months(setting: Setting, site: Site) -> SupplyMonths:
    """The site's contracts within the study's months; escalation by month, compounding yearly rates."""
    horizon, months = setting.portfolio.horizon, setting.months
    age = np.arange(months) / 12
    ppas, generators = site.supply.ppas, site.supply.generators
    ppa_mw = np.zeros((len(ppas), months))
    ppa_price = np.zeros((len(ppas), months))
    for row, ppa in enumerate(ppas):
        ppa_mw[row] = ppa.mw * _active(horizon, ppa.from_, ppa.until)
        ppa_price[row] = ppa.price_usd_per_mwh * (1 + ppa.escalator_rate) ** age
    generator_mw = np.zeros((len(generators), months))
    generator_cost = np.zeros((len(generators), months))
    fixed = np.zeros(months)
    for row, plant in enumerate(generators):
        active = _active(horizon, plant.from_, None)
        generator_mw[row] = plant.mw * plant.availability_share * active
        fuel = plant.heat_rate_mmbtu_per_mwh * plant.fuel_usd_per_mmbtu * (1 + plant.fuel_escalator_rate) ** age
        generator_cost[row] = fuel + plant.variable_usd_per_mwh * setting.median_inflation
        fixed -= plant.capacity_usd_per_kw_month * 1000 * plant.mw * active * setting.median_inflation
    return SupplyMonths(
        ppa_mw=ppa_mw,
        ppa_price=ppa_price,
        ppa_must_take=np.array([ppa.must_take_share for ppa in ppas]),
        ppa_resale=np.array([ppa.resale for ppa in ppas], dtype=bool),
        ppa_fee=np.array([ppa.resale_fee_usd_per_mwh for ppa in ppas]),
        generator_mw=generator_mw,
        generator_cost=generator_cost,
        import_limit_mw=np.array([site.import_mw(horizon.start + month) for month in range(months)]),
        fixed_usd=fixed,
    )


def unserved_usd_per_mwh(setting: Setting, site: Site) -> float:
    """Price of AI load that is not served: above any price of the study, so that a hall is never shed to resell its power."""
    highest = min(float(setting.level(site).max() * setting.price_shape(site).max()), setting.price_limits(site).cap)
    return max(UNSERVED_USD_PER_MWH, 2.0 * highest)


def month_hours(setting: Setting) -> Floats:
    """[M] hours of each month of the study."""
    return np.array([HOURS_IN_MONTH[month] for month in setting.portfolio.horizon.calendar_months()], dtype=np.float64)


def _active(horizon: Horizon, first: Month | None, last: Month | None) -> Floats:
    active = np.ones(horizon.months)
    if first is not None:
        active[: max(0, horizon.offset(first))] = 0
    if last is not None:
        active[max(0, horizon.offset(last) + 1) :] = 0
    return active
