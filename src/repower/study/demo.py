"""The bundled portfolios: a reference of 3 GW in five countries to look at, a starter of one site to edit."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from repower.errors import InputError, Problem

Bundled = Literal["reference", "starter"]
#: Seed of the bundled series: made data, the same for everybody.
SERIES_SEED = 2027


def write_portfolio(folder: str | Path, which: Bundled) -> Path:
    """Write a bundled portfolio.yaml with its made hourly series into `folder` and give the folder.

    A portfolio.yaml that somebody has edited is never overwritten: InputError. Series that are there are kept as they are, so
    that a demo can be run again, also on series of one's own; those that are absent are made. Each file appears whole or not
    at all.
    """
    target = Path(folder)
    text = (files("repower.study") / "bundled" / which / "portfolio.yaml").read_bytes()
    file = target / "portfolio.yaml"
    try:
        if file.exists() and file.read_bytes() != text:
            raise InputError(
                Problem(
                    "N601",
                    "a portfolio is there already and differs from the bundled one; it is not overwritten",
                    file=str(file),
                    hint=f"work with it (`repower run {target}`), name another folder, or remove it if another version wrote it",
                )
            )
        target.mkdir(parents=True, exist_ok=True)
        absent = [name for name in ("prices.csv", "weather.csv") if not (target / name).exists()]
        if absent:
            from repower.markets.synthetic import write_series

            with TemporaryDirectory(prefix=".series-", dir=target) as made:
                write_series(Path(made), SERIES_SEED)
                for name in absent:
                    (Path(made) / name).replace(target / name)
        draft = target / ".portfolio.yaml.draft"
        draft.write_bytes(text)
        draft.replace(file)
    except OSError as error:
        raise InputError(
            Problem(
                "N602",
                f"cannot write there: {error.strerror or error}",
                file=str(target),
                hint="name a folder that you may write to",
            )
        ) from None
    return target
