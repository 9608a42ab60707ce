"""The bundled portfolios: they are read without a fault, add up to what is public, and say where every number comes from."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from repower.portfolio import Portfolio
from repower.portfolio.reading import find_problems, load

BUNDLED = Path(__file__).parents[1] / "src" / "repower" / "study" / "bundled"
NAMES = ("reference", "starter")

#: Names that the generator of the bundled series makes columns for.
ZONES = {
    "ercot_south", "pjm_aep", "tva_knoxville", "nordpool_no3", "midc_chelan",
    "bhutan", "ethiopia", "aeso", "singapore", "malaysia",
}  # fmt: skip
STATIONS = {
    "rockdale_tx", "ohio", "knoxville_tn", "trondheim_no", "wenatchee_wa",
    "bhutan_south", "oromia_et", "fox_creek_ab", "singapore", "johor_my",
}  # fmt: skip

_NUMBER = re.compile(r"[-+]?\d[\d_,]*\.?\d*(e[-+]?\d+)?(\s+[A-Za-z$%/]+\S*)?|\d{4}-\d{2}")


def copy_of(name: str, folder: Path) -> Path:
    """A bundled portfolio with empty series beside it; reading a portfolio does not look into them."""
    shutil.copy(BUNDLED / name / "portfolio.yaml", folder)
    for series in ("prices.csv", "weather.csv"):
        (folder / series).write_text("time_utc\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session", params=NAMES)
def folder(request, tmp_path_factory) -> Path:
    return copy_of(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="session")
def portfolio(folder) -> Portfolio:
    return load(folder)


@pytest.fixture(scope="session")
def reference(tmp_path_factory) -> Portfolio:
    return load(copy_of("reference", tmp_path_factory.mktemp("reference")))


def leaves(node: yaml.Node, path: str = "") -> Iterator[tuple[str, str, int]]:
    """Every plain number and month of a YAML tree: path, text, line. Independent of the program's own reader."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from leaves(value, f"{path}.{key.value}" if path else key.value)
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from leaves(value, f"{path}[{position}]")
    elif node.style is None and _NUMBER.fullmatch(node.value):
        yield path, node.value, node.start_mark.line + 1


def all_leaves(folder: Path) -> list[tuple[str, str, int]]:
    return list(leaves(yaml.compose((folder / "portfolio.yaml").read_text(encoding="utf-8"), yaml.SafeLoader)))


# --- both ---------------------------------------------------------------------------------------------------------------


def test_no_fault(folder):
    assert [str(problem) for problem in find_problems(folder)] == []


def test_every_number_and_month_has_a_source(folder, portfolio):
    numbers = all_leaves(folder)
    assert len(numbers) > 50
    without = [f"line {line}: {path} = {text}" for path, text, line in numbers if path not in portfolio.origin.sources]
    assert without == []


def test_confidences_are_of_the_five_kinds_and_reported_numbers_name_who_reported(portfolio):
    for path, source in portfolio.origin.sources.items():
        assert source.confidence in {"R", "R*", "D", "K", "A"}, path
        if source.confidence in {"R", "R*", "D"}:
            assert len(source.text) >= 8, f"{path}: {source.confidence} without a source"


def test_names_fit_the_generator_of_the_series(portfolio):
    assert {market.name for market in portfolio.markets.power} <= ZONES
    assert {station.name for station in portfolio.markets.weather} <= STATIONS
    assert {market.series for market in portfolio.markets.power} == {"prices.csv"}
    assert {station.series for station in portfolio.markets.weather} == {"weather.csv"}


def test_hashprice_at_the_start_is_that_of_the_index(portfolio):
    # Luxor's hashprice index of 3 Oct 2026: 40.58 USD per PH/s and day; definition: what all blocks of a day pay per PH/s.
    bitcoin = portfolio.markets.bitcoin
    usd_per_day = 24 * 6 * 3.125 * (1 + bitcoin.fee_share) * bitcoin.price_usd
    assert usd_per_day / (1000 * bitcoin.network_eh_per_s) == pytest.approx(40.58, abs=0.02)


def test_blocks_fit_the_connection(portfolio):
    for site in portfolio.sites:
        assert max(step.import_mw for step in site.connection) == pytest.approx(site.grid_mw), site.name
        running = sum(block.grid_mw for block in site.blocks if block.use != "empty")
        assert running <= site.import_mw(portfolio.start), site.name
        for block in site.blocks:
            powered = site.powered()[block.name]
            assert powered is not None, f"{site.name}/{block.name} never has power"
            assert powered.month < portfolio.horizon.end


def test_budget_has_no_gap_until_the_last_start(portfolio):
    years = {budget.year for budget in portfolio.capital.budget}
    assert years >= set(range(portfolio.start.year, portfolio.policy.last_start.year + 1))


def test_no_alias_no_tag_no_quoted_number(folder):
    text = (folder / "portfolio.yaml").read_text(encoding="utf-8")
    tokens = list(yaml.scan(text, yaml.SafeLoader))
    assert not [token for token in tokens if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken))]
    assert max(len(line) for line in text.splitlines()) <= 160


# --- reference ----------------------------------------------------------------------------------------------------------


def mines(portfolio):
    """Sites that are not merely a GPU cloud."""
    return [site for site in portfolio.sites if site.country not in {"SG", "MY"}]


