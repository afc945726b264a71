from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.detection.detector import scores_of
from core.detection.memory import Memory
from core.detection.scores import FUSED, NEIGHBOURS, SCORES, error_map, logarithms
from core.detection.seen import Affine, Knowledge, Seen

X = np.array([[0, 0, 1, 1], [0.5, 0, 0, 0]], np.float32)
RETURNED = np.array([[0, 0.5, 1, 0], [0.5, 0, 0, 0]], np.float32)

unit = st.floats(0, 1, width=32)
pairs = arrays(np.float32, (2, 3, 6), elements=unit)


class Returns:
    """A network without hidden layers that returns what it is told to; its latent is the first two pixels."""

    def __init__(self, reconstruction):
        self.reconstruction = reconstruction

    def activations(self, x):
        return {"latent": x[:, :2], "reconstruction": self.reconstruction}


def scored(name, x, reconstruction):
    """The score of images (n, pixels) that are returned as `reconstruction`."""
    return SCORES[name].compute(Seen(x, Returns(reconstruction), Knowledge()))


# What the image and its reconstruction tell


def test_error_map_is_per_pixel():
    np.testing.assert_array_equal(error_map(X, RETURNED), [[0, 0.5, 0, 1], [0, 0, 0, 0]])


def test_mae_and_mse_by_hand():
    np.testing.assert_allclose(scored("mae", X, RETURNED), [1.5 / 4, 0])
    np.testing.assert_allclose(scored("mse", X, RETURNED), [1.25 / 4, 0])


def test_bce_by_hand():
    x = np.array([[1, 0], [0.5, 0.5]], np.float32)
    returned = np.array([[0.5, 0.5], [0.5, 0.25]], np.float32)
    np.testing.assert_allclose(
        scored("bce", x, returned), [np.log(2), (np.log(2) - (np.log(0.25) + np.log(0.75)) / 2) / 2], rtol=1e-6
    )


def test_bce_is_finite_where_the_network_is_sure_and_wrong():
    x = np.array([[0, 1]], np.float32)
    worst = scored("bce", x, 1 - x)
    assert np.isfinite(worst).all()
    # Keras keeps probabilities 1e-7 from 0 and 1; float32 has no number closer to 1 than about 1.2e-7.
    np.testing.assert_allclose(worst, -np.log(1e-7), rtol=0.02)
    np.testing.assert_allclose(scored("bce", x, x), 0, atol=2e-7)


def test_without_hidden_layers_sap_is_the_error_and_the_latents():
    # Squared: 0.25 + 1 in the image, 0.25 in the latent, which is the first two pixels.
    np.testing.assert_allclose(scored("sap", X, RETURNED), [1.5, 0])


PLAIN = ("mae", "mse", "bce", "sap")


@pytest.mark.parametrize("name", PLAIN)
@given(pair=pairs)
def test_every_score_is_one_finite_float32_an_image_and_never_negative(name, pair):
    x, returned = pair
    scores = scored(name, x, returned)
    assert scores.shape == (3,)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert (scores >= -1e-6).all()


@pytest.mark.parametrize("name", PLAIN)
@given(pair=pairs)
def test_no_reconstruction_scores_less_than_the_image_itself(name, pair):
    x, returned = pair
    assert (scored(name, x, returned) >= scored(name, x, x) - 1e-5).all()


# What layers and memory tell


class Rows:
    """A network 784-3-2-3-784 whose layers are the sums of the images' upper rows, and which returns half its input."""

    def activations(self, x):
        ink = x.reshape(-1, 28, 28).sum(axis=2)  # (n, 28), one number a row
        return {
            "hidden_0": ink[:, :3],
            "latent": ink[:, :2],
            "hidden_1": ink[:, :3] * 100,
            "reconstruction": x / 2,
        }


def rows(*levels):
    """Images (n, 784): in each of its first rows, every pixel is at one of the given levels in 0 … 255."""
    images = np.zeros((len(levels), 28, 28), np.uint8)
    for image, level in zip(images, levels, strict=True):
        image[: len(level)] = np.array(level)[:, np.newaxis]
    return images


def seen_of(levels, knowledge):
    return Seen(rows(*levels).reshape(-1, 784) / np.float32(255), Rows(), knowledge)


def test_sap_by_hand():
    # Rows of ink 28, 28·0.2 and 0: half of it is lost in the image, hidden_0 and the latent.
    found = SCORES["sap"].compute(seen_of([(255, 51), (0, 0, 0)], Knowledge()))
    row, image = 14**2 + 2.8**2, 28 * (0.5**2 + 0.1**2)
    np.testing.assert_allclose(found, [2 * row + image, 0], rtol=1e-5)


def test_nap_by_hand():
    # The pathway is (a, b, c, a, b) / 2 with a, b, c the ink of three rows; only a and b / 2 are kept here.
    matrix = np.zeros((5, 2), np.float32)
    matrix[3, 0], matrix[4, 1] = 1, 0.5
    whitening = Affine(mean=np.full(5, 2, np.float32), matrix=matrix)
    found = SCORES["nap"].compute(seen_of([(255, 51), (0, 0)], Knowledge(whitening=whitening)))
    np.testing.assert_allclose(found, [(14 - 2) ** 2 + ((2.8 - 2) / 2) ** 2, 2**2 + 1], rtol=1e-5)


def recalling(**answers):
    """A memory that answers so to the only image."""
    return SimpleNamespace(recall=lambda x, latents: [SimpleNamespace(**answers)])


def test_latent_is_the_mean_of_the_five_nearest():
    memory = recalling(distances=np.array([1, 2, 3, 4, 5, 100], np.float32))
    assert NEIGHBOURS == 5
    np.testing.assert_array_equal(SCORES["latent"].compute(seen_of([(0,)], Knowledge(memory=memory))), [3])


