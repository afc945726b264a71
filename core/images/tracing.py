"""The way back from a picture to the pen: lines along the middle of its ink, in an order in which a hand might go."""

import math

import numpy as np

from core.images.data import Bool, UInt8
from core.images.strokes import Stroke

# So many pixels back a line is looked at for where it goes.
_BACK = 4
_Pixel = tuple[int, int]


def traced(picture: UInt8) -> tuple[tuple[Stroke, ...], float]:
    """Strokes that follow the ink of a picture (n, n), 255 = ink, and how wide a pen must be to cover it all.

    Strokes are in the unit square, as `core.images.strokes` has them, and so is the pen. A line begins at a loose end,
    the topmost first, and goes straight on where it crosses another. A picture without ink gives no strokes.
    """
    # Not above: together they take a third of a second, which the first visitor of the draw page would wait for.
    from scipy.ndimage import distance_transform_edt
    from skimage.morphology import skeletonize

    ink = picture > 127
    middle = skeletonize(ink)
    widest = 2 * float(distance_transform_edt(ink)[middle].max(initial=0.0))
    return along(middle), widest / len(ink)


def along(middle: Bool) -> tuple[Stroke, ...]:
    """Strokes along a line (n, n) that is one pixel wide, as `traced` gives them."""
    left = {(int(row), int(column)) for row, column in zip(*np.nonzero(middle), strict=True)}
    done: set[_Pixel] = set()
    strokes = []
    while left:
        ends = [pixel for pixel in left if len(_beside(pixel, left)) <= 1]
        line = [min(ends or left)]
        while on := _beside(line[-1], left):
            line.append(min(on, key=lambda pixel: (_turn(line, pixel), pixel)))
            left.discard(line[-2])
        left.discard(line[-1])
        # A line that another one was cut off from begins there.
        joint = sorted(_beside(line[0], done))[:1]
        done.update(line)
        line = joint + line if joint or len(line) > 1 else line * 2  # a stroke has two ends
        strokes.append(tuple(((column + 0.5) / len(middle), (row + 0.5) / len(middle)) for row, column in line))
    return tuple(strokes)


def _beside(pixel: _Pixel, among: set[_Pixel]) -> list[_Pixel]:
    row, column = pixel
    near = ((row + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1) if down or right)
    return [each for each in near if each in among]


def _turn(line: list[_Pixel], pixel: _Pixel) -> float:
    """How far, in radians, a line would turn that goes on to this pixel; the first step goes wherever it may."""
    if len(line) == 1:
        return 0.0
    (row, column), (now_row, now_column) = line[-_BACK:][0], line[-1]
    before = math.atan2(now_row - row, now_column - column)
    after = math.atan2(pixel[0] - now_row, pixel[1] - now_column)
    return abs(math.remainder(after - before, math.tau))
