"""`repower calibrate`: what it prints is what the fits say, what it offers fits a portfolio, and what it refuses is told."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
import yaml
from click.testing import CliRunner

from repower.cli import main
from repower.errors import InputError
from repower.markets.sources.currency import read_rates
from repower.markets.sources.history import month_end_rates, read_price_history
from repower.portfolio.reading import load
from repower.scenarios.calibration.bitcoin_calibration import calibrate_bitcoin
from repower.scenarios.calibration.dependence import correlations, level_shocks
from repower.scenarios.calibration.money import fit_currencies, score
from repower.scenarios.calibration.power_calibration import calibrate_power
from repower.scenarios.calibration.power_levels import monthly_means, score_level
from small_portfolio import SMALL_YAML, write_small

PASTE = "For portfolio.yaml, beside what stands there\n\n"
HOURS = pd.date_range("2020-01-01", "2022-12-31 23:00", freq="h")


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, [str(word) for word in ("calibrate", *arguments)])


def snippet(text):
    return text.partition(PASTE)[2]


def figure(value):
    """A number of YAML, or the share that stands in per cent."""
    return float(value.removesuffix(" %")) / 100 if isinstance(value, str) else value


def row(text, start):
    """The cells of the first line of a table that begins so."""
    line = next(line for line in text.splitlines() if line.startswith(start))
    return re.split(r"\s{2,}", line.removeprefix(start).strip())


def pasted(folder, old, new):
    """The small portfolio with `new` in the place of `old`, as it is read."""
    assert SMALL_YAML.count(old) == 1
    return load(write_small(folder, SMALL_YAML.replace(old, new)))


# --- bitcoin --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bitcoin(shared):
    """Fitted on two years and scored on one, which is quicker than the whole history: by the program, and by the function."""
    path = shared / "data/bitcoin/btc_daily_2016_2023.parquet"
    result = run("bitcoin", path, "--fit-until", "2017", "--score-until", "2018")
    assert result.exit_code == 0, result.stderr
    return result.stdout, calibrate_bitcoin(pd.read_parquet(path), "2016-01-01", "2017-12-31", "2018-12-31")


def test_printed_numbers_of_bitcoin_are_those_of_the_fit(bitcoin):
    text, found = bitcoin
    assert "730 daily returns fitted, 2016-01-01 to 2017-12-31; 365 scored, until 2018-12-31" in text
    for name, value in found.parameters().items():
        assert float(row(text, name)[0].replace(",", "")) == pytest.approx(value, rel=5e-3)
    chosen = found.price.score("2 states by month, jumps")
    # the shorter names of models begin longer ones, and long names are broken into lines
    for name in ("jump diffusion", "geometric walk", "3 states by day"):
        fit = next(one for one in found.price.scores if one.fitted.model.name == name)
        free, aic, above, later, volatility = row(text, name)[:5]
        assert int(free) == fit.fitted.model.free
        assert float(aic.replace(",", "")) == pytest.approx(fit.fitted.aic, abs=0.06)
        assert float(above.replace(",", "")) == pytest.approx(fit.fitted.aic - found.price.scores[0].fitted.aic, abs=0.06)
        assert float(later) == pytest.approx(fit.later_log_score, abs=6e-5)
        assert float(volatility) == pytest.approx(fit.fitted.volatility_rate, abs=6e-4)
    bands = text.partition("Bands of the price")[2]
    for horizon in chosen.horizons:
        words = f"{horizon.months} month{'s' if horizon.months > 1 else ''} ahead"
        forecasts, crps, half, most = row(bands, words)[:4]
        assert int(forecasts) == horizon.origins
        assert float(crps) == pytest.approx(horizon.crps, abs=6e-5)
        assert (half, most) == (f"{horizon.coverage_50 * 100:.0f} %", f"{horizon.coverage_90 * 100:.0f} %")
    for history in found.network.histories:
        if history.name != "lagged response":
            assert float(row(text.partition("Network, driven")[2], history.name)[1]) == pytest.approx(
                history.later_error, abs=6e-4
            )


def test_the_verdict_on_bitcoin_hides_nothing(bitcoin):
    text, found = bitcoin
    said = " ".join(text.partition("\nVerdict\n")[2].partition(PASTE)[0].split())
    assert "no drift is fitted" in said
    best = found.price.scores[0].fitted.model.name
    assert f"By AIC the best model of the price is {best}" in said
    calm, spiking = found.fees
    assert f"are {'better' if spiking.aic < calm.aic else 'worse'} by AIC ({spiking.aic - calm.aic:+.1f})" in said
    year = found.network.later[0].horizons[2]
    assert year.months == 12
    assert f"came {abs(np.expm1(year.bias)) * 100:.0f} % below the median forecast" in said
    # two years of prices that only rose say nothing of the most that can be made, and the fit runs away
    assert found.parameters()["machine_most_gw_per_year"] > 1000
    assert "machine_most_gw_per_year came out as" in said


def test_fields_of_bitcoin_go_into_a_portfolio_with_their_source(bitcoin, tmp_path):
    text, found = bitcoin
    fields = yaml.safe_load(snippet(text))["markets"]["bitcoin"]
    assert set(fields) == set(found.parameters()) - {"machine_most_gw_per_year"}
    assert not [name for name in fields if "drift" in name or "gain" in name]
    for name, value in fields.items():
        assert figure(value) == pytest.approx(
            found.parameters()[name], rel=5e-3, abs=0.5 if name.endswith("reversion_months") else 0
        )
    block = snippet(text).partition("  bitcoin:\n")[2]
    old = "  bitcoin: {price_usd: 90000, network_eh_per_s: 1000}  # A round numbers\n"
    portfolio = pasted(tmp_path, old, f"  bitcoin:\n    price_usd: 90000\n    network_eh_per_s: 1000\n{block}")
    for name, value in fields.items():
        assert getattr(portfolio.markets.bitcoin, name) == pytest.approx(figure(value))
        told = portfolio.origin.sources[f"markets.bitcoin.{name}"]
        assert (told.confidence, told.text) == ("D", "fitted on btc_daily_2016_2023.parquet, 2016-01-01 to 2017-12-31")


# --- power ----------------------------------------------------------------------------------------------------------------


def test_printed_numbers_of_power_are_those_of_the_fits(shared):
    path = shared / "data/prices/nordpool_elspot_2013_2018.parquet"
    result = run("power", path, "--column", "NO1", "--column", "SE3", "--fit-until", "2016", "--json")
    assert result.exit_code == 0, result.stderr
    told = json.loads(result.stdout)
    frame = pd.read_parquet(path).set_index("ts_utc").sort_index()["2013":]
    hours = frame.index.tz_convert(None).to_numpy().astype("datetime64[h]")
    text = run("power", path, "--column", "NO1", "--column", "SE3", "--fit-until", "2016").stdout
    months = []
    for name in ("NO1", "SE3"):
        prices = frame[name].to_numpy(dtype=float)
        fit = calibrate_power(hours, prices, np.datetime64("2017-01-01"))
        shown = told["calibration"]["zones"][name]
        assert shown["fit"]["level"]["volatility_rate"] == pytest.approx(fit.level.volatility_rate)
        assert shown["fit"]["level"]["reversion_interval"] == pytest.approx(list(fit.level.reversion_interval))
        numbers, means = monthly_means(hours, prices)
        scores = {ahead: score_level(numbers, means, 48, ahead) for ahead in (1, 3, 6, 12)}
        for one in shown["means"]:
            assert one["crps"] == pytest.approx(scores[one["ahead"]].crps)
            assert one["covered_90"] == pytest.approx(scores[one["ahead"]].covered_90)
        assert len(shown["means"]) == 4
        printed = row(text.partition("Level by month")[2], name)
        assert float(printed[2]) == pytest.approx(fit.level.volatility_rate, rel=5e-3)
        assert float(printed[3]) == pytest.approx(fit.level.reversion_months, rel=5e-3)
        months.append(means[:48])
        assert len(shown["compared"]) == 10
    together = correlations(np.array([level_shocks(level) for level in months]).T)
    assert told["calibration"]["together"]["months"]["low"][0][1] == pytest.approx(together.low[0, 1])
    assert float(row(text, "NO1, SE3")[1]) == pytest.approx(together.value[0, 1], abs=6e-3)
    fields = yaml.safe_load(told["yaml"])["markets"]["power"]
    assert [zone["name"] for zone in fields] == ["NO1", "SE3"]
    assert "# D fitted on nordpool_elspot_2013_2018.parquet, 2013-01-01 to 2016-12-31" in told["yaml"]
    outside = [
        name
        for name, zone in told["calibration"]["zones"].items()
        for one in zone["compared"]
        if not one["low"] <= one["simulated"] <= one["high"]
    ]
    assert text.count("OUTSIDE") == len(outside)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Three years of made prices for the two zones of the small portfolio: a level that returns, days, and a few gaps."""
    rng = np.random.default_rng(3)
    months = (HOURS.year - 2020) * 12 + HOURS.month - 1
    frame = pd.DataFrame({"time_utc": HOURS.strftime("%Y-%m-%dT%H:%MZ")})
    for name, mean in (("plains", 40.0), ("fjord", 25.0)):
        level = np.empty(36)
        level[0] = 0.0
        for month in range(1, 36):
            level[month] = 0.8 * level[month - 1] + 0.1 * rng.standard_normal()
        daily = 1 + 0.3 * np.sin(2 * np.pi * HOURS.hour / 24) + 0.1 * rng.standard_normal(len(HOURS))
        frame[name] = mean * np.exp(level[months]) * daily
    frame.loc[100:110, "fjord"] = np.nan
    path = tmp_path_factory.mktemp("made") / "two zones.csv"
    frame.drop(index=range(5000, 5003)).to_csv(path, index=False)
    return path


