"""A photo, scan or screenshot of one character: a file → its ink, and its place on a canvas."""

import io
import math
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from core.images.data import Float, UInt8
from core.images.formats import FORMATS, HEIC_SENTENCE, Format, foreign, format_of
from core.images.handwriting import HandwritingError
from core.images.paper import ink_on_paper

MAX_BYTES = 20_000_000

_MAX_SIDE = 65_500
"""Pixels along one side, as in a JPEG; a strip of one pixel's width is no picture."""

_MAX_MEMORY = 170_000_000
"""Bytes that the decoded pixels, with what their decoder needs, may take, so that a visit stays within 300 MB."""


class UnreadableImage(HandwritingError):
    """No picture, or one too large.

    Codes: ``not_a_picture``, ``damaged_picture``, ``heic_photo``, ``too_many_bytes``, ``too_many_pixels``,
    ``too_long_side``, and those of
    :data:`core.images.formats.FOREIGN`.
    """


def read_picture(source: bytes | str | os.PathLike[str] | BinaryIO) -> Image.Image:
    """Open and decode a picture of one of :data:`core.images.formats.FORMATS`: its content decides, not its name.

    source: bytes, path or binary file.

    Returns PIL.Image.Image: decoded; only the first frame of an animation.

    Raises UnreadableImage: more than :data:`MAX_BYTES` bytes, more pixels than decoding has memory for, no picture of
        these kinds, or a damaged one.
    Raises OSError: a path that cannot be opened.
    """
    data = _at_most(source, MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableImage(
            "too_many_bytes", f"A picture may have at most {MAX_BYTES // 10**6} MB.", limit=MAX_BYTES // 10**6
        )
    kind = format_of(data)
    if kind is None:
        raise _no_picture(data)
    try:
        if kind.name == "HEIF":
            import pillow_heif

            pillow_heif.register_heif_opener(thumbnails=False)
        image = Image.open(io.BytesIO(data), formats=(kind.name,))
        _refuse_large(image, kind)
        scale = 2 * _PICTURE / max(image.size)
        # A JPEG is decoded no larger than it is needed.
        image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(kind.pixels) from error
    except UnreadableImage:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, ImportError, struct.error) as error:
        if kind.name == "HEIF":
            raise UnreadableImage("heic_photo", HEIC_SENTENCE) from error
        raise UnreadableImage(
            "damaged_picture", f"This {kind.name} picture is damaged. Save or send it once more.", kind=kind.name
        ) from error
    return image


def _no_picture(data: bytes) -> UnreadableImage:
    known = foreign(data)
    if known is not None:
        return UnreadableImage(known.code, known.sentence)
    return UnreadableImage(
        "not_a_picture", f"This is no PNG, JPEG or WebP picture, nor one of the others that can be read: {_OTHERS}."
    )


_OTHERS = ", ".join(each.name for each in FORMATS if each.name not in ("PNG", "JPEG", "WEBP"))


def _refuse_large(image: Image.Image, kind: Format) -> None:
    """Before anything is decoded."""
    each = {"1": 1, "L": 1, "P": 1, "LA": 4, "I;16": 2}.get(image.mode, 4) * kind.copies
    limit = min(kind.pixels, int(_MAX_MEMORY / each))
    if max(image.size) > _MAX_SIDE:
        raise UnreadableImage(
            "too_long_side", f"A picture may be at most {_MAX_SIDE:,} pixels high or wide.", limit=_MAX_SIDE
        )
    if image.width * image.height > limit:
        raise _too_many_pixels(limit)


def _at_most(source: bytes | str | os.PathLike[str] | BinaryIO, count: int) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source[:count])
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            return file.read(count)
    return source.read(count)


def _too_many_pixels(limit: int) -> UnreadableImage:
    millions = limit // 10**6
    return UnreadableImage(
        "too_many_pixels", f"A picture may have at most {millions} million pixels, in this format.", limit=millions
    )


_PICTURE = 800
"""Longest side in pixels to which a photo is reduced before its ink is looked for."""


