"""The works that turn one block into an AI hall: about twenty of them, from basis of design to the last rack.

Two policies build the same hall. *Series* orders plant when detailed design is well under way and lets the trades follow
one another, with one crew each; *parallel* orders at the basis of design and overlaps the trades, with more crews.

Confidence. Lead times of purchases are R (Cushman & Wakefield 2025) for a large order. The durations on site, the overlaps
and the growth with size are A, chosen so that a 180 MW conversion takes about 24 months in series and 18 in parallel (R, the
interview) and one 45 MW hall in a standing mine about 12. So those three agree by calibration; they are no evidence.

Left out: the grid connection and its substation (a block's power has its own date), calendars and winters, crews shared
with other blocks or sites, several halls of one block handed over one by one, and rework.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from repower.construction.network import Link, Network
from repower.portfolio import Source
from repower.portfolio.policy import WorksPolicy

BlockKind = Literal["mine", "land"]
"""What stands in the block before: a mine in its hall, or nothing on land that has power."""

WEEKS_PER_MONTH = 365.0 / 84.0
#: Durations are told for a block of this size, about 36 MW of critical IT.
REFERENCE_GRID_MW = 45.0
#: A mine's own medium-voltage gear serves one hall; above this, new switchgear and transformers are bought. A, calibration.
KEPT_GEAR_GRID_MW = 60.0
#: No block is built as if it were smaller than this share of the reference.
LEAST_SIZE = 0.25


@dataclass(frozen=True)
class Work:
    """One work of a block: its name, its nominal weeks, and whether it is a purchase (order to site)."""

    name: str
    weeks: float
    purchase: bool
    source: Source


@dataclass(frozen=True)
class BlockWorks:
    """The works of one block and how they wait for one another, in weeks."""

    policy: WorksPolicy
    grid_mw: float
    kind: BlockKind
    works: tuple[Work, ...]
    network: Network

    @property
    def weeks(self) -> tuple[float, ...]:
        return tuple(work.weeks for work in self.works)


_LEAD = Source("R", "Cushman & Wakefield 2025, lead times of large orders; shorter for one hall: A, calibration")
_LEAD_K = Source("K", "20-40 weeks CDU, 20-36 busway; shorter for one hall: A, calibration")
_IST = Source("R", "integrated systems test 6-12 weeks, does not compress with labour (irecruit 2026); levels 1-4 A")
_SITE = Source("A", "chosen with the others to meet 24, 18 and 12 months")

#: On site the last halls of a large block decide, and more people come: the small exponents.
#: Name, weeks at the reference size, exponent of size, purchase, source.
_WORKS: tuple[tuple[str, float, float, bool, Source], ...] = (
    ("basis of design", 4.0, 0.3, False, _SITE),
    ("detailed design", 12.0, 0.2, False, _SITE),
    ("permits", 14.0, 0.0, False, _SITE),
    ("buy switchgear and transformers", 46.0, 0.0, True, _LEAD),
    ("buy gensets", 26.0, 0.2, True, _LEAD),
    ("buy UPS and batteries", 24.0, 0.2, True, _LEAD),
    ("buy cooling plant", 24.0, 0.27, True, _LEAD),
    ("buy CDUs and busway", 20.0, 0.12, True, _LEAD_K),
    ("buy fire and controls", 14.0, 0.0, True, _SITE),
    ("strip-out", 3.0, 0.5, False, _SITE),
    ("civil works", 6.0, 0.8, False, _SITE),
    ("power plant", 7.0, 0.2, False, _SITE),
    ("distribution", 6.0, 0.2, False, _SITE),
    ("cooling plant", 6.0, 0.2, False, _SITE),
    ("cooling loop", 6.0, 0.2, False, _SITE),
    ("fire, dust and controls", 5.0, 0.1, False, _SITE),
    ("hall fit-out", 5.0, 0.1, False, _SITE),
    ("commissioning levels 1-4", 3.0, 0.1, False, _IST),
    ("integrated test level 5", 4.0, 0.1, False, _IST),
    ("racks and burn-in", 3.0, 0.1, False, _SITE),
)
#: Civil works on empty land: a new shell.
_NEW_SHELL_WEEKS, _NEW_SHELL_EXPONENT = 20.0, 0.3


def _works(grid_mw: float, kind: BlockKind) -> tuple[Work, ...]:
    size = max(grid_mw / REFERENCE_GRID_MW, LEAST_SIZE)
    left_out = set()
    if kind == "land":
        left_out.add("strip-out")
    elif grid_mw <= KEPT_GEAR_GRID_MW:
        left_out.add("buy switchgear and transformers")
    works = []
    for name, weeks, exponent, purchase, source in _WORKS:
        if name in left_out:
            continue
        if name == "civil works" and kind == "land":
            weeks, exponent = _NEW_SHELL_WEEKS, _NEW_SHELL_EXPONENT
        works.append(Work(name, weeks * size**exponent, purchase, source))
    return tuple(works)


def _links(policy: WorksPolicy, weeks: dict[str, float]) -> tuple[Link, ...]:
    """How the works wait for one another; links to works that are not in `weeks` fall away.

    Overlaps are shares of the nominal weeks, so that they grow with the block.
    """

    def part(name: str, share: float) -> float:
        return share * weeks.get(name, 0.0)

    links = [
        Link("basis of design", "detailed design"),
        Link("basis of design", "permits"),
        Link("permits", "strip-out"),
        Link("permits", "civil works"),
        Link("strip-out", "civil works"),
        Link("detailed design", "civil works", "SS", part("detailed design", 0.5)),
        Link("detailed design", "power plant"),
        Link("buy gensets", "power plant", "FS", -part("power plant", 0.7)),  # gensets come last into the power plant
        Link("buy UPS and batteries", "distribution", "FS", 1.0),
        Link("buy CDUs and busway", "distribution", "FS", 1.0),
        Link("buy cooling plant", "cooling plant", "FS", 1.0),
        Link("buy CDUs and busway", "cooling loop", "FS", 1.0),
        Link("buy fire and controls", "fire, dust and controls", "FS", 1.0),
        Link("distribution", "commissioning levels 1-4"),
        Link("cooling loop", "commissioning levels 1-4"),
        Link("hall fit-out", "commissioning levels 1-4"),
        Link("fire, dust and controls", "commissioning levels 1-4"),
        Link("commissioning levels 1-4", "integrated test level 5"),
        Link("integrated test level 5", "racks and burn-in"),
    ]
    purchases = [name for name, _, _, purchase, _ in _WORKS if purchase]
    if policy == "series":
        links += [Link("detailed design", buy, "SS", part("detailed design", 0.6)) for buy in purchases]
        links += [
            Link("buy switchgear and transformers", "power plant", "FS", 1.0),
            Link("civil works", "power plant"),
            Link("power plant", "distribution"),
            Link("power plant", "cooling plant"),
            Link("cooling plant", "cooling loop"),
            Link("distribution", "fire, dust and controls"),
            Link("distribution", "hall fit-out"),
            Link("cooling loop", "hall fit-out"),
        ]
    else:
        links += [Link("basis of design", buy) for buy in purchases]
        links += [
            Link("buy switchgear and transformers", "power plant", "FS", -part("power plant", 0.3)),
            Link("civil works", "power plant", "SS", part("civil works", 0.5)),
            Link("civil works", "cooling plant", "SS", part("civil works", 0.6)),
            Link("power plant", "distribution", "SS", part("power plant", 0.8)),
            Link("power plant", "distribution", "FF", part("distribution", 0.3)),
            Link("cooling plant", "cooling loop", "SS", part("cooling plant", 0.8)),
            Link("cooling plant", "cooling loop", "FF", part("cooling loop", 0.3)),
            Link("civil works", "distribution", "FS", -part("distribution", 0.5)),
            Link("civil works", "cooling loop", "FS", -part("cooling loop", 0.5)),
            Link("distribution", "fire, dust and controls", "SS", part("distribution", 0.5)),
            Link("distribution", "hall fit-out", "SS", part("distribution", 0.5)),
            Link("cooling loop", "hall fit-out", "SS", part("cooling loop", 0.8)),
        ]
    return tuple(link for link in links if link.before in weeks and link.after in weeks)


def block_works(policy: WorksPolicy, grid_mw: float, kind: BlockKind) -> BlockWorks:
    """The works of one block.

    Parameters
    ----------
    policy : series or parallel
    grid_mw : MW at the site meter, over 0; told for 20-200, beyond that extrapolated
    kind : mine or land, what stands there

    Returns
    -------
    BlockWorks
    """
    if not grid_mw > 0.0:
        raise ValueError(f"grid_mw is {grid_mw}; a block to build needs power")
    works = _works(grid_mw, kind)
    weeks = {work.name: work.weeks for work in works}
    return BlockWorks(policy, grid_mw, kind, works, Network(tuple(weeks), _links(policy, weeks)))
