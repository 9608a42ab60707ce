"""Bitcoin calibrated on eight real years: 2016-2021 are fitted, 2022-23 scored. What came out is pinned, worse results too."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from repower.errors import InputError
from repower.portfolio import Bitcoin
from repower.scenarios.calibration.bitcoin_calibration import BitcoinCalibration, calibrate_bitcoin
from repower.scenarios.calibration.bitcoin_history import read_days
from repower.scenarios.calibration.bitcoin_machines import NEWEST, gain_rate, newest_j_per_th, vintages
from repower.scenarios.calibration.bitcoin_models import FittedReturns, ReturnModel, filtered


@pytest.fixture(scope="module")
def days(shared) -> pd.DataFrame:
    return pd.read_parquet(shared / "data/bitcoin/btc_daily_2016_2023.parquet")


@pytest.fixture(scope="module")
def calibration(days) -> BitcoinCalibration:
    return calibrate_bitcoin(days, "2016-01-01", "2021-12-31", "2023-12-31")


def test_models_of_the_price_rank_as_reported(calibration):
    """Days have states and tails: a geometric walk loses 858 points of AIC. By the month ahead all models are nearly alike."""
    price = calibration.price
    assert (price.days_fitted, price.days_scored) == (2191, 730)
    assert price.mean_return_rate == pytest.approx(0.778, abs=0.001)
    names = [score.fitted.model.name for score in price.scores]
    assert names[:3] == ["2 states by day, jumps", "2 states by month, t", "2 states by month, jumps"]
    assert names[-1] == "geometric walk"
    best, walk, chosen = price.scores[0], price.score("geometric walk"), price.score("2 states by month, jumps")
    assert best.fitted.aic == pytest.approx(-8718, abs=2)
    assert chosen.fitted.aic == pytest.approx(-8699, abs=2)
    assert walk.fitted.aic == pytest.approx(-7861, abs=1)
    assert chosen.later_log_score - walk.later_log_score == pytest.approx(0.228, abs=0.01)
    for score in (chosen, walk):
        month = score.horizons[0]
        assert (month.months, month.origins) == (1, 24)
        assert month.coverage_90 >= 0.9
    assert chosen.horizons[0].crps == pytest.approx(0.096, abs=0.002)
    assert walk.horizons[0].crps == pytest.approx(0.099, abs=0.002)


def test_the_walk_and_the_score_are_those_of_plain_numpy(calibration, days):
    returns = np.diff(np.log(days.price_usd))[:2191]
    walk = calibration.price.score("geometric walk").fitted
    assert walk.daily_spread[0] == pytest.approx(returns.std(), rel=1e-4)
    later = np.diff(np.log(days.price_usd))[2191:]
    density = -0.5 * np.log(2 * np.pi * returns.var()) - later**2 / (2 * returns.var())
    assert calibration.price.score("geometric walk").later_log_score == pytest.approx(density.mean(), abs=1e-3)


def test_jumps_are_as_often_up_as_down(calibration):
    """The mean of jumps: leaving it out costs less than a point of log likelihood."""
    chosen = calibration.price.chosen
    assert abs(chosen.jump_mean) < 0.001
    assert chosen.jump_spread == pytest.approx(0.043, abs=0.002)


def test_a_known_package_agrees_on_states_by_day(calibration, days):
    """statsmodels' Markov regression with switching variance, where it is installed."""
    statsmodels = pytest.importorskip("statsmodels.api")
    returns = np.diff(np.log(days.price_usd))[:2191]
    returns = returns - returns.mean()
    model = statsmodels.tsa.MarkovRegression(returns * 100, k_regimes=2, trend="n", switching_variance=True)
    theirs = model.fit(disp=False)
    ours = calibration.price.score("2 states by day").fitted
    assert ours.log_likelihood == pytest.approx(theirs.llf + 2191 * np.log(100), abs=0.5)


