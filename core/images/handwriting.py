"""A drawing or a photo of one character → 28×28, as MNIST was made.

MNIST's digits are scans, scaled with anti-aliasing until their longest side is 20 pixels and placed by their
centre of mass in a field of 28×28 (LeCun et al. 1998, section III.A). A network that was trained on them
knows nothing else, so every drawing goes the same way: find the ink, crop it, bring its pen to a usual width,
scale, place. :func:`prepare` does that and keeps each intermediate step, so that a page can show it.

Only numpy and Pillow are imported: the page that draws must start quickly and stay small.
"""

from __future__ import annotations

import io
import math
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps

from core.errors import KagamiError

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Box = tuple[int, int, int, int]
Edges = tuple[float, float, float, float]

SIDE = 28
"""Height and width of a prepared image."""
LONGEST = 20
"""Longest side of the character inside it."""

USUAL_PEN = (1.80, 3.53)
"""The 10 % and 90 % quantiles of the pen width of MNIST's training digits, in pixels of the 28×28 image.

Measured by :func:`prepare` itself (``pen_found``) on all 60,000 training images.
"""

# The character is looked at on a grid of eight times its final size: fine enough that a pen of 1 % of its
# height still covers more than a pixel, small enough that distance maps take a fraction of a millisecond.
_FINE = 8 * LONGEST

# Both chosen on MNIST digits that were enlarged to 336 pixels (nearest, bilinear, bicubic): they come back to
# themselves and keep their reconstruction error. Steeper edges than 1.3 lower that error, flatter ones raise
# it; a wider slope, where a digit stands between two pixels, blurs more digits, a narrower one makes them
# jump.
_STEEPER = 1.3
_SLOPE = 0.15

LEAST_INK = 0.2
"""Of full ink; where nothing is darker, the paper is blank and gets no score."""

MAX_BYTES = 20_000_000
MAX_PIXELS = 40_000_000
"""What :func:`read_picture` takes at most: a telephone's photo fits, and memory stays within the budget."""


class HandwritingError(KagamiError):
    """The input holds no single character that could be judged."""


class NotEnoughInk(HandwritingError):
    """Blank, almost blank, a dot or a speck. Codes: ``blank``, ``too_small``, ``dot``."""


class TooMuchInk(HandwritingError):
    """Nothing but ink. Code: ``filled``."""


class UnreadableImage(HandwritingError):
    """No picture, or one too large. Codes: ``not_a_picture``, ``too_many_bytes``, ``too_many_pixels``."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A character on its way to 28×28, step by step. All arrays are read-only float32 in [0, 1], 1 = ink.

    Attributes
    ----------
    ink : ndarray of shape (h, w)
        The input without specks.
    box : tuple of int
        Top, left, bottom and right of the character in `ink`; bottom and right are exclusive.
    crop : ndarray of shape (bottom - top, right - left)
        The ink inside its box.
    pen_found, pen_applied : float
        Width of the pen before and after it was brought into :data:`USUAL_PEN`, in pixels of `image`. The
        same when nothing had to be done.
    scaled : ndarray whose longest side is 20
        The character after that, scaled with its aspect kept.
    image : ndarray of shape (28, 28)
        `scaled`, placed by its centre of mass. Its strongest pixel is 1, as in MNIST.
    """

    ink: Array
    box: Box
    crop: Array
    pen_found: float
    pen_applied: float
    scaled: Array
    image: Array


def prepare(ink: ArrayLike) -> Prepared:
    """Bring one character to 28×28 as MNIST was made.

    Parameters
    ----------
    ink : array-like of shape (h, w)
        uint8 in [0, 255], or bool or float in [0, 1]. The largest value is ink, 0 is paper.

    Returns
    -------
    Prepared

    Raises
    ------
    NotEnoughInk
        Nothing stronger than a fifth of full ink; or less than 4 pixels or 5 % of the field high and wide; or
        a dot.
    TooMuchInk
        More than four fifths of the field are ink.
    ValueError
        `ink` is not such an array.
    """
    values = _as_ink(ink)
    _refuse_blank_and_filled(values)
    edges, fine, depth, found = _measured(values)
    for _ in range(3):  # a smaller box shows smaller specks
        without_specks = _without_specks(values, edges, fine, found)
        if without_specks is None:
            break
        values = without_specks
        edges, fine, depth, found = _measured(values)
    _refuse_small(values, edges, found)
    fine, applied = _with_usual_pen(fine, depth, found)

    scaled = _scaled(fine)
    top, left, bottom, right = edges
    box = (math.floor(top), math.floor(left), math.ceil(bottom), math.ceil(right))
    return Prepared(
        ink=_frozen(values),
        box=box,
        crop=_frozen(values[box[0] : box[2], box[1] : box[3]]),
        pen_found=found,
        pen_applied=applied,
        scaled=_frozen(scaled),
        image=_frozen(_placed(fine, scaled)),
    )


