"""From a site's arrays to the kernels' list of places, and back from its flows to what they mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.dispatch.arrays import Bools, Floats, Ints
from repower.dispatch.flows import ADDER_USD, CHARGE, DISCHARGE, EXPORT_USD, FLEXED, MARGIN, RESALE_USD, SPOT_USD, UNSERVED, USED
from repower.dispatch.problem import Battery, Peaks, SiteHours
from repower.dispatch.stack import ADDER, CONNECTED, EXPORT, FIRM, FIRST_SOURCE, FLEXIBLE, FOLLOWS, PRICE, SOURCE, SPOT, Hours
from repower.dispatch.storage import Store

NO_STORE = Store(0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Places:
    """Where what stands in the list (`repower.dispatch.stack`), for P contracts, G generators, K tiers."""

    ppas: int
    generators: int
    tiers: int

    @property
    def spot(self) -> int:
        return FIRST_SOURCE + self.generators

    @property
    def must(self) -> Ints:
        """[P] must-take parts."""
        return self.spot + 2 * self.ppas - np.arange(self.ppas)

    @property
    def optional(self) -> Ints:
        """[P] optional parts."""
        return self.spot + self.ppas - np.arange(self.ppas)

    @property
    def generator(self) -> Ints:
        """[G]"""
        return self.spot - 1 - np.arange(self.generators)

    @property
    def tier(self) -> Ints:
        """[K]"""
        return self.spot + 2 * self.ppas + 1 + np.arange(self.tiers)

    @property
    def export(self) -> int:
        return self.spot + 2 * self.ppas + 1 + self.tiers

    @property
    def count(self) -> int:
        return self.export + 1

    def kind(self, resale: Bools) -> Ints:
        """[N] bits of each place."""
        kind = np.zeros(self.count, dtype=np.int64)
        kind[self.generator] = SOURCE
        kind[self.spot] = SOURCE | CONNECTED | FOLLOWS | SPOT
        kind[self.must] = kind[self.optional] = np.where(resale, SOURCE | CONNECTED | FOLLOWS, SOURCE | CONNECTED)
        kind[self.export] = EXPORT | FOLLOWS
        return kind

    def fee(self, resale_fee: Floats, export_fee: float) -> Floats:
        """[N] subtracted from the market price where a place follows it."""
        fee = np.zeros(self.count)
        fee[self.must] = fee[self.optional] = resale_fee
        fee[self.export] = export_fee
        return fee

    def mw(self, ppa: Floats, must: Floats, generator: Floats, tier: Floats, export: Floats) -> Floats:
        """[N, T] size of each place; spot has none of its own, and AI load is by the hour."""
        mw = np.zeros((self.count, len(export)))
        mw[self.spot] = np.inf
        mw[self.must] = must[:, None] * ppa
        mw[self.optional] = ppa - mw[self.must]
        mw[self.generator] = generator
        mw[self.tier] = tier
        mw[self.export] = export
        return mw

    def base(self, unserved: float, flexible: float, ppa: Floats, generator: Floats, tier: Floats) -> Floats:
        """[N, T] price of each place, or the least of it where it follows the market; ppa : [P, T] price of contracts."""
        base = np.zeros((self.count, ppa.shape[1]))
        base[FIRM], base[FLEXIBLE] = unserved, flexible
        base[self.spot] = base[self.export] = -np.inf
        # Power that costs less than nothing is taken and left.
        base[self.optional] = np.maximum(ppa, 0.0)
        base[self.generator] = generator
        base[self.tier] = tier
        return base


def places_of(p: SiteHours) -> Places:
    """Of a checked problem."""
    return Places(len(p.ppa_mw), len(p.generator_mw), len(p.tier_mw))


def hours_of(p: SiteHours) -> Hours:
    """A checked problem for the kernels; what reserve earns is part of each tier's value."""
    assert p.coincident_usd_per_mw is not None
    assert p.generator_least_share is not None
    assert p.flexible_mw is not None
    assert p.export_limit_mw is not None
    places, hours = places_of(p), len(p.ai_mw)
    tier_value = p.tier_value_usd_per_mwh
    if p.reserve_max_share > 0.0:
        tier_value = tier_value + p.reserve_max_share * np.maximum(reserve_premium(p), 0.0)
    standing = (p.ppa_mw, p.ppa_price_usd_per_mwh, p.generator_mw, p.generator_cost_usd_per_mwh, p.tier_mw, tier_value)
    first, period = _periods(hours, *standing, p.export_limit_mw[None, :])
    ppa_mw, ppa_price, generator_mw, generator_cost, tier_mw, tier_value = (rows[:, first] for rows in standing)
    least = np.zeros(places.count)
    least[places.generator] = p.generator_least_share
    return Hours(
        hourly=own(np.stack([p.market_price_usd_per_mwh, p.adder_usd_per_mwh + p.coincident_usd_per_mw, p.ai_mw, p.flexible_mw])),
        calendar=np.stack([period, np.arange(hours)]),
        mw=places.mw(ppa_mw, p.ppa_must_take_share, generator_mw, tier_mw, p.export_limit_mw[first]),
        base=places.base(p.unserved_usd_per_mwh, p.flexible_usd_per_mwh, ppa_price, generator_cost, tier_value),
        kind=places.kind(p.ppa_resale),
        fee=places.fee(p.ppa_resale_fee_usd_per_mwh, p.export_fee_usd_per_mwh),
        least=least,
        contract=own(ppa_price),
    )


