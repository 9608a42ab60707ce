"""What blocks of a site share: against linear programmes over hours, and against the plan as it is carried out."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.optimize import linprog

from hand_made import YAML, Raw, portfolio, random_shape, scenarios, shapes, stepped_shape
from repower.conversion.choices import Choice, choices
from repower.conversion.coupling import couple
from repower.conversion.decide import tabulate
from repower.conversion.options import carry_out
from repower.conversion.plan import solve_plan
from repower.conversion.programme import run_programme
from repower.conversion.setting import Setting, Tier

SUPPLIES = {
    "resale": "ppas: [{name: p, mw: 70, price_usd_per_mwh: 30, until: 2028-12, must_take_share: 0.5, resale: true, "
    "resale_fee_usd_per_mwh: 2, escalator_rate: 0.05}]",
    "no resale": "ppas: [{name: p, mw: 70, price_usd_per_mwh: 30, from: 2027-10, must_take_share: 0.5}]",
    "all taken": "ppas: [{name: p, mw: 60, price_usd_per_mwh: 35, must_take_share: 1.0}]",
    "generator": "generators: [{name: g, mw: 50, heat_rate_mmbtu_per_mwh: 8, fuel_usd_per_mmbtu: 4, fuel_escalator_rate: 0.05, "
    "variable_usd_per_mwh: 3, capacity_usd_per_kw_month: 4, availability_share: 0.9, from: 2027-10}]",
}
SUPPLIES["both"] = f"{SUPPLIES['resale']}, {SUPPLIES['generator']}"
#: Two years from a January, two equal mines, land and a cloud; nothing ends or begins within a quarter.
TWO_YEARS = (
    YAML.replace("start: 2027-04", "start: 2027-01")
    .replace("years: 3", "years: 2")
    .replace(
        "      - {name: young, grid_mw: 30, fleet: {miner: new, commissioned: 2027-02}, hall: {built: 2026, pue: 1.04}}",
        "      - {name: other, grid_mw: 50, fleet: {miner: old, commissioned: 2022-09}, hall: {built: 2021, pue: 1.08}}",
    )
    .replace("commissioned: 2022-09", "commissioned: 2022-10")
    .replace("import_mw: 160, status", "import_mw: 190, status")
    .replace("import_mw: 100}", "import_mw: 130}")
    .replace("from: 2028-07, until: 2029-12, term_months: 9", "from: 2028-01, until: 2028-12, term_months: 6")
    .replace("relet_months: 4", "relet_months: 3")
    .replace("from: 2027-04, until: 2029-12, term_months: 120", "from: 2027-01, until: 2028-12, term_months: 120")
    .replace("life_months: 20", "life_months: 12")
    .replace("last_start: 2028-04", "last_start: 2027-04")
)


class WholeQuarters(Setting):
    """Works of nine months in every scenario, strip-out after three: no date falls within a quarter."""

    def works(self, *_: object) -> SimpleNamespace:
        return SimpleNamespace(
            months_at=lambda quantile: np.full(np.shape(quantile), 9.0),
            mining_stops_months=3.0,
            spend_shares=np.full(9, 1 / 9),
        )


def made(supply: str, seed: int = 5, count: int = 2, text: str = TWO_YEARS, stepped: bool = True) -> WholeQuarters:
    of = portfolio(text.replace("supply: {", f"supply: {{{SUPPLIES[supply]}, "))
    shape = stepped_shape(seed, (-0.4, 0.5, 1.0, 1.3, 4.0)) if stepped else random_shape(seed)
    hours = shapes(of, shape)
    return WholeQuarters(of, scenarios(of, hours, seed, count), hours)


def all_choices(of: Setting) -> list[Choice]:
    site = of.portfolio.sites[0]
    return [choice for block in site.blocks for choice in choices(of, site, block)]


# ---- the table of states -------------------------------------------------------------------------------------------------


def best_margin(raw: Raw, s: int, month: int, tiers: list[tuple[float, float]], ai_mw: float) -> float:
    """The site's best margin of a month by linear programme, one for each different price. `tiers`: (MW, USD/MWh)."""
    site = raw.of.sites[0]
    adder = site.supply.adder_usd_per_mwh
    when = raw.of.start + month
    ppas = [p for p in site.supply.ppas if (p.from_ is None or p.from_ <= when) and (p.until is None or when <= p.until)]
    plants = [g for g in site.supply.generators if g.from_ is None or g.from_ <= when]
    limit = max(step.import_mw for step in site.connection if step.from_ <= when)
    total = 0.0
    for price, hours in zip(*np.unique(raw.prices(s, month), return_counts=True), strict=True):
        # variables: spot, unserved, then delivered, resold, left by contract, generation by plant, tiers
        gain, upper = [-(price + adder), -10_000.0], [None, ai_mw]
        balance, through = [1.0, 1.0], [1.0, 0.0]
        contract_rows: list[tuple[int, float, float]] = []
        for ppa in ppas:
            paid = ppa.price_usd_per_mwh * (1 + ppa.escalator_rate) ** (month / 12)
            contract_rows.append((len(gain), ppa.must_take_share * ppa.mw, ppa.mw))
            gain += [-paid - adder, -paid + price - ppa.resale_fee_usd_per_mwh, -paid]
            upper += [None, None if ppa.resale else 0.0, None]
            balance, through = [*balance, 1.0, 0.0, 0.0], [*through, 1.0, 0.0, 0.0]
        for plant in plants:
            fuel = plant.heat_rate_mmbtu_per_mwh * plant.fuel_usd_per_mmbtu * (1 + plant.fuel_escalator_rate) ** (month / 12)
            gain.append(-fuel - plant.variable_usd_per_mwh * raw.index(month))
            upper.append(plant.mw * plant.availability_share)
            balance, through = [*balance, 1.0], [*through, 0.0]
        for mw, value in tiers:
            gain.append(value)
            upper.append(mw)
            balance, through = [*balance, -1.0], [*through, 0.0]
        rows, right = [through], [limit]
        for first, least, most in contract_rows:
            row = [1.0 if first <= place < first + 3 else 0.0 for place in range(len(gain))]
            rows += [row, [-x for x in row]]
            right += [most, -least]
        answer = linprog(
            [-g for g in gain],
            A_ub=rows,
            b_ub=right,
            A_eq=[balance],
            b_eq=[ai_mw],
            bounds=[(0, most) for most in upper],
            method="highs",
        )
        assert answer.status == 0
        total -= hours * answer.fun
    fixed = sum(g.capacity_usd_per_kw_month * 1000 * g.mw * raw.index(month) for g in plants)
    return total - fixed


