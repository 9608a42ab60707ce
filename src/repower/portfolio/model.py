"""What every input has in common: frozen, nothing extra, each field with description, unit and source."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """A fact of the portfolio: frozen, and a misspelt field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=False)


def fact(description: str, *, source: str = "", default: Any = ..., **limits: Any) -> Any:
    """A field with its description and, where the default is a fact of the world, the source of that default.

    `limits` are pydantic's (`ge`, `gt`, `le`, `lt`, `min_length`, `alias`...). The unit comes from the field's type.
    """
    return Field(default, description=description, json_schema_extra={"source": source} if source else None, **limits)
