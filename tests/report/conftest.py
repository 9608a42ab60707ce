"""One study of the small portfolio whose names are hostile, run once, and its page as a tree."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from hostile_names import CUSTOMER, SITE, SOURCE

import repower
from repower.report.page import report
from repower.study.study import Study
from small_portfolio import SMALL_YAML, write_small
from small_series import small_series

BROWSERS = ("chromium", "chromium-browser", "google-chrome")

CHANGES = {
    "name: rockdale": f"name: '{SITE}'",
    "{name: a1, grid_mw: 50,": """{name: "=a1&\\"'", grid_mw: 50,""",
    "customer: Cloud House": f"customer: {CUSTOMER}",
    "about: two made-up sites for tests": f"about: {CUSTOMER}",
    "# R* yearly report": f"# R* {SOURCE}",
    # so that halls pay, and there are loans, works and cloud to show
    "usd: 400 M$": "usd: 2000 M$",
    "usd: 600 M$": "usd: 2500 M$",
    "usd_per_kw_month: 135": "usd_per_kw_month: 190",
    "usd_per_kw_month: 120,": "usd_per_kw_month: 170,",
}


# no repr: that of a whole study would take minutes to shorten where a test fails
@dataclass(frozen=True, repr=False)
class Reported:
    """A study and the file of its report."""

    study: Study
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def reported(tmp_path_factory) -> Reported:
    text = SMALL_YAML
    for old, new in CHANGES.items():
        assert old in text
        text = text.replace(old, new)
    folder = write_small(tmp_path_factory.mktemp("reported"), text)
    small_series(folder)
    study = repower.run(repower.load(folder), scenarios=8, seed=3)
    return Reported(study, report(study, folder / "report.html"))


@pytest.fixture(scope="session")
def browser():
    """Chromium, or the reason why there is none.

    REPOWER_REQUIRE_BROWSER=1 makes its absence a failure.
    """
    required = os.environ.get("REPOWER_REQUIRE_BROWSER") == "1"
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if program is None or sync_playwright is None:
        reason = "no chromium on the path" if program is None else "playwright is not installed"
        if required:
            pytest.fail(f"{reason}, and REPOWER_REQUIRE_BROWSER=1")
        pytest.skip(reason)
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def watched(browser):
    """Opens a file in a window of some width; its page has `requests`, what it asked for, and `complaints` of the console."""
    pages = []

    def opened(path: Path, width: int):
        page = browser.new_page(viewport={"width": width, "height": 900})
        pages.append(page)
        page.requests, page.complaints = [], []
        page.on("request", lambda asked: page.requests.append(asked.url))
        page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.goto(path.as_uri())
        return page

    yield opened
    for page in pages:
        page.close()
