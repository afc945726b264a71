import numpy as np
import pytest

from core.images.strokes import draw
from core.images.tracing import traced


def drawn(strokes, pen=7):
    return np.asarray(draw(strokes, size=68, pen=pen) * 255, np.uint8)


def near(point, other):
    return point == pytest.approx(other, abs=0.08)


def test_a_line_comes_back_from_its_upper_end_with_its_pen():
    (line,), pen = traced(drawn([((0.3, 0.8), (0.5, 0.5), (0.7, 0.2))]))
    assert near(line[0], (0.7, 0.2))
    assert near(line[-1], (0.3, 0.8))
    assert pen * 68 == pytest.approx(7, abs=1.5)


def test_where_lines_cross_each_goes_straight_on():
    cross, _ = traced(drawn([((0.5, 0.1), (0.5, 0.9)), ((0.1, 0.5), (0.9, 0.5))]))
    down = cross[0]
    assert near(down[0], (0.5, 0.1))
    assert near(down[-1], (0.5, 0.9))
    assert any(near(point, (0.1, 0.5)) for line in cross[1:] for point in (line[0], line[-1]))
    assert any(near(point, (0.9, 0.5)) for line in cross[1:] for point in (line[0], line[-1]))


def test_a_ring_is_one_line_that_comes_home():
    around = [(0.5 + 0.3 * np.sin(a), 0.5 - 0.3 * np.cos(a)) for a in np.linspace(0, 2 * np.pi, 25)]
    rings, _ = traced(drawn([around]))
    longest = max(rings, key=len)
    assert near(longest[0], longest[-1])
    assert len(longest) > 0.8 * sum(map(len, rings))


def test_the_pen_along_the_lines_covers_nearly_all_ink():
    picture = drawn([((0.2, 0.2), (0.8, 0.3), (0.3, 0.8)), ((0.5, 0.5), (0.9, 0.9))])
    strokes, pen = traced(picture)
    again = draw(strokes, size=68, pen=pen * 68 + 1)
    assert (again[picture > 127] > 0.5).mean() > 0.95


def test_a_dot_is_a_stroke_too_and_a_blank_picture_has_none():
    dot = np.zeros((28, 28), np.uint8)
    dot[14, 14] = 255
    (line,), _ = traced(dot)
    assert len(line) == 2
    assert traced(np.zeros((28, 28), np.uint8)) == ((), 0.0)
