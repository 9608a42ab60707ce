"""Writing a bundled portfolio: the same bytes for everybody, whole or not at all, and never over somebody's edits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import repower
from repower.errors import InputError
from repower.markets import synthetic
from repower.study.demo import write_portfolio

FILES = ("portfolio.yaml", "prices.csv", "weather.csv")


@pytest.fixture(scope="module")
def starter(tmp_path_factory) -> Path:
    return write_portfolio(tmp_path_factory.mktemp("bundled") / "made" / "on the way", "starter")


@pytest.fixture
def mine(starter, tmp_path) -> Path:
    """A copy to be changed."""
    return shutil.copytree(starter, tmp_path / "mine")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_is_a_portfolio_with_its_series_and_nothing_else(starter):
    assert sorted(contents(starter)) == sorted(FILES)
    assert repower.load(starter).sites


def test_the_same_bytes_on_every_machine_and_every_time(starter, mine, tmp_path):
    before = contents(starter)
    assert write_portfolio(mine, "starter") == mine
    assert contents(mine) == before
    assert contents(write_portfolio(tmp_path / "elsewhere", "starter")) == before


def test_an_edited_portfolio_is_never_overwritten(mine):
    file = mine / "portfolio.yaml"
    edited = file.read_bytes() + b"# mine\n"
    file.write_bytes(edited)
    before = contents(mine)
    for which in ("starter", "reference"):
        with pytest.raises(InputError) as caught:
            write_portfolio(mine, which)
        (problem,) = caught.value.problems
        assert problem.code == "N601"
        assert problem.file == str(file)
    assert contents(mine) == before


@pytest.mark.parametrize(("edited", "absent"), [("prices.csv", "weather.csv"), ("weather.csv", "prices.csv")])
def test_edited_series_stay_and_absent_ones_are_made(starter, mine, edited, absent):
    (mine / edited).write_bytes(b"time_utc,somewhere\n")
    (mine / absent).unlink()
    write_portfolio(mine, "starter")
    assert contents(mine) == {**contents(starter), edited: b"time_utc,somewhere\n"}


@pytest.mark.parametrize("halted", FILES)
def test_what_is_interrupted_leaves_no_half_file_and_can_be_done_again(starter, tmp_path, monkeypatch, halted):
    class HaltError(Exception):
        pass

    real = Path.replace

    def replace(self, target):
        if Path(target).name == halted and Path(target).parent == tmp_path:
            raise HaltError
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(HaltError):
        write_portfolio(tmp_path, "starter")
    monkeypatch.undo()
    whole = contents(starter)
    for name, data in contents(tmp_path).items():
        if name in FILES:
            assert data == whole[name], name
    assert not (tmp_path / "portfolio.yaml").exists(), "it comes last, so that where it is the series are too"
    write_portfolio(tmp_path, "starter")
    assert contents(tmp_path) == whole


def test_series_that_cannot_be_made_leave_no_portfolio(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(synthetic, "write_series", full)
    with pytest.raises(InputError) as caught:
        write_portfolio(tmp_path, "starter")
    assert [problem.code for problem in caught.value.problems] == ["N602"]
    assert "No space left on device" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError) as caught:
            write_portfolio(place, "starter")
        assert [problem.code for problem in caught.value.problems] == ["N602"]
    assert (tmp_path / "file").read_text() == "mine"
