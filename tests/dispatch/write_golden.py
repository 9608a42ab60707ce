"""The linear programme of a two-hour site as text, by constraint; `python tests/dispatch/write_golden.py` rewrites the files."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from repower.dispatch import SiteHours
from repower.dispatch.linear import build_model

GOLDEN = Path(__file__).parent / "golden"

#: A firm load, two generations of miners, a hydro contract without resale and a gas engine; the second price is negative.
SITE = SiteHours(
    market_price_usd_per_mwh=np.array([30.0, -5.0]),
    adder_usd_per_mwh=2.0,
    import_limit_mw=np.array([100.0, 80.0]),
    ppa_mw=np.array([[40.0, 40.0], [10.0, 10.0]]),
    ppa_price_usd_per_mwh=np.array([[42.0, 42.0], [25.0, 25.0]]),
    ppa_must_take_share=np.array([0.5, 1.0]),
    ppa_resale=np.array([False, True]),
    ppa_resale_fee_usd_per_mwh=np.array([0.0, 1.0]),
    generator_mw=np.array([[20.0, 20.0]]),
    generator_cost_usd_per_mwh=np.array([[60.0, 60.0]]),
    tier_mw=np.array([[30.0, 30.0], [60.0, 60.0]]),
    tier_value_usd_per_mwh=np.array([[95.0, 95.0], [61.0, 70.0]]),
    ai_mw=np.array([25.0, 26.0]),
)


def write_lp(path: Path) -> str:
    """Write the programme of SITE to `path` and return its text."""
    model = build_model(SITE, ["h1", "h2"], ["hydro", "wind"], ["gas"], ["s21", "s19"])
    model.to_file(path, explicit_coordinate_names=True, progress=False)
    return path.read_text(encoding="utf-8")


def golden_texts() -> dict[str, str]:
    """Objective, and rows of each constraint, by name; without the solver's column numbers and signs of zero."""
    with tempfile.TemporaryDirectory() as folder:
        text = write_lp(Path(folder) / "site.lp")
    objective, rest = text.split("s.t.")
    rows = rest.split("bounds")[0]
    texts: dict[str, list[str]] = {"objective": [_plain(line) for line in objective.splitlines() if "#" in line]}
    name = ""
    for line in rows.splitlines():
        if line.rstrip().endswith(":"):
            name = line.split("(")[0].replace("_", "-")
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
