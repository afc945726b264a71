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
from core.models.bundle import load_bundle

PICTURES = Path(__file__).parent.parent / "cases" / "pictures"
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
