"""Power modes as loads one after another: by hand, and against fleets whose every machine picks its own mode."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repower.conversion.mining_tiers import power_steps
from repower.portfolio import Miner, PowerMode


def machine(*modes: tuple[str, float, float], watts: float = 3500, th_per_s: float = 200) -> Miner:
    return Miner(
        name="m",
        th_per_s=th_per_s,
        watts=watts,
        modes=tuple(PowerMode(name=name, power_share=share, j_per_th=j_per_th) for name, share, j_per_th in modes),
    )


def test_a_machine_without_modes_is_one_load():
    (step,) = power_steps(machine())
    assert (step.label, step.power_share, step.j_per_th) == ("", 1.0, 17.5)


def test_modes_by_hand():
    """0.6 at 15, 1 at 17.5 and 1.2 at 19.6 J/TH: hash per watt 0.04, 0.0571, 0.0612 TH."""
    steps = power_steps(machine(("high", 1.2, 19.6), ("low", 0.6, 15.0)))
    assert [step.label for step in steps] == ["low", "low to nominal", "nominal to high"]
    assert [step.power_share for step in steps] == pytest.approx([0.6, 0.4, 0.2])
    extra = [0.6 / 15, 1 / 17.5 - 0.6 / 15, 1.2 / 19.6 - 1 / 17.5]
    assert [step.j_per_th for step in steps] == pytest.approx([0.6 / extra[0], 0.4 / extra[1], 0.2 / extra[2]])
    assert [round(step.j_per_th, 3) for step in steps] == [15.0, 23.333, 49.0]


def test_a_mode_that_is_less_efficient_than_fewer_machines_at_nominal_power_is_never_used():
    steps = power_steps(machine(("low", 0.5, 20.0)))
    assert [(step.label, step.power_share) for step in steps] == [("nominal", 1.0)]
    assert steps[0].j_per_th == pytest.approx(17.5)


def test_the_nominal_power_itself_may_lie_under_the_hull():
    steps = power_steps(machine(("low", 0.5, 12.0), ("high", 1.25, 16.0)))
    assert [step.label for step in steps] == ["low", "low to high"]
    assert sum(step.power_share for step in steps) == pytest.approx(1.25)


MODES = st.lists(st.tuples(st.floats(0.2, 1.5), st.floats(8, 40)), min_size=1, max_size=3)


@settings(max_examples=60)
@given(MODES, st.floats(0, 1))
def test_a_fleet_that_mixes_modes_hashes_what_the_steps_say_up_to_one_machine(modes, power):
    """Best hash of ten machines that are each off or in a mode, by dynamic programming over power."""
    miner = machine(*((str(place), share, j_per_th) for place, (share, j_per_th) in enumerate(modes)))
    steps = power_steps(miner)
    assert all(first.j_per_th <= second.j_per_th * (1 + 1e-9) for first, second in pairwise(steps))
    fleet, top = 10, sum(step.power_share for step in steps)
    limit = power * top * fleet

    left, by_steps = limit, 0.0
    for step in steps:
        width = min(left, step.power_share * fleet)
        by_steps += width / step.j_per_th
        left -= width

    options = [(0.0, 0.0), (1.0, 1 / 17.5), *((share, share / j_per_th) for share, j_per_th in modes)]
    best = {(0.0, 0.0)}
    for _ in range(fleet):
        grown = {(round(p + dp, 9), h + dh) for p, h in best for dp, dh in options if p + dp <= limit + 1e-9}
        # of points that draw alike only the best hash matters, and of all only those that no other beats
        kept, most = set(), -1.0
        for p, h in sorted(grown, key=lambda point: (point[0], -point[1])):
            if h > most + 1e-12:
                kept.add((p, h))
                most = h
        best = kept
    mixed = max(h for _, h in best)
    one_machine = max(h for _, h in options)
    assert mixed <= by_steps * (1 + 1e-9) + 1e-12
    assert by_steps - mixed <= one_machine + 1e-9
