"""Power prices calibrated and told: level by zone, what it foretold, what hours are like, and how zones hang together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.resampled import ordinary_level, quietest_hour, resample_prices, source_days
from repower.markets.sources.history import PriceHistory
from repower.markets.years import position
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
from repower.scenarios.calibration.dependence import Correlations, correlations, level_shocks, shares
from repower.scenarios.calibration.power_calibration import PowerCalibration, calibrate_power
from repower.scenarios.calibration.power_hours import zone_correlations
from repower.scenarios.calibration.power_levels import (
    REVERSION_MONTHS,
    LevelScore,
    monthly_levels,
    monthly_means,
    score_level,
)
from repower.scenarios.calibration.power_years import Comparison, compare_years, simulated_years
from repower.scenarios.calibration.ranges import Ranges

FloatArray = NDArray[np.float64]

HORIZONS = (1, 3, 6, 12)
#: A level is a running median over two months, so the month ahead is partly in the month that is known.
LEVEL_HORIZONS = (6, 12)
#: Fewest whole years of which a band is made; resampled years that are held against it, and draws of the band.
FEWEST_YEARS, SIMULATED_YEARS, BAND_DRAWS = 3, 40, 60
#: Days to either side from which an hour that is missing in a whole year is taken for the band.
_NEAR_DAYS = 7


@dataclass(frozen=True)
class ZoneCalibration:
    """One zone: its fit, scores of its mean price and of its level on later months, resampled years against the band of its own.

    filled : hours that the years of the band lacked.
    """

    fit: PowerCalibration
    means: tuple[LevelScore, ...]
    levels: tuple[LevelScore, ...]
    compared: tuple[Comparison, ...]
    filled: int


@dataclass(frozen=True)
class ZonesTogether:
    """Correlations of hours [zone, zone], and of monthly shocks with their interval; the mean over pairs of the latter."""

    hours: FloatArray
    months: Correlations
    mean: float


@dataclass(frozen=True)
class PowerZones:
    """Zones by name, and how they hang together (None for one)."""

    zones: dict[str, ZoneCalibration]
    together: ZonesTogether | None


def calibrate_zones(history: PriceHistory, ranges: Ranges, file: str) -> PowerZones:
    """Fit and score every zone of a history.

    Raises
    ------
    InputError
        S352 for every zone that cannot be fitted, with the reason
    """
    hours = history.hours.astype("datetime64[h]")
    day = hours.astype("datetime64[D]")
    given = (day >= np.datetime64(ranges.first)) & (day <= np.datetime64(ranges.score_until))
    zones: dict[str, ZoneCalibration] = {}
    problems = []
    for name, prices in history.prices.items():
        try:
            zones[name] = _zone(hours[given], prices[given], ranges)
        except ValueError as error:
            problems.append(
                Problem(
                    "S352",
                    f"hours {ranges} cannot be fitted: {error}",
                    path=name,
                    hint="give more of its history, or fit on more of it: a fit needs 18 months and a year with nearly all hours",
                    file=file,
                )
            )
    if problems:
        raise InputError(problems)
    together = None
    if len(zones) > 1:
        fitted = day[given] <= np.datetime64(ranges.last)
        together = _together(
            hours[given][fitted], {name: history.prices[name][given][fitted] for name in zones}, f"hours {ranges}", file
        )
    return PowerZones(zones, together)


def _zone(hours: NDArray[np.datetime64], prices: FloatArray, ranges: Ranges) -> ZoneCalibration:
    until = (np.datetime64(ranges.last, "D") + 1).astype("datetime64[h]")
    if not (hours < until).any():
        raise ValueError("there is no hour")
    before = hours < until
    levels = monthly_levels(hours[before], prices[before])[1]
    if len(levels) and np.ptp(levels) == 0.0:
        raise ValueError("its level never moved; a tariff has volatility_rate 0")
    fit = calibrate_power(hours, prices, until)
    compared, filled = _against_own_years(fit, hours, prices)
    return ZoneCalibration(
        fit,
        _scores(*monthly_means(hours, prices), until, HORIZONS),
        _scores(*monthly_levels(hours, prices), until, LEVEL_HORIZONS),
        compared,
        filled,
    )


def _scores(
    months: NDArray[np.int64], values: FloatArray, until: np.datetime64, horizons: tuple[int, ...]
) -> tuple[LevelScore, ...]:
    """Scores on months that begin at or after `until`, of fits to those before."""
    fitted = int((months < until.astype("datetime64[M]").astype(np.int64)).sum())
    return tuple(
        score_level(months, values, fitted, ahead)
        for ahead in horizons
        if (np.isin(months[fitted:] - ahead, months)).any() and fitted >= 18
    )


def _against_own_years(
    fit: PowerCalibration, hours: NDArray[np.datetime64], prices: FloatArray
) -> tuple[tuple[Comparison, ...], int]:
    """Level x resampled shape against the band of the fitted years that have nearly all their hours; nothing for too few."""
    years = tuple(fit.by_year)
    if len(years) < FEWEST_YEARS:
        return (), 0
    given = np.full(len(years) * 8760, np.nan)
    place = position(hours.astype(np.int64), years)
    given[place[place >= 0]] = prices[place >= 0]
    filled = int(np.isnan(given).sum())
    known = days = given.reshape(-1, 24)
    for step in range(1, _NEAR_DAYS + 1):
        for near in (step, -step):
            days = np.where(np.isnan(days), np.roll(known, near, axis=0), days)
    if np.isnan(days).any():
        return (), filled
    real = days.reshape(1, len(years), 8760)
    first_hour = quietest_hour(real / np.repeat(ordinary_level(real), 24, axis=2))
    shapes = resample_prices(real, source_days(years, SIMULATED_YEARS), first_hour)[0]
    return compare_years(real[0], simulated_years(fit.level, shapes), draws=BAND_DRAWS), filled


def _together(hours: NDArray[np.datetime64], prices: Mapping[str, FloatArray], which: str, file: str) -> ZonesTogether:
    by_zone = {name: dict(zip(*map(np.ndarray.tolist, monthly_means(hours, zone)), strict=True)) for name, zone in prices.items()}
    common = sorted(set.intersection(*(set(months) for months in by_zone.values())))
    try:
        # of fewer or other months there are no shocks; level_shocks says how many it needs
        follow = bool(common) and common[-1] - common[0] == len(common) - 1
        levels = [np.array([months[one] for one in common if follow]) for months in by_zone.values()]
        found = correlations(np.array([level_shocks(level) for level in levels]).T)
    except ValueError as error:
        raise InputError(
            Problem(
                "S352",
                f"zones of {which} cannot be held against one another: {error}",
                hint="calibrate them one by one, or choose days that all of them have",
                file=file,
            )
        ) from None
    mean, _ = shares(found.value, ["one"] * len(prices))
    return ZonesTogether(zone_correlations(np.array(list(prices.values()))), found, mean)


def tell_power(found: PowerZones, file: str, ranges: Ranges) -> Told:
    """Tables, verdict and fields of a fit."""
    comment = source(file, ranges)
    fields: dict[str, dict[str, float]] = {}
    lines = ["markets:", "  power:"]
    for name, zone in found.zones.items():
        level = zone.fit.level
        fields[name] = {"volatility_rate": level.volatility_rate, "reversion_months": max(1, round(level.reversion_months))}
        lines += [f"    - name: {_yaml_name(name)}", *field_lines(fields[name], 6, comment)]
    lines.append("      # each also needs series: the file with its hours")
    tables = [_levels(found), _hours(found)]
    if any(zone.means for zone in found.zones.values()):
        tables.insert(1, _foretold(found))
    if any(zone.compared for zone in found.zones.values()):
        tables.append(_outside(found))
    if found.together is not None:
        tables.append(_pairs(found, found.together))
        lines += [
            "  # one of these two, as the zones are of one region or each of another:",
            f"  # power_region_share: {max(found.together.mean, 0.0):.2f}  # {comment}",
            f"  # power_common_share: {max(found.together.mean, 0.0):.2f}  # {comment}",
        ]
    about = tuple(
        f"{name}: {zone.fit.first} to {zone.fit.last} UTC fitted, {zone.fit.level.months} months; "
        f"{zone.means[0].months if zone.means else 0} scored, until {ranges.score_until}"
        for name, zone in found.zones.items()
    )
    return Told("power", file, ranges, about, tuple(tables), _verdict(found), "\n".join(lines), fields, found)


def _yaml_name(name: str) -> str:
    """A name as YAML reads it back as text: NO alone would be a truth value."""
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum() and not name.isnumeric() and len(name) > 2
    return name if plain and name[0].isalpha() and name.lower() not in ("yes", "off", "true", "null", "false") else f'"{name}"'


def _levels(found: PowerZones) -> Table:
    rows = []
    for name, zone in found.zones.items():
        level = zone.fit.level
        low, high = level.reversion_interval
        season = np.exp(np.hypot(*level.coefficients[1:])) - 1.0
        rows.append(
            (
                name,
                str(level.months),
                str(level.raised),
                number(level.volatility_rate),
                number(level.reversion_months),
                f"{number(low)} to {'the longest tried' if high >= REVERSION_MONTHS[-1] * 0.999 else number(high)}",
                number(level.stationary_sd),
                share(float(season)),
            )
        )
    heads = ("", "months", "near zero", "volatility", "reversion, mo", "90 % interval", "long-run sd of log", "season")
    return Table("Level by month", heads, tuple(rows), frozenset({0, 5}))


def _foretold(found: PowerZones) -> Table:
    rows = []
    for name, zone in found.zones.items():
        for words, scores in (("mean price", zone.means), ("level", zone.levels)):
            rows += [
                (
                    f"{name}, {words}",
                    str(score.ahead),
                    str(score.months),
                    number(score.crps),
                    number(score.crps_unchanged),
                    share(score.covered_50),
                    share(score.covered_90),
                    pit_bars(score.pit),
                )
                for score in scores
            ]
    heads = ("", "ahead, mo", "forecasts", "CRPS", "of no change", "inside 50 %", "inside 90 %", "PIT 0 to 1")
    return Table("Later months foretold, in the file's currency", heads, tuple(rows), frozenset({0, 7}))


def _hours(found: PowerZones) -> Table:
    rows = []
    for name, zone in found.zones.items():
        for year, hours in (*zone.fit.by_year.items(), ("mean", zone.fit.hours)):
            rows.append(
                (
                    f"{name}, {year}",
                    f"{hours.sd_share:.2f}",
                    f"{hours.p99_share:.1f}",
                    f"{hours.spike_share:.2%}".replace("%", " %"),
                    f"{hours.spikes:.0f}",
                    f"{hours.negative_share:.2%}".replace("%", " %"),
                    f"{hours.lag_1:.2f}",
                    f"{hours.lag_24:.2f}",
                    f"{hours.lag_168:.2f}",
                )
            )
    heads = ("", "sd / mean", "p99 / mean", "spike hours", "spikes", "below 0", "lag 1 h", "a day", "a week")
    return Table("Hours of the fitted years", heads, tuple(rows))


def _outside(found: PowerZones) -> Table:
    rows = []
    for name, zone in found.zones.items():
        for one in zone.compared:
            told = "inside" if one.inside else "OUTSIDE"
            cells = (number(one.real), f"{number(one.low)} to {number(one.high)}", number(one.simulated), told)
            rows.append((f"{name}, {one.statistic}", *cells))
    heads = ("", "real years", "90 % band", "simulated years", "")
    return Table(
        "Resampled hours times simulated level, against the band of the real years", heads, tuple(rows), frozenset({0, 2, 4})
    )


def _pairs(found: PowerZones, together: ZonesTogether) -> Table:
    names = list(found.zones)
    rows = []
    for one in range(len(names)):
        for other in range(one + 1, len(names)):
            low, high = together.months.low[one, other], together.months.high[one, other]
            rows.append(
                (
                    f"{names[one]}, {names[other]}",
                    f"{together.hours[one, other]:.2f}",
                    f"{together.months.value[one, other]:.2f}",
                    f"{low:.2f} to {high:.2f}",
                )
            )
    heads = ("", "hours", f"shocks of {together.months.months} months", "95 % interval")
    return Table("Correlations of zones", heads, tuple(rows), frozenset({0, 3}))


def _verdict(found: PowerZones) -> tuple[str, ...]:
    said = ["No trend is fitted, and none is among the fields: escalator_rate stays a judgement."]
    for name, zone in found.zones.items():
        level = zone.fit.level
        if level.reversion_interval[1] >= REVERSION_MONTHS[-1] * 0.999:
            said.append(f"{name}: {level.months} months cannot tell its level from a random walk; its reversion says little.")
        if level.raised:
            said.append(f"{name}: {level.raised} months near or below zero were raised to a fiftieth of the median month.")
        if not zone.means:
            said.append(f"{name}: no month was held back, so its level is not tested.")
        for words, scores in (("mean price", zone.means), ("level", zone.levels)):
            for score in scores:
                if score.ahead in (1, 12):
                    compared = against(score.crps, score.crps_unchanged, "saying that it stays")
                    sentence = f"{name}: CRPS of the {words} {in_months(score.ahead)} ahead is {compared}. "
                    said.append((sentence + band_sentence("it", score.ahead, score.covered_90, score.months)).strip())
        said += _band_verdict(name, zone)
    if any(zone.means for zone in found.zones.values()):
        said.append(
            "Mean prices are foretold by a fit to mean prices; the fields are of the level, in which days of scarcity are not. "
            "A level is a running median over 61 days, so those of the last fitted month have seen 30 days that are scored."
        )
    if found.together is not None:
        said.append(
            f"Shocks of months of two zones correlate at {found.together.mean:.2f} in the mean of all pairs, which is the "
            "share that is common to them if they are of one region."
        )
    return tuple(said)


def _band_verdict(name: str, zone: ZoneCalibration) -> list[str]:
    if not zone.compared:
        years = len(zone.fit.by_year)
        if years >= FEWEST_YEARS:
            return [f"{name}: its years lack more than a week somewhere, so simulated years are not held against them."]
        return [f"{name}: {years} fitted years make no band, so simulated years are not held against them."]
    outside = [one.statistic for one in zone.compared if not one.inside]
    words = f"{name}: of {len(zone.compared)} statistics of simulated years "
    words += f"{len(outside)} lie{'s' if len(outside) == 1 else ''} outside the 90 % band of the real ones"
    words += f" ({joined(outside)})" if outside else ""
    if zone.filled:
        words += f"; {zone.filled} missing hours were taken from days near by for that"
    return [f"{words}."]
