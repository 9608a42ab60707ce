"""How a site is fed: the market behind its connection, long contracts, own or bought generation."""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.units import CalendarMonth, MmbtuPerMwh, Mw, Rate, Share, UsdPerKwMonth, UsdPerMmbtu, UsdPerMwh

ConnectionStatus = Literal["energised", "contracted", "in_queue"]


class Connection(Model):
    """What the grid lets in from a month on, until the next step replaces it."""

    from_: CalendarMonth = fact("month from which the limit holds", alias="from")
    import_mw: Mw = fact("import limit at the site meter", ge=0)
    status: ConnectionStatus = fact(
        "energised, contracted, or still in the queue: decides how late it may come", default="energised"
    )


class Ppa(Model):
    """A long power contract, delivered through the connection.

    `must_take_share` of the MW is paid for whether used or not; the rest is an option to buy at the same price. With
    `resale`, energy not used is sold at the market price less the fee (without the site's adder).
    """

    name: str = fact("name of the contract", min_length=1)
    mw: Mw = fact("contracted power", gt=0)
    price_usd_per_mwh: UsdPerMwh = fact("price of energy, nominal", ge=0, le=5_000)
    from_: CalendarMonth | None = fact("first month; from the start of the study when absent", default=None, alias="from")
    until: CalendarMonth | None = fact("last month; to the end of the study when absent", default=None)
    escalator_rate: Rate = fact("yearly rise of the price, from the start of the study", default=0.0, gt=-1)
    must_take_share: Share = fact("share that is paid for whether used or not", default=1.0, ge=0, le=1)
    resale: bool = fact("whether unused energy may be sold at the market price", default=False)
    resale_fee_usd_per_mwh: UsdPerMwh = fact("fee on energy sold back", default=0.0, ge=0)


class Generator(Model):
    """Generation behind the meter: it serves the site's load and does not export."""

    name: str = fact("name of the plant", min_length=1)
    mw: Mw = fact("net power", gt=0)
    heat_rate_mmbtu_per_mwh: MmbtuPerMwh = fact("fuel per energy", default=0.0, ge=0)
    fuel_usd_per_mmbtu: UsdPerMmbtu = fact("price of fuel at the start of the study", default=0.0, ge=0, le=500)
    fuel_escalator_rate: Rate = fact("yearly rise of the fuel price", default=0.0, gt=-1)
    variable_usd_per_mwh: UsdPerMwh = fact("other variable cost, carbon included", default=0.0, ge=0, le=5_000)
    capacity_usd_per_kw_month: UsdPerKwMonth = fact(
        "fixed payment: rent of a plant that is bought by contract, or fixed cost of an own one", default=0.0, ge=0
    )
    availability_share: Share = fact(
        "average share of its power that is there; applied to every hour",
        default=0.95,
        ge=0,
        le=1,
        source="K gas engines 0.92-0.97",
    )
    from_: CalendarMonth | None = fact("first month; from the start of the study when absent", default=None, alias="from")


class Supply(Model):
    """What energy costs at the site meter beside the market price."""

    adder_usd_per_mwh: UsdPerMwh = fact(
        "network, retail and energy tax on every MWh that comes through the connection", default=0.0
    )
    ppas: tuple[Ppa, ...] = fact("long power contracts", default=())
    generators: tuple[Generator, ...] = fact("generation behind the meter", default=())
