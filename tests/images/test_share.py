"""A drawing in an address: what was drawn comes back, and whatever else stands there does no harm."""

import base64
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import KagamiError
from core.images import share
from core.images.handwriting import prepare
from core.images.strokes import PEN, SIZE, characters, draw, from_canvas, to_canvas

points = st.tuples(st.floats(-1, 2), st.floats(-1, 2))
drawings = st.lists(st.lists(points, min_size=2, max_size=12), max_size=5)
WRITTEN = [name for name, character in characters().items() if character.strokes]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(drawings)
def test_any_drawing_comes_back_and_is_written_the_same_again(strokes):
    text = share.encode(strokes)
    back = share.decode(text)
    assert len(back) == len(strokes)
    for stroke, same in zip(strokes, back, strict=True):
        np.testing.assert_allclose([stroke[0], stroke[-1]], [same[0], same[-1]], atol=0.5 / share.GRID)
    assert share.encode(back) == text


@settings(max_examples=60, deadline=None, derandomize=True)
@given(drawings)
def test_what_is_judged_is_what_the_address_gives_back(strokes):
    judged, exact = share.as_written(strokes)
    assert exact
    assert share.decode(share.encode(strokes)) == judged
    assert share.as_written(judged) == (judged, True)
    # The canvas sends what it was given rounded to a hundredth of a pixel.
    sent = from_canvas(to_canvas(judged, size=SIZE, pen=PEN), size=SIZE)
    assert share.as_written(sent) == (judged, True)
    ink, again = (draw(each, size=SIZE, pen=PEN) for each in (judged, share.decode(share.encode(sent))))
    np.testing.assert_array_equal(again, ink)
    try:
        image = prepare(ink).image
    except KagamiError:
        return
    np.testing.assert_array_equal(prepare(again).image, image)


def test_what_an_address_does_not_hold_so_finely_is_judged_as_it_was_drawn():
    turn = np.linspace(0, 60 * np.pi, 4000)
    spiral = tuple(zip(*(0.5 + 0.4 * f(turn) * turn / turn[-1] for f in (np.cos, np.sin)), strict=True))
    assert share.as_written([spiral]) == ((spiral,), False)
    simplified = share.decode(share.encode([spiral]))
    assert share.as_written(simplified) == (simplified, True)  # its own address holds it


@pytest.mark.parametrize("name", WRITTEN)
def test_a_character_comes_back_within_a_pixel(name):
    strokes = characters()[name].strokes
    back = share.decode(share.encode(strokes))
    thick, thin = (draw(strokes, size=SIZE, pen=pen) >= 0.5 for pen in (PEN + 2, PEN - 2))
    again = draw(back, size=SIZE, pen=PEN) >= 0.5
    assert not (again & ~thick).any() and not (thin & ~again).any()
    from_it = from_canvas(to_canvas(back, size=SIZE, pen=PEN), size=SIZE)
    assert share.encode(from_it) == share.encode(strokes)


def test_a_character_takes_few_letters():
    lengths = [len(share.encode(character.strokes)) for character in characters().values()]
    assert max(lengths) < 500 and np.median(lengths) < 150


def test_a_long_drawing_is_simplified_until_it_fits():
    turn = np.linspace(0, 60 * np.pi, 4000)
    spiral = list(zip(*(0.5 + 0.4 * f(turn) * turn / turn[-1] for f in (np.cos, np.sin)), strict=True))
    assert len(share.encode([spiral], longest=1600)) <= 1600
    short = share.encode([spiral], longest=1200)
    assert len(short) <= 1200
    with pytest.raises(KagamiError, match="may take 100 characters") as caught:
        share.encode([spiral], longest=100)
    assert caught.value.code == "drawing_too_long"


def test_what_packs_well_is_not_written_longer_than_it_may_be_read():
    hatching = [((i % 2 * 0.5, i % 2 * 0.5), (0.9, 0.9), (0.5, 0.1)) * 20 for i in range(60)]
    try:
        text = share.encode(hatching)
    except KagamiError as error:
        assert error.code == "drawing_too_long"
    else:
        assert len(share.decode(text)) == 60
    with pytest.raises(KagamiError, match="this one takes more"):
        share.encode([((0.0, 0.0), (1.0, 1.0))] * 501)


def test_simplifying_moves_the_line_by_no_more_than_the_tolerance():
    line = np.cumsum(np.random.default_rng(0).integers(-9, 10, (200, 2)), axis=0)
    kept = share._simplified(line, 12.0)
    assert 2 < len(kept) < 200

    def away(point):
        start, way = kept[:-1], np.diff(kept, axis=0)
        along = np.clip(((point - start) * way).sum(1) / np.maximum((way**2).sum(1), 1), 0, 1)
        return np.hypot(*(point - start - along[:, None] * way).T).min()

    assert max(map(away, line)) <= 12


def text_of(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = b"\x01" + packer.compress(bytes(data)) + packer.flush()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "version must be 1"),
        ("あ", "not what Kagami writes"),
        ("AQ", "cut off"),
        ("Ag==", "version must be 1"),
        ("A", "not what Kagami writes"),
        ("!!!!", "not what Kagami writes"),
        ("A" * 1601, "at most 1600 characters, got 1601"),
        (text_of([]), "begin with its number of strokes"),
        (text_of([255, 127]), "begin with its number of strokes"),
        (text_of([1]), "ends too early"),
        (text_of([1, 1, 0, 0]), "at least two points"),
        (text_of([1, 2, 0, 0, 0]), "ends too early"),
        (text_of([1, 2, 0, 0, 0, 0, 7]), "something follows"),
        (text_of([1, 2, 0, 0, 255, 127, 0]), "too far beyond the canvas"),
        (text_of([1, 2, 255]), "ends within a number"),
        (text_of([1, 2, *[255] * 20]), "a number is too large"),
        (text_of([1, 255, 255, 127]), "all together at most 20000"),
        (text_of(bytes(1_000_000)), "too large"),
        (text_of([0])[:-2], "cut off|not what"),
    ],
)
def test_a_damaged_address_is_told(text, rule):
    with pytest.raises(KagamiError, match=rule) as caught:
        share.decode(text)
    assert caught.value.code == "address_damaged"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    st.one_of(
        st.text(max_size=60),
        st.binary(max_size=60).map(text_of),
        st.binary(max_size=40).map(lambda b: base64.urlsafe_b64encode(b"\x01" + b).decode()),
    )
)
def test_garbage_is_either_a_drawing_or_told(text):
    try:
        strokes = share.decode(text)
    except KagamiError as error:
        assert error.code == "address_damaged"
    else:
        assert all(len(stroke) >= 2 for stroke in strokes)
        draw(strokes, size=30, pen=3)
