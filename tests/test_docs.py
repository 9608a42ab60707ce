"""The documentation builds, says what the source says, and asks no other machine for anything."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from repower.cli import main
from repower.portfolio import Portfolio
from repower.study.demo import write_portfolio

ROOT = Path(__file__).parents[1]
READMES = ("README.md", "README.ja.md")
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
ELSEWHERE = re.compile(r"(?:https?:)?//")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built documentation."""
    pytest.importorskip("mkdocs", reason="mkdocs is not installed; `make test` brings it")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


class Loads(HTMLParser):
    """What a browser fetches by itself to show a page; links to click are not among it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "link" and given.get("rel") != "canonical":
            self.found.append(given.get("href", ""))
        if tag != "a":
            self.found += [given[name] for name in ("src", "srcset", "data", "poster") if name in given]


def loads_of(html: str) -> list[str]:
    parser = Loads()
    parser.feed(html)
    return parser.found


def test_a_page_of_the_documentation_loads_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert any(loads_of(page.read_text(encoding="utf-8")) for page in pages)
    found = {
        f"{page.relative_to(site)}: {load}"
        for page in pages
        for load in loads_of(page.read_text(encoding="utf-8"))
        if ELSEWHERE.match(load.strip())
    }
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        found |= {
            f"{sheet.relative_to(site)}: {url}" for url in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)", text)
        }
    assert not found


def test_the_probe_for_loads_sees_them() -> None:
    assert loads_of('<script src="//cdn.example/x.js"></script>') == ["//cdn.example/x.js"]
    assert loads_of('<link rel="stylesheet" href="https://fonts.example/a">') == ["https://fonts.example/a"]
    assert loads_of('<a href="https://example.com">read more</a>') == []


def test_made_pages_say_what_the_source_says() -> None:
    made: dict[Path, str] = runpy.run_path(str(ROOT / "scripts" / "pages.py"))["pages"]()
    stale = [path.name for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    assert not stale, "run `.venv/bin/python scripts/pages.py`"


def test_every_command_is_explained() -> None:
    """In the reference under its own heading, and in both READMEs by name."""
    reference = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## repower ([\w-]+)$", reference, re.MULTILINE)) == set(main.commands)
    for name in READMES:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not [command for command in main.commands if f"repower {command}" not in text and f"make {command}" not in text]


def models_below(kind: Any) -> set[type[BaseModel]]:
    """The models that an annotation holds, and theirs: read off pydantic, not off our own walk."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return {kind}.union(*(models_below(info.annotation) for info in kind.model_fields.values()))
    return set().union(*(models_below(part) for part in get_args(kind)))


def test_every_field_is_explained() -> None:
    text = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
    rows = [row.split(" | ") for row in text.splitlines() if row.startswith("| `")]
    said = {(cells[0].strip("| `").rpartition(".")[2], cells[4].replace(r"\|", "|")) for cells in rows}
    found = [
        (model.__name__, info.alias or name, info)
        for model in models_below(Portfolio)
        for name, info in model.model_fields.items()
    ]
    assert len(found) > 100
    silent = [f"{model}.{key}" for model, key, info in found if not info.description]
    missing = [f"{model}.{key}" for model, key, info in found if (key, info.description) not in said]
    assert (silent, missing) == ([], [])
    assert said == {(key, info.description) for _, key, info in found}


def test_the_schema_knows_no_other_fields_than_the_models() -> None:
    schema = json.loads((ROOT / "docs" / "portfolio.schema.json").read_text(encoding="utf-8"))
    keys = {
        model.__name__: {info.alias or name for name, info in model.model_fields.items()} for model in models_below(Portfolio)
    }
    shown = {name: set(part["properties"]) for name, part in schema["$defs"].items() if "properties" in part}
    assert shown | {"Portfolio": set(schema["properties"])} == keys


def test_every_code_belongs_to_a_family_that_is_explained() -> None:
    text = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    codes = re.findall(r"^## ([A-Z]\d{3}) \S", text, re.MULTILINE)
    assert "P104" in codes
    assert {code[:2] for code in codes} == set(re.findall(r"^\| `(\w\d)xx` \| \S", text, re.MULTILINE))


