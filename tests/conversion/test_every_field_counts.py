"""No field is accepted and forgotten: changing it changes a result, or it is listed by name as not priced.

Every leaf of a portfolio is changed, one at a time, and everything that the study computes from it is computed again: the
scenarios, the planning problem with all its values and limits, the loans of a fixed plan, and what that plan is worth under the
portfolio's own stresses and its low and high case. A field that changes nothing
anywhere must be in `repower.portfolio.unpriced.UNPRICED`, and a field of that list must change nothing.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from field_changes import called, changed, leaves, others
from repower.conversion.choices import choices, unchanged
from repower.conversion.decide import tabulate
from repower.conversion.financing import finance_halls
from repower.conversion.programme import run_programme
from repower.conversion.setting import Setting
from repower.finance.metrics import npv
from repower.markets.shapes import read_shapes
from repower.portfolio import Portfolio, Supply
from repower.portfolio.unpriced import UNPRICED
from repower.scenarios.sampling import base, sample
from repower.study.stress_test import FixedPlan, case_table, stress_table
from small_portfolio import FULL_YAML
from small_series import small, small_series, write_hourly

#: The small portfolio with everything, a step still in the queue and a lease that ends within the study.
TEXT = FULL_YAML.replace(
    "status: contracted, export_mw: 40}",
    "status: contracted, export_mw: 40, delay: {p10_months: 1, p50_months: 5, p90_months: 14}, never_share: 0.1}\n"
    "      - {from: 2028-10, import_mw: 160, export_mw: 40, status: in_queue, "
    "greenfield: {permits_from: 2028-02, substation_months: 6}}\n    queue_region: us",
)
#: An own view of that queue, damages for late halls, and a country in which mines run for a while only.
TEXT = TEXT.replace(
    "  correlations:\n",
    "  time_to_power:\n    - {region: us, stage: in_queue, never_share: 0.1,\n"
    "       delay: {p10_months: 4, p50_months: 14, p90_months: 40},\n"
    "       permits: {p10_months: 2, p50_months: 6, p90_months: 12}, review: {p10_months: 3, p50_months: 8, p90_months: 20},\n"
    "       substation: {p10_months: 4, p50_months: 8, p90_months: 14}}\n  correlations:\n",
)
#: A zone that follows gas, and load that grows; carbon that is not in its price yet.
TEXT = TEXT.replace(
    "level_usd_per_mwh: 38}",
    "level_usd_per_mwh: 38, gas_share: 0.4, load_growth: {rate: 0.02, months: 30}, carbon: {usd_per_t: 10, from: 2028-01}}",
)
#: A zone whose file is in another currency, and customers who default within the study.
TEXT = TEXT.replace("{name: fjord, series: prices.csv}", "{name: fjord, series: prices.csv, currency: NOK}")
TEXT = TEXT.replace(
    "  correlations:\n",
    "  money: {currencies: [{name: NOK, usd_per_unit: 0.8, reversion_months: 30}]}\n  correlations:\n",
)
#: Zones of one region, and an event of our own.
TEXT = TEXT.replace("level_usd_per_mwh: 38,", "level_usd_per_mwh: 38, region: here,").replace(
    "{name: fjord, series: prices.csv,", "{name: fjord, region: here, series: prices.csv,"
)
TEXT = TEXT.replace(
    "policy:\n",
    "stresses:\n  - name: ours\n    changes:\n"
    "      - {what: power_level, where: here, from: 2028-01, until: 2029-12, factor: 1.5}\n"
    "      - {what: bitcoin_price, from: 2027-07, set: 70000}\n      - {what: base_rate, add: 0.02}\n"
    "      - {what: power_date, add_months: 7}\n      - {what: default, from: 2030-01}\n"
    "      - {what: scarcity, where: plains, from: 2028-02, hours: 40, factor: 50}\npolicy:\n",
)
TEXT = TEXT.replace("default_rate: 0.5 %", "default_rate: 30 %")
TEXT = TEXT.replace("usd_per_kw_month: 135", "usd_per_kw_month: 135\n    late_usd_per_kw_month: 20\n    late_months_at_most: 4")
TEXT = TEXT.replace("new_mining_allowed: false, source", "new_mining_allowed: false, mining_until: 2029-06, source")
TEXT = TEXT.replace("      - {name: land, grid_mw: 60}", "      - {name: land, grid_mw: 60}\n      - {name: later, grid_mw: 10}")
TEXT = TEXT.replace("refresh_miner: antminer-s21", "refresh_miner: antminer-s21\n  renewal_payback_months: 30")
TEXT = TEXT.replace("critical_mw: 25,", "critical_mw: 50,").replace("gpu: gb300, critical_mw: 20", "gpu: gb300, critical_mw: 50")
TEXT = TEXT.replace("cooling: air_chiller", "cooling: adiabatic_air")
TEXT = TEXT.replace("term_months: 120, usd_per_kw_month: 120", "term_months: 48, usd_per_kw_month: 120")


def result(portfolio: Portfolio, shapes: Any) -> str:
    """A digest of everything that the study computes."""
    digest = hashlib.sha256()
    scenarios = sample(portfolio, 2, 7, shapes)
    setting = Setting(portfolio, scenarios, shapes)
    table = tabulate(setting)
    instance = table.instance
    for name in ("value_usd", "capital_usd", "budget_usd", "crew", "taken_mw", "demand_mw", "mining_mw", "least_mining_mw"):
        digest.update(np.ascontiguousarray(getattr(instance, name)).tobytes())
    digest.update(repr((instance.crews, instance.risk_weight, instance.tail_share)).encode())
    for coupling in instance.couplings:
        digest.update(coupling.value_usd.tobytes())
    wanted = ("ai_lease", 3)  # not in the first month, in which the interest of a loan is known
    chosen, seen = [], set()
    for choice in table.choices:
        block = (choice.site, choice.block)
        if block not in seen and ((choice.becomes, choice.start) == wanted or not _has(table.choices, block, wanted)):
            seen.add(block)
            chosen.append(choice)
    programme = run_programme(setting, tuple(chosen))
    financing = finance_halls(setting, Setting(portfolio, base(portfolio, shapes), shapes), tuple(chosen), programme)
    digest.update(npv(financing.equity_usd, portfolio.capital.cost_of_equity_rate).tobytes())
    digest.update(programme.cash().npv(portfolio.capital.discount_rate).tobytes())
    digest.update(repr([(hall.critical_it_mw, hall.racks) for hall in setting._hall.values()]).encode())
    return digest.hexdigest()


def events(portfolio: Portfolio, shapes: Any) -> str:
    """A digest of what one plan is worth under the portfolio's own stresses and its low and high case."""
    usual = tuple(unchanged(site, block) for site in portfolio.sites for block in site.blocks)
    setting, site = Setting(portfolio, base(portfolio, shapes), shapes), portfolio.sites[0]
    halls = {}
    for block in site.blocks:  # those that have power and those that wait for it
        halls |= {choice.block: choice for choice in choices(setting, site, block)[::-1] if choice.becomes == "ai_lease"}
    chosen = tuple(halls.get(choice.block, choice) if choice.site == site.name else choice for choice in usual)
    plan = FixedPlan(portfolio, shapes, chosen, usual)
    rows = (*stress_table(plan, portfolio.stresses, base(portfolio, shapes)), *case_table(plan, 1, 7))
    return repr([replace(row, why="") for row in rows])


