"""Commands that look things up: new, check, explain, schema; help and misspellings."""

from __future__ import annotations

import json
import re
import shutil

import pytest
import yaml
from click.testing import CliRunner

import repower
from repower.cli import main
from small_portfolio import SMALL_YAML, write_small

COMMANDS = sorted(main.commands)
PROBLEM_KEYS = {"path", "line", "column", "code", "message", "hint"}


def run(*arguments):
    return CliRunner().invoke(main, [str(word) for word in arguments])


# --- help -----------------------------------------------------------------------------------------------------------------


def test_the_commands_of_the_first_version_are_there():
    assert {"demo", "new", "check", "explain", "schema", "run"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_every_command_explains_itself_and_each_of_its_options(command, flag):
    result = run(command, flag)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: main {command}")
    first = result.stdout.splitlines()[2].strip()
    assert first.endswith((".", ";"))
    assert len(first) > 20
    for option in main.commands[command].params:
        if option.param_type_name == "option":
            assert option.help, f"{command} {option.name} has no help"


def test_the_program_says_its_version_and_what_it_is_for(program):
    said = program("--version")
    assert (said.code, said.out, said.err) == (0, f"repower, version {repower.__version__}\n", "")
    for flag in ("-h", "--help"):
        said = program(flag)
        assert said.code == 0
        assert said.out.startswith("Usage: repower ")
        assert "repower demo" in said.out


@pytest.mark.parametrize(("typed", "meant"), [("chek", "check"), ("rnu", "run"), ("Demo", "demo"), ("explian", "explain")])
def test_a_misspelt_command_is_answered_with_the_nearest(typed, meant):
    result = run(typed)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("Did you mean") == 1
    assert f"Did you mean {meant!r}?" in result.stderr


def test_a_command_like_no_other_is_refused_without_a_guess():
    result = run("xyzzy")
    assert result.exit_code == 2
    assert "No such command" in result.stderr
    assert "Did you mean" not in result.stderr


# --- new ------------------------------------------------------------------------------------------------------------------


def test_new_writes_a_portfolio_that_is_fine_and_says_what_comes_next(tmp_path):
    folder = tmp_path / "my sites"
    result = run("new", folder)
    assert result.exit_code == 0
    assert "repower check" in result.stdout
    assert "repower run" in result.stdout
    assert run("check", folder, "--series").exit_code == 0
    assert run("new", folder).exit_code == 0
    (folder / "portfolio.yaml").write_text("name: mine\n", encoding="utf-8")
    refused = run("new", folder)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "N601" in refused.stderr
    assert (folder / "portfolio.yaml").read_text(encoding="utf-8") == "name: mine\n"


# --- check ----------------------------------------------------------------------------------------------------------------

BROKEN = (
    SMALL_YAML.replace("adder_usd_per_mwh", "addder_usd_per_mwh")
    .replace("grid_mw: 45", "grid_mw: -45")
    .replace("power_market: fjord", "power_market: fjrod")
)


def test_check_of_a_fine_portfolio_says_what_it_read(tmp_path):
    result = run("check", write_small(tmp_path))
    assert result.exit_code == 0
    assert result.stdout == "small: fine: 2 sites, 5 blocks, 205 grid MW, 10 years\n"
    assert result.stderr == ""
    assert json.loads(run("check", tmp_path, "--json").stdout) == {"problems": []}
    assert run("check", tmp_path / "portfolio.yaml").stdout == result.stdout


def test_check_of_a_broken_portfolio_finds_every_mistake_at_its_place(tmp_path):
    result = run("check", write_small(tmp_path, BROKEN))
    assert (result.exit_code, result.stdout) == (2, "")
    lines = BROKEN.splitlines()
    for code, word in (("P104", "addder_usd_per_mwh"), ("P108", "-45"), ("P201", "fjrod")):
        row = next(number for number, line in enumerate(lines, 1) if word in line)
        column = lines[row - 1].index(word) + 1
        assert re.search(rf"portfolio\.yaml:{row}:{column}: {code} ", result.stderr), (code, result.stderr)
    assert "did you mean adder_usd_per_mwh?" in result.stderr
    assert "3 problems; `repower explain P104` tells more" in result.stderr


def test_check_as_json_is_a_contract(tmp_path):
    result = run("check", write_small(tmp_path, BROKEN), "--json")
    assert result.exit_code == 2
    assert result.stderr == ""
    problems = json.loads(result.stdout)["problems"]
    assert [problem["code"] for problem in sorted(problems, key=lambda problem: problem["code"])] == ["P104", "P108", "P201"]
    for problem in problems:
        assert set(problem) >= PROBLEM_KEYS
        assert problem["message"]
        assert isinstance(problem["line"], int)
        assert isinstance(problem["column"], int)
    (named,) = [problem for problem in problems if problem["code"] == "P201"]
    assert named["path"] == "sites[1].power_market"
    assert "fjord" in named["hint"]


def test_check_looks_into_the_series_only_when_asked(tmp_path, small_folder):
    folder = shutil.copytree(small_folder, tmp_path / "copy", ignore=shutil.ignore_patterns("study", "*.html"))
    assert run("check", folder, "--series").exit_code == 0
    lines = (folder / "prices.csv").read_text(encoding="utf-8").splitlines()
    lines[100] = lines[100].rsplit(",", 1)[0] + ",nan"
    del lines[5000]
    (folder / "prices.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run("check", folder).exit_code == 0
    result = run("check", folder, "--series")
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(r"prices\.csv:101: S306 fjord:", result.stderr)
    assert re.search(r"prices\.csv:5001: S304 ", result.stderr)
    problems = json.loads(run("check", folder, "--series", "--json").stdout)["problems"]
    assert {(problem["code"], problem["line"]) for problem in problems} == {("S306", 101), ("S304", 5001)}


def test_check_of_what_is_not_there(tmp_path):
    result = run("check", tmp_path / "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "P100" in result.stderr
    assert [problem["code"] for problem in json.loads(run("check", tmp_path, "--json").stdout)["problems"]] == ["P100"]


def test_letters_of_every_language_survive_the_pipe(tmp_path, program):
    write_small(tmp_path, SMALL_YAML.replace("name: small", "name: Størdal 数据"))
    said = program("check", tmp_path, PYTHONIOENCODING="utf-8")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("Størdal 数据: fine")


# --- explain, schema ------------------------------------------------------------------------------------------------------


def test_explain_tells_a_code():
    result = run("explain", "p104")
    assert result.exit_code == 0
    assert result.stdout.startswith("P104 Unknown field\n")
    assert "Way out:" in result.stdout


def test_explain_and_new_as_json(tmp_path):
    told = json.loads(run("explain", "p104", "--json").stdout)
    assert told["code"] == "P104"
    assert told["text"] + "\n" == run("explain", "P104").stdout
    written = json.loads(run("new", tmp_path / "a", "--json").stdout)
    assert written["directory"] == str(tmp_path / "a")
    assert written["files"] == [str(tmp_path / "a" / name) for name in ("portfolio.yaml", "prices.csv", "weather.csv")]


def test_explain_of_no_code_is_2_and_guesses():
    result = run("explain", "P1O4")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean P104" in result.stderr


def test_schema_is_a_schema_that_takes_the_bundled_portfolio_and_refuses_a_broken_one(tmp_path):
    result = run("schema")
    assert (result.exit_code, result.stderr) == (0, "")
    schema = json.loads(result.stdout)
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed; `make test` brings it")
    checker = jsonschema.validators.validator_for(schema)
    checker.check_schema(schema)
    assert run("new", tmp_path).exit_code == 0
    data = yaml.load((tmp_path / "portfolio.yaml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    assert data["sites"][0]["name"]
    del data["sites"]
    errors = [error.message for error in checker(schema).iter_errors(data)]
    assert any("'sites' is a required property" in message for message in errors)


def test_the_table_of_fields_is_markdown_with_units():
    result = run("schema", "--table")
    assert result.exit_code == 0
    assert "| " in result.stdout
    assert "grid_mw" in result.stdout
    with pytest.raises(json.JSONDecodeError):
        json.loads(result.stdout)
