from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from core.images.data import Labelled, load_mnist
from core.models.bundle import list_bundles, load_bundle
from core.models.experiments import experiment
from core.models.usefulness import useless
from tests.models.test_bundle import CARD

RNG = np.random.default_rng(0)
# Grey noise with a half that differs from image to image, and images of a label that is not normal.
X = RNG.integers(0, 60, (300, 28, 28), np.uint8)
X[:, :14] += RNG.integers(0, 2, (300, 1, 1), np.uint8) * np.uint8(150)
Y = np.repeat(np.array([1, 0], np.uint8), 150)
X[Y == 0] = 255
TEST = Labelled(x=X, y=Y)


def bundle(reconstruct, *, loss=0.3):
    """One on the digit 1 whose network answers so."""
    card = replace(
        CARD, experiment=experiment("article-only-1"), history={"loss": [0.5, loss], "val_loss": [0.5, loss]}
    )
    return SimpleNamespace(experiment=card.experiment, card=card, autoencoder=SimpleNamespace(reconstruct=reconstruct))


def mean_image(x):
    return np.repeat(x.mean(axis=0, keepdims=True), len(x), axis=0)


def test_a_network_that_returns_what_it_sees_is_of_use():
    assert useless(bundle(lambda x: x), TEST) is None
    assert useless(bundle(lambda x: 0.7 * mean_image(x) + 0.3 * x), TEST) is None


@pytest.mark.parametrize(
    ("reconstruct", "code", "sentence"),
    [
        (
            mean_image,
            "useless_same",
            r"same image for every input: its mean squared error is 0\.0\d+, that",
        ),
        (lambda x: np.zeros_like(x), "useless_same", "A lower learning rate or another activation"),
        (lambda x: mean_image(x) + np.float32(0.001) * x, "useless_same", "the same image"),
        (lambda x: 1 - x, "useless_no_better", "has learnt nothing yet: its mean squared error is"),
        (lambda x: x[::-1], "useless_no_better", "More epochs or a higher learning rate"),
        (lambda x: np.full_like(x, np.nan), "useless_no_better", "error is nan"),
    ],
    ids=["mean", "black", "hardly varies", "inverted", "another's", "not a number"],
)
def test_one_that_is_no_better_than_the_mean_image_is_not(reconstruct, code, sentence):
    told = useless(bundle(reconstruct), TEST)
    assert told.code == code
    with pytest.raises(type(told), match=sentence):
        raise told
    assert set(told.details) == {"error", "constant"}


def test_one_whose_loss_went_up_beyond_all_measure_is_told_so():
    told = useless(bundle(mean_image, loss=95516.5), TEST)
    assert (told.code, told.details) == ("useless_astray", {"loss": "95516.5"})
    assert "the validation loss is 95516.5 at its end" in str(told)
    assert useless(bundle(lambda x: x, loss=95516.5), TEST) is None


def test_every_shipped_bundle_is_of_use():
    test = load_mnist("test")
    assert [name for name in list_bundles() if useless(load_bundle(name), test)] == []
