"""Shapes of a portfolio: mean 1, years together, faults of all files."""

from __future__ import annotations

import numpy as np
import pytest

from repower.errors import InputError
from repower.markets.psychrometrics import wet_bulb_c
from repower.markets.shapes import check_series, read_shapes
from small_portfolio import SMALL_YAML
from small_series import small, small_series, stamps, write_hourly


def test_shape_times_level_gives_the_file_back(tmp_path):
    small_series(tmp_path)
    shapes = read_shapes(small(tmp_path))
    assert shapes.years == (2022, 2023)
    assert shapes.zones == ("plains", "fjord")
    assert shapes.stations == ("ranch", "fjord")
    assert shapes.price_shape.shape == (2, 2, 8760)
    np.testing.assert_allclose(shapes.price_shape.mean(axis=2), 1.0)
    np.testing.assert_allclose(shapes.mean_usd_per_mwh, [40, 25])
    np.testing.assert_allclose(shapes.price_shape[0, 1, :3] * 40, 40 + 30 * np.cos(2 * np.pi * np.arange(3) / 24))
    assert check_series(small(tmp_path)) == []


def test_each_year_has_mean_one_of_its_own(tmp_path):
    small_series(tmp_path)
    level = np.repeat([20.0, 60.0], 8760)
    write_hourly(tmp_path / "prices.csv", {"plains": level, "fjord": level}, (2022, 2023))
    shapes = read_shapes(small(tmp_path))
    np.testing.assert_allclose(shapes.price_shape, 1.0)
    np.testing.assert_allclose(shapes.mean_usd_per_mwh, 40.0)


def test_wet_bulb_uses_the_stations_pressure(tmp_path):
    small_series(tmp_path)
    shapes = read_shapes(small(tmp_path))
    assert shapes.wet_bulb_c[0, 0, 0] == pytest.approx(float(wet_bulb_c(28.0, 0.5, 99.5)))
    assert (shapes.wet_bulb_c <= shapes.dry_bulb_c + 1e-9).all()


def test_a_file_of_one_year_serves_all(tmp_path):
    small_series(tmp_path)
    write_hourly(tmp_path / "prices.csv", {"plains": np.arange(1.0, 8761), "fjord": np.ones(8760)}, (2019,))
    shapes = read_shapes(small(tmp_path))
    assert shapes.years == (2022, 2023)
    np.testing.assert_array_equal(shapes.price_shape[:, 0], shapes.price_shape[:, 1])


def test_years_that_differ_are_refused(tmp_path):
    small_series(tmp_path)
    write_hourly(tmp_path / "prices.csv", {name: np.ones(2 * 8760) for name in ("plains", "fjord")}, (2021, 2022))
    (problem,) = check_series(small(tmp_path))
    assert problem.code == "S309"
    assert problem.file.endswith("weather.csv")
    with pytest.raises(InputError, match="2022, 2023"):
        read_shapes(small(tmp_path))


def test_faults_of_all_files_at_once(tmp_path):
    (tmp_path / "prices.csv").write_text("time_utc,plains\n")
    found = check_series(small(tmp_path))
    assert {(problem.code, problem.file.rsplit("/", 1)[-1]) for problem in found} == {
        ("S302", "prices.csv"),
        ("S301", "weather.csv"),
    }


def test_a_mean_that_cannot_be_scaled_is_refused(tmp_path):
    small_series(tmp_path)
    write_hourly(tmp_path / "prices.csv", {"plains": np.full(2 * 8760, -1.0), "fjord": np.ones(2 * 8760)}, (2022, 2023))
    assert [(problem.code, problem.path) for problem in check_series(small(tmp_path))] == [("S310", "plains")] * 2


def test_each_file_is_read_once(tmp_path, monkeypatch):
    from repower.markets import shapes as room

    small_series(tmp_path)
    seen = []
    read = room.read_hourly
    monkeypatch.setattr(room, "read_hourly", lambda path, columns: seen.append(path.name) or read(path, columns))
    read_shapes(small(tmp_path))
    assert sorted(seen) == ["prices.csv", "weather.csv"]


def test_a_portfolio_from_memory_has_no_series():
    portfolio = small(None)
    portfolio._origin = None
    with pytest.raises(ValueError, match="not read from a folder"):
        read_shapes(portfolio)
    assert "prices.csv" in SMALL_YAML
    assert len(stamps((2024,))) == 8784
