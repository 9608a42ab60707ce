"""Low, base and high: the long-run drifts, which nobody can fit, and what becomes of the same luck under each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr

from repower.portfolio import Portfolio
from repower.portfolio.cases import Cases
from repower.portfolio.comments import read_source
from repower.portfolio.fields import fields_of
from repower.report import figures, tables
from repower.report.assumptions import tag
from repower.report.scenario_drivers import by_size, decimals, year_name
from repower.report.section import Floats
from repower.scenarios.cases import CaseName
from repower.scenarios.measures import percentiles

#: What is told of each case: key, words, unit, whether over the study (else in its last year).
_TOLD = (
    ("btc_price_usd", "bitcoin", "USD/BTC", False),
    ("hashprice_usd_per_ph_day", "hashprice", "USD/PH/day", True),
    ("power_level_usd_per_mwh", "power", "USD/MWh", True),
    ("gpu_rent_factor", "rent", "start = 1", True),
)


@dataclass(frozen=True)
class CaseRow:
    """A case: its yearly drifts, and P10, P50 and P90 over scenarios of the mean of the study, or of its last year.

    drifts : by the field's name; of power the least and the greatest of the zones.  outcomes : by the variable's name.
    """

    name: CaseName
    drifts: dict[str, float]
    outcomes: dict[str, tuple[float, float, float]]


def case_row(name: CaseName, portfolio: Portfolio, drawn: xr.Dataset) -> CaseRow:
    """What becomes of the scenarios of a case; `portfolio` has its drifts."""
    markets = portfolio.markets
    escalators = [zone.escalator_rate for zone in markets.power]
    drifts = {
        "price_drift_rate": markets.bitcoin.price_drift_rate,
        "machine_gain_rate": markets.bitcoin.machine_gain_rate,
        "escalator_rate_least": min(escalators),
        "escalator_rate_most": max(escalators),
        "gpu_drift_rate": markets.gpu_rent.drift_rate,
    }
    return CaseRow(name, drifts, {key: _spread(portfolio, drawn, key, whole) for key, _, _, whole in _TOLD})


def _spread(portfolio: Portfolio, drawn: xr.Dataset, key: str, whole: bool) -> tuple[float, float, float]:
    values = drawn[key].sel(zone=by_size(portfolio)[0]) if "zone" in drawn[key].dims else drawn[key]
    months: Floats = values.to_numpy()
    p10, p50, p90 = percentiles((months if whole else months[:, -12:]).mean(axis=1), (0.1, 0.5, 0.9)).tolist()
    return p10, p50, p90


#: Drifts as rows of a table.
_DRIFTS = {
    "price_drift_rate": "price of a bitcoin grows",
    "machine_gain_rate": "mining machines need less energy",
    "escalator_rate_least": "power rises, least zone",
    "escalator_rate_most": "power rises, most",
    "gpu_drift_rate": "accelerator rent grows",
}


def case_table(portfolio: Portfolio, rows: Sequence[CaseRow], chosen: CaseName) -> str:
    """Drifts and outcomes of all cases, and why the cases are what they are."""
    columns = (tables.Column("drift", numeric=False), *(tables.Column(row.name, "% a year") for row in rows))
    drifts = [
        tables.Row((tables.words(words), *(tables.amount(row.drifts[key], 1, scale=0.01) for row in rows)))
        for key, words in _DRIFTS.items()
    ]
    caption = (
        "Growth over twenty years is a stated judgement and never the fit of a rising market. The cases shift all drifts "
        "together; low is bad for owners of sites."
    )
    return (
        tables.table(caption, columns, drifts, name="drift-table", sortable=False)
        + _outcomes(portfolio, rows, chosen)
        + _reasons(portfolio)
    )


def _outcomes(portfolio: Portfolio, rows: Sequence[CaseRow], chosen: CaseName) -> str:
    last = year_name(portfolio, portfolio.years - 1)
    columns = (
        tables.Column("driver", numeric=False),
        tables.Column("mean of", numeric=False),
        tables.Column("unit", numeric=False),
        *(tables.Column(f"{row.name}, {name}", "in its unit") for row in rows for name in ("P10", "P50", "P90")),
    )
    shown = []
    for key, words, unit, whole in _TOLD:
        places = decimals([min(row.outcomes[key][1] for row in rows)])
        cells = [tables.amount(value, places) for row in rows for value in row.outcomes[key]]
        shown.append(tables.Row((tables.words(words), tables.words("study" if whole else last), tables.words(unit), *cells)))
    caption = (
        f"What becomes of the same shocks, so that the cases differ by the drifts alone; this page shows the {chosen} case. The "
        f"cases are no percentiles. Power is that of {figures.text(by_size(portfolio)[0])}; “study” is the mean of all its "
        f"months, {figures.text(last)} that of its last twelve."
    )
    return tables.table(caption, columns, shown, name="cases", sortable=False)


def _reasons(portfolio: Portfolio) -> str:
    """Source of the two cases, where the portfolio has left them to their default."""
    facts, stated = fields_of(Cases), portfolio.markets.cases.model_fields_set
    said = [(name, read_source(facts[name].source)) for name in ("low", "high") if name not in stated]
    return "".join(
        f'<p class="note">{tag(source.confidence)} {name}: {figures.text(source.text)}.</p>' for name, source in said if source
    )
