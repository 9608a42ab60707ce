"""Networks of works: when each can start, when it must, and which of them decide the end.

A link says how a later work waits for an earlier one, with a lag that may be negative::

    FS  start_j  >= finish_i + lag        SS  start_j  >= start_i + lag
    FF  finish_j >= finish_i + lag        SF  finish_j >= start_i + lag

The forward pass gives the earliest times, the backward pass the latest that keep the end; both are exact and run over any
number of draws of the durations at once. Works are not interrupted.

Left out: calendars (a week is a week), crews as limits (their order is said by links), deadlines.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
LinkKind = Literal["FS", "SS", "FF", "SF"]


@dataclass(frozen=True)
class Link:
    """`after` waits for `before`; the lag is in the unit of the durations."""

    before: str
    after: str
    kind: LinkKind = "FS"
    lag: float = 0.0


@dataclass(frozen=True)
class Network:
    """Works and their links, checked: every name is known and no work waits for itself.

    Raises
    ------
    ValueError
        for a name that appears twice, a link to an unknown work, an unknown kind, or a cycle, which it names.
    """

    tasks: tuple[str, ...]
    links: tuple[Link, ...]

    def __post_init__(self) -> None:
        twice = sorted({name for name in self.tasks if self.tasks.count(name) > 1})
        if twice:
            raise ValueError(f"works with the same name: {', '.join(twice)}")
        for link in self.links:
            for name in (link.before, link.after):
                if name not in self.tasks:
                    raise ValueError(f"the link {link.before} -> {link.after} names {name!r}, which is no work of this network")
            if link.kind not in ("FS", "SS", "FF", "SF"):
                raise ValueError(f"the link {link.before} -> {link.after} is {link.kind!r}; FS, SS, FF and SF are known")
            if not np.isfinite(link.lag):
                raise ValueError(f"the link {link.before} -> {link.after} has a lag of {link.lag}")
        self.order()

    def index(self, task: str) -> int:
        return self.tasks.index(task)

    def order(self) -> tuple[str, ...]:
        """The works in an order in which every one comes after those it waits for."""
        before: dict[str, set[str]] = {name: set() for name in self.tasks}
        for link in self.links:
            before[link.after].add(link.before)
        done: dict[str, None] = {}
        while len(done) < len(self.tasks):
            ready = [name for name in self.tasks if name not in done and before[name] <= done.keys()]
            if not ready:
                raise ValueError(f"works wait for one another: {' -> '.join(_cycle(before, done))}; remove one of these links")
            done.update(dict.fromkeys(ready))
        return tuple(done)


def _cycle(before: dict[str, set[str]], done: dict[str, None]) -> list[str]:
    """A cycle among the works that can never start, in the order of waiting."""
    walk = [next(name for name in before if name not in done)]
    while walk[-1] not in walk[:-1]:
        walk.append(min(before[walk[-1]] - done.keys()))
    return walk[walk.index(walk[-1]) :][::-1]


@dataclass(frozen=True, eq=False)
class Schedule:
    """Earliest and latest times of every work, [..., work] in the order of the network; `makespan` [...]."""

    network: Network
    start: Array
    finish: Array
    latest_start: Array
    latest_finish: Array
    makespan: Array

    @property
    def total_float(self) -> Array:
        """How much later a work may start without moving the end, [..., work]."""
        return self.latest_start - self.start

    def critical(self, tolerance: float = 1e-9) -> npt.NDArray[np.bool_]:
        """Which works have no float, [..., work]."""
        return np.asarray(self.total_float <= tolerance * np.maximum(1.0, self.makespan[..., None]))


def schedule(network: Network, durations: npt.ArrayLike, not_before: npt.ArrayLike = 0.0) -> Schedule:
    """Earliest and latest times of all works.

    Parameters
    ----------
    network : works and links
    durations : [..., work], not negative; any leading dims, such as draws
    not_before : [..., work] or a scalar: a work does not start earlier than this, whatever it waits for

    Returns
    -------
    Schedule
        with the leading dims of `durations`. The end is the last finish; the latest times keep that end.

    Raises
    ------
    ValueError
        for durations of another shape, negative ones or NaN.
    """
    given = np.asarray(durations, dtype=np.float64)
    if given.ndim == 0 or given.shape[-1] != len(network.tasks):
        raise ValueError(f"durations are [..., {len(network.tasks)}] for this network, not {list(given.shape)}")
    if not (given >= 0.0).all():
        place = [int(i) for i in np.argwhere(~(given >= 0.0))[0]]
        raise ValueError(f"the duration of {network.tasks[place[-1]]!r} at {place} is {given[tuple(place)]}")
    length = np.moveaxis(given, -1, 0)  # [work, ...]: one work at a time, contiguous over draws
    start = np.moveaxis(np.broadcast_to(np.asarray(not_before, dtype=np.float64), given.shape), -1, 0).copy()
    np.maximum(start, 0.0, out=start)

    place_of = {name: index for index, name in enumerate(network.tasks)}
    incoming: dict[int, list[tuple[int, Link]]] = {index: [] for index in place_of.values()}
    outgoing: dict[int, list[tuple[int, Link]]] = {index: [] for index in place_of.values()}
    for link in network.links:
        incoming[place_of[link.after]].append((place_of[link.before], link))
        outgoing[place_of[link.before]].append((place_of[link.after], link))
    order = [place_of[name] for name in network.order()]

    for j in order:
        for i, link in incoming[j]:
            begins = start[i] + link.lag
            if link.kind in ("FS", "FF"):
                begins = begins + length[i]
            if link.kind in ("FF", "SF"):
                begins = begins - length[j]
            start[j] = np.maximum(start[j], begins)
    finish = start + length
    makespan = np.asarray(finish.max(axis=0), dtype=np.float64)

    latest = makespan - length  # latest starts
    for i in reversed(order):
        for j, link in outgoing[i]:
            begins = latest[j] - link.lag
            if link.kind in ("FF", "SF"):
                begins = begins + length[j]
            if link.kind in ("FS", "FF"):
                begins = begins - length[i]
            latest[i] = np.minimum(latest[i], begins)
    return Schedule(
        network=network,
        start=np.moveaxis(start, 0, -1),
        finish=np.moveaxis(finish, 0, -1),
        latest_start=np.moveaxis(latest, 0, -1),
        latest_finish=np.moveaxis(latest + length, 0, -1),
        makespan=makespan,
    )


def nominal_order(result: Schedule) -> Sequence[str]:
    """Names of the works by earliest start, then by finish."""
    ranked = np.lexsort((result.finish, result.start))
    return [result.network.tasks[index] for index in ranked]
