"""What would change its mind, on kagami-all, with drawings whose answer can be seen."""

import numpy as np
import pytest

from core.detection.counterfactual import LARGEST, what_would_change
from core.detection.detector import Detector, knowledge_of
from core.images.handwriting import prepare
from core.images.strokes import PEN, SIZE, characters, draw
from core.models.bundle import load_bundle


@pytest.fixture(scope="module")
def bundle():
    return load_bundle("kagami-all")


@pytest.fixture(scope="module")
def detector(bundle):
    return Detector.of(bundle, knowledge=knowledge_of(bundle), source="canvas")


def drawn(*strokes):
    return prepare(draw(strokes, size=SIZE, pen=PEN)).image


SEVEN = ((0.25, 0.2), (0.5, 0.2), (0.75, 0.2), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85))
FLAG = ((0.62, 0.62), (0.75, 0.62), (0.85, 0.62))


def test_a_stroke_too_many_is_erased(detector):
    image = drawn(SEVEN, FLAG)
    found = what_would_change(detector, image)
    assert found is not None
    assert found.difference[:, :].sum() < 0
    rows, columns = np.nonzero(found.difference < -0.5)
    assert columns.mean() > 14  # the flag stands to the right of the stem
    assert rows.mean() > 12


def test_what_is_proposed_was_judged_and_is_small(detector):
    image = drawn(SEVEN, FLAG)
    found = what_would_change(detector, image)
    np.testing.assert_allclose(found.image, image + found.difference, atol=1e-6)
    (score,) = detector.decision_function(found.image.reshape(1, 784))
    assert score == pytest.approx(found.score, abs=1e-4)
    assert score <= detector.threshold_ < detector.decision_function(image.reshape(1, 784))[0]
    assert 0 < found.share <= LARGEST


def test_a_missing_stroke_is_added(detector):
    image = drawn(*characters()["C"].strokes)  # a 0 that lacks its right side
    found = what_would_change(detector, image)
    assert found is not None
    rows, columns = np.nonzero(found.difference > 0.5)
    assert len(rows) >= 5
    assert columns.mean() > 14


def test_what_is_normal_needs_no_change(detector):
    assert what_would_change(detector, drawn(*characters()["8"].strokes)) is None


def test_nothing_small_makes_an_m_a_digit(detector):
    assert what_would_change(detector, drawn(*characters()["M"].strokes)) is None


def test_without_a_memory_the_reconstruction_is_followed():
    detector = Detector.of(load_bundle("article-only-1"))
    image = drawn(((0.5, 0.15), (0.5, 0.5), (0.5, 0.85)), ((0.5, 0.5), (0.6, 0.5), (0.66, 0.5)))
    found = what_would_change(detector, image)
    assert found is not None
    assert found.difference.sum() < 0
    assert found.score <= detector.threshold_