def _has(choices: tuple[Any, ...], block: tuple[str, str], wanted: tuple[str, int]) -> bool:
    return any((choice.site, choice.block) == block and (choice.becomes, choice.start) == wanted for choice in choices)


@pytest.fixture(scope="module")
def studied(tmp_path_factory) -> tuple[Portfolio, Any, str]:
    """The portfolio, its hours, and the digest of its study."""
    folder = tmp_path_factory.mktemp("small")
    small_series(folder)
    # days that differ, or years made of them would be the years of the file
    hours = np.repeat(np.random.default_rng(1).lognormal(0.0, 0.4, 730), 24) * (1 + 0.5 * np.cos(np.arange(17_520) * np.pi / 12))
    write_hourly(folder / "prices.csv", {"plains": 40 * hours, "fjord": 25 * hours}, (2022, 2023))
    portfolio = small(folder, TEXT)
    policy = portfolio.policy.model_copy(update={"last_start": portfolio.start + 6})
    portfolio = portfolio.model_copy(update={"policy": policy})
    shapes = read_shapes(portfolio)
    reference = result(portfolio, shapes)
    assert result(portfolio, shapes) == reference, "the same portfolio must give the same result"
    assert events(portfolio, shapes) == events(portfolio, shapes)
    return portfolio, shapes, reference


