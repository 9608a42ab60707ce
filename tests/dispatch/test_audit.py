"""Every entry of the audit catches a breach of its own; labels, units and totals of the dataset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from write_golden import SITE

from repower.dispatch.audit import balance_errors
from repower.dispatch.linear import dispatch_hours_lp
from repower.dispatch.result import HourResult, to_dataset

GOOD = dispatch_hours_lp(SITE)


def changed(field: str, place: tuple[int, ...], value: float) -> HourResult:
    array = getattr(GOOD, field).copy()
    array[place] = value
    return replace(GOOD, **{field: array})


def several(**fields: list[float]) -> HourResult:
    """The first row of [rows, hours], or all of [hours], replaced."""
    result = GOOD
    for name, values in fields.items():
        array = getattr(GOOD, name).copy()
        array[(0,) if array.ndim == 2 else slice(None)] = values
        result = replace(result, **{name: array})
    return result


#: Statement, a result that breaks it, by how much, and the hour (None: of money, or of no hour).
BREACHES: list[tuple[str, HourResult, float, int | None]] = [
    ("not-negative", changed("unserved_mw", (1,), -1.0), 1.0, 1),
    ("balance", changed("spot_mw", (0,), GOOD.spot_mw[0] + 2.0), 2.0, 0),
    ("ai-load", changed("ai_served_mw", (1,), GOOD.ai_served_mw[1] - 3.0), 3.0, 1),
    ("flexible", changed("flexed_mw", (0,), 7.0), 2.0, 0),
    ("connection", several(spot_mw=[0.0, 81.0], ppa_delivered_mw=[0.0, 0.0]), 1.0, 1),
    ("export-limit", changed("export_mw", (1,), 16.0), 1.0, 1),
    ("one-way", several(spot_mw=[7.0, 0.0], export_mw=[3.0, 0.0], ppa_delivered_mw=[0.0, 0.0]), 3.0, 0),
    ("ppa-account", changed("ppa_left_mw", (1, 0), GOOD.ppa_left_mw[1, 0] + 1.5), 1.5, 0),
    ("ppa-must-take", changed("ppa_taken_mw", (0, 1), 19.0), 1.0, 1),
    ("ppa-contract", changed("ppa_taken_mw", (1, 0), 10.5), 0.5, 0),
    ("ppa-no-resale", changed("ppa_resold_mw", (0, 1), 2.0), 2.0, 1),
    ("generator-size", changed("generation_mw", (1, 0), 5.0), 1.0, 0),
    ("generator-least", changed("generation_mw", (0, 1), 5.0), 3.0, 1),
    ("generator-up", several(generation_mw=[9.0, 0.0]), 9.0, 0),
    ("generation-permit", replace(GOOD, generation_mw=np.array([[15.0, 15.0], [0.0, 2.5]])), 2.5, 1),
    ("tier-size", changed("tier_mw", (1, 1), 64.0), 4.0, 1),
    ("reserve-share", replace(GOOD, reserve_mw=GOOD.tier_mw / 2 + np.array([[0.0, 0.0], [0.25, 0.0]])), 0.25, 0),
    ("battery-store", several(stored_mwh=GOOD.stored_mwh[0] + [0.0, 1.0]), 1.0, 1),
    ("battery-size", several(stored_mwh=[41.0, 20.0]), 1.0, 0),
    ("battery-charge", several(charge_mw=[12.0, 0.0]), 2.0, 0),
    ("battery-discharge", several(discharge_mw=[0.0, 15.0]), 3.0, 1),
    ("battery-one-way", several(charge_mw=[2.0, 0.0], discharge_mw=[3.0, 0.0]), 2.0, 0),
    ("battery-end", several(stored_mwh=[20.0, 15.0]), 1.0, 1),
    ("peak", changed("peak_mw", (1,), GOOD.peak_mw[1] - 6.0), 6.0, 1),
    ("demand-charge", changed("demand_charge_usd", (0,), GOOD.demand_charge_usd[0] - 7.0), 7.0, None),
    ("margin", changed("margin_usd", (1,), GOOD.margin_usd[1] + 8.0), 8.0, None),
    ("end-value", replace(GOOD, end_value_usd=GOOD.end_value_usd + 9.0), 9.0, None),
    ("objective", replace(GOOD, certificate=replace(GOOD.certificate, objective_usd=0.0)), -GOOD.certificate.objective_usd, None),
]


def test_a_right_result_has_no_errors():
    errors = balance_errors(SITE, GOOD)
    assert set(errors.statements) == {name for name, *_ in BREACHES}
    assert max(errors.statements.values()) < 1e-8
    assert max(errors.energy_mw.max(), np.abs(errors.money_usd).max(), abs(errors.total_usd)) < 1e-8
    assert max(errors.money_share.max(), errors.total_share) < 1e-12


@pytest.mark.parametrize(("statement", "wrong", "by", "hour"), BREACHES, ids=[name for name, *_ in BREACHES])
def test_the_audit_catches_a_breach_of(statement, wrong, by, hour):
    errors = balance_errors(SITE, wrong)
    assert errors.statements[statement] == pytest.approx(abs(by), rel=1e-9)
    if hour is not None:
        assert errors.energy_mw[hour] >= abs(by) - 1e-9
    elif statement == "margin":
        assert errors.money_usd == pytest.approx([0.0, by], abs=1e-7)
        assert errors.money_share[1] > 1e-6
    elif statement == "objective":
        assert errors.total_usd == pytest.approx(by)
        assert errors.total_share > 1e-6


def test_the_audit_adds_up_all_money():
    """1 MW of everything in both hours, against money of nothing.

    First hour: mining 95 + 61; reserve 16 - 0.1 (65 + 31); spot -32; delivered -2 x 2; taken -42 - 25; resold 30 + 29;
    export 27; generators -60 - 150; wear -4; flexed -200; unserved -10,000: together -10,268.6.
    Second: 95 + 70; 16 - 0.1 (100 + 75); -497; -2 x 502; -67; -5 - 6; -8; -210; -4; -200; -10,000: together -11,837.5.
    Import of 3 MW in both months: 9,000 x 3 and 7,000 x 3. One MWh left: 35.
    """
    flows = [name for name in HourResult.__dataclass_fields__ if name.endswith(("_mw", "_mwh")) and name != "peak_mw"]
    flows = [name for name in flows if not name.startswith("marginal")]
    ones = replace(GOOD, **{name: np.ones_like(getattr(GOOD, name)) for name in flows}, margin_usd=np.zeros(2))
    ones = replace(ones, certificate=replace(GOOD.certificate, objective_usd=0.0), end_value_usd=0.0)
    errors = balance_errors(SITE, ones)
    assert errors.money_usd == pytest.approx([10_268.6, 11_837.5])
    assert errors.total_usd == pytest.approx(10_268.6 + 11_837.5 + 27_000 + 21_000 - 35)
    assert errors.statements["end-value"] == pytest.approx(35.0)


def test_the_dataset_has_labels_units_and_totals():
    data = to_dataset(
        GOOD, ["h1", "h2"], ["hydro", "wind"], ["gas", "diesel"], ["s21", "s19"], ["shed"], ["jan", "feb"], ["jan", "ratchet"]
    )
    assert dict(data.sizes) == {"hour": 2, "ppa": 2, "generator": 2, "tier": 2, "battery": 1, "cell": 2, "charge": 2}
    assert set(data.data_vars) == set(HourResult.__dataclass_fields__) - {"end_value_usd", "certificate"}
    assert all(variable.attrs["units"] and variable.attrs["long_name"] for variable in data.data_vars.values())
    assert float(data.stored_mwh.sel(battery="shed", hour="h2")) == GOOD.stored_mwh[0, 1]
    attrs = data.attrs
    earned = attrs["total_margin_usd"] - attrs["total_demand_charge_usd"] + attrs["end_value_usd"]
    assert attrs["objective_usd"] == pytest.approx(earned)
    assert (attrs["method"], attrs["gap"], attrs["bound_usd"]) == ("milp", GOOD.certificate.gap, GOOD.certificate.bound_usd)
    assert attrs["ai_served_mwh"] + attrs["flexed_mwh"] + attrs["unserved_mwh"] == pytest.approx(51.0)
    assert attrs["remarks"].splitlines() == list(GOOD.certificate.remarks)


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="labels of battery must be 1 different ones"):
        to_dataset(GOOD, batteries=["a", "b"])
