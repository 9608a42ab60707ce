"""Wall clocks: stamps of a place's own time turned into UTC, with every clock change explained.

In spring a wall clock leaves out an hour, in autumn it shows one twice. A stamp that the clock never showed is refused. Of a
stamp that it showed twice one must know which: a flag of the file says so, or both are there and follow each other in time.

For a wall-clock time t let a(t) and b(t) be the offsets from UTC if the clock had not yet been changed, and if it had:
t was shown once where a = b, twice where a > b (first at t - a, then at t - b), and never where a < b.

Codes: S313 not a time, S326 contradicts the clock of the zone.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.sources.faults import Faults

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

#: A stamp that was refused; no stamp before 1970 is taken.
REFUSED = -1
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the face of a wall clock has no zone
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)


def zone_named(name: str) -> ZoneInfo:
    """The time zone of a name such as Europe/Oslo; InputError S326 for any other word."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = difflib.get_close_matches(name, sorted(available_timezones()), n=1, cutoff=0.5)
        hint = f"did you mean {near[0]}?" if near else "zones are named as Europe/Oslo, America/Chicago, UTC"
        raise InputError(Problem("S326", f"there is no time zone {name!r}", hint=hint)) from None


def wall_stamp(minute: int | np.int64) -> str:
    """``2023-11-05 01:00`` from minutes of a wall clock since 1970."""
    return f"{_EPOCH + timedelta(minutes=int(minute)):%Y-%m-%d %H:%M}"


def minutes_of(
    cells: Sequence[object], read: Callable[[str], datetime], what: str, column: str, lines: Sequence[int], faults: Faults
) -> IntArray:
    """Minutes since 1970 of stamps without zone; `read` turns a text into a datetime or raises ValueError.

    A stamp with seconds or before 1970 is refused too (S313); `what` says in the hint how the format writes its stamps.
    """
    known: dict[object, int] = {}
    for cell in cells:
        if cell not in known:
            try:
                moment = cell if isinstance(cell, datetime) else read(str(cell).strip())
                whole, rest = divmod(moment.replace(tzinfo=None) - _EPOCH, timedelta(minutes=1))
                known[cell] = REFUSED if rest or whole < 0 else whole
            except (ValueError, OverflowError):
                known[cell] = REFUSED
    minutes = np.fromiter((known[cell] for cell in cells), dtype=np.int64, count=len(cells))
    faults.add(
        "S313",
        (
            (lines[row], column, f"{str(cells[row])[:60]!r} is not a time of this format")
            for row in np.flatnonzero(minutes < 0).tolist()
        ),
        what,
    )
    return minutes


def utc_minutes(moment: datetime) -> int:
    """Minutes since 1970 of a moment that knows its zone; ValueError for parts of a minute."""
    whole, rest = divmod(moment - _EPOCH_UTC, timedelta(minutes=1))
    if rest or whole < 0:
        raise ValueError(f"{moment} is not a whole minute after 1970")
    return int(whole)


