"""The portfolio: everything that we have, know and may do, as one frozen fact."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from pydantic import PrivateAttr

from repower.horizon import Horizon
from repower.portfolio.capital import Capital, CountryTax
from repower.portfolio.catalogue import Gpu, Miner
from repower.portfolio.customers import Cloud, Lease
from repower.portfolio.design import AiDesign
from repower.portfolio.markets import Markets, WeatherStation
from repower.portfolio.model import Model, fact
from repower.portfolio.policy import Jurisdiction, Policy
from repower.portfolio.power_market import PowerMarket
from repower.portfolio.site import Site
from repower.portfolio.stress import Stress
from repower.units import CalendarMonth


@dataclass(frozen=True)
class Source:
    """Where a number comes from: confidence (R, R*, D, K, A) and the source in words.

    R reported in the named source; R* reported by a secondary source; D derived from such; K general knowledge that
    nobody has verified; A assumed for illustration.
    """

    confidence: str
    text: str


@dataclass(frozen=True)
class Origin:
    """Where a portfolio was read from: its folder and file, the hash of every byte that decides the result, sources by path."""

    folder: Path
    sha256: str
    sources: dict[str, Source] = field(default_factory=dict)
    file_name: str = "portfolio.yaml"


class Portfolio(Model):
    """Sites, markets, customers, capital and policy."""

    name: str = fact("name of the portfolio", min_length=1)
    about: str = fact("what it is and what it is not", default="")
    start: CalendarMonth = fact("first month of the study; a January or the first month of a quarter")
    years: int = fact("years of the study", default=20, ge=1, le=40)
    markets: Markets = fact("what the world pays")
    miners: tuple[Miner, ...] = fact("mining machines", min_length=1)
    gpus: tuple[Gpu, ...] = fact("accelerators", default=())
    designs: tuple[AiDesign, ...] = fact("AI halls that can be built", default=())
    leases: tuple[Lease, ...] = fact("customers who would rent", default=())
    clouds: tuple[Cloud, ...] = fact("own GPU clouds", default=())
    sites: tuple[Site, ...] = fact("the sites", min_length=1)
    capital: Capital = fact("money")
    policy: Policy = fact("rules")
    stresses: tuple[Stress, ...] = fact("own stresses, beside those that the program knows", default=())

    _origin: Origin | None = PrivateAttr(default=None)

    @property
    def horizon(self) -> Horizon:
        return Horizon(self.start, 12 * self.years)

    @property
    def origin(self) -> Origin:
        """Where it was read from; raises ValueError for a portfolio made in memory."""
        if self._origin is None:
            raise ValueError("this portfolio was not read from a folder, so its series have no place; use repower.load")
        return self._origin

    def site(self, name: str) -> Site:
        return next(site for site in self.sites if site.name == name)

    def miner(self, name: str) -> Miner:
        return next(miner for miner in self.miners if miner.name == name)

    def gpu(self, name: str) -> Gpu:
        return next(gpu for gpu in self.gpus if gpu.name == name)

    def design(self, name: str) -> AiDesign:
        return next(design for design in self.designs if design.name == name)

    def cloud(self, name: str) -> Cloud:
        return next(cloud for cloud in self.clouds if cloud.name == name)

    def lease(self, name: str) -> Lease:
        return next(lease for lease in self.leases if lease.name == name)

    def power_market(self, name: str) -> PowerMarket:
        return next(market for market in self.markets.power if market.name == name)

    def weather_station(self, name: str) -> WeatherStation:
        return next(station for station in self.markets.weather if station.name == name)

    def tax(self, country: str) -> CountryTax:
        return next(tax for tax in self.capital.taxes if tax.country == country)

    def jurisdiction(self, country: str) -> Jurisdiction:
        """The rules of a country; everything is allowed where none are named."""
        named = (rule for rule in self.policy.jurisdictions if rule.country == country)
        return next(named, Jurisdiction(country=country))