def _periods(hours: int, *rows: Floats) -> tuple[Ints, Ints]:
    """(first hour of each period, period of each hour [H]): a period ends where any of the rows [.., H] changes."""
    changes = np.zeros(hours, dtype=bool)
    changes[:1] = True
    for row in rows:
        if len(row):
            changes[1:] |= (row[:, 1:] != row[:, :-1]).any(axis=0)
    return np.flatnonzero(changes), np.cumsum(changes) - 1


def by_hour(site: Hours) -> Hours:
    """The same site with every hour a period of its own."""
    period, hours = site.calendar[0], site.calendar.shape[1]
    return site._replace(
        calendar=np.stack([np.arange(hours), site.calendar[1]]),
        mw=own(site.mw[:, period]),
        base=own(site.base[:, period]),
        contract=own(site.contract[:, period]),
    )


def own(array: Floats) -> Floats:
    """Contiguous and our own: the kernels are compiled for that, and a checked problem's arrays are read-only."""
    return np.array(array, dtype=np.float64, order="C")


def reserve_premium(p: SiteHours) -> Floats:
    """[K, H] what a MW of each tier earns as reserve in an hour: its price less what calls lose."""
    lost = np.maximum(p.tier_value_usd_per_mwh - p.market_price_usd_per_mwh, 0.0)
    return np.asarray(p.reserve_usd_per_mw_hour - p.reserve_called_share * lost)


def alike(one: Battery, other: Battery) -> bool:
    """Whether one battery is the other at another size, so that both together are one."""
    scale = other.energy_mwh / one.energy_mwh if one.energy_mwh > 0 else 0.0
    sizes = ("charge_mw", "discharge_mw", "energy_mwh", "start_mwh", "least_end_mwh")
    same = ("charge_efficiency", "discharge_efficiency", "usd_per_mwh_discharged", "end_value_usd_per_mwh")
    return scale > 0 and all(
        [
            *(np.isclose(getattr(other, name), scale * getattr(one, name), rtol=1e-12, atol=0.0) for name in sizes),
            *(getattr(other, name) == getattr(one, name) for name in same),
        ]
    )


