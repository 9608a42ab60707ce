"""What is open to a block, and what each choice takes from the common limits, counted by hand."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest

from hand_made import YAML, portfolio, random_shape, scenarios, setting, shapes
from repower.construction.duration import works_duration
from repower.conversion.choices import choices
from repower.conversion.decide import make_plan, tabulate
from repower.conversion.options import carry_out
from repower.conversion.setting import Setting
from repower.facility.cost import hall_cost
from repower.horizon import Month


def works_months(grid_mw: float, kind: str) -> int:
    """P50 of the works, in whole months as every scenario counts them."""
    return ceil(works_duration("parallel", grid_mw, kind).months_at(0.5))


def test_halls_are_offered_where_they_can_be_handed_over_in_time():
    """Handover: works, power and the lease's first month, whichever is last; not after its last month."""
    of = setting()
    site = of.portfolio.sites[0]
    start = of.portfolio.start
    for block, kind, power in (("mine", "mine", 0), ("young", "mine", 0), ("land", "land", 6)):
        what = next(b for b in site.blocks if b.name == block)
        months = works_months(what.grid_mw, kind)
        for lease in of.portfolio.leases:
            for until in range(6, 30):
                kept = of.portfolio.model_copy(
                    update={"leases": (lease.model_copy(update={"until": start + until, "from_": lease.from_}),)}
                )
                open_now = {
                    c.start for c in choices(Setting(kept, of.scenarios, of.shapes), site, what) if c.becomes == "ai_lease"
                }
                expected = {
                    first for first in (0, 3, 6, 9, 12) if max(first + months, power, lease.from_.index - start.index) <= until
                }
                assert open_now == expected, (block, lease.name, until)


def test_a_hall_that_has_no_power_by_the_last_month_of_handover_is_not_offered():
    text = YAML.replace(
        "{from: 2027-10, import_mw: 160, status: contracted}", "{from: 2029-06, import_mw: 160, status: contracted}"
    )
    text = text.replace("until: 2029-12, term_months: 120", "until: 2029-05, term_months: 120")
    of = setting(text=text)
    site = of.portfolio.sites[0]
    works = works_months(60, "land")
    assert works < 25, "the works alone would be in time"
    offered = {c.customer for c in choices(of, site, site.blocks[3]) if c.becomes == "ai_lease"}
    assert offered == {"anchor"}


def test_the_base_scenario_is_the_nominal_plan():
    """The lender's path has no delay of works beyond the dates at which halls are offered, counted and drawn."""
    of = setting(works_quantile=0.5)
    for block, kind in (("mine", "mine"), ("land", "land")):
        site = of.portfolio.sites[0]
        what = next(b for b in site.blocks if b.name == block)
        choice = next(c for c in choices(of, site, what) if c.becomes == "ai_cloud" and c.start == 9)
        assert carry_out(of, choice).ready.tolist() == [9 + works_months(what.grid_mw, kind)] * 3


