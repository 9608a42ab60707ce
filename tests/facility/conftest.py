"""Weather of the climate zones that the published PUE bands are for."""

from __future__ import annotations

import pandas as pd
import pytest

from repower.markets.psychrometrics import wet_bulb_c


@pytest.fixture(scope="session")
def zones(shared):
    """Dry and wet bulb of a typical year by ASHRAE zone, and of three real years of Dallas."""
    table = pd.read_parquet(shared / "data/weather/ashrae_zone_hourly_open.parquet")
    weather = {}
    for zone, rows in table.groupby("zone"):
        dry = rows.dry_bulb_c.to_numpy(float)
        weather[zone] = (dry, wet_bulb_c(dry, rows.rel_hum_pct.to_numpy() / 100, rows.pressure_pa.to_numpy() / 1000))
    dallas = pd.read_parquet(shared / "data/weather/actual_tx_dallas_2020_2022.parquet")
    dry = dallas.dry_bulb_c.to_numpy(float)
    weather["Dallas"] = (dry, wet_bulb_c(dry, dallas.rel_hum_pct.to_numpy(float) / 100, 99.5))
    return weather
