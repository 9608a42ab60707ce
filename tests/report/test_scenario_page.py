"""The page of scenarios: closed in itself, every table with units, and its numbers those of the scenarios it was drawn from."""

from __future__ import annotations

import base64
import csv
import io

import numpy as np
import pytest
from html_tree import read, rows

from repower.portfolio.reading import load
from repower.report.scenario_drivers import decimals, figure_of, told_years
from repower.report.scenario_outlook import UnknownStressError, outlook
from repower.report.scenario_page import MODULES, scenario_page
from repower.report.scenario_stresses import price_by_year
from repower.scenarios.connection_dates import NEVER
from repower.scenarios.sampling import sample
from small_portfolio import SMALL_YAML, write_small
from small_series import small_series

SECTIONS = ["glance", "bitcoin", "power", "accelerators", "money", "dates", "together", "drifts", "stress", "shapes", "sure"]
SECTIONS += ["assumptions", "limits"]
LOADS = {"src", "href", "xlink:href", "srcset", "data", "poster", "action", "background"}
NAME = '<b>"small"</b> & <script>alert(1)</script>'
#: A zone in crowns, a name that is hostile, a queue, and land that waits for permits.
CHANGES = {
    "name: small": f"name: '{NAME}'",
    "{name: fjord, series: prices.csv}": "{name: fjord, series: prices.csv, currency: NOK}",
    "markets:\n": "markets:\n  money: {currencies: [{name: NOK, usd_per_unit: 0.1}]}\n  gas: {volatility_rate: 0.3}\n",
    "status: contracted}": "status: in_queue, greenfield: {substation_months: 12}}",
}
SCENARIOS, SEED = 60, 5


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory):
    text = SMALL_YAML
    for old, new in CHANGES.items():
        assert old in text
        text = text.replace(old, new)
    folder = write_small(tmp_path_factory.mktemp("small"), text)
    small_series(folder)
    return load(folder)


@pytest.fixture(scope="module")
def told(portfolio):
    return outlook(portfolio, SCENARIOS, SEED)


@pytest.fixture(scope="module")
def path(told, tmp_path_factory):
    return scenario_page(told, tmp_path_factory.mktemp("page") / "scenarios.html")


