"""The record: equal when opened, whole or not at all, and refused when it is not what it was."""

from __future__ import annotations

import errno
import json
import shutil

import numpy as np
import pytest
import xarray as xr

import repower
from repower.errors import InputError
from small_portfolio import SMALL_YAML
from small_series import small_series

DATASETS = ("scenarios", "dispatch", "finance")
FILES = {"record.json", "scenarios.nc", "dispatch.nc", "finance.nc", "inputs"}


@pytest.fixture
def folder(studied, tmp_path):
    """A copy of the portfolio with its record, to be changed."""
    return shutil.copytree(studied.folder, tmp_path / "copy")


def codes(caught) -> list[str]:
    return [problem.code for problem in caught.value.problems]


def snapshot(folder) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def same_results(one, other) -> None:
    for name in DATASETS:
        xr.testing.assert_identical(getattr(one, name), getattr(other, name))
    for name in ("plan", "loans", "summary", "works", "settings"):
        assert getattr(one, name) == getattr(other, name), name
    assert one.results() == other.results()


# --- open -----------------------------------------------------------------------------------------------------------------


def test_an_opened_record_equals_the_study(studied):
    opened = repower.open(studied.folder)
    same_results(opened, studied.study)
    assert opened.provenance == studied.study.provenance
    ours, theirs = studied.study.portfolio, opened.portfolio
    assert theirs.model_dump() == ours.model_dump()
    assert (theirs.origin.sha256, theirs.origin.sources) == (ours.origin.sha256, ours.origin.sources)
    for name in DATASETS:
        for variable in getattr(studied.study, name).variables:
            ours, theirs = getattr(studied.study, name)[variable], getattr(opened, name)[variable]
            assert (ours.dtype.kind, ours.attrs) == (theirs.dtype.kind, theirs.attrs), (name, variable)


def test_a_record_opens_by_its_own_folder_and_from_any_place(studied, tmp_path):
    moved = shutil.copytree(studied.folder / "study", tmp_path / "sent by mail")
    same_results(repower.open(moved), studied.study)
    same_results(repower.open(studied.folder / "study"), studied.study)


def test_running_the_recorded_inputs_with_its_settings_gives_the_same_numbers_to_the_last_bit(studied):
    opened = repower.open(studied.folder)
    settings = opened.settings
    again = repower.run(
        opened.portfolio,
        scenarios=settings.scenarios,
        seed=settings.seed,
        gap=settings.gap,
        time_limit_s=settings.time_limit_s,
    )
    same_results(again, studied.study)


def test_another_seed_gives_other_scenarios(studied):
    other = repower.run(studied.study.portfolio, scenarios=2, seed=studied.study.settings.seed + 1)
    ours = studied.study.scenarios["btc_price_usd"].to_numpy()[:2, 1:]
    assert not (other.scenarios["btc_price_usd"].to_numpy()[:, 1:] == ours).any()
    assert other.results()["npv_mean_usd"] != studied.study.results()["npv_mean_usd"]


def test_the_record_keeps_its_inputs_byte_for_byte(studied):
    for name in ("portfolio.yaml", "prices.csv", "weather.csv"):
        assert (studied.folder / "study" / "inputs" / name).read_bytes() == (studied.folder / name).read_bytes()


def test_strangers_can_read_the_record(studied):
    """netCDF by plain xarray, with a unit and a name on every variable; JSON as the standard has it."""
    for name in DATASETS:
        with xr.open_dataset(studied.folder / "study" / f"{name}.nc") as dataset:
            assert dataset.data_vars
            for variable, values in dataset.data_vars.items():
                assert values.attrs.get("units"), (name, variable)
                assert values.attrs.get("long_name"), (name, variable)
                if values.dtype.kind == "f":
                    assert np.isfinite(values.to_numpy()).all(), (name, variable)

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    record = json.loads((studied.folder / "study" / "record.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert record["settings"]["seed"] == 3
    assert record["provenance"]["versions"]["repower"] == repower.__version__
    assert len(record["provenance"]["inputs_sha256"]) == 64


# --- write ----------------------------------------------------------------------------------------------------------------


class HaltError(Exception):
    """Something that no code of ours expects."""


@pytest.mark.parametrize("written", [0, 1, 2])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), HaltError("stopped")])
def test_a_write_that_fails_leaves_the_old_record_as_it_was(studied, folder, monkeypatch, written, error):
    before = snapshot(folder)
    real, done = xr.Dataset.to_netcdf, []

    def write(self, path, **options):
        if len(done) == written:
            path.write_bytes(b"half a fi")
            raise error
        done.append(path)
        return real(self, path, **options)

    monkeypatch.setattr(xr.Dataset, "to_netcdf", write)
    with pytest.raises(InputError if isinstance(error, OSError) else HaltError) as caught:
        studied.study.save(folder)
    if isinstance(error, OSError):
        assert codes(caught) == ["R507"]
        assert "No space left on device" in str(caught.value)
    monkeypatch.undo()
    assert len(done) == written
    assert snapshot(folder) == before
    same_results(repower.open(folder), studied.study)


