"""What the exact kernel costs against the usual ways: `python benchmarks/dispatch.py`.

One site (connection 100 MW, one contract with resale, one gas plant, three generations of miners, an AI load) over a
synthetic year. Ways: this package's kernel over 100 scenarios; a general merit order by numpy sorting, over the same; a
lean block LP handed straight to HiGHS, for one scenario. Each runs in a process of its own, warm, best of three; all must
agree on the margin. Absolute times drift with the machine; the ratios of one run are what counts.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

import numpy as np

from repower.dispatch import MonthResult, SiteMonths, dispatch_months
from repower.horizon import HOURS_IN_MONTH

HOURS = 8760
SCENARIOS = 100
MUST, FEE, ADDER, LIMIT, UNSERVED = 0.7, 1.0, 2.0, 100.0, 10_000.0
PPA_MW, PPA_USD, GAS_MW, GAS_USD = 40.0, 42.0, 20.0, 60.0
TIER_MW, TIER_USD, IT_MW, PUE = (30.0, 30.0, 30.0), (120.0, 95.0, 70.0), 16.0, 1.25


def shape() -> np.ndarray:
    """[8760] daily and yearly swing, noise, rare spikes, some negative hours; mean 1."""
    rng = np.random.default_rng(1)
    hour = np.arange(HOURS)
    price = 42 + 8 * np.sin(2 * np.pi * hour / HOURS) + 12 * np.sin(2 * np.pi * hour / 24) + rng.normal(0, 12, HOURS)
    price += np.where(rng.random(HOURS) < 0.02, rng.lognormal(5, 1, HOURS), 0)
    return price / price.mean()


def levels(scenarios: int) -> np.ndarray:
    """[S, 12] USD/MWh."""
    return np.random.default_rng(2).uniform(25, 65, (scenarios, 12))


def site(scenarios: int, *, contracts: bool = True) -> SiteMonths:
    rows = 1 if contracts else 0
    return SiteMonths(
        price_shape=shape()[None],
        shape_year=np.zeros((1, 1), dtype=np.int64),
        level_usd_per_mwh=levels(scenarios),
        first_calendar_month=0,
        adder_usd_per_mwh=ADDER,
        import_limit_mw=np.full((1, 12), LIMIT),
        ppa_mw=np.full((rows, 12), PPA_MW),
        ppa_price_usd_per_mwh=np.full((rows, 12), PPA_USD),
        ppa_must_take_share=np.full(rows, MUST),
        ppa_resale=np.ones(rows, dtype=bool),
        ppa_resale_fee_usd_per_mwh=np.full(rows, FEE),
        generator_mw=np.full((rows, 12), GAS_MW),
        generator_cost_usd_per_mwh=np.full((rows, 12), GAS_USD),
        tier_mw=np.tile(TIER_MW, (1, 12, 1)),
        tier_value_usd_per_mwh=np.tile(TIER_USD, (1, 12, 1)),
        ai_it_mw=np.full((1, 12, 1), IT_MW),
        ai_pue=np.full((1, 1, HOURS), PUE),
        unserved_usd_per_mwh=UNSERVED,
    )


def prices(scenarios: int) -> np.ndarray:
    """[S x 8760] all hours, as the other ways need them."""
    return (np.repeat(levels(scenarios), HOURS_IN_MONTH, axis=1) * shape()).ravel()


def by_kernel(scenarios: int, threads: int, *, contracts: bool = True) -> float:
    result: MonthResult = dispatch_months(site(scenarios, contracts=contracts), threads=threads)
    return float(result.margin_usd.sum())


def by_numpy_sort(scenarios: int) -> float:
    """Sources sorted in every hour, cumulated, and overlapped with the loads' own cumulated megawatts."""
    p = prices(scenarios)
    brings = np.maximum(p - FEE, 0.0)
    cost = np.stack([brings + ADDER, np.maximum(PPA_USD, brings) + ADDER, p + ADDER, np.full_like(p, GAS_USD)])
    size = np.array([MUST * PPA_MW, (1 - MUST) * PPA_MW, np.inf, GAS_MW])
    order = np.argsort(cost, axis=0, kind="stable")
    cost, mw, plant = np.take_along_axis(cost, order, axis=0), size[order], order == 3
    through = np.minimum(np.cumsum(np.where(plant, 0.0, mw), axis=0), LIMIT)
    supply = through + np.cumsum(np.where(plant, mw, 0.0), axis=0)
    below = np.vstack([np.zeros((1, len(p))), supply[:-1]])
    start, margin = 0.0, np.zeros(len(p))
    for value, load in zip((UNSERVED, *TIER_USD), (IT_MW * PUE, *TIER_MW), strict=True):
        run = np.clip(np.minimum(supply, start + load) - np.maximum(below, start), 0.0, None)
        margin += np.where(value > cost, run * (value - cost), 0.0).sum(axis=0)
        start += load
    # Against nothing delivered: must-take energy is paid and resold, optional energy resold where that pays, AI unserved.
    margin += MUST * PPA_MW * (brings - PPA_USD) + (1 - MUST) * PPA_MW * np.maximum(brings - PPA_USD, 0.0)
    return float(margin.sum() - UNSERVED * IT_MW * PUE * len(p))


