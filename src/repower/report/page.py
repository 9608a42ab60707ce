"""The page of a study: its headline and its sections, in the shell that all pages share (`repower.report.shell`)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from repower.report.assumptions import assumptions
from repower.report.blocks import blocks
from repower.report.cash import cash
from repower.report.energy import energy
from repower.report.events import events
from repower.report.halls import halls
from repower.report.headline import headline
from repower.report.limits import limits
from repower.report.loans import loans
from repower.report.shell import whole_page
from repower.report.sites import sites
from repower.report.spread import spread
from repower.report.uses import uses
from repower.report.whole_file import write_whole
from repower.report.works import works

if TYPE_CHECKING:
    from repower.study.study import Study


def report(study: Study, path: str | Path) -> Path:
    """Write the report of a finished study as one HTML file and give its path.

    The file is written under a temporary name and renamed, so a reader never meets half of it. InputError where it cannot be
    written.
    """
    return write_whole(path, render(study))


def render(study: Study) -> str:
    """The whole HTML text of the report."""
    sections = [
        blocks(study), uses(study), energy(study), cash(study), spread(study), events(study), sites(study), loans(study),
        halls(study), works(study), assumptions(study), limits(),
    ]  # fmt: skip
    title = f"{study.portfolio.name} – Repower study"
    return whole_page(title, headline(study), sections, study.provenance.get("versions", {}).get("repower", ""))
