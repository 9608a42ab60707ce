"""A dispatched site as text for the terminal: what came and went, what it earned, how sure that is, and what it rests on."""

from __future__ import annotations

import io
import math
import shutil
from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from repower.report.site_account import LINES, Account
from repower.report.site_dispatch import (
    SiteDispatch,
    charge_rows,
    energy_usd_per_mwh,
    mining_hours_share,
    peak_rows,
    shown_lines,
    unserved_hours,
)

#: Columns of a terminal that nobody sees, and the most that are used.
_WIDTH, _WIDEST = 110, 130
BESIDE = {
    "ppa_taken": "contract energy paid for",
    "ppa_resold": "  sold on",
    "ppa_left": "  left unused",
    "reserve": "mining load offered as reserve",
    "flexed": "AI load interrupted by agreement",
    "unserved": "AI load not served",
}


def as_text(told: SiteDispatch) -> str:
    """All tables, lines without blanks at their ends, no colours."""
    out = io.StringIO()
    width = min(_WIDEST, max(80, shutil.get_terminal_size((_WIDTH, 40)).columns))
    console = Console(file=out, width=width, highlight=False, no_color=True, emoji=False, markup=False)
    parts: list[Table | str] = [
        _headline(told),
        _energy(told),
        *_beside(told),
        _money(told),
        *_peaks(told),
        _worths(told),
        _proof(told),
        _facts(told),
    ]
    for part in parts:
        console.print(part)
        console.print()
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()).rstrip()


def simple_table(title: str, *numeric: str, words: Sequence[str] = ()) -> Table:
    """A table whose first column is words, then numbers, then words again."""
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, title_justify="left", header_style="", collapse_padding=True
    )
    table.add_column(title, overflow="fold")
    for name in numeric:
        table.add_column(name, justify="right", no_wrap=True)
    for name in words:
        table.add_column(name, overflow="fold")
    return table


def text_row(table: Table, cells: Iterable[str]) -> None:
    """A row of words, whatever signs are in them."""
    # as Text: a name with brackets is a name and no markup
    table.add_row(*(Text(cell) for cell in cells))


def _headline(told: SiteDispatch) -> str:
    of, site = told.account, told.site
    earned = f"margin {_musd(of.objective_usd)} M$ (without what halls earn, and without running costs)"
    lines = [f"{site.site}, {len(site.hours):,} hours of {site.year}: {earned}"]
    lines += [
        f"  {other.words}: {_musd(other.account.objective_usd)} M$, so this dispatch adds "
        f"{_musd(of.objective_usd - other.account.objective_usd)} M$"
        for other in told.neighbours
    ]
    cost, mined = energy_usd_per_mwh(of), mining_hours_share(told)
    said = []
    if cost is not None:
        mean = float(site.problem.market_price_usd_per_mwh.mean())
        said.append(f"energy costs {cost:,.2f} $/MWh used, at a mean market price of {mean:,.2f}")
    if mined is not None:
        said.append(f"mines run {mined:.1%} of what they could")
    if site.called.any():
        said.append(f"{int(site.called.sum())} hours are curtailed by call")
    lines += [f"  {sentence}" for sentence in said]
    named, more = unserved_hours(told)
    if named:
        count = f" and {more:,} more" if more else ""
        lines.append(f"  AI LOAD IS NOT SERVED: {of.beside['unserved']:,.1f} MWh in {len(named) + more:,} hours:")
        lines.append(f"    {', '.join(named)} UTC{count}")
    return "\n".join(lines)


def _energy(told: SiteDispatch) -> Table:
    of = told.account
    table = simple_table("Energy", "GWh", "share", "hours", "most MW", *(f"{_short(other.words)}" for other in told.neighbours))
    hours = len(told.site.hours)
    for title, mine, side in (("from", of.sources, "sources"), ("to", of.uses, "uses")):
        total = sum(flow.mwh for flow in mine)
        for flow in mine:
            theirs = [_mwh_of(other.account, flow.kind, flow.name) for other in told.neighbours]
            if flow.hours or any(theirs):
                share = flow.mwh / total if total else 0.0
                most = float(flow.mw.max())
                cells = [f"{title}  {flow.words}", _gwh(flow.mwh), f"{share:.1%}", f"{flow.hours / hours:.1%}", f"{most:,.1f}"]
                text_row(table, [*cells, *(_gwh(mwh) for mwh in theirs)])
        sums = [sum(flow.mwh for flow in getattr(other.account, side)) for other in told.neighbours]
        text_row(table, [f"total {title}", _gwh(total), "", "", "", *(_gwh(mwh) for mwh in sums)])
        if side == "sources":
            table.add_section()
    return table


def _mwh_of(of: Account, kind: str, name: str) -> float:
    return sum(flow.mwh for flow in (*of.sources, *of.uses) if (flow.kind, flow.name) == (kind, name))


