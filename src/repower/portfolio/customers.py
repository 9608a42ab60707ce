"""Who pays for critical IT: leases on offer, and the own cloud."""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.units import CalendarMonth, Kw, Months, Mw, Rate, Share, UsdPerKwMonth


class Lease(Model):
    """A customer who would rent halls: how much, from when, for how long, at what rent, under which rules.

    The rent is per kW of critical IT. Blocks may take the demand in parts, at one site or several. After a default, and
    after the term, the hall is let again at `relet_share` of the rent that would then have been due, after `relet_months` empty.
    """

    name: str = fact("name of the offer", min_length=1)
    customer: str = fact("who pays", min_length=1)
    critical_mw: Mw = fact("critical IT that the customer takes at most", gt=0)
    from_: CalendarMonth = fact("first month in which a hall may be handed over", alias="from")
    until: CalendarMonth = fact("last month in which a hall may be handed over at nominal dates")
    term_months: Months = fact("base term of each hall", gt=0)
    usd_per_kw_month: UsdPerKwMonth = fact("rent in the first year of each hall, per kW of critical IT", gt=0, le=5_000)
    escalator_rate: Rate = fact(
        "yearly rise of the rent", default=0.03, gt=-1, source="R 3 % in announced leases (Hut 8 River Bend, Beacon Point)"
    )
    pass_through_share: Share = fact(
        "share of the hall's power that the customer pays on top, at the market price plus the site's adder",
        default=1.0,
        ge=0,
        le=1,
    )
    default_rate: Rate = fact(
        "yearly probability that the customer stops paying, from its credit",
        default=0.01,
        ge=0,
        lt=1,
        source="K BB about 1 % a year, A below 0.1 %",
    )
    default_glut_multiple: float = fact(
        "how many times likelier it stops paying in a month of a glut of accelerators than in another month; default_rate "
        "stays the probability over all scenarios",
        default=3.0,
        ge=1,
        le=100,
        source="K defaults of speculative grade were two to three times their mean in 2001-02 and in 2009",
    )
    relet_share: Share = fact(
        "rent after a default or the term, against the rent then due", default=0.75, ge=0, source="K judgement"
    )
    relet_months: Months = fact("months empty before it is let again", default=12, ge=0, source="K judgement")
    late_usd_per_kw_month: UsdPerKwMonth = fact(
        "damages that we owe for every month that a hall is handed over after its nominal date", default=0.0, ge=0, le=5_000
    )
    late_months_at_most: Months = fact(
        "months for which they are owed at most", default=12, ge=0, source="K long-stop dates of 6-12 months"
    )
    least_rack_kw: Kw = fact("least critical IT per rack that a hall must offer", default=0.0, ge=0)
    data_may_live_in: tuple[str, ...] = fact("countries in which the customer's data may live", min_length=1)


OrderTo = Literal["ready", "nominal", "p50", "p80"]


class Cloud(Model):
    """The own GPU cloud: accelerators bought and rented out by the hour."""

    name: str = fact("name of the cloud", min_length=1)
    gpu: str = fact("name of an accelerator of the catalogue", min_length=1)
    utilisation_share: Share = fact(
        "share of hours that are sold", default=0.85, ge=0, le=1, source="K between on-demand 50-75 % and contracted 96 %"
    )
    utilisation_response: Share = fact(
        "hours sold more in a scarcity and less in a glut of accelerators, as a share of all hours; never more than all",
        default=0.1,
        ge=0,
        le=1,
        source="K on-demand 50-75 %, contracted 96 %",
    )
    opex_usd_per_kw_month: UsdPerKwMonth = fact(
        "running cost of the cloud beside the hall's, per kW of critical IT", default=60.0, ge=0, source="K judgement"
    )
    critical_mw: Mw = fact("critical IT that the market takes from us at most, existing halls excepted", gt=0)
    order_to: OrderTo = fact(
        "date to which first accelerators are ordered: that of nominal works and power, the one by which half (p50) or four in "
        "five (p80) of the scenarios are ready, or the scenario's own (ready), as if it were known",
        default="nominal",
    )
    longest_wait_months: Months = fact(
        "months after which accelerators that wait for their hall are sold, at cost less the share of life that has passed; new "
        "ones come when it is ready",
        default=12,
        ge=0,
        source="A nobody keeps machines for a date that nobody knows",
    )
    holding_rate: Rate = fact(
        "yearly cost of accelerators that wait, against their price: storage, insurance, support that runs",
        default=0.03,
        ge=0,
        le=1,
        source="K support contracts 2-5 % of the price a year, insurance below 1 %",
    )
    least_rack_kw: Kw = fact("least critical IT per rack that its machines need", default=0.0, ge=0)
    data_may_live_in: tuple[str, ...] = fact("countries in which its customers let their data live", min_length=1)
