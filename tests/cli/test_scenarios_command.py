"""`repower scenarios`: data on stdout, talk on stderr, files whole, the same numbers for the same seed."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from click.testing import CliRunner

from repower.cli import main
from repower.portfolio.reading import load
from repower.scenarios.cases import with_case
from repower.scenarios.sampling import sample

KEYS = {"document", "version", "portfolio", "inputs_sha256", "start", "years", "scenarios", "seed", "sampling", "case", "drivers"}
KEYS |= {"gpu_regimes", "correlations", "waiting_steps", "customers", "cases", "without_stress", "stresses", "shape_years"}
KEYS |= {"hours", "sampling_errors"}
ASKED = ("--scenarios", 40, "--seed", 3)


def run(*arguments):
    return CliRunner(env={"COLUMNS": "140"}).invoke(main, ["scenarios", *(str(word) for word in arguments)])


@pytest.fixture(scope="module")
def said(small_folder, tmp_path_factory):
    """With every file at once."""
    folder = tmp_path_factory.mktemp("out")
    result = run(small_folder, *ASKED, "--json", "--page", folder / "page.html", "--csv", folder / "tables")
    assert result.exit_code == 0, result.stderr
    return result, folder


@pytest.fixture(scope="module")
def found(said):
    return json.loads(said[0].stdout)


def test_stdout_is_json_and_the_talk_is_on_stderr(said, found):
    result, folder = said
    assert set(found) == KEYS
    assert "draw the scenarios" in result.stderr
    assert f"wrote {folder / 'page.html'}" in result.stderr
    assert (folder / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert (found["scenarios"], found["seed"], found["sampling"], found["case"]) == (40, 3, "plain", "base")


def test_the_document_survives_a_round_trip_without_nan(said, found):
    assert "NaN" not in said[0].stdout
    assert "Infinity" not in said[0].stdout
    assert json.loads(json.dumps(found)) == found


def test_drivers_are_those_of_the_scenarios(small_folder, found):
    portfolio = load(small_folder)
    assert found["inputs_sha256"] == portfolio.origin.sha256
    drawn = sample(portfolio, 40, 3)
    named = {
        name: drawn[name].to_numpy() for name in ("btc_price_usd", "hashprice_usd_per_ph_day", "gpu_rent_factor", "base_rate")
    }
    named |= {
        f"power_level_usd_per_mwh/{zone}": drawn["power_level_usd_per_mwh"].sel(zone=zone).to_numpy()
        for zone in ("plains", "fjord")
    }
    for name, values in named.items():
        driver = found["drivers"][name]
        assert driver["units"] == drawn[name.partition("/")[0]].attrs["units"]
        assert driver["months"] == drawn["month"].to_numpy().tolist()
        for key, share in (("p10", 0.1), ("p25", 0.25), ("p50", 0.5), ("p75", 0.75), ("p90", 0.9)):
            np.testing.assert_allclose(driver[key], np.quantile(values, share, axis=0), rtol=1e-7)
        np.testing.assert_allclose(driver["mean"], values.mean(axis=0), rtol=1e-7)
    index = drawn["price_index"].to_numpy()
    inflation = found["drivers"]["inflation_rate"]
    assert inflation["months"][0] == "2028-01"
    np.testing.assert_allclose(inflation["p50"], np.median(index[:, 12:] / index[:, :-12] - 1, axis=0), rtol=1e-6)
    shares = np.array([found["gpu_regimes"][name] for name in ("glut", "normal", "scarcity")])
    np.testing.assert_allclose(shares.sum(axis=0), 1.0)
    np.testing.assert_allclose(shares[2], (drawn["gpu_regime"].to_numpy() == 1).mean(axis=0))


def records(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_tables_are_the_document_in_rows(said, found):
    folder = said[1] / "tables"
    assert sorted(path.name for path in folder.iterdir()) == [
        "correlations.csv", "drivers.csv", "stresses.csv", "waiting_steps.csv",
    ]  # fmt: skip
    rows = records(folder / "drivers.csv")
    assert len(rows) == sum(len(driver["months"]) for driver in found["drivers"].values())
    rent = [float(row["p90"]) for row in rows if row["driver"] == "gpu_rent_factor"]
    assert rent == found["drivers"]["gpu_rent_factor"]["p90"]
    for name in ("stresses", "waiting_steps", "correlations"):
        assert len(records(folder / f"{name}.csv")) == len(found[name])
    (step,) = records(folder / "waiting_steps.csv")
    assert float(step["never_share"]) == found["waiting_steps"][0]["never_share"]
    assert step["p50_month"] == found["waiting_steps"][0]["p50_month"]


def test_the_same_seed_says_the_same_and_a_case_other_drifts(small_folder, found):
    again = json.loads(run(small_folder, *ASKED, "--json", "--stress", "GPU glut").stdout)
    assert again["drivers"] == found["drivers"]
    assert [item["name"] for item in again["stresses"]] == ["GPU glut"]
    low = json.loads(run(small_folder, *ASKED, "--json", "--case", "low", "--stress", "GPU glut").stdout)
    assert low["cases"] == found["cases"]
    price = sample(with_case(load(small_folder), "low"), 40, 3)["btc_price_usd"].to_numpy()
    np.testing.assert_allclose(low["drivers"]["btc_price_usd"]["p50"], np.median(price, axis=0), rtol=1e-7)
    assert low["drivers"]["btc_price_usd"]["p50"][-1] < found["drivers"]["btc_price_usd"]["p50"][-1]


def test_the_tables_of_the_terminal(small_folder):
    result = run(small_folder, *ASKED)
    assert result.exit_code == 0, result.stderr
    for title in ("Drivers", "Power comes", "Customers gone", "Moves together", "Case of the drifts", "Stress", "Sampling error"):
        assert title in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 140
    drawn = sample(load(small_folder), 40, 3)
    level = drawn["power_level_usd_per_mwh"].sel(zone="plains").to_numpy()[:, -12:].mean(axis=1)
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("Power, plains")]
    assert line.split()[-3:] == [f"{value:.1f}" for value in np.quantile(level, (0.1, 0.5, 0.9))]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--stress", "power double"), "did you mean power doubles"),
        (("--stress", "winter 2021 in Texas"), "cannot strike this portfolio"),
        (("--scenarios", 0), "--scenarios"),
        (("--sampling", "sobol"), "--sampling"),
        (("--case", "best"), "--case"),
    ],
)
def test_wrong_options_are_named_and_end_with_two(small_folder, arguments, words):
    result = run(small_folder, *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_a_folder_without_a_portfolio_and_a_place_that_cannot_be_written(small_folder, tmp_path):
    absent = run(tmp_path)
    assert absent.exit_code == 2
    assert "P100" in absent.stderr
    (tmp_path / "file").write_text("", encoding="utf-8")
    for option in ("--page", "--csv"):
        shut = run(small_folder, "--scenarios", 2, option, tmp_path / "file" / "inside")
        assert shut.exit_code == 2
        assert "R508" in shut.stderr
