"""What the exports of market operators have in common: named points or zones in rows, and one price per interval.

Codes: S312 not this format, S316 not a number, S318 which series.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.sources.cells import Sheet, numbers
from repower.markets.sources.faults import Faults
from repower.markets.sources.hours import Reading

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Our name of a series, and what it is called in the file; "" for the only one there.
Wanted = Mapping[str, str]

#: How formats write "there is no value here"; anything else that is no number is a fault.
_NOTHING = {"", "-", "n/e", "n/a", "N/A", "nan", "NaN", "null", "None"}


def column(header: Sequence[str], *names: str) -> str | None:
    """The column of the header that is one of `names`, blanks, underscores and capitals aside; None when there is none."""
    wanted = {_plain(name) for name in names}
    return next((given for given in header if _plain(given) in wanted), None)


def cells_of(sheet: Sheet, *names: str) -> Sequence[object]:
    """The cells of the column that is one of `names`, which a judge has seen."""
    found = column(sheet.header, *names)
    assert found is not None, f"no judge has seen {names}"
    return sheet.cells(found)


def judge(format_name: str, needed: Sequence[Sequence[str]], faults: Faults) -> Callable[[tuple[str, ...], int | None], None]:
    """A judge of headers: S312 unless one of each alternatives in `needed` is there."""

    def check(header: tuple[str, ...], line: int | None) -> None:
        missing = [" or ".join(names) for names in needed if column(header, *names) is None]
        if missing:
            hint = f"the file has: {', '.join(header[:20]) or 'nothing'}"
            if len(header) == 1 and ";" in header[0]:
                hint = "the file is separated by semicolons; separate by commas and write decimals with a point"
            faults.add("S312", [(line, "", f"this is no {format_name}: no column {', '.join(missing)}")], hint)
            faults.stop()

    return check


def values(cells: Sequence[object], name: str, lines: Sequence[int], faults: Faults) -> FloatArray:
    """Prices [row]; NaN where the cell says that there is none, a fault (S316) where it is no number."""
    found = numbers(cells)
    bad = [
        row
        for row in np.flatnonzero(~np.isfinite(found)).tolist()
        if cells[row] is not None and str(cells[row]).strip() not in _NOTHING
    ]
    faults.add(
        "S316",
        ((lines[row], name, f"{str(cells[row])[:40]!r} is not a number") for row in bad),
        "decimals have a point, and thousands no separator",
    )
    return found


def choose(points: Sequence[str], wanted: Wanted, what: str, file: str) -> dict[str, str]:
    """Which point of the file each of our names means.

    A name without a point means the point of that name, else the only one there.

    Raises
    ------
    InputError
        S318 for a point that is not there, several of which none was named, or no name at all
    """
    if not wanted:
        raise InputError(Problem("S318", "no series is named", hint="name the column that is to be written", file=file))
    chosen: dict[str, str] = {}
    problems = []
    some = ", ".join(points[:15]) + (f" and {len(points) - 15:,} more" if len(points) > 15 else "")
    for name, point in wanted.items():
        if (point or name) in points:
            chosen[name] = point or name
        elif not point and len(points) == 1:
            chosen[name] = points[0]
        elif not point:
            problems.append(
                Problem(
                    "S318",
                    f"the file has {len(points):,} of the {what}, and none is named",
                    path=name,
                    hint=f"say which, as {name}={points[0] if points else what}; the file has {some or 'none'}",
                    file=file,
                )
            )
        else:
            near = difflib.get_close_matches(point, points, n=1)
            problems.append(
                Problem(
                    "S318",
                    f"the {what} {point} is not in the file",
                    path=name,
                    hint=f"did you mean {near[0]}?" if near else f"the file has {some or 'none'}",
                    file=file,
                )
            )
    if problems:
        raise InputError(problems)
    return chosen


def distinct(cells: Sequence[object]) -> tuple[list[str], IntArray]:
    """The different texts of a column in their order, and the number of each row's."""
    number: dict[str, int] = {}
    rows = np.empty(len(cells), dtype=np.int64)
    for row, cell in enumerate(cells):
        text = "" if cell is None else str(cell).strip()
        rows[row] = number.setdefault(text, len(number))
    return list(number), rows


def by_point(
    chosen: Mapping[str, str],
    points: Sequence[str],
    number: IntArray,
    minute: IntArray,
    length: IntArray | int,
    value: FloatArray,
    lines: Sequence[int],
) -> dict[str, Reading]:
    """The rows of each chosen point; `length` in minutes, one for all rows or one each."""
    line = np.asarray(lines, dtype=np.int64)
    lengths = np.broadcast_to(np.asarray(length, dtype=np.int64), minute.shape)
    series = {}
    for name, point in chosen.items():
        rows = np.flatnonzero(number == points.index(point))
        series[name] = Reading(minute[rows], lengths[rows], value[rows], line[rows])
    return series


def kept_rows(mask: NDArray[np.bool_], cells: Sequence[object]) -> list[object]:
    """The cells of the rows where the mask is true."""
    return [cells[row] for row in np.flatnonzero(mask).tolist()]


def _plain(name: str) -> str:
    return re.sub(r"[\s_]", "", name).lower()
