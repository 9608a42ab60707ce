"""The page of a site's hours: whole, closed in itself, and its tables add up to what the dispatch earned."""

from __future__ import annotations

import base64
import csv
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from html_tree import read, rows
from made_site import HOURS, made_site

from repower.dispatch import dispatch_hours
from repower.errors import InputError
from repower.report.duration_curve import duration
from repower.report.price_panel import price_encoding
from repower.report.site_dispatch import as_json, site_dispatch
from repower.report.site_hours import render, site_page
from repower.report.week_chart import widest_week

SECTIONS = ["glance", "a-week", "curves", "energy", "peaks", "money", "worth", "proof", "facts"]
CHARTS = ["week", "duration"]
NAME, CONTRACT = '<b>"rock"</b> & <script>alert(1)</script>', "=wind<i>"
LOADS = {"src", "href", "xlink:href", "srcset", "data", "poster", "action", "background"}


@pytest.fixture(scope="module")
def told():
    site = made_site(NAME, CONTRACT)
    return site_dispatch(site, dispatch_hours(site.problem))


@pytest.fixture(scope="module")
def path(told, tmp_path_factory):
    return site_page(told, tmp_path_factory.mktemp("page") / "hours.html")


@pytest.fixture(scope="module")
def page(path):
    return read(path.read_text(encoding="utf-8"))


def value(cell) -> float:
    return float(cell.attributes["data-v"])


def total_rows(table):
    return [row.children for row in table.all("tr") if row.attributes.get("class") == "total"]


# --- whole and closed in itself ---------------------------------------------------------------------------------------------


def test_sections_and_links_have_their_places(page):
    sections = [element for element in page.all("section") if "id" in element.attributes]
    assert [section.attributes["id"] for section in sections] == SECTIONS
    places = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert len(places) == len(set(places))
    links = {element.attributes["href"][1:] for element in page.all("a") if element.attributes.get("href", "").startswith("#")}
    assert links <= set(places)


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_has_heading_picture_words_and_data(page, name):
    figure = page.one(name)
    assert figure.all("h3")[0].text.strip()
    (box,) = [element for element in figure.all("div") if element.attributes.get("role") == "img"]
    assert len(box.attributes["aria-label"]) > 30
    assert box.all("svg")
    table = data(figure)
    assert len(table) > 100
    assert all(len(row) == len(table[0]) for row in table)


def data(figure) -> list[list[str]]:
    (link,) = [element for element in figure.all("a") if "download" in element.attributes]
    return list(csv.reader(io.StringIO(base64.b64decode(link.attributes["href"].split(",")[1]).decode())))


