"""The exact kernel against programmes written from raw arrays: batteries, export, demand charges, permits, either-or.

The programmes and what an error is relative to stand in `full_sites`. In every class: the dispatch is put back into the
columns and rows of the raw programme, which must hold and give the same objective; and the certificate's bound must not be
below what can be reached, which would be worse than a poor dispatch.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from dispatch_sites import random_site, raw_lp_margin, turnover_usd
from full_sites import random_battery, random_full_site, random_peaks
from raw_programme import DUST_MW, Answer, audit, raw_programme, reference, relaxed_reference

from repower.dispatch import HourResult, SiteHours, balance_errors, dispatch_hours
from repower.dispatch.problem import Battery, Peaks
from repower.errors import InfeasibleError

#: What is larger in a larger battery of the same kind.
SIZES = ("charge_mw", "discharge_mw", "energy_mwh", "start_mwh", "least_end_mwh")


def held(site: SiteHours, best: Answer, *, within: float, proven: float | None = None) -> HourResult:
    """The kernel's dispatch after every check: equal to the best within a share of the scale, feasible, never over-sold.

    proven : what the certificate's gap may be, as a share of the scale; none where the problem is not concave.
    """
    result = dispatch_hours(site)
    rounding = 1e-9 * best.scale_usd
    certificate = result.certificate
    found = audit(site, result)
    assert found.breach < 1e-7
    assert certificate.objective_usd == pytest.approx(found.objective, rel=1e-11, abs=1e-11 * best.scale_usd)
    assert found.objective >= best.objective - within * best.scale_usd
    assert found.objective <= best.bound + rounding
    assert certificate.bound_usd >= best.objective - rounding
    assert certificate.bound_usd >= certificate.objective_usd - 1e-12 * best.scale_usd
    gap = (certificate.bound_usd - certificate.objective_usd) / max(1.0, abs(certificate.objective_usd))
    assert certificate.gap == pytest.approx(max(0.0, gap), rel=1e-6, abs=1e-15)
    if proven is not None:
        assert certificate.bound_usd - certificate.objective_usd <= proven * best.scale_usd
    assert (np.minimum(result.charge_mw, result.discharge_mw) == 0).all()
    errors = balance_errors(site, result)
    assert errors.energy_mw.max() < 1e-7
    assert errors.money_share.max() < 1e-11
    assert errors.total_share < 1e-11
    return result


@pytest.mark.parametrize("seed", range(10))
def test_concave_sites_with_one_battery(seed):
    rng = np.random.default_rng(1000 + seed)
    for _ in range(11):
        site = random_full_site(rng, int(rng.integers(1, 73)))
        best = reference(site)
        assert best.bound == pytest.approx(relaxed_reference(site).bound, abs=1e-9 * best.scale_usd)  # nothing to decide
        result = held(site, best, within=1e-9, proven=1e-9)
        assert result.certificate.method == "exact"


@pytest.mark.parametrize("hours", [500, 1000, 2000])
def test_concave_sites_over_many_hours(hours):
    rng = np.random.default_rng(hours)
    for coarse in (True, False):
        site = random_full_site(rng, hours, coarse=coarse)
        held(site, relaxed_reference(site), within=1e-9, proven=1e-9)


def test_sites_without_a_battery():
    rng = np.random.default_rng(2000)
    for wanted in ({}, {}, {"negative": True}, {"one_way": True}, {"least_load": True}, {"peaks": True}) * 2:
        site = random_full_site(rng, int(rng.integers(12, 73)), batteries=0, **wanted)
        best = reference(site)
        held(site, best, within=1e-7 if "peaks" in wanted else 1e-9)


@pytest.mark.parametrize(
    "wanted",
    [
        {"negative": True},
        {"one_way": True},
        {"least_load": True},
        {"negative": True, "one_way": True},
        {"negative": True, "one_way": True, "least_load": True},
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("seed", range(3))
def test_sites_that_are_not_concave(wanted, seed):
    """Energy worth less than nothing, a meter that shows one way, a least load; relaxed, these would earn more."""
    rng = np.random.default_rng(3000 + seed)
    for _ in range(5):
        site = random_full_site(rng, int(rng.integers(12, 61)), **wanted)
        best = reference(site)
        held(site, best, within=1e-9)


def test_either_or_costs_something_on_many_of_them():
    """Else the test above would show nothing that the concave one does not."""
    rng = np.random.default_rng(3500)
    for wanted, least in (({"negative": True}, 5), ({"one_way": True}, 15), ({"least_load": True}, 5)):
        sites = [random_full_site(rng, 30, **wanted) for _ in range(20)]
        pairs = [(relaxed_reference(site), reference(site)) for site in sites]
        assert sum(relaxed.bound - best.bound > 1e-8 * best.scale_usd for relaxed, best in pairs) >= least


@pytest.mark.parametrize("seed", range(6))
def test_demand_charges_of_every_kind(seed):
    rng = np.random.default_rng(4000 + seed)
    for _ in range(8):
        site = random_full_site(rng, int(rng.integers(12, 73)), peaks=True, batteries=int(rng.integers(0, 2)))
        best = reference(site)
        result = held(site, best, within=1e-7, proven=1e-7)
        imported = result.spot_mw + result.ppa_delivered_mw.sum(axis=0)
        for cell, peak in enumerate(result.peak_mw):
            assert peak == pytest.approx(imported[site.peaks.cell == cell].max(initial=0.0), abs=1e-9)


@pytest.mark.parametrize("seed", range(2))
def test_generation_permit(seed):
    rng = np.random.default_rng(5000 + seed)
    for _ in range(8):
        site = random_full_site(rng, int(rng.integers(12, 73)), permit=True, batteries=int(rng.integers(0, 2)))
        best = reference(site)
        held(site, best, within=1e-7, proven=1e-7)


@pytest.mark.parametrize("wanted", [{"min_up": True}, {"batteries": 2}, {"min_up": True, "batteries": 2}], ids=" ".join)
def test_what_the_kernel_hands_on_comes_with_a_remark(wanted):
    rng = np.random.default_rng(6000)
    for _ in range(3):
        site = random_full_site(rng, int(rng.integers(12, 40)), **wanted)
        best = reference(site)
        result = held(site, best, within=1e-8)
        assert result.certificate.remarks
        if "min_up" in wanted:
            assert result.certificate.method == "milp"


@pytest.mark.parametrize("share", [0.5, 0.2])
def test_batteries_of_one_kind(share):
    """Two of one kind are as one, unless one may charge while the other discharges and something is won by that."""
    rng = np.random.default_rng(6300)
    for wanted in ({}, {}, {"peaks": True}, {"permit": True}, {"negative": True}, {"one_way": True}, {"least_load": True}):
        whole = random_full_site(rng, int(rng.integers(12, 40)), **wanted)
        (battery,) = whole.batteries
        parts = tuple(
            replace(battery, **{name: part * getattr(battery, name) for name in SIZES}) for part in (share, 1.0 - share)
        )
        site = replace(whole, batteries=parts)
        best = reference(site)
        result = held(site, best, within=1e-7 if {"peaks", "permit"} & set(wanted) else 1e-8)
        assert (result.certificate.method == "exact") or result.certificate.remarks
        if set(wanted) <= {"peaks", "permit"}:
            assert best.objective == pytest.approx(reference(whole).objective, abs=1e-9 * best.scale_usd)


@pytest.mark.parametrize("seed", [300826, 301886, 302181, 302334, 303446, 303907])
def test_demand_charges_where_a_search_may_stop_early(seed):
    """Found among thousands: an end that has to be charged for under the peak, and charges that the battery ties together."""
    rng = np.random.default_rng(seed)
    site = random_full_site(rng, int(rng.integers(1, 60)), peaks=True)
    held(site, reference(site), within=1e-7, proven=1e-7)


def test_demand_charges_that_hold_cells_together():
    """A year's highest peak and ratchets: what one cell saves another pays, and the battery moves it there and back."""
    rng = np.random.default_rng(6400)
    months = 4
    weight = np.vstack([np.eye(months), np.maximum(np.eye(months), 0.7), np.ones((1, months))])
    for _ in range(10):
        site = random_full_site(rng, 24, peaks=True)
        rate = rng.choice([50.0, 150.0, 400.0, 37.7], len(weight))
        site = replace(site, peaks=Peaks(np.arange(24) * months // 24, rate, weight))
        held(site, reference(site), within=1e-7, proven=1e-7)


@pytest.mark.parametrize("wanted", [{}, {"negative": True}, {"peaks": True}, {"permit": True}], ids=" ".join)
def test_a_battery_that_holds_nothing(wanted):
    rng = np.random.default_rng(6600)
    for _ in range(4):
        site = random_full_site(rng, 18, **wanted)
        (battery,) = site.batteries
        site = replace(site, batteries=(replace(battery, energy_mwh=0.0, start_mwh=0.0, least_end_mwh=0.0),))
        result = held(site, reference(site), within=1e-7 if {"peaks", "permit"} & set(wanted) else 1e-9)
        assert not result.charge_mw.any()


@pytest.mark.parametrize(("seed", "wanted"), [(101402, ["one_way"]), (102552, ["negative", "one_way"])], ids=str)
def test_a_bound_is_not_rounded_below_what_is_reached(seed, wanted):
    """A battery of thousands of MWh: pieces of its value that are joined because they are nearly one add up."""
    rng = np.random.default_rng(seed)
    site = random_full_site(rng, int(rng.integers(1, 60)), **dict.fromkeys(wanted, True))
    held(site, reference(site), within=1e-9)


def test_what_is_not_concave_in_a_search_is_not_oversold():
    """Demand charges or a permit where it is not concave: no promise of equality, but feasible, and an honest bound."""
    rng = np.random.default_rng(6500)
    for searched in ("peaks", "permit"):
        for wanted in ({"negative": True}, {"one_way": True}, {"least_load": True}) * 3:
            site = random_full_site(rng, int(rng.integers(12, 40)), **{searched: True}, **wanted)
            held(site, reference(site), within=np.inf)
    both = random_full_site(rng, 24, peaks=True, permit=True)
    assert held(both, reference(both), within=1e-8).certificate.remarks


@pytest.mark.parametrize("hours", [1, 5, 24])
def test_an_end_that_cannot_be_reached_is_named(hours):
    rng = np.random.default_rng(7000 + hours)
    for charge_mw, limit_mw in ((1.0, 50.0), (50.0, 1.0), (50.0, 0.0)):
        site = random_full_site(rng, hours, batteries=0)
        site = replace(
            site,
            ppa_mw=np.zeros_like(site.ppa_mw),
            generator_mw=np.zeros_like(site.generator_mw),
            import_limit_mw=np.full(hours, limit_mw),
        )
        most = 0.9 * min(charge_mw, limit_mw) * hours
        battery = Battery(charge_mw, 10.0, 500.0, 0.9, 0.9, start_mwh=20.0, least_end_mwh=20.0 + most)
        dispatch_hours(replace(site, batteries=(battery,)))
        with pytest.raises(InfeasibleError, match=r"least_end_mwh|battery-end") as error:
            dispatch_hours(replace(site, batteries=(replace(battery, least_end_mwh=20.001 + most),)))
        assert "hour" in str(error.value)


def test_random_sites_reach_every_corner():
    """The comparisons above are worth what their sites reach."""
    rng = np.random.default_rng(0)
    seen: Counter[str] = Counter()
    wants = ({}, {}, {"negative": True}, {"one_way": True}, {"least_load": True}, {"peaks": True})
    for wanted in wants * 12:
        site = random_full_site(rng, 24, **wanted)
        result = dispatch_hours(site)
        (battery,) = site.batteries
        stored, energy = result.stored_mwh[0], battery.energy_mwh
        imported = result.spot_mw + result.ppa_delivered_mw.sum(axis=0)
        least = site.generator_least_share[:, None] * site.generator_mw
        flows = {
            "unserved": result.unserved_mw,
            "flexed": result.flexed_mw,
            "resold": result.ppa_resold_mw,
            "left": result.ppa_left_mw,
            "exported": result.export_mw,
            "generated": result.generation_mw,
            "reserved": result.reserve_mw,
            "charged": result.charge_mw,
            "discharged": result.discharge_mw,
        }
        for name, flow in flows.items():
            seen[name] += int((flow > 0.005).sum())
        seen["full"] += int((stored > energy - DUST_MW).sum())
        seen["empty-in-the-middle"] += int((stored[1:-1] < DUST_MW).sum())
        seen["end-binds"] += int(battery.least_end_mwh > 0 and stored[-1] < battery.least_end_mwh + DUST_MW)
        seen["tiny"] += int(energy <= 0.01)
        seen["huge"] += int(energy > 24 * (battery.charge_mw + battery.discharge_mw))
        seen["lossless"] += int(battery.charge_efficiency * battery.discharge_efficiency == 1)
        seen["worn"] += int(battery.usd_per_mwh_discharged > 0)
        seen["curtailed"] += int((np.diff(site.import_limit_mw) < 0).sum())
        seen["limit-binds"] += int((imported > site.import_limit_mw - DUST_MW).sum())
        seen["negative-price"] += int((site.market_price_usd_per_mwh < 0).sum())
        seen["spike"] += int((site.market_price_usd_per_mwh > 200).sum())
        seen["must-run"] += int(((result.generation_mw > 0) & (result.generation_mw <= least + DUST_MW)).sum())
        seen["off-between"] += int(((result.generation_mw == 0) & (least > 0)).sum())
        seen["not-optional"] += int((site.ppa_must_take_share > 0).any())
        if site.peaks is not None:
            peak = result.peak_mw[site.peaks.cell] - imported
            seen["peak-binds"] += int(((peak < DUST_MW) & (site.peaks.cell >= 0) & (imported < site.import_limit_mw)).sum())
    assert min(seen.values()) >= 3, seen
    assert sum(count >= 20 for count in seen.values()) >= 18, seen
    assert len(seen) == 24


def test_reference_agrees_with_the_plain_one():
    rng = np.random.default_rng(8000)
    for _ in range(20):
        site = random_site(rng, 24)
        assert reference(site).objective == pytest.approx(raw_lp_margin(site).sum(), rel=1e-9, abs=1e-9 * turnover_usd(site))


def test_reference_is_the_best_of_all_decisions():
    """Branch and bound against every combination of import or export, charge or discharge, on or off."""
    rng = np.random.default_rng(8100)
    for wanted in ({"negative": True}, {"one_way": True}, {"least_load": True}, {"negative": True, "one_way": True}):
        site = random_full_site(rng, 2, **wanted)
        site = replace(site, peaks=random_peaks(rng, 2), batteries=(random_battery(rng, site, 1, coarse=True),))
        programme, _ = raw_programme(site)
        decided = np.concatenate(programme.whole)
        best = -np.inf
        for choice in itertools.product((0.0, 1.0), repeat=int(decided.sum())):
            fixed = np.zeros(programme.columns)
            fixed[decided] = choice
            if (fixed > np.concatenate(programme.upper)).any():
                continue
            best = max(best, programme.solve(fixed=fixed, may_fail=True)[0])
        answer = reference(site)
        assert answer.objective == pytest.approx(best, rel=1e-9, abs=1e-9 * answer.scale_usd)
