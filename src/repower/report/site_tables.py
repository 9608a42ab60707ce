"""The tables of one site's hours: energy, months, peaks, money, worths, proof and facts, each adding up to its total."""

from __future__ import annotations

from repower.dispatch import balance_errors
from repower.report import figures, tables
from repower.report.site_account import LINES, Flow
from repower.report.site_dispatch import SiteDispatch, charge_rows, month_rows, peak_rows, shown_lines, unserved_hours
from repower.report.site_tiles import gap


def energy(told: SiteDispatch) -> str:
    """Every source and use with its share and hours, their balance, and what does not flow through it."""
    of = told.account
    columns = [
        tables.Column("energy", numeric=False),
        tables.Column("year", "GWh"),
        tables.Column("share", "of its side"),
        tables.Column("hours", "share of the year"),
        tables.Column("most", "MW"),
        *(tables.Column(other.words, "GWh") for other in told.neighbours),
    ]
    hours = len(told.site.hours)
    rows: list[tables.Row] = []
    for title, mine, theirs in (
        ("from", of.sources, [other.account.sources for other in told.neighbours]),
        ("to", of.uses, [other.account.uses for other in told.neighbours]),
    ):
        rows.append(tables.group(title))
        total = sum(flow.mwh for flow in mine)
        rows += [
            tables.Row(
                (
                    tables.words(flow.words),
                    tables.amount(flow.mwh, 3, scale=1e3),
                    tables.share(flow.mwh / total if total else None, 1),
                    tables.share(flow.hours / hours, 1),
                    tables.amount(float(flow.mw.max()), 1),
                    *(tables.amount(_same(flow, others), 3, scale=1e3) for others in theirs),
                )
            )
            for flow in mine
            if flow.hours or any(_same(flow, others) for others in theirs)
        ]
        sums = [sum(flow.mwh for flow in others) for others in theirs]
        rows.append(_total(f"total {title}", total, *sums))
    caption = (
        f"Energy at the site's bus. Of what charged the battery, {figures.number(of.battery_losses_mwh / 1e3, 3)} GWh were lost "
        f"and {figures.number(of.stored_more_mwh / 1e3, 3)} GWh are left in store more than at the start."
        if told.site.batteries
        else "Energy at the site's bus."
    )
    return tables.table(caption, columns, rows, name="energy-table", sortable=False) + _beside(told)


def _same(flow: Flow, others: tuple[Flow, ...]) -> float:
    return sum(other.mwh for other in others if (other.kind, other.name) == (flow.kind, flow.name))


def _total(words: str, total: float, *others: float) -> tables.Row:
    blank = tables.html("")
    return tables.Row(
        (
            tables.words(words),
            tables.amount(total, 3, scale=1e3),
            blank,
            blank,
            blank,
            *(tables.amount(other, 3, scale=1e3) for other in others),
        ),
        "total",
    )


def _beside(told: SiteDispatch) -> str:
    words = {
        "ppa_taken": "contract energy paid for",
        "ppa_resold": "of it sold on",
        "ppa_left": "of it left unused",
        "reserve": "mining load offered as reserve (MW-hours)",
        "flexed": "AI load interrupted by agreement",
        "unserved": "AI load not served",
    }
    parts = [
        f"{words[key]} <b>{figures.number(mwh / 1e3, 3)} GWh</b>" for key, mwh in told.account.beside.items() if abs(mwh) > 1e-3
    ]
    named, more = unserved_hours(told)
    short = (
        f'<p class="notice"><strong>AI load is not served in {len(named) + more} hours:</strong> {", ".join(named)} UTC'
        + (f" and {more} more" if more else "")
        + ". The supply cannot carry it; see the money for what that costs.</p>"
        if named
        else ""
    )
    return (f'<p class="proof">Beside it: {"; ".join(parts)}.</p>' if parts else "") + short