def test_defaults_of_the_portfolio_are_what_was_fitted(calibration):
    """Volatility is a view between the fit and the years since; fees are fitted on all months; the rest is the fit, rounded."""
    default, fitted = Bitcoin(price_usd=1, network_eh_per_s=1), calibration.parameters()
    apart = {"price_volatility_rate", "fee_volatility_rate", "fee_reversion_months", "fee_spikes_per_year", "fee_spike_mean"}
    assert set(fitted) == apart | {
        "price_turbulence_factor",
        "price_turbulent_share",
        "price_turbulent_months",
        "price_jumps_per_year",
        "price_jump_variance_share",
        "machine_order_share",
        "machine_most_gw_per_year",
        "machine_made_usd_per_watt",
        "network_volatility_rate",
        "network_reversion_months",
    }
    for name in set(fitted) - apart:
        assert getattr(default, name) == pytest.approx(fitted[name], rel=0.02), name
    assert fitted["price_volatility_rate"] == pytest.approx(0.734, abs=0.005)
    assert not any("drift" in name for name in fitted)


def test_fees_of_all_months_are_the_defaults(days):
    from repower.scenarios.calibration.bitcoin_fees import calibrate_fees

    months = read_days(days, "2016-01-01", "2023-11-30", "2023-12-31").months()
    without, lifted = calibrate_fees(months)
    assert without.aic - lifted.aic == pytest.approx(7.3, abs=0.5)
    default, fitted = Bitcoin(price_usd=1, network_eh_per_s=1), lifted.parameters()
    for name, value in fitted.items():
        assert getattr(default, name) == pytest.approx(value, rel=0.04), name


def test_spikes_of_fees_are_worse_in_sample_and_better_later(calibration):
    without, lifted = calibration.fees
    assert lifted.aic - without.aic == pytest.approx(2.8, abs=0.3)
    assert lifted.later_log_score - without.later_log_score == pytest.approx(0.087, abs=0.01)


def test_the_fleet_against_eight_real_years(calibration):
    """Log error of the network, driven by the real price: 0.28 in the years fitted and 0.28 later, 0.18 of it too high.

    The lagged response that was there before is off by factors of 12 and 32; fitted as well as it can be, by 0.52 and 1.02.
    """
    fleet, lagged, best = calibration.network.histories
    assert fleet.fitted_error == pytest.approx(0.276, abs=0.005)
    assert fleet.later_error == pytest.approx(0.277, abs=0.01)
    assert fleet.later_bias == pytest.approx(0.18, abs=0.02)
    assert np.exp(lagged.fitted_error) == pytest.approx(12, abs=1)
    assert np.exp(lagged.later_error) == pytest.approx(32, abs=2)
    assert best.fitted_error == pytest.approx(0.52, abs=0.02)
    assert best.later_error == pytest.approx(1.02, abs=0.05)
    real = calibration.months.network_eh_per_s
    assert real[-1] / real[0] == pytest.approx(590, rel=0.05)


def test_forecasts_of_hashprice_beside_simpler_models(calibration):
    """CRPS of log hashprice in 2022-23: best or within a hundredth of best at every horizon; bands there rather too wide.

    From months of 2018-2021, on which the rules were fitted: best at every horizon, but the 90 % band held only 64 % after two
    years (the collapse of 2018, the ban of 2021), where a lognormal walk's held all.
    """
    later = {score.name: {one.months: one for one in score.horizons} for score in calibration.network.later}
    fleet = later.pop("fleet of vintages")
    assert {months: one.origins for months, one in fleet.items()} == {1: 24, 6: 19, 12: 13, 24: 1}
    assert {months: round(one.crps, 2) for months, one in fleet.items()} == pytest.approx(
        {1: 0.07, 6: 0.22, 12: 0.25, 24: 0.16}, abs=0.011
    )
    for name, one in later.items():
        for months in (1, 6, 12):
            assert fleet[months].crps < one[months].crps, (name, months)
    assert fleet[24].crps < later["lagged response, fitted"][24].crps + 0.02
    assert all(one.coverage_90 == 1.0 for one in fleet.values())
    earlier = {score.name: {one.months: one for one in score.horizons} for score in calibration.network.earlier}
    fleet = earlier.pop("fleet of vintages")
    for name, one in earlier.items():
        for months in (1, 6, 12, 24):
            assert fleet[months].crps < one[months].crps, (name, months)
    assert fleet[1].coverage_90 == pytest.approx(0.89, abs=0.05)
    assert fleet[24].coverage_90 == pytest.approx(0.64, abs=0.08)
    assert earlier["lognormal, fitted drift"][24].coverage_90 == 1.0


