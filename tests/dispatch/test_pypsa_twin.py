"""Three sites built a second time in PyPSA, by its own parts: generators, links, storage units.

What the same thing is called there: mining, export and what is thrown away are generators of sign -1 with a negative cost;
spot and contracts meet on a bus of their own in front of the connection; a contract that must be taken is a generator with
a least output whose surplus is a link to the market; a demand charge is the capital cost of an extendable link that only
its own month may use. HiGHS solves it, through linopy, as PyPSA hands it over.
"""

from __future__ import annotations

import linopy
import numpy as np
import pypsa
import pytest

from repower.dispatch import SiteHours, balance_errors, dispatch_hours
from repower.dispatch.problem import Battery, Peaks

# PyPSA announces its own future; what it returns today is what is compared.
pytestmark = [pytest.mark.filterwarnings(f"ignore::{kind}") for kind in ("FutureWarning", "DeprecationWarning")]

UNSERVED_USD = 5_000.0


def year_of_prices(hours: int, *, least: float) -> np.ndarray:
    """Season, day, noise and a spike in one hour of fifty."""
    rng = np.random.default_rng(1)
    hour = np.arange(hours)
    price = 42 + 8 * np.sin(2 * np.pi * hour / 8760) + 12 * np.sin(2 * np.pi * (hour - 8) / 24) + rng.normal(0, 7, hours)
    price += np.where(rng.random(hours) < 0.02, rng.lognormal(5, 1, hours), 0)
    return np.clip(price, least, 5000.0)


def network(hours: int, *buses: str) -> pypsa.Network:
    made = pypsa.Network()
    made.set_snapshots(range(hours))
    for bus in buses:
        made.add("Bus", bus)
    return made


def sink(made: pypsa.Network, name: str, bus: str, mw: object, usd_per_mwh: object) -> None:
    """Takes up to this power and pays this price."""
    size = np.broadcast_to(np.asarray(mw, dtype=float), len(made.snapshots))
    most = max(float(size.max()), 1e-6)
    made.add(
        "Generator",
        name,
        bus=bus,
        sign=-1.0,
        p_nom=most,
        p_max_pu=size / most,
        marginal_cost=-np.asarray(usd_per_mwh, dtype=float),
    )


def least_cost(made: pypsa.Network) -> float:
    semantics = linopy.options["semantics"]
    linopy.options["semantics"] = "legacy"
    try:
        status, condition = made.optimize(
            solver_name="highs",
            io_api="direct",
            log_to_console=False,
            solver_options={"threads": 1, "output_flag": False, "dual_feasibility_tolerance": 1e-9},
        )
    finally:
        linopy.options["semantics"] = semantics
    assert (status, condition) == ("ok", "optimal")
    return float(made.objective + made.objective_constant)


def agrees(site: SiteHours, made: pypsa.Network, within: float, sunk_usd: float = 0.0) -> None:
    """Same money, and the kernel's dispatch holds by itself."""
    result = dispatch_hours(site)
    assert result.certificate.objective_usd == pytest.approx(-least_cost(made) - sunk_usd, rel=within)
    assert balance_errors(site, result).energy_mw.max() < 1e-7


