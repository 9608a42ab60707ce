"""Rent and cloud income, month by month by hand and against a plain loop that reads like the contract."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.finance.revenue import GpuMarket, cloud_income, lease_income
from repower.portfolio.catalogue import Gpu
from repower.portfolio.customers import Cloud, Lease


def a_lease(**changes):
    facts = {
        "name": "offer", "customer": "tenant", "critical_mw": 100, "from": "2027-01", "until": "2030-12", "term_months": 24,
        "usd_per_kw_month": 100.0, "escalator_rate": 0.1, "relet_share": 0.5, "relet_months": 3, "data_may_live_in": ("US",),
    }  # fmt: skip
    return Lease(**(facts | changes))


def a_gpu(**changes):
    facts = {
        "name": "g",
        "critical_kw": 2.0,
        "usd_per_gpu": 50_000,
        "usd_per_gpu_hour": 3.0,
        "ageing_rate": 0.2,
        "life_months": 12,
    }
    return Gpu(**(facts | changes))


CLOUD = Cloud(name="own", gpu="g", utilisation_share=0.5, utilisation_response=0.2, critical_mw=10, data_may_live_in=("US",))


def smooth(factor, **changes):
    """A normal market whose generations come as smoothly as time."""
    factor = np.asarray(factor, dtype=float)
    steady = {
        "regime": np.zeros(factor.shape, dtype=int),
        "progress_years": np.zeros(factor.shape) + np.arange(factor.shape[1]) / 12,
    }
    return GpuMarket(factor, **(steady | changes))


def test_rent_term_and_second_tenant_by_hand():
    income = lease_income(a_lease(), 2.0, [4], [99], 40)
    rent = income.rent_usd[0]
    assert rent[:4].tolist() == [0] * 4
    assert rent[4:16] == pytest.approx([200_000.0] * 12)  # 2,000 kW at 100 USD
    assert rent[16:28] == pytest.approx([220_000.0] * 12)
    assert rent[28:31].tolist() == [0] * 3  # the term of 24 months is over, three empty
    assert rent[31:40] == pytest.approx([121_000.0] * 9)  # half of 242,000
    assert income.contracted[0].nonzero()[0].tolist() == list(range(4, 28))
    assert income.occupied[0].nonzero()[0].tolist() == [*range(4, 28), *range(31, 40)]


def test_default_before_and_after_the_handover():
    income = lease_income(a_lease(), 1.0, [4, 4, 60], [10, 2, 1], 20)
    assert income.contracted.sum(axis=1).tolist() == [6, 0, 0]
    assert income.rent_usd[0, 10:13].tolist() == [0, 0, 0]
    assert income.rent_usd[0, 13:16] == pytest.approx([50_000.0] * 3)
    assert income.rent_usd[0, 16] == pytest.approx(55_000.0)  # the rent that would then be due, halved
    assert income.rent_usd[1, 4:8] == pytest.approx([0, 0, 0, 50_000.0])
    assert not income.rent_usd[2].any()  # never ready


def test_nobody_comes_after():
    income = lease_income(a_lease(relet_share=0.0), 1.0, [0], [5], 20)
    assert income.occupied[0].tolist() == [True] * 5 + [False] * 15


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 30), st.integers(0, 15), st.floats(0, 1.2), st.floats(-0.05, 0.2))
def test_rent_against_the_contract_read_aloud(ready, default, term, empty, share, escalator):
    months = 36
    lease = a_lease(term_months=term, relet_months=empty, relet_share=share, escalator_rate=escalator)
    income = lease_income(lease, 3.0, [ready], [default], months)
    tenant, vacant_for = "first", 0
    for month in range(months):
        rent = 0.0
        if month >= ready:
            if tenant == "first" and (month - ready >= term or month >= default):
                tenant = "none"
            if tenant == "none" and vacant_for >= empty:
                tenant = "second"
            due = 3000 * 100.0
            for _ in range((month - ready) // 12):
                due *= 1 + escalator
            rent = {"first": due, "none": 0.0, "second": share * due}[tenant]
            vacant_for += tenant == "none"
        assert income.rent_usd[0, month] == pytest.approx(rent, rel=1e-12)
        assert income.contracted[0, month] == (month >= ready and tenant == "first")
        assert income.occupied[0, month] == (rent > 0)


def test_cloud_by_hand():
    factor = np.ones((1, 30))
    factor[0, 5] = 2.0
    income = cloud_income(CLOUD, a_gpu(), 1.0, [3], smooth(factor), 30, first_calendar_month=0)
    assert income.gpus == 500
    full = 500 * 3.0 * 0.5
    assert income.revenue_usd[0, :3].tolist() == [0, 0, 0]
    assert income.revenue_usd[0, 3] == pytest.approx(full * 720)  # April
    assert income.revenue_usd[0, 5] == pytest.approx(2 * full * 720 * 0.8 ** (2 / 12))  # June, two months old
    assert income.revenue_usd[0, 13] == pytest.approx(full * 672 * 0.8 ** (10 / 12))  # February
    assert income.revenue_usd[0, 15] == pytest.approx(full * 720)  # new machines
    paid = income.gpu_capex_usd[0]
    assert paid.nonzero()[0].tolist() == [2, 14, 26]
    assert paid[[2, 14, 26]] == pytest.approx([-25e6] * 3)


def test_cloud_from_the_first_month_and_never():
    income = cloud_income(CLOUD, a_gpu(), 1.0, [0, 24, 12], smooth(np.ones((3, 24))), 24, first_calendar_month=3)
    assert income.gpu_capex_usd[0].nonzero()[0].tolist() == [0, 11]
    assert not income.gpu_capex_usd[1].any()
    assert not income.revenue_usd[1].any()
    assert income.gpu_capex_usd[2].nonzero()[0].tolist() == [11]  # the next would serve after the study


def test_cloud_that_is_there_already():
    income = cloud_income(CLOUD, a_gpu(), 1.0, [0], smooth(np.ones((1, 24))), 24, first_calendar_month=0, age_months=9)
    assert income.gpu_capex_usd[0].nonzero()[0].tolist() == [2, 14]
    full = 500 * 3.0 * 0.5
    assert income.revenue_usd[0, :4] == pytest.approx(
        [full * 744 * 0.8 ** (9 / 12), full * 672 * 0.8 ** (10 / 12), full * 744 * 0.8 ** (11 / 12), full * 720]
    )
    new = cloud_income(CLOUD, a_gpu(), 1.0, [0], smooth(np.ones((1, 24))), 24, first_calendar_month=0, age_months=0)
    assert new.gpu_capex_usd[0].nonzero()[0].tolist() == [11]
    old = cloud_income(CLOUD, a_gpu(), 1.0, [0], smooth(np.ones((1, 24))), 24, first_calendar_month=0, age_months=70)
    assert old.gpu_capex_usd[0].nonzero()[0].tolist() == [0, 11]


def test_regimes_change_what_is_sold_and_generations_age_by_steps():
    """Two generations of a year and a half each, in months 4 and 20; the machines of month 3 live 12 months, then 12 again."""
    regime = np.array([[0, 1, 1, 0, -1, 1, *[0] * 24]])
    progress = np.where(np.arange(30) < 4, 0.0, np.where(np.arange(30) < 20, 1.5, 3.0))[None]
    market = smooth(np.ones((1, 30)), regime=regime, progress_years=progress)
    income = cloud_income(CLOUD, a_gpu(), 1.0, [3], market, 30, first_calendar_month=0)
    full = 500 * 3.0
    assert income.sold_share[0, :7] == pytest.approx([0, 0, 0, 0.5, 0.3, 0.7, 0.5])
    assert income.revenue_usd[0, 3] == pytest.approx(full * 720 * 0.5)
    assert income.revenue_usd[0, 4] == pytest.approx(full * 744 * 0.3 * 0.8**1.5)
    assert income.revenue_usd[0, 5] == pytest.approx(full * 720 * 0.7 * 0.8**1.5)
    assert income.revenue_usd[0, 15] == pytest.approx(full * 720 * 0.5)  # new machines, of the generation that is there
    assert income.revenue_usd[0, 19] == pytest.approx(full * 744 * 0.5)
    assert income.revenue_usd[0, 20] == pytest.approx(full * 720 * 0.5 * 0.8**1.5)
    there = cloud_income(CLOUD, a_gpu(), 1.0, [0], market, 30, first_calendar_month=0, age_months=9)
    assert there.revenue_usd[0, 0] == pytest.approx(full * 744 * 0.5 * 0.8**0.75)  # before the study time ages smoothly


@pytest.mark.parametrize(("share", "response", "expected"), [(0.95, 0.1, [0.85, 0.95, 1.0]), (0.1, 0.1, [0.0, 0.1, 0.2])])
def test_never_more_sold_than_there_is(share, response, expected):
    cloud = CLOUD.model_copy(update={"utilisation_share": share, "utilisation_response": response})
    market = smooth(np.ones((1, 3)), regime=np.array([[-1, 0, 1]]))
    sold = cloud_income(cloud, a_gpu(), 1.0, [0], market, 3, first_calendar_month=0).sold_share
    assert sold[0] == pytest.approx(expected)


def test_refusals():
    with pytest.raises(ValueError, match="whole months"):
        lease_income(a_lease(), 1.0, [1.5], [9], 20)
    with pytest.raises(ValueError, match="start, 0"):
        lease_income(a_lease(), 1.0, [-1], [9], 20)
    with pytest.raises(ValueError, match="2 scenarios"):
        lease_income(a_lease(), 1.0, [1, 2], [9], 20)
    with pytest.raises(ValueError, match="critical IT"):
        lease_income(a_lease(), float("nan"), [1], [9], 20)
    with pytest.raises(ValueError, match="rent_factor"):
        cloud_income(CLOUD, a_gpu(), 1.0, [0], smooth(np.full((1, 24), np.nan)), 24, first_calendar_month=0)
    with pytest.raises(ValueError, match=r"\[S, M\] = \(2, 24\)"):
        cloud_income(CLOUD, a_gpu(), 1.0, [0, 0], smooth(np.ones((1, 24))), 24, first_calendar_month=0)
    with pytest.raises(ValueError, match="regime is"):
        smooth(np.ones((1, 24)), regime=np.zeros((1, 23)))
    with pytest.raises(ValueError, match="age of -1"):
        cloud_income(CLOUD, a_gpu(), 1.0, [0], smooth(np.ones((1, 24))), 24, first_calendar_month=0, age_months=-1)
