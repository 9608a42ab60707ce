"""What a plain word of YAML means: the core schema of YAML 1.2.

`NO` is the text "NO", as are yes, on, 12:30:00 and 2027-01-01; octal is 0o17, and 017 is seventeen.
"""

from __future__ import annotations

import re

ScalarValue = str | int | float | bool | None

_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OTHER_BASE = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_MAY_BEGIN_NUMBER = frozenset("+-.0123456789")
#: Longer integers are read as float: they are beyond any quantity, and Python refuses to convert very long ones.
_MOST_DIGITS = 300


def plain_value(text: str) -> ScalarValue:
    """The value of a plain (unquoted) scalar under the YAML 1.2 core schema (chapter 10.3 of the specification)."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _MAY_BEGIN_NUMBER:
        return text
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= _MOST_DIGITS else float(text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0) if len(text) <= _MOST_DIGITS else float("inf")
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
