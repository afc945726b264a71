import numpy as np
import pytest

from core.detection.evaluation import evaluate_digits
from core.detection.trial import Trial, characters_trial, digits_trial, drawn_characters, ink_correlation, sample
from core.images.data import Labelled
from core.models.experiments import experiment

Y = np.array([0, 1, 2, 1, 0], np.uint8)
SCORES = np.array([0.5, 0.1, 0.4, 0.3, 0.2], np.float32)


def pictures(levels=(0, 1, 2, 3, 4)):
    return Labelled(x=np.stack([np.full((28, 28), 10 * level, np.uint8) for level in levels]), y=Y)


def tried(name="article-without-0", scores=SCORES):
    return digits_trial(pictures(), scores, experiment(name))


def test_held_out_digits_are_the_unseen_ones():
    trial = tried()
    assert trial.unseen.tolist() == [True, False, False, False, True]
    assert trial.labels.tolist() == ["0", "1", "2", "1", "0"]
    np.testing.assert_array_equal(trial.anomaly_scores, SCORES[[0, 4]])


@pytest.mark.parametrize("threshold", [0, 0.25, 0.4, 1])
def test_it_says_what_the_command_line_says(threshold):
    chosen = experiment("article-without-0")
    assert tried().evaluate(threshold) == evaluate_digits(SCORES, Y, chosen, threshold=threshold)


def test_the_clearest_mistakes_come_first():
    trial = tried(scores=np.array([0.5, 0.4, 0.1, 0.6, 0.2], np.float32))
    misses, alarms = trial.mistakes(0.3)
    assert (misses.tolist(), alarms.tolist()) == ([4], [3, 1])
    misses, alarms = trial.mistakes(0.5)  # what equals the threshold passes
    assert (misses.tolist(), alarms.tolist()) == ([4, 0], [3])


def test_a_sample_holds_the_first_of_each_label_normals_first():
    assert sample(tried(), count=1).tolist() == [1, 2, 0]
    assert sample(tried(), count=5).tolist() == [1, 3, 2, 0, 4]


def test_ink_tells_everything_or_nothing():
    assert ink_correlation(tried(scores=np.arange(5, dtype=np.float32))) == pytest.approx(1)
    assert ink_correlation(tried(scores=-np.arange(5, dtype=np.float32))) == pytest.approx(-1)
    assert ink_correlation(tried(scores=np.array([0, 1, -2, 1, 0], np.float32))) == pytest.approx(0, abs=1e-6)


class Brightest:
    def decision_function(self, x):
        return x.max(axis=1)


def test_characters_stand_for_the_unseen_where_every_digit_is_known():
    trial = characters_trial(pictures(), SCORES, experiment("article-all"), Brightest())
    assert isinstance(trial, Trial)
    assert trial.unseen.tolist() == [False] * 5 + [True] * (len(trial.scores) - 5)
    np.testing.assert_array_equal(trial.normal_scores, SCORES)
    assert (trial.anomaly_scores > 0.9).all()
    assert set(trial.labels[trial.unseen]) == {"latin", "kana", "symbols"}


def test_the_drawn_characters_are_prepared_like_any_drawing():
    images, groups = drawn_characters()
    assert (images.shape[1:], images.dtype) == ((28, 28), np.uint8)
    assert len(images) == len(groups)
    assert (groups == "latin").sum() == 26
    for image in images:
        rows, columns = np.nonzero(image)
        assert image.max() > 200
        assert 18 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 24
