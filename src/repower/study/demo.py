"""The bundled portfolios: a reference of 3 GW in five countries to look at, a starter of one site to edit."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import Literal

from repower.errors import InputError, Problem

Bundled = Literal["reference", "starter"]
#: Seed of the bundled series: made data, the same for everybody.
SERIES_SEED = 2027


def write_portfolio(folder: str | Path, which: Bundled) -> Path:
    """Write a bundled portfolio.yaml with its made hourly series into `folder` and give the folder.

    Files that are there already are kept if they are the same, so that a demo can be run again; a portfolio.yaml that
    somebody has edited is never overwritten: InputError.
    """
    target = Path(folder)
    text = (files("repower.study") / "bundled" / which / "portfolio.yaml").read_bytes()
    file = target / "portfolio.yaml"
    if file.exists() and file.read_bytes() != text:
        raise InputError(
            Problem(
                "N601",
                "a portfolio is there already and differs from the bundled one; it is not overwritten",
                file=str(file),
                hint=f"work with it (`repower run {target}`), or name another folder",
            )
        )
    try:
        target.mkdir(parents=True, exist_ok=True)
        if not all((target / name).exists() for name in ("prices.csv", "weather.csv")):
            from repower.markets.synthetic import write_series

            write_series(target, SERIES_SEED)
        draft = target / ".portfolio.yaml.draft"
        draft.write_bytes(text)
        os.replace(draft, file)  # noqa: PTH105 - the atomic rename is the point
    except OSError as error:
        raise InputError(
            Problem("N602", f"cannot write there: {error.strerror or error}", file=str(target), hint="name a folder that you may write to")
        ) from None
    return target
