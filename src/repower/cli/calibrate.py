"""A history calibrated from the terminal: read, fitted, scored, told as tables and as fields of a portfolio."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, SupportsInt

import click

from repower.cli.import_series import with_options
from repower.cli.walk import shown
from repower.errors import InputError
from repower.progress import Progress

if TYPE_CHECKING:
    from repower.report.calibrated import Told

What = Literal["bitcoin", "power", "fx"]
#: The option that a problem's hint speaks of.
POWER_OPTIONS = {"S302": "--time NAME", "S318": "--column NAME", "S320": "--minutes", "S326": "--zone"}


@dataclass(frozen=True)
class Asked:
    """What a calibration is asked.

    fit_from, fit_until, score_until : days as texts (``2021-12-31``, ``2021-12``, ``2021``), "" for what the history gives.
    columns : series of the file.  time, zone, minutes : how a file of prices writes its hours.
    """

    columns: tuple[str, ...] = ()
    fit_from: str = ""
    fit_until: str = ""
    score_until: str = ""
    time: str = ""
    zone: str = ""
    minutes: int = 60


def calibrate_file(what: What, file: Path, asked: Asked, *, as_json: bool) -> None:
    """Fit, score, tell; the tables or the JSON go to stdout."""
    check_options(what, asked)
    with shown() as progress:
        told = calibrated(what, file, asked, progress)
    if as_json:
        click.echo(json.dumps(told.as_json(), indent=1, ensure_ascii=False, allow_nan=False))
        return
    from repower.cli.calibrate_text import as_text

    click.echo(as_text(told))


def check_options(what: What, asked: Asked) -> None:
    """BadParameter for an option that means nothing for this kind of history."""
    if what == "bitcoin" and asked.columns:
        raise click.BadParameter("a history of Bitcoin has its own columns; leave it out", param_hint="--column")
    for option, given in (("--time", asked.time), ("--zone", asked.zone), ("--minutes", asked.minutes != 60)):
        if what != "power" and given:
            raise click.BadParameter(f"only files of power prices need it, not {what}", param_hint=option)


def calibrated(what: What, file: Path, asked: Asked, progress: Progress) -> Told:
    """The calibration of a file as it is told.

    Raises
    ------
    InputError
        for a file that cannot be read or fitted, S351 for days that it does not have
    """
    with progress.step("load the fits"):
        from repower.scenarios.calibration import ranges  # noqa: F401 - imports of seconds, told as a step

        tell = {"bitcoin": _bitcoin, "power": _power, "fx": _currencies}[what]
    return tell(file, asked, progress)


def _bitcoin(file: Path, asked: Asked, progress: Progress) -> Told:
    import pandas as pd

    from repower.markets.sources.bitcoin_days import read_bitcoin_days
    from repower.report.calibrated_bitcoin import tell_bitcoin
    from repower.scenarios.calibration.bitcoin_calibration import calibrate_bitcoin
    from repower.scenarios.calibration.ranges import choose_ranges

    with progress.step("read the days"):
        days = read_bitcoin_days(file)
        chosen = choose_ranges((day_of(days.days[0]), day_of(days.days[-1])), named_days(asked), str(file))
        # pandas counts its days in finer units than days
        table = pd.DataFrame({"date": days.days.astype("datetime64[D]").astype("datetime64[us]"), **days.values})
    with progress.step("fit and score the models"):
        found = calibrate_bitcoin(table, str(chosen.first), str(chosen.last), str(chosen.score_until))
        return tell_bitcoin(found, str(file), chosen)


def _power(file: Path, asked: Asked, progress: Progress) -> Told:
    from repower.markets.sources.history import read_price_history
    from repower.report.calibrated_power import calibrate_zones, tell_power
    from repower.scenarios.calibration.ranges import choose_ranges

    with progress.step("read the hours"):
        try:
            history = read_price_history(file, asked.columns, time=asked.time, zone=asked.zone, minutes=asked.minutes)
        except InputError as error:
            raise InputError(with_options(error.problems, POWER_OPTIONS)) from None
        have = (day_of(history.hours[0] // 24), day_of(history.hours[-1] // 24))
        chosen = choose_ranges(have, named_days(asked), str(file))
    with progress.step("fit and score the levels"):
        return tell_power(calibrate_zones(history, chosen, str(file)), str(file), chosen)


def _currencies(file: Path, asked: Asked, progress: Progress) -> Told:
    from repower.markets.sources.currency import read_rates
    from repower.markets.sources.history import month_end_rates
    from repower.report.calibrated_currencies import calibrate_currencies, tell_currencies
    from repower.scenarios.calibration.ranges import choose_ranges, day_named

    with progress.step("read the rates"):
        rates = month_end_rates(read_rates(file), asked.columns)
        have = (day_named(rates.months[0], end=False), day_named(rates.months[-1], end=True))
        chosen = choose_ranges(have, named_days(asked), str(file))
    with progress.step("fit and score the currencies"):
        found = calibrate_currencies(rates, chosen, str(file))
        return tell_currencies(found, rates.left_out, str(file), chosen)


def day_of(days: SupportsInt) -> date:
    """A day from the number of days since 1970."""
    return date(1970, 1, 1) + timedelta(days=int(days))


def named_days(asked: Asked) -> tuple[date | None, date | None, date | None]:
    """First day to fit, last day to fit, last day to score; None for what is not said. InputError S351 for no day."""
    from repower.scenarios.calibration.ranges import day_named

    first, last, until = (
        day_named(text, end=end) if text else None
        for text, end in ((asked.fit_from, False), (asked.fit_until, True), (asked.score_until, True))
    )
    return first, last, until
