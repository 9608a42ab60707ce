"""Scenario datasets made by hand: ``from made_scenarios import made``."""

from __future__ import annotations

import numpy as np
import xarray as xr


def made(hashprice, rent=None, power=None, powered=None, default=None) -> xr.Dataset:
    """Paths [S, M]; what is not given is 1 throughout. One zone, one block, one lease."""
    hashprice = np.asarray(hashprice, dtype=np.float64)
    shape = hashprice.shape
    ones, never = np.ones(shape), np.full((shape[0], 1), shape[1])
    return xr.Dataset(
        {
            "hashprice_usd_per_ph_day": (("scenario", "month"), hashprice),
            "gpu_rent_factor": (("scenario", "month"), ones if rent is None else np.asarray(rent, dtype=np.float64)),
            "power_level_usd_per_mwh": (
                ("scenario", "zone", "month"),
                (ones if power is None else np.asarray(power, dtype=np.float64))[:, None],
            ),
            "powered_month": (("scenario", "block"), 0 * never if powered is None else np.asarray(powered)[:, None]),
            "lease_default_months": (("scenario", "lease"), never if default is None else np.asarray(default)[:, None]),
        },
        coords={"scenario": np.arange(shape[0]), "zone": ["z"], "block": ["s/b"], "lease": ["l"]},
    )
