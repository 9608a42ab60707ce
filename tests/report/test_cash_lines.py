"""Every line of a statement has words and a place in the chart, so that nothing that is paid goes unseen."""

from __future__ import annotations

from repower.finance.cashflow import LINES
from repower.report.cash import _NAMES, GROUPS


def test_every_line_is_named_and_drawn_once():
    drawn = [line for _, lines in GROUPS.values() for line in lines]
    before_loans = [name for name, line in LINES.items() if line.position != "financing"]
    assert sorted(drawn) == sorted(before_loans)
    assert set(_NAMES) == set(LINES)
