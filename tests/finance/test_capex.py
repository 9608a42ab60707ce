"""Every dollar of a bill of works is paid once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repower.finance.capex import spend


def test_nominal_duration_is_the_curve_itself():
    paid = spend(-1000.0, 2, [0.5, 0.2, 0.3], 3, 8)
    assert paid[0] == pytest.approx([0, 0, -500, -200, -300, 0, 0, 0])


def test_twice_as_long_halves_every_part():
    paid = spend([100.0, 100.0], [0, 1], [0.6, 0.4], [4, 1], 5)
    assert paid[0] == pytest.approx([30, 30, 20, 20, 0])
    assert paid[1] == pytest.approx([0, 100, 0, 0, 0])


def test_stretch_that_does_not_divide():
    # three months over two parts: the middle month has half of each
    assert spend(1.0, 0, [0.8, 0.2], 3, 3)[0] == pytest.approx([0.8 / 1.5, 0.4 / 1.5 + 0.1 / 1.5, 0.2 / 1.5])


shares = st.lists(st.floats(0, 1), min_size=1, max_size=30).filter(lambda part: sum(part) > 1e-3)


@given(shares, st.integers(1, 48), st.integers(0, 24), st.floats(-1e9, 1e9))
def test_conservation_and_the_cut(parts, duration, start, total):
    curve = np.array(parts) / np.sum(parts)
    paid = spend(total, start, curve, duration, 80)
    assert paid.sum() == pytest.approx(total, rel=1e-12)
    assert not paid[0, :start].any()
    assert paid[0, start + duration :] == pytest.approx(0.0, abs=1e-12 * abs(total))
    assert np.all(np.sign(paid) * np.sign(total) >= 0)
    # a shorter study sees the same months and nothing of the rest
    assert np.array_equal(spend(total, start, curve, duration, 30), paid[:, :30])


def test_refusals():
    with pytest.raises(ValueError, match="sum to 1"):
        spend(1.0, 0, [0.5, 0.4], 2, 5)
    with pytest.raises(ValueError, match="sum to 1"):
        spend(1.0, 0, [1.5, -0.5], 2, 5)
    with pytest.raises(ValueError, match="at least 1"):
        spend(1.0, 0, [1.0], 0, 5)
    with pytest.raises(ValueError, match="before the study"):
        spend(1.0, -1, [1.0], 2, 5)
    with pytest.raises(ValueError, match="NaN"):
        spend(float("nan"), 0, [1.0], 2, 5)