def test_three_gigawatts_in_five_countries(reference):
    assert 2990 <= sum(site.grid_mw for site in mines(reference)) <= 3005
    assert {site.country for site in mines(reference)} == {"US", "CA", "NO", "ET", "BT"}


@pytest.mark.parametrize(
    ("site", "mw"),
    [
        ("rockdale", 563 + 179), ("clarington", 266 + 304), ("tydal", 50 + 40 + 135), ("molde", 84), ("knoxville", 86),
        ("wenatchee", 13), ("gedu", 100), ("jigmeling", 500), ("massillon", 221), ("niles", 300), ("fox_creek", 99),
    ],
)  # fmt: skip
def test_sites_have_their_public_megawatts(reference, site, mw):
    assert reference.site(site).grid_mw == pytest.approx(mw)


def test_singapore_and_malaysia_have_no_mine_and_may_not_get_one(reference):
    clouds = [site for site in reference.sites if site.country in {"SG", "MY"}]
    assert len(clouds) == 2
    for site in clouds:
        assert all(block.fleet is None for block in site.blocks)
        assert not reference.jurisdiction(site.country).new_mining_allowed
        assert site.grid_mw < 20
    assert [block.use for block in reference.site("singapore").blocks] == ["ai_cloud"]


def test_norway_is_a_country(reference):
    assert reference.site("tydal").country == "NO"
    assert "NO" in reference.lease("eea-enterprise").data_may_live_in
    assert "US" not in reference.lease("eea-enterprise").data_may_live_in


def test_blocks_are_of_a_size_that_is_decided_on(reference):
    blocks = [block for site in mines(reference) for block in site.blocks]
    assert 26 <= sum(block.use == "mining" for block in blocks) <= 32
    # Wenatchee's 13 MW cannot be split, and no block is larger than a large hall.
    assert [block.grid_mw for block in blocks if not 36 <= block.grid_mw <= 180] == [13]


def test_fleet_is_about_as_efficient_as_listed_miners_of_2026(reference):
    # Joules per TH of the whole: energy over work, so megawatts over the sum of megawatts / (J/TH).
    fleets = [(block.grid_mw, block) for site in reference.sites for block in site.blocks if block.fleet]
    work = sum(mw / (block.hall.pue * reference.miner(block.fleet.miner).j_per_th) for mw, block in fleets)
    mining_mw = sum(mw for mw, _ in fleets)
    assert 15 <= mining_mw / work <= 20
    # 79.9 EH/s of own mining were reported for Aug 2026; hosted machines come on top, on about 1.6-1.7 GW online.
    assert 79.9 <= work <= 120
    assert all(block.fleet.commissioned < reference.start for _, block in fleets)


@pytest.mark.parametrize(
    ("lease", "usd", "mw", "months", "escalator"),
    [
        ("us-hyperscaler", 9.8e9, 352, 180, 0.03),
        ("frontier-lab", 19e9, 401, 240, 0.03),
        ("backstopped-neocloud", 7.0e9, 245, 180, 0.03),
        ("chip-maker-lab", 311e6, 25, 120, 0.03),
    ],
)
def test_rents_pay_the_announced_contract_value(reference, lease, usd, mw, months, escalator):
    offer = reference.lease(lease)
    assert offer.term_months == months
    assert offer.escalator_rate == escalator
    paid = sum(12 * offer.usd_per_kw_month * 1000 * mw * (1 + escalator) ** year for year in range(months // 12))
    assert paid == pytest.approx(usd, rel=2e-3)


def test_demand_is_limited_and_some_customers_stay_in_their_region(reference):
    assert 700 <= sum(lease.critical_mw for lease in reference.leases) <= 1000
    assert 5 <= len(reference.leases) <= 7
    assert ("US",) in [lease.data_may_live_in for lease in reference.leases]
    assert not [lease for lease in reference.leases if "ET" in lease.data_may_live_in]
    assert all(lease.from_.year >= 2028 for lease in reference.leases)


def test_power_contracts_with_and_without_resale(reference):
    ppas = {ppa.resale for site in reference.sites for ppa in site.supply.ppas}
    assert ppas == {True, False}


def test_gas_power_costs_what_is_usual_in_alberta(reference):
    (plant,) = reference.site("fox_creek").supply.generators
    assert 20 <= plant.heat_rate_mmbtu_per_mwh * plant.fuel_usd_per_mmbtu + plant.variable_usd_per_mwh <= 35


def test_own_cloud_power_and_price_follow_the_announced_contract(reference):
    gpu = reference.gpu("gb300")
    assert gpu.critical_kw == pytest.approx(200e3 / 76e3, rel=2e-3)
    assert gpu.usd_per_gpu == pytest.approx(5.8e9 / 76e3, rel=2e-3)


def test_reference_says_that_it_is_nobodys_model(reference):
    assert "no company's own model" in reference.about
    assert "illustrative" in reference.about
    header = (reference.origin.folder / "portfolio.yaml").read_text(encoding="utf-8").split("name:")[0]
    assert "nobody's own model" in header


# --- starter ------------------------------------------------------------------------------------------------------------


def test_starter_is_small(tmp_path):
    starter = load(copy_of("starter", tmp_path))
    assert len((tmp_path / "portfolio.yaml").read_text(encoding="utf-8").splitlines()) <= 130
    (site,) = starter.sites
    assert site.grid_mw == 100
    assert [block.use for block in site.blocks] == ["mining", "mining"]
    assert len(starter.leases) == len(starter.clouds) == len(starter.designs) == len(site.supply.ppas) == 1
