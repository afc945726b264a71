"""Pictures of pen on paper, synthetic ones: their ink, their files, and their place on the canvas."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from core.images.handwriting import prepare
from core.images.photos import UnreadableImage, ink_of_picture, placed, read_picture
from core.images.strokes import characters, draw


def drawn(name, *, size=336, pen=20.0, scale=1.0, right=0.0, down=0.0):
    """A preset around the middle of the canvas, scaled and moved; the pen scales with it."""
    strokes = [
        [(0.5 + (x - 0.5) * scale + right, 0.5 + (y - 0.5) * scale + down) for x, y in stroke]
        for stroke in characters()[name].strokes
    ]
    return draw(strokes, size=size, pen=pen * scale * size / 336)


def difference(one, other):
    return float(np.abs(one - other).mean())


def photo(name, *, paper=0.9, ink=0.15, pen=9.0, noise=0.02, uneven=0.4, shadow=0.0, size=240, seed=0, **where):
    """An unevenly lit, blurred, noisy picture of a preset; the edge of a shadow lies across it."""
    rng = np.random.default_rng(seed)
    drawn_ink = drawn(name, pen=pen, size=size, **where)
    light = 1 - uneven * np.linspace(0, 1, size)[:, None] * np.linspace(0.5, 1, size)
    slope = np.linspace(0, 1, size) + 0.4 * np.linspace(0, 1, size)[:, None] - 0.9
    light = light * (1 - shadow / (1 + np.exp(-slope / 0.03)))
    grey = (paper + (ink - paper) * drawn_ink) * light + rng.normal(0, noise, (size, size))
    picture = Image.fromarray((grey.clip(0, 1) * 255).astype(np.uint8))
    return picture.filter(ImageFilter.GaussianBlur(0.7))


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"uneven": 0.7},
        {"pen": 4.0},
        {"pen": 50.0},
        {"noise": 0.06},
        {"pen": 4.0, "uneven": 0.7, "shadow": 0.35},
        {"pen": 30.0, "uneven": 0.7, "shadow": 0.5},
        {"paper": 0.2, "ink": 0.95},
        {"ink": 0.55},
        {"scale": 0.4, "right": 0.25, "down": -0.2, "pen": 20.0},
    ],
)
@pytest.mark.parametrize("name", ["8", "A", "?"])
def test_photos_give_the_image_of_the_drawing(name, how):
    found = prepare(ink_of_picture(photo(name, **how)))
    where = {key: value for key, value in how.items() if key in ("scale", "right", "down")}
    expected = prepare(drawn(name, pen=how.get("pen", 9.0), **where))
    assert difference(found.image, expected.image) <= 0.03


@pytest.mark.parametrize("picture", [Image.new("L", (90, 60), 255), Image.new("RGB", (90, 60), (200, 30, 30))])
def test_a_picture_of_one_colour_has_no_ink(picture):
    assert ink_of_picture(picture).max() == 0


@pytest.mark.parametrize("noise", [0.0, 0.01, 0.05])
def test_a_photo_of_empty_paper_has_no_ink(noise):
    assert ink_of_picture(photo("1", ink=0.9, noise=noise)).max() == 0


def test_a_table_edge_is_left_out():
    grey = np.asarray(photo("3", uneven=0.2)).copy()
    grey[:, -12:] = 30
    found = prepare(ink_of_picture(Image.fromarray(grey)))
    assert difference(found.image, prepare(drawn("3", pen=9)).image) <= 0.03


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "CMYK", "I", "F", "I;16"])
def test_every_mode_is_read(mode):
    grey = Image.fromarray(np.where(drawn("5", size=100) > 0.5, 0, 255).astype(np.uint8))
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    picture = deep if mode == "I;16" else grey.convert(mode)
    np.testing.assert_allclose(ink_of_picture(picture) >= 0.5, drawn("5", size=100) > 0.5)


@pytest.mark.parametrize("shade", [0, 255])
def test_transparent_pictures_show_their_ink(shade):
    ink = drawn("6", size=100)
    rgba = np.full((100, 100, 4), shade, np.uint8)
    rgba[..., 3] = (ink * 255).round()
    np.testing.assert_allclose(ink_of_picture(Image.fromarray(rgba)), ink, atol=0.01)


def test_exif_rotation_is_undone():
    upright = photo("7")
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera lay on its right side
    file = io.BytesIO()
    upright.rotate(90).save(file, "JPEG", exif=exif, quality=95)
    found = prepare(ink_of_picture(read_picture(file.getvalue())))
    assert difference(found.image, prepare(ink_of_picture(upright)).image) <= 0.01


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_pictures_are_read_from_bytes_files_and_paths(kind, tmp_path: Path):
    path = tmp_path / "picture"
    photo("A").save(path, kind)
    for source in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes())):
        assert read_picture(source).size == (240, 240)


def half(data):
    return data[: len(data) // 2]


def png(*size):
    file = io.BytesIO()
    Image.new("1", size).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "rule"),
    [
        (b"", "not_a_picture", "This is no PNG, JPEG or WebP picture"),
        (b"hello", "not_a_picture", "This is no PNG, JPEG or WebP picture"),
        (half(png(300, 300)), "not_a_picture", "or it is damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_picture", "or it is damaged"),
        (b"GIF89a" + bytes(100), "not_a_picture", "This is no PNG"),
        (bytes(20_000_001), "too_many_bytes", "A picture may have at most 20 MB"),
        (png(7000, 6000), "too_many_pixels", "A picture may have at most 40 million pixels"),
        (png(10_000, 10_000), "too_many_pixels", "A picture may have at most 40 million pixels"),
        (png(15_000, 15_000), "too_many_pixels", "A picture may have at most 40 million pixels"),
    ],
)
def test_what_is_no_picture_is_told(data, code, rule):
    with pytest.raises(UnreadableImage, match=rule) as caught:
        read_picture(data)
    assert caught.value.code == code


# --- on the canvas


def snapshot(name, *, pen=6, turned=None):
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
    canvas = placed(prepare(ink_of_picture(read_picture(snapshot(name, turned=turned)))).crop, size=272)
    assert canvas.shape == (272, 272) and canvas.dtype == np.uint8
    rows, columns = (np.flatnonzero(canvas.max(axis=axis) > 127) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) == pytest.approx(0.7 * 272, abs=4)
    for place in (rows, columns):
        assert place[[0, -1]].mean() == pytest.approx(135.5, abs=2)
    expected = prepare(draw(characters()[name].strokes, size=272, pen=20)).image
    assert np.abs(prepare(canvas).image - expected).mean() < 0.05
