"""Every number of the portfolio with unit, confidence and source, those too that the file leaves to their default."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from repower.portfolio import Portfolio
from repower.portfolio.comments import read_source
from repower.portfolio.fields import FieldFact, fields_of
from repower.portfolio.paths import FilePath, describe_path, path_text
from repower.report import figures, tables
from repower.report.section import Section, anchor

if TYPE_CHECKING:
    from repower.study.study import Study

CONFIDENCES = {
    "R": "reported in the named source",
    "R*": "reported by a secondary source",
    "D": "derived from reported figures",
    "K": "general knowledge that nobody has verified",
    "A": "assumed for illustration",
    "none": "no source is stated",
}
_COUNTED = ("number", "integer", "month")
_COLUMNS = (
    tables.Column("what", numeric=False),
    tables.Column("value"),
    tables.Column("unit", numeric=False),
    tables.Column("sure", numeric=False),
    tables.Column("source", numeric=False),
)
_UNITS = {"1": "fraction", "1/year": "per year", "degC": "°C", "deg": "°"}


@dataclass(frozen=True)
class Assumption:
    """One value of the portfolio: its path, its field, and where it comes from.

    stated : whether the file says it (else it is the field's default).  confidence : of `CONFIDENCES`.
    """

    path: FilePath
    fact: FieldFact
    value: Any
    stated: bool
    confidence: str
    source: str

    @property
    def counted(self) -> bool:
        """Numbers and months count; rules and choices are shown."""
        return self.fact.kind in _COUNTED


def assumptions_of(portfolio: Portfolio) -> list[Assumption]:
    """All numbers, months, rules and choices in the order of the models; names and texts are no assumptions."""
    return list(_walk(portfolio, (), portfolio, stated=True))


def _walk(model: BaseModel, path: FilePath, portfolio: Portfolio, *, stated: bool) -> Iterator[Assumption]:
    for key, fact in fields_of(type(model)).items():
        value = getattr(model, fact.attribute)
        said = stated and fact.attribute in model.model_fields_set
        here = (*path, key)
        if value is None:
            continue
        if fact.kind == "model":
            yield from _walk(value, here, portfolio, stated=said)
        elif fact.kind == "models":
            for position, item in enumerate(value):
                yield from _walk(item, (*here, position), portfolio, stated=said)
        elif fact.kind not in ("text", "texts"):
            confidence, source = _source(portfolio, here, fact, said)
            yield Assumption(here, fact, value, said, confidence, source)


def _source(portfolio: Portfolio, path: FilePath, fact: FieldFact, stated: bool) -> tuple[str, str]:
    if stated:
        found = portfolio.origin.sources.get(path_text(path))
        return (found.confidence, found.text) if found is not None else ("none", "")
    found = read_source(fact.source)
    return (found.confidence, found.text) if found is not None else ("none", fact.source)


def confidence_counts(portfolio: Portfolio) -> Counter[str]:
    """Number of numbers by confidence."""
    return Counter(item.confidence for item in assumptions_of(portfolio) if item.counted)


def assumptions(study: Study) -> Section:
    """Counts, legend, and a folded table for each part of the portfolio."""
    everything = assumptions_of(study.portfolio)
    return Section("assumptions", "Assumptions and their sources", counts(everything) + folded_parts(study.portfolio, everything))


def folded_parts(portfolio: Portfolio, items: Sequence[Assumption]) -> str:
    """A folded table for each part of the portfolio that has some of the items."""
    parts: dict[FilePath, list[Assumption]] = {}
    for item in items:
        parts.setdefault(_part(item.path), []).append(item)
    return "".join(_folded(portfolio, part, found) for part, found in parts.items())


def _part(path: FilePath) -> FilePath:
    """Sites one by one, markets by kind, the rest by its first word."""
    if len(path) == 1:
        return ()
    return path[:2] if path[0] in ("sites", "markets") and len(path) > 2 else path[:1]


def counts(everything: Sequence[Assumption]) -> str:
    """How many are how sure, with the legend of the signs."""
    counted = [item for item in everything if item.counted]
    by_confidence = Counter(item.confidence for item in counted)
    total = len(counted)
    reported = by_confidence["R"] + by_confidence["R*"]
    defaults = sum(1 for item in counted if not item.stated)
    tags = "".join(
        f"<div><dt>{tag(name)} {figures.number(by_confidence[name])} "
        f"<small>({figures.percent(by_confidence[name] / total)})</small></dt><dd>{words}</dd></div>"
        for name, words in CONFIDENCES.items()
    )
    return (
        f"<p>{figures.percent(reported / total)} of the {figures.number(total)} numbers are R or R*, "
        f"{figures.percent(by_confidence['D'] / total)} are derived, "
        f"{figures.percent((by_confidence['K'] + by_confidence['A']) / total)} are K or A. {figures.number(defaults)} are not in "
        "the file but "
        "the program's defaults; their source is that of the default. Rules and choices are listed too, and not counted.</p>"
        f'<dl class="legend">{tags}</dl>'
    )


def tag(confidence: str) -> str:
    """A confidence as a coloured sign."""
    shown = "?" if confidence == "none" else confidence
    css = {"R*": "Rs", "none": "none"}.get(confidence, confidence)
    return f'<span class="tag {css}" title="{CONFIDENCES[confidence]}">{shown}</span>'


def _folded(portfolio: Portfolio, part: FilePath, items: list[Assumption]) -> str:
    title = describe_path(portfolio, part) if part else "study"
    counts = Counter(item.confidence for item in items if item.counted)
    seen = " ".join(f"{tag(name)}{figures.GLUE}{counts[name]}" for name in CONFIDENCES if counts[name])
    rows = [_row(portfolio, part, item) for item in items]
    name = anchor(path_text(part)) if part else "a-study"
    table = tables.table(f"{figures.text(title)}: {len(items)} values.", _COLUMNS, rows, name=f"{name}-table", sortable=False)
    return f'<details id="{figures.text(name)}"><summary>{figures.text(title)} <small>{seen}</small></summary>{table}</details>'


def _row(portfolio: Portfolio, part: FilePath, item: Assumption) -> tables.Row:
    path = describe_path(portfolio, item.path)
    short = path.removeprefix(describe_path(portfolio, part)).lstrip(".") if part else path
    number = isinstance(item.value, (int, float)) and not isinstance(item.value, bool)
    plain = item.fact.kind == "integer" and item.fact.unit is None
    shown = (str(item.value) if plain else figures.plain(float(item.value))) if number else _said(item.value)
    origin = figures.text(item.source) if item.stated else f'<i class="default">default</i> {figures.text(item.source)}'
    return tables.Row(
        (
            tables.html(f"{figures.text(str(item.fact.info.description))} <code>{figures.text(short)}</code>", None, "what"),
            tables.html(shown, float(item.value) if number else None, "n" if number else ""),
            tables.html(_unit(item.fact)),
            tables.html(tag(item.confidence) if item.counted else "", None),
            tables.html(origin, None, "why"),
        ),
        anchor=anchor(path_text(item.path)),
    )


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return figures.text(value)


def _unit(fact: FieldFact) -> str:
    if fact.unit is None:
        return ""
    return figures.text(_UNITS.get(fact.unit.symbol, fact.unit.symbol))
