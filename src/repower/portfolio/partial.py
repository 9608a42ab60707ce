"""The part of a broken file that is known, so that it can be checked all the same.

A value that is broken, missing or doubtful is left out: the attribute is not there, and reading it raises
AttributeError. A check that needs it ends there; all others go on. No default ever stands in for a broken value.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from repower.portfolio.fields import FieldFact, fields_of
from repower.portfolio.naming import closest
from repower.portfolio.paths import FilePath

ModelT = TypeVar("ModelT", bound=BaseModel)


def known_part(model: type[ModelT], data: Any, broken: set[FilePath], path: FilePath = ()) -> ModelT:
    """An instance of `model` with what `data` says at all paths that are not `broken`."""
    part = model.model_construct()
    if not isinstance(data, dict):
        part.__dict__.clear()
        return part
    fields = fields_of(model)
    for key, fact in fields.items():
        here = (*path, key)
        if key in data:
            part.__dict__.pop(fact.attribute, None)
            known = _known(fact, data[key], broken, here)
            if known is not _UNKNOWN:
                part.__dict__[fact.attribute] = known
        elif here in broken:
            part.__dict__.pop(fact.attribute, None)
    for stranger in data.keys() - fields.keys():
        # A misspelt field is not its default: what it was probably meant to be is unknown.
        meant = closest(str(stranger), [key for key in fields if key not in data])
        if meant is not None:
            part.__dict__.pop(fields[meant].attribute, None)
    return part


_UNKNOWN = object()


def _known(fact: FieldFact, value: Any, broken: set[FilePath], path: FilePath) -> Any:
    if path in broken:
        return _UNKNOWN
    if value is None and fact.optional:
        return None
    if fact.kind == "model" and fact.model is not None:
        return known_part(fact.model, value, broken, path)
    if fact.kind == "models" and fact.model is not None:
        return tuple(known_part(fact.model, item, broken, (*path, position)) for position, item in enumerate(value))
    if any(other[: len(path)] == path for other in broken):
        return _UNKNOWN
    try:
        return _reader_of(fact).validate_python(value)
    except ValidationError:
        return _UNKNOWN


@cache
def _reader_of(fact: FieldFact) -> TypeAdapter[Any]:
    annotation: Any = fact.info.annotation
    return TypeAdapter(Annotated[annotation, *fact.info.metadata] if fact.info.metadata else annotation)
