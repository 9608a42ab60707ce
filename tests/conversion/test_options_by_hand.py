"""Every choice of a block against plain arithmetic over months and hours."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest

from hand_made import YAML, Raw, setting
from repower.construction.duration import works_duration
from repower.conversion.choices import Choice
from repower.conversion.options import carry_out
from repower.conversion.setting import Setting, Tier
from repower.facility.cooling import pue
from repower.facility.cost import hall_cost

ZERO = [0, 0, 0]


def draws(of: Setting) -> tuple[float, np.ndarray]:
    """(MW of critical IT per grid MW, PUE by hour at the design's load) of the dense hall, from the cooling room."""
    dry, wet = of.shapes.dry_bulb_c[0], of.shapes.wet_bulb_c[0]
    return 0.937 / pue("warm_liquid", dry + 4, wet + 4, 1.0).max(), pue("warm_liquid", dry, wet, 0.9)


# ---- mines --------------------------------------------------------------------------------------------------------------


def test_a_mine_month_by_month_until_its_machines_end():
    of, raw = (made := setting()), Raw(made)
    lines = raw.mining_lines(50, "old", 1.08, ZERO, 17)  # commissioned 2022-09 for 72 months: until 2028-08, month 16
    off = (lines["mining_revenue"][:, :17] == 0).mean()
    assert 0.1 < off < 0.9, "the test needs months in which the fleet pays and months in which it does not"
    operation = carry_out(of, Choice("ranch", "mine", "mining"))
    raw.check(operation, lines)
    assert operation.ready.tolist() == [-1, -1, -1]
    running = operation.mine_mw[Tier("old", 1.08)]
    np.testing.assert_array_equal(running, np.where(lines["mining_revenue"] > 0, 50.0, 0.0))
    np.testing.assert_array_equal(operation.stands_mw, [50.0] * 17 + [0.0] * 19)


def test_power_that_comes_late_or_never():
    late = [[5, 5, 5, 5], [0, 0, 0, 0], [36, 36, 36, 36]]
    of, raw = (made := setting(powered_month=late)), Raw(made)
    raw.check(carry_out(of, Choice("ranch", "mine", "mining")), raw.mining_lines(50, "old", 1.08, [5, 0, 36], 17))
    # The mining rule counts what stands at nominal dates, whatever the scenarios draw.
    late = np.full((3, 4), 9)
    operation = carry_out(setting(powered_month=late), Choice("ranch", "young", "mining"))
    np.testing.assert_array_equal(operation.stands_mw, [30.0] * 18 + [0.0] * 18)


@pytest.mark.parametrize("start", [0, 6])
def test_a_renewed_fleet_takes_over_without_gap_or_overlap(start):
    of, raw = (made := setting()), Raw(made)
    lines = raw.mining_lines(50, "old", 1.08, ZERO, start + 3)
    for name, line in raw.mining_lines(50, "new", 1.08, [start + 3] * 3, start + 23).items():
        lines[name] += line
    lines["capex_miners"] = raw.zeros()
    lines["capex_miners"][:, start] = -(50e6 / 1.08 / 3500) * 250 * 12
    lines["capex_machines_left"] = raw.left_over(lines["capex_miners"], 20, 3)
    operation = carry_out(of, Choice("ranch", "mine", "refresh", start=start))
    raw.check(operation, lines)
    np.testing.assert_array_equal(operation.stands_mw, [50.0] * (start + 23) + [0.0] * (13 - start))


def test_renewal_with_the_same_machine_keeps_the_old_fleet_running():
    """The old and the new fleet are one tier; the old one's megawatts must stay in the dispatch."""
    of, raw = (made := setting(hashprice_usd_per_ph_day=90.0)), Raw(made)
    lines = raw.mining_lines(30, "new", 1.04, ZERO, 26)  # renewed in 3, from month 6; the old fleet would end in 18
    lines["capex_miners"] = raw.zeros()
    lines["capex_miners"][:, 3] = -(30e6 / 1.04 / 3500) * 250 * 12
    lines["capex_machines_left"] = raw.left_over(lines["capex_miners"], 20, 3)
    operation = carry_out(of, Choice("ranch", "young", "refresh", start=3))
    raw.check(operation, lines)
    np.testing.assert_array_equal(operation.mine_mw[Tier("new", 1.04)], np.where(lines["mining_revenue"] > 0, 30.0, 0.0))


def test_a_new_mine_on_empty_land():
    powered = [[0, 0, 0, 6], [0, 0, 0, 13], [0, 0, 0, 36]]
    of, raw = (made := setting(powered_month=powered)), Raw(made)
    lines = raw.mining_lines(60, "new", 1.05, [9, 13, 36], 29)  # nine months from the start, or when there is power
    lines["capex_miners"], lines["capex_mine"] = raw.zeros(), raw.zeros()
    lines["capex_miners"][:, 0] = -(60e6 / 1.05 / 3500) * 250 * 12
    lines["capex_machines_left"] = raw.left_over(lines["capex_miners"], 20, 9)
    lines["capex_mine"][:, 0] = -60 * 375000.0
    operation = carry_out(of, Choice("ranch", "land", "mining", start=0))
    raw.check(operation, lines)
    np.testing.assert_array_equal(operation.stands_mw, [0.0] * 9 + [60.0] * 20 + [0.0] * 7)


def test_empty_land_that_stays_empty_is_worth_nothing():
    of, raw = (made := setting()), Raw(made)
    raw.check(carry_out(of, Choice("ranch", "land", "hibernate")), {})


# ---- halls --------------------------------------------------------------------------------------------------------------


def hall_lines(
    raw: Raw, of: Setting, block: str, start: int, ready: list[int]
) -> tuple[float, np.ndarray, dict[str, np.ndarray]]:
    """(critical MW, PUE, capex and running cost of a hall that is handed over in `ready`)."""
    site = of.portfolio.sites[0]
    what = next(b for b in site.blocks if b.name == block)
    design = of.portfolio.designs[0]
    per_grid, factor = draws(of)
    critical = per_grid * what.grid_mw
    works = works_duration("parallel", what.grid_mw, "mine" if what.hall else "land")
    year = (of.portfolio.start + start).year
    bill = hall_cost(design, what.hall, year, year, 0.03).usd_per_critical_mw * 1.03 ** (start / 12) * critical
    capex, running = raw.zeros(), raw.zeros()
    for s in range(raw.count):
        months = ceil(works.months_at(float(of.scenarios["works_quantile"][s].sel(block=f"ranch/{block}"))))
        curve = np.concatenate([[0.0], np.cumsum(works.spend_shares)])
        for k in range(months):
            if start + k < raw.months:
                done = [np.interp(x / months * len(works.spend_shares), np.arange(len(curve)), curve) for x in (k, k + 1)]
                capex[s, start + k] = -bill * (done[1] - done[0])
        stands = max(start + months, int(of.scenarios["powered_month"][s].sel(block=f"ranch/{block}")))
        for month in range(stands, raw.months):
            running[s, month] = -critical * 1000 * 21 * raw.index(month)
    return critical, factor, {"capex_hall": capex, "hall_opex": running}


@pytest.mark.parametrize(("block", "start"), [("mine", 3), ("land", 0), ("young", 9)])
def test_a_leased_hall(block, start):
    quantile = np.array([[0.05], [0.5], [0.95]]) * np.ones((3, 4))
    powered = np.array([[0, 0, 0, 6], [0, 0, 0, 24], [0, 0, 0, 9]])
    default = [[36, 36], [4, 36], [27, 36]]  # the second before any handover
    of = setting(works_quantile=quantile, powered_month=powered, lease_default_months=default)
    raw = Raw(of)
    what = next(b for b in of.portfolio.sites[0].blocks if b.name == block)
    works = works_duration("parallel", what.grid_mw, "mine" if what.hall else "land")
    late = powered[:, 3] if block == "land" else [0, 0, 0]
    # From 2028-07 is month 15.
    ready = [max(15, start + ceil(works.months_at(q)), p) for q, p in zip((0.05, 0.5, 0.95), late, strict=True)]
    critical, factor, lines = hall_lines(raw, of, block, start, ready)
    if what.fleet is not None:
        machine, power_use = what.fleet.miner, what.hall.pue
        end = 17 if block == "mine" else 18
        for name, line in raw.mining_lines(
            what.grid_mw, machine, power_use, ZERO, min(end, start + int(works.mining_stops_months))
        ).items():
            lines[name] = line
    else:
        lines["power_cost"] = raw.zeros()
    lines["lease_rent"], lines["power_recharge"] = raw.zeros(), raw.zeros()
    occupied = np.zeros((3, 36), dtype=bool)
    for s in range(3):
        for month in range(ready[s], 36):
            year = (month - ready[s]) // 12
            due = critical * 1000 * 130 * 1.04**year
            end = max(ready[s], min(ready[s] + 9, default[s][0]))
            share = 1.0 if month < end else 0.6 if month >= end + 4 else 0.0
            occupied[s, month] = share > 0
            lines["lease_rent"][s, month] = due * share
            if share > 0:
                power = critical * 0.9 * raw.power_of_it(s, month, factor)
                lines["power_cost"][s, month] += -power
                lines["power_recharge"][s, month] = 0.8 * power
    operation = carry_out(of, Choice("ranch", block, "ai_lease", "dense", "anchor", start))
    assert operation.ready.tolist() == ready
    raw.check(operation, lines, ready)
    np.testing.assert_allclose(operation.it_mw["dense"], critical * 0.9 * occupied)
    assert operation.contracted.sum(axis=1).tolist() == [
        max(0, min(36, ready[s] + 9, default[s][0]) - ready[s]) for s in range(3)
    ]


def test_works_end_by_capital_and_not_by_income_when_power_never_comes():
    """The works are paid for, and nothing is ever earned, deducted or drawn."""
    of = setting(powered_month=np.array([[0, 0, 0, 36], [0, 0, 0, 40], [0, 0, 0, 6]]))
    raw = Raw(of)
    operation = carry_out(of, Choice("ranch", "land", "ai_cloud", "dense", "own", 0))
    _, _, lines = hall_lines(raw, of, "land", 0, [36, 40, 15])
    for s in (0, 1):
        assert operation.cash.lines["capex_hall"][s].sum() == pytest.approx(lines["capex_hall"][s].sum())
        assert operation.cash.total[s] == pytest.approx(lines["capex_hall"][s])
        assert not operation.tax[s].any()
        assert not operation.it_mw["dense"][s].any()
    assert operation.cash.lines["cloud_revenue"][2].sum() > 0


def test_capital_cost_adds_up_whatever_the_duration():
    quantile = np.array([[0.01], [0.5], [0.99]]) * np.ones((3, 4))
    of = setting(works_quantile=quantile)
    capex = carry_out(of, Choice("ranch", "mine", "ai_lease", "dense", "soon", 0)).cash.lines["capex_hall"]
    hall, design = of.portfolio.sites[0].blocks[0].hall, of.portfolio.designs[0]
    bill = hall_cost(design, hall, 2027, 2027, 0.03).usd_per_critical_mw * draws(of)[0] * 50
    assert capex.sum(axis=1) == pytest.approx(np.full(3, -bill))
    lengths = (capex != 0).sum(axis=1)
    assert lengths[0] < lengths[1] < lengths[2]
    later = carry_out(of, Choice("ranch", "mine", "ai_lease", "dense", "soon", 9)).cash.lines["capex_hall"]
    bill = hall_cost(design, hall, 2028, 2028, 0.03).usd_per_critical_mw * draws(of)[0] * 50 * 1.03 ** (9 / 12)
    assert later.sum(axis=1) == pytest.approx(np.full(3, -bill))


def cloud_lines(
    raw: Raw, critical: float, factor: np.ndarray, ready: list[int], born: list[int], buy: bool
) -> dict[str, np.ndarray]:
    """Income of accelerators that entered service in `born` and are bought anew every 14 months."""
    lines = {name: raw.zeros() for name in ("cloud_revenue", "capex_gpus", "cloud_opex", "power_cost")}
    gpus = critical * 1000 / 2
    for s in range(raw.count):
        entered = born[s]
        if buy and ready[s] < raw.months:
            lines["capex_gpus"][s, max(0, ready[s] - 1)] -= gpus * 50000
        for month in range(ready[s], raw.months):
            if month - entered >= 14:
                entered = month
                lines["capex_gpus"][s, max(0, month - 1)] -= gpus * 50000
            hours = 24 * DAYS_OF[(raw.first + month) % 12]
            rent = 3 * float(raw.data["gpu_rent_factor"][s, month]) * 0.8 ** ((month - entered) / 12)
            lines["cloud_revenue"][s, month] = gpus * rent * 0.7 * hours
            lines["cloud_opex"][s, month] = -critical * 1000 * 55 * raw.index(month)
            lines["power_cost"][s, month] = -critical * 0.9 * 0.7 * raw.power_of_it(s, month, factor)
    lines["capex_machines_left"] = raw.left_over(lines["capex_gpus"], 14, 1)
    return lines


DAYS_OF = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@pytest.mark.parametrize("start", [0, 12])
def test_an_own_cloud(start):
    quantile = np.array([[0.1], [0.5], [0.9]]) * np.ones((3, 4))
    of = setting(works_quantile=quantile)
    raw = Raw(of)
    works = works_duration("parallel", 60, "land")
    ready = [max(6, start + ceil(works.months_at(q))) for q in (0.1, 0.5, 0.9)]
    critical, factor, lines = hall_lines(raw, of, "land", start, ready)
    lines |= cloud_lines(raw, critical, factor, ready, ready, buy=True)
    operation = carry_out(of, Choice("ranch", "land", "ai_cloud", "dense", "own", start))
    assert operation.ready.tolist() == ready
    raw.check(operation, lines, ready)
    assert not operation.contracted.any()


@pytest.mark.parametrize(("built", "age"), [(2026, 12), (2027, 0), (2020, 84)])
def test_a_cloud_that_runs_already(built, age):
    text = YAML.replace("design: dense, hall: {built: 2026}", f"design: dense, hall: {{built: {built}}}")
    of, raw = (made := setting(text=text)), Raw(made)
    per_grid, factor = draws(of)
    critical = 20 * per_grid
    lines = cloud_lines(raw, critical, factor, ZERO, [-age] * 3, buy=False)
    if age == 84:  # past their life: bought at once, and again from there
        lines = cloud_lines(raw, critical, factor, ZERO, ZERO, buy=True)
    lines["hall_opex"] = np.array([[-critical * 1000 * 21 * raw.index(month) for month in range(36)]] * 3)
    operation = carry_out(of, Choice("ranch", "cloud", "ai_cloud", "dense", "own"))
    raw.check(operation, lines)
    assert "capex_hall" not in operation.cash.lines