def test_fields_of_power_go_into_a_portfolio(made, tmp_path):
    result = run("power", made, "--column", "plains", "--column", "fjord")
    assert result.exit_code == 0, result.stderr
    zones = {zone.pop("name"): zone for zone in yaml.safe_load(snippet(result.stdout))["markets"]["power"]}
    block = snippet(result.stdout).partition("  power:\n")[2]
    block = block.replace("- name: plains\n", "- name: plains\n      series: prices.csv\n")
    block = block.replace("- name: fjord\n", "- name: fjord\n      series: prices.csv\n")
    old = SMALL_YAML[SMALL_YAML.index("  power:\n") : SMALL_YAML.index("  weather:\n")]
    portfolio = pasted(tmp_path, old, f"  power:\n{block}\n")
    for market in portfolio.markets.power:
        assert (market.volatility_rate, market.reversion_months) == tuple(zones[market.name].values())
    assert (
        portfolio.origin.sources["markets.power[1].volatility_rate"].text == "fitted on two zones.csv, 2020-01-01 to 2021-12-31"
    )
    # the one line that is a choice stands as a comment, and fits when it is chosen
    line = next(line for line in block.splitlines() if "power_region_share" in line)
    chosen = pasted(tmp_path / "more", "  weather:\n", f"{line.replace('# power', 'power')}\n  weather:\n")
    assert chosen.markets.power_region_share == pytest.approx(float(line.split()[2]))


