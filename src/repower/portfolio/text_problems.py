"""What is wrong with a text before it is YAML, and with YAML before it has fields: said in plain words."""

from __future__ import annotations

import re

import yaml

from repower.errors import Problem
from repower.portfolio.document import LINE_END, Document

_STRANGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]")


def decode(data: bytes, document: Document) -> str | None:
    """The text of UTF-8 bytes; None, with a problem in the document, for any other encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        document.problems.append(
            document.at("P101", "the file is UTF-16, not UTF-8", 1, 1, hint="save it again with the encoding UTF-8")
        )
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind the byte order mark, so the bytes are taken from the error, not from `data`.
        good = bytes(error.object[: error.start]).decode("utf-8")
        byte = error.object[error.start]
        before = LINE_END.split(good)
        whole = LINE_END.split(bytes(error.object).decode("utf-8", errors="replace"))
        document.lines = whole
        meant = bytes([byte]).decode("cp1252", errors="ignore")
        message = f"byte 0x{byte:02X} is not UTF-8" + (f" (in Windows-1252 it is {meant!r})" if meant else "")
        document.problems.append(
            document.at("P101", message, len(before), len(before[-1]) + 1, hint="save the file again with the encoding UTF-8")
        )
        return None


def find_strange_characters(document: Document) -> None:
    """Refuse control and invisible characters, which break lines or names where nobody sees it."""
    for number, line in enumerate(document.lines, 1):
        found = _STRANGE.search(line)
        if found is not None:
            name = "NUL byte" if found[0] == "\x00" else f"invisible character U+{ord(found[0]):04X}"
            shown = _STRANGE.sub("�", line)
            document.problems.append(
                Problem(
                    "P101",
                    f"{name} in the text",
                    hint="delete it; if there are many, the file may not be text (save it as UTF-8)",
                    file=document.file,
                    line=number,
                    column=found.start() + 1,
                    source=shown,
                )
            )
        if len(document.problems) >= 20:  # a binary file would give thousands of them
            return


#: Part of libyaml's message, what it means, what to do.
_IN_WORDS = (
    (
        "mapping values are not allowed",
        "a colon that cannot be a key's",
        "indent the line like its neighbours, or put a text that holds ': ' into quotes",
    ),
    (
        "could not find expected ':'",
        "a key without a colon",
        "write `key: value`; the line may also be one that belongs to the line above",
    ),
    (
        "did not find expected key",
        "this does not fit the lines above",
        "check its indentation, and that quotes and brackets above are closed",
    ),
    (
        "did not find expected '-' indicator",
        "an item of a list begins with '- '",
        "put '- ' before it, or indent it like its neighbours",
    ),
    (
        "did not find expected ',' or '}'",
        "a mapping in braces is not continued or closed",
        "put a comma between fields and } at the end",
    ),
    (
        "did not find expected ',' or ']'",
        "a list in brackets is not continued or closed",
        "put a comma between items and ] at the end",
    ),
    (
        "found unexpected end of stream",
        "a quoted text is not closed",
        "close the quote",
    ),
    (
        "found unexpected document indicator",
        "a quoted text is not closed",
        "close the quote",
    ),
    (
        "found character that cannot start any token",
        "a text cannot begin with this character",
        "put the text into quotes",
    ),
    (
        "block sequence entries are not allowed",
        "an item of a list cannot begin here",
        "put it on a line of its own, indented below its key",
    ),
    (
        "did not find expected node content",
        "a value is missing here",
        "write the value, or remove the comma or key before it",
    ),
    (
        "did not find expected alphabetic or numeric",
        "a name is missing behind & or *",
        "put a text that begins with & or * into quotes",
    ),
    (
        "did not find expected <document start>",
        "this stands further left than the first field",
        "let all fields of the file begin at the same margin",
    ),
    (
        "found incompatible YAML",
        "another version of YAML",
        "remove the line %YAML",
    ),
    (
        "found a tab character",
        "a tab where the indentation is counted",
        "indent with spaces only",
    ),
    (
        "found unknown escape character",
        "an unknown escape in a text in double quotes",
        "write \\\\ for a backslash, or use single quotes",
    ),
)


def syntax_problem(document: Document, error: yaml.MarkedYAMLError) -> Problem:
    """libyaml's complaint at a place that exists, in plain words."""
    raw = str(error.problem or error.context or error)
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
    # libyaml may point behind the last line; what is missing is missing at the end of the last line with text.
    while line > 1 and (line > len(document.lines) or not document.lines[line - 1].strip()):
        line -= 1
        column = len(document.lines[line - 1].rstrip()) + 1
    tab = next((number for number in (line, line - 1) if number > 0 and _tab_indents(document.lines[number - 1])), None)
    if tab is not None:
        text = document.lines[tab - 1]
        return document.at("P102", "a tab indents this line", tab, text.index("\t") + 1, hint="indent with spaces only")
    message, hint = next(((say, do) for part, say, do in _IN_WORDS if part in raw), (f"not YAML: {raw}", ""))
    opened = error.context_mark
    if opened is not None and opened.line + 1 != line:
        message += f" (what began at line {opened.line + 1}, column {opened.column + 1})"
    return document.at("P102", message, line, column, hint=hint)


def _tab_indents(line: str) -> bool:
    return "\t" in line[: len(line) - len(line.lstrip())]
