"""The machines: what a miner does with a watt, what an accelerator costs and earns.

There are no built-in machines: each is a row of the portfolio, with its sources as comments. Defaults carry their source and
its confidence: R reported, R* reported by a secondary source, D derived, K general knowledge that nobody has verified.
"""

from __future__ import annotations

from typing import Literal

from repower.portfolio.model import Model, fact
from repower.units import JPerTh, Kw, Months, Rate, Share, ThPerS, UsdPerGpu, UsdPerGpuHour, UsdPerMwh, UsdPerTh, Watt

MinerCooling = Literal["air", "hydro", "immersion"]


class PowerMode(Model):
    """A power at which a machine can run, beside its nominal one.

    Above 1 the machines of a block draw more than its grid MW; then the site's connection is the only limit.
    """

    name: str = fact("what the firmware calls it", min_length=1)
    power_share: Share = fact("power against the nominal one", gt=0, le=1.5)
    j_per_th: JPerTh = fact("energy per terahash at this power", gt=0)


class Miner(Model):
    """A mining machine: hashrate, power, price and life."""

    name: str = fact("name by which fleets call it", min_length=1)
    th_per_s: ThPerS = fact("nominal hashrate", gt=0)
    watts: Watt = fact("nominal power at the wall of the machine", gt=0)
    cooling: MinerCooling = fact("how it is cooled", default="air")
    usd_per_th: UsdPerTh = fact(
        "price of a new machine, delivered",
        default=11.0,
        ge=0,
        source="R* Luxor and list prices, Sep 2026: 6.5-18 USD/TH for new machines",
        le=500,
    )
    life_months: Months = fact(
        "months from commissioning until it is scrapped", default=72, gt=0, source="K five to seven years in practice"
    )
    modes: tuple[PowerMode, ...] = fact("powers at which it can run beside the nominal one", default=())
    wear_usd_per_mwh: UsdPerMwh = fact("wear and repair on every MWh that the machine draws", default=0.0, ge=0, le=1_000)

    @property
    def j_per_th(self) -> float:
        """Efficiency in J/TH: watts per (TH/s)."""
        return self.watts / self.th_per_s


class Gpu(Model):
    """An accelerator with its share of server, network and storage."""

    name: str = fact("name by which clouds call it", min_length=1)
    critical_kw: Kw = fact("critical IT power of one accelerator with its share of the cluster", gt=0)
    usd_per_gpu: UsdPerGpu = fact("capital cost of one accelerator with its share of the cluster", ge=0, le=1e7)
    usd_per_gpu_hour: UsdPerGpuHour = fact(
        "rent of one accelerator at the start of the study, contract not on-demand", ge=0, le=1_000
    )
    ageing_rate: Rate = fact(
        "yearly fall of the rent of a given machine against the market's path, as newer ones arrive",
        default=0.15,
        ge=0,
        lt=1,
        source="K judgement; H100 fell 79 % and rose again",
    )
    life_months: Months = fact(
        "months after which the machines are bought anew",
        default=60,
        gt=0,
        source="K five years, the term of announced contracts",
    )
