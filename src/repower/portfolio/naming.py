"""Did you mean: the nearest of the names that would have been right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(word: str, names: Iterable[str]) -> str | None:
    """The name that `word` was probably meant to be; None where none is near."""
    options = list(names)
    plain = {_plain(option): option for option in options}
    near = difflib.get_close_matches(_plain(word), list(plain), n=1, cutoff=0.6)
    return plain[near[0]] if near else None


def did_you_mean(word: str, names: Iterable[str], kind: str) -> str:
    """``did you mean X? miners are X, Y`` for a hint; at most a dozen names are listed."""
    options = list(names)
    near = closest(word, options)
    listed = ", ".join(options[:12]) + (", ..." if len(options) > 12 else "")
    known = f"{kind}: {listed}" if options else f"there are no {kind}"
    return f"did you mean {near}? {known}" if near is not None else known


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")