def test_hidden_is_the_mean_of_the_five_nearest_candidates_in_the_last_hidden_layer():
    # Third rows of ink 28·level/255: hidden_0 sees them, the latent does not. Level 255 is no candidate.
    levels = [0, 51, 102, 153, 204, 250, 10, 255]
    images = rows(*((0, 0, level) for level in levels))
    memory = recalling(near=np.array([5, 4, 3, 2, 1, 0]))
    memory.images = images
    found = SCORES["hidden"].compute(seen_of([(0, 0, 0)], Knowledge(memory=memory)))
    np.testing.assert_allclose(found, [28 * np.mean([0, 51, 102, 153, 204]) / 255], rtol=1e-5)


def test_hidden_of_a_network_without_hidden_layers_is_the_latents():
    images = np.zeros((2, 28, 28), np.uint8)
    images[1, 0, 0] = 255
    memory = recalling(near=np.array([0, 1]))
    memory.images = images
    x = np.zeros((1, 784), np.float32)
    seen = Seen(
        x, SimpleNamespace(activations=lambda x: {"latent": x[:, :2], "reconstruction": x}), Knowledge(memory=memory)
    )
    np.testing.assert_allclose(SCORES["hidden"].compute(seen), [0.5])  # distances 0 and 1


def test_unlike_and_lacking_are_what_was_recalled():
    seen = seen_of([(0,)], Knowledge(memory=recalling(unlike=1.5, lacking=0.25)))
    assert SCORES["unlike"].compute(seen).tolist() == [1.5]
    assert SCORES["lacking"].compute(seen).tolist() == [0.25]


def test_kagami_adds_up_standardised_logarithms():
    fusion = Affine(mean=np.array([1, -2], np.float32), matrix=np.array([2, 0.5], np.float32))
    knowledge = Knowledge(memory=recalling(unlike=np.e**3, lacking=np.e), fusion=fusion)
    assert [term.__name__ for term in FUSED] == ["unlike", "lacking"]
    found = SCORES["kagami"].compute(seen_of([(0,)], knowledge))
    np.testing.assert_allclose(found, [(3 - 1) * 2 + (1 + 2) * 0.5], rtol=1e-5)


def test_kagami_is_finite_where_nothing_differs():
    seen = seen_of([(0,)], Knowledge(memory=recalling(unlike=0.0, lacking=0.0)))
    np.testing.assert_allclose(logarithms(seen), [[np.log(1e-7)] * 2], rtol=1e-5)


# The table


@pytest.fixture(scope="module")
def everything():
    """Knowledge of twelve images of bright upper rows, learnt from those themselves."""
    rng = np.random.default_rng(0)
    images = rows(*rng.integers(100, 256, (12, 3)))
    images[:, :, :4] = 0
    x = images.reshape(-1, 784) / np.float32(255)
    memory = Memory.of(images, np.arange(12), Rows().activations(x)["latent"])
    seen = Seen(x, Rows(), Knowledge(memory=memory))
    return Knowledge(
        memory=memory,
        whitening=Affine.whitening(seen.narrow_pathway),
        fusion=Affine.standardising(logarithms(seen)),
    )


@pytest.mark.parametrize("name", SCORES)
@pytest.mark.parametrize("n", [0, 1, 9])
def test_every_score_is_one_finite_float32_an_image(name, n, everything):
    levels = np.random.default_rng(1).integers(0, 256, (n, 3))
    scores = SCORES[name].compute(seen_of(levels, everything))
    assert (scores.shape, scores.dtype) == ((n,), np.float32)
    assert np.isfinite(scores).all()
    assert name == "kagami" or (scores >= 0).all()


@pytest.mark.parametrize("name", SCORES)
def test_blank_paper_has_finite_scores(name, everything):
    assert np.isfinite(SCORES[name].compute(seen_of([()], everything))).all()


@pytest.mark.parametrize("name", [score.name for score in SCORES.values() if score.needs])
def test_what_is_like_no_normal_scores_more_than_the_normals(name, everything):
    """Upright strokes, where every normal has bright upper rows."""
    x = everything.memory.images.reshape(-1, 784) / np.float32(255)
    strange = np.zeros((1, 28, 28), np.float32)
    strange[:, 2:26, 2:26:6] = 1
    strange[:, 2:26, 3:26:6] = 1
    normal = SCORES[name].compute(Seen(x, Rows(), everything))
    (anomaly,) = SCORES[name].compute(Seen(strange.reshape(1, 784), Rows(), everything))
    assert anomaly > np.median(normal)


def test_the_table_names_its_rows():
    assert list(SCORES) == ["mae", "mse", "bce", "sap", "nap", "latent", "hidden", "unlike", "lacking", "kagami"]
    assert all(name == score.name for name, score in SCORES.items())


def test_needs_are_knowledge():
    assert {score.needs for score in SCORES.values()} == {None, *vars(Knowledge())}


def test_scores_of_what_is_known(everything):
    plain = ("mae", "mse", "bce", "sap")
    remembering = ("latent", "hidden", "unlike", "lacking")
    assert scores_of(Knowledge()) == plain
    assert scores_of(Knowledge(whitening=everything.whitening)) == (*plain, "nap")
    assert scores_of(Knowledge(memory=everything.memory)) == (*plain, *remembering)
    assert scores_of(everything) == tuple(SCORES)


@pytest.mark.parametrize("name", ["latent", "unlike", "lacking"])
def test_a_score_of_memories_without_a_memory(name):
    with pytest.raises(ValueError, match="this detector remembers no images"):
        SCORES[name].compute(seen_of([(1,)], Knowledge()))
