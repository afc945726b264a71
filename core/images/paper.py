"""Strokes on paper, as a camera sees them: which of a picture's pixels are ink.

Only numpy and Pillow are imported: see :mod:`core.images.raster`.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.images.data import Bool, Float, Int
from core.images.raster import (
    Boxed,
    boxes,
    connected,
    filled,
    grown,
    highest_in,
    highest_within,
    lowest_within,
    mean_within,
    reduced,
)

_GRID = 384
"""Longest side of the grid on which strokes are told from paper."""

_COARSE = 96
"""Longest side of the grid on which the light and the border are looked at."""

_LEAST = 0.1
"""How dark ink is at least, as a share of the paper's brightness."""

_SMALLEST = 0.045
"""Length of a character at least, as a share of the picture's longest side."""

_SHARES = (0.25, 0.5)
"""A stroke is at least this dark, as a share of the darkest; with the second where the first finds nothing free."""

_PANELS = 2
"""How deep panels are looked into: a form's box on a sheet of paper on a table."""


def ink_on_paper(colour: Float) -> Float:
    """The ink (h, w) of a picture (h, w, 3) in [0, 1]; :func:`core.images.photos.ink_of_picture` says how."""
    return _ink(colour, inside=0)[0]


def _ink(colour: Float, *, inside: int) -> tuple[Float, bool]:
    """The ink of a picture (h, w, 3) that lies `inside` panels, and whether it is free of the border."""
    grey = colour.mean(axis=2)
    shape = _shape(grey)
    if shape is not None:
        found = _within(colour, shape, inside) if inside < _PANELS else None
        if found is not None:
            return found, True
        if lowest_within(shape.astype(np.float32), round(0.125 * max(shape.shape))).any():
            return _enlarged(shape, grey.shape), True  # wider than any stroke
    inverted = _light_on_dark(grey)
    strokes = _strokes(colour, inverted=inverted)
    if max(grey.shape) >= _COARSE and _uneven_border(grey):  # smaller ones are crops, whose digit is on the border
        # Table and paper: either may be what the other lies on. Strokes are thin, and what they leave free is not.
        other = _strokes(colour, inverted=not inverted)
        if other.free and _thickness(other.kept) < 0.5 * _thickness(strokes.kept):
            strokes = other
    return strokes.ink, strokes.free


def _uneven_border(grey: Float) -> bool:
    """Whether more than a tenth of the border is something else than the rest of it."""
    coarse = reduced(grey, _COARSE)
    border = _border(coarse.shape)
    differs = np.abs(coarse - _surface(coarse, degree=1, shape=coarse.shape))[border]
    return float((differs > 0.12).mean()) > 0.1


def _thickness(mask: Bool) -> int:
    """Side of the largest square in a mask, in cells: of the pen, where the mask is strokes."""
    side, solid = 0, mask.astype(np.float32)
    while solid.any():
        side, solid = side + 1, np.minimum(solid[:-1], solid[1:])
        solid = np.minimum(solid[:, :-1], solid[:, 1:])
    return side


@dataclass(frozen=True, kw_only=True)
class _Strokes:
    """The strokes of a picture: their ink, where they are on the fine grid, whether they are free of the border."""

    ink: Float
    kept: Bool
    free: bool


def _shape(grey: Float) -> Bool | None:
    """The largest thing with sharp edges that differs from the border and does not touch it, on the fine grid."""
    grid = reduced(grey, _GRID)
    differs = np.abs(grid - _surface(reduced(grey, _COARSE), degree=1, shape=grid.shape))
    level = float(np.quantile(differs, 0.99))
    if level < _LEAST:
        return None
    parts, count = connected(differs > 0.5 * level)
    free = [part for part in _parts(parts, count) if not part.on_border]
    if not free:
        return None
    shape = parts == max(free, key=lambda part: part.height * part.width).number
    steep = highest_within(grid, 2) - lowest_within(grid, 2)
    return shape if float(np.median(steep[grown(shape) & ~shape])) >= 0.5 * level else None


