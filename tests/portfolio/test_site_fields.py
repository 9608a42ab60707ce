"""The fields of a site's full problem: how they may be written, what they mean, what they default to."""

from __future__ import annotations

import pytest

from hand_made import portfolio as made
from repower.horizon import Month
from repower.portfolio import Source
from repower.portfolio.reading import find_problems, load
from repower.portfolio.schema import field_table, json_schema
from repower.portfolio.workload import INFERENCE_DAY
from small_portfolio import FULL_YAML, SMALL_YAML, write_small

#: The supply of a site as a user types it.
TYPED = """\
    supply:
      adder_usd_per_mwh: 4.5
      demand_charge: {kind: coincident_peak, usd_per_kw_month: 5.5, months: [6, 7, 8, 9], intervals_per_month: 1}
      ppas: [{name: block-1, mw: 150, price_usd_per_mwh: 28, until: 2031-12, must_take_share: 1.0, resale: true,
              resale_fee_usd_per_mwh: 1}]
      generators: []
      battery: {power_mw: 50, energy_mwh: 100, round_trip_efficiency: 0.85, usd_per_mwh_throughput: 5}
      curtailment: {hours_per_year: 100, notice_hours: 1, import_share: 0.5}
      reserve: {usd_per_mw_hour: 3.0, max_share: 0.5, called_hours_per_year: 30}
"""
BEFORE, REST = SMALL_YAML.split("    supply:\n", 1)
AFTER = REST[REST.index("    designs: [dense, classic]") :]


def typed(supply: str = TYPED) -> str:
    return BEFORE + supply + AFTER


def test_a_site_is_taken_as_it_is_typed(tmp_path):
    supply = load(write_small(tmp_path, typed())).sites[0].supply
    (charge,) = supply.demand_charge
    assert (charge.kind, charge.usd_per_kw_month, charge.months) == ("coincident_peak", 5.5, (6, 7, 8, 9))
    assert (charge.intervals_per_month, charge.peak_hours, charge.name) == (1, (), None)
    assert (supply.battery.power_mw, supply.battery.energy_mwh, supply.battery.start_share) == (50, 100, 0.5)
    assert (supply.curtailment.hours_per_year, supply.curtailment.import_share) == (100, 0.5)
    assert (supply.reserve.usd_per_mw_hour, supply.reserve.called_hours_per_year) == (3, 30)


def test_one_charge_is_a_list_of_one(tmp_path):
    alone = load(write_small(tmp_path / "a", typed()))
    listed = (
        typed().replace("demand_charge: {", "demand_charge: [{").replace("intervals_per_month: 1}", "intervals_per_month: 1}]")
    )
    assert load(write_small(tmp_path / "b", listed)).model_dump() == alone.model_dump()


