"""The one door to HiGHS: status, bound and gap said plainly, contradictions explained by name, nothing on stdout.

Models are written in linopy under its strict semantics (labels of shared dimensions must match, a NaN is an error). The
option is process-wide; importing this module turns it on, and so every room that writes a model imports it.

One thread and a fixed seed are the defaults: HiGHS then returns the same answer on every run, unless a time limit cuts
the search short. Left out: quadratic models, warm starts, callbacks, and any solver other than HiGHS.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any, Literal

import highspy
import linopy
import numpy as np
from numpy.typing import NDArray

from repower.errors import InfeasibleError, SolverError

Floats = NDArray[np.float64]

linopy.options["semantics"] = "v1"

#: Seconds that the search for contradicting limits may take; without an answer the error still stands, without names.
EXPLAIN_S = 10.0
#: More names than this are counted, not listed.
_MOST_NAMES = 8

_one_at_a_time = Lock()


@dataclass(frozen=True)
class Solution:
    """What the solver proved; the values of the variables are on the model (``model.variables[name].solution``).

    status : ``optimal`` (within `mip_gap` for integer models) or ``time_limit`` (a feasible answer, not proven).
    objective : value of the answer.  bound : no feasible answer is better than this; equals `objective` for an LP.
    gap : \\|bound - objective\\| / \\|objective\\|, 0 where the two are equal, inf where nothing is proven.
    seconds : wall-clock of building and solving.
    """

    status: Literal["optimal", "time_limit"]
    objective: float
    bound: float
    gap: float
    seconds: float


def solve(
    model: linopy.Model,
    *,
    time_limit_s: float | None = None,
    mip_gap: float | None = None,
    threads: int = 1,
    seed: int = 0,
) -> Solution:
    """Solve a linear or mixed-integer model; it may be extended and solved again.

    Parameters
    ----------
    model : with an objective; solutions and duals are written onto its variables and constraints.
    time_limit_s : wall-clock limit of the solver; none by default.
    mip_gap : relative gap at which an integer search stops; by default HiGHS' own, 1e-4.
    threads, seed : equal values give equal answers.

    Raises
    ------
    InfeasibleError : limits contradict one another; the message names a smallest set of them where HiGHS finds one.
    SolverError : unbounded, no answer within the time, or numerical trouble.
    ValueError : a limit that makes no sense (time not positive, gap negative, no thread).
    """
    options = _options(time_limit_s, mip_gap, threads, seed)
    since = time.perf_counter()
    # HiGHS keeps one pool of threads per process and refuses another size while it is alive.
    with _one_at_a_time, _quiet():
        highspy.Highs.resetGlobalScheduler(True)
        _, condition = model.solve("highs", io_api="direct", **options)
        seconds = time.perf_counter() - since
        if condition in ("infeasible", "infeasible_or_unbounded"):
            raise InfeasibleError(_contradiction(model))
        if condition == "unbounded":
            raise SolverError(
                "the model is unbounded: its objective can improve without limit, so a limit is missing; "
                f"its variables are {_listed(list(model.variables))}"
            )
        return _read(model, condition, time_limit_s, seconds)


class GrowingProgramme:
    """A linear programme to maximise, to which rows are added between solutions; each starts from the last one.

    gain, lower, upper : [columns].
    """

    def __init__(self, gain: Floats, lower: Floats, upper: Floats) -> None:
        with _one_at_a_time, _quiet():
            self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        # Small and called often: presolving costs more than it saves.
        self._highs.setOptionValue("presolve", "off")
        columns = len(gain)
        self._highs.addVars(columns, lower, upper)
        self._highs.changeColsCost(columns, np.arange(columns, dtype=np.int32), np.asarray(gain, dtype=np.float64))
        self._highs.changeObjectiveSense(highspy.ObjSense.kMaximize)

    def add(self, rows: Floats, most: Floats) -> None:
        """Add ``rows @ x <= most``; rows : [n, columns]."""
        where = rows != 0.0
        starts = np.concatenate([[0], np.cumsum(where.sum(axis=1))[:-1]]).astype(np.int32)
        columns = np.nonzero(where)[1].astype(np.int32)
        least = np.full(len(rows), -np.inf)
        self._highs.addRows(len(rows), least, np.asarray(most, dtype=np.float64), len(columns), starts, columns, rows[where])

    def optimum(self) -> tuple[float, Floats, Floats]:
        """(value, x [columns], what one more unit of each row's limit is worth [rows]).

        Raises SolverError where there is no optimum.
        """
        with _one_at_a_time:
            self._highs.run()
        status = self._highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise SolverError(f"HiGHS stopped a small linear programme without an answer ({status})")
        solution = self._highs.getSolution()
        value = float(self._highs.getInfo().objective_function_value)
        return value, np.array(solution.col_value), np.array(solution.row_dual)


def _options(time_limit_s: float | None, mip_gap: float | None, threads: int, seed: int) -> dict[str, Any]:
    options: dict[str, Any] = {"output_flag": False, "log_to_console": False, "threads": threads, "random_seed": seed}
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    if time_limit_s is not None:
        if not time_limit_s > 0:
            raise ValueError(f"time_limit_s must be positive, not {time_limit_s}")
        options["time_limit"] = float(time_limit_s)
    if mip_gap is not None:
        if not mip_gap >= 0:
            raise ValueError(f"mip_gap must not be negative, not {mip_gap}")
        options["mip_rel_gap"] = float(mip_gap)
    return options


def _read(model: linopy.Model, condition: str, time_limit_s: float | None, seconds: float) -> Solution:
    info = model.solver_model.getInfo()
    integer = bool(len(model.binaries) + len(model.integers))
    feasible = info.primal_solution_status == int(highspy.SolutionStatus.kSolutionStatusFeasible)
    objective = float(info.objective_function_value)
    if condition == "optimal":
        if not feasible:
            raise SolverError(
                "numerical trouble: HiGHS calls its answer optimal, but it breaks limits; scale the model nearer to 1"
            )
        bound = float(info.mip_dual_bound) if integer else objective
        return Solution("optimal", objective, bound, _gap(objective, bound), seconds)
    if condition == "time_limit":
        if not (integer and feasible):
            what = "no feasible answer" if integer else "no optimal answer"
            raise SolverError(f"{what} within {time_limit_s:g} s; allow more time or make the model smaller")
        bound = float(info.mip_dual_bound)
        return Solution("time_limit", objective, bound, _gap(objective, bound), seconds)
    raise SolverError(
        f"HiGHS stopped without an answer ({condition}); scale the model nearer to 1, and report it if that does not help"
    )


def _gap(objective: float, bound: float) -> float:
    if objective == bound:
        return 0.0
    return abs(bound - objective) / abs(objective) if objective != 0 and math.isfinite(bound) else math.inf


def _contradiction(model: linopy.Model) -> str:
    """The sentence that names a smallest set of limits with no common answer.

    HiGHS reduces the linear limits to an irreducible infeasible subsystem. Where it has none, the linear limits agree
    and only whole numbers contradict them; then the constraints are dropped one name at a time, and those whose absence
    leaves the rest contradictory stay out (deletion filter).
    """
    names = _irreducible(model)
    if names:
        return f"these limits contradict one another: {_listed(names)}; loosen one of them"
    groups = _deletion_filter(model)
    if groups:
        return f"no whole-number answer fits these limits together: {_listed(groups)}; loosen one of them"
    return f"the limits of the model contradict one another, among {_listed(list(model.constraints))}; loosen one of them"


def _irreducible(model: linopy.Model) -> list[str]:
    highs = model.solver_model
    strategy = int(highspy.IisStrategy.kIisStrategyFromLp) | int(highspy.IisStrategy.kIisStrategyIrreducible)
    highs.setOptionValue("iis_strategy", strategy)
    highs.setOptionValue("iis_time_limit", EXPLAIN_S)
    status, system = highs.getIis()
    if status == highspy.HighsStatus.kError or not system.valid_:
        return []
    rows = model.constraints.label_index.clabels
    names = [_label(*model.constraints.get_label_position(int(rows[row]))) for row in system.row_index_]
    if len(names) < 2:
        # A row that no value within the bounds of its own variables can meet: those bounds are the other side.
        columns = model.variables.label_index.vlabels
        owners = [str(model.variables.get_label_position(int(columns[column]))[0]) for column in system.col_index_]
        names += [f"the bounds of {name}" for name in dict.fromkeys(owners)]
    return names


def _label(name: str, position: dict[str, Any]) -> str:
    """``capital[year=2029]``, as the limit is called in the model."""
    return f"{name}[{', '.join(f'{dim}={value}' for dim, value in position.items())}]" if position else str(name)


def _deletion_filter(model: linopy.Model) -> list[str]:
    """Names of constraints that contradict one another only because some variables are whole numbers."""
    until = time.perf_counter() + EXPLAIN_S
    trial = model.copy()
    kept = []
    for name in list(trial.constraints):
        left = until - time.perf_counter()
        if left <= 0:
            return []
        without = trial.copy()
        without.remove_constraints(name)
        _, condition = without.solve("highs", io_api="direct", **_options(left, None, 1, 0))
        if condition == "infeasible":
            trial = without
        else:
            kept.append(str(name))
    return kept


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    return shown if len(names) <= _MOST_NAMES else f"{shown} and {len(names) - _MOST_NAMES} more"


@contextmanager
def _quiet() -> Iterator[None]:
    """linopy reports failures in its log; here they become errors with a sentence of ours."""
    _spend_banner()
    logger = logging.getLogger("linopy")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


@cache
def _spend_banner() -> None:
    """HiGHS greets on stdout when the first instance of a process is made, before it can be told not to."""
    with suppress(Exception):
        sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:
        # No stdout to spoil (a windowed or detached process).
        highspy.Highs()  # type: ignore[no-untyped-call]
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highspy.Highs()  # type: ignore[no-untyped-call]
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
