"""What an AI hall rents for, by the tenant's credit and the term: a table of announced leases, and a line through it.

Announcements give contract value, critical power and term, so an average rent over the term. Two leases compare by the rent of
their first year:

    first year = average / ((1 + escalator)**term - 1) * (escalator * term)          (term in whole years, rent in advance)

Through the logarithms of the first years goes a least-squares line: a level for tenants of investment grade and one for all
others, one slope by term, one by date. Levels for guaranteed tenants, laboratories and unrated clouds apart foretell a deal that
was left out less well (error 0.105 of the logarithm against 0.083; 0.12 without any distinction), so they are not made. Eighteen
deals of few landlords, in two years of rising rents, most of them in the United States: the slopes describe those deals and prove
no law. The slope by date is not continued beyond the last deal: from there rents grow at a rate that the caller states.

Left out: size, place, density and quality of halls, prepayments and capital that tenants bring, warrants of a guarantor, and
leases whose megawatts are not known to be critical ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

FloatArray = NDArray[np.float64]
#: investment_grade: the tenant itself. guaranteed: a tenant without a rating, and a guarantor of high credit. laboratory: an AI
#: laboratory that signs itself. unrated: a cloud or laboratory without either.
Credit = Literal["investment_grade", "guaranteed", "laboratory", "unrated"]
CREDITS: tuple[Credit, ...] = get_args(Credit)

#: Yearly rise where the announcement names none. A: it is named for two campuses, at 3 % (R).
USUAL_ESCALATOR_RATE = 0.03
#: Where the line's levels are told: dates from the start of 2026, terms from 15 years.
_YEAR, _TERM_YEARS = 2026.0, 15.0


@dataclass(frozen=True)
class Deal:
    """A lease that was announced. year : with its fraction.  average_usd_per_kw_month : over the term, of critical IT.

    source : confidence, and what it rests on.
    """

    name: str
    year: float
    credit: Credit
    critical_mw: float
    term_years: float
    average_usd_per_kw_month: float
    source: str

    @property
    def first_year_usd_per_kw_month(self) -> float:
        """Rent of the first year at the usual escalator."""
        return first_year(self.average_usd_per_kw_month, self.term_years, USUAL_ESCALATOR_RATE)


def _deal(name: str, year: float, credit: Credit, critical_mw: float, term_years: float, value_usd: float, source: str) -> Deal:
    """A deal whose average rent follows from the value of its base term."""
    return Deal(name, year, credit, critical_mw, term_years, value_usd / (critical_mw * 1000 * 12 * term_years), source)


#: Announced leases of 2024 to 2026 of which value, critical MW and term are known. R from filings and announcements, R* from a
#: secondary list.
DEALS: tuple[Deal, ...] = (
    _deal("Core Scientific, CoreWeave", 2024.45, "unrated", 590, 12, 10.2e9, "R the tenant pays part of the capital"),
    _deal("Applied Digital Polaris Forge 1, CoreWeave", 2025.6, "unrated", 400, 15, 11e9, "R 7 then 11 B$"),
    Deal("Galaxy Helios, CoreWeave", 2025.4, "unrated", 526, 15, 158.0, "D more than 1 B$ a year on 526 MW"),
    _deal("WhiteFiber NC-1, Nscale", 2025.97, "unrated", 40, 10, 0.865e9, "R a small hall"),
    _deal("TeraWulf CB-3 and 4, Fluidstack", 2025.62, "guaranteed", 200, 10, 3.7e9, "R Google covers 1.8 B$"),
    _deal("TeraWulf CB-5, Fluidstack", 2025.63, "guaranteed", 160, 10, 3.0e9, "R 6.7 B$ for 360 MW, less the 3.7 before"),
    _deal("TeraWulf Abernathy, Fluidstack", 2025.82, "guaranteed", 168, 25, 9.5e9, "R Google covers 1.3 B$"),
    _deal("Cipher Barber Lake, Fluidstack", 2025.73, "guaranteed", 168, 10, 3.0e9, "R Google covers 1.4 B$"),
    _deal("Cipher Barber Lake second, Fluidstack", 2025.89, "guaranteed", 39, 10, 0.83e9, "R"),
    _deal("Hut 8 River Bend, Fluidstack", 2025.96, "guaranteed", 245, 15, 7.0e9, "R Google covers all 15 years; 3 % a year"),
    _deal("Applied Digital Polaris Forge 2", 2025.81, "investment_grade", 200, 15, 5e9, "R"),
    _deal("Applied Digital Delta Forge 1", 2026.31, "investment_grade", 300, 15, 7.5e9, "R*"),
    _deal("Applied Digital Delta Forge 2", 2026.44, "investment_grade", 210, 15, 5.2e9, "R*"),
    _deal("Hut 8 Beacon Point", 2026.35, "investment_grade", 352, 15, 9.8e9, "R AA-; 3 % a year"),
    _deal("Cipher Stingray, AWS", 2026.4, "investment_grade", 70, 15, 2.0e9, "R* term K"),
    _deal("TeraWulf Hawesville, Anthropic", 2026.51, "laboratory", 401, 20, 19e9, "R credit support expected"),
    _deal("Riot Rockdale, a laboratory", 2026.61, "laboratory", 191, 20, 9.1e9, "R*"),
    _deal(
        "Cipher Barber Lake, extended to a laboratory", 2026.73, "laboratory", 207, 20, 9.0e9, "R more than 9 B$ over 20 years"
    ),
)


def first_year(average_usd_per_kw_month: float, term_years: float, escalator_rate: float) -> float:
    """Rent of the first year of a lease that averages so much over its term and rises every year."""
    years = round(term_years)
    return average_usd_per_kw_month * years / sum((1.0 + escalator_rate) ** year for year in range(years))


@dataclass(frozen=True)
class RateLine:
    """ln(first year) = level + by_term (term - 15 years) + by_year (date - 2026).

    coefficients : [4] level of investment grade, level of all others, by_term, by_year.  spread : standard error of a deal about
    the line.  freedom : deals less coefficients.  covariance : [4, 4] of the coefficients, times 1 / spread**2.
    """

    coefficients: FloatArray
    spread: float
    freedom: int
    covariance: FloatArray


@cache
def rate_line(deals: tuple[Deal, ...] = DEALS) -> RateLine:
    """Least squares through the deals, all alike."""
    design = np.array([_place(deal.credit, deal.term_years, deal.year) for deal in deals])
    logs = np.log([deal.first_year_usd_per_kw_month for deal in deals])
    found, _, rank, _ = np.linalg.lstsq(design, logs, rcond=None)
    freedom = len(deals) - design.shape[1]
    if rank < design.shape[1] or freedom < 1:
        raise ValueError(f"{len(deals)} deals do not tell credit, term and date apart")
    misfit = float(((logs - design @ found) ** 2).sum())
    return RateLine(found, float(np.sqrt(misfit / freedom)), freedom, np.linalg.inv(design.T @ design))


def _place(credit: Credit, term_years: float, year: float) -> FloatArray:
    rated = credit == "investment_grade"
    return np.array([float(rated), float(not rated), term_years - _TERM_YEARS, year - _YEAR])


@dataclass(frozen=True)
class RateRange:
    """Rent of the first year of a new lease, USD/kW-month of critical IT: one in ten lower, the middle, one in ten higher."""

    low: float
    base: float
    high: float


def new_lease_usd_per_kw_month(credit: Credit, term_months: float, year: float, growth_rate: float = 0.0) -> RateRange:
    """What a new lease would fetch in its first year.

    Parameters
    ----------
    credit : class of the tenant's credit.
    term_months : base term, 60 to 300 months: as far as the deals go, and a little shorter.
    year : date of signing with its fraction, from 2024 on.
    growth_rate : yearly growth of rents after the last deal of the table: a judgement.

    Returns
    -------
    RateRange
        low and high are where the line sees one deal in ten below and above: scatter and doubt about the line (Student's t).
    """
    if credit not in CREDITS:
        raise ValueError(f"{credit!r} is no class of credit: {', '.join(CREDITS)}")
    if not 60 <= term_months <= 300:
        raise ValueError(f"a term of {term_months} months; the deals say nothing outside 60 to 300")
    if not year >= 2024:
        raise ValueError(f"a lease of {year}; the deals begin in 2024")
    line, last = rate_line(), max(deal.year for deal in DEALS)
    place = _place(credit, term_months / 12.0, min(year, last))
    middle = float(place @ line.coefficients) + np.log1p(growth_rate) * max(0.0, year - last)
    half = float(student.ppf(0.9, line.freedom)) * line.spread * np.sqrt(1.0 + place @ line.covariance @ place)
    return RateRange(float(np.exp(middle - half)), float(np.exp(middle)), float(np.exp(middle + half)))
