"""Errors are part of the interface: the place, the fact, the consequence, the way out.

The tree::

    RepowerError
    ├── InputError        the user's file or option: one or many `Problem`s       exit code 2
    ├── InfeasibleError   limits that contradict one another, named               exit code 2
    └── SolverError       a solver that did not do what it must                   exit code 3

Codes are stable: a code once given to a fact is never given to another. `repower explain CODE` tells more;
the texts live in `repower.explanations`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One mistake, at one place.

    `file`, `line` and `column` (both from 1) are where it stands; `path` is the way to it inside the file
    (``sites[0].supply.ppas[1].mw``); `source` is the line itself, for the caret.
    """

    code: str
    message: str
    path: str = ""
    hint: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    source: str = field(default="", compare=False)

    def __str__(self) -> str:
        where = self.file
        if self.line is not None:
            where += f":{self.line}"
            if self.column is not None:
                where += f":{self.column}"
        head = f"{where}: " if where else ""
        path = f" {self.path}:" if self.path else ""
        text = f"{head}{self.code}{path} {self.message}"
        if self.source:
            line, indent = _excerpt(self.source, self.column or 1)
            text += f"\n    {line}"
            if self.column is not None:
                text += f"\n    {indent}^"
        if self.hint:
            text += f"\n    hint: {self.hint}"
        return text

    def as_json(self) -> dict[str, object]:
        """The record behind `repower check --json`; more keys may be added, these stay."""
        return {
            "path": self.path,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
        }


#: A longer line is shown in part, around the place.
_WIDEST_SOURCE = 160


def _excerpt(source: str, column: int) -> tuple[str, str]:
    """The line as it is shown, and the blanks that bring the caret under `column` (from 1) on a terminal."""
    first = max(0, column - 1 - _WIDEST_SOURCE // 2) if len(source) > _WIDEST_SOURCE else 0
    shown, before = source[first : first + _WIDEST_SOURCE], source[first : column - 1]
    left = "…" if first else ""
    right = "…" if first + _WIDEST_SOURCE < len(source) else ""
    return left + shown + right, " " * len(left) + "".join(_blank(character) for character in before)


def _blank(character: str) -> str:
    """As much blank as the character takes: a tab for a tab, two columns for a wide one, none for an accent of its own."""
    if character == "\t":
        return "\t"
    if unicodedata.combining(character):
        return ""
    return "  " if unicodedata.east_asian_width(character) in "WF" else " "


class RepowerError(Exception):
    """Everything that Repower raises on purpose."""


class InputError(RepowerError):
    """The user's input has mistakes; all of them are in `problems`."""

    def __init__(self, problems: list[Problem] | tuple[Problem, ...] | Problem) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class InfeasibleError(RepowerError):
    """Limits contradict one another; the message names them."""


class SolverError(RepowerError):
    """A solver stopped without the answer it owes (time, numerics); the message says with what."""