def blocks(name: str, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def without_comments(block: str) -> list[str]:
    return [line.rstrip() for line in re.sub(r"(?m)(^|\s)#.*$", "", block).splitlines() if line.strip()]


@pytest.mark.parametrize("language", ["bash", "python", "text"])
def test_both_readmes_have_the_same_blocks(language: str) -> None:
    ours, theirs = ([without_comments(block) for block in blocks(name, language)] for name in READMES)
    assert ours
    assert ours == theirs


@pytest.mark.parametrize("name", READMES)
def test_commands_of_a_readme_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r"^#   make (\w+) ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"`?\bmake (\w+)(?=`| ARGS|$)", text, re.MULTILINE)) <= set(targets)
    assert set(re.findall(r"(?:^|`)repower ([\w-]+)", text, re.MULTILINE)) <= set(main.commands)


def table_rows(name: str) -> list[list[str]]:
    """The rows of the tables that name a command for a claim or a question, without their heads."""
    text = (ROOT / name).read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    heads = ("command", "コマンド")
    return [row for row in rows if not set("".join(row)) <= set("-: ") and not set(heads) & set(row)]


@pytest.mark.parametrize(("name", "not_yet"), [("README.md", "not yet"), ("README.ja.md", "まだない")])
def test_a_row_has_a_command_or_says_not_yet(name: str, not_yet: str) -> None:
    rows = table_rows(name)
    commands = {f"`repower {command}`" for command in main.commands}
    assert not [row for row in rows if row[-2] not in commands | {"-"}]
    assert not [row for row in rows if row[-2] == "-" and not_yet not in row[-1]]
    claims = {int(number) for row in rows if len(row) == 4 for number in re.findall(r"\bS(\d+)\b", row[1])}
    assert claims == set(range(1, 34))
    questions = [int(row[0].partition(".")[0]) for row in rows if len(row) == 3]
    assert questions == list(range(1, 18))


def test_both_readmes_answer_with_the_same_commands() -> None:
    ours, theirs = ([row[-2] for row in table_rows(name)] for name in READMES)
    assert ours == theirs


def test_the_example_of_the_readme_runs(tmp_path: Path) -> None:
    (example,) = blocks("README.md", "python")
    quick = re.sub(r"scenarios=\d+", "scenarios=4", example)
    assert quick != example
    write_portfolio(tmp_path / "mine", "starter")
    done = subprocess.run([sys.executable, "-c", quick], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(example.splitlines()) <= 15
    printed = done.stdout.splitlines()
    assert [line.split()[:2] for line in printed[:2]] == [["example_site", "a1"], ["example_site", "a2"]]
    assert re.fullmatch(r"business as usual -?[\d,]+ USD", printed[-1])
    assert (tmp_path / "mine" / "study" / "record.json").is_file()
    assert (tmp_path / "mine" / "report.html").stat().st_size > 10_000


LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files_that_exist(page: Path) -> None:
    """Also what mkdocs does not see: the READMEs, and files that are no page."""
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"))
    links = [link for link in LINK.findall(text) if not re.match(r"\w+:|#", link)]
    assert not [link for link in links if not (page.parent / link.partition("#")[0]).exists()]


def test_the_probe_for_links_sees_them() -> None:
    assert LINK.findall("see [a](b.md#c) and ![d](e.png)") == ["b.md#c", "e.png"]


def test_every_make_target_is_explained() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (targets,) = re.findall(r"^\.PHONY: (help .*)$", makefile, re.MULTILINE)
    explained = set(re.findall(r"^#   make (\w+) ", makefile, re.MULTILINE))
    assert set(targets.split()) - {"help"} == explained


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/how-to/add-a-lease.md", "docs/how-to/add-a-market.md"])
def test_files_that_a_guide_names_exist(page: str) -> None:
    named = re.findall(r"`((?:src|docs|scripts|tests)/[\w./-]+)`", (ROOT / page).read_text(encoding="utf-8"))
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]
