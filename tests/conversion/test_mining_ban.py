"""A country in which mines may run until a month: no coin and no choice after it, and no rule that asks for mines."""

from __future__ import annotations

import numpy as np

from hand_made import YAML, Raw, setting
from repower.conversion.choices import Choice, choices
from repower.conversion.decide import tabulate
from repower.conversion.options import carry_out
from repower.conversion.setting import Setting

BAN = "jurisdictions: [{country: US, mining_until: 2028-03}]"  # the last month is month 11


def banned(rule: str = BAN, share: float = 0.0) -> Setting:
    text = YAML.replace("minimum_mining_share: 0.0}", f"minimum_mining_share: {share}, renewal_payback_months: 60, {rule}}}")
    return setting(text=text, hashprice_usd_per_ph_day=90.0)


def test_a_mine_runs_to_the_last_month_that_is_allowed():
    of, raw = (made := banned()), Raw(made)
    lines = raw.mining_lines(50, "old", 1.08, [0, 0, 0], 12)
    operation = carry_out(of, Choice("ranch", "mine", "mining"))
    raw.check(operation, lines)
    np.testing.assert_array_equal(operation.stands_mw, [50.0] * 12 + [0.0] * 24)


def test_nothing_is_renewed_after_it():
    of = banned("jurisdictions: [{country: US, mining_until: 2028-09}]")  # month 17; the old fleet ends in 16
    assert not carry_out(banned(), Choice("ranch", "mine", "mining")).cash.lines["capex_miners"].any()
    free = carry_out(of, Choice("ranch", "mine", "mining")).cash.lines
    assert (free["capex_miners"] < 0).sum(axis=1).max() == 1
    assert not free["mining_revenue"][:, 18:].any()


def test_no_mine_is_offered_that_would_begin_after_it():
    of = banned()
    starts = [
        choice.start
        for choice in choices(of, of.portfolio.sites[0], of.portfolio.sites[0].blocks[0])
        if choice.becomes == "refresh"
    ]
    assert starts == [0, 3, 6, 9]
    halls = [choice.start for choice in choices(of, of.portfolio.sites[0], of.portfolio.sites[0].blocks[0]) if choice.design]
    assert max(halls) == 12


def test_the_mining_share_is_not_asked_where_mines_are_banned():
    least = tabulate(banned(share=0.3)).instance.least_mining_mw
    assert (least[:4] > 0).all()
    assert not least[4:].any()


def test_a_ban_after_the_study_changes_nothing():
    late = carry_out(banned("jurisdictions: [{country: US, mining_until: 2040-01}]"), Choice("ranch", "young", "mining"))
    never = carry_out(banned("jurisdictions: []"), Choice("ranch", "young", "mining"))
    for name, line in never.cash.lines.items():
        np.testing.assert_array_equal(line, late.cash.lines[name])
