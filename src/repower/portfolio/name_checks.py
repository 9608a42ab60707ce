"""Names: each once in its list, every name that is used exists, every country is one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from repower.portfolio.countries import COUNTRY_CODES, country_hint
from repower.portfolio.customers import Cloud, Lease
from repower.portfolio.finding import Finding
from repower.portfolio.naming import did_you_mean
from repower.portfolio.paths import FilePath, path_text
from repower.portfolio.portfolio import Portfolio
from repower.portfolio.site import Block, Site


def find_twins(items: Iterable[Any], path: FilePath, attribute: str = "name", code: str = "P202") -> Iterator[Finding]:
    """A name (or year, or country) that an earlier item of the same list has."""
    first: dict[Any, int] = {}
    for position, item in enumerate(items):
        name = getattr(item, attribute, None)
        if name is not None and name in first:
            hint = f"{path_text((*path, first[name]))} has this {attribute} already; rename or remove one of the two"
            yield Finding(code, (*path, position, attribute), f"{name} stands here for the second time", hint)
        first.setdefault(name, position)


def _find_repeated(texts: tuple[str, ...], path: FilePath) -> Iterator[Finding]:
    for position, text in enumerate(texts):
        if text in texts[:position]:
            yield Finding("P202", (*path, position), f"{text} stands twice in this list", "remove one of the two")


def _find_unknown(name: str | None, items: Iterable[Any], path: FilePath, kind: str) -> Iterator[Finding]:
    """A name that no item has. Says nothing where the name of an item is unknown: it may be the one."""
    names = [getattr(item, "name", None) for item in items]
    if name is not None and name not in names and None not in names:
        known = [other for other in names if other is not None]
        yield Finding("P201", path, f"{name} is not among the {kind}", did_you_mean(name, known, kind))


def _find_unspeakable(name: str, path: FilePath) -> Iterator[Finding]:
    if name != name.strip() or "/" in name:
        what = "holds a slash" if "/" in name else "begins or ends with a blank"
        yield Finding("P238", path, f"{name!r} {what}", "blocks are called site/block in results; use letters, digits, - and _")


def _find_no_country(code: str, path: FilePath) -> Iterator[Finding]:
    if code not in COUNTRY_CODES:
        yield Finding("P111", path, f"{code!r} is no country code", country_hint(code))


# ---- the portfolio's own lists ------------------------------------------------------------------------------------


def _once(path: FilePath, items: Callable[[Portfolio], Iterable[Any]]) -> Callable[[Portfolio], Iterator[Finding]]:
    """The check that names in one list of the portfolio stand once."""

    def check(portfolio: Portfolio) -> Iterator[Finding]:
        yield from find_twins(items(portfolio), path)

    return check


def check_refresh_miner(portfolio: Portfolio) -> Iterator[Finding]:
    """The machine that fleets are renewed with is in the catalogue."""
    yield from _find_unknown(portfolio.policy.refresh_miner, portfolio.miners, ("policy", "refresh_miner"), "miners")


def check_tax_countries(portfolio: Portfolio) -> Iterator[Finding]:
    """Every tax is of a country, each once."""
    yield from find_twins(portfolio.capital.taxes, ("capital", "taxes"), "country", "P219")
    for position, tax in enumerate(portfolio.capital.taxes):
        yield from _find_no_country(tax.country, ("capital", "taxes", position, "country"))


def check_jurisdiction_countries(portfolio: Portfolio) -> Iterator[Finding]:
    """Every jurisdiction is a country, each once."""
    path = ("policy", "jurisdictions")
    yield from find_twins(portfolio.policy.jurisdictions, path, "country", "P219")
    for position, rule in enumerate(portfolio.policy.jurisdictions):
        yield from _find_no_country(rule.country, (*path, position, "country"))


OF_PORTFOLIO = (
    _once(("miners",), lambda portfolio: portfolio.miners),
    _once(("gpus",), lambda portfolio: portfolio.gpus),
    _once(("designs",), lambda portfolio: portfolio.designs),
    _once(("leases",), lambda portfolio: portfolio.leases),
    _once(("clouds",), lambda portfolio: portfolio.clouds),
    _once(("sites",), lambda portfolio: portfolio.sites),
    _once(("markets", "power"), lambda portfolio: portfolio.markets.power),
    _once(("markets", "weather"), lambda portfolio: portfolio.markets.weather),
    check_refresh_miner,
    check_tax_countries,
    check_jurisdiction_countries,
)

# ---- customers ----------------------------------------------------------------------------------------------------


def check_data_countries(_: Portfolio, customer: Lease | Cloud, path: FilePath) -> Iterator[Finding]:
    """Data may live in countries, each named once."""
    path = (*path, "data_may_live_in")
    yield from _find_repeated(customer.data_may_live_in, path)
    for position, country in enumerate(customer.data_may_live_in):
        yield from _find_no_country(country, (*path, position))


def check_data_countries_have_sites(portfolio: Portfolio, customer: Lease | Cloud, path: FilePath) -> Iterator[Finding]:
    """At least one site is where the customer's data may live."""
    countries = customer.data_may_live_in
    ours = sorted({site.country for site in portfolio.sites})
    if any(code not in COUNTRY_CODES for code in (*countries, *ours)):
        return
    if not set(countries) & set(ours):
        message = f"no site is in {', '.join(countries)}, so this offer could never be taken"
        yield Finding(
            "P237", (*path, "data_may_live_in"), message, f"sites are in {', '.join(ours)}; add one, or remove the offer"
        )


