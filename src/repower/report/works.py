"""The works of a conversion: for each size and kind of block, how long, how sure, and which works decide the date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from repower.report import figures, tables
from repower.report.section import Section, sourced

if TYPE_CHECKING:
    from repower.study.study import Study

_KINDS = {"mine": "in a standing mine", "land": "on land with power"}
_SUMMARY = (
    tables.Column("block", numeric=False),
    tables.Column("nominal", "months"),
    tables.Column("P50", "months"),
    tables.Column("P80", "months"),
    tables.Column("mining stops after", "months"),
    tables.Column("works that decide the date", numeric=False),
)
_TASKS = (
    tables.Column("work", numeric=False),
    tables.Column("start", "month"),
    tables.Column("finish, nominal", "month"),
    tables.Column("finish P50", "month"),
    tables.Column("finish P80", "month"),
    tables.Column("float", "months"),
    tables.Column("duration: confidence and source", numeric=False),
)


def works(study: Study) -> Section:
    """A table of all networks of works, and one table of tasks for each."""
    policy = sourced("policy.works", figures.text(study.portfolio.policy.works))
    intro = (
        f"<p>Works are built in {policy} "
        f"({'ordered early and overlapped' if study.portfolio.policy.works == 'parallel' else 'one after another'}). The "
        f"nominal time is met only "
        "if nothing goes wrong, so it is never a date to promise: the plan uses P50 and shows P80. The arrival of grid "
        "power is on top.</p>"
    )
    if not study.works:
        return Section("works", "Works and their dates", intro + "<p>The plan builds no hall.</p>")
    rows = [
        tables.Row(
            (
                tables.words(_name(item)),
                tables.amount(item["nominal_months"], 1),
                tables.amount(item["p50_months"], 1),
                tables.amount(item["p80_months"], 1),
                tables.amount(item["mining_stops_months"] if item["kind"] == "mine" else None, 1),
                tables.words(" → ".join(task["work"] for task in item["tasks"] if task["critical"]), "why"),
            )
        )
        for item in study.works
    ]
    caption = (
        "Months from the start of works. Mining goes on until strip-out begins. A critical work has no float: a day late there "
        "is a day late for all."
    )
    tasks = "".join(
        f"<details><summary>tasks: {figures.text(_name(item))}</summary>{_tasks(item)}</details>" for item in study.works
    )
    return Section("works", "Works and their dates", intro + tables.table(caption, _SUMMARY, rows, name="works-table") + tasks)


def _name(item: dict[str, Any]) -> str:
    return f"{item['grid_mw']:g} MW {_KINDS.get(item['kind'], item['kind'])}"


def _tasks(item: dict[str, Any]) -> str:
    rows = [
        tables.Row(
            (
                tables.words(task["work"]),
                tables.amount(task["start_months"], 1),
                tables.amount(task["finish_months"], 1),
                tables.amount(task["finish_p50_months"], 1),
                tables.amount(task["finish_p80_months"], 1),
                tables.html("critical", 0.0, "n critical") if task["critical"] else tables.amount(task["float_months"], 1),
                tables.words(task["source"], "why"),
            )
        )
        for task in item["tasks"]
    ]
    name = f"tasks-{item['kind']}-{item['grid_mw']:g}".replace(".", "-")
    return tables.table(f"Tasks of {figures.text(_name(item))}.", _TASKS, rows, name=name)
