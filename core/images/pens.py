"""A scanned digit as a hand would have drawn it: the lines along the middle of its ink, for any pen on any field.

Scans have strokes that swell and fray, a pen on a canvas has one width. Thresholds for drawings and photos are set on
such copies. SciPy and scikit-image are imported when they are needed: only the making of a bundle needs them.
"""

from functools import lru_cache

import numpy as np
from PIL import Image

from core.images.data import Bool, Float, UInt8
from core.images.strokes import Stroke, draw
from core.images.tracing import along

# The grid on which lines are followed: four times the image's.
_SCALE = 4
_GRID = 28 * _SCALE
# What counts as ink, of 255.
_INK = 115
# Pixels of the grid: a shorter branch of the middle line comes from the ink's rough edge, not from the hand.
_SPUR = 8
# Pixels of the image: how far the ink is smoothed before its middle is taken, and the lines after it.
_SMOOTH_INK, _SMOOTH_LINE = 0.5, 1.0
# Pens that are tried against the ink, in pixels of the grid, and the share of ink in common that the best must reach.
# A loop that the pen filled, a stroke that the scan broke: of one digit in fifteen the lines are not what was drawn.
_PENS = (6.0, 9.0, 12.0, 16.0)
FAITHFUL = 0.72


def lines(image: UInt8) -> tuple[Stroke, ...] | None:
    """The strokes of a scan (28, 28) uint8, in the unit square, or None where they would not give its ink again."""
    return _lines(image.tobytes())


@lru_cache(maxsize=4096)  # each digit is drawn several times
def _lines(image: bytes) -> tuple[Stroke, ...] | None:
    from scipy.ndimage import distance_transform_edt, gaussian_filter
    from skimage.morphology import skeletonize

    scan = np.frombuffer(image, np.uint8).reshape(28, 28)
    large = Image.fromarray(scan).resize((_GRID, _GRID), Image.Resampling.BICUBIC)
    grey = np.asarray(large, np.float32)
    middle = _without_spurs(skeletonize(gaussian_filter(grey, _SMOOTH_INK * _SCALE) > _INK))
    strokes = tuple(map(_smooth, along(middle)))
    ink = grey > _INK
    thin = draw(strokes, size=_GRID, pen=1.5) > 0.25
    away = distance_transform_edt(~thin)
    shares = [_in_common(away < pen / 2, ink) for pen in _PENS]
    return strokes if max(shares) >= FAITHFUL else None


def placed(strokes: tuple[Stroke, ...], rng: np.random.Generator, *, margin: float) -> tuple[Stroke, ...]:
    """The strokes in a field: their longer side with the pen 40 to 90 % of it, anywhere.

    margin: the pen's width as a share of the field, below 0.4.
    """
    points = np.concatenate([np.array(stroke) for stroke in strokes])  # (n, 2)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = (rng.uniform(*FILLED) - margin) / max(float(extent.max()), 1 / 28)
    offset = margin / 2 + rng.random(2) * (1 - margin - extent * scale)
    return tuple(tuple((float(x), float(y)) for x, y in (np.array(s) - low) * scale + offset) for s in strokes)


FILLED = (0.4, 0.9)
"""Least and largest share of a field that a hand fills with one digit."""


def _without_spurs(middle: Bool) -> Bool:
    """A middle line without its shortest branches: eaten from all ends, then grown again from those that are left."""
    from scipy.ndimage import convolve

    around = np.ones((3, 3), np.uint8)

    def ends(line: Bool) -> Bool:
        return np.asarray(line & (convolve(line.astype(np.uint8), around, mode="constant") <= 2))

    short = middle.copy()
    for _ in range(_SPUR):
        short &= ~ends(short)
    if not short.any():
        return middle
    grown = ends(short)
    for _ in range(_SPUR):
        grown = (convolve(grown.astype(np.uint8), around, mode="constant") > 0) & middle
    return np.asarray(short | grown)


def _smooth(stroke: Stroke) -> Stroke:
    """A line without the steps of its pixels; its ends stay, and a ring stays closed."""
    from scipy.ndimage import gaussian_filter1d

    points = np.array(stroke)
    if len(points) < 4:
        return stroke
    ring = len(points) > 8 * _SCALE and float(np.hypot(*(points[0] - points[-1]))) < 3 / _GRID
    smooth = gaussian_filter1d(points, _SMOOTH_LINE * _SCALE, axis=0, mode="wrap" if ring else "nearest")
    if not ring:
        smooth[0], smooth[-1] = points[0], points[-1]
    kept = smooth[:: _SCALE // 2] if len(points) > 6 else smooth
    return tuple((float(x), float(y)) for x, y in [*kept, smooth[-1]])


def _in_common(drawn: Bool, ink: Bool) -> float:
    return float((drawn & ink).sum()) / max(float((drawn | ink).sum()), 1.0)


def photographed(strokes: tuple[Stroke, ...], rng: np.random.Generator) -> UInt8:
    """The strokes in a photo of pen on paper, (PHOTO, PHOTO) uint8: uneven light, a soft pen, noise."""
    from scipy.ndimage import gaussian_filter

    pen = rng.uniform(*PHOTO_PEN)
    ink: Float = draw(placed(strokes, rng, margin=pen), size=PHOTO, pen=pen * PHOTO)
    # Ball pens skip and felt pens soak in: the ink's darkness changes slowly along the way.
    uneven = gaussian_filter(rng.standard_normal((PHOTO, PHOTO)).astype(np.float32), 6)
    ink = ink * np.clip(1 + 0.15 * uneven / uneven.std(), 0.5, 1.3)
    ink = gaussian_filter(ink, rng.uniform(0.5, 1.5)) * np.float32(rng.uniform(0.4, 0.85))
    across, down = np.meshgrid(*(np.linspace(-0.5, 0.5, PHOTO, dtype=np.float32),) * 2)
    light = rng.uniform(0.6, 0.9) + rng.uniform(-0.2, 0.2) * across + rng.uniform(-0.2, 0.2) * down
    noise = rng.standard_normal((PHOTO, PHOTO)) * rng.uniform(0.005, 0.025)
    return np.asarray(np.rint(np.clip(light * (1 - np.clip(ink, 0, 1)) + noise, 0, 1) * 255), np.uint8)


PHOTO = 240
"""Height and width of such a photo, in pixels."""
PHOTO_PEN = (0.015, 0.07)
"""Narrowest and widest pen on it, as shares of its width."""
