import numpy as np
import pytest

from core.detection.memory import Memory
from core.detection.scores import mae, sap
from core.detection.seen import Affine, Knowledge, Seen, remembers


def correlated(n=200, seed=0):
    """(n, 4) normal numbers of different means and spreads, all correlated."""
    rng = np.random.default_rng(seed)
    return np.asarray(rng.standard_normal((n, 4)) @ rng.standard_normal((4, 4)) * [1, 5, 0.1, 1] + 3, np.float32)


# Affine


@pytest.mark.parametrize("matrix", [np.array([[2, 0], [0, 3]], np.float32), np.array([2, 3], np.float32)])
def test_a_diagonal_stands_for_its_matrix(matrix):
    affine = Affine(mean=np.array([1, 1], np.float32), matrix=matrix)
    np.testing.assert_array_equal(affine.apply(np.array([[1, 2], [0, 1]], np.float32)), [[0, 3], [-2, 0]])


def test_whitening_gives_uncorrelated_columns_of_variance_one():
    x = correlated()
    white = Affine.whitening(x).apply(x)
    assert (white.shape, white.dtype) == ((200, 4), np.float32)
    np.testing.assert_allclose(white.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(np.cov(white.T, bias=True), np.eye(4), atol=1e-3)


def test_a_white_length_is_mahalanobiss_distance():
    x, other = correlated(), correlated(seed=1)[:5]
    centred = np.float64(other) - x.mean(axis=0, dtype=float)
    expected = np.einsum("ni,ij,nj->n", centred, np.linalg.inv(np.cov(np.float64(x).T, bias=True)), centred)
    found = np.square(Affine.whitening(x).apply(other)).sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-3)


@pytest.mark.parametrize(
    "more",
    [lambda x: x[:, :2] @ np.ones((2, 1), np.float32), lambda x: np.full((len(x), 1), 7, np.float32)],
    ids=["a sum of others", "a constant"],
)
def test_a_direction_without_variance_is_dropped(more):
    x = correlated()
    x = np.concatenate([x, more(x)], axis=1)
    whitening = Affine.whitening(x)
    assert whitening.matrix.shape == (5, 4)
    np.testing.assert_allclose(np.cov(whitening.apply(x).T, bias=True), np.eye(4), atol=1e-3)


def test_fewer_rows_than_columns_can_be_whitened():
    x = correlated(n=3)
    white = Affine.whitening(x).apply(x)
    assert white.shape == (3, 2)
    np.testing.assert_allclose(np.cov(white.T, bias=True), np.eye(2), atol=1e-3)


def test_standardising():
    x = np.array([[1, 5, 7], [3, 5, 7], [5, 5, 10]], np.float32)
    found = Affine.standardising(x).apply(x)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[:, [0, 2]].mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(found[:, [0, 2]].std(axis=0), 1, rtol=1e-6)
    np.testing.assert_array_equal(found[:, 1], 0)  # a constant stays one


# Knowledge

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 28, 28), np.uint8)


def memory():
    return Memory.of(IMAGES, np.array([2, 0]), np.array([[1, 2], [3, 4]], np.float32))


@pytest.mark.parametrize("parts", [(), ("whitening",), ("memory", "whitening", "fusion")])
def test_knowledge_survives_its_arrays(parts):
    every = {
        "memory": memory(),
        "whitening": Affine.whitening(correlated()),
        "fusion": Affine.standardising(correlated()),
    }
    knowledge = Knowledge(**{part: every[part] for part in parts})
    arrays = knowledge.to_arrays()
    again = Knowledge.from_arrays(arrays, IMAGES)
    assert remembers(arrays) is ("memory" in parts)
    for part in every:
        assert (getattr(again, part) is None) is (part not in parts)
    assert again.to_arrays().keys() == arrays.keys()
    for name, array in again.to_arrays().items():
        np.testing.assert_array_equal(array, arrays[name], err_msg=name)


def test_only_a_memory_needs_the_images():
    whitening = Knowledge(whitening=Affine.whitening(correlated()))
    assert Knowledge.from_arrays(whitening.to_arrays(), None).whitening is not None
    with pytest.raises(ValueError, match="a memory needs the images that it remembers"):
        Knowledge.from_arrays(Knowledge(memory=memory()).to_arrays(), None)


# Seen


class Counted:
    """Halves its input in every layer, and counts how often it is asked."""

    def __init__(self, *names, width=784):
        self.names = names
        self.asked = 0
        self.width = width

    def activations(self, x):
        self.asked += 1
        layers = dict.fromkeys(self.names, x[:, : self.width] / 2)
        return {**layers, "latent": x[:, :2] / 4, "reconstruction": x / 2}


X = np.random.default_rng(0).random((3, 784), dtype=np.float32)


def test_each_look_is_taken_once_and_only_when_asked_for():
    network = Counted("hidden_0", "hidden_1")
    seen = Seen(X, network, Knowledge())
    assert network.asked == 0
    mae(seen)
    mae(seen)
    assert network.asked == 1
    sap(seen)  # how the network sees its own reconstruction
    assert network.asked == 2
    assert (seen.pathway.shape, seen.narrow_pathway.shape) == ((3, 786), (3, 2))
    assert network.asked == 2


@pytest.mark.parametrize(
    ("names", "depth"), [((), 0), (("hidden_0", "hidden_1"), 1), ([f"hidden_{i}" for i in range(8)], 4)]
)
def test_depth_counts_the_encoders_layers(names, depth):
    assert Seen(X, Counted(*names), Knowledge()).depth == depth


def test_the_pathway_is_what_changes_in_the_encoder():
    seen = Seen(X, Counted("hidden_0", "hidden_1", width=5), Knowledge())
    # Each layer halves x and x/2; hidden_1 is the decoder's and not looked at.
    np.testing.assert_allclose(seen.pathway, np.concatenate([X[:, :5] / 4, X[:, :2] / 8], axis=1))


@pytest.mark.parametrize(("width", "kept"), [(128, 130), (129, 2)])
def test_the_narrow_pathway_leaves_out_wide_layers(width, kept):
    assert Seen(X, Counted("hidden_0", "hidden_1", width=width), Knowledge()).narrow_pathway.shape == (3, kept)


def test_nothing_is_recalled_without_a_memory():
    network = Counted()
    with pytest.raises(ValueError, match="this detector remembers no images"):
        _ = Seen(X, network, Knowledge()).recalled
    assert network.asked == 0


def test_the_memory_is_asked_once_by_the_latents():
    asked = []

    class Recorder:
        def recall(self, x, latents):
            asked.append((x, latents))
            return ["first", "second", "third"]

    seen = Seen(X, Counted(), Knowledge(memory=Recorder()))
    assert seen.recalled is seen.recalled
    ((x, latents),) = asked
    assert x is X
    np.testing.assert_array_equal(latents, X[:, :2] / 4)
