"""Own stresses and cases: names, places that there are, months in order, one amount that fits."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.finding import Finding
from repower.portfolio.naming import did_you_mean
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio
from repower.portfolio.stress import AMOUNTS, BUILT_IN, Change

#: What a change may be `where`; nothing for what is one for all.
KINDS_OF_PLACE: dict[str, str] = {
    "power_level": "zones, regions and countries",
    "scarcity": "zones, regions and countries",
    "power_date": "sites and countries",
    "queue": "regions of queues",
    "default": "leases",
}
_GPU_REGIMES = (-1.0, 0.0, 1.0)


def check_names(portfolio: Portfolio) -> Iterator[Finding]:
    """Every stress has a name of its own."""
    seen: list[str] = []
    for position, stress in enumerate(portfolio.stresses):
        path = ("stresses", position, "name")
        if stress.name in BUILT_IN:
            yield Finding("P284", path, f"the program has a stress {stress.name} of its own", "choose another name")
        elif stress.name in seen:
            yield Finding("P284", path, f"{stress.name} stands here for the second time", "choose another name")
        seen.append(stress.name)


def check_changes(portfolio: Portfolio) -> Iterator[Finding]:
    """Every change says one amount that fits, a place that there is, and months of the study."""
    for position, stress in enumerate(portfolio.stresses):
        for place, change in enumerate(stress.changes):
            path = ("stresses", position, "changes", place)
            yield from _amount(change, path)
            yield from _place(portfolio, change, path)
            yield from _months(portfolio, change, path)


def check_cases(portfolio: Portfolio) -> Iterator[Finding]:
    """No case makes a path fall by all of its value in a year."""
    markets = portfolio.markets
    bases = {
        "bitcoin_price_drift_shift": markets.bitcoin.price_drift_rate,
        "gpu_rent_drift_shift": markets.gpu_rent.drift_rate,
        "power_escalator_shift": min(zone.escalator_rate for zone in markets.power),
    }
    for name in ("low", "high"):
        case = getattr(markets.cases, name)
        for field, base in bases.items():
            if base + getattr(case, field) <= -1.0:
                message = f"together with the portfolio's {base:g} a year the path would lose all of its value within a year"
                yield Finding("P285", ("markets", "cases", name, field), message, "choose a smaller shift")
        gain = markets.bitcoin.machine_gain_rate + case.machine_gain_shift
        if not 0.0 <= gain < 1.0:
            message = f"machines would gain {gain:g} a year, and can gain 0 to 1"
            yield Finding("P285", ("markets", "cases", name, "machine_gain_shift"), message, "choose a smaller shift")


def places(portfolio: Portfolio, what: str) -> tuple[str, ...]:
    """Names that a change of this kind may be `where`."""
    zones = portfolio.markets.power
    if what in ("power_level", "scarcity"):
        own = [zone.name for zone in zones] + [zone.region for zone in zones if zone.region]
        return tuple(dict.fromkeys([*own, *(site.country for site in portfolio.sites)]))
    if what == "power_date":
        return tuple(dict.fromkeys([*(site.name for site in portfolio.sites), *(site.country for site in portfolio.sites)]))
    if what == "queue":
        return tuple(dict.fromkeys(site.region for site in portfolio.sites))
    return tuple(lease.name for lease in portfolio.leases) if what == "default" else ()


def _amount(change: Change, path: FilePath) -> Iterator[Finding]:
    allowed = AMOUNTS[change.what]
    given = [name for name in ("factor", "add", "set", "add_months") if getattr(change, name) is not None]
    said = " or ".join(allowed) if allowed else "no amount, only its month `from`"
    if len(given) != min(len(allowed), 1) or not set(given) <= set(allowed):
        message = f"a change of {change.what} says {said}, not {' and '.join(given) or 'nothing'}"
        yield Finding("P281", (*path, given[0]) if given else path, message, f"write {said}")
    elif change.what == "gpu_regime" and change.set not in _GPU_REGIMES:
        yield Finding(
            "P281", (*path, "set"), f"{change.set:g} is no market of accelerators", "write -1 (glut), 0 or 1 (scarcity)"
        )
    elif change.set is not None and change.what != "gpu_regime" and change.set <= 0.0:
        yield Finding("P281", (*path, "set"), f"{change.what} of {change.set:g} would leave nothing", "write a number above 0")
    if (change.what == "scarcity") != (change.hours is not None):
        message = (
            "a scarcity lasts some hours" if change.what == "scarcity" else f"a change of {change.what} has months, not hours"
        )
        yield Finding(
            "P281", path if change.hours is None else (*path, "hours"), message, "only scarcity has hours, and needs them"
        )
    if change.what in ("scarcity", "default") and change.from_ is None:
        yield Finding("P281", path, f"{change.what} needs the month in which it begins", "add from: and a month")


def _place(portfolio: Portfolio, change: Change, path: FilePath) -> Iterator[Finding]:
    if change.where is None:
        return
    kinds = KINDS_OF_PLACE.get(change.what)
    if kinds is None:
        message = f"{change.what} is the same everywhere"
        yield Finding("P282", (*path, "where"), message, "leave the line out")
    elif change.where not in (known := places(portfolio, change.what)):
        message = f"there is no {change.where}: {change.what} is changed by {kinds}"
        yield Finding("P282", (*path, "where"), message, did_you_mean(change.where, known, kinds))


def _months(portfolio: Portfolio, change: Change, path: FilePath) -> Iterator[Finding]:
    horizon = portfolio.horizon
    if change.from_ is not None and not horizon.start <= change.from_ < horizon.end:
        message = f"{change.from_} is outside the study ({horizon.start} to {horizon.end + -1}), so nothing would change"
        yield Finding("P283", (*path, "from"), message, "choose a month of the study")
    elif change.until is not None and change.until < (change.from_ or horizon.start):
        message = f"its last month, {change.until}, is before its first, {change.from_ or horizon.start}"
        yield Finding("P283", (*path, "until"), message, "until is the last month that is changed; correct one")


OF_PORTFOLIO = (check_names, check_changes, check_cases)
