"""Where the site problem is not concave: the hours and generators that need a yes or no.

Without them the programme would cheat where energy at the bus is worth less than nothing, by burning it in a battery's
losses, and where export earns more than some import costs, by sending the same energy in and out through one meter. Where
neither can pay, the linear programme is exact and no whole number is written. When unsure, it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repower.dispatch.arrays import Bools
from repower.dispatch.problem import SiteHours


@dataclass(frozen=True)
class WholeNumbers:
    """Where a yes or no is written.

    meter : [H] import or export.  battery : [B, H] charge or discharge.  generator : [G] running or standing still, in
    every hour.
    """

    meter: Bools
    battery: Bools
    generator: Bools

    def __bool__(self) -> bool:
        return bool(self.meter.any() or self.battery.any() or self.generator.any())

    def __or__(self, other: WholeNumbers) -> WholeNumbers:
        return WholeNumbers(self.meter | other.meter, self.battery | other.battery, self.generator | other.generator)

    def count(self) -> int:
        return int(self.meter.sum() + self.battery.sum() + self.generator.sum() * len(self.meter))

    def remarks(self) -> tuple[str, ...]:
        """What is a yes or no, in how many hours, and why."""
        hours = len(self.meter)
        kinds = [("import or export", self.meter, "export may earn more than import costs")]
        kinds += [
            (f"battery {place}: charge or discharge", row, "energy may be worth less than nothing there or later")
            for place, row in enumerate(self.battery)
        ]
        kinds += [
            (f"generator {place}: running or standing still", np.full(hours, row), "it has a least load")
            for place, row in enumerate(self.generator)
        ]
        return tuple(
            f"{what} is a yes or no in {where.sum()} of {hours} hours, as {why}" for what, where, why in kinds if where.any()
        )


def where_needed(p: SiteHours) -> WholeNumbers:
    """The yes-or-no's that can matter to a checked site; conservative.

    - *Generator*: one with a least load. (A minimum up time alone binds nothing: it may run at 0 MW.)
    - *Meter*: hours in which export earns more than it costs to keep up some import. An import of spot is saved at
      price + adder + coincident; a contract's delivery at adder + coincident, and besides at its price where it need not be
      taken, or at its resale where it may be resold.
    - *Battery*: one that loses energy, up to the last hour in which a source at the bus costs less than nothing or a
      generator cannot be turned down. After it, what a battery burns could always be saved at a source instead; before it,
      a store may be worth more empty than full.
    """
    assert p.export_limit_mw is not None
    assert p.generator_least_share is not None
    assert p.coincident_usd_per_mw is not None
    through = p.adder_usd_per_mwh + p.coincident_usd_per_mw
    imports = p.import_limit_mw > 0
    has_contract, has_plant = p.ppa_mw > 0, p.generator_mw > 0

    switched = (p.generator_least_share > 0) & has_plant.any(axis=1)
    stubborn = (has_plant & switched[:, None]).any(axis=0)
    costs_less_than_nothing = (
        (imports & (p.market_price_usd_per_mwh + through < 0))
        | (imports & has_contract.any(axis=0) & (through < 0))
        | (has_plant & (p.generator_cost_usd_per_mwh < 0)).any(axis=0)
    )
    until = np.logical_or.accumulate((costs_less_than_nothing | stubborn)[::-1])[::-1]
    lossy = np.array([b.charge_efficiency * b.discharge_efficiency < 1 and b.energy_mwh > 0 for b in p.batteries], dtype=bool)
    both = np.array([b.charge_mw > 0 and b.discharge_mw > 0 for b in p.batteries], dtype=bool)

    earned = p.market_price_usd_per_mwh - p.export_fee_usd_per_mwh
    not_taken = np.where(p.ppa_must_take_share[:, None] > 0, 0.0, p.ppa_price_usd_per_mwh)
    resold = np.where(p.ppa_resale[:, None], p.market_price_usd_per_mwh - p.ppa_resale_fee_usd_per_mwh[:, None], 0.0)
    saved = through + np.maximum(0.0, np.maximum(not_taken, resold))
    pays = (p.market_price_usd_per_mwh + through < earned) | (has_contract & (saved < earned)).any(axis=0)

    return WholeNumbers(
        meter=imports & (p.export_limit_mw > 0) & pays,
        battery=(lossy & both)[:, None] & until,
        generator=switched,
    )
