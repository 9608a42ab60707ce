"""The sentences of the package: load, run, save, open, report."""

from __future__ import annotations

import importlib

import pytest

import repower


def test_every_promised_name_is_there_and_nothing_else_is():
    for name in repower.__all__:
        assert getattr(repower, name) is not None
    assert set(repower.__all__) < set(dir(repower))
    with pytest.raises(AttributeError, match="no attribute 'raport'"):
        repower.raport  # noqa: B018


def test_report_is_a_sentence_however_its_room_was_loaded(studied, tmp_path):
    """A module of the same name must not take its place once it is imported."""
    first = repower.report(studied.study, tmp_path / "first.html")
    importlib.import_module("repower.report.page")
    second = repower.report(repower.open(studied.folder), tmp_path / "second.html")
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().startswith(b"<!doctype html>")


def test_a_portfolio_made_in_memory_is_not_run(studied):
    portfolio = studied.study.portfolio.model_copy(update={"name": "copy"})
    portfolio._origin = None
    with pytest.raises(ValueError, match=r"repower\.load"):
        repower.run(portfolio, scenarios=1)


@pytest.mark.parametrize("scenarios", [0, -1])
def test_a_study_needs_a_scenario(studied, scenarios):
    with pytest.raises(ValueError, match="at least one scenario"):
        repower.run(studied.study.portfolio, scenarios=scenarios)
