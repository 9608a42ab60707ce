"""Announced leases: what they average, what they begin with, what a new one would; against filings and another library."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from repower.markets.lease_rates import CREDITS, DEALS, first_year, new_lease_usd_per_kw_month, rate_line

BY_NAME = {deal.name: deal for deal in DEALS}


def test_first_years_against_what_was_published():
    """River Bend's own first year is 128 USD/kW-month, Hawesville's 147 at 3 % (both derived elsewhere)."""
    bend, hawesville = BY_NAME["Hut 8 River Bend, Fluidstack"], BY_NAME["TeraWulf Hawesville, Anthropic"]
    assert bend.average_usd_per_kw_month == pytest.approx(158.7, abs=0.1)
    assert bend.first_year_usd_per_kw_month == pytest.approx(128, abs=0.5)
    assert hawesville.first_year_usd_per_kw_month == pytest.approx(147, abs=0.5)
    assert first_year(100.0, 12, 0.0) == pytest.approx(100)


@given(st.floats(50, 300), st.integers(1, 25), st.floats(-0.02, 0.1))
def test_the_first_year_that_rises_averages_what_was_announced(average, years, rate):
    rents = first_year(average, years, rate) * (1 + rate) ** np.arange(years)
    assert rents.mean() == pytest.approx(average)


def test_the_line_against_scipy():
    """Without the other columns: date and term taken off, the levels are the means of the two classes."""
    line = rate_line()
    logs = np.log([deal.first_year_usd_per_kw_month for deal in DEALS])
    rated = np.array([deal.credit == "investment_grade" for deal in DEALS])
    term, year = (np.array([getattr(deal, name) for deal in DEALS]) for name in ("term_years", "year"))
    off = logs - line.coefficients[2] * (term - 15) - line.coefficients[3] * (year - 2026)
    assert off[rated].mean() == pytest.approx(line.coefficients[0])
    assert off[~rated].mean() == pytest.approx(line.coefficients[1])
    # the slope by date is that of the residuals of both on the rest (Frisch and Waugh)
    rest = np.stack([rated, ~rated, term - 15], axis=1).astype(float)
    left = [values - rest @ np.linalg.lstsq(rest, values, rcond=None)[0] for values in (logs, year)]
    assert stats.linregress(left[1], left[0]).slope == pytest.approx(line.coefficients[3])
    assert line.spread == pytest.approx(0.067, abs=0.001)
    assert line.coefficients[3] == pytest.approx(0.18, abs=0.005)


def test_a_deal_that_is_left_out_is_foretold_better_than_by_the_mean():
    errors, plain = [], []
    for deal in DEALS:
        others = tuple(other for other in DEALS if other is not deal)
        line = rate_line(others)
        rated = deal.credit == "investment_grade"
        place = np.array([rated, not rated, deal.term_years - 15, deal.year - 2026], dtype=float)
        came = np.log(deal.first_year_usd_per_kw_month)
        errors.append(place @ line.coefficients - came)
        plain.append(np.mean([np.log(other.first_year_usd_per_kw_month) for other in others]) - came)
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(0.083, abs=0.002)
    assert np.sqrt(np.mean(np.square(plain))) == pytest.approx(0.122, abs=0.002)


def test_most_deals_are_inside_their_own_range():
    inside = [
        found.low <= deal.first_year_usd_per_kw_month <= found.high
        for deal in DEALS
        for found in [new_lease_usd_per_kw_month(deal.credit, 12 * deal.term_years, deal.year)]
    ]
    assert sum(inside) >= 15  # of 18; 80 % are 14.4


def test_what_a_new_lease_would_fetch():
    rated = new_lease_usd_per_kw_month("investment_grade", 180, 2026.75)
    cloud = new_lease_usd_per_kw_month("guaranteed", 180, 2026.75)
    assert rated.base == pytest.approx(128, abs=1)
    assert cloud.base / rated.base == pytest.approx(1.23, abs=0.01)
    assert rated.low < rated.base < rated.high
    # after the last deal only the stated growth counts
    late = new_lease_usd_per_kw_month("investment_grade", 180, 2030.73, growth_rate=0.02)
    assert late.base == pytest.approx(new_lease_usd_per_kw_month("investment_grade", 180, 2026.73).base * 1.02**4)
    assert {new_lease_usd_per_kw_month(credit, 180, 2026).base for credit in CREDITS if credit != "investment_grade"} == {
        new_lease_usd_per_kw_month("unrated", 180, 2026).base
    }


def test_the_usual_share_of_a_second_lease_is_between_no_growth_and_inflation():
    """15 years at 3 % on, against what the hall then brings: 0.75 of the rent due lies between still rents and 2.5 % a year."""
    due = 124.8 * 1.03**15
    stay, rise = (new_lease_usd_per_kw_month("investment_grade", 180, 2043, growth).base / due for growth in (0.0, 0.025))
    assert stay < 0.75 < rise


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("rated", 180, 2026), "no class"), (("unrated", 24, 2026), "outside 60 to 300"), (("unrated", 180, 2020), "begin in 2024")],
)
def test_refusals(arguments, words):
    with pytest.raises(ValueError, match=words):
        new_lease_usd_per_kw_month(*arguments)
    with pytest.raises(ValueError, match="tell credit"):
        rate_line(DEALS[:3])
