"""The plan as arrays: what each choice is worth in each scenario, and what it takes from the common limits.

Tabulate first, optimise after: everything that is physics, contract or tax is already inside `value_usd` and the
couplings; what is left is a choice of one option per block under linear limits. Shapes: J choices, B blocks,
S scenarios, Y calendar years, Q quarters, L leases and clouds, G groups of equal blocks of a site, U physical uses.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Coupling:
    """What blocks of one site share (a power contract, a generator), by state of the site.

    A state says how many blocks of each group are in each use. The site's dispatched margin is concave in its
    megawatts (it is the optimal value of a linear programme as a function of its right-hand side), so `value_usd` less
    a linear part is too, and a mixture of states is never worth more than the state itself: the weights of states need
    no integrality.

    site : name of the site.
    count : [state, G, U] number of blocks.
    occupancy : [J, Q, G, U] blocks of a choice (0 or 1) in each use at nominal dates.
    value_usd : [state, Q, S] discounted, after tax: dispatched margin of the state less the sum of its blocks alone.
    """

    site: str
    count: Ints
    occupancy: NDArray[np.int8]
    value_usd: Floats


@dataclass(frozen=True)
class Instance:
    """One planning problem.

    block : [J] block of each choice, 0..B-1; exactly one choice per block is taken.
    baseline : [B] the choice that leaves each block as it is.
    value_usd : [J, S] net present value to us of the choice standing alone.
    capital_usd : [J, Y] first capital at nominal dates, positive (no renewals).  budget_usd : [Y].
    crew : [J, Q] 1 while the block is under works.  crews : blocks that may be under works at once.
    taken_mw : [J, L] critical MW taken from each customer.  demand_mw : [L].
    mining_mw : [J, Q] grid MW with a standing fleet at nominal dates.  least_mining_mw : [Q].
    risk_weight, tail_share : objective (1 - w) mean + w CVaR over the worst `tail_share` of scenarios.
    """

    block: Ints
    baseline: Ints
    value_usd: Floats
    capital_usd: Floats
    budget_usd: Floats
    crew: Floats
    crews: float
    taken_mw: Floats
    demand_mw: Floats
    mining_mw: Floats
    least_mining_mw: Floats
    risk_weight: float
    tail_share: float
    couplings: tuple[Coupling, ...] = ()

    def __post_init__(self) -> None:
        choices, blocks = len(self.block), len(self.baseline)
        shapes = {
            "value_usd": (self.value_usd.shape[0], choices),
            "capital_usd": (self.capital_usd.shape, (choices, len(self.budget_usd))),
            "crew": (self.crew.shape[0], choices),
            "taken_mw": (self.taken_mw.shape, (choices, len(self.demand_mw))),
            "mining_mw": (self.mining_mw.shape, (choices, len(self.least_mining_mw))),
            "blocks": (sorted(set(self.block.tolist())), list(range(blocks))),
            "baseline": (self.block[self.baseline].tolist(), list(range(blocks))),
        }
        for name, (given, wanted) in shapes.items():
            if given != wanted:
                raise ValueError(f"{name} does not fit the other arrays of the plan: {given} where {wanted} is needed")
        if not np.isfinite(self.value_usd).all():
            raise ValueError("value_usd has values that are not finite; a plan on them would be no plan")

    @property
    def blocks(self) -> int:
        return len(self.baseline)

    @property
    def scenarios(self) -> int:
        return int(self.value_usd.shape[1])

    def only(self, allowed: NDArray[np.bool_]) -> Instance:
        """The same problem with some choices left out; [J] `allowed` must keep every baseline."""
        if not allowed[self.baseline].all():
            raise ValueError("a block must be allowed to stay as it is")
        place = np.cumsum(allowed) - 1
        return replace(
            self,
            block=self.block[allowed],
            baseline=place[self.baseline],
            value_usd=self.value_usd[allowed],
            capital_usd=self.capital_usd[allowed],
            crew=self.crew[allowed],
            taken_mw=self.taken_mw[allowed],
            mining_mw=self.mining_mw[allowed],
            couplings=tuple(replace(coupling, occupancy=coupling.occupancy[allowed]) for coupling in self.couplings),
        )

    def state_of(self, coupling: Coupling, chosen: Ints) -> Ints:
        """[Q] the state in which `chosen` (one choice per block) leaves the coupled site, at nominal dates."""
        count = coupling.occupancy[chosen].astype(np.int64).sum(axis=0)
        matches = (coupling.count[None] == count[:, None]).all(axis=(2, 3))
        if not matches.any(axis=1).all():
            raise ValueError(f"the states of {coupling.site} do not contain the plan's own state")
        state: Ints = matches.argmax(axis=1)
        return state

    def npv_usd(self, chosen: Ints) -> Floats:
        """[S] net present value of a whole plan: the blocks alone plus what couples them."""
        value: Floats = self.value_usd[chosen].sum(axis=0)
        for coupling in self.couplings:
            state = self.state_of(coupling, chosen)
            value = value + coupling.value_usd[state, np.arange(len(state))].sum(axis=0)
        return value

    def objective_usd(self, npv: Floats) -> float:
        """(1 - w) mean + w CVaR of scenario values."""
        tail = float(tail_weights(npv, self.tail_share) @ npv)
        return (1 - self.risk_weight) * float(npv.mean()) + self.risk_weight * tail

    def broken_limits(self, chosen: Ints, tolerance: float = 1e-6) -> list[str]:
        """Names of the limits that `chosen` breaks; empty for a feasible plan."""
        checks = {
            "capital": self.capital_usd[chosen].sum(axis=0) <= self.budget_usd * (1 + tolerance) + 1.0,
            "crews": self.crew[chosen].sum(axis=0) <= self.crews + tolerance,
            "customers' demand": self.taken_mw[chosen].sum(axis=0) <= self.demand_mw + tolerance,
            "the mining share": self.mining_mw[chosen].sum(axis=0) >= self.least_mining_mw - tolerance,
        }
        return [name for name, holds in checks.items() if not holds.all()]


def tail_weights(npv: Floats, tail_share: float) -> Floats:
    """[S] weights (sum 1) whose product with `npv` is the mean of the worst `tail_share` of equally likely scenarios.

    CVaR = min over w of sum w_s npv_s, with 0 <= w_s <= 1/(a S) and sum w = 1 (Rockafellar and Uryasev 2000, dual form);
    the last scenario of the tail may count in part. Every such w gives a valid upper bound on CVaR.
    """
    count = len(npv)
    cap = 1.0 / (tail_share * count)
    weights = np.zeros(count)
    left = 1.0
    for scenario in np.argsort(npv, kind="stable"):
        weights[scenario] = min(cap, left)
        left -= weights[scenario]
        if left <= 1e-15:
            break
    return weights
