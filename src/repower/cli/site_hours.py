"""One site's hours from the terminal: dispatched, audited, told as tables, and written for other programs and for people."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click
from rich.console import Console

from repower.cli.walk import shown

if TYPE_CHECKING:
    from repower.conversion.site_year import SiteYear
    from repower.dispatch import HourResult
    from repower.dispatch.rolling import RollingResult

Method = Literal["exact", "lp"]
Foresight = Literal["perfect", "day-ahead", "real-time"]
#: Hours whose prices are known when a plan is made.
KNOWN_HOURS = {"day-ahead": 24, "real-time": 1}
#: A CSV that goes to stdout.
STDOUT = "-"


def dispatch_site(
    folder: Path,
    *,
    site: str,
    year: int,
    method: Method,
    converted: Sequence[str],
    time_limit_s: float,
    foresight: Foresight,
    csv: str | None,
    page: Path | None,
    as_json: bool,
) -> None:
    """Open, dispatch, audit, tell, write; the program ends with 1 when the result breaks its own balances."""
    conversions = parse_conversions(converted)
    if as_json and csv == STDOUT:
        raise click.UsageError("--json and --csv - both want stdout; give the CSV a file")
    if method == "lp" and foresight != "perfect":
        raise click.UsageError("--method lp knows all prices; without foresight only the kernel dispatches")
    console = Console(stderr=True, highlight=False)
    with shown() as progress:
        with progress.step("load the compiled dispatch"):
            from repower.conversion.site_year import open_site_year
            from repower.report.site_account import account, contradictions
            from repower.report.site_dispatch import site_dispatch

            load(foresight)
        with progress.step("read the site's year"):
            opened = open_site_year(folder, site, year, conversions)
        with progress.step("dispatch the hours"):
            result, rolled = solved(opened, method, time_limit_s), None
            if foresight != "perfect":
                rolled = without_foresight(opened, KNOWN_HOURS[foresight], result)
                result = rolled.result
        broken = contradictions(opened, result, account(opened, result))
        if broken:
            # No number of a result that contradicts itself may be shown, not even as JSON.
            for sentence in broken:
                console.print(f"repower: {sentence}", soft_wrap=True, markup=False)
            console.print(
                "repower: the dispatch breaks its own balances, so nothing of it is shown or written; please report it with the "
                "portfolio, and try the other --method",
                soft_wrap=True,
                markup=False,
            )
            sys.exit(1)
        with progress.step("compare with its neighbours"):
            told = site_dispatch(opened, result, foresight, rolled)
        table = None
        if csv is not None:
            from repower.report.hour_table import hours_csv
            from repower.report.whole_file import write_whole

            with progress.step("write the hours"):
                table = hours_csv(opened, result, told.account)
                if csv != STDOUT:
                    write_whole(csv, table)
        if page is not None:
            with progress.step("draw the page"):
                from repower.report.site_hours import site_page

                site_page(told, page)
    for path in (csv, page):
        if path is not None and path != STDOUT:
            console.print(f"  wrote {path}", soft_wrap=True, markup=False)
    if as_json:
        from repower.report.site_dispatch import as_json as results

        click.echo(json.dumps(results(told), indent=1, ensure_ascii=False, allow_nan=False))
        return
    from repower.cli.site_text import as_text

    if csv == STDOUT:
        click.echo(table, nl=False)
        click.echo(as_text(told), err=True)
    else:
        click.echo(as_text(told))


def load(foresight: Foresight) -> None:
    """Compile the kernels (tens of seconds, once) or read them from the disk, so that no time that is told holds it."""
    from repower.dispatch.kernel import dispatch_hours, smallest_site
    from repower.dispatch.rolling import dispatch_rolling

    site = smallest_site()
    for tried in (site, replace(site, batteries=())):
        dispatch_hours(tried)
    if foresight != "perfect":
        dispatch_rolling(site, window_hours=2, step_hours=1)


def solved(opened: SiteYear, method: Method, time_limit_s: float) -> HourResult:
    """The hours by the exact kernel; or by HiGHS, whose searches stop at the limit with what they have and its gap."""
    if method == "lp":
        from repower.dispatch.linear import dispatch_hours_lp

        return dispatch_hours_lp(opened.problem, time_limit_s=time_limit_s)
    from repower.dispatch import dispatch_hours

    return dispatch_hours(opened.problem, time_limit_s=time_limit_s)


def without_foresight(opened: SiteYear, known_hours: int, perfect: HourResult) -> RollingResult:
    """The hours planned by windows. BadParameter for a site that only a solver dispatches."""
    from repower.dispatch.rolling import dispatch_rolling

    try:
        return dispatch_rolling(opened.problem, step_hours=known_hours, perfect=perfect)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--foresight") from None


def parse_conversions(texts: Sequence[str]) -> dict[str, str]:
    """``BLOCK=DESIGN`` as block and design. BadParameter for a text without both, and for a block that is named twice."""
    found: dict[str, str] = {}
    for text in texts:
        block, sign, design = (part.strip() for part in text.partition("="))
        if not (block and sign and design):
            raise click.BadParameter(f"{text!r} is no block and design; write BLOCK=DESIGN", param_hint="--convert")
        if block in found:
            raise click.BadParameter(f"{block!r} is named twice, and becomes one thing", param_hint="--convert")
        found[block] = design
    return found
