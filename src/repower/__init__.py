"""Repower: plan and finance the conversion of powered sites from Bitcoin mines into AI data centres.

The same sentences as the program's: `load` a portfolio, `run` a study, `study.save`, `open` it again, write a `report`.
Importing the package loads no array library; each name brings what it needs when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_WHERE = {
    "load": ("repower.portfolio.reading", "load"),
    "run": ("repower.study.run", "run"),
    "open": ("repower.study.record", "open_study"),
    "report": ("repower.report.page", "report"),
    "Portfolio": ("repower.portfolio", "Portfolio"),
    "Study": ("repower.study.study", "Study"),
    "InputError": ("repower.errors", "InputError"),
    "InfeasibleError": ("repower.errors", "InfeasibleError"),
    "RepowerError": ("repower.errors", "RepowerError"),
}

__all__ = ["InfeasibleError", "InputError", "Portfolio", "RepowerError", "Study", "load", "open", "report", "run"]

if TYPE_CHECKING:
    from repower.errors import InfeasibleError, InputError, RepowerError
    from repower.portfolio import Portfolio
    from repower.portfolio.reading import load
    from repower.report.page import report
    from repower.study.record import open_study as open  # noqa: A004 - the sentence reads repower.open(...)
    from repower.study.run import run
    from repower.study.study import Study


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'repower' has no attribute {name!r}")
    module, attribute = _WHERE[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
