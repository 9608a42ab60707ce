"""Every number of the load of accelerators, computed again from the traces; the law between its limits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.markets import compute_load
from repower.markets.compute_load import day_factors, requests_behind, serving_power
from repower.portfolio.workload import INFERENCE_DAY

TRACES = "data/gpu_traces"


@pytest.fixture(scope="module")
def run(shared):
    """kW of all 64 nodes of the GPT-3 run, every two seconds."""
    power = pd.read_parquet(shared / TRACES / "mlperf_training_power_open.parquet")
    nodes = power[(power.benchmark == "gpt3") & power.device.str.startswith("node")]
    assert nodes.run.nunique() == 1
    table = nodes.assign(step=(nodes.t_s // 2).astype(int)).pivot_table(index="step", columns="device", values="watts")
    assert table.shape[1] == 64
    return table.interpolate(limit_area="inside").dropna().sum(axis=1) / 1000


def test_training_run(run):
    assert run.mean() / run.max() == pytest.approx(compute_load.TRAINING_OF_HIGHEST, abs=0.002)
    assert run.mean() / 64 == pytest.approx(6.85, abs=0.01)
    assert run.min() / run.max() == pytest.approx(compute_load.TRAINING_LOWEST, abs=0.002)
    assert run.diff(2).abs().max() == pytest.approx(131.6, abs=0.5)
    assert run.diff(2).abs().max() / run.max() == pytest.approx(compute_load.TRAINING_LARGEST_STEP, abs=0.002)
    assert (run < 0.9 * run.max()).mean() == pytest.approx(compute_load.TRAINING_TIME_BELOW_NINE_TENTHS, abs=0.002)
    assert 0.9 * 3600 < 2 * len(run) < 3600  # 57 minutes


def test_nameplate(run, shared):
    specs = pd.read_csv(shared / "data/hardware/gpu_specs.csv").astype(str)
    rows = specs[specs.apply(lambda row: row.str.contains("DGX H100 System").any(), axis=1)]
    (nameplate,) = rows.tdp_w.astype(float)
    assert 1000 * run.mean() / 64 / nameplate == pytest.approx(compute_load.TRAINING_OF_NAMEPLATE, abs=0.002)


def test_a_research_cluster_is_far_less_busy_than_a_run(shared):
    """Servers of the Acme cluster drew 0.45 of their highest on average, so a load factor of 0.9 is one of a sold-out hall."""
    curves = pd.read_parquet(shared / TRACES / "acme_power_util_cdf.parquet")
    servers = curves[(curves.series == "server_power") & (curves.curve == 0)]
    mean = np.trapezoid(servers.value, servers.cdf_pct / 100)
    assert mean / servers.value.max() == pytest.approx(0.447, abs=0.002)


def test_idle_servers(shared):
    power = pd.read_parquet(shared / TRACES / "mlperf_inference_wall_power_1hz_open.parquet")
    share = power.groupby("system").watts.agg(lambda watts: watts.min() / watts.max())
    b200 = share[share.index.str.contains("B200")].to_numpy()
    assert sorted(b200) == pytest.approx([0.225, 0.252], abs=0.001)
    assert pytest.approx(b200.mean(), abs=0.003) == compute_load.IDLE
    assert share[share.index.str.contains("H200")].item() == pytest.approx(0.37, abs=0.002)


def test_machines_at_partial_throughput(shared):
    table = pd.read_parquet(shared / TRACES / "mlenergy_inference_power_open.parquet")
    table = table[table.output_throughput_tokens_per_sec.notna()]
    throughput, power, quarter = [], [], []
    for _, one in table.groupby(["task", "gpu_model", "model_id", "num_gpus"]):
        if len(one) < 3:
            continue
        one = one.sort_values("output_throughput_tokens_per_sec")
        relative = (one.output_throughput_tokens_per_sec / one.output_throughput_tokens_per_sec.max()).to_numpy()
        drawn = (one.avg_power_watts / one.avg_power_watts.max()).to_numpy()
        throughput.append(relative)
        power.append(drawn)
        if relative[0] <= 0.25:
            quarter.append(np.interp(0.25, relative, drawn))
    x, y = np.concatenate(throughput), np.concatenate(power)
    assert len(x) == 440
    assert np.linalg.lstsq((1 - x)[:, None], y - x, rcond=None)[0][0] == pytest.approx(compute_load.SHARED_OUT, abs=0.005)
    assert len(quarter) == 46
    assert np.median(quarter) == pytest.approx(0.82, abs=0.005)


def test_requests_of_a_day(shared):
    """A fleet that makes pictures falls to 0.07-0.14 of its peak; our day falls to 0.37."""
    trace = pd.read_parquet(shared / TRACES / "alibaba_genai2026_qps_open.parquet").set_index("t")
    for column, lowest, mean in (("API Requests", 0.14, 0.70), ("Generative Requests", 0.067, 0.586)):
        smooth = trace[column].dropna().rolling(31, center=True).mean().dropna()
        assert smooth.min() / smooth.max() == pytest.approx(lowest, abs=0.002)
        assert trace[column].mean() / smooth.max() == pytest.approx(mean, abs=0.003)
    asked = requests_behind()
    assert asked.min() == pytest.approx(0.37, abs=0.02)
    assert asked.max() == pytest.approx(1.0)


def test_the_day_is_its_requests_between_the_two_limits():
    np.testing.assert_allclose(day_factors(requests_behind()), INFERENCE_DAY, atol=1e-12)


@given(st.lists(st.floats(0, 1e6), min_size=24, max_size=24).filter(lambda asked: max(asked) > 1e-3), st.floats(0, 1))
def test_a_day_has_mean_one_and_is_flatter_than_its_requests(requests, packed):
    day = day_factors(requests, packed)
    assert day.mean() == pytest.approx(1)
    assert day.min() / day.max() >= min(requests) / max(requests) - 1e-9
    assert day.min() / day.max() >= packed * compute_load.IDLE + (1 - packed) * compute_load.SHARED_OUT - 1e-9


def test_limits_and_refusals():
    np.testing.assert_allclose(serving_power([0, 1], 1.0), [compute_load.IDLE, 1])
    np.testing.assert_allclose(serving_power([0, 0.5], 0.0), [0.73, 0.865])
    with pytest.raises(ValueError, match="0 to 1"):
        serving_power([1.2])
    with pytest.raises(ValueError, match="packed_share"):
        serving_power([0.5], 1.5)
    with pytest.raises(ValueError, match="24"):
        day_factors(np.ones(23))
