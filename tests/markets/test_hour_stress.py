"""Stated events change the hours that they name, and no other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from repower.markets.hour_stress import (
    WINTER_2021_FIRST_HOUR,
    WINTER_2021_HOURS,
    WINTER_2021_USD_PER_MWH,
    scarcity_week,
    spell,
    surplus_hours,
)
from repower.markets.shapes import Shapes


def shapes() -> Shapes:
    rng = np.random.default_rng(1)
    return Shapes(
        years=(2022, 2023),
        zones=("a", "b", "c"),
        price_shape=rng.gamma(2.0, 0.5, (3, 2, 8760)),
        mean_usd_per_mwh=np.array([30.0, 40.0, 50.0]),
        stations=("x", "y"),
        dry_bulb_c=rng.normal(10.0, 5.0, (2, 2, 8760)),
        wet_bulb_c=rng.normal(5.0, 3.0, (2, 2, 8760)),
    )


def test_scarcity_raises_its_hours_and_no_other():
    before = shapes()
    kept = before.price_shape.copy()
    after = scarcity_week(before, ("a", "c"), (1,), 1000, 163, 3.0)
    np.testing.assert_array_equal(before.price_shape, kept)
    changed = np.zeros_like(kept, dtype=bool)
    changed[[0, 2], 1, 1000:1163] = True
    np.testing.assert_array_equal(after.price_shape[~changed], kept[~changed])
    np.testing.assert_array_equal(after.price_shape[changed], np.maximum(kept[changed], 3.0))
    assert after.dry_bulb_c is before.dry_bulb_c


def test_surplus_is_in_the_cheapest_hours():
    before = shapes()
    after = surplus_hours(before, ("b",), (0,), 500, -0.5)
    assert (after.price_shape[1, 0] == -0.5).sum() == 500
    moved = after.price_shape[1, 0] == -0.5
    assert before.price_shape[1, 0][moved].max() <= before.price_shape[1, 0][~moved].min()
    np.testing.assert_array_equal(after.price_shape[1, 0][~moved], before.price_shape[1, 0][~moved])
    np.testing.assert_array_equal(after.price_shape[0], before.price_shape[0])
    # hours that are cheaper already stay
    again = surplus_hours(after, ("b",), (0,), 800, -0.1)
    assert (again.price_shape[1, 0] == -0.5).sum() == 500
    assert (again.price_shape[1, 0] < 0).sum() == 800


def test_a_spell_moves_both_temperatures():
    before = shapes()
    after = spell(before, ("y",), (0, 1), 0, 48, -20.0)
    np.testing.assert_allclose(after.dry_bulb_c[1, :, :48], before.dry_bulb_c[1, :, :48] - 20)
    np.testing.assert_allclose(after.wet_bulb_c[1, :, :48], before.wet_bulb_c[1, :, :48] - 20)
    np.testing.assert_array_equal(after.dry_bulb_c[:, :, 48:], before.dry_bulb_c[:, :, 48:])
    assert after.price_shape is before.price_shape


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda s: scarcity_week(s, ("z",), (0,), 0, 1, 2.0), "no zone z, only a, b, c"),
        (lambda s: scarcity_week(s, ("a",), (2,), 0, 1, 2.0), "shape years are 0 to 1"),
        (lambda s: scarcity_week(s, ("a",), (0,), 8700, 61, 2.0), "do not lie within a year"),
        (lambda s: scarcity_week(s, ("a",), (0,), 0, 1, 0.0), "above 0"),
        (lambda s: surplus_hours(s, ("a",), (0,), 10, 0.1), "at most 0"),
        (lambda s: surplus_hours(s, ("a",), (0,), 8761, 0.0), "no 8761 hours"),
        (lambda s: spell(s, ("a",), (0,), 0, 1, 5.0), "no station a"),
    ],
)
def test_what_cannot_be_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call(shapes())


def test_the_winter_of_2021_is_as_stated(shared):
    price = pd.read_parquet(shared / "data/prices/ercot_hubavg_dam_2020_2024.parquet").set_index("ts_utc").price
    year = price[price.index.year == 2021]
    dear = year[year > 500]["2021-02-10":"2021-02-25"]
    first = int((dear.index[0] - pd.Timestamp("2021-01-01", tz="UTC")) / pd.Timedelta("1h"))
    assert (first, len(dear)) == (WINTER_2021_FIRST_HOUR, WINTER_2021_HOURS)
    assert dear.mean() == pytest.approx(WINTER_2021_USD_PER_MWH, rel=0.01)
    assert year.median() == pytest.approx(28, abs=0.5)
