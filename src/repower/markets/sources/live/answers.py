"""What a server answered, looked at field by field: a missing field, another type or another unit is one clear problem.

Codes: S334 another shape than agreed, S335 another unit.
"""

from __future__ import annotations

import math
from typing import Any

from repower.errors import InputError, Problem

_MISSING = object()


def field(answer: object, name: str, source: str) -> Any:
    """A field of an object, also of nested ones (``hourly.time``); InputError S334 when it is not there."""
    found: object = answer
    for part in name.split("."):
        found = found.get(part, _MISSING) if isinstance(found, dict) else _MISSING
        if found is _MISSING:
            raise InputError(shape(source, f"there is no field {name}"))
    return found


def number(answer: object, name: str, source: str) -> float:
    """A field that is a finite number; InputError S334 otherwise."""
    value = field(answer, name, source)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(shape(source, f"{name} is {str(value)[:40]!r}, and a number is needed"))
    return float(value)


def rows(answer: object, name: str, source: str) -> list[Any]:
    """A field that is a list; InputError S334 otherwise."""
    value = field(answer, name, source)
    if not isinstance(value, list):
        raise InputError(shape(source, f"{name} is no list"))
    return value


def expect_unit(answer: object, name: str, unit: str, source: str) -> None:
    """InputError S335 unless the field that names a unit says `unit`."""
    given = field(answer, name, source)
    if given != unit:
        raise InputError(
            Problem(
                "S335",
                f"{name} is {str(given)[:40]!r}, and {unit!r} was agreed",
                path=source,
                hint="values would be of another size",
            )
        )


def shape(source: str, fact: str) -> Problem:
    """The problem S334."""
    return Problem(
        "S334", f"the answer has another shape than agreed: {fact}", path=source, hint="the service changed, or it is another one"
    )
