"""Preset characters as pen strokes, and their way to the canvas and back.

A stroke is a line of points (x, y) in the unit square, which is the whole canvas: x to the right, y down.
What the browser draws from :func:`to_canvas` is what Python draws with :func:`draw`, so a preset can be
judged without a browser.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import KagamiError

Point = tuple[float, float]
Stroke = tuple[Point, ...]
Strokes = Sequence[Sequence[Point]]

STROKES_PATH = Path(__file__).parent.parent / "assets" / "strokes"
GROUPS = ("digits", "latin", "kana", "symbols")
"""One file each, in display order."""

SIZE = 272
"""Height and width of Kagami's canvas, in pixels."""
PEN = 20
"""Width of its pen, in pixels."""

MAX_OBJECTS = 500
MAX_POINTS = 20_000
"""What :func:`from_canvas` accepts at most: several times what a hand draws in ten minutes."""

BEYOND = 1.0
"""How far a pen that leaves the canvas is followed, in canvases: the line by which it comes back stays the same."""

_STEPS = 6  # points that a smoothed segment becomes; at 336 pixels they lie about 6 pixels apart


@dataclass(frozen=True, kw_only=True)
class Character:
    """One preset character.

    Attributes
    ----------
    name : str
        The character itself, or a word such as ``scribble``.
    group : str
        One of :data:`GROUPS`.
    strokes : tuple of strokes
        In the order in which a hand draws them; each a tuple of at least two points (x, y) in [0, 1]. ``blank`` has
        none.
    """

    name: str
    group: str
    strokes: tuple[Stroke, ...]


LIKE_DIGITS: Mapping[str, int] = MappingProxyType(
    {"O": 0, "o": 0, "I": 1, "l": 1, "Z": 2, "S": 5, "s": 5, "b": 6, "q": 9}
)
"""Letters that are digits in all but name, and which. An O *is* a 0 to anyone who only knows digits: no honest detector
flags it, and figures for letters are given with and without these."""


def digit_in_all_but_name(name: str) -> int | None:
    """The digit that a character of this name is to anyone who only knows digits; None for every other."""
    return LIKE_DIGITS.get(name)


@cache
def characters() -> Mapping[str, Character]:
    """All preset characters by name, in display order, read once.

    Raises
    ------
    KagamiError
        Code ``strokes_damaged``: a file is missing or does not hold strokes.
    """
    found: dict[str, Character] = {}
    for group in GROUPS:
        path = STROKES_PATH / f"{group}.json"
        try:
            drawn = json.loads(path.read_text(encoding="utf-8"))
            for name, strokes in drawn.items():
                smooth = tuple(_smooth([(float(x), float(y)) for x, y in stroke]) for stroke in strokes)
                found[name] = Character(name=name, group=group, strokes=smooth)
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise KagamiError(
                "strokes_damaged", f"{path} must hold strokes by name, but: {error}.", path=str(path)
            ) from error
    return MappingProxyType(found)


def _smooth(points: Sequence[Point]) -> Stroke:
    """A smooth line through control points; a point that is written twice is a corner, and stays twice.

    The canvas aims at each point and turns off half-way to the next; between two equal points it must go
    there.
    """
    if len(points) < 2:
        raise ValueError("a stroke must have at least two points")
    corners = [i for i in range(1, len(points)) if points[i] == points[i - 1]]
    line: list[Point] = [points[0]]
    for start, stop in zip([0, *corners], [*corners, len(points)], strict=True):
        if start:
            line.append(points[start])
        line.extend(_catmull_rom(points[start:stop]))
    return tuple(line)


