"""What it costs that machines come before their hall: a choice as it is ordered, against the same with every date known.

    price = value(machines ordered to a date) - value(machines that come in the month in which the hall is ready)

after tax, discounted, by scenario; negative where the wait costs. It is the sum over lines of cash: `capex_gpus` with
`capex_machines_left` is capital that waits, `cloud_revenue` the rent of older machines and of hours in which an early hall
stands empty, `idle_machines` the holding; the rest is what hours that are not sold save, and tax.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from repower.conversion.choices import Choice
from repower.conversion.options import carry_out
from repower.conversion.setting import Floats, Setting


def price_of_waiting(setting: Setting, choice: Choice) -> dict[str, Floats]:
    """[S] USD by line and `tax`; they add up to the difference of the choice's two values.

    Raises ValueError unless the choice is an own cloud that is built.
    """
    if choice.becomes != "ai_cloud" or choice.start is None:
        raise ValueError(f"{choice} orders no machines")
    clouds = tuple(
        cloud.model_copy(update={"order_to": "ready"}) if cloud.name == choice.customer else cloud
        for cloud in setting.portfolio.clouds
    )
    known = replace(setting, portfolio=setting.portfolio.model_copy(update={"clouds": clouds}))
    ordered, ideal = carry_out(setting, choice), carry_out(known, choice)
    names = dict.fromkeys([*ordered.cash.lines, *ideal.cash.lines])
    nothing = np.zeros(ordered.cash.shape)
    lines = {
        name: np.asarray(
            (ordered.cash.lines.get(name, nothing) - ideal.cash.lines.get(name, nothing)) @ setting.discount, dtype=np.float64
        )
        for name in names
    }
    return lines | {"tax": np.asarray((ordered.tax - ideal.tax) @ setting.discount, dtype=np.float64)}
