"""What moves load or sells that it can move: a battery, calls of the supplier, reserve."""

from __future__ import annotations

from repower.portfolio.model import Model, fact
from repower.units import CalendarMonth, Mw, Mwh, Share, UsdPerMwh, UsdPerMwHour, WholeHours


class Battery(Model):
    """A battery behind the meter.

    Its losses are the same share each way. At the end of a year it is at least as full as it began, and nothing is
    paid for more: years stand alone. It never charges and discharges in one hour.
    """

    power_mw: Mw = fact("charge and discharge at the site's bus, at most", gt=0, le=20_000)
    energy_mwh: Mwh = fact("energy that it holds", gt=0, le=1_000_000)
    round_trip_efficiency: Share = fact(
        "energy out per energy in", default=0.85, ge=0.1, le=1, source="K lithium-ion plant with its auxiliaries 0.82-0.90"
    )
    usd_per_mwh_throughput: UsdPerMwh = fact(
        "wear on every MWh discharged",
        default=5.0,
        ge=0,
        le=1_000,
        source="K judgement: cells last more cycles than years at one cycle a day, so cycling costs little",
    )
    start_share: Share = fact("how full it is before the first hour of a year", default=0.5, ge=0, le=1)
    from_: CalendarMonth | None = fact(
        "first month; from the start of the study when absent. It counts from the first whole year of the study on",
        default=None,
        alias="from",
    )


class Curtailment(Model):
    """The supplier's right to call load off: a contract for interruptible power.

    The calls fall into the hours with the highest market price of the year: the most that they can hurt a load that pays the
    price, and about when they come.
    """

    hours_per_year: WholeHours = fact("hours of calls in a year", gt=0, le=8760)
    notice_hours: WholeHours = fact("time between call and compliance", default=1, ge=0, le=8760)
    import_share: Share = fact("share of the import limit that is left in a call", ge=0, lt=1)


class Reserve(Model):
    """Load that mines offer to shed on call: paid by the hour for being ready."""

    usd_per_mw_hour: UsdPerMwHour = fact("payment for a MW offered for an hour", gt=0, le=10_000)
    max_share: Share = fact("share of what the mines draw that may be offered", gt=0, le=1)
    called_hours_per_year: WholeHours = fact("hours of a year in which what is offered is called", ge=0, le=8760)
