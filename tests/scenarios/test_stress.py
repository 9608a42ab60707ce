"""Stresses: identities hold, what is not struck stays, and each change by hand."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from repower.horizon import Month
from repower.markets.bitcoin import hashprice
from repower.markets.shapes import read_shapes
from repower.portfolio import Change, Stress
from repower.portfolio.stress import AMOUNTS, BUILT_IN
from repower.scenarios import base, sample
from repower.scenarios.known_stresses import find_stresses, known_stresses
from repower.scenarios.stress import apply, with_price
from small_portfolio import SMALL_YAML
from small_series import small, small_series


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    small_series(folder)
    return folder


@pytest.fixture(scope="module")
def portfolio(folder):
    queue = SMALL_YAML.replace("status: contracted", "status: in_queue").replace(
        "country: US\n", "country: US\n    queue_region: ercot\n", 1
    )
    return small(folder, queue.replace("{name: fjord, series: prices.csv}", "{name: fjord, series: prices.csv, region: nordic}"))


@pytest.fixture(scope="module")
def shapes(portfolio):
    return read_shapes(portfolio)


@pytest.fixture(scope="module")
def drawn(portfolio, shapes):
    return sample(portfolio, 20, 3, shapes)


def changed(portfolio, drawn, shapes, **change):
    stress = Stress(name="s", changes=(Change.model_validate(change),))
    return apply(stress, drawn, portfolio, shapes)


def differs(first: xr.Dataset, second: xr.Dataset) -> set[str]:
    return {str(name) for name in first.data_vars if not first[name].equals(second[name])}


def assert_identity(data):
    expected = hashprice(
        data.btc_price_usd.to_numpy(), data.network_eh_per_s.to_numpy(), data.subsidy_btc.to_numpy(), data.fee_share.to_numpy()
    )
    np.testing.assert_allclose(data.hashprice_usd_per_ph_day, expected, rtol=1e-12)


def test_every_known_stress_keeps_identities_and_changes_something(portfolio, drawn, shapes):
    stresses = known_stresses(portfolio, shapes)
    assert [stress.name for stress in stresses] == list(BUILT_IN)
    for data in (drawn, base(portfolio, shapes)):
        before = data.copy(deep=True)
        for stress in stresses:
            struck, hours = apply(stress, data, portfolio, shapes)
            assert_identity(struck)
            assert differs(struck, data) or hours is not shapes
            assert struck.attrs["stress"] == stress.name
            assert (struck.powered_month >= data.powered_month).all()
            assert struck.sizes["scenario"] == data.sizes["scenario"]
            for name in data.data_vars:
                assert struck[name].dtype == data[name].dtype
                assert struck[name].attrs == data[name].attrs
        xr.testing.assert_identical(data, before)


def test_the_same_price_changes_nothing(portfolio, drawn):
    again = with_price(drawn, portfolio, drawn.btc_price_usd.to_numpy())
    xr.testing.assert_allclose(again, drawn, rtol=1e-12)


def test_the_network_follows_as_if_the_price_had_been_drawn(folder, portfolio, shapes):
    """Half the price from the start on, put upon the middle path, is the middle path of a portfolio that starts with a fall: the
    network of the rules, from the same machines."""
    data = base(portfolio, shapes)
    half = np.where(np.arange(120) < 12, 1.0, 0.5) * data.btc_price_usd.to_numpy()
    struck = with_price(data, portfolio, half)
    from repower.scenarios import network

    bitcoin = portfolio.markets.bitcoin
    expected = network.central(bitcoin, half[0], data.subsidy_btc.to_numpy(), data.fee_share.to_numpy()[0])
    np.testing.assert_allclose(struck.network_eh_per_s, expected.network_eh_per_s, rtol=1e-9)
    np.testing.assert_allclose(struck.hashprice_usd_per_ph_day, expected.hashprice, rtol=1e-9)
    assert (struck.hashprice_usd_per_ph_day[:, 12] < 0.75 * data.hashprice_usd_per_ph_day[:, 12]).all()
    assert (struck.network_eh_per_s[:, -1] < data.network_eh_per_s[:, -1]).all()


def test_a_fall_at_once_is_a_fall_and_no_other_fleet(portfolio, drawn):
    """The fleet that stands has come by the old price: one month sooner or later is no other world, and what earns less switches
    off."""
    old = drawn.btc_price_usd.to_numpy()
    at_once, later = (with_price(drawn, portfolio, np.where(np.arange(120) < first, 1.0, 0.5) * old) for first in (0, 1))
    ratio = at_once.network_eh_per_s.to_numpy() / drawn.network_eh_per_s.to_numpy()
    assert (ratio[:, 0] == 1).all()
    assert (ratio[:, 1] < 0.9).all()
    np.testing.assert_allclose(at_once.network_eh_per_s, later.network_eh_per_s, rtol=1e-12)
    assert_identity(at_once)


def test_no_machine_is_sold_for_less_than_it_costs_to_make(portfolio, drawn):
    struck = with_price(drawn, portfolio, np.where(np.arange(120) < 12, 1.0, 0.3) * drawn.btc_price_usd.to_numpy())
    made = portfolio.markets.bitcoin.machine_made_usd_per_watt * drawn.newest_j_per_th
    for data in (drawn, struck):
        assert (data.machine_usd_per_th >= made * (1 - 1e-12)).all()
    assert (struck.machine_usd_per_th <= 1.001 * made).any()


def test_months_and_places(portfolio, drawn, shapes):
    start = portfolio.start
    assert start == Month.parse("2027-01")
    struck, _ = changed(
        portfolio, drawn, shapes, what="power_level", where="nordic", **{"from": "2028-01"}, until="2028-06", factor=3
    )
    ratio = (struck.power_level_usd_per_mwh / drawn.power_level_usd_per_mwh).to_numpy()
    expected = np.ones((20, 2, 120))
    expected[:, 1, 12:18] = 3
    np.testing.assert_allclose(ratio, expected)
    assert differs(struck, drawn) == {"power_level_usd_per_mwh"}
    country, _ = changed(portfolio, drawn, shapes, what="power_level", where="NO", set=100)
    assert (country.power_level_usd_per_mwh.sel(zone="fjord") == 100).all()
    assert (country.power_level_usd_per_mwh.sel(zone="plains") == drawn.power_level_usd_per_mwh.sel(zone="plains")).all()


def test_network_alone(portfolio, drawn, shapes):
    struck, _ = changed(portfolio, drawn, shapes, what="network", factor=2)
    np.testing.assert_allclose(struck.hashprice_usd_per_ph_day, drawn.hashprice_usd_per_ph_day / 2)
    assert differs(struck, drawn) == {"network_eh_per_s", "hashprice_usd_per_ph_day"}


def test_rents_regimes_and_rates(portfolio, drawn, shapes):
    rent, _ = changed(portfolio, drawn, shapes, what="gpu_rent", factor=0.5)
    np.testing.assert_allclose(rent.gpu_rent_factor, 0.5 * drawn.gpu_rent_factor)
    glut, _ = changed(portfolio, drawn, shapes, what="gpu_regime", set=-1, **{"from": "2030-01"})
    assert (glut.gpu_regime[:, 36:] == -1).all()
    assert (glut.gpu_regime[:, :36] == drawn.gpu_regime[:, :36]).all()
    rate, _ = changed(portfolio, drawn, shapes, what="base_rate", add=0.03)
    np.testing.assert_allclose(rate.base_rate, drawn.base_rate + 0.03)


def test_dates(portfolio, drawn, shapes):
    later, _ = changed(portfolio, drawn, shapes, what="power_date", where="rockdale", add_months=12)
    wait = (later.powered_month - drawn.powered_month).sel(block="rockdale/land")
    assert ((wait == 12) | (later.powered_month.sel(block="rockdale/land") == 120)).all()
    for block in ("rockdale/a1", "tydal/h1"):
        assert (later.powered_month.sel(block=block) == drawn.powered_month.sel(block=block)).all()
    other, _ = changed(portfolio, drawn, shapes, what="power_date", where="tydal", add_months=12)
    assert differs(other, drawn) == set()
    queue, _ = changed(portfolio, drawn, shapes, what="queue", where="ercot", add_months=12)
    assert (queue.queue_months.sel(block="rockdale/land") >= drawn.queue_months.sel(block="rockdale/land")).all()
    elsewhere, _ = changed(portfolio, drawn, shapes, what="queue", where="norway", add_months=12)
    assert differs(elsewhere, drawn) == set()


def test_defaults(portfolio, drawn, shapes):
    struck, _ = changed(portfolio, drawn, shapes, what="default", where="anchor", **{"from": "2031-01"})
    expected = np.minimum(drawn.lease_default_months.sel(lease="anchor"), 48)
    assert (struck.lease_default_months.sel(lease="anchor") == expected).all()
    assert (struck.lease_default_months.sel(lease="nordic") == drawn.lease_default_months.sel(lease="nordic")).all()


def test_scarcity_strikes_its_year_alone(portfolio, drawn, shapes):
    struck, hours = changed(
        portfolio, drawn, shapes, what="scarcity", where="plains", **{"from": "2029-02"}, hours=100, factor=150
    )
    assert differs(struck, drawn) == {"shape_year"}
    plains, fjord = 0, 1
    first = 31 * 24
    for scenario in range(20):
        for year in range(10):
            mine = hours.price_shape[:, struck.shape_year[scenario, year]]
            before = shapes.price_shape[:, drawn.shape_year[scenario, year]]
            np.testing.assert_array_equal(mine[fjord], before[fjord])
            if year == 2:
                np.testing.assert_array_equal(
                    mine[plains, first : first + 100], np.maximum(before[plains, first : first + 100], 150)
                )
                mine, before = (np.delete(values, np.s_[first : first + 100], axis=1) for values in (mine, before))
            np.testing.assert_array_equal(mine[plains], before[plains])
    assert hours.dry_bulb_c.shape[1] == hours.price_shape.shape[1] == len(hours.years)
    np.testing.assert_array_equal(hours.dry_bulb_c[:, struck.shape_year[0]], shapes.dry_bulb_c[:, drawn.shape_year[0]])


def test_changes_add_up(portfolio, drawn, shapes):
    both = Stress(
        name="both",
        changes=(Change(what="gpu_rent", factor=0.5), Change(what="gpu_rent", factor=0.5), Change(what="network", factor=2.0)),
    )
    struck, _ = apply(both, drawn, portfolio, shapes)
    np.testing.assert_allclose(struck.gpu_rent_factor, 0.25 * drawn.gpu_rent_factor)
    np.testing.assert_allclose(struck.hashprice_usd_per_ph_day, 0.5 * drawn.hashprice_usd_per_ph_day)


def test_names(folder, portfolio, shapes):
    (found,) = find_stresses(portfolio, shapes, ["GPU glut"])
    assert found.name == "GPU glut"
    with pytest.raises(ValueError, match="did you mean GPU glut"):
        find_stresses(portfolio, shapes, ["gpu glutt"])
    nothing = small(folder)  # no site in Texas' queue, none in a queue
    with pytest.raises(ValueError, match="cannot strike this portfolio"):
        find_stresses(nothing, shapes, ["queue audit"])
    own = Stress(name="mine", changes=(Change(what="gpu_rent", factor=0.5),))
    assert known_stresses(portfolio.model_copy(update={"stresses": (own,)}), shapes)[-1] == own


def test_what_cannot_be(portfolio, drawn, shapes):
    with pytest.raises(ValueError, match="no zone"):
        changed(portfolio, drawn, shapes, what="power_level", where="nowhere", factor=2)
    with pytest.raises(ValueError, match="within the study"):
        changed(portfolio, drawn, shapes, what="gpu_rent", **{"from": "2050-01"}, factor=2)
    assert set(AMOUNTS) == set(Change.model_fields["what"].annotation.__args__)
