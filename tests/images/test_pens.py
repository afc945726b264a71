import numpy as np
import pytest

from core.images import pens
from core.images.pens import redrawn


@pytest.fixture
def bar():
    """A 1 of uneven width: four pixels above, two below."""
    image = np.zeros((28, 28), np.uint8)
    image[4:14, 12:16] = image[14:24, 13:15] = 255
    return image


def test_the_copy_is_an_image_like_any_other_and_the_generator_decides_it(bar):
    first, again, other = (redrawn(bar, np.random.default_rng(seed)) for seed in (0, 0, 1))
    assert first.shape == (28, 28)
    assert first.dtype == np.float32
    assert 0 <= first.min() < first.max() <= 1
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_a_stroke_has_one_width_from_end_to_end(bar):
    copy = redrawn(bar, np.random.default_rng(0))
    widths = copy.sum(axis=1)[7:21]  # ink in each row, away from the round ends
    assert widths.max() - widths.min() < 0.5
    assert bar.sum(axis=1)[7:21].max() >= 2 * bar.sum(axis=1)[7:21].min()


def test_the_pen_is_drawn_from_the_stated_range(bar, monkeypatch):
    def ink(pen):
        monkeypatch.setattr(pens, "PENS", (pen, pen))
        return redrawn(bar, np.random.default_rng(0)).sum()

    assert ink(20.0) < ink(40.0)
