"""Draws: parts equal the whole, mirrors mirror, evenly spread points are uniform and surer."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtr

from repower.markets.shapes import read_shapes
from repower.portfolio import Correlation, Portfolio
from repower.scenarios import sample
from repower.scenarios.draws import Draws
from repower.scenarios.quasi_random import haar, points
from small_portfolio import FULL_YAML
from small_series import small, small_series

KINDS = ("plain", "antithetic", "quasi")
ASKED = (Correlation(between=("bitcoin", "gpu"), value=0.3), Correlation(between=("power", "gas"), value=0.6))


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory) -> Portfolio:
    folder = tmp_path_factory.mktemp("small")
    small_series(folder)
    return small(folder, FULL_YAML)


def everything(draws: Draws) -> list[np.ndarray]:
    return [
        *(draws.shocks(factor) for factor in ("bitcoin", "gpu", "power", "gas")),
        draws.normals("a"),
        draws.uniforms("a"),
        draws.uniforms_by_year("a"),
        draws.uniform("a"),
        draws.normal("a"),
    ]


@pytest.mark.parametrize("kind", KINDS)
@given(first=st.integers(0, 90), count=st.integers(1, 30))
def test_any_part_is_that_of_the_whole(kind, first, count):
    whole = everything(Draws(3, 120, 36, ASKED, kind))
    part = everything(Draws(3, count, 36, ASKED, kind, first))
    for mine, all_of_them in zip(part, whole, strict=True):
        np.testing.assert_array_equal(mine, all_of_them[first : first + count])


@pytest.mark.parametrize("kind", KINDS)
def test_a_longer_study_begins_with_the_shorter(kind):
    for long, short in zip(everything(Draws(3, 20, 480, ASKED, kind)), everything(Draws(3, 20, 36, ASKED, kind)), strict=True):
        np.testing.assert_array_equal(long[:, : short.shape[1]] if short.ndim == 2 else long, short)


def _part(task: tuple[Portfolio, str, int, int]) -> xr.Dataset:
    facts, kind, first, count = task
    return sample(facts, count, 9, sampling=kind, first=first)


@pytest.mark.parametrize("kind", KINDS)
def test_processes_in_any_order_draw_the_whole(portfolio, kind):
    tasks = [(portfolio, kind, first, count) for first, count in ((70, 26), (0, 1), (33, 37), (1, 32))]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        parts = sorted(pool.map(_part, tasks), key=lambda part: int(part.scenario[0]))
    whole = sample(portfolio, 96, 9, read_shapes(portfolio), sampling=kind)
    xr.testing.assert_identical(xr.concat(parts, "scenario", data_vars="minimal", coords="minimal", compat="override"), whole)
    assert whole.attrs["sampling"] == kind


def test_mirrors_mirror():
    draws = Draws(3, 11, 36, ASKED, "antithetic")
    for normal in (draws.shocks("gpu"), draws.normals("a"), draws.normal("a")):
        np.testing.assert_array_equal(normal[1::2], -normal[0:-1:2])
    for uniform in (draws.uniforms("a"), draws.uniforms_by_year("a"), draws.uniform("a")):
        np.testing.assert_allclose(uniform[1::2] + uniform[0:-1:2], 1.0, rtol=0, atol=2e-16)
        assert ((uniform >= 0) & (uniform < 1)).all()


def test_the_first_of_each_pair_is_a_plain_scenario():
    for pair, plain in zip(everything(Draws(3, 12, 36, (), "antithetic")), everything(Draws(3, 6, 36)), strict=True):
        np.testing.assert_array_equal(pair[::2], plain)


@pytest.mark.parametrize("kind", KINDS)
def test_margins(kind):
    draws = Draws(4, 512, 264, (), kind)
    z = draws.normals("a")
    assert stats.kstest(z.ravel(), "norm").pvalue > 1e-4
    assert stats.kstest(draws.uniforms("a").ravel(), "uniform").pvalue > 1e-4
    assert stats.kstest(draws.uniform("a"), "uniform").pvalue > 1e-4
    # months are independent: within a block, across its edge, across the 20 years whose sums are evenly spread
    for first, second in ((0, 1), (29, 30), (5, 100), (239, 240)):
        assert np.corrcoef(z[:, first], z[:, second])[0, 1] == pytest.approx(0, abs=5 / np.sqrt(256))
    pooled = np.corrcoef(z[:, :-1].ravel(), z[:, 1:].ravel())[0, 1]
    assert pooled == pytest.approx(0, abs=5 / np.sqrt(z.size / 2))
    assert z[:, :240].sum(axis=1).std() == pytest.approx(np.sqrt(240), rel=5 / np.sqrt(2 * 256))


def test_haar_is_orthogonal_and_starts_with_the_mean():
    for blocks in (1, 2, 8, 16):
        np.testing.assert_allclose(haar(blocks) @ haar(blocks).T, np.eye(blocks), atol=1e-15)
        np.testing.assert_allclose(haar(blocks)[0], 1 / np.sqrt(blocks))


@pytest.mark.parametrize("power", [1, 4, 7])
def test_powers_of_two_are_balanced(power):
    """Of the first 2**k points, one lies in each of 2**k equal strips of every dimension: what a net is."""
    for seed in range(3):
        strips = np.floor(points(seed, ("a",), 8, 0, 2**power) * 2**power)
        for dimension in range(8):
            assert sorted(strips[:, dimension]) == list(range(2**power))


def test_streams_do_not_march_in_step():
    """Sobol points of two names, each uniform, must not lie on a line or grid of their own: their sums spread like sums."""
    first, second = (points(1, (name,), 1, 0, 1024)[:, 0] for name in "ab")
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0, abs=5 / np.sqrt(1024))
    cells = np.histogram2d(first, second, bins=8)[0]
    assert stats.chisquare(cells.ravel()).pvalue > 1e-4


@pytest.mark.parametrize(("kind", "least"), [("antithetic", 1.4), ("quasi", 10.0)])
def test_the_mean_of_a_payoff_is_surer(kind, least):
    """Sum of bitcoin-like and power-like margins, discounted, and a customer lost at some time: the error over 60 seeds
    against plain scenarios of the same count, and no bias beyond four of its own errors."""

    def payoff(draws: Draws) -> float:
        discount = 1.1 ** (-np.arange(1, 241) / 12)
        price = np.exp(0.3 / np.sqrt(12) * np.cumsum(draws.shocks("bitcoin"), axis=1))
        power = np.exp(0.3 / np.sqrt(12) * np.cumsum(draws.shocks("power"), axis=1))
        pays = np.arange(240) < (-np.log1p(-draws.uniform("default")) * 240)[:, None]
        return float((((np.maximum(price - 0.5 * power, 0.0) + 2.0 * pays) * discount).sum(axis=1)).mean())

    plain, better = (np.array([payoff(Draws(seed, 128, 240, (), k)) for seed in range(60)]) for k in ("plain", kind))
    assert plain.var() / better.var() > least
    error = np.sqrt(plain.var() / 60 + better.var() / 60)
    assert better.mean() == pytest.approx(plain.mean(), abs=4 * error)


def test_normals_are_the_inverse_of_the_uniform_stream():
    np.testing.assert_allclose(ndtr(Draws(5, 9, 24).normals("a")), Draws(5, 9, 24).uniforms("a"), atol=1e-12)


def test_scenarios_are_numbered_from_zero(portfolio):
    with pytest.raises(ValueError, match="numbered from 0"):
        sample(portfolio, 2, 1, first=-1)
    assert sample(portfolio, 2, 1, first=5).scenario.values.tolist() == [5, 6]
