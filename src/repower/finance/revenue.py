"""What critical IT earns: the rent of a leased hall, and the income of accelerators in the own cloud.

Left out: notice and renewal options, security from the tenant's parent or a backstop, a tenant who pays late, a second
default after the hall is let again, free months and stepped handover inside a hall.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from repower.finance.timeline import Floats, Ints, calendar_months, contract_index
from repower.horizon import HOURS_IN_MONTH
from repower.portfolio.catalogue import Gpu
from repower.portfolio.customers import Cloud, Lease

_KW_PER_MW = 1000.0


@dataclass(frozen=True)
class LeaseIncome:
    """rent_usd : [S, M].  occupied : [S, M] a tenant pays and uses the hall.  contracted : [S, M] it is the first tenant."""

    rent_usd: Floats
    occupied: NDArray[np.bool_]
    contracted: NDArray[np.bool_]


@dataclass(frozen=True)
class CloudIncome:
    """revenue_usd : [S, M].  gpu_capex_usd : [S, M], negative.  gpus : accelerators in the hall, not rounded."""

    revenue_usd: Floats
    gpu_capex_usd: Floats
    gpus: float


def _month_offsets(name: str, offsets: ArrayLike) -> Ints:
    months = np.asarray(offsets)
    if months.ndim != 1 or months.dtype.kind not in "iu":
        raise ValueError(f"{name} is {months.dtype} of shape {months.shape}; it must be whole months, one per scenario [S]")
    if np.any(months < 0):
        raise ValueError(f"{name} is {months.min()} in scenario {int(np.argmin(months))}; months count from the study's start, 0")
    return months.astype(np.int64)


def _critical_kw(critical_mw: float) -> float:
    if not (np.isfinite(critical_mw) and critical_mw >= 0):
        raise ValueError(f"critical IT of {critical_mw} MW")
    return _KW_PER_MW * critical_mw


def lease_income(lease: Lease, critical_mw: float, ready: ArrayLike, default_month: ArrayLike, months: int) -> LeaseIncome:
    """Rent of one hall, its default, and its second tenant.

    In month m, with y = floor((m - ready) / 12) and end = min(ready + term, default), never before `ready`:

        due  = kW * usd_per_kw_month * (1 + escalator_rate) ** y
        rent = due                  for ready <= m < end
             = 0                    for end <= m < end + relet_months
             = relet_share * due    for end + relet_months <= m

    A customer who defaults before the handover never moves in; the hall is let again `relet_months` after it is ready.

    Parameters
    ----------
    critical_mw : critical IT of the hall.
    ready : [S] month of the handover, from which rent is due; M or more: never.
    default_month : [S] first month that the customer does not pay; M or more: never.
    months : M
    """
    handover, default = _month_offsets("ready", ready), _month_offsets("default_month", default_month)
    if handover.shape != default.shape:
        raise ValueError(f"ready has {handover.size} scenarios and default_month {default.size}")
    usd_per_month = _critical_kw(critical_mw) * lease.usd_per_kw_month
    month = np.arange(months)
    end = np.maximum(np.minimum(handover + lease.term_months, default), handover)[:, np.newaxis]
    since = month - handover[:, np.newaxis]
    contracted = (since >= 0) & (month < end)
    relet = month >= end + lease.relet_months
    share = contracted + lease.relet_share * relet
    rent_usd = usd_per_month * share * contract_index(lease.escalator_rate, since)
    return LeaseIncome(rent_usd=rent_usd, occupied=share > 0, contracted=contracted)


def cloud_income(
    cloud: Cloud,
    gpu: Gpu,
    critical_mw: float,
    ready: ArrayLike,
    rent_factor: ArrayLike,
    months: int,
    first_calendar_month: int,
    age_months: int | None = None,
) -> CloudIncome:
    """Income of a hall full of accelerators, and what they and their successors cost.

    Machines that enter service in month b earn, in month m,

        gpus * usd_per_gpu_hour * rent_factor_m * (1 - ageing_rate) ** ((m - b) / 12) * utilisation_share * hours of the month

    until they are replaced `life_months` later, at the same dollars. Machines are paid at the end of the month before they
    enter service (the first month of the study at the earliest). A replacement that would enter service after the last month
    is not bought; one that enters shortly before is paid in full (`capex.unused_life` is what it has left).

    Parameters
    ----------
    critical_mw : critical IT of the hall.
    ready : [S] month in which the hall is ready; M or more: never.
    rent_factor : [S, M] market's rent against that of the start.
    months : M
    first_calendar_month : 0 (January) to 11.
    age_months : age in month `ready` of machines that are there already and paid; None buys new ones.
        Machines that have reached their life are replaced at once.
    """
    handover = _month_offsets("ready", ready)[:, np.newaxis]
    factor = np.asarray(rent_factor, dtype=np.float64)
    if factor.shape != (handover.shape[0], months) or not np.all(np.isfinite(factor)):
        raise ValueError(f"rent_factor is {factor.shape}; it must be finite, [S, M] = {(handover.shape[0], months)}")
    if age_months is not None and age_months < 0:
        raise ValueError(f"machines of an age of {age_months} months")
    gpus = _critical_kw(critical_mw) / gpu.critical_kw
    month = np.arange(months)

    # `born` is when the machines of month `ready` entered service, before the study for those that are there already
    age = 0 if age_months is None or age_months >= gpu.life_months else age_months
    bought_new = age_months is None or age_months >= gpu.life_months
    born = handover - age
    running = month >= handover
    age_at = np.where(running, (month - born) % gpu.life_months, 0)
    hours = np.asarray(HOURS_IN_MONTH, dtype=np.float64)[calendar_months(first_calendar_month, months)]
    kept = (1.0 - gpu.ageing_rate) ** (np.arange(gpu.life_months) / 12.0)
    per_gpu_usd = gpu.usd_per_gpu_hour * cloud.utilisation_share * hours
    revenue_usd = gpus * per_gpu_usd * factor * kept[age_at] * running

    entered = running & (age_at == 0)
    if not bought_new:
        entered &= month > born
    capex_usd = np.zeros(factor.shape)
    price_usd = gpus * gpu.usd_per_gpu
    capex_usd[:, :-1] = -price_usd * entered[:, 1:]
    capex_usd[:, 0] -= price_usd * entered[:, 0]
    return CloudIncome(revenue_usd=revenue_usd, gpu_capex_usd=capex_usd, gpus=gpus)
