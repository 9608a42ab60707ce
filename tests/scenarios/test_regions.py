"""Zones of a region move together as the portfolio says."""

from __future__ import annotations

import numpy as np
import pytest

from repower.portfolio import Markets
from repower.scenarios.draws import Draws
from repower.scenarios.regions import zone_shocks


def markets(**shares) -> Markets:
    places = [("a", "north"), ("b", "north"), ("c", "south"), ("d", None), ("e", None)]
    zones = [{"name": name, "series": "p.csv"} | ({"region": region} if region else {}) for name, region in places]
    return Markets.model_validate(
        {
            "bitcoin": {"price_usd": 1, "network_eh_per_s": 1},
            "power": zones,
            "weather": [{"name": "w", "series": "w.csv"}],
            **shares,
        }
    )


@pytest.mark.parametrize(("common", "region"), [(0.1, 0.6), (0.0, 1.0), (0.3, 0.3), (1.0, 1.0)])
def test_correlations(common, region):
    facts = markets(power_common_share=common, power_region_share=region)
    shocks = np.stack([shock.ravel() for shock in zone_shocks(facts, Draws(3, 2000, 24))])
    expected = np.full((5, 5), common)
    expected[0, 1] = expected[1, 0] = region
    np.fill_diagonal(expected, 1.0)
    np.testing.assert_allclose(np.cov(shocks), expected, atol=5 * 1.5 / np.sqrt(shocks.shape[1]))


def test_a_zone_more_changes_no_other():
    few = markets()
    more = few.model_copy(update={"power": (*few.power, few.power[0].model_copy(update={"name": "f"}))})
    for alone, beside in zip(zone_shocks(few, Draws(3, 7, 24)), zone_shocks(more, Draws(3, 7, 24)), strict=False):
        np.testing.assert_array_equal(alone, beside)
