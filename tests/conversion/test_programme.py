"""A plan carried out: energy and money balance, tax with losses, loans met, and what is left to the owners."""

from __future__ import annotations

import numpy as np
import pytest

from hand_made import DAYS, YAML, Raw, portfolio, random_shape, scenarios, shapes
from repower.conversion import financing as financing_room
from repower.conversion.choices import Choice
from repower.conversion.decide import make_plan, tabulate
from repower.conversion.financing import finance_halls
from repower.conversion.options import carry_out
from repower.conversion.programme import Programme, run_programme
from repower.conversion.setting import Setting
from repower.scenarios.sampling import base
from repower.study.energy import energy_dataset

SUPPLY = (
    "supply: {ppas: [{name: p, mw: 60, price_usd_per_mwh: 34, must_take_share: 0.6, resale: true, resale_fee_usd_per_mwh: 1, "
    "until: 2028-10}, {name: q, mw: 30, price_usd_per_mwh: 29, from: 2027-09}], generators: [{name: g, mw: 25, "
    "variable_usd_per_mwh: 41, capacity_usd_per_kw_month: 3, from: 2028-02}], "
)
#: A second site in another country, at spot; its mine loses money, so that losses are carried forward.
SECOND = """\
  - name: fjord
    country: NO
    power_market: plains
    weather: ranch
    latitude: 60
    longitude: 10
    connection: [{from: 2025-01, import_mw: 60}]
    designs: [dense]
    blocks:
      - {name: h, grid_mw: 40, fleet: {miner: old, commissioned: 2024-01}, hall: {built: 2021, pue: 1.2}}
      - {name: k, grid_mw: 20}
capital:
"""
TEXT = (
    YAML.replace("supply: {", SUPPLY)
    .replace("capital:\n", SECOND)
    .replace("data_may_live_in: [US]", "data_may_live_in: [US, NO]")
    .replace("machine_life_months: 10}]", "machine_life_months: 10}, {country: NO, income_rate: 0.22}]")
)
PLAN = (
    Choice("ranch", "mine", "ai_lease", "dense", "soon", 3),
    Choice("ranch", "young", "refresh", start=6),
    Choice("ranch", "cloud", "ai_cloud", "dense", "own"),
    Choice("ranch", "land", "ai_lease", "dense", "anchor", 0),
    Choice("fjord", "h", "mining"),
    Choice("fjord", "k", "ai_cloud", "dense", "own", 0),
)
COUNT = 5


@pytest.fixture(scope="module")
def of() -> Setting:
    what = portfolio(TEXT)
    rng = np.random.default_rng(4)
    hours = shapes(what, random_shape(4), weather=rng.uniform(-5, 38, (1, 2, 8760)))
    drawn = scenarios(
        what,
        hours,
        4,
        COUNT,
        works_quantile=rng.uniform(0.05, 0.95, (COUNT, 6)),
        powered_month=np.column_stack([np.zeros((COUNT, 3)), [6, 9, 16, 36, 6], np.zeros((COUNT, 2))]),
        lease_default_months=[[36, 36], [36, 36], [30, 25], [36, 36], [17, 36]],
    )
    return Setting(what, drawn, hours)


@pytest.fixture(scope="module")
def programme(of: Setting) -> Programme:
    return run_programme(of, PLAN)


def test_energy_of_every_site_scenario_and_month(of: Setting, programme: Programme):
    hours = np.array([24 * DAYS[(3 + month) % 12] for month in range(36)])
    for run in programme.runs:
        energy = run.energy
        sources = energy.spot_mwh + energy.ppa_delivered_mwh.sum(axis=2) + energy.generator_mwh.sum(axis=2)
        np.testing.assert_allclose(sources, energy.tier_mwh.sum(axis=2) + energy.ai_mwh, rtol=1e-9, atol=1e-6)
        parts = energy.ppa_delivered_mwh + energy.ppa_resold_mwh + energy.ppa_left_mwh
        np.testing.assert_allclose(energy.ppa_taken_mwh, parts, rtol=1e-9, atol=1e-6)
        assert (energy.unserved_mwh <= 1e-9 * energy.ai_mwh.max()).all(), "halls are sized by the design day and always served"
        limit = np.array([run.site.import_mw(of.portfolio.start + month) for month in range(36)])
        assert (energy.spot_mwh + energy.ppa_delivered_mwh.sum(axis=2) <= limit * hours * (1 + 1e-12)).all()
        # The load of the halls, hour by hour from the operations of the blocks.
        pue = of.hall(run.site, run.site.blocks[0], "dense").pue
        raw = Raw(of)
        asked = np.zeros((COUNT, 36))
        for operation in run.operations:
            for mw in operation.it_mw.values():
                for s in range(COUNT):
                    for month in range(36):
                        asked[s, month] += mw[s, month] * pue[raw.year(s, month), raw.span(month)].sum()
        np.testing.assert_allclose(energy.ai_mwh + energy.unserved_mwh, asked, rtol=1e-9, atol=1e-6)


