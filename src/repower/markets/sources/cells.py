"""What a file holds, before judgement: cells by column, and the line that each stands in.

CSV is UTF-8 text with one separator throughout; lines above the header (a title, a time of making) are passed over when the
header is known by one of its columns. Parquet cells keep their types. A name that ends in .gz is unpacked first.
Codes: S301 not readable, or a line of another length.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import math
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.sources.faults import Faults

FloatArray = NDArray[np.float64]

_UTC_NAMES = {"UTC", "Etc/UTC", "Z", "+00:00"}


@dataclass(frozen=True)
class Sheet:
    """A table of cells.

    Attributes
    ----------
    header : names of the columns, as they stand there
    header_line : its line, None for Parquet
    lines : line of the CSV, or row of the Parquet file, of every row
    columns : cells [column][row]: text in CSV, any type in Parquet; None for a column that was not asked for
    """

    header: tuple[str, ...]
    header_line: int | None
    lines: Sequence[int]
    columns: Sequence[Sequence[object] | None]

    def cells(self, name: str) -> Sequence[object]:
        """The cells of the first column of that name."""
        cells = self.columns[self.header.index(name)]
        assert cells is not None, f"the column {name} was not asked for"
        return cells


def read_text(path: Path) -> str:
    """The text of a file; InputError S301 when there is none, or it is not UTF-8."""
    try:
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        if content.startswith(b"PK\x03\x04"):
            raise InputError(
                Problem(
                    "S301",
                    "this is a workbook or a ZIP archive, not text",
                    hint="unpack it; save a sheet of a workbook as CSV",
                    file=str(path),
                )
            )
        return content.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error) as error:
        raise InputError(unreadable(path, getattr(error, "strerror", None) or str(error))) from None
    except UnicodeDecodeError as error:
        raise InputError(
            Problem("S301", f"byte {error.start + 1:,} is not UTF-8 text", hint="save the file as UTF-8", file=str(path))
        ) from None


def read_csv(
    path: Path, faults: Faults, judge: Callable[[tuple[str, ...], int | None], None], *, known_by: str = "", separator: str = ","
) -> Sheet:
    """Read a CSV.

    `judge` is given the header and its line before any other cell is looked at, and raises when it is the wrong one.
    `known_by` is a column of the header, which then need not be the first line. A line with another number of cells than
    the header becomes a fault and is left out.
    """
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True, delimiter=separator)
    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        for row in reader:
            if row:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise InputError(
            Problem("S301", f"not a CSV file: {error}", hint="look at the quotation marks", file=str(path), line=reader.line_num)
        ) from None
    begin = 0
    if known_by:
        begin = next((n for n, row in enumerate(rows[:50]) if known_by in (cell.strip() for cell in row)), 0)
    header = tuple(name.strip() for name in rows[begin]) if rows else ()
    header_line = lines[begin] if rows else 1
    judge(header, header_line)
    body, lines = rows[begin + 1 :], lines[begin + 1 :]
    width = len(header)
    if any(len(row) != width for row in body):
        faults.add(
            "S301",
            (
                (line, "", f"the line has {len(row)} cells and the header {width}")
                for line, row in zip(lines, body, strict=True)
                if len(row) != width
            ),
            f"the separator is {'a comma' if separator == ',' else repr(separator)} and the decimal sign a point",
        )
        lines = [line for line, row in zip(lines, body, strict=True) if len(row) == width]
        body = [row for row in body if len(row) == width]
    return Sheet(header, header_line, lines, list(zip(*body, strict=True)) or [()] * width)


def read_parquet(path: Path, wanted: Sequence[str], judge: Callable[[tuple[str, ...], int | None], None]) -> Sheet:
    """Read the `wanted` columns of a Parquet file, after `judge` has seen its header; stamps become datetimes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            header = tuple(file.schema_arrow.names)
            judge(header, None)
            table = file.read(columns=list(wanted))
        columns: list[Sequence[object] | None] = [None] * len(header)
        for name in wanted:
            kind = table.schema.field(name).type
            column = table.column(name)
            # whole hours are judged later; a stamp finer than microseconds would not fit a datetime
            if pa.types.is_timestamp(kind):
                column = column.cast(pa.timestamp("us", "UTC" if kind.tz in _UTC_NAMES else kind.tz), safe=False)
            columns[header.index(name)] = column.to_pylist()
    except OSError as error:
        raise InputError(unreadable(path, error.strerror or str(error))) from None
    except (pa.ArrowException, ValueError, OverflowError, KeyError) as error:
        raise InputError(unreadable(path, str(error))) from None
    return Sheet(header, None, range(1, table.num_rows + 1), columns)


def unreadable(path: Path, reason: str) -> Problem:
    """The problem S301 of a file."""
    return Problem(
        "S301",
        f"the series cannot be read: {reason}",
        hint="a series is a file, CSV or Parquet (name.parquet); those of a portfolio lie beside portfolio.yaml",
        file=str(path),
    )


def numbers(cells: Sequence[object]) -> FloatArray:
    """Cells as numbers, NaN where one is none: all at once where they are text and well."""
    with contextlib.suppress(TypeError, ValueError):
        # float() would read 1_000 as a number; whoever meant 1.000 would be surprised
        if "_" not in "".join(cells):  # type: ignore[arg-type]
            return np.array(list(map(float, cells)))  # type: ignore[arg-type]
    return np.array([_number(cell) for cell in cells], dtype=np.float64)


def _number(cell: object) -> float:
    if isinstance(cell, bool) or cell is None or (isinstance(cell, str) and "_" in cell):
        return math.nan
    try:
        return float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
