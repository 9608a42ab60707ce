"""placeholder until the page lands"""
from __future__ import annotations
from pathlib import Path
from repower.study.study import Study

def report(study: Study, path: str | Path) -> Path:
    """x"""
    Path(path).write_text("x"); return Path(path)
