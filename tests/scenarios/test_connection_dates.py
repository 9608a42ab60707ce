"""When power comes: the table's quantiles, the order of blocks, what greenfield adds, age, and what sites of a region share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hand_made import YAML, portfolio
from repower.horizon import Month
from repower.markets.queues import LAND, STAGES, Wait, wait_of
from repower.portfolio import Greenfield, Portfolio, Powered, Spread
from repower.scenarios.connection_dates import (
    NEVER,
    PHENOMENA,
    REGION_CORRELATION,
    Dates,
    central,
    draw,
    never_by_age,
    powered_months,
    step_dates,
)
from repower.scenarios.draws import Draws
from repower.scenarios.spread import Quantiles

COUNT = 20_000
ENERGISED = "{from: 2025-01, import_mw: 100}"
CONTRACTED = "{from: 2027-10, import_mw: 160, status: contracted}"
LAND_BLOCK = 3  # of the portfolio made by hand: 60 MW behind the second step


def made(step: str, *changes: tuple[str, str], years: int = 20) -> Portfolio:
    """The portfolio made by hand with another second step; it starts in 2027-04."""
    text = YAML.replace(CONTRACTED, step).replace("years: 3", f"years: {years}")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return portfolio(text)


def drawn(of: Portfolio, seed: int = 5, count: int = COUNT) -> Dates:
    return draw(of, Draws(seed, count, of.horizon.months))


def share_error(share: float) -> float:
    """Four and a half standard errors of a share of COUNT independent scenarios."""
    return 4.5 * np.sqrt(share * (1 - share) / COUNT)


# ---- the table ------------------------------------------------------------------------------------------------------------


def test_every_number_of_the_table_can_be_drawn_and_has_a_source():
    assert {region for region, _ in STAGES} == set(LAND)
    for region in LAND:
        contracted, queued = STAGES[region, "contracted"], STAGES[region, "in_queue"]
        assert contracted.delay.months.p50_months < queued.delay.months.p50_months
        assert contracted.never_share < queued.never_share < 1
        durations = [contracted.delay, queued.delay, LAND[region].permits, LAND[region].review, LAND[region].substation]
        for known in durations:
            Quantiles.of(known.months)
        for source in [known.source for known in durations] + [contracted.never_source, queued.never_source]:
            assert source.confidence in ("R", "R*", "D", "K", "A")
            assert len(source.text) > 5


@pytest.mark.parametrize(("region", "stage"), list(STAGES))
def test_drawn_dates_have_the_tables_quantiles_and_share(region, stage):
    """Whole months: as many come by P10, P50 and P90 months after the date as the table says."""
    country = {"bc_hydro": "CA", "alberta": "CA", "norway": "NO", "bhutan": "BT", "ethiopia": "ET", "malaysia": "MY",
               "singapore": "SG"}.get(region, "US")  # fmt: skip
    of = made(
        f"{{from: 2029-04, import_mw: 160, status: {stage}}}",
        ("    country: US\n", f"    country: {country}\n    queue_region: {region}\n"),
        ("taxes: [{country: US", f"taxes: [{{country: {country}"),
        years=40,
    )
    queue, known = drawn(of).queue[:, LAND_BLOCK], STAGES[region, stage]
    comes = queue < NEVER
    assert (~comes).mean() == pytest.approx(known.never_share, abs=share_error(known.never_share) + 1e-12)
    delay = queue[comes] - 24
    assert delay.min() >= 0
    spread = known.delay.months
    for share, months in ((0.1, spread.p10_months), (0.5, spread.p50_months), (0.9, spread.p90_months)):
        assert (delay <= months).mean() == pytest.approx(share, abs=1.1 * share_error(share) / np.sqrt(comes.mean()))


def test_a_country_has_a_region_and_a_site_may_name_another():
    assert made(CONTRACTED).sites[0].region == "us"
    assert made(CONTRACTED, ("    country: US\n", "    country: US\n    queue_region: ercot\n")).sites[0].region == "ercot"
    assert made(CONTRACTED, ("    country: US\n", "    country: PY\n")).sites[0].region == "other"


def test_own_views_go_before_the_table():
    view = "time_to_power: [{region: us, stage: contracted, delay: {p10_months: 5, p50_months: 7, p90_months: 11}}]"
    step = "{from: 2027-10, import_mw: 160, status: contracted, never_share: 0.5}"
    of = made(step, ("  weather: [", f"  {view}\n  weather: ["))
    wait = wait_of(of, of.sites[0], of.sites[0].powered()["land"])
    assert (wait.delay.p10_months, wait.delay.p50_months, wait.delay.p90_months) == (5, 7, 11)
    assert wait.never_share == 0.5
    assert wait.permits == LAND["us"].permits.months
    own = step.replace("never_share: 0.5", "delay: {p10_months: 1, p50_months: 1, p90_months: 1}, never_share: 0")
    of = made(own, ("  weather: [", f"  {view}\n  weather: ["))
    assert (drawn(of).powered[:, LAND_BLOCK] == 6 + 1).all()
    with pytest.raises(ValueError, match="energised"):
        wait_of(of, of.sites[0], of.sites[0].powered()["mine"])


# ---- order ----------------------------------------------------------------------------------------------------------------


def test_no_block_comes_before_those_before_it_nor_before_its_date():
    steps = f"{CONTRACTED}, {{from: 2028-04, import_mw: 200, status: in_queue}}"
    land = "      - {name: land, grid_mw: 60}"
    of = made(steps, (land, f"{land}\n      - {{name: more, grid_mw: 40}}\n      - {{name: beyond, grid_mw: 1}}"))
    dates = drawn(of)
    assert (dates.powered[:, :3] == 0).all()
    assert (np.diff(dates.powered, axis=1) >= 0).all()
    assert (dates.powered[:, 3] >= 6).all()
    assert (dates.powered[:, 4] >= 12).all()
    # The step that never comes takes the later one with it; no step carries the last block.
    lost = dates.queue[:, 3] == NEVER
    assert lost.any()
    assert (dates.powered[lost, 4] == 240).all()
    assert (dates.queue[:, 5] == NEVER).all()
    assert (dates.powered[:, 5] == 240).all()


@settings(max_examples=60, deadline=None)
@given(
    first=st.integers(0, 40), second=st.integers(0, 40), score=st.floats(-4, 4), luck=st.floats(-4, 4),
    months=st.integers(0, 30), more=st.integers(0, 12),
)  # fmt: skip
def test_a_later_date_a_longer_delay_and_a_longer_building_never_come_earlier(first, second, score, luck, months, more):
    def power(nominal: int, delay: int, building: int) -> int:
        wait = Wait(spread(delay, delay + 6, delay + 20), 0.0, spread(3, 8, 20), spread(3, 9, 24), spread(14, 28, 48))
        step = Powered(month=Month.parse("2027-01"), status="in_queue", greenfield=Greenfield(substation_months=building))
        scores = {phenomenon: np.array([luck if phenomenon == "substation" else score]) for phenomenon in PHENOMENA}
        queue, permits, substation = step_dates(wait, step, nominal, 0, scores)
        return int(max(nominal, max(queue[0], permits[0]) + substation[0]))

    early, late = sorted((first, second))
    assert early <= power(early, 2, months) <= power(late, 2, months)
    assert power(early, 2, months) <= power(early, 2 + more, months)
    # A longer building is begun earlier, so only its luck can make the whole later: at its middle nothing changes.
    if late >= 30:
        assert power(late, 2, months) >= late


def spread(p10: int, p50: int, p90: int) -> Spread:
    return Spread(p10_months=p10, p50_months=p50, p90_months=p90)


# ---- greenfield -----------------------------------------------------------------------------------------------------------


def test_greenfield_is_the_later_of_queue_and_permits_and_then_the_building():
    """At the middle of everything, by hand: permits 8 and review 9 months from 2027-04; the substation 20 months."""
    wait = Wait(spread(3, 18, 48), 0.0, spread(3, 8, 20), spread(3, 9, 24), spread(14, 28, 48))
    step = Powered(month=Month.parse("2029-04"), status="in_queue", greenfield=Greenfield(substation_months=20))
    scores = {phenomenon: np.zeros(1) for phenomenon in PHENOMENA}
    assert [months.tolist() for months in step_dates(wait, step, 24, 0, scores)] == [[24 - 20 + 18], [8 + 9], [20]]
    late = {**scores, "permits": np.array([stats.norm.ppf(0.9)]), "substation": np.array([stats.norm.ppf(0.9)])}
    # P90 of the substation is scaled with its middle: 48 x 20 / 28 = 34.3, rounded up.
    assert [months.tolist() for months in step_dates(wait, step, 24, 0, late)] == [[22], [20 + 9], [35]]
    of = made("{from: 2029-04, import_mw: 160, status: in_queue, never_share: 0, greenfield: {substation_months: 20}}")
    middle = central(of)
    assert middle.queue[0].tolist() == [0, 0, 0, 22]
    assert middle.permits[0].tolist() == [0, 0, 0, 17]
    assert middle.substation[0].tolist() == [0, 0, 0, 20]
    assert middle.powered[0].tolist() == [0, 0, 0, 42]


def test_permits_have_their_quantiles_and_begin_when_they_are_applied_for():
    step = "{from: 2029-04, import_mw: 160, status: contracted, greenfield: {permits_from: 2028-04, substation_months: 0}}"
    sure = "time_to_power: [{region: us, stage: contracted, review: {p10_months: 0, p50_months: 0, p90_months: 0}}]"
    permits = drawn(made(step, ("  weather: [", f"  {sure}\n  weather: ["))).permits[:, LAND_BLOCK] - 12
    known = LAND["us"].permits.months
    for share, months in ((0.1, known.p10_months), (0.5, known.p50_months), (0.9, known.p90_months)):
        assert (permits <= months).mean() == pytest.approx(share, abs=share_error(share))
    # Applied for a year before the start and still out: those that took a year or less are no longer among them.
    old = drawn(made(step.replace("2028-04, sub", "2026-04, sub"), ("  weather: [", f"  {sure}\n  weather: ["))).permits[:, 3]
    alive = stats.norm.sf(stats.norm.ppf(0.9) * np.log1p((13 - 8) / 12 * (12 / 5 - 1)) / np.log(12 / 5))
    at_all = stats.norm.sf(stats.norm.ppf(0.9) * np.log1p((12 - 8) / 12 * (12 / 5 - 1)) / np.log(12 / 5))
    assert (old > 1).mean() == pytest.approx(alive / at_all, abs=share_error(0.5))


def test_permits_do_not_matter_where_they_are_there_before_the_queue():
    """The same luck with and without permits: only where they come last is the date another one."""
    plain = "{from: 2032-04, import_mw: 160, status: in_queue, greenfield: {substation_months: 0}}"
    dates = drawn(made(plain))
    without = drawn(made(plain.replace(", greenfield: {substation_months: 0}", "")))
    np.testing.assert_array_equal(dates.queue, without.queue)
    later = dates.permits[:, LAND_BLOCK] > dates.queue[:, LAND_BLOCK]
    assert 0 < later.mean() < 0.1
    np.testing.assert_array_equal(dates.powered[~later], without.powered[~later])
    assert (dates.powered[later, LAND_BLOCK] == np.minimum(dates.permits[later, LAND_BLOCK], 240)).all()


# ---- age ------------------------------------------------------------------------------------------------------------------


def test_a_step_that_is_overdue_is_one_of_those_that_have_not_come():
    """Due 24 months before the start. Brute force: of new steps keep those that are more than 24 months late."""
    step = "{{from: {}, import_mw: 160, status: in_queue, never_share: 0}}"
    old = drawn(made(step.format("2025-04"), years=40)).queue[:, LAND_BLOCK]
    new = drawn(made(step.format("2027-04"), years=40), seed=6).queue[:, LAND_BLOCK]
    kept = new[new > 24] - 24
    assert old.min() >= 1
    for share in (0.1, 0.5, 0.9):
        months = np.quantile(kept, share, method="inverted_cdf")
        assert (old <= months).mean() == pytest.approx((kept <= months).mean(), abs=2 * share_error(0.5) / np.sqrt(0.3))
    # An exponential delay would have no memory: with the same mean half would be left after 0.69 of it.
    assert np.median(old) != pytest.approx(np.median(new), abs=2)


def test_an_old_step_is_likelier_never_to_come():
    """Bayes by counting: of steps that have not come after 40 months, the share that never does."""
    delay, never = Quantiles(3, 18, 48), 0.3
    rng = np.random.default_rng(3)
    lost = rng.random(400_000) < never
    months = np.where(
        lost, np.inf, stats.lognorm(np.log(2) / stats.norm.ppf(0.9), loc=-12, scale=30).rvs(400_000, random_state=rng)
    )
    assert never_by_age(never, delay, 40) == pytest.approx(lost[months > 40].mean(), abs=0.01)
    assert never_by_age(never, delay, 0) == never
    assert never_by_age(0.0, delay, 500) == 0.0
    shares = [never_by_age(never, delay, age) for age in (0, 12, 24, 48, 96)]
    assert shares == sorted(shares)
    of = made("{from: 2023-12, import_mw: 160, status: in_queue}")
    assert (drawn(of).queue[:, LAND_BLOCK] == NEVER).mean() == pytest.approx(never_by_age(0.3, delay, 40), abs=share_error(0.5))


def test_the_age_of_a_sure_delay_tells_nothing():
    assert never_by_age(0.03, Quantiles(0, 0, 0), 1) == 0.03
    assert never_by_age(0.03, Quantiles(6, 6, 6), 60) == 0.03


def test_a_step_that_is_not_due_yet_is_not_overdue_whatever_its_substation_takes():
    """Ten months ahead, with a substation of 28: likely late, but no likelier in vain than the table says."""
    of = made("{from: 2028-02, import_mw: 160, status: in_queue, greenfield: {}}")
    assert (drawn(of).queue[:, LAND_BLOCK] == NEVER).mean() == pytest.approx(0.3, abs=share_error(0.3))


# ---- what is shared -------------------------------------------------------------------------------------------------------


def test_sites_of_a_region_are_late_together_and_those_of_another_are_not():
    """Correlation of normal scores of the queue's delays: the constant within a region, none between two."""
    of = made("{from: 2027-10, import_mw: 160, status: in_queue, never_share: 0}", years=40)
    (site,) = of.sites
    second = site.model_copy(update={"name": "second"})
    abroad = site.model_copy(update={"name": "third", "queue_region": "ercot"})
    many = of.model_copy(update={"sites": (site, second, abroad)})
    queue = drawn(many).queue[:, [3, 7, 11]]
    scores = stats.norm.ppf((stats.rankdata(queue, axis=0) - 0.5) / COUNT)
    correlation = np.corrcoef(scores.T)
    assert correlation[0, 1] == pytest.approx(REGION_CORRELATION, abs=0.03)
    assert correlation[0, 2] == pytest.approx(0.0, abs=4.5 / np.sqrt(COUNT))
    assert (queue[:, 0] != queue[:, 1]).mean() > 0.8
    # A site more changes no other's dates.
    np.testing.assert_array_equal(drawn(of).queue, drawn(many).queue[:, :4])


