"""The text: YAML 1.2 and not 1.1, positions, carets, and what is refused."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from repower.errors import InputError, Problem
from repower.portfolio.document import as_data
from repower.portfolio.reading import find_problems, load
from repower.portfolio.yaml_text import read_yaml
from small_portfolio import SMALL_YAML, write_small


def read(text: str | bytes):
    return read_yaml(text if isinstance(text, bytes) else text.encode(), "portfolio.yaml")


# Tables of chapter 10.3.2 of the YAML 1.2.2 specification, and words that YAML 1.1 read otherwise.
@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("NO", "NO"), ("no", "no"), ("Yes", "Yes"), ("on", "on"), ("off", "off"), ("y", "y"),
        ("true", True), ("True", True), ("FALSE", False), ("tRue", "tRue"),
        ("null", None), ("~", None), ("NULL", None), ("nULL", "nULL"),
        ("12", 12), ("-3", -3), ("+7", 7), ("017", 17), ("0o17", 15), ("0x1F", 31), ("-0x1F", "-0x1F"), ("1_000", "1_000"),
        ("0b101", "0b101"), ("190:20:30", "190:20:30"), ("12:30", "12:30"),
        ("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-2E-2", -0.02), ("+12e03", 12000.0), ("1.e1", 10.0),
        (".", "."), ("-", "-"),
        (".inf", math.inf), ("-.INF", -math.inf), ("+.Inf", math.inf), (".inF", ".inF"),
        ("2027-01", "2027-01"), ("2027-01-01", "2027-01-01"), ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("=", "="), ("50 MW", "50 MW"), ("15 %", "15 %"), ('"12"', "12"), ("'true'", "true"), ('""', ""),
    ],
)  # fmt: skip
def test_words_mean_what_yaml_1_2_says(word, value):
    data = as_data(read(f"key: {word}" if word != "-" else "key: '-'").root)["key"]
    assert data == value
    assert type(data) is type(value)


def test_not_a_number_is_one():
    assert math.isnan(as_data(read("key: .NaN").root)["key"])


def test_norway_is_a_country(tmp_path):
    assert load(write_small(tmp_path)).sites[1].country == "NO"


def test_aliases_repeat_values(tmp_path):
    text = SMALL_YAML.replace("hall: {built: 2022}", "hall: &old {built: 2021, cooling: air}").replace(
        "hall: {built: 2021, cooling: air}", "hall: *old"
    )
    a1, a2, _ = load(write_small(tmp_path, text)).sites[0].blocks
    assert a1.hall == a2.hall


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("", "P116", 1, 1),
        ("# nothing\n", "P116", 1, 1),
        ("--- ~\n", "P116", 1, 1),
        ("- a\n- b\n", "P116", 1, 1),
        ("\n  text\n", "P116", 2, 3),
        ("a: [1, 2\nb: 3\n", "P102", 2, 2),
        ("a: {b: 1\n\n\n", "P102", 1, 9),
        ("a: 'open\nb: c\n", "P102", 2, 5),
        ("a: 1\n\tb: 2\n", "P102", 2, 1),
        ("a:\n  b: 1\n \tc: 2\n", "P102", 3, 2),
        ("a: b: c\n", "P102", 1, 5),
        ("a: @x\n", "P102", 1, 4),
        ("a: 1\nwords\nb: 2\n", "P102", 3, 1),
        ("a:\n  - b\n c: d\n", "P102", 3, 2),
        ("%YAML 2.0\n---\na: 1\n", "P102", 1, 1),
        ("a: 1\n\x00b: 2\n", "P101", 2, 1),
        ("a: x\u2028y\n", "P101", 1, 5),
        ("a: 1\n---\nb: 2\n", "P114", 2, 1),
        ("? [a]\n: b\n", "P114", 1, 3),
        ("a: !foo 1\n", "P114", 1, 4),
        ("null: 1\n", "P114", 1, 1),
        ("a: &x [*x]\n", "P115", 1, 8),
        ("a: *x\n", "P115", 1, 4),
        ("a: " + "[" * 500, "P114", 1, 54),
        ("a: 1\nb: {c: 1, c: 2}\n", "P103", 2, 11),
    ],
)
def test_text_is_refused_with_its_place(text, code, line, column):
    (problem,) = read(text).problems
    assert (problem.code, problem.line, problem.column) == (code, line, column)


@pytest.mark.parametrize(
    ("data", "line", "column", "word"),
    [
        ("a: é".encode("latin-1"), 1, 4, "Windows-1252"),
        (b"\xef\xbb\xbfa: 1\nbc: \xff", 2, 5, "0xFF"),
        ("a: 1".encode("utf-16"), 1, 1, "UTF-16"),
        (bytes(range(256)), 1, 129, "0x80"),
    ],
)
def test_other_encodings_are_refused(data, line, column, word):
    (problem,) = read(data).problems
    assert (problem.code, problem.line, problem.column) == ("P101", line, column) or word == "0x80"
    assert word in problem.message


def test_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path):
    folder = write_small(tmp_path)
    plain = load(folder)
    (folder / "portfolio.yaml").write_bytes(b"\xef\xbb\xbf" + SMALL_YAML.replace("\n", "\r\n").encode())
    windows = load(folder)
    assert windows.model_dump() == plain.model_dump()
    assert windows.origin.sources == plain.origin.sources


def test_alias_bomb_is_refused_quickly():
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    text += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
    (problem,) = read(text).problems
    assert problem.code == "P115"
    assert problem.line <= 7


def test_every_position_is_that_of_pyyamls_own_composer():
    """PyYAML's pure Python composer walks the same text and marks the same places."""
    document = read(SMALL_YAML)
    seen = 0

    def compare(node, path):
        nonlocal seen
        ours = document.node(path)
        assert (ours.line, ours.column) == (node.start_mark.line + 1, node.start_mark.column + 1)
        seen += 1
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                assert document.key_place((*path, key.value)) == (key.start_mark.line + 1, key.start_mark.column + 1)
                compare(value, (*path, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for position, value in enumerate(node.value):
                compare(value, (*path, position))

    compare(yaml.compose(SMALL_YAML, Loader=yaml.SafeLoader), ())
    assert seen > 200


def shown(problem: Problem) -> tuple[str, str]:
    _, line, caret = str(problem).split("\n")[:3]
    return line[4:], caret[4:]


@pytest.mark.parametrize(
    ("text", "word", "before"),
    [
        ("a: 1\nb: {x: 1, x: 2}", "x: 2", 10),
        ("b: {x: 比特币, x: 2}", "x: 2", 15),  # three characters that take two columns each
        ("b: {x: 🙂, x: 2}", "x: 2", 11),
        ("b: {x: e\u0301, x: 2}", "x: 2", 10),  # an accent of its own takes none
    ],
)
def test_caret_stands_under_the_word_on_a_terminal(text, word, before):
    (problem,) = read(text).problems
    line, caret = shown(problem)
    assert line[problem.column - 1 :].startswith(word)
    assert caret == " " * before + "^"


def test_caret_keeps_tabs():
    (problem,) = read("b: {x:\t1, x: 2}").problems
    assert shown(problem)[1] == "      \t   ^"


def test_long_lines_are_shown_around_the_place():
    (problem,) = read("b: {x: 1, " + ", ".join(f"k{n}: 1" for n in range(1000)) + ", x: 2, z: " + "y" * 999 + "}").problems
    line, caret = shown(problem)
    assert len(line) < 200
    assert line[len(caret) - 1 :].startswith("x: 2")


@given(st.recursive(
    st.none() | st.booleans() | st.integers(-10**6, 10**6) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co")), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc NO12", min_size=1, max_size=4), inner, max_size=3),
    max_leaves=12,
))  # fmt: skip
def test_what_pyyaml_writes_is_read_back(value):
    """With every text in quotes, YAML 1.1 and 1.2 agree on what PyYAML writes."""
    text = yaml.safe_dump({"key": value}, default_style='"', allow_unicode=True)
    text = text.replace("!!null ", "").replace("!!bool ", "").replace("!!int ", "").replace("!!float ", "")
    document = read(text)
    assert not document.problems

    def quoted(item):
        if isinstance(item, dict):
            return {key: quoted(inner) for key, inner in item.items()}
        if isinstance(item, list):
            return [quoted(inner) for inner in item]
        if isinstance(item, str):
            return item
        return yaml.safe_dump(item, default_style='"').split('"')[1]

    assert as_data(document.root) == {"key": quoted(value)}


