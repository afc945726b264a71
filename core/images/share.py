"""Strokes as a short text for an address, and back.

The text is base64url of one version byte and a deflated list of whole numbers: how many strokes, and for each how
many points and from where to where on a grid of :data:`GRID` steps a canvas. What a stranger puts into an address is
only ever counted and bounded, in its length and in what it unpacks to, and never evaluated.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.errors import KagamiError
from core.images.strokes import BEYOND, MAX_OBJECTS, MAX_POINTS, Point, Stroke, Strokes, flattened

GRID = 1024
"""Steps of the grid along a side of the canvas: a quarter of a pixel of Kagami's own."""
LONGEST = 1600
"""Characters of the longest text that is written or read: browsers, proxies and chats pass on an address like this."""
TOLERANCES = (0.001, 0.002, 0.004, 0.008, 0.016)
"""How far the drawn line may be moved to shorten the text, as shares of the canvas: a quarter of a pixel, at most four.

The first changes an anomaly score by about 1 %, as moving the whole drawing by a third of a pixel does.
"""

_VERSION = 1
_UNPACKED = 8 * LONGEST  # bytes, whatever they are packed into


def encode(strokes: Strokes, *, longest: int = LONGEST, tolerances: Sequence[float] = TOLERANCES) -> str:
    """The strokes as text, with the smallest of the tolerances that makes it short enough.

    What :func:`decode` returns draws the same line, moved by no more than the tolerance and half a step of the grid.

    Parameters
    ----------
    strokes : sequence of strokes
        Points (x, y) in the unit square or up to a canvas beyond it.
    longest : int
        Characters that the text may have.
    tolerances : sequence of float
        In rising order, as shares of the canvas's side.

    Returns
    -------
    str
        Letters, digits, ``-`` and ``_``.

    Raises
    ------
    KagamiError
        Code ``drawing_too_long``: not even the largest tolerance makes it short enough.
    """
    lines = [_on_grid(_line(stroke)) for stroke in strokes]
    for tolerance in tolerances:
        data = _data([_simplified(line, tolerance * GRID) for line in lines])
        if len(data) <= _UNPACKED and len(lines) <= MAX_OBJECTS and len(text := _text(data)) <= longest:
            return text
    raise KagamiError(
        "drawing_too_long", f"A drawing in an address may take {longest} characters; this one takes more."
    )


def as_written(strokes: Strokes) -> tuple[tuple[Stroke, ...], bool]:
    """The strokes as an address gives them back, and whether one holds them as finely as that.

    Where the first of the tolerances makes the text short enough, these are what :func:`decode` returns, so whatever
    judges them says the same before and after; they are their own writing. Else they are the strokes themselves: an
    address holds them only with lines that are moved further, or not at all.
    """
    try:
        return decode(encode(strokes, tolerances=TOLERANCES[:1])), True
    except KagamiError:
        return tuple(tuple(stroke) for stroke in strokes), False


def decode(text: str) -> tuple[Stroke, ...]:
    """The strokes that :func:`encode` wrote, as straight lines: each inner point stands twice, as a corner does.

    Raises
    ------
    KagamiError
        Code ``address_damaged``: longer than :data:`LONGEST`, not written by :func:`encode`, of another version, or
        with more than `MAX_OBJECTS` strokes or `MAX_POINTS` points.
    """
    if len(text) > LONGEST:
        raise _damaged(f"a drawing in an address may have at most {LONGEST} characters, got {len(text)}")
    numbers = _numbers(_unpacked(text))
    count = next(numbers, MAX_OBJECTS + 1)
    if count > MAX_OBJECTS:
        raise _damaged(f"it must begin with its number of strokes, at most {MAX_OBJECTS}")
    strokes, left, x, y = [], MAX_POINTS, 0, 0
    try:
        for _ in range(count):
            length = next(numbers)
            left -= length
            if length < 2 or left < 0:
                raise _damaged(f"a stroke must have at least two points, and all together at most {MAX_POINTS}")
            line = []
            for _ in range(length):
                x, y = x + _signed(next(numbers)), y + _signed(next(numbers))
                line.append((_within(x), _within(y)))
            strokes.append(_cornered(line))
    except StopIteration:
        raise _damaged("it ends too early") from None
    if next(numbers, None) is not None:
        raise _damaged("something follows the last stroke")
    return tuple(strokes)


