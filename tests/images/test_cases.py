"""Pictures that people really bring, some of each kind, and the verdict that is right (cases/pictures/right.csv)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from core.detection.detector import Detector
from core.errors import KagamiError
from core.images.data import flatten
from core.images.grouping import characters_of
from core.images.handwriting import prepare
from core.images.photos import ink_of_picture, read_picture
from core.images.strokes import draw
from core.models.bundle import load_bundle

PICTURES = Path(__file__).parent.parent / "cases" / "pictures"
HANDS = PICTURES.parent / "hands"
with (PICTURES / "right.csv").open(encoding="utf-8") as table:
    RIGHT = {row["file"]: row["right"] for row in csv.DictReader(table)}


@pytest.fixture(scope="module")
def detector():
    return Detector.of(load_bundle("kagami-all"))


def judged(file, detector):
    """ "normal" or "anomalous", how many characters there are, or the code of what is refused."""
    try:
        ink = ink_of_picture(read_picture(file))
        if (count := len(characters_of(ink))) > 1:
            return str(count)
        image = prepare(ink).image
    except KagamiError as error:
        return error.code
    score = detector.decision_function(flatten(image[np.newaxis]))[0]
    return "anomalous" if score > detector.threshold_ else "normal"


@pytest.mark.parametrize("name", RIGHT)
def test_it_is_judged_right(name, detector):
    assert judged(PICTURES / name, detector) == RIGHT[name]


@pytest.mark.parametrize("name", ["sheet_50_digits.png", "row_5016.png", "two_rows.png"])
def test_every_digit_of_a_sheet_is_normal(name, detector):
    found = characters_of(ink_of_picture(read_picture(PICTURES / name)))
    scores = detector.decision_function(flatten(np.stack([prepare(each.ink).image for each in found])))
    assert (scores <= detector.threshold_).all()


def test_every_picture_has_its_right_verdict():
    assert {path.name for path in PICTURES.iterdir()} == {*RIGHT, "right.csv"}


@pytest.fixture(scope="module")
def elsewhere(detector):
    """The detector, recalibrated with 24 digits of a hand whose 1 has a wedge and whose 7 has a curl and a bar."""
    rng = np.random.default_rng(0)

    def one():
        foot, middle, lean = rng.uniform(0.45, 0.8), 0.5 + rng.normal(0, 0.02), rng.normal(0, 0.02)
        return [[(middle - rng.uniform(0.15, 0.28), foot), (middle + lean, 0.15), (middle, 0.85)]]

    def seven():
        corner = (rng.uniform(0.62, 0.7), 0.18)
        curl = [(0.3, 0.28), (0.33, 0.2), (0.42, 0.22), (0.55, 0.24)]
        return [[*curl, corner, (0.5, 0.55), (0.42, 0.85)], [(0.38, 0.53), (0.64, 0.5)]]

    digits = [prepare(draw(write(), size=336, pen=rng.uniform(12, 18))).image for write in [one, seven] * 12]
    return detector.recalibrated(flatten(np.stack(digits)))


@pytest.mark.parametrize("name", [path.name for path in sorted(HANDS.iterdir())])
def test_a_form_that_mnist_lacks_is_normal_where_it_is_usual(name, detector, elsewhere):
    """The promise of few false alarms holds for writers like those of the normals: MNIST's, or one's own."""
    assert judged(HANDS / name, detector) == "anomalous"
    assert judged(HANDS / name, elsewhere) == "normal"
