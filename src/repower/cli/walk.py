"""A study from the terminal: a progress bar, calm lines of what was done, and where the results are."""

from __future__ import annotations

import json
import os
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar

from repower.portfolio.reading import load
from repower.progress import Event, Progress
from repower.study.study import Study

#: What becomes of a block, in words: by its use and whether anything is begun.
FATES = {
    ("mining", False): "mine on",
    ("mining", True): "become new mines",
    ("refresh", True): "mine with a new fleet",
    ("ai_lease", True): "become leased AI halls",
    ("ai_cloud", True): "become own AI cloud",
    ("ai_cloud", False): "stay own AI cloud",
    ("hibernate", False): "stay empty",
}


@contextmanager
def shown() -> Iterator[Progress]:
    """Progress on stderr: a bar while a step runs, one line when it is done."""
    console = Console(stderr=True, highlight=False)
    columns = (
        TextColumn("  {task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        tasks: dict[str, TaskID] = {}

        def listen(event: Event) -> None:
            if event.kind == "start":
                tasks[event.name] = bar.add_task(event.name, total=event.total)
            elif event.kind == "advance":
                bar.update(tasks[event.name], completed=event.done)
            else:
                bar.remove_task(tasks.pop(event.name))
                console.print(f"  {event.name:<34} {event.seconds:6.1f} s   {event.note}".rstrip(), soft_wrap=True)

        yield Progress(listen)


def run_and_report(
    folder: Path, *, scenarios: int, seed: int, as_json: bool, open_page: bool, gap: float = 1e-3, time_limit_s: float = 120.0
) -> None:
    """Load, run, save, report, and say where everything is; the results go to stdout."""
    since = time.perf_counter()
    portfolio = load(folder)
    console = Console(stderr=True, highlight=False)
    mw = sum(site.grid_mw for site in portfolio.sites)
    sites = f"{len(portfolio.sites)} site{'s' if len(portfolio.sites) > 1 else ''}"
    console.print(f"{portfolio.name}: {sites}, {mw:,.0f} grid MW, {portfolio.years} years", soft_wrap=True)
    with shown() as progress:
        with progress.step("load the solver and the compiled dispatch"):
            from repower.report.page import report
            from repower.study.run import run
        study = run(portfolio, scenarios=scenarios, seed=seed, gap=gap, time_limit_s=time_limit_s, progress=progress)
        with progress.step("save the record"):
            record = study.save(portfolio.origin.folder)
        with progress.step("write the report"):
            page = report(study, portfolio.origin.folder / "report.html")
    if as_json:
        click.echo(json.dumps(study.results(), indent=1))
    else:
        click.echo(said(study, portfolio.origin.folder / portfolio.origin.file_name, page, record, time.perf_counter() - since))
    if open_page:
        show_page(page)
    sys.exit(0 if study.summary["balanced"] else 1)


def usd(value: float) -> str:
    """Dollars in the unit that shows them best."""
    return f"{value / 1e9:,.2f} B$" if abs(value) >= 1e9 else f"{value / 1e6:,.1f} M$"


def proof(gap: float) -> str:
    """How good the plan is proven to be."""
    if gap < 5e-5:
        return "proof: no plan of these choices is better"
    return f"proof: no plan of these choices has an objective more than {gap:.2%} better"


def show_page(page: Path) -> None:
    """Open the report where there is a screen; on a terminal without one a text browser would take the terminal over."""
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        webbrowser.open(page.resolve().as_uri())


def said(study: Study, portfolio: Path, page: Path, record: Path, seconds: float) -> str:
    """The result in a few lines."""
    results = study.results()
    megawatts: dict[str, float] = {}
    for decision in study.plan.decisions:
        kind = FATES[decision.becomes, bool(decision.start)]
        megawatts[kind] = megawatts.get(kind, 0.0) + decision.grid_mw
    fates = ", ".join(f"{mw:,.0f} MW {kind}" for kind, mw in sorted(megawatts.items(), key=lambda item: -item[1]))
    tail = study.portfolio.policy.risk.tail_share
    worst = f"worst {tail:.0%} of scenarios {usd(results['npv_cvar_usd'])}"
    lines = [
        f"plan, in grid MW: {fates}",
        f"net present value: {usd(results['npv_mean_usd'])} ({worst}); business as usual {usd(results['baseline_npv_mean_usd'])}",
        f"as planned: {usd(study.plan.planned_usd)} against {usd(study.plan.mines_planned_usd)} for the best plan of mines alone",
        proof(study.plan.gap),
        f"wrote in {seconds:.0f} s",
        f"  {portfolio}   to edit",
        f"  {page}   to read",
        f"  {record}   the record, to open or run again",
    ]
    return "\n".join(lines)
