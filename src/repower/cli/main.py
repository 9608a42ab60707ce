"""The program `repower`: its commands and how they fail."""

from __future__ import annotations

import difflib
import json
import os
import sys
from pathlib import Path
from typing import Any, Literal

import click

from repower import __version__
from repower.cli.histories import calibrate, import_
from repower.errors import InfeasibleError, InputError, RepowerError

FOLDER = click.Path(path_type=Path)


class Program(click.Group):
    """Guesses what was meant by a misspelt command, and turns every error into one clear message and an exit code."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            if near and "Did you mean" not in error.message:
                raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from None
            raise

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (InputError, InfeasibleError) as error:
            click.echo(str(error), err=True)
            if isinstance(error, InputError):
                count = len(error.problems)
                codes = sorted({problem.code for problem in error.problems})
                click.echo(f"\n{count} problem{'s' if count > 1 else ''}; `repower explain {codes[0]}` tells more", err=True)
            ctx.exit(2)
        except RepowerError as error:
            click.echo(f"repower: {error}", err=True)
            ctx.exit(3)
        except BrokenPipeError:
            ctx.exit(0)
        except (click.exceptions.Exit, click.ClickException, click.Abort, KeyboardInterrupt):
            raise
        except Exception as error:
            frame = error.__traceback__
            while frame is not None and frame.tb_next is not None:
                frame = frame.tb_next
            where = f"{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame is not None else "unknown place"
            click.echo(
                f"repower: a fault of ours ({type(error).__name__} at {where}): {error}\n"
                "    hint: please report it with the portfolio; REPOWER_TRACEBACK=1 shows the whole trace",
                err=True,
            )
            if os.environ.get("REPOWER_TRACEBACK"):
                raise
            ctx.exit(3)


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="repower")
def main() -> None:
    """Plan and finance the conversion of powered sites from Bitcoin mines into AI data centres.

    Begin with `repower demo`: it writes a reference portfolio, runs the whole chain and opens the report.
    """


@main.command()
@click.argument("directory", type=FOLDER, default=Path("demo"))
@click.option("--open/--no-open", "open_page", default=True, help="Open the report in a browser at the end.")
@click.option("--scenarios", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Number of scenarios.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the draws.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def demo(directory: Path, open_page: bool, scenarios: int, seed: int, as_json: bool) -> None:
    """Run the bundled 3 GW reference portfolio, whole chain, into DIRECTORY."""
    from repower.cli.walk import run_and_report
    from repower.study.demo import write_portfolio

    write_portfolio(directory, "reference")
    run_and_report(directory, scenarios=scenarios, seed=seed, as_json=as_json, open_page=open_page and not as_json)


@main.command()
@click.argument("directory", type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def new(directory: Path, as_json: bool) -> None:
    """Write a small commented portfolio to edit into DIRECTORY."""
    from repower.study.demo import write_portfolio

    folder = write_portfolio(directory, "starter")
    if as_json:
        files = sorted(str(path) for path in folder.iterdir() if path.suffix in (".yaml", ".csv"))
        click.echo(json.dumps({"directory": str(folder), "files": files}, indent=1))
        return
    click.echo(f"wrote {folder / 'portfolio.yaml'} and its made series; edit it, then")
    click.echo(f"    repower check {folder}")
    click.echo(f"    repower run {folder}")


@main.command()
@click.argument("path", type=FOLDER)
@click.option("--series", is_flag=True, help="Read the hourly series too.")
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def check(path: Path, series: bool, as_json: bool) -> None:
    """Find every mistake of a portfolio, with file, line and column."""
    from repower.portfolio.reading import find_problems, load

    problems = list(find_problems(path))
    if series and not problems:
        from repower.markets.shapes import check_series

        problems = list(check_series(load(path)))
    if as_json:
        click.echo(json.dumps({"problems": [problem.as_json() for problem in problems]}, indent=1))
    elif problems:
        raise InputError(problems)
    else:
        portfolio = load(path)
        blocks = sum(len(site.blocks) for site in portfolio.sites)
        mw = sum(site.grid_mw for site in portfolio.sites)
        sites = f"{len(portfolio.sites)} site{'s' if len(portfolio.sites) > 1 else ''}"
        click.echo(f"{portfolio.name}: fine: {sites}, {blocks} blocks, {mw:,.0f} grid MW, {portfolio.years} years")
    if problems:
        sys.exit(2)


@main.command()
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
def explain(code: str, as_json: bool) -> None:
    """Tell what an error CODE means and how to mend it."""
    from repower.explanations import explain as explained

    text = explained(code)
    click.echo(json.dumps({"code": code.strip().upper(), "text": text}, indent=1, ensure_ascii=False) if as_json else text)


@main.command()
@click.option("--table", is_flag=True, help="Print the field reference table (Markdown) instead.")
def schema(table: bool) -> None:
    """Print the JSON Schema of portfolio.yaml for editors."""
    from repower.portfolio.schema import field_table, json_schema

    click.echo(field_table() if table else json.dumps(json_schema(), indent=1, ensure_ascii=False))


@main.command()
@click.argument("directory", type=FOLDER, default=Path())
@click.option("--scenarios", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Number of scenarios.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the draws.")
@click.option("--gap", type=click.FloatRange(0, 1), default=1e-3, show_default=True, help="Relative gap at which the plan stops.")
@click.option("--time-limit", type=click.FloatRange(1), default=120.0, show_default=True, help="Seconds of search for the plan.")
@click.option("--open/--no-open", "open_page", default=False, help="Open the report in a browser at the end.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def run(directory: Path, scenarios: int, seed: int, gap: float, time_limit: float, open_page: bool, as_json: bool) -> None:
    """Run the study of a portfolio: plan, finance, report.

    Reads DIRECTORY/portfolio.yaml; writes DIRECTORY/report.html and the record in DIRECTORY/study.
    """
    from repower.cli.walk import run_and_report

    run_and_report(
        directory, scenarios=scenarios, seed=seed, as_json=as_json, open_page=open_page, gap=gap, time_limit_s=time_limit
    )


@main.command()
@click.argument("directory", type=FOLDER, default=Path())
@click.option("--site", required=True, help="Name of the site.")
@click.option("--year", type=int, required=True, help="Year of the study; its twelve months begin with the study's first month.")
@click.option(
    "--method", type=click.Choice(["exact", "lp"]), default="exact", show_default=True, help="The exact kernel, or HiGHS."
)
@click.option(
    "--convert",
    "converted",
    multiple=True,
    metavar="BLOCK=DESIGN",
    help="Take this block as a finished AI hall; may be repeated.",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(1),
    default=120.0,
    show_default=True,
    help="Seconds of each search of HiGHS: with --method lp, and for sites that the kernel hands to it.",
)
@click.option(
    "--foresight",
    type=click.Choice(["perfect", "day-ahead", "real-time"]),
    default="perfect",
    show_default=True,
    help="What is known of prices: all, each day as it begins, or each hour; the rest is a forecast.",
)
@click.option("--csv", metavar="FILE", help="Write every hour as CSV to FILE, or to stdout with -.")
@click.option("--page", type=FOLDER, metavar="FILE", help="Write charts and tables as one HTML page to FILE.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def dispatch(
    directory: Path,
    site: str,
    year: int,
    method: Literal["exact", "lp"],
    converted: tuple[str, ...],
    time_limit: float,
    foresight: Literal["perfect", "day-ahead", "real-time"],
    csv: str | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Run every hour of one site and year: what it buys, mines, stores, earns.

    Reads DIRECTORY/portfolio.yaml and takes its base path, without shocks. All prices of the year are known beforehand, unless
    --foresight says less; then what foresight would have added stands beside the result.
    """
    from repower.cli.site_hours import dispatch_site

    dispatch_site(
        directory,
        site=site,
        year=year,
        method=method,
        converted=converted,
        time_limit_s=time_limit,
        foresight=foresight,
        csv=csv,
        page=page,
        as_json=as_json,
    )


