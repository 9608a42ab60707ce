"""The plan against brute force: every combination of choices of small random instances, priced by plain arithmetic."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repower.conversion.instance import Coupling, Instance, tail_weights
from repower.conversion.plan import solve_plan
from repower.errors import InfeasibleError


def random_instance(seed: int, *, coupled: bool = False) -> Instance:
    """2-4 blocks with 2-4 choices, 3-12 scenarios, limits that usually bind."""
    rng = np.random.default_rng(seed)
    blocks = int(rng.integers(2, 5))
    per_block = rng.integers(2, 5, blocks)
    block = np.repeat(np.arange(blocks), per_block)
    choices, scenarios = len(block), int(rng.integers(3, 13))
    years, quarters, customers = 2, 3, 2
    baseline = np.concatenate([[0], np.cumsum(per_block)[:-1]])
    keep = np.zeros(choices, dtype=bool)
    keep[baseline] = True
    value = rng.normal(20e6, 60e6, (choices, 1)) + rng.normal(0, 80e6, (choices, scenarios))
    capital = np.where(keep[:, None], 0.0, rng.uniform(0, 50e6, (choices, years)))
    crew = np.where(keep[:, None], 0.0, rng.integers(0, 2, (choices, quarters))).astype(float)
    taken = np.where(keep[:, None], 0.0, rng.uniform(0, 40, (choices, customers)))
    mining = np.where(keep[:, None], 40.0, rng.choice([0.0, 40.0], (choices, quarters)))
    couplings: tuple[Coupling, ...] = ()
    if coupled:
        # Blocks 0 and 1 are equal and share something; use 1 = "draws a lot". Concave in the number of blocks in use 1.
        occupancy = np.zeros((choices, quarters, 1, 2), dtype=np.int8)
        for choice in range(choices):
            if block[choice] < 2:
                for quarter in range(quarters):
                    occupancy[choice, quarter, 0, int(rng.integers(0, 2))] = 1
        count = np.array([[[2, 0]], [[1, 1]], [[0, 2]]])
        slopes = -np.sort(-rng.normal(0, 30e6, (2, quarters, scenarios)), axis=0)
        worth = np.concatenate([np.zeros((1, quarters, scenarios)), slopes.cumsum(axis=0)])
        couplings = (Coupling("shared", count, occupancy, worth),)
    return Instance(
        block=block,
        baseline=baseline,
        value_usd=value,
        capital_usd=capital,
        budget_usd=rng.uniform(30e6, 90e6, years),
        crew=crew,
        crews=float(rng.integers(1, 3)),
        taken_mw=taken,
        demand_mw=rng.uniform(30, 90, customers),
        mining_mw=mining,
        least_mining_mw=np.full(quarters, 40.0 * int(rng.integers(0, 2))),
        risk_weight=float(rng.uniform(0, 1)),
        tail_share=float(rng.uniform(0.1, 0.6)),
        couplings=couplings,
    )


def brute_force(instance: Instance) -> tuple[float, tuple[int, ...]]:
    """The best objective over all combinations; limits and CVaR written out, not taken from the instance's methods."""
    options = [np.flatnonzero(instance.block == block) for block in range(instance.blocks)]
    best, argument = -np.inf, ()
    for chosen in product(*options):
        rows = list(chosen)
        if any(sum(instance.capital_usd[j, y] for j in rows) > instance.budget_usd[y] for y in range(len(instance.budget_usd))):
            continue
        if any(sum(instance.crew[j, q] for j in rows) > instance.crews for q in range(instance.crew.shape[1])):
            continue
        if any(sum(instance.taken_mw[j, c] for j in rows) > instance.demand_mw[c] for c in range(len(instance.demand_mw))):
            continue
        if any(sum(instance.mining_mw[j, q] for j in rows) < instance.least_mining_mw[q] for q in range(instance.crew.shape[1])):
            continue
        npv = sum(instance.value_usd[j] for j in rows)
        for coupling in instance.couplings:
            for quarter in range(coupling.occupancy.shape[1]):
                heavy = sum(int(coupling.occupancy[j, quarter, 0, 1]) for j in rows)
                npv = npv + coupling.value_usd[heavy, quarter]
        ordered = np.sort(npv)
        # Mean of the worst tail, the last scenario counted in part.
        mass = instance.tail_share * len(ordered)
        whole = int(mass)
        tail = (ordered[:whole].sum() + (mass - whole) * (ordered[whole] if whole < len(ordered) else 0.0)) / mass
        objective = (1 - instance.risk_weight) * npv.mean() + instance.risk_weight * tail
        if objective > best:
            best, argument = objective, chosen
    return best, argument


@pytest.mark.parametrize("seed", range(60))
def test_plan_equals_brute_force(seed):
    instance = random_instance(seed)
    best, _ = brute_force(instance)
    if best == -np.inf:
        with pytest.raises(InfeasibleError):
            solve_plan(instance, gap=1e-7)
        return
    solution = solve_plan(instance, gap=1e-7)
    assert solution.objective_usd == pytest.approx(best, rel=1e-6, abs=1.0)
    assert solution.bound_usd >= best - 1e-6 * abs(best) - 1.0
    assert instance.broken_limits(solution.chosen) == []


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_plan_with_shared_supply_equals_brute_force(seed):
    instance = random_instance(seed, coupled=True)
    best, _ = brute_force(instance)
    if best == -np.inf:
        with pytest.raises(InfeasibleError):
            solve_plan(instance, gap=1e-7)
        return
    solution = solve_plan(instance, gap=1e-7)
    assert solution.objective_usd == pytest.approx(best, rel=1e-6, abs=1.0)
    assert solution.bound_usd >= best - 1e-6 * abs(best) - 1.0


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=30), st.floats(0.01, 1.0))
@settings(max_examples=200)
def test_tail_weights_are_the_worst_of_all_admissible_weights(values, share):
    npv = np.array(values)
    weights = tail_weights(npv, share)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights <= 1 / (share * len(npv)) + 1e-12).all()
    # Rockafellar and Uryasev's primal form: CVaR = max over eta of eta - E[(eta - X)+] / share, attained at some value of X.
    primal = max(eta - np.maximum(eta - npv, 0).mean() / share for eta in npv)
    assert weights @ npv == pytest.approx(primal, rel=1e-9, abs=1e-3)


def test_more_budget_never_hurts():
    for seed in range(10):
        instance = random_instance(seed)
        if brute_force(instance)[0] == -np.inf:
            continue
        wide = Instance(**{**instance.__dict__, "budget_usd": instance.budget_usd * 2})
        assert solve_plan(wide, gap=1e-7).objective_usd >= solve_plan(instance, gap=1e-7).objective_usd - 1.0