def store_of(batteries: tuple[Battery, ...], dearest_usd: float) -> Store:
    """One store for batteries of one kind; none for none, or for such as hold nothing.

    dearest_usd : more than a MW for an hour could ever be worth to the site, demand charges included.
    """

    def total(name: str) -> float:
        return float(sum(getattr(battery, name) for battery in batteries))

    if total("energy_mwh") <= 0.0:
        return NO_STORE
    one = batteries[0]
    return Store(
        charge_mw=total("charge_mw"),
        discharge_mw=total("discharge_mw"),
        energy_mwh=total("energy_mwh"),
        charge_efficiency=one.charge_efficiency,
        discharge_efficiency=one.discharge_efficiency,
        wear=one.usd_per_mwh_discharged,
        start_mwh=total("start_mwh"),
        least_end_mwh=total("least_end_mwh"),
        end_value=one.end_value_usd_per_mwh,
        must_stay=10.0 * (dearest_usd + one.end_value_usd_per_mwh) / (one.charge_efficiency * one.discharge_efficiency),
    )


def dearest(site: Hours, peaks: Peaks | None = None) -> float:
    """USD that a MW for an hour cannot be worth more than, in any hour of the site."""
    # Places without a price of their own have -inf.
    own_price = float(np.abs(site.base[np.isfinite(site.base)]).max(initial=0.0)) + float(np.abs(site.fee).max())
    market = float(np.abs(site.hourly[[PRICE, ADDER]]).max(axis=1, initial=0.0).sum())
    return 1.0 + own_price + market + (0.0 if peaks is None else float(peaks.usd_per_mw.sum()))


@dataclass(frozen=True)
class Flows:
    """The rows of a kernel's flows [rows, slots] by their names: MWh (MW where slots are hours) and USD, by slot."""

    rows: Floats
    places: Places

    def _used(self, place: int) -> Floats:
        return np.asarray(self.rows[USED + place])

    def _money(self, row: int) -> Floats:
        """Only where slots hold many hours."""
        return np.asarray(self.rows[USED + self.places.count + 2 * self.places.ppas + row])

    def _falling(self, last: int, count: int) -> Floats:
        """`count` places up to `last`, that one first: views, no copies."""
        first = USED + last - count
        return self.rows[first + 1 : USED + last + 1][::-1]

    @property
    def spot(self) -> Floats:
        return self._used(self.places.spot)

    @property
    def delivered(self) -> Floats:
        """[P, slots]"""
        last, ppas = self.places.spot + 2 * self.places.ppas, self.places.ppas
        return self._falling(last, ppas) + self._falling(last - ppas, ppas)

    @property
    def taken(self) -> Floats:
        """[P, slots]"""
        first = USED + self.places.count
        return self.rows[first : first + 2 * self.places.ppas : 2]

    @property
    def resold(self) -> Floats:
        """[P, slots]"""
        first = USED + self.places.count + 1
        return self.rows[first : first + 2 * self.places.ppas : 2]

    @property
    def generated(self) -> Floats:
        """[G, slots]"""
        return self._falling(self.places.spot - 1, self.places.generators)

    @property
    def tiers(self) -> Floats:
        """[K, slots]"""
        first = USED + self.places.export - self.places.tiers
        return self.rows[first : first + self.places.tiers]

    @property
    def export(self) -> Floats:
        return self._used(self.places.export)

    @property
    def served(self) -> Floats:
        return np.asarray(self._used(FIRM) + self._used(FLEXIBLE))

    @property
    def flexed(self) -> Floats:
        return np.asarray(self.rows[FLEXED])

    @property
    def unserved(self) -> Floats:
        return np.asarray(self.rows[UNSERVED])

    @property
    def charge(self) -> Floats:
        return np.asarray(self.rows[CHARGE])

    @property
    def discharge(self) -> Floats:
        return np.asarray(self.rows[DISCHARGE])

    @property
    def margin(self) -> Floats:
        return np.asarray(self.rows[MARGIN])

    @property
    def spot_usd(self) -> Floats:
        return self._money(SPOT_USD)

    @property
    def resale_usd(self) -> Floats:
        return self._money(RESALE_USD)

    @property
    def export_usd(self) -> Floats:
        return self._money(EXPORT_USD)

    @property
    def adder_usd(self) -> Floats:
        return self._money(ADDER_USD)

    @property
    def imported(self) -> Floats:
        """Through the connection."""
        return np.asarray(self.spot + self.delivered.sum(axis=0))
