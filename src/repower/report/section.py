"""What all sections share: the two cases, years of the study, and links from a number to its assumption."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from repower.report import figures

if TYPE_CHECKING:
    from repower.study.study import Study

PLAN, AS_USUAL = "plan", "business as usual"
CASES = (PLAN, AS_USUAL)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Section:
    """One section of the page: its anchor, its title (text) and its HTML. `numbered` ones stand in the contents."""

    name: str
    title: str
    html: str


def by_year(values: ArrayLike) -> Floats:
    """Sums over the 12 months of each year of the study: [..., M] gives [..., M / 12]."""
    array = np.asarray(values, dtype=np.float64)
    return np.asarray(array.reshape(*array.shape[:-1], -1, 12).sum(axis=-1))


def by_quarter(values: ArrayLike) -> Floats:
    """Means over the 3 months of each quarter: [..., M] gives [..., M / 3]."""
    array = np.asarray(values, dtype=np.float64)
    return np.asarray(array.reshape(*array.shape[:-1], -1, 3).mean(axis=-1))


def first_year(study: Study) -> float:
    """Start of the study as a year with a fraction: 2027.25 for April 2027."""
    start = study.portfolio.start
    return start.year + (start.month - 1) / 12


def year_names(study: Study) -> list[str]:
    """``2027`` for years that begin in January, else ``2027-04+`` for the twelve months from then on."""
    start = study.portfolio.start
    years = range(start.year, start.year + study.portfolio.years)
    return [str(year) if start.month == 1 else f"{year}-{start.month:02d}+" for year in years]


def anchor(path: str) -> str:
    """The anchor of an assumption: ``a-sites.0.connection.1.import_mw``."""
    return "a-" + path.replace("[", ".").replace("]", "")


def sourced(path: str, shown_html: str) -> str:
    """A number that leads to its source."""
    return f'<a class="src" href="#{figures.text(anchor(path))}" title="where this number comes from">{shown_html}</a>'
