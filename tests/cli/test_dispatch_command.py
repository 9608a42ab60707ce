"""`repower dispatch`: data on stdout, talk on stderr, files whole, and no number of a dispatch that contradicts itself."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import repower.dispatch
from repower.cli import main
from small_portfolio import SMALL_YAML, write_small
from small_series import small_series

SUPPLY = """\
      adder_usd_per_mwh: 4.5
      demand_charge: {kind: monthly_peak, usd_per_kw_month: 4}
      battery: {power_mw: 20, energy_mwh: 80}
      curtailment: {hours_per_year: 60, import_share: 0.5}
      reserve: {usd_per_mw_hour: 3, max_share: 0.5, called_hours_per_year: 20}
"""
WHOLE = SMALL_YAML.replace("      adder_usd_per_mwh: 4.5\n", SUPPLY).replace(
    "rack_kw: 130}", "rack_kw: 130, flexible_share: 0.2, flexible_usd_per_mwh: 400}"
)
# in a call nothing comes in, and no plant stands there yet
SHORT = WHOLE.replace("import_share: 0.5", "import_share: 0").replace(
    "power_mw: 20, energy_mwh: 80", "power_mw: 5, energy_mwh: 10"
)
KEYS = {"objective_usd", "bound_usd", "gap", "method", "solve_s", "hours", "energy_mwh", "money_usd", "unserved", "peaks"}
KEYS |= {"marginals", "remarks", "facts", "site", "year", "foresight", "neighbours", "baseline_objective_usd", "balance"}
ASKED = ("--site", "rockdale", "--year", 2028, "--convert", "a2=dense")


def folder_of(text: str, folder: Path) -> Path:
    small_series(write_small(folder, text))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return folder_of(WHOLE, tmp_path_factory.mktemp("site"))


def run(*arguments):
    return CliRunner().invoke(main, ["dispatch", *(str(word) for word in arguments)])


@pytest.fixture(scope="module")
def exact(folder):
    """With every file at once."""
    result = run(folder, *ASKED, "--json", "--csv", folder / "hours.csv", "--page", folder / "hours.html")
    assert result.exit_code == 0, result.stderr
    return result


@pytest.fixture(scope="module")
def found(exact):
    return json.loads(exact.stdout)


# --- json -------------------------------------------------------------------------------------------------------------------


def test_stdout_is_json_and_the_talk_is_on_stderr(exact, found, folder):
    assert set(found) >= KEYS
    assert (found["site"], found["year"], found["hours"], found["method"]) == ("rockdale", 2028, 8760, "exact")
    assert found["foresight"] == "perfect"
    for step in ("read the site's year", "dispatch the hours", "compare with its neighbours", "write the hours", "draw the page"):
        assert step in exact.stderr
    assert f"wrote {folder / 'hours.csv'}" in exact.stderr


def test_money_lines_add_up_and_energy_that_comes_is_energy_that_goes(found):
    assert sum(found["money_usd"].values()) == pytest.approx(found["objective_usd"], rel=1e-9)
    energy = found["energy_mwh"]
    assert sum(energy["sources"].values()) == pytest.approx(sum(energy["uses"].values()), rel=1e-9)
    assert min(energy["sources"][kind] for kind in ("spot", "ppa", "generation", "discharge")) > 0
    assert energy["by_name"]["ppa"] == {"wind": energy["sources"]["ppa"]}
    turnover = energy["uses"]["charge"] - energy["sources"]["discharge"]
    assert turnover == pytest.approx(energy["battery_losses"] + energy["stored_more"], rel=1e-9)
    assert found["balance"]["energy_mw"] < 1e-6


def test_it_is_proven_and_better_than_its_neighbours(found):
    assert 0 <= found["gap"] < 1e-6
    assert found["bound_usd"] >= found["objective_usd"] - 1e-3
    assert found["baseline"] == "mine_every_hour"
    assert found["neighbours"]["mine_every_hour"]["objective_usd"] == found["baseline_objective_usd"] < found["objective_usd"]
    assert found["neighbours"]["without_battery"]["objective_usd"] < found["objective_usd"]
    assert found["curtailment_called_hours"] == 60
    assert [row["cell"] for row in found["peaks"]] == [f"2028-{month:02d}" for month in range(1, 13)]
    assert sum(row["usd"] for row in found["demand_charges"]) == pytest.approx(-found["money_usd"]["demand_charges"])
    labels = [fact["label"] for fact in found["facts"]]
    assert any("PUE" in label for label in labels)
    assert any("IT load" in label for label in labels)


def test_the_solver_says_the_same(folder, found):
    result = run(folder, *ASKED, "--json", "--method", "lp")
    assert result.exit_code == 0, result.stderr
    solved = json.loads(result.stdout)
    assert solved["method"] == "lp"
    assert solved["objective_usd"] == pytest.approx(found["objective_usd"], rel=1e-7)
    assert solved["energy_mwh"]["uses"]["ai"] == pytest.approx(found["energy_mwh"]["uses"]["ai"], rel=1e-6)


def test_a_process_of_its_own_gives_the_same(folder, found, program):
    said = program("dispatch", folder, *ASKED, "--json")
    assert said.code == 0, said.err
    again = json.loads(said.out)
    for key in set(found) - {"solve_s"}:
        assert again[key] == found[key], key


# --- csv and page -----------------------------------------------------------------------------------------------------------


def columns(text: str) -> dict[str, list[str]]:
    head, *body = csv.reader(io.StringIO(text))
    assert len(body) == 8760
    return dict(zip(head, map(list, zip(*body, strict=True)), strict=True))


def test_the_csv_has_every_hour_and_its_columns_are_the_table(exact, found, folder):
    column = columns((folder / "hours.csv").read_text(encoding="utf-8"))
    assert column["time_utc"][:2] == ["2028-01-01T00:00:00Z", "2028-01-01T01:00:00Z"]
    assert "2028-02-29T00:00:00Z" not in column["time_utc"]
    for name, mwh in (
        ("spot_mw", found["energy_mwh"]["sources"]["spot"]),
        ("ai_served_mw", found["energy_mwh"]["uses"]["ai"]),
        ("battery_charge_mw", found["energy_mwh"]["uses"]["charge"]),
        ("ppa_wind_resold_mw", found["energy_mwh"]["beside"]["ppa_resold"]),
    ):
        assert sum(map(float, column[name])) == pytest.approx(mwh, rel=1e-9)
    for key, usd in found["money_usd"].items():
        if key not in ("demand_charges", "end_value"):
            assert sum(map(float, column[f"{key}_usd"])) == pytest.approx(usd, rel=1e-9, abs=1e-3)
    assert not [entry.name for entry in folder.iterdir() if entry.name.endswith(".draft")]


def test_the_csv_goes_to_stdout_and_the_table_to_stderr(folder, exact):
    result = run(folder, *ASKED, "--csv", "-")
    assert result.exit_code == 0
    assert result.stdout == (folder / "hours.csv").read_text(encoding="utf-8")
    assert "objective, the sum" in result.stderr


def test_the_page_is_the_one_of_this_site(exact, found, folder):
    text = (folder / "hours.html").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "rockdale, hours of 2028" in text
    assert f"{found['objective_usd']:,.2f} USD" in text


# --- text -------------------------------------------------------------------------------------------------------------------


def numbers(text: str, title: str, last: str) -> dict[str, list[float]]:
    """Rows of a table from its title to its last row: words and their numbers, as they are read."""
    table = text[text.index(f"\n{title}") : text.index("\n", text.index(f"\n{last}") + 1)]
    matches = (re.match(r"(.*?\S)((?:\s{2,}-?[\d,.]+%?)+)$", line) for line in table.splitlines())
    return {
        match[1]: [float(word.replace(",", "").rstrip("%")) for word in match[2].split()]
        for match in matches
        if match is not None
    }


@pytest.fixture(scope="module")
def text(folder):
    result = run(folder, *ASKED)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def test_the_tables_add_up_as_they_are_read(text, found):
    money = numbers(text, "Money, M$", "objective, the sum")
    total = money.pop("objective, the sum")
    assert len(money) >= 8
    assert total[0] == pytest.approx(found["objective_usd"] / 1e6, abs=6e-4)
    assert len(total) == 1 + len(found["neighbours"])
    shown = [sum(row[place] for row in money.values()) for place in range(len(total))]
    assert shown == pytest.approx(total, abs=0.0005 * (len(money) + 1))
    energy = numbers(text, "Energy ", "total to")
    assert energy["total from"] == energy["total to"]
    come = sum(row[0] for name, row in energy.items() if name.startswith("from  "))
    assert come == pytest.approx(energy["total from"][0], abs=0.003)


def test_the_table_says_what_stands_beside_it(text, found):
    first = text.splitlines()[0]
    assert first.startswith("rockdale, 8,760 hours of 2028: margin ")
    assert "mines run in every hour, no battery: " in text
    assert "60 hours are curtailed by call" in text
    for words in (
        "Peaks by billing cell",
        "Demand charges",
        "one more MW of connection",
        "one more MWh of battery",
        "gap",
        "PUE",
    ):
        assert words in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert max(map(len, text.splitlines())) <= 130
    assert "\x1b" not in text


def test_load_that_is_not_served_is_an_answer_with_its_hours(tmp_path):
    folder = folder_of(SHORT, tmp_path)
    asked = ("--site", "rockdale", "--year", 2027, "--convert", "a2=dense")
    result = run(folder, *asked, "--json", "--csv", folder / "hours.csv")
    assert result.exit_code == 0, result.stderr
    unserved = json.loads(result.stdout)["unserved"]
    assert unserved["mwh"] > 0
    column = columns((folder / "hours.csv").read_text(encoding="utf-8"))
    named = [time for time, mw in zip(column["time_utc"], column["ai_unserved_mw"], strict=True) if float(mw) > 1e-6]
    assert unserved["first"] == named[: len(unserved["first"])]
    assert unserved["hours"] == len(named) > len(unserved["first"])
    said = run(folder, *asked)
    assert said.exit_code == 0
    assert "AI LOAD IS NOT SERVED" in said.stdout
    assert named[0][:16].replace("T", " ") in said.stdout
    assert f"and {len(named) - len(unserved['first']):,} more" in said.stdout


# --- refusals ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("--site", "rokdale", "--year", 2028), "did you mean rockdale?"),
        (("--site", "rockdale", "--year", 2055), "2027 to 2036"),
        (("--site", "rockdale", "--year", 2028, "--convert", "a2"), "BLOCK=DESIGN"),
        (("--site", "rockdale", "--year", 2028, "--convert", "a2=dense", "--convert", "a2=classic"), "twice"),
        (("--site", "rockdale", "--year", 2028, "--convert", "b2=dense"), "a2"),
        (("--site", "rockdale", "--year", 2028, "--convert", "a2=dens"), "did you mean dense?"),
        (("--site", "rockdale", "--year", 2028, "--json", "--csv", "-"), "stdout"),
        (("--site", "rockdale"), "--year"),
    ],
)
def test_a_question_that_has_no_answer_is_refused_with_the_way_out(folder, asked, words):
    result = run(folder, *asked)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_a_file_that_cannot_be_written_is_named(folder, tmp_path):
    for option in ("--csv", "--page"):
        result = run(folder, *ASKED, option, tmp_path / "absent" / "file")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "R508" in result.stderr
        assert str(tmp_path / "absent" / "file") in result.stderr


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_a_dispatch_that_breaks_its_own_balances_is_not_shown(folder, tmp_path, monkeypatch, flags):
    honest = repower.dispatch.dispatch_hours

    def cheating(problem, **limits):
        result = honest(problem, **limits)
        return replace(result, spot_mw=result.spot_mw - np.eye(1, len(result.spot_mw), 4000)[0])

    monkeypatch.setattr("repower.dispatch.dispatch_hours", cheating)
    result = run(folder, *ASKED, *flags, "--csv", tmp_path / "hours.csv", "--page", tmp_path / "hours.html")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "breaks its own balances" in result.stderr
    assert "2028-06-16T16 UTC" in result.stderr
    assert list(tmp_path.iterdir()) == []


# --- foresight --------------------------------------------------------------------------------------------------------------


def test_without_foresight_what_it_would_have_added_stands_beside_the_result(folder, found):
    for foresight in ("day-ahead", "real-time"):
        result = run(folder, *ASKED, "--foresight", foresight, "--json")
        assert result.exit_code == 0, result.stderr
        blind = json.loads(result.stdout)
        assert (blind["method"], blind["foresight"]) == ("rolling", foresight)
        assert blind["perfect_foresight_usd"] == pytest.approx(found["objective_usd"], rel=1e-9)
        assert blind["value_of_foresight_usd"] == pytest.approx(found["objective_usd"] - blind["objective_usd"], rel=1e-6)
        assert 0 < blind["value_of_foresight_usd"] < 0.1 * abs(found["objective_usd"])
        assert sum(blind["money_usd"].values()) == pytest.approx(blind["objective_usd"], rel=1e-9)
    assert "perfect foresight would add" in run(folder, *ASKED, "--foresight", "day-ahead").stdout


def test_the_solver_knows_all_prices(folder):
    result = run(folder, *ASKED, "--foresight", "day-ahead", "--method", "lp")
    assert result.exit_code == 2
    assert "only the kernel dispatches" in result.stderr
