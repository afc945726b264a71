"""A drawing or a photo of one character → 28×28, as MNIST was made.

MNIST's digits are scans, scaled with anti-aliasing until their longest side is 20 pixels and placed by their
centre of mass in a field of 28×28 (LeCun et al. 1998, section III.A). A network that was trained on them
knows nothing else, so every drawing goes the same way: find the ink, crop it, bring its pen to a usual width,
scale, place. :func:`prepare` does that and keeps each intermediate step, so that a page can show it.

Only numpy and Pillow are imported: the page that draws must start quickly and stay small.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from core.errors import KagamiError
from core.images.data import Bool, Float
from core.images.raster import Box, Edges, connected, distance, grown, resized

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
MOST_INK = 0.8
"""Of the field; where more is inked, it is filled and gets no score."""


class HandwritingError(KagamiError):
    """The input holds no single character that could be judged."""


class NotEnoughInk(HandwritingError):
    """Blank, almost blank, a dot or a speck. Codes: ``blank``, ``too_small``, ``dot``."""


class TooMuchInk(HandwritingError):
    """Nothing but ink, or a shape without strokes. Code: ``filled``."""


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A character on its way to 28×28, step by step. All arrays are read-only float32 in [0, 1], 1 = ink.

    ink: ndarray of shape (h, w); the input without specks.
    box: tuple of int; top, left, bottom and right of the character in `ink`; bottom and right are exclusive.
    crop: ndarray of shape (bottom - top, right - left); the ink inside its box.
    pen_found, pen_applied: float; width of the pen before and after it was brought into :data:`USUAL_PEN`, in pixels of
        `image`. The same when nothing had to be done.
    scaled: ndarray whose longest side is 20; the character after that, scaled with its aspect kept.
    image: ndarray of shape (28, 28); `scaled`, placed by its centre of mass. Its strongest pixel is 1, as in MNIST.
    """

    ink: Float
    box: Box
    crop: Float
    pen_found: float
    pen_applied: float
    scaled: Float
    image: Float


def prepare(ink: ArrayLike) -> Prepared:
    """Bring one character to 28×28 as MNIST was made.

    ink: array-like of shape (h, w); uint8 in [0, 255], or bool or float in [0, 1]. The largest value is ink, 0 is
        paper.

    Returns Prepared.

    Raises NotEnoughInk: nothing stronger than a fifth of full ink; or less than 4 pixels or 5 % of the field high and
        wide; or a dot.
    Raises TooMuchInk: more than four fifths of the field are ink, or a quarter of the field is a solid shape: a disc, a
        block.
    Raises ValueError: `ink` is not such an array.
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
    _refuse_solid(values, edges, fine.shape, depth, found)
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


def _as_ink(ink: ArrayLike) -> Float:
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


def _refuse_blank_and_filled(values: Float) -> None:
    peak = float(values.max())
    if peak < LEAST_INK:
        raise NotEnoughInk(
            "blank", f"There must be ink of at least {LEAST_INK}, the strongest is {peak:.2f}.", peak=peak
        )
    share = float(np.count_nonzero(values >= 0.5)) / values.size
    if share > MOST_INK:
        raise TooMuchInk("filled", f"At most 80 % of the field may be ink, got {100 * share:.0f} %.", share=share)


def _refuse_small(values: Float, edges: Edges, pen: float) -> None:
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


# A solid shape is as deep as its shorter side, nearly everywhere. Of every twelfth of MNIST's training digits none that
# is as compact is deeper than 0.88; discs, ellipses, blocks and half discs are 0.98 to 1, and their pens 0.66 to 0.87.
_SOLID_DEEP = 0.9
_SOLID_PEN = 0.6
_SOLID_ASPECT = 2.6  # a longer block is a 1


def _refuse_solid(values: Float, edges: Edges, fine: tuple[int, ...], depth: Float, pen: float) -> None:
    long, short = max(fine), min(fine)
    side = max(edges[2] - edges[0], edges[3] - edges[1])
    if long >= _SOLID_ASPECT * short or side < 0.25 * max(values.shape):  # a small one may become a stroke yet
        return
    if 2 * float(depth.max()) >= _SOLID_DEEP * short and pen * _FINE / LONGEST >= _SOLID_PEN * short:
        raise TooMuchInk("filled", "A solid shape has no strokes that could be a character.", share=1.0)


def _measured(values: Float) -> tuple[Edges, Float, Float, float]:
    """Where the ink is, the fine grid, how deep inside the ink its pixels lie, and the width of the pen.

    A stroke's mean depth is a quarter of its width. On 40 skeletons of MNIST digits drawn with pens of 3 to
    20 % of their height this was 2 to 3 % off (root mean square; area over perimeter 3 to 8 %, area over the
    length of the skeleton 6 to 12 %). The median depth along the ridge is nearer still with thick pens, but
    goes in steps.
    """
    edges = _edges(values)
    fine = _fine(values, edges)
    depth = distance(np.pad(fine >= 0.5, 1))[1:-1, 1:-1]  # beyond the box is paper
    pen = 4 * float(depth[depth > 0].mean() - 0.5)
    return edges, fine, depth, pen * LONGEST / _FINE


def _edges(values: Float) -> Edges:
    """Top, left, bottom, right where the ink's outline lies, to a fraction of a pixel."""
    top, bottom = _span(values.max(axis=1))
    left, right = _span(values.max(axis=0))
    return top, left, bottom, right