def _beside(told: SiteDispatch) -> list[Table | str]:
    of = told.account
    found: list[Table | str] = []
    rows = [(words, of.beside[key]) for key, words in BESIDE.items() if abs(of.beside[key]) > 1e-3]
    if rows:
        table = simple_table("Beside it", "GWh")
        for words, mwh in rows:
            text_row(table, [words, _gwh(mwh)])
        found.append(table)
    if told.site.batteries:
        without = sum(flow.mwh for flow in of.sources if flow.kind != "discharge")
        used = sum(flow.mwh for flow in of.uses if flow.kind != "charge")
        found.append(
            f"Without the battery's turnover: {_gwh(without)} GWh from = {_gwh(used)} to + {_gwh(of.battery_losses_mwh)} battery "
            f"losses + {_gwh(of.stored_more_mwh)} more in store"
        )
    return found


def _money(told: SiteDispatch) -> Table:
    table = simple_table("Money, M$", "this dispatch", *(_short(other.words) for other in told.neighbours))
    accounts = [told.account, *(other.account for other in told.neighbours)]
    for key in shown_lines(told):
        text_row(table, [LINES[key], *(_musd(of.usd[key]) for of in accounts)])
    table.add_section()
    text_row(table, ["objective, the sum", *(_musd(of.objective_usd) for of in accounts)])
    return table


def _peaks(told: SiteDispatch) -> list[Table | str]:
    found: list[Table | str] = []
    peaks, charges = peak_rows(told), charge_rows(told)
    if peaks:
        table = simple_table("Peaks by billing cell", "MW", "one more MW, $", words=("hour, UTC",))
        for row in peaks:
            text_row(table, [row.cell, f"{row.mw:,.2f}", f"{row.worth_usd_per_mw:,.0f}", row.hour])
        found.append(table)
    if charges:
        table = simple_table("Demand charges", "$/MW", "billed MW", "M$")
        for charge in charges:
            text_row(table, [charge.charge, f"{charge.usd_per_mw:,.0f}", f"{charge.billed_mw:,.2f}", _musd(-charge.usd)])
        table.add_section()
        text_row(table, ["all", "", "", _musd(-sum(charge.usd for charge in charges))])
        found.append(table)
    return found


def _worths(told: SiteDispatch) -> Table:
    known = "" if told.rolled is None else ", all prices known"
    table = simple_table(f"What it would add in the year{known}", "$", words=("per",))
    for worth in told.worths:
        if not worth.key.startswith("peak_usd_per_mw:"):
            text_row(table, [worth.words, f"{worth.usd + 0.0:,.0f}", worth.unit])
    return table


def _proof(told: SiteDispatch) -> Table:
    proof = told.result.certificate
    table = simple_table("Proof", words=("",))
    gap = "0" if proof.gap == 0 else f"{proof.gap:.1e}"
    text_row(table, ["objective", f"{proof.objective_usd:,.2f} $"])
    text_row(table, ["bound: no dispatch earns more", f"{proof.bound_usd:,.2f} $, gap {gap}"])
    text_row(table, ["method", f"{proof.method}, {proof.seconds:.3f} s, foresight {told.foresight}"])
    if told.rolled is not None:
        worth, kept = told.rolled.value_of_foresight_usd, told.rolled.captured_share
        text_row(table, ["perfect foresight would add", f"{worth + 0.0:,.2f} $"])
        if not math.isnan(kept):
            text_row(table, ["of what a battery adds with it", f"{kept:.1%} is left without"])
    for remark in proof.remarks:
        text_row(table, ["remark", remark])
    return table


def _facts(told: SiteDispatch) -> Table:
    table = simple_table("Rests on", words=("",))
    for fact in told.site.facts:
        value = fact.value if isinstance(fact.value, str) else _figure(fact.value)
        text_row(table, [fact.label, f"{value} {fact.unit}".strip() + (f": {fact.note}" if fact.note else "")])
    return table


def _figure(value: float) -> str:
    """Four significant figures, all digits before the point, and no zeros after it that say nothing."""
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}".removesuffix(".0")


def _short(words: str) -> str:
    """A neighbour's words in a column's head, in two lines."""
    if len(words) <= 16:
        return words
    pieces = words.split()
    best = min(range(1, len(pieces)), key=lambda cut: abs(len(" ".join(pieces[:cut])) - len(" ".join(pieces[cut:]))))
    return " ".join(pieces[:best]) + "\n" + " ".join(pieces[best:])


def _musd(usd: float) -> str:
    return f"{usd / 1e6 + 0.0:,.3f}".replace("-0.000", "0.000")


def _gwh(mwh: float) -> str:
    return f"{mwh / 1e3 + 0.0:,.3f}".replace("-0.000", "0.000")
