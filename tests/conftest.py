"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]

# Two processes that compile the same kernel at once can leave a cache whose index names the other's code, so each test
# process has a cache of its own; programs that a test starts inherit it. Numba reads this when it is first imported.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["NUMBA_CACHE_DIR"] = str(ROOT / ".numba_cache" / worker)

# Where a change is judged the examples are the same every time; elsewhere they are new ones.
settings.register_profile(
    "repower", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=bool(os.environ.get("CI"))
)
settings.load_profile("repower")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and other people's answers; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("REPOWER_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data at {folder}; set REPOWER_SHARED to a folder with data/ and oracles/")
    return folder