def test_money_of_every_site_scenario_and_month(programme: Programme):
    for run in programme.runs:
        energy, lines = run.energy, run.cash.lines
        margin = (
            lines["mining_revenue"]
            + lines["power_cost"]
            + lines["ppa"]
            + lines["resale"]
            + lines["generation"]
            + lines["unserved"]
        )
        fixed = lines["generation"] + energy.generator_usd
        np.testing.assert_allclose(margin - fixed, energy.margin_usd, rtol=1e-9, atol=1e-3)
        # Lines that no dispatch changes are those of the blocks.
        for name in ("lease_rent", "power_recharge", "cloud_revenue", "mining_opex", "hall_opex", "cloud_opex", "capex_hall",
                     "capex_miners", "capex_gpus"):  # fmt: skip
            blocks = sum(
                (operation.cash.lines.get(name, np.zeros((COUNT, 36))) for operation in run.operations), np.zeros((COUNT, 36))
            )
            np.testing.assert_allclose(lines.get(name, np.zeros((COUNT, 36))), blocks, rtol=1e-12, atol=1e-6)
    fixed = programme.runs[0].cash.lines["generation"] + programme.runs[0].energy.generator_usd
    expected = [-3 * 1000 * 25 * 1.03 ** (month / 12) if month >= 10 else 0.0 for month in range(36)]
    np.testing.assert_allclose(fixed, np.tile(expected, (COUNT, 1)))


def test_sites_and_tax_add_up_to_the_portfolio(programme: Programme):
    sites = sum(sum(run.cash.lines.values()) for run in programme.runs)
    tax = sum(programme.tax_by_country.values())
    np.testing.assert_allclose(programme.cash().total, sites + tax, rtol=1e-12, atol=1e-4)
    before = sum(np.asarray(sum(cash.lines.values())) for cash in programme.site_cash().values())
    alone = sum(run.linear_tax for run in programme.runs)
    np.testing.assert_allclose(before, sites + alone, rtol=1e-12, atol=1e-4)


def yearly_tax(taxable: np.ndarray, rate: float, first: int) -> np.ndarray:
    """Plain loop: losses pile up and are used; a year's tax falls due in December or in the last month."""
    tax = np.zeros_like(taxable)
    for s, path in enumerate(taxable.tolist()):
        losses = year = 0.0
        for month, income in enumerate(path):
            year += income
            if (first + month) % 12 == 11 or month == len(path) - 1:
                due = max(0.0, year - losses)
                losses = max(0.0, losses - year)
                tax[s, month] = -rate * due
                year = 0.0
    return tax


def taxable_of(run) -> np.ndarray:
    running = sum(line for name, line in run.cash.lines.items() if not name.startswith("capex"))
    return np.asarray(running + run.depreciation)


def test_tax_by_country_with_losses(programme: Programme):
    for run, country, rate in zip(programme.runs, ("US", "NO"), (0.24, 0.22), strict=True):
        np.testing.assert_allclose(programme.tax_by_country[country], yearly_tax(taxable_of(run), rate, 3), rtol=1e-9, atol=1e-2)
    years = [taxable_of(run)[:, first : first + 12].sum(axis=1) for run in programme.runs for first in (9, 21)]
    assert min(year.min() for year in years) < 0 < max(year.max() for year in years), "the test needs years of losses"