@dataclass(frozen=True, kw_only=True)
class _Part(Boxed):
    """A connected part of a mask: its number, its box in cells, and whether the box touches the mask's border."""

    number: int
    on_border: bool

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        return values[self.top : self.bottom, self.left : self.right]

    def encloses(self, other: "_Part") -> bool:
        return (
            self.top < other.top and self.left < other.left and other.bottom < self.bottom and other.right < self.right
        )


def _parts(parts: Int, count: int) -> list[_Part]:
    height, width = parts.shape
    return [
        _Part(
            number=number,
            top=top,
            left=left,
            bottom=bottom,
            right=right,
            on_border=top == 0 or left == 0 or bottom == height or right == width,
        )
        for number, (top, left, bottom, right) in enumerate(boxes(parts, count), 1)
    ]


def _enlarged(mask: Bool, size: tuple[int, ...]) -> Float:
    picture = Image.fromarray(mask.astype(np.float32))
    return np.asarray(picture.resize((size[1], size[0]), Image.Resampling.BILINEAR))


def _within(colour: Float, shape: Bool, inside: int) -> Float | None:
    """The ink that lies free inside a shape, where that is a panel or a frame; as large as the whole picture."""
    full = filled(shape)
    (outer,) = boxes(full.astype(np.intp), 1)
    height, width = outer[2] - outer[0], outer[3] - outer[1]
    if min(height, width) < max(0.2 * max(full.shape), 8) or _rectangularity(full) < 0.9:
        return None
    # A frame has one large hole, a panel none, or those that its digit makes.
    holes, count = connected(full & ~shape, corners=False)
    sizes = np.bincount(holes.ravel(), minlength=count + 1)[1:]
    framed = count > 0 and sizes.max() >= 0.5 * full.sum()
    inner = lowest_within((holes == 1 + int(sizes.argmax()) if framed else full).astype(np.float32), 2) > 0
    if not inner.any():
        return None
    scales = [side / cells for side, cells in zip(colour.shape[:2], full.shape, strict=True)]
    top, left, bottom, right = (
        round(side * scale) for side, scale in zip(boxes(inner.astype(np.intp), 1)[0], 2 * scales, strict=True)
    )
    part = colour[top:bottom, left:right].copy()
    mask = _enlarged(inner, colour.shape)[top:bottom, left:right] > 0.5
    if min(part.shape[:2]) < 16:
        return None
    # Where it is turned a little, its box shows what is outside: paper goes there, as it is along the inner edge.
    coarse = reduced(mask.astype(np.float32), _COARSE) > 0.999
    ring = coarse & (lowest_within(np.pad(coarse, 1).astype(np.float32), 3)[1:-1, 1:-1] < 1)
    for channel in np.moveaxis(part, 2, 0):
        small = reduced(np.ascontiguousarray(channel), _COARSE)
        channel[~mask] = _surface(small, degree=1, shape=mask.shape, where=ring)[~mask]
    found, free = _ink(part, inside=inside + 1)
    if not free or found.max() < 0.5:
        return None
    ink = np.zeros(colour.shape[:2], np.float32)
    ink[top:bottom, left:right] = np.where(mask, found, np.float32(0))
    return ink


def _rectangularity(full: Bool) -> float:
    """Which part of the smallest rectangle around a shape without holes it fills, however that is turned."""
    edge = full & (lowest_within(full.astype(np.float32), 1) < 1)
    y, x = (side.astype(np.float64) for side in np.nonzero(edge))
    smallest = math.inf
    for angle in np.radians(np.arange(-44, 46, 2)):
        along, across = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
        smallest = min(smallest, (np.ptp(along) + 1) * (np.ptp(across) + 1))
    return float(full.sum()) / smallest


