"""What runs each hour: one site's mines, AI load, contracts, generators and battery behind one connection.

Exact, with all prices of the horizon known: the optimum of the site problem stated in `repower.dispatch.kernel`, and with
every result a certificate, an upper bound that is found from prices alone. Doors to the same problem:

- `dispatch_hours`: every hour of one site, with what one more MW would be worth;
- `dispatch_months`: sums by scenario and month, for a study;
- `repower.dispatch.rolling`: the same site without foresight;
- `repower.dispatch.threshold`: closed forms for what stands alone at spot.

How: an hour's merit order is one list (`stack`, `ways`); what is stored links hours by dynamic programming on that list
(`storage`, `arcs`, `solve`); peaks and yearly limits are searched around it (`peaks`, `permit`). Beside them,
`repower.dispatch.linear` writes the problem as a linear or mixed-integer programme, one constraint per statement; it is
slow, legible, and what the kernel is checked against. What the kernel does not have (minimum up times, different batteries,
some limits together) is handed to it, and the certificate says so.

Left out: ramps and costs of starting, reserve from what is stored, losses that depend on the state of the battery, its
ageing, and any uncertainty within the hour. The AI load's own revenue is constant here and left to finance.
"""

from repower.dispatch.audit import BalanceErrors, balance_errors
from repower.dispatch.kernel import dispatch_hours
from repower.dispatch.months import MonthResult, SiteMonths, dispatch_months
from repower.dispatch.problem import UNSERVED_USD_PER_MWH, Battery, Peaks, SiteHours
from repower.dispatch.result import Certificate, HourResult, to_dataset

__all__ = [
    "UNSERVED_USD_PER_MWH",
    "BalanceErrors",
    "Battery",
    "Certificate",
    "HourResult",
    "MonthResult",
    "Peaks",
    "SiteHours",
    "SiteMonths",
    "balance_errors",
    "dispatch_hours",
    "dispatch_months",
    "to_dataset",
]
