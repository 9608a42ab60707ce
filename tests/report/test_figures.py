"""Numbers as people read them."""

from __future__ import annotations

import math

import pytest

from repower.report import figures


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        (2_560_248_050, "2.56 B$"),
        (-936_400_000, "−936 M$"),
        (55_800_000, "55.8 M$"),
        (3_581_064, "3.58 M$"),
        (999_960, "1.00 M$"),
        (640_000, "640 k$"),
        (12, "12 $"),
        (0, "0 $"),
        (-0.0, "0 $"),
        (None, "–"),
        (math.nan, "–"),
    ],
)
def test_money_has_three_figures_and_its_unit(usd, words):
    assert figures.usd(usd) == words.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("value", "decimals", "words"),
    [(1234.5, 1, "1,234.5"), (-3.2, 0, "−3"), (-0.2, 0, "0"), (-0.04, 2, "−0.04"), (None, 0, "–"), (math.inf, 0, "–")],
)
def test_a_number_is_grouped_and_nothing_has_no_sign(value, decimals, words):
    assert figures.number(value, decimals) == words


@pytest.mark.parametrize(
    ("value", "words"), [(84700, "84,700"), (0.025, "0.025"), (-97.0, "−97"), (1e-6, "0.000001"), (101.325, "101.325")]
)
def test_an_input_keeps_all_its_figures(value, words):
    assert figures.plain(value) == words


@pytest.mark.parametrize(("share", "words"), [(0.1, "worst tenth"), (0.05, "worst twentieth"), (0.07, "worst 7\u00a0%")])
def test_the_tail_has_a_name(share, words):
    assert figures.tail(share) == words


def test_words_of_a_file_are_escaped():
    assert figures.text("<a href='x'>&\"") == "&lt;a href=&#x27;x&#x27;&gt;&amp;&quot;"