def test_every_field_that_is_not_listed_changes_a_result(studied):
    portfolio, shapes, reference = studied
    unstressed = events(portfolio, shapes)
    moves: dict[str, bool] = {}
    for model, field, way, value in leaves(portfolio):
        name = called(portfolio, way)
        if moves.get(name) or name in UNPRICED:
            continue
        moves.setdefault(name, False)
        for other in others(model, field, value):
            candidate = changed(portfolio, way, other)
            if candidate is None:
                continue
            try:
                reread = read_shapes(candidate) if way[0] == "markets" and way[1] in ("weather", "shape_years") else shapes
                if way[0] == "stresses" or way[:2] == ("markets", "cases"):
                    moves[name] = events(candidate, replace(reread)) != unstressed
                else:
                    moves[name] = result(candidate, replace(reread)) != reference
            except ValueError:
                moves[name] = True  # refused loudly where it is used: not forgotten
            if moves[name]:
                break
    assert [name for name, is_moved in moves.items() if not is_moved] == []
    assert len(moves) > 80


def test_no_field_that_is_listed_changes_a_result(studied):
    """All of them at once, twice with different values: if nothing moves, none of them does."""
    portfolio, shapes, reference = studied
    listed: set[str] = set()
    for turn in range(2):
        candidate = portfolio
        for model, field, way, value in leaves(portfolio):
            name = called(portfolio, way)
            if name not in UNPRICED:
                continue
            accepted = [new for other in others(model, field, value) if (new := changed(candidate, way, other)) is not None]
            assert accepted, f"no other value of {name} is accepted"
            candidate = accepted[turn % len(accepted)]
            listed.add(name)
        assert candidate != portfolio
        assert result(candidate, shapes) == reference
        assert events(candidate, shapes) == events(portfolio, shapes)
    assert listed == set(UNPRICED) - {"jurisdiction.source"}  # a text


def test_the_study_of_a_portfolio_is_the_same_without_what_it_does_not_price(studied):
    portfolio, shapes, reference = studied
    bare = [
        site.model_copy(
            update={
                "connection": tuple(step.model_copy(update={"export_mw": 0.0}) for step in site.connection),
                "supply": Supply(adder_usd_per_mwh=site.supply.adder_usd_per_mwh, ppas=site.supply.ppas, generators=plain),
                "utc_offset_hours": None,
                "unserved_usd_per_mwh": None,
            }
        )
        for site in portfolio.sites
        for plain in [
            tuple(
                plant.model_copy(update={"least_share": 0.0, "min_up_hours": 1, "run_hours_per_year": None})
                for plant in site.supply.generators
            )
        ]
    ]
    without = portfolio.model_copy(
        update={
            "sites": tuple(bare),
            "miners": tuple(miner.model_copy(update={"modes": (), "wear_usd_per_mwh": 0.0}) for miner in portfolio.miners),
            "designs": tuple(
                design.model_copy(update={"workload": "training", "flexible_share": 0.0, "flexible_usd_per_mwh": 0.0})
                for design in portfolio.designs
            ),
        }
    )
    without._origin = portfolio.origin
    assert result(without, shapes) == reference
