import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from core.detection.detector import Detector
from core.detection.evaluation import Group, aupr, auroc, evaluate, evaluate_on_test, fpr95, inside
from core.models.experiments import experiment

few = st.lists(st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=20).map(
    lambda values: np.array(values, np.float32)
)


def toy(**changes):
    """Normals 1 1 2 score .1 .2 .6, anomalies 0 0 A score .3 .7 .9; the threshold is .5."""
    return evaluate(
        **{
            "normal_scores": np.array([0.1, 0.2, 0.6], np.float32),
            "normal_labels": np.array([1, 1, 2]),
            "anomaly_scores": np.array([0.3, 0.7, 0.9], np.float32),
            "anomaly_labels": np.array(["0", "0", "A"]),
            "threshold": 0.5,
            **changes,
        }
    )


def test_a_toy_that_can_be_counted_by_hand():
    result = toy()
    assert result.auroc == pytest.approx(8 / 9)  # of nine pairs only (.6, .3) is the wrong way round
    assert result.detection_rate == pytest.approx(2 / 3)
    assert result.false_alarm_rate == pytest.approx(1 / 3)
    assert (result.misses, result.normals_n, result.anomalies_n) == (1, 3, 3)
    assert result.normals == {
        "1": Group(n=2, flagged=0, mean_score=pytest.approx(0.15)),
        "2": Group(n=1, flagged=1, mean_score=pytest.approx(0.6)),
    }
    assert result.anomalies == {
        "0": Group(n=2, flagged=1, mean_score=pytest.approx(0.5)),
        "A": Group(n=1, flagged=1, mean_score=pytest.approx(0.9)),
    }


def test_on_the_threshold_is_normal():
    result = toy(threshold=0.6000000238418579)  # the float32 next to 0.6
    assert result.false_alarm_rate == 0


def test_numbers_are_in_the_order_of_numbers():
    labels = np.array([10, 9, 2])
    assert list(toy(anomaly_labels=labels).anomalies) == ["2", "9", "10"]
    assert list(toy(anomaly_labels=labels.astype(str)).anomalies) == ["10", "2", "9"]


def test_without_anomalies_there_is_nothing_to_detect():
    nothing = {"anomaly_scores": np.array([], np.float32), "anomaly_labels": np.array([], np.uint8)}
    result = toy(**nothing)
    assert (result.auroc, result.detection_rate, result.misses, result.anomalies) == (None, None, 0, {})
    assert result.false_alarm_rate == pytest.approx(1 / 3)


def test_without_normals_there_is_no_false_alarm():
    nothing = {"normal_scores": np.array([], np.float32), "normal_labels": np.array([], np.uint8)}
    result = toy(**nothing)
    assert (result.auroc, result.false_alarm_rate, result.normals_n) == (None, None, 0)
    assert result.detection_rate == pytest.approx(2 / 3)


def test_results_are_plain_json():
    told = json.loads(json.dumps(toy().to_dict(), allow_nan=False))
    assert told["anomalies"]["A"] == {"n": 1, "flagged": 1, "mean_score": pytest.approx(0.9)}
    assert told["false_alarm_rate"] == pytest.approx(1 / 3)


@given(normals=few, anomalies=few)
def test_auroc_is_scikit_learns(normals, anomalies):
    truth = np.repeat([0, 1], [len(normals), len(anomalies)])
    expected = roc_auc_score(truth, np.concatenate([normals, anomalies]))
    assert auroc(normals, anomalies) == pytest.approx(expected, abs=1e-12)


def test_auroc_of_many_pairs_does_not_overflow():
    assert auroc(np.zeros(100_000, np.float32), np.ones(100_000, np.float32)) == 1.0


class Black:
    """Returns black: the score of an image is its ink."""

    def activations(self, x):
        return {"latent": x[:, :2], "reconstruction": np.zeros_like(x)}


@pytest.mark.parametrize(("name", "normals", "anomalies"), [("article-only-1", 1135, 8865), ("article-all", 10_000, 0)])
def test_on_mnists_test_images(name, normals, anomalies):
    calibration = np.repeat(np.array([[0.1], [0.1]], np.float32), 784, axis=1)
    result = evaluate_on_test(Detector(Black()).fit(calibration), experiment(name))
    assert (result.normals_n, result.anomalies_n) == (normals, anomalies)
    assert len(result.normals) + len(result.anomalies) == 10
    if anomalies:
        # A 1 has the least ink of all digits, so ink alone tells it from the rest.
        assert result.auroc > 0.9
        assert result.normals["1"].mean_score < min(group.mean_score for group in result.anomalies.values())
    else:
        assert result.auroc is None


def test_the_figures_that_others_publish():
    normal, anomalous = np.arange(100, dtype=np.float32), np.linspace(90, 109, 20, dtype=np.float32)
    # 19 of the 20 anomalies reach 91, and so do nine of the hundred normals.
    assert fpr95(normal, anomalous) == pytest.approx(0.09)
    truth, scores = np.repeat([0, 1], [100, 20]), np.concatenate([normal, anomalous])
    assert aupr(normal, anomalous) == pytest.approx(average_precision_score(truth, scores))
    assert toy().fpr95 == pytest.approx(1 / 3)


def test_what_lies_inside_the_normals_is_inverted():
    normal = np.arange(1, 11, dtype=np.float32)
    assert inside(normal, np.array([0.5, 2, 3, 9], np.float32)) == 0.75
    assert inside(normal, normal + 20) == 0


def test_without_one_of_the_two_there_is_nothing_to_tell():
    some, none = np.ones(3, np.float32), np.empty(0, np.float32)
    assert {measure(*pair) for measure in (aupr, fpr95, inside) for pair in ((some, none), (none, some))} == {None}
