from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.detection import detector as module
from core.detection.detector import Detector, knowledge_of, learn, scores_of
from core.detection.scores import SCORES, logarithms
from core.detection.seen import Knowledge, Seen
from core.detection.thresholds import Threshold
from core.errors import KagamiError
from core.images.data import Labelled, flatten
from core.models.bundle import Bundle
from core.models.experiments import experiment


class Black:
    """A mirror that returns black, whatever it sees: the mean absolute error is the mean of the image."""

    def activations(self, x):
        return {"latent": x[:, :2], "reconstruction": np.zeros_like(x)}


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


@pytest.mark.parametrize(("false_alarms", "needed"), [(0.05, 19), (0.1, 9), (0.3, 3), (0.001, 999)])
def test_too_few_normals_for_what_the_conformal_rule_promises(false_alarms, needed):
    def fitted(n):
        detector = Detector(Black(), threshold=Threshold(rule="conformal", false_alarms=false_alarms))
        return detector.fit(grey(*np.linspace(0, 0.5, n)))

    for n in {0, 1, needed - 1}:
        message = f"At {100 * false_alarms:g} % false alarms, the conformal rule needs {needed} normals .* got {n}\\."
        with pytest.raises(KagamiError, match=message + " .* quantile, mean\\+std or fixed") as caught:
            fitted(n)
        assert caught.value.code == "too_few_normals"
        assert caught.value.details == {"needed": needed, "n": n, "percent": f"{100 * false_alarms:g}"}
    assert fitted(needed).threshold_ == 0.5  # the highest of them


def test_normals_whose_scores_do_not_vary():
    with pytest.raises(
        KagamiError, match=r"scores of these 50 normals do not vary: each is 0\.5, and nearly"
    ) as caught:
        Detector(Black()).fit(grey(*[0.5] * 50))
    assert (caught.value.code, caught.value.details) == ("normals_alike", {"n": 50, "score": "0.5"})
    by_hand = Detector(Black(), threshold=Threshold(rule="fixed", at=0.75)).fit(grey(*[0.5] * 50))
    assert by_hand.predict(grey(0.5, 1)).tolist() == [False, True]


def test_images_that_are_not_finite_are_never_normal():
    x = grey(0.5, np.nan)
    with pytest.raises(ValueError, match="images must hold finite numbers"):
        Detector(Black()).fit(grey(0.1, 0.2)).predict(x)


def test_an_unknown_score():
    with pytest.raises(KagamiError, match=r"score must be one of mae, .*, kagami, got 'rmse'") as caught:
        Detector(Black(), score="rmse").fit(grey(0.1, 0.2))
    assert (caught.value.code, caught.value.details) == ("unknown_score", {"name": "rmse"})


@pytest.mark.parametrize(("name", "needs"), [("nap", "whitening"), ("hidden", "memory"), ("kagami", "fusion")])
def test_a_score_that_needs_what_was_not_learnt(name, needs):
    message = f"has learnt no {needs}, which the score '{name}' needs. It can give mae, mse, bce, sap."
    with pytest.raises(KagamiError, match=message) as caught:
        Detector(Black(), score=name).fit(grey(0.1, 0.2))
    assert (caught.value.code, caught.value.details) == ("score_not_learnt", {"name": name})


def test_several_scores_share_what_was_seen():
    asked = []

    class Counted(Black):
        def activations(self, x):
            asked.append(len(x))
            return super().activations(x)

    network = Counted()
    seen = Detector(network).see(grey(0.5, 1))
    found = {name: Detector(network, score=name).decision_function(seen).tolist() for name in ("mae", "mse")}
    assert found == {"mae": [0.5, 1], "mse": [0.25, 1]}
    assert asked == [2]


# From a bundle


class Held(SimpleNamespace):
    """A bundle that is held in memory alone, and can be changed."""

    scores, sources = Bundle.scores, Bundle.sources
    calibration_scores, _scores = Bundle.calibration_scores, Bundle._scores


