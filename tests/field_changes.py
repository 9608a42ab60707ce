"""Every fact of a portfolio, changed one at a time: ``from field_changes import called, changed, leaves, others``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from repower.horizon import Month
from repower.portfolio import Portfolio
from repower.portfolio.unpriced import UNPRICED

#: Texts that name things or speak to people; a name that is changed breaks a reference, which the checks catch.
NAMES = {"name", "about", "series", "customer", "miner", "gpu", "cloud", "design", "power_market", "weather", "country",
         "currency", "data_may_live_in",
         "designs", "between", "refresh_miner", "source", "why", "where", "powermarket.region"}  # fmt: skip
TITLES = {"AiDesign": "design", "CountryTax": "tax", "YearBudget": "budget", "WeatherStation": "station"}


def path(model: type[BaseModel], field: str) -> str:
    """As in UNPRICED: `site.latitude`."""
    return f"{TITLES.get(model.__name__, model.__name__.lower())}.{field}"


def called(portfolio: Portfolio, way: tuple[Any, ...]) -> str:
    """The name under which a leaf is listed as not priced: its own, or that of the innermost field around it; else its own."""
    node: Any = portfolio
    listed, name = "", ""
    for step in way:
        if isinstance(step, str):
            name = path(type(node), step)
            listed = name if name in UNPRICED else listed
            node = getattr(node, step)
        else:
            node = node[step]
    return listed or name


def leaves(model: BaseModel, way: tuple[Any, ...] = ()) -> Iterator[tuple[type[BaseModel], str, tuple[Any, ...], Any]]:
    """(model, field, way to it, value) of everything that is a number, a month, a switch or a word out of a few."""
    for field in type(model).model_fields:
        value = getattr(model, field)
        if isinstance(value, BaseModel):
            yield from leaves(value, (*way, field))
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for position, item in enumerate(value):
                yield from leaves(item, (*way, field, position))
        elif not {field, path(type(model), field)} & NAMES and value is not None and not isinstance(value, tuple):
            yield type(model), field, (*way, field), value


def others(model: type[BaseModel], field: str, value: Any) -> list[Any]:
    """Values to try in its place."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, Month):
        return [value + 3, value + -3, value + 12, value + 24, value + -36]
    if isinstance(value, str):
        annotation = model.model_fields[field].annotation
        kinds = [annotation, *get_args(annotation)]  # a choice that may be left out is one of two kinds
        words = next((get_args(kind) for kind in kinds if get_origin(kind) is Literal), ())
        return [word for word in words if word != value]
    if isinstance(value, int):
        return [value + 1, value - 1, value + 12, max(1, value // 2)]
    return [value * 1.1 + 0.01, value * 0.8 - 0.001, value * 0.5, value + 0.05, value + 0.6, value + 200]


def changed(portfolio: Portfolio, way: tuple[Any, ...], value: Any) -> Portfolio | None:
    """The portfolio with one leaf replaced; None where the models refuse the value."""

    def put(node: Any, rest: tuple[Any, ...]) -> Any:
        if not rest:
            return value
        if isinstance(node, tuple):
            return tuple(put(item, rest[1:]) if position == rest[0] else item for position, item in enumerate(node))
        return node.model_copy(update={rest[0]: put(getattr(node, rest[0]), rest[1:])})

    try:
        answer = Portfolio.model_validate(put(portfolio, way).model_dump(by_alias=True))
    except ValidationError:
        return None
    answer._origin = portfolio.origin
    return answer
