"""Low and high case: the same shocks, other drifts, and the drifts are those that the case says."""

from __future__ import annotations

import numpy as np
import pytest

from repower.markets.shapes import read_shapes
from repower.scenarios import base, sample
from repower.scenarios.cases import with_case
from small_series import small, small_series


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    small_series(folder)
    return small(folder)


def test_paths_differ_by_their_drifts_alone(portfolio):
    shapes = read_shapes(portfolio)
    years = np.arange(120) / 12
    ordinary = sample(portfolio, 5, 3, shapes)
    for name, case in (("low", portfolio.markets.cases.low), ("high", portfolio.markets.cases.high)):
        markets = portfolio.markets
        data = sample(with_case(portfolio, name), 5, 3, shapes)
        drift = markets.bitcoin.price_drift_rate
        expected = ((1 + drift + case.bitcoin_price_drift_shift) / (1 + drift)) ** years
        np.testing.assert_allclose((data.btc_price_usd / ordinary.btc_price_usd).to_numpy(), np.broadcast_to(expected, (5, 120)))
        drift = markets.gpu_rent.drift_rate
        expected = ((1 + drift + case.gpu_rent_drift_shift) / (1 + drift)) ** years
        np.testing.assert_allclose(
            (data.gpu_rent_factor / ordinary.gpu_rent_factor).to_numpy(), np.broadcast_to(expected, (5, 120))
        )
        for zone in markets.power:
            growth = (1 + zone.escalator_rate + case.power_escalator_shift) / (1 + zone.escalator_rate)
            ratio = (data.power_level_usd_per_mwh / ordinary.power_level_usd_per_mwh).sel(zone=zone.name).to_numpy()
            np.testing.assert_allclose(ratio[:, 12:] / ratio[:, :-12], growth)
        for name_of in ("powered_month", "shape_year", "lease_default_months", "works_quantile", "base_rate", "fee_share"):
            np.testing.assert_array_equal(data[name_of], ordinary[name_of])


def test_low_is_bad_and_high_is_good(portfolio):
    shapes = read_shapes(portfolio)
    low, middle, high = (base(with_case(portfolio, case), shapes).isel(scenario=0, month=-1) for case in ("low", "base", "high"))
    for name in ("btc_price_usd", "gpu_rent_factor", "hashprice_usd_per_ph_day"):
        assert float(low[name]) < float(middle[name]) < float(high[name])
    for name in ("power_level_usd_per_mwh", "newest_j_per_th"):
        order = [
            data[name].to_numpy().ravel() for data in ((low, middle, high) if name.startswith("power") else (high, middle, low))
        ]
        assert (order[0] > order[1]).all()
        assert (order[1] > order[2]).all()


def test_base_is_the_portfolio(portfolio):
    assert with_case(portfolio, "base") is portfolio
    assert with_case(portfolio, "low").origin == portfolio.origin
