"""The works behind the plan's dates: one table for each size and kind of block that it converts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from repower.construction.duration import works_table
from repower.conversion.decisions import Decision
from repower.conversion.setting import Setting


def works_rows(setting: Setting, decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    """Nominal, P50 and P80 months of each network of works in the plan, with its tasks."""
    rows: dict[tuple[float, str], dict[str, Any]] = {}
    for decision in decisions:
        if not decision.ready_p50:
            continue
        site = setting.portfolio.site(decision.site)
        block = next(block for block in site.blocks if block.name == decision.block)
        works = setting.works(block)
        if (works.grid_mw, works.kind) in rows:
            continue
        rows[works.grid_mw, works.kind] = {
            "grid_mw": works.grid_mw,
            "kind": works.kind,
            "policy": works.policy,
            "nominal_months": works.nominal_months,
            "p50_months": works.p50_months,
            "p80_months": works.p80_months,
            "mining_stops_months": works.mining_stops_months,
            "tasks": [
                {
                    "work": task.work,
                    "start_months": task.start_months,
                    "finish_months": task.finish_months,
                    "finish_p50_months": task.finish_p50_months,
                    "finish_p80_months": task.finish_p80_months,
                    "float_months": task.float_months,
                    "critical": task.critical,
                    "source": f"{task.source.confidence} {task.source.text}",
                }
                for task in works_table(works.policy, works.grid_mw, works.kind)
            ],
        }
    return list(rows.values())
