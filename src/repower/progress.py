"""One stream of events: terminal, log and page listen to the same one.

A step is opened with `step(...)`, may advance, and says how long it took. The default listener is silent, so a library
call prints nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Event:
    """`kind` is start, advance or done; `done` of `total` pieces of `name` are finished after `seconds`."""

    kind: Literal["start", "advance", "done"]
    name: str
    done: int = 0
    total: int = 1
    seconds: float = 0.0
    note: str = ""


Listener = Callable[[Event], None]


def _silent(_: Event) -> None:
    """Nobody listens."""


@dataclass
class Step:
    """An open step; call `advance` as pieces finish and set `note` to what was found."""

    name: str
    total: int
    listener: Listener
    note: str = ""
    done: int = 0
    _since: float = field(default_factory=time.perf_counter)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._since

    def advance(self, pieces: int = 1) -> None:
        self.done = min(self.total, self.done + pieces)
        self.listener(Event("advance", self.name, self.done, self.total, self.seconds))


@dataclass
class Progress:
    """Steps of a study in the order in which they ran, with their seconds."""

    listener: Listener = _silent
    seconds: dict[str, float] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, total: int = 1) -> Iterator[Step]:
        """Open a step of `total` pieces; it is done when the block ends, whatever `advance` said."""
        step = Step(name, total, self.listener)
        self.listener(Event("start", name, 0, total))
        yield step
        self.seconds[name] = step.seconds
        self.notes[name] = step.note
        self.listener(Event("done", name, total, total, step.seconds, step.note))
