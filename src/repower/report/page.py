"""The page: one HTML file that opens anywhere and asks nothing of any machine.

A policy inside the file forbids everything but its own styles, its own lines of script (by their hash) and pictures that are in
it. What comes from a portfolio is escaped where it is written.
"""

from __future__ import annotations

import os
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from repower.errors import InputError, Problem
from repower.report import figures
from repower.report.assumptions import assumptions
from repower.report.blocks import blocks
from repower.report.cash import cash
from repower.report.energy import energy
from repower.report.halls import halls
from repower.report.headline import headline
from repower.report.limits import limits
from repower.report.loans import loans
from repower.report.section import Section
from repower.report.sites import sites
from repower.report.spread import spread
from repower.report.uses import uses
from repower.report.works import works

if TYPE_CHECKING:
    from repower.study.study import Study


def report(study: Study, path: str | Path) -> Path:
    """Write the report of a finished study as one HTML file and give its path.

    The file is written under a temporary name and renamed, so a reader never meets half of it. InputError where it cannot be
    written.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.draft")
    text = render(study)
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, target)  # noqa: PTH105 - the atomic rename is the point
    except OSError as error:
        raise InputError(
            Problem(
                "R508",
                f"the report cannot be written: {error.strerror or error}",
                file=str(target),
                hint="name a file in a folder that exists and that you may write to",
            )
        ) from None
    return target


def render(study: Study) -> str:
    """The whole HTML text of the report."""
    sections = [
        blocks(study), uses(study), energy(study), cash(study), spread(study), sites(study), loans(study), halls(study),
        works(study), assumptions(study), limits(),
    ]  # fmt: skip
    here = files("repower.report")
    style = (here / "page.css").read_text(encoding="utf-8")
    script = (here / "page.js").read_text(encoding="utf-8")
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{allowed}'; "
        "base-uri 'none'; form-action 'none'"
    )
    contents = "".join(f'<li><a href="#{section.name}">{section.title}</a></li>' for section in sections)
    body = "".join(_section(section, number) for number, section in enumerate(sections, 1))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        '<link rel="icon" href="data:,">'
        f"<title>{figures.text(study.portfolio.name)} – Repower study</title><style>{style}</style></head><body>"
        '<a class="skip" href="#top">to the report</a>'
        f'<nav aria-label="contents"><p class="brand">Repower</p><ol><li class="first"><a href="#glance">At a '
        f"glance</a></li>{contents}</ol></nav>"
        f"<main>{headline(study)}{body}<footer>Made by Repower "
        f"{figures.text(study.provenance.get('versions', {}).get('repower', ''))}. "
        "This file is complete in itself: it loads nothing and sends nothing.</footer></main>"
        f"<script>{script}</script></body></html>\n"
    )


def _section(section: Section, number: int) -> str:
    title = f"{section.name}-title"
    return (
        f'<section id="{section.name}" aria-labelledby="{title}"><h2 id="{title}"><span class="no">{number}</span> '
        f"{figures.text(section.title)}</h2>{section.html}</section>"
    )
