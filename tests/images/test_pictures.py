"""A photo becomes a drawing on the canvas."""

import io

import numpy as np
import pytest
from PIL import Image

from core.errors import KagamiError
from core.images.handwriting import prepare
from core.images.pictures import on_canvas
from core.images.strokes import characters, draw


def photo(name, *, pen=6, turned=None):
    """JPEG bytes of dark pen on light paper, off centre; as a telephone held upright stores it, if `turned`."""
    ink = np.zeros((400, 300), np.float32)
    ink[40:240, 80:280] = draw(characters()[name].strokes, size=200, pen=pen)
    picture = Image.fromarray(np.asarray(230 - 190 * ink, np.uint8))
    exif = Image.Exif()
    if turned:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        exif[0x0112] = 6
    buffer = io.BytesIO()
    picture.save(buffer, format="JPEG", quality=90, exif=exif)
    return buffer.getvalue()


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("name", ["5", "あ"])
def test_the_character_stands_in_the_middle_as_large_as_a_preset(name, turned):
    canvas = on_canvas(photo(name, turned=turned), size=272)
    assert canvas.shape == (272, 272) and canvas.dtype == np.uint8
    rows, columns = (np.flatnonzero(canvas.max(axis=axis) > 127) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) == pytest.approx(0.7 * 272, abs=4)
    for place in (rows, columns):
        assert place[[0, -1]].mean() == pytest.approx(135.5, abs=2)
    expected = prepare(draw(characters()[name].strokes, size=272, pen=20)).image
    assert np.abs(prepare(canvas).image - expected).mean() < 0.05


@pytest.mark.parametrize(("data", "code"), [(b"no picture", "not_a_picture"), (bytes(20_000_001), "too_many_bytes")])
def test_what_is_no_picture_is_told(data, code):
    with pytest.raises(KagamiError) as caught:
        on_canvas(data, size=272)
    assert caught.value.code == code