def test_nothing_is_asked_of_any_machine_and_names_are_text(page):
    for element in page.all():
        for name, address in element.attributes.items():
            if name in LOADS:
                assert address.startswith(("#", "data:")), (element.tag, name, address)
            assert not name.startswith("on")
    (policy,) = [
        element.attributes["content"]
        for element in page.all("meta")
        if element.attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'")
    assert len(page.all("script")) == 1
    assert {element.tag for element in page.all()}.isdisjoint({"iframe", "object", "embed", "form", "base", "img"})
    assert not [element for element in page.all("b") if element.text == '"rock"']
    assert NAME in page.all("h1")[0].text
    assert CONTRACT in page.one("energy-table").text


@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_asks_for_the_page_only_and_has_no_complaints(watched, path, width):
    opened = watched(path, width)
    opened.mouse.wheel(0, 20_000)
    opened.wait_for_load_state("networkidle")
    assert opened.requests == [path.as_uri()]
    assert opened.complaints == []
    assert opened.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_file_is_there_whole_or_not_at_all(told, path, tmp_path):
    assert [entry.name for entry in path.parent.iterdir()] == ["hours.html"]
    assert render(told) == path.read_text(encoding="utf-8")
    with pytest.raises(InputError) as caught:
        site_page(told, tmp_path / "absent" / "hours.html")
    assert caught.value.problems[0].code == "R508"
    assert str(tmp_path / "absent" / "hours.html") in str(caught.value)
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(InputError):
        site_page(told, tmp_path / "folder.html")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder.html"]


# --- says what the dispatch says --------------------------------------------------------------------------------------------


def test_money_lines_add_up_to_the_objective_of_each_column(page, told):
    table = page.one("money-table")
    *lines, total = rows(table)
    exact = np.array([[value(cell) for cell in row[1:]] for row in lines])
    np.testing.assert_allclose(exact.sum(axis=0), [value(cell) for cell in total[1:]], rtol=1e-6)
    assert value(total[1]) == pytest.approx(told.result.certificate.objective_usd, rel=1e-9)
    assert [value(cell) for cell in total[2:]] == pytest.approx([other.account.objective_usd for other in told.neighbours])
    seen = np.array([[float(cell.text.replace("−", "-").replace(",", "")) for cell in row[1:]] for row in [*lines, total]])
    assert np.abs(seen[:-1].sum(axis=0) - seen[-1]).max() <= 0.0005 * (len(lines) + 1)


def test_energy_that_comes_is_energy_that_goes(page, told):
    source, use = total_rows(page.one("energy-table"))
    numbers = [[value(cell) for cell in row if "data-v" in cell.attributes][-3:] for row in (source, use)]
    np.testing.assert_allclose(numbers[0], numbers[1], rtol=1e-9)
    mwh = [sum(value(row[1]) for row in group) for group in energy_groups(page)]
    assert mwh == pytest.approx([value(source[1]), value(use[1])])
    shares = [sum(value(row[2]) for row in group) for group in energy_groups(page)]
    assert shares == pytest.approx([1, 1])


def energy_groups(page):
    groups = []
    for row in page.one("energy-table").all("tbody")[0].all("tr"):
        kind = row.attributes.get("class", "")
        if kind == "group":
            groups.append([])
        elif kind != "total":
            groups[-1].append(row.children)
    return groups


def test_months_add_up_to_the_year_and_to_the_charges(page, told):
    *months, year = rows(page.one("months"))
    assert len(months) == 12
    for column in (1, 5, 6, 7, 8):
        assert sum(value(row[column]) for row in months) == pytest.approx(value(year[column]), rel=1e-9, abs=1e-6)
    assert value(year[7]) + value(year[8]) == pytest.approx(told.account.objective_usd, rel=1e-9)
    assert max(value(row[3]) for row in months) == value(year[3])
    (total,) = total_rows(page.one("charge-table"))
    assert value(total[3]) == pytest.approx(value(year[8]))


def test_every_figure_of_the_first_glance_stands_beside_another(page):
    tiles = [element for element in page.one("glance").all("div") if element.attributes.get("class") == "tile"]
    assert len(tiles) == 8
    for tile in tiles:
        what, figure, baseline, more = (paragraph.text.strip() for paragraph in tile.all("p"))
        assert all((what, figure, more))
        assert re.search(r"\d", baseline)


def test_the_proof_and_the_facts_are_there(page, told):
    text = page.one("proof").text
    assert f"{told.result.certificate.objective_usd:,.2f} USD" in text
    assert "exact" in text
    facts = rows(page.one("fact-table"))
    assert [row[0].text for row in facts] == [fact.label for fact in told.site.facts]
    assert facts[1][1].text == "1.183"
    assert CONTRACT in facts[1][2].text


def test_a_site_of_halls_alone_has_a_page_too():
    whole = made_site()
    none = np.zeros((0, HOURS))
    halls = replace(
        whole.problem,
        tier_mw=none,
        tier_value_usd_per_mwh=none,
        ppa_mw=none,
        ppa_price_usd_per_mwh=none,
        ppa_must_take_share=np.zeros(0),
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.zeros(0),
        generator_mw=none,
        generator_cost_usd_per_mwh=none,
        batteries=(),
        peaks=None,
    )
    alone = replace(
        whole,
        problem=halls,
        tiers=(),
        ppas=(),
        generators=(),
        batteries=(),
        cells=(),
        charges=(),
        called=np.zeros(HOURS, dtype=bool),
    )
    told = site_dispatch(alone, dispatch_hours(halls))
    assert told.neighbours == ()
    page = read(render(told))
    assert "no demand charge" in page.one("peaks").text
    assert as_json(told)["baseline"] is None


def test_load_that_is_not_served_is_told_with_its_hours():
    short = made_site(calls_left=0.0)
    told = site_dispatch(short, dispatch_hours(short.problem))
    page = read(render(told))
    hours = as_json(told)["unserved"]["first"]
    assert hours
    for hour in hours:
        assert hour[:16].replace("T", " ") in page.one("energy").text
    assert "not served in" in page.one("energy").text


# --- what the charts show ---------------------------------------------------------------------------------------------------


def test_the_week_is_the_one_with_the_widest_days(told):
    price = told.site.problem.market_price_usd_per_mwh
    first = widest_week(price)
    assert first % 24 == 0
    swing = [np.ptp(price[24 * day : 24 * day + 24]) for day in range(365)]
    by_week = [sum(swing[day : day + 7]) for day in range(359)]
    assert first // 24 == by_week.index(max(by_week))
    assert widest_week(np.zeros(8760)) == 0
    assert widest_week(np.arange(100.0)) == 0


def test_the_week_shows_balanced_hours_of_the_result(page, told):
    head, *body = data(page.one("week"))
    assert len(body) == 168
    first = widest_week(told.site.problem.market_price_usd_per_mwh)
    assert body[0][0] == str(told.site.hours[first].astype("datetime64[m]"))
    numbers = np.array([row[1:] for row in body], dtype=float)
    column = dict(zip(head[1:], numbers.T, strict=True))
    come = [name for name in head if re.search(r"bought|contract|generation|discharged", name) and name.endswith("(MW)")]
    go = [name for name in head if re.search(r"AI halls|mines,|, charged|sold to", name)]
    np.testing.assert_allclose(sum(column[name] for name in come), sum(column[name] for name in go), atol=2e-3)
    np.testing.assert_allclose(column["bought at the market (MW)"], told.result.spot_mw[first : first + 168], atol=1e-3)
    np.testing.assert_allclose(column["stored in battery (MWh)"], told.result.stored_mwh[0][first : first + 168], atol=1e-3)


def test_a_duration_curve_is_sorted_and_keeps_its_ends():
    values = np.random.default_rng(1).normal(size=HOURS)
    share, sorted_down = duration(values)
    assert share[0] == 0
    assert share[-1] == 1
    assert (np.diff(sorted_down) <= 0).all()
    order = np.sort(values)[::-1]
    np.testing.assert_array_equal(sorted_down[:24], order[:24])
    np.testing.assert_array_equal(sorted_down[-24:], order[-24:])
    assert len(share) < 400
    for part, seen in zip(share, sorted_down, strict=True):
        assert (values >= seen).mean() == pytest.approx(part, abs=2e-4)
    assert [list(part) for part in duration(np.array([3.0, 5.0]))] == [[0, 1], [5, 3]]


def test_the_axis_of_prices_bends_for_spikes_only():
    calm = np.linspace(20, 60, HOURS)
    assert "scale" not in price_encoding("usd", calm, calm)
    spiky = np.where(np.arange(HOURS) == 7, 5000.0, calm)
    bent = price_encoding("usd", spiky, spiky)
    assert bent["scale"]["type"] == "symlog"
    assert "bent" in bent["axis"]["title"]
    assert "scale" not in price_encoding("usd", calm[:168], spiky)
