import numpy as np

from core.images.look_alikes import LOOK_ALIKES, look_alike, look_alikes
from core.images.strokes import characters


def test_a_letter_looks_like_a_digit_only_to_whom_knows_that_digit():
    assert (look_alike("O"), look_alike("S"), look_alike("A"), look_alike("0")) == (0, 5, None, None)
    assert look_alike("O", normals=(1, 2)) is None


def test_labels_are_texts_and_a_case_of_its_own():
    labels = np.array(["A", "O", "z", "Z", "b", "B"])
    assert look_alikes(labels).tolist() == [False, True, False, True, True, False]
    assert look_alikes(labels, normals=(6,)).tolist() == [False, False, False, False, True, False]
    assert not look_alikes(np.array([0, 1, 26])).any()


def test_of_the_presets_four_capitals_look_like_digits():
    assert [name for name in characters() if name in LOOK_ALIKES] == ["I", "O", "S", "Z"]
