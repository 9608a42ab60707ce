"""A tree of scenarios for plans that are made again later: what is decided at a node knows only what has happened by then.

Scenarios that look alike at a stage share its node: those of a node are grouped by their state at the next stage (the last
months of every driver, see `features.state`), never by what comes later. What a node then sees of the future is its own
scenarios, so its forecast is a conditional mean, and what a tree loses is how much less than all that could be known it
tells (`losses`).

In the sample: with few scenarios to a leaf its means are partly luck, so `losses` takes the expected share of luck off, and
`Tree` counts the members. Ten to a leaf are few: draw 1,000 for 27 to 100 leaves.

Left out: branches of unequal number within a stage, stages at different times of different nodes, a tree that is best for a
given plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from repower.scenarios import measures
from repower.scenarios.features import IMPORTANCE, drivers, state

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Rounds in which scenarios may change their group; groups of a few hundred settle in about ten.
_ROUNDS = 50


@dataclass(frozen=True)
class Loss:
    """What a stage's nodes tell of a driver's mean over the months until the next stage (the last: until the end).

    told_share : variance between nodes over all variance, less what chance would show.  knowable_share : the same of a linear
    forecast from the driver's own last months in every scenario, without grouping: more than that a tree can tell only where
    another driver foretells this one.  between, within : variance between the nodes' means, and mean variance within nodes.
    """

    stage: int
    driver: str
    label: str
    told_share: float
    knowable_share: float
    between: float
    within: float


@dataclass(frozen=True)
class Tree:
    """N nodes in K + 1 stages, stage by stage, the children of a node beside one another; node 0 is the root.

    stage_month : [K + 1] month (from 0) at which a stage decides, the root's 0; a node rules until the next stage's month.
    stage : [N].  parent : [N] node, -1 for the root.  probability : [N], those of a stage sum to 1.
    node_of : [S, K + 1] node of each scenario at each stage.  weight : [S] probability of each scenario.
    losses : by stage (from 1), driver and label.
    """

    stage_month: tuple[int, ...]
    stage: IntArray
    parent: IntArray
    probability: FloatArray
    node_of: IntArray
    weight: FloatArray
    losses: tuple[Loss, ...]

    @property
    def leaves(self) -> IntArray:
        """Nodes of the last stage."""
        return np.flatnonzero(self.stage == len(self.stage_month) - 1)

    def children(self, node: int) -> IntArray:
        return np.flatnonzero(self.parent == node)

    def members(self, node: int) -> IntArray:
        """Places of the scenarios that pass through a node."""
        return np.flatnonzero(self.node_of[:, self.stage[node]] == node)

    def mean(self, values: ArrayLike) -> FloatArray:
        """Mean of values [S, ...] over each node's scenarios [N, ...]; the mean of a node is that of its children, weighted."""
        sample = measures.checked(values)
        total = np.zeros((len(self.stage), *sample.shape[1:]))
        weighted = self.weight.reshape(-1, *[1] * (sample.ndim - 1)) * sample
        for stage in range(len(self.stage_month)):
            np.add.at(total, self.node_of[:, stage], weighted)
        return total / self.probability.reshape(-1, *[1] * (sample.ndim - 1))


def tree(
    scenarios: xr.Dataset,
    stages: Sequence[int],
    branches: Sequence[int],
    *,
    weights: ArrayLike | None = None,
    span_months: int = 6,
    least_members: int = 2,
    importance: Mapping[str, float] = IMPORTANCE,
) -> Tree:
    """A tree of the scenarios.

    Parameters
    ----------
    scenarios : as from `sample`, or the few of `reduce` (give their weights)
    stages : months (from 0) at which the plan is made again, rising, each above 0 and within the study
    branches : children of every node at each stage; [3, 3, 3] has 27 leaves
    weights : probabilities [S]; equally likely when absent
    span_months : months before a stage that are its state
    least_members : scenarios that a node must have
    importance : how much each driver counts in what looks alike; one that is not named does not

    Raises
    ------
    ValueError : stages that do not rise, or too few scenarios for the leaves.
    """
    number, months = int(scenarios.sizes["scenario"]), int(scenarios.sizes["month"])
    if len(stages) != len(branches) or not stages:
        raise ValueError("a tree needs one number of branches for each stage")
    if list(stages) != sorted(set(stages)) or stages[0] < 1 or stages[-1] >= months or min(branches) < 1:
        raise ValueError(f"stages must rise within months 1 to {months - 1} and branch into at least 1, not {list(stages)}")
    if number < least_members * int(np.prod(branches)):
        raise ValueError(
            f"{int(np.prod(branches))} leaves of at least {least_members} scenarios need more than {number}: draw more, "
            "or branch less"
        )
    share = np.full(number, 1.0 / number) if weights is None else measures.probabilities(weights, number)
    node_of = np.zeros((number, len(stages) + 1), dtype=np.int64)
    stage_of, parent_of, before = [0], [-1], [0]
    for stage, (month, count) in enumerate(zip(stages, branches, strict=True), start=1):
        known = state(scenarios, month, span_months, importance)
        least = least_members * int(np.prod(branches[stage:]))
        made: list[int] = []
        for parent in before:
            own = np.flatnonzero(node_of[:, stage - 1] == parent)
            children = range(len(stage_of), len(stage_of) + count)
            node_of[own, stage] = children[0] + grouped(known[own], share[own], count, least)
            stage_of += [stage] * count
            parent_of += [parent] * count
            made += children
        before = made
    counted = np.bincount(node_of.ravel(), weights=np.repeat(share, len(stages) + 1), minlength=len(stage_of))
    probability = np.asarray(counted, dtype=np.float64)
    found = Tree((0, *stages), np.array(stage_of), np.array(parent_of), probability, node_of, share, ())
    return replace(found, losses=tuple(_losses(found, scenarios, span_months)))