@pytest.fixture(scope="module")
def page(path):
    return read(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def drawn(portfolio):
    """The same scenarios, drawn apart from the page."""
    return sample(portfolio, SCENARIOS, SEED)


def value(cell) -> float:
    return float(cell.attributes["data-v"])


def data(figure) -> list[list[str]]:
    (link,) = [element for element in figure.all("a") if "download" in element.attributes]
    return list(csv.reader(io.StringIO(base64.b64decode(link.attributes["href"].split(",")[1]).decode())))


# --- whole and closed in itself ---------------------------------------------------------------------------------------------


def test_sections_and_links_have_their_places(page):
    sections = [element for element in page.all("section") if "id" in element.attributes]
    assert [section.attributes["id"] for section in sections] == SECTIONS
    places = [element.attributes["id"] for element in page.all() if "id" in element.attributes]
    assert len(places) == len(set(places))
    links = {element.attributes["href"][1:] for element in page.all("a") if element.attributes.get("href", "").startswith("#")}
    assert links <= set(places)


def test_nothing_is_asked_of_any_machine_and_names_are_text(page):
    for element in page.all():
        for name, address in element.attributes.items():
            if name in LOADS:
                assert address.startswith(("#", "data:")), (element.tag, name, address)
            assert not name.startswith("on")
    assert len(page.all("script")) == 1
    assert {element.tag for element in page.all()}.isdisjoint({"iframe", "object", "embed", "form", "base", "img"})
    assert not [element for element in page.all("b") if element.text == '"small"']
    assert NAME in page.all("h1")[0].text


def test_every_column_of_numbers_has_a_unit(page):
    found = page.all("table")
    assert len(found) > 12
    for table in found:
        for head in table.all("thead")[0].all("th"):
            if head.attributes.get("class") == "n" and not table.attributes["id"].startswith("a-"):
                (unit,) = [part for part in head.all("span") if part.attributes.get("class") == "unit"]
                assert unit.text.strip(), (table.attributes["id"], head.text)


def test_every_chart_has_title_with_unit_words_and_data(page, told):
    charts = [figure for figure in page.all("figure") if figure.attributes["id"].startswith("fan-")]
    # progress of generations has a table alone, and the regimes a picture alone
    assert len(charts) == len(told.drivers)
    for chart in charts:
        (picture,) = [element for element in chart.all("div") if element.attributes.get("role") == "img"]
        assert picture.all("svg")
        assert "," in chart.all("h3")[0].text
        table = data(chart)
        assert len(table) == 1 + (108 if "Inflation" in chart.all("h3")[0].text else 120)
        assert all(len(row) == len(table[0]) for row in table)
        assert all(row[1] for row in table)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_browser_asks_for_the_page_only_and_has_no_complaints(watched, path, width):
    opened = watched(path, width)
    opened.mouse.wheel(0, 20_000)
    opened.wait_for_load_state("networkidle")
    assert opened.requests == [path.as_uri()]
    assert opened.complaints == []
    assert opened.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    # pictures stand side by side on a desk and one below the other on a phone, none wider than the window
    lefts = opened.evaluate("[...document.querySelectorAll('#power .fans figure')].map(f => f.getBoundingClientRect().left)")
    assert len(set(lefts)) == (2 if width > 980 else 1)
    assert opened.evaluate(
        "[...document.querySelectorAll('.fans svg')].every(s => s.getBoundingClientRect().right <= innerWidth)"
    )


# --- says what the scenarios say --------------------------------------------------------------------------------------------


def group_rows(table) -> dict[str, list]:
    """Rows of a table of drivers by the heading above them."""
    found, name = {}, ""
    for row in table.all("tbody")[0].all("tr"):
        if row.attributes.get("class") == "group":
            name = row.text
            found[name] = []
        else:
            found[name].append(row.children)
    return found


@pytest.mark.parametrize(
    ("table", "title", "variable"),
    [
        ("bitcoin-years", "Hashprice, USD/PH/day", "hashprice_usd_per_ph_day"),
        ("bitcoin-years", "Fees, of the subsidy, %", "fee_share"),
        ("accelerators-years", "Accelerator rent, start = 1", "gpu_rent_factor"),
        ("money-years", "Base rate, % a year", "base_rate"),
    ],
)
def test_driver_tables_are_the_percentiles_of_year_means(page, drawn, table, title, variable):
    means = drawn[variable].to_numpy().reshape(SCENARIOS, 10, 12).mean(axis=2)
    expected = [*np.quantile(means, (0.1, 0.5, 0.9), axis=0), means.mean(axis=0)]
    shown = group_rows(page.one(table))[title]
    assert [row[0].text for row in shown] == ["P10", "P50", "P90", "mean"]
    for row, of in zip(shown, expected, strict=True):
        np.testing.assert_allclose([value(cell) for cell in row[1:]], of[told_years(10)], rtol=1e-12)


def test_a_chart_holds_the_months_and_single_scenarios(page, drawn):
    (chart,) = [figure for figure in page.all("figure") if figure.all("h3")[0].text == "Power, fjord, USD/MWh"]
    head, *months = data(chart)
    level = drawn["power_level_usd_per_mwh"].sel(zone="fjord").to_numpy()
    assert head == ["month", "unit", "p10", "p25", "p50", "p75", "p90", "mean", "scenario 0", "scenario 1", "scenario 2"]
    assert [row[0] for row in months] == drawn["month"].to_numpy().tolist()
    bands = np.quantile(level, (0.1, 0.25, 0.5, 0.75, 0.9), axis=0)
    expected = np.vstack([bands, level.mean(axis=0), level[:3]]).T
    np.testing.assert_allclose(np.array([row[2:] for row in months], dtype=float), expected, rtol=1e-5)


def test_words_in_pictures_keep_all_their_digits(page):
    """Coordinates are cut to two decimals, labels of an axis are not: 0.15 of a currency stays 0.15, 0.125 stays 0.125."""
    chart = next(figure for figure in page.all("figure") if "USD/NOK" in figure.all("h3")[0].text)
    labels = [float(text.text) for text in chart.all("text") if text.text.replace(".", "").isdigit() and "." in text.text]
    steps = np.diff(sorted(labels))
    assert len(labels) >= 3
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


def test_dates_of_the_waiting_step(page, drawn):
    (row,) = rows(page.one("waiting"))
    queue, permits, building = (
        drawn[name].sel(block="rockdale/land").to_numpy() for name in ("queue_months", "permit_months", "substation_months")
    )
    months = np.maximum(18, np.maximum(queue, permits) + building)
    comes = months[months < NEVER]
    assert 0 < len(comes) < SCENARIOS
    p50 = int(np.sort(comes)[int(np.ceil(0.5 * len(comes))) - 1])
    assert value(row[6]) == p50
    assert row[6].text == str(np.datetime64("2027-01") + p50)
    assert value(row[8]) == pytest.approx(1 - len(comes) / SCENARIOS)
    assert value(row[9]) == pytest.approx(np.mean((months >= 120) & (months < NEVER)))
    grid = np.mean((queue >= permits)[months < NEVER] & (comes > 18))
    assert f"grid {round(100 * grid)}\u00a0%" in row[10].text
    assert value(row[11]) == pytest.approx(building[months < NEVER].mean())


def test_correlations_are_those_of_the_shocks_and_the_paths(page, drawn):
    table = {(row[0].text, row[1].text): row for row in rows(page.one("correlations"))}
    assert value(table["bitcoin", "gpu"][2]) == 0.3
    price, rent = (np.diff(np.log(drawn[name].to_numpy()), axis=1) for name in ("btc_price_usd", "gpu_rent_factor"))
    each = [np.corrcoef(one[:-1], other[:-1])[0, 1] for one, other in zip(price, rent, strict=True)]
    assert value(table["bitcoin", "gpu"][5]) == pytest.approx(np.mean(each), rel=1e-9)
    assert value(table["bitcoin", "gpu"][6]) == pytest.approx(np.std(each, ddof=1) / np.sqrt(SCENARIOS), rel=1e-9)
    for row in table.values():
        if row[3].text != "–":
            assert abs(value(row[3]) - value(row[2])) < 5 * value(row[4])


def test_stresses_move_what_they_say_and_nothing_else(page, drawn, told):
    table = {row[0].text: row for row in rows(page.one("stresses"))}
    plain = value(table["none"][2])
    assert plain == pytest.approx(float(drawn["hashprice_usd_per_ph_day"].mean()), rel=1e-9)
    doubled = drawn["power_level_usd_per_mwh"].to_numpy().copy()
    change = next(item for item in told.stresses if item.name == "power doubles").stress.changes[0]
    first, last = (told.portfolio.horizon.offset(month) for month in (change.from_, change.until))
    doubled[:, :, first : last + 1] *= 2
    hours = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    # every shape year of these series has the same day over and over, so that the mean of a month's shape is 1
    mean = (doubled.reshape(SCENARIOS, 2, 10, 12) * hours / 365).sum(axis=3).mean()
    assert value(table["power doubles"][3]) == pytest.approx(mean, rel=1e-6)
    assert value(table["power doubles"][2]) == pytest.approx(plain)
    assert value(table["two-year delay"][7]) > 0
    assert [value(table["rates three points up"][6]) - value(table["none"][6])] == pytest.approx([0.03 * 108 / 120])


def test_the_price_of_a_year_is_that_of_its_hours(portfolio, told):
    """Against the hours themselves, one by one, of one scenario."""
    one = told.drawn.isel(scenario=slice(3, 4))
    shaped = np.random.default_rng(1).uniform(0.5, 1.5, told.shapes.price_shape.shape)
    shapes = type(told.shapes)(**{**vars(told.shapes), "price_shape": shaped})
    month_of_hour = np.repeat(np.arange(12), 24 * np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]))
    level, year = one["power_level_usd_per_mwh"].to_numpy()[0], one["shape_year"].to_numpy()[0]
    expected = [[(level[zone, 12 * at + month_of_hour] * shaped[zone, year[at]]).mean() for at in range(10)] for zone in range(2)]
    np.testing.assert_allclose(price_by_year(portfolio, one, shapes), expected, rtol=1e-12)


