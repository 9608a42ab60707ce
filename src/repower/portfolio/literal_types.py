"""What the models would take in good faith, and an analyst did not mean.

pydantic reads "yes" as true, true as 1, "3" as 3, and lets 7 pass as a rate of 700 %. A file that is read by people says
what it means, so these are mistakes here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from repower.portfolio.fields import FieldFact, fields_of
from repower.portfolio.finding import Finding
from repower.portfolio.paths import FilePath

_TRUTHS = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false", "1": "true", "0": "false"}


def find_loose_values(data: Any, model: type[BaseModel], path: FilePath = ()) -> Iterator[Finding]:
    """Every value of `data` (plain dict, list, scalars) that has another type or scale than its field means."""
    if not isinstance(data, dict):
        return
    fields = fields_of(model)
    for key, value in data.items():
        here = (*path, key)
        fact = fields.get(key)
        if fact is None:
            meant = next((fact.key for fact in fields.values() if fact.attribute == key), None)
            if meant is not None:
                yield Finding("P104", here, "unknown field", f"did you mean {meant}? (the underscore is Python's)")
        elif fact.model is None:
            yield from _loose(value, fact, here)
        elif isinstance(value, list):
            for position, item in enumerate(value):
                yield from find_loose_values(item, fact.model, (*here, position))
        else:
            yield from find_loose_values(value, fact.model, here)


def _loose(value: Any, fact: FieldFact, path: FilePath) -> Iterator[Finding]:
    if fact.kind == "truth" and not isinstance(value, bool):
        meant = _TRUTHS.get(str(value).casefold(), "true or false")
        yield Finding("P106", path, f"{value!r} is not true or false", f"write {meant} (in YAML 1.2 yes and no are texts)")
    if fact.kind == "integers" and isinstance(value, list):
        for position, item in enumerate(value):
            if isinstance(item, (bool, str)):
                said = str(item).lower() if isinstance(item, bool) else repr(item)
                yield Finding("P106", (*path, position), f"{said} is not a whole number", "write plain whole numbers: [6, 7, 8]")
    if fact.kind not in ("number", "integer"):
        return
    if isinstance(value, bool):
        yield Finding("P106", path, f"{str(value).lower()} is not a number", "write the number")
    elif isinstance(value, str) and fact.unit is None:
        yield Finding("P106", path, f"{value!r} is a text where a number belongs", "write a plain number, without quotes or unit")
    elif isinstance(value, float) and not math.isfinite(value):
        yield Finding("P113", path, f"{value} is no quantity: every sum with it would be {value}", "write a finite number")
    elif isinstance(value, (int, float)) and fact.unit is not None and fact.upper_limit is None:
        yield from _percent(value, fact.unit.symbol, path)


def _percent(value: float, symbol: str, path: FilePath) -> Iterator[Finding]:
    if (symbol == "1/year" and value >= 1) or (symbol == "1" and value > 1):
        per_year = " a year" if symbol == "1/year" else ""
        percent = f"{value * 100:g}"
        hint = f'for {value:g} percent write {value / 100:.6g} or "{value:g} %"; for {percent} percent write "{percent} %"'
        yield Finding("P117", path, f"{value:g} would be {value * 100:g} %{per_year}: fractions are 0-1", hint)