def test_sites_of_a_region_are_lost_together():
    """Both lost: the orthant probability of two correlated normals, from SciPy."""
    of = made("{from: 2027-10, import_mw: 160, status: in_queue, never_share: 0.3}")
    (site,) = of.sites
    many = of.model_copy(update={"sites": (site, site.model_copy(update={"name": "second"}))})
    lost = drawn(many).queue[:, [3, 7]] == NEVER
    threshold = stats.norm.ppf(0.3)
    both = stats.multivariate_normal([0, 0], [[1, REGION_CORRELATION], [REGION_CORRELATION, 1]]).cdf([threshold, threshold])
    assert lost.all(axis=1).mean() == pytest.approx(both, abs=share_error(both))


def test_permits_queue_and_building_have_their_own_luck():
    of = made("{from: 2029-04, import_mw: 160, status: in_queue, never_share: 0, greenfield: {}}", years=40)
    dates = drawn(of)
    columns = np.stack([dates.queue[:, 3], dates.permits[:, 3], dates.substation[:, 3]])
    ranks = stats.rankdata(columns, axis=1)
    off = np.corrcoef(ranks)[np.triu_indices(3, 1)]
    assert np.abs(off).max() < 4.5 / np.sqrt(COUNT)


# ---- the middle -----------------------------------------------------------------------------------------------------------


def test_the_middle_is_never_where_that_is_likelier_than_not():
    step = "{{from: 2027-10, import_mw: 160, status: in_queue, never_share: {}}}"
    assert central(made(step.format(0.49))).powered[0, LAND_BLOCK] == 6 + 18
    assert central(made(step.format(0.51))).powered[0, LAND_BLOCK] == 240


def test_dates_follow_from_what_is_waited_for():
    """The equation of the module, by hand: 6 = the date of the step, three blocks on the first day."""
    of = made(CONTRACTED)
    rows = np.array([[0, 0, 0, 4], [0, 0, 0, 10], [0, 0, 0, NEVER]])
    permits = np.array([[0, 0, 0, 0], [0, 0, 0, 12], [0, 0, 0, 0]])
    building = np.array([[0, 0, 0, 0], [0, 0, 0, 5], [0, 0, 0, 5]])
    assert powered_months(of, rows, permits, building).tolist() == [[0, 0, 0, 6], [0, 0, 0, 17], [0, 0, 0, 240]]