def _strokes(colour: Float, *, inverted: bool) -> _Strokes:
    """The strokes on the paper of a picture (h, w, 3)."""
    colour = 1 - colour if inverted else colour
    # The channel in which the pen shows best: a yellow pen is invisible in most of them.
    channels = [np.ascontiguousarray(channel) for channel in (colour.mean(axis=2), *np.moveaxis(colour, 2, 0))]
    grids = [reduced(channel, _GRID) for channel in channels]
    papers = [_paper(channel, grid.shape) for channel, grid in zip(channels, grids, strict=True)]
    seen = [_darkness(grid, paper, shaded=not inverted) for grid, paper in zip(grids, papers, strict=True)]
    best = max(range(len(seen)), key=lambda which: float(np.quantile(seen[which], 0.9995)) - 5 * _noise(seen[which]))
    paper, darkness, noise = papers[best], seen[best], _noise(seen[best])
    kept, level, free = _kept(darkness, _share_of_light(noise, paper, shaded=not inverted))
    if kept.any() and 2 * _thickness(kept) + 5 < 0.3 * max(kept.shape):
        # Once the pen is known, the paper is looked at close to it: beside the edge of a shadow it is another far away.
        near = _paper(channels[best], paper.shape, reach=_thickness(kept) + 2)
        close = _darkness(grids[best], near, shaded=not inverted)
        found = _kept(close, _share_of_light(noise, near, shaded=not inverted))
        if found[0].any() and (found[2] or not free):
            (kept, level, free), paper = found, near
    shape = colour.shape[:2]
    if not kept.any():
        return _Strokes(ink=np.zeros(shape, np.float32), kept=kept, free=False)
    paper = np.asarray(Image.fromarray(paper).resize((shape[1], shape[0]), Image.Resampling.BILINEAR))
    ink = _normalised(_darkness(channels[best], paper, shaded=not inverted), kept, level)
    return _Strokes(ink=ink, kept=kept, free=free)


def _share_of_light(noise: float, paper: Float, *, shaded: bool) -> Float:
    """The noise of each cell's darkness: where there is less light, the same noise is a larger share of it."""
    if not shaded:
        return np.full_like(paper, noise)
    share = np.float32(noise) * np.median(paper) / np.maximum(paper, np.float32(0.2))
    return np.maximum(share, np.float32(noise))


def _paper(channel: Float, size: tuple[int, ...], *, reach: int | None = None) -> Float:
    """The paper's brightness on a grid: what is narrower than twice the reach, or 0.3 of the picture, is filled."""
    grid = reduced(channel, max(size))
    reach = reach or max(1, round(0.15 * max(size)))
    beyond = 2 * reach + 2
    # The paper goes on beyond the picture, or its darkest side would look like ink.
    paper = _surface(reduced(channel, _COARSE), degree=2, shape=grid.shape, beyond=beyond)
    paper[beyond:-beyond, beyond:-beyond] = grid
    # Back by one more cell than it went forth, where cells blur: the edge of a shadow is not a line of ink.
    back = reach + (1 if grid is not channel else 0)
    return lowest_within(highest_within(paper, reach), back)[beyond:-beyond, beyond:-beyond]


def _darkness(channel: Float, paper: Float, *, shaded: bool) -> Float:
    """How much darker each pixel is than the paper there; if `shaded`, as a share of its brightness."""
    darkness = (paper - channel) / np.maximum(paper, np.float32(0.2)) if shaded else paper - channel
    # The paper is the brightest of its noise.
    return darkness - max(np.float32(0), np.quantile(darkness[::2, ::2], 0.3))


