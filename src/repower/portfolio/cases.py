"""Low and high views of what nobody can fit: the long-run drifts.

The base case is the portfolio's own drifts. Low is the case that is bad for whoever owns sites and converts them (a cheaper
bitcoin, miners that improve faster, dearer power, cheaper accelerators), high the good one. They are judgements, not quantiles.
"""

from __future__ import annotations

from repower.portfolio.model import Model, fact
from repower.units import Rate


class DriftCase(Model):
    """What a case adds to the yearly drifts of the portfolio."""

    bitcoin_price_drift_shift: Rate = fact("added to markets.bitcoin.price_drift_rate", source="A judgement", ge=-0.5, le=0.5)
    power_escalator_shift: Rate = fact("added to every power market's escalator_rate", source="A judgement", ge=-0.2, le=0.2)
    gpu_rent_drift_shift: Rate = fact("added to markets.gpu_rent.drift_rate", source="A judgement", ge=-0.5, le=0.5)
    machine_gain_shift: Rate = fact(
        "added to markets.bitcoin.machine_gain_rate: better machines raise the network and lower hashprice",
        default=0.0,
        ge=-0.2,
        le=0.2,
        source="A judgement",
    )


LOW = DriftCase(bitcoin_price_drift_shift=-0.05, power_escalator_shift=0.015, gpu_rent_drift_shift=-0.05, machine_gain_shift=0.03)
HIGH = DriftCase(
    bitcoin_price_drift_shift=0.10, power_escalator_shift=-0.015, gpu_rent_drift_shift=0.03, machine_gain_shift=-0.03
)


class Cases(Model):
    """The low and the high case of all drifts together."""

    low: DriftCase = fact(
        "the case that is bad for owners of sites",
        default=LOW,
        source=(
            "A bitcoin 5 points less (its median falls against prices), power 1.5 points more a year (a third dearer after 20 "
            "years: load grows faster than supply), accelerators 5 points less (rents per kW halve once more in 14 years), "
            "mining machines 3 points faster"
        ),
    )
    high: DriftCase = fact(
        "the case that is good for owners of sites",
        default=HIGH,
        source=(
            "A bitcoin 10 points more, power 1.5 points less a year, accelerators 3 points more, mining machines 3 points slower"
        ),
    )
