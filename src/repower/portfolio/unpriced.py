"""Fields that are accepted and shown but change no result: each by name, with the reason."""

from __future__ import annotations

#: Path of the field (`site.latitude` is that of any site) and why nothing is priced by it.
UNPRICED: dict[str, str] = {
    "site.latitude": "says where the site stands; the weather comes from the station that the site names",
    "site.longitude": "says where the site stands; the weather comes from the station that the site names",
    "miner.cooling": "shown only; what a conversion can reuse follows from the hall's own cooling",
    "jurisdiction.source": "says where the rule stands; the rule itself is priced",
}
