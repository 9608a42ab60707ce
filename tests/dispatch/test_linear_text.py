"""The exported programme reads as it did; a change of the mathematics shows as a change of these files."""

from __future__ import annotations

from dataclasses import replace

import highspy
import numpy as np
import pytest
from write_golden import GOLDEN, SITE, golden_texts, write_lp

from repower.dispatch.linear import build_model, dispatch_hours_lp

#: Fields of a site that are more than spot, contracts, generators and tiers behind one connection.
PLAIN = {
    "export_limit_mw": None,
    "flexible_mw": None,
    "generator_least_share": None,
    "generator_min_up_hours": None,
    "generation_limit_mwh": np.inf,
    "reserve_max_share": 0.0,
    "batteries": (),
    "peaks": None,
    "coincident_usd_per_mw": None,
}

PLAIN_STATEMENTS = {
    *("balance", "ai-load", "connection", "generator-size", "tier-size"),
    *("ppa-account", "ppa-must-take", "ppa-contract", "ppa-no-resale"),
}


def test_every_constraint_has_its_golden_text():
    texts = golden_texts()
    assert sorted(texts) == sorted(path.stem for path in GOLDEN.glob("*.lp"))
    for name, text in texts.items():
        golden = (GOLDEN / f"{name}.lp").read_text(encoding="utf-8")
        assert text == golden, f"{name} changed; if that is meant, run python tests/dispatch/write_golden.py"


def test_every_statement_of_the_programme_is_in_the_docstring():
    from repower.dispatch import linear_model

    stated = {line.split()[0] for line in linear_model.__doc__.splitlines() if line.startswith("    ")}
    assert stated == set(golden_texts()) - {"objective", "whole-numbers"}


def test_the_exported_file_is_the_problem(tmp_path):
    """Read back from its text by HiGHS' own reader, it has the dispatch's margin."""
    path = tmp_path / "site.lp"
    write_lp(path)
    highs = highspy.Highs()
    highs.silent()
    highs.readModel(str(path))
    highs.run()
    assert highs.getObjectiveValue() == pytest.approx(dispatch_hours_lp(SITE).certificate.objective_usd, rel=1e-9)


def test_what_a_site_has_none_of_is_not_written():
    model = build_model(replace(SITE, **PLAIN))
    assert set(model.constraints) == PLAIN_STATEMENTS
    contracts = {"ppa-taken", "ppa-delivered", "ppa-resold", "ppa-left"}
    assert set(model.variables) == {"spot", "ai-served", "unserved", "generation", "tier", *contracts}


@pytest.mark.parametrize(
    ("field", "only"),
    [
        ("export_limit_mw", {"export-limit", "one-way-import", "one-way-export"}),
        ("flexible_mw", {"flexible"}),
        ("generator_least_share", {"generator-off", "generator-least"}),
        ("generation_limit_mwh", {"generation-permit"}),
        ("reserve_max_share", {"reserve-share"}),
        ("batteries", {"battery-end", "battery-store", "battery-size", "battery-charge", "battery-discharge"}),
        ("peaks", {"peak", "demand-charge"}),
        ("coincident_usd_per_mw", set()),
    ],
)
def test_each_feature_brings_its_own_statements(field, only):
    """Alone on the plain site, prices not negative, so that the battery needs no yes or no."""
    plain = replace(SITE, **PLAIN, market_price_usd_per_mwh=np.array([30.0, 20.0]))
    assert set(build_model(replace(plain, **{field: getattr(SITE, field)})).constraints) == PLAIN_STATEMENTS | only
