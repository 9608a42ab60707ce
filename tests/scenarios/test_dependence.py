"""Correlations of factors: the matrix, its square root, and what is refused."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.portfolio import Correlation
from repower.portfolio.dependence_checks import is_semidefinite
from repower.scenarios.dependence import FACTORS, cholesky, correlation_matrix
from repower.scenarios.draws import Draws

PAIRS = list(combinations(FACTORS, 2))
VALUES = st.floats(-1, 1)


@given(values=st.lists(VALUES | st.just(0.0), min_size=len(PAIRS), max_size=len(PAIRS)), scale=st.floats(0, 1))
def test_cholesky_gives_the_matrix_back_or_is_refused(values, scale):
    named = tuple(Correlation(between=pair, value=scale * value) for pair, value in zip(PAIRS, values, strict=True))
    matrix = np.eye(len(FACTORS))
    for (first, second), item in zip(PAIRS, named, strict=True):
        row, column = FACTORS.index(first), FACTORS.index(second)
        matrix[row, column] = matrix[column, row] = item.value
    least = np.linalg.eigvalsh(matrix)[0]
    if least < -2e-9:
        assert not is_semidefinite(matrix.tolist())
        with pytest.raises(ValueError, match="no factors"):
            correlation_matrix(named)
        return
    if least < 1e-9:
        return
    assert is_semidefinite(matrix.tolist())
    np.testing.assert_array_equal(correlation_matrix(named), matrix)
    lower = cholesky(matrix)
    np.testing.assert_allclose(lower @ lower.T, matrix, atol=1e-5)
    np.testing.assert_array_equal(np.triu(lower, 1), 0)


def test_correlations_of_exactly_one():
    matrix = correlation_matrix((Correlation(between=("bitcoin", "gpu"), value=1.0),))
    lower = cholesky(matrix)
    np.testing.assert_allclose(lower @ lower.T, matrix)
    assert is_semidefinite(matrix.tolist())


@pytest.mark.parametrize("pair", [("bitcoin", "gold"), ("gpu", "gpu")])
def test_wrong_names_are_refused(pair):
    with pytest.raises(ValueError, match=r"gold|twice"):
        correlation_matrix((Correlation(between=pair, value=0.1),))
    twice = (Correlation(between=("gpu", "power"), value=0.1), Correlation(between=("power", "gpu"), value=0.2))
    with pytest.raises(ValueError, match="twice"):
        correlation_matrix(twice)


def test_shocks_have_the_correlations_that_were_asked():
    """80,000 pairs: the error of a correlation is below 1/sqrt(80,000) = 0.0035."""
    asked = (
        Correlation(between=("bitcoin", "gpu"), value=0.3),
        Correlation(between=("gas", "power"), value=0.6),
        Correlation(between=("rate", "inflation"), value=0.4),
        Correlation(between=("bitcoin", "rate"), value=-0.2),
    )
    draws = Draws(5, 2000, 40, asked)
    shocks = np.stack([draws.shocks(factor).ravel() for factor in FACTORS])
    np.testing.assert_allclose(np.corrcoef(shocks), correlation_matrix(asked), atol=5 * 0.0035)
    assert shocks.mean(axis=1) == pytest.approx(0, abs=5 * 0.0035)
    assert shocks.std(axis=1) == pytest.approx(1, abs=5 * 0.0025)


def test_a_correlation_more_changes_no_factor_before():
    """Shocks of a factor depend on the factors before it only, so the demo's prices stay when a rate joins."""
    few, more = (Correlation(between=("bitcoin", "gpu"), value=0.3),), (Correlation(between=("gas", "rate"), value=0.3),)
    for factor in ("bitcoin", "gpu", "power"):
        np.testing.assert_array_equal(Draws(1, 5, 24, few).shocks(factor), Draws(1, 5, 24, few + more).shocks(factor))
