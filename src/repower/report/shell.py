"""The shell of every page: one HTML file that opens anywhere and asks nothing of any machine.

A policy inside the file forbids everything but its own styles, its own lines of script (by their hash) and pictures that are in
it. What comes from a portfolio is escaped where it is written.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files

from repower.report import figures
from repower.report.section import Section


def whole_page(title: str, head_html: str, sections: Sequence[Section], version: str) -> str:
    """The HTML text of a page.

    title : of the window (text).  head_html : all above the first section, the one of the anchor ``glance`` included.
    sections : numbered, and listed in the contents.  version : of repower, for the foot (text).
    """
    here = files("repower.report")
    style = (here / "page.css").read_text(encoding="utf-8")
    script = (here / "page.js").read_text(encoding="utf-8")
    allowed = b64encode(sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{allowed}'; "
        "base-uri 'none'; form-action 'none'"
    )
    contents = "".join(f'<li><a href="#{section.name}">{figures.text(section.title)}</a></li>' for section in sections)
    body = "".join(_section(section, number) for number, section in enumerate(sections, 1))
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">'
        '<link rel="icon" href="data:,">'
        f"<title>{figures.text(title)}</title><style>{style}</style></head><body>"
        '<a class="skip" href="#top">to the report</a>'
        f'<nav aria-label="contents"><p class="brand">Repower</p><ol><li class="first"><a href="#glance">At a '
        f"glance</a></li>{contents}</ol></nav>"
        f"<main>{head_html}{body}<footer>Made by Repower {figures.text(version)}. "
        "This file is complete in itself: it loads nothing and sends nothing.</footer></main>"
        f"<script>{script}</script></body></html>\n"
    )


def _section(section: Section, number: int) -> str:
    title = f"{section.name}-title"
    return (
        f'<section id="{section.name}" aria-labelledby="{title}"><h2 id="{title}"><span class="no">{number}</span> '
        f"{figures.text(section.title)}</h2>{section.html}</section>"
    )
