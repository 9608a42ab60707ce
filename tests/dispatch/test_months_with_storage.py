"""Monthly sums with a battery, export and interruptible load, against the same years hour by hour."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from test_months_of_hours import MODEL_YEARS, hours_of, random_months

from repower.dispatch import Battery, SiteHours, SiteMonths, dispatch_hours, dispatch_months
from repower.errors import InfeasibleError
from repower.horizon import HOURS_IN_MONTH

BATTERY = Battery(20.0, 25.0, 60.0, 0.93, 0.95, 3.0, start_mwh=10.0, least_end_mwh=30.0, end_value_usd_per_mwh=25.0)


def year_of(site: SiteMonths, scenario: int, year: int) -> SiteHours:
    """Twelve months of hours joined, with what couples them."""
    assert site.export_limit_mw is not None
    months = [hours_of(site, scenario, 12 * year + month) for month in range(12)]
    joined = {}
    for field in fields(SiteHours):
        values = [getattr(month, field.name) for month in months]
        by_hour = isinstance(values[0], np.ndarray) and values[0].shape[-1:] == months[0].ai_mw.shape
        joined[field.name] = np.concatenate(values, axis=-1) if by_hour else values[0]
    counts = [HOURS_IN_MONTH[(site.first_calendar_month + month) % 12] for month in range(12)]
    return replace(
        SiteHours(**joined),
        export_limit_mw=np.repeat(site.export_limit_mw[12 * year : 12 * year + 12], counts),
        export_fee_usd_per_mwh=site.export_fee_usd_per_mwh,
        flexible_mw=site.flexible_share * joined["ai_mw"],
        flexible_usd_per_mwh=site.flexible_usd_per_mwh,
        batteries=site.batteries,
    )


@pytest.fixture(scope="module", params=[1.0, 0.25], ids=["many negative prices", "few"])
def site(request) -> SiteMonths:
    rng = np.random.default_rng(11)
    made = random_months(5, 2, 1, 3, 2)
    return replace(
        made,
        price_shape=1 + request.param * (made.price_shape - 1),
        export_limit_mw=rng.uniform(0, 50, 12 * MODEL_YEARS),
        export_fee_usd_per_mwh=1.5,
        flexible_share=0.25,
        flexible_usd_per_mwh=80.0,
        batteries=(BATTERY,),
    )


def test_years_follow_one_another_with_what_is_in_store(site):
    sums = dispatch_months(site)
    for scenario in range(2):
        stored = BATTERY.start_mwh
        for year in range(MODEL_YEARS):
            problem = replace(year_of(site, scenario, year), batteries=(replace(BATTERY, start_mwh=stored),))
            alone = dispatch_hours(problem)
            assert alone.certificate.gap < 1e-7
            here = slice(12 * year, 12 * year + 12)
            totals = {
                "margin_usd": alone.margin_usd.sum(),
                "charge_mwh": alone.charge_mw.sum(),
                "discharge_mwh": alone.discharge_mw.sum(),
                "wear_usd": 3.0 * alone.discharge_mw.sum(),
                "export_mwh": alone.export_mw.sum(),
                "export_usd": ((problem.market_price_usd_per_mwh - 1.5) * alone.export_mw).sum(),
                "flexed_mwh": alone.flexed_mw.sum(),
                "flexed_usd": 80.0 * alone.flexed_mw.sum(),
                "ai_mwh": alone.ai_served_mw.sum(),
                "spot_mwh": alone.spot_mw.sum(),
                "unserved_mwh": alone.unserved_mw.sum(),
            }
            for name, total in totals.items():
                assert getattr(sums, name)[scenario, here].sum() == pytest.approx(total, rel=1e-9, abs=1e-6), name
            stored = float(alone.stored_mwh[0, -1])


def test_threads_and_two_halves_of_a_battery_change_nothing(site):
    whole = dispatch_months(site, threads=1)
    half = replace(BATTERY, charge_mw=10.0, discharge_mw=12.5, energy_mwh=30.0, start_mwh=5.0, least_end_mwh=15.0)
    for one, other in zip(whole, dispatch_months(replace(site, batteries=(half, half)), threads=3), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_must_be_left_and_cannot_be_there_is_an_error(site):
    dark = replace(site, import_limit_mw=np.zeros_like(site.import_limit_mw), generator_mw=np.zeros_like(site.generator_mw))
    with pytest.raises(InfeasibleError, match=r"battery-end.*30 MWh must be left in store at the end of every year"):
        dispatch_months(dark)


def test_batteries_of_two_kinds_are_refused(site):
    with pytest.raises(ValueError, match=r"batteries\[1\] is not batteries\[0\] at another size"):
        dispatch_months(replace(site, batteries=(BATTERY, replace(BATTERY, usd_per_mwh_discharged=9.0))))
