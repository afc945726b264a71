"""Pictures of pen on paper, synthetic ones: their ink, their files, and their place on the canvas."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter

from core.images.handwriting import TooMuchInk, prepare
from core.images.photos import UnreadableImage, ink_of_picture, placed, read_picture
from core.images.strokes import characters, draw
from tests.images.drawn import difference, drawn


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


@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.06), st.sampled_from([0.0, 0.7, 1.5, 4.0]), st.floats(0.3, 1.0))
def test_blank_paper_stays_blank_whatever_its_grain(seed, noise, coarse, tone):
    rng = np.random.default_rng(seed)
    grain = rng.normal(0, 1, (260, 200)).astype(np.float32)
    bytes_ = Image.fromarray((grain * 25 + 128).clip(0, 255).astype(np.uint8))
    blurred = np.asarray(bytes_.filter(ImageFilter.GaussianBlur(coarse)), np.float32) - 128
    grey = tone * (0.8 + 0.2 * np.linspace(0, 1, 200)) + noise * blurred / max(float(blurred.std()), 1e-6)
    file = io.BytesIO()
    Image.fromarray((grey.clip(0, 1) * 255).astype(np.uint8)).save(file, "JPEG", quality=80)
    assert ink_of_picture(Image.open(file)).max() == 0


@settings(max_examples=12, deadline=None, derandomize=True)
@given(st.sampled_from("0123456789"), st.floats(0.02, 0.75), st.floats(0.02, 0.67))
def test_where_the_character_stands_on_the_paper_hardly_matters(name, down, right):
    ink = draw(characters()[name].strokes, size=110, pen=5)

    def at(top, left):
        field = np.zeros((480, 360), np.float32)
        field[top : top + 110, left : left + 110] = ink
        light = 1 - 0.3 * np.linspace(0, 1, 480)[:, None]
        return Image.fromarray((220 * light * (1 - 0.7 * field)).astype(np.uint8))

    moved = prepare(ink_of_picture(at(round(down * 480), round(right * 360)))).image
    assert difference(moved, prepare(ink_of_picture(at(185, 125))).image) <= 0.02


@pytest.mark.parametrize("turned", [0, 5])
@pytest.mark.parametrize(
    ("inside", "outside"), [((20, 230), (250, 250)), ((235, 60), (40, 40)), ((245, 40), (245, 90))]
)
def test_a_panel_is_a_picture_of_its_own(inside, outside, turned):
    """Light on dark on a white page, a card on a table, a form's box: ground and pen, page and frame."""
    (ground, pen), (page, frame) = inside, outside
    panel = np.where(drawn("4", size=200, pen=14) > 0.5, pen, ground).astype(np.uint8)
    panel[:5] = panel[-5:] = panel[:, :5] = panel[:, -5:] = frame if frame != page else ground
    whole = Image.new("L", (320, 280), page)
    rotated = Image.fromarray(panel).rotate(turned, Image.Resampling.BICUBIC, expand=True, fillcolor=page)
    whole.paste(rotated, (40, 30))
    expected = Image.fromarray(np.where(drawn("4", size=200, pen=14) > 0.5, 0, 255).astype(np.uint8))
    expected = expected.rotate(turned, Image.Resampling.BICUBIC, fillcolor=255)
    assert difference(prepare(ink_of_picture(whole)).image, prepare(ink_of_picture(expected)).image) <= 0.03


@pytest.mark.parametrize("share", [0.35, 0.5, 0.8])
@pytest.mark.parametrize("name", list("0369"))
def test_a_pale_half_is_kept(name, share):
    ink = drawn(name, size=300, pen=24)
    pale = ink.copy()
    pale[:, :150] *= share
    found = prepare(ink_of_picture(Image.fromarray((255 - 255 * pale).astype(np.uint8))))
    assert difference(found.image, prepare(ink).image) <= 0.03


@pytest.mark.parametrize("shape", ["rectangle", "ellipse"])
@pytest.mark.parametrize(("height", "width"), [(150, 150), (200, 100), (90, 180)])
def test_a_solid_shape_is_filled_and_not_blank(shape, height, width):
    picture = Image.new("L", (272, 272), 255)
    getattr(ImageDraw.Draw(picture), shape)((40, 40, 40 + width, 40 + height), fill=0)
    with pytest.raises(TooMuchInk) as caught:
        prepare(ink_of_picture(picture))
    assert caught.value.code == "filled"


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


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "JPEG2000", "AVIF", "HEIF"])
def test_pictures_are_read_from_bytes_files_and_paths(kind, tmp_path: Path):
    pillow_heif.register_heif_opener()
    path = tmp_path / "picture.txt"
    photo("A").save(path, kind)
    for source in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes())):
        picture = read_picture(source)
        assert picture.size == (240, 240)
    expected = prepare(ink_of_picture(photo("A"))).image
    assert difference(prepare(ink_of_picture(picture)).image, expected) <= 0.02


