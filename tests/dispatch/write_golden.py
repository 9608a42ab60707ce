"""The programme of a two-hour site as text, by constraint; `python tests/dispatch/write_golden.py` rewrites the files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from repower.dispatch.linear import build_model
from repower.dispatch.problem import Battery, Peaks, SiteHours

GOLDEN = Path(__file__).parent / "golden"

#: A load of which a part may be interrupted, two generations of miners that offer reserve, a hydro contract without resale
#: and a wind contract with it, a gas engine with a least load, a diesel, a battery, export, demand charges of two months and
#: an hour of the system's peak. What hydro must take may be sold dearer than it is used in the first hour; in the second the
#: price is negative: both ask for a yes or no.
SITE = SiteHours(
    market_price_usd_per_mwh=np.array([30.0, -5.0]),
    adder_usd_per_mwh=2.0,
    import_limit_mw=np.array([100.0, 80.0]),
    ppa_mw=np.array([[40.0, 40.0], [10.0, 10.0]]),
    ppa_price_usd_per_mwh=np.array([[42.0, 42.0], [25.0, 25.0]]),
    ppa_must_take_share=np.array([0.5, 1.0]),
    ppa_resale=np.array([False, True]),
    ppa_resale_fee_usd_per_mwh=np.array([0.0, 1.0]),
    generator_mw=np.array([[20.0, 20.0], [4.0, 4.0]]),
    generator_cost_usd_per_mwh=np.array([[60.0, 60.0], [150.0, 150.0]]),
    tier_mw=np.array([[30.0, 30.0], [60.0, 60.0]]),
    tier_value_usd_per_mwh=np.array([[95.0, 95.0], [61.0, 70.0]]),
    ai_mw=np.array([25.0, 26.0]),
    export_limit_mw=np.array([50.0, 15.0]),
    export_fee_usd_per_mwh=3.0,
    flexible_mw=np.array([5.0, 6.0]),
    flexible_usd_per_mwh=200.0,
    generator_least_share=np.array([0.4, 0.0]),
    generator_min_up_hours=np.array([2, 1]),
    generation_limit_mwh=30.0,
    reserve_usd_per_mw_hour=8.0,
    reserve_max_share=0.5,
    reserve_called_share=0.1,
    batteries=(
        Battery(
            charge_mw=10.0,
            discharge_mw=12.0,
            energy_mwh=40.0,
            charge_efficiency=0.9,
            discharge_efficiency=0.8,
            usd_per_mwh_discharged=4.0,
            start_mwh=20.0,
            least_end_mwh=16.0,
            end_value_usd_per_mwh=35.0,
        ),
    ),
    peaks=Peaks(
        cell=np.array([0, 1]),
        usd_per_mw=np.array([9000.0, 7000.0]),
        weight=np.array([[1.0, 0.0], [0.8, 1.0]]),
    ),
    coincident_usd_per_mw=np.array([0.0, 500.0]),
)


def write_lp(path: Path) -> str:
    """Write the programme of SITE to `path` and return its text."""
    model = build_model(
        SITE,
        hours=["h1", "h2"],
        ppas=["hydro", "wind"],
        generators=["gas", "diesel"],
        tiers=["s21", "s19"],
        batteries=["shed"],
        cells=["january", "february"],
        charges=["january", "february_ratchet"],
    )
    model.to_file(path, explicit_coordinate_names=True, progress=False)
    return path.read_text(encoding="utf-8")


def golden_texts() -> dict[str, str]:
    """Objective, rows of each constraint by name, and what is 0 or 1; without column numbers and signs of zero."""
    with tempfile.TemporaryDirectory() as folder:
        text = write_lp(Path(folder) / "site.lp")
    objective, rest = text.split("s.t.")
    rows, rest = rest.split("bounds")
    texts: dict[str, list[str]] = {"objective": [_plain(line) for line in objective.splitlines() if "#" in line]}
    texts["whole-numbers"] = [_plain(line) for line in rest.split("binary")[1].splitlines() if "#" in line]
    name = ""
    for line in rows.splitlines():
        if line.rstrip().endswith(":"):
            name = line.split("(")[0].split("#")[0].replace("_", "-")
        if line.strip():
            texts.setdefault(name, []).append(_plain(line))
    return {name: "\n".join(lines) + "\n" for name, lines in texts.items()}


def _plain(line: str) -> str:
    words = [word.split("#")[0] + (":" if word.endswith(":") else "") for word in line.split()]
    return " ".join("0.0" if word in ("-0.0", "+0.0") else word for word in words)


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.lp"):
        old.unlink()
    for name, text in golden_texts().items():
        (GOLDEN / f"{name}.lp").write_text(text, encoding="utf-8")
