"""A site: its connection, its supply and the blocks that draw from it."""

from __future__ import annotations

from typing import Literal

from repower.horizon import Month
from repower.portfolio.catalogue import MinerCooling
from repower.portfolio.model import Model, fact
from repower.portfolio.supply import Connection, ConnectionStatus, Supply
from repower.portfolio.time_to_power import REGION_OF_COUNTRY, Greenfield, QueueRegion, Spread
from repower.units import Angle, CalendarMonth, Mw, Share, UsdPerMwh, UsdPerMwMonth, WholeHours

BlockUse = Literal["mining", "ai_cloud", "empty"]


class Fleet(Model):
    """The machines in a mining block; their number follows from the block's grid MW."""

    miner: str = fact("name of a machine of the catalogue", min_length=1)
    commissioned: CalendarMonth = fact("month in which they started")


class Hall(Model):
    """The building and cooling that stand there: decides what a conversion can reuse."""

    built: int = fact("year of construction", ge=1990, le=2100)
    cooling: MinerCooling = fact("how the mine is cooled", default="air")
    pue: float = fact(
        "grid energy per miner energy of the mine", default=1.05, ge=1.0, le=2.0, source="K 1.02-1.10 for free-cooled air mines"
    )


class Block(Model):
    """The smallest thing that is decided on: so many MW of grid power, one use at a time."""

    name: str = fact("name of the block within its site", min_length=1)
    grid_mw: Mw = fact("power at the site meter", gt=0, le=20_000)
    fleet: Fleet | None = fact("the miners in it; absent when it does not mine", default=None)
    hall: Hall | None = fact("the building that stands; absent on empty land", default=None)
    cloud: str | None = fact("name of the own cloud that runs in it today", default=None)
    design: str | None = fact("design of the AI hall that stands in it today; goes with cloud", default=None)

    @property
    def use(self) -> BlockUse:
        """What it does on the first day."""
        if self.fleet is not None:
            return "mining"
        return "ai_cloud" if self.cloud is not None else "empty"


class Powered(Model):
    """When a block gets its power, how sure that is, and what the step needs: that of its connection step."""

    month: CalendarMonth
    status: ConnectionStatus
    delay: Spread | None = None
    never_share: Share | None = None
    greenfield: Greenfield | None = None


class Site(Model):
    """One place with one connection to the grid."""

    name: str = fact("name of the site", min_length=1)
    country: str = fact("ISO 3166 two-letter code", pattern=r"^[A-Z]{2}$")
    power_market: str = fact("name of a power market of `markets`", min_length=1)
    weather: str = fact("name of a weather station of `markets`", min_length=1)
    latitude: Angle = fact("north positive", ge=-90, le=90)
    longitude: Angle = fact("east positive", ge=-180, le=180)
    utc_offset_hours: WholeHours | None = fact(
        "local standard time against UTC, for hours of the day in tariffs and in the use of AI; from the longitude when absent",
        default=None,
        ge=-12,
        le=14,
    )
    connection: tuple[Connection, ...] = fact("steps of the import limit, in order of time", min_length=1)
    queue_region: QueueRegion | None = fact(
        "whose queue the connection waits in, for its delays; by country when absent: us, norway, bhutan, ethiopia, malaysia, "
        "singapore, else other",
        default=None,
    )
    supply: Supply = fact("how the site is fed", default=Supply())
    mining_opex_usd_per_mw_month: UsdPerMwMonth = fact(
        "staff, repair, land and insurance of a running mine, per grid MW", default=6000.0, ge=0, source="K about 8 USD/MWh"
    )
    unserved_usd_per_mwh: UsdPerMwh | None = fact(
        "lost for every MWh of an AI hall that is not served and not interrupted by agreement: credits and damages under the "
        "customers' service levels. When absent it is above every price, so that halls are served first",
        default=None,
        gt=0,
        le=1_000_000,
    )
    designs: tuple[str, ...] = fact("designs that can be built here; empty means no new AI hall", default=())
    blocks: tuple[Block, ...] = fact("what draws power here, in the order in which the connection serves them", min_length=1)

    @property
    def grid_mw(self) -> float:
        return sum(block.grid_mw for block in self.blocks)

    @property
    def region(self) -> QueueRegion:
        """Whose queue the connection waits in: as stated, else that of the country."""
        return self.queue_region or REGION_OF_COUNTRY.get(self.country, "other")

    def powered(self) -> dict[str, Powered | None]:
        """For every block the first connection step that carries it and all blocks before it; None when no step does.

        A block is never powered more surely than the blocks before it.
        """
        answer: dict[str, Powered | None] = {}
        needed = 0.0
        for block in self.blocks:
            needed += block.grid_mw
            step = next((step for step in self.connection if step.import_mw >= needed - 1e-9), None)
            answer[block.name] = _powered(step) if step is not None else None
        return answer

    def import_mw(self, month: Month) -> float:
        """Import limit at nominal dates; 0 before the first step."""
        step = self._step(month)
        return step.import_mw if step is not None else 0.0

    def export_mw(self, month: Month) -> float:
        """Export limit at nominal dates; 0 before the first step."""
        step = self._step(month)
        return step.export_mw if step is not None else 0.0

    @property
    def hours_ahead_of_utc(self) -> int:
        """Local standard time less UTC, whole hours: as stated, else the sun's by longitude."""
        return round(self.longitude / 15) if self.utc_offset_hours is None else self.utc_offset_hours

    def _step(self, month: Month) -> Connection | None:
        """The last connection step that has begun."""
        return next((step for step in reversed(self.connection) if step.from_ <= month), None)


def _powered(step: Connection) -> Powered:
    return Powered(
        month=step.from_,
        status=step.status,
        delay=step.delay,
        never_share=step.never_share,
        greenfield=step.greenfield,
    )
