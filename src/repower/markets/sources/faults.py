"""The problems of one file, collected before any is told; each kind is told a few times, then counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem

#: The same fault is told this often, then counted.
TOLD_AT_MOST = 20


@dataclass
class Faults:
    """The problems of one file; each kind is told at most `TOLD_AT_MOST` times, then counted."""

    file: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, code: str, faults: Iterable[tuple[int | None, str, str]], hint: str) -> None:
        """Add `faults` (line, column, message) of one code."""
        listed = list(faults)
        self.problems += [
            Problem(code, message, path=column, hint=hint, file=self.file, line=line)
            for line, column, message in listed[:TOLD_AT_MOST]
        ]
        if len(listed) > TOLD_AT_MOST:
            self.problems.append(Problem(code, f"... and {len(listed) - TOLD_AT_MOST:,} more", file=self.file))

    def stop(self) -> None:
        """Raise InputError when there are any."""
        if self.problems:
            raise InputError(self.problems)


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last position of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(first), int(end) - 1) for first, end in edges.reshape(-1, 2)]