@pytest.mark.parametrize(
    ("old", "new", "code", "word"),
    [
        ("usd_per_kw_month: 5.5", "usd_per_kw_month: 5.5 USD/MWh", "P107", "5.5 USD"),
        ("intervals_per_month", "interval_per_month", "P104", "interval_per"),
        ("months: [6, 7, 8, 9]", "months: [6, true]", "P106", "true"),
        ("months: [6, 7, 8, 9]", "months: [0]", "P108", "0]"),
        ("kind: coincident_peak", "kind: annual_peak, ratchet_share: 1", "P243", "1,"),
        ("demand_charge: {kind: coincident_peak, usd_per_kw_month: 5.5, months: [6, 7, 8, 9], intervals_per_month: 1}",
         "demand_charge: 5.5", "P106", "5.5"),
        ("demand_charge: {kind: coincident_peak, usd_per_kw_month: 5.5, months: [6, 7, 8, 9], intervals_per_month: 1}",
         "demand_charge:", "P106", "demand_charge"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_charge_that_stands_alone_has_its_place(tmp_path, old, new, code, word):
    text = typed().replace(old, new)
    (problem,) = find_problems(write_small(tmp_path, text))
    assert problem.code == code
    assert text.split("\n")[problem.line - 1][problem.column - 1 :].startswith(word)


def test_numbers_of_a_list_have_the_source_of_their_line(tmp_path):
    text = typed().replace("intervals_per_month: 1}", "intervals_per_month: 1}  # R* tariff")
    sources = load(write_small(tmp_path, text)).origin.sources
    path = "sites[0].supply.demand_charge[0]"
    said = {name.removeprefix(path) for name, source in sources.items() if source == Source("R*", "tariff")}
    assert said == {".usd_per_kw_month", ".months", ".intervals_per_month", *(f".months[{position}]" for position in range(4))}


def test_schema_takes_one_charge_or_several():
    shown = json_schema()["$defs"]["Supply"]["properties"]["demand_charge"]
    reference = {"$ref": "#/$defs/DemandCharge"}
    assert [{"items": reference, "type": "array"}, reference] == shown["anyOf"]
    assert json_schema()["$defs"]["DemandCharge"]["properties"]["months"]["items"] == {"type": "integer"}
    assert "list of fields, or the fields of the only one" in field_table()


def test_schema_agrees_with_another_validator():
    jsonschema = pytest.importorskip("jsonschema")
    from repower.portfolio.document import as_data
    from repower.portfolio.yaml_text import read_yaml

    validator = jsonschema.Draft202012Validator(json_schema())
    for text in (FULL_YAML, typed()):
        assert list(validator.iter_errors(as_data(read_yaml(text.encode(), "portfolio.yaml").root))) == []


def test_limits_follow_the_steps_of_the_connection():
    text = """\
    connection: [{from: 2025-01, import_mw: 100}, {from: 2027-10, import_mw: 160, export_mw: 70, status: contracted}]"""
    from hand_made import YAML

    old = "    connection: [{from: 2025-01, import_mw: 100}, {from: 2027-10, import_mw: 160, status: contracted}]"
    assert YAML.count(old) == 1
    site = made(YAML.replace(old, text)).sites[0]
    months = [Month.parse(month) for month in ("2024-12", "2025-01", "2027-09", "2027-10", "2030-01")]
    assert [site.import_mw(month) for month in months] == [0, 100, 100, 160, 160]
    assert [site.export_mw(month) for month in months] == [0, 0, 0, 70, 70]


@pytest.mark.parametrize(
    ("longitude", "stated", "hours"),
    [(-97.0, None, -6), (-80.9, None, -5), (11.6, None, 1), (89.5, None, 6), (-116.8, -7, -7), (7.16, None, 0), (7.16, 1, 1)],
)
def test_local_time_is_the_suns_unless_it_is_stated(longitude, stated, hours):
    site = made().sites[0].model_copy(update={"longitude": longitude, "utc_offset_hours": stated})
    assert site.hours_ahead_of_utc == hours


def test_a_day_of_inference_has_24_hours_of_mean_one():
    assert len(INFERENCE_DAY) == 24
    assert sum(INFERENCE_DAY) == pytest.approx(24, abs=1e-9)
    # Between the swing of a fleet that switches whole machines off and one whose machines draw 0.86 at a quarter of their load.
    assert 0.5 < min(INFERENCE_DAY) / max(INFERENCE_DAY) < 0.9
    assert 2 <= INFERENCE_DAY.index(min(INFERENCE_DAY)) <= 5


def test_idle_and_busy_servers_are_as_far_apart_as_the_day_assumes(shared):
    """Measured: a server that nobody asks draws about a quarter of its peak."""
    import pandas as pd

    power = pd.read_parquet(shared / "data" / "gpu_traces" / "mlperf_inference_wall_power_1hz_open.parquet")
    large = power[power.model.str.contains("llama") & power.system.str.contains("B200")]
    shares = large.groupby("run").watts.min() / large.groupby("run").watts.max()
    assert len(shares) >= 3
    assert shares.between(0.2, 0.3).all()