def _as_ink(ink: ArrayLike) -> Array:
    given = np.asarray(ink)
    if given.ndim != 2 or 0 in given.shape:
        raise ValueError(f"ink must be an array of shape (height, width), got shape {given.shape}")
    if given.dtype == np.uint8:
        return given.astype(np.float32) / np.float32(255)
    if given.dtype != np.bool_ and not np.issubdtype(given.dtype, np.floating):
        raise ValueError(f"ink must be uint8, bool or float, got {given.dtype}")
    values = given.astype(np.float32)
    low, high = float(values.min()), float(values.max())
    if not (low >= -1e-6 and high <= 1 + 1e-6):  # also false for NaN
        raise ValueError(f"ink of type float must be in [0, 1], got values from {low:g} to {high:g}")
    return np.clip(values, 0, 1, out=values)


def _refuse_blank_and_filled(values: Array) -> None:
    peak = float(values.max())
    if peak < LEAST_INK:
        raise NotEnoughInk(
            "blank", f"There must be ink of at least {LEAST_INK}, the strongest is {peak:.2f}.", peak=peak
        )
    share = float(np.count_nonzero(values >= 0.5)) / values.size
    if share > 0.8:
        raise TooMuchInk("filled", f"At most 80 % of the field may be ink, got {100 * share:.0f} %.", share=share)


def _refuse_small(values: Array, edges: Edges, pen: float) -> None:
    height, width = edges[2] - edges[0], edges[3] - edges[1]
    side, field = max(height, width), max(values.shape)
    least = max(4.0, 0.05 * field)
    if side < least:
        raise NotEnoughInk(
            "too_small",
            f"A character must be at least {least:.0f} pixels high or wide, got {side:.1f}.",
            side=side,
            least=least,
        )
    # A disc's pen width, four times its mean depth, is two thirds of its diameter. A large disc may be meant
    # as a drawing; a small one is a touch of the pen.
    if pen > 0.55 * LONGEST and side < 0.25 * field:
        raise NotEnoughInk("dot", f"A dot of {side:.0f} pixels is not a character.", side=side)


def _measured(values: Array) -> tuple[Edges, Array, Array, float]:
    """Where the ink is, the fine grid, how deep inside the ink its pixels lie, and the width of the pen.

    A stroke's mean depth is a quarter of its width. On 40 skeletons of MNIST digits drawn with pens of 3 to
    20 % of their height this was 2 to 3 % off (root mean square; area over perimeter 3 to 8 %, area over the
    length of the skeleton 6 to 12 %). The median depth along the ridge is nearer still with thick pens, but
    goes in steps.
    """
    edges = _edges(values)
    fine = _fine(values, edges)
    depth = _distance(np.pad(fine >= 0.5, 1))[1:-1, 1:-1]  # beyond the box is paper
    pen = 4 * float(depth[depth > 0].mean() - 0.5)
    return edges, fine, depth, pen * LONGEST / _FINE


def _edges(values: Array) -> Edges:
    """Top, left, bottom, right where the ink's outline lies, to a fraction of a pixel."""
    top, bottom = _span(values.max(axis=1))
    left, right = _span(values.max(axis=0))
    return top, left, bottom, right


def _span(profile: Array) -> tuple[float, float]:
    """First and last place where a line of pixel values crosses half of its peak, linearly between pixels."""
    level = profile.max() / 2
    above = np.flatnonzero(profile >= level)
    padded = np.concatenate([[0], profile, [0]]).astype(np.float64)

    def crossing(outer: int, inner: int) -> float:  # indices into `padded`; centres lie at index - 0.5
        part = float((level - padded[outer]) / (padded[inner] - padded[outer]))
        return outer - 0.5 + part * (inner - outer)

    first, last = int(above[0]) + 1, int(above[-1]) + 1
    return max(crossing(first - 1, first), 0.0), min(crossing(last + 1, last), float(profile.size))


