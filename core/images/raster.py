"""Work on pixels that knows nothing of handwriting: scale, distance, connected parts, surroundings.

Only numpy and Pillow are imported: SciPy does the same for 30 MB and a quarter of a second at a page's first visit.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.images.data import Bool, Float, Int

Edges = tuple[float, float, float, float]
"""Top, left, bottom and right, in pixels."""

Box = tuple[int, int, int, int]
"""Top, left, bottom and right, in pixels or cells; bottom and right are exclusive."""


@dataclass(frozen=True, kw_only=True)
class Boxed:
    """What has a box: its edges and sides."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def box(self) -> Box:
        return self.top, self.left, self.bottom, self.right

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def length(self) -> int:
        return max(self.height, self.width)


def resized(values: Float, edges: Edges, scale: float, resample: Image.Resampling) -> Float:
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
    scaled: Float = np.asarray(picture.resize((width, height), resample, box=box)).clip(0, 1)
    return scaled


def distance(mask: Bool, reach: float = math.inf) -> Float:
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
    along: Float = np.minimum(column - before, after - column) ** 2
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
    distance: Float = np.sqrt(squared)
    return distance


def connected(mask: Bool, *, corners: bool = True) -> tuple[Int, int]:
    """Number the connected parts of a mask, from 1 up; eight neighbours count, or four, without `corners`.

    Runs of each row are joined with those of the row above: for a character, a hundred steps of Python.
    """
    near = 0 if corners else 1
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
        while rows[above] < row - 1 or (rows[above] == row - 1 and ends[above] < firsts[run] + near):
            above += 1
        other = above
        while rows[other] == row - 1 and firsts[other] + near <= ends[run]:
            parent[root(run)] = root(other)
            other += 1
    numbers: dict[int, int] = {}
    parts = np.zeros(mask.shape, np.intp)
    for run, row in enumerate(rows):
        parts[row, firsts[run] : ends[run]] = numbers.setdefault(root(run), len(numbers) + 1)
    return parts, len(numbers)


def in_blocks(values: Float, side: int) -> Float:
    """The values of each block of `side` by `side`, (rows, columns, side²); the last ones are completed with 0."""
    rows, columns = (-(-length // side) for length in values.shape)
    framed = np.zeros((rows * side, columns * side), values.dtype)
    framed[: values.shape[0], : values.shape[1]] = values
    return framed.reshape(rows, side, columns, side).transpose(0, 2, 1, 3).reshape(rows, columns, -1)


def boxes(parts: Int, count: int) -> list[Box]:
    """The box of each of the numbered parts, from number 1 up."""
    found = np.empty((count + 1, 4), np.intp)
    found[:, :2], found[:, 2:] = max(parts.shape), 0
    y, x = np.nonzero(parts)
    number = parts[y, x]
    for column, place, of in ((0, y, np.minimum), (1, x, np.minimum), (2, y + 1, np.maximum), (3, x + 1, np.maximum)):
        of.at(found[:, column], number, place)
    return [(top, left, bottom, right) for top, left, bottom, right in found[1:].tolist()]


def highest_in(parts: Int, count: int, values: Float) -> Float:
    """The highest value in each part (count + 1,); that of number 0 is 0."""
    highest = np.zeros(count + 1, values.dtype)
    inside = parts > 0
    np.maximum.at(highest, parts[inside], values[inside])
    return highest


def grown(mask: Bool) -> Bool:
    """A mask with its eight neighbours."""
    framed = np.pad(mask, 1)
    along = framed[:, :-2] | framed[:, 1:-1] | framed[:, 2:]
    return along[:-2] | along[1:-1] | along[2:]


def reduced(channel: Float, side: int) -> Float:
    scale = side / max(channel.shape)
    if scale >= 1:
        return channel
    size = (max(1, round(channel.shape[1] * scale)), max(1, round(channel.shape[0] * scale)))
    reduced: Float = np.asarray(Image.fromarray(channel).resize(size, Image.Resampling.BOX))
    return reduced


def mean_within(grid: Float, reach: int) -> Float:
    """The mean of what lies within `reach` cells along both axes, as far as the grid goes."""
    sums, counts = grid.astype(np.float64), np.ones(grid.shape)
    for axis in (0, 1):
        place = np.arange(grid.shape[axis])
        low, high = np.maximum(place - reach, 0), np.minimum(place + reach + 1, len(place))
        margin = [(1, 0) if i == axis else (0, 0) for i in (0, 1)]
        sums, counts = (np.pad(each.cumsum(axis), margin) for each in (sums, counts))
        sums, counts = (each.take(high, axis) - each.take(low, axis) for each in (sums, counts))
    return np.asarray(sums / counts, np.float32)


def highest_within(grid: Float, reach: int) -> Float:
    """The highest value within `reach` cells along both axes, as far as the grid goes."""
    for axis in (0, 1):
        margin = [(reach, reach) if i == axis else (0, 0) for i in (0, 1)]
        padded = np.moveaxis(np.pad(grid, margin, constant_values=-np.inf), axis, 0)
        covered, wanted = 1, 2 * reach + 1
        while covered < wanted:  # each step looks as far again as what is covered
            step = min(covered, wanted - covered)
            padded = np.maximum(padded[:-step], padded[step:])
            covered += step
        grid = np.moveaxis(padded, 0, axis)
    return np.ascontiguousarray(grid)


def lowest_within(grid: Float, reach: int) -> Float:
    """The lowest value within `reach` cells along both axes, as far as the grid goes."""
    return -highest_within(-grid, reach)


def filled(mask: Bool) -> Bool:
    """A mask and the holes in it: what no way leads to from outside."""
    outside, _ = connected(~np.pad(mask, 1), corners=False)
    inside: Bool = (outside != outside[0, 0])[1:-1, 1:-1]
    return inside
