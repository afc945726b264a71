"""A photo of a character on the canvas, as if it had been drawn there."""

from __future__ import annotations

import numpy as np
from PIL import Image

from core.images.data import UInt8
from core.images.handwriting import ink_of_picture, prepare, read_picture

FILLED = 0.7
"""Share of the canvas that the longer side of the character takes: as much as a preset character."""


def on_canvas(data: bytes, *, size: int) -> UInt8:
    """The one character in a picture file, in the middle of a canvas: (size, size) uint8, 255 = ink.

    Raises
    ------
    KagamiError
        As :func:`read_picture` and :func:`prepare` do: no picture, too large, or no character in it.
    """
    crop = prepare(ink_of_picture(read_picture(data))).crop
    scale = FILLED * size / max(crop.shape)
    height, width = (max(1, round(side * scale)) for side in crop.shape)
    resample = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
    character = np.asarray(Image.fromarray(crop).resize((width, height), resample)).clip(0, 1)
    canvas = np.zeros((size, size), np.uint8)
    top, left = (size - height) // 2, (size - width) // 2
    canvas[top : top + height, left : left + width] = np.rint(character * 255)
    return canvas
