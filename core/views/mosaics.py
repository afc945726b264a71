"""Many images as one: a single picture is one request, or none, where a hundred tiles would be a hundred."""

import numpy as np

from core.images.data import Float, UInt8


def mosaic(images: UInt8 | Float, *, columns: int, gap: int = 0) -> UInt8:
    """Images (n, h, w) row by row, `columns` of them in each, with `gap` black pixels between: one (H, W) uint8.

    images: uint8, or floats that are clipped to [0, 1]. Places that the last row does not fill are black.
    """
    if images.dtype != np.uint8:
        images = np.asarray(np.rint(np.clip(images, 0, 1) * 255), np.uint8)
    n, h, w = images.shape
    rows = -(-n // columns)
    places = np.zeros((rows * columns, h + gap, w + gap), np.uint8)
    places[:n, :h, :w] = images
    whole = places.reshape(rows, columns, h + gap, w + gap).swapaxes(1, 2)
    return whole.reshape(rows * (h + gap), columns * (w + gap))[: rows * (h + gap) - gap, : columns * (w + gap) - gap]