def _noise(darkness: Float) -> float:
    """Standard deviation of the paper's noise: within the calmest tiles, and from one to another."""
    side = 8 if min(darkness.shape) >= 48 else 4
    rows, columns = (max(1, cells // side) for cells in darkness.shape)
    if min(darkness.shape) < side:
        return 0.0
    tiles = darkness[: rows * side, : columns * side].reshape(rows, side, columns, side)
    spread, means = tiles.std(axis=(1, 3)), tiles.mean(axis=(1, 3))
    noise = float(np.quantile(spread, 0.3))
    if min(rows, columns) < 8:  # hardly a tile without an edge
        beside = np.abs(np.diff(darkness, axis=1)) if darkness.shape[1] > 1 else darkness
        return min(noise, 2.2 * float(np.quantile(beside, 0.25)))
    calm = spread <= noise
    for far in (1, 2, 3):
        pairs = np.abs(means[:, far:] - means[:, :-far])[calm[:, far:] & calm[:, :-far]]
        if len(pairs) >= 16:
            noise = max(noise, 1.05 * float(np.median(pairs)))
    return noise


def _kept(darkness: Float, noise: Float) -> tuple[Bool, float, bool]:
    """Which cells are strokes; how dark the darkest strokes are; whether they lie free of the border."""
    least = np.maximum(5 * noise, np.float32(0.6 * _LEAST))
    parts, count = connected(darkness > least)
    above = highest_in(parts, count, darkness - np.maximum(noise, np.float32(_LEAST / 6)) * 6)
    long = [part for part in _parts(parts, count) if part.length >= max(_SMALLEST * max(parts.shape), 3)]
    levels = {
        part: float(np.quantile(part.of(darkness)[part.of(parts) == part.number], 0.98))
        for part in long
        if above[part.number] > 0
    }
    if not levels:
        return np.zeros(darkness.shape, bool), 0.0, False
    darkest = max(levels.values())
    # A table may be so much darker than the pen that beside it there are no strokes: then they are looked at alone. Or
    # what they hang together with, as the dim side of a shadow's edge, takes so much room that they are few in it.
    alone = max((levels[part] for part in levels if not part.on_border), default=darkest)
    few = float(np.quantile(darkness[np.isin(parts, [part.number for part in levels])], 0.99))
    cut = None
    for level in (darkest, alone, few):
        for share in _SHARES:
            kept, free = _darker(darkness, np.maximum(least, np.float32(share * level)), 0.5 * level, share)
            if free:
                return kept, float(np.quantile(darkness[kept], 0.9)), True
            if cut is None:
                cut = kept
    assert cut is not None
    return cut, float(np.quantile(darkness[cut], 0.9)) if cut.any() else 0.0, False


def _darker(darkness: Float, least: Float, dark: float, share: float) -> tuple[Bool, bool]:
    """The strokes that are darker than `least` all along and than `dark` somewhere, and whether they are free."""
    parts, count = connected(darkness > least)
    peaks = highest_in(parts, count, darkness)
    every = _parts(parts, count)
    long = [part for part in every if part.length >= max(_SMALLEST * max(parts.shape), 3)]
    darkest = [part for part in long if peaks[part.number] >= max(dark, _LEAST)]
    chosen = [part for part in darkest if not part.on_border]
    chosen = _inside_frames(parts, darkest, chosen) or chosen
    # What is pale all over the paper is the paper's own, its lines or its folds.
    if chosen and (len(darkest) == len(long) or share == _SHARES[-1]):
        return _with_bits(parts, count, chosen, every, darkness), True
    return _with_bits(parts, count, darkest, every, darkness), False


def _inside_frames(parts: Int, every: list[_Part], chosen: list[_Part]) -> list[_Part]:
    """Those of the chosen parts that lie in the one hole of a part that is a rectangle; none, if no part is."""
    inside = []
    for frame in every:
        if min(frame.height, frame.width) < 0.2 * max(parts.shape):
            continue
        within = [part for part in chosen if frame.encloses(part)]
        if not within:
            continue
        line = np.pad(frame.of(parts) == frame.number, 1)
        full = filled(line)
        if line.sum() < 0.5 * full.sum() and _rectangularity(full) >= 0.9:
            inside += within
    return inside


def _with_bits(parts: Int, count: int, chosen: list[_Part], every: list[_Part], darkness: Float) -> Bool:
    """The chosen parts and the small ones beside them, such as the dot of an i, as a mask.

    A bit is no farther from one of them than half its length, no longer than six tenths of it, and has at least a
    three hundredth of its ink: the dot of a question mark, drawn by a thin pen, has more.
    """
    amounts = np.bincount(parts.ravel(), weights=darkness.ravel(), minlength=count + 1)
    keep = np.zeros(count + 1, bool)
    keep[[part.number for part in chosen]] = True
    for part in every:
        if not keep[part.number] and (not part.on_border or all(each.on_border for each in chosen)):
            keep[part.number] = any(
                max(part.top - whole.bottom, whole.top - part.bottom, part.left - whole.right, whole.left - part.right)
                <= 0.5 * whole.length
                and part.length <= 0.6 * whole.length
                and amounts[part.number] >= amounts[whole.number] / 300
                for whole in chosen
            )
    return keep[parts]


def _normalised(darkness: Float, kept: Bool, level: float) -> Float:
    """The ink of the kept cells, 1 where a stroke is as dark as it gets, 0.5 at its outline."""
    height, width = darkness.shape
    rows = np.minimum((np.arange(height) + 0.5) * kept.shape[0] / height, kept.shape[0] - 1).astype(int)
    columns = np.minimum((np.arange(width) + 0.5) * kept.shape[1] / width, kept.shape[1] - 1).astype(int)
    mask = grown(kept)[np.ix_(rows, columns)]
    if max(darkness.shape) > max(kept.shape):
        core = darkness[kept[np.ix_(rows, columns)]]
        level = max(level, float(np.quantile(core, 0.9)))
    noise = _noise(darkness)
    (top, left, bottom, right), *_ = boxes(mask.astype(np.intp), 1)
    reach = max(1, round(0.01 * max(bottom - top, right - left)))
    part = darkness[top:bottom, left:right]
    local = highest_within(np.where(mask[top:bottom, left:right], part, np.float32(0)), reach)
    local = local.clip(_SHARES[0] * level, level)
    # A noisy picture loses its palest greys.
    low = np.minimum(4 * noise, 0.3 * local)
    ink = np.zeros_like(darkness)
    ink[top:bottom, left:right] = ((part - low) / (local - 2 * low)).clip(0, 1)
    return np.where(mask, ink, np.float32(0)).astype(np.float32)


def _surface(grey: Float, *, degree: int, shape: tuple[int, ...], beyond: int = 0, where: Bool | None = None) -> Float:
    """The smooth surface that fits a picture's border, where there is mostly paper, or fits it `where` that is true.

    A plane, or of second degree; for a grid of another `shape`, and on for `beyond` of its cells on each side.
    """
    height, width = grey.shape
    if where is None:
        where = _border(grey.shape)
    terms, wanted = _terms(height, width, 0, degree)[where], grey[where].astype(np.float64)
    fitted = np.full_like(wanted, np.median(wanted))
    for _ in range(6):  # ink, a finger or the edge of a table on the border must not bend it (Geman-McClure)
        weighted = terms.T / (1 + ((wanted - fitted) / 0.15) ** 2) ** 2
        fit = np.linalg.solve(weighted @ terms + 1e-6 * np.eye(terms.shape[1]), weighted @ wanted)
        fitted = terms @ fit
    surface: Float = (_terms(shape[0], shape[1], beyond, degree) @ fit).astype(np.float32)
    return surface


def _border(shape: tuple[int, ...]) -> Bool:
    border = np.zeros(shape, bool)
    thick = math.ceil(0.05 * max(shape))
    border[:thick] = border[-thick:] = border[:, :thick] = border[:, -thick:] = True
    return border


def _terms(height: int, width: int, beyond: int, degree: int) -> NDArray[np.float64]:
    rows, columns = np.arange(-beyond, height + beyond), np.arange(-beyond, width + beyond)
    y, x = np.meshgrid((rows + 0.5) / height - 0.5, (columns + 0.5) / width - 0.5, indexing="ij")
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
    paper = _surface(coarse, degree=2, shape=coarse.shape, beyond=reach)
    paper[reach:-reach, reach:-reach] = coarse
    wide = (paper - mean_within(paper, reach))[reach:-reach, reach:-reach]
    fine = reduced(grey, _GRID)
    close = fine - mean_within(fine, max(1, round(0.03 * max(fine.shape))))
    flat = coarse - _surface(coarse, degree=1, shape=coarse.shape)
    return _skewness(flat) + _skewness(wide) + _skewness(close) > 0


def _skewness(values: Float) -> float:
    """About zero, not about the mean: E x³ / (E x²)^1.5; 0 where nothing differs."""
    squared = float((values**2).mean())
    return float((values**3).mean()) / squared**1.5 if squared > 1e-12 else 0.0
