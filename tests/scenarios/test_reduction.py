"""Reduction against every possible choice on small cases, against clusters that are plain to see, and its stated errors."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_scenarios import made
from scipy.optimize import linprog
from scipy.stats import wasserstein_distance

from repower.scenarios.features import whole_path
from repower.scenarios.reduction import distances, reduce, select

RNG = np.random.default_rng(4)


def random_walks(scenarios: int, months: int = 60, seed: int = 1):
    rng = np.random.default_rng(seed)
    walk = np.exp(np.cumsum(0.1 * rng.standard_normal((3, scenarios, months)), axis=2))
    return made(*walk, powered=rng.integers(0, months, scenarios), default=rng.integers(0, 2 * months, scenarios))


def test_distances_are_euclidean():
    points = RNG.standard_normal((9, 4))
    np.testing.assert_allclose(distances(points), np.linalg.norm(points[:, None] - points[None], axis=2), atol=1e-7)


@given(seed=st.integers(0, 10_000), count=st.integers(1, 4))
def test_selection_keeps_its_word(seed, count):
    """Never better than the best of all choices; every row is stood for by the nearest; one scenario is the best one."""
    far, share = random_case(seed)
    kept, stands_for = select(far, share, count)
    loss, best = share @ far[np.arange(9), kept[stands_for]], best_of_all(far, share, count)
    assert loss >= best - 1e-12
    assert count > 1 or loss <= best + 1e-12
    np.testing.assert_array_equal(kept, np.unique(kept))
    np.testing.assert_array_equal(far[np.arange(9), kept[stands_for]], far[:, kept].min(axis=1))


@pytest.mark.parametrize("count", [2, 3, 4])
def test_selection_is_near_the_best_of_all_choices(count):
    """Of 200 cases: exchange has no useful bound, but is seldom off, and then by little."""
    ratio = []
    for seed in range(200):
        far, share = random_case(seed)
        kept, stands_for = select(far, share, count)
        ratio.append(share @ far[np.arange(9), kept[stands_for]] / best_of_all(far, share, count))
    assert np.mean(ratio) < 1.015
    assert np.mean(np.array(ratio) < 1 + 1e-9) > 0.85


def random_case(seed):
    rng = np.random.default_rng(seed)
    share = rng.random(9)
    return distances(rng.standard_normal((9, 2))), share / share.sum()


def best_of_all(far, share, count):
    return min(share @ far[:, list(choice)].min(axis=1) for choice in combinations(range(len(far)), count))


def test_clusters_that_are_plain_to_see():
    centres = np.array([[0, 0], [10, 0], [0, 10], [10, 10]])
    points = np.repeat(centres, [10, 20, 30, 40], axis=0) + 0.1 * RNG.standard_normal((100, 2))
    kept, stands_for = select(distances(points), np.full(100, 0.01), 4)
    assert sorted(np.bincount(stands_for)) == [10, 20, 30, 40]
    assert [int(place) for place in np.searchsorted([10, 30, 60], kept, side="right")] == [0, 1, 2, 3]


def test_distance_is_kantorovich():
    """The cheapest transport of all probability to the few with their weights, solved as a linear programme."""
    scenarios = random_walks(30)
    reduced = reduce(scenarios, 4)
    few = reduced.scenarios
    features = whole_path(scenarios)
    far = np.linalg.norm(features[:, None] - features[few.scenario.to_numpy()][None], axis=2)
    supply = np.kron(np.eye(30), np.ones((1, 4)))
    demand = np.kron(np.ones((1, 30)), np.eye(4))
    answer = linprog(
        far.ravel(), A_eq=np.vstack([supply, demand]), b_eq=np.concatenate([np.full(30, 1 / 30), few.weight.to_numpy()])
    )
    assert reduced.distance == pytest.approx(answer.fun, rel=1e-7)


def test_keeping_all_loses_nothing_and_more_is_nearer():
    scenarios = random_walks(40)
    payoff = scenarios.hashprice_usd_per_ph_day.mean("month").to_numpy()
    losses = [reduce(scenarios, count, {"mine": payoff}) for count in (1, 5, 20, 40)]
    assert losses[0].distance_share == pytest.approx(1.0)
    assert all(left.distance > right.distance for left, right in pairwise(losses))
    whole = losses[-1]
    assert whole.distance == pytest.approx(0.0, abs=1e-6)
    assert all(margin.wasserstein == pytest.approx(0.0, abs=1e-12) for margin in whole.margins)
    assert whole.payoffs[0].mean == pytest.approx(whole.payoffs[0].mean_reduced)
    assert whole.payoffs[0].cvar == pytest.approx(whole.payoffs[0].cvar_reduced)
    np.testing.assert_allclose(whole.scenarios.weight, 1 / 40)


def test_errors_are_those_of_the_drivers():
    """Two flat prices 1 and e, 3 to 1; the one that stays is 1, and the mean of the logarithm moves by a quarter."""
    reduced = reduce(made([[1.0] * 12] * 3 + [[np.e] * 12]), 1)
    (margin,) = (margin for margin in reduced.margins if margin.driver == "hashprice_usd_per_ph_day")
    assert (margin.mean, margin.mean_reduced) == (pytest.approx(0.25), pytest.approx(0.0))
    assert margin.wasserstein == pytest.approx(0.25)
    assert margin.spread == pytest.approx(0.25)


def test_weights_of_the_many_are_kept():
    scenarios = random_walks(20)
    weights = np.arange(20.0)
    reduced = reduce(scenarios, 5, weights=weights)
    expected = [weights[reduced.stands_for == place].sum() / weights.sum() for place in range(5)]
    np.testing.assert_allclose(reduced.scenarios.weight, expected)
    assert float(reduced.scenarios.weight.sum()) == pytest.approx(1.0)


def test_own_features_decide():
    scenarios = random_walks(30)
    value = np.repeat([0.0, 1.0, 5.0], [15, 10, 5])
    reduced = reduce(scenarios, 3, {"value": value}, features=value[:, None])
    assert reduced.distance == pytest.approx(0.0, abs=1e-9)
    assert reduced.payoffs[0].mean_reduced == pytest.approx(value.mean())
    assert reduced.payoffs[0].cvar_reduced == pytest.approx(0.0)


def test_it_is_nearer_than_chance():
    """Mean price, rent and level of 25 that were chosen lie nearer to those of all than those of 25 drawn by lot do."""
    scenarios = random_walks(400)
    rng = np.random.default_rng(1)
    chosen = reduce(scenarios, 25).margins
    for driver in ("hashprice_usd_per_ph_day", "gpu_rent_factor", "power_level_usd_per_mwh"):
        (margin,) = (margin for margin in chosen if margin.driver == driver)
        logs = np.log(scenarios[driver].to_numpy().reshape(400, -1)).mean(axis=1)
        lots = [wasserstein_distance(logs, logs[rng.choice(400, 25, replace=False)]) for _ in range(100)]
        assert margin.wasserstein < 0.9 * np.mean(lots)
        assert abs(margin.mean - margin.mean_reduced) < 0.5 * logs.std() / 5


def test_refused():
    scenarios = random_walks(5)
    for count in (0, 6):
        with pytest.raises(ValueError, match="1 to 5"):
            reduce(scenarios, count)
    with pytest.raises(ValueError, match="of each of the 5"):
        reduce(scenarios, 2, features=np.ones((4, 1)))
