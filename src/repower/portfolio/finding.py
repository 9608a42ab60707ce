"""A mistake found in the facts, before it has a place in a file."""

from __future__ import annotations

from dataclasses import dataclass

from repower.portfolio.paths import FilePath


@dataclass(frozen=True)
class Finding:
    """Code, the path of the fact in the file, what is wrong with what consequence, and the way out."""

    code: str
    path: FilePath
    message: str
    hint: str
