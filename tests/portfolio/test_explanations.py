"""Every code that the source gives to a mistake is explained, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

import repower
from repower.errors import InputError
from repower.explanations import explain, explanations

SOURCE = Path(repower.__file__).parent
#: A literal that is a code or begins with one, and whatever a Problem is made with.
CODE = re.compile(r"""["']([PSMRN]\d{3})(?=["' ])|Problem\(\s*(?:code=)?["']([A-Z]\d{3})""")


def codes_in_source() -> set[str]:
    found = (match for file in SOURCE.rglob("*.py") for match in CODE.finditer(file.read_text(encoding="utf-8")))
    return {match[1] or match[2] for match in found}


def test_every_code_of_the_source_is_explained_and_the_reverse():
    assert set(explanations()) == codes_in_source()


def test_no_section_of_the_text_is_lost_by_the_reader():
    text = (SOURCE / "explanations.md").read_text(encoding="utf-8")
    assert list(explanations()) == re.findall(r"^## ([A-Z]\d{3}) ", text, re.MULTILINE)


@pytest.mark.parametrize("code", ["P104", "p104", " P104\n"])
def test_explain_says_title_examples_and_way_out(code):
    text = explain(code)
    assert text.startswith("P104 Unknown field")
    for part in ("Wrong:", "tarif_usd_per_mwh", "Right:", "adder_usd_per_mwh", "Way out:"):
        assert part in text


@pytest.mark.parametrize(("slip", "meant"), [("P1O4", "P104"), ("104", "P104"), ("PP201", "P201"), ("P1l1", "P111")])
def test_unknown_code_is_answered_with_the_nearest(slip, meant):
    with pytest.raises(InputError) as caught:
        explain(slip)
    (problem,) = caught.value.problems
    assert problem.code == "P118"
    assert f"did you mean {meant} " in problem.hint


def test_right_examples_of_the_portfolio_are_yaml():
    for code, explanation in explanations().items():
        if code[0] == "P" and code not in ("P100", "P118"):
            yaml.safe_load(explanation.right)
