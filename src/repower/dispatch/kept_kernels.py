"""Compiled code that is kept on the disk is thrown away when any kernel's source has changed.

numba asks only whether the file of a function itself has changed. Kernels are written into one another, so a change of one file
would leave others with its old rows and sizes: wrong numbers, or a crash. Here all files of the folder count together.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

#: Beside the compiled code: digest of the sources that it was made from.
STAMP = "kernels.sha256"


def forget_stale(folder: Path) -> bool:
    """Delete what was compiled from other sources than the modules of `folder` now; returns whether anything had to go.

    Where the folder cannot be written, numba keeps its code elsewhere, by user, and nothing is done.
    """
    sources = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()
    kept = folder / "__pycache__"
    stamp = kept / STAMP
    try:
        if stamp.exists() and stamp.read_text(encoding="ascii") == sources:
            return False
        stale = list(kept.glob("*.nb[ic]"))
        for path in stale:
            path.unlink(missing_ok=True)
        kept.mkdir(exist_ok=True)
        draft = kept / f".{STAMP}"
        draft.write_text(sources, encoding="ascii")
        draft.replace(stamp)
    except OSError:
        return False
    return bool(stale)
