"""What draws power at a site in one year: mines in their power modes, AI halls with their day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from repower.conversion.mining_tiers import power_steps
from repower.conversion.setting import Floats, Setting, Tier
from repower.conversion.year_hours import YearHours
from repower.markets.bitcoin import mining_value_usd_per_mwh
from repower.portfolio import Block, Site
from repower.portfolio.workload import INFERENCE_DAY


@dataclass(frozen=True)
class FleetInYear:
    """Machines of one kind in halls of one PUE: their blocks, nominal grid MW, and grid MW in their highest mode."""

    name: str
    blocks: tuple[str, ...]
    nominal_mw: float
    highest_mw: float


@dataclass(frozen=True)
class Mines:
    """Mining load, most efficient power first within each fleet.

    names : of the tiers K.  mw, value_usd_per_mwh : [K, H].  fleets : what the tiers are made of.
    """

    names: tuple[str, ...]
    mw: Floats
    value_usd_per_mwh: Floats
    fleets: tuple[FleetInYear, ...]


def mines(setting: Setting, site: Site, year: YearHours, converted: Mapping[str, str]) -> Mines:
    """The fleets that stand in blocks with power, until their life ends; none in blocks that are converted.

    A tier's value is what its energy earns at the miners less the wear, per MWh at the site meter; the running cost of a mine
    is not in it.
    """
    standing: dict[Tier, tuple[list[str], Floats]] = {}
    for block in site.blocks:
        if block.fleet is None or block.hall is None or block.name in converted:
            continue
        end = block.fleet.commissioned + setting.portfolio.miner(block.fleet.miner).life_months
        end = min(end, setting.portfolio.start + setting.mining_end(site))
        lives = np.array([year.first + step < end for step in range(12)])
        mw = block.grid_mw * (lives & _has_power(setting, site, block, year))
        blocks, before = standing.setdefault(Tier(block.fleet.miner, block.hall.pue), ([], np.zeros(12)))
        blocks.append(block.name)
        before += mw
    names: list[str] = []
    powers: list[Floats] = []
    values: list[Floats] = []
    months = slice(setting.portfolio.horizon.offset(year.first), setting.portfolio.horizon.offset(year.first) + 12)
    fleets: list[FleetInYear] = []
    for tier, (blocks, mw) in standing.items():
        if not mw.any():
            continue
        miner = setting.portfolio.miner(tier.miner)
        fee = setting.portfolio.markets.bitcoin.pool_fee_rate
        steps = power_steps(miner)
        highest = float(mw.max()) * sum(step.power_share for step in steps)
        fleets.append(FleetInYear(str(tier), tuple(blocks), float(mw.max()), highest))
        for step in steps:
            names.append(f"{tier}, {step.label}" if step.label else str(tier))
            powers.append(step.power_share * mw)
            earned = mining_value_usd_per_mwh(setting.hashprice[0, months], step.j_per_th, tier.pue, fee)
            values.append(earned - miner.wear_usd_per_mwh / tier.pue)
    return Mines(
        names=tuple(names),
        mw=year.of_months(np.array(powers).reshape(-1, 12)),
        value_usd_per_mwh=year.of_months(np.array(values).reshape(-1, 12)),
        fleets=tuple(fleets),
    )


@dataclass(frozen=True)
class HallOfDesign:
    """The halls of one design at a site, in one year.

    workload : training or inference.  blocks : their names.  critical_it_mw : of all of them.
    it_mw, load_mw : [H] IT load, and with its PUE at the site meter.  pue : [H].
    pue_design_day : at full load in the worst hour.  occupied_share : of the critical IT that has a user.
    flexible_mw : [H] part of the load that may be interrupted, at flexible_usd_per_mwh.
    """

    design: str
    workload: str
    blocks: tuple[str, ...]
    critical_it_mw: float
    it_mw: Floats
    load_mw: Floats
    pue: Floats
    pue_design_day: float
    occupied_share: float
    flexible_mw: Floats
    flexible_usd_per_mwh: float


def halls(
    setting: Setting, site: Site, year: YearHours, shape_year: int, converted: Mapping[str, str]
) -> tuple[HallOfDesign, ...]:
    """Halls by design: those of clouds that stand, at the cloud's utilisation, and converted blocks as if finished and let.

    IT load = critical IT x load factor x factor of the hour x occupied share, once the block has power. PUE follows the
    weather at the design's mean load.
    """
    found: dict[str, list[tuple[Block, float]]] = {}
    for block in site.blocks:
        if block.name in converted:
            found.setdefault(converted[block.name], []).append((block, 1.0))
        elif block.cloud is not None and block.design is not None:
            found.setdefault(block.design, []).append((block, setting.portfolio.cloud(block.cloud).utilisation_share))
    answer = []
    for name, members in found.items():
        design = setting.portfolio.design(name)
        day = np.array(INFERENCE_DAY)[year.local_hour] if design.workload == "inference" else np.ones(len(year.hours))
        critical = [setting.hall(site, block, name).critical_it_mw for block, _ in members]
        full = sum(
            mw * share * year.of_months(_has_power(setting, site, block, year).astype(np.float64))
            for (block, share), mw in zip(members, critical, strict=True)
        )
        it = np.asarray(full * design.load_factor_share * day)
        assessed = setting.hall(site, members[0][0], name)
        pue = assessed.pue[shape_year][year.shape_hour]
        answer.append(
            HallOfDesign(
                design=name,
                workload=design.workload,
                blocks=tuple(block.name for block, _ in members),
                critical_it_mw=sum(critical),
                it_mw=it,
                load_mw=it * pue,
                pue=pue,
                pue_design_day=assessed.pue_design_day,
                occupied_share=sum(mw * share for (_, share), mw in zip(members, critical, strict=True)) / sum(critical),
                flexible_mw=design.flexible_share * it * pue,
                flexible_usd_per_mwh=design.flexible_usd_per_mwh,
            )
        )
    return tuple(answer)


def _has_power(setting: Setting, site: Site, block: Block, year: YearHours) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """[12] months of the year in which the block has power in the only scenario."""
    first = setting.portfolio.horizon.offset(year.first)
    return np.asarray(first + np.arange(12) >= setting.powered_month(site, block)[0])
