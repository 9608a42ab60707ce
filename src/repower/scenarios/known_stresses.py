"""The stresses that the program knows, made for a portfolio; those that could not strike it are left out.

Sizes are assumed for illustration (A) unless a source is named; each is written as one would write it under `stresses`, so it
can be copied and changed.
"""

from __future__ import annotations

from collections.abc import Sequence

from repower.horizon import Month
from repower.markets.bitcoin import subsidy_btc
from repower.markets.hour_stress import WINTER_2021_HOURS, WINTER_2021_USD_PER_MWH
from repower.markets.shapes import Shapes
from repower.portfolio import Change, Portfolio, Stress
from repower.portfolio.naming import did_you_mean
from repower.portfolio.stress import BUILT_IN
from repower.scenarios.stress import first_month

#: Price of power in Texas that the event of February 2021 is measured against where the portfolio has no level, USD/MWh (D, the
#: median hour of that year).
_TEXAS_USD_PER_MWH = 28.0


def known_stresses(portfolio: Portfolio, shapes: Shapes) -> tuple[Stress, ...]:
    """All that can strike this portfolio, in the order of `portfolio.stress.BUILT_IN`, then its own."""
    made = (*_of_markets(portfolio), *_of_texas(portfolio, shapes), *_of_sites(portfolio), *_together(portfolio))
    by_name = {stress.name: stress for stress in made}
    return (*(by_name[name] for name in BUILT_IN if name in by_name), *portfolio.stresses)


def find_stresses(portfolio: Portfolio, shapes: Shapes, names: Sequence[str]) -> tuple[Stress, ...]:
    """The stresses of these names; ValueError with the nearest name for one that there is not."""
    known = {stress.name: stress for stress in known_stresses(portfolio, shapes)}
    for name in names:
        if name in BUILT_IN and name not in known:
            raise ValueError(f"the stress {name} cannot strike this portfolio: it has nothing that the event is about")
        if name not in known:
            raise ValueError(f"there is no stress {name}; {did_you_mean(name, known, 'stresses')}")
    return tuple(known[name] for name in names)


def _of_markets(portfolio: Portfolio) -> list[Stress]:
    second = first_month(portfolio, 1)
    subsidy = subsidy_btc(portfolio.horizon)
    found = [
        _one("bitcoin falls by half", "A for good, from the second year on", what="bitcoin_price", from_=second, factor=0.5),
        _one(
            "network grows by half",
            "A machines come to the network whatever they earn, from the second year on",
            what="network",
            from_=second,
            factor=1.5,
        ),
        *_from_the_third_year(portfolio),
        _one("rates three points up", "A for good, from the second year on", what="base_rate", from_=second, add=0.03),
    ]
    if subsidy[-1] < subsidy[0]:
        found.append(
            _one(
                "halving with flat price",
                "the price stays where it is at the start while the subsidy halves",
                what="bitcoin_price",
                set=portfolio.markets.bitcoin.price_usd,
            )
        )
    return found


def _from_the_third_year(portfolio: Portfolio) -> list[Stress]:
    """What lasts some years, where the study has a third one."""
    if portfolio.horizon.months <= 24:
        return []
    third = first_month(portfolio, 2)
    return [
        _one(
            "power doubles",
            "A for five years in all zones; Germany's mean of 2022 was seven times that of 2020 (D)",
            what="power_level",
            from_=third,
            until=_last_month(portfolio, 7),
            factor=2.0,
        ),
        Stress(
            name="GPU glut",
            why="A rents halve for three years; those of H100 fell by 43 % from Oct 2024 to Oct 2025 (D)",
            changes=(
                _change(what="gpu_regime", from_=third, until=_last_month(portfolio, 5), set=-1.0),
                _change(what="gpu_rent", from_=third, until=_last_month(portfolio, 5), factor=0.5),
            ),
        ),
    ]


def _last_month(portfolio: Portfolio, years: int) -> Month:
    """The last month of that year, or of the study."""
    return portfolio.start + (min(12 * years, portfolio.horizon.months) - 1)


def _of_texas(portfolio: Portfolio, shapes: Shapes) -> list[Stress]:
    zones = dict.fromkeys(site.power_market for site in portfolio.sites if site.region == "ercot")
    start = portfolio.start
    month = next((start + step for step in range(12, portfolio.horizon.months) if (start + step).month == 2), None)
    if not zones or month is None:
        return []
    changes = []
    for name in zones:
        level = portfolio.power_market(name).level_usd_per_mwh
        usd = float(shapes.mean_usd_per_mwh[shapes.zones.index(name)]) if level is None else level
        multiple = min(1_000.0, WINTER_2021_USD_PER_MWH / max(usd, _TEXAS_USD_PER_MWH / 2.0))
        changes.append(_change(what="scarcity", where=name, from_=month, hours=WINTER_2021_HOURS, factor=multiple))
    why = (
        f"D {WINTER_2021_HOURS} hours at about {WINTER_2021_USD_PER_MWH:,.0f} USD/MWh where power costs what it does at the "
        "start, as day-ahead in February 2021; never above the market's cap"
    )
    return [Stress(name="winter 2021 in Texas", why=why, changes=tuple(changes))]


def _of_sites(portfolio: Portfolio) -> list[Stress]:
    steps = [step for site in portfolio.sites for step in site.powered().values() if step is not None]
    found = []
    if any(step.status != "energised" for step in steps):
        found.append(_one("two-year delay", "A all that is not energised", what="power_date", add_months=24))
    if any(step.status == "in_queue" for step in steps):
        why = "A a year; Texas paused its batch study of large loads in Aug 2026 for an audit (R*)"
        found.append(_one("queue audit", why, what="queue", add_months=12))
    if portfolio.leases:
        why = "A every customer of a lease stops paying after seven years"
        found.append(_one("tenant default", why, what="default", from_=first_month(portfolio, 7)))
    return found


def _together(portfolio: Portfolio) -> list[Stress]:
    second, changes = first_month(portfolio, 1), []
    for what, factor in (("bitcoin_price", 0.7), ("power_level", 1.3), ("gpu_rent", 0.7)):
        changes.append(_change(what=what, from_=second, factor=factor))
    changes.append(_change(what="power_date", add_months=12))
    if portfolio.leases:
        changes.append(_change(what="default", from_=first_month(portfolio, 7)))
    why = "A bitcoin and rents 30 % lower, power 30 % dearer, connections a year late, customers gone after seven years, together"
    return [Stress(name="all at once", why=why, changes=tuple(changes))]


def _one(name: str, why: str, **change: object) -> Stress:
    return Stress(name=name, why=why, changes=(_change(**change),))


def _change(**change: object) -> Change:
    return Change.model_validate(change)