def _fine(values: Array, edges: Edges) -> Array:
    """The ink inside its edges, its longest side 160 pixels."""
    top, left, bottom, right = edges
    scale = _FINE / max(bottom - top, right - left)
    fine = _resized(values, edges, scale, Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX)
    # A hairline fills only part of each pixel here; it counts as full ink all the same.
    total = float(fine.sum())
    typical = float(np.vdot(fine, fine)) / total
    gain = max(1.0, 0.6 / typical)
    # Undoes the blur of an enlargement; crisp edges stay as they are.
    steep: Array = np.clip((fine * np.float32(gain) - 0.5) * np.float32(_STEEPER) + 0.5, 0, 1)
    return steep


def _resized(values: Array, edges: Edges, scale: float, resample: Image.Resampling) -> Array:
    """Part of an image at another scale; the last row and column are completed with paper."""
    top, left, bottom, right = edges
    height, width = (max(1, math.ceil(round(side * scale, 3))) for side in (bottom - top, right - left))
    box = (left, top, left + width / scale, top + height / scale)
    beyond_y, beyond_x = (
        math.ceil(max(0.0, box[3] - values.shape[0])),
        math.ceil(max(0.0, box[2] - values.shape[1])),
    )
    if beyond_y or beyond_x:
        values = np.pad(values, ((0, beyond_y), (0, beyond_x)))
    picture = Image.fromarray(values)
    scaled: Array = np.asarray(picture.resize((width, height), resample, box=box)).clip(0, 1)
    return scaled


def _distance(mask: Mask, reach: float = math.inf) -> Array:
    """Distance of each pixel of a mask to the nearest pixel that is not in it, inside the array.

    Exact up to `reach`, and at least `reach` beyond. First along rows, then the lower envelope over columns
    (Felzenszwalb & Huttenlocher 2012), which ends as soon as no column can improve on what is there. SciPy
    does the same, for 30 MB and a quarter of a second at import.
    """
    height, width = mask.shape
    far = np.float32(height + width)
    column = np.arange(width, dtype=np.float32)
    before = np.maximum.accumulate(np.where(mask, -far, column), axis=1)
    after = np.minimum.accumulate(np.where(mask, column[-1] + far, column)[:, ::-1], axis=1)[:, ::-1]
    along: Array = np.minimum(column - before, after - column) ** 2
    if reach < far:
        np.minimum(along, np.float32(reach * reach), out=along)
    squared = along.copy()
    step, most = 1, float(squared.max())
    while step < height and step * step < most:
        rise = np.float32(step * step)
        np.minimum(squared[step:], along[:-step] + rise, out=squared[step:])
        np.minimum(squared[:-step], along[step:] + rise, out=squared[:-step])
        step += 1
        if step % 4 == 0:
            most = float(squared.max())
    distance: Array = np.sqrt(squared)
    return distance


def _with_usual_pen(fine: Array, depth: Array, found: float) -> tuple[Array, float]:
    """The fine grid as the nearest usual pen would have drawn it, and that pen's width.

    The outline moves out or in along its distance map. What moves in stops before the thinnest of its strokes
    is thinner than a usual pen, so no stroke is lost.
    """
    wanted = min(max(found, USUAL_PEN[0]), USUAL_PEN[1])
    if wanted == found:
        return fine, found
    # Moving the outline by `move` also moves the box, and the character is scaled to 20 pixels after that:
    # 20 (pen + 2 move) / (side + 2 move) = wanted, all in pixels of the fine grid.
    side = _FINE
    pen = found * side / LONGEST
    move = (wanted * side - LONGEST * pen) / (2 * (LONGEST - wanted))
    if move > 0:
        margin = math.ceil(move) + 2
        fine = np.pad(fine, margin)
        outside = _distance(fine < 0.5, move + 2)
        moved = np.maximum(fine, np.clip(1 + move - outside, 0, 1))
    else:
        thinnest = float(np.quantile(depth[_ridge(depth)], 0.1)) - 0.5
        least = USUAL_PEN[0] / 2 * side / LONGEST
        move = -min(-move, max(thinnest - least, 0.0))
        moved = np.minimum(fine, np.clip(depth + move, 0, 1))
    edges = _edges(moved)
    top, left, bottom, right = edges
    applied = LONGEST * (pen + 2 * move) / (side + 2 * move)
    moved = _resized(moved, edges, _FINE / max(bottom - top, right - left), Image.Resampling.BICUBIC)
    return moved, applied


