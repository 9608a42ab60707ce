"""HOW LONG A BUILD TAKES: the works of a block, their network, nominal and likely dates, capital by month.

Left out so far: calendars, crews shared by blocks and sites, crashing, a solver for crews (CP-SAT), halls of one block that
are handed over one by one, the grid connection, exchange with scheduling programs.
"""

from repower.construction.duration import WorkRow, WorksDuration, works_duration, works_table
from repower.construction.network import Link, Network, Schedule, schedule
from repower.construction.works import BlockKind, BlockWorks, Work, block_works

__all__ = [
    "BlockKind", "BlockWorks", "Link", "Network", "Schedule", "Work", "WorkRow", "WorksDuration", "block_works", "schedule",
    "works_duration", "works_table",
]  # fmt: skip
