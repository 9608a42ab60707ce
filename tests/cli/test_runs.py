"""Commands that run a study: data on stdout, talk on stderr, what they leave in the folder, and their exit codes."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner

import repower
from repower.cli import main
from small_portfolio import SMALL_YAML, write_small

ANSI = re.compile(r"\x1b|\r")


@pytest.fixture
def runner():
    return CliRunner()


@pytest.fixture
def ran_before(small_run, small_folder, tmp_path, monkeypatch):
    """A copy of the folder of the run above; running it again finds the same study at once."""
    assert small_run.code == 0
    folder = shutil.copytree(small_folder, tmp_path / "copy")
    study = replace(repower.open(folder), portfolio=repower.load(folder))
    monkeypatch.setattr("repower.study.run.run", lambda *_, **__: study)
    return folder


# --- run ------------------------------------------------------------------------------------------------------------------


def test_run_prints_only_data_to_stdout_and_talks_on_stderr(small_run):
    assert small_run.code == 0, small_run.err
    results = json.loads(small_run.out)
    assert (results["scenarios"], results["seed"]) == (3, 7)
    assert results["finance"]["balanced"] is True
    for step in ("read the series", "choose the plan", "dispatch the plan", "finance", "save the record", "write the report"):
        assert step in small_run.err
    assert small_run.err.startswith("small: 2 sites, 205 grid MW, 10 years\n")


def test_piped_output_has_no_colours_no_bars_and_no_ragged_ends(small_run, demo):
    for said in (small_run, demo.said):
        for text in (said.out, said.err):
            assert not ANSI.search(text)
            assert not [line for line in text.splitlines() if line != line.rstrip()]
            assert "%" not in "".join(line for line in text.splitlines() if "━" in line)
    assert "\n\n" not in small_run.err


def test_run_leaves_record_and_report_that_say_the_same(small_run, small_folder):
    results = json.loads(small_run.out)
    assert repower.open(small_folder).results() == results
    assert results["inputs_sha256"] == repower.load(small_folder).origin.sha256
    assert (small_folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert not list(small_folder.glob(".*"))


def test_the_printed_result_has_its_baseline_beside_it_and_says_where_everything_is(demo):
    assert demo.said.code == 0, demo.said.err
    out = demo.said.out
    for words in ("plan, in grid MW:", "net present value:", "business as usual", "proof:"):
        assert words in out
    for name in ("portfolio.yaml", "report.html", "study"):
        assert str(demo.folder / name) in out
        assert (demo.folder / name).exists()
    megawatts = sum(float(mw.replace(",", "")) for mw in re.findall(r"([\d,]+) MW ", out.splitlines()[0]))
    total = sum(site.grid_mw for site in repower.load(demo.folder).sites)
    assert megawatts == pytest.approx(total, abs=4)


def test_the_demo_can_be_opened_and_runs_again_in_its_folder(demo, program):
    study = repower.open(demo.folder)
    assert study.settings.scenarios == 2
    assert {site.country for site in study.portfolio.sites} >= {"US", "CA", "NO", "ET", "BT"}
    before = (demo.folder / "portfolio.yaml").read_bytes()
    again = program("check", demo.folder, "--series")
    assert (again.code, again.err) == (0, "")
    assert (demo.folder / "portfolio.yaml").read_bytes() == before


def test_demo_does_not_touch_a_portfolio_that_was_edited(program, tmp_path):
    (tmp_path / "portfolio.yaml").write_text("name: mine\n", encoding="utf-8")
    said = program("demo", tmp_path, "--no-open", "--scenarios", 1)
    assert (said.code, said.out) == (2, "")
    assert "N601" in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["portfolio.yaml"]


def test_pages_are_opened_only_when_wanted_and_where_there_is_a_screen(ran_before, runner, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    for screen, flags, pages in (("", ["--open"], 0), (":0", [], 0), (":0", ["--no-open"], 0), (":0", ["--open"], 1)):
        monkeypatch.setenv("DISPLAY", screen)
        assert runner.invoke(main, ["run", str(ran_before), *flags]).exit_code == 0
        assert len(opened) == pages
    assert opened == [(ran_before / "report.html").resolve().as_uri()]


# --- exit codes -----------------------------------------------------------------------------------------------------------


def test_a_result_that_fails_its_check_is_1(ran_before, runner, monkeypatch):
    study = repower.run(repower.load(ran_before))
    wrong = replace(study, summary={**study.summary, "balanced": False})
    monkeypatch.setattr("repower.study.run.run", lambda *_, **__: wrong)
    result = runner.invoke(main, ["run", str(ran_before), "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout)["finance"]["balanced"] is False


def test_a_fault_of_ours_is_3_one_clear_message_and_no_trace(runner, small_folder, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("the flux is inverted")

    monkeypatch.setattr("repower.study.run.run", broken)
    monkeypatch.delenv("REPOWER_TRACEBACK", raising=False)
    result = runner.invoke(main, ["run", str(small_folder)])
    assert result.exit_code == 3
    assert result.stdout == ""
    told = result.stderr.splitlines()[-2:]
    assert re.fullmatch(r"repower: a fault of ours \(RuntimeError at test_runs\.py:\d+\): the flux is inverted", told[0])
    assert "hint:" in told[1]
    assert "Traceback" not in result.output


def test_the_whole_trace_is_there_for_who_wants_it(runner, monkeypatch):
    def broken(_):
        raise RuntimeError("the flux is inverted")

    monkeypatch.setattr("repower.explanations.explain", broken)
    monkeypatch.setenv("REPOWER_TRACEBACK", "1")
    result = runner.invoke(main, ["explain", "P104"])
    assert isinstance(result.exception, RuntimeError)
    assert "a fault of ours" in result.stderr


def test_an_interrupted_run_says_so_and_is_no_fault_of_ours(runner, small_folder, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("repower.study.run.run", interrupted)
    result = runner.invoke(main, ["run", str(small_folder)])
    assert result.exit_code == 1
    assert "fault" not in result.output


def test_run_takes_the_folder_that_one_is_in(program, tmp_path):
    said = program("run", cwd=tmp_path)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("portfolio.yaml: P100")


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "DIR", "--scenarios", "0"], ["run", "DIR", "--scenarios", "many"], ["run", "DIR", "--seed", "-1"],
        ["run", "DIR", "--gap", "2"], ["run", "DIR", "--time-limit", "0"], ["run", "DIR", "--scenario", "2"],
        ["run", "DIR", "OTHER"],
    ],
)  # fmt: skip
def test_wrong_options_are_2(runner, small_folder, arguments):
    result = runner.invoke(main, [str(small_folder) if word == "DIR" else word for word in arguments])
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error:" in result.stderr


def test_a_folder_without_a_portfolio_is_2(program, tmp_path):
    for place in (tmp_path, tmp_path / "nowhere"):
        said = program("run", place)
        assert (said.code, said.out) == (2, "")
        assert "P100" in said.err
        assert "repower new" in said.err
        assert "Traceback" not in said.err


def test_a_portfolio_without_its_series_is_2_and_names_them(program, tmp_path):
    write_small(tmp_path)
    (tmp_path / "prices.csv").unlink()
    said = program("run", tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "P222" in said.err
    assert "prices.csv" in said.err
    assert re.search(r"portfolio\.yaml:\d+:\d+: P222", said.err)


def test_series_that_cannot_be_used_are_2(program, tmp_path):
    said = program("run", write_small(tmp_path), "--scenarios", 1)
    assert (said.code, said.out) == (2, "")
    assert "S307" in said.err
    assert "Traceback" not in said.err


def test_limits_that_contradict_one_another_are_2(program, small_folder, tmp_path):
    folder = shutil.copytree(small_folder, tmp_path / "copy")
    text = SMALL_YAML
    # fleets end in 2027, 2029 and 2030 and may not be renewed, but half of all power must mine until 2033
    for old, new in (
        ("share: 0.2\n", "share: 0.5\n"),
        ("until: 2028-12\n", "until: 2033-12\n"),
        ("  refresh_miner: antminer-s21\n", ""),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    (folder / "portfolio.yaml").write_text(text, encoding="utf-8")
    said = program("run", folder, "--scenarios", 1)
    assert (said.code, said.out) == (2, "")
    assert said.err.splitlines()[-2].startswith("M401 policy.minimum_mining_share")
    assert "hint: lower minimum_mining_share" in said.err


def test_a_folder_named_study_that_is_somebodys_is_2(runner, small_folder, tmp_path):
    folder = shutil.copytree(small_folder, tmp_path / "copy", ignore=shutil.ignore_patterns("study"))
    (folder / "study").mkdir()
    (folder / "study" / "notes.txt").write_text("mine")
    result = runner.invoke(main, ["run", str(folder), "--scenarios", "1"])
    assert result.exit_code == 2
    assert "R506" in result.stderr
    assert (folder / "study" / "notes.txt").read_text() == "mine"