def _catmull_rom(points: Sequence[Point]) -> Iterator[Point]:
    """Centripetal Catmull-Rom spline, without its first point; it has no loops or cusps within a segment."""
    if len(points) < 3:
        yield from points[1:]
        return
    knots = [_mirrored(points[0], points[1]), *points, _mirrored(points[-1], points[-2])]
    times = [0.0]
    for (x0, y0), (x1, y1) in pairwise(knots):
        times.append(times[-1] + math.sqrt(math.hypot(x1 - x0, y1 - y0)))
    for i in range(1, len(points)):
        p0, p1, p2, p3 = knots[i - 1 : i + 3]
        t0, t1, t2, t3 = times[i - 1 : i + 3]
        for step in range(1, _STEPS + 1):
            at = t1 + (t2 - t1) * step / _STEPS
            a0, a1, a2 = _blend(p0, p1, t0, t1, at), _blend(p1, p2, t1, t2, at), _blend(p2, p3, t2, t3, at)
            yield _blend(_blend(a0, a1, t0, t2, at), _blend(a1, a2, t1, t3, at), t1, t2, at)


def _blend(start: Point, end: Point, left: float, right: float, at: float) -> Point:
    """Where one is at time `at` on the way from `start`, left at time `left`, to `end`, reached at `right`."""
    part = (at - left) / (right - left)
    return (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))


def _mirrored(end: Point, inner: Point) -> Point:
    return (2 * end[0] - inner[0], 2 * end[1] - inner[1])


