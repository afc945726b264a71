import numpy as np
import pytest

from core.detection.detector import Detector, learn
from core.detection.judgement import judge
from core.detection.thresholds import Threshold

# Normals: a stroke that begins in one of ten rows.
IMAGES = np.zeros((20, 28, 28), np.uint8)
for _i in range(20):
    IMAGES[_i, 4 + _i // 2 : 24, 12 + _i % 2 : 15 + _i % 2] = 255
TRAIN, CALIBRATE = np.arange(0, 20, 2), np.arange(1, 20, 2)


class Dims:
    """A mirror that returns half of the ink; its latent is how much ink there is above and below."""

    def __init__(self):
        self.asked = 0

    def activations(self, x):
        self.asked += 1
        return {"latent": x.reshape(len(x), 2, 392).sum(axis=2), "reconstruction": x / 2}

    def encode(self, x):
        return self.activations(x)["latent"]


@pytest.fixture
def plain():
    """Its scores are half the mean ink; four normals score 0, 0.1, 0.2 and 0.3 and the threshold is their third."""
    detector = Detector(Dims(), threshold=Threshold(rule="quantile", false_alarms=0.34))
    return detector.fit(np.repeat(np.array([[0.6], [0], [0.4], [0.2]], np.float32), 784, axis=1))


def test_a_judgement_by_hand(plain):
    assert plain.threshold_ == pytest.approx(0.2)
    image = np.full((1, 28, 28), 0.5, np.float32)
    (told,) = judge(plain, image)
    np.testing.assert_array_equal(told.image, image[0])
    np.testing.assert_array_equal(told.reconstruction, image[0] / 2)
    np.testing.assert_array_equal(told.error_map, image[0] / 2)
    assert (told.score, told.threshold) == (0.25, plain.threshold_)
    assert told.anomalous is True
    assert told.borderline is True  # with half as many flagged, it would not be
    np.testing.assert_array_equal(told.latent, [196, 196])
    assert told.above == 0.75
    assert told.p_value == pytest.approx(2 / 5)
    assert told.closest.shape == (0,)


def test_every_image_gets_its_own_in_its_place_and_the_mirror_is_asked_once(plain):
    levels = np.array([0.8, 0, 0.42, 0.3], np.float32)
    images = np.repeat(levels, 784).reshape(4, 28, 28)
    before = plain.autoencoder.asked
    together = judge(plain, images)
    assert plain.autoencoder.asked == before + 1
    assert [told.anomalous for told in together] == [True, False, True, False]
    np.testing.assert_allclose([told.score for told in together], levels / 2, rtol=1e-5)
    for i, told in enumerate(together):
        (alone,) = judge(plain, images[i : i + 1])
        for name, value in vars(told).items():
            np.testing.assert_array_equal(value, vars(alone)[name], err_msg=name)


def test_on_the_threshold_is_normal_and_flagged_is_what_predict_flags(plain):
    images = np.repeat(np.linspace(0, 1, 11, dtype=np.float32), 784).reshape(11, 28, 28)
    flagged = [told.anomalous for told in judge(plain, images)]
    assert flagged == plain.predict(images.reshape(11, 784)).tolist()
    assert judge(plain, np.full((1, 28, 28), 0.4, np.float32))[0].anomalous is False


def test_bytes_are_scaled(plain):
    (told,) = judge(plain, np.full((1, 28, 28), 255, np.uint8))
    assert told.image.max() == 1
    assert told.score == pytest.approx(0.5)


def test_no_images_get_no_judgement(plain):
    assert judge(plain, np.zeros((0, 28, 28), np.uint8)) == []


# Of ten normals the conformal rule can promise no less.
TENTH = Threshold(rule="conformal", false_alarms=0.1)


@pytest.fixture(scope="module")
def remembering():
    knowledge = learn(Dims(), IMAGES, train=TRAIN, calibrate=CALIBRATE, memory=True)
    detector = Detector(Dims(), knowledge=knowledge, score="kagami", threshold=TENTH)
    return detector.fit(IMAGES[CALIBRATE].reshape(10, 784) / np.float32(255))


def test_the_closest_normals_are_named_the_best_first(remembering):
    for i in (4, 5):
        (told,) = judge(remembering, IMAGES[i : i + 1])
        assert told.closest[0] == 4  # 5 is 4, shifted by one pixel
        assert set(told.closest) <= set(TRAIN)
        assert len(told.closest) == len(set(told.closest)) == 10


def test_something_else_is_less_usual_than_a_normal(remembering):
    cross = IMAGES[6].copy()
    cross[13:16, 2:26] = 255
    normal, strange = judge(remembering, np.stack([IMAGES[7], cross]))
    assert normal.score < strange.score
    assert normal.p_value > strange.p_value
    assert strange.above == 1
