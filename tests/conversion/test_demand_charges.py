"""Demand charges of a year: the bill of any import, computed hour by hour from the tariff's words, against cells and weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repower.conversion.demand_charges import ChargedHours, charge_names, charged_hours
from repower.conversion.year_hours import year_hours
from repower.horizon import Month
from repower.portfolio import DemandCharge

RANDOM = np.random.default_rng(5)
PRICE = RANDOM.normal(40, 20, 8760)
IMPORT = RANDOM.uniform(0, 100, 8760)
AHEAD = -6


def hours(first: str = "2027-01"):
    return year_hours(Month.parse(first), AHEAD)


def billed(charged: ChargedHours, import_mw: np.ndarray) -> np.ndarray:
    """USD of each charge by the kernel's own definition: dearest weighted peak of its cells."""
    peaks = charged.peaks
    peak = np.array([import_mw[peaks.cell == cell].max(initial=0.0) for cell in range(peaks.weight.shape[1])])
    return peaks.usd_per_mw * (peaks.weight * peak).max(axis=1)


def highest(import_mw: np.ndarray, charge: DemandCharge, month: int, first: str = "2027-01") -> float:
    """The month's highest import in the charge's window, from time stamps alone."""
    stamps = hours(first).hours
    months = stamps.astype("datetime64[M]").astype(int) % 12 + 1
    local = (stamps - stamps.astype("datetime64[D]")).astype(int) + AHEAD
    found = [
        mw
        for mw, in_month, hour in zip(import_mw.tolist(), months.tolist(), (local % 24).tolist(), strict=True)
        if in_month == month
        and (
            charge.from_hour <= hour < charge.until_hour
            if charge.from_hour < charge.until_hour
            else hour >= charge.from_hour or hour < charge.until_hour
        )
    ]
    return max(found)


def test_a_monthly_peak_is_billed_on_each_of_its_months():
    charge = DemandCharge(kind="monthly_peak", usd_per_kw_month=7, months=(6, 7, 12))
    charged = charged_hours([charge], hours(), PRICE)
    assert charged.charges == ("monthly peak 2027-06", "monthly peak 2027-07", "monthly peak 2027-12")
    assert charged.cells == ("2027-06", "2027-07", "2027-12")
    np.testing.assert_allclose(billed(charged, IMPORT), [7000 * highest(IMPORT, charge, month) for month in (6, 7, 12)])
    assert (charged.peaks.cell == -1).sum() == 8760 - 24 * (30 + 31 + 31)


@pytest.mark.parametrize(("start", "end"), [(14, 20), (22, 6), (0, 24), (18, 24)])
def test_only_hours_of_the_window_count(start, end):
    charge = DemandCharge(kind="monthly_peak", usd_per_kw_month=7, from_hour=start, until_hour=end)
    charged = charged_hours([charge], hours(), PRICE)
    np.testing.assert_allclose(billed(charged, IMPORT), [7000 * highest(IMPORT, charge, month) for month in range(1, 13)])


def test_a_ratchet_is_the_highest_of_the_month_and_a_share_of_the_others():
    charge = DemandCharge(kind="monthly_peak", usd_per_kw_month=7, months=(5, 6, 7), ratchet_share=0.8)
    charged = charged_hours([charge], hours(), PRICE)
    import_mw = IMPORT * np.where(hours().calendar_month == 6, 1.0, 0.5)
    peaks = [highest(import_mw, charge, month) for month in (5, 6, 7)]
    np.testing.assert_allclose(billed(charged, import_mw), [7000 * 0.8 * peaks[1], 7000 * peaks[1], 7000 * 0.8 * peaks[1]])


def test_an_annual_peak_is_billed_in_twelve_months_on_the_highest_of_all():
    charge = DemandCharge(kind="annual_peak", usd_per_kw_month=2, from_hour=8, until_hour=9)
    charged = charged_hours([charge], hours(), PRICE)
    assert charged.charges == ("annual peak",)
    np.testing.assert_allclose(
        billed(charged, IMPORT), [12 * 2000 * max(highest(IMPORT, charge, month) for month in range(1, 13))]
    )


