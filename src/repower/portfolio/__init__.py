"""WHAT WE HAVE: sites, connections, supply, blocks, fleets, customers, capital and policy.

`repower.portfolio.reading.load` reads a folder; the models here are the dictionary of the input file.

Left out so far: batteries, demand charges, curtailment calls, reserves and export of a site; limits that fall; regional
rules below a country; sources of texts (numbers and months have theirs from comments). Series are only found and hashed
here; their values are read by the markets. A file with a syntax error is read up to that place only.
"""

from repower.portfolio.capital import Capital, CountryTax, Loan, YearBudget
from repower.portfolio.catalogue import Gpu, Miner
from repower.portfolio.customers import Cloud, Lease
from repower.portfolio.design import AiDesign
from repower.portfolio.markets import Bitcoin, Correlation, GpuRent, Markets, PowerMarket, TimeToPower, WeatherStation
from repower.portfolio.policy import Jurisdiction, Policy, Risk
from repower.portfolio.portfolio import Origin, Portfolio, Source
from repower.portfolio.site import Block, Fleet, Hall, Powered, Site
from repower.portfolio.supply import Connection, Generator, Ppa, Supply

__all__ = [
    "AiDesign", "Bitcoin", "Block", "Capital", "Cloud", "Connection", "Correlation", "CountryTax", "Fleet", "Generator",
    "Gpu", "GpuRent", "Hall", "Jurisdiction", "Lease", "Loan", "Markets", "Miner", "Origin", "Policy", "Portfolio",
    "PowerMarket", "Powered", "Ppa", "Risk", "Site", "Source", "Supply", "TimeToPower", "WeatherStation", "YearBudget",
]  # fmt: skip
