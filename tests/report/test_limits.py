"""What is left out is said, room by room."""

from __future__ import annotations

import pytest

from repower.portfolio import Portfolio
from repower.portfolio.fields import fields_of, models_in
from repower.portfolio.unpriced import UNPRICED
from repower.report.limits import ROOMS, left_out


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_names_what_it_leaves_out(room):
    items = left_out(room)
    assert items
    assert all(1 < len(item) < 300 for item in items)


def test_brackets_and_further_sentences_stay_together():
    assert "decisions during the build (a slip is not crashed)" in left_out("risk of works")
    assert "The spread is assumed, not measured" in left_out("risk of works")


def test_fields_that_are_not_priced_exist():
    known = {
        f"{model.__name__.removeprefix('Ai').lower()}.{key}" for _, model in models_in(Portfolio) for key in fields_of(model)
    }
    assert set(UNPRICED) <= known