def test_crews_demand_mining_and_capital_of_every_choice():
    of = setting(works_quantile=np.array([[0.1], [0.5], [0.9]]) * np.ones((3, 4)))
    table = tabulate(of)
    site = of.portfolio.sites[0]
    critical_share = of.hall(site, site.blocks[0], "dense").critical_it_mw / 50
    year = [(of.portfolio.start.index - 12 * 2027 + month) // 12 for month in range(36)]
    assert year[8:10] == [0, 1]
    for number, choice in enumerate(table.choices):
        block = next(b for b in site.blocks if b.name == choice.block)
        kind = "mine" if block.hall else "land"
        months = works_months(block.grid_mw, kind)
        power = 6 if choice.block == "land" else 0
        crew = np.zeros(12)
        mw = np.zeros(3)
        capital = np.zeros(4)
        mines = np.zeros(36, dtype=bool)
        end = {"mine": 17, "young": 18}.get(choice.block, 0)
        if choice.start is not None and choice.design is not None:
            for month in range(choice.start, min(36, choice.start + months)):
                crew[month // 3] = 1
            names = {"anchor": 0, "soon": 1, "own": 2}
            mw[names[choice.customer]] = critical_share * block.grid_mw
            end = min(end, choice.start + int(works_duration("parallel", block.grid_mw, kind).mining_stops_months))
            begun = (of.portfolio.start + choice.start).year
            bill = hall_cost(of.portfolio.designs[0], block.hall, begun, begun, 0.03).usd_per_critical_mw * mw.sum()
            bill *= 1.03 ** (choice.start / 12)
            curve = np.concatenate([[0.0], np.cumsum(works_duration("parallel", block.grid_mw, kind).spend_shares)])
            for k in range(months):
                part = np.diff(np.interp(np.array([k, k + 1]) / months * (len(curve) - 1), np.arange(len(curve)), curve))[0]
                if choice.start + k < 36:
                    capital[year[choice.start + k]] += bill * part
            ready = max(choice.start + months, power)
            if choice.becomes == "ai_cloud" and ready < 36:
                capital[year[ready - 1]] += mw.sum() * 1000 / 2 * 50000
        if choice.start is not None and choice.design is None:
            first = choice.start + (3 if block.hall else 9)
            end = min(end, first)
            mines[max(first, power) : first + 20] = True
            pue = block.hall.pue if block.hall else 1.05
            capital[year[choice.start]] += block.grid_mw * 1e6 / pue / 3500 * 250 * 12
            if block.hall is None:
                capital[year[choice.start]] += block.grid_mw * 375000 * 1.03 ** (choice.start / 12)
        mines[:end] = True
        np.testing.assert_array_equal(table.instance.crew[number], crew, err_msg=str(choice))
        np.testing.assert_allclose(table.instance.taken_mw[number], mw, err_msg=str(choice))
        np.testing.assert_allclose(table.instance.capital_usd[number], capital, rtol=1e-9, atol=1e-3, err_msg=str(choice))
        np.testing.assert_array_equal(table.instance.mining_mw[number], block.grid_mw * mines[1::3], err_msg=str(choice))
    np.testing.assert_array_equal(table.instance.demand_mw, [500, 500, 500])


def test_a_lease_and_a_cloud_may_have_one_name():
    of = setting(text=YAML.replace("name: own,", "name: anchor,").replace("cloud: own,", "cloud: anchor,"))
    table = tabulate(of)
    taken = {(c.becomes, c.customer): table.instance.taken_mw[n] > 0 for n, c in enumerate(table.choices) if c.start is not None}
    assert taken["ai_lease", "anchor"].tolist() == [True, False, False]
    assert taken["ai_cloud", "anchor"].tolist() == [False, False, True]


def test_the_mining_rule_counts_land_once_it_has_power_and_ends_with_its_month():
    text = YAML.replace("minimum_mining_share: 0.0", "minimum_mining_share: 0.25, minimum_mining_until: 2028-06")
    least = tabulate(setting(text=text)).instance.least_mining_mw
    # 2027-04 to 2028-06 are five quarters; mines of 80 MW, land of 60 MW from 2027-10, the third quarter.
    np.testing.assert_allclose(least, [20, 20, 35, 35, 35] + [0] * 7)


def test_delays_that_are_drawn_do_not_make_the_mining_rule_impossible():
    """Every scenario is late; the rule is counted at nominal dates on both sides."""
    text = YAML.replace("minimum_mining_share: 0.0", "minimum_mining_share: 0.9, minimum_mining_until: 2027-09")
    of = setting(text=text, powered_month=np.full((3, 4), 7))
    plan, table, solution = make_plan(of, gap=1e-6)
    assert table.instance.least_mining_mw[0] == pytest.approx(72)
    assert table.instance.broken_limits(solution.chosen) == []
    assert len(plan.chosen) == 4


@pytest.mark.parametrize("start", ["2027-01", "2027-07", "2027-10"])
def test_calendar_years_of_a_study_that_starts_in_any_quarter(start):
    """Capital falls into the calendar year of its month."""
    of = portfolio(YAML.replace("start: 2027-04", f"start: {start}").replace("last_start: 2028-04", f"last_start: {start}"))
    hours = shapes(of, random_shape(1))
    table = tabulate(Setting(of, scenarios(of, hours, 1, 1), hours))
    number = next(n for n, c in enumerate(table.choices) if c.becomes == "refresh")
    assert table.instance.capital_usd[number, 0] > 0
    assert not table.instance.capital_usd[number, 1:].any()
    assert table.instance.budget_usd.shape == (3 if Month.parse(start).month == 1 else 4,)
