"""How the shocks of the factors hang together: a correlation matrix and its square root."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from repower.portfolio import Correlation
from repower.portfolio.dependence_checks import EIGENVALUE_TOLERANCE, FACTORS

FloatArray = NDArray[np.float64]

__all__ = ["FACTORS", "cholesky", "correlation_matrix"]


def correlation_matrix(correlations: tuple[Correlation, ...]) -> FloatArray:
    """Correlations of `FACTORS` [F, F] (`power` and `gas` are common to all zones); pairs that are not named are 0.

    A portfolio that was read has been checked; ValueError is for one made in memory, with a name that is no factor, a pair
    named twice, or correlations that no factors can have together.
    """
    matrix = np.eye(len(FACTORS))
    for correlation in correlations:
        if not set(correlation.between) <= set(FACTORS):
            raise ValueError(f"{' and '.join(correlation.between)} are not both among the factors {', '.join(FACTORS)}")
        first, second = (FACTORS.index(name) for name in correlation.between)
        if first == second or matrix[first, second] != 0.0:
            raise ValueError(f"the correlation of {' and '.join(correlation.between)} is given twice")
        matrix[first, second] = matrix[second, first] = correlation.value
    least = float(np.linalg.eigvalsh(matrix)[0])
    if least < -EIGENVALUE_TOLERANCE:
        raise ValueError(f"no factors can have these correlations together (least eigenvalue {least:.3f})")
    return matrix


def cholesky(matrix: FloatArray) -> FloatArray:
    """Lower triangle L with L L' = matrix, for a matrix that may be singular (a correlation of exactly 1 or -1)."""
    size = len(matrix)
    lower = np.zeros((size, size))
    for row in range(size):
        for column in range(row + 1):
            rest = matrix[row, column] - lower[row, :column] @ lower[column, :column]
            if row == column:
                lower[row, row] = np.sqrt(rest) if rest > 1e-12 else 0.0
            elif lower[column, column] > 0.0:
                lower[row, column] = rest / lower[column, column]
    return lower
