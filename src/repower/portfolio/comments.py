"""Comments carry the sources of numbers.

A comment at the end of a line that begins with a confidence, ``import_mw: 563  # R* sourced dataset, Sep 2026`` or
``# K: typical``, is the source of every number and month on that line. On a line without numbers (``loan:  # K terms``,
``- name: s21  # R* data sheet``) it is the source of every number inside that key or item whose own line says nothing;
the innermost such line counts. A comment on a line of its own has no key and is no source.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator

from pydantic import BaseModel

from repower.portfolio.document import LINE_END, Document, Mapping, Node, Scalar, Sequence
from repower.portfolio.fields import fields_of
from repower.portfolio.paths import FilePath, path_text
from repower.portfolio.portfolio import Portfolio, Source

_HASH = re.compile(r"(?:^|(?<=[ \t\n\r]))#([^\r\n]*)", re.MULTILINE)
_CONFIDENCE = re.compile(r"(R\*|[RDKA])(?:[\s:,;.]+(.*))?")


def find_comments(text: str, spans: list[tuple[int, int]]) -> dict[int, str]:
    """The text behind # by line (from 1). A # inside a scalar is text, so the `spans` of scalars are left out."""
    starts = [start for start, _ in spans]
    line_ends = [match.end() for match in LINE_END.finditer(text)]
    comments: dict[int, str] = {}
    for match in _HASH.finditer(text):
        scalar = bisect.bisect_right(starts, match.start()) - 1
        if scalar < 0 or match.start() >= spans[scalar][1]:
            comments.setdefault(bisect.bisect_right(line_ends, match.start()) + 1, match[1].strip())
    return comments


def read_source(comment: str) -> Source | None:
    """``R* sourced dataset`` as a `Source`; None for a comment that does not begin with a confidence."""
    match = _CONFIDENCE.fullmatch(comment)
    return Source(match[1], (match[2] or "").strip()) if match is not None else None


def sources_of_numbers(document: Document) -> dict[str, Source]:
    """The source of every number of the file that has one, by path (``sites[0].connection[1].import_mw``)."""
    if document.root is None:
        return {}
    sourced = {line: source for line, comment in document.comments.items() if (source := read_source(comment))}
    numbers = list(_numbers(document.root, Portfolio, (), ()))
    busy = {lines[-1] for _, lines in numbers}
    answer: dict[str, Source] = {}
    for path, lines in numbers:
        own, around = lines[-1], [line for line in lines[-2::-1] if line not in busy]
        source = next((sourced[line] for line in (own, *around) if line in sourced), None)
        if source is not None:
            answer[path_text(path)] = source
    return answer


def _numbers(
    node: Node, model: type[BaseModel], path: FilePath, lines: tuple[int, ...]
) -> Iterator[tuple[FilePath, tuple[int, ...]]]:
    """Every number and month: its path, and the lines of the keys and items around it, outermost first, its own last."""
    if isinstance(node, Sequence):
        for position, item in enumerate(node.items):
            yield from _numbers(item, model, (*path, position), (*lines, item.line))
        return
    if not isinstance(node, Mapping):
        return
    fields = fields_of(model)
    for key, entry in node.entries.items():
        fact = fields.get(key)
        if fact is None:
            continue
        if fact.kind == "integers" and isinstance(entry.value, Sequence):
            yield (*path, key), (*lines, entry.line)
            for position, item in enumerate(entry.value.items):
                yield (*path, key, position), (*lines, entry.line, item.line)
        elif fact.model is not None:
            yield from _numbers(entry.value, fact.model, (*path, key), (*lines, entry.line))
        elif fact.kind in ("number", "integer", "month") and isinstance(entry.value, Scalar) and entry.value.value is not None:
            yield (*path, key), (*lines, entry.line, entry.value.line)
