"""The bundles that ship, held against MNIST's test images and the figures that the README gives."""

from functools import partial

import numpy as np
import pytest

from core.detection.detector import Detector, knowledge_of, scores_of
from core.detection.evaluation import evaluate_digits, evaluate_on_test
from core.detection.scores import SCORES
from core.images.data import MNIST_SHA256, flatten, load_mnist, split_normals, writers_of_their_own
from core.images.sources import SOURCES, brought_in
from core.models.bundle import MODELS, list_bundles, load_bundle
from core.models.experiments import PRESETS, experiment

# Under what GitHub and Streamlit's hosting take without thinking about it.
LARGEST = 16 * 2**20
# One image takes a remembering detector about two milliseconds, so that a sample must do.
SAMPLE = slice(0, 10_000, 50)
# Of the digits that are drawn, the first ones.
DRAWN = 24
# Trained before bundles kept them.
WITHOUT_SNAPSHOTS = ("kagami-all", "kagami-only-1", "kagami-without-0", "denoise-all")


@pytest.fixture(scope="module")
def train():
    return load_mnist("train")


@pytest.fixture(scope="module")
def test():
    return load_mnist("test")


@pytest.fixture(scope="module", params=PRESETS)
def bundle(request):
    return load_bundle(request.param)


@pytest.fixture(scope="module")
def knowledge(bundle, train):
    return knowledge_of(bundle, train.x)


def test_all_presets_ship_and_nothing_else():
    assert list_bundles(MODELS) == tuple(sorted(PRESETS))


def split_of(bundle, y):
    recipe = bundle.experiment.recipe
    return split_normals(
        y,
        bundle.experiment.normals,
        calibrate_fraction=recipe.calibrate_fraction,
        seed=recipe.split_seed,
        writers_apart=recipe.writers_apart,
    )


def test_a_preset_is_todays_recipe_on_todays_data(bundle, train):
    card = bundle.card
    assert card.experiment == experiment(bundle.path.name)
    assert card.data_sha256 == MNIST_SHA256
    recipe, n = card.experiment.recipe, len(split_of(bundle, train.y).train)
    assert card.epochs == max(recipe.epochs, -(-recipe.least_steps // -(-n // recipe.batch_size)))
    assert set(card.versions) == {"keras", "numpy", "tensorflow"}
    assert card.seed == 0


def test_a_preset_learned(bundle):
    loss = bundle.card.history["val_loss"]
    assert loss[-1] <= 1.05 * min(loss)
    assert loss[-1] < 0.6 * loss[0]  # two units soon tell what they can


def test_a_preset_that_shows_how_it_learnt_ends_with_what_it_returns(bundle):
    shown = bundle.snapshots
    if shown is None:
        assert bundle.path.name in WITHOUT_SNAPSHOTS
        return
    assert shown.labels == (*"0123456789", "A")
    assert shown.epochs[0] == 0
    assert shown.epochs[-1] == bundle.card.epochs
    returned = bundle.autoencoder.reconstruct(flatten(shown.images)).reshape(-1, 28, 28) * 255
    np.testing.assert_allclose(shown.reconstructions[-1], returned, atol=0.51)
    # It learns, and what it never saw stays worse; but for the inverted 1.
    normal, unseen = (errors.astype(float).mean(axis=1) for errors in (shown.normal_errors, shown.unseen_errors))
    assert normal[-1] < normal[0] / 5
    inverted = (bundle.card.metrics["auroc"] or 1) < 0.5
    assert (unseen[-1] < normal[-1]) == inverted


def test_a_preset_is_small(bundle):
    assert sum(file.stat().st_size for file in bundle.path.iterdir()) < LARGEST


def test_the_card_tells_what_the_shipped_scores_come_to(bundle, knowledge, test):
    """Those of the test images, which `test_shipped_scores_are_those_of_their_images` holds against their images."""
    detector = Detector.of(bundle, knowledge=knowledge)
    scores = bundle.calibration[f"test_{detector.score}"]
    found = evaluate_digits(scores, test.y, bundle.experiment, threshold=detector.threshold_).to_dict()
    card = dict(bundle.card.metrics)
    for kind in ("normals", "anomalies"):
        told, now = card.pop(kind), found.pop(kind)
        assert list(told) == list(now)
        for label, group in now.items():
            assert told[label] == pytest.approx(group, rel=1e-5), label
    # Cards written before FPR95 and AUPR were measured hold the others.
    assert list(card) == [figure for figure in found if figure in card or figure not in ("fpr95", "aupr")]
    for figure in card:
        now = found[figure]
        assert card[figure] == (None if now is None else pytest.approx(now, rel=1e-6)), figure


def first_of(bundle, source, n, score):
    return bundle.calibration_scores(score, source)[:n]


def test_shipped_scores_are_those_of_their_images(bundle, knowledge, train, test):
    split = split_of(bundle, train.y)
    names = scores_of(knowledge)
    assert names == (tuple(SCORES) if bundle.experiment.recipe.remembers else ("mae", "mse", "bce", "sap", "nap"))
    recipe = bundle.experiment.recipe
    chosen = writers_of_their_own(split.calibrate) if recipe.calibrate_with_pens else split.calibrate
    assert bundle.sources == (tuple(SOURCES) if recipe.calibrate_with_pens else ())
    drawn = chosen[:DRAWN]
    parts = [
        ("scan", lambda score: bundle.calibration_scores(score)[::50], flatten(train.x[chosen[::50]])),
        ("test", lambda score: bundle.test_scores(score)[SAMPLE], flatten(test.x[SAMPLE])),
    ]
    for source in bundle.sources[1:]:
        x = flatten(brought_in(source, train.x[drawn], drawn.tolist(), seed=recipe.split_seed, copies=1))
        parts.append((source, partial(first_of, bundle, source, len(x)), x))
    detectors = {name: Detector.of(bundle, knowledge=knowledge, score=name) for name in names}
    for part, shipped, x in parts:
        seen = detectors["mae"].see(x)
        for name, detector in detectors.items():
            # Sums of float32 may be rounded otherwise on other machines, which `nap` divides by small deviations.
            # `kagami`, a difference of logarithms, goes through 0.
            rtol, atol = {"nap": (1e-2, 0), "kagami": (1e-3, 1e-3)}.get(name, (1e-3, 0))
            now = detector.decision_function(seen)
            np.testing.assert_allclose(now, shipped(name), rtol=rtol, atol=atol, err_msg=f"{part}_{name}")
            if part == "test":
                assert len(bundle.test_scores(name)) == len(test.x)


def test_a_preset_remembers_what_it_learnt_from(bundle, knowledge, train):
    if not bundle.experiment.recipe.remembers:
        assert knowledge.memory is None
        return
    np.testing.assert_array_equal(knowledge.memory.indices, split_of(bundle, train.y).train)
    assert np.isfinite(knowledge.memory.neighbourhood_density).all()


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
