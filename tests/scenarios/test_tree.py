"""Trees: nothing is known early, probabilities and means add up, and what a tree tells in a case with a known answer."""

from __future__ import annotations

import numpy as np
import pytest
from made_scenarios import made
from test_reduction import random_walks

from repower.scenarios.tree import grouped, tree


@pytest.fixture(scope="module")
def scenarios():
    return random_walks(300, 60)


def test_structure(scenarios):
    found = tree(scenarios, [12, 24, 36], [3, 2, 2])
    assert found.stage.tolist() == [0] + 3 * [1] + 6 * [2] + 12 * [3]
    assert found.parent[0] == -1
    assert found.leaves.tolist() == list(range(10, 22))
    for node in range(22):
        children = found.children(node)
        assert len(children) == ([3, 2, 2, 0][found.stage[node]])
        if len(children):
            assert found.probability[children].sum() == pytest.approx(found.probability[node])
            together = np.sort(np.concatenate([found.members(child) for child in children]))
            np.testing.assert_array_equal(together, found.members(node))
        assert found.probability[node] == pytest.approx(len(found.members(node)) / 300)
    assert found.probability[0] == pytest.approx(1.0)


def test_nothing_is_known_before_it_happens(scenarios):
    """Futures that are exchanged between scenarios change no node of a stage before them."""
    found = tree(scenarios, [12, 24, 36], [3, 3, 3])
    other = random_walks(300, 60, seed=9)
    for stage, month in enumerate((12, 24, 36), start=1):
        mixed = scenarios.copy(deep=True)
        for name in ("hashprice_usd_per_ph_day", "gpu_rent_factor", "power_level_usd_per_mwh"):
            mixed[name][..., month:] = other[name][..., month:]
        for name in ("powered_month", "lease_default_months"):
            mixed[name][:] = np.where(scenarios[name] < month, scenarios[name], month + other[name])
        again = tree(mixed, [12, 24, 36], [3, 3, 3])
        np.testing.assert_array_equal(again.node_of[:, : stage + 1], found.node_of[:, : stage + 1])


def test_means_are_martingales(scenarios):
    found = tree(scenarios, [12, 24], [3, 3])
    values = scenarios.hashprice_usd_per_ph_day.to_numpy()
    means = found.mean(values)
    np.testing.assert_allclose(means[0], values.mean(axis=0))
    for node in np.flatnonzero(found.stage < 2):
        children = found.children(int(node))
        weighted = found.probability[children] @ means[children] / found.probability[node]
        np.testing.assert_allclose(means[node], weighted)


def test_what_is_told_adds_up(scenarios):
    for loss in tree(scenarios, [12, 24], [3, 3]).losses:
        assert 0.0 <= loss.told_share <= 1.0
        assert loss.between >= 0
        assert loss.within >= -1e-12


def test_two_regimes_are_told_apart_and_foretell_all():
    """Prices are 1 or 2 for ever, rents are luck of each month: the nodes tell the one and nothing of the other."""
    rng = np.random.default_rng(2)
    price = np.where(np.arange(200) < 80, 1.0, 2.0)[:, None] * np.ones((200, 48))
    rent = np.exp(0.3 * rng.standard_normal((200, 48)))
    found = tree(made(price, rent), [12], [2])
    assert sorted(found.probability[found.leaves]) == pytest.approx([0.4, 0.6])
    told = {loss.driver: loss for loss in found.losses}
    assert told["hashprice_usd_per_ph_day"].told_share == pytest.approx(1.0)
    assert told["hashprice_usd_per_ph_day"].knowable_share == pytest.approx(1.0)
    assert told["gpu_rent_factor"].told_share < 0.05
    assert told["gpu_rent_factor"].within == pytest.approx(0.3**2 / 36, rel=0.3)


def test_a_walk_is_told_as_much_as_groups_can():
    """Of a normal state in three groups by k-means 81 % of its variance lies between them (in four 88 %): a known optimum,
    Cox (1957). Of a walk that then stands still all of that is told."""
    rng = np.random.default_rng(3)
    walk = np.exp(np.cumsum(np.where(np.arange(48) < 12, 0.1, 0.0) * rng.standard_normal((4000, 48)), axis=1))
    for count, share in ((2, 0.637), (3, 0.810), (4, 0.882)):
        found = tree(made(walk), [24], [count])
        (told,) = found.losses
        assert told.told_share == pytest.approx(share, abs=0.02)


def test_known_events_split():
    found = tree(made(np.ones((20, 48)), powered=np.repeat([0, 6, 47], [8, 4, 8])), [12], [2])
    assert sorted(found.probability[found.leaves]) == pytest.approx([0.4, 0.6])


def test_groups_are_never_too_small():
    points = np.concatenate([np.zeros(30), [100.0]])[:, None]
    assert sorted(np.bincount(grouped(points, np.full(31, 1 / 31), 2))) == [1, 30]
    assert np.bincount(grouped(points, np.full(31, 1 / 31), 2, least=5)).min() >= 5
    assert np.bincount(grouped(np.zeros((7, 0)), np.full(7, 1 / 7), 3, least=2)).tolist() == [3, 2, 2]


def test_weights_count():
    scenarios = random_walks(100)
    weights = np.where(np.arange(100) < 50, 3.0, 1.0)
    found = tree(scenarios, [12], [3], weights=weights)
    for leaf in found.leaves:
        assert found.probability[leaf] == pytest.approx(weights[found.members(int(leaf))].sum() / 200)


@pytest.mark.parametrize(
    ("stages", "branches", "words"),
    [([12], [2, 2], "one number"), ([24, 12], [2, 2], "rise"), ([60], [2], "within"), ([12, 24], [20, 20], "draw more")],
)
def test_refused(scenarios, stages, branches, words):
    with pytest.raises(ValueError, match=words):
        tree(scenarios, stages, branches)
