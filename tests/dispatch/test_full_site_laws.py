"""Laws that hold for every whole site, whatever the numbers."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
from dispatch_sites import in_order
from full_sites import random_full_site
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_programme import audit

from repower.dispatch import SiteHours, dispatch_hours

HOURS = 18
PLAIN = ({}, {"peaks": True}, {"permit": True})
EITHER_OR = ({"negative": True}, {"one_way": True}, {"least_load": True}, {"negative": True, "one_way": True})

#: By what the arrays of a site are measured; the rest are shares, counts and places.
MW = (
    *("import_limit_mw", "ppa_mw", "generator_mw", "tier_mw", "ai_mw"),
    *("export_limit_mw", "flexible_mw", "generation_limit_mwh"),
)
BATTERY_MW = ("charge_mw", "discharge_mw", "energy_mwh", "start_mwh", "least_end_mwh")
USD = tuple(field.name for field in fields(SiteHours) if "_usd_per_mw" in field.name)
BATTERY_USD = ("usd_per_mwh_discharged", "end_value_usd_per_mwh")


@st.composite
def sites(draw: st.DrawFn, wanted: tuple[dict[str, bool], ...] = PLAIN + EITHER_OR) -> SiteHours:
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return random_full_site(rng, HOURS, coarse=draw(st.booleans()), **draw(st.sampled_from(wanted)))


def best(site: SiteHours) -> float:
    return dispatch_hours(site).certificate.objective_usd


def value(site: SiteHours) -> tuple[float, float]:
    """What the site earns, and by how much that may be off: 1e-9 of the money, and what the certificate leaves open.

    It leaves next to nothing open, but where peaks or a permit are searched; that it is honest there is what a law can say.
    """
    found = audit(site, dispatch_hours(site))
    return found.objective, 1e-9 * found.scale_usd + max(0.0, found.bound - found.objective)


def rises(site: SiteHours, *better: SiteHours) -> bool:
    before, slack = value(site)
    after = [value(other) for other in better]
    return all(usd >= before - slack - more_slack for usd, more_slack in after)


def same(site: SiteHours, other: SiteHours, *, factor: float = 1.0, more: float = 0.0) -> bool:
    """Whether the second earns `factor` times the first, and `more`."""
    (before, slack), (after, more_slack) = value(site), value(other)
    return abs(after - factor * before - more) <= factor * slack + more_slack + 1e-12 * abs(more)


def with_battery(site: SiteHours, **changes: float) -> SiteHours:
    (battery,) = site.batteries
    return replace(site, batteries=(replace(battery, **changes),))


def scaled(site: SiteHours, factor: float, site_names: tuple[str, ...], battery_names: tuple[str, ...]) -> SiteHours:
    changes = {name: factor * getattr(site, name) for name in site_names if getattr(site, name) is not None}
    batteries = tuple(
        replace(battery, **{name: factor * getattr(battery, name) for name in battery_names}) for battery in site.batteries
    )
    return replace(site, **changes, batteries=batteries)


more = st.floats(0.0, 50.0)
laws = settings(max_examples=20)


@laws
@given(sites(), more)
def test_more_of_what_may_be_refused_never_lowers_the_value(site, extra):
    (battery,) = site.batteries
    wider = [
        with_battery(site, energy_mwh=battery.energy_mwh + extra),
        with_battery(site, charge_mw=battery.charge_mw + extra),
        with_battery(site, discharge_mw=battery.discharge_mw + extra),
        replace(site, import_limit_mw=site.import_limit_mw + extra),
        replace(site, export_limit_mw=site.export_limit_mw + extra),
        replace(site, tier_mw=site.tier_mw + extra),
        replace(site, generation_limit_mwh=site.generation_limit_mwh + extra),
        replace(site, reserve_max_share=min(1.0, site.reserve_max_share + 0.2)),
        replace(site, ppa_resale=np.ones(len(site.ppa_mw), dtype=bool)),
        replace(site, ppa_must_take_share=site.ppa_must_take_share / 2),
        replace(site, generator_least_share=site.generator_least_share / 2),
    ]
    if site.flexible_usd_per_mwh <= site.unserved_usd_per_mwh:
        wider.append(replace(site, flexible_mw=(site.flexible_mw + site.ai_mw) / 2))
    if not site.generator_least_share.any():
        wider.append(replace(site, generator_mw=site.generator_mw + extra))
    assert rises(site, *wider)


@laws
@given(sites(), more)
def test_better_terms_never_lower_the_value(site, usd):
    (battery,) = site.batteries
    better = [
        with_battery(site, usd_per_mwh_discharged=battery.usd_per_mwh_discharged / 2),
        with_battery(site, end_value_usd_per_mwh=battery.end_value_usd_per_mwh + usd),
        with_battery(site, least_end_mwh=battery.least_end_mwh / 2),
        replace(site, export_fee_usd_per_mwh=site.export_fee_usd_per_mwh - usd),
        replace(site, tier_value_usd_per_mwh=site.tier_value_usd_per_mwh + usd, reserve_called_share=0.0),
        replace(site, generator_cost_usd_per_mwh=site.generator_cost_usd_per_mwh - usd),
        replace(site, reserve_usd_per_mw_hour=site.reserve_usd_per_mw_hour + usd),
        replace(site, coincident_usd_per_mw=None),
        replace(site, flexible_usd_per_mwh=site.flexible_usd_per_mwh / 2),
    ]
    if site.peaks is not None:
        better.append(replace(site, peaks=replace(site.peaks, usd_per_mw=site.peaks.usd_per_mw / 2)))
    assert rises(site, *better)


@laws
@given(sites(wanted=PLAIN), st.floats(0.5, 1.0))
def test_fewer_losses_never_lower_the_value_where_energy_is_worth_something(site, share):
    (battery,) = site.batteries
    into, out_of = (1 - share * (1 - eff) for eff in (battery.charge_efficiency, battery.discharge_efficiency))
    assert rises(site, with_battery(site, charge_efficiency=into), with_battery(site, discharge_efficiency=out_of))


@laws
@given(sites(), st.floats(0.01, 100.0))
def test_value_scales_with_the_megawatts(site, factor):
    assert same(site, scaled(site, factor, MW, BATTERY_MW), factor=factor)


@laws
@given(sites(), st.floats(0.01, 100.0))
def test_value_scales_with_the_dollars(site, factor):
    dearer = scaled(site, factor, USD, BATTERY_USD)
    if site.peaks is not None:
        dearer = replace(dearer, peaks=replace(site.peaks, usd_per_mw=factor * site.peaks.usd_per_mw))
    assert same(site, dearer, factor=factor)


@laws
@given(sites(), st.randoms(use_true_random=False))
def test_the_order_of_lists_changes_nothing(site, random):
    tiers, ppas, plants = (list(range(len(rows))) for rows in (site.tier_mw, site.ppa_mw, site.generator_mw))
    for places in (tiers, ppas, plants):
        random.shuffle(places)
    turned = in_order(site, tiers=np.array(tiers, dtype=int), ppas=np.array(ppas, dtype=int))
    names = ("generator_mw", "generator_cost_usd_per_mwh", "generator_least_share", "generator_min_up_hours")
    turned = replace(turned, **{name: getattr(site, name)[plants] for name in names})
    assert same(site, turned)


def halves(site: SiteHours, rows: str, *same_terms: str) -> SiteHours:
    """The site with each of these rows twice, at half the power and the same terms."""
    power = np.repeat(getattr(site, rows) / 2, 2, axis=0)
    return replace(site, **{rows: power}, **{name: np.repeat(getattr(site, name), 2, axis=0) for name in same_terms})


@laws
@given(sites())
def test_two_halves_are_a_whole(site):
    ppa_terms = ("ppa_price_usd_per_mwh", "ppa_must_take_share", "ppa_resale", "ppa_resale_fee_usd_per_mwh")
    plant_terms = ("generator_cost_usd_per_mwh", "generator_least_share", "generator_min_up_hours")
    assert same(site, halves(site, "tier_mw", "tier_value_usd_per_mwh"))
    assert same(site, halves(site, "ppa_mw", *ppa_terms))
    if not site.generator_least_share.any():
        assert same(site, halves(site, "generator_mw", *plant_terms))


@laws
@given(sites())
def test_a_battery_of_no_size_is_no_battery(site):
    none = replace(site, batteries=())
    terms = {"start_mwh": 0.0, "least_end_mwh": 0.0}
    assert same(none, with_battery(site, energy_mwh=0.0, **terms))
    assert same(none, with_battery(site, charge_mw=0.0, **terms))
    (battery,) = site.batteries
    idle = with_battery(site, charge_mw=0.0, discharge_mw=0.0, least_end_mwh=battery.start_mwh)
    assert same(none, idle, more=battery.end_value_usd_per_mwh * battery.start_mwh)


@laws
@given(sites(), st.floats(0.0, 60.0))
def test_a_dearer_world_costs_the_load_and_gains_on_what_was_in_store(site, usd):
    """Every price of energy raised by the same: in any dispatch what comes to the bus leaves it at the higher price too.

    What is left over is the AI load, which earns nothing here, less what the store held at the start. Only a store without
    losses gives back every MWh, and only contracts that need not be taken are never paid for and left.
    """
    optional = np.zeros(len(site.ppa_mw))
    site = replace(site, ppa_must_take_share=optional, ppa_price_usd_per_mwh=np.maximum(site.ppa_price_usd_per_mwh, 0.0))
    site = with_battery(site, charge_efficiency=1.0, discharge_efficiency=1.0)
    site = with_battery(site, least_end_mwh=min(site.batteries[0].least_end_mwh, site.batteries[0].start_mwh))
    (battery,) = site.batteries
    names = ("market_price", "ppa_price", "generator_cost", "tier_value", "unserved", "flexible")
    dearer = replace(site, **{f"{name}_usd_per_mwh": getattr(site, f"{name}_usd_per_mwh") + usd for name in names})
    dearer = with_battery(dearer, end_value_usd_per_mwh=battery.end_value_usd_per_mwh + usd)
    assert same(site, dearer, more=-usd * (site.ai_mw.sum() - battery.start_mwh))


@laws
@given(sites(), st.floats(-30.0, 30.0))
def test_without_contracts_the_adder_is_part_of_the_price(site, usd):
    site = replace(in_order(site, ppas=np.zeros(0, dtype=int)), reserve_called_share=0.0)
    moved = replace(
        site,
        adder_usd_per_mwh=site.adder_usd_per_mwh - usd,
        market_price_usd_per_mwh=site.market_price_usd_per_mwh + usd,
        export_fee_usd_per_mwh=site.export_fee_usd_per_mwh + usd,
    )
    assert same(site, moved)


@laws
@given(sites(), st.integers(0, 2**32 - 1))
def test_value_is_convex_in_prices(site, seed):
    site = replace(site, reserve_called_share=0.0)
    price = site.market_price_usd_per_mwh
    other = replace(site, market_price_usd_per_mwh=np.random.default_rng(seed).permutation(price))
    between = replace(site, market_price_usd_per_mwh=(price + other.market_price_usd_per_mwh) / 2)
    (middle, slack), (one, _), (two, _) = value(between), value(site), value(other)
    assert middle <= (one + two) / 2 + 2 * slack


@laws
@given(sites(wanted=PLAIN), st.integers(0, 2**32 - 1))
def test_value_is_concave_in_megawatts_where_nothing_is_either_or(site, seed):
    rng = np.random.default_rng(seed)
    turned = replace(site, tier_mw=rng.permutation(site.tier_mw, axis=1), generator_mw=rng.permutation(site.generator_mw, axis=1))
    (battery,) = site.batteries
    turned = with_battery(turned, energy_mwh=2 * battery.energy_mwh, charge_mw=3 * battery.charge_mw)
    between = replace(
        site, tier_mw=(site.tier_mw + turned.tier_mw) / 2, generator_mw=(site.generator_mw + turned.generator_mw) / 2
    )
    between = with_battery(between, energy_mwh=1.5 * battery.energy_mwh, charge_mw=2 * battery.charge_mw)
    (middle, _), (one, slack), (two, more_slack) = value(between), value(site), value(turned)
    assert middle >= (one + two) / 2 - slack - more_slack


def each_hour(site: SiteHours, places: np.ndarray) -> SiteHours:
    """The site with its hours taken from these places."""
    changes = {}
    for field in fields(SiteHours):
        value = getattr(site, field.name)
        if isinstance(value, np.ndarray) and value.shape[-1:] == (HOURS,) and not field.name.startswith("generator_m"):
            changes[field.name] = value[..., places]
    changes["generator_mw"] = site.generator_mw[:, places]
    if site.peaks is not None:
        changes["peaks"] = replace(site.peaks, cell=site.peaks.cell[places])
    return replace(site, **changes)


@laws
@given(sites(), st.integers(0, HOURS))
def test_an_hour_in_which_nothing_can_happen_changes_nothing(site, at):
    longer = each_hour(site, np.insert(np.arange(HOURS), at, 0))
    for name in ("import_limit_mw", "ppa_mw", "generator_mw", "tier_mw", "ai_mw", "export_limit_mw", "flexible_mw"):
        values = getattr(longer, name).copy()
        values[..., at] = 0.0
        longer = replace(longer, **{name: values})
    assert same(site, longer)


@laws
@given(sites(wanted=({}, {"permit": True})))
def test_an_hour_is_two_halves_of_the_same_hour(site):
    """In half an hour half the energy may flow; prices do not change within it, so there is nothing to win inside."""
    twice = scaled(each_hour(site, np.repeat(np.arange(HOURS), 2)), 0.5, tuple(set(MW) - {"generation_limit_mwh"}), ())
    (battery,) = site.batteries
    twice = with_battery(twice, charge_mw=battery.charge_mw / 2, discharge_mw=battery.discharge_mw / 2)
    assert same(site, twice)


@laws
@given(sites(wanted=({}, {"negative": True}, {"one_way": True}, {"least_load": True})), st.integers(1, HOURS - 1))
def test_a_best_dispatch_is_best_from_every_hour_on(site, at):
    """Cut where the whole dispatch had some store, and the parts earn what the whole earned, never less."""
    (battery,) = site.batteries
    whole = dispatch_hours(site)
    level = float(np.clip(whole.stored_mwh[0, at - 1], 0.0, battery.energy_mwh))
    first, second = each_hour(site, np.arange(at)), each_hour(site, np.arange(at, HOURS))
    # A hair less is asked for at the cut, so that rounding cannot put it out of reach.
    first = with_battery(first, least_end_mwh=level * (1 - 1e-12), end_value_usd_per_mwh=0.0)
    second = with_battery(second, start_mwh=level)
    (one, slack), (two, more_slack) = value(first), value(second)
    allowed = slack + more_slack + 1e-9 * audit(site, whole).scale_usd
    assert one + two >= whole.certificate.objective_usd - allowed
    plain = (site.market_price_usd_per_mwh >= 0).all() and not site.generator_least_share.any()
    if plain:  # more in store than at the cut is never a burden
        assert one + two <= whole.certificate.objective_usd + allowed


@laws
@given(sites(wanted=({},)), st.integers(0, HOURS - 1), st.floats(0.01, 30.0))
def test_no_step_gains_more_than_its_marginal_value(site, hour, step):
    """The value is concave, so the first MW is the best one."""
    result = dispatch_hours(site)
    before, allowed = result.certificate.objective_usd, 3e-9 * audit(site, result).scale_usd
    extra = np.zeros(HOURS)
    extra[hour] = step
    wider = replace(site, import_limit_mw=site.import_limit_mw + extra)
    assert best(wider) - before <= step * result.marginal_import_usd_per_mwh[hour] + allowed
    free = replace(
        site,
        generator_mw=np.vstack([site.generator_mw, extra]),
        generator_cost_usd_per_mwh=np.vstack([site.generator_cost_usd_per_mwh, np.zeros(HOURS)]),
        generator_least_share=np.append(site.generator_least_share, 0.0),
        generator_min_up_hours=np.append(site.generator_min_up_hours, 1),
    )
    assert best(free) - before <= step * result.marginal_energy_usd_per_mwh[hour] + allowed
