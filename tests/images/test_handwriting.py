"""What must hold for any drawing, on presets, a few MNIST digits and synthetic photos."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.images.data import load_mnist
from core.images.handwriting import (
    USUAL_PEN,
    HandwritingError,
    NotEnoughInk,
    Prepared,
    TooMuchInk,
    ink_of_canvas,
    prepare,
)
from core.images.strokes import draw
from tests.images.drawn import difference, drawn

VARIED = "A1258"  # strokes, a loop, two loops, a line, curves


# --- what comes out


def test_prepared_has_each_step():
    ink = drawn("A")
    prepared = prepare(ink)
    top, left, bottom, right = prepared.box
    assert isinstance(prepared, Prepared)
    assert prepared.ink.shape == ink.shape
    assert prepared.crop.shape == (bottom - top, right - left)
    assert prepared.ink[:top].max() < 0.5 and prepared.ink[bottom:].max() < 0.5
    assert max(prepared.scaled.shape) == 20
    assert prepared.image.shape == (28, 28)
    for array in (prepared.ink, prepared.crop, prepared.scaled, prepared.image):
        assert array.dtype == np.float32
        assert not array.flags.writeable
        assert array.min() >= 0 and array.max() == 1


def test_image_is_placed_by_its_centre_of_mass_as_mnist_is():
    for name in VARIED:
        image = prepare(drawn(name)).image
        index = np.arange(28)
        for mass in (image.sum(axis=0), image.sum(axis=1)):
            assert 13.3 <= (mass * index).sum() / mass.sum() <= 14.7  # MNIST: 13.5 to 14.5


def test_ink_at_one_end_stays_in_the_field():
    ink = np.zeros((200, 200), np.float32)
    ink[20:180, 98:102] = 1
    ink[150:180, 60:140] = 1
    scaled = prepare(ink).scaled
    assert prepare(ink).image.sum() == pytest.approx(scaled.sum(), rel=1e-5)


def test_aspect_is_kept():
    ink = np.zeros((300, 300), np.float32)
    ink[50:250, 140:150] = 1
    ink[50:60, 100:150] = 1
    height, width = prepare(ink).scaled.shape
    assert (height, width) == (20, 6)  # 200×50 with a wider pen


# --- the same character, the same image


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    name=st.sampled_from(list("0123456789ABEKRSあの")),
    scale=st.floats(0.2, 1.25),
    right=st.floats(-1, 1),
    down=st.floats(-1, 1),
    size=st.sampled_from([200, 272, 336]),
)
def test_size_and_place_hardly_matter(name, scale, right, down, size):
    free = max(0.0, 0.48 - 0.4 * scale)
    moved = drawn(name, scale=scale, right=right * free, down=down * free, size=size)
    # Most differ by 0.005; the most where a width tips over to the next whole pixel, and half of the image moves.
    assert difference(prepare(moved).image, prepare(drawn(name)).image) <= 0.06


@settings(max_examples=20, deadline=None, derandomize=True)
@given(down=st.integers(-40, 40), right=st.integers(-40, 40))
def test_moving_by_whole_pixels_changes_nothing(down, right):
    ink = drawn("5")
    moved = np.roll(ink, (down, right), axis=(0, 1))
    np.testing.assert_array_equal(prepare(moved).image, prepare(ink).image)


@pytest.mark.parametrize("name", list("0248AKあ"))
def test_thin_pens_give_nearly_the_same_image(name):
    hairline, pencil, pen = (prepare(drawn(name, pen=width)) for width in (2, 6, 14))
    assert hairline.pen_found < pencil.pen_found < pen.pen_found < USUAL_PEN[0]
    assert hairline.pen_applied == pytest.approx(USUAL_PEN[0])
    assert difference(hairline.image, pen.image) <= 0.025
    assert difference(pencil.image, pen.image) <= 0.025


@pytest.mark.parametrize("name", list("0123579"))
def test_thick_pens_are_thinned(name):
    marker = prepare(drawn(name, pen=70))
    assert marker.pen_found > USUAL_PEN[1]
    assert USUAL_PEN[0] <= marker.pen_applied < marker.pen_found
    usual = prepare(drawn(name, pen=48))
    assert difference(marker.image, usual.image) <= 0.05


def test_a_usual_pen_is_left_alone():
    prepared = prepare(drawn("3", pen=34))
    assert USUAL_PEN[0] <= prepared.pen_found == prepared.pen_applied <= USUAL_PEN[1]


@pytest.mark.parametrize("width", [4, 12, 24])
def test_pen_width_is_found(width):
    ink = np.zeros((300, 300), np.float32)
    ink[50:250, 150 - width // 2 : 150 + width // 2] = 1
    assert prepare(ink).pen_found == pytest.approx(width / 10, abs=0.25)


def test_mnist_comes_back():
    digits = load_mnist("test").x[:60]
    for resample in (Image.Resampling.NEAREST, Image.Resampling.BILINEAR, Image.Resampling.BICUBIC):
        changed = [
            difference(prepare(np.asarray(Image.fromarray(digit).resize((336, 336), resample))).image, digit / 255)
            for digit in digits
        ]
        assert np.mean(changed) <= 0.03


def test_kinds_of_numbers_agree():
    ink = drawn("7")
    as_bytes = (ink * 255).round().astype(np.uint8)
    np.testing.assert_allclose(prepare(as_bytes).image, prepare(ink).image, atol=0.02)
    assert prepare(as_bytes > 127).image.max() == 1
    assert prepare(ink.astype(np.float64)).image.dtype == np.float32


# --- what is no character


@pytest.mark.parametrize("value", [0.0, 0.1])
def test_blank_is_refused(value):
    with pytest.raises(NotEnoughInk, match=r"There must be ink of at least 0\.2") as caught:
        prepare(np.full((336, 336), value))
    assert caught.value.code == "blank"


def test_filled_is_refused():
    with pytest.raises(TooMuchInk, match="At most 80 % of the field may be ink, got 100 %"):
        prepare(np.ones((336, 336), np.float32))


@pytest.mark.parametrize("pen", [1, 2, 8, 16, 20, 40, 60])
def test_a_dot_is_refused(pen):
    with pytest.raises(NotEnoughInk):
        prepare(draw([[(0.4, 0.6), (0.401, 0.6)]], size=336, pen=pen))


Y, X = np.mgrid[:272, :272]
SOLID = {
    "disc": np.hypot(X - 136, Y - 136) < 80,
    "half a disc": (np.hypot(X - 136, Y - 136) < 100) & (Y > 136),
    "ellipse": np.hypot((X - 136) / 60, (Y - 136) / 110) < 1,
    "block": (abs(X - 136) < 100) & (abs(Y - 136) < 50),
    "square": (abs(X - 136) < 76) & (abs(Y - 136) < 76),
}


@pytest.mark.parametrize("name", SOLID)
def test_a_solid_shape_is_refused(name):
    with pytest.raises(TooMuchInk, match="no strokes") as caught:
        prepare(SOLID[name])
    assert caught.value.code == "filled"


@pytest.mark.parametrize(
    "ink", [(abs(X - 136) < 24) & (abs(Y - 136) < 96), SOLID["disc"] & (np.hypot(X - 136, Y - 136) > 40)]
)
def test_what_has_strokes_is_not_solid(ink):
    assert prepare(ink).image.max() == 1


def test_no_test_digit_is_solid():
    for digit in load_mnist("test").x[::20]:
        prepare(digit)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_a_few_specks_are_no_character_or_a_finite_image(seed, count):
    ink = np.zeros((120, 120), np.float32)
    places = np.random.default_rng(seed).integers(0, 120, (count, 2))
    ink[places[:, 0], places[:, 1]] = 1
    with suppress(HandwritingError):
        assert np.isfinite(prepare(ink).image).all()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 60))
def test_any_field_gives_an_image_or_a_known_error(seed, height, width):
    ink = np.random.default_rng(seed).random((height, width), np.float32) ** 3
    try:
        image = prepare(ink).image
    except HandwritingError:
        return
    assert np.isfinite(image).all() and image.max() == 1 and image.min() >= 0


@pytest.mark.parametrize(
    ("ink", "rule"),
    [
        (np.zeros((2, 3, 4)), r"shape \(height, width\), got shape \(2, 3, 4\)"),
        (np.zeros((0, 5)), r"got shape \(0, 5\)"),
        (np.zeros((5, 5), int), "uint8, bool or float, got int64"),
        (np.full((5, 5), 2.0), r"in \[0, 1\], got values from 2 to 2"),
        (np.full((5, 5), np.nan), r"in \[0, 1\], got values from nan to nan"),
    ],
)
def test_wrong_arrays_are_told(ink, rule):
    with pytest.raises(ValueError, match=rule):
        prepare(ink)


# --- specks


def test_specks_do_not_move_the_box():
    ink = drawn("4")
    clean = prepare(ink)
    dusty = ink.copy()
    for y, x in ((3, 5), (330, 300), (170, 331), (20, 320)):
        dusty[y : y + 2, x : x + 2] = 1
    prepared = prepare(dusty)
    assert prepared.box == clean.box
    np.testing.assert_allclose(prepared.image, clean.image, atol=1e-3)


def test_dots_that_the_pen_made_stay():
    prepared = prepare(drawn("?", pen=6))
    assert prepared.box[2] > 270  # the dot's place; the hook ends at 225


def test_a_lone_thin_line_is_ink():
    ink = np.zeros((336, 336), np.float32)
    ink[60:260, 150:153] = 1
    prepared = prepare(ink)
    assert prepared.box == (60, 150, 260, 153)
    assert prepared.image.sum() > 20


# --- canvas


@pytest.mark.parametrize(
    ("paper", "stroke"),
    [
        ((0, 0, 0, 0), (255, 255, 255)),
        ((0, 0, 0, 0), (20, 20, 20)),
        ((14, 17, 23, 255), (255, 255, 255)),
        ((255, 255, 255, 255), (20, 20, 20)),
        ((250, 250, 245, 255), (0, 90, 160)),
    ],
)
def test_canvas_in_every_theme_gives_the_same_ink(paper, stroke):
    ink = drawn("B", size=100)[..., None]
    colour = np.concatenate([np.array(stroke, float), [255]])
    rgba = np.where(paper[3] == 0, [*stroke, 0], paper) * (1 - ink) + colour * ink
    found = ink_of_canvas(rgba.round().astype(np.uint8))
    np.testing.assert_allclose(found, ink[..., 0], atol=0.01)


def test_filled_canvas_is_told_from_an_empty_one_by_its_background():
    white = np.full((50, 50, 4), 255, np.uint8)
    assert ink_of_canvas(white, background=(0, 0, 0)).min() == 1
    assert ink_of_canvas(white, background=(255, 255, 255)).max() == 0
    assert ink_of_canvas(white).max() == 0


@pytest.mark.parametrize("rgba", [np.zeros((5, 5, 3), np.uint8), np.zeros((5, 5, 4))])
def test_canvas_must_be_rgba(rgba):
    with pytest.raises(ValueError, match=r"rgba must be uint8 of shape \(h, w, 4\), got"):
        ink_of_canvas(rgba)
