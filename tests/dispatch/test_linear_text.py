"""The exported programme reads as it did; a change of the mathematics shows as a change of these files."""

from __future__ import annotations

import highspy
import pytest
from write_golden import GOLDEN, SITE, golden_texts, write_lp

from repower.dispatch import dispatch_hours


def test_every_constraint_has_its_golden_text():
    texts = golden_texts()
    assert sorted(texts) == sorted(path.stem for path in GOLDEN.glob("*.lp"))
    for name, text in texts.items():
        golden = (GOLDEN / f"{name}.lp").read_text(encoding="utf-8")
        assert text == golden, f"{name} changed; if that is meant, run python tests/dispatch/write_golden.py"


def test_the_exported_file_is_the_problem(tmp_path):
    """Read back from its text by HiGHS' own reader, it has the kernel's margin."""
    path = tmp_path / "site.lp"
    write_lp(path)
    highs = highspy.Highs()
    highs.silent()
    highs.readModel(str(path))
    highs.run()
    assert highs.getObjectiveValue() == pytest.approx(dispatch_hours(SITE).margin_usd.sum(), rel=1e-12)
