"""A calibration as it is told: what was fitted on what, tables, an honest verdict, and the fields that carry the numbers.

One record serves the terminal, JSON and the page of measured calibrations. A verdict is made of the numbers by rules that stand
here, so no sentence can praise what the table beside it does not show.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from repower.scenarios.calibration.ranges import Ranges

FloatArray = NDArray[np.float64]

_BARS = "▁▂▃▄▅▆▇█"
#: Classes of a histogram of places (PIT) between 0 and 1.
PIT_CLASSES = 10
#: A coverage this near to the one that was promised is as promised.
NEAR = 0.05
#: Of fewer forecasts no coverage is told in words.
FEWEST_FORECASTS = 5


@dataclass(frozen=True)
class Table:
    """A title, heads and cells of text; columns in `words` are no numbers, the first never is."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: frozenset[int] = frozenset({0})


@dataclass(frozen=True)
class Told:
    """What is told of a calibration.

    about : what was fitted on what.  tables : in their order.  verdict : sentences.  snippet : YAML with fields of
    portfolio.yaml.  parameters : fitted fields by name.  calibration : the record behind the tables.
    """

    what: str
    file: str
    ranges: Ranges
    about: tuple[str, ...]
    tables: tuple[Table, ...]
    verdict: tuple[str, ...]
    snippet: str
    parameters: Mapping[str, object]
    calibration: object

    def as_json(self) -> dict[str, object]:
        """The record for programs; more keys may be added, these stay."""
        return {
            "what": self.what,
            "file": self.file,
            "fit_from": str(self.ranges.first),
            "fit_until": str(self.ranges.last),
            "score_until": str(self.ranges.score_until),
            "about": list(self.about),
            "parameters": plain(self.parameters),
            "verdict": list(self.verdict),
            "yaml": self.snippet,
            "calibration": plain(self.calibration),
        }


def plain(value: object) -> object:
    """Records, arrays and numbers as JSON has them; what is no finite number becomes None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain(part) for name, part in zip(value._fields, value, strict=True)}
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    raise ValueError(f"{type(value).__name__} has no place in JSON")


def pit_bars(pit: FloatArray) -> str:
    """Places 0-1 of what came in its forecasts as ten bars, level where forecasts are right; an empty class is a dot."""
    counts = np.histogram(pit, bins=PIT_CLASSES, range=(0.0, 1.0))[0]
    top = max(int(counts.max()), 1)
    return "".join("·" if count == 0 else _BARS[math.ceil(count / top * len(_BARS)) - 1] for count in counts.tolist())


def share(value: float) -> str:
    """A share in per cent."""
    return f"{value:.0%}".replace("%", " %")


def judged(held: float, promised: float, forecasts: int, ahead: int) -> str:
    """How a band that promised a share did: words with how far so few forecasts can prove it.

    Forecasts a month apart overlap when they look `ahead` months ahead, so about one in `ahead` is independent of the others.
    What is off by more than `NEAR` is proven when a right band would show as much in fewer than one of twenty such samples.
    """
    if abs(held - promised) <= NEAR:
        return "as promised"
    independent = max(1, round(forecasts / ahead))
    inside = round(held * independent)
    if held < promised:
        proven, seen = "too narrow", "narrower than promised"
        chance = float(binom.cdf(inside, independent, promised))
    else:
        proven, seen = "too wide", "wider than promised"
        chance = float(binom.sf(inside - 1, independent, promised))
    if chance < 0.05:
        return proven
    many = f"{independent} independent forecast{'s' if independent > 1 else ''}"
    return f"{seen}, which about {many} cannot prove"


def band_sentence(of: str, ahead: int, held: float, forecasts: int, *, which: str = "later") -> str:
    """One sentence on a band of 90 %; "" for so few forecasts that any share would come by chance."""
    if forecasts < FEWEST_FORECASTS:
        return ""
    return (
        f"90 % bands of {of}, {in_months(ahead)} ahead, held {share(held)} of {forecasts} {which} months: "
        f"{judged(held, 0.9, forecasts, ahead)}."
    )


def in_months(count: int) -> str:
    """``1 month``, ``12 months``."""
    return f"{count} month{'s' if count > 1 else ''}"


def against(ours: float, theirs: float, name: str) -> str:
    """How a score (less is better) compares with another's: better, no better, worse."""
    change = ours / theirs - 1.0
    if abs(change) <= 0.02:
        return f"no better than {name}"
    return f"{share(abs(change))} {'better' if change < 0 else 'worse'} than {name}"


def number(value: float) -> str:
    """Three significant figures, as a person would write them: 0.0103, 21.3, 173."""
    if not math.isfinite(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def yaml_number(name: str, value: float) -> str:
    """Three significant figures as portfolio.yaml reads them; a whole number stays one.

    A yearly rate above 1 is written in per cent, since a bare 1.43 could be meant as 1.43 %, and is refused.
    """
    if name.endswith("_rate") and value > 1.0:
        return f"{float(f'{100.0 * value:.3g}'):g} %"
    return str(float(f"{value:.3g}") if isinstance(value, float) else value).removesuffix(".0")


def source(file: str, ranges: Ranges) -> str:
    """The comment that makes a number's source: ``D fitted on prices.csv, 2016-01-01 to 2021-12-31``."""
    # a name with a line end would break out of the comment
    name = "".join(sign if sign.isprintable() else "?" for sign in Path(file).name)
    return f"D fitted on {name}, {ranges}"


def field_lines(fields: Mapping[str, float], indent: int, comment: str, first: str = "") -> list[str]:
    """Lines of YAML, one a field, each with its source; `first` stands before the first key (``- ``)."""
    lines = []
    for place, (name, value) in enumerate(fields.items()):
        head = first if place == 0 else " " * len(first)
        lines.append(f"{' ' * indent}{head}{name}: {yaml_number(name, value)}  # {comment}")
    return lines


def joined(names: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    listed = list(names)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} and {listed[-1]}"