def test_uses_of_every_block_add_up_to_its_megawatts(of: Setting, programme: Programme):
    usual = tuple(tabulate(of).choices[n] for n in tabulate(of).instance.baseline)
    data = energy_dataset(of, {"plan": (PLAN, programme), "business as usual": (usual, run_programme(of, usual))})
    mw = next(data[name] for name in data if "use" in data[name].dims)
    np.testing.assert_allclose(mw.sum("use"), np.full(mw.sum("use").shape, 160.0 + 60.0))


def test_no_megawatt_is_used_twice(of: Setting, programme: Programme):
    """In no scenario and month does a block mine while its hall draws, nor do old and new fleets run at once."""
    blocks = [block for site in of.portfolio.sites for block in site.blocks]
    for block, operation in zip(blocks, programme.operations, strict=True):
        mining = sum(operation.mine_mw.values(), np.zeros((COUNT, 36)))
        hall = sum(operation.it_mw.values(), np.zeros((COUNT, 36)))
        assert (mining <= block.grid_mw + 1e-9).all()
        assert not ((mining > 0) & (hall > 0)).any()
        assert (hall <= 0.937 * block.grid_mw).all()


def test_business_as_usual_is_the_plan_where_nothing_may_be_done():
    text = TEXT.replace("budget: [{year: 2027, usd: 9 B$}, {year: 2028, usd: 9 B$}]", "budget: [{year: 2027, usd: 0}]")
    what = portfolio(text)
    hours = shapes(what, random_shape(4))
    of = Setting(what, scenarios(what, hours, 4, 3), hours)
    plan, table, _ = make_plan(of)
    assert plan.chosen == plan.baseline
    np.testing.assert_array_equal(plan.npv_usd, plan.baseline_npv_usd)
    assert plan.objective_usd == plan.baseline_objective_usd
    tail = np.sort(plan.npv_usd)[0]  # a tenth of three scenarios lies within the worst
    assert plan.objective_usd == pytest.approx(0.7 * plan.npv_usd.mean() + 0.3 * tail)
    assert len(table.choices) > 6


def test_a_plan_is_one_choice_per_block_in_order(of: Setting):
    with pytest.raises(ValueError, match="one choice"):
        run_programme(of, PLAN[:-1])
    with pytest.raises(ValueError, match="one choice"):
        run_programme(of, (PLAN[1], PLAN[0], *PLAN[2:]))


# ---- loans ----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def central(of: Setting) -> Setting:
    return Setting(of.portfolio, base(of.portfolio, of.shapes), of.shapes)


@pytest.fixture(autouse=True)
def no_tail(monkeypatch):
    """The leases of these cases are shorter than a lender's tail."""
    monkeypatch.setattr(financing_room, "TAIL_MONTHS", 0)


def test_the_loan_ends_before_the_lease(of: Setting, central: Setting, programme: Programme, monkeypatch):
    """A lease of 9 months less a tail of 4 leaves 5 for the loan; a longer tail than the lease leaves none."""
    monkeypatch.setattr(financing_room, "TAIL_MONTHS", 4)
    loans = {hall.block: hall.loan for hall in finance_halls(of, central, PLAN, programme).loans}
    assert of.portfolio.lease(PLAN[3].customer).term_months == 9
    loan = loans["land"]
    assert loan.tenor_months == 5
    assert not loan.service_usd[loan.first_operating_month + 5 :].any()
    monkeypatch.setattr(financing_room, "TAIL_MONTHS", 1000)
    assert finance_halls(of, central, PLAN, programme).loans == ()


