"""When power comes: what each connection step waits for, when it comes, whether at all, and what came last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from repower.markets.queues import STAGES, Wait, wait_of
from repower.portfolio import Portfolio, Powered, Site, Source
from repower.report import figures, tables
from repower.report.assumptions import tag
from repower.scenarios.connection_dates import NEVER

#: What a step that comes had to wait for to the end.
LAST = ("stated date", "grid", "permits", "earlier step")
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class WaitingStep:
    """One step that is not there when the study starts.

    stated : month in the portfolio.  mw : of the blocks that wait for it.  p10, p50, p90 : months from the start of the study at
    which power comes, of the scenarios in which it ever does; None where it never does.  never_share : of scenarios.
    late_share : of scenarios in which it comes after the study.  last : share of what came last, of those that come, by `LAST`.
    substation_months : mean months of building a substation after grid and permits, of those that come.
    """

    site: str
    stated: str
    status: str
    region: str
    blocks: tuple[str, ...]
    mw: float
    p10: int | None
    p50: int | None
    p90: int | None
    never_share: float
    late_share: float
    last: dict[str, float]
    substation_months: float
    wait: Wait


@dataclass(frozen=True)
class CustomerDefaults:
    """Share of scenarios in which a customer has defaulted by the end of 5 and 10 years and of the study; as its rate says."""

    lease: str
    default_rate: float
    by_year: dict[int, float]
    expected: dict[int, float]


def waiting_steps(portfolio: Portfolio, drawn: xr.Dataset) -> tuple[WaitingStep, ...]:
    """Every step that is not energised and that some block waits for, in the order of sites."""
    found, first = [], 0
    for site in portfolio.sites:
        earlier = np.zeros(drawn.sizes["scenario"], dtype=np.int64)
        for powered, group in groupby(site.powered().items(), key=lambda item: item[1]):
            blocks = [name for name, _ in group]
            if powered is not None:
                place, first = first, first + len(blocks)
                step, earlier = _step(portfolio, site, powered, blocks, drawn.isel(block=place), earlier)
                if step is not None:
                    found.append(step)
            else:
                first += len(blocks)
    return tuple(found)


def _step(
    portfolio: Portfolio, site: Site, powered: Powered, blocks: list[str], drawn: xr.Dataset, earlier: Ints
) -> tuple[WaitingStep | None, Ints]:
    """The step (None where it is energised), and the months at which it comes [S], `NEVER` or more where it never does.

    drawn : of the first of its blocks; `earlier` is when the step before comes [S]. The dates of scenarios end with the study,
    so what lies beyond is put together here: a step comes when the stated month has, the grid and the permits are there, the
    substation is built after both, and the step before has come.
    """
    queue, permits, substation = (
        drawn[name].to_numpy().astype(np.int64) for name in ("queue_months", "permit_months", "substation_months")
    )
    nominal = max(portfolio.horizon.offset(powered.month), 0)
    own = np.maximum(queue, permits) + substation
    months = np.maximum(np.maximum(nominal, own), earlier)
    if powered.status == "energised":
        return None, months
    comes = months < NEVER
    late = comes & (months >= portfolio.horizon.months)
    waited = np.select([(months == nominal), months == own], [0, np.where(permits > queue, 2, 1)], 3)[comes]
    p10, p50, p90 = np.quantile(months[comes], (0.1, 0.5, 0.9), method="inverted_cdf").tolist() if comes.any() else [None] * 3
    step = WaitingStep(
        site.name,
        str(powered.month),
        powered.status,
        site.region,
        tuple(blocks),
        sum(block.grid_mw for block in site.blocks if block.name in blocks),
        p10,
        p50,
        p90,
        float(1.0 - comes.mean()),
        float(late.mean()),
        {name: float((waited == place).mean()) if comes.any() else 0.0 for place, name in enumerate(LAST)},
        float(substation[comes].mean()) if comes.any() else 0.0,
        wait_of(portfolio, site, powered),
    )
    return step, months


def customer_defaults(portfolio: Portfolio, drawn: xr.Dataset) -> tuple[CustomerDefaults, ...]:
    """Every customer of a lease."""
    years = sorted({year for year in (5, 10) if year < portfolio.years} | {portfolio.years})
    month = drawn["lease_default_months"].to_numpy()
    return tuple(
        CustomerDefaults(
            lease.name,
            lease.default_rate,
            {year: float((month[:, place] < 12 * year).mean()) for year in years},
            {year: 1.0 - (1.0 - lease.default_rate) ** year for year in years},
        )
        for place, lease in enumerate(portfolio.leases)
    )


def month_at(portfolio: Portfolio, months: int | None) -> str:
    """The calendar month so many months after the start; nothing where it never comes."""
    return figures.NOTHING if months is None else str(portfolio.start + months)


def waiting_tables(portfolio: Portfolio, steps: Sequence[WaitingStep], customers: Sequence[CustomerDefaults]) -> str:
    """Dates of steps, what they are drawn from, and customers who stop paying."""
    return _dates(portfolio, steps) + _views(steps) + _customers(customers)


def _dates(portfolio: Portfolio, steps: Sequence[WaitingStep]) -> str:
    if not steps:
        return "<p>Every block has its power when the study starts: nothing waits for a connection.</p>"
    substations = any(step.substation_months for step in steps)
    columns = (
        tables.Column("site", numeric=False),
        tables.Column("status", numeric=False),
        tables.Column("region", numeric=False),
        tables.Column("waits for it", "MW"),
        tables.Column("stated", "month", numeric=False),
        *(tables.Column(name, "month", numeric=False) for name in ("P10", "P50", "P90")),
        tables.Column("never", "of scenarios"),
        tables.Column("after the study", "of scenarios"),
        tables.Column("came last", "of those that come", numeric=False),
        *([tables.Column("substation", "months, mean")] if substations else []),
    )
    rows = [
        tables.Row(
            (
                tables.html(f"{figures.text(step.site)} <small>{figures.text(', '.join(step.blocks))}</small>", step.site),
                tables.words(step.status.replace("_", " ")),
                tables.words(step.region),
                tables.amount(step.mw),
                tables.words(step.stated, "nowrap"),
                *(tables.html(month_at(portfolio, at), at, "nowrap") for at in (step.p10, step.p50, step.p90)),
                tables.share(step.never_share, 1),
                tables.share(step.late_share, 1),
                tables.html(_last_words(step), None, "why"),
                *([tables.amount(step.substation_months or None, 1)] if substations else []),
            )
        )
        for step in steps
    ]
    caption = (
        "Steps of connections that are not energised when the study starts. Dates are of the scenarios in which the step ever "
        "comes, also beyond the study. Last: what it waited for to the end; the grid and the permits count with the "
        "substation that is built after both. An earlier step of the site that is late keeps later ones waiting."
    )
    return tables.table(caption, columns, rows, name="waiting")


def _last_words(step: WaitingStep) -> str:
    """``grid 89 %, stated date 11 %``, most often first."""
    ordered = sorted(step.last.items(), key=lambda item: -item[1])
    return ", ".join(f'<span class="nowrap">{name} {figures.percent(share)}</span>' for name, share in ordered if share > 0.0)


def _views(steps: Sequence[WaitingStep]) -> str:
    """What the dates are drawn from, each region and stage once."""
    columns = (
        tables.Column("region", numeric=False),
        tables.Column("stage", numeric=False),
        *(tables.Column(name, "months late") for name in ("P10", "P50", "P90")),
        tables.Column("sure", numeric=False),
        tables.Column("source of the delay", numeric=False),
        tables.Column("never", "of steps"),
        tables.Column("sure", numeric=False),
        tables.Column("source of that", numeric=False),
    )
    rows, seen = [], set()
    for step in steps:
        key = (step.region, step.status, step.wait.delay, step.wait.never_share)
        if key in seen:
            continue
        seen.add(key)
        stage = next(stage for (region, status), stage in STAGES.items() if (region, status) == (step.region, step.status))
        delay, never = step.wait.delay, step.wait.never_share
        rows.append(
            tables.Row(
                (
                    tables.words(step.region),
                    tables.words(step.status.replace("_", " ")),
                    *(tables.amount(float(months)) for months in (delay.p10_months, delay.p50_months, delay.p90_months)),
                    *_sourced(stage.delay.source if delay == stage.delay.months else None),
                    tables.share(never),
                    *_sourced(stage.never_source if never == stage.never_share else None),
                )
            )
        )
    if not rows:
        return ""
    caption = (
        "What these dates are drawn from: the portfolio's own view where it has one, else the program's table. Nobody publishes "
        "such distributions; they are judgements that reports of queues leave room for."
    )
    return tables.table(caption, columns, rows, name="waiting-views", sortable=False)


def _sourced(source: Source | None) -> tuple[tables.Cell, tables.Cell]:
    if source is None:
        return tables.html(tag("none")), tables.words("the portfolio's own; its source is among the assumptions", "why")
    return tables.html(tag(source.confidence)), tables.words(source.text, "why")


def _customers(customers: Sequence[CustomerDefaults]) -> str:
    if not customers:
        return ""
    years = list(customers[0].by_year)
    columns = [tables.Column("customer's lease", numeric=False), tables.Column("stated chance", "a year")]
    for year in years:
        columns += [tables.Column(f"gone by year {year}", "of scenarios"), tables.Column("as the chance says", "of scenarios")]
    rows = [
        tables.Row(
            (
                tables.words(customer.lease),
                tables.share(customer.default_rate, 2),
                *(tables.share(value, 1) for year in years for value in (customer.by_year[year], customer.expected[year])),
            )
        )
        for customer in customers
    ]
    caption = (
        "Customers who stop paying. The chance is moved into months in which accelerators are in glut, and stays what it is over "
        "all scenarios."
    )
    return tables.table(caption, columns, rows, name="customers")
