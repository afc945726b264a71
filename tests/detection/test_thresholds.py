import math
import re

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.detection.thresholds import (
    RULES,
    Threshold,
    borderline,
    conformal,
    least_normals,
    mean_plus_std,
    p_values,
    quantile,
)
from core.errors import KagamiError

rates = st.floats(0, 1, exclude_min=True, exclude_max=True)
# Few different values: most sets have ties.
tied = st.sampled_from([0.0, 0.1, 0.125, 0.3, 0.5])
scores = st.lists(st.one_of(tied, st.floats(0, 1, width=32)), min_size=1, max_size=60).map(
    lambda values: np.array(values, np.float32)
)


def test_mean_plus_std_by_hand():
    calibration = np.array([1, 3], np.float32)
    assert mean_plus_std(calibration, 1) == 3  # mean 2, standard deviation 1 (of the population, as np.std)
    assert mean_plus_std(calibration, 0) == 2
    assert mean_plus_std(calibration, 2.5) == 4.5


def test_mean_plus_std_sums_in_double_precision():
    calibration = np.full(1_000_000, 0.1, np.float32)
    assert mean_plus_std(calibration, 1) == pytest.approx(float(np.float32(0.1)), abs=1e-12)


def test_quantile_by_hand():
    calibration = np.arange(1, 101, dtype=np.float32)
    assert (calibration > quantile(calibration, 0.05)).sum() == 5 - 1
    assert quantile(np.array([4, 1, 3, 2], np.float32), 0.5) == 3


@given(calibration=scores, rate=rates)
def test_quantile_is_a_score_that_at_most_the_wanted_share_exceeds(calibration, rate):
    threshold = quantile(calibration, rate)
    assert threshold in calibration
    assert (calibration > threshold).sum() <= rate * len(calibration)


def test_conformal_by_hand():
    calibration = np.arange(1, 20, dtype=np.float32)  # n = 19: 0.05 (n + 1) = 1
    # p ≤ 0.05 only above all 19.
    assert conformal(calibration, 0.05) == 19
    assert conformal(calibration, 0.1) == 18
    # p = 1/20 is as small as it gets.
    assert conformal(calibration, 0.04) == math.inf
    np.testing.assert_array_equal(
        p_values(np.array([0, 10, 18, 18.5, 19, 20], np.float32), calibration),
        np.array([20, 11, 3, 2, 2, 1]) / 20,
    )


@given(rate=st.floats(0.002, 1, exclude_max=True))
@example(rate=1 / 3)
@example(rate=0.05)
def test_the_least_normals_are_those_that_make_the_threshold_finite(rate):
    needed = least_normals(rate)
    assert math.isfinite(conformal(np.zeros(needed, np.float32), rate))
    assert needed == 0 or math.isinf(conformal(np.zeros(needed - 1, np.float32), rate))


def test_the_least_normals_of_rates_that_hardly_are_any():
    assert (least_normals(0.05), least_normals(1e-9), least_normals(0.5)) == (19, 999_999_999, 1)
    assert least_normals(5e-324) > 10**300


@given(calibration=scores, judged=scores, rate=rates, data=st.data())
def test_conformal_flags_exactly_where_p_is_at_most_the_rate(calibration, judged, rate, data):
    # Rates that p-values can hit are where rounding would show.
    steps = len(calibration) + 1
    exact = data.draw(st.integers(1, steps).map(lambda step: step / steps).filter(lambda share: share < 1))
    judged = np.concatenate([judged, calibration])
    p = p_values(judged, calibration)
    for each in (rate, exact, np.nextafter(exact, 0)):
        np.testing.assert_array_equal(judged > conformal(calibration, each), p <= each)


