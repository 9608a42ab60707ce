"""Fields that are accepted and shown but change no result of a study: each by name, with the reason.

A field that holds others (`supply.battery`) stands for all of them.
"""

from __future__ import annotations

#: Reason of what only the dispatch of one year prices.
PRICED_BY_DISPATCH = "priced by repower dispatch; the study of many years does not price it yet"

#: Path of the field (`site.latitude` is that of any site) and why nothing is priced by it.
UNPRICED: dict[str, str] = {
    "site.latitude": "says where the site stands; the weather comes from the station that the site names",
    "site.longitude": (
        "says where the site stands; the weather comes from the station that the site names (repower dispatch takes local "
        "hours of the day from it)"
    ),
    "site.utc_offset_hours": PRICED_BY_DISPATCH,
    "site.unserved_usd_per_mwh": PRICED_BY_DISPATCH,
    "connection.export_mw": PRICED_BY_DISPATCH,
    "supply.export_fee_usd_per_mwh": PRICED_BY_DISPATCH,
    "supply.demand_charge": PRICED_BY_DISPATCH,
    "supply.battery": PRICED_BY_DISPATCH,
    "supply.curtailment": PRICED_BY_DISPATCH,
    "curtailment.notice_hours": "shown only; a dispatch that knows the year knows the calls beforehand",
    "supply.reserve": PRICED_BY_DISPATCH,
    "generator.least_share": PRICED_BY_DISPATCH,
    "generator.min_up_hours": PRICED_BY_DISPATCH,
    "generator.run_hours_per_year": PRICED_BY_DISPATCH,
    "miner.cooling": "shown only; what a conversion can reuse follows from the hall's own cooling",
    "miner.modes": PRICED_BY_DISPATCH,
    "miner.wear_usd_per_mwh": PRICED_BY_DISPATCH,
    "design.workload": PRICED_BY_DISPATCH,
    "design.flexible_share": PRICED_BY_DISPATCH,
    "design.flexible_usd_per_mwh": PRICED_BY_DISPATCH,
    "jurisdiction.source": "says where the rule stands; the rule itself is priced",
}
