"""No field is accepted and forgotten: changing it changes a result, or it is listed by name as not priced.

Every leaf of a portfolio is changed, one at a time, and everything that the study computes from it is computed again: the
scenarios, the planning problem with all its values and limits, and the loans of a fixed plan. A field that changes nothing
anywhere must be in `repower.portfolio.unpriced.UNPRICED`, and a field of that list must change nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError

from repower.conversion.decide import tabulate
from repower.conversion.financing import finance_halls
from repower.conversion.programme import run_programme
from repower.conversion.setting import Setting
from repower.finance.metrics import npv
from repower.horizon import Month
from repower.markets.shapes import read_shapes
from repower.portfolio import Portfolio
from repower.portfolio.unpriced import UNPRICED
from repower.scenarios.sampling import base, sample
from small_portfolio import SMALL_YAML
from small_series import small, small_series

#: The small portfolio with a step still in the queue and a lease that ends within the study.
TEXT = SMALL_YAML.replace(
    "status: contracted}  # K: typical", "status: contracted}\n      - {from: 2028-10, import_mw: 160, status: in_queue}"
)
TEXT = TEXT.replace("      - {name: land, grid_mw: 60}", "      - {name: land, grid_mw: 60}\n      - {name: later, grid_mw: 10}")
TEXT = TEXT.replace("refresh_miner: antminer-s21", "refresh_miner: antminer-s21\n  renewal_payback_months: 30")
TEXT = TEXT.replace("critical_mw: 25,", "critical_mw: 50,").replace("gpu: gb300, critical_mw: 20", "gpu: gb300, critical_mw: 50")
TEXT = TEXT.replace("cooling: air_chiller", "cooling: adiabatic_air")
TEXT = TEXT.replace("term_months: 120, usd_per_kw_month: 120", "term_months: 48, usd_per_kw_month: 120")

#: Texts that name things or speak to people; a name that is changed breaks a reference, which the checks catch.
NAMES = {"name", "about", "series", "customer", "miner", "gpu", "cloud", "design", "power_market", "weather", "country",
         "data_may_live_in",
         "designs", "between", "refresh_miner", "source"}  # fmt: skip
TITLES = {"AiDesign": "design", "CountryTax": "tax", "YearBudget": "budget", "WeatherStation": "station"}


def path(model: type[BaseModel], field: str) -> str:
    """As in UNPRICED: `site.latitude`."""
    return f"{TITLES.get(model.__name__, model.__name__.lower())}.{field}"


def leaves(model: BaseModel, way: tuple[Any, ...] = ()) -> Iterator[tuple[type[BaseModel], str, tuple[Any, ...], Any]]:
    """(model, field, way to it, value) of everything that is a number, a month, a switch or a word out of a few."""
    for field in type(model).model_fields:
        value = getattr(model, field)
        if isinstance(value, BaseModel):
            yield from leaves(value, (*way, field))
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for position, item in enumerate(value):
                yield from leaves(item, (*way, field, position))
        elif field not in NAMES and value is not None and not isinstance(value, tuple):
            yield type(model), field, (*way, field), value


def others(model: type[BaseModel], field: str, value: Any) -> list[Any]:
    """Values to try in its place."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, Month):
        return [value + 3, value + -3, value + 12, value + 24, value + -36]
    if isinstance(value, str):
        annotation = model.model_fields[field].annotation
        words = get_args(annotation) if get_origin(annotation) is Literal else ()
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


def result(portfolio: Portfolio, shapes: Any) -> str:
    """A digest of everything that the study computes."""
    digest = hashlib.sha256()
    scenarios = sample(portfolio, 2, 7, shapes)
    setting = Setting(portfolio, scenarios, shapes)
    table = tabulate(setting)
    instance = table.instance
    for name in ("value_usd", "capital_usd", "budget_usd", "crew", "taken_mw", "demand_mw", "mining_mw", "least_mining_mw"):
        digest.update(np.ascontiguousarray(getattr(instance, name)).tobytes())
    digest.update(repr((instance.crews, instance.risk_weight, instance.tail_share)).encode())
    for coupling in instance.couplings:
        digest.update(coupling.value_usd.tobytes())
    wanted = ("ai_lease", 0)
    chosen, seen = [], set()
    for choice in table.choices:
        block = (choice.site, choice.block)
        if block not in seen and ((choice.becomes, choice.start) == wanted or not _has(table.choices, block, wanted)):
            seen.add(block)
            chosen.append(choice)
    programme = run_programme(setting, tuple(chosen))
    financing = finance_halls(setting, Setting(portfolio, base(portfolio, shapes), shapes), tuple(chosen), programme)
    digest.update(npv(financing.equity_usd, portfolio.capital.cost_of_equity_rate).tobytes())
    digest.update(programme.cash().npv(portfolio.capital.discount_rate).tobytes())
    digest.update(repr([(hall.critical_it_mw, hall.racks) for hall in setting._hall.values()]).encode())
    return digest.hexdigest()


def _has(choices: tuple[Any, ...], block: tuple[str, str], wanted: tuple[str, int]) -> bool:
    return any((choice.site, choice.block) == block and (choice.becomes, choice.start) == wanted for choice in choices)


@pytest.fixture(scope="module")
def fields(tmp_path_factory) -> dict[str, bool]:
    """Whether any change of a field changes any result."""
    folder = tmp_path_factory.mktemp("small")
    small_series(folder)
    portfolio = small(folder, TEXT)
    policy = portfolio.policy.model_copy(update={"last_start": portfolio.start + 6})
    portfolio = portfolio.model_copy(update={"policy": policy})
    shapes = read_shapes(portfolio)
    reference = result(portfolio, shapes)
    assert result(portfolio, shapes) == reference, "the same portfolio must give the same result"
    moves: dict[str, bool] = {}
    for model, field, way, value in leaves(portfolio):
        name = path(model, field)
        if moves.get(name):
            continue
        moves.setdefault(name, False)
        for other in others(model, field, value):
            candidate = changed(portfolio, way, other)
            if candidate is None:
                continue
            try:
                reread = read_shapes(candidate) if way[0] == "markets" and way[1] == "weather" else shapes
                moves[name] = result(candidate, replace(reread)) != reference
            except ValueError:
                moves[name] = True  # refused loudly where it is used: not forgotten
            if moves[name]:
                break
    return moves


def test_every_field_changes_a_result_or_is_listed(fields):
    silent = {name for name, moves in fields.items() if not moves}
    assert silent == {name for name in UNPRICED if name in fields}
    assert len(fields) > 80