@given(everyone=st.lists(tied, min_size=2, max_size=25), rate=rates)
def test_conformal_keeps_its_promise_for_exchangeable_scores(everyone, rate):
    # Of exchangeable scores each is equally likely to be the one that is judged by the rest, so the expected
    # false-alarm rate is this share, for whatever scores.
    everyone = np.array(everyone, np.float32)
    alarms = [everyone[i] > conformal(np.delete(everyone, i), rate) for i in range(len(everyone))]
    assert np.mean(alarms) <= rate + 1e-12


def test_conformal_keeps_its_promise_on_random_normals():
    rng = np.random.default_rng(0)
    alarms = [rng.standard_normal(20) > conformal(rng.standard_normal(99), 0.1) for _ in range(2000)]
    # 40,000 judgements; the spread of their mean is about 0.0011 (calibration sets serve twenty each).
    assert np.mean(alarms) == pytest.approx(0.1, abs=0.004)


@given(calibration=scores, judged=scores)
def test_p_values_are_shares_that_fall_with_the_score(calibration, judged):
    judged = np.sort(judged)
    p = p_values(judged, calibration)
    assert ((p > 0) & (p <= 1)).all()
    assert (np.diff(p) <= 0).all()
    by_definition = [(1 + (calibration >= s).sum()) / (len(calibration) + 1) for s in judged]
    np.testing.assert_array_equal(p, by_definition)


def test_each_rule_takes_its_own_parameter():
    calibration = np.arange(1, 20, dtype=np.float32)
    threshold = {name: Threshold(rule=name, k=2, false_alarms=0.1, at=3.5).of(calibration) for name in RULES}
    assert threshold == {
        "mean+std": mean_plus_std(calibration, 2),
        "quantile": quantile(calibration, 0.1),
        "conformal": conformal(calibration, 0.1),
        "fixed": 3.5,
    }


def test_the_default_is_the_articles():
    assert Threshold() == Threshold(rule="mean+std", k=1.0)


@pytest.mark.parametrize(
    ("setting", "code", "message"),
    [
        ({"rule": "mean"}, "unknown_rule", "rule must be one of mean+std, quantile, conformal, fixed, got 'mean'."),
        ({"k": -0.1}, "bad_k", "k must be between 0 and 10, got -0.1."),
        ({"k": 10.5}, "bad_k", "k must be between 0 and 10, got 10.5."),
        ({"k": math.nan}, "bad_k", "k must be between 0 and 10, got nan."),
        ({"false_alarms": 0}, "bad_false_alarms", "between 0 and 1 (both excluded), got 0."),
        ({"false_alarms": 1.0}, "bad_false_alarms", "between 0 and 1 (both excluded), got 1.0."),
        ({"false_alarms": math.nan}, "bad_false_alarms", "between 0 and 1 (both excluded), got nan."),
        ({"at": math.inf}, "bad_at", "at must be a finite number, got inf."),
    ],
)
def test_settings_are_checked(setting, code, message):
    with pytest.raises(KagamiError, match=re.escape(message)) as caught:
        Threshold(**setting)
    assert caught.value.code == code


def test_borderline_by_hand():
    calibration = np.arange(100, dtype=np.float32)
    assert borderline(calibration, 95.0) == (91, 97)  # 4 are flagged; above 91 are 8, above 97 are 2
    assert borderline(calibration, 98.5) == (97, 99)  # 1; 2, and none
    assert borderline(calibration, 99.0) == (99, 99)  # nothing to double
    assert borderline(calibration, math.inf) == (math.inf, math.inf)
    assert borderline(calibration, 20.0) == (0, 60)  # 79; twice as many are more than there are


@given(calibration=scores, rate=rates)
def test_the_borderline_band_holds_the_threshold_and_flags_no_more_than_twice_and_half_as_many(calibration, rate):
    threshold = quantile(calibration, rate)
    low, high = borderline(calibration, threshold)
    flagged = np.count_nonzero(calibration > threshold)
    assert low <= threshold <= high
    assert np.count_nonzero(calibration > high) <= flagged / 2
    if low < threshold:
        assert flagged <= np.count_nonzero(calibration > low) <= 2 * flagged
