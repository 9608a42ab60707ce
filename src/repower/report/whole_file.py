"""A file that is there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from repower.errors import InputError, Problem


def write_whole(path: str | Path, text: str) -> Path:
    """Write `text` under a temporary name beside `path`, rename it, and give the path; nobody ever meets half of it.

    InputError R508 where it cannot be written.
    """
    target = Path(path)
    draft = target.with_name(f".{target.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8", newline="")
        os.replace(draft, target)  # noqa: PTH105 - the atomic rename is the point
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise InputError(
            Problem(
                "R508",
                f"the file cannot be written: {error.strerror or error}",
                file=str(target),
                hint="name a file in a folder that exists and that you may write to",
            )
        ) from None
    return target
