"""The study's money: cash by line, values by scenario, loans, and the bridge from the plan to what was carried out."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from repower.conversion.choices import Choice
from repower.conversion.financing import Financing
from repower.conversion.options import first_capital
from repower.conversion.programme import Programme
from repower.conversion.setting import Floats, Setting
from repower.finance.cashflow import LINES
from repower.finance.metrics import npv, payback_months
from repower.finance.rate_of_return import irr

PLAN, AS_USUAL = "plan", "business as usual"


def money_dataset(setting: Setting, chosen: Programme, as_usual: Programme, financing: Financing) -> xr.Dataset:
    """Dims case, site, line, month, scenario. Sites carry the tax that they would owe alone; the portfolio carries losses
    forward within each country, so its tax is not the sum of its sites' (the difference is in the bridge)."""
    capital = setting.portfolio.capital
    sites = [site.name for site in setting.portfolio.sites]
    lines = list(LINES)
    mean = np.zeros((2, len(sites), len(lines), setting.months))
    total = np.zeros((2, setting.count, setting.months))
    site_npv = np.zeros((2, len(sites), setting.count))
    portfolio_tax = np.zeros((2, setting.months))
    for case, programme in enumerate((chosen, as_usual)):
        for position, cash in enumerate(programme.site_cash().values()):
            site_npv[case, position] = cash.npv(capital.discount_rate)
            for name, values in cash.lines.items():
                mean[case, position, lines.index(name)] = values.mean(axis=0)
        everything = programme.cash()
        total[case] = everything.total
        portfolio_tax[case] = everything.lines["tax"].mean(axis=0)
    return xr.Dataset(
        {
            "cash_usd": _named(
                ("case", "site", "line", "month"), mean, "USD", "cash by line, mean over scenarios, positive to us"
            ),
            "total_usd": _named(("case", "scenario", "month"), total, "USD", "cash after capital and tax, before loans"),
            "tax_usd": _named(
                ("case", "month"), portfolio_tax, "USD", "income tax of all countries, losses carried forward, mean"
            ),
            "equity_usd": _named(("scenario", "month"), financing.equity_usd, "USD", "cash to the owners after loans, plan"),
            "loan_usd": _named(
                ("line", "month"), _loan_lines(financing, lines), "USD", "lines of all loans, mean over scenarios, plan"
            ),
            "npv_usd": _named(("case", "scenario"), npv(total, capital.discount_rate), "USD", "net present value before loans"),
            "site_npv_usd": _named(("case", "site", "scenario"), site_npv, "USD", "net present value of each site, taxed alone"),
            "equity_npv_usd": _named(
                ("scenario",),
                npv(financing.equity_usd, capital.cost_of_equity_rate),
                "USD",
                "value to the owners after loans, plan",
            ),
        },
        coords={
            "case": [PLAN, AS_USUAL],
            "site": sites,
            "line": lines,
            "month": setting.portfolio.horizon.labels(),
            "scenario": np.arange(setting.count),
        },
    )


def _named(dims: tuple[str, ...], values: Floats, units: str, long_name: str) -> tuple[tuple[str, ...], Floats, dict[str, str]]:
    return dims, np.asarray(values), {"units": units, "long_name": long_name}


def _loan_lines(financing: Financing, lines: list[str]) -> Floats:
    answer = np.zeros((len(lines), financing.loans_cash.shape[1]))
    for name, values in financing.loans_cash.lines.items():
        answer[lines.index(name)] = values.mean(axis=0)
    return answer


def bridge(setting: Setting, programme: Programme, planned: Floats) -> dict[str, float]:
    """Mean USD from the planned to the carried-out value; the steps add up.

    "hourly dispatch at each scenario's dates": energy as dispatched, blocks together, against blocks alone at spot and the
    table of states.  "losses carried forward": tax by calendar year and country against losses worth their tax at once.
    """
    rate = setting.portfolio.capital.discount_rate
    dispatched = float(sum(cash.npv(rate).mean() for cash in programme.site_cash().values()))
    carried = float(programme.cash().npv(rate).mean())
    return {
        "planned": float(planned.mean()),
        "hourly dispatch at each scenario's dates": dispatched - float(planned.mean()),
        "losses carried forward, tax paid in December": carried - dispatched,
        "carried out": carried,
    }


def loan_rows(setting: Setting, financing: Financing) -> list[dict[str, Any]]:
    """One row per loan: size, what bounds it, cover on the base path and over the scenarios."""
    rows = []
    for hall in financing.loans:
        loan = hall.loan
        rows.append(
            {
                "site": hall.site,
                "block": hall.block,
                "debt_usd": loan.principal_usd,
                "limit": loan.limit,
                "gearing_share": loan.gearing_share,
                "first_operating": str(setting.portfolio.start + loan.first_operating_month),
                "tenor_months": loan.tenor_months,
                "min_dscr": loan.min_dscr,
                "llcr": loan.llcr,
                "min_dscr_p10": float(np.quantile(hall.min_dscr, 0.1)),
                "below_one_share": float((hall.min_dscr < 1).mean()),
            }
        )
    return rows


