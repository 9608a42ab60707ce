"""Series written in the project's own formats: whole or not at all, and never over a file that is there unless asked.

Codes: S322 the place is taken, S323 cannot be written.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from repower.errors import InputError, Problem
from repower.markets.sources.bitcoin_days import BitcoinDays
from repower.markets.sources.hourly import TIME
from repower.markets.sources.hours import HourTable

FloatArray = NDArray[np.float64]


def write_hours(table: HourTable, out: Path, overwrite: bool, about: str) -> None:
    """Write hours as the own format, CSV or (name.parquet) Parquet; `about` goes into a Parquet file's metadata.

    Raises
    ------
    InputError
        S322, S323
    """
    stamps = table.hours.astype("datetime64[h]")
    _write(out, overwrite, TIME, stamps, [f"{stamp}:00Z" for stamp in stamps], table.values, about)


def write_days(table: BitcoinDays, out: Path, overwrite: bool, about: str) -> None:
    """Write daily figures with a column `date`, CSV or Parquet; otherwise as `write_hours`."""
    stamps = table.days.astype("datetime64[D]")
    _write(out, overwrite, "date", stamps, [str(stamp) for stamp in stamps], table.values, about)


def _write(
    out: Path,
    overwrite: bool,
    first: str,
    stamps: NDArray[np.datetime64],
    texts: list[str],
    values: dict[str, FloatArray],
    about: str,
) -> None:
    check_place(out, overwrite)
    if out.suffix == ".parquet":

        def make(draft: Path) -> None:
            import pyarrow as pa
            import pyarrow.parquet as pq

            kind = pa.timestamp("us", "UTC") if first == TIME else pa.date32()
            unit = "datetime64[us]" if first == TIME else "datetime64[D]"
            arrays = [pa.array(stamps.astype(unit), type=pa.timestamp("us") if first == TIME else None).cast(kind)]
            arrays += [pa.array(column) for column in values.values()]
            table = pa.table(arrays, names=[first, *values])
            pq.write_table(table.replace_schema_metadata({"repower": about}), draft)
    else:

        def make(draft: Path) -> None:
            rows = zip(texts, *(column.tolist() for column in values.values()), strict=True)
            lines = [",".join([first, *values]), *(f"{text}," + ",".join(map(repr, row)) for text, *row in rows)]
            draft.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")

    _whole(out, make)


def check_place(out: Path, overwrite: bool) -> None:
    """Raise InputError S322 when something is there already, S323 for another format than ours."""
    if out.suffix not in (".csv", ".parquet"):
        raise InputError(
            Problem(
                "S323", f"{out.suffix or 'a name without ending'} is no format of series", hint=".csv or .parquet", file=str(out)
            )
        )
    if out.exists() and not overwrite:
        raise InputError(
            Problem(
                "S322",
                "a file of that name is there already, and is not replaced",
                hint="name another, or ask for it",
                file=str(out),
            )
        )


def _whole(out: Path, make: Callable[[Path], None]) -> None:
    draft = out.with_name(f".{out.name}.{os.getpid()}.draft")
    try:
        make(draft)
        draft.replace(out)
    except OSError as error:
        raise InputError(
            Problem(
                "S323",
                f"the file cannot be written: {error.strerror or error}",
                hint="name a file in a folder that exists and that you may write to",
                file=str(out),
            )
        ) from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