def test_gaps_stay_gaps(made):
    history = read_price_history(made, ("plains", "fjord"))
    assert len(history.hours) == len(HOURS) - 3
    assert np.isnan(history.prices["fjord"]).sum() == 11
    assert np.isfinite(history.prices["plains"]).all()
    with pytest.raises(InputError, match="plains, fjord"):
        read_price_history(made)


def test_all_years_may_be_fitted_and_then_nothing_is_called_tested(made):
    result = run("power", made, "--column", "fjord", "--fit-until", "2022")
    said = " ".join(result.stdout.split())
    assert "no month was held back, so its level is not tested" in said
    assert "Later months foretold" not in said
    assert "missing hours were taken from days near by" in said


# --- exchange rates -------------------------------------------------------------------------------------------------------


def test_printed_numbers_of_currencies_are_those_of_the_fit(shared, tmp_path):
    path = shared / "data/fx/ecb_eurofx_daily_2012_2023.parquet"
    result = run("fx", path, "--fit-until", "2019", "--column", "EUR", "--column", "NOK", "--column", "CAD")
    assert result.exit_code == 0, result.stderr
    days = pd.read_parquet(path)
    days.index = pd.DatetimeIndex(pd.to_datetime(days.date))
    worth = pd.DataFrame({"EUR": days.USD, "NOK": days.USD / days.NOK, "CAD": days.USD / days.CAD})
    ends = worth.groupby(worth.index.strftime("%Y-%m")).last()
    ours = month_end_rates(read_rates(path), ["NOK"])
    np.testing.assert_allclose(ours.usd_per_unit["NOK"], ends["NOK"].to_numpy())
    assert list(ours.months) == list(ends.index)
    fit = fit_currencies(ends[:"2019-12"].T.to_numpy())
    fields = {one["name"]: one for one in yaml.safe_load(snippet(result.stdout))["markets"]["money"]["currencies"]}
    crps = []
    for place, name in enumerate(("EUR", "NOK", "CAD")):
        assert fields[name]["volatility_rate"] == pytest.approx(fit.volatility_rate[place], rel=5e-3)
        assert fields[name]["common_share"] == pytest.approx(fit.common_share[place], rel=5e-3)
        months = score(ends["2019-12":][name].to_numpy(), fit.volatility_rate[place], 1, None)
        assert row(result.stdout, name)[2] == f"{months.coverage * 100:.0f} %"
        crps.append(months.crps)
    table = result.stdout.partition("All currencies")[2]
    assert float(row(table, "1 month ahead")[1]) == pytest.approx(np.mean(crps), abs=6e-5)
    lines = snippet(result.stdout).partition("  money:\n")[2]
    lines = re.sub(r"(- name: (?:EUR|NOK|CAD))\n", r"\1\n        usd_per_unit: 0.5\n", lines)
    portfolio = pasted(tmp_path, "  correlations:\n", f"  money:\n{lines}\n  correlations:\n")
    assert [one.name for one in portfolio.markets.money.currencies] == ["EUR", "NOK", "CAD"]


