"""WHAT PEOPLE READ: a finished study as one file for the browser, in the order in which people ask.

    page           the whole file: sections, contents, policy of what it may load (nothing)
    headline       what it is, the figures of the first glance with business as usual beside them
    blocks         what converts, when and why; timeline draws it
    uses, energy   grid MW by use, energy by source and use
    cash, spread   money by year and line, and how far it spreads over the scenarios
    sites, loans, halls, works
    assumptions    every number of the portfolio with unit, confidence and source
    limits         what the study leaves out
    figures, tables, drawing   numbers for people, tables with their order, charts with their data

Left out so far: a workbook, comparison of two studies, languages other than English, pages that ask anything of a server.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from repower.study.study import Study


class _Room(ModuleType):
    """`repower.report` is this room and the sentence `repower.report(study, path)`: once the room is loaded, Python puts it
    where the sentence's function was, so the room itself answers the call."""

    def __call__(self, study: Study, path: str | Path) -> Path:
        from repower.report.page import report

        return report(study, path)


sys.modules[__name__].__class__ = _Room