def test_cases_order_what_they_are_named_for(page):
    table = {row[0].text: [value(cell) for cell in row[3:]] for row in rows(page.one("cases"))}
    low, base, high = (slice(3 * place, 3 * place + 3) for place in range(3))
    for name in ("bitcoin", "hashprice", "rent"):
        assert table[name][low] < table[name][base] < table[name][high]
    assert table["power"][low] > table["power"][base] > table["power"][high]


def test_sources_of_parameters_and_limits_are_there(page):
    text = page.one("assumptions").text
    for words in ("likelihood of eight H100 snapshots", "round numbers", "price_volatility_rate"):
        assert words in text
    listed = page.one("limits").all("h3")
    assert [head.text for head in listed] == list(MODULES.values())


# --- inputs -----------------------------------------------------------------------------------------------------------------


def test_a_stress_that_there_is_not_is_answered_with_the_nearest(portfolio):
    with pytest.raises(UnknownStressError, match="did you mean bitcoin falls by half"):
        outlook(portfolio, 2, 1, stresses=["bitcoin falls by halves"])
    with pytest.raises(UnknownStressError, match="cannot strike this portfolio"):
        outlook(portfolio, 2, 1, stresses=["winter 2021 in Texas"])


@pytest.mark.parametrize("sampling", ["antithetic", "quasi"])
def test_other_sampling_and_few_scenarios_have_a_page_too(portfolio, tmp_path, sampling):
    for scenarios in (1, 3):
        told = outlook(portfolio, scenarios, 1, sampling=sampling, case="low", stresses=["GPU glut"])
        read(scenario_page(told, tmp_path / "page.html").read_text(encoding="utf-8"))
        assert [row.error for row in told.precision if sampling == "quasi"] == [None] * (10 * (sampling == "quasi"))


def test_numbers_have_three_figures_or_so():
    assert [figure_of(number) for number in (84_700.0, 39.53, 1.0, 0.0983, 0.0, -3.25, None)] == [
        "84,700", "39.5", "1.00", "0.0983", "0", "−3.25", "–",
    ]  # fmt: skip
    assert decimals([0.0, 0.00012]) == 4
