"""What might happen, from the terminal: scenarios drawn, stressed, told as tables, and written for programs and for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from repower.cli.walk import shown
from repower.portfolio.reading import load

if TYPE_CHECKING:
    from repower.scenarios.cases import CaseName
    from repower.scenarios.draws import Sampling


def tell_scenarios(
    folder: Path,
    *,
    scenarios: int,
    seed: int,
    sampling: Sampling,
    case: CaseName,
    stresses: Sequence[str],
    page: Path | None,
    csv: Path | None,
    as_json: bool,
) -> None:
    """Read, draw, tell, write."""
    from repower.report.scenario_outlook import UnknownStressError, outlook

    portfolio = load(folder)
    console = Console(stderr=True, highlight=False)
    written: list[Path] = []
    with shown() as progress:
        try:
            told = outlook(portfolio, scenarios, seed, sampling=sampling, case=case, stresses=stresses or None, progress=progress)
        except UnknownStressError as error:
            raise click.BadParameter(str(error), param_hint="--stress") from None
        if page is not None:
            with progress.step("draw the page"):
                from repower.report.scenario_page import scenario_page

                written.append(scenario_page(told, page))
        if csv is not None:
            with progress.step("write the tables"):
                from repower.report.scenario_json import write_csv

                written += write_csv(told, csv)
    for path in written:
        console.print(f"  wrote {path}", soft_wrap=True, markup=False)
    if as_json:
        from repower.report.scenario_json import as_json as document

        click.echo(json.dumps(document(told), indent=1, ensure_ascii=False, allow_nan=False))
    else:
        from repower.cli.scenario_text import as_text

        click.echo(as_text(told))
