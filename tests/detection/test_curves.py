import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_curve

from core.detection.curves import Cost, curves
from core.detection.evaluation import auroc

NORMAL = np.array([1, 2, 2, 3], np.float32)
ANOMALY = np.array([2, 4], np.float32)

levels = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.7, 1.0]), min_size=1, max_size=30).map(
    lambda values: np.array(values, np.float32)
)


def test_every_threshold_by_hand():
    found = curves(NORMAL, ANOMALY)
    np.testing.assert_array_equal(found.thresholds, [-np.inf, 1, 2, 3, 4])
    np.testing.assert_array_equal(found.detection, [1, 1, 0.5, 0.5, 0])
    np.testing.assert_array_equal(found.false_alarms, [1, 0.75, 0.25, 0, 0])
    np.testing.assert_array_equal(found.precision, [2 / 6, 2 / 5, 1 / 2, 1, 1])


@given(normal=levels, anomaly=levels)
def test_they_are_scikit_learns(normal, anomaly):
    scores, truth = np.concatenate([normal, anomaly]), np.r_[np.zeros(len(normal)), np.ones(len(anomaly))]
    found = curves(normal, anomaly)
    alarms, detected, _ = roc_curve(truth, scores, drop_intermediate=False)
    np.testing.assert_allclose(found.false_alarms[::-1], alarms)
    np.testing.assert_allclose(found.detection[::-1], detected)
    precision, recall, _ = precision_recall_curve(truth, scores)
    np.testing.assert_allclose(found.precision, precision)
    np.testing.assert_allclose(found.detection, recall)
    assert found.average_precision == pytest.approx(average_precision_score(truth, scores))
    assert -np.trapezoid(found.detection, found.false_alarms) == pytest.approx(auroc(normal, anomaly))


@given(normal=levels, anomaly=levels, count=st.integers(2, 40))
def test_a_drawn_curve_keeps_its_ends_and_few_points(normal, anomaly, count):
    found = curves(normal, anomaly)
    drawn = found.corners(found.false_alarms, count=count)
    assert (drawn[0], drawn[-1]) == (0, len(found.thresholds) - 1)
    assert (np.diff(drawn) > 0).all()
    assert len(drawn) <= count + 2


def test_a_drawn_curve_is_the_curve():
    rng = np.random.default_rng(0)
    found = curves(rng.standard_normal(5000).astype(np.float32), (rng.standard_normal(500) + 1).astype(np.float32))
    drawn = found.corners(found.false_alarms, count=150)
    again = np.interp(found.false_alarms[::-1], found.false_alarms[drawn][::-1], found.detection[drawn][::-1])
    assert np.abs(again - found.detection[::-1]).max() < 0.02


def test_cost_by_hand():
    cost = Cost(miss=10, prevalence=0.2)
    # Of ten images two are anomalies: one of them missed costs 10; of eight normals two are flagged: 2.
    assert cost.of(0.5, 0.25) * 10 == pytest.approx(12)
    assert Cost(miss=1, prevalence=0.5).of(1.0, 0.0) == 0


@pytest.mark.parametrize(("miss", "threshold"), [(1, 3), (1000, 1)])
def test_the_dearer_a_miss_the_lower_the_cheapest_threshold(miss, threshold):
    found = curves(NORMAL, ANOMALY)
    assert found.thresholds[Cost(miss=miss, prevalence=0.3).least(found)] == threshold


@given(normal=levels, anomaly=levels, miss=st.floats(0.1, 100), prevalence=st.floats(0.01, 0.99))
def test_no_threshold_is_cheaper_than_the_cheapest(normal, anomaly, miss, prevalence):
    found, cost = curves(normal, anomaly), Cost(miss=miss, prevalence=prevalence)
    least = cost.of(found.detection, found.false_alarms)[cost.least(found)]
    for threshold in [*found.thresholds, 0.05, 0.5, 2]:
        assert least <= cost.of((anomaly > threshold).mean(), (normal > threshold).mean()) + 1e-12
