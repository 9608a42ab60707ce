"""The world's machines: how they start, where they settle, what moves them, against closed forms and laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from repower.horizon import Horizon, Month
from repower.markets.miner_fleet import FleetRules, run_fleet
from repower.portfolio import Bitcoin
from repower.scenarios import bitcoin_paths, network
from repower.scenarios.draws import Draws

RULES = FleetRules(50.0, 0.0, 0.3, 15.0, 3.0, 0.53, 0.0103, 21.0, 3, 72)
BITCOIN = Bitcoin(price_usd=84_700, network_eh_per_s=958, fee_share=0.02)


def run(rules, price, efficiency=15.0, start=958.0, fees=0.0):
    """Paths with machines of one efficiency for ever, or those given; price [M] or [S, M]."""
    price = np.atleast_2d(np.asarray(price, dtype=float))
    scenarios, months = price.shape
    vintages = np.broadcast_to(efficiency, (scenarios, rules.vintages(months))).astype(float)
    no = np.zeros(price.shape)
    return run_fleet(rules, price, np.full(months, 3.125), no + fees, start, vintages, no)


def pays(rules, hashprice, efficiency):
    """Share of machines that run: 1 / (1 + exp(-pi / (sqrt(3) spread) log(value / cost))), a logistic of the logarithm."""
    value = 1000 * hashprice / (24 * efficiency)
    return 1 / (1 + np.exp(-np.pi / np.sqrt(3) / rules.power_spread * np.log(value / rules.power_usd_per_mwh)))


def test_it_starts_where_the_portfolio_says_and_does_not_jump():
    flat = np.full((1, 24), 84_700.0)
    level = network.central(BITCOIN, flat[0], np.full(24, 3.125), np.full(24, 0.02))
    assert level.network_eh_per_s[0, 0] == pytest.approx(958, rel=1e-12)
    assert level.hashprice[0, 0] == pytest.approx(144 * 3.125 * 1.02 * 84_700 / 958_000, rel=1e-12)
    assert np.abs(np.diff(np.log(level.network_eh_per_s[0]))).max() < 0.015
    drawn = network.draw(BITCOIN, np.repeat(flat, 50, axis=0), np.full(24, 3.125), np.full((50, 24), 0.02), Draws(1, 50, 24))
    np.testing.assert_allclose(drawn.network_eh_per_s[:, 0], 958, rtol=1e-12)


@settings(max_examples=25)
@given(
    price=st.floats(2e4, 5e5),
    start=st.floats(200, 2000),
    newest=st.floats(5, 20),
    older=st.floats(1, 3),
    life=st.integers(12, 100),
)
def test_a_constant_world_never_jumps_in_the_first_months(price, start, newest, older, life):
    bitcoin = BITCOIN.model_copy(
        update={
            "network_eh_per_s": start,
            "newest_j_per_th": newest,
            "fleet_j_per_th": newest * older,
            "machine_life_months": life,
        }
    )
    path = network.central(bitcoin, np.full(4, price), np.full(4, 3.125), np.full(4, 0.02)).network_eh_per_s[0]
    assert path[0] == pytest.approx(start, rel=1e-9)
    # More can be delivered in a month than a thirtieth of the network only where a machine earns many times its cost.
    most = RULES.most_gw_per_year * 1000 / 12 / newest
    assert -0.12 * start < path[1] - path[0] <= most + 1e-6


def test_who_runs_is_what_its_own_hashprice_pays_for():
    """With hardly any orders the machines are those of the start: N = H F(R / N), solved by bracketing in scipy."""
    rules = replace(RULES, order_share=1e-12, life_months=180)
    prices = np.array([84_700.0, 84_700.0, 30_000.0, 30_000.0, 200_000.0, 60_000.0])
    paths = run(rules, prices, efficiency=20.0)
    standing = 958.0 / pays(rules, paths.hashprice[0, 0], 20.0)
    assert standing > 958
    oldest = rules.scrapped_until - rules.scrapped_from
    for month, price in enumerate(prices):
        revenue = 144 * 3.125 * price / 1000

        def missing(n, revenue=revenue):
            return np.log(n) - np.log(standing * pays(rules, revenue / n, 20.0))

        expected = brentq(missing, 1e-3, 1e5, rtol=1e-12)
        assert paths.network_eh_per_s[0, month] == pytest.approx(expected, rel=(month + 1) / oldest)
    # and to the last digit in the first month, before any is scrapped
    assert paths.network_eh_per_s[0, 0] == pytest.approx(958, rel=1e-12)
    exact = run(rules, np.array([84_700.0, 84_700.0]), efficiency=np.full((1, rules.vintages(2)), 20.0))
    assert exact.network_eh_per_s[0, 1] < 958


def test_machines_come_back_when_it_pays_again():
    rules = replace(RULES, order_share=1e-12, life_months=180)
    prices = np.r_[np.full(3, 84_700.0), np.full(3, 15_000.0), np.full(3, 84_700.0)]
    path = run(rules, prices, efficiency=25.0).network_eh_per_s[0]
    assert path[4] < 0.6 * path[2]
    assert path[7] == pytest.approx(path[1], rel=0.05)


def test_a_constant_world_settles_where_orders_replace_what_is_scrapped():
    paths = run(RULES, np.full(720, 84_700.0), efficiency=15.0)
    n, h = paths.network_eh_per_s[0], paths.hashprice[0]
    np.testing.assert_allclose(n[-24:], n[-1], rtol=2e-4)
    share = pays(RULES, h[-1], 15.0)
    margin = 30.4375 * h[-1] / 1000 - 730.5e-6 * 15.0 * 50.0
    assert paths.machine_usd_per_th[0, -1] == pytest.approx(15 * margin, rel=1e-4)
    eager = 0.25 * np.log1p(np.exp((15 * margin / (0.53 * 15.0) - 1) / 0.25))
    wanted = 0.0103 * eager * n[-1] * 15.0
    ordered = 1 / (1 / wanted + 12 / 21_000)
    # Each month's machines are there whole until half their life, then ever fewer until one and a half: 72 months on average.
    # (scrapping is at the beginning of a month: half a month less; the first part month of a quarter counts, too)
    standing = n[-1] / share * 15.0
    assert standing == pytest.approx(ordered * 72, rel=0.02)


def test_a_new_machine_costs_its_payback_and_at_least_what_it_costs_to_make():
    paths = run(RULES, np.r_[np.full(3, 84_700.0), np.full(60, 12_000.0)], efficiency=15.0)
    followed = paths.hashprice[0, 0]
    for month in range(63):
        kept = (1 / 3) ** (1 / 3)
        followed = kept * followed + (1 - kept) * paths.hashprice[0, month]
        worth = 15 * (30.4375 * followed / 1000 - 730.5 * 15e-6 * 50)
        assert paths.machine_usd_per_th[0, month] == pytest.approx(max(worth, 0.53 * 15), rel=1e-9)
    assert paths.machine_usd_per_th[0, 10:20] == pytest.approx(0.53 * 15)


def test_what_is_ordered_comes_after_the_months_of_delivery():
    """Where power costs next to nothing all machines run, so only deliveries move the network."""
    cheap = replace(RULES, power_usd_per_mwh=1e-3, life_months=180, delivery_months=5)
    flat = np.full(12, 84_700.0)
    higher = flat.copy()
    higher[3:] *= 3
    one, other = (run(cheap, prices, efficiency=15.0).network_eh_per_s[0] for prices in (flat, higher))
    np.testing.assert_allclose(other[:8], one[:8], rtol=1e-9)
    assert other[8] > one[8] * 1.005


def test_no_more_is_ordered_than_can_be_made():
    greedy = replace(RULES, order_share=1.0, power_usd_per_mwh=1e-3, life_months=180)
    path = run(greedy, np.full(24, 5e6), efficiency=15.0).network_eh_per_s[0]
    most = 21_000 / 12 / 15.0
    assert (np.diff(path) <= most).all()
    assert np.diff(path)[3:].min() > 0.9 * most


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), scale=st.floats(1.05, 5))
def test_a_dearer_coin_means_more_machines(seed, scale):
    """At once: more run. Their hashprice rises less than the coin."""
    walk = 84_700 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.15, 30)))
    lifted = np.r_[walk[:-1], walk[-1] * scale]
    low, high = (run(RULES, path, efficiency=20.0) for path in (walk, lifted))
    assert high.network_eh_per_s[0, -1] >= low.network_eh_per_s[0, -1]
    assert low.hashprice[0, -1] <= high.hashprice[0, -1] <= low.hashprice[0, -1] * scale * (1 + 1e-9)


def test_the_worst_and_the_best_worlds_have_numbers():
    months = 480
    falls = 84_700 * np.exp(-np.linspace(0, 14, months))
    rises = 84_700 * np.exp(np.linspace(0, 12, months))
    crashes = np.where(np.arange(months) < 5, 84_700.0, 50.0)
    swings = np.where(np.arange(months) // 30 % 2, 500.0, 500_000.0)
    worthless = np.where(np.arange(months) < 20, 84_700.0, 84_700.0 * np.exp(-0.2 * np.arange(months)))
    for path in (falls, rises, crashes, swings, np.maximum(worthless, 1e-6)):
        bitcoin = BITCOIN.model_copy(update={"machine_gain_rate": 0.15})
        paths = network.central(bitcoin, path, np.full(months, 3.125), np.full(months, 0.02))
        for values in (paths.network_eh_per_s, paths.hashprice, paths.machine_usd_per_th, paths.marginal_j_per_th):
            assert np.isfinite(values).all()
            assert (values > 0).all()
        np.testing.assert_allclose(paths.hashprice * paths.network_eh_per_s * 1000, 144 * 3.125 * 1.02 * path[None], rtol=1e-9)


def test_a_halving_drives_out_those_who_cannot_pay():
    subsidy = np.where(np.arange(60) < 12, 3.125, 1.5625)
    paths = network.central(BITCOIN, np.full(60, 84_700.0), subsidy, np.full(60, 0.02))
    # 40 USD/PH/day is little already: at half of it a fifth of the network is off at once
    assert 0.6 < paths.hashprice[0, 12] / paths.hashprice[0, 11] < 0.67
    assert 0.75 < paths.network_eh_per_s[0, 12] / paths.network_eh_per_s[0, 11] < 0.85
    assert paths.hashprice[0, 36] > 1.02 * paths.hashprice[0, 12]
    # where hashprice is high nobody leaves, and it halves
    rich = network.central(BITCOIN, np.full(60, 400_000.0), subsidy, np.full(60, 0.02)).hashprice[0]
    assert rich[12] / rich[11] == pytest.approx(0.5, abs=0.03)


def test_a_surprise_moves_the_network_and_the_rules_lean_against_it():
    flat = np.full((1, 24), 84_700.0)
    surprise = np.where(np.arange(24) < 6, 0.0, np.log(0.6))[None]
    of = np.array([0.1])
    plain, struck = (
        network.paths(BITCOIN, flat, np.full(24, 3.125), np.full((1, 24), 0.02), of, beside)
        for beside in (0 * surprise, surprise)
    )
    fall = struck.network_eh_per_s[0, 6] / plain.network_eh_per_s[0, 6]
    assert 0.6 < fall < 0.7
    assert struck.hashprice[0, 6] == pytest.approx(plain.hashprice[0, 6] / fall)
    assert struck.network_eh_per_s[0, -1] / plain.network_eh_per_s[0, -1] > fall + 0.03


def test_surprises_and_gains_are_as_asked():
    draws = Draws(2, 4000, 60)
    surprise = network.network_surprise(BITCOIN, draws)
    kept = (1 / 3) ** (1 / BITCOIN.network_reversion_months)
    assert (surprise[:, 0] == 0).all()
    variance = BITCOIN.network_volatility_rate**2 / 12 * (1 - kept**118) / (1 - kept**2)
    assert surprise[:, 59].var() == pytest.approx(variance, rel=0.1)
    paths = network.draw(BITCOIN, np.full((4000, 60), 84_700.0), np.full(60, 3.125), np.full((4000, 60), 0.02), draws)
    # 57 months: the vintage of month 59 begins in month 57
    gain = 1 - (paths.newest_j_per_th[:, 59] / 11.0) ** (12 / 57)
    assert gain.mean() == pytest.approx(0.10, abs=0.002)
    assert gain.std() == pytest.approx(0.03, abs=0.002)


def test_the_fleet_of_the_start_has_the_mean_that_was_given():
    rules = network.fleet_rules(BITCOIN)
    efficiency = network.vintages_j_per_th(BITCOIN, rules, np.array([0.1]), 12)[0]
    power = rules.left_share()
    standing = efficiency[: rules.past_vintages]
    assert power.sum() / (power / standing).sum() == pytest.approx(19.0)
    assert (np.diff(efficiency) < 0).all()
    assert efficiency[rules.past_vintages] == 11.0
    assert efficiency[rules.past_vintages + 3] == pytest.approx(11.0 * 0.9**0.75)
    alike = BITCOIN.model_copy(update={"fleet_j_per_th": 11.0})
    assert network.past_gain_rate(alike, rules) == 0.0


def test_the_marginal_machine_pays_at_the_median_cost():
    paths = network.central(BITCOIN, np.full(60, 84_700.0), np.full(60, 3.125), np.full(60, 0.02))
    cost = 50 * 1.02 ** (np.arange(60) / 12)
    value = 1000 * paths.hashprice[0] / (24 * paths.marginal_j_per_th[0])
    assert (value >= cost).all()
    # the next vintage, a quarter older, does not: 5 % more energy per hash
    assert (value < cost * 1.06).all()


def test_scenarios_do_not_depend_on_one_another():
    months = Horizon(Month.parse("2027-01"), 60)
    subsidy = np.full(months.months, 3.125)
    many, few = (bitcoin_paths.draw(BITCOIN, subsidy, Draws(3, count, 60)) for count in (40, 7))
    np.testing.assert_array_equal(many.fleet.network_eh_per_s[:7], few.fleet.network_eh_per_s)
    np.testing.assert_array_equal(many.fee_share[:7], few.fee_share)
    longer = bitcoin_paths.draw(BITCOIN, np.full(120, 3.125), Draws(3, 7, 120))
    np.testing.assert_array_equal(longer.fleet.hashprice[:, :60], few.fleet.hashprice)


def test_what_does_not_fit_is_refused():
    flat = np.full((1, 12), 84_700.0)
    good = np.full((1, RULES.vintages(12)), 15.0)
    no = np.zeros((1, 12))
    with pytest.raises(ValueError, match="vintages"):
        run_fleet(RULES, flat, np.full(12, 3.125), no, 958.0, good[:, 1:], no)
    with pytest.raises(ValueError, match="above zero"):
        run_fleet(RULES, 0 * flat, np.full(12, 3.125), no, 958.0, good, no)
