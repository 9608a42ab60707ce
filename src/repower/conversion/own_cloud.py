"""The machines of the own cloud in one hall: ordered to a date, paid, run, replaced, and the wait of those that come early."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.conversion.choices import Choice
from repower.conversion.machine_orders import LAG_MONTHS, Delivery, date_ordered_to, deliver
from repower.conversion.setting import Floats, Ints, Setting
from repower.finance.capex import unused_life
from repower.finance.revenue import cloud_income
from repower.portfolio import Block, Site

__all__ = ["LAG_MONTHS", "CloudMachines", "cloud_machines", "delivery_month"]


@dataclass(frozen=True)
class CloudMachines:
    """lines : cash of the machines.  sold_share : [S, M] of the hall's hours.  service : [S] month from which they earn."""

    lines: dict[str, Floats]
    sold_share: Floats
    service: Ints


def cloud_machines(setting: Setting, site: Site, block: Block, choice: Choice, critical_mw: float, ready: Ints) -> CloudMachines:
    """Machines of a hall that is `ready` [S] to run them: those that stand already, or first ones as the cloud orders them."""
    cloud = setting.portfolio.cloud(choice.customer or "")
    gpu = setting.portfolio.gpu(cloud.gpu)
    delivery = None if choice.start is None else _delivery(setting, site, block, choice, ready)
    service = ready if delivery is None else delivery.service
    earned = cloud_income(
        cloud,
        gpu,
        critical_mw,
        service,
        setting.gpu_market,
        setting.months,
        setting.first_calendar_month,
        _standing_age_months(setting, block) if delivery is None else delivery.age_months,
    )
    runs = np.arange(setting.months) >= service[:, None]
    lines: dict[str, Floats] = {
        "cloud_revenue": earned.revenue_usd,
        "cloud_opex": -cloud.opex_usd_per_kw_month * 1000 * critical_mw * setting.inflation * runs,
        "capex_gpus": earned.gpu_capex_usd,
        "capex_machines_left": unused_life(-earned.gpu_capex_usd, gpu.life_months, LAG_MONTHS),
    }
    if delivery is not None:
        price_usd = earned.gpus * gpu.usd_per_gpu
        lines["capex_gpus"] = lines["capex_gpus"] + price_usd * delivery.paid
        lines["capex_machines_left"] = lines["capex_machines_left"] + price_usd * delivery.left
        lines["idle_machines"] = np.asarray(-price_usd * cloud.holding_rate / 12 * delivery.waits, dtype=np.float64)
    return CloudMachines(lines, earned.sold_share, service)


def delivery_month(setting: Setting, site: Site, block: Block, choice: Choice) -> int:
    """Month in which first machines are there: the date ordered to, or the nominal one where they follow each scenario's own.

    Raises ValueError for a choice that builds nothing.
    """
    if choice.start is None:
        raise ValueError(f"{choice} builds no hall, so no machines are ordered for it")
    ordered_to = _ordered_to(setting, site, block, choice)
    return setting.nominal_ready(site, block, choice.start) if ordered_to is None else ordered_to


def _ordered_to(setting: Setting, site: Site, block: Block, choice: Choice) -> int | None:
    start, known = choice.start or 0, setting.known or setting
    nominal = setting.nominal_ready(site, block, start)
    ready = np.maximum(start + known.works_months(site, block), known.powered_month(site, block))
    return date_ordered_to(setting.portfolio.cloud(choice.customer or "").order_to, nominal, ready, setting.months)


def _delivery(setting: Setting, site: Site, block: Block, choice: Choice, ready: Ints) -> Delivery:
    cloud = setting.portfolio.cloud(choice.customer or "")
    life_months = setting.portfolio.gpu(cloud.gpu).life_months
    ordered_to = _ordered_to(setting, site, block, choice)
    return deliver(ready, ordered_to, cloud.longest_wait_months, life_months, setting.months)


def _standing_age_months(setting: Setting, block: Block) -> int:
    """Age of machines that stand already: since the year in which their hall was built."""
    return max(0, 12 * (setting.portfolio.start.year - block.hall.built)) if block.hall is not None else 0
