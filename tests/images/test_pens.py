import numpy as np
import pytest

from core.images.data import load_mnist
from core.images.pens import FILLED, lines, photographed, placed
from core.images.strokes import draw


@pytest.fixture
def bar():
    """A 1 of uneven width: three pixels above, two below."""
    image = np.zeros((28, 28), np.uint8)
    image[4:14, 12:15] = image[14:24, 12:14] = 255
    return image


def test_a_bar_is_one_line_from_end_to_end(bar):
    (line,) = lines(bar)
    x, y = np.array(line).T
    assert np.abs(x - 0.48).max() < 0.04
    assert y.min() < 0.3 < 0.7 < y.max()


def test_a_pen_draws_it_with_one_width(bar):
    widths = draw(lines(bar), size=112, pen=12).sum(axis=1)[32:80]
    assert np.ptp(widths) < 1


def test_what_is_no_line_is_not_followed():
    blot = np.zeros((28, 28), np.uint8)
    blot[6:22, 6:22] = 255
    assert lines(blot) is None
    assert lines(np.zeros((28, 28), np.uint8)) is None


def test_nearly_all_digits_are_followed():
    digits = load_mnist("train").x[:60]
    assert sum(lines(digit) is None for digit in digits) <= 9


def test_a_digit_is_placed_inside_the_field_and_the_generator_decides_where(bar):
    strokes = lines(bar)
    for seed in range(20):
        points = np.concatenate([np.array(s) for s in placed(strokes, np.random.default_rng(seed), margin=0.07)])
        assert points.min() >= 0.035 - 1e-9
        assert points.max() <= 1 - 0.035 + 1e-9
        assert FILLED[0] - 1e-9 <= np.ptp(points, axis=0).max() + 0.07 <= FILLED[1] + 1e-9
    one, again, other = (placed(strokes, np.random.default_rng(seed), margin=0.07) for seed in (0, 0, 1))
    assert one == again != other


def test_a_photo_has_dark_ink_on_lighter_paper(bar):
    photo = photographed(lines(bar), np.random.default_rng(0))
    assert photo.dtype == np.uint8
    assert photo.min() < 0.7 * np.median(photo)
