"""Currencies calibrated and told: volatility, what they share, and how a random walk foretold later months."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.sources.history import MonthEndRates
from repower.report.calibrated import (
    Table,
    Told,
    against,
    band_sentence,
    field_lines,
    in_months,
    joined,
    number,
    pit_bars,
    share,
    source,
)
from repower.scenarios.calibration.money import CurrencyFit, ForecastScore, fit_currencies, score
from repower.scenarios.calibration.ranges import Ranges

FloatArray = NDArray[np.float64]

#: Months ahead that are scored.
HORIZONS = (1, 3, 12)
#: The alternative that is scored beside a random walk: two thirds of the way to the fitted months' mean in so many months.
RETURN_MONTHS = 36.0
#: Fewest months of changes to fit on.
FEWEST_MONTHS = 24
#: A currency that moved by less of its worth did not move.
STILL = 1e-9


@dataclass(frozen=True)
class CurrencyCalibration:
    """fit : of the currencies in their order.  walk, returning : scores by months ahead, one for each currency."""

    currencies: tuple[str, ...]
    fit: CurrencyFit
    months_fitted: int
    months_scored: int
    walk: dict[int, tuple[ForecastScore, ...]]
    returning: dict[int, tuple[ForecastScore, ...]]


def calibrate_currencies(rates: MonthEndRates, ranges: Ranges, file: str) -> CurrencyCalibration:
    """Fit on month ends from the first day to the last, and score on later ones.

    Raises
    ------
    InputError
        S352 for fewer than 24 changes to fit on, or fewer than two currencies
    """
    labels = np.array(rates.months, dtype="datetime64[M]")
    ends = (labels + 1).astype("datetime64[D]") - 1
    first, last, until = (np.datetime64(day) for day in (ranges.first, ranges.last, ranges.score_until))
    seen, new = (ends >= first) & (ends <= last), (ends >= last) & (ends <= until)
    fitted = int(seen.sum())
    names = tuple(rates.usd_per_unit)
    if fitted < FEWEST_MONTHS + 1:
        fact, way_out = f"{max(fitted - 1, 0)} monthly changes are too few to fit", f"fit on at least {FEWEST_MONTHS}"
        raise InputError(Problem("S352", fact, hint=way_out, file=file))
    if len(names) < 2:
        fact, way_out = "one currency shares its moves with no other", "name two or more, since what they share is fitted too"
        raise InputError(Problem("S352", fact, hint=way_out, file=file))
    worth = np.array([rates.usd_per_unit[name] for name in names])
    still = [name for name, one in zip(names, worth[:, seen], strict=True) if np.ptp(one) <= STILL * one.mean()]
    if still:
        fact, way_out = f"{joined(still)} never moved against US dollars", "leave it out: what is pegged has volatility_rate 0"
        raise InputError(Problem("S352", fact, hint=way_out, file=file))
    fit = fit_currencies(worth[:, seen])
    # the last fitted month is known when the first later one is foretold
    new[np.flatnonzero(seen)[-1]] = True
    later = worth[:, new]
    walk: dict[int, tuple[ForecastScore, ...]] = {}
    returning: dict[int, tuple[ForecastScore, ...]] = {}
    for ahead in HORIZONS:
        if later.shape[1] > ahead:
            levels = np.exp(np.log(worth[:, seen]).mean(axis=1)).tolist()
            volatility = fit.volatility_rate.tolist()
            walk[ahead] = tuple(score(one, rate, ahead, None) for one, rate in zip(later, volatility, strict=True))
            returning[ahead] = tuple(
                score(one, rate, ahead, (level, RETURN_MONTHS))
                for one, rate, level in zip(later, volatility, levels, strict=True)
            )
    return CurrencyCalibration(names, fit, fitted, later.shape[1] - 1, walk, returning)


def tell_currencies(found: CurrencyCalibration, left_out: tuple[str, ...], file: str, ranges: Ranges) -> Told:
    """Tables, verdict and fields of a fit."""
    of = f"{found.months_fitted} month ends of {len(found.currencies)} currencies against US dollars"
    about = [f"{of} fitted, {ranges}; {found.months_scored} scored, until {ranges.score_until}"]
    if left_out:
        about.append(f"left out, since they lack a month: {', '.join(left_out)}")
    comment = source(file, ranges)
    fields = {
        name: {"volatility_rate": float(rate), "common_share": min(1.0, float(common))}
        for name, rate, common in zip(found.currencies, found.fit.volatility_rate, found.fit.common_share, strict=True)
    }
    lines = ["markets:", "  money:", "    currencies:"]
    for name, values in fields.items():
        lines += [f"      - name: {name}", *field_lines(values, 8, comment)]
    return Told(
        "fx",
        file,
        ranges,
        tuple(about),
        (_by_currency(found), *_by_horizon(found)),
        _verdict(found),
        "\n".join([*lines, "      # each also needs usd_per_unit: its worth at the start of the study"]),
        fields,
        found,
    )


def _by_currency(found: CurrencyCalibration) -> Table:
    last = max(found.walk, default=0)
    rows = []
    for place, name in enumerate(found.currencies):
        cells = [name, number(float(found.fit.volatility_rate[place])), f"{found.fit.common_share[place]:.2f}"]
        cells += [share(scores[place].coverage) for scores in found.walk.values()]
        if last:
            cells.append(pit_bars(found.walk[last][place].pit))
        rows.append(tuple(cells))
    heads = ["", "volatility", "common share", *(f"in 90 %, {ahead} mo" for ahead in found.walk)]
    heads += [f"PIT, {last} mo"] if last else []
    return Table("Currencies (the fit gives no standard errors)", tuple(heads), tuple(rows), frozenset({0, 3 + len(found.walk)}))


def _by_horizon(found: CurrencyCalibration) -> tuple[Table, ...]:
    if not found.walk:
        return ()
    rows = []
    for ahead, scores in found.walk.items():
        pit = np.concatenate([one.pit for one in scores])
        rows.append(
            (
                f"{in_months(ahead)} ahead",
                str(len(pit)),
                f"{_mean(scores):.4f}",
                f"{_mean(found.returning[ahead]):.4f}",
                f"{np.mean([one.crps_no_change for one in scores]):.4f}",
                share(float((np.abs(pit - 0.5) <= 0.25).mean())),
                share(float(np.mean([one.coverage for one in scores]))),
                pit_bars(pit),
            )
        )
    heads = ("", "forecasts", "CRPS, random walk", "returning", "no change", "inside 50 %", "inside 90 %", "PIT 0 to 1")
    return (Table("All currencies, of the logarithm", heads, tuple(rows), frozenset({0, 7})),)


def _mean(scores: tuple[ForecastScore, ...]) -> float:
    return float(np.mean([one.crps for one in scores]))


def _verdict(found: CurrencyCalibration) -> tuple[str, ...]:
    said = [
        "The mean change of the fitted months was taken off and is not used: no drift is fitted.",
        f"One common factor leaves correlations off by {found.fit.misfit:.2f} (root mean square).",
    ]
    if not found.walk:
        return (*said, "Nothing was held back, so no number here is tested.")
    for ahead, scores in found.walk.items():
        ours, theirs = _mean(scores), _mean(found.returning[ahead])
        said.append(f"{in_months(ahead)} ahead a random walk's CRPS is {against(ours, theirs, 'a return to the mean')}.")
        # currencies move together: all of them count as one set of forecasts
        held = float(np.mean([one.coverage for one in scores]))
        said.append(band_sentence("currencies, all together", ahead, held, len(scores[0].pit)))
    first = min(found.walk)
    missed = [
        f"{name} ({share(one.coverage)})"
        for name, one in zip(found.currencies, found.walk[first], strict=True)
        if one.coverage < 0.8
    ]
    if missed:
        said.append(f"Bands {in_months(first)} ahead are far too narrow for {joined(missed)}.")
    return tuple(sentence for sentence in said if sentence)
