from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.detection.detector import Detector
from core.detection.scores import SCORES
from core.detection.thresholds import Threshold
from core.errors import KagamiError
from core.models.experiments import PRESETS, experiment


class Black:
    """A mirror that returns black, whatever it sees: the mean absolute error is the mean of the image."""

    def reconstruct(self, x):
        return np.zeros_like(x)


def grey(*levels):
    """Images (n, 784), each of one level: their scores under `Black` are these levels."""
    return np.repeat(np.array(levels, np.float32)[:, None], 784, axis=1)


def test_fit_sets_the_threshold_and_predict_holds_scores_against_it():
    detector = Detector(Black()).fit(grey(0.25, 0.75))  # mean 0.5, standard deviation 0.25
    assert detector.threshold_ == 0.75
    np.testing.assert_array_equal(detector.calibration_scores_, np.array([0.25, 0.75], np.float32))
    x = grey(0, 0.75, 0.7501, 1)
    np.testing.assert_allclose(detector.decision_function(x), [0, 0.75, 0.7501, 1], rtol=1e-6)
    # Exactly on the threshold is normal.
    assert detector.predict(x).tolist() == [False, False, True, True]


def test_higher_scores_are_more_anomalous_and_have_lower_p_values():
    detector = Detector(Black()).fit(grey(*np.linspace(0, 0.5, 9)))
    p = detector.p_value(np.array([-1, 0.25, 0.6], np.float32))
    np.testing.assert_allclose(p, [1, 0.6, 0.1])


def test_the_conformal_rule_and_the_p_value_agree():
    detector = Detector(Black(), threshold=Threshold(rule="conformal", false_alarms=0.2))
    detector.fit(grey(*np.linspace(0, 0.5, 9)))
    x = grey(*np.linspace(0, 1, 101))
    np.testing.assert_array_equal(detector.predict(x), detector.p_value(detector.decision_function(x)) <= 0.2)
    assert 0 < detector.predict(x).sum() < 101


def test_the_score_is_the_one_asked_for():
    assert Detector(Black(), score="mse").decision_function(grey(0.5)) == pytest.approx(0.25)
    assert Detector(Black(), score="mae").decision_function(grey(0.5)) == pytest.approx(0.5)


def test_the_verdict_is_the_same_in_every_precision():
    levels = np.random.default_rng(0).random(50)
    detector = Detector(Black(), threshold=Threshold(k=0.5)).fit(grey(*levels))
    # The browser and JSON hold the threshold as a double, scores are float32.
    assert detector.threshold_ == float(np.float32(detector.threshold_))


def test_a_constructor_only_stores():
    detector = Detector(Black(), score="mse", threshold=Threshold(k=2))
    assert (detector.score, detector.threshold) == ("mse", Threshold(k=2))
    assert not hasattr(detector, "threshold_")
    assert detector.fit(grey(0.1, 0.2)) is detector


@pytest.mark.parametrize("n", [0, 1])
def test_too_little_to_calibrate_with(n):
    with pytest.raises(ValueError, match=f"calibration needs two or more finite scores, got {n}"):
        Detector(Black()).fit(grey(*[0.5] * n))


def test_images_that_are_not_finite_are_never_normal():
    x = grey(0.5, np.nan)
    with pytest.raises(ValueError, match="images must hold finite numbers"):
        Detector(Black()).fit(grey(0.1, 0.2)).predict(x)


def test_an_unknown_score():
    with pytest.raises(KagamiError, match="score must be one of mae, mse, bce, got 'rmse'") as caught:
        Detector(Black(), score="rmse").fit(grey(0.1, 0.2))
    assert (caught.value.code, caught.value.details) == ("unknown_score", {"name": "rmse"})


@pytest.fixture
def bundle():
    return SimpleNamespace(
        experiment=experiment(PRESETS[0]),
        autoencoder=Black(),
        calibration={f"score_{name}": np.array([0, i], np.float32) for i, name in enumerate(SCORES, start=1)},
    )


def test_a_bundles_detector_is_its_recipes(bundle):
    detector = Detector.of(bundle)
    assert (detector.score, detector.threshold) == ("mae", Threshold(rule="mean+std"))
    assert detector.threshold_ == 1  # of 0 and 1


def test_a_bundles_detector_may_be_another(bundle):
    detector = Detector.of(bundle, score="bce", threshold=Threshold(k=0))
    assert (detector.score, detector.threshold_) == ("bce", 1.5)  # mean of 0 and 3
    recipe = replace(bundle.experiment.recipe, score="mse")
    bundle.experiment = replace(bundle.experiment, recipe=recipe)
    assert Detector.of(bundle).score == "mse"


def test_a_bundle_without_that_score(bundle):
    del bundle.calibration["score_mse"]
    with pytest.raises(KagamiError, match=r"holds no score_mse\. Train it again: .* --force") as caught:
        Detector.of(bundle, score="mse")
    assert caught.value.code == "bundle_damaged"
    with pytest.raises(KagamiError, match="score must be one of"):
        Detector.of(bundle, score="rmse")
