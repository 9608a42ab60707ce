"""How shocks hang together: the factors that there are, each pair once, a matrix that shocks can have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

from repower.portfolio.finding import Finding
from repower.portfolio.naming import did_you_mean
from repower.portfolio.portfolio import Portfolio

#: What has monthly shocks that may be correlated with others'; `power` and `gas` are common to all zones.
FACTORS = ("bitcoin", "gpu", "power", "gas", "rate", "inflation")
#: A least eigenvalue down to minus this is rounding of the values in the file, not a contradiction.
EIGENVALUE_TOLERANCE = 1e-9


def check_factors(portfolio: Portfolio) -> Iterator[Finding]:
    """Correlations are between factors that there are."""
    for position, correlation in enumerate(portfolio.markets.correlations):
        path = ("markets", "correlations", position, "between")
        for side, factor in enumerate(correlation.between):
            if factor not in FACTORS:
                yield Finding("P217", (*path, side), f"{factor} is no factor", did_you_mean(factor, FACTORS, "factors"))


def check_pairs(portfolio: Portfolio) -> Iterator[Finding]:
    """Correlations are between two different factors, each pair once."""
    pairs: list[frozenset[str]] = []
    for position, correlation in enumerate(portfolio.markets.correlations):
        path = ("markets", "correlations", position, "between")
        pair = frozenset(correlation.between)
        if len(pair) == 1:
            yield Finding("P217", path, "a factor with itself has correlation 1", f"name two of {', '.join(FACTORS)}")
        elif pair in pairs:
            yield Finding("P217", path, f"{' and '.join(sorted(pair))} stand here for the second time", "keep one of the two")
        pairs.append(pair)


def check_matrix(portfolio: Portfolio) -> Iterator[Finding]:
    """The correlations can hold together: their matrix is positive semidefinite."""
    values = {frozenset(item.between): item.value for item in portfolio.markets.correlations}
    if any(not pair <= set(FACTORS) or len(pair) != 2 for pair in values) or len(values) != len(portfolio.markets.correlations):
        return
    matrix = [[1.0 if row == column else values.get(frozenset((row, column)), 0.0) for column in FACTORS] for row in FACTORS]
    if not is_semidefinite(matrix):
        named = ", ".join(f"{'-'.join(item.between)} {item.value:g}" for item in portfolio.markets.correlations)
        message = f"no shocks can be correlated like this: {named} contradict one another (those not named are 0)"
        hint = "two factors that both follow a third also follow each other; bring the values nearer to 0, or name all pairs"
        yield Finding("P218", ("markets", "correlations"), message, hint)


def check_power_shares(portfolio: Portfolio) -> Iterator[Finding]:
    """What a region has in common includes what all zones have in common."""
    markets = portfolio.markets
    common, regional = markets.power_common_share, markets.power_region_share
    if regional < common and any(zone.region for zone in markets.power):
        message = f"zones of one region would share {regional:g}, less than the {common:g} that all zones share"
        hint = "power_region_share includes power_common_share; raise the one or lower the other"
        yield Finding("P280", ("markets", "power_region_share"), message, hint)


def is_semidefinite(matrix: Sequence[Sequence[float]], tolerance: float = EIGENVALUE_TOLERANCE) -> bool:
    """Whether no eigenvalue of a symmetric matrix is below minus `tolerance`: then, and only then, the matrix with the
    tolerance added to its diagonal has a Cholesky factor. (Reading a portfolio imports no array library.)"""
    lower: list[list[float]] = []
    for row, values in enumerate(matrix):
        factors: list[float] = []
        for column in range(row):
            rest = values[column] - sum(a * b for a, b in zip(factors, lower[column], strict=False))
            factors.append(rest / lower[column][column])
        pivot = values[row] + tolerance - sum(factor * factor for factor in factors)
        if pivot <= 0.0:
            return False
        lower.append([*factors, sqrt(pivot)])
    return True


OF_PORTFOLIO = (check_factors, check_pairs, check_matrix, check_power_shares)
