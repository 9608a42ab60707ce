"""One study of the small portfolio, run once; with rents and a budget at which halls pay, so that there are loans to look at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

import repower
from repower.study.study import Study
from small_portfolio import SMALL_YAML, write_small
from small_series import small_series

SCENARIOS, SEED = 12, 3

RICHER = {
    "usd: 400 M$": "usd: 2000 M$",
    "usd: 600 M$": "usd: 2500 M$",
    "usd_per_kw_month: 135": "usd_per_kw_month: 190",
    "usd_per_kw_month: 120,": "usd_per_kw_month: 170,",
}


# no repr: that of a whole study would take minutes to shorten where a test fails
@dataclass(frozen=True, repr=False)
class Studied:
    """A study and the folder in which its portfolio and its record are. Tests read it and change copies."""

    folder: Path
    study: Study


@pytest.fixture(scope="session")
def studied(tmp_path_factory) -> Studied:
    text = SMALL_YAML
    for small, richer in RICHER.items():
        assert small in text
        text = text.replace(small, richer)
    folder = write_small(tmp_path_factory.mktemp("studied"), text)
    small_series(folder)
    study = repower.run(repower.load(folder), scenarios=SCENARIOS, seed=SEED)
    study.save(folder)
    return Studied(folder, study)
