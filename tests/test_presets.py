"""The bundles that ship, held against MNIST's test images and the figures that the README gives."""

import pytest

from core.detection.detector import Detector
from core.detection.evaluation import evaluate_on_test
from core.detection.scores import SCORES
from core.images.data import MNIST_SHA256, flatten, load_mnist, split_normals
from core.models.bundle import list_bundles, load_bundle
from core.models.experiments import PRESETS, experiment


@pytest.fixture(scope="module", params=PRESETS)
def bundle(request):
    return load_bundle(request.param)


def test_all_presets_ship_and_nothing_else():
    assert list_bundles() == tuple(sorted(PRESETS))


def test_a_preset_is_todays_recipe_on_todays_data(bundle):
    card = bundle.card
    assert card.experiment == experiment(bundle.path.name)
    assert card.data_sha256 == MNIST_SHA256
    assert card.epochs == card.experiment.recipe.epochs == len(card.history["loss"])
    assert set(card.versions) == {"keras", "numpy", "tensorflow"}
    assert card.seed == 0


def test_a_preset_learned(bundle):
    loss = bundle.card.history["val_loss"]
    assert loss[-1] == min(loss)
    assert loss[-1] < 0.5 * loss[0]


def test_the_card_tells_what_is_measured_now(bundle):
    found = evaluate_on_test(Detector.of(bundle), bundle.experiment).to_dict()
    card = dict(bundle.card.metrics)
    for kind in ("normals", "anomalies"):
        told, now = card.pop(kind), found.pop(kind)
        assert list(told) == list(now)
        for label, group in now.items():
            # Sums of float32 may be rounded otherwise on other machines: one image may change sides.
            assert told[label] == pytest.approx(group, rel=1e-4, abs=1), label
    assert list(card) == list(found)
    for figure, now in found.items():
        if figure.endswith(("auroc", "rate")) and now is not None:
            now = pytest.approx(now, abs=2e-3)
        elif figure == "misses":
            now = pytest.approx(now, abs=2)
        assert card[figure] == now, figure


def test_calibration_scores_are_those_of_the_calibration_images(bundle):
    train = load_mnist("train")
    chosen = bundle.experiment
    split = split_normals(
        train.y,
        chosen.normals,
        calibrate_fraction=chosen.recipe.calibrate_fraction,
        seed=chosen.recipe.split_seed,
    )
    some = slice(0, 500)
    x = flatten(train.x[split.calibrate[some]])
    for score in SCORES:
        shipped = bundle.calibration[f"score_{score}"]
        assert len(shipped) == len(split.calibrate)
        now = Detector(bundle.autoencoder, score=score).decision_function(x)
        assert shipped[some] == pytest.approx(now, rel=1e-4)


def measured(name):
    """Share of the test zeros flagged, and the false-alarm rate, at the article's mean + 1 · std."""
    detector = Detector.of(load_bundle(name))
    assert (detector.score, detector.threshold.rule, detector.threshold.k) == ("mae", "mean+std", 1)
    result = evaluate_on_test(detector, experiment(name))
    zeros = result.anomalies["0"]
    return zeros.flagged / zeros.n, result.false_alarm_rate


def test_the_articles_text_trained_on_1_flags_every_zero():
    zeros, false_alarms = measured("article-only-1")
    assert zeros >= 0.99
    assert false_alarms <= 0.08


def test_the_articles_listing_trained_on_1_to_9_flags_half_of_them():
    zeros, false_alarms = measured("article-without-0")
    assert zeros == pytest.approx(0.47, abs=0.06)
    assert false_alarms == pytest.approx(0.13, abs=0.03)
