"""The tree of a YAML file that knows where every key and value stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from repower.errors import Problem
from repower.portfolio.paths import FilePath, path_text
from repower.portfolio.yaml_scalars import ScalarValue

#: What ends a line for people, editors and libyaml alike (the others that libyaml knows are refused in the text).
LINE_END = re.compile(r"\r\n|\n|\r")


@dataclass(slots=True)
class Scalar:
    """A single value, with its place."""

    value: ScalarValue
    line: int
    column: int
    size: int = 1


@dataclass(slots=True)
class Entry:
    """A key of a mapping, at its place, with the value behind it."""

    line: int
    column: int
    value: Node


@dataclass(slots=True)
class Mapping:
    """Keys with their values; the place is that of the first key or of the brace."""

    line: int
    column: int
    entries: dict[str, Entry] = field(default_factory=dict)
    size: int = 1


@dataclass(slots=True)
class Sequence:
    """A list; the place is that of its first dash or of the bracket."""

    line: int
    column: int
    items: list[Node] = field(default_factory=list)
    size: int = 1


Node = Scalar | Mapping | Sequence


@dataclass
class Document:
    """A file that was read: its name, its lines, its tree, and where its comments are.

    `comments` gives the text behind ``#`` by line (from 1). `problems` are those of the text itself.
    """

    file: str
    lines: list[str] = field(default_factory=list)
    root: Mapping | None = None
    comments: dict[int, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def trace(self, path: FilePath) -> Iterator[tuple[FilePath, Entry | None, Node]]:
        """Every stage of the way to `path`, outermost first, as far as the file goes: path, key if any, value."""
        node: Node | None = self.root
        if node is None:
            return
        yield (), None, node
        for length, step in enumerate(path, 1):
            entry: Entry | None = None
            if isinstance(node, Mapping) and isinstance(step, str):
                entry = node.entries.get(step)
                node = entry.value if entry is not None else None
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
                node = node.items[step]
            else:
                node = None
            if node is None:
                return
            yield path[:length], entry, node

    def node(self, path: FilePath) -> Node | None:
        """The value at `path`; None where the file has none."""
        return next((node for reached, _, node in self.trace(path) if reached == path), None)

    def place(self, path: FilePath) -> tuple[int, int]:
        """Line and column (from 1) of the scalar at `path`, of the key or item that holds a list or mapping there.

        What the file does not have stands at the innermost thing around it that it has.
        """
        reached, entry, node = list(self.trace(path))[-1]
        # An empty value has no place of its own: libyaml puts it behind the key, perhaps on the next line.
        if entry is None or (reached == path and isinstance(node, Scalar) and node.value is not None):
            return node.line, node.column
        return entry.line, entry.column

    def key_place(self, path: FilePath) -> tuple[int, int]:
        """Line and column of the key that ends `path`; like `place` where the file has no such key."""
        reached, entry, _ = list(self.trace(path))[-1]
        return (entry.line, entry.column) if entry is not None and reached == path else self.place(path)

    def at(self, code: str, message: str, line: int, column: int, *, path: FilePath = (), hint: str = "") -> Problem:
        """A problem at a place of this file."""
        source = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        return Problem(code, message, path_text(path), hint, self.file, line, column, source)

    def at_value(self, code: str, path: FilePath, message: str, hint: str = "") -> Problem:
        """A problem with the value at `path`."""
        return self.at(code, message, *self.place(path), path=path, hint=hint)

    def at_key(self, code: str, path: FilePath, message: str, hint: str = "") -> Problem:
        """A problem with the key that ends `path`."""
        return self.at(code, message, *self.key_place(path), path=path, hint=hint)


def as_data(node: Node) -> Any:
    """The tree as dict, list and scalars."""
    if isinstance(node, Mapping):
        return {key: as_data(entry.value) for key, entry in node.entries.items()}
    if isinstance(node, Sequence):
        return [as_data(item) for item in node.items]
    return node.value
