"""The dictionary of the input, printed: JSON Schema for editors, and a table of all fields for people.

Both are read off the models, so they cannot drift from what is accepted.
"""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel

from repower.portfolio.fields import FieldFact, fields_of, models_in
from repower.portfolio.portfolio import Portfolio

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_NUMBER = r"^\s*[+-]?(\d{1,3}(,\d{3})+(\.\d*)?|\d[\d_]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?"


_LIMITS = {">": "exclusiveMinimum", ">=": "minimum", "<": "exclusiveMaximum", "<=": "maximum"}


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of portfolio.yaml.

    Beside the standard's keywords a field has `x-unit`, the unit of a plain number, and `x-source`, confidence and source
    of its default. A number with a unit may also be a text such as "750 MW". What the checks find beyond single fields
    (names that must exist, months in order) is not in it.
    """
    schema = Portfolio.model_json_schema(by_alias=True, mode="validation")
    definitions: dict[str, Any] = schema.get("$defs", {})
    for _, model in models_in(Portfolio):
        shown = schema if model is Portfolio else definitions[model.__name__]
        for key, fact in fields_of(model).items():
            shown["properties"][key] = _annotated(shown["properties"][key], fact)
    return {"$schema": _DRAFT, "title": "Repower portfolio", **{key: value for key, value in schema.items() if key != "title"}}


def _annotated(shown: dict[str, Any], fact: FieldFact) -> dict[str, Any]:
    about = {key: value for key, value in shown.items() if key in ("description", "default")}
    rest = {key: value for key, value in shown.items() if key not in ("title", "source", *about)}
    if fact.unit is not None:
        number = {"type": fact.kind} | {_LIMITS[sign]: limit for sign, limit in fact.limits}
        nothing = [{"type": "null"}] if fact.optional else []
        rest = {"anyOf": [number, {"type": "string", "pattern": _pattern(fact)}, *nothing], "x-unit": fact.unit.symbol}
    if fact.one_or_many:
        rest = {"anyOf": [rest, rest["items"]]}
    if fact.source:
        rest["x-source"] = fact.source
    return about | rest


def _pattern(fact: FieldFact) -> str:
    assert fact.unit is not None
    units = "|".join(re.escape(unit).replace(r"\-", "-").replace("/", r"\/") for unit in _units(fact) if unit != "1")
    return rf"{_NUMBER}\s*({units})?\s*$"


def _units(fact: FieldFact) -> list[str]:
    return [fact.unit.symbol, *(name for name, _ in fact.unit.accepts)] if fact.unit is not None else []


# ---- the table ----------------------------------------------------------------------------------------------------

_KINDS = {
    "number": "number", "integer": "whole number", "truth": "true or false", "text": "text", "month": "month",
    "model": "fields", "models": "list of fields", "texts": "list of texts", "integers": "list of whole numbers",
}  # fmt: skip


def field_table() -> str:
    """All fields in Markdown, a table for each model: field, type, unit, default, description, source of the default."""
    return "\n".join(_section(path, model) for path, model in models_in(Portfolio))


def _section(path: str, model: type[BaseModel]) -> str:
    title = f"`{path}`" if path else "The portfolio"
    about = (model.__doc__ or "").strip()
    head = "| field | type | unit | default | description | source of the default |\n|---|---|---|---|---|---|"
    rows = "\n".join(_row(path, fact) for fact in fields_of(model).values())
    return f"## {title}\n\n{_paragraphs(about)}\n\n{head}\n{rows}\n"


def _paragraphs(docstring: str) -> str:
    return "\n".join(line.strip() for line in docstring.splitlines())


def _row(path: str, fact: FieldFact) -> str:
    name = f"{path}.{fact.key}" if path else fact.key
    kind = " / ".join(f"`{choice}`" for choice in fact.choices) if fact.kind == "choice" else _KINDS[fact.kind]
    kind += ", or the fields of the only one" if fact.one_or_many else ""
    limits = ", ".join(f"{sign} {limit:g}" for sign, limit in fact.limits)
    unit = "" if fact.unit is None else "fraction" if fact.unit.symbol == "1" else fact.unit.symbol
    cells = [f"`{name}`", f"{kind} {limits}".strip(), unit, _default(fact), str(fact.info.description), fact.source]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _default(fact: FieldFact) -> str:
    default = fact.info.default
    if fact.info.is_required():
        return "required"
    if default is None or default == "":
        return "none"
    if isinstance(default, BaseModel):
        return "its own defaults"
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return "[]"
    return f"{default:g}" if isinstance(default, float) else str(default)
