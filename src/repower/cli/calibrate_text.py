"""A calibration as text for the terminal: what was fitted on what, tables, the verdict, and fields to paste."""

from __future__ import annotations

import io
import shutil

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from repower.report.calibrated import Table, Told

#: Columns of a terminal that nobody sees, and the most that are used.
_WIDTH, _WIDEST = 110, 130


def as_text(told: Told) -> str:
    """Everything, lines without blanks at their ends, no colours; the fields stand as they are to be pasted."""
    out = io.StringIO()
    width = min(_WIDEST, max(80, shutil.get_terminal_size((_WIDTH, 40)).columns))
    console = Console(file=out, width=width, highlight=False, no_color=True, emoji=False, markup=False)
    console.print(f"{told.what}: {told.file}")
    for sentence in told.about:
        console.print(Padding(Text(sentence), (0, 0, 0, 2)))
    for table in told.tables:
        console.print()
        console.print(Text(table.title))
        console.print(_rich(table))
    console.print()
    console.print("Verdict")
    for sentence in told.verdict:
        grid = RichTable.grid(padding=(0, 1))
        grid.add_row("  -", Text(sentence))
        console.print(grid)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    return "\n".join([*lines, "", "For portfolio.yaml, beside what stands there", "", told.snippet])


def _rich(table: Table) -> RichTable:
    shown = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="", collapse_padding=True)
    for place, head in enumerate(table.columns):
        shown.add_column(head, justify="left" if place in table.words else "right", overflow="fold")
    for row in table.rows:
        # as Text: a name with brackets is a name and no markup
        shown.add_row(*(Text(cell) for cell in row))
    return shown
