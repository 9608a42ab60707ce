"""pydantic's complaints as `Problem`s: stable codes, the place in the file, the words of the field."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from repower.errors import Problem
from repower.portfolio.countries import country_hint
from repower.portfolio.document import Document, Mapping
from repower.portfolio.fields import FieldFact, field_at, fields_of, model_at, models_in
from repower.portfolio.naming import closest, did_you_mean
from repower.portfolio.paths import FilePath

_CODES = {
    "missing": "P105", "extra_forbidden": "P104",
    "unit_wrong": "P107",
    "greater_than": "P108", "greater_than_equal": "P108", "less_than": "P108", "less_than_equal": "P108",
    "literal_error": "P109", "month": "P110", "string_pattern_mismatch": "P111",
    "string_too_short": "P112", "too_short": "P112", "too_long": "P112",
    "finite_number": "P113",
}  # fmt: skip
#: Everything else is a value of the wrong type.
_WRONG_TYPE = "P106"


def problems_of(error: ValidationError, model: type[BaseModel], document: Document) -> dict[FilePath, Problem]:
    """The first problem of every path that `model` complains about, at its place in the file."""
    details = error.errors(include_url=False)
    misspelt = {_meant(detail["loc"], model, document) for detail in details if detail["type"] == "extra_forbidden"}
    answer: dict[FilePath, Problem] = {}
    for detail in details:
        path = detail["loc"]
        # pydantic counts the good items only, so a list with broken ones would seem too short on top.
        short = detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]
        if not short and not (detail["type"] == "missing" and path in misspelt):
            answer.setdefault(path, _problem(detail, path, model, document))
    return answer


def _meant(path: FilePath, model: type[BaseModel], document: Document) -> FilePath | None:
    """The path of the field that an unknown one was probably meant to be."""
    owner = model_at(model, path[:-1])
    given = _given(path[:-1], document)
    near = closest(str(path[-1]), [key for key in fields_of(owner) if key not in given]) if owner is not None else None
    return (*path[:-1], near) if near is not None else None


def _problem(detail: ErrorDetails, path: FilePath, model: type[BaseModel], document: Document) -> Problem:
    code = _CODES.get(detail["type"], _WRONG_TYPE)
    fact = field_at(model, path)
    value = detail["input"]
    if code == "P104":
        return document.at_key(code, path, "unknown field", _unknown_field_hint(path, model, document))
    if code == "P105" and path and isinstance(path[-1], int):
        return document.at_value("P112", path[:-1], f"a value is missing at position {path[-1] + 1}", _expectation(fact))
    if code == "P105":
        return document.at_value(code, path, "this field is missing", _missing_hint(path, fact))
    message = f"is empty; expected is {_expected(fact)}" if value is None else _message(code, detail, fact)
    return document.at_value(_WRONG_TYPE if value is None else code, path, message, _hint(code, value, fact))


# ---- fields -------------------------------------------------------------------------------------------------------


def _given(path: FilePath, document: Document) -> set[str]:
    node = document.node(path)
    return set(node.entries) if isinstance(node, Mapping) else set()


def _unknown_field_hint(path: FilePath, model: type[BaseModel], document: Document) -> str:
    word = str(path[-1])
    if word == "<<":
        return "merge keys are not part of YAML 1.2; write the fields out, or repeat a whole value with an alias (*name)"
    owner = model_at(model, path[:-1])
    fields = list(fields_of(owner)) if owner is not None else []
    meant = _meant(path, model, document)
    if meant is None:
        elsewhere = [f"{where}.{word}" if where else word for where, other in models_in(model) if word in fields_of(other)]
        if elsewhere:
            return f"it belongs into {' or '.join(elsewhere[:3])}: check the indentation. Allowed here: {', '.join(fields)}"
    start = f"did you mean {meant[-1]}? " if meant is not None else ""
    return f"{start}allowed here: {', '.join(fields)}"


def _missing_hint(path: FilePath, fact: FieldFact | None) -> str:
    what = f": {fact.info.description}" if fact is not None else ""
    return f"add {path[-1]}{what} ({_expected(fact)})"


# ---- values -------------------------------------------------------------------------------------------------------


def _expected(fact: FieldFact | None) -> str:
    """The kind of value in words: ``a number in MW``."""
    if fact is None:
        return "another value"
    if fact.kind in ("number", "integer"):
        whole = "a whole number" if fact.kind == "integer" else "a number"
        unit = f" in {fact.unit.symbol}" if fact.unit is not None and fact.unit.symbol != "1" else ""
        return whole + unit + ("" if fact.unit is None or fact.unit.symbol != "1" else " from 0 to 1, or a percentage")
    if fact.kind == "choice":
        return "one of " + ", ".join(fact.choices)
    words = {
        "truth": "true or false", "text": "a text", "month": "a month such as 2027-01", "model": "a mapping of fields",
        "models": "a list of mappings, each begun with '- '", "texts": "a list of texts such as [a, b]",
        "integers": "a list of whole numbers such as [6, 7, 8]",
    }  # fmt: skip
    return words[fact.kind]


def _expectation(fact: FieldFact | None) -> str:
    return f"{fact.info.description}: {_expected(fact)}" if fact is not None else "see the field table (`repower schema`)"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _message(code: str, detail: ErrorDetails, fact: FieldFact | None) -> str:
    value, kind = detail["input"], detail["type"]
    context: dict[str, Any] = detail.get("ctx", {})
    if code == "P107":
        return str(detail["msg"])
    if code == "P108":
        unit = f" {fact.unit.symbol}" if fact is not None and fact.unit is not None and fact.unit.symbol != "1" else ""
        limits = " and ".join(f"{sign} {limit:g}" for sign, limit in fact.limits) if fact is not None else ""
        return f"{_shown(value)} is out of range: must be {limits}{unit}"
    if code == "P109":
        return f"{_shown(value)} is not one of the allowed values"
    if code == "P111":
        return f"{_shown(value)} is no country code"
    if kind == "string_too_short":
        return "the text is empty"
    if kind == "too_short":
        return "the list is empty" if not value else f"the list is too short, it needs {context.get('min_length')}"
    if kind == "too_long":
        return f"the list is too long, it may have {context.get('max_length')}"
    if code == "P113":
        return f"{_shown(value)} is not finite"
    if kind == "int_from_float" or (kind == "int_type" and isinstance(value, float)):
        return f"{_shown(value)} is not a whole number"
    if code == _WRONG_TYPE or code == "P110":
        return f"{_shown(value)} is not {_expected(fact)}"
    return str(detail["msg"])


def _hint(code: str, value: Any, fact: FieldFact | None) -> str:
    if fact is None:
        return ""
    if code == "P107" and fact.unit is not None:
        return f"write a number in {fact.unit.symbol}, or with one of: {', '.join(_spellings(fact))}"
    if code == "P108":
        percent = fact.unit is not None and fact.unit.symbol in ("1", "1/year") and isinstance(value, (int, float)) and value > 1
        return (
            f'{fact.info.description}; for {value:g} percent write {value / 100:.6g} or "{value:g} %"'
            if percent
            else str(fact.info.description)
        )
    if code == "P109":
        return did_you_mean(str(value), fact.choices, "allowed")
    if code == "P110":
        return f"{fact.info.description}; year and month with a dash, such as 2027-01"
    if code == "P111":
        return country_hint(value)
    if fact.kind == "text" and isinstance(value, (int, float)):
        return "put it into quotes to make it a text"
    if fact.kind in ("models", "texts", "integers") and isinstance(value, (dict, str, int)):
        return "put it into brackets [ ], or on a line of its own with '- ' before it"
    if fact.kind in ("models", "texts", "integers") and value is None:
        return "write the items below it, each begun with '- ', or [] for none"
    if fact.kind == "model" and value is None:
        return "write its fields below it, indented, or leave the whole line out for the defaults"
    if fact.unit is not None and isinstance(value, str):
        return f"a plain number is in {fact.unit.symbol}; with a unit write one of: {', '.join(_spellings(fact))}"
    return _expectation(fact)


def _spellings(fact: FieldFact) -> list[str]:
    return [fact.unit.symbol, *(name for name, _ in fact.unit.accepts)] if fact.unit is not None else []