@pytest.mark.parametrize("supply", ["resale", "no resale", "both"])
def test_blocks_alone_plus_the_table_is_the_dispatched_site(supply):
    """For random plans and quarters: what blocks are worth alone, plus the state, is the best of the site together."""
    of = made(supply)
    raw, site = Raw(of), of.portfolio.sites[0]
    every = all_choices(of)
    table = couple(of, site, every)
    by_block = [[n for n, c in enumerate(every) if c.block == block.name] for block in site.blocks]
    rng = np.random.default_rng(3)
    shared = [q for q in range(8) if any(_is_shared(of, 3 * q + k) for k in range(3))]
    assert table.value_usd.shape[1:] == (len(shared), of.count)
    for _ in range(8):
        chosen = np.array([rng.choice(own) for own in by_block])
        counts = table.occupancy[chosen].sum(axis=0)
        place = int(rng.integers(len(shared)))
        s = int(rng.integers(of.count))
        state = next(n for n, count in enumerate(table.count) if (count == counts[place]).all())
        worth = 0.0
        for month in range(3 * shared[place], 3 * shared[place] + 3):
            if not _is_shared(of, month):
                continue
            tiers: dict[Tier, float] = {}
            ai_mw = alone = 0.0
            for number in chosen:
                done = carry_out(of, every[number])
                for tier, mw in done.mine_mw.items():
                    tiers[tier] = tiers.get(tier, 0.0) + mw[s, month]
                grid = sum(mw[s, month] for mw in done.it_mw.values()) * float(of.hall(site, site.blocks[0], "dense").pue[0, 0])
                ai_mw += grid
                lines = done.cash.lines
                alone += sum(float(lines[name][s, month]) for name in ("mining_revenue", "power_cost") if name in lines)
            priced = [(mw, raw.mining_value(s, month, tier.miner, tier.pue)) for tier, mw in tiers.items()]
            together = best_margin(raw, s, month, priced, ai_mw)
            worth += (together - alone) * (1 - 0.24) * 1.1 ** (-(month + 1) / 12)
        assert table.value_usd[state, place, s] == pytest.approx(worth, rel=1e-9, abs=1.0)


def _is_shared(of: Setting, month: int) -> bool:
    supply, when = of.portfolio.sites[0].supply, of.portfolio.start + month
    return any((p.from_ is None or p.from_ <= when) and (p.until is None or when <= p.until) for p in supply.ppas) or any(
        g.from_ is None or g.from_ <= when for g in supply.generators
    )


def test_every_plan_has_its_state_and_no_state_stands_twice():
    of = made("both")
    every = all_choices(of)
    table = couple(of, of.portfolio.sites[0], every)
    flat = table.count.reshape(len(table.count), -1)
    assert len(np.unique(flat, axis=0)) == len(flat)
    assert (table.count.sum(axis=2) == [2, 1, 1]).all()  # two equal mines, the cloud, the land
    known = {tuple(row) for row in flat.tolist()}
    by_block = [[n for n, c in enumerate(every) if c.block == block.name] for block in of.portfolio.sites[0].blocks]
    for chosen in product(*by_block):
        counts = table.occupancy[list(chosen)].sum(axis=0)
        assert all(tuple(row) in known for row in counts.reshape(len(counts), -1).tolist())