def test_a_year_with_mines_gas_battery_and_a_contract_at_the_bus():
    """The contract's cost is sunk and its energy can be sold, so it is taken in every hour; 42 USD/MWh all the same.

    Here only spot pays the adder of 2 USD/MWh. In the site's words: the market is 2 dearer, and export and resale have a
    fee of 2.
    """
    hours = 8760
    price = year_of_prices(hours, least=0.0)
    made = network(hours, "site")
    made.add("Generator", "contract", bus="site", p_nom=40.0, marginal_cost=0.0)
    made.add("Generator", "spot", bus="site", p_nom=60.0, marginal_cost=price + 2)
    made.add("Generator", "gas", bus="site", p_nom=20.0, marginal_cost=60.0)
    sink(made, "export", "site", 100.0, price)
    for usd in (120.0, 95.0, 70.0):
        sink(made, f"mines at {usd:g}", "site", 30.0, usd)
    made.add("Load", "ai", bus="site", p_set=20.0)
    made.add(
        "StorageUnit",
        "battery",
        bus="site",
        p_nom=20.0,
        max_hours=4.0,
        efficiency_store=0.92,
        efficiency_dispatch=0.92,
        state_of_charge_initial=40.0,
    )
    site = SiteHours(
        market_price_usd_per_mwh=price + 2,
        adder_usd_per_mwh=0.0,
        import_limit_mw=np.full(hours, 100.0),
        ppa_mw=np.full((1, hours), 40.0),
        ppa_price_usd_per_mwh=np.full((1, hours), 42.0),
        ppa_must_take_share=np.ones(1),
        ppa_resale=np.ones(1, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.full(1, 2.0),
        generator_mw=np.full((1, hours), 20.0),
        generator_cost_usd_per_mwh=np.full((1, hours), 60.0),
        tier_mw=np.full((3, hours), 30.0),
        tier_value_usd_per_mwh=np.repeat([[120.0], [95.0], [70.0]], hours, axis=1),
        ai_mw=np.full(hours, 20.0),
        export_limit_mw=np.full(hours, 100.0),
        export_fee_usd_per_mwh=2.0,
        batteries=(Battery(20.0, 20.0, 80.0, 0.92, 0.92, start_mwh=40.0),),
    )
    agrees(site, made, 1e-9, sunk_usd=40 * 42 * hours)


def test_two_contracts_flexible_load_and_curtailment_without_a_battery():
    """One contract may be resold for a fee, the other is thrown away; the connection is cut to a third on two evenings."""
    hours = 336
    price = year_of_prices(hours, least=-30.0) - 15
    limit = np.full(hours, 90.0)
    limit[40:46] = limit[210:214] = 30.0
    rng = np.random.default_rng(2)
    ai = rng.uniform(15, 45, hours)
    made = network(hours, "market", "connection", "site", "resold contract", "kept contract")
    made.add("Generator", "market", bus="market", p_nom=1000.0, p_min_pu=-1.0, marginal_cost=price)
    made.add("Link", "spot", bus0="market", bus1="connection", p_nom=1000.0)
    made.add("Link", "connection", bus0="connection", bus1="site", p_nom=90.0, p_max_pu=limit / 90, marginal_cost=3.0)
    for name, mw, usd, must in (("resold contract", 25.0, 31.0, 0.7), ("kept contract", 15.0, 24.0, 0.5)):
        made.add("Generator", name, bus=name, p_nom=mw, p_min_pu=must, marginal_cost=usd)
        made.add("Link", f"{name} delivered", bus0=name, bus1="connection", p_nom=mw)
        sink(made, f"{name} left", name, mw, 0.0)
    made.add("Link", "resale", bus0="resold contract", bus1="market", p_nom=25.0, marginal_cost=1.5)
    made.add("Generator", "gas", bus="site", p_nom=12.0, marginal_cost=55.0)
    made.add("Load", "ai", bus="site", p_set=ai)
    made.add("Generator", "flexed", bus="site", p_nom=1.0, p_max_pu=0.2 * ai, marginal_cost=150.0)
    made.add("Generator", "unserved", bus="site", p_nom=100.0, marginal_cost=UNSERVED_USD)
    sink(made, "old mines", "site", 40.0, 45.0)
    sink(made, "new mines", "site", 30.0, 85.0)
    site = SiteHours(
        market_price_usd_per_mwh=price,
        adder_usd_per_mwh=3.0,
        import_limit_mw=limit,
        ppa_mw=np.repeat([[25.0], [15.0]], hours, axis=1),
        ppa_price_usd_per_mwh=np.repeat([[31.0], [24.0]], hours, axis=1),
        ppa_must_take_share=np.array([0.7, 0.5]),
        ppa_resale=np.array([True, False]),
        ppa_resale_fee_usd_per_mwh=np.array([1.5, 0.0]),
        generator_mw=np.full((1, hours), 12.0),
        generator_cost_usd_per_mwh=np.full((1, hours), 55.0),
        tier_mw=np.repeat([[40.0], [30.0]], hours, axis=1),
        tier_value_usd_per_mwh=np.repeat([[45.0], [85.0]], hours, axis=1),
        ai_mw=ai,
        unserved_usd_per_mwh=UNSERVED_USD,
        flexible_mw=0.2 * ai,
        flexible_usd_per_mwh=150.0,
    )
    agrees(site, made, 1e-9)


@pytest.mark.parametrize("rate", [0.0, 300.0, 4_000.0])
def test_months_with_a_demand_charge_and_a_battery_that_wears(rate):
    """Three billing months of five days; the import link of a month is as large as its peak, and costs the rate."""
    hours, months = 360, 3
    price = year_of_prices(hours, least=1.0)
    month = np.arange(hours) * months // hours
    rng = np.random.default_rng(3)
    ai = rng.uniform(20, 30, hours)
    made = network(hours, "market", "site")
    made.add("Generator", "market", bus="market", p_nom=1000.0, p_min_pu=-1.0, marginal_cost=price)
    for number in range(months):
        made.add(
            "Link",
            f"import in month {number}",
            bus0="market",
            bus1="site",
            p_nom_extendable=True,
            p_nom_max=80.0,
            p_max_pu=(month == number).astype(float),
            capital_cost=rate,
            marginal_cost=2.0,
        )
    made.add("Link", "export", bus0="site", bus1="market", p_nom=25.0, marginal_cost=1.0)
    made.add("Load", "ai", bus="site", p_set=ai)
    sink(made, "mines", "site", 40.0, 62.0)
    made.add("Generator", "unserved", bus="site", p_nom=100.0, marginal_cost=UNSERVED_USD)
    made.add(
        "StorageUnit",
        "battery",
        bus="site",
        p_nom=15.0,
        max_hours=3.0,
        efficiency_store=0.9,
        efficiency_dispatch=0.95,
        marginal_cost=4.0,
        state_of_charge_initial=10.0,
    )
    none = np.zeros((0, hours))
    site = SiteHours(
        market_price_usd_per_mwh=price,
        adder_usd_per_mwh=2.0,
        import_limit_mw=np.full(hours, 80.0),
        ppa_mw=none,
        ppa_price_usd_per_mwh=none,
        ppa_must_take_share=np.zeros(0),
        ppa_resale=np.zeros(0, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.zeros(0),
        generator_mw=none,
        generator_cost_usd_per_mwh=none,
        tier_mw=np.full((1, hours), 40.0),
        tier_value_usd_per_mwh=np.full((1, hours), 62.0),
        ai_mw=ai,
        unserved_usd_per_mwh=UNSERVED_USD,
        export_limit_mw=np.full(hours, 25.0),
        export_fee_usd_per_mwh=1.0,
        batteries=(Battery(15.0, 15.0, 45.0, 0.9, 0.95, 4.0, start_mwh=10.0),),
        peaks=Peaks(month, np.full(months, rate), np.eye(months)) if rate else None,
    )
    agrees(site, made, 1e-7 if rate else 1e-9)