def _line(stroke: Sequence[Point]) -> Sequence[Point]:
    """The points of the line that is drawn through a stroke's points, where it is drawn straight between them."""
    inner = list(stroke[1:-1])
    if inner[::2] == inner[1::2]:  # all corners, as decode() gives them: writing it again gives the same text
        return [stroke[0], *inner[::2], stroke[-1]]
    return list(flattened(stroke))


def _cornered(line: Sequence[Point]) -> Stroke:
    return (line[0], *(point for inner in line[1:-1] for point in (inner, inner)), line[-1])


def _on_grid(line: Sequence[Point]) -> NDArray[np.int64]:
    """(n, 2)"""
    return np.rint(np.asarray(line, np.float64) * GRID).astype(np.int64)


def _simplified(line: NDArray[np.int64], tolerance: float) -> NDArray[np.int64]:
    """Those points of a line (n, 2) that keep it within `tolerance` (Douglas & Peucker 1973): (m, 2)."""
    keep = np.zeros(len(line), bool)
    keep[[0, -1]] = True
    pieces = [(0, len(line) - 1)]
    while pieces:
        first, last = pieces.pop()
        if last - first < 2:
            continue
        start, way = line[first], line[last] - line[first]
        steps = line[first + 1 : last] - start
        along = np.clip(steps @ way / max(int(way @ way), 1), 0, 1)  # a piece, not a line without ends
        away = np.hypot(*(steps - along[:, np.newaxis] * way).T)
        farthest = int(away.argmax())
        if away[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            pieces += [(first, middle), (middle, last)]
    return line[keep]


def _data(lines: Sequence[NDArray[np.int64]]) -> bytes:
    numbers = [len(lines)]
    before = np.zeros((1, 2), np.int64)
    for line in lines:
        steps = np.diff(line, axis=0, prepend=before)
        numbers.append(len(line))
        # Small numbers of either sign become small numbers: 0, −1, 1, −2 … are 0, 1, 2, 3 …
        numbers += np.where(steps < 0, -2 * steps - 1, 2 * steps).ravel().tolist()
        before = line[-1:]
    return bytes(_bytes(numbers))


def _text(data: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = bytes([_VERSION]) + packer.compress(data) + packer.flush()
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def _bytes(numbers: Sequence[int]) -> Iterator[int]:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    for number in numbers:
        while number > 127:
            yield number & 127 | 128
            number >>= 7
        yield number


def _unpacked(text: str) -> bytes:
    try:
        packed = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if packed[:1] != bytes([_VERSION]):
            raise _damaged(f"its version must be {_VERSION}")
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        data = unpacker.decompress(packed[1:], _UNPACKED)
    except (UnicodeEncodeError, binascii.Error, zlib.error) as error:
        raise _damaged("it is not what Kagami writes") from error
    if not unpacker.eof or unpacker.unused_data:
        raise _damaged("it is cut off, too large, or goes on after its end")
    return data


def _numbers(data: bytes) -> Iterator[int]:
    number = shift = 0
    for byte in data:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield number
            number = shift = 0
        elif shift > 28:
            raise _damaged("a number is too large")
    if shift:
        raise _damaged("it ends within a number")


def _signed(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2


def _within(steps: int) -> float:
    if not -BEYOND * GRID <= steps <= (1 + BEYOND) * GRID:
        raise _damaged("a point lies too far beyond the canvas")
    return steps / GRID


def _damaged(rule: str) -> KagamiError:
    return KagamiError("address_damaged", f"The drawing in this address cannot be read: {rule}.")
