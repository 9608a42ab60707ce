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
class GpuMarket:
    """What accelerators of the market earn, [S, M] each.

    rent_factor : market's rent against that of the start.  regime : -1 glut, 0 normal, 1 scarcity.  progress_years : how far
    the newest machine is beyond that of the start, in years of the mean pace (months / 12 where generations come smoothly).
    """

    rent_factor: Floats
    regime: Ints
    progress_years: Floats

    def __post_init__(self) -> None:
        for name in ("rent_factor", "regime", "progress_years"):
            values = getattr(self, name)
            if values.ndim != 2 or values.shape != self.rent_factor.shape or not np.all(np.isfinite(values)):
                raise ValueError(f"{name} is {values.shape}; it must be finite, [S, M] like rent_factor {self.rent_factor.shape}")


@dataclass(frozen=True)
class CloudIncome:
    """revenue_usd : [S, M].  gpu_capex_usd : [S, M], negative.  gpus : accelerators in the hall, not rounded.

    sold_share : [S, M] share of the hall's hours that is sold; 0 before the hall is ready.
    """

    revenue_usd: Floats
    gpu_capex_usd: Floats
    gpus: float
    sold_share: Floats


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
    market: GpuMarket,
    months: int,
    first_calendar_month: int,
    age_months: ArrayLike | None = None,
) -> CloudIncome:
    """Income of a hall full of accelerators, and what they and their successors cost.

    Machines that enter service in month b earn, in month m,

        gpus * usd_per_gpu_hour * rent_factor_m * (1 - ageing_rate) ** (progress_m - progress_b) * sold_m * hours of the month
        sold_m = utilisation_share + utilisation_response * regime_m,   between 0 and 1

    where progress before the study is as smooth as time,
    until they are replaced `life_months` later, at the same dollars. Machines are paid at the end of the month before they
    enter service (the first month of the study at the earliest). A replacement that would enter service after the last month
    is not bought; one that enters shortly before is paid in full (`capex.unused_life` is what it has left).

    Parameters
    ----------
    critical_mw : critical IT of the hall.
    ready : [S] month in which the hall is ready; M or more: never.
    market : of S scenarios and M months.
    months : M
    first_calendar_month : 0 (January) to 11.
    age_months : age in month `ready` of machines that are there already and paid, number or [S]; None buys new ones.
        Machines that have reached their life are replaced at once.
    """
    handover = _month_offsets("ready", ready)[:, np.newaxis]
    factor = market.rent_factor
    if factor.shape != (handover.shape[0], months):
        raise ValueError(f"rent_factor is {factor.shape}; it must be [S, M] = {(handover.shape[0], months)}")
    given = np.broadcast_to(np.asarray(0 if age_months is None else age_months, dtype=np.int64), handover.shape[:1])
    if np.any(given < 0):
        raise ValueError(f"machines of an age of {given.min()} months")
    gpus = _critical_kw(critical_mw) / gpu.critical_kw
    month = np.arange(months)

    # `born` is when the machines of month `ready` entered service, before the study for those that are there already
    worn = (given >= gpu.life_months)[:, np.newaxis]
    bought_new = worn | (age_months is None)
    born = handover - np.where(worn, 0, given[:, np.newaxis])
    running = month >= handover
    age_at = np.where(running, (month - born) % gpu.life_months, 0)
    hours = np.asarray(HOURS_IN_MONTH, dtype=np.float64)[calendar_months(first_calendar_month, months)]
    entered_in = month - age_at
    progress_then = np.take_along_axis(market.progress_years, np.maximum(entered_in, 0), axis=1)
    beyond = market.progress_years - np.where(entered_in < 0, entered_in / 12.0, progress_then)
    sold_share = np.clip(cloud.utilisation_share + cloud.utilisation_response * market.regime, 0.0, 1.0) * running
    revenue_usd = gpus * gpu.usd_per_gpu_hour * hours * sold_share * factor * (1.0 - gpu.ageing_rate) ** beyond

    entered = running & (age_at == 0) & (bought_new | (month > born))
    capex_usd = np.zeros(factor.shape)
    price_usd = gpus * gpu.usd_per_gpu
    capex_usd[:, :-1] = -price_usd * entered[:, 1:]
    capex_usd[:, 0] -= price_usd * entered[:, 0]
    return CloudIncome(revenue_usd=revenue_usd, gpu_capex_usd=capex_usd, gpus=gpus, sold_share=sold_share)
