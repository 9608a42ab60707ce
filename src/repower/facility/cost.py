"""What a hall costs: a bill of components per MW of critical IT, less what the mine already has.

The table is for a liquid-cooled hall with N+1 on an energised brownfield site in the United States, without IT equipment,
land, grid connection and interest. Its total is a sum of parts, to be read beside what others say of wholes: 9.3-15.0
million USD per critical MW and 11.7 on average (R, Cushman & Wakefield 2025, without owner's contingency and soft cost),
8.9-13.3 in financed deals (D), 3.6 for one retrofit of an existing building (R, Riot 2026).

Reuse is the least known number here: one operator had over 90 % of a mine replaced (R, Sabre56 2024), another kept about
85 % of a new one (R*, Cipher Black Pearl). The table stays with the cautious side; a lower cost is said by `cost_scale`.

Left out: demolition of the mine and a new building in its place as an alternative to the retrofit, differences of wages
and prices between countries, economies of size, and plant sized by the weather of the place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from repower.portfolio import AiDesign, Hall, Source
from repower.portfolio.catalogue import MinerCooling
from repower.portfolio.design import Cooling, Redundancy

Step = Literal["soft", "1 racks and hall", "2 power", "3 cooling", "4 fire, dust, monitoring"]
STEPS: tuple[Step, ...] = get_args(Step)


@dataclass(frozen=True)
class Component:
    """One row of the bill, USD per MW of critical IT; reuse shares are least and most of the range."""

    name: str
    step: Step
    low_usd_per_mw: float
    base_usd_per_mw: float
    high_usd_per_mw: float
    reused_least_share: float
    reused_most_share: float
    redundant_share: float  # of the row that grows with installed over needed capacity
    source: Source


def _row(
    name: str, step: Step, musd: tuple[float, float, float], reuse: tuple[float, float], redundant: float, why: str
) -> Component:
    low, base, high = (1e6 * value for value in musd)
    return Component(name, step, low, base, high, *reuse, redundant, Source("K", f"split of about 11 million USD; reuse {why}"))


SUBSTATION = _row("substation and main transformers", "2 power", (0.5, 0.9, 1.5), (0.70, 1.00), 0.0, "70-100 %")
#: The bill. Money and reuse ranges K; shares that grow with redundancy A.
COMPONENTS: tuple[Component, ...] = (
    SUBSTATION,
    _row("distribution, switchgear, busway", "2 power", (1.2, 1.8, 2.5), (0.10, 0.40), 0.8, "10-40 %, rearranged"),
    _row("gensets and fuel", "2 power", (0.8, 1.2, 1.6), (0.0, 0.0), 1.0, "none"),
    _row("UPS and batteries", "2 power", (0.6, 1.0, 1.4), (0.0, 0.0), 1.0, "none"),
    _row(
        "coolers, chillers, CDUs, piping",
        "3 cooling",
        (1.5, 2.2, 3.2),
        (0.0, 0.20),
        0.5,
        "0-20 %, dry coolers of hydro and immersion",
    ),
    _row("shell, civil works, floors", "1 racks and hall", (1.0, 1.6, 2.5), (0.0, 0.30), 0.0, "0-30 %"),
    _row("fibre and meet-me rooms", "1 racks and hall", (0.05, 0.2, 0.5), (0.0, 0.30), 0.0, "0-30 %"),
    _row("fire, controls, security, dust", "4 fire, dust, monitoring", (0.3, 0.5, 0.8), (0.0, 0.10), 0.0, "0-10 %"),
    _row("design, management, commissioning", "soft", (0.6, 0.9, 1.2), (0.0, 0.0), 0.0, "none"),
)
#: Only where a mine stands: taking the machines, racks and ducts out.
STRIP_OUT = Component(
    "strip-out", "1 racks and hall", 0.05e6, 0.10e6, 0.20e6, 0.0, 0.0, 0.0, Source("A", "no published figure found")
)
CONTINGENCY_SHARE = 0.078
CONTINGENCY_SOURCE = Source("K", "0.8 on 10.3 million USD; 5-10 % is usual; it is taken on what is still to be bought")

INSTALLED_PER_NEEDED: dict[Redundancy, float] = {"N": 1.0, "N+1": 1.2, "2N": 2.0}
REDUNDANCY_SOURCE = Source(
    "K", "installed over needed capacity: N+1 with five needed, 2N twice; gensets and UPS in full, rest in part"
)

#: Cooling plant against the liquid hall of the table.
COOLING_FACTOR: dict[Cooling, float] = {
    "air_chiller": 0.75,
    "adiabatic_air": 0.65,
    "rear_door": 0.90,
    "liquid_hybrid": 1.00,
    "warm_liquid": 0.95,
    "immersion": 1.10,
}
COOLING_FACTOR_SOURCE = Source(
    "A", "liquid AI halls cost 7-10 % of the whole more than traditional ones (R, Turner & Townsend 2025-26)"
)

#: Where in the reuse range a mine of a cooling stands, and how that fades with its age at the conversion.
REUSE_BY_COOLING: dict[MinerCooling, float] = {"air": 0.25, "hydro": 1.0, "immersion": 0.8}
REUSE_FADES_YEARS = (4, 14)  # full up to the first age, at the least of the range from the second on
REUSE_SOURCE = Source(
    "A",
    "old air and container farms keep a substation and little else, new hydro and immersion halls more; a reading of "
    "conflicting reports (Sabre56, Cipher, Core Scientific, Bitfarms)",
)


@dataclass(frozen=True)
class CostRow:
    """A component of one hall, USD per MW of critical IT in money of the year of spending."""

    component: str
    step: Step
    gross_usd_per_critical_mw: float
    reused_share: float
    net_usd_per_critical_mw: float
    net_low_usd_per_critical_mw: float
    net_high_usd_per_critical_mw: float
    source: Source


@dataclass(frozen=True)
class HallCost:
    """The bill of a hall. `low` and `high` add the lows and the highs of all rows: bounds, not quantiles."""

    rows: tuple[CostRow, ...]

    @property
    def gross_usd_per_critical_mw(self) -> float:
        return sum(row.gross_usd_per_critical_mw for row in self.rows)

    @property
    def usd_per_critical_mw(self) -> float:
        """What is to be paid: net of what is reused."""
        return sum(row.net_usd_per_critical_mw for row in self.rows)

    @property
    def low_usd_per_critical_mw(self) -> float:
        return sum(row.net_low_usd_per_critical_mw for row in self.rows)

    @property
    def high_usd_per_critical_mw(self) -> float:
        return sum(row.net_high_usd_per_critical_mw for row in self.rows)

    @property
    def reused_share(self) -> float:
        return 1.0 - self.usd_per_critical_mw / self.gross_usd_per_critical_mw

    def by_step(self) -> dict[Step, float]:
        """USD per MW of critical IT of the soft costs and of the four steps of a conversion; they add up to the total."""
        return {step: sum(row.net_usd_per_critical_mw for row in self.rows if row.step == step) for step in STEPS}


def reused_share(component: Component, hall: Hall | None, year: int) -> float:
    """Share of a component that the standing mine provides, within the component's range.

    The place in the range falls with the age of the mine in `year`; outside the substation it also depends on its
    cooling. Nothing is reused on empty land.
    """
    if hall is None:
        return 0.0
    if hall.built > year:
        raise ValueError(f"a hall built in {hall.built} cannot be converted in {year}")
    full, least = REUSE_FADES_YEARS
    place = min(max((least - (year - hall.built)) / (least - full), 0.0), 1.0)
    if component is not SUBSTATION:
        place *= REUSE_BY_COOLING[hall.cooling]
    return component.reused_least_share + place * (component.reused_most_share - component.reused_least_share)


def redundancy_factor(component: Component, redundancy: Redundancy) -> float:
    """Cost against the table, which is for N+1: ``1 + share (installed / installed at N+1 - 1)``."""
    return 1.0 + component.redundant_share * (INSTALLED_PER_NEEDED[redundancy] / INSTALLED_PER_NEEDED["N+1"] - 1.0)


def hall_cost(design: AiDesign, hall: Hall | None, year: int, base_year: int, inflation_rate: float) -> HallCost:
    """Capital cost of an AI hall, per MW of critical IT.

    Parameters
    ----------
    design : its cooling, redundancy and cost scale
    hall : the mine that stands there; None on empty land with power
    year, base_year : year of spending, and year in whose money the table is read
    inflation_rate : 1/year, over -1

    Returns
    -------
    HallCost
        new, N+1, liquid, without inflation: 11.1 million USD (7.1-16.4) where wholes are reported at 9.3-15.0.

    Raises
    ------
    ValueError
        for a mine built after `year`, or an inflation of -100 % and less.
    """
    if not inflation_rate > -1.0:
        raise ValueError(f"inflation_rate is {inflation_rate}; prices cannot fall by all there is")
    scale = design.cost_scale * (1.0 + inflation_rate) ** (year - base_year)
    rows = []
    for component in (*COMPONENTS, STRIP_OUT) if hall is not None else COMPONENTS:
        factor = scale * redundancy_factor(component, design.redundancy)
        if component.step == "3 cooling":
            factor *= COOLING_FACTOR[design.cooling]
        reused = reused_share(component, hall, year)
        new = factor * (1.0 - reused)
        rows.append(
            CostRow(
                component=component.name,
                step=component.step,
                gross_usd_per_critical_mw=factor * component.base_usd_per_mw,
                reused_share=reused,
                net_usd_per_critical_mw=new * component.base_usd_per_mw,
                net_low_usd_per_critical_mw=new * component.low_usd_per_mw,
                net_high_usd_per_critical_mw=new * component.high_usd_per_mw,
                source=component.source,
            )
        )
    works = HallCost(tuple(rows))
    contingency = CostRow(
        component="contingency",
        step="soft",
        gross_usd_per_critical_mw=CONTINGENCY_SHARE * works.gross_usd_per_critical_mw,
        reused_share=works.reused_share,
        net_usd_per_critical_mw=CONTINGENCY_SHARE * works.usd_per_critical_mw,
        net_low_usd_per_critical_mw=CONTINGENCY_SHARE * works.low_usd_per_critical_mw,
        net_high_usd_per_critical_mw=CONTINGENCY_SHARE * works.high_usd_per_critical_mw,
        source=CONTINGENCY_SOURCE,
    )
    return HallCost((*rows, contingency))
