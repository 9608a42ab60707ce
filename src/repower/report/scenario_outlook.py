"""What might happen, with everything that is told of it: for the terminal, the page and other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from repower.markets.shapes import Shapes, read_shapes
from repower.portfolio import Portfolio, Stress
from repower.progress import Progress
from repower.report.scenario_cases import CaseRow, case_row
from repower.report.scenario_dependence import Together, correlations_of
from repower.report.scenario_drivers import Driver, drivers_of
from repower.report.scenario_hours import ZoneHours, zone_hours
from repower.report.scenario_precision import Precision, precision_of
from repower.report.scenario_stresses import Means, Struck, means_of, struck
from repower.report.scenario_waiting import CustomerDefaults, WaitingStep, customer_defaults, waiting_steps
from repower.report.section import Floats
from repower.scenarios.cases import CASES, CaseName, with_case
from repower.scenarios.draws import Draws, Sampling
from repower.scenarios.gpu_regime import REGIMES
from repower.scenarios.known_stresses import find_stresses, known_stresses
from repower.scenarios.power_level import factor_of_mean_one
from repower.scenarios.sampling import sample


class UnknownStressError(ValueError):
    """A stress was asked for that this portfolio does not have; the message has the nearest name."""


@dataclass(frozen=True, repr=False)
class Outlook:
    """Scenarios of a portfolio in one case of the drifts, and what is told of them.

    portfolio : with the drifts of the case.  regimes : share of scenarios in each market of accelerators, by its name [M].
    without : means that stresses are held against.
    """

    portfolio: Portfolio
    case: CaseName
    seed: int
    sampling: Sampling
    shapes: Shapes
    drawn: xr.Dataset
    drivers: tuple[Driver, ...]
    regimes: dict[str, Floats]
    waiting: tuple[WaitingStep, ...]
    customers: tuple[CustomerDefaults, ...]
    correlations: tuple[Together, ...]
    cases: tuple[CaseRow, ...]
    without: Means
    stresses: tuple[Struck, ...]
    hours: tuple[ZoneHours, ...]
    precision: tuple[Precision, ...]

    @property
    def scenarios(self) -> int:
        return int(self.drawn.sizes["scenario"])

    def driver(self, name: str) -> Driver:
        """The driver of this name."""
        return next(driver for driver in self.drivers if driver.name == name)


def outlook(
    portfolio: Portfolio,
    scenarios: int,
    seed: int,
    *,
    sampling: Sampling = "plain",
    case: CaseName = "base",
    stresses: Sequence[str] | None = None,
    progress: Progress | None = None,
) -> Outlook:
    """Draw scenarios and tell all of them.

    Parameters
    ----------
    case : the drifts of which everything is told; the table of cases has all three.
    stresses : names of stresses; all that can strike this portfolio when None.

    Raises
    ------
    InputError : series that cannot be used.
    UnknownStressError : a stress that there is not, with the nearest name.
    """
    progress = progress or Progress()
    with progress.step("read the hours") as step:
        shapes = read_shapes(portfolio)
        step.note = f"{len(shapes.years)} years, {len(shapes.zones)} zones"
    chosen = with_case(portfolio, case)
    named = known_stresses(chosen, shapes) if stresses is None else _found(chosen, shapes, stresses)
    with progress.step("draw the scenarios") as step:
        drawn = sample(chosen, scenarios, seed, shapes, sampling=sampling)
        step.note = f"{scenarios:,}, {case} case"
    with progress.step("the other drifts"):
        cases = tuple(_case(portfolio, name, case, drawn, shapes, seed, sampling) for name in CASES)
    draws = Draws(seed, scenarios, chosen.horizon.months, chosen.markets.correlations, sampling)
    gas = chosen.markets.gas
    gas_factor = factor_of_mean_one(draws.shocks("gas"), gas.volatility_rate, gas.reversion_months)
    with progress.step("stress them", len(named)) as step:
        without = means_of(chosen, drawn, shapes)
        hit = []
        for stress in named:
            hit.append(struck(chosen, drawn, shapes, stress, without))
            step.advance()
        step.note = f"{len(named)} stresses"
    with progress.step("measure them"):
        return Outlook(
            portfolio=chosen,
            case=case,
            seed=seed,
            sampling=sampling,
            shapes=shapes,
            drawn=drawn,
            drivers=drivers_of(chosen, drawn, gas_factor),
            regimes={name: np.mean(drawn["gpu_regime"].to_numpy() == number, axis=0) for name, number in REGIMES.items()},
            waiting=waiting_steps(chosen, drawn),
            customers=customer_defaults(chosen, drawn),
            correlations=correlations_of(chosen, drawn, draws, gas_factor),
            cases=cases,
            without=without,
            stresses=tuple(hit),
            hours=zone_hours(chosen, shapes),
            precision=precision_of(chosen, drawn, sampling),
        )


def _found(portfolio: Portfolio, shapes: Shapes, names: Sequence[str]) -> tuple[Stress, ...]:
    """The stresses of these names, each once."""
    try:
        return find_stresses(portfolio, shapes, list(dict.fromkeys(names)))
    except ValueError as error:
        raise UnknownStressError(str(error)) from None


def _case(
    portfolio: Portfolio, name: CaseName, chosen: CaseName, drawn: xr.Dataset, shapes: Shapes, seed: int, sampling: Sampling
) -> CaseRow:
    """A case with the same shocks; the chosen one is drawn already."""
    shifted = with_case(portfolio, name)
    if name == chosen:
        return case_row(name, shifted, drawn)
    return case_row(name, shifted, sample(shifted, drawn.sizes["scenario"], seed, shapes, sampling=sampling))
