"""`repower import`: what it writes, what it says it did, and what it refuses."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from market_files import entsoe_new, ercot_dam, ercot_rtm, prices, utc_hours
from repower.cli import main
from repower.markets.sources import read_hourly
from repower.markets.sources.kinds import KINDS
from repower.markets.sources.wall_clock import clock_notes, zone_named
from repower.markets.years import year_hours
from small_portfolio import write_small
from small_series import small_series

AROUND_2023 = utc_hours("2022-12-31", "2024-01-02")


def run(*arguments):
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, [str(word) for word in ("import", *arguments)])


def expected(year=2023):
    return (year_hours(year) - int(np.datetime64("2020-01-01T00", "h").astype(int))) * 0.001


def test_every_kind_has_one_line():
    result = run("--list")
    lines = result.stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(KINDS)
    assert all(KINDS[line.split()[0]].says in line for line in lines)
    assert [one["kind"] for one in json.loads(run("--list", "--json").stdout)["kinds"]] == list(KINDS)


def test_quarters_of_texas_become_hours_and_all_is_told(tmp_path):
    path, out = ercot_rtm(tmp_path / "rtm.csv", AROUND_2023), tmp_path / "prices.parquet"
    result = run("ercot", path, "--column", "west=LZ_WEST", "--out", out)
    assert result.exit_code == 0, result.stderr
    np.testing.assert_allclose(read_hourly(out, ("west",)).values["west"][0], expected(), atol=1e-9)
    said = result.stdout.splitlines()
    assert said[0] == f"wrote {out}: 8,760 hours of 2023, west, prices in USD/MWh"
    # 367 days of four quarters
    assert f"  - west: {4 * 24 * 367:,} intervals of 15 minutes were averaged to hours" in said
    assert "  - 2 clock changes of America/Chicago found as they should be, 2023-03-12 to 2023-11-05" in said
    assert "  - 48 hours outside whole calendar years in UTC were cut away" in said


def test_a_file_that_is_there_is_kept_unless_force_is_asked_for(tmp_path):
    path, out = ercot_dam(tmp_path / "dam.csv", AROUND_2023), tmp_path / "prices.csv"
    out.write_text("mine\n", encoding="utf-8")
    refused = run("ercot", path, "--column", "west", "--out", out)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "S322" in refused.stderr
    assert "(--force)" in refused.stderr
    assert out.read_text(encoding="utf-8") == "mine\n"
    assert run("ercot", path, "--column", "west", "--out", out, "--force").exit_code == 0
    np.testing.assert_allclose(read_hourly(out, ("west",)).values["west"][0], expected(), atol=1e-9)


def test_euros_need_a_rate_by_number_or_by_file(tmp_path):
    path, out = entsoe_new(tmp_path / "entsoe.csv", AROUND_2023), tmp_path / "prices.csv"
    refused = run("entsoe", path, "--column", "de", "--out", out)
    assert refused.exit_code == 2
    assert "S317" in refused.stderr
    assert "--usd" in refused.stderr
    assert not out.exists()
    result = run("entsoe", path, "--column", "de", "--out", out, "--usd", "1.08")
    assert result.exit_code == 0, result.stderr
    assert "1 EUR = 1.08 USD throughout, as stated" in result.stdout
    np.testing.assert_allclose(read_hourly(out, ("de",)).values["de"][0], 1.08 * expected(), atol=1e-9)
    days = pd.date_range("2022-12-30", "2024-01-02", freq="D")
    pd.DataFrame({"Date": days.strftime("%Y-%m-%d"), "USD": 1.25}).to_csv(tmp_path / "fx.csv", index=False)
    result = run("entsoe", path, "--column", "de", "--out", out, "--force", "--usd", tmp_path / "fx.csv")
    assert result.exit_code == 0, result.stderr
    np.testing.assert_allclose(read_hourly(out, ("de",)).values["de"][0], 1.25 * expected(), atol=1e-9)


def test_a_plain_table_becomes_the_prices_of_a_portfolio(tmp_path):
    """Local time, kilowatt-hours, semicolons, ends of hours: all stated, and the portfolio reads what comes."""
    hours = pd.DatetimeIndex(AROUND_2023)
    ends = (hours + pd.Timedelta(hours=1)).tz_convert("Europe/Oslo").strftime("%d.%m.%Y %H:%M")
    frame = pd.DataFrame({"when": ends, "A": prices(AROUND_2023) / 1000, "B": prices(AROUND_2023) / 500})
    frame.to_csv(tmp_path / "table.csv", sep=";", index=False)
    folder = write_small(tmp_path / "mine")
    small_series(folder, (2023,))
    layout = ("--time", "when", "--unit", "NOK/kWh", "--zone", "Europe/Oslo", "--stamps", "end", "--separator", ";")
    columns = ("--column", "plains=A", "--column", "fjord=B")
    result = run(
        "table", tmp_path / "table.csv", *columns, *layout, "--time-format", "%d.%m.%Y %H:%M", "--usd", "0.1",
        "--out", folder / "prices.csv", "--force", "--json",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    done = json.loads(result.stdout)
    assert (done["columns"], done["years"], done["rows"]) == (["plains", "fjord"], [2023], 8760)
    assert "2 clock changes of Europe/Oslo found as they should be, 2023-03-26 to 2023-10-29" in done["notes"]
    series = read_hourly(folder / "prices.csv", ("plains", "fjord")).values
    np.testing.assert_allclose(series["plains"][0], 0.1 * expected(), atol=1e-9)
    np.testing.assert_allclose(series["fjord"][0], 0.2 * expected(), atol=1e-9)
    assert CliRunner().invoke(main, ["check", str(folder), "--series"]).exit_code == 0


def test_gaps_are_filled_only_when_asked(tmp_path):
    path = ercot_dam(tmp_path / "dam.csv", [hour for hour in AROUND_2023 if hour != AROUND_2023[500]])
    refused = run("ercot", path, "--column", "west", "--out", tmp_path / "p.csv")
    assert refused.exit_code == 2
    assert "S314" in refused.stderr
    assert "(--fill HOURS)" in refused.stderr
    result = run("ercot", path, "--column", "west", "--out", tmp_path / "p.csv", "--fill", "1")
    assert result.exit_code == 0
    assert "filled with the value before" in result.stdout


def test_a_year_of_local_time_is_wrapped_only_when_asked(tmp_path):
    path = ercot_dam(tmp_path / "dam.csv", utc_hours("2023-01-01T06:00", "2024-01-01T06:00"))
    refused = run("ercot", path, "--column", "west", "--out", tmp_path / "p.csv")
    assert "S321" in refused.stderr
    assert "(--wrap)" in refused.stderr
    result = run("ercot", path, "--column", "west", "--out", tmp_path / "p.csv", "--wrap")
    assert result.exit_code == 0, result.stderr
    assert "2023: 6 hours 2023-01-01T00:00Z to 2023-01-01T05:00Z are not in the file" in result.stdout


def test_real_days_of_bitcoin_are_written_and_can_be_calibrated_on(shared, tmp_path):
    path, out = shared / "data/bitcoin/btc_daily_2016_2023.parquet", tmp_path / "days.csv"
    result = run("coinmetrics", path, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith(f"wrote {out}: 2,922 days of 2016-2023, date, price_usd")
    ours, theirs = pd.read_csv(out), pd.read_parquet(path)
    for name in ("price_usd", "hashrate_ths", "fees_btc", "issuance_btc"):
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "`repower import --list` names the kinds"),
        (("ercot",), "FILE and --out are needed"),
        (("ercot", "x.csv"), "--out"),
        (("table", "x.csv", "--out", "y.csv", "--column", "a"), "needs --time"),
        (("ercto", "x.csv", "--out", "y.csv", "--column", "a"), "did you mean ercot?"),
        (("ercot", "x.csv", "--out", "y.csv", "--column", "a", "--zone", "UTC"), "S327"),
        (("ercot", "x.csv", "--out", "y.xlsx", "--column", "a"), "S323"),
        (("ercot", "x.csv", "--out", "y.csv", "--column", "a"), "S301"),
        (("ercot", "x.csv", "--out", "y.csv", "--column", "a", "--column", "a"), "S318"),
    ],
)
def test_what_is_missing_or_wrong_is_told(tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_clock_changes_are_those_of_the_zone():
    hours = year_hours(2023)
    assert clock_notes(zone_named("UTC"), hours) == []
    assert clock_notes(zone_named("Asia/Kolkata"), hours) == []
    (note,) = clock_notes(zone_named("Europe/Oslo"), hours[:4000])
    assert note == "1 clock change of Europe/Oslo found as they should be, 2023-03-26"
