"""The program as people start it: a process of its own, with what it says on both streams."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from small_portfolio import write_small
from small_series import small_series


@dataclass(frozen=True)
class Said:
    """What a run of the program left."""

    code: int
    out: str
    err: str


def start(*arguments: object, cwd: Path | None = None, **environment: str) -> Said:
    """Start the program with its streams piped."""
    done = subprocess.run(
        [sys.executable, "-m", "repower", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def program():
    return start


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory) -> Path:
    """The small portfolio with its series, to be read; it is run once, below."""
    folder = write_small(tmp_path_factory.mktemp("small"))
    small_series(folder)
    return folder


@pytest.fixture(scope="session")
def small_run(small_folder) -> Said:
    """`repower run --json` on it."""
    return start("run", small_folder, "--scenarios", 3, "--seed", 7, "--json")


@dataclass(frozen=True)
class Demo:
    said: Said
    folder: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Demo:
    """`repower demo`, as short as it goes."""
    folder = tmp_path_factory.mktemp("demo") / "here"
    return Demo(start("demo", folder, "--no-open", "--scenarios", 2), folder)
