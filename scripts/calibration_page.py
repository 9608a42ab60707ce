"""Writes docs/calibration.md: what the calibrations say of real histories, misses included.

`.venv/bin/python scripts/calibration_page.py DATA` reads the histories below the folder DATA, which are not in the repository
(docs/how-to/calibrate.md says where such histories come from), and writes the page. Each table is what the command above it
prints. Where a history is absent the script says so and leaves the page as it is.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from repower import __version__
from repower.cli.calibrate import Asked, What, calibrated
from repower.cli.walk import shown
from repower.report.calibrated import Table, Told, share
from repower.report.calibrated_power import PowerZones

PAGE = Path(__file__).parents[1] / "docs" / "calibration.md"


@dataclass(frozen=True)
class Measured:
    """A calibration of the page: what its command is made of, and a sentence on what is special about the history."""

    what: What
    file: str
    fit_until: str
    columns: tuple[str, ...] = ()
    word: str = ""

    def command(self) -> str:
        """The command that prints the tables."""
        columns = [part for name in self.columns for part in ("--column", name)]
        return shlex.join(["repower", "calibrate", self.what, self.file, *columns, "--fit-until", self.fit_until])


def held_and_whole(file: str, held: str, whole: str, columns: tuple[str, ...] = (), word: str = "") -> tuple[Measured, Measured]:
    """The same history with its last years held back, and fitted as a whole."""
    return Measured("power", f"prices/{file}", held, columns, word), Measured("power", f"prices/{file}", whole, columns)


ALBERTA = "alberta_aeso_pool_2010_2019.parquet"
BITCOIN = Measured("bitcoin", "bitcoin/btc_daily_2016_2023.parquet", "2021")
CURRENCIES = Measured("fx", "fx/ecb_eurofx_daily_2012_2023.parquet", "2019")
#: Each zone with years held back, as a whole, and where the years that are held back make a difference with others.
ZONES: dict[str, tuple[Measured, ...]] = {
    "Norway and Sweden, day-ahead": held_and_whole("nordpool_elspot_2013_2018.parquet", "2016", "2018", ("NO1", "NO3", "SE3")),
    "Alberta, pool price": (
        *held_and_whole(ALBERTA, "2016", "2019", word="Prices are in CAD."),
        Measured("power", f"prices/{ALBERTA}", "2014", word="What is held back matters: the same, fitted before prices halved."),
    ),
    "Texas, hub average, day-ahead": held_and_whole(
        "ercot_hubavg_dam_2020_2024.parquet", "2022", "2024", word="2023 is not in the file."
    ),
    "New York, zone CAPITL, day-ahead": held_and_whole("nyiso_capitl_dam_2020_2022.parquet", "2021", "2022"),
    "Virginia, zone DOM of PJM, real-time": held_and_whole("pjm_dom_rt_2020_2022.parquet", "2021", "2022"),
    "California, NP15, day-ahead": held_and_whole("caiso_np15_dam_2020_2022.parquet", "2021", "2022"),
    "Ontario, HOEP": held_and_whole("ieso_ontario_hoep_2020_2022.parquet", "2021", "2022", word="Prices are in CAD."),
    "Germany, day-ahead": held_and_whole("germany_da_2020_2022.parquet", "2021", "2022", word="Prices are in EUR."),
    "Singapore, USEP": held_and_whole("singapore_usep_2020_2022.parquet", "2021", "2022", word="Prices are in SGD."),
}


ABOUT = """\
What `repower calibrate` says of real histories: fitted on the earlier years, scored on the later ones, and what falls outside
left standing. [How to calibrate on your own](how-to/calibrate.md) explains the columns."""
FILES = """\
Commands are run in the folder DATA. Its files are not in the repository, since not all of their makers let them be passed on:
`prices/` has hours of market operators in UTC, `bitcoin/` daily figures of Coin Metrics, `fx/` reference rates of the European
Central Bank."""
NO_DRIFT = """\
No drift is fitted anywhere: a trend of past years is no forecast. Forecasts that look twelve months ahead overlap, so a year held
back says about as much as one forecast."""
#: Tables that stand below the second command of a zone only, where they are of all years.
OF_ALL_YEARS = ("Hours of", "Resampled hours", "Correlations of")
GLANCE = """\
Volatility, reversion and what lies outside are of all years of each history (the second command of its section); what the 90 %
bands of the mean price held is of the years held back (the first, whose tables of hours are left out here). An interval that ends
at 240 months is open: the months cannot tell the level from a random walk. *Outside* are statistics of resampled hours times a
simulated level that lie outside the 90 % band of the real years; chance alone would put one of ten there. How
much hangs on where a history is cut is seen at Alberta."""


def markdown(table: Table) -> str:
    """A table of Markdown under its title."""

    def line(cells: tuple[str, ...]) -> str:
        return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"

    marks = tuple(":---" if place in table.words else "---:" for place in range(len(table.columns)))
    return "\n".join([f"*{table.title}*", "", line(table.columns), line(marks), *map(line, table.rows)])


def part(measured: Measured, told: Told, left_out: tuple[str, ...] = ()) -> str:
    """Command, what was fitted, tables but those whose titles begin as in `left_out`, and verdict."""
    texts = [f"```bash\n{measured.command()}\n```", *([measured.word] if measured.word else [])]
    texts.append("\n".join(f"- {sentence}" for sentence in told.about))
    texts += [markdown(table) for table in told.tables if not table.title.startswith(left_out or (" ",))]
    texts.append("\n".join(["What that says:", "", *(f"- {sentence}" for sentence in told.verdict)]))
    return "\n\n".join(texts)


def zones_of(told: Told) -> PowerZones:
    """The record behind a calibration of power."""
    assert isinstance(told.calibration, PowerZones)
    return told.calibration


def summary(power: dict[str, tuple[Told, ...]]) -> str:
    """One row for each zone: what is fitted on all years, what was foretold of later ones, and what lies outside."""
    rows = []
    for title, (held, whole, *_) in power.items():
        for name, zone in zones_of(whole).zones.items():
            inside = {score.ahead: share(score.covered_90) for score in zones_of(held).zones[name].means}
            outside = [one.statistic for one in zone.compared if not one.inside]
            level = zone.fit.level
            low, high = level.reversion_interval
            rows.append(
                (
                    title.partition(",")[0] if name == "price" else name,
                    f"{level.volatility_rate:.2f}",
                    f"{level.reversion_months:.0f}",
                    f"{low:.0f} to {high:.0f}",
                    inside.get(1, "-"),
                    inside.get(12, "-"),
                    f"{len(outside)} of {len(zone.compared)}",
                    ", ".join(outside) or "-",
                )
            )
    heads = ("", "volatility", "reversion, mo", "90 % interval", "in 90 %, 1 mo", "in 90 %, 12 mo", "outside", "which")
    return markdown(Table("All zones at a glance", heads, tuple(rows), frozenset({0, 3, 7})))


def page(bitcoin: Told, power: dict[str, tuple[Told, ...]], currencies: Told) -> str:
    """The whole page."""
    when = f"Written on {datetime.now(UTC).date()} by `scripts/calibration_page.py DATA` with repower {__version__}."
    texts = ["# Calibration on real histories", ABOUT, when, FILES, NO_DRIFT, "## Bitcoin", part(BITCOIN, bitcoin)]
    texts += ["## Power", summary(power), GLANCE]
    for title, told in power.items():
        texts.append(f"### {title}")
        for place, (measured, one) in enumerate(zip(ZONES[title], told, strict=True)):
            texts.append(part(measured, one, () if place == 1 else OF_ALL_YEARS))
    texts += ["## Exchange rates", part(CURRENCIES, currencies)]
    return "\n\n".join(texts) + "\n"


@click.command()
@click.argument("data", type=click.Path(path_type=Path))
def main(data: Path) -> None:
    """Read the histories below DATA and write docs/calibration.md."""
    every = [BITCOIN, *(measured for several in ZONES.values() for measured in several), CURRENCIES]
    absent = sorted({measured.file for measured in every if not (data / measured.file).is_file()})
    if absent:
        click.echo(f"histories absent in {data}: {', '.join(absent)}; the page is left as it is", err=True)
        sys.exit(2)
    with shown() as progress:

        def tell(measured: Measured) -> Told:
            click.echo(measured.command(), err=True)
            asked = Asked(measured.columns, fit_until=measured.fit_until)
            return calibrated(measured.what, data / measured.file, asked, progress)

        power = {title: tuple(map(tell, several)) for title, several in ZONES.items()}
        text = page(tell(BITCOIN), power, tell(CURRENCIES))
    PAGE.write_text(text, encoding="utf-8")
    click.echo(f"wrote {PAGE}", err=True)


if __name__ == "__main__":
    main()