@main.command()
@click.argument("directory", type=FOLDER, default=Path())
@click.option("--scenarios", type=click.IntRange(1, 100_000), default=1000, show_default=True, help="Number of scenarios.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of the draws.")
@click.option(
    "--sampling",
    type=click.Choice(["plain", "antithetic", "quasi"]),
    default="plain",
    show_default=True,
    help="Independent scenarios, pairs that mirror one another, or evenly spread ones.",
)
@click.option(
    "--case",
    type=click.Choice(["low", "base", "high"]),
    default="base",
    show_default=True,
    help="Long-run drifts: the portfolio's own, or with a shift that is bad or good for owners of sites.",
)
@click.option("--stress", "stresses", multiple=True, metavar="NAME", help="Tell this stress; may be repeated. All if not given.")
@click.option("--page", type=FOLDER, metavar="FILE", help="Write charts, tables, sources and limits as one HTML page to FILE.")
@click.option("--csv", type=FOLDER, metavar="DIR", help="Write drivers, dates, correlations and stresses as CSV into DIR.")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
def scenarios(
    directory: Path,
    scenarios: int,
    seed: int,
    sampling: Literal["plain", "antithetic", "quasi"],
    case: Literal["low", "base", "high"],
    stresses: tuple[str, ...],
    page: Path | None,
    csv: Path | None,
    as_json: bool,
) -> None:
    """Show what might happen: prices, rents, dates of power, and stresses.

    Reads DIRECTORY/portfolio.yaml, draws equally likely scenarios and tells how far each driver spreads, when power comes and
    whether at all, what moves together, and how sure the figures are. Nothing is planned and no plan is valued.
    """
    from repower.cli.scenarios import tell_scenarios

    tell_scenarios(
        directory,
        scenarios=scenarios,
        seed=seed,
        sampling=sampling,
        case=case,
        stresses=stresses,
        page=page,
        csv=csv,
        as_json=as_json,
    )


main.add_command(calibrate)
main.add_command(import_)
