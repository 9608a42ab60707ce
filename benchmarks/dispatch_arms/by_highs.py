"""The site as a lean linear programme, written as arrays and passed straight to HiGHS: the least that an LP can cost.

Ten variables per hour (spot, contract, export, gas, three tiers, charge, discharge, stored) and two rows: energy at the bus
and energy in the battery; bounds are bounds. With monthly demand charges twelve more variables and one row per hour.
"""

from __future__ import annotations

import highspy
import numpy as np
from scipy.sparse import csc_array

from dispatch_arms import the_site

#: What each variable does to the energy at the bus, and to what is stored at the end of the hour.
AT_BUS = np.array([1, 1, -1, 1, -1, -1, -1, -1, 1, 0], dtype=np.float64)
STORED = np.array([0] * 7 + [-the_site.EFFICIENCY, 1 / the_site.EFFICIENCY, 1], dtype=np.float64)
UPPER = (the_site.LIMIT - the_site.PPA_MW, the_site.PPA_MW, the_site.EXPORT_LIMIT, the_site.GAS_MW, *the_site.TIER_MW)
WITH_BATTERY = (the_site.BATTERY_MW, the_site.BATTERY_MW, the_site.BATTERY_MWH)


def programme(price: np.ndarray, *, battery: bool, demand_charge: bool) -> highspy.HighsLp:
    """Columns hour by hour, then the peaks; rows of the bus, of the battery, of the peaks."""
    hours, months = len(price), the_site.months(len(price))
    wide = 10 if battery else 7
    column = np.arange(hours * wide).reshape(hours, wide)
    each = np.arange(hours)
    uses = [(each[:, None], column, np.broadcast_to(AT_BUS[:wide], column.shape))]
    lower, upper = [np.full(hours, the_site.AI_MW)], [np.full(hours, the_site.AI_MW)]
    rows = hours
    if battery:
        uses.append((rows + each[:, None], column[:, 7:], np.broadcast_to(STORED[7:], (hours, 3))))
        uses.append((rows + each[1:], column[:-1, 9], -np.ones(hours - 1)))
        start = np.zeros(hours)
        start[0] = the_site.START_MWH
        lower.append(start)
        upper.append(start)
        rows += hours
    flat = np.ones(hours)
    gain = [
        -price - the_site.ADDER,
        -price + the_site.FEE - the_site.ADDER,
        price - the_site.EXPORT_FEE,
        -the_site.GAS_USD * flat,
    ]
    gain += [usd * flat for usd in the_site.TIER_USD] + [0 * flat] * (wide - 7)
    most = np.tile((*UPPER, *WITH_BATTERY)[:wide], hours)
    cost = np.stack(gain, axis=1).ravel()
    columns = hours * wide
    if demand_charge:
        uses.append((rows + each[:, None], column[:, :2], np.ones((hours, 2))))
        uses.append((rows + each, columns + months, -np.ones(hours)))
        lower.append(np.full(hours, -np.inf))
        upper.append(np.zeros(hours))
        peaks = int(months[-1]) + 1
        most, cost = np.append(most, np.full(peaks, np.inf)), np.append(cost, np.full(peaks, -the_site.PEAK_USD_PER_MW))
        rows, columns = rows + hours, columns + peaks

    entries = [np.broadcast_arrays(*use) for use in uses]
    row, col, value = (np.concatenate([part[place].ravel() for part in entries]) for place in range(3))
    matrix = csc_array((value, (row, col)), shape=(rows, columns))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_, lp.sense_ = columns, rows, highspy.ObjSense.kMaximize
    lp.offset_ = the_site.constant_usd(price)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, np.zeros(columns), most
    lp.row_lower_, lp.row_upper_ = np.concatenate(lower), np.concatenate(upper)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    return lp


def year(hours: int, *, battery: bool = True, demand_charge: bool = False):
    """From arrays to the array of all variables: dual simplex without presolve, the fastest of what HiGHS offers here."""
    price = the_site.price(hours)

    def run() -> tuple[float, dict[str, float]]:
        lp = programme(price, battery=battery, demand_charge=demand_charge)
        highs = highspy.Highs()
        highs.silent()
        highs.setOptionValue("solver", "simplex")
        highs.setOptionValue("presolve", "off")
        highs.passModel(lp)
        highs.run()
        assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal, highs.getModelStatus()
        np.asarray(highs.getSolution().col_value)
        return highs.getObjectiveValue(), {"variables": float(lp.num_col_), "rows": float(lp.num_row_)}

    return run