def _span(profile: Float) -> tuple[float, float]:
    """First and last place where a line of pixel values crosses half of its peak, linearly between pixels."""
    level = profile.max() / 2
    above = np.flatnonzero(profile >= level)
    padded = np.concatenate([[0], profile, [0]]).astype(np.float64)

    def crossing(outer: int, inner: int) -> float:  # indices into `padded`; centres lie at index - 0.5
        part = float((level - padded[outer]) / (padded[inner] - padded[outer]))
        return outer - 0.5 + part * (inner - outer)

    first, last = int(above[0]) + 1, int(above[-1]) + 1
    return max(crossing(first - 1, first), 0.0), min(crossing(last + 1, last), float(profile.size))


def _fine(values: Float, edges: Edges) -> Float:
    """The ink inside its edges, its longest side 160 pixels."""
    top, left, bottom, right = edges
    scale = _FINE / max(bottom - top, right - left)
    fine = resized(values, edges, scale, Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX)
    # A hairline fills only part of each pixel here; it counts as full ink all the same.
    total = float(fine.sum())
    typical = float(np.vdot(fine, fine)) / total
    gain = max(1.0, 0.6 / typical)
    # Undoes the blur of an enlargement; crisp edges stay as they are.
    steep: Float = np.clip((fine * np.float32(gain) - 0.5) * np.float32(_STEEPER) + 0.5, 0, 1)
    return steep


def _with_usual_pen(fine: Float, depth: Float, found: float) -> tuple[Float, float]:
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
        outside = distance(fine < 0.5, move + 2)
        moved = np.maximum(fine, np.clip(1 + move - outside, 0, 1))
    else:
        thinnest = float(np.quantile(depth[_ridge(depth)], 0.1)) - 0.5
        least = USUAL_PEN[0] / 2 * side / LONGEST
        move = -min(-move, max(thinnest - least, 0.0))
        moved = np.minimum(fine, np.clip(depth + move, 0, 1))
    edges = _edges(moved)
    top, left, bottom, right = edges
    applied = LONGEST * (pen + 2 * move) / (side + 2 * move)
    moved = resized(moved, edges, _FINE / max(bottom - top, right - left), Image.Resampling.BICUBIC)
    return moved, applied


def _ridge(depth: Float) -> Bool:
    """Pixels as deep inside the ink as their four neighbours or deeper: the middle of each stroke."""
    framed = np.pad(depth, 1)
    beside = np.maximum(framed[1:-1, :-2], framed[1:-1, 2:])
    around = np.maximum(beside, np.maximum(framed[:-2, 1:-1], framed[2:, 1:-1]))
    return (depth > 0) & (depth >= around)


def _scaled(fine: Float, down: float = 0, right: float = 0) -> Float:
    """The fine grid in pixels of the image, `down` and `right` by part of a pixel; its strongest is 1.

    The mean over squares, as a scanner's pixels see it: of Pillow's filters the one whose greys are MNIST's.
    """
    one = _FINE // LONGEST
    framed = np.pad(fine, ((one, 0), (one, 0)))
    edges = ((1 - down) * one, (1 - right) * one, float(framed.shape[0]), float(framed.shape[1]))
    scaled = resized(framed, edges, 1 / one, Image.Resampling.BOX)
    peak: np.float32 = scaled.max()
    return scaled / peak


