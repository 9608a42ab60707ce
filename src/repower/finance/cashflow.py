"""Lines of cash that add up to a statement.

The names of lines form a closed list, `LINES`, in the order of the statement. Every line is in USD per month and
scenario, positive to us, so a cost is a negative line and a total is a plain sum:

    operating = revenue lines + cost lines
    total     = operating + capex + tax + financing
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from repower.finance.timeline import Floats, discount_factors, years_of

Position = Literal["revenue", "cost", "capex", "tax", "financing"]
AssetClass = Literal["hall", "machine"]


@dataclass(frozen=True)
class Line:
    """A line of the statement: what it is, where it stands, and how its money is depreciated, if it is."""

    description: str
    position: Position
    asset_class: AssetClass | None = None


LINES: Mapping[str, Line] = MappingProxyType(
    {
        "mining_revenue": Line("coins mined, at the month's hashprice, after pool fees", "revenue"),
        "lease_rent": Line("rent of halls, per kW of critical IT", "revenue"),
        "power_recharge": Line("power cost that tenants pay on top of the rent", "revenue"),
        "cloud_revenue": Line("hours of own accelerators sold", "revenue"),
        "resale": Line("contracted power sold on instead of used, after its fee", "revenue"),
        "machines_sold": Line("used mining machines sold where a block stops mining early, after the cost of selling", "revenue"),
        "power_cost": Line("power bought at the market, with its adders; negative, positive in hours that are paid", "cost"),
        "ppa": Line("power taken under contracts, used or not; negative", "cost"),
        "generation": Line("fuel, running and capacity cost of own generation; negative", "cost"),
        "unserved": Line("credits to tenants for load that was not served; negative", "cost"),
        "mining_opex": Line("running cost of mines beside power; negative", "cost"),
        "hall_opex": Line("running cost of AI halls beside power; negative", "cost"),
        "cloud_opex": Line("running cost of the own cloud beside the hall's; negative", "cost"),
        "idle_machines": Line("holding accelerators that wait for their hall: storage, insurance, support; negative", "cost"),
        "late_damages": Line("damages to tenants whose halls are late; negative", "cost"),
        "capex_hall": Line("building or converting AI halls; negative", "capex", "hall"),
        "capex_mine": Line("building mines, without machines; negative", "capex", "hall"),
        "capex_miners": Line("mining machines; negative", "capex", "machine"),
        "capex_gpus": Line(
            "accelerators with their servers, network and storage, less those sold unused; negative", "capex", "machine"
        ),
        "capex_machines_left": Line("unused life of machines at the end of the study, credited at cost", "capex"),
        "tax": Line("income tax; negative when paid", "tax"),
        "loan_draw": Line("loan paid out to us; positive", "financing"),
        "loan_fee": Line("upfront fee on what is drawn; negative", "financing"),
        "loan_interest": Line("interest, during construction too; negative", "financing"),
        "loan_repayment": Line("loan paid back; negative, positive where interest is added to the loan", "financing"),
    }
)


@dataclass(frozen=True)
class CashFlow:
    """Cash by line; adding two adds line by line.

    lines : [S, M] USD by name, positive to us, all of one shape, finite; kept read-only and in the statement's order.
        Names are those of `LINES`.
    """

    lines: Mapping[str, Floats]

    def __post_init__(self) -> None:
        if not self.lines:
            raise ValueError("a cash flow needs at least one line; a line of zeros is one")
        unknown = sorted(set(self.lines) - set(LINES))
        if unknown:
            raise ValueError(f"unknown lines {unknown}; the lines of a statement are {list(LINES)}")
        kept: dict[str, Floats] = {}
        for name in LINES:
            if name not in self.lines:
                continue
            line = np.asarray(self.lines[name], dtype=np.float64).view()
            if line.ndim != 2:
                raise ValueError(f"line {name} has shape {line.shape}; it must be [scenario, month]")
            if not np.all(np.isfinite(line)):
                scenario, month = np.argwhere(~np.isfinite(line))[0]
                raise ValueError(f"line {name} is {line[scenario, month]} in scenario {scenario}, month {month}")
            line.flags.writeable = False
            kept[name] = line
        shapes = {line.shape for line in kept.values()}
        if len(shapes) != 1:
            raise ValueError(f"lines differ in shape: { {name: line.shape for name, line in kept.items()} }")
        object.__setattr__(self, "lines", MappingProxyType(kept))

    @property
    def shape(self) -> tuple[int, int]:
        """(S, M)"""
        scenarios, months = next(iter(self.lines.values())).shape
        return scenarios, months

    def __add__(self, other: CashFlow) -> CashFlow:
        """Line by line; a line that one side lacks is zero there. Shapes must be equal."""
        return add_up((self, other))

    def at(self, *positions: Position) -> Floats:
        """Sum of the lines at these positions of the statement: [S, M], zeros where there are none."""
        result = np.zeros(self.shape)
        for name, line in self.lines.items():
            if LINES[name].position in positions:
                result += line
        return result

    @property
    def operating(self) -> Floats:
        """Before capital and tax: [S, M]."""
        return self.at("revenue", "cost")

    @property
    def capex(self) -> Floats:
        """[S, M], negative."""
        return self.at("capex")

    @property
    def tax(self) -> Floats:
        """[S, M], negative when paid."""
        return self.at("tax")

    @property
    def financing(self) -> Floats:
        """Loan drawn less what the lender is paid: [S, M]."""
        return self.at("financing")

    @property
    def total(self) -> Floats:
        """Sum of all lines: [S, M]; operating + capex + tax + financing, in this order, to the last bit."""
        return self.operating + self.capex + self.tax + self.financing

    def npv(self, rate: float) -> Floats:
        """Worth of the total at the start of the study, end-of-month flows, effective yearly rate: [S]."""
        return np.asarray(self.total @ discount_factors(rate, self.shape[1]))

    def present_values(self, rate: float) -> dict[str, Floats]:
        """Worth of every line: [S] by name; they add up to `npv`."""
        factors = discount_factors(rate, self.shape[1])
        return {name: np.asarray(line @ factors) for name, line in self.lines.items()}

    def annual(self, first_calendar_month: int) -> dict[str, Floats]:
        """Every line by calendar year: [S, Y] by name."""
        return {name: years_of(line, first_calendar_month) for name, line in self.lines.items()}

    def scaled(self, share: ArrayLike) -> CashFlow:
        """Every line times a number, or one number per scenario [S]."""
        factor = np.asarray(share, dtype=np.float64)
        if factor.ndim > 1 or (factor.ndim == 1 and factor.shape != self.shape[:1]):
            raise ValueError(f"scale by a number or by one per scenario, {self.shape[:1]}, not by {factor.shape}")
        return CashFlow({name: line * factor[..., np.newaxis] for name, line in self.lines.items()})


def add_up(flows: Iterable[CashFlow]) -> CashFlow:
    """Sum of cash flows, line by line; a line that one lacks is zero there.

    Raises
    ------
    ValueError : none given, or shapes that differ.
    """
    sums: dict[str, Floats] = {}
    shape: tuple[int, int] | None = None
    for flow in flows:
        shape = shape or flow.shape
        if flow.shape != shape:
            raise ValueError(f"cash flows of {shape} and {flow.shape} scenarios x months cannot be added")
        for name, line in flow.lines.items():
            if name in sums:
                sums[name] += line
            else:
                sums[name] = line.copy()
    return CashFlow(sums)