def months(told: SiteDispatch) -> str:
    """One row for each month, with its sum."""
    rows = month_rows(told)
    columns = [
        tables.Column("month", numeric=False),
        tables.Column("through the connection", "GWh"),
        tables.Column("market price", "USD/MWh, mean"),
        tables.Column("peak", "MW"),
        tables.Column("its hour", "UTC", numeric=False),
        tables.Column("curtailed", "hours"),
        tables.Column("AI not served", "MWh"),
        tables.Column("margin", "M$, before demand"),
        tables.Column("demand charges", "M$"),
    ]
    body = [
        tables.Row(
            (
                tables.words(row.month, "nowrap"),
                tables.amount(row.imported_mwh, 3, scale=1e3),
                tables.amount(row.price_usd_per_mwh, 2),
                tables.amount(row.peak_mw, 2),
                tables.words(row.peak_hour, "nowrap"),
                tables.amount(float(row.called_hours)),
                tables.amount(row.unserved_mwh, 1),
                tables.amount(row.margin_usd, 3, scale=1e6),
                tables.amount(-row.demand_usd + 0.0, 3, scale=1e6),
            )
        )
        for row in rows
    ]
    beyond = told.account.usd["demand_charges"] + sum(row.demand_usd for row in rows)
    if abs(beyond) > 0.5:
        blank = tables.html("")
        over = (tables.words("over more than one month"), *([blank] * 7), tables.amount(beyond, 3, scale=1e6))
        body.append(tables.Row(over))
    price = float(told.site.problem.market_price_usd_per_mwh.mean())
    highest = max(rows, key=lambda row: row.peak_mw)
    body.append(
        tables.Row(
            (
                tables.words("year"),
                tables.amount(sum(row.imported_mwh for row in rows), 3, scale=1e3),
                tables.amount(price, 2),
                tables.amount(highest.peak_mw, 2),
                tables.words(highest.peak_hour, "nowrap"),
                tables.amount(float(sum(row.called_hours for row in rows))),
                tables.amount(sum(row.unserved_mwh for row in rows), 1),
                tables.amount(sum(row.margin_usd for row in rows), 3, scale=1e6),
                tables.amount(told.account.usd["demand_charges"], 3, scale=1e6),
            ),
            "total",
        )
    )
    caption = "Peak: the highest hourly import, spot and contracts together. Where several hours are equal, the first is named."
    return tables.table(caption, columns, body, name="months", sortable=False)


def peaks(told: SiteDispatch) -> str:
    """Billing cells with their peaks; nothing where the site has no demand charge."""
    rows = peak_rows(told)
    if not rows:
        return '<p class="proof">The site has no demand charge.</p>'
    columns = [
        tables.Column("billing cell", numeric=False),
        tables.Column("peak", "MW"),
        tables.Column("its hour", "UTC", numeric=False),
        tables.Column("one more MW", "USD"),
    ]
    body = [
        tables.Row(
            (
                tables.words(row.cell, "nowrap"),
                tables.amount(row.mw, 2),
                tables.words(row.hour, "nowrap"),
                tables.amount(row.worth_usd_per_mw),
            )
        )
        for row in rows
    ]
    caption = (
        "Peaks as they are billed. One more MW: what the hours of the cell would give for a peak that is 1 MW higher, before its "
        "charge; where the peak is chosen freely it equals the price of a MW."
    )
    return _folded("billing cells", tables.table(caption, columns, body, name="peak-table", sortable=False))


def charges(told: SiteDispatch) -> str:
    """Demand charges with their sum; nothing where there are none."""
    rows = charge_rows(told)
    if not rows:
        return ""
    columns = [
        tables.Column("demand charge", numeric=False),
        tables.Column("price", "USD/MW"),
        tables.Column("billed", "MW"),
        tables.Column("charge", "M$"),
    ]
    body = [
        tables.Row(
            (
                tables.words(row.charge),
                tables.amount(row.usd_per_mw),
                tables.amount(row.billed_mw, 2),
                tables.amount(-row.usd + 0.0, 3, scale=1e6),
            )
        )
        for row in rows
    ]
    blank = tables.html("")
    total = -sum(row.usd for row in rows) + 0.0
    body.append(tables.Row((tables.words("all"), blank, blank, tables.amount(total, 3, scale=1e6)), "total"))
    caption = "Billed: the highest of the peaks that the charge looks at, each times its weight."
    return _folded("demand charges as billed", tables.table(caption, columns, body, name="charge-table", sortable=False))


def _folded(words: str, shown: str) -> str:
    return f"<details><summary>{words}</summary>{shown}</details>"


