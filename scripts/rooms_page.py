"""Writes the rooms' own words (the docstrings of their packages) into docs/concepts/rooms.md.

`python scripts/rooms_page.py` rewrites the page; a test compares it with the source, so the page cannot drift.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "concepts" / "rooms.md"
BEGIN = "<!-- from the packages' docstrings by scripts/rooms_page.py: edit them there -->\n"
END = "<!-- end of the docstrings -->\n"


def rooms() -> list[str]:
    """Names of the rooms that exist, from the bottom of the flow to its top."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    placed = [name for layer in reversed(contracts[0]["layers"]) for name in re.findall(r"\w+", layer)]
    return [name for name in placed if (ROOT / "src" / "repower" / name / "__init__.py").is_file()]


def words(room: str) -> str:
    """A room's docstring as Markdown."""
    source = (ROOT / "src" / "repower" / room / "__init__.py").read_text(encoding="utf-8")
    text = (ast.get_docstring(ast.parse(source)) or "").replace("::\n", ":\n")
    return f"### {room}\n\n{text.strip()}\n"


def page(text: str) -> str:
    """The page with the part between the marks made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + "\n".join(words(room) for room in rooms()) + "\n" + END + after


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    sys.stderr.write(f"{PAGE.relative_to(ROOT)} says what {len(rooms())} rooms say of themselves\n")
