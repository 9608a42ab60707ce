"""Accelerators that are ordered before anyone knows when their hall will be ready: when they come, wait, and are sold.

An order names a date. In a scenario in which the hall is later than that, delivered machines wait: their price is paid, they
age, and they must be stored, insured and kept under support. In one in which the hall is earlier, the hall waits.

    delivered = the date ordered to, paid at the end of the month before
    service   = max(ready, delivered)
    age       = service - delivered

Who would wait longer than the longest wait sells at its end, at cost less the share of life that has passed, and buys new
machines for when the hall is ready. So a wait costs three things, each in the cash where it falls: capital, which is paid
before it earns (at the discount rate, in `capex_gpus`; a further line for it would count it twice); rent, because older
machines earn less (in `cloud_revenue`); and holding them (`idle_machines`). `repower.conversion.price_of_waiting` tells them
apart.

Left out: orders that are moved or cancelled at a fee, machines that go to another hall, a discount on what is sold in haste,
prices that change between two orders, and machines of tenants, which are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.conversion.setting import Bools, Floats, Ints
from repower.finance.capex import unused_life
from repower.portfolio.customers import OrderTo

#: Machines are paid at the end of the month before they are there.
LAG_MONTHS = 1


@dataclass(frozen=True)
class Delivery:
    """First machines of one hall, as shares of their price.

    service : [S] month from which they earn; the study's months or more: never.
    age_months : [S] their age then.
    paid : [S, M] payments, negative, and what is got for those that are sold, positive.
    left : [S, M] unused life at the end of the study of those that are ours then, at cost, positive.
    waits : [S, M] true in months in which delivered machines stand without a hall.
    """

    service: Ints
    age_months: Ints
    paid: Floats
    left: Floats
    waits: Bools


def date_ordered_to(order_to: OrderTo, nominal_ready: int, ready: Ints, months: int) -> int | None:
    """Month for which machines are ordered; None: for when the hall is ready, as if that were known.

    `p50` and `p80` are months by which so many scenarios are ready; where that is not in the study nobody orders ahead.
    """
    if order_to == "ready":
        return None
    if order_to == "nominal":
        return nominal_ready
    month = int(np.percentile(ready, 50 if order_to == "p50" else 80, method="inverted_cdf"))
    return month if month < months else None


def deliver(ready: Ints, ordered_to: int | None, longest_wait_months: int, life_months: int, months: int) -> Delivery:
    """When first machines come and start, what is paid for them, and when they wait.

    Parameters
    ----------
    ready : [S] month from which the hall can run them; `months` or more: never in the study.
    ordered_to : month of their delivery, from `months` on not in the study; None for that of `ready`.
    longest_wait_months : whole months after which machines that still wait are sold, 0 or more.
    life_months : of the machines, from their delivery.
    months : M
    """
    month = np.arange(months)

    def one(when: Ints, which: Bools) -> Floats:
        """[S, M] 1 in the month before `when`, or in the first month, of the scenarios in `which`."""
        at = np.maximum(when - LAG_MONTHS, 0)[:, None]
        return np.asarray((month == at) & which[:, None], dtype=np.float64)

    def serves(when: Ints, which: Bools) -> Floats:
        """[S, M] 1 in the month in which they begin to age."""
        return np.asarray((month == when[:, None]) & which[:, None], dtype=np.float64)

    delivered = ready if ordered_to is None else np.full_like(ready, ordered_to)
    service = np.maximum(ready, delivered)
    last = delivered + longest_wait_months
    bought = delivered < months
    # Those whose longest wait ends after the study are ours until then.
    sold = bought & (service > last) & (last <= months)
    kept = one(delivered, bought & ~sold) + one(service, sold & (service < months))
    worth = max(0.0, 1.0 - longest_wait_months / life_months)
    return Delivery(
        service=service,
        age_months=np.where(sold, 0, service - delivered),
        paid=-kept - one(delivered, sold) + worth * one(last, sold),
        left=unused_life(serves(delivered, bought & ~sold) + serves(service, sold), life_months, 0),
        waits=(month >= delivered[:, None]) & (month < np.minimum(service, last)[:, None]),
    )
