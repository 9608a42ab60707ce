"""Every number of a portfolio is among the assumptions, with its unit and where it comes from."""

from __future__ import annotations

import re

import pytest
from hostile_names import SOURCE
from html_tree import read
from pydantic import BaseModel

from repower.horizon import Month
from repower.report.assumptions import CONFIDENCES, assumptions, confidence_counts


@pytest.fixture(scope="module")
def section(reported):
    return read(assumptions(reported.study).html)


def leaves(value, path=""):
    """Numbers and months of a portfolio, walked without its dictionary of fields."""
    if isinstance(value, BaseModel):
        for name, info in type(value).model_fields.items():
            yield from leaves(getattr(value, name), f"{path}.{info.alias or name}".lstrip("."))
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            yield from leaves(item, f"{path}.{position}")
    elif isinstance(value, (int, float, Month)) and not isinstance(value, bool):
        yield path, value


def cells(section, path):
    return [cell.text.strip() for cell in section.one(f"a-{path}").children]


def test_every_number_and_month_is_there_with_its_value(section, reported):
    found = dict(leaves(reported.study.portfolio))
    assert len(found) > 100
    for path, value in found.items():
        shown = cells(section, path)[1]
        if isinstance(value, Month):
            assert shown == str(value), path
        else:
            assert float(shown.replace(",", "").replace("−", "-")) == pytest.approx(value, rel=1e-9, abs=1e-12), path


def test_a_number_has_the_source_of_its_line(section):
    what, value, unit, sure, source = cells(section, "sites.0.connection.0.import_mw")
    assert "import limit" in what
    assert "connection[2025-01].import_mw" in what
    assert (value, unit, sure, source) == ("100", "MW", "R*", SOURCE)


def test_a_number_that_the_file_leaves_out_has_the_source_of_its_default(section):
    _, value, unit, sure, source = cells(section, "capital.loan.gearing_share")
    assert (value, unit, sure) == ("0.7", "fraction", "R")
    assert re.match(r"default\s+65-85 %", source)


def test_a_number_without_a_source_says_so(section):
    _, value, _, sure, source = cells(section, "capital.discount_rate")
    assert (value, sure, source) == ("0.11", "?", "")


def test_the_counts_by_confidence_are_those_of_the_rows(section, reported):
    counts = confidence_counts(reported.study.portfolio)
    assert sum(counts.values()) == len(dict(leaves(reported.study.portfolio)))
    tags = [row.children[3].text.strip() for row in section.all("tr") if "id" in row.attributes]
    for confidence in CONFIDENCES:
        assert tags.count("?" if confidence == "none" else confidence) == counts[confidence]
    assert counts["R*"] > 0