def grouped(known: FloatArray, share: FloatArray, count: int, least: int = 1) -> IntArray:
    """Group [S] (0 to `count` - 1) of rows of features [S, F] with probabilities [S]: k-means.

    It starts from equal shares along the direction of most variance, so the same rows always give the same groups, and those
    are numbered along it. Where k-means would leave a group with fewer than `least` rows, the equal shares stay.
    """
    if len(known) < count * least:
        raise ValueError(f"{len(known)} scenarios cannot be {count} groups of at least {least}")
    order = np.argsort(_along(known, share), kind="stable")
    equal = np.empty(len(known), dtype=np.int64)
    equal[order] = np.arange(len(known)) * count // len(known)
    group = equal
    for _ in range(_ROUNDS):
        weight = np.zeros((count, len(known)))
        weight[group, np.arange(len(known))] = share
        total = weight.sum(axis=1)
        if (total <= 0.0).any():
            return equal
        middle = (weight @ known) / total[:, None]
        apart = (middle**2).sum(axis=1)[None, :] - 2.0 * (known @ middle.T)
        nearest = apart.argmin(axis=1)
        if (nearest == group).all():
            break
        group = nearest
    return group if np.bincount(group, minlength=count).min() >= least else equal


def _along(known: FloatArray, share: FloatArray) -> FloatArray:
    """Place of each row along the direction of most variance; its sign is that of its largest component, so that it is sure."""
    if known.shape[1] == 0:
        return np.zeros(len(known))
    centred = known - (share @ known) / share.sum()
    direction = np.linalg.eigh((centred * share[:, None]).T @ centred)[1][:, -1]
    return np.asarray(centred @ direction * np.sign(direction[np.abs(direction).argmax()]))


def _losses(found: Tree, scenarios: xr.Dataset, span_months: int) -> Iterator[Loss]:
    """Of every stage, what its nodes tell of each driver until the next."""
    ends = (*found.stage_month[2:], int(scenarios.sizes["month"]))
    for stage, (month, end) in enumerate(zip(found.stage_month[1:], ends, strict=True), start=1):
        past = {driver.name: driver.value for driver in drivers(scenarios, max(0, month - span_months), month)}
        for driver in drivers(scenarios, month, end):
            means = found.mean(driver.value)
            nodes = np.flatnonzero(found.stage == stage)
            overall = means[0]
            between = found.probability[nodes] @ (means[nodes] - overall) ** 2
            spread = found.weight @ (driver.value - overall) ** 2
            for place, label in enumerate(driver.labels):
                if spread[place] < 1e-18:
                    continue
                told = _without_luck(float(between[place] / spread[place]), len(found.weight), len(nodes))
                known = past[driver.name][:, place]
                linear = np.corrcoef(known, driver.value[:, place])[0, 1] ** 2 if np.ptp(known) > 1e-12 else 0.0
                yield Loss(
                    stage, driver.name, label, told, _without_luck(float(linear), len(found.weight), 2),
                    float(between[place]), float(spread[place] - between[place]),
                )  # fmt: skip


def _without_luck(share: float, scenarios: int, groups: int) -> float:
    """A share of variance that groups explain, less what as many groups of so many scenarios explain by chance; 0 or more."""
    if scenarios <= groups:
        return 0.0
    return max(0.0, 1.0 - (1.0 - share) * (scenarios - 1) / (scenarios - groups))
