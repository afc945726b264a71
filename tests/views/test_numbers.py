import math

import pytest

from core.views.numbers import decibels, percent, score_and_threshold, signed


@pytest.mark.parametrize(
    ("share", "decimals", "said"),
    [
        (None, 1, "–"),
        (0.0, 1, "0 %"),
        (1.0, 1, "100 %"),
        (0.00001, 1, "0.1 %"),
        (0.99999, 1, "99.9 %"),
        (0.4567, 1, "45.7 %"),
        (0.4567, 0, "46 %"),
        (0.9999, 0, "100 %"),
    ],
)
def test_a_share_never_rounds_to_all_or_none_where_decimals_are_shown(share, decimals, said):
    assert percent(share, decimals=decimals) == said.replace(" ", "\u00a0")


def test_a_minus_is_no_hyphen():
    assert [signed(-1.234, 1), signed(1.234, 1, plus=True), decibels(-3.04)] == ["−1.2", "+1.2", "−3.0"]
    assert decibels(math.inf) == "∞"


def test_score_and_threshold_look_different_where_they_are():
    assert score_and_threshold(1.0001, 1.0) == ("1.0001", "1.0000")
    assert score_and_threshold(1.0, 1.0) == ("1.00", "1.00")
    assert score_and_threshold(-2.5, math.inf) == ("−2.50", "∞")