def test_a_plant_that_never_runs_is_still_paid_for():
    """Availability 0: no energy, but the fixed payment is in the table as it is in the money carried out."""
    of = made("generator", text=TWO_YEARS)
    text = TWO_YEARS.replace("supply: {", f"supply: {{{SUPPLIES['generator'].replace('0.9', '0')}, ")
    hours = of.shapes
    idle = portfolio(text)
    setting = WholeQuarters(idle, scenarios(idle, hours, 5, 2), hours)
    table = tabulate(setting)
    chosen = table.instance.baseline
    planned = table.instance.npv_usd(chosen)
    programme = run_programme(setting, tuple(table.choices[n] for n in chosen))
    np.testing.assert_allclose(planned, carried_out(setting, programme), rtol=1e-9)


# ---- what is planned is what is carried out -------------------------------------------------------------------------------


def carried_out(of: Setting, programme) -> np.ndarray:
    """[S] after the linear tax, discounted month by month."""
    rate = of.portfolio.capital.discount_rate
    factors = [(1 + rate) ** (-(month + 1) / 12) for month in range(of.months)]
    worth = np.zeros(of.count)
    for run in programme.runs:
        flow = sum(run.cash.lines.values())
        capex = sum((line for name, line in run.cash.lines.items() if name.startswith("capex")), np.zeros_like(flow))
        taxable = flow - capex + run.depreciation
        worth += (flow - run.income_tax_rate * taxable) @ np.array(factors)
    return worth


@pytest.mark.parametrize("supply", list(SUPPLIES))
def test_every_plan_is_worth_what_carrying_it_out_yields(supply):
    """All combinations of choices, each dispatched in every hour: the table misses nothing where dates are nominal."""
    of = made(supply, stepped=False)
    table = tabulate(of)
    by_block = [np.flatnonzero(table.instance.block == b) for b in range(table.instance.blocks)]
    every = list(product(*by_block))
    best, argument = -np.inf, None
    for number, combination in enumerate(every):
        chosen = np.array(combination)
        planned = table.instance.npv_usd(chosen)
        if number % 13 == 0 or (chosen == table.instance.baseline).all():
            programme = run_programme(of, tuple(table.choices[n] for n in chosen))
            np.testing.assert_allclose(planned, carried_out(of, programme), rtol=1e-9, atol=1e-2)
        ordered = np.sort(planned)
        objective = 0.7 * planned.mean() + 0.3 * ordered[0]  # tail of 10 % of two scenarios: the worst
        if objective > best and not table.instance.broken_limits(chosen):
            best, argument = objective, chosen
    solution = solve_plan(table.instance, gap=1e-7)
    assert solution.objective_usd == pytest.approx(best, rel=1e-7)
    assert argument is not None
    np.testing.assert_allclose(solution.npv_usd, table.instance.npv_usd(argument), rtol=1e-6)


def test_a_site_without_contracts_needs_no_table_in_any_scenario():
    """Delays, defaults, any duration, hours of weather: blocks alone at spot add up to the dispatched site."""
    of = portfolio()
    rng = np.random.default_rng(11)
    hours = shapes(of, random_shape(8), weather=rng.uniform(-5, 38, (1, 2, 8760)))
    count = 4
    drawn = scenarios(
        of,
        hours,
        8,
        count,
        works_quantile=rng.uniform(0.02, 0.98, (count, 4)),
        powered_month=np.column_stack([np.zeros((count, 3)), rng.integers(6, 40, count)]),
        lease_default_months=rng.integers(5, 40, (count, 2)),
    )
    setting = Setting(of, drawn, hours)
    table = tabulate(setting)
    assert table.instance.couplings == ()
    for _ in range(12):
        chosen = np.array([rng.choice(np.flatnonzero(table.instance.block == b)) for b in range(4)])
        programme = run_programme(setting, tuple(table.choices[n] for n in chosen))
        np.testing.assert_allclose(table.instance.npv_usd(chosen), carried_out(setting, programme), rtol=1e-9, atol=1e-2)


# ---- concavity ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("supply", list(SUPPLIES))
def test_no_mixture_of_states_is_worth_more_than_the_state_itself(supply, seed):
    """The plan gives states weights without integrality; with prices below zero and fleets that are off in some months too."""
    of = made(supply, seed=20 + seed, stepped=False)
    table = couple(of, of.portfolio.sites[0], all_choices(of))
    states, quarters, count = table.value_usd.shape
    mean = table.count.reshape(states, -1).T.astype(float)
    rng = np.random.default_rng(seed)
    for _ in range(12):
        state, quarter = int(rng.integers(states)), int(rng.integers(quarters))
        worth = table.value_usd[:, quarter] @ rng.dirichlet(np.ones(count))
        answer = linprog(
            -worth, A_eq=np.vstack([mean, np.ones(states)]), b_eq=np.append(mean[:, state], 1.0), bounds=(0, None), method="highs"
        )
        assert answer.status == 0
        assert -answer.fun <= worth[state] + 1e-7 * np.abs(worth).max()
