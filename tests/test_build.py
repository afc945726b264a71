"""A bundle of a remembering recipe, built in `models/keras_side.py` from an MNIST of 60 images."""

import numpy as np
import pytest

from core.detection.calibration import normals
from core.detection.detector import Detector, knowledge_of
from core.detection.evaluation import evaluate_digits
from core.detection.scores import SCORES
from core.detection.thresholds import Threshold
from core.images import data
from core.images.data import MNIST_SHA256, Labelled, flatten, split_normals
from core.models.bundle import list_bundles, load_bundle


@pytest.fixture(scope="module")
def tiny(keras_side):
    with np.load(keras_side / "tiny.npz") as archive:
        return dict(archive)


@pytest.fixture(scope="module")
def bundle(keras_side):
    return load_bundle("kagami-only-0-1", folder=keras_side / "models")


@pytest.fixture
def split(tiny, bundle, monkeypatch):
    monkeypatch.setattr(data, "WRITERS_RUN", 5)
    recipe = bundle.experiment.recipe
    return split_normals(
        tiny["y_train"],
        (0, 1),
        calibrate_fraction=recipe.calibrate_fraction,
        seed=recipe.split_seed,
        writers_apart=recipe.writers_apart,
    )


def test_the_card_tells_what_was_done(bundle, keras_side):
    card = bundle.card
    assert list_bundles(keras_side / "models") == (bundle.experiment.name,)
    assert (card.seed, card.data_sha256) == (4, MNIST_SHA256)
    assert card.train_seconds > 0


def test_few_images_are_learnt_from_for_more_epochs(bundle, split):
    """At least 11 steps of up to 8 images; the recipe's one epoch would be five."""
    recipe = bundle.experiment.recipe
    assert (recipe.epochs, recipe.least_steps, recipe.batch_size) == (1, 11, 8)
    assert 32 < len(split.train) <= 40
    assert bundle.card.epochs == len(bundle.card.history["loss"]) == 3


def test_a_bundle_holds_every_score_of_what_calibrates_and_of_the_test_images(bundle, tiny, split):
    detectors = {
        name: Detector.of(bundle, knowledge=knowledge_of(bundle, tiny["x_train"]), score=name, threshold=Threshold())
        for name in SCORES
    }
    calibrating = normals(bundle.experiment, Labelled(x=tiny["x_train"], y=tiny["y_train"]), split)
    assert "scan" in calibrating
    assert bundle.sources == (tuple(calibrating) if len(calibrating) > 1 else ())
    for source, x in calibrating.items():
        seen = detectors["mae"].see(x)
        for name, detector in detectors.items():
            held = bundle.calibration_scores(name, source)
            np.testing.assert_allclose(held, detector.decision_function(seen), rtol=1e-4, atol=1e-4, err_msg=name)
    seen = detectors["mae"].see(flatten(tiny["x_test"]))
    for name, detector in detectors.items():
        kept = bundle.test_scores(name)
        np.testing.assert_allclose(kept, detector.decision_function(seen), rtol=1e-4, atol=1e-4, err_msg=name)


def test_what_trains_is_remembered_and_nothing_else(bundle, tiny, split):
    memory = knowledge_of(bundle, tiny["x_train"]).memory
    np.testing.assert_array_equal(memory.indices, split.train)
    assert set(tiny["y_train"][memory.indices]) == {0, 1}


def test_the_metrics_are_the_recipes_own_detectors(bundle, tiny):
    # Of so few normals the conformal rule promises nothing, and flags nothing.
    threshold = Threshold(rule="conformal").of(bundle.calibration_scores("kagami"))
    found = evaluate_digits(bundle.test_scores("kagami"), tiny["y_test"], bundle.experiment, threshold=threshold)
    assert bundle.card.metrics == found.to_dict()