def _ridge(depth: Array) -> Mask:
    """Pixels as deep inside the ink as their four neighbours or deeper: the middle of each stroke."""
    framed = np.pad(depth, 1)
    beside = np.maximum(framed[1:-1, :-2], framed[1:-1, 2:])
    around = np.maximum(beside, np.maximum(framed[:-2, 1:-1], framed[2:, 1:-1]))
    return (depth > 0) & (depth >= around)


def _scaled(fine: Array, down: float = 0, right: float = 0) -> Array:
    """The fine grid in pixels of the image, `down` and `right` by part of a pixel; its strongest is 1.

    The mean over squares, as a scanner's pixels see it: of Pillow's filters the one whose greys are MNIST's.
    """
    one = _FINE // LONGEST
    framed = np.pad(fine, ((one, 0), (one, 0)))
    edges = ((1 - down) * one, (1 - right) * one, float(framed.shape[0]), float(framed.shape[1]))
    scaled = _resized(framed, edges, 1 / one, Image.Resampling.BOX)
    peak: np.float32 = scaled.max()
    return scaled / peak


def _placed(fine: Array, scaled: Array) -> Array:
    """A character in the middle of 28×28: its centre of mass, counted in pixels from 0, rounds to 14."""
    (top, down), (left, right) = (_place(scaled.sum(axis=axis)) for axis in (1, 0))
    if down or right:
        scaled = _scaled(fine, down, right)
    height, width = scaled.shape
    image = np.zeros((SIDE, SIDE), np.float32)
    image[top : top + height, left : left + width] = scaled
    return image


