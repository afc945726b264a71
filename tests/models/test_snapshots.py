import numpy as np
import pytest

from core.images.data import Labelled, Split
from core.models import snapshots as module
from core.models.experiments import experiment
from core.models.snapshots import Snapshots, Specimens, look, saved_epochs

RNG = np.random.default_rng(0)
# Six of each digit, 0 0 … 1 1 …; every second one calibrates.
Y = np.repeat(np.arange(10, dtype=np.uint8), 6)
MNIST = Labelled(x=RNG.integers(0, 256, (60, 28, 28), np.uint8), y=Y)


def specimens(name, **options):
    chosen = experiment(name)
    normal = np.flatnonzero(np.isin(Y, chosen.normals))
    return Specimens.of(MNIST, Split(train=normal[::2], calibrate=normal[1::2][::-1]), chosen, **options)


@pytest.mark.parametrize("name", ["article-all", "article-only-1", "article-without-0"])
def test_each_digit_is_shown_once_and_a_letter_that_nobody_learns(name):
    found = specimens(name)
    assert found.labels == (*"0123456789", "A")
    assert found.images.shape == (11, 28, 28)
    assert found.images.dtype == np.uint8


def test_normals_are_shown_from_what_calibrates_and_the_others_from_what_is_left_out():
    found = specimens("article-without-0")
    for digit, first in ((0, 0), (1, 7), (9, 55)):
        np.testing.assert_array_equal(found.images[digit], MNIST.x[first])
    assert (len(found.normals), len(found.unseen)) == (27, 6)


def test_errors_are_of_a_few_hundred_only(monkeypatch):
    monkeypatch.setattr(module, "WATCHED", 4)
    found = specimens("article-only-1")
    assert (len(found.normals), len(found.unseen)) == (3, 4)


def test_letters_are_unseen_where_no_digit_is():
    found = specimens("article-all")
    assert found.unseen.shape == (26 * len(module.PENS), 784)
    assert 0 <= found.unseen.min() < found.unseen.max() <= 1
    assert len(np.unique(found.unseen, axis=0)) == len(found.unseen)


def test_the_readers_drawing_comes_last():
    drawing = np.full((28, 28), 7, np.uint8)
    found = specimens("article-all", drawing=drawing)
    assert found.labels[-2:] == ("A", "drawing")
    np.testing.assert_array_equal(found.images[-1], drawing)


def test_a_look_is_what_came_back_and_how_wrong_it_was():
    found = specimens("article-only-1")
    seen = look(found, 3, lambda x: 1 - x)
    assert seen.epoch == 3
    np.testing.assert_array_equal(seen.reconstructions, 255 - found.images)
    np.testing.assert_allclose(seen.normal_errors, np.abs(2 * found.normals - 1).mean(axis=1), rtol=1e-2)
    assert seen.unseen_errors.shape == (len(found.unseen),)


def test_a_network_that_diverged_can_be_looked_at():
    seen = look(specimens("article-only-1"), 1, lambda x: np.full_like(x, np.nan))
    assert not seen.reconstructions.any()


def test_snapshots_survive_their_arrays():
    found = specimens("article-only-1")
    both = Snapshots.of(found, [look(found, epoch, lambda x: x) for epoch in (0, 4)])
    again = Snapshots.from_arrays(both.to_arrays())
    assert (again.labels, again.epochs) == (found.labels, (0, 4))
    for name in ("images", "reconstructions", "normal_errors", "unseen_errors"):
        np.testing.assert_array_equal(getattr(again, name), getattr(both, name))


@pytest.mark.parametrize(
    ("epochs", "wanted"),
    [
        (range(1), [0]),
        (range(21), range(21)),
        (range(51), [0, 1, 2, 5, 10, 20, 50]),
        (range(31), [0, 1, 2, 5, 10, 20, 30]),
        ([0, 1, 7], [0, 1, 7]),
    ],
)
def test_a_short_training_is_kept_whole_and_a_long_one_by_its_landmarks(epochs, wanted):
    epochs = list(epochs)
    assert [epochs[i] for i in saved_epochs(epochs)] == list(wanted)
