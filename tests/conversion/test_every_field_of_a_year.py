"""What the study does not price and the dispatch of one year does: changing it changes a site's year."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest

from field_changes import called, changed, leaves, others
from repower.conversion.setting import Setting
from repower.conversion.site_year import site_year
from repower.dispatch.problem import checked
from repower.markets.shapes import read_shapes
from repower.portfolio import Portfolio
from repower.portfolio.unpriced import PRICED_BY_DISPATCH, UNPRICED
from repower.scenarios.sampling import base
from small_portfolio import FULL_YAML
from small_series import small, small_series

#: Fields that the year of a site hands on to the dispatch.
PRICED = {name for name, reason in UNPRICED.items() if reason == PRICED_BY_DISPATCH} | {"site.longitude"}
#: Without a stated offset the longitude decides.
TEXT = FULL_YAML.replace("    utc_offset_hours: -6\n", "")


def digest_of(value: Any) -> bytes:
    """Every number of a problem, whatever holds it."""
    if is_dataclass(value):
        return b"".join(field.name.encode() + digest_of(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple):
        return b"".join(digest_of(item) for item in value)
    return hashlib.sha256(np.ascontiguousarray(value).tobytes()).digest() if value is not None else b"none"


def years(portfolio: Portfolio, shapes: Any) -> bytes:
    """Both years around the start of battery and export, with a block converted to a hall with a day."""
    setting = Setting(portfolio, base(portfolio, shapes), shapes)
    site = portfolio.sites[0]
    problems = [checked(site_year(setting, site, year, {"a2": "classic"}).problem) for year in (2027, 2028)]
    return b"".join(digest_of(problem) for problem in problems)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("year")
    small_series(folder)
    portfolio = small(folder, TEXT)
    shapes = read_shapes(portfolio)
    # the small prices repeat every day: random ones tell the hours apart
    return portfolio, replace(shapes, price_shape=np.random.default_rng(1).gamma(2.0, 0.5, shapes.price_shape.shape))


def test_every_field_that_the_dispatch_prices_reaches_it(opened):
    portfolio, shapes = opened
    reference = years(portfolio, shapes)
    stated = portfolio.model_copy(
        update={"sites": (portfolio.sites[0].model_copy(update={"utc_offset_hours": 3}), *portfolio.sites[1:])}
    )
    moves: dict[str, bool] = {"site.utc_offset_hours": years(stated, shapes) != reference}
    silent: list[str] = []
    for model, field, way, value in leaves(portfolio):
        name = called(portfolio, way)
        if name not in PRICED or (way[0] == "sites" and way[1] != 0) or (way[0] == "miners" and way[1] != 0):
            continue
        is_moved = any(
            years(candidate, shapes) != reference
            for other in others(model, field, value)
            if (candidate := changed(portfolio, way, other)) is not None
        )
        moves[name] = moves.get(name, False) or is_moved
        if not is_moved and name not in silent and not name.startswith(("design.", "connection.")):
            silent.append(f"{name}: {'.'.join(map(str, way))}")
    assert set(moves) == PRICED
    assert all(moves.values()), [name for name, is_moved in moves.items() if not is_moved]
    # a ratchet and a number of intervals count for one kind of charge only, and the checks refuse them for the others
    assert sorted(silent) == sorted(
        f"supply.demand_charge: sites.0.supply.demand_charge.{position}.{field}"
        for position, field in (
            (0, "ratchet_share"),
            (1, "intervals_per_month"),
            (2, "intervals_per_month"),
            (2, "ratchet_share"),
        )
    )
