"""Price zones: a season of twelve months, carbon that is charged within the study, a level within the market's rules."""

from __future__ import annotations

from collections.abc import Iterator

from repower.portfolio.finding import Finding
from repower.portfolio.paths import FilePath
from repower.portfolio.portfolio import Portfolio
from repower.portfolio.power_market import PowerMarket


def check_season(_: Portfolio, market: PowerMarket, path: FilePath) -> Iterator[Finding]:
    """A season has a number above 0 for each calendar month."""
    season = market.season
    if season and len(season) != 12:
        message = f"the season has {len(season)} numbers, and a year has twelve months"
        yield Finding("P265", (*path, "season"), message, "write twelve numbers, January first, or leave the line out")
    elif any(value <= 0 for value in season):
        message = f"the season has {min(season):g} for a month: a level of 0 or less has no hours to scale"
        yield Finding("P265", (*path, "season"), message, "write numbers above 0, such as 0.8 for a month 20 % below the mean")


def check_carbon(portfolio: Portfolio, market: PowerMarket, path: FilePath) -> Iterator[Finding]:
    """A new price of carbon is charged within the study."""
    month, horizon = market.carbon.from_, portfolio.horizon
    if month is not None and month >= horizon.end:
        message = f"carbon is charged from {month}, after the study's last month ({horizon.end + -1}), so never"
        yield Finding("P266", (*path, "carbon", "from"), message, "correct the month, lengthen years, or remove the price")


def check_limits(_: Portfolio, market: PowerMarket, path: FilePath) -> Iterator[Finding]:
    """The market's floor is below its cap, and its level between them."""
    floor, cap, level = market.floor_usd_per_mwh, market.cap_usd_per_mwh, market.level_usd_per_mwh
    if floor is not None and cap is not None and floor >= cap:
        message = f"the floor of prices, {floor:g} USD/MWh, is not below their cap, {cap:g}, so no price could be"
        yield Finding("P267", (*path, "floor_usd_per_mwh"), message, "correct one of them, or remove it")
    elif level is not None and not (-1e9 if floor is None else floor) < level < (1e9 if cap is None else cap):
        message = f"the mean price, {level:g} USD/MWh, is outside of what the market's rules allow"
        yield Finding("P267", (*path, "level_usd_per_mwh"), message, "correct the level, the cap or the floor")


OF_MARKET = (check_season, check_carbon, check_limits)
