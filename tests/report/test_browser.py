"""The page in a real browser: it asks nothing of anybody, has no errors, fits wide and narrow windows, and sorts."""

from __future__ import annotations

import pytest


@pytest.fixture
def opened(watched, reported, request):
    """The page in a window of the asked width, with what it requested and complained about."""
    page = watched(reported.path, getattr(request, "param", 1280))
    page.on("dialog", lambda dialog: (page.complaints.append(dialog.message), dialog.dismiss()))
    return page


@pytest.mark.parametrize("opened", [1280, 390], indirect=True)
def test_it_asks_for_itself_only_and_has_no_errors(opened, reported):
    opened.mouse.wheel(0, 20_000)
    opened.wait_for_load_state("networkidle")
    assert opened.requests == [reported.path.as_uri()]
    assert opened.complaints == []


@pytest.mark.parametrize("opened", [1280, 390], indirect=True)
def test_headings_show_and_nothing_runs_out_of_the_window(opened):
    headings = opened.locator("h1, h2")
    assert headings.count() == 14
    assert all(headings.nth(number).is_visible() for number in range(headings.count()))
    assert opened.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    wide = (
        "[...document.querySelectorAll('main > *, section > *')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert opened.evaluate(wide) == 0


def test_a_heading_sorts_its_table_and_gives_the_order_back(opened):
    column = "[...document.querySelectorAll('#site-table tbody tr:not(.total):not(.sum)')].map(row => row.cells[1].dataset.v)"
    written = opened.evaluate(column)
    button = opened.locator("#site-table thead th:nth-child(2) button")
    button.click()
    assert opened.evaluate(column) == sorted(written, key=float, reverse=True)
    button.click()
    assert opened.evaluate(column) == sorted(written, key=float)
    button.click()
    assert opened.evaluate(column) == written


def test_totals_stay_below_and_group_headings_leave_when_sorted(opened):
    opened.locator("#site-table thead th:nth-child(3) button").click()
    assert "portfolio" in opened.locator("#site-table tbody tr:last-child").inner_text()
    groups = opened.locator("#decisions tr.group")
    assert groups.count() == 2
    head = opened.locator("#decisions thead th:nth-child(2) button")
    head.click()
    assert groups.count() == 0
    assert opened.locator("#decisions small.site").first.is_visible()
    head.click()
    head.click()
    assert groups.count() == 2


def test_a_number_leads_to_its_source_in_the_folded_assumptions(opened):
    source = opened.locator("tr[id='a-capital.discount_rate']")
    assert not source.is_visible()
    opened.locator("a[href='#a-capital.discount_rate']").first.click()
    source.wait_for(state="visible")
    assert "0.11" in source.inner_text()