def test_machines_of_their_day():
    assert newest_j_per_th(np.array([2016.45, 2020.4, 2023.9])) == pytest.approx([98.0, 29.5, 17.5])
    assert newest_j_per_th(np.array([2016.0]))[0] > 150
    assert gain_rate(2023.9) == pytest.approx(1 - (17.5 / 98) ** (1 / (2023.9 - 2016.45)))
    # nothing later is looked at: in 2022 the newest machine known was that of 2020
    assert newest_j_per_th(np.array([2022.0]), known_at=2022.0)[0] == pytest.approx(29.5)
    assert newest_j_per_th(np.array([2024.0]), known_at=2022.0)[0] == pytest.approx(29.5 * (1 - gain_rate(2022.0)) ** 2)
    path = vintages(2016.0, 24, 56)[0]
    assert (np.diff(path) < 0).all()
    assert path[0] < NEWEST[0][1]
    with pytest.raises(ValueError, match="two machines"):
        gain_rate(2017.0)


def test_what_cannot_be_used_is_said():
    dates = pd.date_range("2020-01-01", "2021-12-31")
    good = pd.DataFrame(
        {"date": dates, "price_usd": 1.0, "hashrate_ths": 1e6, "fees_btc": 1.0, "issuance_btc": 900.0, "blocks": 144.0}
    )
    history = read_days(good.sample(frac=1, random_state=1), "2020-01-01", "2021-06-30", "2021-12-31")
    assert len(history.log_returns) == len(dates) - 1
    assert int(history.fitted_days.sum()) == 546
    months = history.months()
    assert (len(months.labels), months.fitted) == (24, 18)
    assert months.fee_share == pytest.approx(1 / 900)
    assert months.subsidy_btc[0] == 12.5

    def refused(table, first="2020-01-01", last="2021-06-30", until="2021-12-31"):
        with pytest.raises(InputError) as caught:
            read_days(table, first, last, until)
        (problem,) = caught.value.problems
        assert problem.code == "S350"
        return problem.message

    assert "blocks" in refused(good.drop(columns="blocks"))
    assert "2020-03-01 is missing" in refused(good[good.date != "2020-03-01"])
    assert "twice" in refused(pd.concat([good, good.iloc[:1]]))
    assert "2020-01-05" in refused(good.assign(price_usd=np.where(dates == "2020-01-05", np.nan, 1.0)))
    assert "2020-01-05" in refused(good.assign(blocks=np.where(dates == "2020-01-05", 0.0, 1.0)))
    assert "to fit on" in refused(good, last="2020-06-30")
    assert "to score" in refused(good, last="2021-12-31")


def test_a_part_of_a_month_is_no_month():
    dates = pd.date_range("2020-01-15", "2021-12-20")
    table = pd.DataFrame(
        {"date": dates, "price_usd": 1.0, "hashrate_ths": 1e6, "fees_btc": 1.0, "issuance_btc": 900.0, "blocks": 144.0}
    )
    months = read_days(table, "2020-01-15", "2021-06-15", "2021-12-20").months()
    assert months.labels[0] == "2020-02"
    assert months.labels[-1] == "2021-11"
    assert months.labels[months.fitted - 1] == "2021-05"


def test_the_filter_looks_at_no_later_day():
    model = ReturnModel("x", 2, "month", "jumps")
    fitted = FittedReturns(model, np.array([0.01, 0.04]), np.array([[0.8, 0.2], [0.2, 0.8]]), 0.3, 0.0, 0.05, np.inf, 0.0)
    returns = np.random.default_rng(1).normal(0, 0.03, 90)
    turns = np.arange(90) % 30 == 0
    whole, part = (filtered(fitted, returns[:count], turns[:count])[0] for count in (90, 60))
    np.testing.assert_array_equal(whole[:60], part)
