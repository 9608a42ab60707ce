"""Machines whose numbers cannot be meant: the wrong unit, or a digit too many."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.catalogue import Gpu, Miner
from repower.portfolio.finding import Finding
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


def check_gpu_power(gpu: Gpu, path: FilePath) -> Iterator[Finding]:
    """The accelerator's power is one that accelerators have."""
    low, high = _PLAUSIBLE_KW
    if not low <= gpu.critical_kw <= high:
        message = f"{gpu.critical_kw:g} kW for one accelerator; they have {low:g} to {high:g}"
        yield Finding("P236", (*path, "critical_kw"), message, "a plain number is in kW here; or write the unit: 1900 W")
