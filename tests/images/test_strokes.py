"""Presets are well-formed, and their way to the canvas and back loses nothing."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import KagamiError
from core.images.handwriting import prepare
from core.images.strokes import (
    GROUPS,
    LIKE_DIGITS,
    characters,
    digit_in_all_but_name,
    draw,
    from_canvas,
    to_canvas,
)

KANA = "あいうえおかきくさしすたつてとなのはまもりるろんアカサ"
NAMES = [*"0123456789", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *KANA, *"☆♥?✓Ω○△∞@☺", "scribble"]


def test_characters_stand_in_display_order():
    found = characters()
    assert list(found) == [*NAMES, "blank"]
    assert found["blank"].strokes == ()
    assert all(character.name == name for name, character in found.items())
    groups = [character.group for character in found.values()]
    assert list(dict.fromkeys(groups)) == list(GROUPS)
    with pytest.raises(TypeError):
        found["0"] = found["1"]  # type: ignore[index]


@pytest.mark.parametrize("name", NAMES)
def test_a_character_fills_the_middle_of_the_canvas(name):
    strokes = characters()[name].strokes
    points = np.array([point for stroke in strokes for point in stroke])
    assert all(len(stroke) >= 2 for stroke in strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    assert (low > 0.14).all() and (high < 0.87).all()
    assert 0.55 <= (high - low).max() <= 0.72
    np.testing.assert_allclose((low + high) / 2, 0.5, atol=0.06)


@pytest.mark.parametrize(("name", "count"), [("あ", 3), ("き", 4), ("さ", 3), ("な", 4), ("A", 3), ("E", 4), ("4", 2)])
def test_characters_have_their_strokes(name, count):
    assert len(characters()[name].strokes) == count


def test_kana_start_where_a_hand_starts():
    # left to right, top to bottom: あ begins with its bar, な with its bar, カ with its bar
    for name in "あなカ":
        first = characters()[name].strokes[0]
        assert first[0][0] < first[len(first) // 2][0]


@pytest.mark.parametrize("name", NAMES)
def test_every_preset_can_be_judged(name):
    image = prepare(draw(characters()[name].strokes, size=272, pen=20)).image
    assert image.shape == (28, 28)


def test_drawing_is_round_and_as_wide_as_the_pen():
    line = draw([[(0.25, 0.5), (0.75, 0.5)]], size=100, pen=10)
    assert line.dtype == np.float32 and line.shape == (100, 100)
    assert line.sum() == pytest.approx(10 * 50 + np.pi * 25, rel=0.02)
    np.testing.assert_allclose(line, line[::-1], atol=1e-6)
    assert line[50, 19] < 0.5 < line[50, 21]  # the cap ends at 20
    assert line[45, 20] < 0.5  # and is round
    assert draw([], size=10, pen=3).max() == 0


def test_a_dot_is_a_disc():
    disc = draw([[(0.5, 0.5), (0.5, 0.5)]], size=60, pen=20)
    assert disc.sum() == pytest.approx(np.pi * 100, rel=0.03)


def test_corners_stay_sharp():
    star = characters()["☆"].strokes[0]
    tip = min(star, key=lambda point: point[1])
    ink = draw([star], size=200, pen=4)
    assert ink[round(tip[1] * 200) + 1, round(tip[0] * 200)] > 0.5


def test_canvas_gets_what_it_understands():
    drawing = to_canvas([[(0.1, 0.2), (0.5, 0.5), (0.9, 0.2)]], size=100, pen=7, colour="#123456")
    assert json.loads(json.dumps(drawing)) == drawing
    (path,) = drawing["objects"]
    assert path == {
        "type": "Path",
        "path": [["M", 10, 20], ["Q", 50, 50, 70, 35], ["L", 90, 20]],
        "fill": None,
        "stroke": "#123456",
        "strokeWidth": 7,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }


points = st.tuples(st.floats(0, 1), st.floats(0, 1))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.lists(points, min_size=2, max_size=12), max_size=4), st.integers(100, 400))
def test_strokes_come_back_from_the_canvas(strokes, size):
    back = from_canvas(to_canvas(strokes, size=size, pen=5), size=size)
    assert len(back) == len(strokes)
    for stroke, same in zip(strokes, back, strict=True):
        np.testing.assert_allclose(stroke, same, atol=0.006 / size)


def test_a_pen_that_leaves_the_canvas_is_followed():
    beyond = [[(0.5, 0.5), (1.4, 0.2), (1.3, 0.9), (0.6, 0.8)]]
    back = from_canvas(to_canvas(beyond, size=100, pen=5), size=100)
    np.testing.assert_allclose(back[0], beyond[0])
    np.testing.assert_array_equal(draw(back, size=100, pen=5), draw(beyond, size=100, pen=5))


def test_what_is_unknown_is_left_out_and_what_is_far_outside_moved_in():
    raw = {
        "version": "6",
        "background": "#000",
        "objects": [
            {"type": "rect", "width": 3},
            {"type": "path", "path": [["M", -200, 50], ["X", 1], ["C", 1, 2, 3, 4, 60, 70], ["L", 300, 50], ["Z"]]},
            {"type": "Path", "path": []},
        ],
    }
    assert from_canvas(raw, size=100) == (((-1.0, 0.5), (0.6, 0.7), (2.0, 0.5)),)
    assert from_canvas({"objects": []}, size=100) == ()


def one_path(*commands):
    return {"objects": [{"type": "Path", "path": list(commands)}]}


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (None, "mapping with a list of objects"),
        ({}, "mapping with a list of objects"),
        ({"objects": "path"}, "mapping with a list of objects"),
        ({"objects": [3]}, "Object 0 must be a mapping, got int"),
        ({"objects": [{"type": "Path"}]}, "Object 0 must have a list of path commands"),
        (one_path(["M", 1]), "Path command M must have 2 finite numbers"),
        (one_path(["M", 1, "2"]), "Path command M must have 2 finite numbers"),
        (one_path(["M", 1, float("nan")]), "Path command M must have 2 finite numbers"),
        (one_path(["M", 1, True]), "Path command M must have 2 finite numbers"),
        (one_path(3), r"A path command must be a list such as \['M', 1, 2\], got 3"),
        ({"objects": [{}] * 501}, "at most 500 objects, got 501"),
        (one_path(*[["L", 1, 1]] * 20_001), "at most 20000 points"),
    ],
)
def test_a_damaged_drawing_is_told(raw, rule):
    with pytest.raises(KagamiError, match=rule) as caught:
        from_canvas(raw, size=100)
    assert caught.value.code == "drawing_damaged"


def test_letters_that_are_digits_are_characters_with_the_digit_that_they_are():
    assert digit_in_all_but_name("O") == 0
    assert digit_in_all_but_name("A") is None
    assert digit_in_all_but_name("0") is None  # it is one by name, too
    assert set(LIKE_DIGITS) == set("OoIlSsZqb")
    assert set(LIKE_DIGITS.values()) <= set(range(10))
