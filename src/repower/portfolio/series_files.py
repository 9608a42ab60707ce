"""The files that portfolio.yaml names: they are there, in its folder, and their bytes are part of the hash.

What stands in them is read by the markets; here they are only found and hashed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from repower.portfolio.finding import Finding
from repower.portfolio.naming import closest
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio

_ENDINGS = (".csv", ".parquet")


def series_named(portfolio: Portfolio) -> Iterator[tuple[FilePath, str]]:
    """Every series that the portfolio names, with the path of the field; also of a portfolio known in part."""
    markets = getattr(portfolio, "markets", None)
    for key in ("power", "weather"):
        for position, market in enumerate(getattr(markets, key, ())):
            series = getattr(market, "series", None)
            if series is not None:
                yield ("markets", key, position, "series"), series


def find_absent(portfolio: Portfolio, folder: Path) -> Iterator[Finding]:
    """Series that are not there, or not in the folder; each once, where it is first named."""
    seen: set[str] = set()
    for path, name in series_named(portfolio):
        if name in seen:
            continue
        seen.add(name)
        if _leaves_folder(name):
            message = f"{name!r} is not in the portfolio's folder, so a copy of the folder would not be complete"
            yield Finding("P223", path, message, "put the file beside portfolio.yaml and name it without folders above")
        elif not _is_file(folder / name):
            yield Finding("P222", path, f"there is no file {name!r} beside portfolio.yaml", _hint(name, folder))


def _leaves_folder(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return name.startswith(("/", "\\")) or ".." in parts or (len(name) > 1 and name[1] == ":")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name too long for the file system, or with a NUL
        return False


def _hint(name: str, folder: Path) -> str:
    there = sorted(file.name for file in folder.iterdir() if file.suffix.lower() in _ENDINGS)
    near = closest(name, there)
    listed = f"series there: {', '.join(there[:12])}" if there else "there is no CSV or Parquet file there"
    return f"did you mean {near}? {listed}" if near else listed


def hash_inputs(portfolio_bytes: bytes, portfolio: Portfolio, folder: Path) -> str:
    """SHA-256 (hex) over portfolio.yaml and every series that it names, in the order of their names.

    Each file counts with its name and length in front, so that bytes cannot wander from one file to the next.
    Raises OSError for a series that cannot be read.
    """
    digest = hashlib.sha256()
    _add(digest, "portfolio.yaml", portfolio_bytes)
    for name in sorted({series for _, series in series_named(portfolio)}):
        _add(digest, name, (folder / name).read_bytes())
    return digest.hexdigest()


def _add(digest: hashlib._Hash, name: str, data: bytes) -> None:
    digest.update(f"{len(name.encode())}:{name}:{len(data)}:".encode())
    digest.update(data)
