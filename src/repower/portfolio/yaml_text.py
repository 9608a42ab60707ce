"""Reads the text of portfolio.yaml into a `Document`.

libyaml reads the text (fast, with positions); what a word means is YAML 1.2 (`yaml_scalars`). Refused, each with
its place: what is not text, syntax errors, a key twice, tags, keys that are not text, a second document, aliases
that are unknown, contain themselves or expand without measure. Merge keys (<<) are YAML 1.1 and an unknown field here.
"""

from __future__ import annotations

from typing import Any

import yaml

from repower.portfolio.comments import find_comments
from repower.portfolio.document import LINE_END, Document, Entry, Mapping, Node, Scalar, Sequence
from repower.portfolio.paths import FilePath
from repower.portfolio.text_problems import decode, find_strange_characters, syntax_problem
from repower.portfolio.yaml_scalars import plain_value

_DEEPEST = 50
_MOST_NODES = 200_000


def read_yaml(data: bytes, file: str) -> Document:
    """Read the bytes of a YAML file; what is wrong with the text is in the document's `problems`."""
    document = Document(file)
    text = decode(data, document)
    if text is None:
        return document
    document.lines = LINE_END.split(text)
    find_strange_characters(document)
    if document.problems:
        return document
    builder = _Builder(document)
    try:
        builder.build(text)
    except yaml.MarkedYAMLError as error:
        document.root = None
        document.problems.append(syntax_problem(document, error))
    except yaml.YAMLError as error:
        document.root = None
        document.problems.append(document.at("P102", f"not YAML: {error}", 1, 1))
    except _StopReading:
        document.root = None
    else:
        document.comments = find_comments(text, builder.spans)
    return document


class _StopReading(Exception):  # noqa: N818 - it ends the reading, the problem is in the document
    """The rest of the file cannot be read; the document's problems say why."""


class _Builder:
    """Makes the tree from libyaml's events."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.spans: list[tuple[int, int]] = []
        self._anchors: dict[str, Node | None] = {}  # None while the anchored node is still open
        self._nodes = 0

    def build(self, text: str) -> None:
        self._parser = yaml.CSafeLoader(text)
        try:
            self._document()
        finally:
            self._parser.dispose()

    def _next(self) -> Any:
        return self._parser.get_event()

    def _problem(self, code: str, mark: Any, message: str, hint: str, path: FilePath = ()) -> None:
        problem = self.document.at(code, message, mark.line + 1, mark.column + 1, path=path, hint=hint)
        self.document.problems.append(problem)

    def _document(self) -> None:
        self._next()  # stream start
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            self._empty()
        root_event = self._next()
        root = self._node(root_event, (), 0)
        if isinstance(root, Scalar) and root.value is None:
            self._empty()
        if not isinstance(root, Mapping):
            what = "a list" if isinstance(root, Sequence) else "one text"
            hint = "the file begins with keys at the left margin: name: ..., start: ..., sites: ..."
            self._problem("P116", root_event.start_mark, f"the file holds {what} where the portfolio's fields belong", hint)
            raise _StopReading
        self.document.root = root
        self._next()  # document end
        following = self._next()
        if not isinstance(following, yaml.StreamEndEvent):
            hint = "one file holds one portfolio: remove the line --- and what is behind it"
            self._problem("P114", following.start_mark, "a second document begins here", hint)
            raise _StopReading

    def _empty(self) -> None:
        hint = "a portfolio begins with name:, start:, markets:, ...; `repower new` writes one to edit"
        self.document.problems.append(self.document.at("P116", "the file is empty", 1, 1, hint=hint))
        raise _StopReading

    def _node(self, event: Any, path: FilePath, depth: int) -> Node:
        if depth > _DEEPEST:
            hint = "look for a bracket too many, or for an indentation that grows from line to line"
            self._problem("P114", event.start_mark, f"nested deeper than {_DEEPEST} levels", hint)
            raise _StopReading
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            hint = f"remove {tag}: the field decides what its value is"
            self._problem("P114", event.start_mark, f"the tag {tag} is refused", hint, path)
        anchor: str | None = event.anchor
        if anchor is not None:
            self._anchors[anchor] = None
        node: Node
        mark: Any = event.start_mark
        if isinstance(event, yaml.ScalarEvent):
            end: Any = event.end_mark
            self.spans.append((mark.index, end.index))
            value = plain_value(event.value) if event.style in (None, "") else event.value
            node = Scalar(value, mark.line + 1, mark.column + 1)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self._sequence(Sequence(mark.line + 1, mark.column + 1), path, depth)
        else:
            node = self._mapping(Mapping(mark.line + 1, mark.column + 1), path, depth)
        if anchor is not None:
            self._anchors[anchor] = node
        self._count(1, event, path)
        return node

    def _count(self, nodes: int, event: Any, path: FilePath) -> None:
        self._nodes += nodes
        if self._nodes > _MOST_NODES:
            hint = "aliases (*name) that repeat aliases grow without measure; series belong into CSV or Parquet files"
            self._problem("P115", event.start_mark, f"the file expands to more than {_MOST_NODES:,} values", hint, path)
            raise _StopReading

    def _alias(self, event: Any, path: FilePath) -> Node:
        name = event.anchor
        if name not in self._anchors:
            known = ", ".join(f"&{anchor}" for anchor in self._anchors) or "none"
            hint = (
                f"an alias repeats what was marked further up (marked are: {known}); a text that begins with * goes into quotes"
            )
            self._problem("P115", event.start_mark, f"nothing is marked &{name}", hint, path)
            return Scalar(None, event.start_mark.line + 1, event.start_mark.column + 1)
        node = self._anchors[name]
        if node is None:
            self._problem("P115", event.start_mark, f"*{name} stands inside of &{name}", "write out what is meant here", path)
            return Scalar(None, event.start_mark.line + 1, event.start_mark.column + 1)
        self._count(node.size, event, path)
        return node

    def _sequence(self, node: Sequence, path: FilePath, depth: int) -> Sequence:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            item = self._node(event, (*path, len(node.items)), depth + 1)
            node.items.append(item)
            node.size += item.size
        return node

    def _mapping(self, node: Mapping, path: FilePath, depth: int) -> Mapping:
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            mark = event.start_mark
            key_node = self._node(event, path, depth + 1)
            key = self._key(key_node, mark, path)
            value = self._node(self._next(), (*path, key) if key is not None else path, depth + 1)
            node.size += value.size + 1
            if key is None:
                continue
            first = node.entries.get(key)
            if first is not None:
                hint = f"the first stands at {self.document.file}:{first.line}:{first.column}; keep one of the two"
                self._problem("P103", mark, "the key stands here for the second time", hint, (*path, key))
                continue
            node.entries[key] = Entry(mark.line + 1, mark.column + 1, value)
        return node

    def _key(self, node: Node, mark: Any, path: FilePath) -> str | None:
        if isinstance(node, Scalar) and isinstance(node.value, str):
            return node.value
        if isinstance(node, Scalar):
            shown = "an empty key" if node.value is None else f"the key {node.value}"
            self._problem("P114", mark, f"{shown} is not a text", "keys are names of fields", path)
        else:
            hint = "keys are names of fields; a text that begins with { or [ goes into quotes"
            self._problem("P114", mark, "a list or mapping stands where a key belongs", hint, path)
        return None