def clock_notes(zone: ZoneInfo, hours: IntArray) -> list[str]:
    """One note of the clock changes of a zone between the first and the last of some hours since 1970; none for none."""
    days = np.arange(int(hours[0]) // 24, int(hours[-1]) // 24 + 2)
    moments = [_EPOCH_UTC + timedelta(days=int(day)) for day in days]
    apart = [moment.astimezone(zone).utcoffset() for moment in moments]
    changed = [day for day, before, after in zip(days[:-1].tolist(), apart[:-1], apart[1:], strict=True) if before != after]
    if not changed:
        return []
    first, last = (np.datetime64(changed[place], "D") for place in (0, -1))
    return [
        f"{len(changed)} clock change{'s' if len(changed) > 1 else ''} of {zone.key} found as they should be, {first}"
        + (f" to {last}" if len(changed) > 1 else "")
    ]


def offsets(wall: IntArray, zone: ZoneInfo) -> tuple[IntArray, IntArray]:
    """Offsets from UTC in minutes [row] before and after a change of the clock; they differ only at a change."""
    unique, back = np.unique(wall, return_inverse=True)
    before, after = np.zeros_like(unique), np.zeros_like(unique)
    for place, minute in enumerate(unique.tolist()):
        face = (_EPOCH + timedelta(minutes=minute)).replace(tzinfo=zone)
        before[place] = _offset(face)
        after[place] = _offset(face.replace(fold=1))
    return before[back], after[back]


def _offset(face: datetime) -> int:
    offset = face.utcoffset()
    assert offset is not None
    return int(offset // timedelta(minutes=1))


def utc_by_flag(wall: IntArray, second: BoolArray, zone: ZoneInfo, column: str, lines: Sequence[int], faults: Faults) -> IntArray:
    """UTC minutes [row] of wall-clock minutes whose file flags the `second` showing of an hour.

    A flag on an hour that was shown once is refused: then the column means something else than we think.
    """
    before, after = offsets(np.maximum(wall, 0), zone)
    good = (wall >= 0) & _shown(wall, before, after, zone, column, lines, faults)
    wrong = good & second & (before <= after)
    faults.add(
        "S326",
        (
            (
                lines[row],
                column,
                f"{wall_stamp(wall[row])} is flagged as a repeated hour, and the clock of {zone.key} had it once",
            )
            for row in np.flatnonzero(wrong).tolist()
        ),
        "the flag must mean the second of two hours in autumn; a file that flags all of summer time is another format",
    )
    return np.where(good & ~wrong, wall - np.where(second, after, before), REFUSED)


def utc_by_order(wall: IntArray, series: IntArray, zone: ZoneInfo, column: str, lines: Sequence[int], faults: Faults) -> IntArray:
    """UTC minutes [row] of wall-clock minutes without flag; `series` [row] tells apart series that share the file.

    An hour that the clock showed twice must be there twice in each series, and the rows must be in order of time (or in the
    reverse of it), since only that tells which is the first.
    """
    before, after = offsets(np.maximum(wall, 0), zone)
    good = (wall >= 0) & _shown(wall, before, after, zone, column, lines, faults)
    twice = good & (before > after)
    utc = np.where(good, wall - before, REFUSED)
    once: list[int] = []
    mixed: list[int] = []
    for number in np.unique(series[twice]).tolist():
        rows = np.flatnonzero(good & (series == number))
        direction = _direction(wall[rows], twice[rows])
        doubtful = rows[twice[rows]]
        if direction == 0:
            mixed.append(int(doubtful[0]))
            continue
        ordered = doubtful[::direction]
        _, first, count = np.unique(wall[ordered], return_index=True, return_counts=True)
        once += ordered[first[count == 1]].tolist()
        later = np.ones(len(ordered), dtype=np.bool_)
        later[first] = False
        utc[ordered[later]] = (wall - after)[ordered[later]]
    faults.add(
        "S326",
        (
            (lines[row], column, f"{wall_stamp(wall[row])} is there once, and the clock of {zone.key} showed it twice")
            for row in sorted(once)
        ),
        "the file lost an hour in autumn, or its stamps are not local time: get them in UTC, or with a mark of the second hour",
    )
    faults.add(
        "S326",
        (
            (lines[row], column, f"the rows are not in order of time, so which {wall_stamp(wall[row])} came first cannot be told")
            for row in mixed
        ),
        "sort the rows by time at the source, where the two hours are known, or get them in UTC",
    )
    utc[[*once, *mixed]] = REFUSED
    return utc


def _shown(
    wall: IntArray, before: IntArray, after: IntArray, zone: ZoneInfo, column: str, lines: Sequence[int], faults: Faults
) -> BoolArray:
    never = (wall >= 0) & (before < after)
    faults.add(
        "S326",
        (
            (lines[row], column, f"the clock of {zone.key} never showed {wall_stamp(wall[row])}")
            for row in np.flatnonzero(never).tolist()
        ),
        "in spring an hour is left out: if the file has it, its stamps are in another zone, or without summer time",
    )
    return ~never


def _direction(wall: IntArray, twice: BoolArray) -> int:
    """1 for rows in order of time, -1 for the reverse, 0 for neither; within a doubled hour the clock may go either way."""
    steps = np.diff(wall)
    inside = twice[:-1] & twice[1:]
    if not (steps[~inside] < 0).any():
        return 1
    return 0 if (steps[~inside] > 0).any() else -1
