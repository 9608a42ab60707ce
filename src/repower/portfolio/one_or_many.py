"""A list of one item, written without its dash: ``demand_charge: {kind: annual_peak}``.

The file's tree gets the list that is meant, so everything after it knows one form only; models that are made without a
file read it the same way.
"""

from __future__ import annotations

from pydantic import BaseModel, BeforeValidator

from repower.portfolio.document import Mapping, Node, Sequence
from repower.portfolio.fields import OneOrMany, fields_of

__all__ = ["AS_LIST", "OneOrMany", "write_lists_out"]

#: For the models' own reading.
AS_LIST = BeforeValidator(lambda value: [value] if isinstance(value, (dict, BaseModel)) else value)


def write_lists_out(node: Node, model: type[BaseModel]) -> None:
    """Put every single mapping that may stand for a list of one into a list, in place; places in the file stay."""
    if isinstance(node, Sequence):
        for item in node.items:
            write_lists_out(item, model)
    if not isinstance(node, Mapping):
        return
    fields = fields_of(model)
    for key, entry in node.entries.items():
        fact = fields.get(key)
        if fact is None or fact.model is None:
            continue
        if fact.one_or_many and isinstance(entry.value, Mapping):
            entry.value = Sequence(entry.value.line, entry.value.column, [entry.value], entry.value.size)
        write_lists_out(entry.value, fact.model)
