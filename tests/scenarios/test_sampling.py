"""The scenario dataset: its contract, its independence of what stands beside it, and what it must show."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from repower.markets.bitcoin import hashprice
from repower.markets.shapes import read_shapes
from repower.scenarios import base, sample
from small_portfolio import SMALL_YAML
from small_series import small, small_series

CONTRACT = {
    "btc_price_usd": ("scenario", "month"),
    "network_eh_per_s": ("scenario", "month"),
    "subsidy_btc": ("month",),
    "fee_share": ("scenario", "month"),
    "hashprice_usd_per_ph_day": ("scenario", "month"),
    "machine_usd_per_th": ("scenario", "month"),
    "newest_j_per_th": ("scenario", "month"),
    "marginal_j_per_th": ("scenario", "month"),
    "power_level_usd_per_mwh": ("scenario", "zone", "month"),
    "shape_year": ("scenario", "year"),
    "gpu_rent_factor": ("scenario", "month"),
    "gpu_regime": ("scenario", "month"),
    "gpu_progress_years": ("scenario", "month"),
    "base_rate": ("scenario", "month"),
    "price_index": ("scenario", "month"),
    "usd_per_unit": ("scenario", "currency", "month"),
    "queue_months": ("scenario", "block"),
    "permit_months": ("scenario", "block"),
    "substation_months": ("scenario", "block"),
    "powered_month": ("scenario", "block"),
    "works_quantile": ("scenario", "block"),
    "lease_default_months": ("scenario", "lease"),
}
WHOLE = (
    "shape_year",
    "gpu_regime",
    "queue_months",
    "permit_months",
    "substation_months",
    "powered_month",
    "lease_default_months",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    small_series(folder)
    return folder


@pytest.fixture(scope="module")
def shapes(folder):
    return read_shapes(small(folder))


@pytest.fixture(scope="module")
def drawn(folder, shapes):
    return sample(small(folder), 2000, 11, shapes)


def test_contract(drawn, folder, shapes):
    for data in (drawn, base(small(folder), shapes)):
        assert {name: variable.dims for name, variable in data.data_vars.items()} == CONTRACT
        assert data.month.values[[0, -1]].tolist() == ["2027-01", "2036-12"]
        assert data.year.values.tolist() == list(range(10))
        assert data.zone.values.tolist() == ["plains", "fjord"]
        assert data.block.values.tolist() == ["rockdale/a1", "rockdale/a2", "rockdale/land", "tydal/h1", "tydal/c1"]
        assert data.lease.values.tolist() == ["anchor", "nordic"]
        for name, variable in data.data_vars.items():
            assert variable.attrs["units"]
            assert variable.attrs["long_name"]
            assert variable.dtype == (np.int64 if name in WHOLE else np.float64)
            assert np.isfinite(variable.values).all()
    assert drawn.attrs["seed"] == 11
    assert drawn.sizes["scenario"] == 2000


def test_it_reads_the_series_itself(folder, shapes):
    xr.testing.assert_identical(sample(small(folder), 3, 1), sample(small(folder), 3, 1, shapes))
    xr.testing.assert_identical(base(small(folder)), base(small(folder), shapes))


def test_same_seed_same_scenarios(folder, shapes, drawn):
    xr.testing.assert_identical(sample(small(folder), 2000, 11, shapes), drawn)
    other = sample(small(folder), 2000, 12, shapes)
    assert (other.btc_price_usd[:, 1:] != drawn.btc_price_usd[:, 1:]).all()


def test_the_first_of_many_are_the_few(folder, shapes, drawn):
    xr.testing.assert_identical(sample(small(folder), 7, 11, shapes), drawn.isel(scenario=slice(7)))


def test_a_longer_study_begins_with_the_shorter(folder, shapes, drawn):
    longer = sample(small(folder, SMALL_YAML.replace("years: 10", "years: 12")), 2000, 11, shapes)
    names = [
        "btc_price_usd",
        "network_eh_per_s",
        "power_level_usd_per_mwh",
        "gpu_rent_factor",
        "gpu_progress_years",
        "price_index",
    ]
    for name in names:
        np.testing.assert_array_equal(longer[name][..., :120], drawn[name])
    np.testing.assert_array_equal(longer.shape_year[:, :10], drawn.shape_year)


def test_a_site_and_a_zone_more_change_no_other(folder, shapes, drawn):
    fewer = SMALL_YAML.replace("- {name: fjord, series: prices.csv}", "")
    fewer = fewer[: fewer.index("  - name: tydal")] + fewer[fewer.index("capital:") :]
    alone = sample(small(folder, fewer), 2000, 11, shapes)
    np.testing.assert_array_equal(alone.power_level_usd_per_mwh[:, 0], drawn.power_level_usd_per_mwh[:, 0])
    for name in ("powered_month", "works_quantile"):
        np.testing.assert_array_equal(alone[name], drawn[name][:, :3])


def test_the_halving_is_in_hashprice(folder, shapes, drawn):
    """In the base path hashprice falls by a third from March to May 2028: the halving, less the miners that leave at once."""
    data = base(small(folder), shapes).isel(scenario=0)
    before, after, later = (float(data.hashprice_usd_per_ph_day.sel(month=month)) for month in ("2028-03", "2028-05", "2030-05"))
    assert 0.58 < after / before < 0.68
    assert later > after
    ratio = drawn.hashprice_usd_per_ph_day.sel(month="2028-05") / drawn.hashprice_usd_per_ph_day.sel(month="2028-03")
    assert 0.55 < float(np.median(ratio)) < 0.7
    assert float(ratio.min()) < 0.5 < float((ratio > 0.5).mean())
    expected = hashprice(
        drawn.btc_price_usd.values, drawn.network_eh_per_s.values, drawn.subsidy_btc.values, drawn.fee_share.values
    )
    np.testing.assert_allclose(drawn.hashprice_usd_per_ph_day, expected)


def test_levels_start_from_the_portfolio_or_the_file(folder, shapes):
    data = base(small(folder), shapes).power_level_usd_per_mwh[0]
    np.testing.assert_allclose(data[:, :12].mean("month"), [38, 25])


def test_base_is_the_middle(folder, shapes, drawn):
    data = base(small(folder), shapes)
    assert data.attrs["seed"] == "base"
    assert data.sizes["scenario"] == 1
    assert (data.works_quantile == 0.5).all()
    assert (data.lease_default_months == 120).all()
    # contracted for 2028-07, of the United States: half come within four months
    assert data.powered_month.values.tolist() == [[0, 0, 22, 0, 0]]
    assert data.shape_year.values.tolist() == [[0, 1] * 5]
    error = 5 * 0.5 * np.sqrt(119 / 12) / np.sqrt(2000)
    assert float(np.log(drawn.btc_price_usd[:, -1].median() / data.btc_price_usd[0, -1])) == pytest.approx(0, abs=1.3 * error)
    trend = data.power_level_usd_per_mwh[0]
    spread = drawn.power_level_usd_per_mwh.std("scenario") / np.sqrt(2000)
    assert (np.abs(drawn.power_level_usd_per_mwh.mean("scenario") - trend) <= 5 * spread + 1e-9).all()


def monthly_logs(data, name, **where):
    return np.diff(np.log(data[name].isel(**where).values), axis=-1)


def test_shocks_are_correlated_as_asked(drawn):
    """Own noise of monthly changes: correlation rho in 2,000 x 119 pairs has an error of 0.002."""
    bitcoin = monthly_logs(drawn, "btc_price_usd").ravel()
    kept = (1 / 3) ** (1 / 4)
    trend = 0.97 ** (np.arange(120) / 12)
    path = np.log(drawn.gpu_rent_factor.values / trend)
    level = np.log([0.6, 1.0, 1.7])[drawn.gpu_regime.values + 1]
    gpu_shocks = (path[:, 1:] - kept * path[:, :-1] - (1 - kept) * level[:, 1:]).ravel()
    assert np.corrcoef(bitcoin, gpu_shocks)[0, 1] == pytest.approx(0.3, abs=0.01)
    zones = [monthly_logs(drawn, "power_level_usd_per_mwh", zone=zone).ravel() for zone in (0, 1)]
    # a tenth of the variance of a zone is common
    assert np.corrcoef(*zones)[0, 1] == pytest.approx(0.1, abs=0.02)
    assert np.corrcoef(gpu_shocks, zones[0])[0, 1] == pytest.approx(0.1 * np.sqrt(0.1), abs=0.015)
    assert np.corrcoef(bitcoin, zones[0])[0, 1] == pytest.approx(0.0, abs=0.015)


def test_blocks_get_power_in_order(folder, shapes):
    steps = """connection:
      - {from: 2025-01, import_mw: 60}
      - {from: 2028-07, import_mw: 100, status: in_queue}
      - {from: 2029-01, import_mw: 120, status: contracted}"""
    old = SMALL_YAML[SMALL_YAML.index("connection:\n") : SMALL_YAML.index("    supply:\n      adder")]
    data = sample(small(folder, SMALL_YAML.replace(old, steps + "\n")), 2000, 3, shapes).powered_month
    first, second, third = (data.sel(block=f"rockdale/{name}") for name in ("a1", "a2", "land"))
    assert (first == 0).all()
    assert (second >= 18).all()
    assert (second.values > 24).mean() > 0.5
    # no step carries the third block: never in the horizon
    assert (third >= 120).all()
    assert (third >= second).all()


def test_blocks_behind_one_step_wait_together(folder, shapes):
    two = "      - {name: land, grid_mw: 30}\n      - {name: more, grid_mw: 30}"
    text = SMALL_YAML.replace("      - {name: land, grid_mw: 60}", two)
    data = sample(small(folder, text), 500, 3, shapes).powered_month
    np.testing.assert_array_equal(data.sel(block="rockdale/land"), data.sel(block="rockdale/more"))


def test_works_are_uniform_and_alike_within_a_site(drawn):
    from scipy.special import ndtri
    from scipy.stats import kstest

    scores = ndtri(drawn.works_quantile.values)
    assert ((drawn.works_quantile > 0) & (drawn.works_quantile < 1)).all()
    for block in range(5):
        assert kstest(drawn.works_quantile[:, block], "uniform").pvalue > 1e-4
    correlation = np.corrcoef(scores.T)
    error = 4.5 / np.sqrt(2000)
    for first, second in ((0, 1), (0, 2), (1, 2), (3, 4)):
        assert correlation[first, second] == pytest.approx(0.3, abs=error)
    assert correlation[0, 3] == pytest.approx(0.0, abs=error)


def test_shape_years_are_all_used_equally(drawn):
    share = (drawn.shape_year == 0).mean()
    assert float(share) == pytest.approx(0.5, abs=4.5 * 0.5 / np.sqrt(20_000))
    assert set(np.unique(drawn.shape_year)) == {0, 1}


def test_defaults_of_each_lease(drawn):
    for lease, rate in (("anchor", 0.01), ("nordic", 0.005)):
        share = float((drawn.lease_default_months.sel(lease=lease) < 120).mean())
        expected = 1 - (1 - rate) ** 10
        assert share == pytest.approx(expected, abs=4.5 * np.sqrt(expected / 2000))


def test_no_leases_and_no_scenarios(folder, shapes):
    without = SMALL_YAML[: SMALL_YAML.index("leases:")] + SMALL_YAML[SMALL_YAML.index("clouds:") :]
    data = sample(small(folder, without), 2, 1, shapes)
    assert data.lease_default_months.shape == (2, 0)
    assert base(small(folder, without), shapes).lease_default_months.shape == (1, 0)
    with pytest.raises(ValueError, match="at least one scenario"):
        sample(small(folder), 0, 1, shapes)
