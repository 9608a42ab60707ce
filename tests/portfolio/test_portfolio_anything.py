"""Whatever the file holds: a portfolio or problems with places that exist, never another exception."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from repower.errors import InputError
from repower.portfolio.reading import find_problems, load
from small_portfolio import FULL_YAML, write_small

WORDS = [
    "null", "[]", "{}", "-5", "0", ".nan", ".inf", "true", "yes", '""', "2027-13", "1e400", "9" * 400, "0x1F", "*a", "&a",
    "!!int 3", '"\\0"', "[1, [2]]", "{a: 1}", "é", "🙂", "\t", "- ", "50 MWh", "2027-01", "2027", "-", "?", "#", "%", "@", "'",
    '"', ",", ":", ": ", "{", "}", "[", "]", "|", ">", "\r", "..", "/", "NO", "2,5 MW", "~", "<<: *a", "---\n", "\n", "\u2028",
    "\x00", "a1", "dense", "from",
]  # fmt: skip
VALUES = [match.span(1) for match in re.finditer(r": ([^,{}\[\]\n]+)", FULL_YAML)]
KEYS = [match.span() for match in re.finditer(r"[a-z_]+(?=:)", FULL_YAML)]


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The small portfolio (with everything in it) with words swapped, then characters and lines removed, doubled or put in."""
    text = FULL_YAML
    spans = draw(st.lists(st.sampled_from(VALUES + KEYS), max_size=3, unique=True))
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + draw(st.sampled_from(WORDS)) + text[end:]
    for kind in draw(st.lists(st.sampled_from(("cut", "put", "drop", "double")), max_size=2 if spans else 3)):
        place = draw(st.integers(0, len(text)))
        lines = text.split("\n")
        number = draw(st.integers(0, len(lines) - 1))
        if kind == "cut":
            text = text[:place] + text[place + draw(st.integers(1, 40)) :]
        elif kind == "put":
            text = text[:place] + draw(st.sampled_from(WORDS)) + text[place:]
        elif kind == "drop":
            text = "\n".join(lines[:number] + lines[number + 1 :])
        else:
            text = "\n".join([*lines[:number], lines[number], *lines[number:]])
    return text


def check(folder, data: bytes) -> None:
    write_small(folder)
    (folder / "portfolio.yaml").write_bytes(data)
    lines = re.split(r"\r\n|\n|\r", data.decode("utf-8-sig", errors="replace"))
    problems = find_problems(folder)
    if not problems:
        load(folder)
    else:
        with pytest.raises(InputError) as caught:
            load(folder)
        assert list(caught.value.problems) == problems
        for problem in problems:
            assert 1 <= problem.line <= len(lines), problem
            assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1, problem
            assert re.fullmatch(r"[PS]\d{3}", problem.code)
            assert str(problem)
            assert problem.as_json()["line"] == problem.line


@settings(max_examples=200)
@given(mutations())
def test_mutated_text(tmp_path_factory, text):
    check(tmp_path_factory.getbasetemp() / "anything", text.encode("utf-8"))


@settings(max_examples=50)
@given(st.binary(max_size=60), st.integers(0, len(FULL_YAML)))
def test_bytes_of_any_kind(tmp_path_factory, data, place):
    folder = tmp_path_factory.getbasetemp() / "anything"
    check(folder, data)
    check(folder, FULL_YAML[:place].encode() + data)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(WORDS[:20])
KEYS_OF_ALL = sorted({text[start:end] for text, (start, end) in ((FULL_YAML, span) for span in KEYS)})
TREES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS_OF_ALL) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=25,
)


@settings(max_examples=80)
@given(st.dictionaries(st.sampled_from(KEYS_OF_ALL), TREES, max_size=8))
def test_generated_trees(tmp_path_factory, tree):
    check(tmp_path_factory.getbasetemp() / "anything", yaml.safe_dump(tree, allow_unicode=True).encode("utf-8", errors="replace"))


@settings(max_examples=100)
@given(st.data())
def test_any_subtree_replaced(tmp_path_factory, data):
    """One fact of the small portfolio, at any depth, becomes something else."""
    tree = yaml.load(FULL_YAML, Loader=yaml.BaseLoader)
    owner = tree
    while True:
        key = data.draw(st.sampled_from(sorted(owner) if isinstance(owner, dict) else range(len(owner))))
        if not isinstance(owner[key], (dict, list)) or not owner[key] or data.draw(st.booleans()):
            break
        owner = owner[key]
    owner[key] = data.draw(TREES)
    text = yaml.dump(tree, Dumper=yaml.SafeDumper, allow_unicode=True)
    # Every text was quoted where YAML 1.1 would read a number; without the quotes they are numbers again.
    check(tmp_path_factory.getbasetemp() / "anything", re.sub(r"'([-\d.]+)'", r"\1", text).encode("utf-8", errors="replace"))