def ink_of_picture(image: Image.Image) -> Float:
    """The ink of the characters in a photo, scan or screenshot.

    What is ink follows from how it lies in the picture, not from how much of the picture it takes:

    - Ink and paper are told apart by which of them the border is made of, so dark on light and light on dark both work.
    - A panel or a frame (a figure's axes, a form's box, a card on a table) with something free inside is a picture of
      its own: polarity and paper are those of its inside, and what is outside is left out.
    - Uneven light is divided out: the paper's brightness at a place is what is left when everything narrower than
      three tenths of the picture is filled. A stroke, which has two sides, is; the edge of a shadow is not.
    - What reaches in from the border, as a table, a thumb or a ruled line, is never the character while ink lies free
      of it. Where none does, the border cuts the character.
    - Contrast is measured on the ink. A pale stroke is as good as a dark one as long as it stands out from the noise
      and has a quarter of the other's darkness: its outline is where half of its own darkness is.

    image: PIL.Image.Image; any mode. Turned as its EXIF entry says; a transparent one is put on black or white,
        whichever its content is not.

    Returns ndarray of shape (h, w), float32 in [0, 1], 1 = ink: at most 800 pixels high and wide. All zero if nothing
        stands out from the paper: then there is no character. A shape without strokes, such as a disc, is ink:
        :func:`prepare` refuses it.
    """
    return ink_on_paper(_opaque(image))


def _opaque(image: Image.Image) -> Float:
    """Red, green and blue in [0, 1], shape (h, w, 3), at most 800 pixels high and wide, turned as EXIF says."""
    small = _small(image)
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    if turn is not None:
        small = small.transpose(turn)
    pixels = np.asarray(small, dtype=np.float32) / np.float32(255)
    if pixels.shape[2] == 3:
        return pixels
    colour, alpha = pixels[..., :3], pixels[..., 3:]
    if float(alpha.min()) > 0.98:
        return colour
    content = float((colour.mean(axis=2, keepdims=True) * alpha).sum()) / max(float(alpha.sum()), 1e-6)
    behind = np.float32(0 if content > 0.5 else 1)
    return np.asarray(colour * alpha + behind * (1 - alpha), np.float32)


_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _small(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA, at most 800 pixels high and wide; a large one goes strip by strip."""
    size = image.size
    convert = _converter(image)
    factor = max(size) // (2 * _PICTURE)
    if factor < 2:
        image = convert(image)
    else:
        rows = factor * max(1, 2_000_000 // (factor * image.width))
        strips = [
            convert(image.crop((0, top, image.width, min(top + rows, image.height)))).reduce(factor)
            for top in range(0, image.height, rows)
        ]
        image = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
        for number, strip in enumerate(strips):
            image.paste(strip, (0, number * (rows // factor)))
    scale = _PICTURE / max(size)
    if scale >= 1:
        return image
    return image.resize((max(1, round(size[0] * scale)), max(1, round(size[1] * scale))), Image.Resampling.BOX)


def _converter(image: Image.Image) -> Callable[[Image.Image], Image.Image]:
    """How to make a picture, or a strip of it, RGB or RGBA."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    highest = _highest(image)
    if image.mode.startswith(("I", "F")):  # 16 bits and more, which convert() would clip
        scale = 255 / (highest if highest <= 1 else max(highest, 255.0))

        def convert(part: Image.Image) -> Image.Image:
            deep = np.asarray(part, dtype=np.float32) * np.float32(scale)
            return Image.fromarray(deep.clip(0, 255).astype(np.uint8)).convert(mode)

        return convert
    if highest == 1 and image.mode in ("L", "RGB"):  # 0 and 1 were meant as black and white
        return lambda part: part.point(lambda value: 255 * value).convert(mode)
    return lambda part: part.convert(mode)


def _highest(image: Image.Image) -> float:
    """The highest value of any channel, more than 0."""
    extremes = np.asarray(image.getextrema(), dtype=np.float64)
    return max(float(extremes.max()), 1e-6)


FILLED = 0.7
"""Share of the canvas that the longer side of the character takes: as much as a preset character."""


def placed(crop: Float, *, size: int) -> UInt8:
    """A character's ink (h, w) in [0, 1] in the middle of a canvas: (size, size) uint8, 255 = ink."""
    scale = FILLED * size / max(crop.shape)
    height, width = (max(1, round(side * scale)) for side in crop.shape)
    resample = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
    character = np.asarray(Image.fromarray(crop).resize((width, height), resample)).clip(0, 1)
    canvas = np.zeros((size, size), np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    canvas[top : top + height, left : left + width] = np.rint(character * 255)
    return canvas