def test_the_loan_of_one_hall_by_hand(of: Setting, central: Setting, programme: Programme):
    """Sources and uses, sculpting, cover and repayment with plain loops over months."""
    financing = finance_halls(of, central, PLAN, programme)
    assert [(hall.site, hall.block) for hall in financing.loans] == [("ranch", "mine"), ("ranch", "land")]
    terms = of.portfolio.capital.loan
    for hall, choice in zip(financing.loans, (PLAN[0], PLAN[3]), strict=True):
        lender = carry_out(central, choice)
        lines = {name: line[0] for name, line in lender.cash.lines.items()}
        first = int(lender.ready[0])
        term = of.portfolio.lease(choice.customer).term_months
        cfads = np.zeros(36)
        for month in range(first, min(36, first + term)):
            net = (
                lines["lease_rent"][month]
                + lines["power_recharge"][month]
                + lines["power_cost"][month]
                + lines["hall_opex"][month]
            )
            cfads[month] = net - 0.24 * (net + lender.depreciation[0, month])
        months = range(first, min(36, first + 18))
        affordable = sum(max(cfads[m], 0) / 1.3 / (1 + 0.07 / 12) ** (m - first + 1) for m in months)
        loan = hall.loan
        balance = 0.0
        for month in range(first):
            use = -lines["capex_hall"][month] + 0.015 * loan.draw_usd[month] + 0.07 / 12 * balance
            assert loan.draw_usd[month] + loan.equity_usd[month] == pytest.approx(use, abs=1e-3)
            assert loan.draw_usd[month] == pytest.approx(loan.gearing_share * use, abs=1e-3)
            balance += loan.draw_usd[month]
        assert loan.principal_usd == pytest.approx(balance)
        assert loan.gearing_share <= terms.gearing_share + 1e-12
        if loan.limit == "cover":
            assert loan.principal_usd == pytest.approx(affordable)
        else:
            assert loan.gearing_share == pytest.approx(0.7)
            assert loan.principal_usd <= affordable
        for month in months:
            service = max(cfads[month], 0) / 1.3 * loan.principal_usd / affordable
            interest = 0.07 / 12 * balance
            assert loan.service_usd[month] == pytest.approx(service, abs=1e-3)
            assert loan.interest_usd[month] == pytest.approx(interest, abs=1e-3)
            balance += interest - service
        assert balance == pytest.approx(0, abs=1e-3)
        assert loan.min_dscr == pytest.approx(1.3 * affordable / loan.principal_usd)


def test_cover_in_a_scenario_by_hand(of: Setting, central: Setting, programme: Programme):
    """A hall that is late by d months owes the same service d months later; the tenant's default leaves none to pay it."""
    financing = finance_halls(of, central, PLAN, programme)
    loan = financing.loans[1].loan  # land, to anchor
    actual = programme.operations[3]
    for s in range(COUNT):
        ready = int(actual.ready[s])
        delay = min(max(0, ready - loan.first_operating_month), 35 - loan.first_operating_month)
        least = np.inf
        paid = 0.0
        for month in range(loan.first_operating_month + delay, 36):
            due = loan.service_usd[month - delay]
            repaid = loan.repayment_usd[month - delay]
            paid += repaid
            if month == 35 and loan.principal_usd - paid > 1e-6 * loan.principal_usd:
                due += loan.principal_usd - paid
            if due > 0:
                lines = actual.cash.lines
                net = sum(lines[name][s, month] for name in ("lease_rent", "power_recharge", "power_cost", "hall_opex"))
                net -= 0.24 * (net + actual.depreciation[s, month])
                least = min(least, (net if actual.contracted[s, month] else 0.0) / due)
        assert financing.loans[1].min_dscr[s] == pytest.approx(least, abs=1e-9)
    assert financing.loans[1].min_dscr[3] == 0.0  # power never comes


def test_equity_is_the_project_plus_the_loans_plus_what_interest_saves_in_tax(
    of: Setting, central: Setting, programme: Programme
):
    financing = finance_halls(of, central, PLAN, programme)
    lines = financing.loans_cash.lines
    interest = -lines["loan_interest"]
    np.testing.assert_allclose(lines["loan_draw"].sum(axis=1), -lines["loan_repayment"].sum(axis=1))
    assert financing.debt_usd == pytest.approx(lines["loan_draw"][0].sum())
    # Both halls stand in the US: all interest is deducted there.
    levered = yearly_tax(taxable_of(programme.runs[0]) - interest, 0.24, 3) + yearly_tax(taxable_of(programme.runs[1]), 0.22, 3)
    np.testing.assert_allclose(financing.tax, levered, rtol=1e-9, atol=1e-2)
    project = programme.cash().total
    saved = levered - sum(programme.tax_by_country.values())
    np.testing.assert_allclose(financing.equity_usd, project + sum(lines.values()) + saved, rtol=1e-9, atol=1e-2)
    assert (saved.sum(axis=1) >= -1e-6).all()