def _place(mass: Array) -> tuple[int, float]:
    """By how many whole pixels, and which part of one, to shift along an axis with this mass in each place.

    MNIST's digits are shifted by whole pixels. Half-way between two of them a hair's breadth would decide, so
    there the shift goes over from one to the other.
    """
    centre = float((mass * np.arange(len(mass))).sum() / mass.sum())
    shift = min(max(SIDE // 2 - centre, 0.0), float(SIDE - len(mass)))
    whole = math.floor(shift)
    part = min(max((shift - whole - 0.5) / (2 * _SLOPE) + 0.5, 0.0), 1.0)
    return (whole + 1, 0.0) if part == 1 else (whole, part)


def _without_specks(values: Array, edges: Edges, fine: Array, pen: float) -> Array | None:
    """The ink without specks, or None if there are none.

    A speck is a connected part with less than half the ink of one touch of the pen, a disc as wide as the
    pen.
    """
    rows, columns = (-(-side // 2) for side in fine.shape)
    blocks = np.zeros((2 * rows, 2 * columns), np.float32)
    blocks[: fine.shape[0], : fine.shape[1]] = fine
    blocks = blocks.reshape(rows, 2, columns, 2).sum(axis=(1, 3))
    parts, count = _connected(blocks > 0)
    amounts = np.bincount(parts.ravel(), weights=blocks.ravel(), minlength=count + 1)
    kept = amounts >= np.pi / 8 * (pen * _FINE / LONGEST) ** 2
    kept[int(amounts[1:].argmax()) + 1] = True
    kept[0] = False
    keep = kept[parts]
    # A speck too small for the fine grid still moved the box: then the rest does not reach its sides.
    reaches = keep[:2].any() and keep[-2:].any() and keep[:, :2].any() and keep[:, -2:].any()
    if kept[1:].all() and reaches:
        return None
    keep = _grown(keep)
    top, left, bottom, right = edges
    scale = _FINE / max(bottom - top, right - left) / 2
    y = np.floor((np.arange(values.shape[0]) + 0.5 - top) * scale).astype(int)
    x = np.floor((np.arange(values.shape[1]) + 0.5 - left) * scale).astype(int)
    # one block more on each side: half of the outline's soft edge lies outside the box
    keep = np.pad(keep, 1, mode="edge")
    inside = ((y >= -1) & (y <= rows))[:, None] & ((x >= -1) & (x <= columns))
    kept_pixels = keep[np.ix_((y + 1).clip(0, rows + 1), (x + 1).clip(0, columns + 1))]
    return np.where(kept_pixels & inside, values, np.float32(0))


def _connected(mask: Mask) -> tuple[NDArray[np.intp], int]:
    """Number the connected parts of a mask, from 1 up; eight neighbours count.

    Runs of each row are joined with those of the row above: for a character, a hundred steps of Python.
    """
    height, width = mask.shape
    framed = np.zeros((height, width + 2), np.int8)
    framed[:, 1:-1] = mask
    change = np.diff(framed.ravel())
    starts, stops = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    rows = (starts // (width + 2)).tolist()
    firsts, ends = (starts % (width + 2)).tolist(), (stops % (width + 2)).tolist()
    parent = list(range(len(rows)))

    def root(run: int) -> int:
        while parent[run] != run:
            parent[run] = parent[parent[run]]
            run = parent[run]
        return run

    above = 0
    for run, row in enumerate(rows):
        while rows[above] < row - 1 or (rows[above] == row - 1 and ends[above] < firsts[run]):
            above += 1
        other = above
        while rows[other] == row - 1 and firsts[other] <= ends[run]:
            parent[root(run)] = root(other)
            other += 1
    numbers: dict[int, int] = {}
    parts = np.zeros(mask.shape, np.intp)
    for run, row in enumerate(rows):
        parts[row, firsts[run] : ends[run]] = numbers.setdefault(root(run), len(numbers) + 1)
    return parts, len(numbers)


def _grown(mask: Mask) -> Mask:
    """A mask with its eight neighbours."""
    framed = np.pad(mask, 1)
    along = framed[:, :-2] | framed[:, 1:-1] | framed[:, 2:]
    return along[:-2] | along[1:-1] | along[2:]


def ink_of_canvas(rgba: ArrayLike, *, background: tuple[int, int, int] | None = None) -> Array:
    """The ink on a canvas, whatever its theme: light strokes on dark, dark ones on light, or on nothing.

    What the live mirror does in the browser (`ui/live/prepare.js`), for whoever has a canvas's pixels.

    Parameters
    ----------
    rgba : array-like of shape (h, w, 4), uint8
        Pixels of the canvas.
    background : tuple of int, optional
        Red, green and blue in [0, 255] of the empty canvas. Without it the canvas is taken to be empty along
        most of its border: where that is transparent, all that is opaque is ink. Name it where it is known:
        only then a canvas that was filled completely can be told from an empty one.

    Returns
    -------
    ndarray of shape (h, w), float32 in [0, 1], 1 = ink
        All zero if nothing on the canvas differs from its background by a quarter of the colour range.

    Raises
    ------
    ValueError
        `rgba` is not such an array.
    """
    pixels = np.asarray(rgba)
    if pixels.ndim != 3 or pixels.shape[2] != 4 or 0 in pixels.shape or pixels.dtype != np.uint8:
        raise ValueError(f"rgba must be uint8 of shape (h, w, 4), got {pixels.dtype} of shape {pixels.shape}")
    colour, alpha = pixels[..., :3].astype(np.float32), pixels[..., 3].astype(np.float32) / np.float32(255)
    if background is None:
        border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        paper = np.median(border, axis=0).astype(np.float32)
        if paper[3] < 128:
            return alpha
    else:
        paper = np.array(background, dtype=np.float32)
    difference: Array = np.abs(colour - paper[:3]).max(axis=2) * alpha
    strongest = float(difference.max())
    return difference / np.float32(strongest) if strongest >= 64 else np.zeros_like(difference)


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


def ink_of_picture(image: Image.Image) -> Array:
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


def _opaque(image: Image.Image) -> Array:
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


def _reduced(channel: Array, side: int) -> Array:
    scale = side / max(channel.shape)
    if scale >= 1:
        return channel
    size = (max(1, round(channel.shape[1] * scale)), max(1, round(channel.shape[0] * scale)))
    reduced: Array = np.asarray(Image.fromarray(channel).resize(size, Image.Resampling.BOX))
    return reduced


def _surface(grey: Array, *, degree: int, beyond: int = 0) -> Array:
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
    surface: Array = (_terms(height, width, beyond, degree) @ fit).astype(np.float32)
    return surface


def _terms(height: int, width: int, beyond: int, degree: int) -> NDArray[np.float64]:
    rows, columns = np.arange(-beyond, height + beyond), np.arange(-beyond, width + beyond)
    y, x = np.meshgrid(rows / height - 0.5, columns / width - 0.5, indexing="ij")
    plane = [np.ones_like(x), x, y]
    return np.stack(plane if degree == 1 else [*plane, x * y, x * x, y * y], axis=-1)


def _light_on_dark(grey: Array) -> bool:
    """Whether the ink is lighter than the paper.

    Ink is the smaller part of a picture and lies to one side of the paper: of a plane through the border, where the
    character is thick, of its wider surroundings, where the light is uneven, and of its close ones, where the pen is
    thin and a shadow's edge is near. Each sees what the others do not.
    """
    coarse = _reduced(grey, _COARSE)
    reach = max(1, round(0.15 * max(coarse.shape)))
    paper = _surface(coarse, degree=2, beyond=reach)
    paper[reach:-reach, reach:-reach] = coarse
    wide = (paper - _mean(paper, reach))[reach:-reach, reach:-reach]
    fine = _reduced(grey, 4 * _COARSE)
    close = fine - _mean(fine, max(1, round(0.03 * max(fine.shape))))
    return _skewness(coarse - _surface(coarse, degree=1)) + _skewness(wide) + _skewness(close) > 0


def _skewness(values: Array) -> float:
    """About zero, not about the mean: E x³ / (E x²)^1.5; 0 where nothing differs."""
    squared = float((values**2).mean())
    return float((values**3).mean()) / squared**1.5 if squared > 1e-12 else 0.0


def _mean(grid: Array, reach: int) -> Array:
    """The mean of what lies within `reach` cells along both axes, as far as the grid goes."""
    sums, counts = grid.astype(np.float64), np.ones(grid.shape)
    for axis in (0, 1):
        place = np.arange(grid.shape[axis])
        low, high = np.maximum(place - reach, 0), np.minimum(place + reach + 1, len(place))
        margin = [(1, 0) if i == axis else (0, 0) for i in (0, 1)]
        sums, counts = (np.pad(each.cumsum(axis), margin) for each in (sums, counts))
        sums, counts = (each.take(high, axis) - each.take(low, axis) for each in (sums, counts))
    return np.asarray(sums / counts, np.float32)


def _darkness(channel: Array, *, shaded: bool) -> Array:
    """How much darker each pixel is than the paper around it; if `shaded`, as a share of its brightness."""
    coarse = _reduced(channel, _COARSE)
    height, width = coarse.shape
    reach = max(1, round(0.15 * max(height, width)))
    beyond = 2 * reach + 2
    # The paper goes on beyond the picture, or its darkest side would look like ink.
    paper = _surface(coarse, degree=2, beyond=beyond)
    paper[beyond:-beyond, beyond:-beyond] = coarse
    # Back by two more cells than it went forth: the edge of a shadow is not a line of ink.
    back = reach + (2 if coarse is not channel else 0)
    paper = -_highest(-_highest(paper, reach), back)[beyond:-beyond, beyond:-beyond]
    smooth = Image.fromarray(paper).resize((channel.shape[1], channel.shape[0]), Image.Resampling.BILINEAR)
    bright = np.asarray(smooth)
    return (bright - channel) / np.maximum(bright, np.float32(0.2)) if shaded else bright - channel


def _noise(darkness: Array) -> float:
    """Standard deviation of the paper's noise, from pixels three apart: nearer ones were blurred together."""
    if min(darkness.shape) < 4:
        return 0.0
    return 1.05 * float(np.median(np.abs(darkness[:, 3:] - darkness[:, :-3])))


def _highest(grid: Array, reach: int) -> Array:
    """The highest value within `reach` cells along both axes."""
    for axis in (0, 1):
        lowest = float(grid.min())
        margin = [(reach, reach) if i == axis else (0, 0) for i in (0, 1)]
        padded = np.pad(grid, margin, constant_values=lowest)
        grid = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=axis).max(axis=-1)
    return grid


def _contrast(darkness: Array) -> float:
    """How dark the ink is: a thin line covers half a percent of a picture."""
    return float(np.quantile(darkness, 0.998))


def _without_clutter(ink: Array) -> Array:
    """Ink without parts that are no part of a character: see :func:`ink_of_picture`."""
    block = max(1, round(max(ink.shape) / 200))
    rows, columns = (-(-side // block) for side in ink.shape)
    blocks = np.zeros((rows * block, columns * block), np.float32)
    blocks[: ink.shape[0], : ink.shape[1]] = ink
    blocks = blocks.reshape(rows, block, columns, block).transpose(0, 2, 1, 3).reshape(rows, columns, -1)
    parts, count = _connected(blocks.max(axis=2) >= 0.5)
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
    keep = np.kron(_grown(kept[parts]), np.ones((block, block), bool))[: ink.shape[0], : ink.shape[1]]
    return np.where(keep, ink, np.float32(0))


def _frozen(values: Array) -> Array:
    values = np.ascontiguousarray(values, dtype=np.float32)
    values.setflags(write=False)
    return values
