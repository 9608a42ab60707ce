"""The page is whole, closed in itself, and says what the study says."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import re
import time
from itertools import pairwise

import numpy as np
import pytest
from hostile_names import BLOCK, CUSTOMER, SITE
from html_tree import read, rows

from repower.errors import InputError
from repower.report.page import render, report

SECTIONS = [
    "glance", "blocks", "uses", "energy", "cash", "spread", "events", "sites", "loans", "halls", "works", "assumptions",
    "limits",
]  # fmt: skip
CHARTS = ["timeline", "use-chart", "energy-chart", "cash-chart", "npv-chart", "events-chart", "fans"]
LOADS = {
    "src",
    "href",
    "xlink:href",
    "srcset",
    "data",
    "poster",
    "action",
    "formaction",
    "background",
    "cite",
    "ping",
    "manifest",
}


@pytest.fixture(scope="module")
def page(reported):
    return read(reported.text)


@pytest.fixture(scope="module")
def study(reported):
    return reported.study


def value(cell) -> float:
    return float(cell.attributes["data-v"])


def shown(cell) -> float:
    """The number that a reader sees."""
    return float(cell.text.replace("−", "-").replace(",", ""))


# --- whole ------------------------------------------------------------------------------------------------------------------


def test_sections_stand_in_their_order_with_a_heading_each(page):
    sections = [element for element in page.all("section") if "id" in element.attributes]
    assert [section.attributes["id"] for section in sections] == SECTIONS
    assert all(len(section.all("h2")) == 1 and section.all("h2")[0].text.strip() for section in sections)


def test_every_link_within_the_page_has_its_place(page):
    places = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert len(places) == len(set(places))
    links = {element.attributes["href"][1:] for element in page.all("a") if element.attributes.get("href", "").startswith("#")}
    assert links
    assert links <= set(places)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_heading_picture_words_and_data(page, name):
    figure = page.one(name)
    assert figure.all("h3")[0].text.strip()
    (box,) = [element for element in figure.all("div") if element.attributes.get("role") == "img"]
    assert len(box.attributes["aria-label"]) > 30
    assert box.all("svg")
    (link,) = [element for element in figure.all("a") if "download" in element.attributes]
    table = list(csv.reader(io.StringIO(base64.b64decode(link.attributes["href"].split(",")[1]).decode())))
    assert len(table) > 2
    assert all(len(row) == len(table[0]) for row in table)


def test_events_are_those_of_the_study(page, study):
    """Each row against the record, shown in M$; what it adds is the difference of what the reader sees."""
    rows = page.one("events-table").all("tr")[1:]
    assert len(rows) == len(study.events) > 10
    planned = study.events[0]
    for row, event in zip(rows, study.events, strict=True):
        (name,) = row.all("th")
        _, plan, moved, usual, adds, owners, cover = row.all("td")
        assert name.text == event["name"]
        assert value(plan) == pytest.approx(event["npv_usd"])
        assert value(usual) == pytest.approx(event["as_usual_npv_usd"])
        assert value(moved) == pytest.approx(event["npv_usd"] - planned["npv_usd"], abs=1.0)
        assert value(adds) == pytest.approx(value(plan) - value(usual), abs=1.0)
        assert value(owners) == pytest.approx(event["equity_npv_usd"])
        assert cover.text == "no loan" if event["min_dscr"] is None else value(cover) == pytest.approx(event["min_dscr"])
        assert shown(plan) == pytest.approx(value(plan) / 1e6, abs=0.5)


def test_pictures_do_not_share_inner_names(page):
    for name in CHARTS:
        inner = [
            element.attributes["id"] for svg in page.one(name).all("svg") for element in svg.all() if "id" in element.attributes
        ]
        assert all(identity.startswith(f"{name}-") for identity in inner)


# --- closed in itself ---------------------------------------------------------------------------------------------------------


def test_nothing_is_asked_of_any_machine(page):
    for element in page.all():
        for name, address in element.attributes.items():
            if name in LOADS:
                assert address.startswith(("#", "data:")), (element.tag, name, address)
            if name == "style" or element.tag == "svg":
                assert not re.search(r"url\(\s*['\"]?(?!#)", address)
    for style in page.all("style"):
        assert not re.search(r"url\(|@import|//", style.text)
    assert {element.tag for element in page.all()}.isdisjoint({"iframe", "object", "embed", "form", "base", "img"})


def test_the_policy_allows_its_own_script_only(page):
    (policy,) = [
        element.attributes["content"]
        for element in page.all("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    (script,) = page.all("script")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    directives = dict(part.split(maxsplit=1) for part in policy.split("; "))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == f"'sha256-{digest}'"


def test_names_of_the_file_are_text_and_never_markup(page, reported):
    assert not [element for element in page.all() for name in element.attributes if name.startswith("on")]
    assert not [element for element in page.all("b") if element.text == "report"]
    assert len(page.all("script")) == 1
    for name in (SITE, CUSTOMER, BLOCK):
        assert name in page.text
    assert "<script>alert" not in reported.text


def test_a_name_that_a_spreadsheet_would_run_is_quoted(page):
    (link,) = [element for element in page.one("timeline").all("a") if "download" in element.attributes]
    table = list(csv.reader(io.StringIO(base64.b64decode(link.attributes["href"].split(",")[1]).decode())))
    assert "'" + BLOCK in {row[1] for row in table}
    assert not [cell for row in table for cell in row if cell.startswith("=")]


# --- says what the study says -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", ["plan", "business as usual"])
def test_lines_of_cash_add_up_to_the_totals_shown(page, study, case):
    table = page.one(f"cash-{case.replace(' ', '-')}")
    body = rows(table)
    kinds = [row.attributes.get("class", "") for row in table.all("tbody")[0].all("tr")]
    lines = [row[1:] for row, kind in zip(body, kinds, strict=True) if kind == ""]
    (total,) = [row[1:] for row, kind in zip(body, kinds, strict=True) if kind == "total"]
    assert len(lines) >= 4
    cash = np.asarray(study.finance["total_usd"].sel(case=case)).mean(axis=0).reshape(-1, 12).sum(axis=1)
    exact = np.array([[value(cell) for cell in row] for row in lines])
    np.testing.assert_allclose(exact.sum(axis=0), [value(cell) for cell in total], rtol=1e-9, atol=1e-3)
    np.testing.assert_allclose([value(cell) for cell in total][1:], cash, rtol=1e-9, atol=1e-3)
    seen = np.array([[shown(cell) for cell in row] for row in lines])
    assert np.abs(seen.sum(axis=0) - [shown(cell) for cell in total]).max() <= 0.5 * (len(lines) + 1)


def test_cash_to_the_owners_adds_up(page, study):
    *lines, total = rows(page.one("owners"))
    exact = np.array([[value(cell) for cell in row[1:]] for row in lines])
    np.testing.assert_allclose(exact.sum(axis=0), [value(cell) for cell in total[1:]], rtol=1e-9, atol=1e-3)
    shield = next(row for row in lines if row[0].text.startswith("tax saved"))
    assert value(shield[1]) >= -1e-3
    assert study.loans, "without a loan this would prove nothing"


def test_the_bridge_and_the_sites_add_up_to_the_value_on_the_first_page(page, study):
    *steps, carried = rows(page.one("bridge"))
    npv = [float(study.finance["npv_usd"].sel(case=case).mean()) for case in ("plan", "business as usual")]
    for position in (1, 2):
        assert sum(value(row[position]) for row in steps) == pytest.approx(value(carried[position]), rel=1e-9)
        assert value(carried[position]) == pytest.approx(npv[position - 1], rel=1e-9)
    body = rows(page.one("site-table"))
    own, (alone, losses, portfolio) = body[: len(study.portfolio.sites)], body[len(study.portfolio.sites) :]
    for position in (2, 3):
        assert sum(value(row[position]) for row in own) == pytest.approx(value(alone[position]), rel=1e-9)
        assert value(alone[position]) + value(losses[position]) == pytest.approx(value(portfolio[position]), rel=1e-9)
        assert value(portfolio[position]) == pytest.approx(npv[position - 2], rel=1e-9)


def test_energy_that_comes_is_energy_that_goes(page):
    totals = [row for row in page.one("energy-table").all("tr") if row.attributes.get("class") == "total"]
    assert len(totals) == 4
    for source, use in (totals[:2], totals[2:]):
        np.testing.assert_allclose(
            [value(cell) for cell in source.children[1:]], [value(cell) for cell in use.children[1:]], atol=1e-9
        )
    assert value(totals[0].children[1]) > 0


def test_uses_add_up_to_all_blocks_in_every_year(page, study):
    totals = [row for row in page.one("use-table").all("tr") if row.attributes.get("class") == "total"]
    every = sum(block.grid_mw for site in study.portfolio.sites for block in site.blocks)
    for row in totals:
        np.testing.assert_allclose([value(cell) for cell in row.children[1:]], every)


def test_every_block_has_its_decision_with_dates_at_p50_and_p80(page, study):
    body = rows(page.one("decisions"))
    assert [row[0].attributes["data-v"] for row in body] == [f"{row.site}/{row.block}" for row in study.plan.decisions]
    for row, decision in zip(body, study.plan.decisions, strict=True):
        cells = [cell.text for cell in row]
        assert cells[3:6] == [text or "–" for text in (decision.start, decision.ready_p50, decision.ready_p80)]
        assert cells[-1] == decision.why


def test_the_first_page_has_each_figure_beside_its_baseline(page, study):
    tiles = [element for element in page.one("glance").all("div") if element.attributes.get("class") == "tile"]
    assert len(tiles) == 8
    for tile in tiles:
        what, figure, baseline, more = (paragraph.text.strip() for paragraph in tile.all("p"))
        assert what
        assert figure
        assert baseline.split()[-1] not in ("usual", "rate")
        assert more


def test_the_timeline_fills_every_month_of_every_block_once(page, study):
    (link,) = [element for element in page.one("timeline").all("a") if "download" in element.attributes]
    _, *table = csv.reader(io.StringIO(base64.b64decode(link.attributes["href"].split(",")[1]).decode()))
    last = str(study.portfolio.horizon.end)
    for site in study.portfolio.sites:
        for block in site.blocks:
            own = [row for row in table if row[1].lstrip("'") == block.name]
            assert own[0][3] == str(study.portfolio.start)
            assert own[-1][4] == last
            assert all(left[4] == right[3] for left, right in pairwise(own))
    halls = {(row[1].lstrip("'"), row[3]) for row in table if row[2].startswith("AI")}
    for decision in study.plan.decisions:
        if decision.ready_p50 and not decision.ready_p50.startswith("after"):
            assert (decision.block, decision.ready_p50) in halls


# --- the file ---------------------------------------------------------------------------------------------------------------


def test_the_same_study_gives_the_same_page_in_seconds(study, reported):
    began = time.perf_counter()
    again = render(study)
    assert time.perf_counter() - began < 4
    assert again == reported.text


def test_a_report_replaces_an_older_one_and_leaves_nothing_beside_it(study, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("old")
    assert report(study, str(path)) == path
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_a_place_that_cannot_be_written_is_named(study, tmp_path):
    with pytest.raises(InputError) as caught:
        report(study, tmp_path / "absent" / "report.html")
    (problem,) = caught.value.problems
    assert problem.code == "R508"
    assert str(tmp_path / "absent" / "report.html") in str(caught.value)
