"""A photo, scan or screenshot of one character: a file → its ink, and its place on a canvas."""

import io
import math
import os
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from core.images.data import Float, UInt8
from core.images.handwriting import HandwritingError
from core.images.raster import connected, grown, highest_within, mean_within, reduced

MAX_BYTES = 20_000_000


MAX_PIXELS = 40_000_000
"""What :func:`read_picture` takes at most: a telephone's photo fits, and memory stays within the budget."""


class UnreadableImage(HandwritingError):
    """No picture, or one too large. Codes: ``not_a_picture``, ``too_many_bytes``, ``too_many_pixels``."""


def read_picture(source: bytes | str | os.PathLike[str] | BinaryIO) -> Image.Image:
    """Open and decode a PNG, JPEG or WebP picture.

    Parameters
    ----------
    source : bytes, path or binary file

    Returns
    -------
    PIL.Image.Image
        Decoded; only the first frame of an animation.

    Raises
    ------
    UnreadableImage
        More than :data:`MAX_BYTES` bytes or :data:`MAX_PIXELS` pixels, no picture of these kinds, or a
        damaged one.
    OSError
        A path that cannot be opened.
    """
    data = _at_most(source, MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableImage(
            "too_many_bytes", f"A picture may have at most {MAX_BYTES // 10**6} MB.", limit=MAX_BYTES // 10**6
        )
    try:
        image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP"))
        width, height = image.size
        if width * height > MAX_PIXELS:
            raise _too_many_pixels()
        image.draft(None, (2 * _PICTURE, 2 * _PICTURE))  # a JPEG is decoded no larger than it is needed
        image.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except UnreadableImage:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, struct.error) as error:
        raise UnreadableImage("not_a_picture", "This is no PNG, JPEG or WebP picture, or it is damaged.") from error
    return image


def _at_most(source: bytes | str | os.PathLike[str] | BinaryIO, count: int) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source[:count])
    if isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as file:
            return file.read(count)
    return source.read(count)


def _too_many_pixels() -> UnreadableImage:
    limit = MAX_PIXELS // 10**6
    return UnreadableImage("too_many_pixels", f"A picture may have at most {limit} million pixels.", limit=limit)


_PICTURE = 800
"""Longest side in pixels to which a photo is reduced before its ink is looked for."""


_COARSE = 96
"""Longest side of the grid on which its paper is looked at."""


def ink_of_picture(image: Image.Image) -> Float:
    """The ink of one character in a photo, scan or screenshot.

    Ink and paper are told apart by which of them the border is made of, so dark on light and light on dark
    both work. Uneven light is divided out: the paper's brightness at a place is the brightest in its
    neighbourhood, which is three tenths of the picture wide and so wider than any stroke. Specks with less
    than a three hundredth of the character's ink are removed, and so is what touches the border, as the edge
    of a table does, where at least a quarter as much ink does not.

    Parameters
    ----------
    image : PIL.Image.Image
        Any mode. Turned as its EXIF entry says; a transparent one is put on black or white, whichever its
        content is not.

    Returns
    -------
    ndarray of shape (h, w), float32 in [0, 1], 1 = ink
        At most 800 pixels high and wide. All zero if nothing stands out from the paper: then there is no
        character.
    """
    colour = _opaque(ImageOps.exif_transpose(image))
    inverted = _light_on_dark(colour.mean(axis=2))
    colour = 1 - colour if inverted else colour
    # The channel in which the pen shows best: a yellow pen is invisible in most of them.
    channels = [colour.mean(axis=2), *np.moveaxis(colour, 2, 0)]
    darkness = max((_darkness(channel, shaded=not inverted) for channel in channels), key=_contrast)
    level = _contrast(darkness)
    noise = _noise(darkness)
    if level < max(0.1, 6 * noise):
        return np.zeros_like(darkness)
    # The outline is where half of the pen's darkness is. A noisy picture loses its palest greys.
    low = min(4 * noise, 0.3 * level)
    return _without_clutter(np.clip((darkness - low) / (level - 2 * low), 0, 1).astype(np.float32))


def _opaque(image: Image.Image) -> Float:
    """Red, green and blue in [0, 1], shape (h, w, 3), at most 800 pixels high and wide."""
    if image.mode.startswith(("I", "F")):  # 16 bits and more, which convert() would clip
        deep = np.asarray(image, dtype=np.float64)
        image = Image.fromarray((deep * (255 / max(deep.max(), 255.0))).clip(0, 255).astype(np.uint8))
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    scale = _PICTURE / max(image.size)
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BOX)
    pixels = np.asarray(image, dtype=np.float32) / np.float32(255)
    if pixels.shape[2] == 3:
        return pixels
    colour, alpha = pixels[..., :3], pixels[..., 3:]
    if float(alpha.min()) > 0.98:
        return colour
    content = float((colour.mean(axis=2, keepdims=True) * alpha).sum()) / max(float(alpha.sum()), 1e-6)
    behind = np.float32(0 if content > 0.5 else 1)
    return np.asarray(colour * alpha + behind * (1 - alpha), np.float32)