def summary(
    setting: Setting,
    chosen_choices: tuple[Choice, ...],
    chosen: Programme,
    as_usual: Programme,
    financing: Financing,
    money: xr.Dataset,
) -> dict[str, Any]:
    """Figures of the portfolio and of each site, with the baseline beside them.

    capital_usd is all capital of the study's years, renewals included and unused life taken off; first_capital_usd what the
    budget is asked for; equity_usd what remains of it, with fees and interest before a hall earns, after the loans.
    IRR and payback are of the mean cash of the plan less that of business as usual: what the programme itself returns.
    """
    plan, usual = np.asarray(money["npv_usd"][0]), np.asarray(money["npv_usd"][1])
    extra = np.asarray(money["total_usd"][0]).mean(axis=0) - np.asarray(money["total_usd"][1]).mean(axis=0)
    spent = sum(run.cash.capex.mean(axis=0) for run in chosen.runs)
    before = sum(run.cash.capex.mean(axis=0) for run in as_usual.runs)
    grid_mw = sum(site.grid_mw for site in setting.portfolio.sites)
    capital = float(-npv(np.asarray(spent) - np.asarray(before), setting.portfolio.capital.discount_rate))
    equity_mean = financing.equity_usd.mean(axis=0)
    running = np.cumsum(equity_mean)
    first = float(sum(first_capital(setting, choice).sum() for choice in chosen_choices))
    # Beside the works, sources must pay the fees and the interest that falls due before a hall earns.
    loan_costs = sum(float((hall.loan.fee_usd + hall.loan.construction_interest_usd).sum()) for hall in financing.loans)
    figures = {
        "npv_usd": float(plan.mean()),
        "baseline_npv_usd": float(usual.mean()),
        "npv_usd_per_grid_mw": float(plan.mean()) / grid_mw,
        "baseline_npv_usd_per_grid_mw": float(usual.mean()) / grid_mw,
        "added_npv_usd_per_capital_usd": float((plan.mean() - usual.mean()) / capital) if capital > 0 else None,
        "capital_usd": float(-np.sum(spent)),
        **_returns(extra),
        "debt_usd": financing.debt_usd,
        "equity_npv_usd": float(np.asarray(money["equity_npv_usd"]).mean()),
        "first_capital_usd": first,
        "equity_usd": first + loan_costs - financing.debt_usd,
        "funding_gap_usd": max(0.0, -float(running.min())),
        "funding_gap_month": str(setting.portfolio.start + int(running.argmin())) if running.min() < 0 else "",
        "min_dscr": min((hall.loan.min_dscr for hall in financing.loans), default=None),
        "llcr": min((hall.loan.llcr for hall in financing.loans), default=None),
        "balanced": bool(max(_cash_error(money, 0), _cash_error(money, 1)) < 1e-9),
        "sites": {},
    }
    for position, (run, other) in enumerate(zip(chosen.runs, as_usual.runs, strict=True)):
        ours = run.cash.total + run.linear_tax
        theirs = other.cash.total + other.linear_tax
        value, usual_value = (float(np.asarray(money["site_npv_usd"][case, position]).mean()) for case in (0, 1))
        more = float(-npv((run.cash.capex - other.cash.capex).mean(axis=0), setting.portfolio.capital.discount_rate))
        figures["sites"][run.site.name] = {
            "grid_mw": run.site.grid_mw,
            "npv_usd": value,
            "baseline_npv_usd": usual_value,
            "npv_usd_per_grid_mw": value / run.site.grid_mw,
            "added_npv_usd_per_capital_usd": (value - usual_value) / more if more > 1.0 else None,
            "capital_usd": float(-run.cash.capex.mean(axis=0).sum()),
            **_returns(ours.mean(axis=0) - theirs.mean(axis=0)),
        }
    return figures


def _returns(extra: Floats) -> dict[str, Any]:
    """IRR and payback of cash beyond business as usual; None with the reason where there is none."""
    result = irr(extra)
    rate = float(result.rate)
    months = int(payback_months(extra))
    return {
        "irr": rate if np.isfinite(rate) else None,
        "irr_status": str(result.status),
        "payback_months": months if months > 0 else None,
    }


def _cash_error(money: xr.Dataset, case: int) -> float:
    """Sites' mean lines and the countries' tax against the portfolio's mean cash, relative to its largest month."""
    lines = np.asarray(money["cash_usd"][case])
    tax = list(money["line"].to_numpy()).index("tax")
    sites = lines.sum(axis=(0, 1)) - lines[:, tax].sum(axis=0) + np.asarray(money["tax_usd"][case])
    total = np.asarray(money["total_usd"][case]).mean(axis=0)
    return float(np.abs(sites - total).max() / max(1.0, float(np.abs(total).max())))
