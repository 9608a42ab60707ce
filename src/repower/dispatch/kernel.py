"""Exact dispatch of a site hour by hour: no hour touches another, so each is its own merit order.

    maximise  sum_k value_k tier_k - (p + adder) spot - sum_i price_i taken_i - adder sum_i delivered_i
              + sum_i (p - fee_i) resold_i - sum_g cost_g generation_g - unserved price x unserved
    subject to  spot + sum delivered + sum generation = sum tier + ai served
                ai served + unserved = ai load
                spot + sum delivered <= import limit
                delivered_i + resold_i + left_i = taken_i,   must_take_i w_i <= taken_i <= w_i
                resold_i = 0 where resale is not allowed,  generation and tiers within their MW, all >= 0

The order, the costs and the rule for ties are in `repower.dispatch.merit`.
"""

from __future__ import annotations

import numpy as np

from repower.dispatch.merit import (
    compiled,
    contract_costs,
    leave_contract,
    margins_of_one_more_mw,
    match,
    sort_loads,
    sort_sources,
)
from repower.dispatch.problem import Bools, Floats, SiteHours, checked
from repower.dispatch.result import HourResult


def dispatch_hours(problem: SiteHours) -> HourResult:
    """The best dispatch of every hour, exact to rounding.

    Raises ValueError, naming the array and the hour, for arrays that do not fit, are not finite or have negative power.
    """
    p = checked(problem)
    hours = len(p.ai_mw)
    ppas, generators, tiers = len(p.ppa_mw), len(p.generator_mw), len(p.tier_mw)
    result = HourResult(
        spot_mw=np.empty(hours),
        ppa_taken_mw=np.empty((ppas, hours)),
        ppa_delivered_mw=np.empty((ppas, hours)),
        ppa_resold_mw=np.empty((ppas, hours)),
        ppa_left_mw=np.empty((ppas, hours)),
        generation_mw=np.empty((generators, hours)),
        tier_mw=np.empty((tiers, hours)),
        ai_served_mw=np.empty(hours),
        unserved_mw=np.empty(hours),
        margin_usd=np.empty(hours),
        marginal_import_usd_per_mwh=np.empty(hours),
        marginal_energy_usd_per_mwh=np.empty(hours),
    )
    _dispatch(
        p.market_price_usd_per_mwh,
        p.adder_usd_per_mwh,
        p.import_limit_mw,
        p.ppa_mw,
        p.ppa_price_usd_per_mwh,
        p.ppa_must_take_share,
        p.ppa_resale,
        p.ppa_resale_fee_usd_per_mwh,
        p.generator_mw,
        p.generator_cost_usd_per_mwh,
        p.tier_mw,
        p.tier_value_usd_per_mwh,
        p.ai_mw,
        p.unserved_usd_per_mwh,
        result.spot_mw,
        result.ppa_taken_mw,
        result.ppa_delivered_mw,
        result.ppa_resold_mw,
        result.ppa_left_mw,
        result.generation_mw,
        result.tier_mw,
        result.ai_served_mw,
        result.unserved_mw,
        result.margin_usd,
        result.marginal_import_usd_per_mwh,
        result.marginal_energy_usd_per_mwh,
    )
    return result


@compiled
def _dispatch(
    price: Floats,
    adder: float,
    limit: Floats,
    ppa_mw: Floats,
    ppa_price: Floats,
    must: Floats,
    resale: Bools,
    fee: Floats,
    generator_mw: Floats,
    generator_cost: Floats,
    tier_mw: Floats,
    tier_value: Floats,
    ai_mw: Floats,
    unserved: float,
    spot_run: Floats,
    taken: Floats,
    delivered: Floats,
    resold: Floats,
    left: Floats,
    generated: Floats,
    tier_run: Floats,
    served: Floats,
    not_served: Floats,
    margin: Floats,
    more_import: Floats,
    more_energy: Floats,
) -> None:
    ppas, plants, tiers = len(ppa_mw), len(generator_mw), len(tier_mw)
    spot, connected, sources = 2 * ppas, 2 * ppas + 1, 2 * ppas + 1 + plants
    load_order, load_value, load_mw, load_run = (
        np.arange(tiers + 1),
        np.empty(tiers + 1),
        np.empty(tiers + 1),
        np.empty(tiers + 1),
    )
    source_order, cost, mw, run = np.arange(sources), np.empty(sources), np.empty(sources), np.empty(sources)
    load_value[tiers] = unserved
    for hour in range(len(price)):
        for tier in range(tiers):
            load_value[tier] = tier_value[tier, hour]
            load_mw[tier] = tier_mw[tier, hour]
        load_mw[tiers] = ai_mw[hour]
        contract_costs(price[hour], adder, ppa_price[:, hour], resale, fee, must, cost, mw, ppa_mw[:, hour])
        for plant in range(plants):
            cost[connected + plant] = generator_cost[plant, hour]
            mw[connected + plant] = generator_mw[plant, hour]
        sort_loads(load_order, load_value)
        sort_sources(source_order, cost)
        match(limit[hour], connected, load_order, load_value, load_mw, source_order, cost, mw, load_run, run)
        more_import[hour], more_energy[hour] = margins_of_one_more_mw(
            connected, load_order, load_value, load_mw, source_order, cost, mw, load_run, run
        )

        money = -(price[hour] + adder) * run[spot]
        spot_run[hour] = run[spot]
        for ppa in range(ppas):
            taken[ppa, hour], resold[ppa, hour], left[ppa, hour] = leave_contract(
                price[hour], ppa_price[ppa, hour], resale[ppa], fee[ppa], mw[ppa], mw[ppas + ppa], run[ppa], run[ppas + ppa]
            )
            delivered[ppa, hour] = run[ppa] + run[ppas + ppa]
            money += (price[hour] - fee[ppa]) * resold[ppa, hour]
            money -= ppa_price[ppa, hour] * taken[ppa, hour] + adder * delivered[ppa, hour]
        for plant in range(plants):
            generated[plant, hour] = run[connected + plant]
            money -= generator_cost[plant, hour] * generated[plant, hour]
        for tier in range(tiers):
            tier_run[tier, hour] = load_run[tier]
            money += tier_value[tier, hour] * load_run[tier]
        served[hour] = load_run[tiers]
        not_served[hour] = ai_mw[hour] - load_run[tiers]
        margin[hour] = money - unserved * not_served[hour]
