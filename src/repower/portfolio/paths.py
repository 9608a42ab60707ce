"""The way to a fact inside the file, and how it is said to people.

A path is the tuple of keys and positions, ``("sites", 0, "connection", 1, "import_mw")``; its text is
``sites[0].connection[1].import_mw``. Keys are those of the file (`from`, not `from_`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from repower.portfolio.portfolio import Portfolio

FilePath = tuple[str | int, ...]

_STEP = re.compile(r"\[(\d+)\]|([^.\[\]]+)")


def path_text(path: FilePath) -> str:
    """``sites[0].connection[1].import_mw``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def parse_path(text: str) -> FilePath:
    """The inverse of `path_text`."""
    return tuple(int(match[1]) if match[1] else match[2] for match in _STEP.finditer(text))


def describe_path(portfolio: Portfolio, path: str | FilePath) -> str:
    """The path with names in place of positions: ``sites[rockdale].connection[2028-07].import_mw``.

    An item is called by its name, else by the month, year or country that identifies it, else by its position.
    """
    value: Any = portfolio
    text = ""
    for step in parse_path(path) if isinstance(path, str) else path:
        if isinstance(step, int):
            value = value[step] if isinstance(value, tuple) and step < len(value) else None
            text += f"[{_called(value, step)}]"
        else:
            value = _attribute(value, step)
            text += f".{step}" if text else step
    return text


def _attribute(value: Any, key: str) -> Any:
    if not isinstance(value, BaseModel):
        return None
    return getattr(value, key, getattr(value, f"{key}_", None))


def _called(item: Any, position: int) -> str:
    for identity in ("name", "from", "year", "country", "between"):
        called = _attribute(item, identity)
        if called is not None:
            return "-".join(called) if isinstance(called, tuple) else str(called)
    return str(position)
