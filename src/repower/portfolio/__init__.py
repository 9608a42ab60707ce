"""WHAT WE HAVE: sites, connections, supply, blocks, fleets, customers, capital and policy.

`repower.portfolio.reading.load` reads a folder; the models here are the dictionary of the input file.

Left out so far: limits that fall; several batteries at a site; weekends and holidays in tariffs; regional
rules below a country; sources of texts (numbers and months have theirs from comments). Series are only found and hashed
here; their values are read by the markets. A file with a syntax error is read up to that place only.
"""

from repower.portfolio.bitcoin_market import Bitcoin
from repower.portfolio.capital import Capital, CountryTax, Loan, YearBudget
from repower.portfolio.cases import Cases, DriftCase
from repower.portfolio.catalogue import Gpu, Miner, PowerMode
from repower.portfolio.compute_market import GpuRent
from repower.portfolio.customers import Cloud, Lease
from repower.portfolio.demand_charge import DemandCharge
from repower.portfolio.design import AiDesign
from repower.portfolio.flexibility import Battery, Curtailment, Reserve
from repower.portfolio.markets import Correlation, Markets, WeatherStation
from repower.portfolio.money_market import BaseRate, Currency, Inflation, Money
from repower.portfolio.policy import Jurisdiction, Policy, Risk
from repower.portfolio.portfolio import Origin, Portfolio, Source
from repower.portfolio.power_market import CarbonPrice, Gas, LoadGrowth, PowerMarket
from repower.portfolio.site import Block, Fleet, Hall, Powered, Site
from repower.portfolio.stress import Change, Stress
from repower.portfolio.supply import Connection, Generator, Ppa, Supply
from repower.portfolio.time_to_power import Greenfield, QueueRegion, Spread, TimeToPower, WaitingStage

__all__ = [
    "AiDesign", "BaseRate", "Battery", "Bitcoin", "Block", "Capital", "CarbonPrice", "Cases", "Change", "Cloud",
    "Connection", "Correlation", "CountryTax", "Currency", "Curtailment", "DemandCharge", "DriftCase", "Fleet", "Gas",
    "Generator", "Gpu", "GpuRent", "Greenfield", "Hall", "Inflation", "Jurisdiction", "Lease", "LoadGrowth", "Loan",
    "Markets", "Miner", "Money", "Origin", "Policy", "Portfolio", "PowerMarket", "PowerMode", "Powered", "Ppa",
    "QueueRegion", "Reserve", "Risk", "Site", "Source", "Spread", "Stress", "Supply", "TimeToPower", "WaitingStage",
    "WeatherStation", "YearBudget",
]  # fmt: skip
