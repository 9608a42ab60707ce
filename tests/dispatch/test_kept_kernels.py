"""Compiled code outlives its source only as long as no kernel's source has changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import repower.dispatch
from repower.dispatch.kept_kernels import STAMP, forget_stale


def test_a_change_of_any_file_throws_all_compiled_code_away(tmp_path):
    kept = tmp_path / "__pycache__"
    kept.mkdir()
    (tmp_path / "rows.py").write_text("ROW = 3\n")
    (tmp_path / "loop.py").write_text("from rows import ROW\n")
    assert not forget_stale(tmp_path)
    for name in ("loop.run-1.py311.nbi", "loop.run-1.py311.1.nbc", "loop.cpython-311.pyc"):
        (kept / name).write_text("compiled")
    assert not forget_stale(tmp_path)
    assert len(list(kept.glob("*.nb[ic]"))) == 2
    (tmp_path / "rows.py").write_text("ROW = 4\n")
    assert forget_stale(tmp_path)
    assert sorted(path.name for path in kept.iterdir()) == [STAMP, "loop.cpython-311.pyc"]
    assert not forget_stale(tmp_path)


def test_the_package_has_asked_when_its_kernels_are_there(tmp_path):
    """A kernel of other sources, planted beside ours, is gone once the dispatch has been imported."""
    folder = Path(repower.dispatch.__file__).parent
    copied = tmp_path / "repower"
    subprocess.run(["cp", "-r", str(folder.parent), str(copied)], check=True)
    planted = copied / "dispatch" / "__pycache__" / "solve.run_hours-1.py311.nbi"
    planted.parent.mkdir(exist_ok=True)
    (planted.parent / STAMP).write_text("of other sources")
    planted.write_text("compiled")
    command = [sys.executable, "-c", "import repower.dispatch.stack as s; print(s.__file__)"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=True)
    assert str(copied) in done.stdout
    assert not planted.exists()


def test_a_folder_that_cannot_be_written_is_left_alone(tmp_path):
    (tmp_path / "rows.py").write_text("ROW = 3\n")
    (tmp_path / "__pycache__").write_text("a file where a folder should be")
    assert not forget_stale(tmp_path)
