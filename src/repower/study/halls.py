"""The halls of the plan: what each carries, draws and costs, component by component."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from repower.conversion.choices import Choice
from repower.conversion.setting import Setting
from repower.facility.cost import hall_cost


def halls_rows(setting: Setting, chosen: Sequence[Choice]) -> list[dict[str, Any]]:
    """One row for each hall that the plan builds or keeps; the bill is in money of the year in which its works begin.

    Components are USD per MW of critical IT: gross, share reused from the mine, net, and the public range of the net (low, high).
    """
    portfolio = setting.portfolio
    rows = []
    for choice in chosen:
        if choice.design is None:
            continue
        site = portfolio.site(choice.site)
        block = next(block for block in site.blocks if block.name == choice.block)
        hall = setting.hall(site, block, choice.design)
        row: dict[str, Any] = {
            "site": site.name,
            "block": block.name,
            "design": choice.design,
            "grid_mw": block.grid_mw,
            "critical_it_mw": hall.critical_it_mw,
            "pue_annual": hall.pue_annual,
            "pue_design_day": hall.pue_design_day,
            "racks": hall.racks,
            "year": None,
            "usd_per_critical_mw": None,
            "components": [],
        }
        if choice.start is not None:
            year = (portfolio.start + choice.start).year
            prices = float(setting.median_inflation[choice.start])
            bill = hall_cost(portfolio.design(choice.design), block.hall, year, year, portfolio.capital.inflation_rate)
            row |= {
                "year": year,
                "usd_per_critical_mw": bill.usd_per_critical_mw * prices,
                "components": [
                    {
                        "component": item.component,
                        "step": item.step,
                        "gross_usd_per_critical_mw": item.gross_usd_per_critical_mw * prices,
                        "reused_share": item.reused_share,
                        "net_usd_per_critical_mw": item.net_usd_per_critical_mw * prices,
                        "net_low_usd_per_critical_mw": item.net_low_usd_per_critical_mw * prices,
                        "net_high_usd_per_critical_mw": item.net_high_usd_per_critical_mw * prices,
                        "source": f"{item.source.confidence} {item.source.text}",
                    }
                    for item in bill.rows
                ],
            }
        rows.append(row)
    return rows