def money(told: SiteDispatch) -> str:
    """Every line for the dispatch and its neighbours, adding up to their objectives."""
    columns = [
        tables.Column("line", numeric=False),
        tables.Column("this dispatch", "M$"),
        *(tables.Column(other.words, "M$") for other in told.neighbours),
    ]
    accounts = [told.account, *(other.account for other in told.neighbours)]
    body = [
        tables.Row((tables.words(LINES[key]), *(tables.amount(of.usd[key] + 0.0, 3, scale=1e6) for of in accounts)))
        for key in shown_lines(told)
    ]
    body.append(
        tables.Row(
            (tables.words("objective"), *(tables.amount(of.objective_usd, 3, scale=1e6) for of in accounts)),
            "total",
        )
    )
    caption = (
        "Money of the year, positive to the owner. What AI halls earn, running costs and fixed payments are not in it; they do "
        "not depend on the hours."
    )
    return tables.table(caption, columns, body, name="money-table", sortable=False)


def worth(told: SiteDispatch) -> str:
    """What one more of each thing would change; peaks stand in their own table."""
    columns = [
        tables.Column("one more", numeric=False),
        tables.Column("adds", "USD in the year"),
        tables.Column("per", numeric=False),
    ]
    body = [
        tables.Row((tables.words(row.words), tables.amount(row.usd), tables.words(row.unit)))
        for row in told.worths
        if not row.key.startswith("peak_usd_per_mw:")
    ]
    caption = "With one more, and everything else as it is: without its capital and fixed payments. Firm load is a cost."
    if told.rolled is not None:
        caption += " Between dispatches that know all prices."
    return tables.table(caption, columns, body, name="worth-table", sortable=False)


def proof(told: SiteDispatch) -> str:
    """The certificate, the balances, and remarks."""
    found = told.result.certificate
    errors = balance_errors(told.site.problem, told.result)
    rows = [
        ("objective", f"{figures.number(found.objective_usd, 2)} USD"),
        ("sum of the money lines", f"{figures.number(told.account.objective_usd, 2)} USD"),
        ("bound: nothing earns more", f"{figures.number(found.bound_usd, 2)} USD"),
        ("gap", gap(found.gap)),
        ("method", _METHODS.get(found.method, figures.text(found.method))),
        ("time of finding it", f"{figures.number(found.seconds, 3)} s"),
        ("largest breach of a balance or limit", f"{float(errors.energy_mw.max(initial=0.0)):.0e} MW"),
        ("largest difference of an hour's money", f"{float(errors.money_share.max(initial=0.0)):.0e} of it"),
    ]
    if told.rolled is not None:
        rows.insert(4, ("perfect foresight would add", f"{figures.number(told.rolled.value_of_foresight_usd, 2)} USD"))
    body = [tables.Row((tables.words(name), tables.html(value))) for name, value in rows]
    remarks = "".join(f"<li>{figures.text(remark)}</li>" for remark in found.remarks)
    return (
        tables.table(
            "",
            [tables.Column("proof", numeric=False), tables.Column("", numeric=False)],
            body,
            name="proof-table",
            sortable=False,
        )
        + (f"<h3>Remarks</h3><ul>{remarks}</ul>" if remarks else "")
        + '<p class="proof">The bound is proven by prices of stored energy and of peaks, or by the dynamic programme run once '
        "more without its short cut, or by HiGHS where the method says so. The balances are recomputed "
        "from the raw problem by code that knows nothing of how the result was found. A result that breaks them is not shown.</p>"
    )


_METHODS = {
    "exact": "exact: merit order and dynamic programme, compiled",
    "bounded": "the same, with the gap that it could not close",
    "rolling": "the same for windows of hours, planned without foresight",
    "lp": "linear programme, HiGHS",
    "milp": "mixed-integer programme, HiGHS",
}


def facts(told: SiteDispatch) -> str:
    """What the hours were made from."""
    columns = [
        tables.Column("fact", numeric=False),
        tables.Column("value", numeric=False),
        tables.Column("how it is meant", numeric=False),
    ]
    body = []
    for fact in told.site.facts:
        short = "" if isinstance(fact.value, str) else "nowrap"
        shown = tables.html(_value(fact.value, fact.unit), fact.value, short)
        body.append(tables.Row((tables.words(fact.label), shown, tables.words(fact.note))))
    return tables.table("", columns, body, name="fact-table", sortable=False)


def _value(value: float | str, unit: str) -> str:
    shown = figures.text(value) if isinstance(value, str) else figures.plain(round(float(value), 3))
    return f"{shown}{figures.GLUE}{figures.text(unit)}" if unit else shown