def _surface(grey: Float, *, degree: int, beyond: int = 0) -> Float:
    """The smooth surface that fits a picture's border, where there is mostly paper.

    A plane, or of second degree; it goes on for `beyond` pixels on each side.
    """
    height, width = grey.shape
    border = np.zeros(grey.shape, bool)
    thick = math.ceil(0.05 * max(height, width))
    border[:thick] = border[-thick:] = border[:, :thick] = border[:, -thick:] = True
    terms, wanted = _terms(height, width, 0, degree)[border], grey[border].astype(np.float64)
    fitted = np.full_like(wanted, np.median(wanted))
    for _ in range(6):  # ink, a finger or the edge of a table on the border must not bend it (Geman-McClure)
        weighted = terms.T / (1 + ((wanted - fitted) / 0.15) ** 2) ** 2
        fit = np.linalg.solve(weighted @ terms + 1e-6 * np.eye(terms.shape[1]), weighted @ wanted)
        fitted = terms @ fit
    surface: Float = (_terms(height, width, beyond, degree) @ fit).astype(np.float32)
    return surface


def _terms(height: int, width: int, beyond: int, degree: int) -> NDArray[np.float64]:
    rows, columns = np.arange(-beyond, height + beyond), np.arange(-beyond, width + beyond)
    y, x = np.meshgrid(rows / height - 0.5, columns / width - 0.5, indexing="ij")
    plane = [np.ones_like(x), x, y]
    return np.stack(plane if degree == 1 else [*plane, x * y, x * x, y * y], axis=-1)


def _light_on_dark(grey: Float) -> bool:
    """Whether the ink is lighter than the paper.

    Ink is the smaller part of a picture and lies to one side of the paper: of a plane through the border, where the
    character is thick, of its wider surroundings, where the light is uneven, and of its close ones, where the pen is
    thin and a shadow's edge is near. Each sees what the others do not.
    """
    coarse = reduced(grey, _COARSE)
    reach = max(1, round(0.15 * max(coarse.shape)))
    paper = _surface(coarse, degree=2, beyond=reach)
    paper[reach:-reach, reach:-reach] = coarse
    wide = (paper - mean_within(paper, reach))[reach:-reach, reach:-reach]
    fine = reduced(grey, 4 * _COARSE)
    close = fine - mean_within(fine, max(1, round(0.03 * max(fine.shape))))
    return _skewness(coarse - _surface(coarse, degree=1)) + _skewness(wide) + _skewness(close) > 0


def _skewness(values: Float) -> float:
    """About zero, not about the mean: E x³ / (E x²)^1.5; 0 where nothing differs."""
    squared = float((values**2).mean())
    return float((values**3).mean()) / squared**1.5 if squared > 1e-12 else 0.0


def _darkness(channel: Float, *, shaded: bool) -> Float:
    """How much darker each pixel is than the paper around it; if `shaded`, as a share of its brightness."""
    coarse = reduced(channel, _COARSE)
    height, width = coarse.shape
    reach = max(1, round(0.15 * max(height, width)))
    beyond = 2 * reach + 2
    # The paper goes on beyond the picture, or its darkest side would look like ink.
    paper = _surface(coarse, degree=2, beyond=beyond)
    paper[beyond:-beyond, beyond:-beyond] = coarse
    # Back by two more cells than it went forth: the edge of a shadow is not a line of ink.
    back = reach + (2 if coarse is not channel else 0)
    paper = -highest_within(-highest_within(paper, reach), back)[beyond:-beyond, beyond:-beyond]
    smooth = Image.fromarray(paper).resize((channel.shape[1], channel.shape[0]), Image.Resampling.BILINEAR)
    bright = np.asarray(smooth)
    return (bright - channel) / np.maximum(bright, np.float32(0.2)) if shaded else bright - channel


def _noise(darkness: Float) -> float:
    """Standard deviation of the paper's noise, from pixels three apart: nearer ones were blurred together."""
    if min(darkness.shape) < 4:
        return 0.0
    return 1.05 * float(np.median(np.abs(darkness[:, 3:] - darkness[:, :-3])))


def _contrast(darkness: Float) -> float:
    """How dark the ink is: a thin line covers half a percent of a picture."""
    return float(np.quantile(darkness, 0.998))


def _without_clutter(ink: Float) -> Float:
    """Ink without parts that are no part of a character: see :func:`ink_of_picture`."""
    block = max(1, round(max(ink.shape) / 200))
    rows, columns = (-(-side // block) for side in ink.shape)
    blocks = np.zeros((rows * block, columns * block), np.float32)
    blocks[: ink.shape[0], : ink.shape[1]] = ink
    blocks = blocks.reshape(rows, block, columns, block).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    parts, count = connected(blocks.max(axis=2) >= 0.5)
    if count < 2:
        return ink
    amounts = np.bincount(parts.ravel(), weights=blocks.sum(axis=2).ravel(), minlength=count + 1)
    amounts[0] = 0
    on_border = np.zeros(count + 1, bool)
    on_border[np.unique(np.concatenate([parts[0], parts[-1], parts[:, 0], parts[:, -1]]))] = True
    free = np.where(on_border, 0, amounts)
    if free.max() >= amounts.max() / 4:
        amounts = free
    # The dot of a question mark, drawn by a thin pen, has more than a three hundredth of the ink.
    kept = amounts >= amounts.max() / 300
    keep = np.kron(grown(kept[parts]), np.ones((block, block), bool))[: ink.shape[0], : ink.shape[1]]
    return np.where(keep, ink, np.float32(0))


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