def _curve(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """The quadratic segments (control, end) by which the canvas's own pen smooths a line of points."""
    for control, after in pairwise(points[1:]):
        yield control, ((control[0] + after[0]) / 2, (control[1] + after[1]) / 2)


def to_canvas(strokes: Strokes, *, size: int, pen: float, colour: str = "#ffffff") -> dict[str, Any]:
    """Strokes as the drawing that a canvas starts with (`initial_drawing`).

    Parameters
    ----------
    strokes : sequence of strokes
        Points (x, y) in the unit square.
    size : int
        Height and width of the canvas in pixels.
    pen : float
        Width of the pen in pixels.
    colour : str
        CSS colour of the pen.

    Returns
    -------
    dict
        Fabric JSON with one path a stroke.
    """
    return {"version": "4.4.0", "objects": [_path(stroke, size, pen, colour) for stroke in strokes]}


def _path(stroke: Sequence[Point], size: int, pen: float, colour: str) -> dict[str, Any]:
    points = [(round(x * size, 2), round(y * size, 2)) for x, y in stroke]
    path: list[list[str | float]] = [["M", *points[0]]]
    path += [["Q", *control, round(end[0], 2), round(end[1], 2)] for control, end in _curve(points)]
    path.append(["L", *points[-1]])
    return {
        "type": "Path",
        "path": path,
        "fill": None,
        "stroke": colour,
        "strokeWidth": pen,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
    }


def draw(strokes: Strokes, *, size: int, pen: float) -> NDArray[np.float32]:
    """Draw strokes with a round pen, as the canvas does.

    Parameters
    ----------
    strokes : sequence of strokes
        Points (x, y) in the unit square.
    size : int
        Height and width of the field in pixels.
    pen : float
        Width of the pen in pixels, at least 1.

    Returns
    -------
    ndarray of shape (size, size), float32 in [0, 1], 1 = ink
        How much of a pixel is covered follows from its centre's distance to the line.
    """
    distance = np.full((size, size), np.inf, np.float32)
    for stroke in strokes:
        line = np.array(list(flattened(stroke)), np.float32) * size
        for start, end in pairwise(line):
            _approach(distance, start, end, reach=pen / 2 + 1)
    return np.asarray(np.clip(pen / 2 + 0.5 - distance, 0, 1))


def _approach(
    distance: NDArray[np.float32], start: NDArray[np.float32], end: NDArray[np.float32], *, reach: float
) -> None:
    """Lower the distances of pixel centres that are at most `reach` pixels away from a straight piece, in place."""
    left, top = np.maximum(np.floor(np.minimum(start, end) - reach), 0).astype(int)
    right, bottom = np.maximum(np.ceil(np.maximum(start, end) + reach), 0).astype(int)
    near = distance[top:bottom, left:right]
    x = np.arange(left, left + near.shape[1], dtype=np.float32) + np.float32(0.5) - start[0]
    y = np.arange(top, top + near.shape[0], dtype=np.float32)[:, np.newaxis] + np.float32(0.5) - start[1]
    (dx, dy), length = end - start, float(np.square(end - start).sum())
    along = np.clip((x * dx + y * dy) / length, 0, 1) if length else np.float32(0)
    np.minimum(near, np.hypot(x - along * dx, y - along * dy), out=near)


def flattened(stroke: Sequence[Point]) -> Iterator[Point]:
    """The curve that the canvas draws through a stroke's points, as short straight pieces from point to point."""
    start = stroke[0]
    yield start
    for control, end in _curve(stroke):
        for at in (0.5, 1.0):
            a, b, c = (1 - at) ** 2, 2 * at * (1 - at), at**2
            yield (a * start[0] + b * control[0] + c * end[0], a * start[1] + b * control[1] + c * end[1])
        start = end
    yield stroke[-1]


def from_canvas(raw: Mapping[str, Any], *, size: int) -> tuple[Stroke, ...]:
    """The strokes of what a canvas sends (its ``raw``).

    Objects that are no paths, and commands that are not M, L, Q or C, are left out. Points more than
    :data:`BEYOND` canvases beyond its border are moved there.

    Parameters
    ----------
    raw : mapping
        Fabric JSON.
    size : int
        Height and width of the canvas in pixels.

    Returns
    -------
    tuple of strokes
        Points (x, y); the canvas is the unit square.

    Raises
    ------
    KagamiError
        Code ``drawing_damaged``: not fabric JSON, or more than :data:`MAX_OBJECTS` objects or
        :data:`MAX_POINTS` points.
    """
    objects = raw.get("objects") if isinstance(raw, Mapping) else None
    if not isinstance(objects, Sequence) or isinstance(objects, str):
        raise _damaged("a drawing must be a mapping with a list of objects")
    if len(objects) > MAX_OBJECTS:
        raise _damaged(f"a drawing may have at most {MAX_OBJECTS} objects, got {len(objects)}")
    strokes: list[Stroke] = []
    left = MAX_POINTS
    for number, thing in enumerate(objects):
        if not isinstance(thing, Mapping):
            raise _damaged(f"object {number} must be a mapping, got {type(thing).__name__}")
        if str(thing.get("type")).lower() != "path":
            continue
        path = thing.get("path")
        if not isinstance(path, Sequence) or isinstance(path, str):
            raise _damaged(f"object {number} must have a list of path commands")
        left -= len(path)
        if left < 0:
            raise _damaged(f"a drawing may have at most {MAX_POINTS} points")
        points = tuple(_points(path, size))
        if points:
            strokes.append(points)
    return tuple(strokes)


_COORDINATES = {"M": 2, "L": 2, "Q": 4, "C": 6}


def _points(path: Sequence[Any], size: int) -> Iterator[Point]:
    """The points that the hand drew: a curve's control point where there is one, as in :func:`to_canvas`."""
    for command in path:
        if not isinstance(command, Sequence) or not command:
            raise _damaged(f"a path command must be a list such as ['M', 1, 2], got {command!r:.60}")
        count = _COORDINATES.get(command[0]) if isinstance(command[0], str) else None
        if count is None:
            continue
        values = command[1:]
        if len(values) != count or not all(map(_is_number, values)):
            raise _damaged(f"path command {command[0]} must have {count} finite numbers, got {command!r:.60}")
        x, y = values[-2:] if command[0] == "C" else values[:2]
        yield (min(max(x / size, -BEYOND), 1 + BEYOND), min(max(y / size, -BEYOND), 1 + BEYOND))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _damaged(rule: str) -> KagamiError:
    return KagamiError("drawing_damaged", f"{rule[0].upper()}{rule[1:]}.")
