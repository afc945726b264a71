"""The ways in: where an image comes from, and what a normal digit looks like that came that way.

A threshold keeps its promise for images like those that it was set on. A scan, a drawing on Kagami's canvas and a photo
of pen on paper differ, so each has normals of its own, made from the digits that calibrate.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from PIL import Image

from core.errors import KagamiError
from core.images.data import Float, UInt8
from core.images.handwriting import HandwritingError, prepare
from core.images.photos import ink_of_picture
from core.images.strokes import PEN, SIZE, draw

# How often each digit is drawn; no two drawings are of the same size, at the same place.
COPIES = 2


def _scan(image: UInt8, rng: np.random.Generator) -> Float:
    return np.divide(image, np.float32(255), dtype=np.float32)


def _canvas(image: UInt8, rng: np.random.Generator) -> Float | None:
    from core.images.pens import lines, placed

    strokes = lines(image)
    if strokes is None:
        return None
    return prepare(draw(placed(strokes, rng, margin=PEN / SIZE), size=SIZE, pen=PEN)).image


def _photo(image: UInt8, rng: np.random.Generator) -> Float | None:
    from core.images.pens import lines, photographed

    strokes = lines(image)
    if strokes is None:
        return None
    return prepare(ink_of_picture(Image.fromarray(photographed(strokes, rng)))).image


@dataclass(frozen=True, kw_only=True)
class Source:
    """A row of the table.

    bring: a scanned digit (28, 28) uint8 as it would come in this way, prepared: (28, 28) float32 in [0, 1]; None where
        nobody knows how it was written.
    copies: how often a digit is brought in.
    """

    name: str
    bring: Callable[[UInt8, np.random.Generator], Float | None]
    copies: int = COPIES


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        source.name: source
        for source in (
            # Images of 28×28 as MNIST has them.
            Source(name="scan", bring=_scan, copies=1),
            # Kagami's canvas: one pen, and whoever draws small draws with a thick one.
            Source(name="canvas", bring=_canvas),
            # Pen on paper, by a camera or a scanner.
            Source(name="photo", bring=_photo),
        )
    }
)
SCAN, CANVAS, PHOTO = SOURCES


def source_of(images_shape: Sequence[int]) -> str:
    """Where images (…, h, w) that nobody says anything about come from: those of 28×28 are scans, others photos."""
    return SCAN if tuple(images_shape[-2:]) == (28, 28) else PHOTO


def checked(source: str) -> str:
    """The name of a source. Raises KagamiError for any other."""
    if source not in SOURCES:
        raise KagamiError("unknown_source", f"source must be one of {', '.join(SOURCES)}, got {source!r}.", name=source)
    return source


def brought_in(source: str, images: UInt8, numbers: Sequence[int], *, seed: int, copies: int | None = None) -> Float:
    """Scanned digits (n, 28, 28) as they would come in this way: (m, 28, 28) float32 in [0, 1], m ≤ n · copies.

    numbers: (n,), each image's own, from which and from `seed` its pen and place follow, whatever else is brought in.
    copies: instead of the source's own.
    """
    chosen = SOURCES[checked(source)]
    found = []
    for copy in range(copies or chosen.copies):
        for image, number in zip(images, numbers, strict=True):
            try:
                came = chosen.bring(image, np.random.default_rng((seed, int(number), copy)))
            except HandwritingError:  # no ink left in the picture
                continue
            if came is not None:
                found.append(came)
    return np.array(found, np.float32).reshape(-1, 28, 28)
