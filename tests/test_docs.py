"""The documentation builds, says what the source says, and asks no other machine for anything."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
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