def by_highs(scenarios: int) -> float:
    """One block LP: spot, delivered, resold, taken, gas, three tiers, unserved per hour; two rows and one sum per hour."""
    import highspy
    from scipy.sparse import csc_array, eye_array, kron

    p = prices(scenarios)
    one = np.ones_like(p)
    gain = np.stack(
        [-p - ADDER, -ADDER * one, p - FEE, -PPA_USD * one, -GAS_USD * one, *(usd * one for usd in TIER_USD), -UNSERVED * one],
        axis=1,
    )
    upper = np.array([np.inf, np.inf, np.inf, PPA_MW, GAS_MW, *TIER_MW, IT_MW * PUE])
    lower = np.array([0, 0, 0, MUST * PPA_MW, 0, 0, 0, 0, 0])
    block = np.array([[1, 1, 0, 0, 1, -1, -1, -1, 1], [0, 1, 1, -1, 0, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0, 0, 0, 0]])
    matrix = csc_array(kron(eye_array(len(p)), block))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = gain.size, 3 * len(p)
    lp.sense_ = highspy.ObjSense.kMaximize
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = gain.ravel(), np.tile(lower, len(p)), np.tile(upper, len(p))
    lp.row_lower_ = np.tile([IT_MW * PUE, -np.inf, -np.inf], len(p))
    lp.row_upper_ = np.tile([IT_MW * PUE, 0.0, LIMIT], len(p))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    highs = highspy.Highs()
    highs.silent()
    highs.passModel(lp)
    highs.run()
    return float(highs.getObjectiveValue())


ARMS = {
    "kernel, spot only, 1 thread": lambda: (by_kernel(SCENARIOS, 1, contracts=False), SCENARIOS),
    "kernel, 1 thread": lambda: (by_kernel(SCENARIOS, 1), SCENARIOS),
    "kernel, 2 threads": lambda: (by_kernel(SCENARIOS, 2), SCENARIOS),
    "kernel, 1 scenario": lambda: (by_kernel(1, 1), 1),
    "numpy sort": lambda: (by_numpy_sort(SCENARIOS), SCENARIOS),
    "numpy sort, 1 scenario": lambda: (by_numpy_sort(1), 1),
    "HiGHS, lean LP, 1 scenario": lambda: (by_highs(1), 1),
}


def measure(arm: str) -> dict[str, float]:
    """Best of three after a warm-up, and the peak of the process: in all, and beyond what its imports held."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    margin, scenarios = ARMS[arm]()
    times = []
    for _ in range(3):
        since = time.perf_counter()
        ARMS[arm]()
        times.append(time.perf_counter() - since)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"margin_usd": margin, "scenarios": scenarios, "seconds": min(times), "peak_mb": peak, "grown_mb": peak - before}


def main() -> None:
    rows = {}
    for arm in ARMS:
        done = subprocess.run([sys.executable, __file__, arm], capture_output=True, text=True, check=True)
        rows[arm] = json.loads(done.stdout.splitlines()[-1])
    reference = rows["kernel, 2 threads"]
    per_year = reference["seconds"] / reference["scenarios"]
    print(f"{'way':30} {'site-years':>10} {'s':>9} {'ms/site-year':>13} {'ratio':>8} {'peak MB':>8} {'grown MB':>9}")
    for arm, row in rows.items():
        each = row["seconds"] / row["scenarios"]
        print(
            f"{arm:30} {row['scenarios']:10d} {row['seconds']:9.4f} {1000 * each:13.3f} {each / per_year:8.1f} "
            f"{row['peak_mb']:8.0f} {row['grown_mb']:9.0f}"
        )
    many = [rows[arm]["margin_usd"] for arm in ("kernel, 1 thread", "kernel, 2 threads", "numpy sort")]
    single = [rows[arm]["margin_usd"] for arm in ("kernel, 1 scenario", "numpy sort, 1 scenario", "HiGHS, lean LP, 1 scenario")]
    for margins in (many, single):
        worst = max(abs(margin / margins[0] - 1) for margin in margins)
        print(f"margin {margins[0]:,.2f} USD, largest relative difference {worst:.1e}")
        if worst > 1e-9:
            raise SystemExit("the ways do not agree")


if __name__ == "__main__":
    # --smoke changes nothing: the whole of it takes a few seconds
    if len(sys.argv) > 1 and sys.argv[1] in ARMS:
        print(json.dumps(measure(sys.argv[1])))
    else:
        main()