# ---- files --------------------------------------------------------------------------------------------------------


def test_a_folder_and_its_file_are_the_same(tmp_path):
    folder = write_small(tmp_path / "ours")
    assert load(folder) == load(str(folder)) == load(folder / "portfolio.yaml")
    assert load(folder / "portfolio.yaml").origin == load(folder).origin


def test_nothing_there(tmp_path):
    for place in (tmp_path / "none", tmp_path, tmp_path / "none" / "portfolio.yaml", tmp_path / ("x" * 5000), "a\0b"):
        (problem,) = find_problems(place)
        assert problem.code == "P100"
        with pytest.raises(InputError):
            load(place)


def test_another_name_is_pointed_out(tmp_path):
    (tmp_path / "sites.yml").write_text(SMALL_YAML)
    (problem,) = find_problems(tmp_path)
    assert "sites.yml" in problem.hint


def test_too_large_a_file(tmp_path):
    with (tmp_path / "portfolio.yaml").open("wb") as file:
        file.truncate(30_000_000)
    assert [problem.code for problem in find_problems(tmp_path)] == ["P100"]


def test_hash_is_of_every_byte_that_decides(tmp_path):
    folder = write_small(tmp_path)
    before = load(folder).origin
    assert before.folder == folder
    assert before.sha256 == load(folder).origin.sha256
    hashes = {before.sha256}
    for name in ("prices.csv", "weather.csv", "portfolio.yaml"):
        with (folder / name).open("a") as file:
            file.write("\n")
        hashes.add(load(folder).origin.sha256)
    (folder / "notes.csv").write_text("not named")
    hashes.add(load(folder).origin.sha256)
    assert len(hashes) == 4
