"""The site in PyPSA, solved by HiGHS without a file in between (io_api="direct"), from arrays to its result tables."""

from __future__ import annotations

import logging
import time
import warnings

import numpy as np
import pandas as pd

from dispatch_arms import the_site

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pypsa

logging.disable(logging.WARNING)
warnings.filterwarnings("ignore")
QUIET = {
    "solver_name": "highs",
    "io_api": "direct",
    "solver_options": {"output_flag": False},
    "include_objective_constant": False,
}


def network(price: np.ndarray) -> pypsa.Network:
    """One bus; loads that may run are generators of negative sign, as PyPSA's manual has it."""
    made = pypsa.Network()
    made.set_snapshots(np.arange(len(price)))
    made.add("Bus", "site")
    made.add("Load", "ai", bus="site", p_set=the_site.AI_MW)
    made.add("Generator", "spot", bus="site", p_nom=the_site.LIMIT - the_site.PPA_MW, marginal_cost=price + the_site.ADDER)
    made.add("Generator", "contract", bus="site", p_nom=the_site.PPA_MW, marginal_cost=price - the_site.FEE + the_site.ADDER)
    made.add("Generator", "export", bus="site", sign=-1, p_nom=the_site.EXPORT_LIMIT, marginal_cost=the_site.EXPORT_FEE - price)
    made.add("Generator", "gas", bus="site", p_nom=the_site.GAS_MW, marginal_cost=the_site.GAS_USD)
    for number, (mw, usd) in enumerate(zip(the_site.TIER_MW, the_site.TIER_USD, strict=True)):
        made.add("Generator", f"tier {number}", bus="site", sign=-1, p_nom=mw, marginal_cost=-usd)
    made.add(
        "StorageUnit",
        "battery",
        bus="site",
        p_nom=the_site.BATTERY_MW,
        max_hours=the_site.BATTERY_MWH / the_site.BATTERY_MW,
        efficiency_store=the_site.EFFICIENCY,
        efficiency_dispatch=the_site.EFFICIENCY,
        state_of_charge_initial=the_site.START_MWH,
        cyclic_state_of_charge=False,
    )
    return made


def charge_peaks(made: pypsa.Network, snapshots: pd.Index) -> None:
    """A variable per month, above the import of each of its hours; for `optimize(extra_functionality=...)`."""
    month = the_site.months(len(snapshots))
    model = made.model
    peak = model.add_variables(lower=0, coords=[pd.RangeIndex(month[-1] + 1, name="month")], name="peak")
    imports = model["Generator-p"].sel(name=["spot", "contract"]).sum("name")
    of_hour = peak.sel(month=imports.indexes["snapshot"].map(dict(zip(snapshots, month, strict=True))).to_numpy())
    of_hour = of_hour.rename(month="snapshot").assign_coords(snapshot=imports.indexes["snapshot"])
    model.add_constraints(imports - of_hour <= 0, name="peak")
    model.objective = model.objective.expression + the_site.PEAK_USD_PER_MW * peak.sum()


def year(hours: int, *, demand_charge: bool):
    """The whole horizon at once; the parts are the network, and `optimize`."""
    price = the_site.price(hours)
    extra = {"extra_functionality": charge_peaks} if demand_charge else {}

    def run() -> tuple[float, dict[str, float]]:
        since = time.perf_counter()
        made = network(price)
        built = time.perf_counter()
        status, _ = made.optimize(**QUIET, **extra)
        assert status == "ok", status
        return the_site.constant_usd(price) - made.objective, {
            "network_s": built - since,
            "optimize_s": time.perf_counter() - built,
            "variables": float(made.model.nvars),
            "rows": float(made.model.ncons),
        }

    return run


def rolling(hours: int, windows: int):
    """The first windows of the year, each from what the battery held, as `optimize_with_rolling_horizon` does it.

    The value is the margin of the hours that are realised: the first STEP_HOURS of each window.
    """
    price = the_site.price(hours)

    def run() -> tuple[float, dict[str, float]]:
        made = network(price)
        unit = made.components.storage_units
        for number in range(windows):
            start = number * the_site.STEP_HOURS
            if number:
                unit.static["state_of_charge_initial"] = unit.dynamic["state_of_charge"].loc[start - 1]
            status, _ = made.optimize(made.snapshots[start : start + the_site.WINDOW_HOURS], **QUIET)
            assert status == "ok", status
        done = made.components.generators.dynamic["p"].iloc[: windows * the_site.STEP_HOURS]
        paid = price[: len(done)]
        cost = (
            done["spot"] * (paid + the_site.ADDER)
            + done["contract"] * (paid - the_site.FEE + the_site.ADDER)
            + done["export"] * (the_site.EXPORT_FEE - paid)
            + done["gas"] * the_site.GAS_USD
            - sum(done[f"tier {number}"] * usd for number, usd in enumerate(the_site.TIER_USD))
        )
        return the_site.constant_usd(paid) - float(cost.sum()), {"windows": float(windows)}

    return run
