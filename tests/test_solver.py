"""The door to HiGHS: what it proves, what it says when there is no answer, and that it says nothing else."""

from __future__ import annotations

import itertools
import subprocess
import sys

import linopy
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from repower.errors import InfeasibleError, SolverError
from repower.solver import solve

VALUE = np.array([10.0, 13.0, 7.0, 8.0, 12.0, 4.0])
WEIGHT = np.array([5.0, 6.0, 4.0, 3.0, 7.0, 2.0])
ITEM = pd.RangeIndex(6, name="item")


def on_items(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, coords=[ITEM])


def knapsack(limit: float) -> tuple[linopy.Model, linopy.Variable]:
    model = linopy.Model()
    take = model.add_variables(binary=True, coords=[ITEM], name="take")
    model.add_constraints((take * on_items(WEIGHT)).sum() <= limit, name="weight")
    model.add_objective((take * on_items(VALUE)).sum(), sense="max")
    return model, take


def best_by_enumeration(limit: float, forbidden: tuple[int, ...] = ()) -> float:
    choices = np.array(list(itertools.product([0, 1], repeat=6)))
    allowed = (choices @ WEIGHT <= limit) & (choices[:, list(forbidden)].sum(axis=1) == 0)
    return float((choices @ VALUE)[allowed].max())


def test_an_integer_model_is_solved_and_solved_again_after_a_cut():
    model, take = knapsack(14.0)
    first = solve(model)
    assert (first.status, first.objective, first.gap) == ("optimal", best_by_enumeration(14.0), 0.0)
    assert first.bound == first.objective
    assert first.seconds > 0
    model.add_constraints(take.sel(item=1) <= 0, name="cut")
    assert solve(model).objective == best_by_enumeration(14.0, forbidden=(1,))
    assert (take.solution.to_numpy() @ WEIGHT) <= 14.0


def test_a_linear_model_has_its_duals():
    """min 2x + 3y, x + y >= 4, x <= 3: the fifth unit would be a y, at 3; one more x allowed saves 1."""
    model = linopy.Model()
    x, y = model.add_variables(lower=0, name="x"), model.add_variables(lower=0, name="y")
    need = model.add_constraints(x + y >= 4, name="need")
    room = model.add_constraints(1 * x <= 3, name="room")
    model.add_objective(2 * x + 3 * y)
    answer = solve(model)
    assert (answer.objective, answer.bound, answer.gap) == (9.0, 9.0, 0.0)
    assert (float(need.dual), float(room.dual)) == (3.0, -1.0)


def test_other_threads_and_seeds_find_the_same_objective():
    found = [solve(knapsack(17.0)[0], threads=threads, seed=seed).objective for threads, seed in ((1, 0), (2, 0), (2, 5), (1, 9))]
    assert found == [best_by_enumeration(17.0)] * 4


def test_limits_that_contradict_one_another_are_named_and_others_are_not():
    model, take = knapsack(10.0)
    model.add_constraints(take.sum() <= 6, name="innocent")
    model.add_constraints(take.sel(item=[0, 1]) >= 1, name="promised")
    with pytest.raises(InfeasibleError, match=r"weight, promised\[item=0\], promised\[item=1\]; loosen") as caught:
        solve(model)
    assert "innocent" not in str(caught.value)


def test_bounds_are_named_where_they_are_one_side():
    model = linopy.Model()
    power = model.add_variables(lower=0, upper=10, name="power")
    model.add_constraints(2 * power >= 30, name="demand")
    model.add_objective(1 * power)
    with pytest.raises(InfeasibleError, match="demand, the bounds of power"):
        solve(model)


def test_whole_numbers_that_contradict_are_named():
    model = linopy.Model()
    pairs = model.add_variables(lower=0, upper=10, integer=True, name="pairs")
    model.add_constraints(2 * pairs == 3, name="odd")
    model.add_constraints(2 * pairs <= 30, name="innocent")
    model.add_objective(1 * pairs)
    with pytest.raises(InfeasibleError, match="no whole-number answer fits these limits together: odd; loosen"):
        solve(model)


def test_an_unbounded_model_is_an_error():
    model = linopy.Model()
    model.add_objective(1 * model.add_variables(lower=0, name="profit"), sense="max")
    with pytest.raises(SolverError, match=r"unbounded.*profit"):
        solve(model)


def hard() -> linopy.Model:
    """Forty knapsacks over two hundred items: feasible at once, not proven within seconds."""
    rng = np.random.default_rng(0)
    items, limits = pd.RangeIndex(200, name="item"), pd.RangeIndex(40, name="limit")
    model = linopy.Model()
    take = model.add_variables(binary=True, coords=[items], name="take")
    weight = xr.DataArray(rng.integers(1, 1000, (200, 40)).astype(float), coords=[items, limits])
    model.add_constraints((take * weight).sum("item") <= 20_000, name="weight")
    value = xr.DataArray(rng.integers(1, 1000, 200).astype(float), coords=[items])
    model.add_objective((take * value).sum(), sense="max")
    return model


def test_out_of_time_the_best_answer_comes_with_its_bound():
    answer = solve(hard(), time_limit_s=0.5)
    assert answer.status == "time_limit"
    assert answer.bound > answer.objective > 0
    assert answer.gap == pytest.approx((answer.bound - answer.objective) / answer.objective)


def test_out_of_time_without_an_answer_is_an_error():
    with pytest.raises(SolverError, match="no feasible answer within 1e-06 s"):
        solve(hard(), time_limit_s=1e-6)


def test_a_wanted_gap_is_kept():
    answer = solve(hard(), mip_gap=0.2)
    assert answer.status == "optimal"
    assert 0 < answer.gap <= 0.2


def test_senseless_limits_are_refused():
    model = knapsack(10.0)[0]
    with pytest.raises(ValueError, match="time_limit_s"):
        solve(model, time_limit_s=0)
    with pytest.raises(ValueError, match="mip_gap"):
        solve(model, mip_gap=-0.1)
    with pytest.raises(ValueError, match="threads"):
        solve(model, threads=0)


def test_labels_that_do_not_match_are_refused():
    """The strict semantics are on: linopy does not guess how shifted labels belong together."""
    model = linopy.Model()
    power = model.add_variables(coords=[pd.RangeIndex(3, name="hour")], name="power")
    later = xr.DataArray(np.ones(3), coords=[pd.RangeIndex(1, 4, name="hour")])
    with pytest.raises(ValueError, match="hour"):
        model.add_constraints(power <= later, name="limit")


def test_nothing_is_printed(tmp_path):
    """Not even HiGHS' greeting, which it gives below Python's own stdout; an answer and a contradiction alike."""
    program = tmp_path / "quiet.py"
    program.write_text(
        "import linopy\n"
        "from repower.errors import InfeasibleError\n"
        "from repower.solver import solve\n"
        "model = linopy.Model()\n"
        "x = model.add_variables(lower=0, upper=1, integer=True, name='x')\n"
        "model.add_objective(1 * x, sense='max')\n"
        "solve(model)\n"
        "model.add_constraints(2 * x == 1, name='half')\n"
        "try:\n"
        "    solve(model)\n"
        "except InfeasibleError:\n"
        "    print('said')\n",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("said\n", "")
