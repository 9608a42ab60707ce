"""How a site is fed: the market behind its connection, long contracts, own or bought generation."""

from __future__ import annotations

from typing import Annotated, Literal

from repower.portfolio.demand_charge import DemandCharge
from repower.portfolio.flexibility import Battery, Curtailment, Reserve
from repower.portfolio.model import Model, fact
from repower.portfolio.one_or_many import AS_LIST, OneOrMany
from repower.portfolio.time_to_power import Greenfield, Spread
from repower.units import (
    CalendarMonth,
    MmbtuPerMwh,
    Mw,
    Rate,
    Share,
    UsdPerKwMonth,
    UsdPerMmbtu,
    UsdPerMwh,
    WholeHours,
)

ConnectionStatus = Literal["energised", "contracted", "in_queue"]


class Connection(Model):
    """What the grid lets in from a month on, until the next step replaces it."""

    from_: CalendarMonth = fact("month from which the limit holds", alias="from")
    import_mw: Mw = fact("import limit at the site meter", ge=0)
    export_mw: Mw = fact("what may be sold to the market through it at most", default=0.0, ge=0)
    status: ConnectionStatus = fact(
        "energised, contracted, or still in the queue: decides how late it may come", default="energised"
    )
    delay: Spread | None = fact(
        "how late this step may come, months beyond its date; by region and status when absent", default=None
    )
    never_share: Share | None = fact(
        "probability that this step never comes; by region and status when absent", default=None, ge=0, le=1
    )
    greenfield: Greenfield | None = fact(
        "permits and a substation that this step needs; absent where it needs neither", default=None
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
    """Generation behind the meter: it serves the site's load, and the market where the connection lets power out."""

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
    least_share: Share = fact(
        "share of the power that is there below which it cannot run; it may stand still", default=0.0, ge=0, le=1
    )
    min_up_hours: WholeHours = fact("hours that it runs once it has started", default=1, ge=1, le=8760)
    run_hours_per_year: WholeHours | None = fact(
        "permit: hours at full power in a year; no limit when absent. The plants of a site share the sum",
        default=None,
        gt=0,
        le=8760,
    )
    from_: CalendarMonth | None = fact("first month; from the start of the study when absent", default=None, alias="from")


class Supply(Model):
    """What energy costs at the site meter beside the market price."""

    adder_usd_per_mwh: UsdPerMwh = fact(
        "network, retail and energy tax on every MWh that comes through the connection", default=0.0
    )
    export_fee_usd_per_mwh: UsdPerMwh = fact(
        "what is kept from the market price of energy sold through the connection", default=0.0, ge=0, le=5_000
    )
    ppas: tuple[Ppa, ...] = fact("long power contracts", default=())
    generators: tuple[Generator, ...] = fact("generation behind the meter", default=())
    demand_charge: Annotated[tuple[DemandCharge, ...], OneOrMany(), AS_LIST] = fact(
        "charges on the highest import: one, or several that add up", default=()
    )
    battery: Battery | None = fact("battery behind the meter", default=None)
    curtailment: Curtailment | None = fact("calls of the supplier, who may cut the import", default=None)
    reserve: Reserve | None = fact("reserve that mines sell", default=None)
