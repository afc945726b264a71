import base64
import io
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.views.tiles import figure, grey, heat, image_row, sheet, strip, tile

# A letter, quotes, and what would end an attribute or an element.
NASTY = '"A" & \'<b onload=x>'


def luminance(rgb):
    """Relative luminance of sRGB colours (…, 3) uint8 (WCAG 2.2)."""
    c = rgb / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_grey_is_white_ink_on_black():
    image = np.array([[0, 0.5, 1], [-0.2, 1.3, 1 / 255]], np.float32)
    pixels = grey(image)
    assert pixels.dtype == np.uint8
    np.testing.assert_array_equal(pixels, [[0, 128, 255], [0, 255, 1]])


def test_grey_brings_mnists_pixels_back():
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)
    np.testing.assert_array_equal(grey(every / np.float32(255)), every)


def test_heat_gets_lighter_with_the_error():
    colours = heat(np.linspace(0, 1, 256, dtype=np.float32).reshape(1, -1))
    assert (colours.shape, colours.dtype) == ((1, 256, 3), np.uint8)
    steps = np.diff(luminance(colours[0]))
    # Rounding to 8 bits may keep two neighbours alike.
    assert (steps > -2e-3).all()
    assert (np.diff(luminance(colours[0, ::8])) > 0).all()
    assert luminance(colours[0, 0]) < 1e-3
    assert luminance(colours[0, -1]) > 0.9


@given(error=st.floats(0, 1, width=32), others=st.lists(st.floats(0, 1, width=32), max_size=4))
def test_heat_is_a_fixed_scale(error, others):
    """A colour tells the error alone, whatever else is in the picture."""
    alone = heat(np.array([[error]], np.float32))
    among = heat(np.array([[error, *others]], np.float32))
    np.testing.assert_array_equal(among[:, :1], alone)


def test_heat_ends_where_errors_do():
    np.testing.assert_array_equal(heat(np.array([[-1, 2]])), heat(np.array([[0, 1]])))


def decoded(html):
    data = re.search(r'src="data:image/png;base64,([^"]+)"', html)[1]
    with Image.open(io.BytesIO(base64.b64decode(data))) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture)


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 3), (5, 40), (1, 1)])
def test_a_tile_holds_its_pixels(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    np.testing.assert_array_equal(decoded(tile(pixels, alt="")), pixels)


def test_a_tile_is_one_small_element():
    html = tile(np.zeros((28, 28), np.uint8), alt="a blank image")
    assert re.fullmatch(r'<img class="kg-tile" [^<>]*>', html)
    assert 'alt="a blank image"' in html
    assert len(html) < 400


def test_what_a_tile_shows_is_told_as_text():
    html = tile(np.zeros((2, 2), np.uint8), alt=NASTY)
    assert 'alt="&quot;A&quot; &amp; &#x27;&lt;b onload=x&gt;"' in html
    assert html.count("<") == html.count(">") == 1


def test_a_figure_escapes_its_caption_and_keeps_its_picture():
    picture = tile(np.zeros((2, 2), np.uint8), alt="")
    html = figure(picture, NASTY, kind="wide")
    assert html == (
        f'<figure class="kg-figure wide">{picture}'
        "<figcaption>&quot;A&quot; &amp; &#x27;&lt;b onload=x&gt;</figcaption></figure>"
    )


def test_a_sheet_holds_its_images_row_by_row_and_black_where_there_is_none():
    images = np.stack([np.full((2, 3), level, np.uint8) for level in (1, 2, 3, 4, 5)])
    made = sheet(images, columns=3)
    assert made.shape == (4, 9)
    np.testing.assert_array_equal(made[::2, ::3], [[1, 2, 3], [4, 5, 0]])
    np.testing.assert_array_equal(sheet(images, columns=9)[:, :15:3], [[1, 2, 3, 4, 5]] * 2)


def pixels_of(html):
    """All pictures in HTML, as arrays."""
    found = re.findall(r"base64,([^\"]+)", html)
    return [np.array(Image.open(io.BytesIO(base64.b64decode(each)))) for each in found]


def test_a_strip_is_one_picture_of_all_its_images_with_a_line_between():
    images = np.stack([np.zeros(784, np.float32), np.ones(784, np.float32)])
    shown = strip(images, NASTY)
    (row,) = pixels_of(shown)
    np.testing.assert_array_equal(row, np.repeat([[0] * 29 + [255] * 28], 28, axis=0))
    assert "<b" not in shown


def test_a_row_shows_each_image_over_its_caption_and_ends_in_its_total():
    images = np.stack([np.zeros(784, np.float32), np.ones(784, np.float32)])
    shown = image_row(images, ["zero", NASTY], title=NASTY, small="below", total="<b>2</b>")
    assert [picture.mean() for picture in pixels_of(shown)] == [0, 255]
    assert shown.count("<figcaption>") == 2
    assert "<small>below</small>" in shown
    assert shown.count("<b>2</b>") == 1
    assert "<b onload" not in shown
    assert "<small>" not in image_row(images, ["", ""], title="a", total="")
    with pytest.raises(ValueError, match="zip"):
        image_row(images, ["one"], title="a", total="")
