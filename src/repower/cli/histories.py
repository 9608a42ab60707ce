"""The commands of histories: `calibrate` fits to them, `import` brings them in. What they do stands in the modules they call."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

FOLDER = click.Path(path_type=Path)


@click.command()
@click.argument("what", type=click.Choice(["bitcoin", "power", "fx"]))
@click.argument("file", type=FOLDER)
@click.option("--column", "columns", multiple=True, metavar="NAME", help="Zone of power, or currency; may be repeated.")
@click.option("--fit-from", default="", metavar="DAY", help="First day to fit: 2016-01-01, 2016-01 or 2016.")
@click.option("--fit-until", default="", metavar="DAY", help="Last day to fit; three quarters of the years if not given.")
@click.option("--score-until", default="", metavar="DAY", help="Last day to score the fit on; the file's last if not given.")
@click.option("--time", default="", metavar="NAME", help="Column of time of a power file; time_utc or ts_utc are found.")
@click.option("--zone", default="", help="Zone of its clock, such as Europe/Oslo, where stamps do not say it.")
@click.option("--minutes", type=int, default=60, show_default=True, help="Length of its intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def calibrate(
    what: Literal["bitcoin", "power", "fx"],
    file: Path,
    columns: tuple[str, ...],
    fit_from: str,
    fit_until: str,
    score_until: str,
    time: str,
    zone: str,
    minutes: int,
    as_json: bool,
) -> None:
    """Fit the uncertainty of WHAT to a history, and score it on later days.

    FILE is CSV or Parquet: daily figures of Bitcoin, hourly power prices, or daily exchange rates for one euro. Volatilities,
    memories and frequencies are fitted; no drift ever is.
    """
    from repower.cli.calibrate import Asked, calibrate_file

    asked = Asked(columns, fit_from, fit_until, score_until, time, zone, minutes)
    calibrate_file(what, file, asked, as_json=as_json)


@click.command("import")
@click.argument("kind", required=False)
@click.argument("files", type=FOLDER, nargs=-1, metavar="FILE...")
@click.option("--list", "listed", is_flag=True, help="Print the kinds of files, one line each, and nothing else.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME[=IN FILE]",
    help="Series to write, and what it is called in the file; may be repeated.",
)
@click.option("--out", type=FOLDER, metavar="FILE", help="Where to write: name.parquet or name.csv.")
@click.option("--force", is_flag=True, help="Replace that file if it is there.")
@click.option("--usd", metavar="RATE", help="US dollars for one unit of the currency, or a file of daily rates for one euro.")
@click.option("--fill", type=click.IntRange(0), default=0, show_default=True, help="Fill gaps of up to so many hours.")
@click.option("--wrap", is_flag=True, help="Take hours that a year of local time lacks in UTC from its other end.")
@click.option("--year", type=int, help="Calendar year to write a weather year as.")
@click.option("--time", metavar="NAME", help="Column of time of a plain table.")
@click.option("--unit", default="", help="Unit of a plain table, such as EUR/MWh or degC.")
@click.option("--zone", default="", help="Zone of its clock, such as Europe/Oslo, where stamps do not say it.")
@click.option("--minutes", type=int, default=60, show_default=True, help="Length of its intervals.")
@click.option(
    "--stamps", type=click.Choice(["beginning", "end"]), default="beginning", show_default=True, help="What its stamps name."
)
@click.option("--time-format", default="", metavar="PATTERN", help="Pattern of its stamps, such as %d.%m.%Y %H:%M.")
@click.option("--separator", default=",", show_default=True, help="Between its cells.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def import_(
    kind: str | None,
    files: tuple[Path, ...],
    listed: bool,
    columns: tuple[str, ...],
    out: Path | None,
    force: bool,
    usd: str | None,
    fill: int,
    wrap: bool,
    year: int | None,
    time: str | None,
    unit: str,
    zone: str,
    minutes: int,
    stamps: Literal["beginning", "end"],
    time_format: str,
    separator: str,
    as_json: bool,
) -> None:
    """Turn FILEs of one KIND into series of our own format.

    Series are hours, or daily figures of Bitcoin. Intervals become hours in UTC, units and currencies ours; whole calendar years
    are kept. Nothing is filled, wrapped or converted that was not asked for, and what was done is told. `repower import --list`
    names the kinds.
    """
    from repower.cli.import_series import Given, import_files, list_kinds

    if listed:
        list_kinds(as_json=as_json)
        return
    if kind is None or not files or out is None:
        raise click.UsageError("KIND, FILE and --out are needed; `repower import --list` names the kinds")
    given = Given(usd, fill, wrap, year, time, unit, zone, minutes, stamps, time_format, separator)
    import_files(kind, files, out, columns, given, force=force, as_json=as_json)
