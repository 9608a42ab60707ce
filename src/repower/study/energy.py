"""The study's energy: who drew what from where, and proof that it balances."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr

from repower.conversion.choices import Choice
from repower.conversion.options import Operation
from repower.conversion.programme import Programme, SiteRun
from repower.conversion.setting import Floats, Setting

#: Uses of a block's grid MW, in the order in which the charts stack them.
USES = ("AI lease", "AI cloud", "mining", "works", "idle", "no power yet")

Cases = dict[str, tuple[tuple[Choice, ...], Programme]]


def energy_dataset(setting: Setting, cases: Cases) -> xr.Dataset:
    """Mean energy by case, site and month, grid MW by use, and the worst errors of the balances.

    Dims case, site, month, use. Every variable has `units` and `long_name`.
    """
    sites = [site.name for site in setting.portfolio.sites]
    sums: dict[str, list[list[Floats]]] = {name: [] for name in _SUMS}
    use, energy_error, money_error = [], [], []
    for chosen, programme in cases.values():
        for name, (_, total) in _SUMS.items():
            sums[name].append([total(run).mean(axis=0) for run in programme.runs])
        use.append(_uses(setting, chosen, programme.operations))
        energy_error.append([_energy_error(run) for run in programme.runs])
        money_error.append([_money_error(run) for run in programme.runs])
    months = setting.portfolio.horizon.labels()
    data: dict[str, tuple[tuple[str, ...], Floats, dict[str, str]]] = {
        name: (("case", "site", "month"), np.array(values), {"units": "MWh", "long_name": _SUMS[name][0]})
        for name, values in sums.items()
    }
    data["use_mw"] = (
        ("case", "use", "month"),
        np.array(use),
        {"units": "MW grid", "long_name": "grid MW by use, mean over scenarios"},
    )
    data["energy_balance_error"] = (
        ("case", "site"),
        np.array(energy_error),
        {"units": "1", "long_name": "worst |in - out| of any scenario and month against the site's largest month"},
    )
    data["money_balance_error"] = (
        ("case", "site"),
        np.array(money_error),
        {"units": "1", "long_name": "worst |margin - its parts| of any scenario and month against the largest part"},
    )
    return xr.Dataset(data, coords={"case": list(cases), "site": sites, "month": months, "use": list(USES)})


_SUMS: dict[str, tuple[str, Callable[[SiteRun], Floats]]] = {
    "mining_mwh": ("energy of mines", lambda run: run.energy.tier_mwh.sum(axis=2)),
    "ai_mwh": ("energy of AI halls", lambda run: run.energy.ai_mwh),
    "unserved_mwh": ("AI load not served", lambda run: run.energy.unserved_mwh),
    "spot_mwh": ("bought at the market", lambda run: run.energy.spot_mwh),
    "ppa_delivered_mwh": ("delivered from power contracts", lambda run: run.energy.ppa_delivered_mwh.sum(axis=2)),
    "ppa_resold_mwh": ("resold from power contracts", lambda run: run.energy.ppa_resold_mwh.sum(axis=2)),
    "ppa_left_mwh": ("paid in power contracts and left unused", lambda run: run.energy.ppa_left_mwh.sum(axis=2)),
    "generator_mwh": ("own and bought generation", lambda run: run.energy.generator_mwh.sum(axis=2)),
}


def _energy_error(run: SiteRun) -> float:
    energy = run.energy
    source = energy.spot_mwh + energy.ppa_delivered_mwh.sum(axis=2) + energy.generator_mwh.sum(axis=2)
    drawn = energy.tier_mwh.sum(axis=2) + energy.ai_mwh
    return float(np.abs(source - drawn).max() / max(1.0, float(drawn.max())))


def _money_error(run: SiteRun) -> float:
    energy = run.energy
    parts = (
        energy.mining_value_usd,
        energy.resale_usd,
        -energy.spot_usd,
        -energy.adder_usd,
        -energy.ppa_usd,
        -energy.generator_usd,
        -energy.unserved_usd,
    )
    largest = max(1.0, *(float(np.abs(part).max()) for part in parts))
    return float(np.abs(sum(parts) - energy.margin_usd).max() / largest)


def _uses(setting: Setting, chosen: tuple[Choice, ...], operations: list[Operation]) -> Floats:
    """[use, month] mean grid MW; the uses of a block add up to its grid MW in every scenario and month."""
    use = np.zeros((len(USES), setting.months))
    month = np.arange(setting.months)[None, :]
    blocks = [(site, block) for site in setting.portfolio.sites for block in site.blocks]
    for (site, block), choice, operation in zip(blocks, chosen, operations, strict=True):
        shape = (setting.count, setting.months)
        powered = np.broadcast_to(month >= setting.powered_month(site, block)[:, None], shape)
        hall = np.zeros(shape, dtype=bool)
        if choice.design is not None:
            hall = powered & (month >= operation.ready[:, None])
        mining = sum((mw > 0 for mw in operation.mine_mw.values()), np.zeros(shape, dtype=bool)).astype(bool) & ~hall
        works = np.zeros(shape, dtype=bool)
        if choice.start is not None and choice.design is not None:
            works = powered & ~hall & ~mining & (month >= choice.start)
        idle = powered & ~hall & ~mining & ~works
        kinds = (hall & (choice.becomes == "ai_lease"), hall & (choice.becomes == "ai_cloud"), mining, works, idle, ~powered)
        for position, active in enumerate(kinds):
            use[position] += block.grid_mw * np.asarray(active).mean(axis=0)
    return use
