"""What converts, when and why: one row for each block of the plan, site by site, and the blocks over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from repower.report import figures, tables
from repower.report.section import Section, anchor
from repower.report.timeline import timeline

if TYPE_CHECKING:
    from repower.conversion.decisions import Decision
    from repower.study.study import Study

_COLUMNS = (
    tables.Column("block", numeric=False),
    tables.Column("grid", "MW"),
    tables.Column("today → becomes", "design, for whom", numeric=False),
    tables.Column("works start", numeric=False),
    tables.Column("ready P50", numeric=False),
    tables.Column("ready P80", numeric=False),
    tables.Column("critical IT", "MW, racks"),
    tables.Column("first capital", "M$"),
    tables.Column("adds to the plan", "M$ per grid MW"),
    tables.Column("value alone", "M$ per grid MW"),
    tables.Column("why", numeric=False),
)


def blocks(study: Study) -> Section:
    """The decisions by site and block, and their chart."""
    changed = [row for row in study.plan.decisions if row.start]
    halls = [row for row in changed if row.ready_p50]
    rows: list[tables.Row] = []
    for position, site in enumerate(study.portfolio.sites):
        rows.append(tables.group(_site_label(study, site.name)))
        own = {row.block: row for row in study.plan.decisions if row.site == site.name}
        rows += [
            _row(own[block.name], anchor(f"sites[{position}].blocks[{number}].grid_mw"))
            for number, block in enumerate(site.blocks)
        ]
    intro = (
        f"<p>{len(changed)} of {len(study.plan.decisions)} blocks change: {len(halls)} become AI halls, "
        f"{len(changed) - len(halls)} mine with new machines. The rest stays what it is, each for the reason in its row.</p>"
    )
    caption = (
        "Means over the scenarios. Adds to the plan: against the same plan with this block staying as it is, with what the "
        "blocks of "
        "its site share. Value alone: of the block at spot prices, below it the same block staying as it is. P50 and P80: "
        "months by "
        "which half and four fifths of the scenarios have the hall ready, works and arrival of power together. Click a "
        "heading to "
        "sort."
    )
    return Section(
        "blocks", "What converts, when and why", intro + tables.table(caption, _COLUMNS, rows, name="decisions") + timeline(study)
    )


def _site_label(study: Study, name: str) -> str:
    site = study.portfolio.site(name)
    figure = study.summary["sites"][name]
    return (
        f"{figures.text(name)} <small>{figures.text(site.country)}, {figures.mw(site.grid_mw, 0)} of blocks; "
        f"plan {figures.usd(figure['npv_usd'])}, business as usual {figures.usd(figure['baseline_npv_usd'])}</small>"
    )


def _row(row: Decision, grid_anchor: str) -> tables.Row:
    per_mw = 1e6 * row.grid_mw
    becomes = figures.FATES[row.becomes] if row.start else f"{figures.TODAY[row.was]}, as it is"
    today = f"<small>{figures.TODAY[row.was]} → </small>" if row.start else ""
    named = f'<small class="site">{figures.text(row.site)} / </small>{figures.text(row.block)}'
    detail = ", ".join(part for part in (row.design, row.lease) if part)
    below = f"<small>{figures.text(detail)}</small>" if detail else ""
    grid = tables.amount(row.grid_mw, 0 if row.grid_mw == round(row.grid_mw) else 1)
    linked = f'<a class="src" href="#{figures.text(grid_anchor)}">{grid.html}</a>'
    return tables.Row(
        (
            tables.html(named, f"{row.site}/{row.block}", "nowrap"),
            tables.html(linked, row.grid_mw, "n"),
            tables.html(f'{today}<span class="fate {row.becomes}">{becomes}</span>{below}', becomes + detail, "becomes"),
            _month(row.start),
            _month(row.ready_p50),
            _month(row.ready_p80),
            _critical(row),
            tables.amount(row.capital_usd or None, scale=1e6),
            tables.amount(row.added_usd / per_mw if row.start else None, 2),
            _alone(row, per_mw),
            tables.words(row.why, "why"),
        )
    )


def _critical(row: Decision) -> tables.Cell:
    """Critical IT with its racks below."""
    if not row.critical_mw:
        return tables.amount(None)
    return tables.html(
        f"{figures.number(row.critical_mw, 1)}<small>{figures.number(row.racks)} racks</small>", row.critical_mw, "n two"
    )


def _alone(row: Decision, per_mw: float) -> tables.Cell:
    """Value of the block alone as chosen, and below it as it is."""
    chosen = tables.amount(row.npv_usd / per_mw, 2)
    if not row.start:
        return chosen
    return tables.html(
        f"{chosen.html}<small>stays {figures.number(row.keep_npv_usd / per_mw, 2)}</small>", chosen.value, f"{chosen.css} two"
    )


def _month(month: str) -> tables.Cell:
    return tables.words(month, "nowrap") if month else tables.html(figures.NOTHING, "", "none")
