"""What runs each hour: one site's mines, AI load, contracts and generators behind one connection.

Exact: the optimum of the site problem stated in `repower.dispatch.kernel`, with all prices of the hour known. Hours are
independent of one another, so a merit order per hour is the optimum of the whole year, not an approximation; negative
prices, take-or-pay with resale, ties and loads that cannot be served are inside. Three doors to the same problem:

- `dispatch_hours`: every hour of one site, with what one more MW would be worth;
- `dispatch_months`: sums by scenario and month, for a study;
- `repower.dispatch.threshold`: closed forms for what stands alone at spot.

Beside them, `repower.dispatch.linear` writes the problem as a linear programme, one constraint per statement; it is slow,
legible, and what the kernel is checked against.

Left out: batteries, demand charges, reserves, curtailment calls, export, minimum load, ramps and start-up of anything,
flexible AI load, losses, and any uncertainty within the hour. The AI load's own revenue is constant here and left to
finance.
"""

from repower.dispatch.kernel import dispatch_hours
from repower.dispatch.months import MonthResult, SiteMonths, dispatch_months
from repower.dispatch.problem import UNSERVED_USD_PER_MWH, SiteHours
from repower.dispatch.result import BalanceErrors, HourResult, balance_errors, to_dataset

__all__ = [
    "UNSERVED_USD_PER_MWH",
    "BalanceErrors",
    "HourResult",
    "MonthResult",
    "SiteHours",
    "SiteMonths",
    "balance_errors",
    "dispatch_hours",
    "dispatch_months",
    "to_dataset",
]
