"""What the study leaves out, said by the rooms themselves, and the fields that are accepted but change nothing."""

from __future__ import annotations

import re
from importlib import import_module
from inspect import cleandoc

from repower.portfolio.unpriced import UNPRICED
from repower.report import figures
from repower.report.section import Section

#: Room by module and the words for it; a module's docstring has a paragraph that begins "Left out".
ROOMS = {
    "markets": ("repower.markets", "Markets and hourly series"),
    "scenarios": ("repower.scenarios", "Scenarios"),
    "facility": ("repower.facility", "AI halls"),
    "cost": ("repower.facility.cost", "What a hall costs"),
    "construction": ("repower.construction", "Works"),
    "risk of works": ("repower.construction.duration", "Uncertainty of works"),
    "dispatch": ("repower.dispatch", "Dispatch of each hour"),
    "options": ("repower.conversion.options", "What a choice is worth"),
    "conversion": ("repower.conversion", "The plan"),
    "finance": ("repower.finance", "Finance"),
    "study": ("repower.study", "The study"),
}
_PARAGRAPH = re.compile(r"Left out(?: so far)?:\s*(.+?)(?:\n\s*\n|\Z)", re.DOTALL)


def left_out(room: str) -> list[str]:
    """What a room leaves out, one HTML item each; empty where its docstring names nothing."""
    return left_out_by(ROOMS[room][0])


def left_out_by(module: str) -> list[str]:
    """What a module leaves out, one HTML item each; empty where its docstring names nothing."""
    documented = cleandoc(import_module(module).__doc__ or "")
    found = _PARAGRAPH.search(documented)
    if found is None:
        return []
    first, *more = re.sub(r"`+([^`]*)`+", r"\1", " ".join(found[1].split())).split(". ")
    items, depth, item = [], 0, ""
    for sign in first:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            items.append(item)
            item = ""
        else:
            item += sign
    return [figures.text(part.strip().removeprefix("and ").rstrip(".")) for part in [*items, item, *more] if part.strip()]


def limits() -> Section:
    """All rooms' limits and the fields that are shown but not priced."""
    rooms = []
    for room, (_, title) in ROOMS.items():
        items = left_out(room)
        if items:
            rooms.append(f"<div><h3>{title}</h3><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul></div>")
    unpriced = "".join(f"<li><code>{figures.text(path)}</code> {figures.text(reason)}</li>" for path, reason in UNPRICED.items())
    return Section(
        "limits",
        "What this study leaves out",
        "<p>Each part of the program says what it does not do. None of it is in the numbers above; some of it would raise "
        "them, some lower "
        f'them.</p><div class="limits">{"".join(rooms)}</div><h3>Accepted but not priced</h3><p>These fields of the '
        f"portfolio are shown and "
        f"change no result.</p><ul>{unpriced}</ul>",
    )
