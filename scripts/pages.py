"""Writes the pages of the documentation that are made from the source: rooms, fields, schema, commands, codes.

`.venv/bin/python scripts/pages.py` rewrites them; a test compares them with the source, so they cannot drift.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path

import click

from repower.cli import main
from repower.explanations import explanations
from repower.portfolio.schema import field_table, json_schema

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
BEGIN = "<!-- from the packages' docstrings by scripts/pages.py: edit them there -->\n"
END = "<!-- end of the docstrings -->\n"
WIDTH = 100


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


def rooms_page() -> str:
    """The page of the rooms, with the part between its marks made anew."""
    before, _, rest = (DOCS / "concepts" / "rooms.md").read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + BEGIN + "\n" + "\n".join(words(room) for room in rooms()) + "\n" + END + after


def fields_page() -> str:
    """Every field of `portfolio.yaml`, from the models."""
    return (
        "# Fields of portfolio.yaml\n\nAn editor that understands JSON Schema reads the same from "
        "[portfolio.schema.json](portfolio.schema.json).\n\n"
        f"{field_table().strip()}\n"
    )


def schema_file() -> str:
    """The JSON Schema, for editors: what `repower schema` prints."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


#: What the first letters and digits of a code say.
FAMILIES = {
    "P1": "the text and its fields",
    "P2": "facts that contradict one another",
    "S3": "series and scenarios",
    "M4": "models",
    "R5": "records",
    "N6": "new folders",
}


def codes_page() -> str:
    """Every error code with what `repower explain CODE` says of it, a heading for each."""
    known = explanations()
    families = "\n".join(f"| `{start}xx` | {about} |" for start, about in FAMILIES.items())
    parts = [
        "# Error codes",
        "An error names the place, the fact and the way out. `repower explain CODE` tells what stands here.",
        f"| codes | about |\n|---|---|\n{families}",
        *(f"## {explanation}" for explanation in known.values()),
    ]
    return "\n\n".join(parts) + "\n"


def commands_page() -> str:
    """Every command's own help."""
    top = click.Context(main, info_name="repower", terminal_width=WIDTH, **main.context_settings)
    parts = ["# Commands", _help(main, top)]
    for name in main.list_commands(top):
        command = main.get_command(top, name)
        assert command is not None
        parts += [f"## repower {name}", _help(command, click.Context(command, parent=top, info_name=name, terminal_width=WIDTH))]
    parts.append(
        "Data go to stdout, talk and progress to stderr. Exit codes: 0 fine, 1 a result that fails a check, 2 your input, "
        "3 a fault of ours."
    )
    return "\n\n".join(parts) + "\n"


def _help(command: click.Command, context: click.Context) -> str:
    return f"```text\n{command.get_help(context)}\n```"


def pages() -> dict[Path, str]:
    """Every made page and its text."""
    return {
        DOCS / "concepts" / "rooms.md": rooms_page(),
        DOCS / "fields.md": fields_page(),
        DOCS / "portfolio.schema.json": schema_file(),
        DOCS / "cli.md": commands_page(),
        DOCS / "codes.md": codes_page(),
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
        click.echo(f"wrote {path.relative_to(ROOT)}", err=True)