OF_CUSTOMER = (check_data_countries, check_data_countries_have_sites)


def check_gpu(portfolio: Portfolio, cloud: Cloud, path: FilePath) -> Iterator[Finding]:
    """The cloud's accelerator is in the catalogue."""
    yield from _find_unknown(cloud.gpu, portfolio.gpus, (*path, "gpu"), "gpus")


# ---- sites and blocks ---------------------------------------------------------------------------------------------


def check_power_market(portfolio: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """The site's power market exists."""
    yield from _find_unknown(site.power_market, portfolio.markets.power, (*path, "power_market"), "power markets")


def check_weather(portfolio: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """The site's weather station exists."""
    yield from _find_unknown(site.weather, portfolio.markets.weather, (*path, "weather"), "weather stations")


def check_site_designs(portfolio: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """The designs that can be built here exist, each named once."""
    path = (*path, "designs")
    yield from _find_repeated(site.designs, path)
    for position, name in enumerate(site.designs):
        yield from _find_unknown(name, portfolio.designs, (*path, position), "designs")


def check_site_country(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """The site's country is one."""
    yield from _find_no_country(site.country, (*path, "country"))


def check_site_name(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """The site's name can stand before a slash."""
    yield from _find_unspeakable(site.name, (*path, "name"))


def check_block_names(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """Block names stand once in their site."""
    yield from find_twins(site.blocks, (*path, "blocks"))


def check_ppa_names(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """Contract names stand once in their site."""
    yield from find_twins(site.supply.ppas, (*path, "supply", "ppas"))


def check_generator_names(_: Portfolio, site: Site, path: FilePath) -> Iterator[Finding]:
    """Plant names stand once in their site."""
    yield from find_twins(site.supply.generators, (*path, "supply", "generators"))


OF_SITE = (
    check_power_market, check_weather, check_site_designs, check_site_country, check_site_name, check_block_names,
    check_ppa_names, check_generator_names,
)  # fmt: skip


def check_block_name(_: Portfolio, __: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """The block's name can stand behind a slash."""
    yield from _find_unspeakable(block.name, (*path, "name"))


def check_block_miner(portfolio: Portfolio, _: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """The fleet's machine is in the catalogue."""
    if block.fleet is not None:
        yield from _find_unknown(block.fleet.miner, portfolio.miners, (*path, "fleet", "miner"), "miners")


def check_block_cloud(portfolio: Portfolio, _: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """The cloud in the block exists."""
    yield from _find_unknown(block.cloud, portfolio.clouds, (*path, "cloud"), "clouds")


def check_block_design(portfolio: Portfolio, _: Site, block: Block, path: FilePath) -> Iterator[Finding]:
    """The design of the hall in the block exists."""
    yield from _find_unknown(block.design, portfolio.designs, (*path, "design"), "designs")


OF_BLOCK = (check_block_name, check_block_miner, check_block_cloud, check_block_design)
