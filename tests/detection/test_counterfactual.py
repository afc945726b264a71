import numpy as np
import pytest

from core.detection.counterfactual import MOST, change_of_mind
from core.detection.detector import Detector
from core.detection.judgement import judge
from core.detection.thresholds import Threshold
from core.images.handwriting import prepare
from core.images.strokes import PEN, SIZE, characters, draw
from core.models.bundle import load_bundle

DOT = ((0.1, 0.1), (0.14, 0.12))
BAR = ((0.2, 0.08), (0.8, 0.08))


@pytest.fixture(scope="module")
def kagami():
    return Detector.of(load_bundle("kagami-all"))


def judged(detector, name, *more):
    drawn = draw((*characters()[name].strokes, *more), size=SIZE, pen=PEN)
    return judge(detector, prepare(drawn).image[np.newaxis])[0]


class Bar:
    """A mirror that returns a bar whatever it sees."""

    returned = np.zeros((28, 28), np.float32)
    returned[4:24, 12:16] = 1

    def activations(self, x):
        return {"latent": x[:, :2], "reconstruction": np.repeat(self.returned.reshape(1, 784), len(x), axis=0)}


@pytest.fixture
def barred():
    """Its score is the share of pixels that are not the bar's; up to 4 of 784 are normal."""
    detector = Detector(Bar(), threshold=Threshold(rule="fixed", at=4.5 / 784))
    normals = np.repeat(Bar.returned.reshape(1, 784), 2, axis=0)
    normals[1, :4] = 1
    return detector.fit(normals)


def test_a_blot_beside_the_bar_goes(barred):
    image = Bar.returned.copy()
    image[10:13, 20:23] = 1
    change = change_of_mind(barred, judge(barred, image[np.newaxis])[0])
    np.testing.assert_array_equal(change.image, Bar.returned)
    np.testing.assert_array_equal(change.erased, image - Bar.returned)
    assert not change.added.any()
    assert change.score == 0
    assert change.share == pytest.approx(9 / 89)


def test_a_gap_in_the_bar_is_filled(barred):
    image = Bar.returned.copy()
    image[11:14] = 0
    change = change_of_mind(barred, judge(barred, image[np.newaxis])[0])
    np.testing.assert_array_equal(change.image, Bar.returned)
    np.testing.assert_array_equal(change.added, Bar.returned - image)
    assert not change.erased.any()
    assert change.share == pytest.approx(12 / 68)


def test_what_needs_not_go_stays(barred):
    image = Bar.returned.copy()
    image[10:13, 20:23] = 1  # must go
    image[10:12, 4:6] = 1  # may stay
    change = change_of_mind(barred, judge(barred, image[np.newaxis])[0])
    np.testing.assert_array_equal(np.argwhere(change.erased).min(axis=0), [10, 20])
    assert change.score == pytest.approx(4 / 784)


def test_another_character_is_no_small_change(barred):
    assert change_of_mind(barred, judge(barred, Bar.returned.T[np.newaxis])[0]) is None


def test_a_normal_image_has_nothing_to_turn(barred):
    with pytest.raises(ValueError, match="only an anomalous verdict can be turned"):
        change_of_mind(barred, judge(barred, Bar.returned[np.newaxis])[0])


def test_of_a_1_with_a_speck_beside_it_the_speck_goes(kagami):
    given = judged(kagami, "1", DOT)
    change = change_of_mind(kagami, given)
    speck = np.s_[:8, :12]
    assert change.erased[speck].sum() == pytest.approx(change.erased.sum())
    assert change.erased.sum() > 0.6 * given.image[speck].sum()
    assert not change.added.any()


def test_of_a_7_with_two_bars_one_goes(kagami):
    change = change_of_mind(kagami, judged(kagami, "7", BAR))
    rows = np.flatnonzero(change.erased.sum(axis=1) > 0.5)
    assert rows.max() < 14
    assert not change.added.any()


def test_a_c_is_closed_on_its_right(kagami):
    change = change_of_mind(kagami, judged(kagami, "C"))
    assert not change.erased.any()
    assert np.flatnonzero(change.added.sum(axis=0) > 0.5).min() > 14


def test_a_v_gets_the_bar_that_makes_it_an_open_4_or_9(kagami):
    change = change_of_mind(kagami, judged(kagami, "V"))
    where = np.argwhere(change.added > 0.5).mean(axis=0)
    np.testing.assert_allclose(where, (14, 14), atol=5)


def test_nothing_small_makes_a_digit_of_a_scribble(kagami):
    given = judged(kagami, "scribble")
    assert given.anomalous
    assert change_of_mind(kagami, given) is None


@pytest.mark.parametrize(("name", "score"), [("kagami-all", "kagami"), ("kagami-all", "mse")])
def test_the_changed_image_is_normal_when_it_is_judged_again(name, score):
    detector = Detector.of(load_bundle(name), score=score)
    found = 0
    for character in "ABCEFHJKNPRTVXY?Ω":
        given = judged(detector, character)
        change = change_of_mind(detector, given) if given.anomalous else None
        if change is None:
            continue
        found += 1
        (again,) = judge(detector, change.image[np.newaxis])
        assert not again.anomalous
        assert again.score == pytest.approx(change.score, abs=1e-4)
        np.testing.assert_allclose(given.image - change.erased + change.added, change.image, atol=1e-6)
        assert not (np.minimum(change.erased, change.added)).any()
        assert change.image.min() >= 0
        assert change.image.max() <= 1
        assert 0 < change.share <= MOST
        assert change.share == pytest.approx((change.erased + change.added).sum() / given.image.sum())
    assert found
