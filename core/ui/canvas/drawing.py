"""A drawing: what the canvas shows, and what the models see of it."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any, Self

import numpy as np
from PIL import Image

from core.images.data import Float, UInt8
from core.images.grouping import characters_of
from core.images.handwriting import HandwritingError, Prepared, prepare
from core.images.photos import placed
from core.images.raster import Box
from core.images.share import as_written
from core.images.sources import CANVAS, PHOTO, SCAN
from core.images.strokes import PEN, SIZE, Stroke, characters, draw, to_canvas
from core.images.tracing import traced
from core.ui.shared import loaders
from core.views.tiles import data_url

# A picture's lines are looked for in one of so many of its rows and columns.
TRACED = 4
# Characters on a canvas that are judged one by one; what falls into more is a scribble.
MOST_CHARACTERS = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawing:
    """Strokes, over a picture where one was brought.

    picture: (SIZE, SIZE) uint8, 255 = ink.
    given: how the picture itself became 28×28, as long as nothing was added: what stands on the canvas is only its
        likeness, and another preparation of that would have another score.
    character: the name of the preset character that this is, as long as nothing was added.
    digit: the place of MNIST's test image that this is, as long as nothing was added.
    by_hand: whether the visitor drew or brought some of it.
    """

    strokes: tuple[Stroke, ...] = ()
    picture: UInt8 | None = None
    given: Prepared | None = None
    character: str = ""
    digit: int | None = None
    by_hand: bool = False

    @classmethod
    def of_character(cls, name: str) -> Self:
        """A preset character as it is."""
        return cls(strokes=characters()[name].strokes, character=name)

    @classmethod
    def of_digit(cls, place: int) -> Self:
        """One of MNIST's test images, pixel by pixel as it is."""
        return replace(cls.of_image(loaders.test_images().x[place]), digit=place)

    @classmethod
    def of_image(cls, image: UInt8) -> Self:
        """What a model has seen, (28, 28) uint8, enlarged to the canvas."""
        picture = np.asarray(Image.fromarray(image).resize((SIZE, SIZE), Image.Resampling.BICUBIC))
        exact = np.divide(image, np.float32(255), dtype=np.float32)
        return cls(picture=picture, given=replace(prepare(picture), image=exact))

    @classmethod
    def of_photo(cls, prepared: Prepared) -> Self:
        """The character of a photo, as large as a preset."""
        return cls(picture=placed(prepared.crop, size=SIZE), given=prepared, by_hand=True)

    @property
    def source(self) -> str:
        """Where it comes from, a name in SOURCES: what was drawn here, or on it, is the canvas's."""
        if self.given is None:
            return CANVAS
        return SCAN if self.digit is not None else PHOTO

    def with_strokes(self, strokes: tuple[Stroke, ...]) -> Self:
        """The same with the strokes that the visitor has made of it."""
        return replace(self, strokes=strokes, given=None, character="", digit=None, by_hand=True)

    @cached_property
    def _written(self) -> tuple[tuple[Stroke, ...], bool]:
        return as_written(self.strokes)

    @property
    def judged(self) -> tuple[Stroke, ...]:
        """The strokes that are judged: what the visitor drew as the address gives it back, within a quarter of a pixel.

        So a reload or a link says the same of them, to the last digit.
        """
        return self._written[0] if self.by_hand and self.picture is None else self.strokes

    @property
    def exact(self) -> bool:
        """Whether an address holds the strokes as they are judged, and not, as of very long ones, simplified lines."""
        return self._written[1]

    @cached_property
    def ink(self) -> Float:
        """(SIZE, SIZE) float32 in [0, 1], as the canvas shows it, up to a quarter of a pixel."""
        drawn = draw(self.judged, size=SIZE, pen=PEN)
        return drawn if self.picture is None else np.maximum(drawn, self.picture / np.float32(255))

    @cached_property
    def prepared(self) -> Prepared:
        """What the models see, step by step. Raises KagamiError as `prepare` does."""
        return self.given or prepare(self.ink)

    @cached_property
    def characters(self) -> tuple[Self, ...]:
        """The characters that the visitor has drawn apart from each other, in reading order, or the drawing itself."""
        found = characters_of(self.ink) if self.by_hand and self.picture is None and len(self.strokes) > 1 else ()
        if not 1 < len(found) <= MOST_CHARACTERS:
            return (self,)
        own: list[list[Stroke]] = [[] for _ in found]
        for stroke in self.judged:
            x, y = (SIZE * sum(point[axis] for point in stroke) / len(stroke) for axis in (0, 1))
            own[min(range(len(found)), key=lambda i: _away(x, y, found[i].box))].append(stroke)
        parts = tuple(self.with_strokes(tuple(strokes)) for strokes in own if strokes)
        try:
            for part in parts:
                part.prepared  # noqa: B018 - remembered there
        except HandwritingError:  # a dot, say: no character of its own
            return (self,)
        return parts

    @property
    def lines(self) -> tuple[tuple[Stroke, ...], float]:
        """The strokes as a hand draws them, along its ink where it is a picture; and the pen's width in pixels."""
        if self.picture is None:
            return self.strokes, PEN
        strokes, pen = traced(self.picture[::TRACED, ::TRACED])
        return strokes, pen * SIZE

    def to_canvas(self) -> dict[str, Any]:
        """The drawing that a canvas starts with: the picture is its lowest object."""
        drawing = to_canvas(self.strokes, size=SIZE, pen=PEN)
        if self.picture is not None:
            place = {"left": 0, "top": 0, "originX": "left", "originY": "top", "width": SIZE, "height": SIZE}
            drawing["objects"].insert(0, {"type": "Image", "src": data_url(self.picture), "strokeWidth": 0, **place})
        return drawing


def _away(x: float, y: float, box: Box) -> float:
    """How far a place is from a box; 0 within it."""
    top, left, bottom, right = box
    return max(left - x, x - right, 0.0) + max(top - y, y - bottom, 0.0)


def same_strokes(one: tuple[Stroke, ...], other: tuple[Stroke, ...]) -> bool:
    """Whether both are the same strokes, up to the canvas's rounding to a hundredth of a pixel."""
    return len(one) == len(other) and all(
        a is not None and b is not None and abs(a[0] - b[0]) + abs(a[1] - b[1]) < 0.02 / SIZE
        for stroke, twin in zip(one, other, strict=True)
        for a, b in zip_longest(stroke, twin)
    )
