"""Few scenarios in place of many, with weights and with what is lost.

Chosen by fast forward selection: one scenario after the other, each time the one that brings the whole set nearest; then
each in turn is exchanged for a better one. Distance is that of the features of
whole paths (`features.whole_path`). The loss is stated three ways: the Kantorovich distance between the many and the few,
the Wasserstein distance of every driver in its own unit, and mean and CVaR of payoffs that are given.

Many drivers with a part of their own (ten zones, say) cannot be kept by few scenarios: read the errors of the drivers that
matter, leave out what does not (`scenarios.sel(zone=[...])`), or compare by values of one's own (`features`). Merging narrows
every spread and makes extremes milder, so a CVaR of the few tends to be too good: give the payoff that matters and read its
error.

References: Heitsch and Romisch (2003), Scenario reduction algorithms in stochastic programming; Dupacova, Growe-Kuska and
Romisch (2003), Scenario reduction in stochastic programming.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from scipy.stats import wasserstein_distance

from repower.scenarios import measures
from repower.scenarios.features import drivers, whole_path

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

#: Rounds of exchange; of 1,000 scenarios a second and third gained less than a thousandth of the distance.
_ROUNDS = 1


@dataclass(frozen=True)
class MarginError:
    """How far a driver's mean over the study is moved: Wasserstein-1 distance of its distribution, in its unit.

    spread : of all scenarios, mean distance from the median, in the same unit. For logarithms (prices, rents, indices) the unit
    is 1: 0.01 is one per cent. For power and defaults it is the share of months.
    """

    driver: str
    label: str
    wasserstein: float
    spread: float
    mean: float
    mean_reduced: float


@dataclass(frozen=True)
class PayoffError:
    """A payoff's mean and CVaR over all scenarios and over the few."""

    name: str
    mean: float
    mean_reduced: float
    cvar: float
    cvar_reduced: float


@dataclass(frozen=True)
class Reduced:
    """Few scenarios for many.

    scenarios : the few, with their numbers as `scenario` and a variable `weight` [scenario] that sums to 1.
    stands_for : [S] place among the few of the one that stands for each scenario.
    distance : Kantorovich distance between the many and the few (Euclidean, features as in `whole_path`).
    distance_share : the same against the distance of the best single scenario: 1 is no better than one scenario, 0 is all.
    """

    scenarios: xr.Dataset
    stands_for: IntArray
    distance: float
    distance_share: float
    margins: tuple[MarginError, ...]
    payoffs: tuple[PayoffError, ...]


def reduce(
    scenarios: xr.Dataset,
    count: int,
    payoffs: Mapping[str, ArrayLike] | None = None,
    tail_share: float = 0.05,
    weights: ArrayLike | None = None,
    features: ArrayLike | None = None,
) -> Reduced:
    """The `count` scenarios that stand best for all, with weights and errors.

    Parameters
    ----------
    scenarios : as from `sample`
    count : how many to keep, 1 to S
    payoffs : of each scenario [S], by name; they are not used in choosing
    tail_share : of the CVaR of payoffs
    weights : probabilities [S] of the scenarios; equally likely when absent
    features : [S, F] by which scenarios are compared, for example the values of the choices of a plan; those of `whole_path`
        when absent
    """
    number = int(scenarios.sizes["scenario"])
    if not 1 <= count <= number:
        raise ValueError(f"of {number} scenarios 1 to {number} can be kept, not {count}")
    share = np.full(number, 1.0 / number) if weights is None else measures.probabilities(weights, number)
    far = distances(whole_path(scenarios) if features is None else _features(features, number))
    kept, stands_for = select(far, share, count)
    weight = np.asarray(np.bincount(stands_for, weights=share, minlength=count), dtype=np.float64)
    distance = float(share @ far[np.arange(number), kept[stands_for]])
    single = float((share @ far).min())
    few = scenarios.isel(scenario=kept).assign(
        weight=(("scenario",), weight, {"units": "1", "long_name": "probability of the scenario"})
    )
    months = int(scenarios.sizes["month"])
    return Reduced(
        few,
        stands_for,
        distance,
        distance / single if single > 0.0 else 0.0,
        tuple(
            _margin(driver.name, label, driver.value[:, place], kept, share, weight)
            for driver in drivers(scenarios, 0, months)
            for place, label in enumerate(driver.labels)
        ),
        tuple(
            _payoff(name, np.asarray(values, dtype=np.float64), kept, share, weight, tail_share)
            for name, values in (payoffs or {}).items()
        ),
    )


def _features(features: ArrayLike, number: int) -> FloatArray:
    array = np.asarray(features, dtype=np.float64)
    if array.ndim != 2 or len(array) != number or not np.isfinite(array).all():
        raise ValueError(f"features are finite numbers of each of the {number} scenarios [S, F], not of shape {array.shape}")
    return array


def distances(features: FloatArray) -> FloatArray:
    """Euclidean distances [S, S] between the rows of features [S, F]."""
    square = (features**2).sum(axis=1)
    apart = square[:, None] + square[None, :] - 2.0 * (features @ features.T)
    np.fill_diagonal(apart, 0.0)
    return np.asarray(np.sqrt(np.maximum(apart, 0.0)))


def select(far: FloatArray, share: FloatArray, count: int) -> tuple[IntArray, IntArray]:
    """Rows to keep [count], upwards, and for each row which of them stands for it [S].

    `far` are distances [S, S], `share` probabilities [S]. Minimises sum share[s] far[s, kept[stands_for[s]]]: greedily, then each
    in turn is exchanged for whatever row is better in its place, once over all.
    """
    nearest = np.full(len(far), np.inf)
    kept = np.empty(count, dtype=np.int64)
    for position in range(count):
        kept[position] = _best(far, share, nearest, kept[:position])
        nearest = np.minimum(nearest, far[:, kept[position]])
    for _ in range(_ROUNDS):
        before = kept.copy()
        for position in range(count):
            others = np.delete(kept, position)
            kept[position] = _best(far, share, far[:, others].min(axis=1, initial=np.inf), others, kept[position])
        if (kept == before).all():
            break
    kept = np.sort(kept)
    stands_for = far[:, kept].argmin(axis=1)
    # A kept row stands for itself, also where another lies at the same place.
    stands_for[kept] = np.arange(count)
    return kept, stands_for


def _best(far: FloatArray, share: FloatArray, nearest: FloatArray, taken: IntArray, present: int | None = None) -> int:
    """The row to keep beside those that are taken, which lie `nearest` [S] to each; the present one unless another is better."""
    loss = share @ np.minimum(far, nearest[:, None])
    loss[taken] = np.inf
    found = int(loss.argmin())
    return present if present is not None and loss[present] <= loss[found] + 1e-12 else found


def _margin(driver: str, label: str, value: FloatArray, kept: IntArray, share: FloatArray, weight: FloatArray) -> MarginError:
    middle = measures.percentiles(value, (0.5,), share)[0]
    return MarginError(
        driver,
        label,
        float(wasserstein_distance(value, value[kept], share, weight)),
        float(share @ np.abs(value - middle)),
        float(share @ value),
        float(weight @ value[kept]),
    )


def _payoff(
    name: str, value: FloatArray, kept: IntArray, share: FloatArray, weight: FloatArray, tail_share: float
) -> PayoffError:
    return PayoffError(
        name,
        float(measures.mean(value, share)),
        float(measures.mean(value[kept], weight)),
        float(measures.cvar(value, tail_share, share)),
        float(measures.cvar(value[kept], tail_share, weight)),
    )
