"""JSON Schema and field table say what the models accept."""

from __future__ import annotations

import json
import re

import pytest

from repower.portfolio import Portfolio
from repower.portfolio.document import as_data
from repower.portfolio.fields import fields_of, models_in
from repower.portfolio.schema import field_table, json_schema
from repower.portfolio.yaml_text import read_yaml
from small_portfolio import SMALL_YAML


def small() -> dict:
    return as_data(read_yaml(SMALL_YAML.encode(), "portfolio.yaml").root)


def definition(model: str, field: str) -> dict:
    return json_schema()["$defs"][model]["properties"][field]


def test_it_is_json_and_says_its_draft():
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False


def test_another_validator_takes_the_small_portfolio_and_refuses_mistakes():
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.Draft202012Validator.check_schema(json_schema())
    validator = jsonschema.Draft202012Validator(json_schema())
    assert list(validator.iter_errors(small())) == []
    for path, value in (
        (("start",), "2027"), (("tarif",), 1), (("sites", 0, "blocks", 0, "grid_mw"), "50 MWh"),
        (("markets", "power", 0, "level_usd_per_mwh"), -1), (("policy", "crews"), "2"), (("designs", 0, "cooling"), "wet"),
    ):  # fmt: skip
        data = small()
        owner = data
        for step in path[:-1]:
            owner = owner[step]
        owner[path[-1]] = value
        assert len(list(validator.iter_errors(data))) == 1, path


@pytest.mark.parametrize("text", ["750 MW", "750MW", "0.75 GW", "750000 kW", "750", "1,200 MW", "1e3 MW"])
def test_numbers_may_say_their_unit(text):
    number, spelled = definition("Block", "grid_mw")["anyOf"]
    assert number == {"type": "number", "exclusiveMinimum": 0, "maximum": 20000}
    assert re.search(spelled["pattern"], text)
    Portfolio.model_validate(small() | {})  # the models take what the schema takes
    data = small()
    data["sites"][0]["connection"][1]["import_mw"] = text
    Portfolio.model_validate(data)


@pytest.mark.parametrize("text", ["750 MWh", "MW", "2,5 MW", "", "1200 %"])
def test_other_units_are_refused_by_schema_and_models(text):
    assert not re.search(definition("Block", "grid_mw")["anyOf"][1]["pattern"], text)
    data = small()
    data["sites"][0]["connection"][1]["import_mw"] = text
    with pytest.raises(ValueError, match="import_mw"):
        Portfolio.model_validate(data)


def test_units_sources_descriptions_and_months():
    assert definition("Ppa", "price_usd_per_mwh")["x-unit"] == "USD/MWh"
    assert definition("PowerMarket", "level_usd_per_mwh")["anyOf"][-1] == {"type": "null"}
    assert definition("Lease", "escalator_rate")["x-source"].startswith("R 3 %")
    assert definition("Lease", "from")["pattern"] == r"^\d{4}-(0[1-9]|1[0-2])$"
    assert definition("Lease", "term_months")["anyOf"][0]["type"] == "integer"
    for path, model in models_in(Portfolio):
        shown = json_schema() if not path else json_schema()["$defs"][model.__name__]
        assert set(shown["properties"]) == set(fields_of(model))
        assert all(field["description"] for field in shown["properties"].values())


def test_table_has_every_field_once():
    rows = [line for line in field_table().splitlines() if line.startswith("| `")]
    names = [row.split("`")[1] for row in rows]
    assert len(names) == len(set(names)) == sum(len(fields_of(model)) for _, model in models_in(Portfolio))
    assert all(len(re.split(r"(?<!\\)\|", row)) == 8 for row in rows)
    assert "| `sites[].connection[].import_mw` | number >= 0 | MW | required | import limit at the site meter |  |" in rows
    assert any(row.startswith("| `leases[].escalator_rate` | number > -1 | 1/year | 0.03 |") and "| R 3 %" in row for row in rows)
    assert any(row.startswith("| `designs[].cooling` | `air_chiller` / `adiabatic_air` /") for row in rows)