def test_a_first_write_that_fails_leaves_nothing(studied, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", fail)
    with pytest.raises(InputError):
        studied.study.save(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_lost_its_name_half_way_is_taken_up_again(studied, folder, monkeypatch):
    """A machine that stops between the two renames leaves the old record under its other name."""
    (folder / "study").rename(folder / ".study-old")

    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", fail)
    with pytest.raises(InputError):
        studied.study.save(folder)
    monkeypatch.undo()
    same_results(repower.open(folder), studied.study)
    assert not list(folder.glob(".study*"))


def test_a_new_record_takes_the_place_of_the_old_one_and_leaves_no_draft(studied, folder):
    (folder / ".study-draft").mkdir()
    (folder / ".study-draft" / "left over").touch()
    assert studied.study.save(folder) == folder / "study"
    assert {path.name for path in (folder / "study").iterdir()} == FILES
    assert not list(folder.glob(".study*"))


def test_a_folder_of_somebody_else_is_not_replaced(studied, folder):
    shutil.rmtree(folder / "study")
    (folder / "study").mkdir()
    (folder / "study" / "notes.txt").write_text("mine")
    with pytest.raises(InputError) as caught:
        studied.study.save(folder)
    assert codes(caught) == ["R506"]
    assert (folder / "study" / "notes.txt").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_said(studied, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as caught:
        studied.study.save(tmp_path / "file")
    assert codes(caught) == ["R507"]


@pytest.mark.parametrize("name", ["portfolio.yaml", "prices.csv"])
def test_inputs_that_change_while_the_study_runs_are_not_recorded_as_its_own(folder, name):
    opened = repower.open(folder)
    portfolio = repower.load(folder)
    study = type(opened)(**{**opened.__dict__, "portfolio": portfolio})
    shutil.rmtree(folder / "study")
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write("# one line more\n" if name == "portfolio.yaml" else "\n")
    with pytest.raises(InputError) as caught:
        study.save(folder)
    assert codes(caught) == ["R504"]
    assert not (folder / "study").exists()


# --- refuse ---------------------------------------------------------------------------------------------------------------


def test_no_record(tmp_path):
    (tmp_path / "portfolio.yaml").touch()
    for place in (tmp_path, tmp_path / "nowhere", tmp_path / "portfolio.yaml"):
        with pytest.raises(InputError) as caught:
            repower.open(place)
        assert codes(caught) == ["R501"]
        assert "repower run" in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"layout": 2}', '{"layout": 2, "provenance": {}}', "\xff"])
def test_a_damaged_record(folder, text):
    (folder / "study" / "record.json").write_text(text, encoding="latin-1")
    with pytest.raises(InputError) as caught:
        repower.open(folder)
    assert codes(caught) == ["R502"]
    assert caught.value.problems[0].file.endswith("record.json")


@pytest.mark.parametrize("key", ["settings", "plan", "loans", "summary", "events", "works"])
def test_a_record_with_a_part_cut_out(folder, key):
    file = folder / "study" / "record.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    del record[key]
    file.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        repower.open(folder)
    assert codes(caught) == ["R502"]
    assert key in str(caught.value)


@pytest.mark.parametrize("name", DATASETS)
@pytest.mark.parametrize("size", [None, 0, 1000])
def test_a_dataset_that_is_missing_or_cut(folder, name, size):
    file = folder / "study" / f"{name}.nc"
    data = file.read_bytes()
    file.unlink()
    if size is not None:
        file.write_bytes(data[:size])
    with pytest.raises(InputError) as caught:
        repower.open(folder)
    assert codes(caught) == ["R502"]


def test_another_layout_is_not_guessed_at(folder):
    file = folder / "study" / "record.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    for layout in (0, 1, "2", None):
        file.write_text(json.dumps({"layout": layout, "anything": "else"}), encoding="utf-8")
        with pytest.raises(InputError) as caught:
            repower.open(folder)
        assert codes(caught) == ["R503"], layout
    file.write_text(json.dumps(record), encoding="utf-8")
    repower.open(folder)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("portfolio.yaml", "value: 0.3", "value: 0.4"),
        ("portfolio.yaml", "# K: typical", "# K: usual"),
        ("portfolio.yaml", "grid_mw: 50", "grid_mw: fifty"),
        ("prices.csv", "70.0", "71.0"),
        ("weather.csv", "\n", "\r\n"),
    ],
)
def test_changed_inputs(folder, name, old, new):
    file = folder / "study" / "inputs" / name
    data = file.read_bytes()
    assert old.encode() in data
    file.write_bytes(data.replace(old.encode(), new.encode(), 1))
    with pytest.raises(InputError) as caught:
        repower.open(folder)
    assert codes(caught)[0] == "R504"


def test_an_input_that_is_gone(folder):
    (folder / "study" / "inputs" / "prices.csv").unlink()
    with pytest.raises(InputError) as caught:
        repower.open(folder)
    assert codes(caught)[0] == "R504"
    assert "prices.csv" in str(caught.value)


def test_an_edit_beside_the_record_does_not_touch_it(folder, studied):
    (folder / "portfolio.yaml").write_text("name: something else\n", encoding="utf-8")
    same_results(repower.open(folder), studied.study)


def test_a_portfolio_of_another_name_is_recorded(tmp_path):
    small_series(tmp_path)
    (tmp_path / "ours.yaml").write_text(SMALL_YAML, encoding="utf-8")
    study = repower.run(repower.load(tmp_path / "ours.yaml"), scenarios=2, seed=3)
    study.save(tmp_path)
    again = repower.open(tmp_path)
    assert again.plan == study.plan
    assert (tmp_path / "study" / "inputs" / "portfolio.yaml").read_text(encoding="utf-8") == SMALL_YAML
