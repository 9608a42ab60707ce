"""Tables: a caption, a head with units, cells that carry their exact value for sorting and checking.

A cell's `data-v` is the full number behind the rounded one, so totals can be checked and columns sorted. Tables scroll in
a box of their own; a page never does sideways.
"""

from __future__ import annotations

import csv
import io
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from repower.report import figures

_ROW_HEAD = 'th scope="row"'


@dataclass(frozen=True)
class Cell:
    """One cell: HTML to show, exact value behind it, CSS classes."""

    html: str
    value: float | str | None = None
    css: str = ""


@dataclass(frozen=True)
class Column:
    """A head: title (text), unit (text, below it), whether its cells are numbers."""

    title: str
    unit: str = ""
    numeric: bool = True


@dataclass(frozen=True)
class Row:
    """One row; `kind` is "" for a plain one, "total" or "group" (one cell over the whole width)."""

    cells: Sequence[Cell]
    kind: str = ""
    anchor: str = ""


def words(value: object, css: str = "") -> Cell:
    """A cell of words, escaped."""
    return Cell(figures.text(value), str(value), css)


def html(shown: str, value: float | str | None = None, css: str = "") -> Cell:
    """A cell of ready HTML, and what it is sorted by."""
    return Cell(shown, value, css)


def amount(value: float | None, decimals: int = 0, *, scale: float = 1.0) -> Cell:
    """A number, shown divided by `scale`; below zero it is red and has a minus."""
    if value is None or not isfinite(value):
        return Cell(figures.NOTHING, None, "n none")
    shown = figures.number(value / scale, decimals)
    return Cell(shown, float(value), "n neg" if shown.startswith("−") else "n")


def share(value: float | None, decimals: int = 0) -> Cell:
    """A fraction in percent."""
    if value is None or not isfinite(value):
        return Cell(figures.NOTHING, None, "n none")
    return Cell(figures.percent(value, decimals), float(value), "n neg" if value < 0 else "n")


def group(label_html: str) -> Row:
    """A heading inside a table."""
    return Row((Cell(label_html),), "group")


def table(caption: str, columns: Sequence[Column], rows: Iterable[Row], *, name: str, sortable: bool = True) -> str:
    """A table in its own scrolling box. `caption` is HTML; `name` becomes the id of the table."""
    head = "".join(_head(column) for column in columns)
    body = "".join(_row(row, len(columns)) for row in rows)
    css = ' class="sortable"' if sortable else ""
    return (
        f'<div class="box" tabindex="0" role="region" aria-label="table: {figures.text(name)}"><table '
        f'id="{figures.text(name)}"{css}>'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _head(column: Column) -> str:
    unit = f'<span class="unit">{figures.text(column.unit)}</span>' if column.unit else ""
    css = ' class="n"' if column.numeric else ""
    return f'<th scope="col"{css}>{figures.text(column.title)}{unit}</th>'


def _row(row: Row, width: int) -> str:
    anchor = f' id="{figures.text(row.anchor)}"' if row.anchor else ""
    if row.kind == "group":
        return f'<tr class="group"{anchor}><th scope="rowgroup" colspan="{width}"><span>{row.cells[0].html}</span></th></tr>'
    kind = f' class="{row.kind}"' if row.kind else ""
    first, *rest = row.cells
    return f"<tr{kind}{anchor}>{_cell(first, _ROW_HEAD)}{''.join(_cell(cell, 'td') for cell in rest)}</tr>"


def _cell(cell: Cell, tag: str) -> str:
    css = f' class="{cell.css}"' if cell.css else ""
    value = f' data-v="{figures.text(repr(cell.value) if isinstance(cell.value, float) else cell.value)}"'
    return f"<{tag}{css}{value if cell.value is not None and cell.html != cell.value else ''}>{cell.html}</{tag.split()[0]}>"


def csv_link(columns: Sequence[str], rows: Iterable[Sequence[object]], file_name: str) -> str:
    """A link that saves these rows as CSV; the data are inside the link, nothing is asked of anybody."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([spare(value) for value in row] for row in rows)
    data = b64encode(out.getvalue().encode()).decode()
    return f'<a class="csv" download="{figures.text(file_name)}" href="data:text/csv;base64,{data}">save as CSV</a>'


def spare(value: object) -> object:
    """Six significant figures are enough for a chart; a text that a spreadsheet would run as a formula is quoted."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
