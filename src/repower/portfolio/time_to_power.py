"""How late connections come."""

from __future__ import annotations

from repower.portfolio.model import Model, fact


class TimeToPower(Model):
    """How late a connection step comes, beyond its date: exponential delays by status, a judgement."""

    contracted_delay_months: float = fact("mean delay of a contracted step, months", default=4.0, ge=0, source="K judgement")
    in_queue_delay_months: float = fact(
        "mean delay of a step still in the queue, months", default=24.0, ge=0, source="D from R queue times of 2-7 years"
    )
