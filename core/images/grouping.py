"""Several characters in one picture: which strokes belong together, and where each character stands."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.images.data import Float
from core.images.raster import Box, Boxed, boxes, connected, grown, in_blocks

_GRID = 400
"""Longest side of the grid on which strokes are told from each other."""

_BIT = 0.45
"""A part shorter than this share of a usual one is no character of its own: a dot, a tick, a speck."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """One character among those in a picture.

    ink: ndarray of shape (h, w), float32 in [0, 1], 1 = ink; that character alone, with paper around it; the whole
        picture's ink where there is only one.
    box: tuple of int; its top, left, bottom and right in the picture's ink; bottom and right are exclusive.
    """

    ink: Float
    box: Box


def characters_of(ink: Float) -> tuple[Found, ...]:
    """The characters in a picture or on a canvas, in reading order: lines from top to bottom, each from left to right.

    Strokes belong together when they overlap, when one is a dot or a tick beside the other, when one stands closely
    on top of the other, as the rings of an 8 do, or closely beside it, as the strokes of は do. Among three and more
    of a size, "closely" is closer: there one can see how far apart they are written.

    ink: ndarray of shape (h, w), float32 in [0, 1], 1 = ink; as from :func:`core.images.photos.ink_of_picture` or
        :func:`core.images.handwriting.ink_of_canvas`.

    Returns tuple of Found: empty if there is no ink. A single character comes with `ink` itself, so that
        :func:`prepare` sees its field.
    """
    block = max(1, round(max(ink.shape) / _GRID))
    blocks = in_blocks(ink, block).max(axis=2)
    parts, count = connected(blocks >= 0.3)
    if count == 0:
        return ()
    groups = _groups(boxes(parts, count))
    found = []
    for group in _in_reading_order(groups):
        top, left, bottom, right = (side * block for side in group.box)
        box = (top, left, min(bottom, ink.shape[0]), min(right, ink.shape[1]))
        if len(groups) == 1:
            return (Found(ink=ink, box=box),)
        # Half of an outline's soft edge lies outside the cells.
        rows = slice(max(group.top - 1, 0), group.bottom + 1)
        columns = slice(max(group.left - 1, 0), group.right + 1)
        cells = parts[rows, columns]
        own = grown(np.isin(cells, group.numbers)) & ((cells == 0) | np.isin(cells, group.numbers))
        part = ink[rows.start * block : rows.stop * block, columns.start * block : columns.stop * block]
        mask = np.kron(own, np.ones((block, block), bool))[: part.shape[0], : part.shape[1]]
        margin = math.ceil(0.2 * max(part.shape))
        found.append(Found(ink=np.pad(np.where(mask, part, np.float32(0)), margin), box=box))
    return tuple(found)


@dataclass(frozen=True, kw_only=True)
class _Group(Boxed):
    """Parts that are taken to be one character: their numbers, and their common box in cells."""

    numbers: tuple[int, ...]

    def with_(self, other: "_Group") -> "_Group":
        return _Group(
            numbers=self.numbers + other.numbers,
            top=min(self.top, other.top),
            left=min(self.left, other.left),
            bottom=max(self.bottom, other.bottom),
            right=max(self.right, other.right),
        )


def _groups(every: list[Box]) -> list[_Group]:
    """The parts with these boxes, put together to characters; what is too small and too far away belongs to none."""
    groups = [
        _Group(numbers=(number,), top=top, left=left, bottom=bottom, right=right)
        for number, (top, left, bottom, right) in enumerate(every, 1)
    ]
    longest = max(group.length for group in groups)
    # Specks by the hundred would only cost time.
    groups = [group for group in groups if group.length >= 0.03 * longest]
    groups = _joined(groups, _overlap)
    usual = float(np.quantile([group.length for group in groups if group.length >= _BIT * longest], 0.5))
    whole = [group for group in groups if group.length >= _BIT * usual]
    for bit in (group for group in groups if group.length < _BIT * usual):
        near = min(range(len(whole)), key=lambda i: _far(bit, whole[i]))
        if _far(bit, whole[near]) <= 0.5 * whole[near].length:
            whole[near] = whole[near].with_(bit)
    whole = _joined(whole, _bar_of)
    return _joined(whole, _close_in_a_crowd if len(whole) > 2 else _close)


def _joined(groups: list[_Group], belong: Callable[[_Group, _Group], bool]) -> list[_Group]:
    """Groups put together until none belongs to another."""
    groups = list(groups)
    i = 0
    while i < len(groups):
        for j in range(len(groups)):
            if j != i and belong(groups[i], groups[j]):
                groups[min(i, j)] = groups[i].with_(groups[j])
                del groups[max(i, j)]
                i = -1  # the larger box may overlap what came before
                break
        i += 1
    return groups


def _gaps(one: _Group, other: _Group) -> tuple[int, int]:
    """How far apart they are down and across; negative where they overlap."""
    return (
        max(one.top, other.top) - min(one.bottom, other.bottom),
        max(one.left, other.left) - min(one.right, other.right),
    )


def _far(one: _Group, other: _Group) -> float:
    return math.hypot(*(max(gap, 0) for gap in _gaps(one, other)))


def _overlap(one: _Group, other: _Group) -> bool:
    """Whether their boxes share at least a quarter of the smaller one, or nearly touch as broken strokes do."""
    down, across = _gaps(one, other)
    least = min(one.height * one.width, other.height * other.width)
    if down < 0 and across < 0 and down * across >= 0.25 * least:
        return True
    return _far(one, other) <= 0.03 * max(one.length, other.length)


def _bar_of(one: _Group, other: _Group) -> bool:
    """Whether one is a bar at the head or foot of the other, as many a 5 has; one at half its height is a minus."""
    bar, body = sorted((one, other), key=lambda group: group.height)
    middle = (bar.top + bar.bottom - body.top - body.bottom) / 2
    flat = bar.height < 0.4 * body.height and bar.width > bar.height
    return flat and abs(middle) > 0.25 * body.height and _far(bar, body) <= 0.25 * body.length


def _close(one: _Group, other: _Group, *, above: float = 0.25, beside: float = 0.14) -> bool:
    """Whether one stands so closely above or beside the other that both are one character."""
    down, across = _gaps(one, other)
    if -across >= 0.5 * min(one.width, other.width):
        return down <= above * min(one.length, other.length)
    tall = max(one.height, other.height)
    alike = min(one.height, other.height) >= 0.75 * tall
    return -down >= 0.5 * min(one.height, other.height) and across <= (beside if alike else 3 * beside) * tall


def _close_in_a_crowd(one: _Group, other: _Group) -> bool:
    return _close(one, other, above=0.1, beside=0.03)


def _in_reading_order(groups: list[_Group]) -> list[_Group]:
    """Line by line; a line takes in what has its middle within half a usual height of the line's own middle."""
    height = float(np.median([group.height for group in groups]))
    lines: list[list[_Group]] = []
    for group in sorted(groups, key=lambda group: group.top + group.bottom):
        middle = (group.top + group.bottom) / 2
        if lines and middle - np.mean([(each.top + each.bottom) / 2 for each in lines[-1]]) <= 0.5 * height:
            lines[-1].append(group)
        else:
            lines.append([group])
    return [group for line in lines for group in sorted(line, key=lambda group: group.left)]
