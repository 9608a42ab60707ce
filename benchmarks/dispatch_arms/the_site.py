"""The test site as plain numbers, for every way.

A connection of 100 MW that may also export, a contract of 40 MW whose unused energy is resold, spot, a gas plant, three
generations of miners, a firm AI load and a battery of four hours. Prices are synthetic: a season, a day, noise and rare
spikes, never below 1 USD/MWh.

Data are chosen so that the plainest linear programme has the same optimum as our problem, in which the connection has one
direction in each hour, a battery never charges and discharges at once, and a contract is resold on paper:

- unused contract energy brings price - FEE, which is never negative, so nothing is left unused, and 40 MW of contract are
  the constant (price - FEE - PPA_USD) x 40 per hour and a source of 40 MW at price - FEE + ADDER, just below spot;
- that source is cheaper than spot, so the programme never buys more than LIMIT - 40 MW at spot: two bounds replace the
  row of the connection;
- ADDER + EXPORT_FEE > FEE, so that nobody buys in order to export in the same hour;
- every megawatt-hour at the bus is worth something in every hour, so that nobody charges in order to lose energy.

The other tools therefore get the problem in its smallest form: ten variables per hour and one bus.
"""

from __future__ import annotations

import numpy as np

from repower.horizon import HOURS_IN_MONTH

LIMIT, EXPORT_LIMIT = 100.0, 100.0
ADDER, FEE, EXPORT_FEE = 2.0, 1.0, 0.0
PPA_MW, PPA_USD = 40.0, 42.0
GAS_MW, GAS_USD = 20.0, 60.0
TIER_MW, TIER_USD = (30.0, 30.0, 30.0), (120.0, 95.0, 70.0)
AI_MW = 20.0
BATTERY_MW, BATTERY_MWH, EFFICIENCY, START_MWH = 20.0, 80.0, 0.92, 40.0
PEAK_USD_PER_MW = 10_000.0
WINDOW_HOURS, STEP_HOURS = 168, 24


def prices(hours: int, scenarios: int) -> np.ndarray:
    """[S, H] USD/MWh; scenario 0 is the year of the single site."""
    hour = np.arange(hours)
    swing = 42 + 8 * np.cos(2 * np.pi * hour / 8760) + 10 * np.sin(2 * np.pi * (hour - 8) / 24)
    made = np.empty((scenarios, hours))
    for number, price in enumerate(made):
        rng = np.random.default_rng(1 + number)
        spikes = np.where(rng.random(hours) < 0.02, rng.lognormal(5, 1, hours), 0)
        np.clip(swing + rng.normal(0, 7, hours) + spikes, 1, 5000, out=price)
    return made


def price(hours: int) -> np.ndarray:
    """[H] of the single site."""
    return prices(hours, 1)[0]


def constant_usd(price: np.ndarray) -> float:
    """What the whole contract brings when all of it is resold."""
    return float((PPA_MW * (price - FEE - PPA_USD)).sum())


def months(hours: int) -> np.ndarray:
    """[H] number of the month, 0..11."""
    return np.repeat(np.arange(12), HOURS_IN_MONTH)[:hours]
