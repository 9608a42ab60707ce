"""Machines whose numbers cannot be meant: the wrong unit, a digit too many, a power mode that nobody would use."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.catalogue import Gpu, Miner
from repower.portfolio.finding import Finding
from repower.portfolio.name_checks import find_twins
from repower.portfolio.paths import FilePath

#: J/TH of any machine that anybody still runs or has announced. A generous bracket around 9 (2026) to 100 (2016). K.
_PLAUSIBLE_J_PER_TH = (4.0, 200.0)
#: kW of one accelerator with its share of the cluster, up to a whole rack that is rented as one. K.
_PLAUSIBLE_KW = (0.05, 300.0)


def check_miner_efficiency(miner: Miner, path: FilePath) -> Iterator[Finding]:
    """Watts and TH/s give an efficiency that machines have."""
    low, high = _PLAUSIBLE_J_PER_TH
    if not low <= miner.j_per_th <= high:
        message = f"{miner.watts:g} W for {miner.th_per_s:g} TH/s is {miner.j_per_th:.3g} J/TH; machines have {low:g} to {high:g}"
        yield Finding(
            "P236", (*path, "watts"), message, "a plain number is in W here and in TH/s there; or write the unit: 3.5 kW"
        )


def check_mode_names(miner: Miner, path: FilePath) -> Iterator[Finding]:
    """Power modes are called by different names."""
    yield from find_twins(miner.modes, (*path, "modes"))


def check_modes(miner: Miner, path: FilePath) -> Iterator[Finding]:
    """Power modes are as efficient as machines are, and one that draws more hashes more."""
    low, high = _PLAUSIBLE_J_PER_TH
    known: list[tuple[str, float, float]] = [("the nominal power", 1.0, miner.j_per_th)]
    for position, mode in enumerate(miner.modes):
        here = (*path, "modes", position)
        if not low <= mode.j_per_th <= high:
            message = f"{mode.j_per_th:g} J/TH; machines have {low:g} to {high:g}"
            yield Finding("P236", (*here, "j_per_th"), message, "a plain number is in J/TH here")
            continue
        same = next((name for name, share, _ in known if abs(share - mode.power_share) < 1e-9), None)
        if same is not None:
            message = f"{mode.name} draws as much as {same}, so one of the two would never be used"
            yield Finding("P247", (*here, "power_share"), message, "remove one; the nominal power is there without a mode")
            continue
        for name, share, j_per_th in known:
            more, less = (mode.name, name) if mode.power_share > share else (name, mode.name)
            gained = mode.power_share / mode.j_per_th - share / j_per_th
            if gained * (mode.power_share - share) <= 0:
                message = f"{more} draws more than {less} and hashes no more, so it would never be used"
                yield Finding("P247", (*here, "j_per_th"), message, "correct power_share or j_per_th, or remove the mode")
                break
        known.append((mode.name, mode.power_share, mode.j_per_th))


OF_MINER = (check_miner_efficiency, check_mode_names, check_modes)


def check_gpu_power(gpu: Gpu, path: FilePath) -> Iterator[Finding]:
    """The accelerator's power is one that accelerators have."""
    low, high = _PLAUSIBLE_KW
    if not low <= gpu.critical_kw <= high:
        message = f"{gpu.critical_kw:g} kW for one accelerator; they have {low:g} to {high:g}"
        yield Finding("P236", (*path, "critical_kw"), message, "a plain number is in kW here; or write the unit: 1900 W")