# --- what is refused ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def files(tmp_path_factory, made):
    folder = tmp_path_factory.mktemp("refused")
    month = pd.date_range("2020-01-01", "2020-09-30 23:00", freq="h")
    pd.DataFrame({"time_utc": month.strftime("%Y-%m-%dT%H:%MZ"), "a": 30.0 + month.month}).to_csv(
        folder / "short.csv", index=False
    )
    pd.DataFrame({"when": ["2020-01-01"], "a": [1.0]}).to_csv(folder / "when.csv", index=False)
    minus = pd.read_csv(made).assign(fjord=lambda table: -table.plains)
    minus.assign(tariff=50.0).to_csv(folder / "minus.csv", index=False)
    days = pd.date_range("2019-01-01", "2022-12-31", freq="D")
    rates = pd.DataFrame({"Date": days.strftime("%Y-%m-%d"), "CAD": np.linspace(1.4, 1.5, len(days))})
    rates = rates.assign(USD=1.1 + 0.05 * np.sin(days.day_of_year / 50), NOK=10.0).assign(HKD=lambda table: 7.8 * table.USD)
    rates.loc[40:80, "NOK"] = np.nan
    rates.to_csv(folder / "rates.csv", index=False)
    blocks = pd.DataFrame({"date": days.strftime("%Y-%m-%d"), "price_usd": 9000.0, "hashrate_ths": 1e8, "fees_btc": 20.0})
    blocks.to_csv(folder / "coin.csv", index=False)
    return folder


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("bitcoin", "coin.csv"), "S302", "issuance_btc or IssTotNtv"),
        (("power", "when.csv"), "S302", "--time NAME"),
        (("power", "minus.csv"), "S318", "--column NAME"),
        (("power", "minus.csv", "--column", "fjrod"), "S318", "did you mean fjord?"),
        (("power", "short.csv"), "S352", "no year has nearly all its hours"),
        (("power", "minus.csv", "--column", "fjord"), "S352", "median price is -"),
        (("power", "minus.csv", "--column", "plains", "--fit-until", "2031"), "S351", "2020-01-01 to 2022-12-31"),
        (("power", "minus.csv", "--column", "plains", "--fit-until", "2021-13"), "S351", "2021-12-31, 2021-12 or 2021"),
        (("power", "minus.csv", "--column", "plains", "--fit-from", "2022", "--fit-until", "2021"), "S351", "no order of days"),
        (("fx", "rates.csv", "--column", "NOK", "--column", "CAD"), "S353", "NOK has no fixing at the end of 2019-02"),
        (("fx", "rates.csv", "--column", "NKO"), "S325", "did you mean NOK?"),
        (("fx", "rates.csv", "--column", "EUR"), "S352", "one currency"),
        (("fx", "rates.csv", "--fit-until", "2020"), "S352", "23 monthly changes are too few"),
        (("fx", "rates.csv"), "S352", "HKD never moved against US dollars"),
        (("power", "minus.csv", "--column", "tariff"), "S352", "a tariff has volatility_rate 0"),
        (("power", "nowhere.csv"), "S301", "cannot be read"),
    ],
)
def test_what_cannot_be_calibrated_is_told(files, arguments, code, words):
    what, file, *rest = arguments
    result = run(what, files / file, *rest)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{code} " in result.stderr
    assert words in result.stderr
    assert f"`repower explain {code}` tells more" in result.stderr


def test_a_currency_without_all_months_is_left_out_and_told(files):
    lines = (files / "rates.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].endswith(",HKD")
    (files / "moving.csv").write_text("\n".join(line.rpartition(",")[0] for line in lines), encoding="utf-8")
    told = json.loads(run("fx", files / "moving.csv", "--json").stdout)
    assert told["calibration"]["currencies"] == ["EUR", "CAD"]
    assert "left out, since they lack a month: NOK" in told["about"]


@pytest.mark.parametrize("option", [("--column", "a"), ("--zone", "UTC"), ("--minutes", "15"), ("--time", "t")])
def test_options_of_another_history_are_refused(files, option):
    result = run("bitcoin", files / "coin.csv", *option)
    assert result.exit_code == 2
    assert option[0] in result.stderr


def test_a_bitcoin_that_holds_nothing_back_is_refused(shared):
    result = run("bitcoin", shared / "data/bitcoin/btc_daily_2016_2023.parquet", "--fit-until", "2023")
    assert result.exit_code == 2
    assert "S350" in result.stderr
    assert "2922 days to fit on and 0 to score" in result.stderr