@pytest.fixture
def bundle():
    """The article's on all digits, with scores 0 and i for the i-th in the table, 1 for the first."""
    return Held(
        experiment=experiment("article-all"),
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


def test_a_bundle_with_one_threshold_gives_it_for_every_way_in(bundle):
    for source in ("scan", "canvas", "photo"):
        detector = Detector.of(bundle, source=source)
        assert (detector.threshold_, detector.source_) == (1, None)


def test_each_way_in_has_its_own_threshold_where_the_bundle_holds_it(bundle):
    bundle.calibration |= {"test_mae": np.zeros(10_000, np.float32), "canvas_mae": np.array([0, 4], np.float32)}
    assert bundle.sources == ("scan", "canvas")
    found = {source: Detector.of(bundle, source=source) for source in ("scan", "canvas", "photo")}
    assert {source: (d.threshold_, d.source_) for source, d in found.items()} == {
        "scan": (1, "scan"),
        "canvas": (4, "canvas"),
        "photo": (1, None),
    }
    with pytest.raises(KagamiError, match="source must be one of scan, canvas, photo, got 'fax'") as caught:
        Detector.of(bundle, source="fax")
    assert caught.value.code == "unknown_source"


def test_a_bundle_without_that_score(bundle):
    bundle.calibration |= {f"test_{name}": np.zeros(10_000, np.float32) for name in ("mae", "bce")}
    del bundle.calibration["score_mse"]
    message = r"holds no scores 'mse': .* It can give mae, bce\. For more, train it again: .* --force"
    with pytest.raises(KagamiError, match=message) as caught:
        Detector.of(bundle, score="mse")
    assert caught.value.code == "score_missing"
    assert caught.value.details == {"name": "article-all", "score": "mse", "given": "mae, bce"}
    with pytest.raises(KagamiError, match="score must be one of"):
        Detector.of(bundle, score="rmse")


def test_a_recipe_that_keeps_no_memory_is_not_to_be_trained_again(bundle):
    with pytest.raises(KagamiError, match="has learnt no fusion, which the score 'kagami' needs") as caught:
        Detector.of(bundle, score="kagami")
    assert caught.value.code == "score_not_learnt"


# What is learnt

IMAGES = np.zeros((50, 28, 28), np.uint8)
IMAGES[:, 4:24, 8:20] = np.random.default_rng(0).integers(0, 256, (50, 20, 12), np.uint8)
TRAIN, CALIBRATE = np.arange(0, 30), np.arange(30, 50)


class Halving:
    """A network 784-4-2-4-784 that returns half of what it sees; its layers are the ink of parts of the image."""

    def activations(self, x):
        ink = x.reshape(len(x), 4, 196).sum(axis=2)
        return {"hidden_0": ink, "latent": ink[:, 1:3], "hidden_1": ink, "reconstruction": x / 2}

    def encode(self, x):
        return self.activations(x)["latent"]


@pytest.fixture(scope="module")
def knowledge():
    return learn(Halving(), IMAGES, train=TRAIN, calibrate=CALIBRATE, memory=True)


def test_the_training_images_are_remembered_by_their_latents(knowledge):
    memory = knowledge.memory
    assert memory.images is IMAGES
    np.testing.assert_array_equal(memory.indices, TRAIN)
    latents = Halving().encode(flatten(IMAGES[TRAIN]))
    for i in (0, 29):
        assert memory.nearest(latents[i], 1)[0].tolist() == [i]


def test_training_images_are_white_and_calibration_images_standard(knowledge):
    pathway = Seen(flatten(IMAGES[TRAIN]), Halving(), Knowledge()).narrow_pathway
    white = knowledge.whitening.apply(pathway)
    assert white.shape == (30, 4)  # of six columns two are told twice
    np.testing.assert_allclose(np.cov(white.T, bias=True), np.eye(4), atol=1e-3)

    terms = logarithms(Seen(flatten(IMAGES[CALIBRATE]), Halving(), knowledge))
    standard = knowledge.fusion.apply(terms)
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(standard.std(axis=0), 1, atol=1e-4)
    kagami = Detector(Halving(), knowledge=knowledge, score="kagami").decision_function(flatten(IMAGES[CALIBRATE]))
    np.testing.assert_allclose(kagami, standard.sum(axis=1), atol=1e-5)


def test_what_calibrates_only_sets_the_scale_of_the_fused_score(knowledge):
    other = learn(Halving(), IMAGES, train=TRAIN, calibrate=CALIBRATE[:5], memory=True)
    mine, others = knowledge.to_arrays(), other.to_arrays()
    assert {name for name in mine if not np.array_equal(mine[name], others[name])} == {"fusion_mean", "fusion_matrix"}


def test_without_a_memory_there_is_nothing_to_fuse():
    plain = learn(Halving(), IMAGES, train=TRAIN, calibrate=CALIBRATE, memory=False)
    assert (plain.memory, plain.fusion) == (None, None)
    assert scores_of(plain) == ("mae", "mse", "bce", "sap", "nap")


def test_no_more_images_are_whitened_than_needed(monkeypatch):
    monkeypatch.setattr(module, "WHITENED", 20)
    found = learn(Halving(), IMAGES, train=TRAIN, calibrate=CALIBRATE, memory=False)
    white = found.whitening.apply(Seen(flatten(IMAGES[TRAIN[:20]]), Halving(), Knowledge()).narrow_pathway)
    np.testing.assert_allclose(np.cov(white.T, bias=True), np.eye(4), atol=1e-3)


def test_a_bundle_brings_its_knowledge_back(knowledge, monkeypatch):
    monkeypatch.setattr(module, "load_mnist", lambda part: pytest.fail("the images are there"))
    x = flatten(IMAGES[CALIBRATE])
    arrays = knowledge.to_arrays()
    for name in SCORES:
        arrays[f"score_{name}"] = Detector(Halving(), knowledge=knowledge, score=name).decision_function(x)
    bundle = Held(experiment=experiment("kagami-all"), autoencoder=Halving(), calibration=arrays)
    again = knowledge_of(bundle, IMAGES)
    for name in SCORES:
        detector = Detector.of(bundle, knowledge=again, score=name)
        np.testing.assert_allclose(detector.decision_function(x), arrays[f"score_{name}"], rtol=1e-5, err_msg=name)
    default = Detector.of(bundle, knowledge=again)
    assert (default.score, default.threshold) == ("kagami", Threshold(rule="conformal"))


def test_mnist_is_loaded_only_where_something_is_remembered(knowledge, bundle, monkeypatch):
    asked = []

    def load(part):
        asked.append(part)
        return Labelled(x=IMAGES, y=np.zeros(50, np.uint8))

    monkeypatch.setattr(module, "load_mnist", load)
    assert scores_of(knowledge_of(bundle)) == ("mae", "mse", "bce", "sap")
    assert asked == []
    bundle.calibration = knowledge.to_arrays()
    assert knowledge_of(bundle).memory.images is IMAGES
    assert asked == ["train"]
