"""Machines that are ordered to a date: what is paid, what waits, what is sold, month by month and to the cent."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest

from hand_made import DAYS, YAML, Raw, setting
from repower.construction.duration import works_duration
from repower.conversion.choices import Choice
from repower.conversion.machine_orders import date_ordered_to, deliver
from repower.conversion.options import carry_out, first_capital
from repower.conversion.own_cloud import delivery_month
from repower.conversion.price_of_waiting import price_of_waiting

#: Land of 60 MW whose hall is ready in month T at nominal dates; six years, so that a long wait ends in the study.
T = ceil(float(works_duration("parallel", 60, "land").months_at(0.5)))
CLOUD = Choice("ranch", "land", "ai_cloud", "dense", "own", 0)
LATE = [
    6,
    T + 5,
    T + 20,
    72,
    6,
    T + 12,
]  # month of power: in time, late, too late, never, in time with quick works, just not too late
QUANTILE = [0.5, 0.5, 0.5, 0.5, 0.05, 0.5]


def made(order: str = "order_to: nominal, holding_rate: 0.06, longest_wait_months: 12"):
    text = YAML.replace("years: 3", "years: 6").replace("order_to: ready", order)
    powered = np.column_stack([np.zeros((6, 3), dtype=int), LATE])
    return setting(
        count=6, text=text, powered_month=powered, works_quantile=np.array(QUANTILE)[:, None] * np.ones((6, 4)), gpu_regime=0
    )


def smooth(of):
    """Generations as smooth as time, so that ageing is by months."""
    months = of.months
    of.scenarios["gpu_progress_years"] = of.scenarios["gpu_progress_years"].copy(
        data=np.broadcast_to(np.arange(months) / 12.0, (of.count, months))
    )
    return of


def test_every_payment_of_ordered_machines_to_the_cent():
    of = smooth(made())
    operation = carry_out(of, CLOUD)
    raw = Raw(of)
    gpus = of.hall(of.portfolio.sites[0], of.portfolio.sites[0].blocks[3], "dense").critical_it_mw * 1000 / 2
    price = gpus * 50000
    service = [T, T + 5, T + 20, 72, T, T + 12]
    born = [T, T, T + 20, 72, T, T]
    paid, idle, revenue = raw.zeros(), raw.zeros(), raw.zeros()
    for s in range(6):
        paid[s, T - 1] -= price  # all are delivered in T, whatever the hall does
        for month in range(T, min(service[s], T + 12)):
            idle[s, month] = -price * 0.06 / 12
        if service[s] > T + 12:  # sold at the end of the twelfth month of waiting, with 2 of 14 months of life left
            paid[s, T + 11] += price * 2 / 14
            if service[s] < 72:
                paid[s, service[s] - 1] -= price
        entered = born[s]
        for month in range(service[s], 72):
            if month - entered >= 14:
                entered = month if month > service[s] else entered
                paid[s, month - 1] -= price
            rent = 3 * float(raw.data["gpu_rent_factor"][s, month]) * 0.8 ** ((month - entered) / 12)
            revenue[s, month] = gpus * rent * 0.7 * 24 * DAYS[(raw.first + month) % 12]
    assert operation.ready.tolist() == service
    np.testing.assert_allclose(operation.cash.lines["capex_gpus"], paid, rtol=0, atol=0.005)
    np.testing.assert_allclose(operation.cash.lines["idle_machines"], idle, rtol=0, atol=0.005)
    np.testing.assert_allclose(operation.cash.lines["cloud_revenue"], revenue, rtol=1e-12, atol=0.005)
    assert (idle < 0).sum(axis=1).tolist() == [0, 5, 12, 12, 0, 12]
    # What is left at the end: the last machines that are ours, at cost.
    left = operation.cash.lines["capex_machines_left"][:, -1]
    for s in (0, 1, 2, 4, 5):
        last = [month for month in range(72) if paid[s, month] < 0][-1] + 1
        assert left[s] == pytest.approx(price * max(0, 14 - (72 - last)) / 14, abs=0.01)
    assert left[3] == 0
    # The hall runs from when it is ready, machines or not; the cloud only with them.
    assert (operation.cash.lines["hall_opex"][4] < 0).argmax() < T
    assert (operation.cash.lines["cloud_opex"][4] < 0).argmax() == T


def test_who_knows_the_date_never_waits():
    of = smooth(made("order_to: ready"))
    operation = carry_out(of, CLOUD)
    ready = operation.ready.tolist()
    assert ready[:4] == [T, T + 5, T + 20, 72]
    assert ready[4] < T
    assert not operation.cash.lines["idle_machines"].any()
    for s in (0, 1, 2, 4):
        assert (operation.cash.lines["capex_gpus"][s] < 0).argmax() == ready[s] - 1
    assert not operation.cash.lines["capex_gpus"][3].any()


def test_the_price_of_waiting_adds_up_and_is_in_the_value_of_the_choice():
    ordered, known = smooth(made()), smooth(made("order_to: ready"))
    price = price_of_waiting(ordered, CLOUD)
    values = [carry_out(of, CLOUD).npv(of.discount) for of in (ordered, known)]
    np.testing.assert_allclose(sum(price.values()), values[0] - values[1], rtol=1e-9, atol=0.01)
    assert abs(sum(price.values())[0]) < 0.01  # in time: no wait and no price
    # Late by five months, by hand: these machines and their successors are paid five months earlier.
    gpus = ordered.hall(ordered.portfolio.sites[0], ordered.portfolio.sites[0].blocks[3], "dense").critical_it_mw * 500
    factor = [1.1 ** (-(month + 1) / 12) for month in range(72)]
    early, late = (sum(factor[month - 1] for month in range(first, 72, 14)) for first in (T, T + 5))
    assert price["capex_gpus"][1] == pytest.approx(-50000 * gpus * (early - late), rel=1e-9)
    assert price["capex_gpus"][1] < 0
    idle = sum(50000 * gpus * 0.06 / 12 * factor[month] for month in range(T, T + 5))
    assert price["idle_machines"][1] == pytest.approx(-idle, rel=1e-12)
    assert price["cloud_revenue"][1] < 0
    assert sum(price.values())[3] < 0  # never: bought, kept for a year, sold
    with pytest.raises(ValueError, match="orders no machines"):
        price_of_waiting(ordered, Choice("ranch", "land", "ai_lease", "dense", "soon", 0))


def test_a_longer_holding_and_a_longer_wait_cost_more():
    values = [
        carry_out(of, CLOUD).npv(of.discount)
        for of in (smooth(made(f"order_to: nominal, holding_rate: {rate}, longest_wait_months: 12")) for rate in (0, 0.06, 0.2))
    ]
    assert (values[0] >= values[1] - 0.01).all()
    assert (values[1][[1, 2, 3, 5]] > values[2][[1, 2, 3, 5]]).all()
    # Where power never comes the loss grows with the months for which machines are kept.
    never = [
        carry_out(of, CLOUD).npv(of.discount)[3]
        for of in (smooth(made(f"order_to: nominal, longest_wait_months: {months}")) for months in (0, 3, 6, 12, 40))
    ]
    assert never == sorted(never, reverse=True)
    assert len(set(never)) == 5


@pytest.mark.parametrize(("order_to", "month"), [("nominal", 7), ("p50", 9), ("p80", 14), ("ready", None)])
def test_dates_that_are_ordered_to(order_to, month):
    ready = np.array([5, 6, 8, 9, 9, 10, 13, 14, 60, 90])
    assert date_ordered_to(order_to, 7, ready, 48) == month
    # The date by which four in five are ready is not in the study: nobody orders ahead.
    assert date_ordered_to("p80", 7, np.array([5, 60, 90]), 48) is None


@pytest.mark.parametrize("ordered_to", [0, 1, 10, 47, 48, 60])
@pytest.mark.parametrize("longest", [0, 1, 12, 60])
@pytest.mark.parametrize("life", [6, 60])
def test_machines_are_paid_held_and_sold_by_a_plain_loop(ordered_to, longest, life):
    """Every hall from month 0 to after the study of 48 months, one at a time."""
    ready = np.arange(0, 60)
    delivery = deliver(ready, ordered_to, longest, life, 48)
    for s, hall in enumerate(ready.tolist()):
        paid, left, waits = np.zeros(48), np.zeros(48), np.zeros(48, dtype=bool)
        service = max(hall, ordered_to)
        age = service - ordered_to
        if ordered_to < 48:
            paid[max(ordered_to - 1, 0)] -= 1
            for month in range(ordered_to, min(48, service, ordered_to + longest)):
                waits[month] = True
            if service > ordered_to + longest and ordered_to + longest <= 48:
                paid[max(ordered_to + longest - 1, 0)] += max(0.0, 1 - longest / life)
                age = 0
                if service < 48:
                    paid[service - 1] -= 1
                    left[-1] += max(0, life - (48 - service)) / life
            else:
                served = 48 - ordered_to
                left[-1] += max(0, life - served) / life
        else:
            waits[ordered_to:] = False
        assert delivery.service[s] == service
        assert delivery.age_months[s] == age or service >= 48
        np.testing.assert_allclose(delivery.paid[s], paid, atol=1e-12)
        np.testing.assert_allclose(delivery.left[s], left, atol=1e-12)
        np.testing.assert_array_equal(delivery.waits[s], waits)


def test_the_budget_is_asked_when_machines_are_paid():
    of = made("order_to: p80, longest_wait_months: 12")
    site, block = of.portfolio.sites[0], of.portfolio.sites[0].blocks[3]
    assert delivery_month(of, site, block, CLOUD) == T + 20  # the fifth of six halls
    capital = first_capital(of, CLOUD)
    gpus = of.hall(site, block, "dense").critical_it_mw * 500
    assert capital[T + 19] == pytest.approx(gpus * 50000)
    assert first_capital(made(), CLOUD)[T - 1] > gpus * 50000 - 1
    with pytest.raises(ValueError, match="builds no hall"):
        delivery_month(of, site, block, Choice("ranch", "cloud", "ai_cloud", "dense", "own"))


# ---- damages of leased halls ------------------------------------------------------------------------------------------


def test_damages_for_a_late_hall_by_hand():
    """Promised for T at nominal dates (the lease may begin before): five months late, twenty late, never, early."""
    text = YAML.replace("years: 3", "years: 6").replace("name: soon, ", "name: soon, late_usd_per_kw_month: 40, ")
    powered = np.column_stack([np.zeros((6, 3), dtype=int), LATE])
    default = [[72, 72], [72, 72], [72, 72], [72, 72], [72, 72], [72, T + 3]]
    of = setting(
        count=6, text=text, powered_month=powered, lease_default_months=default,
        works_quantile=np.array(QUANTILE)[:, None] * np.ones((6, 4)),
    )  # fmt: skip
    choice = Choice("ranch", "land", "ai_lease", "dense", "soon", 0)
    operation = carry_out(of, choice)
    kw = of.hall(of.portfolio.sites[0], of.portfolio.sites[0].blocks[3], "dense").critical_it_mw * 1000
    expected = np.zeros((6, 72))
    for s, months in enumerate((0, 5, 12, 12, 0, 3)):  # twelve at most; a customer in default is owed nothing
        expected[s, T : T + months] = -40 * kw
    np.testing.assert_allclose(operation.cash.lines["late_damages"], expected, rtol=0, atol=0.005)
    free = carry_out(setting(count=6, text=YAML.replace("years: 3", "years: 6"), powered_month=powered), choice)
    assert not free.cash.lines["late_damages"].any()


def test_machines_of_the_first_month_have_aged_since_then():
    """48 months of study, machines of 60 months: those of month 0 have 12 left, those of month 1 have 13."""
    for month, left in ((0, 12 / 60), (1, 13 / 60), (30, 42 / 60)):
        found = deliver(np.array([month]), None, 12, 60, 48)
        assert found.left.sum() == pytest.approx(left, rel=1e-12)
        assert found.left[0, -1] == found.left.sum()
