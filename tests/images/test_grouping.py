"""Which strokes are one character, and which stand apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.images.data import load_mnist
from core.images.grouping import characters_of
from core.images.handwriting import prepare
from core.images.strokes import SIZE, characters, draw


def written(lines, *, cell=70, pen=5.0, seed=0):
    """Lines of digits on a field, each a little beside its place."""
    rng = np.random.default_rng(seed)
    field = np.zeros((len(lines) * cell + 20, max(map(len, lines)) * cell + 20), np.float32)
    for row, line in enumerate(lines):
        for column, name in enumerate(line):
            down, right = rng.integers(-3, 4, 2)
            top, left = 10 + row * cell + down, 10 + column * cell + right
            part = field[top : top + cell, left : left + cell]
            np.maximum(part, draw(characters()[name].strokes, size=cell, pen=pen), out=part)
    return field


@pytest.mark.parametrize("pen", [4, 8, 20, 34])
@pytest.mark.parametrize("name", [name for name in characters() if name not in ("blank", "scribble")])
def test_a_preset_is_one_character(name, pen):
    ink = draw(characters()[name].strokes, size=SIZE, pen=pen)
    (found,) = characters_of(ink)
    assert found.ink is ink


def test_nothing_is_no_character():
    assert characters_of(np.zeros((60, 80), np.float32)) == ()


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.lists(st.text("0123456789", min_size=2, max_size=7), min_size=1, max_size=4),
    st.integers(0, 2**32 - 1),
    st.floats(3, 7),
)
def test_characters_are_counted_and_read_line_by_line(lines, seed, pen):
    ink = written(lines, seed=seed, pen=pen)
    found = characters_of(ink)
    assert len(found) == sum(map(len, lines))
    for each, name in zip(found, "".join(lines), strict=True):
        top, left, bottom, right = each.box
        assert ink[top:bottom, left:right].max() == 1
        alone = prepare(draw(characters()[name].strokes, size=70, pen=pen)).image
        assert np.abs(prepare(each.ink).image - alone).mean() < 0.02


@pytest.mark.parametrize("pen", [4.0, 8.0, 12.0])
def test_digits_apart_on_a_canvas_are_several(pen):
    ink = np.zeros((SIZE, SIZE), np.float32)
    ink[70:190, 10:130] = draw(characters()["4"].strokes, size=120, pen=pen)
    ink[80:200, 140:260] = draw(characters()["2"].strokes, size=120, pen=pen)
    assert len(characters_of(ink)) == 2


def test_two_rings_are_an_eight_and_two_lines_of_digits_are_not():
    y, x = np.mgrid[:300, :200]
    rings = [np.abs(np.hypot(y - centre, x - 100) - 55) < 6 for centre in (80, 205)]
    assert len(characters_of(np.asarray(rings[0] | rings[1], np.float32))) == 1
    assert len(characters_of(written(["8", "8"]))) == 2


def test_a_neighbour_stays_out_of_the_box():
    ink = written(["11", "11"])
    for each in characters_of(ink):
        height, width = each.box[2] - each.box[0], each.box[3] - each.box[1]
        assert prepare(each.ink).crop.shape == pytest.approx((height, width), abs=2)


def test_a_test_digit_is_one_character():
    """Not so the one in 5,000 whose bar stands as far from it as a neighbour would."""
    several = [digit for digit in load_mnist("test").x[:2000:2] if len(characters_of(digit / np.float32(255))) > 1]
    assert not several
