"""What each code means, with an example and the way out: the texts behind `repower explain CODE`.

The texts stand in `explanations.md`, one section for a code: title, meaning, wrong, right, way out.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from repower.errors import InputError, Problem

_SECTION = re.compile(
    r"## (?P<code>[A-Z]\d{3}) (?P<title>.+?)\n\n(?P<meaning>.+?)\n\n"
    r"Wrong:\n\n(?P<wrong>.+?)\n\nRight:\n\n(?P<right>.+?)\n\nWay out: (?P<way_out>.+?)\n(?=\n## |\Z)",
    re.DOTALL,
)


@dataclass(frozen=True)
class Explanation:
    """A code's title, what it means, an example wrong and right (indented by four), and the way out."""

    code: str
    title: str
    meaning: str
    wrong: str
    right: str
    way_out: str

    def __str__(self) -> str:
        return (
            f"{self.code} {self.title}\n\n{self.meaning}\n\nWrong:\n\n{self.wrong}\n\nRight:\n\n{self.right}\n\n"
            f"Way out: {self.way_out}"
        )


@cache
def explanations() -> dict[str, Explanation]:
    """Every explanation by its code, in the order of the text."""
    text = (files("repower") / "explanations.md").read_text(encoding="utf-8")
    return {match["code"]: Explanation(**match.groupdict()) for match in _SECTION.finditer(text)}


def explain(code: str) -> str:
    """The explanation of a code such as ``P104`` (also in small letters).

    Raises
    ------
    InputError
        For a code that there is not, with the nearest one.
    """
    known = explanations()
    wanted = code.strip().upper()
    # The usual slips: a letter for a digit, and digits without their letter.
    digits = wanted[-3:].replace("O", "0").replace("I", "1").replace("L", "1")
    if wanted in known:
        return str(known[wanted])
    near = [key for key in known if key[1:] == digits] or difflib.get_close_matches(wanted, list(known), n=1, cutoff=0.8)
    start = f"did you mean {near[0]} ({known[near[0]].title})? " if near else ""
    raise InputError(
        Problem("P118", f"there is no code {code!r}", hint=f"{start}codes are a letter and three digits, such as P104")
    )