def test_stacked_charges_share_cells_and_each_is_billed_as_if_alone():
    charges = [
        DemandCharge(kind="monthly_peak", usd_per_kw_month=7),
        DemandCharge(name="on-peak", kind="monthly_peak", usd_per_kw_month=3, months=(6, 7), from_hour=14, until_hour=20),
        DemandCharge(kind="annual_peak", usd_per_kw_month=1, months=(1, 7), from_hour=18, until_hour=22),
    ]
    together = charged_hours(charges, hours(), PRICE)
    alone = np.concatenate([billed(charged_hours([charge], hours(), PRICE), IMPORT) for charge in charges])
    np.testing.assert_allclose(billed(together, IMPORT), alone)
    assert len(together.cells) == len(set(together.cells))
    # January 2 cells, June 2, July: neither, on-peak alone, both, annual alone; nine months of one
    assert len(together.cells) == 2 + 2 + 4 + 9
    assert "2027-07 monthly peak and on-peak and annual peak" in together.cells


def test_a_year_that_begins_in_april_bills_its_own_months():
    charge = DemandCharge(kind="monthly_peak", usd_per_kw_month=7, months=(3, 4))
    charged = charged_hours([charge], hours("2027-04"), PRICE)
    assert charged.charges == ("monthly peak 2027-04", "monthly peak 2028-03")
    np.testing.assert_allclose(billed(charged, IMPORT), [7000 * highest(IMPORT, charge, month, "2027-04") for month in (4, 3)])


def test_a_coincident_peak_costs_twelve_months_of_the_mean_of_its_hours():
    charge = DemandCharge(kind="coincident_peak", usd_per_kw_month=5.5, months=(6, 7, 8, 9))
    charged = charged_hours([charge], hours(), PRICE)
    assert charged.peaks is None
    assert (charged.cells, charged.charges) == ((), ())
    found = charged.coincident["coincident peak"]
    month = hours().calendar_month
    assert month[found].tolist() == [6, 7, 8, 9]
    assert all(PRICE[hour] == PRICE[month == month[hour]].max() for hour in found)
    assert charged.estimated == ("coincident peak",)
    assert charged.coincident_usd_per_mw @ IMPORT == pytest.approx(12 * 5500 * IMPORT[found].mean())
    assert np.flatnonzero(charged.coincident_usd_per_mw).tolist() == found.tolist()


def test_coincident_hours_that_are_given_are_taken():
    charge = DemandCharge(kind="coincident_peak", usd_per_kw_month=5, months=(6, 7), peak_hours=("07-21T21", "06-20T22"))
    charged = charged_hours([charge], hours(), PRICE)
    found = charged.coincident["coincident peak"]
    assert [str(hour) for hour in hours().hours[found]] == ["2027-06-20T22", "2027-07-21T21"]
    assert charged.estimated == ()


def test_two_coincident_charges_add_up():
    charges = [
        DemandCharge(kind="coincident_peak", usd_per_kw_month=5, months=(7,), intervals_per_month=5),
        DemandCharge(kind="coincident_peak", usd_per_kw_month=2, months=(7,), intervals_per_month=1),
    ]
    charged = charged_hours(charges, hours(), PRICE)
    assert tuple(charged.coincident) == charge_names(charges) == ("coincident peak 1", "coincident peak 2")
    assert charged.coincident_usd_per_mw.max() == pytest.approx(12_000 * (5 / 5 + 2))
    assert charged.coincident_usd_per_mw.sum() == pytest.approx(12_000 * (5 + 2))


CHARGES = st.builds(
    DemandCharge,
    kind=st.sampled_from(("monthly_peak", "annual_peak")),
    usd_per_kw_month=st.floats(0.5, 20),
    months=st.lists(st.integers(1, 12), unique=True, max_size=4).map(tuple),
    from_hour=st.integers(0, 11),
    until_hour=st.integers(12, 24),
)


@settings(max_examples=15)
@given(st.lists(CHARGES, min_size=1, max_size=4), st.integers(0, 100))
def test_any_stack_is_billed_as_its_charges_alone(charges, seed):
    import_mw = np.random.default_rng(seed).uniform(0, 100, 8760)
    together = charged_hours(charges, hours(), PRICE)
    alone = [billed(charged_hours([charge], hours(), PRICE), import_mw) for charge in charges]
    np.testing.assert_allclose(billed(together, import_mw), np.concatenate(alone))
    assert len(set(together.cells)) == len(together.cells)
    assert len(set(together.charges)) == len(together.charges)