def _placed(fine: Float, scaled: Float) -> Float:
    """A character in the middle of 28×28: its centre of mass, counted in pixels from 0, rounds to 14."""
    (top, down), (left, right) = (_place(scaled.sum(axis=axis)) for axis in (1, 0))
    if down or right:
        scaled = _scaled(fine, down, right)
    height, width = scaled.shape
    image = np.zeros((SIDE, SIDE), np.float32)
    image[top : top + height, left : left + width] = scaled
    return image


def _place(mass: Float) -> tuple[int, float]:
    """By how many whole pixels, and which part of one, to shift along an axis with this mass in each place.

    MNIST's digits are shifted by whole pixels. Half-way between two of them a hair's breadth would decide, so
    there the shift goes over from one to the other.
    """
    centre = float((mass * np.arange(len(mass))).sum() / mass.sum())
    shift = min(max(SIDE // 2 - centre, 0.0), float(SIDE - len(mass)))
    whole = math.floor(shift)
    part = min(max((shift - whole - 0.5) / (2 * _SLOPE) + 0.5, 0.0), 1.0)
    return (whole + 1, 0.0) if part == 1 else (whole, part)


def _without_specks(values: Float, edges: Edges, fine: Float, pen: float) -> Float | None:
    """The ink without specks, or None if there are none.

    A speck is a connected part with less than half the ink of one touch of the pen, a disc as wide as the
    pen.
    """
    rows, columns = (-(-side // 2) for side in fine.shape)
    blocks = np.zeros((2 * rows, 2 * columns), np.float32)
    blocks[: fine.shape[0], : fine.shape[1]] = fine
    blocks = blocks.reshape(rows, 2, columns, 2).sum(axis=(1, 3))
    parts, count = connected(blocks > 0)
    amounts = np.bincount(parts.ravel(), weights=blocks.ravel(), minlength=count + 1)
    kept = amounts >= np.pi / 8 * (pen * _FINE / LONGEST) ** 2
    kept[int(amounts[1:].argmax()) + 1] = True
    kept[0] = False
    keep = kept[parts]
    # A speck too small for the fine grid still moved the box: then the rest does not reach its sides.
    reaches = keep[:2].any() and keep[-2:].any() and keep[:, :2].any() and keep[:, -2:].any()
    if kept[1:].all() and reaches:
        return None
    keep = grown(keep)
    top, left, bottom, right = edges
    scale = _FINE / max(bottom - top, right - left) / 2
    y = np.floor((np.arange(values.shape[0]) + 0.5 - top) * scale).astype(int)
    x = np.floor((np.arange(values.shape[1]) + 0.5 - left) * scale).astype(int)
    # one block more on each side: half of the outline's soft edge lies outside the box
    keep = np.pad(keep, 1, mode="edge")
    inside = ((y >= -1) & (y <= rows))[:, None] & ((x >= -1) & (x <= columns))
    kept_pixels = keep[np.ix_((y + 1).clip(0, rows + 1), (x + 1).clip(0, columns + 1))]
    return np.where(kept_pixels & inside, values, np.float32(0))


def ink_of_canvas(rgba: ArrayLike, *, background: tuple[int, int, int] | None = None) -> Float:
    """The ink on a canvas, whatever its theme: light strokes on dark, dark ones on light, or on nothing.

    What the live mirror does in the browser (`ui/canvas/live/prepare.js`), for whoever has a canvas's pixels.

    rgba: array-like of shape (h, w, 4), uint8; pixels of the canvas.
    background: tuple of int, optional; red, green and blue in [0, 255] of the empty canvas. Without it the canvas is
        taken to be empty along most of its border: where that is transparent, all that is opaque is ink. Name it where
        it is known: only then a canvas that was filled completely can be told from an empty one.

    Returns ndarray of shape (h, w), float32 in [0, 1], 1 = ink: all zero if nothing on the canvas differs from its
        background by a quarter of the colour range.

    Raises ValueError: `rgba` is not such an array.
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
    difference: Float = np.abs(colour - paper[:3]).max(axis=2) * alpha
    strongest = float(difference.max())
    return difference / np.float32(strongest) if strongest >= 64 else np.zeros_like(difference)


def _frozen(values: Float) -> Float:
    values = np.ascontiguousarray(values, dtype=np.float32)
    values.setflags(write=False)
    return values
