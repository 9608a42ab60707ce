"""Forward and backward pass: by hand, against a linear program, against networks scheduled elsewhere."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

from repower.construction.network import Link, Network, nominal_order, schedule

KINDS = ("FS", "SS", "FF", "SF")


def test_by_hand_finish_to_start():
    # a 3 - b 4 - d 2 and a 3 - c 5 - d 2: c decides, b has one week
    network = Network(("a", "b", "c", "d"), tuple(Link(*pair) for pair in (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"))))
    result = schedule(network, [3, 4, 5, 2])
    assert result.start.tolist() == [0, 3, 3, 8]
    assert result.finish.tolist() == [3, 7, 8, 10]
    assert result.latest_start.tolist() == [0, 4, 3, 8]
    assert result.critical().tolist() == [True, False, True, True]
    assert float(result.makespan) == 10
    assert list(nominal_order(result)) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("kind", "lag", "start", "latest_first"),
    [
        ("FS", 2, 7, 0),  # b after a's finish 5, and 2 more
        ("FS", -3, 2, 0),  # a lead
        ("SS", 4, 4, 0),
        ("FF", 1, 3, 0),  # b finishes at 6, lasts 3
        ("SF", 8, 5, 0),  # b finishes 8 after a's start
        ("SF", 1, 0, 0),  # the link asks for less than nothing; a decides the end
        ("SS", 1, 1, 0),  # b is done at 4, before a
    ],
)
def test_every_kind_of_link_by_hand(kind, lag, start, latest_first):
    result = schedule(Network(("a", "b"), (Link("a", "b", kind, lag),)), [5, 3])
    assert result.start.tolist() == [0, start]
    assert float(result.makespan) == max(5, start + 3)
    assert result.latest_start[0] == latest_first


@st.composite
def networks(draw):
    count = draw(st.integers(2, 6))
    names = tuple("abcdef"[:count])
    order = draw(st.permutations(names))
    pairs = [(order[i], order[j]) for i in range(count) for j in range(i + 1, count)]
    chosen = draw(st.lists(st.sampled_from(pairs), max_size=8))
    links = tuple(Link(i, j, draw(st.sampled_from(KINDS)), draw(st.integers(-4, 6))) for i, j in chosen)
    return Network(names, links), draw(st.lists(st.integers(0, 9), min_size=count, max_size=count))


@given(networks())
def test_earliest_and_latest_solve_the_linear_program(case):
    """Least sum of starts, and greatest sum of starts that keeps the end, over starts and finishes as variables."""
    network, durations = case
    count = len(durations)
    rows, right = [], []
    for link in network.links:
        row = np.zeros(2 * count)
        row[network.index(link.before) + (count if link.kind in ("FS", "FF") else 0)] = 1
        row[network.index(link.after) + (count if link.kind in ("FF", "SF") else 0)] -= 1
        rows.append(row)
        right.append(-link.lag)
    lasts = np.hstack([-np.eye(count), np.eye(count)])
    limits = {"A_ub": np.array(rows) if rows else None, "b_ub": right or None, "A_eq": lasts, "b_eq": durations}
    early = linprog(np.r_[np.ones(count), np.zeros(count)], bounds=(0, None), **limits)
    result = schedule(network, durations)
    np.testing.assert_allclose(result.start, early.x[:count], atol=1e-7)
    np.testing.assert_allclose(result.makespan, early.x[count:].max(), atol=1e-7)
    late = linprog(np.r_[-np.ones(count), np.zeros(count)], bounds=(0, float(result.makespan)), **limits)
    np.testing.assert_allclose(result.latest_start, late.x[:count], atol=1e-7)


@given(networks(), st.integers(0, 5), st.integers(1, 4))
def test_float_is_exactly_what_a_work_may_slip(case, which, more):
    network, durations = case
    which %= len(durations)
    result = schedule(network, durations)
    wait = np.zeros(len(durations))
    wait[which] = result.latest_start[which]
    assert schedule(network, durations, wait).makespan == pytest.approx(float(result.makespan))
    wait[which] += more
    assert schedule(network, durations, wait).makespan == pytest.approx(float(result.makespan) + more)


@given(networks(), st.integers(0, 2**32 - 1))
def test_many_draws_are_many_single_passes(case, seed):
    network, durations = case
    draws = np.array(durations) * np.random.default_rng(seed).uniform(0.5, 2, (3, 2, len(durations)))
    together = schedule(network, draws)
    assert together.start.shape == draws.shape
    assert together.makespan.shape == (3, 2)
    one = schedule(network, draws[2, 1])
    np.testing.assert_array_equal(together.start[2, 1], one.start)
    np.testing.assert_array_equal(together.latest_finish[2, 1], one.latest_finish)


def test_a_cycle_is_named_in_the_order_of_waiting():
    links = (
        Link("start", "civil"),
        Link("civil", "power"),
        Link("power", "loop", "SS"),
        Link("loop", "civil"),
        Link("loop", "end"),
    )
    with pytest.raises(ValueError, match=r"wait for one another: (.*); remove") as caught:
        Network(("end", "start", "civil", "power", "loop"), links)
    named = str(caught.value).split(": ")[1].split(";")[0].split(" -> ")
    assert named[0] == named[-1]
    assert set(named) == {"civil", "power", "loop"}
    assert all((i, j) in {(link.before, link.after) for link in links} for i, j in pairwise(named))


@pytest.mark.parametrize(
    ("tasks", "links", "says"),
    [
        (("a", "a"), (), "same name: a"),
        (("a",), (Link("a", "b"),), "'b', which is no work"),
        (("a", "b"), (Link("a", "b", "XX"),), "'XX'; FS, SS, FF and SF"),
        (("a", "b"), (Link("a", "b", "FS", float("nan")),), "lag of nan"),
        (("a",), (Link("a", "a"),), "a -> a"),
    ],
)
def test_mistakes_in_a_network_are_refused(tasks, links, says):
    with pytest.raises(ValueError, match=says):
        Network(tasks, links)


def test_impossible_durations_are_refused():
    network = Network(("a", "b"), ())
    with pytest.raises(ValueError, match=r"'b'.*nan"):
        schedule(network, [1.0, float("nan")])
    with pytest.raises(ValueError, match=r"\[\.\.\., 2\]"):
        schedule(network, [1.0, 2.0, 3.0])


def crew_links(tasks, resources):
    """Orders that crews impose in a given schedule: each member of a crew takes its works one after another."""
    links = []
    for crew, size in resources.items():
        lanes = [[] for _ in range(size)]
        for task in sorted((t for t in tasks if t["res"] == crew), key=lambda t: (t["start"], t["finish"])):
            free = [lane for lane in lanes if not lane or lane[-1]["finish"] <= task["start"]]
            assert free, f"{crew} has more works at once than members"
            lane = max(free, key=lambda lane: lane[-1]["finish"] if lane else -1)
            if lane:
                links.append(Link(lane[-1]["id"], task["id"]))
            lane.append(task)
    return links


@pytest.mark.parametrize(
    "name", ["ref180_series", "ref180_parallel", "retrofit36_parallel", "greenfield_parallel", "greenfield_series"]
)
def test_reference_networks_end_when_their_solver_says(shared, name):
    """With the links alone no later than the proven optimum; with the order of crews from its schedule exactly then."""
    reference = json.loads((shared / "oracles/facility/wbs_reference.json").read_text())[name]
    tasks = reference["tasks"]
    names, weeks = tuple(task["id"] for task in tasks), [task["d"] for task in tasks]
    links = [Link(*link) for link in reference["links"]]
    given = np.array([task["start"] for task in tasks])
    free = schedule(Network(names, tuple(links)), weeks)
    crewed = schedule(Network(names, (*links, *crew_links(tasks, reference["resources"]))), weeks)
    print(f"{name}: {float(free.makespan):g} weeks without crews, {float(crewed.makespan):g} with, {reference['makespan_weeks']}")
    assert (free.start <= given + 1e-9).all()
    assert (crewed.start <= given + 1e-9).all()
    assert float(free.makespan) <= reference["makespan_weeks"]
    assert float(crewed.makespan) == reference["makespan_weeks"]