def test_the_first_frame_of_an_animation_is_read():
    file = io.BytesIO()
    frames = [Image.fromarray(np.where(drawn(name, size=100) > 0.5, 0, 255).astype(np.uint8)) for name in "38"]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    found = prepare(ink_of_picture(read_picture(file.getvalue()))).image
    assert difference(found, prepare(ink_of_picture(frames[0])).image) <= 0.01


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int32, np.float32])
def test_zero_and_one_are_black_and_white(kind):
    picture = Image.fromarray(np.where(drawn("5", size=100) > 0.5, 0, 1).astype(kind))
    np.testing.assert_array_equal(ink_of_picture(picture) >= 0.5, drawn("5", size=100) > 0.5)


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA"])
def test_a_large_picture_is_read_as_a_small_one(mode):
    small = Image.fromarray(np.asarray(255 - 220 * drawn("3", size=400, pen=20), np.uint8))
    large = small.resize((2403, 3610), Image.Resampling.BICUBIC).convert(mode)
    expected = prepare(ink_of_picture(small.resize((532, 800)))).image
    assert difference(prepare(ink_of_picture(large)).image, expected) <= 0.02


def half(data):
    return data[: len(data) // 2]


def png(*size):
    file = io.BytesIO()
    Image.new("1", size).save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "code", "rule"),
    [
        (b"", "empty_file", "This file is empty"),
        (b"hello", "not_a_picture", "This is no PNG, JPEG or WebP picture"),
        (half(png(300, 300)), "damaged_picture", "This PNG picture is damaged"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "damaged_picture", "This PNG picture is damaged"),
        (b"GIF89a" + bytes(100), "damaged_picture", "This GIF picture is damaged"),
        (b"%PDF-1.7\n", "pdf_file", "This is a PDF document"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg_file", "This is an SVG drawing"),
        (b"<?xml version='1.0'?>\n<svg width='3'>", "svg_file", "This is an SVG drawing"),
        (b"\n<!DOCTYPE html><html>", "web_page", "This is a web page"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(16), "heic_photo", "This is a HEIC photo that cannot be read"),
        (b"\x00\x00\x00\x1cftypmif1\0\0\0\0mif1heic", "heic_photo", "set the phone to JPEG"),
        (b"\x00\x00\x00\x1cftypavif\0\0\0\0", "damaged_picture", "This AVIF picture is damaged"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(16), "video_file", "This is a video"),
        (b"\x00\x00\x00\x14ftypqt  ", "video_file", "This is a video"),
        (b"8BPS\0\1", "layered_file", "Export it as PNG or JPEG"),
        (b"\xff\x0a\xfa", "new_format", "JPEG XL"),
        (b"PK\x03\x04", "document_file", "This is a document or an archive"),
        (b"version https://git-lfs.github.com/spec/v1", "lfs_pointer", "Run git lfs pull"),
        (bytes(20_000_001), "too_many_bytes", "A picture may have at most 20 MB"),
        (png(7000, 6000), "too_many_pixels", "A picture may have at most 40 million pixels"),
        (png(10_000, 10_000), "too_many_pixels", "A picture may have at most 40 million pixels"),
        (png(15_000, 15_000), "too_many_pixels", "A picture may have at most 40 million pixels"),
        (png(1, 70_000), "too_long_side", "at most 65,500 pixels high or wide"),
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


# --- within bounds


MEASURED = """
import sys
from core.images.photos import ink_of_picture, read_picture
ink_of_picture(read_picture(sys.argv[1]))
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1])  # ru_maxrss would be that of the tests, from before this process began its own program
"""


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
@pytest.mark.parametrize("name", ["photo.jpg", "photo.png"])
def test_twelve_megapixels_take_less_than_300_mb(name, tmp_path):
    ink = draw(characters()["2"].strokes, size=400, pen=12)
    picture = Image.fromarray((230 - 180 * ink).astype(np.uint8)).resize((4000, 3000)).convert("RGB")
    picture.save(tmp_path / name)
    command = [sys.executable, "-c", MEASURED, str(tmp_path / name)]
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    assert int(done.stdout) < 300_000
