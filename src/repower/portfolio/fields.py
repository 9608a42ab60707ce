"""The fields of the models as data: what each holds, in which unit, whence its default comes.

The models are the dictionary of the input; messages, sources, JSON Schema and the field table are read off them here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from repower.horizon import Month
from repower.units import Unit

Kind = Literal["number", "integer", "truth", "text", "choice", "month", "model", "models", "texts", "integers"]


class OneOrMany:
    """Marks a list of models whose only item may be written without a list (see `repower.portfolio.one_or_many`)."""


@dataclass(frozen=True, eq=False)
class FieldFact:
    """One field: `key` in the file, `kind` of value, `unit` of a number, `choices`, `model` of what is inside.

    one_or_many : whether a list of models may be written as its only item.
    """

    key: str
    attribute: str
    kind: Kind
    info: FieldInfo
    unit: Unit | None = None
    choices: tuple[str, ...] = ()
    model: type[BaseModel] | None = None
    optional: bool = False
    one_or_many: bool = False

    @property
    def source(self) -> str:
        """Source of the default, with its confidence; empty where the default is no fact of the world."""
        extra = self.info.json_schema_extra
        return str(extra.get("source", "")) if isinstance(extra, dict) else ""

    @property
    def upper_limit(self) -> float | None:
        """The limit above, of either kind; None where the model sets none."""
        return next((limit for sign, limit in self.limits if sign.startswith("<")), None)

    @property
    def limits(self) -> tuple[tuple[str, float], ...]:
        """The limits of a number, such as ``((">=", 0), ("<", 1))``."""
        signs = (("gt", ">"), ("ge", ">="), ("lt", "<"), ("le", "<="))
        return tuple(
            (sign, getattr(item, name))
            for name, sign in signs
            for item in self.info.metadata
            if getattr(item, name, None) is not None
        )


@cache
def fields_of(model: type[BaseModel]) -> dict[str, FieldFact]:
    """The fields of a model by their key in the file, in the order of the model."""
    facts = (_fact(attribute, info) for attribute, info in model.model_fields.items())
    return {fact.key: fact for fact in facts}


def _fact(attribute: str, info: FieldInfo) -> FieldFact:
    unit = _unit(info.metadata)
    annotation: Any = info.annotation
    optional = False
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (arg for arg in get_args(annotation) if arg is not NoneType)
        optional = True
    if get_origin(annotation) is Annotated:
        annotation, *metadata = get_args(annotation)
        unit = unit or _unit(metadata)
    kind, choices, model = _kind(annotation)
    one_or_many = any(isinstance(item, OneOrMany) for item in info.metadata)
    return FieldFact(info.alias or attribute, attribute, kind, info, unit, choices, model, optional, one_or_many)


def _unit(metadata: list[Any]) -> Unit | None:
    return next((item for item in metadata if isinstance(item, Unit)), None)


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...], type[BaseModel] | None]:
    if get_origin(annotation) is Literal:
        return "choice", get_args(annotation), None
    if get_origin(annotation) is tuple:
        inner = get_args(annotation)[0]
        if issubclass(inner, BaseModel):
            return "models", (), inner
        return ("integers" if inner is int else "texts"), (), None
    if issubclass(annotation, BaseModel):
        return "model", (), annotation
    kinds: dict[type, Kind] = {bool: "truth", int: "integer", float: "number", str: "text", Month: "month"}
    return kinds[annotation], (), None


def models_in(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """Every model that the file holds, outermost first, with its path: ``sites[].connection[]``."""
    yield path, model
    for key, fact in fields_of(model).items():
        if fact.model is not None:
            here = f"{path}.{key}" if path else key
            yield from models_in(fact.model, here + ("[]" if fact.kind == "models" else ""))


def model_at(model: type[BaseModel], path: tuple[str | int, ...]) -> type[BaseModel] | None:
    """The model whose fields stand at a path in the file; None where no model is."""
    here: type[BaseModel] | None = model
    for step in path:
        if here is None:
            return None
        if isinstance(step, str):
            fact = fields_of(here).get(step)
            here = fact.model if fact is not None else None
    return here


def field_at(model: type[BaseModel], path: tuple[str | int, ...]) -> FieldFact | None:
    """The field at a path in the file, for an item of a list the list's field; None for unknown paths."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    owner = model_at(model, path[:-1]) if path else None
    return fields_of(owner).get(str(path[-1])) if owner is not None else None
